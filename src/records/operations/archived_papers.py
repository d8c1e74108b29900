"""The papers of a frozen package (归档文件), read from the list inside it: one reading for every room that shows or copies them.

A line of the list counts only when the package holds that very file: no list can lead to bytes of another item.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from records.exchange import safe_xml
from records.exchange.packages import Manifest
from records.extraction.types import EXTENSIONS, MediaType
from records.resources.archives import ArchivedItem
from records.resources.site import Site

from . import filing
from .archiving import manifest_of
from .continued import continues, papers_that_continue
from .services import Services

FOLDER = "data/"
LIST = f"{FOLDER}文件目录.xml"


@dataclass(frozen=True, slots=True)
class ArchivedPaper:
    """One paper of a frozen package: its place in the reading order from 1, and what the list of files says of it."""

    number: int
    title: str
    stage: str
    klass: str
    source: str
    form: str
    path: str
    format: str
    size: int
    digest: str
    pages: int

    @property
    def media(self) -> MediaType | None:
        """Return the media type its format or its ending stands for."""
        endings = (self.format.lower(), self.path.rpartition(".")[2].lower())
        return next((EXTENSIONS[f".{each}"] for each in endings if f".{each}" in EXTENSIONS), None)


def papers_in(services: Services, item: ArchivedItem) -> tuple[ArchivedPaper, ...]:
    """Return the papers of an item in reading order; none before it is frozen."""
    return papers_of(services, manifest_of(services, item)) if item.manifest else ()


def papers_of(services: Services, manifest: Manifest) -> tuple[ArchivedPaper, ...]:
    """Return the papers of a frozen package in reading order; none when its list cannot be read."""
    parts = {part.path: part.digest for part in manifest.parts}
    if LIST not in parts:
        return ()
    with services.store.open(parts[LIST]) as stream:
        try:
            tree = safe_xml.read(stream.read())
        except safe_xml.BadXML:
            return ()
    return tuple(_papers(tree, parts))


def coming_papers(services: Services, site: Site, item: ArchivedItem) -> tuple[ArchivedPaper, ...]:
    """Return the papers that the package of an item will hold (拟归档文件), as its case stands now; none of them is frozen yet."""
    if continues(item):
        papers = papers_that_continue(site, item)
    else:
        papers, _ = filing.kept_papers(services, site, site.dossiers[item.dossier], item)
    return tuple(
        ArchivedPaper(
            number=number,
            klass=listed["class"],
            **{
                name: listed[name]
                for name in ("title", "stage", "source", "form", "path", "format", "size", "digest", "pages")
            },
        )
        for number, listed in enumerate(filing.documents_of(papers), start=1)
    )


def _papers(tree: ElementTree.Element, parts: dict[str, str]) -> Iterator[ArchivedPaper]:
    for number, entry in enumerate(tree.iter("文件"), start=1):
        said = {name: entry.findtext(name) or "" for name in ("文件名", "摘要", "字节数", "页数")}
        if parts.get(FOLDER + said["文件名"]) != said["摘要"]:
            continue
        yield ArchivedPaper(
            number=number, title=entry.findtext("题名") or "", stage=entry.findtext("阶段") or "",
            klass=entry.findtext("材料类别") or "", source=entry.findtext("来源") or "",
            form=entry.findtext("原件形式") or "", path=said["文件名"], format=entry.findtext("格式") or "",
            size=_count(said["字节数"]), digest=said["摘要"], pages=_count(said["页数"]),
        )  # fmt: skip


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 16 else 0
