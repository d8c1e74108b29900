"""Materials (材料) of an applicant's library, and the holdings (存件) their bytes lie in."""

from __future__ import annotations

from typing import ClassVar

from persistent import Persistent

from .base import Folder, Record


class Holding(Persistent):
    """One content, stored once: its digests, size and type. However many materials show it, there is one."""

    digest = ""
    sm3 = ""
    size = 0
    media_type = ""
    first_seen = None
    page_count = 0
    text_status = "owed"
    text_pages: tuple[str, ...] = ()
    text_tool = ""


class Material(Record):
    """One material of one applicant: what it is, who issued it, until when it holds, how far it is trusted.

    ``renditions`` are the contents that show it, each ``(digest, file title, kind, received at)``; the newest is last.
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


class Materials(Folder):
    """All materials of the site, by id."""
