"""Mandates (代理、监护): who acts for a subject, for which items, from when until when, checked whenever they act."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.subjects import (
    MandateKind,
    decide_acting,
    decide_mandate,
    is_protected,
    last_day_of_guardian,
)
from records.domain.vocabulary import DossierState
from records.indexes import questions
from records.resources.applicants import Applicant
from records.resources.dossiers import Dossier

from . import proofs, subjects
from .acts import Act, leave_trace
from .applicants import find_applicant
from .discretion import discreet
from .materials import OPEN, Upload

_BETWEEN = re.compile(r"[\n;；、，,]+")


@partial(discreet, but="number")
def authorise(
    act: Act,
    applicant: Applicant,
    *,
    kind: MandateKind,
    number: str,
    items: str = "",
    since: date | None = None,
    until: date | None = None,
    material: str = "",
    upload: Upload | None = None,
    original_seen: bool = False,
) -> Applicant | Refused:
    """Put down who acts for an applicant (登记代理人、监护人): for which items, from when until when, on which letter.

    ``items`` are keys or exact titles of items, one a line; a guardian acts in all until the ward is of age.
    """
    agent = find_applicant(act, number=number)
    if isinstance(agent, Refused):
        return agent
    if agent is None:
        return Refused((Finding("agent.no-file", subject="number"),))
    guardian = kind is MandateKind.GUARDIAN
    ward = subjects.file_of(act, applicant)
    keys = {title: key for guide in questions.guides_listed(act.site) for title, key in _called(guide)}
    typed = [part.strip() for part in _BETWEEN.split(items) if part.strip()]
    scope = () if guardian else tuple(dict.fromkeys(keys.get(part, part) for part in typed))
    begins = since or act.today
    ends = last_day_of_guardian(ward.born) if guardian else until
    found = (
        *subjects.stopped(act.site, applicant.id),
        *decide_mandate(
            kind,
            ward,
            subjects.file_of(act, agent),
            same=subjects.one_subject(act.site, applicant.id),
            items=scope,
            known=frozenset(keys.values()),
            since=begins,
            until=ends,
            today=act.today,
        ),
        *proofs.check(
            act,
            material=material,
            upload=upload,
            original_seen=original_seen,
            of=subjects.one_subject(act.site, applicant.id),
        ),
    )
    if found:
        return Refused(found)
    standard = proofs.GUARDIAN if guardian else proofs.LETTER
    kept = proofs.keep(act, applicant, material=material, upload=upload, standard=standard)
    row = (kind.value, agent.id, scope, begins, ends, kept.id, None)
    applicant.mandates = (*applicant.mandates, row)
    leave_trace(
        act,
        "applicant.authorise",
        applicant,
        permission=Permission.APPLICANT_JOIN,
        details={"kind": kind, "agent": agent.id, "items": scope, "until": ends, "evidence": kept.id},
    )
    return applicant


@discreet
def end_mandate(act: Act, applicant: Applicant, *, agent: str, why: str) -> Applicant | Refused:
    """Take back what somebody may do for an applicant (取消代理), from today on; what was done stays done."""
    running = [row for row in applicant.mandates if row[1] == agent and row[6] is None]
    found = []
    if not running:
        found.append(Finding("agent.no-mandate", subject="agent"))
    if not why.strip():
        found.append(Finding("agent.no-reason", subject="why"))
    if found:
        return Refused(tuple(found))
    applicant.mandates = tuple((*row[:6], act.today) if row in running else row for row in applicant.mandates)
    leave_trace(
        act,
        "applicant.end-mandate",
        applicant,
        permission=Permission.APPLICANT_JOIN,
        why=why.strip(),
        details={"agent": agent},
    )
    return applicant


def who_acts(
    act: Act, applicant: Applicant, *, number: str, item: str
) -> tuple[Applicant | None, tuple[Finding, ...]]:
    """Return who acts for an applicant in a new case, found by number, and what speaks against it."""
    agent = None
    if number.strip():
        agent = find_applicant(act, number=number)
        if isinstance(agent, Refused):
            return None, tuple(
                Finding(each.code, subject="agent", params=each.params) for each in agent.findings
            )
        if agent is None:
            return None, (Finding("agent.no-file", subject="agent"),)
        if subjects.stopped(act.site, agent.id):
            return None, (Finding("agent.ended", subject="agent"),)
    found = decide_acting(
        subjects.mandates(act.site, applicant.id),
        agent=agent.id if agent else "",
        item=item,
        today=act.today,
        protected=is_protected(subjects.file_of(act, applicant).born, today=act.today),
    )
    return agent, found


def act_in_person(act: Act, dossier: Dossier) -> Dossier | Refused:
    """Put down that the applicant acts in person from now on (本人办理); a child under 14 cannot."""
    applicant = act.site.applicants[dossier.applicant]
    found = []
    if DossierState(dossier.state) not in OPEN:
        state = DossierState(dossier.state).label
        found.append(Finding("dossier.closed-for-materials", params={"state": state}))
    if not dossier.agent_id:
        found.append(Finding("agent.nobody"))
    found += who_acts(act, applicant, number="", item=dossier.guide)[1]
    if found:
        return Refused(tuple(found))
    before, dossier.agent, dossier.agent_id = dossier.agent_id, "", ""
    leave_trace(
        act,
        "dossier.in-person",
        dossier,
        unit=dossier.unit,
        permission=Permission.DOSSIER_FILL,
        details={"agent": before},
    )
    return dossier


def _called(guide: questions.ListedGuide) -> tuple[tuple[str, str], ...]:
    return (guide.title, guide.key), (guide.key, guide.key)
