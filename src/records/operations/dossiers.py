"""Dossiers: open, receive, accept, tell everything missing once, decline, withdraw.

Each verb asks the transition table and its guard, changes the record, issues the paper the table names and leaves its trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from records.clock import civil_date
from records.domain import checklists
from records.domain.conditions import Answers
from records.domain.dossiers import (
    Event,
    Gap,
    guard_complete_notice,
    guard_decline,
    guard_supplement,
)
from records.domain.findings import Finding, Refused, blocking
from records.domain.guide_parts import Guide
from records.domain.permissions import Permission
from records.domain.situations import answered, unanswered, wrong_answers
from records.domain.vocabulary import (
    ApplicantKind,
    DeclineReason,
    DossierState,
    NoticeKind,
)
from records.indexes import keys, questions
from records.resources.applicants import Applicant
from records.resources.dossiers import Dossier
from records.resources.site import Site

from . import disputes, fetching, mandates, papers, subjects
from .acts import Act, leave_trace, register
from .checklists import checklist_of, falls_of
from .discretion import discreet
from .guides import content
from .reuse import fill_from_library
from .steps import finish, note, row_of, start_clocks, take_in

LIVE = frozenset({DossierState.DRAFT, DossierState.RECEIVED, DossierState.SUPPLEMENT, DossierState.ACCEPTED})


@partial(discreet, but="agent")
def open_dossier(
    act: Act,
    *,
    applicant: str,
    guide: str,
    situation: Answers | None = None,
    agent: str = "",
    again: str = "",
    course: str = "",
) -> Dossier | Refused:
    """Open a case for an applicant by the guide in force today; what is held fills itself in.

    ``situation`` answers the guide's questions: a yes-or-no question left out is answered no, of several options none;
    one that is needed and has one answer of many must be answered. ``agent`` is the number of who acts for the applicant, with
    a running mandate for this item. ``again`` says why a second open case for the same item is meant. ``course`` is a case of the same
    matter (一件事的另一部分、上报件、前一环节): what lies there is here at once, and what comes for one comes for all.
    """
    ready, found = prepare(act, applicant=applicant, guide=guide, situation=situation or {}, agent=agent)
    if ready is None:
        return Refused(found)
    other = live_case(act.site, applicant, guide)
    if other is not None and not again.strip():
        params = {"id": other.id, "code": other.code}
        found = (*found, Finding("dossier.open-already", subject="guide", params=params))
    first = act.site.dossiers.get(course) if course else None
    if course and (first is None or first.applicant not in subjects.linked(act.site, applicant)):
        found = (*found, Finding("dossier.course-unknown", subject="course"))
    if found:
        return Refused(found)
    return begin(act, ready, first=first, why=again.strip())


@dataclass(frozen=True, slots=True)
class Opening:
    """A case about to be opened (收件建档): whose, by which edition in force, with which answers, and who acts for the applicant."""

    applicant: str
    guide: str
    version: int
    body: Guide
    answers: Answers
    agent: Applicant | None


def prepare(
    act: Act, *, applicant: str, guide: str, situation: Answers, agent: str
) -> tuple[Opening | None, tuple[Finding, ...]]:
    """Return a case that could be opened with everything that speaks against it; None where there is nothing to open."""
    record = act.site.guides.get(guide)
    person = act.site.applicants.get(applicant)
    found = []
    if person is None:
        found.append(Finding("applicant.unknown", subject="applicant"))
    if record is None:
        found.append(Finding("guide.unknown", subject="guide", params={"key": guide}))
    version = record.in_force(act.today) if record is not None else None
    if record is not None and version is None:
        found.append(Finding("guide.not-in-force", subject="guide", params={"title": record.title}))
    if found:
        return None, tuple(found)
    body = content(version)
    answers = answered(body.situations, situation)
    found += wrong_answers(body.situations, situation)
    found += unanswered(body, answers)
    if ApplicantKind(person.applicant_kind) not in body.audience:
        found.append(Finding("guide.wrong-audience", subject="applicant", params={"title": record.title}))
    acts, against = mandates.who_acts(act, person, number=agent, item=guide)
    found += (*subjects.stopped(act.site, applicant), *against)
    return Opening(applicant, guide, version.version, body, answers, acts), tuple(found)


def live_case(site: Site, applicant: str, guide: str) -> Dossier | None:
    """Return a case of the same subject for an item that is not decided yet (在办的同一事项)."""
    for file in subjects.one_subject(site, applicant):
        for other in questions.dossiers_of(site, file):
            if other.guide == guide and DossierState(other.state) in LIVE:
                return other
    return None


def begin(act: Act, ready: Opening, *, first: Dossier | None, why: str) -> Dossier:
    """Open a case that nothing speaks against; with ``first`` it belongs to the matter of that case."""
    dossier, body = Dossier(), ready.body
    if first is not None:
        dossier.course = matter_of(act, first)
    dossier.applicant = ready.applicant
    dossier.agent, dossier.agent_id = (ready.agent.name, ready.agent.id) if ready.agent else ("", "")
    dossier.guide, dossier.guide_version = ready.guide, ready.version
    dossier.unit, dossier.fonds = body.unit, body.fonds
    dossier.item_kind = body.item_kind.value
    dossier.channel = act.channel
    dossier.situation = tuple(ready.answers.items())
    register(act, dossier)
    unit = act.site.office["units"][body.unit]
    serial = act.site.counter(f"dossier:{body.unit}:{act.today.isoformat()}").next()
    dossier.code = f"{unit['code']}{act.today:%Y%m%d}{serial:04d}"
    dossier.inquiry_code = f"{int.from_bytes(act.vault.salt('inquiry', dossier.id)[:8]) % 10**6:06d}"
    keys.claim(act.site, keys.compose("dossier-code", dossier.code), dossier.id)
    fill_from_library(act, dossier)
    fetching.owe_fetches(act, dossier)
    note(act, dossier, "open", why=why, permission=Permission.DOSSIER_OPEN)
    return dossier


def receive(act: Act, dossier: Dossier) -> Dossier | Refused:
    """Receive the papers (收件) and give the receipt; receiving is not accepting."""
    row = _own_step(act, dossier, Event.RECEIVE)
    if isinstance(row, Refused):
        return row
    take_in(act, dossier)
    return finish(act, dossier, row, NoticeKind.RECEIPT, papers.receipt(act, dossier))


def accept(act: Act, dossier: Dossier) -> Dossier | Refused:
    """Accept the application (受理): all needed lines are there; the clocks start."""
    row = row_of(dossier, Event.ACCEPT)
    if isinstance(row, Refused):
        return row
    fill_from_library(act, dossier)
    missing = blocking(checklists.ready_to_accept(checklist_of(act.site, dossier, today=act.today)))
    if missing:
        return Refused(missing)
    take_in(act, dossier)
    dossier.accepted_at, dossier.accepted_by = act.at, act.by.userid
    start_clocks(act, dossier, act.today)
    return finish(act, dossier, row, NoticeKind.ACCEPTANCE, papers.acceptance(act, dossier))


def deem_accepted(act: Act, dossier: Dossier) -> Dossier | Refused:
    """Hold an application for accepted from the day of receipt, because nobody told what is missing in time."""
    row = row_of(dossier, Event.DEEM_ACCEPTED)
    if isinstance(row, Refused):
        return row
    dossier.accepted_at, dossier.accepted_by, dossier.deemed = dossier.received_at, act.by.userid, True
    start_clocks(act, dossier, civil_date(dossier.received_at))
    return finish(act, dossier, row, NoticeKind.ACCEPTANCE, papers.acceptance(act, dossier))


@discreet
def request_supplement(act: Act, dossier: Dossier, *, gaps: Sequence[Gap], until: date) -> Dossier | Refused:
    """Tell everything that is missing once, in writing (一次性告知); a second time only about what came since."""
    row = row_of(dossier, Event.REQUEST_SUPPLEMENT)
    if isinstance(row, Refused):
        return row
    fill_from_library(act, dossier)
    checklist = checklist_of(act.site, dossier, today=act.today)
    needed = frozenset(state.line.id for state in checklist.lines if state.needed)
    held = {state.line.id: state.material for state in checklist.lines if _is_held(dossier, state)}
    since = frozenset(
        entry[0] for entry in dossier.entries if dossier.told_at is not None and entry[4] > dossier.told_at
    ) | frozenset(row[0] for row in dossier.separated)
    fallen = frozenset(falls_of(act.site, dossier, today=act.today))
    since |= fallen
    titles = {line: act.site.materials[material].title for line, material in held.items()}
    found = tuple(
        replace(each, params={**each.params, "id": held[each.subject]}) if "title" in each.params else each
        for each in guard_supplement(
            gaps, needed=needed, held=titles, told=frozenset(dossier.told), supplied_since=since
        )
    )
    if not dossier.told:
        missing = frozenset(gap.line for gap in checklists.gaps(checklist))
        found = (*found, *guard_complete_notice(missing, gaps))
    if until < act.today:
        found = (*found, Finding("supplement.until-past", subject="until"))
    found = (*found, *disputes.disputable(act, dossier, gaps))
    found = (*found, *fetching.not_to_be_told(act.site, dossier, gaps))
    if found:
        return Refused(found)
    take_in(act, dossier)
    dossier.told = tuple(sorted({*dossier.told, *(gap.line for gap in gaps)}))
    dossier.told_at = act.at
    dossier.gaps = tuple((gap.line, gap.kind.value, gap.demand) for gap in gaps)
    for gap in (each for each in gaps if each.line not in fallen):
        disputes.dispute(act, dossier, line=gap.line, why=gap.demand)
    wrong = {gap.line for gap in gaps}
    dossier.entries = tuple(entry for entry in dossier.entries if entry[0] not in wrong)
    return finish(act, dossier, row, NoticeKind.SUPPLEMENT, papers.supplement(act, dossier, until=until))


def supplement(act: Act, dossier: Dossier) -> Dossier | Refused:
    """Receive what was asked for (补正收件) and give the receipt for it."""
    row = _own_step(act, dossier, Event.SUPPLEMENT)
    if isinstance(row, Refused):
        return row
    there = {entry[0] for entry in dossier.entries}
    there |= fetching.lines_refused(act.site, dossier)
    left = [line for line, _, _ in dossier.gaps if line not in there]
    if left:
        return Refused(tuple(Finding("supplement.still-missing", subject=line) for line in left))
    dossier.received_at = act.at
    return finish(act, dossier, row, NoticeKind.RECEIPT, papers.receipt(act, dossier))


@discreet
def decline(
    act: Act,
    dossier: Dossier,
    *,
    reason: DeclineReason | None,
    explanation: str,
    law: str,
    organ: str = "",
) -> Dossier | Refused:
    """Decline in writing (不予受理): reason, law, the right organ, and how to contest it."""
    row = row_of(dossier, Event.DECLINE)
    if isinstance(row, Refused):
        return row
    found = guard_decline(reason, explanation=explanation, law=law, organ=organ)
    if found:
        return Refused(found)
    take_in(act, dossier)
    dossier.declined = (reason.value, explanation.strip(), law.strip(), organ.strip())
    return finish(act, dossier, row, NoticeKind.DECLINE, papers.decline(act, dossier))


@discreet
def withdraw(act: Act, dossier: Dossier, *, why: str) -> Dossier | Refused:
    """End a case at the applicant's written wish (撤回)."""
    row = _own_step(act, dossier, Event.WITHDRAW)
    if isinstance(row, Refused):
        return row
    if not why.strip():
        return Refused((Finding("withdraw.no-reason", subject="why"),))
    dossier.state = row.target.value
    note(act, dossier, Event.WITHDRAW.value, why=why.strip(), permission=Permission.DOSSIER_ACCEPT)
    return dossier


def matter_of(act: Act, first: Dossier) -> str:
    """Return the matter that a case belongs to; one that stood alone becomes the first of its own."""
    if not first.course:
        first.course = first.id
        leave_trace(act, "dossier.course", first, unit=first.unit)
    return first.course


def _is_held(dossier: Dossier, state: checklists.LineState) -> bool:
    """Tell whether a line needs nothing from the applicant because the library has its material, confirmed or not."""
    if state.status is checklists.LineStatus.TO_CONFIRM:
        return True
    here = (entry for entry in dossier.entries if entry[0] == state.line.id)
    return state.complete and any(entry[3] in checklists.NOT_HANDED_IN for entry in here)


def _own_step(act: Act, dossier: Dossier, event: Event):
    """Return the row of a step that the applicant takes, unless who acts for the applicant may not any more."""
    against = subjects.acting(act.site, dossier, today=act.today)
    return Refused(against) if against else row_of(dossier, event)
