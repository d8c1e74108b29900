"""Reading PDF files (版式文件), inside the child process only.

pypdfium2 gives text, page count and pictures, quickly; pdfplumber is the second opinion where the first finds no text,
and reads tables. Both are written for good files: anything they raise means "this file cannot be read".
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import re
import time
import unicodedata
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium
from pdfminer.pdftypes import PDFStream, resolve1
from PIL import Image

from records.extraction.images import as_png
from records.extraction.types import TextStatus, Unreadable
from records.store import new_sm3

MOST_PAGES = 2_000
MOST_CHARACTERS = 5_000_000
SECOND_OPINION_PAGES = 50
MOST_PIXELS = 8_000_000
FONT_PAGES = 50
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
"""The object identifier of messageDigest as DER has it."""

HASHES = {20: ("sha1",), 32: ("sha256", "SM3"), 48: ("sha384",), 64: ("sha512",)}
TIME_STAMP = "ETSI.RFC3161"
"""A time stamp holds the digest of its own text, not that of the bytes it covers."""

CLAIM = re.compile(rb"pdfaid:(part|conformance)\s*(?:>|=\s*[\"'])\s*([0-9A-Za-z])")


def _opened(path: Path) -> Any:
    # A file that PDFium gives up on without a reason is told the reason of the file before it; this leaves a harmless one.
    pdfium.FPDF_LoadMemDocument64(b"%", 1, None)
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise Unreadable("encrypted" if locked else "broken") from error
    if len(document) < 1:
        raise Unreadable("broken")
    return document


def inspect(path: Path, **_: Any) -> dict[str, Any]:
    """Return pages and whether the file is encrypted; the first and the last page must be there."""
    document = _opened(path)
    count = len(document)
    restricted = pdfium.FPDF_GetSecurityHandlerRevision(document) != -1
    for index in {0, count - 1}:
        try:
            document.get_page_size(index)
        except pypdfium2.PdfiumError as error:
            raise Unreadable("broken") from error
    return {"pages": count, "encrypted": restricted}


def excerpt(path: Path, *, first: int, last: int, **_: Any) -> tuple[dict[str, Any], bytes]:
    """Return some pages of a file as a file of their own, from page ``first`` to ``last`` (1 is the first)."""
    document = _opened(path)
    if not 1 <= first <= last <= len(document):
        raise Unreadable("broken")
    taken, stream = pypdfium2.PdfDocument.new(), io.BytesIO()
    taken.import_pages(document, list(range(first - 1, last)))
    taken.save(stream)
    return {"pages": last - first + 1}, stream.getvalue()


def attempt(path: Path, *, width: int) -> dict[str, Any]:
    """Return pages, whether the file is locked, which of the first and last page cannot be drawn, and its signatures."""
    document = _opened(path)
    count = len(document)
    restricted = pdfium.FPDF_GetSecurityHandlerRevision(document) != -1
    undrawn = []
    for number in sorted({1, count}):
        try:
            page = document[number - 1]
            page.render(scale=width / max(page.get_width(), 1.0)).close()
            page.close()
        except (pypdfium2.PdfiumError, ValueError):
            undrawn.append(number)
    signatures = list(_signatures(document, path))
    return {"pages": count, "encrypted": restricted, "undrawn": undrawn, "signatures": signatures}


def _signatures(document: Any, path: Path) -> Iterator[tuple[str, bool | None, str]]:
    """Yield the form of each signature, whether the bytes it covers have the digest it holds, and the algorithm."""
    for index in range(max(pdfium.FPDF_GetSignatureCount(document), 0)):
        signature = pdfium.FPDF_GetSignatureObject(document, index)
        form = _filled(pdfium.FPDFSignatureObj_GetSubFilter, signature, ctypes.c_char).rstrip(b"\0")
        held = _signed_digest(_filled(pdfium.FPDFSignatureObj_GetContents, signature, ctypes.c_char))
        count = pdfium.FPDFSignatureObj_GetByteRange(signature, None, 0)
        ranges = (ctypes.c_int * count)()
        pdfium.FPDFSignatureObj_GetByteRange(signature, ranges, count)
        name = form.decode("ascii", "replace") or "PDF"
        if not held or count < 2 or count % 2 or name == TIME_STAMP:
            yield name, None, ""
            continue
        pairs = list(zip(ranges[::2], ranges[1::2], strict=True))
        matching = [each for each in HASHES.get(len(held), ()) if _digest_of(path, pairs, each) == held]
        yield name, bool(matching), matching[0] if matching else ""


def _filled(call: Any, signature: Any, kind: Any) -> bytes:
    length = call(signature, None, 0)
    buffer = (kind * length)()
    call(signature, buffer, length)
    return bytes(buffer)


def _signed_digest(contents: bytes) -> bytes:
    """Return the digest that a signature (CMS) was made over, from its attribute messageDigest; empty without one."""
    place = contents.find(MESSAGE_DIGEST)
    found = contents[place + len(MESSAGE_DIGEST) :][:4] if place >= 0 else b""
    if len(found) < 4 or found[0] != 0x31 or found[2] != 0x04 or found[1] != found[3] + 2:
        return b""
    start = place + len(MESSAGE_DIGEST) + 4
    return contents[start : start + found[3]]


def _digest_of(path: Path, ranges: Sequence[tuple[int, int]], algorithm: str) -> bytes:
    digest = new_sm3() if algorithm == "SM3" else hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        for start, length in ranges:
            file.seek(max(start, 0))
            left = length
            while left > 0 and (chunk := file.read(min(left, 1 << 20))):
                digest.update(chunk)
                left -= len(chunk)
    return bytes.fromhex(digest.hexdigest())


def extract(path: Path, *, seconds: float, **_: Any) -> dict[str, Any]:
    """Return the text of each page, as many as the limits allow."""
    document = _opened(path)
    until = time.monotonic() + seconds
    pages: list[str] = []
    length = unread = 0
    for index in range(min(len(document), MOST_PAGES)):
        try:
            page = document[index]
            text = page.get_textpage().get_text_range(errors="ignore")
            page.close()
        except (pypdfium2.PdfiumError, ValueError):
            text, unread = "", unread + 1
        pages.append(text)
        length += len(text)
        if length > MOST_CHARACTERS or time.monotonic() > until:
            break
    short = len(pages) < len(document) or unread > 0
    status = status_of(pages, short=short)
    return {"pages": pages, "page_count": len(document), "status": status, "tool": _tool("pypdfium2")}


def second_opinion(path: Path, *, seconds: float, **_: Any) -> dict[str, Any]:
    """Return the text of each page as pdfplumber reads it, at most of the first 50."""
    until = time.monotonic() + seconds
    pages: list[str] = []
    with pdfplumber.open(path) as document:
        count = len(document.pages)
        for page in document.pages[:SECOND_OPINION_PAGES]:
            pages.append(page.extract_text() or "")
            page.close()
            if time.monotonic() > until:
                break
    status = status_of(pages, short=len(pages) < count)
    return {"pages": pages, "page_count": count, "status": status, "tool": _tool("pdfplumber")}


def tables(path: Path, *, page: int, **_: Any) -> dict[str, Any]:
    """Return the tables of one page (1 is the first), each as rows of cells."""
    with pdfplumber.open(path) as document:
        found = document.pages[page - 1].extract_tables()
    return {"tables": [[[cell or "" for cell in row] for row in table] for table in found]}


def render(path: Path, *, page: int, width: int, **_: Any) -> tuple[dict[str, Any], bytes]:
    """Return one page (1 is the first) as a PNG picture of a width in pixels."""
    leaf = _opened(path)[page - 1]
    across, down = (max(size, 1.0) for size in leaf.get_size())
    scale = (width - 0.01) / across  # pdfium rounds up
    if width * down * scale > MOST_PIXELS:
        scale = (MOST_PIXELS / (across * down)) ** 0.5
    return {}, as_png(leaf.render(scale=scale).to_pil())


def picture(path: Path, *, page: int, longest: int, **_: Any) -> Image.Image:
    """Return one page (1 is the first) as a picture whose longer side has so many pixels."""
    leaf = _opened(path)[page - 1]
    return leaf.render(scale=(longest - 0.01) / max(*leaf.get_size(), 1.0)).to_pil().convert("RGB")


def archival(path: Path) -> tuple[str, list[str]]:
    """Return the PDF/A level a file claims (``2u``; empty: none) and what of it can be seen to be untrue from outside.

    Faults: ``pdfa-encrypted``, ``pdfa-no-intent``, ``pdfa-script``, ``pdfa-font-not-embedded`` (of the first 50 pages).
    """
    with pdfplumber.open(path) as document:
        catalog = document.doc.catalog
        packet = resolve1(catalog.get("Metadata"))
        said = dict(CLAIM.findall(packet.get_data())) if isinstance(packet, PDFStream) else {}
        claim = "".join(said.get(name, b"").decode().lower() for name in (b"part", b"conformance"))
        if not claim:
            return "", []
        names = resolve1(catalog.get("Names")) or {}
        seen = {
            "pdfa-encrypted": document.doc.encryption is not None,
            "pdfa-no-intent": not resolve1(catalog.get("OutputIntents")),
            "pdfa-script": "JavaScript" in names or _script(resolve1(catalog.get("OpenAction"))),
            "pdfa-font-not-embedded": not all(map(_embedded, _fonts(document))),
        }
    return claim, [fault for fault, there in seen.items() if there]


def _script(action: Any) -> bool:
    return isinstance(action, dict) and str(action.get("S")) in ("/'JavaScript'", "/'Launch'")


def _fonts(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the fonts that pages name, those of composite fonts in their place."""
    for page in document.pages[:FONT_PAGES]:
        resources = resolve1(page.page_obj.resources) or {}
        for each in (resolve1(resources.get("Font")) or {}).values():
            font = resolve1(each)
            below = resolve1(font.get("DescendantFonts"))
            yield resolve1(below[0]) if below else font
        page.close()


def _embedded(font: dict[str, Any]) -> bool:
    if str(font.get("Subtype")) == "/'Type3'":
        return True
    descriptor = resolve1(font.get("FontDescriptor")) or {}
    return any(name in descriptor for name in ("FontFile", "FontFile2", "FontFile3"))


def status_of(pages: Sequence[str], *, short: bool) -> TextStatus:
    """Tell what became of a text from the text itself: characters that mean nothing are not text."""
    text = "".join("".join(pages).split())
    if not text:
        return TextStatus.NO_TEXT_LAYER
    if is_garbage(text):
        return TextStatus.UNAVAILABLE
    return TextStatus.PARTIAL if short else TextStatus.TEXT


def is_garbage(text: str) -> bool:
    """Tell whether a text layer has lost its characters: (cid:7), replacement marks, private use, controls."""
    lost = text.count("(cid:") * 7 + sum(
        char == "\ufffd"
        or unicodedata.category(char) in ("Co", "Cn", "Cs")
        or (char < " " and not char.isspace())
        for char in text
    )
    return lost * 10 > len(text)


def _tool(name: str) -> str:
    return f"{name} {version(name)}"
