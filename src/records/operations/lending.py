"""Lending archives (档案借阅): pages on the screen until an instant, paper until a day; what ends by the clock needs no act."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from records.clock import CIVIL
from records.domain import uses as rules
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.uses import Deed, Reading, UseState
from records.indexes import keys
from records.indexes import use_questions as asked
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.resources.uses import UseRequest

from .acts import Act, leave_trace
from .discretion import discreet
from .uses import ended, item_of, items_of, sought_of, trace, ways_of

LEND = Permission.USE_LEND


def open_reading(act: Act, use: UseRequest, *, hours: int = 24) -> UseRequest | Refused:
    """Open the pages of a granted request on the screen for some hours (开通电子阅览); a running loan is replaced.

    Findings: those of ``guard_open``.
    """
    found = rules.guard_open(
        UseState(use.state), ways_of(use), [sought_of(act.site, item) for item in items_of(act.site, use)], hours=hours
    )  # fmt: skip
    if found:
        return Refused(found)
    until = act.at + timedelta(hours=hours)
    use.readings = (*ended(use.readings, act), (act.at, act.by.userid, until, None, ""))
    trace(act, use, "use.open_reading", LEND, why=f"{until.astimezone(CIVIL):%Y-%m-%d %H:%M}")
    return use


def end_reading(act: Act, use: UseRequest) -> UseRequest | Refused:
    """End an electronic loan before its time (结束电子阅览): ``use.not-opened`` when none runs."""
    found = rules.guard_state(Deed.END, UseState(use.state))
    readings = ended(use.readings, act)
    if not found and readings == use.readings:
        found = (Finding("use.not-opened"),)
    if found:
        return Refused(found)
    use.readings = readings
    trace(act, use, "use.end_reading", LEND)
    return use


def reading_of(use: UseRequest) -> Reading | None:
    """Return the last electronic loan of a request in the time of the wall, None before the first."""
    if not use.readings:
        return None
    opened, _by, until, end, _ender = use.readings[-1]
    return Reading(opened.astimezone(CIVIL), until.astimezone(CIVIL), end.astimezone(CIVIL) if end else None)


def may_read(
    site: Site, use: UseRequest, items: tuple[ArchivedItem, ...], *, now: datetime
) -> tuple[Finding, ...]:
    """Return what speaks against showing a page of these items at this instant; nothing while the loan runs."""
    return rules.guard_reading(
        UseState(use.state), reading_of(use), [sought_of(site, item) for item in items], now=now.astimezone(CIVIL)
    )  # fmt: skip


@discreet
def lend_paper(
    act: Act, use: UseRequest, *, code: str = "", until: date | None = None
) -> UseRequest | Refused:
    """Lend the paper of an item until a day (借出纸质档案); it can be out by one request only.

    Findings: those of ``guard_lend``.
    """
    item = item_of(act.site, use, code)
    found = rules.guard_lend(
        UseState(use.state),
        ways_of(use),
        sought_of(act.site, item) if item is not None else None,
        until=until,
        today=act.today,
    )
    if found or item is None:
        return Refused(found)
    keys.claim(act.site, keys.compose("use-paper-out", item.id), use.id)
    use.loans = (*use.loans, (item.id, act.at, act.by.userid, until, None, "", ""))
    note_event(act, item, "use.lent", use.code, f"{until:%Y-%m-%d}")
    trace(act, use, "use.lend_paper", LEND, why=item.code)
    return use


@discreet
def remind(act: Act, use: UseRequest, *, how: str = "") -> UseRequest | Refused:
    """Note that the reader was reminded of paper that is overdue (催还), and how; each reminder stays.

    Findings: those of ``guard_remind``.
    """
    late = tuple(loan[0] for loan in use.loans if loan[4] is None and loan[3] < act.today)
    found = rules.guard_remind(UseState(use.state), overdue=late, how=how.strip())
    if found:
        return Refused(found)
    use.reminders = (*use.reminders, (act.at, act.by.userid, how.strip(), late))
    trace(act, use, "use.remind", LEND, why="、".join(act.site.archives[item].code for item in late))
    return use


@discreet
def take_back(act: Act, use: UseRequest, *, code: str = "", note: str = "") -> UseRequest | Refused:
    """Take lent paper back after looking it through (收回纸质档案); ``note`` says what was missing or damaged.

    Findings: ``use.wrong-state``, ``use.not-lent``.
    """
    found = [*rules.guard_state(Deed.TAKE_BACK, UseState(use.state))]
    out = [loan[0] for loan in use.loans if loan[4] is None]
    item = item_of(act.site, use, code or (act.site.archives[out[0]].code if len(out) == 1 else ""))
    if item is None or item.id not in out:
        found.append(Finding("use.not-lent", subject="code"))
    if found or item is None:
        return Refused(tuple(found))
    use.loans = tuple(
        (*loan[:4], act.at, act.by.userid, note.strip()) if loan[0] == item.id and loan[4] is None else loan
        for loan in use.loans
    )
    keys.release(act.site, keys.compose("use-paper-out", item.id), use.id)
    note_event(act, item, "use.returned", use.code, note.strip())
    trace(act, use, "use.take_back", LEND, why=item.code)
    return use


def note_event(act: Act, item: ArchivedItem, event: str, reference: str, note: str = "") -> None:
    """Append to an item what was done with it in use (管理过程); its content and description stay (I9)."""
    item.management = (*item.management, (event, act.at, act.by.userid, reference, note))
    leave_trace(act, f"archive.{event}", item, unit=item.unit, permission=LEND, why=reference)


def overdue(site: Site, unit: str, today: date) -> tuple[UseRequest, ...]:
    """Return the requests of a unit whose paper should have come back (逾期未还), the longest overdue first."""
    return tuple(use for use in asked.paper_out(site, unit) if due_of(use) < today)


def due_of(use: UseRequest) -> date:
    """Return by when the first paper that is out must come back."""
    return min(until for _item, _at, _by, until, back, *_ in use.loans if back is None)
