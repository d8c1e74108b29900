"""The burden ledger (减负台账): each account is written in the audit log, and every figure is read from there.

Rows are kept up to a mark by the background, many entries at once; what lies beyond is read from the log itself, so
that a page is right at once and costs what the page is long.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from records.clock import civil_date
from records.domain import burden, judgements
from records.domain.burden import NOTHING, Account, Figure, Tally, Way
from records.domain.checklists import LineState
from records.domain.clocks import due, working_days_between
from records.domain.dossiers import Event
from records.domain.findings import Finding, Refused
from records.domain.vocabulary import MaterialSource
from records.indexes.keys import compose
from records.resources.audit import AuditEntry
from records.resources.burden import BurdenRows
from records.resources.dossiers import Dossier
from records.resources.site import Site

from .acts import Act
from .checklists import checklist_of, guide_of
from .services import Services

COUNTED = frozenset({Event.ACCEPT, Event.DEEM_ACCEPTED, Event.DECIDE})
"""The events whose audit entry bears the account of the case."""

GROUP = 400
"""Entries beyond the mark from which the rows are brought up to the log."""
AT_ONCE = 8_000
"""Entries that one transaction takes over at most."""

USABLE = frozenset({"reuse.same-chain", "reuse.same-bytes", "reuse.licence", "reuse.confirm", "reuse.held"})
"""The kept reasons that said: this is held and fills the line."""

Place = tuple[str, str, str]
"""Month, unit and guide of a sum."""


def account_of(act: Act, dossier: Dossier) -> Account:
    """Return the account of a case as it stands now (一件一账)."""
    made = checklist_of(act.site, dossier, today=act.today)
    ways = [(state, _way(dossier, state)) for state in made.lines if state.needed]
    started = civil_date(dossier.accepted_at or act.at)
    return Account(
        month=f"{started:%Y-%m}",
        unit=dossier.unit,
        guide=dossier.guide,
        lines="".join(way.value for _, way in ways),
        visits=burden.visits_saved(ways),
        days=_days_saved(act, dossier),
        window=act.by.window,
    )


def _way(dossier: Dossier, state: LineState) -> Way:
    line = state.line.id
    entry = next((each for each in dossier.entries if each[0] == line), None)
    source, held = (MaterialSource(entry[3]), _was_held(dossier, line, entry[4])) if entry else (None, False)
    return burden.way_of(
        state,
        source,
        held=held,
        overridden=any(row[0] == line for row in dossier.overrides),
        told=line in dossier.told,
    )


def _was_held(dossier: Dossier, line: str, at: datetime) -> bool:
    """Tell from what was kept with the case whether a usable paper was held when one was handed in."""
    return any(
        judged == line and when == at and judgements.read(kept).reason in USABLE
        for judged, _material, when, kept in dossier.judged
    )


def _days_saved(act: Act, dossier: Dossier) -> int:
    """Return the working days between decision and limit: the statutory one, where the law sets none the promised."""
    if dossier.decided_at is None:
        return 0
    limit = dossier.statutory_due or dossier.promised_due
    if limit is None:
        limits = guide_of(act.site, dossier).limits
        period = limits.statutory or limits.promised
        limit = due(act.today, period.n, period.unit, act.calendar).due
    return working_days_between(civil_date(dossier.decided_at), limit, act.calendar)


@dataclass(slots=True)
class Ledger:
    """Accounts and sums of a stretch of the log: read once, added up as they come (逐条累计)."""

    cases: dict[str, Account] = field(default_factory=dict)
    asked_while_held: dict[str, str] = field(default_factory=dict)

    def take(self, entry: AuditEntry, before: Account | None = None) -> None:
        """Take one audit entry; ``before`` is what was counted of the case already."""
        if b'"burden":' in entry.line:
            line = json.loads(entry.line)
            case = line["on"].partition(":")[2]
            account = burden.read(line["burden"], window=line["window"])
            earlier = self.cases.get(case, before)
            self.cases[case] = earlier.then(account) if earlier else account

    def sums(self) -> dict[Place, Tally]:
        """Return the tally of each month, unit and guide."""
        found: dict[Place, Tally] = {}
        for account in self.cases.values():
            place = (account.month, account.unit, account.guide)
            found[place] = burden.add(found.get(place, NOTHING), account.tally)
        return found


def fold(services: Services, *, least: int = GROUP) -> int:
    """Bring the rows up to the log once that many entries lie beyond them; return how many were taken over."""
    with services.database.read() as root:
        site = root["site"]
        behind = site.audit.last - _mark(site)
    if behind < least:
        return 0

    def within(root) -> int:
        site = root["site"]
        if site.burden is None:
            site.burden = BurdenRows()
        rows, first = site.burden, site.burden.mark
        last = min(site.audit.last, first + AT_ONCE)
        for case, account in _beyond(site, last).items():
            _write(rows, case, account)
        rows.mark = last
        return last - first

    return services.database.run(within, note="burden")


def _write(rows: BurdenRows, case: str, account: Account) -> None:
    key, place = _key(account, case), _place(account)
    before = rows.cases.get(key)
    if before is not None:
        left = burden.subtract(rows.sums[place], _stored(before).tally)
        rows.sums[place] = burden.add(left, account.tally)
    else:
        rows.sums[place] = burden.add(rows.sums.get(place, NOTHING), account.tally)
    rows.cases[key], rows.places[case] = (account.written(), account.window), key


def _key(account: Account, case: str) -> bytes:
    return compose(account.month, account.unit, account.guide, case)


def _place(account: Account) -> bytes:
    return compose(account.month, account.unit, account.guide)


def _stored(value: tuple[str, str]) -> Account:
    text, window = value
    return burden.read(text, window=window)


def _mark(site: Site) -> int:
    return site.burden.mark if site.burden is not None else 0


def _counted(site: Site, case: str) -> Account | None:
    """Return what the rows have of a case."""
    key = site.burden.places.get(case) if site.burden is not None else None
    return _stored(site.burden.cases[key]) if key is not None else None


def _beyond(site: Site, last: int | None = None) -> dict[str, Account]:
    """Return the accounts that the log has after the mark, at most up to an entry."""
    ledger = Ledger()
    for seq, entry in site.audit.items(_mark(site) + 1):
        if last is not None and seq > last:
            break
        if b'"burden":' in entry.line:
            case = json.loads(entry.line)["on"].partition(":")[2]
            ledger.take(entry, _counted(site, case))
    return ledger.cases


def figures(site: Site, *, first: str, last: str, units: Collection[str]) -> dict[Place, Tally]:
    """Return the tallies of the months from ``first`` to ``last`` (as 2026-10) by month, unit and guide, without empty ones."""
    found: dict[Place, Tally] = {}
    if site.burden is not None:
        for key, tally in site.burden.sums.items(first.encode(), compose(last) + b"\xff"):
            found[tuple(key.decode().split("\0"))] = tally
    for case, account in _beyond(site).items():
        place, before = (account.month, account.unit, account.guide), _counted(site, case)
        left = (
            burden.subtract(found.get(place, NOTHING), before.tally) if before else found.get(place, NOTHING)
        )
        found[place] = burden.add(left, account.tally)
    return {
        place: tally
        for place, tally in sorted(found.items())
        if place[1] in units and first <= place[0] <= last and any(tally)
    }


def cases(
    site: Site, month: str, *, units: Collection[str], guide: str = "", figure: Figure = Figure.CASES
) -> Iterator[tuple[str, Account]]:
    """Yield the cases behind a figure of a month, each with its account (逐件明细)."""
    found: dict[str, Account] = {}
    if site.burden is not None:
        for unit in units:
            start = compose(month, unit, *([guide] if guide else [])) + b"\0"
            for key, value in site.burden.cases.items(start, start + b"\xff"):
                found[key.decode().rpartition("\0")[2]] = _stored(value)
    for case, account in _beyond(site).items():
        if account.month == month and account.unit in units and guide in ("", account.guide):
            found[case] = account
    return ((case, account) for case, account in sorted(found.items()) if account.figure(figure))


def windows(site: Site, month: str, *, units: Collection[str]) -> dict[str, Tally]:
    """Return the tallies of a month by the window that accepted (按窗口)."""
    found: dict[str, Tally] = {}
    for _case, account in cases(site, month, units=units):
        found[account.window] = burden.add(found.get(account.window, NOTHING), account.tally)
    return dict(sorted(found.items()))


def recompute(site: Site) -> Ledger:
    """Reckon the whole ledger again from the audit log alone (重新计算).

    ``asked_while_held`` are the recorded hand-ins whose own entry says that a usable paper was held and gives no lawful
    reason, by case and line with the reason of the verdict; there must be none.
    """
    ledger = Ledger()
    for entry in site.audit.values():
        ledger.take(entry)
        if b'"event":"material.submit"' in entry.line and '"held":' in entry.details:
            details = json.loads(entry.details)
            if not details["override"]:
                ledger.asked_while_held[f"{details['dossier']}:{details['line']}"] = details["held"]
    return ledger


def differences(
    site: Site, month: str, *, units: Collection[str], shown: Mapping[Place, Tally]
) -> tuple[Finding, ...]:
    """Compare a month as it is shown with the log (核对): every figure that differs, and every paper asked for while held.

    Codes: ``burden.differs``, ``burden.asked-while-held``.
    """
    ledger = recompute(site)
    wanted = {
        place: tally for place, tally in ledger.sums().items() if place[0] == month and place[1] in units
    }
    found = []
    for place in sorted(shown.keys() | wanted.keys()):
        for figure in Figure:
            page = burden.of(shown.get(place, NOTHING), figure)
            log = burden.of(wanted.get(place, NOTHING), figure)
            if page != log:
                params = {
                    "month": place[0],
                    "unit": place[1],
                    "guide": place[2],
                    "figure": figure.label,
                    "shown": page,
                    "log": log,
                }
                found.append(Finding("burden.differs", subject="/".join(place), params=params))
    for subject, reason in sorted(ledger.asked_while_held.items()):
        case, _, line = subject.partition(":")
        account = ledger.cases.get(case)
        if account is None or account.month == month:
            params = {"id": case, "line": line, "verdict": reason}
            found.append(Finding("burden.asked-while-held", subject=case, params=params))
    return tuple(found)


def month_of(text: str, *, otherwise: str) -> str | Refused:
    """Return a month as 2026-10; refused with ``burden.month`` when it is none."""
    if not text:
        return otherwise
    try:
        return f"{datetime.strptime(text, '%Y-%m'):%Y-%m}"
    except ValueError:
        return Refused((Finding("burden.month", subject="month"),))


def months_to(last: str, count: int = 12) -> tuple[str, ...]:
    """Return so many months that end with a month, in order."""
    number = int(last[:4]) * 12 + int(last[5:]) - 1
    return tuple(f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(number - count + 1, number + 1))
