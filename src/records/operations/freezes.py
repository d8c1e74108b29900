"""Freezing (冻结): of the dead and the deregistered nothing is reused and no case is opened in their name."""

from __future__ import annotations

from datetime import date
from functools import partial

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.subjects import Ended, Relative, decide_freeze, decide_relative, decide_thaw
from records.resources.applicants import Applicant

from . import proofs, subjects
from .acts import Act, leave_trace
from .applicants import find_applicant
from .discretion import discreet
from .materials import Upload


@discreet
def freeze(
    act: Act,
    applicant: Applicant,
    *,
    as_: Ended,
    day: date,
    why: str,
    material: str = "",
    upload: Upload | None = None,
    original_seen: bool = False,
) -> Applicant | Refused:
    """Freeze a subject that died or was deregistered (冻结), on proof; what is archived is not touched."""
    found = (
        *decide_freeze(subjects.file_of(act, applicant), as_=as_, day=day, today=act.today, why=why),
        *_unproven(act, applicant, material, upload, original_seen),
    )
    if found:
        return Refused(found)
    kept = proofs.keep(act, applicant, material=material, upload=upload, standard=proofs.END)
    applicant.ended = (as_.value, day, kept.id, act.by.userid, act.at)
    _trace(act, "applicant.freeze", applicant, why, {"as": as_, "day": day, "evidence": kept.id})
    return applicant


@discreet
def thaw(
    act: Act,
    applicant: Applicant,
    *,
    why: str,
    material: str = "",
    upload: Upload | None = None,
    original_seen: bool = False,
) -> Applicant | Refused:
    """Thaw a subject that was frozen wrongly (解除冻结), on proof; the library serves again."""
    found = (
        *decide_thaw(subjects.file_of(act, applicant), why=why),
        *_unproven(act, applicant, material, upload, original_seen),
    )
    if found:
        return Refused(found)
    kept = proofs.keep(act, applicant, material=material, upload=upload, standard=proofs.END)
    for file in subjects.one_subject(act.site, applicant.id):
        record = act.site.applicants[file]
        if record.ended:
            record.ended = ()
            _trace(act, "applicant.thaw", record, why, {"evidence": kept.id})
    return applicant


@partial(discreet, but="number")
def note_request(
    act: Act,
    applicant: Applicant,
    *,
    number: str,
    relation: Relative,
    wish: str,
    material: str = "",
    upload: Upload | None = None,
    original_seen: bool = False,
) -> Applicant | Refused:
    """Note what a near relative asks about a dead person (近亲属请求): who, how related, what for, on which proof."""
    relative = find_applicant(act, number=number)
    if isinstance(relative, Refused):
        return relative
    if relative is None:
        return Refused((Finding("relative.no-file", subject="number"),))
    same = subjects.one_subject(act.site, applicant.id)
    theirs = (*same, *subjects.one_subject(act.site, relative.id))
    found = (
        *decide_relative(
            subjects.file_of(act, applicant), subjects.file_of(act, relative), same=same, wish=wish
        ),
        *proofs.check(act, material=material, upload=upload, original_seen=original_seen, of=theirs),
    )
    if found:
        return Refused(found)
    kept = proofs.keep(act, relative, material=material, upload=upload, standard=proofs.LINK)
    row = (relative.id, relation.value, wish.strip(), kept.id, act.by.userid, act.at)
    applicant.requests = (*applicant.requests, row)
    details = {"relative": relative.id, "relation": relation, "evidence": kept.id}
    _trace(act, "applicant.relative-asks", applicant, wish, details)
    return applicant


def _unproven(
    act: Act, applicant: Applicant, material: str, upload: Upload | None, original_seen: bool
) -> tuple[Finding, ...]:
    same = subjects.one_subject(act.site, applicant.id)
    return proofs.check(act, material=material, upload=upload, original_seen=original_seen, of=same)


def _trace(act: Act, event: str, applicant: Applicant, why: str, details: dict[str, object]) -> None:
    leave_trace(act, event, applicant, permission=Permission.APPLICANT_JOIN, why=why.strip(), details=details)
