"""The life of a dossier (办件): which event may happen when, and what must hold before it.

The table of transitions comes from ``rules``; the guards here say what a transition needs beside the right state.
Every guard returns all its findings at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .findings import Finding, Refused
from .identifiers import is_document_number
from .reuse import SHARING
from .vocabulary import DeclineReason, DeliveryMethod, DossierState, GapKind, ItemKind, NoticeKind, Outcome


class Event(StrEnum):
    """What can happen to a dossier."""

    RECEIVE = "receive"
    ACCEPT = "accept"
    REQUEST_SUPPLEMENT = "request_supplement"
    SUPPLEMENT = "supplement"
    DECLINE = "decline"
    DEEM_ACCEPTED = "deem_accepted"
    DECIDE = "decide"
    DELIVER = "deliver"
    ARCHIVE = "archive"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the transition table."""

    event: Event
    origins: frozenset[DossierState]
    target: DossierState
    kinds: frozenset[ItemKind]
    notices: tuple[NoticeKind, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing or wrong (补正事项), as the one-time notice names it."""

    line: str
    kind: GapKind
    demand: str


def transition(
    event: Event, *, state: DossierState, kind: ItemKind, table: Sequence[Transition]
) -> Transition | Refused:
    """Return the row that lets ``event`` happen now, or say from which states it could."""
    rows = [row for row in table if row.event is event]
    for row in rows:
        if state in row.origins and kind in row.kinds:
            return row
    if any(state in row.origins for row in rows):
        return Refused((Finding("dossier.wrong-kind", params={"event": event.value, "kind": kind.label}),))
    possible = sorted({origin for row in rows if kind in row.kinds for origin in row.origins})
    return Refused(
        (
            Finding(
                "dossier.wrong-state",
                params={
                    "event": event.value,
                    "state": state.label,
                    "possible": "、".join(state.label for state in possible),
                },
            ),
        )
    )


def possible_events(*, state: DossierState, kind: ItemKind, table: Iterable[Transition]) -> tuple[Event, ...]:
    """Return what can happen next, in the order of the table."""
    return tuple(dict.fromkeys(row.event for row in table if state in row.origins and kind in row.kinds))


def guard_supplement(
    gaps: Sequence[Gap],
    *,
    needed: frozenset[str],
    held: Mapping[str, str],
    told: frozenset[str],
    supplied_since: frozenset[str],
) -> tuple[Finding, ...]:
    """Check a one-time notice: complete, inside the guide, nothing that is held, nothing told late (I2, I3, I4).

    ``needed`` are the lines of the guide that this application needs, ``held`` those whose material is held and
    valid with its title, ``told`` the lines an earlier notice named (empty before the first), ``supplied_since`` the lines the
    applicant handed in after it.
    """
    found = []
    if not gaps:
        found.append(Finding("supplement.empty"))
    named = [gap.line for gap in gaps]
    found += [
        Finding("supplement.twice", subject=line) for line in sorted({n for n in named if named.count(n) > 1})
    ]
    found += [
        Finding("supplement.outside-guide", subject=line, basis="优化营商环境条例 第三十五条")
        for line in sorted(set(named) - needed)
    ]
    found += [
        Finding(
            "material.already-held",
            subject=gap.line,
            params={"title": held[gap.line], "clause": SHARING},
            basis=SHARING,
        )
        for gap in gaps
        if gap.line in held and gap.kind is GapKind.MISSING
    ]
    found += [Finding("supplement.no-demand", subject=gap.line) for gap in gaps if not gap.demand.strip()]
    if told:
        found += [
            Finding("supplement.told-once", subject=line, basis="行政许可法 第三十二条第一款第四项")
            for line in sorted(set(named) - supplied_since)
        ]
    return tuple(found)


def guard_complete_notice(missing: frozenset[str], gaps: Sequence[Gap]) -> tuple[Finding, ...]:
    """Check that a first one-time notice names every missing line."""
    left = missing - {gap.line for gap in gaps}
    return tuple(
        Finding("supplement.incomplete", subject=line, basis="行政许可法 第三十二条第一款第四项")
        for line in sorted(left)
    )


def guard_decline(
    reason: DeclineReason | None, *, explanation: str, law: str, organ: str
) -> tuple[Finding, ...]:
    """Check a refusal to accept: a reason of the closed list, in words, by a law, and the right organ where needed."""
    found = []
    if reason is None:
        found.append(Finding("decline.no-reason", subject="reason"))
    if not explanation.strip():
        found.append(Finding("decline.no-explanation", subject="explanation"))
    if not law.strip():
        found.append(Finding("decline.no-law", subject="law"))
    if reason is DeclineReason.NOT_COMPETENT and not organ.strip():
        found.append(Finding("decline.no-organ", subject="organ", basis="行政许可法 第三十二条第一款第二项"))
    return tuple(found)


def guard_decide(
    outcome: Outcome | None,
    *,
    kind: ItemKind,
    decided_by: str,
    accepted_by: str,
    reasons: str,
    result_number: str,
    result_file: bool,
    result_ends: date | None = None,
    today: date,
) -> tuple[Finding, ...]:
    """Check a decision: who decides did not accept (but for 即办件), reasons for a refusal, a numbered result that lasts.

    ``result_ends`` is the last day of what is granted (``result.ended``); its number must be one (``result.number-form``).
    """
    found = []
    if outcome is None:
        found.append(Finding("decide.no-outcome", subject="outcome"))
    if kind is not ItemKind.IMMEDIATE and decided_by == accepted_by:
        found.append(Finding("decide.same-person", subject="by"))
    if outcome is Outcome.REFUSED and not reasons.strip():
        found.append(Finding("decide.no-reasons", subject="reasons", basis="行政许可法 第三十八条"))
    if outcome is Outcome.GRANTED and not result_number.strip():
        found.append(Finding("decide.no-result-number", subject="result_number"))
    elif outcome is Outcome.GRANTED and not is_document_number(result_number):
        found.append(
            Finding("result.number-form", subject="result_number", params={"number": result_number.strip()})
        )
    if outcome is Outcome.GRANTED and result_ends is not None and result_ends <= today:
        params = {"until": result_ends.isoformat()}
        found.append(Finding("result.ended", subject="result_valid_until", params=params))
    if outcome is Outcome.GRANTED and not result_file:
        found.append(Finding("decide.no-result-file", subject="result"))
    return tuple(found)


def guard_deliver(
    method: DeliveryMethod | None, *, recipient: str, proof: str, on: date, decided_on: date
) -> tuple[Finding, ...]:
    """Check a delivery: to whom, how, with what proof, not before the decision."""
    found = []
    if method is None:
        found.append(Finding("deliver.no-method", subject="method"))
    if not recipient.strip():
        found.append(Finding("deliver.no-recipient", subject="recipient"))
    if method in (DeliveryMethod.POST, DeliveryMethod.ELECTRONIC) and not proof.strip():
        found.append(Finding("deliver.no-proof", subject="proof"))
    if on < decided_on:
        found.append(Finding("deliver.before-decision", subject="on"))
    return tuple(found)
