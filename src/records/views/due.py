"""Due lists on the screen and for programs (到期清单): what fell due with a year, the lists on their way, the register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import urlencode

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.appraisal import Method
from records.domain.disposition import DispositionState
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import Retention
from records.forms import asking
from records.forms.verbs import verb
from records.forms.widgets import errors_of
from records.indexes import disposition_questions as questions
from records.resources.archives import ArchivedItem, Archives
from records.resources.dispositions import Disposition, Dispositions

from . import messages
from .acting import perform, status_of
from .api import BASE, answer, problem
from .choices import choices_of
from .disposition import KINDS
from .layout import instant, units_of

PAGE = 50
COUNTED = 10_000
"""Items that a due list counts; beyond that it says so many and more."""


def fonds_of(request: Request) -> tuple[str, list[dict[str, object]]]:
    """Return the fonds that is looked at and the tabs of all whose disposition the person may see."""
    held = [
        unit
        for unit in units_of(request, Permission.DISPOSITION_VIEW)
        if unit in request.site.office["fonds"]
    ]
    fonds = request.GET.get("fonds", held[0] if held else "")
    if fonds not in held:
        raise HTTPForbidden
    described = request.site.office["fonds"]
    tabs = [
        {
            "label": f"{described[each]['number']} {described[each]['name']}",
            "href": f"{request.script_name}{request.path_info}?{urlencode({'fonds': each})}",
            "current": each == fonds,
        }
        for each in held
    ]
    return fonds, tabs


def cursor_of(request: Request) -> bytes:
    """Return where a page of a list begins; an address that makes no sense is refused."""
    try:
        return bytes.fromhex(request.GET.get("after", ""))
    except ValueError:
        raise HTTPBadRequest from None


def year_of(request: Request, years: tuple[int, ...]) -> int:
    """Return the year that is looked at: the one of the address, else the latest that is due, else last year."""
    asked = request.GET.get("year", "")
    if asked.isdecimal() and len(asked) == 4:
        return int(asked)
    return years[0] if years else request.today.year - 1


def due_page(context: Archives, request: Request) -> dict[str, object]:
    """Show the due list of a fonds and a year, the lists on their way, and the register of what was destroyed."""
    return _due_page(request)


def _due_page(
    request: Request, errors: Sequence[Mapping[str, str]] = (), form: str = ""
) -> dict[str, object]:
    fonds, tabs = fonds_of(request)
    request.note_read("disposition", fonds)
    years = questions.years_due(request.site, fonds, request.today)
    year = year_of(request, years)
    after = cursor_of(request)
    found = list(questions.due(request.site, fonds, year, after=after, limit=PAGE + 1))
    path = f"{request.script_name}/archives/disposition"
    more = found[PAGE - 1][0].hex() if len(found) > PAGE else ""
    total = questions.due_count(request.site, fonds, year, most=COUNTED + 1)
    proposes = fonds in units_of(request, Permission.DISPOSITION_PROPOSE)
    return {
        "fonds": request.site.office["fonds"][fonds],
        "tabs": tabs,
        "years": [
            {
                "label": str(each),
                "href": f"{path}?{urlencode({'fonds': fonds, 'year': each})}",
                "current": each == year,
            }
            for each in years
        ],
        "year": year,
        "total": total if total <= COUNTED else f"{COUNTED}+",
        "due": [_due_row(request, item) for _, item in found[:PAGE]],
        "more": f"{path}?{urlencode({'fonds': fonds, 'year': year, 'after': more})}" if more else "",
        "open": [_list_row(request, each) for each in questions.lists_open(request.site, fonds)],
        "register": [_list_row(request, each) for each in _closed(request, fonds)],
        "form": form or (_opening(request, fonds, year) if proposes else ""),
        "errors": errors,
    }


def _closed(request: Request, fonds: str) -> Iterator[Disposition]:
    return (
        each for _, each in questions.lists_in(request.site, fonds, DispositionState.CLOSED.value, limit=PAGE)
    )


def _sheet(request: Request, fonds: str) -> deform.Form:
    one = verb("dispositions", "open")
    choices = choices_of(request, one, fonds=fonds)
    return asking.sheet(
        one, action=f"{request.script_name}/dispositions/open", choices=choices, focused=False
    )


def _opening(request: Request, fonds: str, year: int, values: Mapping[str, object] | None = None) -> str:
    form = _sheet(request, fonds)
    given = {"fonds": fonds, "year": str(year), "method": Method.DIRECT.value}
    return asking.draw(form, given | dict(values or {}))


def _due_row(request: Request, item: ArchivedItem) -> dict[str, object]:
    listed = questions.item_of_list(request.site, item.id)
    ends = item.ends
    return {
        "href": request.resource_path(item).rstrip("/"),
        "code": item.code,
        "title": item.title,
        "retention": Retention(item.retention).label,
        "ends": ends.isoformat() if ends else "",
        "holds": [hold.reference for hold in questions.holds_on(request.site, item)],
        "list": request.site.dispositions[listed].code if listed else "",
    }


def _list_row(request: Request, record: Disposition) -> dict[str, object]:
    state = DispositionState(record.state)
    return {
        "href": request.resource_path(record).rstrip("/"),
        "code": record.code,
        "number": record.list_number,
        "year": record.year,
        "total": record.total,
        "destroys": record.destroys,
        "state": {"word": state.label, "kind": KINDS[state]},
        "at": instant(record.closed_at or record.created_at),
    }


def open_appraisal(context: Dispositions, request: Request) -> Response | dict[str, object]:
    """Open an appraisal from the due list; a refusal shows the list again with what was typed."""
    one = verb("dispositions", "open")
    form = _sheet(request, request.POST.get("fonds", ""))
    values = asking.read(form, request.POST.items())
    result = perform(request, one, None, values, channel="screen")
    if not isinstance(result, Refused):
        return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}?done=disposition-open")
    request.response.status_int = status_of(result)
    request.GET["fonds"] = str(values.get("fonds", ""))
    asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
    return _due_page(request, errors_of(form), asking.draw(form, values))


def program_due(context: object, request: Request) -> Response:
    """Answer a program with a page of the due list of a fonds and a year."""
    fonds, year = request.GET.get("fonds", ""), request.GET.get("year", "")
    if fonds not in units_of(request, Permission.DISPOSITION_VIEW):
        return problem(request, (Finding("permission.denied"),), status=403)
    if not (year.isdecimal() and len(year) == 4):
        return problem(request, (Finding("appraisal.no-year", subject="year"),), status=400)
    request.note_read("due", fonds)
    found = list(
        islice(
            questions.due(request.site, fonds, int(year), after=cursor_of(request), limit=PAGE + 1), PAGE + 1
        )
    )
    listed = [{"id": item.id, **_due_row(request, item)} for _, item in found[:PAGE]]
    more = found[PAGE - 1][0].hex() if len(found) > PAGE else None
    return answer(request, {"fonds": fonds, "year": int(year), "items": listed, "after": more})


def includeme(config: Configurator) -> None:
    """Open the due lists to who may see the fonds, opening an appraisal to who may propose."""
    view = config.add_view
    view(due_page, context=Archives, name="disposition", request_method="GET",
         permission=Permission.DESK_VIEW, renderer="disposition/due.pt")  # fmt: skip
    view(open_appraisal, context=Dispositions, name="open", request_method="POST",
         permission=Permission.DISPOSITION_PROPOSE, renderer="disposition/due.pt")  # fmt: skip
    config.add_route("api.due", f"{BASE}/due", request_method="GET")
    view(program_due, route_name="api.due", permission=Permission.DESK_VIEW)
