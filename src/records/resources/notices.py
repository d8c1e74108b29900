"""Notices (文书): a numbered paper the centre issued, its facts frozen with the act, its bytes with their digest."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Notice(Record):
    """One paper: number without gaps in its series, facts as canonical JSON, and the PDF's digest once rendered."""

    kind: ClassVar[str] = "notice"
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

    @property
    def state(self) -> str:
        """Return the state of its case: who may not look into the case yet may not read its papers."""
        return self.__parent__.__parent__.dossiers[self.dossier].state


class Notices(Folder):
    """All notices of the site, by id."""
