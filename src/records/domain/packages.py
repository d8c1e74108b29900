"""What an archival package (归档信息包) is to its checks: a description in plain values, without any file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .code_patterns import STANDARD, CodePattern
from .vocabulary import Stage


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the metadata scheme (元数据项): what may stand in it, and where a package says it.

    ``kind`` is text, integer, date (2026-11-21) or time (with an offset); ``values`` empty means any. ``place`` is its
    group and key in the description of a package, empty when only the database has it; ``words`` maps what the package
    writes in words to the value.
    """

    key: str
    label: str
    mandatory: bool = False
    kind: str = "text"
    length: int = 500
    values: frozenset[str] = frozenset()
    place: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attributes:
    """The electronic attributes (电子属性) of a file: name, bytes, format (its extension), SHA-256 in hex, pages if known."""

    name: str
    size: int
    format: str
    sha256: str
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """An electronic signature in a paper (电子签名、电子印章): its form, and whether what it signed still has its digest.

    ``holds`` is ``None`` when the form of the signature does not let us recompute the digest.
    """

    form: str
    holds: bool | None = None
    algorithm: str = ""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One paper of the package: what the list says of it and what is really there (``None``: nothing).

    ``origin`` is the digest under which the paper was taken in or issued; ``readable`` whether it opens and ``undrawn``
    which of its first and last page could not be drawn, both ``None`` when nobody tried; ``reader`` names who tried.
    """

    number: int
    path: str
    title: str
    stage: Stage
    scope: str
    recorded: Attributes
    actual: Attributes | None
    magic: str
    readable: bool | None = True
    encrypted: bool = False
    source: str = ""
    origin: str = ""
    sm3: str = ""
    sm3_found: str = ""
    undrawn: tuple[int, ...] | None = ()
    reader: str = ""
    signatures: tuple[SignatureFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One step of the procedure (过程信息): what was done, when, by whom."""

    action: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What the paper says by which a package is handed over (归档登记、移交清单): how many papers and bytes."""

    name: str
    count: int
    size: int


@dataclass(frozen=True, slots=True)
class SealFacts:
    """The digest of the whole package before it was moved and as found now; ``where`` says who recorded it."""

    recorded: str
    found: str
    where: str


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the database answers: the record's id, whether its code leads to it, which elements it must have."""

    id: str
    resolves: bool
    elements: frozenset[str]


@dataclass(frozen=True, slots=True)
class ScannerFacts:
    """The anti-virus program (杀毒软件): whether it answered, its version, and the day of its signatures if it says so."""

    name: str
    works: bool
    version: str = ""
    dated: str = ""


@dataclass(frozen=True, slots=True)
class MediumFacts:
    """The offline medium (脱机载体) a package lies on, as somebody measured it; empty or 0 is not measured yet.

    ``kind`` is disk, tape or optical; speeds in kB/s; ``appearance`` is good or what is wrong with it; ``grade`` is
    passed or what the test of the disc said.
    """

    number: str
    kind: str
    speed: int = 0
    least_speed: int = 0
    appearance: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class TrailFacts:
    """One entry of the audit log about the archiving: its place among those about the item, from 1, event, instant and person.

    ``whole`` says that it has its own leaf; ``before`` and ``after`` are the fingerprints of the record around it, empty for
    an entry that changed no record.
    """

    place: int
    event: str
    at: str
    by: str
    whole: bool
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """A pure description of an archival package (归档信息包) for the checks.

    ``metadata`` is what the database says of it (without a database: what the package says), ``written`` what the package
    says itself. ``manifest`` and ``present`` map a path to its SHA-256 as written down and as found; ``metadata_files``
    maps each description to whether it could be read, ``wanted_files`` are those that must be there; ``explained`` maps
    each list and note for readers to what it lacks. ``scope`` maps each line of the archiving scope (归档范围) to whether
    it is required. ``unpacked`` maps each part to why it could not be taken out, empty when it could. ``redated`` are
    files whose date the package's own day excludes. ``infected`` are the files a scanner named, ``None`` when none ran.
    What is ``None`` does not exist for this package, and the checks say so.
    """

    metadata: Mapping[str, str]
    scheme: Sequence[Element]
    documents: Sequence[DocumentFacts]
    recorded_count: int
    steps: Sequence[StepFacts]
    required_steps: Sequence[str]
    scope: Mapping[str, bool]
    manifest: Mapping[str, str]
    present: Mapping[str, str]
    metadata_files: Mapping[str, bool]
    allowed_formats: frozenset[str]
    taken_codes: frozenset[str] = frozenset()
    patterns: Sequence[CodePattern] = STANDARD
    written: Mapping[str, str] = field(default_factory=dict)
    wanted_files: Sequence[str] = ()
    explained: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unpacked: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    readers: Mapping[str, str] = field(default_factory=dict)
    redated: Sequence[str] = ()
    today: str = ""
    form: FormFacts | None = None
    seal: SealFacts | None = None
    record: RecordFacts | None = None
    scanner: ScannerFacts | None = None
    infected: Sequence[str] | None = None
    medium: MediumFacts | None = None
    trail: Sequence[TrailFacts] | None = None
    required_trail: Sequence[str] = ()
    fingerprint: str = ""
