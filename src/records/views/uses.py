"""Use of archives on the screen and for programs (档案利用): requests, decisions, loans, and what was made out.

Who wrote a request down sees it, and who decides or lends in its fonds; nobody else. What an item is called is shown to the
requester once the use is granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain, islice

import deform
from deform.widget import RadioChoiceWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.uses import (
    Deed,
    PaperKind,
    Purpose,
    SealState,
    UseState,
    guard_way,
    possible_deeds,
)
from records.domain.vocabulary import ItemState
from records.forms import asking
from records.forms.verbs import Verb, verb
from records.forms.widgets import errors_of
from records.i18n import _
from records.indexes import use_questions as questions
from records.operations import lending
from records.operations.use_register import STATES
from records.operations.uses import is_own, items_of, sought_of, ways_of
from records.resources.archives import ArchivedItem
from records.resources.uses import UsePaper, UseRequest, Uses

from . import messages
from .acting import perform, status_of
from .api import BASE, answer, problem
from .describing import describe
from .disposition import asked, asked_page
from .layout import instant, light, name_of, shown, units_of

PAGE = 50
REQUEST, APPROVE, LEND = Permission.USE_REQUEST, Permission.USE_APPROVE, Permission.USE_LEND
KINDS = {
    UseState.REQUESTED: "next", UseState.APPROVED: "wait", UseState.REFUSED: "wrong", UseState.WITHDRAWN: "plain",
    UseState.NOT_FOUND: "plain", UseState.CLOSED: "done",
}  # fmt: skip
#: What only who wrote the request down may do; the rest follows from the matrix alone.
OWN = frozenset({Deed.WITHDRAW})


def may_see(request: Request, use: UseRequest) -> bool:
    """Tell whether the person may see a request: it is her own, or one she decides or lends on."""
    mine = use.requested_by == request.identity.userid
    return mine or bool(request.has_permission(APPROVE, use) or request.has_permission(LEND, use))


def uses_page(context: Uses, request: Request) -> dict[str, object]:
    """Show one's own requests, those to decide, those that run, and paper that is overdue; the names are on the access log."""
    return _listing(request)


def waiting(request: Request) -> list[tuple[str, str, str]]:
    """Return what waits for this person in the use of archives, for the start page: to be decided, and paper overdue."""
    decide = sum(1 for use in _in(request, APPROVE, UseState.REQUESTED) if not is_own(request.identity, use))
    late = sum(len(lending.overdue(request.site, unit, request.today)) for unit in units_of(request, LEND))
    told = ((_("To be decided"), decide, "next"), (_("Paper to be called back"), late, "wrong"))
    return [(request.localizer.translate(label), str(count), kind) for label, count, kind in told if count]


def _listing(request: Request, refused: deform.Form | None = None, form: str = "") -> dict[str, object]:
    request.note_read("uses", request.identity.unit)
    site, lends = request.site, units_of(request, LEND)
    late = [use for unit in lends for use in lending.overdue(site, unit, request.today)]
    mine = list(islice(questions.uses_by(site, request.identity.userid, limit=PAGE), PAGE))
    return {
        "form": form or asking.draw(request_sheet(request), {"items": request.GET.get("code", "")[:200]}),
        "late": [{**row_of(request, use), "light": light(request, lending.due_of(use))} for use in late],
        "decide": [row_of(request, use) for use in _in(request, APPROVE, UseState.REQUESTED)],
        "running": [row_of(request, use) for use in _in(request, LEND, UseState.APPROVED)],
        "mine": [row_of(request, use) for use in mine],
        "decides": bool(units_of(request, APPROVE)),
        "lends": bool(lends),
        "errors": errors_of(refused) if refused is not None else (),
    }


def _in(request: Request, permission: Permission, state: UseState) -> Iterator[UseRequest]:
    each = (
        questions.uses_in(request.site, unit, state.value, limit=PAGE)
        for unit in units_of(request, permission)
    )
    return (use for _, use in islice(chain.from_iterable(each), PAGE))


def request_sheet(request: Request) -> deform.Form:
    """Return the form that writes a request down, its fonds a choice of the office's."""
    form = asking.sheet(verb("uses", "request"), action=f"{request.script_name}/uses/request")
    described = request.site.office["fonds"]
    form["fonds"].widget = RadioChoiceWidget(
        values=[(key, f"{each['number']} {each['name']}") for key, each in described.items()]
    )
    return form


def ask(context: Uses, request: Request) -> Response | dict[str, object]:
    """Write a request down; a refusal shows the page again, nothing typed is lost but the number."""
    form = request_sheet(request)
    values = asking.read(form, request.POST.items())
    result = perform(request, verb("uses", "request"), None, values, channel="screen")
    if not isinstance(result, Refused):
        return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}?done=use-request")
    request.response.status_int = status_of(result)
    asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
    kept = {name: value for name, value in values.items() if name != "number"}
    return _listing(request, form, asking.draw(form, kept))


def row_of(request: Request, use: UseRequest) -> dict[str, object]:
    """Return a request as a row of a list."""
    state = UseState(use.state)
    codes = [item.code for item in items_of(request.site, use)]
    return {
        "href": request.resource_path(use).rstrip("/"),
        "code": use.code,
        "at": instant(use.created_at),
        "reader": use.reader,
        "unit": use.reader_unit,
        "purpose": Purpose(use.purpose).label,
        "ways": "、".join(way.label for way in ways_of(use)),
        "what": "、".join(codes[:3]) + (f" …（{len(codes)}）" if len(codes) > 3 else "")
        if codes
        else use.sought,
        "state": {"word": state.label, "kind": KINDS[state]},
    }


def show(context: UseRequest, request: Request) -> dict[str, object]:
    """Show a request with what may be done next; the reading is on the access log first."""
    return use_page(context, request)


def use_page(context: UseRequest, request: Request, refused: tuple[Finding, ...] = ()) -> dict[str, object]:
    """Return what the page of a request shows; ``refused`` are the findings of an act that was just refused."""
    if not may_see(request, context):
        raise HTTPForbidden
    request.note_read("uses.show", context.id)
    site, state = request.site, UseState(context.state)
    reading = lending.reading_of(context)
    open_now = not may_read(request, context)
    path = request.resource_path(context).rstrip("/")
    return {
        "use": context,
        "row": row_of(request, context),
        "facts": list(_facts(request, context)),
        "acts": [
            {"label": one.title, "href": f"{path}/{one.name}", "pressed": not one.form().children}
            for one in offered(request, context)
        ],
        "items": [_item(request, context, item) for item in items_of(site, context)],
        "reads": f"{path}/read" if open_now else "",
        "until": f"{reading.until:%Y-%m-%d %H:%M}" if reading is not None and open_now else "",
        "over": reading is not None and not open_now and state is UseState.APPROVED,
        "papers": [_paper(request, site.use_papers[each]) for each in context.papers],
        "events": list(_events(request, context)),
        "errors": shown(request, refused),
    }


def offered(request: Request, use: UseRequest) -> list[Verb]:
    """Return what the person may do next with a request."""
    mine = use.requested_by == request.identity.userid
    deeds = possible_deeds(UseState(use.state))
    found = []
    for deed in deeds:
        one = verb("uses", deed.value)
        wanted = mine if deed in OWN else request.has_permission(one.permission, use)
        if _in_vain(request, use, deed) or (
            deed in (Deed.APPROVE, Deed.REFUSE) and is_own(request.identity, use)
        ):
            continue
        if deed is Deed.EFFECT and not (mine or request.has_permission(LEND, use)):
            continue
        if wanted:
            found.append(one)
    if request.has_permission(LEND, use):
        found.append(verb("uses", "reveal"))
    return found


def _in_vain(request: Request, use: UseRequest, deed: Deed) -> bool:
    """Tell whether an act could only be refused: the way was not asked for, nothing runs, is out, or was named."""
    if guard_way(deed, ways_of(use)):
        return True
    match deed:
        case Deed.END:
            return lending.reading_of(use) is None or bool(may_read(request, use))
        case Deed.LEND:
            sought = (sought_of(request.site, item) for item in items_of(request.site, use))
            return not any(each.paper and not each.lent for each in sought)
        case Deed.REMIND:
            return not any(loan[4] is None and loan[3] < request.today for loan in use.loans)
        case Deed.TAKE_BACK:
            return not any(loan[4] is None for loan in use.loans)
        case Deed.APPROVE:
            return not use.items
        case Deed.TELL:
            return bool(use.items)
    return False


def may_read(request: Request, use: UseRequest) -> tuple[Finding, ...]:
    """Return what speaks against showing the pages of a request at this instant."""
    return lending.may_read(request.site, use, items_of(request.site, use), now=request.now)


def _facts(request: Request, use: UseRequest) -> Iterator[dict[str, object]]:
    decided = f"{name_of(request, use.decided_by)} {instant(use.decided_at)}" if use.decided_by else ""
    for label, value, kind in (
        (_("Reader"), f"{use.reader} {use.reader_unit}".strip(), ""),
        (_("Number of the identity paper"), use.number_masked, "code"),
        (_("Telephone"), use.phone_masked, "code"),
        (_("Purpose of use"), f"{Purpose(use.purpose).label} {use.purpose_note}".strip(), ""),
        (_("Ways of use"), "、".join(way.label for way in ways_of(use)), ""),
        (_("What is looked for"), use.sought, ""),
        (_("Written down by"), f"{name_of(request, use.requested_by)} {instant(use.created_at)}", ""),
        (_("Approval by"), decided, ""),
        (_("What was said"), use.decision, ""),
        (_("Letter by which the creating unit agrees"), use.consent, ""),
    ):
        if value:
            yield {"label": label, "value": value, "kind": kind}


def _item(request: Request, use: UseRequest, item: ArchivedItem) -> dict[str, object]:
    views = bool(request.has_permission(Permission.ARCHIVE_VIEW, item))
    loan = next((each for each in reversed(use.loans) if each[0] == item.id), None)
    due = loan[3] if loan is not None and loan[4] is None else None
    gone = item.state == ItemState.DESTROYED
    return {
        "code": item.code,
        "href": request.resource_path(item).rstrip("/") if views else "",
        "title": item.title if views or questions.granted(use) else "",
        "state": ItemState(item.state).label,
        "gone": f"{item.destruction_list} {item.destroyed_on}" if gone else "",
        "out": due.isoformat() if due else "",
        "light": light(request, due),
        "back": instant(loan[4]) if loan is not None and loan[4] is not None else "",
    }


def _paper(request: Request, paper: UsePaper) -> dict[str, object]:
    prints = paper.state == "made" and bool(request.has_permission(LEND, paper))
    return {
        "code": paper.code,
        "kind": PaperKind(paper.paper_kind).label,
        "state": STATES[paper.state],
        "why": messages.sentence(request, Finding(paper.why)) if paper.why else "",
        "seal": request.site.seals[paper.seal].title
        if paper.seal
        else request.localizer.translate(_("by hand")),
        "pages": "、".join(map(str, paper.pages)),
        "digest": paper.digest,
        "missing": "".join(paper.missing),
        "href": f"{request.resource_path(paper).rstrip('/')}/pdf" if prints else "",
    }


def _events(request: Request, use: UseRequest) -> Iterator[dict[str, str]]:
    found: list[tuple[datetime, str, str, str]] = [(use.created_at, _("Written down"), use.requested_by, "")]
    if use.decided_at:
        found.append((use.decided_at, UseState.REFUSED.label if use.state == UseState.REFUSED else _("Approved"), use.decided_by, use.decision))  # fmt: skip
    for opened, by, until, end, ender in use.readings:
        found.append((opened, Deed.OPEN.label, by, instant(until)))
        found += [(end, Deed.END.label, ender, "")] if end else []
    for item, at, by, until, back, taker, note in use.loans:
        code = request.site.archives[item].code
        found.append((at, Deed.LEND.label, by, f"{code} {until.isoformat()}"))
        found += [(back, Deed.TAKE_BACK.label, taker, f"{code} {note}".strip())] if back else []
    for at, by, how, items in use.reminders:
        codes = "、".join(request.site.archives[item].code for item in items)
        found.append((at, Deed.REMIND.label, by, f"{codes} {how}"))
    for each in use.papers:
        paper = request.site.use_papers[each]
        found.append((paper.created_at, PaperKind(paper.paper_kind).label, paper.made_by, paper.code))
    found += [(at, Deed.EFFECT.label, by, text) for at, by, text in use.effects]
    if use.closed_at:
        found.append((use.closed_at, Deed.CLOSE.label, use.closed_by, ""))
    for at, what, who, why in sorted(found, key=lambda row: row[0], reverse=True):
        yield {"iso": at.isoformat(), "at": instant(at), "what": request.localizer.translate(what),
               "who": name_of(request, who), "why": why}  # fmt: skip


def verb_page(
    context: UseRequest, request: Request, one: Verb, form: deform.Form, values: Mapping[str, object]
) -> dict[str, object]:
    """Return what the page of one act shows: the seals that may be used and the codes of the request are choices."""
    if not may_see(request, context):
        raise HTTPForbidden
    names = {child.name for child in form.children}
    values = {
        child.name: child.schema.missing for child in form.children if type(child.schema.missing) is int
    } | dict(values)
    codes = [item.code for item in items_of(request.site, context)]
    if "code" in names and len(codes) > 1:
        form["code"].widget = RadioChoiceWidget(values=[(code, code) for code in codes])
    if one.name == Deed.APPROVE.value:
        values.setdefault("items", "\n".join(codes))
    if "seal" in names:
        usable = (
            seal
            for seal in questions.seals_of(request.site, context.unit, SealState.ACTIVE)
            if seal.placed_by != request.identity.userid
        )
        by_hand = ("", request.localizer.translate(_("by hand")))
        form["seal"].widget = RadioChoiceWidget(values=[by_hand, *((seal.id, seal.title) for seal in usable)])
    state = UseState(context.state)
    return {
        "title": one.title,
        "heading": context.code,
        "state": {"word": state.label, "kind": KINDS[state]},
        "back": request.resource_path(context).rstrip("/"),
        "number": "",
        "form": asking.draw(form, values),
    }


def reveal(context: UseRequest, request: Request) -> Response | dict[str, object]:
    """Show the reader's whole number once, for a purpose; who looked is on record."""
    one = verb("uses", "reveal")
    form = asking.sheet(one, action=request.resource_path(context, one.name))
    values = asking.read(form, request.POST.items())
    result = perform(request, one, context, values, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
        return {**verb_page(context, request, one, form, values), "errors": errors_of(form)}
    request.shown_once = True
    request.response.headers["Cache-Control"] = "no-store"
    page = verb_page(context, request, one, form, {})
    return {**page, "heading": f"{context.reader} {result}", "form": ""}


def program_show(context: UseRequest, request: Request) -> Response:
    """Answer a program with one request, to whom the page would be shown."""
    if not may_see(request, context):
        return problem(request, (Finding("permission.denied"),), status=403)
    request.note_read("uses.show", context.id)
    response = answer(request, describe(request.site, context, today=request.today))
    response.etag, response.conditional_response = str(context.seq), True
    return response


def program_uses(context: object, request: Request) -> Response:
    """Answer a program with one's own requests, or with ``state`` those of the fonds one decides or lends in."""
    state = request.GET.get("state", "")
    if state and state not in set(UseState):
        return problem(request, (Finding("use.state-unknown", subject="state"),), status=400)
    request.note_read("uses", request.identity.unit)
    if state:
        units = dict.fromkeys((*units_of(request, APPROVE), *units_of(request, LEND)))
        each = (questions.uses_in(request.site, unit, state, limit=PAGE) for unit in units)
        found = (use for _, use in chain.from_iterable(each))
    else:
        found = questions.uses_by(request.site, request.identity.userid, limit=PAGE)
    listed = [describe(request.site, use, today=request.today) for use in islice(found, PAGE)]
    return answer(request, {"uses": listed})


def includeme(config: Configurator) -> None:
    """Open the requests: to write one down to clerks, reviewers and archivists, each act to who holds its permission."""
    view = config.add_view
    listed = {"context": Uses, "permission": REQUEST, "renderer": "uses/list.pt"}
    view(uses_page, name="", request_method="GET", **listed)
    view(ask, name="request", request_method="POST", **listed)
    view(show, name="", context=UseRequest, request_method="GET", permission=REQUEST, renderer="uses/use.pt")
    for deed in Deed:
        one = verb("uses", deed.value)
        asks = bool(one.form().children)
        about = {
            "context": UseRequest, "name": one.name, "permission": one.permission,
            "renderer": "disposition/verb.pt" if asks else "uses/use.pt",
        }  # fmt: skip
        if asks:
            view(asked_page(one, verb_page), request_method="GET", **about)
        view(asked(one, verb_page, use_page), request_method="POST", **about)
    one = verb("uses", "reveal")
    own = {
        "context": UseRequest,
        "name": "reveal",
        "permission": one.permission,
        "renderer": "disposition/verb.pt",
    }
    view(asked_page(one, verb_page), request_method="GET", **own)
    view(reveal, request_method="POST", **own)
    config.add_route("api.uses.list", f"{BASE}/uses", request_method="GET")
    view(program_uses, route_name="api.uses.list", permission=Permission.DESK_VIEW)
    config.add_route("api.uses", f"{BASE}/uses/{{id}}", traverse="/uses/{id}", request_method="GET")
    view(program_show, route_name="api.uses", context=UseRequest, permission=REQUEST)
