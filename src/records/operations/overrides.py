"""Overrides (重收理由): what was taken although it was held, why, who looked at it a second time, and how often at which window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from records.clock import civil_date
from records.domain.findings import Refused
from records.domain.overrides import decide_look, waits_for_look
from records.domain.permissions import Permission
from records.domain.vocabulary import Override
from records.indexes import worklists
from records.resources.dossiers import Dossier
from records.resources.site import Site

from .acts import Act, leave_trace
from .checklists import guide_of


@dataclass(frozen=True, slots=True)
class Overridden:
    """One paper taken again: in which case, on which line, for which reason, by whom, where and when."""

    dossier: str
    code: str
    unit: str
    line: str
    name: str
    reason: Override
    note: str
    by: str
    window: str
    at: datetime
    looked_by: str
    waits: bool


def confirm_override(act: Act, dossier: Dossier, *, line: str) -> Dossier | Refused:
    """Look a second time at an original that was asked for although it is held (复核重收): another person than who asked.

    Findings: ``override.nothing-to-look-at``, ``override.same-person``.
    """
    asked_by = [
        by for each, reason, _, by, *_ in dossier.overrides if each == line and waits_for_look(reason)
    ]
    looked = sum(1 for each, *_ in dossier.looks if each == line)
    found = decide_look(line, asked_by=asked_by[looked:], by=act.by.userid)
    if found:
        return Refused(found)
    dossier.looks = (*dossier.looks, (line, act.by.userid, act.at))
    leave_trace(
        act,
        "dossier.confirm-override",
        dossier,
        unit=dossier.unit,
        permission=Permission.OVERRIDE_CONFIRM,
        details={"line": line},
    )
    return dossier


def overridden(site: Site, dossier: Dossier) -> Iterator[Overridden]:
    """Yield what was taken again in a case, in its order; what still needs its second look says so."""
    names = {line.id: line.name for line in guide_of(site, dossier).lines}
    looks = list(dossier.looks)
    for line, reason, note, by, at, *window in dossier.overrides:
        look = next((each for each in looks if each[0] == line), None) if waits_for_look(reason) else None
        if look is not None:
            looks.remove(look)
        yield Overridden(
            dossier.id,
            dossier.code,
            dossier.unit,
            line,
            names.get(line, line),
            Override(reason),
            note,
            by,
            window[0] if window else "",
            at,
            look[1] if look is not None else "",
            waits_for_look(reason) and look is None,
        )


def overrides_in(
    site: Site, units: Collection[str], *, by: str = "", since: date | None = None, most: int = 1000
) -> list[Overridden]:
    """Return what was taken again in some units, the newest first; ``by`` narrows it to one clerk's own."""
    found: list[Overridden] = []
    for unit in units:
        cases = dict.fromkeys(dossier for _, dossier in islice(worklists.page(site, "override", unit), most))
        for case in cases:
            found += [
                each
                for each in overridden(site, site.dossiers[case])
                if by in ("", each.by) and (since is None or civil_date(each.at) >= since)
            ]
    return sorted(found, key=lambda each: (each.at, each.dossier, each.line), reverse=True)[:most]


def counted(rows: Collection[Overridden]) -> list[tuple[str, str, str, int]]:
    """Count by window, clerk and reason (按窗口统计), most first."""
    counts = Counter((row.window, row.by, row.reason.value) for row in rows)
    return [(*key, count) for key, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
