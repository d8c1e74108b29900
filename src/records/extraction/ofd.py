"""Reading OFD (版式文档，GB/T 33190), inside the child process only: pages, text, e-licence identifier, signatures.

Designed after the standard's names of files and elements, not certified. An OFD is a ZIP with ``OFD.xml`` at its top; it
is measured before anything is unpacked, nothing is written to a folder, and a document type is never read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

from records.domain.identifiers import LICENCE_ROOT
from records.extraction.types import TextStatus, Unreadable
from records.store import new_sm3

LARGEST, LARGEST_XML = 64 << 20, 16 << 20
"""Bytes of any part, and of one that is parsed."""

UNPACKED, RATIO, MOST_PARTS = 256 << 20, 100, 20_000
"""Bytes of all parts, beyond 1 MiB how often larger than packed, and how many there may be."""

MOST_PAGES, MOST_CHARACTERS = 2_000, 5_000_000
MOST_SIGNATURES = 100
LICENCE_PAGES = 2
"""Pages on which an e-licence identifier is looked for when the document's own data do not name one."""

LICENCE = re.compile(rf"(?<![0-9.]){re.escape(LICENCE_ROOT)}(?:\.[0-9A-Za-z]{{1,40}}){{5}}(?![0-9A-Za-z.])")
SM3_NAMES = ("1.2.156.10197.1.401", "SM3")
ALGORITHMS = {"MD5": "md5", "SHA1": "sha1", "SHA-1": "sha1", "SHA256": "sha256", "SHA-256": "sha256"}


@dataclass(frozen=True, slots=True)
class _Page:
    """One page: the part it lies in, and the templates of its document by their identifier."""

    place: str
    templates: Mapping[str, str]


class _Plain(ElementTree.TreeBuilder):
    """Builds the tree of a part that has no document type, however it is encoded."""

    def doctype(self, *_: Any) -> None:
        raise Unreadable("broken")


def inspect(path: Path, **_: Any) -> dict[str, Any]:
    """Return how many pages a document has, and the e-licence identifier (电子证照标识) that stands in it."""
    with _opened(path) as packed:
        pages = _pages(packed)
        said = [_text(each) for each in _named(_tree(packed, "OFD.xml"), "CustomData")]
        shown = (_page_text(packed, page) for page in pages[:LICENCE_PAGES])
        found = _first_licence(said) or _first_licence(shown)
    return {"pages": len(pages), "encrypted": False, "licence": found}


def _first_licence(texts: Iterator[str] | list[str]) -> str:
    return next((found[0] for text in texts if (found := LICENCE.search(text))), "")


def extract(path: Path, **_: Any) -> dict[str, Any]:
    """Return the text of each page, as many as the limits allow, that of its templates first."""
    texts, left = [], MOST_CHARACTERS
    with _opened(path) as packed:
        pages = _pages(packed)
        for page in pages[:MOST_PAGES]:
            texts.append(_page_text(packed, page)[:left])
            left -= len(texts[-1])
            if left <= 0:
                break
    status = TextStatus.TEXT if any(text.strip() for text in texts) else TextStatus.NO_TEXT_LAYER
    if len(texts) < len(pages) or left <= 0:
        status = TextStatus.PARTIAL
    return {"pages": texts, "page_count": len(pages), "status": status, "tool": "zipfile"}


def attempt(path: Path) -> dict[str, Any]:
    """Return pages and the signatures of a document; it is broken when its parts are not there or cannot be unpacked."""
    with _opened(path) as packed:
        pages = len(_pages(packed))
        lists = [_text(each) for each in _named(_tree(packed, "OFD.xml"), "Signatures")]
        signatures = [one for each in lists for one in _signed(packed, each)]
    return {"pages": pages, "encrypted": False, "signatures": signatures}


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a document after all it says of its sizes and names was looked at; whatever is wrong in it is ``broken``."""
    try:
        with zipfile.ZipFile(path) as packed:
            entries, size = packed.infolist(), path.stat().st_size
            if any(entry.flag_bits & 1 for entry in entries):
                raise Unreadable("encrypted")
            declared = sum(entry.file_size for entry in entries)
            # Parts that share their packed bytes are how a small archive becomes endless.
            shared = sum(entry.compress_size for entry in entries) > size
            swollen = declared > UNPACKED or (declared > 1 << 20 and declared > RATIO * size)
            strange = any(_leads_out(entry.filename) for entry in entries)
            if shared or swollen or strange or len(entries) > MOST_PARTS:
                raise Unreadable("broken")
            yield packed
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError, RuntimeError) as error:
        raise Unreadable("broken") from error


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts


def _place(base: str, name: str) -> str:
    """Return where a part lies that another one names, from the top."""
    joined = name if name.startswith("/") else posixpath.join(posixpath.dirname(base), name)
    place = posixpath.normpath(joined).lstrip("/")
    if not name or _leads_out(place):
        raise Unreadable("broken")
    return place


def _pages(packed: zipfile.ZipFile) -> list[_Page]:
    """Return the pages of all documents in their order; one whose part is not there breaks the whole."""
    found = []
    for body in _named(_tree(packed, "OFD.xml"), "DocRoot"):
        root = _place("", _text(body))
        document = _tree(packed, root)
        templates = {
            each.get("ID", ""): _place(root, each.get("BaseLoc", ""))
            for each in _named(document, "TemplatePage")
        }
        places = [_place(root, each.get("BaseLoc", "")) for each in _named(document, "Page")]
        for place in places:
            packed.getinfo(place)
        found += [_Page(place, templates) for place in places]
    if not found:
        raise Unreadable("broken")
    return found


def _page_text(packed: zipfile.ZipFile, page: _Page) -> str:
    tree = _tree(packed, page.place)
    used = (page.templates.get(each.get("TemplateID", "")) for each in _named(tree, "Template"))
    trees = [*(_tree(packed, place) for place in used if place), tree]
    return "\n".join(filter(None, map(_lines, trees)))


def _lines(tree: ElementTree.Element) -> str:
    """Return the text of a page as it is written; what stands at the same height is one line."""
    lines: list[str] = []
    height = None
    for each in _named(tree, "TextObject"):
        said = "".join(code.text or "" for code in _named(each, "TextCode"))
        here = _height(each)
        if lines and here is not None and here == height:
            lines[-1] += said
        else:
            lines.append(said)
        height = here
    return "\n".join(lines)


def _height(element: ElementTree.Element) -> int | None:
    """Return how far from the top a text stands, in whole millimetres; None when it does not say."""
    numbers = element.get("Boundary", "").split()
    try:
        return round(float(numbers[1]))
    except (IndexError, ValueError, OverflowError):
        return None


def _signed(packed: zipfile.ZipFile, listed: str) -> Iterator[tuple[str, bool | None, str]]:
    """Yield form, whether all that was signed has its digest, and the algorithm, for each signature of a list."""
    folder = PurePosixPath(listed).parent
    for entry in list(_named(_tree(packed, listed), "Signature"))[:MOST_SIGNATURES]:
        where = entry.get("BaseLoc", "")
        tree = _tree(packed, where if where.startswith("/") else str(folder / where))
        references = next(_named(tree, "References"), None)
        method = "" if references is None else references.get("CheckMethod", "MD5")
        checked = [
            _covered(packed, _text_of(each, "CheckValue"), each.get("FileRef", ""), method)
            for each in _named(tree, "Reference")
        ]
        unknown = not checked or None in checked
        yield "OFD", None if unknown else all(checked), method


def _covered(packed: zipfile.ZipFile, wanted: str, name: str, method: str) -> bool | None:
    if method in SM3_NAMES:
        digest = new_sm3()
    elif method.upper() in ALGORITHMS:
        digest = hashlib.new(ALGORITHMS[method.upper()], usedforsecurity=False)
    else:
        return None
    try:
        digest.update(_content(packed, name))
    except KeyError:
        return False
    try:
        return base64.b64decode(wanted, validate=True).hex() == digest.hexdigest()
    except binascii.Error:
        return False


def _content(packed: zipfile.ZipFile, name: str, most: int = LARGEST) -> bytes:
    """Return one part; KeyError when there is none."""
    with packed.open(name.lstrip("/")) as part:
        content = part.read(most + 1)
    if len(content) > most:
        raise Unreadable("broken")
    return content


def _tree(packed: zipfile.ZipFile, name: str) -> ElementTree.Element:
    parser = ElementTree.XMLParser(target=_Plain())
    try:
        return ElementTree.fromstring(_content(packed, name, LARGEST_XML), parser)
    except ElementTree.ParseError as error:
        raise Unreadable("broken") from error


def _named(tree: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (each for each in tree.iter() if each.tag.rpartition("}")[2] == name)


def _text(element: ElementTree.Element) -> str:
    return (element.text or "").strip()


def _text_of(element: ElementTree.Element, name: str) -> str:
    return next((_text(each) for each in _named(element, name)), "")
