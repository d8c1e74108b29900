"""Families (共同生活的家庭成员): a case names who lives with the applicant; their papers serve where the guide asks for them."""

from __future__ import annotations

from functools import partial

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.subjects import Relative
from records.domain.vocabulary import ApplicantKind, DossierState
from records.resources.dossiers import Dossier

from . import materials, subjects
from .acts import Act, leave_trace
from .applicants import find_applicant
from .discretion import discreet
from .reuse import fill_from_library


@partial(discreet, but="number")
def name_member(act: Act, dossier: Dossier, *, number: str, relation: Relative) -> Dossier | Refused:
    """Name a member of the applicant's family in a case (登记家庭成员); papers held of them fill the lines about the family."""
    member = find_applicant(act, number=number)
    if isinstance(member, Refused):
        return member
    found = _closed(dossier)
    if not subjects.for_members(dossier.guide):
        found.append(Finding("member.not-asked"))
    if member is None:
        return Refused((*found, Finding("member.no-file", subject="number")))
    named = {file for each, _ in dossier.members for file in subjects.one_subject(act.site, each)}
    if member.id in subjects.one_subject(act.site, dossier.applicant):
        found.append(Finding("member.itself", subject="number"))
    if member.applicant_kind != ApplicantKind.PERSON:
        found.append(Finding("member.not-a-person", subject="number"))
    if member.id in named:
        found.append(Finding("member.already", subject="number"))
    if found:
        return Refused(tuple(found))
    dossier.members = (*dossier.members, (member.id, relation.value))
    fill_from_library(act, dossier)
    _trace(act, "dossier.name-member", dossier, member.id)
    return dossier


def strike_member(act: Act, dossier: Dossier, *, member: str) -> Dossier | Refused:
    """Strike a member of the family from a case (删除家庭成员); lines filled with their papers are empty again."""
    found = _closed(dossier)
    if member not in [each for each, _ in dossier.members]:
        found.append(Finding("member.unknown", subject="member"))
    if found:
        return Refused(tuple(found))
    theirs = subjects.one_subject(act.site, member)
    dossier.members = tuple(row for row in dossier.members if row[0] != member)
    dossier.entries = tuple(
        entry for entry in dossier.entries if act.site.materials[entry[1]].applicant not in theirs
    )
    _trace(act, "dossier.strike-member", dossier, member)
    return dossier


def _closed(dossier: Dossier) -> list[Finding]:
    state = DossierState(dossier.state)
    if state in materials.OPEN:
        return []
    return [Finding("dossier.closed-for-materials", params={"state": state.label})]


def _trace(act: Act, event: str, dossier: Dossier, member: str) -> None:
    leave_trace(
        act,
        event,
        dossier,
        unit=dossier.unit,
        permission=Permission.DOSSIER_FILL,
        details={"member": member},
    )
