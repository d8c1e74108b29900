"""Reports of the archives (档案统计) on the screen, as files and for programs: each figure leads to what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote, urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden
from pyramid.request import Request
from pyramid.response import Response

from records.clock import civil_date
from records.domain.burden import percent
from records.domain.findings import Refused
from records.domain.permissions import Permission
from records.domain.statistics import IMPORTED, IN_TIME, LATE, OWN, Amount, Kind, Standing
from records.domain.vocabulary import Retention
from records.exchange.charts import Part, part_bars, share_line
from records.exchange.inspection import workbook
from records.i18n import _
from records.operations import archive_reports, copying, inspections
from records.operations.archive_reports import Report
from records.resources.archives import ArchivedItem, Archives
from records.resources.base import Record
from records.rules.formats import RISKS

from . import messages
from .api import BASE, answer, problem
from .arranging import MEDIA
from .files import _sealed
from .keeping import RISKS as RISK_WORDS
from .layout import day, name_of, size, unit_name, units_of

PATH = "/archives/reports"
MOST = 500
"""Records that one list shows."""
FORMAT = "format"

HEADS = (
    _("Should be archived"), _("archived"), _("In time"), _("Archived late"), _("Not archived yet"), _("Beyond their day"),
    _("Share archived"), _("Share in time"),
)  # fmt: skip
PHASES = {
    "archiving": _("Before handing over"),
    "receiving": _("On receipt"),
    "keeping": _("In keeping"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader wants to see: the year, and which of his units."""

    year: int
    units: tuple[str, ...]
    unit: str


def asked_of(request: Request) -> Asked | Refused:
    """Return what the address asks for: this year and all units of the reader unless told."""
    mine, unit = units_of(request, Permission.HOLDINGS_VIEW), request.GET.get("unit", "")
    if not mine or (unit and unit not in mine):
        raise HTTPForbidden
    year = archive_reports.year_of(request.GET.get("year", ""), today=request.today)
    if isinstance(year, Refused):
        return year
    return Asked(year, tuple(each for each in mine if unit in ("", each)), unit)


def _asked(request: Request) -> Asked:
    asked = asked_of(request)
    if isinstance(asked, Refused):
        raise HTTPBadRequest
    return asked


def _report(request: Request, asked: Asked) -> Report:
    services = request.registry.services
    return archive_reports.report(services, request.site, asked.units, asked.year, today=request.today)


def page(context: Archives, request: Request) -> dict[str, object]:
    """Show a year: how archiving stands by unit and month, why items came back, what is held, growth, formats at risk."""
    asked = _asked(request)
    told = _report(request, asked)
    query = urlencode({"year": asked.year, "unit": asked.unit})
    mount = f"{request.script_name}/archives"
    return {
        "year": asked.year,
        "unit": asked.unit,
        "units": [
            {"key": each, "name": unit_name(request, each)}
            for each in units_of(request, Permission.HOLDINGS_VIEW)
        ],
        "behind": told.behind,
        "columns": [{"label": head, "kind": "number"} for head in HEADS],
        "facts": [
            {"label": _("Share archived"), "value": percent(told.whole.rate)},
            {"label": _("Share in time"), "value": percent(told.whole.timeliness)},
            {
                "label": _("Beyond their day"),
                "value": str(told.whole.overdue),
                "kind": "wrong" if told.whole.overdue else None,
            },
            {"label": _("Held"), "value": str(told.stock[0])},
            {"label": _("Bytes held"), "value": size(told.stock[2])},
        ],
        "by_unit": [
            {"name": unit_name(request, unit), "cells": _cells(request, each, unit=unit, place=str(asked.year))}
            for unit, each in told.units
        ],
        "by_month": [
            {"name": month, "cells": _cells(request, each, unit=asked.unit, place=month)}
            for month, each in told.months
        ],
        "returned": [
            {
                "unit": unit_name(request, unit), "code": code, "words": words, "count": count,
                "href": _list(request, Kind.RETURNED, unit=unit, a=str(asked.year), b=code),
            }
            for unit, code, words, count in told.returned
        ],
        "checked": [(PHASES.get(phase, phase), passed, failed) for phase, passed, failed in told.checked],
        "held": [_held(request, row) for row in told.held],
        "growth": [_growth(request, asked, row) for row in told.growth],
        "formats": _formats(request),
        "charts": charts(request, told),
        "xlsx": f"{mount}/reports.xlsx?{query}",
        "pack": f"{mount}/inspection.zip?{query}",
    }  # fmt: skip


def _list(request: Request, kind: Kind, **query: str) -> str:
    return f"{request.script_name}/archives/report-list?{urlencode({'kind': kind.value, **query})}"


def _cells(request: Request, each: Standing, *, unit: str, place: str) -> list[dict[str, object]]:
    """Return the figures of a row, each with the address of its list."""
    numbers = (
        (each.closed, Kind.CLOSED, {}), (each.done, Kind.DONE, {}), (each.in_time, Kind.DONE, {"b": IN_TIME}),
        (each.late, Kind.DONE, {"b": LATE}), (each.open, Kind.OPEN, {}), (each.overdue, Kind.OPEN, {"overdue": "1"}),
    )  # fmt: skip
    cells: list[dict[str, object]] = [
        {
            "label": head,
            "value": count,
            "href": _list(request, kind, unit=unit, a=place, **more) if count else "",
            "wrong": "overdue" in more and count,
        }
        for head, (count, kind, more) in zip(HEADS, numbers, strict=False)
    ]
    shares = ((HEADS[6], each.rate), (HEADS[7], each.timeliness))
    return [
        *cells,
        *({"label": head, "value": percent(share), "href": "", "wrong": False} for head, share in shares),
    ]


def _held(request: Request, row: tuple[str, str, str, str, Amount]) -> dict[str, object]:
    fonds, category, period, year, (count, pages, length) = row
    return {
        "fonds": unit_name(request, fonds), "category": category or "—", "period": Retention(period).label, "year": year,
        "count": count, "pages": pages, "size": size(length),
        "href": _list(request, Kind.HELD, unit=fonds, a=category, b=period, c=year),
    }  # fmt: skip


def _growth(request: Request, asked: Asked, row: tuple[str, Amount, Amount, Amount]) -> dict[str, object]:
    month, own, brought, left = row
    return {
        "month": month,
        "cells": [
            {"count": amount[0], "size": size(amount[2]), "href": href if amount[0] else ""}
            for amount, href in (
                (own, _list(request, Kind.GROWN, unit=asked.unit, a=month, b=OWN)),
                (brought, _list(request, Kind.GROWN, unit=asked.unit, a=month, b=IMPORTED)),
                (left, _list(request, Kind.LEFT, unit=asked.unit, a=month)),
            )
        ],
    }


def _formats(request: Request) -> list[dict[str, object]]:
    """Return the formats at risk, for who sees how the archives are kept: they are counted over all fonds."""
    if not units_of(request, Permission.KEEPING_VIEW):
        return []
    return [
        {
            **row,
            "risk": dict(zip(("word", "kind"), RISK_WORDS[str(row["risk"])], strict=True)),
            "href": f"{request.script_name}/archives/report-list?{urlencode({'kind': FORMAT, 'a': row['id']})}",
        }
        for row in copying.formats(request.site)
        if row["risk"] != RISKS[0]
    ]


def charts(request: Request, told: Report) -> list[tuple[str, str]]:
    """Return the three pictures of the year with their titles; their words say what the tables below say."""
    translate = request.localizer.translate
    labels = [month[5:] for month, _each in told.months]
    shares = [each.rate for _month, each in told.months]
    said = [percent(share) for share in shares]
    parts = [
        Part(translate(label), tuple(getattr(each, name) for _month, each in told.months))
        for label, name in ((HEADS[2], "in_time"), (HEADS[3], "late"), (HEADS[4], "open"))
    ]
    grown = [
        Part(translate(label), tuple(row[at][0] for row in told.growth))
        for label, at in ((_("Archived here"), 1), (_("Imported"), 2))
    ]
    titles = (
        translate(_("Share archived of what was closed, month by month")),
        translate(_("Closed cases of each month: archived in time, late, not yet")),
        translate(_("Items that came in, month by month")),
    )
    told_shares = "；".join(f"{month} {share}" for month, share in zip(labels, said, strict=True))
    drawn = (
        share_line("rate", titles[0], told_shares, list(zip(labels, shares, said, strict=True))),
        part_bars("cases", titles[1], _totals(parts), labels, parts),
        part_bars("growth", titles[2], _totals(grown), labels, grown),
    )
    return list(zip(titles, drawn, strict=True))


def _totals(parts: list[Part]) -> str:
    return "；".join(f"{part.name} {'、'.join(map(str, part.values))}" for part in parts)


def listing(context: Archives, request: Request) -> dict[str, object]:
    """List what stands behind one figure; whoever may not open a record sees only its number."""
    asked = _asked(request)
    count, found = _behind(request, asked)
    request.note_read("archives.report", asked.unit, purpose=request.GET.get("kind", "")[:20])
    rows = [_row(request, record) for record in islice(found, MOST)]
    query = urlencode({"year": asked.year, "unit": asked.unit})
    return {"count": count, "rows": rows, "back": f"{request.script_name}{PATH}?{query}"}


def _behind(request: Request, asked: Asked) -> tuple[int, Iterator[Record]]:
    """Return how many stand behind the figure that the address names, and the records."""
    services, site = request.registry.services, request.site
    places = tuple(request.GET.get(name, "") for name in ("a", "b", "c"))
    if request.GET.get("kind") == FORMAT:
        if not units_of(request, Permission.KEEPING_VIEW):
            raise HTTPForbidden
        ids = list(islice(copying.items_of_format(site, places[0]), MOST))
        return len(ids), (item for each in ids if (item := site.archives.get(each)) is not None)
    try:
        kind = Kind(request.GET.get("kind", ""))
    except ValueError:
        raise HTTPBadRequest from None
    overdue = request.today if kind is Kind.OPEN and request.GET.get("overdue") else None
    return archive_reports.behind(services, site, asked.units, kind, places, overdue=overdue)


def _row(request: Request, record: Record) -> dict[str, object]:
    item = isinstance(record, ArchivedItem)
    may = request.has_permission(Permission.ARCHIVE_VIEW if item else Permission.DOSSIER_VIEW, record)
    guide = None if item else request.site.guides.get(record.guide)
    return {
        "href": request.resource_path(record).rstrip("/") if may else "",
        "code": (record.code or record.provisional_code) if item else record.code,
        "title": (record.title if may else "") if item else (guide.title if guide is not None else ""),
        "unit": unit_name(request, record.unit),
        "at": day(civil_date(record.archived_at)) if item and record.archived_at else "",
    }


def sheet(context: Archives, request: Request) -> Response:
    """Send the report as a workbook (XLSX) with a sheet a part."""
    asked = _asked(request)
    body = workbook(inspections.report_sheets(request.site, _report(request, asked)))
    return _file(body, f"档案统计-{asked.year}.xlsx", MEDIA["xlsx"])


def pack(context: Archives, request: Request) -> Response:
    """Send the pack for an inspection (迎检材料): a workbook and a cover in one ZIP."""
    asked = _asked(request)
    request.note_read("archives.inspection", asked.unit, purpose=str(asked.year))
    body = inspections.inspection(
        request.registry.services,
        request.site,
        asked.units,
        asked.year,
        by=name_of(request, request.identity.userid),
        say=lambda found: messages.sentence(request, found),
    )
    return _file(body, f"迎检材料-{asked.year}.zip", "application/zip")


def _file(body: bytes, name: str, media: str) -> Response:
    return _sealed(Response(body, content_type=media), f"attachment; filename*=UTF-8''{quote(name)}")


def described(told: Report) -> dict[str, object]:
    """Return a report as plain values with stable keys, for programs and the prompt."""

    def standing(each: Standing) -> dict[str, object]:
        return {
            "closed": each.closed, "archived": each.done, "in_time": each.in_time, "late": each.late, "open": each.open,
            "overdue": each.overdue, "rate": percent(each.rate), "timeliness": percent(each.timeliness),
        }  # fmt: skip

    def amount(each: Amount) -> dict[str, int]:
        return dict(zip(("items", "pages", "bytes"), each, strict=True))

    return {
        "year": told.year,
        "whole": standing(told.whole),
        "units": [{"unit": unit, **standing(each)} for unit, each in told.units],
        "months": [{"unit": unit, "month": month, **standing(each)} for unit, month, each in told.by_month],
        "returned": [
            {"unit": unit, "code": code, "reason": words, "count": count}
            for unit, code, words, count in told.returned
        ],
        "checked": [{"phase": phase, "passed": good, "failed": bad} for phase, good, bad in told.checked],
        "holdings": [
            {"fonds": fonds, "category": category, "retention": period, "year": int(year), **amount(each)}
            for fonds, category, period, year, each in told.held
        ],
        "growth": [
            {"month": month, "own": amount(own), "imported": amount(brought), "left": amount(left)}
            for month, own, brought, left in told.growth
        ],
        "behind": told.behind,
    }


def program(context: object, request: Request) -> Response:
    """Answer a program with the report of a year."""
    asked = asked_of(request)
    if isinstance(asked, Refused):
        return problem(request, asked.findings, status=400)
    return answer(request, described(_report(request, asked)))


def program_list(context: object, request: Request) -> Response:
    """Answer a program with what stands behind a figure."""
    asked = _asked(request)
    count, found = _behind(request, asked)
    request.note_read("archives.report", asked.unit, purpose=request.GET.get("kind", "")[:20])
    rows = [
        {"id": each.id, "kind": each.kind, "code": _row(request, each)["code"]}
        for each in islice(found, MOST)
    ]
    return answer(request, {"count": count, "rows": rows})


def includeme(config: Configurator) -> None:
    """Open the reports to archivists for their own units, to the centre's office and the auditors for all."""
    # The folder belongs to no unit: whose figures one may see is asked inside.
    folder = {"context": Archives, "request_method": "GET", "permission": Permission.DESK_VIEW}
    config.add_view(page, name="reports", renderer="archives/reports.pt", **folder)
    config.add_view(listing, name="report-list", renderer="archives/report_list.pt", **folder)
    config.add_view(sheet, name="reports.xlsx", **folder)
    config.add_view(pack, name="inspection.zip", **folder)
    for path, run in (("", program), ("/records", program_list), ("/inspection.zip", pack)):
        config.add_route(f"api.holdings{path}", f"{BASE}/holdings{path}", request_method="GET")
        config.add_view(run, route_name=f"api.holdings{path}", permission=Permission.DESK_VIEW)
