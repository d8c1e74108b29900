"""The fonds file (全宗卷): the papers that tell how a fonds came to be, was arranged, appraised, kept and used."""

from __future__ import annotations

from datetime import date

from records.domain.catalogues import FondsPart
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.resources.volumes import FondsPaper

from .acts import Act, leave_trace, register
from .discretion import discreet
from .materials import Upload, hold
from .numbering import fonds_key


@discreet
def file_paper(
    act: Act,
    *,
    fonds: str,
    part: FondsPart,
    title: str,
    document_number: str = "",
    dated: date | None = None,
    note: str = "",
    upload: Upload | None = None,
) -> FondsPaper | Refused:
    """Add a paper to a fonds file (归入全宗卷), with its file when there is one; nothing is ever taken out.

    Findings: ``permission.denied``, ``box.fonds-unknown``, ``fonds.day-ahead``.
    """
    found, named = [], fonds
    fonds = fonds_key(act.site, named)
    if not fonds:
        found.append(Finding("box.fonds-unknown", subject="fonds", params={"fonds": named}))
    elif not act.matrix.permits(act.by, Permission.ARCHIVE_ARRANGE, unit=fonds):
        found.append(Finding("permission.denied", params={"permission": Permission.ARCHIVE_ARRANGE.value}))
    if dated is not None and dated > act.today:
        found.append(Finding("fonds.day-ahead", subject="dated", params={"day": dated.isoformat()}))
    if found:
        return Refused(tuple(found))
    paper = FondsPaper()
    paper.fonds = paper.unit = fonds
    paper.part, paper.title, paper.document_number = part.value, title, document_number
    paper.dated, paper.note, paper.filed_by = dated or act.today, note, act.by.userid
    paper.digest = hold(act, upload).digest if upload is not None else ""
    register(act, paper)
    leave_trace(act, "fonds.file-paper", paper, unit=fonds, permission=Permission.ARCHIVE_ARRANGE)
    return paper
