"""What an archival package (归档信息包) is to its checks: a description in plain values, without any file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .vocabulary import Stage


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the metadata scheme (元数据项): what may stand in it.

    ``kind`` is text, integer, date (2026-11-21) or time (with an offset); ``values`` empty means any.
    """

    key: str
    label: str
    mandatory: bool = False
    kind: str = "text"
    length: int = 500
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attributes:
    """The electronic attributes (电子属性) of a file: name, bytes, format (its extension), SHA-256 in hex."""

    name: str
    size: int
    format: str
    sha256: str


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One paper of the package: what the list says of it and what is really there (``None``: nothing)."""

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


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One step of the procedure (过程信息): what was done, when, by whom."""

    action: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """A pure description of an archival package (归档信息包) for the checks.

    ``manifest`` and ``present`` map a path to its SHA-256 as written down and as found; ``metadata_files`` maps the
    path of each metadata file to whether it could be read; ``scope`` maps each line of the archiving scope
    (归档范围) to whether it is required; ``infected`` is the number of infected files, ``None`` when no scanner ran.
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
    infected: int | None = None
