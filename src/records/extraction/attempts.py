"""Trying whether a paper can be read today (可读性试读), inside the child process only.

The first and the last page are drawn, small, and thrown away: a page that cannot be drawn cannot be read. What electronic
signatures cover is hashed again and compared with the digest inside the signature; whether the signer's certificate can be
trusted is not asked here.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import PIL

from records.extraction import images, ofd, pdf, plain
from records.extraction.types import MediaType

SMALL = 48
"""Pixels of width: enough to make the reader go through all that stands on a page."""


def attempt(path: Path, *, kind: str, **_: Any) -> dict[str, Any]:
    """Return pages, whether the file is locked, the pages that could not be drawn, signatures, and who read it."""
    match kind:
        case MediaType.PDF:
            return {**pdf.attempt(path, width=SMALL), "tool": f"pypdfium2 {version('pypdfium2')}"}
        case MediaType.JPEG | MediaType.PNG:
            images.render(path, width=SMALL)
            found, tool = {"pages": 1, "encrypted": False}, f"Pillow {PIL.__version__}"
        case MediaType.OFD:
            found, tool = ofd.attempt(path), "zipfile"
        case _:
            found, tool = plain.inspect(path), "text"
    return {"undrawn": [], "signatures": [], **found, "tool": tool}
