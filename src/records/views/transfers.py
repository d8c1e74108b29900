"""Transfers on the screen and for programs (移交): what is due, what is on its way, what the archives took and what they refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import quote, urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import FileResponse, Response

from records.domain.findings import Finding, Refused, Severity
from records.domain.opening import Opinion
from records.domain.package_checks import Phase
from records.domain.permissions import Permission
from records.domain.transfer_answers import Answer
from records.domain.transfers import Signer, TransferState, years_later
from records.domain.vocabulary import Retention
from records.forms.verbs import verb
from records.i18n import _
from records.indexes import disposition_questions
from records.indexes import transfer_questions as questions
from records.operations.transfer_papers import PAPERS
from records.operations.transferring import folder_of
from records.operations.transfers import awaits, formed_on, period_for, receiver_of
from records.resources.archives import ArchivedItem, Archives
from records.resources.base import Resource
from records.resources.transfers import OpeningReview, Transfer, Transfers
from records.rules.verification import checks

from . import messages
from .acting import perform, status_of
from .api import BASE, answer, problem
from .arranging import DONE, open_forms
from .describing import describe
from .due import cursor_of, fonds_of
from .files import _sealed
from .layout import instant, light, name_of, shown, size, units_of

PAGE = 50
COUNTED = 10_000
"""Items that a due list counts; beyond that it says so many and more."""
KINDS = {
    TransferState.DRAFTED: "next", TransferState.CHECKING: "wait", TransferState.CHECKED: "next", TransferState.SIGNED: "next",
    TransferState.PACKING: "wait", TransferState.HANDED: "wait", TransferState.ENTERING: "wait",
    TransferState.RECEIVED: "done", TransferState.ABANDONED: "plain",
}  # fmt: skip
#: Which verbs a transfer offers in its states, in the order of the work.
OFFERED = {
    TransferState.DRAFTED: ("check", "remove", "abandon"),
    TransferState.CHECKING: ("stop",),
    TransferState.CHECKED: ("sign", "refuse", "abandon"),
    TransferState.SIGNED: ("hand_over", "refuse", "abandon"),
    TransferState.PACKING: ("stop",),
    TransferState.HANDED: ("enter_receipt", "enter_answers"),
}
PRESSED = ("check", "stop")
FORMS = ("remove", "sign", "refuse", "hand_over", "enter_receipt", "enter_answers", "abandon")
WORKING = {
    TransferState.CHECKING: _("The packages are being checked. This page may be left."),
    TransferState.PACKING: _("The packages are being written for the archives. This page may be left."),
    TransferState.ENTERING: _("The archives' list is being entered. This page may be left."),
}
MEDIA = {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def due_page(context: Archives, request: Request) -> dict[str, object]:
    """Show what of a fonds is to be handed over, what was put off, and its transfers; the titles are on the access log first."""
    fonds, tabs = fonds_of(request)
    request.note_read("transfers", fonds)
    receiver = receiver_of(request.site, fonds)
    rows, total, more = _due(request, fonds)
    path = f"{request.script_name}/archives/transfers"
    received = questions.transfers_in(request.site, fonds, TransferState.RECEIVED.value, limit=PAGE)
    return {
        "fonds": {"key": fonds, **request.site.office["fonds"][fonds]},
        "tabs": tabs,
        "receiver": receiver,
        "due": rows,
        "total": total if total <= COUNTED else f"{COUNTED}+",
        "more": f"{path}?{urlencode({'fonds': fonds, 'after': more})}" if more else "",
        "delayed": [
            {**_item_row(request, item), "until": item.delayed[0].isoformat(), "consent": item.delayed[1]}
            for item in questions.delayed(request.site, fonds, limit=PAGE)
        ],
        "open": [_transfer_row(request, each) for each in questions.transfers_open(request.site, fonds)],
        "register": [_transfer_row(request, each) for _key, each in received],
        "acts": [
            {
                "label": one.title,
                "href": f"{request.script_name}/transfers/transfers-{one.name}?{urlencode({'fonds': fonds})}",
            }
            for one in (verb("transfers", name) for name in ("open", "delay"))
            if receiver is not None and fonds in units_of(request, one.permission)
        ],
    }


def _due(request: Request, fonds: str) -> tuple[list[dict[str, object]], int, str]:
    """Return a page of the due list, how many there are in all, and the cursor of the next page."""
    receiver = receiver_of(request.site, fonds)
    if receiver is None:
        return [], 0, ""
    period_of = period_for(request.site, fonds, receiver, today=request.today)
    listed = questions.to_transfer(
        request.site, fonds, period_of, today=request.today, after=cursor_of(request)
    )
    found = list(islice(listed, PAGE + 1))
    rows = []
    for waiting in found[:PAGE]:
        item = request.site.archives[waiting.id]
        period = period_of(waiting.category, waiting.retention, waiting.carrier)
        day = years_later(formed_on(request.site, item), period.must) if period else None
        lit = light(request, day) if day is not None and day <= request.today else None
        rows.append({**_item_row(request, item), "due": day.isoformat() if day else "", "light": lit})
    whole = questions.to_transfer(request.site, fonds, period_of, today=request.today)
    total = sum(1 for _one in islice(whole, COUNTED + 1))
    return rows, total, found[PAGE - 1].key.hex() if len(found) > PAGE else ""


def _item_row(request: Request, item: ArchivedItem) -> dict[str, object]:
    opinion = Opinion.read(item.opinion)
    listed = questions.transfer_of(request.site, item.id)
    return {
        "href": request.resource_path(item).rstrip("/"),
        "code": item.code,
        "title": item.title,
        "year": item.year,
        "retention": Retention(item.retention).label,
        "holds": [hold.reference for hold in disposition_questions.holds_on(request.site, item)],
        "opinion": opinion.result.label if opinion else "",
        "list": request.site.transfers[listed].code if listed else "",
    }


def _transfer_row(request: Request, record: Transfer) -> dict[str, object]:
    state = TransferState(record.state)
    return {
        "href": request.resource_path(record).rstrip("/"),
        "code": record.code,
        "archives": record.archives,
        "total": record.total,
        "accepted": record.accepted,
        "refused": record.refused,
        "state": {"word": state.label, "kind": KINDS[state]},
        "at": instant(record.closed_at or record.created_at),
    }


def show(context: Transfer, request: Request) -> dict[str, object]:
    """Show one transfer with its items, checks, signatures and papers; the titles are on the access log first."""
    return page(context, request)


def page(context: Transfer, request: Request, refused: tuple[Finding, ...] = ()) -> dict[str, object]:
    """Return what the page of a transfer shows; ``refused`` are the findings of an act that was just refused."""
    request.note_read("transfers.show", context.id)
    state = TransferState(context.state)
    offered = [
        one
        for one in (verb("transfers", name) for name in OFFERED.get(state, ()))
        if request.has_permission(one.permission, context)
        and (one.name != "sign" or awaits(context, request.identity.userid))
    ]
    reviews = state is TransferState.DRAFTED and context.fonds in units_of(request, Permission.OPENING_REVIEW)
    query = urlencode({"fonds": context.fonds, "transfer": context.id})
    return {
        "record": context,
        "state": {"word": state.label, "kind": KINDS[state]},
        "back": f"{request.script_name}/archives/transfers?{urlencode({'fonds': context.fonds})}",
        "review": f"{request.script_name}/openings/openings-review?{query}" if reviews else "",
        "acts": [
            {
                "label": one.title,
                "href": request.resource_path(context, one.name),
                "pressed": one.name in PRESSED,
            }
            for one in offered
        ],
        "waiting": _unsigned(request, context) if state is TransferState.CHECKED else [],
        "job": {"text": WORKING[state], "done": context.done, "total": max(context.total, 1)}
        if state in WORKING
        else None,
        "facts": _facts(request, context),
        "problems": [messages.sentence(request, found) for found in problems_of(context)],
        "items": _items(request, context),
        "papers": [
            {
                "label": PAPERS[kind][0],
                "href": request.resource_path(context, "paper", query={"digest": digest[:16]}),
                "digest": digest,
            }
            for kind, digest, _size, _at in context.papers
        ],
        "events": list(_events(request, context)),
        "errors": shown(request, refused),
    }


def problems_of(record: Transfer) -> tuple[Finding, ...]:
    """Return what was wrong with the archives' list, or in the way of the last packing."""
    return tuple(
        Finding(each["code"], Severity(each["severity"]), each["subject"], each["params"], each["basis"])
        for each in json.loads(record.problems or "[]")
    )


def _unsigned(request: Request, record: Transfer) -> list[str]:
    there = {signer for signer, *_rest in record.signatures}
    people = {Signer.PREPARER: (record.prepared_by,), Signer.HEAD: record.heads}
    return [
        " ".join((signer.label, *(name_of(request, each) for each in people[signer])))
        for signer in Signer
        if signer.value not in there
    ]


def _facts(request: Request, record: Transfer) -> list[dict[str, object]]:
    items, files, count, _digests = record.delivery
    place = str(folder_of(request.registry.services, record))
    number, on, receiver, result = record.receipt or ("", "", "", "")
    facts = [
        (_("Number of the transfer"), record.code, "code"),
        (_("Receiving archives"), record.archives, ""),
        (_("Items"), str(record.total), ""),
        (_("Prepared by"), name_of(request, record.prepared_by), ""),
        (_("Network or medium, with the numbers of the media"), record.channel, ""),
        (_("Handed over"), f"{items}件，{files}个文件，{size(count)}，{instant(record.handed_at)}" if record.handed_at else "", ""),
        (_("The packages lie in"), place if record.state == TransferState.HANDED else "", "code"),
        (_("Receipt"), f"{number} {on} {receiver}".strip(), ""),
        (_("What their checks found"), result, ""),
        (_("Accepted and refused"), f"{record.accepted} / {record.refused}" if record.closed_at else "", ""),
    ]  # fmt: skip
    return [{"label": label, "value": value, "kind": kind} for label, value, kind in facts if value]


def _items(request: Request, record: Transfer) -> list[dict[str, object]]:
    rows = []
    for item_id in record.lines.codes:
        item = request.site.archives[item_id]
        check, told = record.lines.checks.get(item_id), record.lines.answers.get(item_id)
        rows.append(
            {
                **_item_row(request, item),
                "check": "" if check is None else ("pass" if check[0] else _failed(check[1])),
                "checks": request.resource_path(item, "checks"),
                "answer": Answer(told[0]).label if told else "",
                "number": told[1] if told else "",
                "why": f"{told[2]} {told[3]}".strip() if told else "",
                "copy": item.copy_until.isoformat() if item.transfer == record.id and item.copy_until else "",
            }
        )
    return sorted(rows, key=lambda row: str(row["code"]))


def _failed(found: tuple[str, ...]) -> str:
    """Return the names of the checks that failed, each with its number."""
    names = {check.id: check.name for check in checks(Phase.TRANSFER)}
    return "、".join(f"{each} {names.get(each, '')}".strip() for each in found)


def _events(request: Request, record: Transfer) -> Iterator[dict[str, str]]:
    say = request.localizer.translate
    found: list[tuple[datetime, str, str, str]] = [
        (at, Signer(signer).label, userid, "") for signer, userid, at in record.signatures
    ]
    found += [(at, say(_("Sent back")), by, why) for at, by, why, _state in record.refusals]
    if record.handed_at:
        found.append((record.handed_at, say(_("Handed over")), record.handed_by, record.channel))
    if record.closed_at:
        found.append((record.closed_at, TransferState(record.state).label, record.entered_by, ""))
    for at, what, who, why in sorted(found, reverse=True):
        yield {
            "iso": at.isoformat(),
            "at": instant(at),
            "what": what,
            "who": name_of(request, who),
            "why": why,
        }


def send_paper(context: Transfer, request: Request) -> Response:
    """Send one of the frozen papers of a transfer as it was made or came in."""
    wanted = request.GET.get("digest", "")
    kind, digest = next(
        ((kind, digest) for kind, digest, *_rest in context.papers if wanted and digest.startswith(wanted)),
        ("", ""),
    )
    if not digest:
        raise HTTPNotFound
    request.note_read("transfers.paper", context.id, purpose=kind)
    label, ending = PAPERS[kind]
    media = MEDIA.get(ending, "application/octet-stream")
    path = request.registry.services.store.path(digest)
    response = FileResponse(str(path), request=request, content_type=media)
    name = quote(f"{label} {context.code}{'.' if ending else ''}{ending}")
    return _sealed(response, f"attachment; filename*=UTF-8''{name}")


def press(name: str):
    """Return the view that does an act which asks nothing; refused, the page comes back with what speaks against it."""
    one = verb("transfers", name)

    def view(context: Transfer, request: Request) -> Response | dict[str, object]:
        result = perform(request, one, context, {}, channel="screen")
        if isinstance(result, Refused):
            request.response.status_int = status_of(result)
            return page(context, request, result.findings)
        return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}?done={DONE}")

    return view


def heading(context: Resource, request: Request) -> dict[str, str]:
    """Return what stands above a form about a transfer or an opening review, and where it comes back to."""
    match context:
        case Transfer():
            return {
                "back": request.resource_path(context).rstrip("/"),
                "name": context.archives,
                "code": context.code,
            }
        case OpeningReview() if context.sought[5] in request.site.transfers:
            return heading(request.site.transfers[context.sought[5]], request)
        case OpeningReview():
            place = f"opening?{urlencode({'fonds': context.fonds})}"
        case ArchivedItem():
            place = f"transfers?{urlencode({'fonds': context.fonds})}"
        case Transfers():
            place = "transfers"
        case _:
            place = "opening"
    return {"back": f"{request.script_name}/archives/{place}", "name": "", "code": ""}


def program_due(context: object, request: Request) -> Response:
    """Answer a program with a page of what of a fonds is to be handed over."""
    fonds = request.GET.get("fonds", "")
    if (
        fonds not in units_of(request, Permission.DISPOSITION_VIEW)
        or fonds not in request.site.office["fonds"]
    ):
        return problem(request, (Finding("permission.denied", params={"permission": Permission.DISPOSITION_VIEW.value}),), status=403)  # fmt: skip
    if receiver_of(request.site, fonds) is None:
        return problem(request, (Finding("transfer.no-receiver", params={"fonds": fonds}),))
    request.note_read("transfers", fonds)
    rows, total, more = _due(request, fonds)
    listed = [{key: value for key, value in row.items() if key != "light"} for row in rows]
    return answer(request, {"fonds": fonds, "total": total, "items": listed, "after": more or None})


def program_transfers(context: object, request: Request) -> Response:
    """Answer a program with the transfers of the fonds it may see: those on their way, then those received."""
    request.note_read("transfers", request.identity.unit)
    site = request.site
    found = (
        each
        for unit in units_of(request, Permission.DISPOSITION_VIEW)
        for each in (
            *questions.transfers_open(site, unit),
            *(
                one
                for _key, one in questions.transfers_in(site, unit, TransferState.RECEIVED.value, limit=PAGE)
            ),
        )
    )
    listed = [describe(site, each, today=request.today) for each in islice(found, 2 * PAGE)]
    return answer(request, {"transfers": listed})


def includeme(config: Configurator) -> None:
    """Open due list, transfers and their papers; each act to who holds its permission in the fonds."""
    view = config.add_view
    view(due_page, context=Archives, name="transfers", request_method="GET",
         permission=Permission.DESK_VIEW, renderer="transfers/due.pt")  # fmt: skip
    own = {"context": Transfer, "permission": Permission.DISPOSITION_VIEW, "request_method": "GET"}
    view(show, name="", renderer="transfers/transfer.pt", **own)
    view(send_paper, name="paper", **own)
    for name in PRESSED:
        view(press(name), context=Transfer, name=name, request_method="POST",
             permission=verb("transfers", name).permission, renderer="transfers/transfer.pt")  # fmt: skip
    open_forms(config, "transfers", FORMS, context=Transfer, heading=heading)
    open_forms(config, "transfers", ("open", "delay"), context=Transfers, heading=heading)
    for name, path, program in (
        ("due", "transfer-due", program_due),
        ("list", "transfers", program_transfers),
    ):
        config.add_route(f"api.transfers.{name}", f"{BASE}/{path}", request_method="GET")
        view(program, route_name=f"api.transfers.{name}", permission=Permission.DESK_VIEW)
