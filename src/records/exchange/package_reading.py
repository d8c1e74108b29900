"""A package that came from elsewhere (外来信息包): a folder or a ZIP, read as RFC 8493 demands before a byte is taken in.

Nothing is fetched, no link is followed, no name leads out of the folder, no archive unpacks to more than it may. All
findings come at once; what our own program wrote must also pass the program that travels inside it.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from records.domain.findings import Finding, Refused, Severity, blocking
from records.store import new_sm3

from . import verify_package
from .packages import Manifest, Part, verify_bag
from .verify_package import decoded, folded, shown, unsafe

CHUNK = 1 << 20
LARGEST_TAG = 64 << 20
VERSIONS = frozenset({"0.97", "1.0"})
STRONG = ("sha256", "sha512", "sm3")
WEAK = ("sha1", "md5")
MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")
LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)")
LONGEST_NAME, LONGEST_PATH = 255, 1000
"""Bytes of a name and of a path that every file system takes."""
LONGEST_ENTRY = 300
"""Bytes that an entry in the directory of a ZIP has on the average at most."""
LONGEST_END = 22 + 20 + 56 + (1 << 16)
"""Bytes at the end of a ZIP in which it says where its directory lies."""
UNREADABLE = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, struct.error, zlib.error, lzma.LZMAError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """How large a ZIP may be unpacked: bytes in all, files, and how many times larger than packed beyond 1 MiB."""

    unpacked: int = 20 << 30
    files: int = 100_000
    ratio: int = 200


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag that was read and found good: where it lies, its information, and its payload in the order of the paths.

    ``manifest`` is the frozen manifest when the bag was written by this program, in any of its editions.
    """

    folder: Path
    info: tuple[tuple[str, str], ...]
    payload: tuple[Part, ...]
    manifest: Manifest | None
    findings: tuple[Finding, ...] = ()


def read_bag(folder: Path) -> Bag | Refused:
    """Read a bag in a folder (读取信息包); refused with every finding that blocks.

    Findings: ``package.*`` of the program inside, and ``package.bad-version``, ``package.bad-encoding``, ``package.fetch``,
    ``package.no-manifest``, ``package.no-payload``, ``package.manifest-repeats``, ``package.weak-only`` (warns),
    ``package.algorithm-unknown`` (warns).
    """
    return _Reading(folder).run()


def unpack(archive: Path, folder: Path, limits: ZipLimits | None = None) -> Path | Refused:
    """Unpack a ZIP into an empty folder and return where its bag begins.

    Findings: ``zip.broken``, ``zip.encrypted``, ``zip.unsafe-name``, ``zip.not-a-file``, ``zip.name-clash``, ``zip.too-large``.
    """
    limits = limits or ZipLimits()
    if _directory_bytes(archive) > limits.files * LONGEST_ENTRY:
        return Refused((Finding("zip.too-large", subject="zip"),))
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = [(entry, _entry_name(entry)) for entry in packed.infolist()]
            if found := tuple(_entry_findings(entries, limits, archive.stat().st_size)):
                return Refused(found)
            left = limits.unpacked
            for entry, name in entries:
                if entry.is_dir():
                    continue
                place = folder / name
                place.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(entry) as source, place.open("xb") as target:
                    while chunk := source.read(CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            return Refused((Finding("zip.too-large", subject="zip"),))
                        target.write(chunk)
    except (*UNREADABLE, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return Refused((Finding("zip.broken", subject="zip"),))
    within = list(folder.iterdir())
    inside = len(within) == 1 and within[0].is_dir() and not (folder / "bagit.txt").exists()
    return within[0] if inside else folder


def _directory_bytes(archive: Path) -> int:
    """Return how long the directory of a ZIP says it is, before any of it is read into memory; 0 when there is none."""
    with archive.open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - LONGEST_END, 0))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    long = tail[max(end - 76, 0) : max(end, 0)]  # where a ZIP of more than 4 GiB says it, before the locator
    if long.startswith(b"PK\x06\x06"):
        return int.from_bytes(long[40:48], "little")
    return int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry; Chinese programs leave out the mark for UTF-8 and write GB 18030."""
    if entry.flag_bits & 0x800 or entry.orig_filename.isascii():
        return entry.filename
    raw = entry.orig_filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _entry_findings(
    entries: list[tuple[zipfile.ZipInfo, str]], limits: ZipLimits, packed: int
) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    total = sum(entry.file_size for entry, _ in entries)
    if total > limits.unpacked or len(entries) > limits.files or total > max(1 << 20, packed) * limits.ratio:
        yield Finding("zip.too-large", subject="zip")
    for entry, name in entries:
        mode = entry.external_attr >> 16
        if entry.flag_bits & 1:
            yield Finding("zip.encrypted", subject=shown(name))
        if "\\" in entry.orig_filename or unsafe(name.removesuffix("/")) or _too_long(name):
            yield Finding("zip.unsafe-name", subject=shown(name)[:200])
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            yield Finding("zip.not-a-file", subject=shown(name))
        if not entry.is_dir():
            if folded(name) in seen:
                yield Finding("zip.name-clash", subject=shown(name))
            seen[folded(name)] = name
    folders = {above for name in seen for above in _above(name)}
    folders |= {folded(name.removesuffix("/")) for entry, name in entries if entry.is_dir()}
    for both in sorted(folders & seen.keys()):
        yield Finding("zip.name-clash", subject=shown(seen[both]))


def _above(path: str) -> Iterator[str]:
    """Yield the folders in which a path lies."""
    pieces = path.split("/")
    return ("/".join(pieces[:depth]) for depth in range(1, len(pieces)))


def _too_long(path: str) -> bool:
    raw = path.encode("utf-8", "surrogatepass")
    return len(raw) > LONGEST_PATH or max(map(len, raw.split(b"/"))) > LONGEST_NAME


class _Reading:
    """One reading of one folder; what is wrong gathers while it goes on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: list[Finding] = []
        self.sizes: dict[str, int] = {}

    def refuse(self, code: str, subject: str = "", **params: str | int) -> None:
        self.found.append(Finding(code, subject=subject, params=params))

    def run(self) -> Bag | Refused:
        if self.folder.is_symlink() or not self.folder.is_dir():
            self.refuse("package.not-a-folder", self.folder.name)
            return Refused(tuple(self.found))
        self.walk(self.folder, "")
        self.declaration()
        lists = self.manifests()
        info = self.information()
        payload = self.payload(lists)
        if any(label == verify_package.OXUM_LABEL for label, _ in info):
            oxum = dict(info)[verify_package.OXUM_LABEL]
            counted = f"{sum(part.size for part in payload)}.{len(payload)}"
            if oxum != counted:
                self.refuse("package.count-differs", "bag-info.txt", recorded=oxum, found=counted)
        manifest = self.own(info, payload) if not blocking(tuple(self.found)) else None
        if blocking(tuple(self.found)):
            return Refused(tuple(self.found))
        return Bag(self.folder, info, payload, manifest, tuple(self.found))

    def walk(self, folder: Path, prefix: str) -> None:
        """Gather the sizes of all files without following a link."""
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = prefix + entry.name
                if entry.is_symlink():
                    self.refuse("package.not-a-file", shown(name))
                elif entry.is_dir(follow_symlinks=False):
                    self.walk(Path(entry.path), name + "/")
                elif entry.is_file(follow_symlinks=False):
                    self.sizes[name] = entry.stat(follow_symlinks=False).st_size
                    if unsafe(name):
                        self.refuse("package.unsafe-name", shown(name))
                else:
                    self.refuse("package.not-a-file", shown(name))

    def text(self, name: str) -> str | None:
        """Return a tag file as text, None and a finding when it cannot be one."""
        if name not in self.sizes:
            return None
        if self.sizes[name] > LARGEST_TAG:
            self.refuse("package.bad-line", name, line=0)
            return None
        try:
            return (
                (self.folder / name).read_bytes().decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
            )
        except UnicodeDecodeError:
            self.refuse("package.bad-encoding", name)
            return None

    def declaration(self) -> None:
        said = self.text("bagit.txt")
        if said is None:
            self.refuse("package.missing-tag-file", "bagit.txt")
            return
        pairs = dict(line.split(": ", 1) for line in said.split("\n") if ": " in line)
        if pairs.get("BagIt-Version", "").strip() not in VERSIONS:
            self.refuse("package.bad-version", "bagit.txt", version=pairs.get("BagIt-Version", "")[:20])
        if pairs.get("Tag-File-Character-Encoding", "").strip().upper() not in ("UTF-8", "UTF8"):
            self.refuse("package.bad-encoding", "bagit.txt")

    def manifests(self) -> Mapping[str, dict[str, dict[str, str]]]:
        """Return the payload and the tag manifests: kind, then algorithm, then path to digest."""
        lists: dict[str, dict[str, dict[str, str]]] = {"": {}, "tag": {}}
        for name in sorted(self.sizes):
            match = MANIFEST.fullmatch(name)
            if match is None:
                continue
            kind, algorithm = match[1] or "", match[2]
            if algorithm not in (*STRONG, *WEAK):
                self.found.append(
                    Finding("package.algorithm-unknown", Severity.WARNS, name, {"algorithm": algorithm})
                )
                continue
            lists[kind][algorithm] = self.listed(name, kind)
        if not lists[""]:
            self.refuse("package.no-manifest")
        elif not set(lists[""]) & set(STRONG):
            self.found.append(Finding("package.weak-only", Severity.WARNS))
        if "fetch.txt" in self.sizes:
            self.refuse("package.fetch", "fetch.txt")
        if not any(name.startswith("data/") for name in self.sizes):
            self.refuse("package.no-payload", "data/")
        return lists

    def listed(self, name: str, kind: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, line in enumerate((self.text(name) or "").split("\n"), 1):
            if not line.strip():
                continue
            match = LINE.fullmatch(line)
            path = decoded(match[2]).removeprefix("./") if match else ""
            if match is None:
                self.refuse("package.bad-line", name, line=number)
            elif unsafe(path) or path.startswith("data/") == (kind == "tag"):
                self.refuse("package.unsafe-name", shown(path))
            elif path in found:
                self.refuse("package.manifest-repeats", name, line=number)
            else:
                found[path] = match[1].lower()
        if len({folded(path) for path in found}) != len(found):
            self.refuse("package.name-clash", name, other=name)
        return found

    def information(self) -> tuple[tuple[str, str], ...]:
        pairs: list[tuple[str, str]] = []
        for number, line in enumerate((self.text("bag-info.txt") or "").split("\n"), 1):
            label, colon, value = line.partition(":")
            if line[:1] in (" ", "\t") and pairs:
                pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {line.strip()}")
            elif colon and label.strip():
                pairs.append((label.strip(), value.strip()))
            elif line.strip():
                self.refuse("package.bad-line", "bag-info.txt", line=number)
        return tuple(pairs)

    def payload(self, lists: Mapping[str, Mapping[str, Mapping[str, str]]]) -> tuple[Part, ...]:
        """Hash every listed file once; each payload manifest must list each file of the payload."""
        there = {name for name in self.sizes if name.startswith("data/")}
        for algorithm, listed in lists[""].items():
            for path in sorted(set(listed) - there):
                self.refuse("package.missing-file", shown(path))
            for path in sorted(there - set(listed)):
                self.refuse("package.extra-file", shown(path), algorithm=algorithm)
        for listed in lists["tag"].values():
            for path in sorted(set(listed) - set(self.sizes)):
                self.refuse("package.missing-file", shown(path))
        parts = []
        for path in sorted(there | {each for listed in lists["tag"].values() for each in listed}):
            if path not in self.sizes:
                continue
            kind = "" if path.startswith("data/") else "tag"
            wanted = {name: listed[path] for name, listed in lists[kind].items() if path in listed}
            digests = self.digests(path, {"sha256", "sm3", *wanted} if not kind else set(wanted))
            for algorithm, digest in wanted.items():
                if digests[algorithm] != digest:
                    self.refuse("package.digest-differs", shown(path), algorithm=algorithm)
            if not kind:
                parts.append(Part(path, digests["sha256"], digests["sm3"], self.sizes[path]))
        return tuple(parts)

    def digests(self, path: str, algorithms: set[str]) -> dict[str, str]:
        makers = {name: new_sm3() if name == "sm3" else hashlib.new(name) for name in algorithms}
        with (self.folder / path).open("rb") as file:
            while chunk := file.read(CHUNK):
                for maker in makers.values():
                    maker.update(chunk)
        return {name: maker.hexdigest() for name, maker in makers.items()}

    def own(self, info: tuple[tuple[str, str], ...], payload: tuple[Part, ...]) -> Manifest | None:
        """Return the frozen manifest of a bag that we wrote; such a bag must also be true to its own descriptions."""
        if verify_package.CATALOGUE not in self.sizes or verify_package.BASICS not in self.sizes:
            return None
        report = verify_bag(self.folder)
        self.found += [found for found in report.findings if found not in self.found]
        if blocking(report.findings):
            return None
        kept = tuple(pair for pair in info if pair[0] != verify_package.OXUM_LABEL)
        try:
            manifest = Manifest(str(report.counts["code"]), kept, payload)
        except ValueError:
            self.refuse("package.unsafe-name", "bag-info.txt")
            return None
        return manifest if manifest.digest == report.counts["digest"] else None
