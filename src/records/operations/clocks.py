"""The clocks of a case (办件时限): what happened to it, told to the rules that say when something is due."""

from __future__ import annotations

from datetime import date

from records.clock import civil_date
from records.domain.clocks import Calendar, due
from records.domain.deadlines import ClockEvent, ClockEventKind, ClockFace, clock_of, rule_for
from records.domain.dossiers import Event
from records.domain.findings import Refused
from records.resources.dossiers import Dossier
from records.resources.site import Site
from records.rules import intake_rules

from .checklists import guide_of

#: What each event of a case means for its clocks; the others move none.
MOVES = {
    Event.RECEIVE: ClockEventKind.RECEIVED,
    Event.SUPPLEMENT: ClockEventKind.RECEIVED,
    Event.REQUEST_SUPPLEMENT: ClockEventKind.TOLD,
    Event.ACCEPT: ClockEventKind.ACCEPTED,
    Event.DECLINE: ClockEventKind.DECLINED,
    Event.DECIDE: ClockEventKind.DECIDED,
    Event.DELIVER: ClockEventKind.DELIVERED,
    Event.WITHDRAW: ClockEventKind.WITHDRAWN,
}


def face_of(site: Site, dossier: Dossier, *, today: date, calendar: Calendar) -> ClockFace:
    """Return what the clocks of a case show today, by the rule that its guide names and that held on the day of receipt."""
    limits = guide_of(site, dossier).limits
    events = [ClockEvent(MOVES[event], civil_date(at)) for event, at, *_ in dossier.events if event in MOVES]
    received = next((event.day for event in reversed(events) if event.kind is ClockEventKind.RECEIVED), today)
    rule = rule_for(intake_rules().get(limits.intake_rule, ()), on=received)
    return clock_of(events, {} if isinstance(rule, Refused) else rule, limits.for_clock(), calendar, today)


def deliver_due(site: Site, dossier: Dossier, *, calendar: Calendar) -> date:
    """Return by when a decision must have reached the applicant (送达期限), as the guide of the case promises it."""
    period = guide_of(site, dossier).limits.deliver
    return due(civil_date(dossier.decided_at), period.n, period.unit, calendar).due
