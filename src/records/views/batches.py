"""Archiving a month (批量归档): what is ready and what is not, the numbers to come, how far it is, and what became of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import Retention
from records.exchange.sheets import write_sheets
from records.forms.verbs import verb
from records.i18n import _
from records.indexes import archive_questions
from records.operations import batches
from records.resources.archives import Archives
from records.resources.batches import Batch, Batches

from . import messages
from .acting import perform, status_of
from .api import BASE, answer, problem
from .archives import rooms_of
from .describing import describe
from .desk import row_of
from .layout import day, instant, light, name_of, shown, units_of

LISTED = 12
LAST = 20
SHOWN = 200
"""Exceptions that a page shows; the workbook has all of them."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

STATES = {
    "owed": (_("waits for the worker"), "wait"),
    "running": (_("running"), "wait"),
    "done": (_("finished"), "done"),
    "stopped": (_("stopped"), "plain"),
}


def month_page(context: Archives, request: Request) -> dict[str, object]:
    """Show a month of a fonds before it is archived: only the exceptions; their names are on the access log first."""
    return _month_page(request)


def _month_page(request: Request, refused: tuple[Finding, ...] = ()) -> dict[str, object]:
    fonds = _fonds(request)
    asked = request.params.get("month", "") or _last_month(request)
    month = batches.month_of(asked)
    if isinstance(month, Refused):
        refused, month = (*refused, *month.findings), _last_month(request)
        request.response.status_int = 400
    request.note_read("archives.month", fonds, purpose=month)
    site, office = request.site, request.site.office["fonds"]
    planned = batches.plan_month(request.registry.services, site, fonds, month)
    here = f"{request.script_name}/archives/batches"
    return {
        "errors": shown(request, refused, anchors={"month": "month"}),
        "fonds": {"key": fonds, **office[fonds]},
        "tabs": [
            {
                "label": f"{office[each]['number']} {office[each]['name']}",
                "href": f"{here}?{urlencode({'fonds': each, 'month': month})}",
                "current": each == fonds,
            }
            for each in _mine(request)
        ],
        "rooms": rooms_of(request, fonds),
        "month": month,
        "months": [
            {"month": each, "href": f"{here}?{urlencode({'fonds': fonds, 'month': each})}"}
            for each in islice(archive_questions.months_closed(site, fonds), LISTED)
        ],
        "ready": len(planned.ready),
        "exceptions": [_exception(request, each) for each in planned.exceptions[:SHOWN]],
        "found": len(planned.exceptions),
        "numbers": planned.numbers,
        "batches": [
            _row(request, batch) for batch in archive_questions.batches_of(site, fonds, limit=LISTED)
        ],
    }


def _mine(request: Request) -> list[str]:
    return [
        unit for unit in units_of(request, Permission.DOSSIER_ARCHIVE) if unit in request.site.office["fonds"]
    ]


def _fonds(request: Request) -> str:
    mine = _mine(request)
    fonds = request.params.get("fonds", "") or (mine[0] if mine else "")
    if fonds not in mine:
        raise HTTPForbidden
    return fonds


def _last_month(request: Request) -> str:
    """Return the month before this one, which is the one to be archived now."""
    year, month = divmod(request.today.year * 12 + request.today.month - 2, 12)
    return f"{year}-{month + 1:02d}"


def _exception(request: Request, obstacle: batches.Obstacle) -> dict[str, object]:
    return {
        "case": row_of(request, obstacle.dossier),
        "why": [messages.sentence(request, found) for found in obstacle.findings],
        "due": day(obstacle.due.due),
        "light": light(request, obstacle.due.due),
    }


def _row(request: Request, batch: Batch) -> dict[str, object]:
    word, kind = STATES[batch.state]
    return {
        "href": request.resource_path(batch).rstrip("/"),
        "month": batch.month,
        "state": {"word": word, "kind": kind},
        "by": name_of(request, batch.by),
        "at": instant(batch.created_at),
        "counts": dict(batch.counts),
    }


def begin(context: Batches, request: Request) -> Response | dict[str, object]:
    """Begin a month; refused, the page of the month comes back with what speaks against it."""
    values = {name: request.POST.get(name, "") for name in ("fonds", "month")}
    result = perform(request, verb("batches", "begin"), None, values, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return _month_page(request, result.findings)
    return HTTPSeeOther(request.resource_path(result).rstrip("/"))


def show(context: Batch, request: Request) -> dict[str, object]:
    """Show how far a batch is and what became of each case that was not archived."""
    return _page(context, request)


def _page(context: Batch, request: Request, refused: tuple[Finding, ...] = ()) -> dict[str, object]:
    request.note_read("batches.show", context.id)
    row = _row(request, context)
    path = row.pop("href")
    return {
        **row,
        "path": path,
        "errors": shown(request, refused),
        "batch": context,
        "fonds": request.site.office["fonds"][context.fonds],
        "back": f"{request.script_name}/archives/batches?{urlencode({'fonds': context.fonds, 'month': context.month})}",
        "busy": context.state in batches.BUSY,
        "job": progress_of(context, request),
        "report": f"{path}/report.xlsx",
        "exceptions": list(islice(_exceptions(request, context), SHOWN)),
        "archived": [
            {"code": each.code, "title": each.title, "href": request.resource_path(each).rstrip("/")}
            for each in batches.in_code_order(request.site, context.items[-LAST:])
        ],
        "ended": instant(context.finished_at),
    }


def _exceptions(request: Request, batch: Batch) -> Iterator[dict[str, object]]:
    for case, item, findings in batch.exceptions:
        dossier, record = request.site.dossiers[case], request.site.archives.get(item) if item else None
        thing = record or dossier
        yield {
            "code": dossier.code,
            "title": request.site.guides[dossier.guide].title,
            "applicant": request.site.applicants[dossier.applicant].name,
            "href": request.resource_path(thing).rstrip("/"),
            "returned": record is not None,
            "why": [messages.sentence(request, found) for found in batches.findings_in(findings)],
        }


def progress_of(batch: Batch, request: Request) -> dict[str, object]:
    """Return how far a batch is, as page and poll show it."""
    path = request.resource_path(batch).rstrip("/")
    return {
        "text": request.localizer.translate(STATES[batch.state][0]),
        "done": batch.done,
        "total": batch.total,
        "finished": batch.state not in batches.BUSY,
        "poll": f"{path}/progress",
        "url": path,
    }


def progress(context: Batch, request: Request) -> Response:
    """Answer how far a batch is."""
    return answer(request, progress_of(context, request))


def stop(context: Batch, request: Request) -> Response | dict[str, object]:
    """Stop a batch after the present group."""
    result = perform(request, verb("batches", "stop"), context, {}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return _page(context, request, result.findings)
    return HTTPSeeOther(request.resource_path(context).rstrip("/"))


def report(context: Batch, request: Request) -> Response:
    """Send the report of a batch (批量归档报告) as a workbook: what was archived, and what was not with every reason."""
    request.note_read("batches.report", context.id)
    file = io.BytesIO()
    heads = {
        "已归档": ("档号", "题名", "办件编号", "保管期限", "文件份数", "归档时间"),
        "未归档": ("办件编号", "申请人", "事项", "结果", "原因"),
    }
    write_sheets(file, heads, _report_rows(context, request))
    name = f"archived-{request.site.office['fonds'][context.fonds]['number']}-{context.month}.xlsx"
    return Response(file.getvalue(), content_type=XLSX, content_disposition=f'attachment; filename="{name}"')


def _report_rows(batch: Batch, request: Request) -> Iterator[tuple[str, tuple]]:
    for item in batches.in_code_order(request.site, batch.items):
        yield "已归档", (
            item.code, item.title, item.dossier_code, Retention(item.retention).label, item.document_count,
            instant(item.archived_at),
        )  # fmt: skip
    for each in _exceptions(request, batch):
        outcome = "退回" if each["returned"] else "暂不能归档"
        yield "未归档", (each["code"], each["applicant"], each["title"], outcome, " ".join(each["why"]))


def as_plan(request: Request, planned: batches.MonthPlan) -> dict[str, object]:
    """Return a month before it is archived as plain values."""
    return plan_as_dict(planned, lambda found: messages.sentence(request, found))


def plan_as_dict(planned: batches.MonthPlan, sentence) -> dict[str, object]:
    """Return a month before it is archived as plain values, with the sentences of its findings."""
    return {
        "fonds": planned.fonds,
        "month": planned.month,
        "ready": len(planned.ready),
        "exceptions": [
            {
                "dossier": each.dossier.id,
                "code": each.dossier.code,
                "due": each.due.due.isoformat(),
                "last": each.due.last.isoformat(),
                "findings": [{**found.as_dict(), "message": sentence(found)} for found in each.findings],
            }
            for each in planned.exceptions
        ],
        "numbers": [
            {"series": each.series, "count": each.count, "first": each.first, "last": each.last}
            for each in planned.numbers
        ],
    }


def program_plan(context: object, request: Request) -> Response:
    """Answer a program with a month of a fonds before it is archived."""
    fonds, month = _fonds(request), batches.month_of(request.params.get("month", ""))
    if isinstance(month, Refused):
        return problem(request, month.findings, status=400)
    request.note_read("archives.month", fonds, purpose=month)
    planned = batches.plan_month(request.registry.services, request.site, fonds, month)
    return answer(request, as_plan(request, planned))


def program_batches(context: object, request: Request) -> Response:
    """Answer a program with the batches of a fonds, the newest first."""
    fonds = _fonds(request)
    request.note_read("batches", fonds)
    found = archive_questions.batches_of(request.site, fonds, limit=SHOWN)
    return answer(request, {"batches": [describe(request.site, each, today=request.today) for each in found]})


def includeme(config: Configurator) -> None:
    """Open the month to the archivist of its fonds; whose fonds it is is asked inside."""
    view, may = config.add_view, Permission.DOSSIER_ARCHIVE
    month = {"renderer": "archives/month.pt"}
    view(
        month_page, context=Archives, name="batches", request_method="GET", permission=Permission.DESK_VIEW, **month
    )  # fmt: skip
    view(begin, context=Batches, name="begin", request_method="POST", permission=may, **month)
    own = {"context": Batch, "permission": may}
    view(show, request_method="GET", renderer="archives/batch.pt", **own)
    view(progress, name="progress", request_method="GET", **own)
    view(report, name="report.xlsx", request_method="GET", **own)
    view(stop, name="stop", request_method="POST", renderer="archives/batch.pt", **own)
    for name, path, answered in (
        ("batches.list", "batches", program_batches), ("batches.plan", "batch-plan", program_plan),
    ):  # fmt: skip
        config.add_route(f"api.{name}", f"{BASE}/{path}", request_method="GET")
        view(answered, route_name=f"api.{name}", permission=Permission.DESK_VIEW)
