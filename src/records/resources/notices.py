"""Notices (文书): a numbered paper the centre issued, its facts frozen with the act, its bytes with their digest."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Notice(Record):
    """One paper: number without gaps in its series, facts as canonical JSON, and the PDF's digest once rendered.

    ``tried`` is what became of drawing it before it is archived, as a holding keeps it.
    """

    kind: ClassVar[str] = "notice"
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"tried"}
    notice_kind = ""
    code = ""
    dossier = ""
    unit = ""
    facts = ""
    digest = ""
    sm3 = ""
    size = 0
    missing: tuple[str, ...] = ()
    issued_at = None
    verify_code = ""
    tried: tuple = ()

    @property
    def state(self) -> str:
        """Return the state of its case: who may not look into the case yet may not read its papers."""
        return self.__parent__.__parent__.dossiers[self.dossier].state


class Notices(Folder):
    """All notices of the site, by id."""
