"""Opening reviews on the screen and for programs (开放审核): what is due at 25 years, and what was said of which items."""

from __future__ import annotations

from itertools import islice
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.domain.opening import Opinion
from records.domain.permissions import Permission
from records.domain.vocabulary import Retention
from records.forms.verbs import verb
from records.i18n import _
from records.indexes import transfer_questions as questions
from records.operations.opening import WORKING
from records.resources.archives import ArchivedItem, Archives
from records.resources.transfers import OpeningReview, OpeningReviews

from .acting import perform, status_of
from .api import BASE, answer, problem
from .arranging import DONE, open_forms
from .due import cursor_of, fonds_of
from .layout import instant, name_of, shown, units_of
from .transfers import heading

PAGE = 50
STATES = {
    "working": (_("being laid on the items"), "wait"),
    "done": (_("done"), "done"),
    "stopped": (_("stopped"), "plain"),
}


def opening_page(context: Archives, request: Request) -> dict[str, object]:
    """Show what of a fonds is due for opening and its reviews; the titles are on the access log first."""
    return _page(request)


def _page(request: Request, errors: tuple[Finding, ...] = ()) -> dict[str, object]:
    fonds, tabs = fonds_of(request)
    request.note_read("openings", fonds)
    found = list(
        islice(
            questions.to_open(request.site, fonds, today=request.today, after=cursor_of(request)), PAGE + 1
        )
    )
    path = f"{request.script_name}/archives/opening"
    more = found[PAGE - 1][0].hex() if len(found) > PAGE else ""
    may = fonds in units_of(request, Permission.OPENING_REVIEW)
    return {
        "fonds": {"key": fonds, **request.site.office["fonds"][fonds]},
        "tabs": tabs,
        "due": [_row(request, item, may=may) for _key, item in found[:PAGE]],
        "more": f"{path}?{urlencode({'fonds': fonds, 'after': more})}" if more else "",
        "review": _asked(request, fonds=fonds) if may else "",
        "reviews": [_review_row(request, each, may=may) for each in questions.openings_of(request.site, fonds, limit=PAGE)],
        "errors": shown(request, errors),
    }  # fmt: skip


def _asked(request: Request, **values: str) -> str:
    return f"{request.script_name}/openings/openings-review?{urlencode(values)}"


def _row(request: Request, item: ArchivedItem, *, may: bool) -> dict[str, object]:
    opinion = Opinion.read(item.opinion)
    return {
        "href": request.resource_path(item).rstrip("/"),
        "code": item.code,
        "title": item.title,
        "year": item.year,
        "retention": Retention(item.retention).label,
        "opinion": opinion.words() if opinion else "",
        "review": _asked(request, fonds=item.fonds, codes=item.code) if may else "",
    }


def _review_row(request: Request, record: OpeningReview, *, may: bool) -> dict[str, object]:
    word, kind = STATES[record.state]
    return {
        "code": record.code,
        "opinion": Opinion.read(record.opinion).words(),
        "done": record.done,
        "total": record.total,
        "by": name_of(request, record.by),
        "at": instant(record.created_at),
        "state": {"word": word, "kind": kind},
        "stop": request.resource_path(record, "stop") if may and record.state == WORKING else "",
    }


def stop(context: OpeningReview, request: Request) -> Response | dict[str, object]:
    """Stop a review; refused, the list comes back with the reason."""
    result = perform(request, verb("openings", "stop"), context, {}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        request.GET["fonds"] = context.fonds
        return _page(request, result.findings)
    query = urlencode({"fonds": context.fonds, "done": DONE})
    return HTTPSeeOther(f"{request.script_name}/archives/opening?{query}")


def program_due(context: object, request: Request) -> Response:
    """Answer a program with a page of what of a fonds is due for opening."""
    fonds = request.GET.get("fonds", "")
    if fonds not in units_of(request, Permission.DISPOSITION_VIEW):
        return problem(request, (Finding("permission.denied", params={"permission": Permission.DISPOSITION_VIEW.value}),), status=403)  # fmt: skip
    request.note_read("openings", fonds)
    found = list(
        islice(
            questions.to_open(request.site, fonds, today=request.today, after=cursor_of(request)), PAGE + 1
        )
    )
    listed = [_row(request, item, may=False) for _key, item in found[:PAGE]]
    more = found[PAGE - 1][0].hex() if len(found) > PAGE else None
    return answer(request, {"fonds": fonds, "items": listed, "after": more})


def includeme(config: Configurator) -> None:
    """Open the list of what is due for opening; reviewing to who holds the permission in the fonds."""
    view = config.add_view
    view(opening_page, context=Archives, name="opening", request_method="GET",
         permission=Permission.DESK_VIEW, renderer="transfers/opening.pt")  # fmt: skip
    open_forms(config, "openings", ("review",), context=OpeningReviews, heading=heading)
    view(stop, context=OpeningReview, name="stop", request_method="POST",
         permission=Permission.OPENING_REVIEW, renderer="transfers/opening.pt")  # fmt: skip
    config.add_route("api.openings.due", f"{BASE}/opening-due", request_method="GET")
    view(program_due, route_name="api.openings.due", permission=Permission.DESK_VIEW)
