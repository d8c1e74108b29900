"""Which format a file really is (格式识别), from its content alone; inside the child process only.

PRONOM identifiers come from fido's signatures, which lie on this machine. An OFD, which PRONOM does not know, is told by
its own structure. A PDF/A says of itself that it is one: the claim is compared with what can be seen from outside, and is
never called validated.
"""

from __future__ import annotations

import os
import zipfile
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from xml.parsers import expat

from fido import CONFIG_DIR
from fido.fido import Fido
from fido.versions import get_local_versions

from records.extraction import pdf
from records.extraction.types import is_text

OFD = "GB/T 33190"
OFD_NAMESPACE = "http://www.ofdspec.org/2016"
LARGEST_PART = 16 << 20
PDF_START = b"%PDF-"


def identify(path: Path, **_: Any) -> dict[str, Any]:
    """Return ``id``, ``name``, ``mime``, ``claim`` (the PDF/A level a file says it has), ``faults`` and ``tool``.

    ``id`` is a PRONOM identifier, ``GB/T 33190`` for an OFD, empty for what nobody knows.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    found = {"id": "", "name": "", "mime": "", "claim": "", "faults": []}
    if head.startswith(b"PK") and (faults := _ofd_faults(path)) is not None:
        found |= {"id": OFD, "name": "OFD", "mime": "application/ofd", "faults": faults}
    else:
        found |= _identified(path)
        if not found["id"] and is_text(head):
            found |= {"id": "x-fmt/111", "name": "Plain Text File", "mime": "text/plain"}
        if PDF_START in head:
            claim, faults = pdf.archival(path)
            found |= {"claim": claim, "faults": faults}
    return {**found, "tool": f"fido {_fido().version}"}


class _Finder(Fido):
    """fido, which gives its matches back instead of printing them."""

    def __init__(self) -> None:
        versions = get_local_versions(CONFIG_DIR)
        files = [versions.pronom_signature, versions.fido_extension_signature]
        super().__init__(quiet=True, handle_matches=self._take, format_files=files)
        self.containersignature_file = versions.pronom_container_signature
        self.version = f"PRONOM {versions.pronom_version}"
        self.taken: list[Any] = []

    def _take(self, _name: str, matches: list[Any], _seconds: float, kind: str = "") -> None:
        self.taken = [(match[0], kind) for match in matches]


@cache
def _fido() -> _Finder:
    return _Finder()


def _identified(path: Path) -> dict[str, str]:
    finder = _fido()
    finder.taken = []
    finder.identify_file(os.fspath(path), extension=False)
    if len(finder.taken) != 1 and not _one(finder.taken):
        return {}
    form = finder.taken[-1][0]
    return {
        "id": finder.get_puid(form),
        "name": form.findtext("name") or "",
        "mime": form.findtext("mime") or "",
    }


def _one(taken: list[Any]) -> bool:
    """Tell whether several matches name one format."""
    return bool(taken) and len({form.findtext("puid") for form, _ in taken}) == 1


def _ofd_faults(path: Path) -> list[str] | None:
    """Return what is wrong with an OFD, nothing for a good one, None for what is no OFD at all."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
            if "OFD.xml" not in names:
                return None
            return _structure_faults(packed, names)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
        return None


def _structure_faults(packed: zipfile.ZipFile, names: set[str]) -> list[str]:
    faults = []
    if any(entry.flag_bits & 1 for entry in packed.infolist()):
        return ["encrypted"]
    root, texts = _parsed(packed, "OFD.xml")
    if root is None:
        return ["ofd-not-readable"]
    if root != f"{OFD_NAMESPACE} OFD":
        faults.append("ofd-namespace")
    documents = [text.strip().lstrip("/") for name, text in texts if name == f"{OFD_NAMESPACE} DocRoot"]
    if not documents:
        faults.append("ofd-no-document")
    for document in documents:
        if document not in names:
            faults.append("ofd-document-missing")
            continue
        pages = [where for name, where in _attributes(packed, document) if name.endswith(" Page")]
        folder = PurePosixPath(document).parent
        here = [str(folder / where.lstrip("/")) for where in pages]
        if not here or any(
            each not in names and where not in names for each, where in zip(here, pages, strict=True)
        ):
            faults.append("ofd-page-missing")
    return faults


def _parsed(packed: zipfile.ZipFile, name: str) -> tuple[str | None, list[tuple[str, str]]]:
    """Return the root and the texts by element; None for what is not read: too large, broken, with a document type."""
    stack: list[str] = []
    texts: list[tuple[str, str]] = []
    roots: list[str] = []

    def start(element: str, _attributes: dict[str, str]) -> None:
        roots.append(element)
        stack.append(element)

    def data(text: str) -> None:
        texts.append((stack[-1], text))

    parser = _parser(start, lambda _element: stack.pop(), data)
    try:
        parser.Parse(_part(packed, name), True)
    except (expat.ExpatError, ValueError):
        return None, []
    return roots[0], texts


def _attributes(packed: zipfile.ZipFile, name: str) -> list[tuple[str, str]]:
    """Return of each element where it says that its own content lies (BaseLoc)."""
    found: list[tuple[str, str]] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if "BaseLoc" in attributes:
            found.append((element, attributes["BaseLoc"]))

    parser = _parser(start, lambda _element: None, lambda _text: None)
    try:
        parser.Parse(_part(packed, name), True)
    except (expat.ExpatError, ValueError):
        return []
    return found


def _parser(start: Any, end: Any, data: Any) -> Any:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def forbid(*_: Any) -> None:
        raise ValueError("a document type")

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = forbid
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    return parser


def _part(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as part:
        content = part.read(LARGEST_PART + 1)
    if len(content) > LARGEST_PART:
        raise ValueError("too large")
    return content
