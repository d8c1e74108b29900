"""Legal holds on the screen (暂缓处置): placed by query with progress one can watch, and lifted by somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.domain.holds import HoldState
from records.domain.permissions import Permission
from records.forms import asking
from records.forms.verbs import Verb, verb
from records.forms.widgets import errors_of
from records.i18n import _
from records.indexes import disposition_questions as questions
from records.resources.archives import Archives
from records.resources.holds import Hold, Holds

from . import messages
from .acting import perform, status_of
from .api import BASE, answer
from .choices import choices_of
from .describing import describe
from .disposition import asked, asked_page
from .due import fonds_of
from .layout import instant, name_of, shown, units_of

PAGE = 100
KINDS = {HoldState.PLACING: "wait", HoldState.ACTIVE: "wrong", HoldState.LIFTED: "plain"}


def holds_page(context: Archives, request: Request) -> dict[str, object]:
    """Show the holds of a fonds and the form that places one."""
    return _page(request)


def _page(request: Request, errors: Sequence[Mapping[str, str]] = (), form: str = "") -> dict[str, object]:
    fonds, tabs = fonds_of(request)
    request.note_read("holds", fonds)
    places = fonds in units_of(request, Permission.HOLD_PLACE)
    found = (
        each
        for state in HoldState
        for _, each in questions.holds_in(request.site, fonds, state.value, limit=PAGE)
    )
    return {
        "fonds": request.site.office["fonds"][fonds],
        "tabs": tabs,
        "rows": [_row(request, hold) for hold in found],
        "form": form or (asking.draw(_sheet(request), {"fonds": fonds}) if places else ""),
        "errors": errors,
    }


def _sheet(request: Request) -> deform.Form:
    one = verb("holds", "place")
    return asking.sheet(
        one, action=f"{request.script_name}/holds/place", choices=choices_of(request, one), focused=False
    )


def _row(request: Request, hold: Hold) -> dict[str, object]:
    state = HoldState(hold.state)
    return {
        "href": request.resource_path(hold).rstrip("/"),
        "reference": hold.reference,
        "reason": hold.reason,
        "by": name_of(request, hold.placed_by),
        "at": instant(hold.created_at),
        "count": hold.done if state is not HoldState.LIFTED else 0,
        "state": {"word": state.label, "kind": KINDS[state]},
    }


def place(context: Holds, request: Request) -> Response | dict[str, object]:
    """Place a hold; a refusal shows the page again, nothing typed is lost."""
    form = _sheet(request)
    values = asking.read(form, request.POST.items())
    result = perform(request, verb("holds", "place"), None, values, channel="screen")
    if not isinstance(result, Refused):
        return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}?done=hold-place")
    request.response.status_int = status_of(result)
    request.GET["fonds"] = str(values.get("fonds", ""))
    asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
    return _page(request, errors_of(form), asking.draw(form, values))


def show(context: Hold, request: Request) -> dict[str, object]:
    """Show one hold with the items that bear it; the reading is on the access log first."""
    return hold_page(context, request)


def hold_page(context: Hold, request: Request, refused: tuple[Finding, ...] = ()) -> dict[str, object]:
    """Return what the page of a hold shows; ``refused`` are the findings of an act that was just refused."""
    request.note_read("holds.show", context.id)
    state = HoldState(context.state)
    may = bool(request.has_permission(Permission.HOLD_PLACE, context))
    names = {HoldState.PLACING: ("stop", "lift"), HoldState.ACTIVE: ("lift",)}.get(state, ())
    held = islice(questions.items_held(request.site, context.id, limit=PAGE), PAGE)
    facts = [
        (_("Reference number"), context.reference, "code"),
        (_("Reason"), context.reason, ""),
        (_("Placed by"), f"{name_of(request, context.placed_by)} {instant(context.created_at)}", ""),
        (_("Lifted by"), f"{name_of(request, context.lifted_by)} {instant(context.lifted_at)}" if context.lifted_by else "", ""),
        (_("Why it was lifted"), context.lifted_why, ""),
    ]  # fmt: skip
    return {
        "hold": context,
        "state": {"word": state.label, "kind": KINDS[state]},
        "back": f"{request.script_name}/archives/holds?fonds={context.fonds}",
        "facts": [{"label": label, "value": value, "kind": kind} for label, value, kind in facts if value],
        "acts": [
            {
                "label": one.title,
                "href": request.resource_path(context, one.name),
                "pressed": not one.form().children,
            }
            for one in (verb("holds", name) for name in names if may)
        ],
        "job": {"text": _("The hold is being laid on each item; it counts for all of them already."), "done": context.done, "total": max(context.total, context.done)}
        if state is HoldState.PLACING
        else None,
        "items": [
            {"href": request.resource_path(item).rstrip("/"), "code": item.code, "title": item.title} for _, item in held
        ],
        "errors": shown(request, refused),
    }  # fmt: skip


def verb_page(
    context: Hold, request: Request, one: Verb, form: deform.Form, values: Mapping[str, object]
) -> dict[str, object]:
    """Return what the page of one act on a hold shows."""
    state = HoldState(context.state)
    return {
        "title": one.title,
        "heading": context.reference,
        "state": {"word": state.label, "kind": KINDS[state]},
        "back": request.resource_path(context).rstrip("/"),
        "number": "",
        "form": asking.draw(form, values),
    }


def program_holds(context: object, request: Request) -> Response:
    """Answer a program with the holds of the fonds it may see."""
    units = units_of(request, Permission.DISPOSITION_VIEW)
    request.note_read("holds", request.identity.unit)
    found = (
        hold
        for unit in units
        for state in HoldState
        for _, hold in questions.holds_in(request.site, unit, state.value)
    )
    listed = [describe(request.site, hold, today=request.today) for hold in islice(found, PAGE)]
    return answer(request, {"holds": listed})


def includeme(config: Configurator) -> None:
    """Open the holds to who may see dispositions, each act to who may place one."""
    view = config.add_view
    view(holds_page, context=Archives, name="holds", request_method="GET", permission=Permission.DESK_VIEW,
         renderer="disposition/holds.pt")  # fmt: skip
    view(place, context=Holds, name="place", request_method="POST", permission=Permission.HOLD_PLACE,
         renderer="disposition/holds.pt")  # fmt: skip
    view(show, context=Hold, name="", request_method="GET", permission=Permission.DISPOSITION_VIEW,
         renderer="disposition/hold.pt")  # fmt: skip
    lift, stop = verb("holds", "lift"), verb("holds", "stop")
    about = {"context": Hold, "permission": Permission.HOLD_PLACE}
    view(
        asked_page(lift, verb_page),
        name="lift",
        request_method="GET",
        renderer="disposition/verb.pt",
        **about,
    )
    view(
        asked(lift, verb_page, hold_page),
        name="lift",
        request_method="POST",
        renderer="disposition/verb.pt",
        **about,
    )
    view(
        asked(stop, verb_page, hold_page),
        name="stop",
        request_method="POST",
        renderer="disposition/hold.pt",
        **about,
    )
    config.add_route("api.holds.list", f"{BASE}/holds", request_method="GET")
    view(program_holds, route_name="api.holds.list", permission=Permission.DESK_VIEW)
