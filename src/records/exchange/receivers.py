"""A delivery for a receiving archives (移交数据): directory as XLSX, folders by 档号, digests of everything.

What is in it comes from the frozen packages alone. A delivery lies under its name only when it is complete and on disk;
whatever is interrupted leaves a folder beside it that the next try replaces.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from records.domain.arrangement import safe_segment
from records.domain.findings import Finding, Refused, Severity
from records.rules.receivers import Receiver

from . import safe_xml, sheets
from .eep import read_contents, stream_eep
from .package_contents import Contents
from .packages import Manifest, Store, check_store, write_bag

CHUNK = 1 << 20
DIRECTORY = "目录.xlsx"
DIGESTS = "校验清单-SHA256.txt"
README = """移交数据说明

{title}，形成时间 {at}，共 {items} 件、{files} 个文件、{size} 字节。
目录.xlsx 是目录，两张表：{sheet}、{document_sheet}。“文件”一栏是文件在本文件夹内的位置。
校验清单-SHA256.txt 可用 sha256sum -c 核对；目录里的 SHA-256 与归档时登记的一致。
"""

Progress = Callable[[int], bool]


@dataclass(slots=True)
class Delivery:
    """What a delivery came to: where it lies, how much is in it, and what the receiver may not take."""

    directory: Path
    items: int = 0
    files: int = 0
    size: int = 0
    stopped: bool = False
    findings: list[Finding] = field(default_factory=list)


def deliver(
    profile: Receiver,
    packages: Iterable[Manifest],
    store: Store,
    directory: Path,
    *,
    at: datetime,
    progress: Progress = lambda done: True,
) -> Delivery | Refused:
    """Write the packages as a receiver wants them; ``progress`` is told how many are done and may stop by False.

    Refused: ``package.target-in-use``, ``package.store-lacks``, ``package.store-damaged``, ``receiver.package-unreadable``.
    A format that the receiver does not name is told and still delivered (``receiver.format``, warns).
    """
    if directory.is_symlink() or (
        directory.exists() and (not directory.is_dir() or any(directory.iterdir()))
    ):
        return Refused((Finding("package.target-in-use", subject=str(directory)),))
    staging = directory.with_name(f".{directory.name}.part")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    writing = _Writing(profile, store, staging, at, Delivery(directory))
    try:
        for manifest in packages:
            if found := writing.add(manifest):
                return Refused(found)
            if not progress(writing.delivery.items):
                writing.delivery.stopped = True
                return writing.delivery
        writing.finish()
        if directory.exists():
            directory.rmdir()
        staging.rename(directory)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return writing.delivery


class _Writing:
    """One delivery while it is written: rows of both directories, and the digest of every file."""

    def __init__(
        self, profile: Receiver, store: Store, folder: Path, at: datetime, delivery: Delivery
    ) -> None:
        self.profile, self.store, self.folder, self.at = profile, store, folder, at
        self.delivery = delivery
        self.rows: list[tuple[str, list[sheets.Cell]]] = []
        self.digests: list[str] = []

    def add(self, manifest: Manifest) -> tuple[Finding, ...]:
        """Write one package and its rows."""
        if lacking := check_store(manifest, self.store):
            return lacking
        try:
            contents = read_contents(manifest, self.store)
        except safe_xml.BadXML:
            return (Finding("receiver.package-unreadable", params={"code": manifest.code}),)
        record = contents.groups["record"]
        values = {name: record.get(name, "") for name in ("fonds", "year", "retention", "category")}
        values["code"] = manifest.code
        place = "/".join(
            safe_segment(each.format(**values), limit=200) for each in self.profile.folder.split("/")
        )
        found = self.write(manifest, contents, place)
        if found:
            return found
        self.delivery.items += 1
        shown = item_values(manifest, contents, number=self.delivery.items)
        if self.profile.package == "eep":
            shown["place"] = f"{place}/{safe_segment(manifest.code, limit=200)}.eep"
        self.row(self.profile.sheet, self.profile.columns, shown)
        return ()

    def write(self, manifest: Manifest, contents: Contents, place: str) -> tuple[Finding, ...]:
        match self.profile.package:
            case "files":
                inside = place
                found = self.files(manifest, contents, place)
            case "bag":
                inside = f"{place}/data"
                (self.folder / place).parent.mkdir(parents=True, exist_ok=True)
                made = write_bag(manifest, self.store, self.folder / place)
                found = made.findings if isinstance(made, Refused) else ()
                for part in manifest.parts:
                    self.digests.append(f"{part.digest}  {place}/{part.path}\n")
            case _:
                inside = f"{place}/{safe_segment(manifest.code, limit=200)}.eep#"
                found = self.eep(manifest, place)
        if not found:
            self.documents(manifest, contents, inside)
        return found

    def files(self, manifest: Manifest, contents: Contents, place: str) -> tuple[Finding, ...]:
        """Copy the documents, forced through their digest: what was damaged in the store never goes out."""
        digests = {part.path: part.digest for part in manifest.parts}
        for document in contents.documents:
            digest = digests[f"data/{document['path']}"]
            target = self.folder / place / document["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            hashed = hashlib.sha256()
            with self.store.open(digest) as source, target.open("xb") as file:
                while chunk := source.read(CHUNK):
                    hashed.update(chunk)
                    file.write(chunk)
            if hashed.hexdigest() != digest:
                return (
                    Finding("package.store-damaged", subject=document["path"], params={"digest": digest}),
                )
            self.digests.append(f"{digest}  {place}/{document['path']}\n")
        return ()

    def eep(self, manifest: Manifest, place: str) -> tuple[Finding, ...]:
        target = self.folder / place / f"{safe_segment(manifest.code, limit=200)}.eep"
        target.parent.mkdir(parents=True, exist_ok=True)
        hashed = hashlib.sha256()
        with target.open("xb") as file:
            for chunk in stream_eep(manifest, self.store, at=self.at):
                hashed.update(chunk)
                file.write(chunk)
        self.digests.append(f"{hashed.hexdigest()}  {target.relative_to(self.folder).as_posix()}\n")
        return ()

    def documents(self, manifest: Manifest, contents: Contents, inside: str) -> None:
        for number, document in enumerate(contents.documents, 1):
            ending = document["path"].rpartition(".")[2].lower()
            if ending not in self.profile.formats:
                self.delivery.findings.append(
                    Finding(
                        "receiver.format",
                        Severity.WARNS,
                        document["path"],
                        {"code": manifest.code, "format": ending},
                    )
                )
            values = {**document, "code": manifest.code, "number": number}
            values |= {
                "place": f"{inside}/{document['path']}",
                "size": int(document["size"]),
                "responsible": document.get("responsible") or contents.groups["item"].get("organ", ""),
                "pages": _number(document.get("pages")),
            }
            self.row(self.profile.document_sheet, self.profile.document_columns, values)
            self.delivery.files += 1
            self.delivery.size += int(document["size"])

    def row(self, sheet: str, columns: tuple[tuple[str, str], ...], values: dict[str, sheets.Cell]) -> None:
        self.rows.append((sheet, [values.get(key, "") for _, key in columns]))

    def finish(self) -> None:
        """Write directory, digests and explanation."""
        heads = {
            self.profile.sheet: [heading for heading, _ in self.profile.columns],
            self.profile.document_sheet: [heading for heading, _ in self.profile.document_columns],
        }
        with (self.folder / DIRECTORY).open("xb") as file:
            sheets.write_sheets(file, heads, self.rows)
        said = README.format(
            title=self.profile.title,
            at=self.at.isoformat(timespec="seconds"),
            items=self.delivery.items,
            files=self.delivery.files,
            size=self.delivery.size,
            sheet=self.profile.sheet,
            document_sheet=self.profile.document_sheet,
        )
        (self.folder / "说明.txt").write_text(said, encoding="utf-8")
        for name in (DIRECTORY, "说明.txt"):
            digest = hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
            self.digests.append(f"{digest}  {name}\n")
        (self.folder / DIGESTS).write_text("".join(self.digests), encoding="utf-8")


def item_values(manifest: Manifest, contents: Contents, *, number: int) -> dict[str, sheets.Cell]:
    """Return what a directory says of an item, by the keys of ``rules/receivers.csv``."""
    groups = contents.groups
    record = groups["record"]
    return {
        "number": number,
        "code": manifest.code,
        "title": contents.title,
        "document_number": groups["result"].get("number", ""),
        "responsible": groups["item"].get("organ", ""),
        "date": groups["case"].get("closed_at", "")[:10],
        "security": record.get("security", ""),
        "year": record.get("year", ""),
        "retention": record.get("retention", ""),
        "count": len(contents.documents),
        "pages": _number(record.get("pages")),
        "note": groups["case"].get("number", ""),
        "package_digest": manifest.digest,
    }


def _number(text: str | None) -> sheets.Cell:
    return int(text) if text and text.isdecimal() else ""
