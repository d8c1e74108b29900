"""Materials (材料) of an applicant's library, and the holdings (存件) their bytes lie in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import ClassVar

from persistent import Persistent

from records.db import SmallOOBTree
from records.shorthand import Terse

from .base import Folder, Record


class Holding(Terse):
    """One content, stored once: its digests, size and type. However many materials show it, there is one.

    ``tried`` is what became of drawing it when it came in: (readable, pages, encrypted, pages not drawn, tool, signatures).
    """

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
    looks = None
    tried: tuple = ()


class Looks(Terse):
    """How the pages of one content look: the marks of each page, empty for a blank one; read only to compare."""

    pages: tuple[bytes, ...] = ()


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
    The kind is scan, result or licence; ``page`` continues the rendition before it with the file of the next page.
    ``likenesses`` are the held materials it looks like, each ``(id, pages that agree, numbers of those that do not)``;
    ``unlike`` are those a clerk has told apart from it; ``merged`` is the one it turned out to be, and whether
    that one had been superseded by it.
    ``lookups`` say where and why a platform was asked for it, each ``(platform, request, purpose, by, at, status)``;
    ``licence_status`` is the issuer's word that froze it.
    ``stopped`` is the decision by which it does not hold, ``(status, since, until, evidence, why, by, at)``;
    ``corrections`` are ``(at, by, why, day of issue before)``.
    ``excerpt`` says of pages from the archives which they are, ``(item, digest of the paper, first, last, by, at, purpose, concerns)``.
    ``objections`` are what the applicant said is wrong, ``(at, by, why, settled at, settled by, upheld, answer)``; ``sealed`` is the
    answer to a wish for deletion, ``(at, by, wish, ground, status before)``; ``copies`` are those handed out, ``(at, by, recipient, purpose)``.
    ``consents`` is what the applicant said of its reuse, each ``(kind, item, at, by, why)``.
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
    licence_identifier = ""
    licence_status = ""
    lookups: tuple[tuple, ...] = ()
    likenesses: tuple[tuple[str, int, tuple[int, ...]], ...] = ()
    unlike: tuple[str, ...] = ()
    merged: tuple[str, bool] | tuple[()] = ()
    consents: tuple[tuple[str, str, object, str, str], ...] = ()
    stopped: tuple = ()
    archival_code = ""
    excerpt: tuple = ()
    objections: tuple[tuple, ...] = ()
    sealed: tuple = ()
    copies: tuple[tuple, ...] = ()
    corrections: tuple[tuple[object, str, str, object], ...] = ()

    def issued_as_of(self, at: datetime) -> date | None:
        """Return the day of issue as it was written at an instant, whatever was corrected since."""
        return next((before for later, _, _, before in self.corrections if later > at), self.issued_on)

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
