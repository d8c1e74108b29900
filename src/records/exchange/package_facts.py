"""From the files of a package to what its checks are told (检测所需的事实).

Whatever the source: read what the package says of itself, look at what is there, and try each paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from platform import platform, python_version
from ssl import OPENSSL_VERSION
from xml.etree import ElementTree
from xml.parsers import expat

from records.domain.archive_imports import ELEMENTS, SOFTWARE
from records.domain.packages import (
    Attributes,
    DocumentFacts,
    Element,
    FormFacts,
    PackageFacts,
    SealFacts,
    SignatureFacts,
    StepFacts,
)
from records.domain.vocabulary import Stage
from records.exchange import safe_xml, verify_package
from records.exchange.descriptions import BASICS, NOTHING
from records.exchange.package_sources import Found, Sighting, Source
from records.extraction.types import Attempt, MediaType, ending_of
from records.rules import code_patterns, elements

AGENT = "Bag-Software-Agent"
BASIC, CATALOGUE, PROCESS = "基本信息.xml", "文件目录.xml", "过程信息.xml"
REPORT, MEANINGS, README = "检测报告.xml", "元数据说明.txt", "说明.txt"
#: What every package has beside its papers, in whichever edition of the program it was made.
WANTED = (BASIC, CATALOGUE, PROCESS, REPORT, MEANINGS, README)
#: What the list of files has said of each paper since the first edition.
COLUMNS = ("顺序号", "题名", "阶段", "材料类别", "来源", "文件名", "格式", "字节数", "摘要")
KINDS = {"pdf": MediaType.PDF, "jpg": MediaType.JPEG, "jpeg": MediaType.JPEG, "png": MediaType.PNG, "txt": MediaType.TEXT, "ofd": MediaType.OFD}  # fmt: skip
READERS = {"pdf": "pypdfium2", "jpg": "Pillow", "jpeg": "Pillow", "png": "Pillow", "txt": "text", "ofd": "zipfile"}  # fmt: skip
ALLOWED = frozenset(KINDS)

Try = Callable[[str, Path, str], Attempt]
"""Tries a paper: its digest, where it lies, and its kind."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a package says of itself: elements by key, its papers and steps, how many papers, and what each file lacks."""

    written: Mapping[str, str]
    papers: Sequence[Mapping[str, str]]
    steps: Sequence[StepFacts]
    count: int
    explained: Mapping[str, tuple[str, ...]]


def told_by(source: Source, info: Mapping[str, str]) -> Told:
    """Return what a package says of itself; what cannot be read says nothing."""
    basics, catalogue, process = (_tree(source, name) for name in (BASIC, CATALOGUE, PROCESS))
    papers = [_texts(entry) for entry in catalogue.iter("文件")] if catalogue is not None else []
    steps = process.iter("业务实体") if process is not None else ()
    count = (basics.findtext("归档/件数") or "") if basics is not None else ""
    return Told(
        written=_written(basics),
        papers=papers,
        steps=tuple(
            StepFacts(_said(step, "业务行为"), _said(step, "行为时间"), _said(step, "机构人员"))
            for step in steps
        ),
        count=int(count) if count.isdecimal() else -1,
        explained=_explained(source, catalogue, papers, info.get(verify_package.CODE_LABEL, "")),
    )


def package_facts(
    source: Source,
    seen: Sighting,
    told: Told,
    *,
    try_out: Try,
    today: str,
    origins: Mapping[str, str] | None = None,
) -> PackageFacts:
    """Describe a package for the checks from itself alone; what a database knows is added by whoever has one.

    ``origins`` maps the path of a paper to the digest under which it was taken in or issued.
    """  # fmt: skip
    documents = tuple(
        _document(source, seen, paper, try_out, (origins or {}).get(paper.get("文件名", ""), ""))
        for paper in told.papers
    )
    named = {document.path for document in documents}
    own = tuple(path for path in seen.recorded if path not in named and not _paperlike(path))
    return PackageFacts(
        metadata=told.written,
        scheme=of_history(elements()) if seen.info.get(AGENT) == SOFTWARE else elements(),
        documents=documents,
        recorded_count=told.count,
        steps=told.steps,
        required_steps=(),
        scope={},
        manifest=seen.recorded,
        present={path: found.digest for path, found in seen.files.items()} | dict.fromkeys(seen.outside, ""),
        metadata_files={path: _readable(source, path) for path in own if path in seen.files},
        allowed_formats=ALLOWED,
        patterns=code_patterns(),
        written=told.written,
        wanted_files=WANTED,
        explained=told.explained,
        unpacked=seen.unpacked,
        environment=environment(),
        readers=READERS,
        redated=seen.redated,
        today=today,
        form=_form(seen, documents, own),
    )


def of_history(scheme: Sequence[Element]) -> tuple[Element, ...]:
    """Return the metadata that an item of an existing archive has: those of a case are not asked of it."""
    return tuple(element for element in scheme if element.key in ELEMENTS)


def sealed(seen: Sighting, recorded: str, where: str) -> SealFacts:
    """Return the digest of the whole as recorded and as found."""
    return SealFacts(recorded, seen.digest, where)


@cache
def environment() -> Mapping[str, str]:
    """Return the machine on which this runs (软硬件环境)."""
    return {
        "system": platform(terse=True),
        "python": python_version(),
        "database": f"ZODB {version('ZODB')}",
        "digests": OPENSSL_VERSION,
    }


def _document(
    source: Source, seen: Sighting, paper: Mapping[str, str], try_out: Try, origin: str
) -> DocumentFacts:
    path = paper.get("文件名", "")
    name, ending = path.rpartition("/")[2], path.rpartition(".")[2].lower()
    found = seen.files.get(path)
    magic = ending_of(source.head(path)) if found else ""
    place = source.file(path) if found and found.size else None
    attempt = _tried(found, place, magic or ending, try_out)
    pages, size = paper.get("页数", ""), paper.get("字节数", "")
    return DocumentFacts(
        number=int(paper["顺序号"]) if paper.get("顺序号", "").isdecimal() else 0,
        path=path,
        title=paper.get("题名", ""),
        stage=_stage(paper.get("阶段", ""), path),
        scope=paper.get("指南材料标识", ""),
        recorded=Attributes(
            name,
            int(size) if size.isdecimal() else -1,
            paper.get("格式", ""),
            paper.get("摘要", ""),
            int(pages) if pages.isdecimal() else None,
        ),
        actual=Attributes(name, found.size, ending, found.digest, attempt.pages or None) if found else None,
        magic=magic,
        readable=attempt.readable,
        encrypted=attempt.encrypted,
        source=paper.get("来源", ""),
        origin=origin,
        sm3=paper.get("摘要SM3", ""),
        sm3_found=found.sm3 if found else "",
        undrawn=attempt.undrawn,
        reader=attempt.tool,
        signatures=tuple(SignatureFacts(*each) for each in attempt.signatures),
    )


def _tried(found: Found | None, place: Path | None, ending: str, try_out: Try) -> Attempt:
    """Return what became of trying a paper; one that is no format of ours cannot be tried and is not readable."""
    if found is None or place is None or ending not in KINDS:
        return Attempt(False, undrawn=())
    return try_out(found.digest, place, KINDS[ending])


def _stage(label: str, path: str) -> Stage:
    """Return the stage that is named, or else that of the folder; a damaged list may name neither."""
    named = next((stage for stage in Stage if stage.label == label), None)
    return named or next((stage for stage in Stage if stage.value == path[:2]), Stage.TRACE)


def _form(seen: Sighting, documents: Sequence[DocumentFacts], own: Sequence[str]) -> FormFacts | None:
    """Return what the note on the bag (bag-info.txt) says of the papers: all it counts, without the descriptions."""
    size, count = seen.total
    if not count:
        return None
    others = [seen.files[path].size for path in own if path in seen.files]
    return FormFacts("bag-info.txt", count - len(own), size - sum(others))


def _written(basics: ElementTree.Element | None) -> dict[str, str]:
    if basics is None:
        return {}
    labels = {
        f"{key}.{name}": f"{group}/{label}" for key, group, fields in BASICS for name, label, _ in fields
    }
    found: dict[str, str] = {}
    for element in elements():
        place = labels.get(element.place)
        text = basics.findtext(place) if place else None
        if text is not None:
            found[element.key] = _value(element, text)
    return found


def _value(element: Element, text: str) -> str:
    """Return what the package writes in words as the scheme has it; an instant stands for its day."""
    said = "" if text.strip() == NOTHING else text.strip()
    if element.kind == "date" and said[10:11] == "T":
        return said[:10]
    return element.words.get(said, said)


def _explained(
    source: Source, catalogue: ElementTree.Element | None, papers: Sequence[Mapping[str, str]], code: str
) -> dict[str, tuple[str, ...]]:
    """Return for each list and note for readers what it lacks."""
    readme = source.read(README)
    lacking: dict[str, tuple[str, ...]] = {
        README: () if readme and code and code.encode() in readme else (code or README,)
    }
    lacking[MEANINGS] = () if source.read(MEANINGS) else (MEANINGS,)
    absent = dict.fromkeys(label for paper in papers for label in COLUMNS if label not in paper)
    whole = catalogue is not None and catalogue.tag == "文件目录" and bool(papers)
    lacking[CATALOGUE] = tuple(absent) if whole else ("文件目录",)
    return lacking  # fmt: skip


def _tree(source: Source, path: str) -> ElementTree.Element | None:
    content = source.read(path)
    try:
        return safe_xml.read(content) if content else None
    except (safe_xml.BadXML, expat.ExpatError):
        return None


def _readable(source: Source, path: str) -> bool:
    content = source.read(path)
    if content is None:
        return False
    if path.endswith((".xml", ".rng")):
        return _tree(source, path) is not None
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _paperlike(path: str) -> bool:
    """Tell whether a file lies where papers lie: in a folder that begins with the digits of a stage."""
    return "/" in path and path[:2].isdecimal()


def _texts(entry: ElementTree.Element) -> dict[str, str]:
    return {each.tag: _text(each.text) for each in entry}


def _said(entry: ElementTree.Element, name: str) -> str:
    return _text(entry.findtext(name))


def _text(text: str | None) -> str:
    said = (text or "").strip()
    return "" if said == NOTHING else said
