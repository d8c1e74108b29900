"""Dossiers: open, receive, accept, tell everything missing once, decline, decide, deliver.

Each verb asks the transition table and its guard, changes the record, issues the paper the table names and leaves its trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from records.clock import civil_date
from records.domain import checklists
from records.domain.clocks import due
from records.domain.conditions import Answers
from records.domain.dossiers import (
    Event,
    Gap,
    guard_complete_notice,
    guard_decide,
    guard_decline,
    guard_deliver,
    guard_supplement,
    transition,
)
from records.domain.findings import Finding, Refused, blocking
from records.domain.guide_parts import Guide
from records.domain.permissions import Permission
from records.domain.referrals import guard_decision, last_of
from records.domain.situations import answered, unanswered, wrong_answers
from records.domain.vocabulary import (
    ApplicantKind,
    DeclineReason,
    DeliveryMethod,
    DossierState,
    ItemKind,
    NoticeKind,
    Outcome,
)
from records.indexes import keys, questions
from records.resources.applicants import Applicant
from records.resources.dossiers import Dossier
from records.resources.site import Site
from records.rules.transitions import transitions

from . import burden, disputes, fetching, mandates, materials, papers, subjects
from .acts import Act, leave_trace, register
from .checklists import checklist_of, falls_of, guide_of
from .deposits import issue_receipt
from .discretion import discreet
from .guides import content
from .notices import issue
from .reuse import fill_from_library

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
    _note(act, dossier, "open", why=why, permission=Permission.DOSSIER_OPEN)
    return dossier


def receive(act: Act, dossier: Dossier) -> Dossier | Refused:
    """Receive the papers (收件) and give the receipt; receiving is not accepting."""
    row = _own_step(act, dossier, Event.RECEIVE)
    if isinstance(row, Refused):
        return row
    _take_in(act, dossier)
    return _finish(act, dossier, row, NoticeKind.RECEIPT, papers.receipt(act, dossier))


def accept(act: Act, dossier: Dossier) -> Dossier | Refused:
    """Accept the application (受理): all needed lines are there; the clocks start."""
    row = _row(dossier, Event.ACCEPT)
    if isinstance(row, Refused):
        return row
    fill_from_library(act, dossier)
    missing = blocking(checklists.ready_to_accept(checklist_of(act.site, dossier, today=act.today)))
    if missing:
        return Refused(missing)
    _take_in(act, dossier)
    dossier.accepted_at, dossier.accepted_by = act.at, act.by.userid
    _start_clocks(act, dossier, act.today)
    return _finish(act, dossier, row, NoticeKind.ACCEPTANCE, papers.acceptance(act, dossier))


def deem_accepted(act: Act, dossier: Dossier) -> Dossier | Refused:
    """Hold an application for accepted from the day of receipt, because nobody told what is missing in time."""
    row = _row(dossier, Event.DEEM_ACCEPTED)
    if isinstance(row, Refused):
        return row
    dossier.accepted_at, dossier.accepted_by, dossier.deemed = dossier.received_at, act.by.userid, True
    _start_clocks(act, dossier, civil_date(dossier.received_at))
    return _finish(act, dossier, row, NoticeKind.ACCEPTANCE, papers.acceptance(act, dossier))


@discreet
def request_supplement(act: Act, dossier: Dossier, *, gaps: Sequence[Gap], until: date) -> Dossier | Refused:
    """Tell everything that is missing once, in writing (一次性告知); a second time only about what came since."""
    row = _row(dossier, Event.REQUEST_SUPPLEMENT)
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
    _take_in(act, dossier)
    dossier.told = tuple(sorted({*dossier.told, *(gap.line for gap in gaps)}))
    dossier.told_at = act.at
    dossier.gaps = tuple((gap.line, gap.kind.value, gap.demand) for gap in gaps)
    for gap in (each for each in gaps if each.line not in fallen):
        disputes.dispute(act, dossier, line=gap.line, why=gap.demand)
    wrong = {gap.line for gap in gaps}
    dossier.entries = tuple(entry for entry in dossier.entries if entry[0] not in wrong)
    return _finish(act, dossier, row, NoticeKind.SUPPLEMENT, papers.supplement(act, dossier, until=until))


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
    return _finish(act, dossier, row, NoticeKind.RECEIPT, papers.receipt(act, dossier))


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
    row = _row(dossier, Event.DECLINE)
    if isinstance(row, Refused):
        return row
    found = guard_decline(reason, explanation=explanation, law=law, organ=organ)
    if found:
        return Refused(found)
    _take_in(act, dossier)
    dossier.declined = (reason.value, explanation.strip(), law.strip(), organ.strip())
    return _finish(act, dossier, row, NoticeKind.DECLINE, papers.decline(act, dossier))


@discreet
def decide(
    act: Act,
    dossier: Dossier,
    *,
    outcome: Outcome | None,
    reasons: str = "",
    result_number: str = "",
    result: materials.Upload | None = None,
    result_valid_until: date | None = None,
    electronic: bool = False,
) -> Dossier | Refused:
    """Decide (决定): grant with a numbered result, or refuse with reasons; who accepted does not decide.

    Of a case that went up the answer decides, and its paper is the result.
    """
    row = _row(dossier, Event.DECIDE)
    if isinstance(row, Refused):
        return row
    kind = ItemKind(dossier.item_kind)
    above = last_of(dossier.referrals)
    found = guard_decide(
        outcome,
        kind=kind,
        decided_by=act.by.userid,
        accepted_by=dossier.accepted_by,
        reasons=reasons,
        result_number=result_number or (above.number if above else ""),
        result_file=result is not None or bool(dossier.result_digest),
        result_ends=result_valid_until,
        today=act.today,
    )
    found = (*found, *guard_decision(
        above,
        outcome,
        number=result_number,
        file=result is not None,
        ends=result_valid_until,
    ))  # fmt: skip
    guide = guide_of(act.site, dossier)
    if outcome is Outcome.GRANTED and subjects.belongs_to_another(
        act, dossier, standard=guide.result.material, number=result_number
    ):
        found = (*found, Finding("result.number-of-another", subject="result_number"))
    found = (*found, *_unready(act, dossier, outcome))
    if found:
        return Refused(found)
    if dossier.received_at is None:
        _take_in(act, dossier)
    dossier.outcome, dossier.reasons = outcome.value, reasons.strip()
    dossier.decided_at, dossier.decided_by = act.at, act.by.userid
    if result is not None:
        dossier.result_digest = materials.hold(act, result).digest
        dossier.result_number, dossier.result_valid_until = result_number.strip(), result_valid_until
        dossier.result_electronic = electronic
    notice = NoticeKind.GRANT if outcome is Outcome.GRANTED else NoticeKind.REFUSAL
    return _finish(act, dossier, row, notice, papers.decision(act, dossier))


@discreet
def deliver(
    act: Act, dossier: Dossier, *, method: DeliveryMethod | None, recipient: str, proof: str = ""
) -> Dossier | Refused:
    """Deliver the decision (送达): the case is done, and its result is a material of its holder at once."""
    row = _row(dossier, Event.DELIVER)
    if isinstance(row, Refused):
        return row
    found = guard_deliver(
        method, recipient=recipient, proof=proof, on=act.today, decided_on=civil_date(dossier.decided_at)
    )
    if found:
        return Refused(found)
    dossier.delivered_at, dossier.delivered_by = act.at, act.by.userid
    dossier.delivery = (method.value, recipient.strip(), proof.strip())
    guide = guide_of(act.site, dossier)
    if dossier.outcome == Outcome.GRANTED and guide.result.material and not dossier.result_material:
        dossier.result_material = materials.add_result(
            act, dossier, standard=guide.result.material, title=guide.result.name, issuer=guide.unit_name
        ).id
    return _finish(act, dossier, row, NoticeKind.DELIVERY, papers.delivery(act, dossier))


@discreet
def withdraw(act: Act, dossier: Dossier, *, why: str) -> Dossier | Refused:
    """End a case at the applicant's written wish (撤回)."""
    row = _own_step(act, dossier, Event.WITHDRAW)
    if isinstance(row, Refused):
        return row
    if not why.strip():
        return Refused((Finding("withdraw.no-reason", subject="why"),))
    dossier.state = row.target.value
    _note(act, dossier, Event.WITHDRAW.value, why=why.strip(), permission=Permission.DOSSIER_ACCEPT)
    return dossier


def matter_of(act: Act, first: Dossier) -> str:
    """Return the matter that a case belongs to; one that stood alone becomes the first of its own."""
    if not first.course:
        first.course = first.id
        leave_trace(act, "dossier.course", first, unit=first.unit)
    return first.course


def _unready(act: Act, dossier: Dossier, outcome: Outcome | None) -> tuple[Finding, ...]:
    """Return which lines stand in the way of a decision: of any on the spot, of a grant what the office still fetches."""
    at_once, granted = dossier.item_kind == ItemKind.IMMEDIATE, outcome is Outcome.GRANTED
    if not at_once and not granted:
        return ()
    fill_from_library(act, dossier)
    checklist = checklist_of(act.site, dossier, today=act.today)
    return (
        *(blocking(checklists.ready_to_accept(checklist)) if at_once else ()),
        *(checklists.ready_to_grant(checklist) if granted else ()),
        *(subjects.unfilled(dossier) if granted and not at_once else ()),
        *(blocking(falls_of(act.site, dossier, today=act.today).values()) if granted else ()),
    )


PERMISSION_OF = {
    Event.RECEIVE: Permission.DOSSIER_FILL,
    Event.SUPPLEMENT: Permission.DOSSIER_FILL,
    Event.ACCEPT: Permission.DOSSIER_ACCEPT,
    Event.DEEM_ACCEPTED: None,
    Event.REQUEST_SUPPLEMENT: Permission.DOSSIER_ACCEPT,
    Event.DECLINE: Permission.DOSSIER_ACCEPT,
    Event.DECIDE: Permission.DOSSIER_DECIDE,
    Event.DELIVER: Permission.DOSSIER_DELIVER,
}


def _is_held(dossier: Dossier, state: checklists.LineState) -> bool:
    """Tell whether a line needs nothing from the applicant because the library has its material, confirmed or not."""
    if state.status is checklists.LineStatus.TO_CONFIRM:
        return True
    here = (entry for entry in dossier.entries if entry[0] == state.line.id)
    return state.complete and any(entry[3] in checklists.NOT_HANDED_IN for entry in here)


def _row(dossier: Dossier, event: Event):
    return transition(
        event, state=DossierState(dossier.state), kind=ItemKind(dossier.item_kind), table=transitions()
    )


def _own_step(act: Act, dossier: Dossier, event: Event):
    """Return the row of a step that the applicant takes, unless who acts for the applicant may not any more."""
    against = subjects.acting(act.site, dossier, today=act.today)
    return Refused(against) if against else _row(dossier, event)


def _take_in(act: Act, dossier: Dossier) -> None:
    if dossier.received_at is None:
        dossier.received_at, dossier.received_by = act.at, act.by.userid


def _start_clocks(act: Act, dossier: Dossier, start: date) -> None:
    limits = guide_of(act.site, dossier).limits
    promised = due(start, limits.promised.n, limits.promised.unit, act.calendar)
    dossier.promised_due, dossier.due_provisional = promised.due, promised.provisional
    if limits.statutory is not None:
        statutory = due(start, limits.statutory.n, limits.statutory.unit, act.calendar)
        dossier.statutory_due = statutory.due
        dossier.due_provisional = promised.provisional or statutory.provisional
    fetching.owe_fetches(act, dossier)


def _finish(act: Act, dossier: Dossier, row, kind: NoticeKind, facts: Mapping[str, object]) -> Dossier:
    dossier.state = row.target.value
    issue(act, dossier, kind, facts)
    issue_receipt(act, dossier)
    account = burden.account_of(act, dossier).written() if row.event in burden.COUNTED else ""
    _note(act, dossier, row.event.value, permission=PERMISSION_OF[row.event], account=account)
    return dossier


def _note(
    act: Act,
    dossier: Dossier,
    event: str,
    *,
    why: str = "",
    permission: Permission | None = None,
    account: str = "",
) -> None:
    dossier.events = (*dossier.events, (event, act.at, act.by.userid, why))
    leave_trace(
        act,
        f"dossier.{event}",
        dossier,
        unit=dossier.unit,
        permission=permission,
        why=why,
        account=account,
    )
