"""Handing paper originals over from post to post (原件移交): the list on the screen, counted and confirmed, or cancelled."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.forms.verbs import Verb, verb
from records.i18n import _
from records.operations import custody
from records.resources.custody import HandOver

from .acting import perform, status_of
from .layout import instant, name_of, shown
from .originals import row_of

HAND_OVER_STATES = {
    "offered": {"word": _("to be counted"), "kind": "wait"},
    "confirmed": {"word": _("confirmed by both"), "kind": "done"},
    "cancelled": {"word": _("cancelled"), "kind": "plain"},
}


def show_hand_over(context: HandOver, request: Request) -> dict[str, object]:
    """Show a hand-over with its list; the reading is on the access log before the page leaves."""
    return hand_over_page(context, request)


def hand_over_page(
    context: HandOver, request: Request, refused: tuple[Finding, ...] = ()
) -> dict[str, object]:
    """Return what the page of a hand-over shows: who, how it stands, and every original on its list."""
    request.note_read("handovers.show", context.id)
    site, me = request.site, request.identity.userid
    offered = context.state == "offered"
    on_list = [site.custody[each] for each in context.originals]
    left = custody.still_offered(site, context) if offered else ()
    return {
        **in_list(request, context),
        "handover": context,
        "rows": [{**row_of(request, each), "left": not offered or each in left} for each in on_list],
        "count": len(left),
        "takes": offered and me == context.taker,
        "cancels": offered and me in (context.giver, context.taker),
        "errors": shown(request, refused),
    }


def settle(one: Verb):
    """Return the view that confirms or cancels a hand-over."""

    def view(context: HandOver, request: Request) -> Response | dict[str, object]:
        values = {name: value for name, value in request.POST.items() if name in one.form()}
        result = perform(request, one, context, values, channel="screen")
        if isinstance(result, Refused):
            request.response.status_int = status_of(result)
            return hand_over_page(context, request, result.findings)
        return HTTPSeeOther(f"{request.script_name}/desk/custody?done=custody-{one.name}")

    return view


def in_list(request: Request, handover: HandOver) -> dict[str, object]:
    """Return a hand-over as a row of a list: from whom to whom, how many, and how it stands."""
    return {
        "href": request.resource_path(handover).rstrip("/"),
        "giver": name_of(request, handover.giver),
        "taker": name_of(request, handover.taker),
        "state": HAND_OVER_STATES[handover.state],
        "mine": handover.state == "offered" and handover.taker == request.identity.userid,
        "total": len(handover.originals),
        "at": instant(handover.created_at),
        "settled": instant(handover.settled_at),
    }


def includeme(config: Configurator) -> None:
    """Open each hand-over to the unit, confirming and cancelling to who may keep originals."""
    view = config.add_view
    view(
        show_hand_over, context=HandOver, request_method="GET", permission=Permission.CUSTODY_VIEW,
        renderer="custody/handover.pt",
    )  # fmt: skip
    for name in ("take_over", "cancel"):
        one = verb("handovers", name)
        view(
            settle(one), name=name, context=HandOver, request_method="POST", permission=one.permission,
            renderer="custody/handover.pt",
        )  # fmt: skip
