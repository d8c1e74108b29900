"""Materials (材料) of an applicant's library, and the holdings (存件) their bytes lie in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from persistent import Persistent

from records.db import SmallOOBTree
from records.shorthand import Terse

from .base import Folder, Record


class Holding(Terse):
    """One content, stored once: its digests, size and type. However many materials show it, there is one."""

    digest = ""
    sm3 = ""
    size = 0
    media_type = ""
    first_seen = None
    page_count = 0
    owed = 0
    text_status = "owed"
    text_pages: tuple[str, ...] = ()
    text_tool = ""


class Holdings(Persistent):
    """All holdings of the site by digest in hexadecimal; as keys the digests lie as the bytes they stand for."""

    def __init__(self) -> None:
        self.children = SmallOOBTree()

    def __getitem__(self, digest: str) -> Holding:
        return self.children[bytes.fromhex(digest)]

    def __setitem__(self, digest: str, holding: Holding) -> None:
        self.children[bytes.fromhex(digest)] = holding

    def __contains__(self, digest: str) -> bool:
        return bytes.fromhex(digest) in self.children

    def __iter__(self) -> Iterator[str]:
        return (key.hex() for key in self.children)

    def __len__(self) -> int:
        return len(self.children)

    def get(self, digest: str) -> Holding | None:
        """Return a holding or None."""
        return self.children.get(bytes.fromhex(digest))

    def items(self) -> Iterator[tuple[str, Holding]]:
        """Yield digests and holdings in the order of the digests."""
        return ((key.hex(), holding) for key, holding in self.children.items())


class Material(Record):
    """One material of one applicant: what it is, who issued it, until when it holds, how far it is trusted.

    ``renditions`` are the contents that show it, each ``(digest, file title, kind, received at)``; the newest is last.
    The kind is scan or result; ``page`` continues the rendition before it with the file of the next page.
    """

    kind: ClassVar[str] = "material"
    applicant = ""
    standard = ""
    title = ""
    situation = ""
    document_number = ""
    issuer = ""
    issued_on = None
    valid_from = None
    valid_until = None
    grade = "C"
    status = "valid"
    source = "submitted"
    source_dossier = ""
    verified_by = ""
    verified_on = None
    disputed = False
    superseded_by = ""
    original_seen = False
    renditions: tuple[tuple[str, str, str, object], ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Return the digests of the newest rendition, one for each file in the order of its pages."""
        return self.showings[-1] if self.renditions else ()

    @property
    def showings(self) -> tuple[tuple[str, ...], ...]:
        """Return the renditions, each as the digests of its files in the order of its pages."""
        found: list[tuple[str, ...]] = []
        for digest, _title, kind, _at in self.renditions:
            if kind == "page":
                found[-1] = (*found[-1], digest)
            else:
                found.append((digest,))
        return tuple(found)


class Materials(Folder):
    """All materials of the site, by id."""
