"""What every step of a case has in common (办理步骤): its row in the table, the clocks, the paper, the trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from records.domain.clocks import due
from records.domain.dossiers import (
    Event,
    Transition,
    transition,
)
from records.domain.findings import Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import (
    DossierState,
    ItemKind,
    NoticeKind,
)
from records.resources.dossiers import Dossier
from records.rules.transitions import transitions

from . import burden, fetching
from .acts import Act, leave_trace
from .checklists import guide_of
from .deposits import issue_receipt
from .notices import issue

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


def row_of(dossier: Dossier, event: Event) -> Transition | Refused:
    """Return the row of the table by which an event may happen to a case now, or why it may not."""
    return transition(
        event, state=DossierState(dossier.state), kind=ItemKind(dossier.item_kind), table=transitions()
    )


def take_in(act: Act, dossier: Dossier) -> None:
    """Note by whom and when a case was received, unless it was."""
    if dossier.received_at is None:
        dossier.received_at, dossier.received_by = act.at, act.by.userid


def start_clocks(act: Act, dossier: Dossier, start: date) -> None:
    """Start the promised and the statutory time limit (起算时限) and owe what the office fetches itself."""
    limits = guide_of(act.site, dossier).limits
    promised = due(start, limits.promised.n, limits.promised.unit, act.calendar)
    dossier.promised_due, dossier.due_provisional = promised.due, promised.provisional
    if limits.statutory is not None:
        statutory = due(start, limits.statutory.n, limits.statutory.unit, act.calendar)
        dossier.statutory_due = statutory.due
        dossier.due_provisional = promised.provisional or statutory.provisional
    fetching.owe_fetches(act, dossier)


def finish(
    act: Act, dossier: Dossier, row: Transition, kind: NoticeKind, facts: Mapping[str, object]
) -> Dossier:
    """Bring a case where the row of its step leads: state, paper, receipt for originals, ledger and trace."""
    dossier.state = row.target.value
    issue(act, dossier, kind, facts)
    issue_receipt(act, dossier)
    account = burden.account_of(act, dossier).written() if row.event in burden.COUNTED else ""
    note(act, dossier, row.event.value, permission=PERMISSION_OF[row.event], account=account)
    return dossier


def note(
    act: Act,
    dossier: Dossier,
    event: str,
    *,
    why: str = "",
    permission: Permission | None = None,
    account: str = "",
) -> None:
    """Write a step into the course of a case and leave its trace."""
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
