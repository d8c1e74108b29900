"""The four checks on the screen (四性检测): the matrix of a fonds, the report of one item, and the same on paper and as XML."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from urllib.parse import quote

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.clock import CIVIL
from records.domain.findings import Refused
from records.domain.package_checks import Status
from records.domain.permissions import Permission
from records.domain.verification import DIMENSIONS, CheckResult, Report
from records.exchange import check_reports
from records.forms.verbs import verb
from records.indexes import questions
from records.operations import checking
from records.operations.notices import ready_typeface
from records.resources.archives import ArchivedItem, Archives
from records.rules import checks

from . import messages
from .acting import perform
from .api import BASE, answer
from .arranging import open_forms
from .check_words import evidence_of, result_of
from .files import _sealed
from .layout import shown, units_of

MOST = 60
RECHECK = verb("archives", "recheck")
SIGNS = {Status.PASS: "✓", Status.FAIL: "✗", Status.NOT_APPLICABLE: "–", Status.MANUAL: "?"}


def rows_of(request: Request, report: Report) -> list[dict[str, object]]:
    """Return the lines of a report, what failed first, each with its evidence and, in words, what was found."""
    return [_row(request, result) for result in check_reports.ordered(report.results)]


def _row(request: Request, result: CheckResult) -> dict[str, object]:
    word, kind = result_of(result)
    look = result.looked
    return {
        "id": result.id,
        "name": result.name,
        "dimension": DIMENSIONS[result.dimension],
        "rule": result.rule,
        "input": result.input,
        "blocking": result.blocking,
        "weight": result.weight,
        "result": {"word": word, "kind": kind},
        "evidence": evidence_of(request.localizer.translate, result),
        "faults": [messages.sentence(request, found) for found in result.findings],
        "looked": " ".join((look.by, check_reports.civil_time(look.at), look.note)).strip() if look else "",
        "waits": result.waits,
    }


def item_page(context: ArchivedItem, request: Request) -> dict[str, object]:
    """Show the reports of an item: that of its archiving, and that of its last checking in keeping."""
    request.note_read("archives.checks", context.id)
    may = bool(request.has_permission(Permission.ARCHIVE_CHECK, context))
    path = request.resource_path(context).rstrip("/")
    return {
        "item": context,
        "path": path,
        "may": may,
        "again": may and bool(context.manifest) and context.state == "archived",
        "reports": [
            _shown(request, report, f"{path}/checks.{{}}{which}")
            for which, report in (
                ("?which=kept", checking.last_report(request.site, context)),
                ("", checking.report_of(request.site, context)),
            )
            if report is not None
        ],
    }


def _shown(request: Request, report: Report, address: str) -> dict[str, object]:
    counts = report.counts
    return {
        "phase": report.phase.label,
        "at": check_reports.civil_time(report.at),
        "tool": report.tool,
        "score": report.score,
        "passed": report.passed,
        "waiting": len(report.waiting),
        "counts": [{"label": result_of_status(status), "value": counts[status.value]} for status in check_reports.ORDER],
        "rows": rows_of(request, report),
        "id": report.phase.value,
        "files": [{"label": ending.upper(), "href": address.format(ending)} for ending in ("pdf", "xml")],
    }  # fmt: skip


def result_of_status(status: Status) -> str:
    """Return how checks ended that ended in one way, in a word."""
    return check_reports.WORDS[status]


def send_report(context: ArchivedItem, request: Request) -> Response:
    """Send a report as PDF or XML; the reading is on the access log first."""
    kept = request.GET.get("which") == "kept"
    read = checking.last_report if kept else checking.report_of
    report = read(request.site, context)
    if report is None:
        raise HTTPNotFound
    request.note_read("archives.checks", context.id)
    code = context.code or context.provisional_code
    ending = request.view_name.rpartition(".")[2]

    def say(found):
        return messages.sentence_in("zh_Hans", found)

    if ending == "xml":
        body, media = check_reports.as_xml(report, code=code, say=say), "application/xml"
    else:
        fonds = request.site.office["fonds"][context.fonds]
        head = check_reports.Printed(code, context.title, fonds["name"], context.package_digest)
        body = check_reports.as_pdf(
            report,
            head,
            typeface=ready_typeface(),
            printed_at=request.registry.services.clock.now().astimezone(CIVIL),
            say=say,
            evidence=lambda result: evidence_of(request.localizer.translate, result),
        )
        media = "application/pdf"
    name = quote(f"四性检测报告 {code}.{ending}")
    return _sealed(Response(body, content_type=media), f"attachment; filename*=UTF-8''{name}")


def fonds_page(context: Archives, request: Request) -> dict[str, object]:
    """Show the matrix of a fonds: items by checks, what was returned first; the names are on the access log first."""
    held = [
        each for each in units_of(request, Permission.ARCHIVE_VIEW) if each in request.site.office["fonds"]
    ]
    if not held:
        raise HTTPForbidden
    fonds = request.GET.get("fonds", held[0])
    if fonds not in held:
        raise HTTPForbidden
    request.note_read("archives.checks", fonds)
    described = request.site.office["fonds"]
    path = f"{request.resource_path(context).rstrip('/')}/checks"
    items = (item for state in ("returned", "archived") for item in _items(request, fonds, state))
    return {
        "fonds": described[fonds],
        "tabs": [
            {"label": f"{described[each]['number']} {described[each]['name']}", "href": f"{path}?fonds={each}", "current": each == fonds}
            for each in held
        ],
        "heads": [(number, name, sum(row.dimension == number for row in checks())) for number, name in DIMENSIONS.items()],
        "checks": [{"item": row.item, "name": row.name} for row in checks()],
        "rows": [_line(request, item) for item in islice(items, MOST)],
        "back": f"{request.resource_path(context).rstrip('/')}?fonds={fonds}",
    }  # fmt: skip


def _items(request: Request, fonds: str, state: str) -> Iterable[ArchivedItem]:
    return (item for _key, item in questions.items_of(request.site, fonds, state, limit=MOST) if item.report)


def _line(request: Request, item: ArchivedItem) -> dict[str, object]:
    report = checking.last_report(request.site, item) or checking.report_of(request.site, item)
    found = {result.id.partition("-")[2]: result for result in report.results}
    return {
        "href": f"{request.resource_path(item).rstrip('/')}/checks",
        "code": item.code or item.provisional_code,
        "title": item.title,
        "passed": report.passed,
        "phase": report.phase.label,
        "score": report.score,
        "cells": [_cell(request, found.get(row.item), row.name) for row in checks()],
    }


def _cell(request: Request, result: CheckResult | None, name: str) -> dict[str, str]:
    """Return one square of the matrix; a check that an older report does not know is not green."""
    if result is None:
        return {"sign": "", "word": name, "kind": ""}
    word, kind = result_of(result)
    return {
        "sign": "✓" if kind == "done" else SIGNS[result.status],
        "word": f"{result.id} {name} {request.localizer.translate(word)}",
        "kind": kind,
    }


def again(context: ArchivedItem, request: Request) -> Response | dict[str, object]:
    """Check the stored package again; a refusal shows the page again."""
    result = perform(request, RECHECK, context, {}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = 409
        return {**item_page(context, request), "errors": shown(request, result.findings)}
    return HTTPSeeOther(f"{heading(context, request)['back']}?done=archives-recheck")


def program(context: ArchivedItem, request: Request) -> Response:
    """Answer a program with the reports of an item as plain values."""
    request.note_read("archives.checks", context.id)
    found = {
        "archived": checking.report_of(request.site, context),
        "kept": checking.last_report(request.site, context),
    }
    return answer(request, {which: report.as_dict() if report else None for which, report in found.items()})


def heading(context: ArchivedItem, request: Request) -> dict[str, str]:
    """Return what stands above a form about the checks of an item."""
    path = f"{request.resource_path(context).rstrip('/')}/checks"
    return {"back": path, "name": context.title, "code": context.code or context.provisional_code}


def includeme(config: Configurator) -> None:
    """Open the reports to whoever may see the item; looking and checking again to the archivists of its fonds."""
    view, get = config.add_view, {"request_method": "GET"}
    # The folder belongs to no unit: who may see which fonds is asked inside.
    view(
        fonds_page,
        context=Archives,
        name="checks",
        permission=Permission.DESK_VIEW,
        renderer="checking/fonds.pt",
        **get,
    )
    own = {"context": ArchivedItem, "permission": Permission.ARCHIVE_VIEW, **get}
    view(item_page, name="checks", renderer="checking/item.pt", **own)
    for name in ("checks.pdf", "checks.xml"):
        view(send_report, name=name, **own)
    open_forms(config, "archives", ("look",), context=ArchivedItem, heading=heading)
    view(
        again, name=RECHECK.name, context=ArchivedItem, request_method="POST", permission=RECHECK.permission,
        renderer="checking/item.pt",
    )  # fmt: skip
    config.add_route(
        "api.checks", f"{BASE}/archives/{{id}}/checks", traverse="/archives/{id}", request_method="GET"
    )
    view(program, route_name="api.checks", context=ArchivedItem, permission=Permission.ARCHIVE_VIEW)
