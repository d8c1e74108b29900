"""The burden ledger (减负台账) on the screen, as a file and for programs: what applicants were spared, figure by figure to its cases."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden
from pyramid.request import Request
from pyramid.response import Response

from records.domain import burden
from records.domain.burden import Account, Figure, Tally, Way
from records.domain.findings import Refused
from records.domain.permissions import Permission
from records.exchange.charts import Part, part_bars, share_line
from records.exchange.sheets import write_csv, write_sheets
from records.i18n import _
from records.operations import burden as ledger
from records.resources.site import Site

from .api import BASE, answer, problem
from .layout import unit_name, units_of

MOST = 1_000
"""Cases that one list shows."""

WORDS = {
    Figure.CASES: _("Cases"), Figure.NEEDED: _("Lines needed"), Figure.REUSED: _("Reused"), Figure.FETCHED: _("Fetched by the office"),
    Figure.TO_FETCH: _("Still to be fetched"), Figure.PROMISED: _("Promised instead"), Figure.ASKED: _("Asked of the applicant"),
    Figure.LATER: _("To follow later"), Figure.AGAIN: _("Handed in again"), Figure.HELD: _("Asked while held"),
    Figure.VISITS: _("Visits saved"), Figure.DAYS: _("Working days saved"),
}  # fmt: skip

PARTS = (Figure.REUSED, Figure.FETCHED, Figure.PROMISED, Figure.TO_FETCH, Figure.ASKED, Figure.LATER)
"""The parts that the needed lines fall into, as the bars show them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader wants to see: the month, and which of his units."""

    month: str
    units: tuple[str, ...]
    unit: str


def asked_of(request: Request) -> Asked | Refused:
    """Return what the address asks for: the running month and all units of the reader unless told."""
    mine, unit = units_of(request, Permission.BURDEN_VIEW), request.GET.get("unit", "")
    if not mine:
        raise HTTPForbidden
    month = ledger.month_of(request.GET.get("month", ""), otherwise=f"{request.today:%Y-%m}")
    if isinstance(month, Refused):
        return month
    return Asked(month, tuple(each for each in mine if unit in ("", each)), unit if unit in mine else "")


def _asked(request: Request) -> Asked:
    asked = asked_of(request)
    if isinstance(asked, Refused):
        raise HTTPBadRequest
    return asked


def page(context: Site, request: Request) -> dict[str, object]:
    """Show a month by unit and guide and by window, and the year before it as pictures with their table."""
    asked = _asked(request)
    months = ledger.months_to(asked.month)
    found = ledger.figures(request.site, first=months[0], last=months[-1], units=asked.units)
    by_month = {
        month: burden.total(tally for place, tally in found.items() if place[0] == month) for month in months
    }
    here = {place: tally for place, tally in found.items() if place[0] == asked.month}
    whole = by_month[asked.month]
    return {
        "month": asked.month,
        "unit": asked.unit,
        "units": [
            {"key": unit, "name": unit_name(request, unit)}
            for unit in units_of(request, Permission.BURDEN_VIEW)
        ],
        "columns": [{"label": words, "kind": "number"} for words in WORDS.values()],
        "whole": whole,
        "spared": burden.percent(burden.spared(whole)),
        "repeated": burden.percent(burden.repeated(whole)),
        "held": burden.of(whole, Figure.HELD),
        "visits": burden.of(whole, Figure.VISITS),
        "days": burden.of(whole, Figure.DAYS),
        "rows": [_row(request, place, tally) for place, tally in here.items()],
        "windows": _windows(request, asked),
        "months": [_month(request, asked, month, tally) for month, tally in reversed(by_month.items())],
        "charts": charts(request, by_month),
        "files": {
            kind: f"{request.script_name}/desk/burden/burden.{kind}?"
            + urlencode({"month": asked.month, "unit": asked.unit})
            for kind in ("xlsx", "csv")
        },
    }


def _row(request: Request, place: ledger.Place, tally: Tally) -> dict[str, object]:
    month, unit, guide = place
    return {
        "unit": unit_name(request, unit),
        "title": request.site.guides[guide].title,
        "spared": burden.percent(burden.spared(tally)),
        "cells": _cells(request, tally, month=month, unit=unit, guide=guide),
    }


def _windows(request: Request, asked: Asked) -> list[dict[str, object]]:
    """Return the windows of a month, the reader's own first."""
    mine = request.identity.window
    found = ledger.windows(request.site, asked.month, units=asked.units)
    return [
        {
            "window": window or "—",
            "mine": bool(window) and window == mine,
            "spared": burden.percent(burden.spared(tally)),
            "cells": _cells(request, tally, month=asked.month, unit=asked.unit, window=window or "-"),
        }
        for window, tally in sorted(found.items(), key=lambda each: (each[0] != mine, each[0]))
    ]


def _month(request: Request, asked: Asked, month: str, tally: Tally) -> dict[str, object]:
    query = urlencode({"month": month, "unit": asked.unit})
    return {
        "month": month,
        "href": f"{request.script_name}/desk/burden?{query}",
        "spared": burden.percent(burden.spared(tally)),
        "cells": _cells(request, tally, month=month, unit=asked.unit),
    }


def _cells(request: Request, tally: Tally, **query: str) -> list[dict[str, object]]:
    """Return the figures of a row, each with the address of its cases."""
    base = f"{request.script_name}/desk/burden/cases?"
    return [
        {
            "label": WORDS[figure],
            "value": value,
            "wrong": figure is Figure.HELD and value,
            "href": base + urlencode({**query, "figure": figure.value}) if value else "",
        }
        for figure, value in zip(Figure, tally, strict=True)
    ]


def charts(request: Request, by_month: dict[str, Tally]) -> list[tuple[str, str]]:
    """Return the two pictures of the year with their titles; their words say what the table below says."""
    translate = request.localizer.translate
    labels = [f"{month[2:4]}-{month[5:]}" for month in by_month]
    shares = [burden.spared(tally) for tally in by_month.values()]
    said = [burden.percent(share) for share in shares]
    parts = [
        Part(translate(WORDS[figure]), tuple(burden.of(tally, figure) for tally in by_month.values()))
        for figure in PARTS
    ]
    totals = "；".join(f"{part.name} {'、'.join(map(str, part.values))}" for part in parts)
    titles = (
        translate(_("Lines not asked, of 100 needed, month by month")),
        translate(_("Where the needed lines came from")),
    )
    told = "；".join(f"{month} {share}" for month, share in zip(by_month, said, strict=True))
    drawn = (
        share_line("spared", titles[0], told, list(zip(labels, shares, said, strict=True))),
        part_bars("lines", titles[1], totals, labels, parts),
    )
    return list(zip(titles, drawn, strict=True))


def cases(context: Site, request: Request) -> dict[str, object]:
    """List the cases behind one figure; whoever may not open a case sees only its receipt number."""
    asked, figure = _asked(request), _figure(request)
    request.note_read("burden.cases", asked.unit)
    found = list(_found(request, asked, figure))
    shown = [_case(request, case, account, figure) for case, account in found[:MOST]]
    back = urlencode({"month": asked.month, "unit": asked.unit})
    return {
        "month": asked.month,
        "figure": WORDS[figure],
        "sum": sum(account.figure(figure) for _case_id, account in found),
        "count": len(found),
        "rows": shown,
        "ways": [(way.value, way.label) for way in Way],
        "back": f"{request.script_name}/desk/burden?{back}",
    }


def _figure(request: Request) -> Figure:
    try:
        return Figure(request.GET.get("figure", Figure.CASES.value))
    except ValueError:
        raise HTTPBadRequest from None


def _found(request: Request, asked: Asked, figure: Figure) -> Iterator[tuple[str, Account]]:
    guide, window = request.GET.get("guide", ""), request.GET.get("window", "")
    found = ledger.cases(request.site, asked.month, units=asked.units, guide=guide, figure=figure)
    there = request.site.dossiers
    return (
        (case, account) for case, account in found if window in ("", account.window or "-") and case in there
    )


def _case(request: Request, case: str, account: Account, figure: Figure) -> dict[str, object]:
    dossier = request.site.dossiers[case]
    may = request.has_permission(Permission.DOSSIER_VIEW, dossier)
    return {
        "href": request.resource_path(dossier).rstrip("/") if may else "",
        "code": dossier.code,
        "title": request.site.guides[dossier.guide].title,
        "unit": unit_name(request, dossier.unit),
        "window": account.window or "—",
        "value": account.figure(figure),
        "lines": [
            {"way": way.label, "count": account.lines.count(way.value)}
            for way in Way
            if way.value in account.lines
        ],
    }


def as_row(place: ledger.Place, tally: Tally) -> dict[str, object]:
    """Return a tally as plain values: place, every figure, and both shares."""
    month, unit, guide = place
    return {
        "month": month,
        "unit": unit,
        "guide": guide,
        **{figure.value: value for figure, value in zip(Figure, tally, strict=True)},
        "spared": burden.percent(burden.spared(tally)),
        "repeated": burden.percent(burden.repeated(tally)),
    }


def sheet(context: Site, request: Request) -> Response:
    """Return the month and the year before it as a workbook or a comma file (导出)."""
    asked = _asked(request)
    first = ledger.months_to(asked.month)[0]
    found = ledger.figures(request.site, first=first, last=asked.month, units=asked.units)
    columns = ["月份", "单位", "事项", *(figure.label for figure in Figure), "免提交率", "重复提交率"]
    rows = [
        [
            place[0],
            unit_name(request, place[1]),
            request.site.guides[place[2]].title,
            *tally,
            burden.percent(burden.spared(tally)),
            burden.percent(burden.repeated(tally)),
        ]
        for place, tally in sorted(found.items(), reverse=True)
    ]
    file, kind = io.BytesIO(), request.path_info.rpartition(".")[2]
    if kind == "xlsx":
        write_sheets(file, {"减负台账": columns}, (("减负台账", row) for row in rows))
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    else:
        write_csv(file, columns, rows)
        media = "text/csv"
    response = Response(file.getvalue(), content_type=media)
    response.content_disposition = f'attachment; filename="burden-{asked.month}.{kind}"'
    return response


def program(context: object, request: Request) -> Response:
    """Answer a program with the rows of a month, its windows and its sum."""
    asked = asked_of(request)
    if isinstance(asked, Refused):
        return problem(request, asked.findings, status=400)
    found = ledger.figures(request.site, first=asked.month, last=asked.month, units=asked.units)
    windows = ledger.windows(request.site, asked.month, units=asked.units)
    value = {
        "month": asked.month,
        "rows": [as_row(place, tally) for place, tally in found.items()],
        "sum": as_row((asked.month, asked.unit, ""), burden.total(found.values())),
        "windows": [
            {"window": window, **as_row((asked.month, asked.unit, ""), tally)}
            for window, tally in windows.items()
        ],
    }
    return answer(request, value)


def program_cases(context: object, request: Request) -> Response:
    """Answer a program with the cases behind a figure."""
    asked, figure = _asked(request), _figure(request)
    request.note_read("burden.cases", asked.unit)
    listed = [
        {"id": case, "code": request.site.dossiers[case].code, "lines": account.lines,
         "visits": account.visits, "days": account.days, "window": account.window}
        for case, account in islice(_found(request, asked, figure), MOST)
    ]  # fmt: skip
    return answer(request, {"month": asked.month, "figure": figure.value, "cases": listed})


def includeme(config: Configurator) -> None:
    """Open the ledger to the windows and to those who watch over them; each sees the units of his letters."""
    view, route = config.add_view, config.add_route
    for subpath, run, drawn in (
        ("burden", page, {"renderer": "burden/burden.pt"}),
        ("burden/cases", cases, {"renderer": "burden/cases.pt"}),
        ("burden/burden.xlsx", sheet, {}),
        ("burden/burden.csv", sheet, {}),
    ):
        view(
            run,
            context=Site,
            name="desk",
            subpath=subpath,
            request_method="GET",
            permission=Permission.DESK_VIEW,
            **drawn,
        )
    route("api.burden", f"{BASE}/burden", request_method="GET")
    view(program, route_name="api.burden", permission=Permission.DESK_VIEW)
    route("api.burden.cases", f"{BASE}/burden/cases", request_method="GET")
    view(program_cases, route_name="api.burden.cases", permission=Permission.DESK_VIEW)
