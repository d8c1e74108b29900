"""What the calendar does by itself (定时事务): silence that the law reads as acceptance, the audit log, what is still valid."""

from __future__ import annotations

from datetime import datetime, timedelta

from records.domain.findings import Refused
from records.domain.vocabulary import DossierState
from records.indexes import questions
from records.resources.dossiers import Dossier
from records.resources.site import Site

from . import burden, keeping, papers_owed, statistics
from .acts import leave_trace
from .clocks import face_of
from .dossiers import deem_accepted
from .guides import present
from .leftovers import clear_leftovers
from .sealing import complete_file, newest_head, seal
from .services import WORKER, Services
from .sweeping import sweep
from .trying_ahead import try_ahead
from .unanswered import forget
from .validity import owe_check

SEAL_EVERY = timedelta(hours=1)


def tend(services: Services) -> int:
    """Do what is due by the calendar; return how many cases were held for accepted."""
    turn(services)
    owe_check(services)
    with services.database.read() as root:
        site = root["site"]
        overdue = [dossier.id for dossier in _received(site) if _silent_too_long(services, site, dossier)]
        head = newest_head(site)
        sealed_at = datetime.fromisoformat(head.at) if head is not None else None
    for dossier_id in overdue:
        _deem(services, dossier_id)
    if sealed_at is None or services.clock.now() >= sealed_at + SEAL_EVERY:
        seal(services)
    else:
        complete_file(services)
    if services.swept_on != services.clock.today():
        services.swept_on = services.clock.today()
        sweep(services)
        clear_leftovers(services)
        forget(services)
        try_ahead(services)
    burden.fold(services)
    statistics.fold(services)
    keeping.owe(services)
    return len(overdue)


def turn(services: Services) -> int:
    """Let the feed say which guides begin or end today (生效、撤下); return how many. A day without any writes nothing."""
    today = services.clock.today()
    with services.database.read() as root:
        if not questions.guides_turning(root["site"], today):
            return 0

    def within(root) -> int:
        site = root["site"]
        turning = questions.guides_turning(site, today)
        act = services.act(site, WORKER, channel="job")
        for guide in turning.values():
            present(guide, today)
            edition = guide.in_force(today)
            leave_trace(act, "guide.turn", guide, details={"version": edition.version if edition else 0})
        site.turned_on = today
        return len(turning)

    return services.database.run(within, note="guides turn")


def _received(site: Site):
    for unit in site.office["units"]:
        for _, dossier in questions.dossiers_in(site, unit, DossierState.RECEIVED.value):
            yield dossier


def _silent_too_long(services: Services, site: Site, dossier: Dossier) -> bool:
    """Tell whether the days in which the applicant had to be told are over and the law reads silence as acceptance."""
    today = services.clock.today()
    return face_of(site, dossier, today=today, calendar=services.calendar(site)).deemed


def _deem(services: Services, dossier_id: str) -> None:
    owed: list[tuple[str, str]] = []

    def within(root):
        act = services.act(root["site"], WORKER, channel="job")
        result = deem_accepted(act, root["site"].dossiers[dossier_id])
        owed[:] = act.owed
        return result

    if not isinstance(services.database.run(within, note="deemed accepted"), Refused):
        papers_owed.do_at_once(services, tuple(owed))
