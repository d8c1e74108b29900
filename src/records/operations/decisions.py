"""Deciding and delivering (决定、送达): what closes a case, by another person than who accepted it."""

from __future__ import annotations

from datetime import date

from records.clock import civil_date
from records.domain import checklists
from records.domain.dossiers import (
    Event,
    guard_decide,
    guard_deliver,
)
from records.domain.findings import Finding, Refused, blocking
from records.domain.referrals import guard_decision, last_of
from records.domain.vocabulary import (
    DeliveryMethod,
    ItemKind,
    NoticeKind,
    Outcome,
)
from records.resources.dossiers import Dossier

from . import materials, papers, subjects
from .acts import Act
from .checklists import checklist_of, falls_of, guide_of
from .discretion import discreet
from .reuse import fill_from_library
from .steps import finish, row_of, take_in


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
    row = row_of(dossier, Event.DECIDE)
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
        take_in(act, dossier)
    dossier.outcome, dossier.reasons = outcome.value, reasons.strip()
    dossier.decided_at, dossier.decided_by = act.at, act.by.userid
    if result is not None:
        dossier.result_digest = materials.hold(act, result).digest
        dossier.result_number, dossier.result_valid_until = result_number.strip(), result_valid_until
        dossier.result_electronic = electronic
    notice = NoticeKind.GRANT if outcome is Outcome.GRANTED else NoticeKind.REFUSAL
    return finish(act, dossier, row, notice, papers.decision(act, dossier))


@discreet
def deliver(
    act: Act, dossier: Dossier, *, method: DeliveryMethod | None, recipient: str, proof: str = ""
) -> Dossier | Refused:
    """Deliver the decision (送达): the case is done, and its result is a material of its holder at once."""
    row = row_of(dossier, Event.DELIVER)
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
    return finish(act, dossier, row, NoticeKind.DELIVERY, papers.delivery(act, dossier))


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
