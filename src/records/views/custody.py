"""Paper originals on the screen and for programs (原件保管): found by a scanned code, moved, handed over from post to post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, islice

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.custody import CustodyState, Move, possible_moves
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.forms import asking
from records.forms.verbs import Verb, verb
from records.forms.widgets import errors_of
from records.i18n import _
from records.indexes import questions
from records.operations import custody
from records.operations.deposits import archived_as
from records.operations.identities import identity_of
from records.resources.custody import Original, Originals
from records.resources.site import Site

from . import hand_overs, messages, minors, uploads
from .acting import perform, status_of
from .api import BASE, answer, problem
from .describing import describe
from .layout import instant, name_of, shown, state_badge, units_of
from .originals import RECENT, row_of

MOST = 200

#: Moves with a page of their own, drawn from their form; the others need a press.
ASKED = ("lend", "take_back", "give_back", "release", "relocate", "report_lost", "find", "explain_loss")


def custody_page(context: Site, request: Request) -> Response | dict[str, object]:
    """Show the originals one answers for and those of one's units; a code that was scanned leads to its originals."""
    code = request.GET.get("code", "").strip()
    if not code:
        return listing(request)
    found = _seen(request, custody.sought(request.site, code))
    if len(found) == 1:
        return HTTPSeeOther(request.resource_path(found[0]).rstrip("/"))
    if not found:
        request.response.status_int = 404
        return listing(request, (Finding("custody.not-found", subject="code"),), code=code)
    return listing(request, code=code, scanned=found)


def found_by_code(request: Request, typed: str) -> str:
    """Return where a code typed into any search box leads: to the original or its receipt; empty when it is none."""
    found = _seen(request, custody.sought(request.site, typed)) if typed.strip() else ()
    if not found:
        return ""
    if len(found) == 1:
        return request.resource_path(found[0]).rstrip("/")
    return request.resource_path(request.site, "desk", "custody", query={"code": custody.as_code(typed)})


def _seen(request: Request, originals: Iterable[Original]) -> tuple[Original, ...]:
    return tuple(each for each in originals if request.has_permission(Permission.CUSTODY_VIEW, each))


def listing(
    request: Request,
    errors: tuple[Finding, ...] = (),
    *,
    code: str = "",
    scanned: tuple[Original, ...] = (),
    typed: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return what the list shows: offered to me, mine, my units' and the lost ones that are searched for."""
    request.note_read("custody", request.identity.unit)
    site, me = request.site, request.identity.userid
    mine = [each for each in questions.originals_kept_by(site, me) if each.state in ("held", "lent")]
    recent = [hand_overs.in_list(request, each) for each in questions.hand_overs_of(site, me, limit=RECENT)]
    return {
        "code": code,
        "scanned": [row_of(request, each) for each in scanned],
        "mine": [row_of(request, each) for each in mine],
        "units": _rows(request, ("held", "lent")),
        "lost": _rows(request, ("lost",)),
        "handed": recent,
        "colleagues": colleagues(request),
        "keeps": bool(units_of(request, Permission.CUSTODY_KEEP)),
        "typed": typed or {},
        "errors": shown(request, errors),
    }


def _rows(request: Request, states: tuple[str, ...]) -> list[dict[str, object]]:
    """Return the originals of one's units in some states, by window and keeper."""
    units = units_of(request, Permission.CUSTODY_VIEW)
    each = (
        questions.originals_in(request.site, unit, state, limit=MOST) for state in states for unit in units
    )
    rows = [row_of(request, original) for _, original in islice(chain.from_iterable(each), MOST)]
    return sorted(rows, key=lambda row: (row["window"], row["keeper"], row["code"]))


def colleagues(request: Request) -> list[tuple[str, str]]:
    """Return who may take originals of one's units over: log-in name, and name with window."""
    services, mine = request.registry.services, units_of(request, Permission.CUSTODY_KEEP)
    found = []
    for person in request.site.people.values():
        if person.userid == request.identity.userid or person.disabled:
            continue
        identity = identity_of(person, request.today)
        if any(services.matrix.permits(identity, Permission.CUSTODY_KEEP, unit=unit) for unit in mine):
            found.append((person.userid, f"{person.name} {person.window}".strip()))
    return found


def show(context: Original, request: Request) -> dict[str, object]:
    """Show an original with all that happened to it; the reading is on the access log before the page leaves."""
    return original_page(context, request)


def original_page(
    context: Original, request: Request, refused: tuple[Finding, ...] = ()
) -> dict[str, object]:
    """Return what the page of an original shows; ``refused`` are the findings of a move that was just refused."""
    request.note_read("custody.show", context.id)
    site, dossier = request.site, request.site.dossiers[context.dossier]
    moves = [
        move
        for move in possible_moves(CustodyState(context.state))
        if move not in (Move.OFFER, Move.TAKE_OVER)
    ]
    each = (verb("custody", move.value) for move in moves)
    acts = [one for one in each if request.has_permission(one.permission, context)]
    facts = [
        (_("Code"), context.code, "code"),
        (_("How many"), str(context.copies), ""),
        (_("Kept by"), name_of(request, context.keeper), ""),
        (_("Where it lies"), context.place, ""),
        (_("Lent to"), context.lent_to, ""),
        (_("To be brought back by"), context.lent_until.isoformat() if context.lent_until else "", ""),
        (_("Brought by"), context.brought_by, ""),
        (_("Filed under"), archived_as(site, context), "code"),
    ]
    return {
        "original": context,
        "row": row_of(request, context),
        "dossier": dossier,
        "case_state": state_badge(dossier.state),
        "facts": [{"label": label, "value": value, "kind": kind} for label, value, kind in facts if value],
        "acts": [
            {
                "name": one.name,
                "label": one.title,
                "href": request.resource_path(context, one.name),
                "pressed": one.name not in ASKED,
            }
            for one in acts
        ],
        "loss": _loss(request, context),
        "events": _moves(request, context),
        "papers": [
            {"code": site.notices[notice].code, "href": request.resource_path(site.notices[notice], "pdf")}
            for notice in (context.receipt, context.slip)
            if notice
            and site.notices[notice].digest
            and request.has_permission(Permission.NOTICE_VIEW, site.notices[notice])
        ],
        "proof": request.resource_path(context, "file", query={"digest": context.proof})
        if context.proof
        else "",
        "errors": shown(request, refused),
    }


def _loss(request: Request, original: Original) -> dict[str, str] | None:
    if not original.loss:
        return None
    statement, remedy, proof, by, at, settled_by, settled_at = original.loss
    return {
        "statement": statement,
        "remedy": remedy,
        "proof": request.resource_path(original, "file", query={"digest": proof}) if proof else "",
        "by": f"{name_of(request, by)} {instant(at)}",
        "settled": f"{name_of(request, settled_by)} {instant(settled_at)}" if settled_by else "",
    }


def _moves(request: Request, original: Original) -> list[dict[str, str]]:
    return [
        {
            "iso": at.isoformat(),
            "at": instant(at),
            "what": Move(move).label,
            "who": name_of(request, by),
            "why": "；".join(
                filter(None, (name_of(request, other), until.isoformat() if until else "", note))
            ),
        }
        for move, at, by, other, until, note in reversed(original.moves)
    ]


def asked_page(one: Verb):
    """Return the page that asks what a move needs."""

    def view(context: Original, request: Request) -> dict[str, object]:
        proposed = {}
        if one.name == "give_back":
            dossier = request.site.dossiers[context.dossier]
            proposed = {"recipient": minors.unmasked(request, request.site.applicants[dossier.applicant])}
        return _asked(request, context, one, _sheet(request, context, one), proposed)

    return view


def asked(one: Verb):
    """Return the view that makes a move; a refusal shows the page again, nothing typed is lost."""

    def view(context: Original, request: Request) -> Response | dict[str, object]:
        form = _sheet(request, context, one)
        values = asking.read(form, request.POST.items())
        result = perform(request, one, context, values, channel="screen")
        if not isinstance(result, Refused):
            return _done(request, context, one.name)
        request.response.status_int = status_of(result)
        asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
        return _asked(request, context, one, form, values)

    return view


def pressed(one: Verb):
    """Return the view of a move that asks nothing, and comes back to the original."""

    def view(context: Original, request: Request) -> Response | dict[str, object]:
        result = perform(request, one, context, {}, channel="screen")
        if isinstance(result, Refused):
            request.response.status_int = status_of(result)
            return original_page(context, request, result.findings)
        return _done(request, context, one.name)

    return view


def _sheet(request: Request, context: Original, one: Verb) -> deform.Form:
    return asking.sheet(
        one,
        action=request.resource_path(context, one.name),
        file_title=_("Scan of the signed receipt"),
        file_when=_("when it was signed on paper"),
        kept=uploads.kept(request, one.file) if one.file else None,
    )


def _asked(
    request: Request, context: Original, one: Verb, form: deform.Form, values: Mapping
) -> dict[str, object]:
    request.note_read("custody.show", context.id)
    return {
        "original": context,
        "row": row_of(request, context),
        "title": one.title,
        "form": asking.draw(form, values),
        "errors": errors_of(form),
    }


def _done(request: Request, context: Original, name: str) -> Response:
    return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}?done=custody-{name}")


def hand_over(context: Originals, request: Request) -> Response | dict[str, object]:
    """Offer the ticked originals to a colleague; refused, the list comes back with what speaks against it."""
    ticked = request.POST.getall("originals")
    values = {"to": request.POST.get("to", ""), "originals": " ".join(ticked)}
    if request.POST.get("listed") and not ticked:
        result = Refused((Finding("custody.nothing-open", subject="originals"),))
    else:
        result = perform(request, verb("custody", "hand_over"), None, values, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return listing(request, result.findings, typed={"to": values["to"], "originals": ticked})
    return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}?done=custody-hand_over")


def program_originals(context: object, request: Request) -> Response:
    """Answer a program with the originals of its owner's units: in one state, of one keeper, or behind a code."""
    code, keeper = request.GET.get("code", ""), request.GET.get("keeper", "")
    state = request.GET.get("state", CustodyState.HELD.value)
    if state not in set(CustodyState):
        return problem(request, (Finding("custody.state-unknown", subject="state"),), status=400)
    request.note_read("custody", request.identity.unit)
    if code:
        found = _seen(request, custody.sought(request.site, code))
    else:
        units = units_of(request, Permission.CUSTODY_VIEW)
        each = (questions.originals_in(request.site, unit, state) for unit in units)
        listed = (original for _, original in chain.from_iterable(each))
        found = tuple(islice((each for each in listed if keeper in ("", each.keeper)), MOST))
    return answer(
        request, {"originals": [describe(request.site, original, today=request.today) for original in found]}
    )


def includeme(config: Configurator) -> None:
    """Open the list to the desk, each original to its unit, each move to who may keep originals."""
    view = config.add_view
    drawn = {"renderer": "custody/list.pt"}
    view(
        custody_page, context=Site, name="desk", subpath="custody", request_method="GET",
        permission=Permission.DESK_VIEW, **drawn,
    )  # fmt: skip
    view(
        show, context=Original, request_method="GET", permission=Permission.CUSTODY_VIEW,
        renderer="custody/original.pt",
    )  # fmt: skip
    for name in ASKED:
        one = verb("custody", name)
        own = {"name": name, "context": Original, "permission": one.permission, "renderer": "custody/verb.pt"}
        view(asked_page(one), request_method="GET", **own)
        view(asked(one), request_method="POST", **own)
    for one in (verb("custody", name) for name in ("keep", "settle_loss")):
        view(
            pressed(one), name=one.name, context=Original, request_method="POST", permission=one.permission,
            renderer="custody/original.pt",
        )  # fmt: skip
    view(
        hand_over, name="hand_over", context=Originals, request_method="POST", permission=Permission.CUSTODY_HAND_OVER,
        **drawn,
    )  # fmt: skip
    config.add_route("api.custody.list", f"{BASE}/custody", request_method="GET")
    view(program_originals, route_name="api.custody.list", permission=Permission.DESK_VIEW)
