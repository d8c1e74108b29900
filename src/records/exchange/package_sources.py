"""Where the files of a package lie when it is looked at (信息包的来处): still planned, frozen in the content store, or a folder.

A source hashes each file once and says what it found; the checks are told the same in all three cases.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from records.exchange import verify_package
from records.exchange.packages import Manifest, Plan, Store
from records.extraction.types import HEAD_BYTES
from records.store import new_sm3

DATA = "data/"
CHINA = timedelta(hours=8)
FUTURE = timedelta(days=1)
#: What is wrong with the lists of a bag and not with its papers: of any file, and of files beside ``data``.
LISTED = frozenset({"package.digest-differs", "package.missing-file"})
STRUCTURE = frozenset({
    "package.not-a-folder", "package.missing-tag-file", "package.bad-declaration", "package.bad-line",
    "package.manifests-differ", "package.unsafe-name", "package.name-clash", "package.not-a-file", "package.forbidden-xml",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One file of a package by its path below ``data``: size and digests as found; ``sm3`` is empty when not computed."""

    path: str
    size: int
    digest: str
    sm3: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a source found: its files, what its manifest records, why parts cannot be taken out, and the whole digest.

    ``recorded`` and ``recorded_sm3`` map paths below ``data`` to digests; ``size`` is what the manifest says of all files
    together, with their number; ``outside`` are files beside ``data`` that nobody lists.
    """

    files: Mapping[str, Found]
    recorded: Mapping[str, str]
    recorded_sm3: Mapping[str, str]
    unpacked: Mapping[str, str]
    total: tuple[int, int]
    digest: str
    info: Mapping[str, str]
    outside: tuple[str, ...] = ()
    redated: tuple[str, ...] = ()


class Source(Protocol):
    """A package that can be looked at."""

    def look(self) -> Sighting:
        """Read and hash everything once."""

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file below ``data``, None when it is not there."""

    def head(self, path: str) -> bytes:
        """Return the first bytes of a file, empty when it is not there."""

    def file(self, path: str) -> Path | None:
        """Return where a file lies on this machine, None when it lies nowhere yet."""


@dataclass(slots=True)
class StoreSource:
    """A frozen package whose parts lie in the content store; ``written`` are parts that are still only planned."""

    manifest: Manifest
    store: Store
    written: Mapping[str, bytes] = field(default_factory=dict)
    with_sm3: bool = False
    _digests: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._digests = {part.path.removeprefix(DATA): part.digest for part in self.manifest.parts}

    def look(self) -> Sighting:
        """Hash every part again and freeze what was found, so that the digest of the whole can be compared."""
        files = {
            path: found for part in self.manifest.parts if (found := self._found(path := below(part.path)))
        }
        parts = self.manifest.parts
        frozen = verify_package.frozen_digest(
            self.manifest.code,
            list(self.manifest.bag_info),
            {p.path: files[below(p.path)].digest for p in parts if below(p.path) in files},
            {p.path: p.sm3 for p in parts},
            {p.path: files[below(p.path)].size for p in parts if below(p.path) in files},
        )
        return Sighting(
            files=files,
            recorded={below(part.path): part.digest for part in parts},
            recorded_sm3={below(part.path): part.sm3 for part in parts},
            unpacked={below(p.path): "" if below(p.path) in files else "package.missing-file" for p in parts},
            total=(self.manifest.size, len(parts)),
            digest=frozen,
            info=dict(self.manifest.bag_info),
        )

    def _found(self, path: str) -> Found | None:
        content = self.written.get(path)
        if content is not None:
            return Found(path, len(content), hashlib.sha256(content).hexdigest())
        digest = self._digests[path]
        if not self.store.has(digest):
            return None
        sha256, sm3, size = hashlib.sha256(), new_sm3() if self.with_sm3 else None, 0
        with self.store.open(digest) as file:
            while chunk := file.read(1 << 20):
                size += len(chunk)
                sha256.update(chunk)
                if sm3:
                    sm3.update(chunk)
        return Found(path, size, sha256.hexdigest(), sm3.hexdigest() if sm3 else "")

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a part."""
        if path in self.written:
            return self.written[path]
        place = self.file(path)
        return place.read_bytes() if place else None

    def head(self, path: str) -> bytes:
        """Return the first bytes of a part."""
        if path in self.written:
            return self.written[path][:HEAD_BYTES]
        return _head(self.file(path))

    def file(self, path: str) -> Path | None:
        """Return the stored file of a part."""
        digest = self._digests.get(path, "")
        return self.store.path(digest) if digest and self.store.has(digest) else None


def planned(plan: Plan, store: Store) -> StoreSource:
    """Return a package that is not frozen yet (拟归档信息包): its descriptions are still bytes in memory."""
    return StoreSource(plan.manifest, store, {below(path): content for path, content in plan.files})


@dataclass(slots=True)
class FolderSource:
    """A package in a folder, read by the program that travels inside it; ``now`` judges the dates of its files."""

    folder: Path
    now: datetime
    with_sm3: bool = False

    def look(self) -> Sighting:
        """Read the bag as anybody can, and sort what was found by the check it belongs to."""
        check = verify_package.Check(self.folder, new_sm3 if self.with_sm3 else None, with_sm3=self.with_sm3)
        check.run(None)
        below_data = {
            below(name): Found(below(name), size, check.digests.get(name, ""), check.sm3s.get(name, ""))
            for name, size in check.sizes.items()
            if name.startswith(DATA)
        }
        files = {path: self._hashed(each) for path, each in below_data.items()}
        unpacked = dict.fromkeys(below_data, "")
        for code, subject, params in check.findings:
            tag = code in LISTED and not subject.startswith(DATA)
            if code in STRUCTURE or tag:
                unpacked[below(subject) or str(params.get("other", ""))] = code
        outside = tuple(
            name
            for code, name, _ in check.findings
            if code == "package.extra-file" and not name.startswith(DATA)
        )
        info = dict(check.info)
        size, _, count = info.get(verify_package.OXUM_LABEL, "").partition(".")
        return Sighting(
            files=files,
            recorded={below(path): digest for path, digest in check.listed.items()},
            recorded_sm3={below(path): digest for path, digest in check.listed_sm3.items()},
            unpacked=unpacked,
            total=(int(size), int(count)) if size.isdecimal() and count.isdecimal() else (0, 0),
            digest=check.digest,
            info=info,
            outside=outside,
            redated=self._redated(files, info),
        )  # fmt: skip

    def _hashed(self, found: Found) -> Found:
        """Return a file that no list names with its digest, too."""
        if found.digest:
            return found
        with (self.folder / DATA / found.path).open("rb") as file:
            return Found(found.path, found.size, hashlib.file_digest(file, "sha256").hexdigest(), found.sm3)

    def _redated(self, files: Mapping[str, Found], info: Mapping[str, str]) -> tuple[str, ...]:
        """Return the files whose date cannot be true: before the package was made, or still to come.

        A ZIP without dates unpacks to 1980; that is no date.
        """
        try:
            made = datetime.fromisoformat(info.get("Bagging-Date", "")).replace(tzinfo=UTC) - CHINA
        except ValueError:
            made = datetime.min.replace(tzinfo=UTC)
        wrong = []
        for path in files:
            at = datetime.fromtimestamp((self.folder / DATA / path).stat().st_mtime, UTC)
            if at.year > 1980 and not made <= at <= self.now + FUTURE:
                wrong.append(path)
        return tuple(wrong)

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file."""
        place = self.file(path)
        return place.read_bytes() if place else None

    def head(self, path: str) -> bytes:
        """Return the first bytes of a file."""
        return _head(self.file(path))

    def file(self, path: str) -> Path | None:
        """Return where a file lies; nothing leads out of the folder, and no link is followed."""
        if verify_package.unsafe(path):
            return None
        place = self.folder / DATA / path
        return place if place.is_file() and not place.is_symlink() else None


def below(path: str) -> str:
    """Return a path as it stands below ``data``."""
    return path.removeprefix(DATA)


def _head(place: Path | None) -> bytes:
    if place is None:
        return b""
    with place.open("rb") as file:
        return file.read(HEAD_BYTES)
