"""Having pages looked at by somebody else (看图进程): their marks, and whether two of them show the same sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .types import LOOKS, MediaType
from .worker import Broke, Child, Extractor

Page = tuple[Path, MediaType, int]
"""A file, its type and the number of a page, from 1."""


class Looker(Extractor):
    """Looks at pages in a limited child of its own, for what it looks with takes much room; started when first needed."""

    def __init__(self, *, memory: int = 1 << 30, cpu: int = 60, wall: float = 90.0) -> None:
        super().__init__(memory=memory, cpu=cpu, wall=wall)

    def _new_child(self) -> Child:
        return Child(self._memory, "fingerprints")

    def fingerprints(self, path: Path, media_type: MediaType) -> tuple[bytes, ...]:
        """Return the marks of each page, empty for a blank one; nothing for a file that cannot be looked at."""
        head, payload = self._looked("fingerprint", path, kind=media_type.value, seconds=self._wall * 0.6)
        pages, at = [], 0
        for length in head.get("marks", ()):
            pages.append(payload[at : at + length])
            at += length
        return tuple(pages)

    def resembling(self, page: Page, others: Sequence[Page]) -> tuple[bool, ...]:
        """Tell of each of the other pages whether it shows the same sheet; what breaks its reader resembles nothing."""
        path, media_type, number = page
        asked = [(str(other), kind.value, which) for other, kind, which in others]
        head, _ = self._looked("resemble", path, kind=media_type.value, page=number, others=asked)
        return tuple(head.get("same", (False,) * len(asked)))

    def _looked(self, verb: str, path: Path, **more: Any) -> tuple[dict[str, Any], bytes]:
        try:
            return self._ask(verb, path, LOOKS, **more)
        except Broke:
            return {}, b""
