"""Archive packages (归档信息包): a frozen list of pinned files that can leave the system and explain themselves.

A package is not a file but a Manifest: the archival code, some information, and the path, digests and size of
every part; the parts, its descriptions included, lie in the content store. Whenever it is asked for, it is written
out as the same BagIt 1.0 bag, byte for byte. Checking is done by ``verify_package``, the very program that travels
inside each package.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self

from records.domain.findings import Finding, Refused, Severity
from records.exchange import verify_package
from records.exchange.descriptions import describe
from records.exchange.document_elements import FOLDER, element_files
from records.exchange.package_schema import schema_file
from records.exchange.premis import premis_file
from records.store import new_sm3

CHUNK = 1 << 20
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
DOCUMENT_PATH = re.compile(r"\d\d[^/]*/[^/]+")
CHECKER = "校验程序/verify_package.py"


class Store(Protocol):
    """What packages need of the content store."""

    def put_all(self, contents: Sequence[bytes]) -> Any: ...  # noqa: D102

    def open(self, digest: str) -> BinaryIO: ...  # noqa: D102

    def has(self, digest: str) -> bool: ...  # noqa: D102

    def path(self, digest: str) -> Path: ...  # noqa: D102


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One file of a package: its path below the bag's root, its digests in hexadecimal, its size in bytes."""

    path: str
    digest: str
    sm3: str
    size: int


#: Most paths are the same in every package.
_unsafe = lru_cache(4096)(verify_package.unsafe)
_folded = lru_cache(4096)(verify_package.folded)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The frozen content of a package (冻结清单); parts stand in the order of their paths.

    ValueError for what no package may hold: unsafe, equal or confusable paths, and information that does not fit a line.
    """

    code: str
    bag_info: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(sorted(self.parts)))
        paths = [part.path for part in self.parts]
        bad = [path for path in paths if not path.startswith("data/") or _unsafe(path)]
        if bad or len(set(map(_folded, paths))) != len(paths):
            raise ValueError(f"paths that no package may hold: {bad or paths}")
        for label, value in self.bag_info:
            if (
                not re.fullmatch(r"[A-Za-z-]+", label)
                or label == verify_package.OXUM_LABEL
                or value != _one_line(value)
            ):
                raise ValueError(f"no line of bag-info.txt: {label}: {value!r}")

    def as_json(self) -> dict[str, Any]:
        """Return the manifest as plain values."""
        parts = [{"path": p.path, "digest": p.digest, "sm3": p.sm3, "size": p.size} for p in self.parts]
        return {"code": self.code, "bag_info": [list(pair) for pair in self.bag_info], "parts": parts}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return the manifest that ``as_json`` wrote down."""
        info = tuple((label, value) for label, value in values["bag_info"])
        return cls(values["code"], info, tuple(Part(**part) for part in values["parts"]))

    def canonical(self) -> bytes:
        """Return the manifest as bytes that are equal for equal manifests."""
        return json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def digest(self) -> str:
        """The package digest (包摘要): SHA-256 of the canonical manifest."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @property
    def size(self) -> int:
        """The bytes of all parts together."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """A package before its descriptions are stored: the manifest, and the files that ``keep`` must put in the store."""

    manifest: Manifest
    files: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class PackageReport:
    """What checking a package found; ``counts`` holds documents, files, bytes, code and digest of the folder."""

    ok: bool
    findings: tuple[Finding, ...]
    counts: Mapping[str, int | str] = field(default_factory=dict)


def plan(facts: Mapping[str, Any], *, draft: Plan | None = None) -> Plan:
    """Plan the package of an archived item (形成归档信息包) from its frozen facts; nothing is written yet.

    Facts: ``code`` (档号), ``organisation``, ``made_on`` (ISO day), ``software``; ``item``, ``case``, ``applicant``, ``result``,
    ``record``: mappings with the keys of ``descriptions.BASICS``; ``documents``: mappings with the keys of ``DOCUMENT``,
    of which path (below ``data``, its folder beginning with the two digits of the stage), digest, sm3 and size are the
    pinned file; ``events``: keys of ``EVENT``; ``report``: checked_at, phase, result, and ``checks`` with the keys of ``CHECK``.
    An identity number stands in ``applicant`` as the caller gives it. ``draft`` is the plan of the same facts without the
    report: the descriptions of the papers are taken from it. ValueError when a path cannot be kept.
    """
    documents = facts["documents"]
    for document in documents:
        if not DOCUMENT_PATH.fullmatch(document["path"]):
            raise ValueError(f"not the path of a document: {document['path']!r}")
    below = f"data/{FOLDER}/"
    own = [each for each in draft.files if each[0].startswith(below)] if draft is not None else None
    described = (
        *describe(facts),
        *(element_files(facts) if own is None else ()),
        premis_file(facts),
        schema_file(),
        (CHECKER, _checker()),
    )
    files = (*((f"data/{path}", content) for path, content in described), *(own or ()))
    known = {part.path: part for part in draft.manifest.parts} if own else {}
    parts = [
        known[path] if path.startswith(below) and known else _part(path, content) for path, content in files
    ]
    parts += [Part(f"data/{d['path']}", d["digest"], d["sm3"], int(d["size"])) for d in documents]
    item, case = facts.get("item", {}), facts.get("case", {})
    info = (
        ("Source-Organization", facts["organisation"]),
        ("External-Description", f"{item.get('name', '')} {case.get('number', '')}"),
        (verify_package.CODE_LABEL, facts["code"]),
        ("Bagging-Date", str(facts["made_on"])),
        ("Bag-Software-Agent", facts.get("software", "")),
    )
    lines = tuple((label, line) for label, value in info if (line := _one_line(value)))
    return Plan(Manifest(facts["code"], lines, tuple(parts)), files)


def keep(planned: Plan, store: Store) -> Manifest:
    """Put the descriptions of a planned package into the content store and return its manifest."""
    store.put_all([content for _, content in planned.files])
    return planned.manifest


def check_store(manifest: Manifest, store: Store) -> tuple[Finding, ...]:
    """Say which parts of a package the content store lacks or holds in another size."""
    return tuple(
        Finding("package.store-lacks", subject=part.path, params={"digest": part.digest})
        for part in manifest.parts
        if not store.has(part.digest) or store.path(part.digest).stat().st_size != part.size
    )


def bag_files(manifest: Manifest, store: Store) -> Iterator[tuple[str, bytes | BinaryIO]]:
    """Yield every file of the bag as (path, bytes or open stream), the same ones in the same order every time.

    A stream is closed when the next file is asked for.
    """
    yield from tag_files(manifest).items()
    for part in manifest.parts:
        with store.open(part.digest) as stream:
            yield part.path, stream


def write_bag(manifest: Manifest, store: Store, directory: Path | str) -> Path | Refused:
    """Write the bag into a folder (导出归档信息包): complete and on disk, or not at all.

    Refused when the folder is there and not empty, or when the store lacks or has damaged a part.
    """
    target = Path(directory)
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        return Refused((Finding("package.target-in-use", subject=str(target)),))
    if lacking := check_store(manifest, store):
        return Refused(lacking)
    staging = Path(tempfile.mkdtemp(prefix=".package-", dir=target.parent))
    try:
        damaged = _write_files(manifest, store, staging)
        if damaged:
            return Refused(damaged)
        for folder in sorted((path for path in staging.rglob("*") if path.is_dir()), reverse=True):
            _sync(folder)
        _sync(staging)
        staging.rename(target)
        _sync(target.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target


def stream_zip(manifest: Manifest, store: Store) -> Iterator[bytes]:
    """Yield the bag as a ZIP file for download, without compression and without times: equal bytes every time.

    Ask ``check_store`` first; a part that is missing breaks off the stream.
    """
    sink = _Sink()
    top = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", manifest.code) or "package"
    sizes = {part.path: part.size for part in manifest.parts}
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for path, content in bag_files(manifest, store):
            entry = zipfile.ZipInfo(f"{top}/{path}", ZIP_TIME)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.file_size = len(content) if isinstance(content, bytes) else sizes[path]
            stream = io.BytesIO(content) if isinstance(content, bytes) else content
            with archive.open(entry, "w", force_zip64=entry.file_size >= 1 << 31) as file:
                for chunk in iter(lambda stream=stream: stream.read(CHUNK), b""):
                    file.write(chunk)
                    yield sink.take()
    yield sink.take()


def verify_bag(
    directory: Path | str, *, expected_digest: str | None = None, with_sm3: bool = True
) -> PackageReport:
    """Check a package in a folder (检查归档信息包): complete, unchanged, safe, and true to its own descriptions.

    ``expected_digest`` is the package digest from the register; without ``with_sm3`` only SHA-256 is computed, which takes
    a fraction of the time. Findings ``package.*`` as in ``verify_package``.
    """
    ok, found, counts = verify_package.verify(
        directory, expected_digest=expected_digest, new_sm3=new_sm3, with_sm3=with_sm3
    )
    return PackageReport(ok, tuple(_finding(*one) for one in found), counts)


def _finding(code: str, subject: str, params: Mapping[str, str | int]) -> Finding:
    severity = Severity.NOTES if code in verify_package.NOTES else Severity.BLOCKS
    return Finding(code, severity, subject=subject, params=params)


def _write_files(manifest: Manifest, store: Store, folder: Path) -> tuple[Finding, ...]:
    """Copy all files, forced to disk; return the parts whose stored bytes no longer have their digest."""
    wanted = {part.path: part.digest for part in manifest.parts}
    damaged = []
    for path, content in bag_files(manifest, store):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        digest = hashlib.sha256()
        with place.open("xb") as file:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != wanted.get(path, digest.hexdigest()):
            damaged.append(Finding("package.store-damaged", subject=path, params={"digest": wanted[path]}))
    return tuple(damaged)


def tag_files(manifest: Manifest) -> dict[str, bytes]:
    """Return the tag files of a bag by name in their order; the last lists the others."""
    tags = _listed_tags(manifest)
    listed = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(tags.items()))
    return {**tags, "tagmanifest-sha256.txt": "".join(listed).encode()}


def _listed_tags(manifest: Manifest) -> dict[str, bytes]:
    """Return the tag files that the tag manifest lists."""
    info = [*manifest.bag_info, (verify_package.OXUM_LABEL, f"{manifest.size}.{len(manifest.parts)}")]
    lists: dict[str, Callable[[Part], str]] = {
        "sha256": lambda part: part.digest,
        "sm3": lambda part: part.sm3,
    }
    tags = {"bagit.txt": verify_package.DECLARATION, "bag-info.txt": "".join(f"{k}: {v}\n" for k, v in info)}
    for name, digest_of in lists.items():
        lines = (f"{digest_of(part)}  {_encoded(part.path)}\n" for part in manifest.parts)
        tags[f"manifest-{name}.txt"] = "".join(lines)
    return {name: text.encode() for name, text in tags.items()}


@cache
def _checker() -> bytes:
    """Return the program that travels in every package."""
    return Path(verify_package.__file__).read_bytes()


def _part(path: str, content: bytes) -> Part:
    sm3 = new_sm3()
    sm3.update(content)
    return Part(path, hashlib.sha256(content).hexdigest(), sm3.hexdigest(), len(content))


def _encoded(path: str) -> str:
    """Return a path as BagIt writes it in a manifest: percent sign, CR and LF as percent and two digits."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _one_line(value: object) -> str:
    return " ".join(str(value).split())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Sink(io.RawIOBase):
    """Takes what the ZIP writer writes and hands it on in pieces; it cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, piece: Any) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
