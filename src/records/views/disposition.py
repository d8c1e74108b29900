"""Retention and disposition on the screen and for programs (到期、鉴定、签字、执行、销毁登记), and the legal holds.

The due list of a fonds leads to appraisals, an appraisal to its signatures, these to the execution and to the register.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote, urlencode

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import FileResponse, Response

from records.domain.appraisal import Choice, Decision, Member, Method, Rule
from records.domain.disposition import DispositionState, Post, posts_open
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.sparing import spared_words
from records.forms import asking
from records.forms.verbs import Verb, verb
from records.forms.widgets import errors_of
from records.i18n import _
from records.indexes import disposition_questions as questions
from records.operations.appraisal import incomplete, standing_of, table_of
from records.operations.disposition import awaits, posts_of
from records.operations.disposition_papers import PAPERS
from records.resources.base import Record, Resource
from records.resources.dispositions import Disposition

from . import messages
from .acting import perform, status_of
from .choices import choices_of
from .files import _sealed
from .layout import instant, name_of, shown

KINDS = {
    DispositionState.DRAFTED: "next", DispositionState.APPRAISED: "wait", DispositionState.SIGNED: "next",
    DispositionState.EXECUTING: "wait", DispositionState.EXECUTED: "wait", DispositionState.SUPERVISED: "next",
    DispositionState.CLOSED: "done", DispositionState.ABANDONED: "plain",
}  # fmt: skip
#: Which verbs a list offers in its states, in the order of the work.
OFFERED = {
    DispositionState.DRAFTED: ("choose", "add_rule", "look", "remove", "confirm", "abandon", "refuse"),
    DispositionState.APPRAISED: ("sign", "refuse", "remove"),
    DispositionState.SIGNED: ("execute", "refuse", "remove"),
    DispositionState.EXECUTED: ("sign",),
    DispositionState.SUPERVISED: ("close",),
}
#: Acts that wait for a certain person, and those that only the group does.
PERSONAL, OF_GROUP = ("confirm", "sign"), ("remove",)
MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def show(context: Disposition, request: Request) -> dict[str, object]:
    """Show one list with its items, decisions, signatures and papers; the titles are on the access log first."""
    return list_page(context, request)


def list_page(context: Disposition, request: Request, refused: tuple[Finding, ...] = ()) -> dict[str, object]:
    """Return what the page of a list shows; ``refused`` are the findings of an act that was just refused."""
    request.note_read("disposition.show", context.id)
    site, state = request.site, DispositionState(context.state)
    table = table_of(site, context.fonds)
    waiting = posts_open(standing_of(context), table) if table else ()
    userid = request.identity.userid
    mine = awaits(site, context, userid, today=request.today)
    of_group = userid in {each for _, each in context.group}
    offered = [
        verb("dispositions", name)
        for name in OFFERED.get(state, ())
        if (name not in ("add_rule", "look") or context.method == Method.RULE)
        and (name not in PERSONAL or mine)
        and (name not in OF_GROUP or of_group)
        and request.has_permission(verb("dispositions", name).permission, context)
    ]
    missing = incomplete(site, context) if state is DispositionState.DRAFTED else ()
    return {
        "record": context,
        "fonds": site.office["fonds"][context.fonds],
        "state": {"word": state.label, "kind": KINDS[state]},
        "back": f"{request.script_name}/archives/disposition?{urlencode({'fonds': context.fonds, 'year': context.year})}",
        "facts": _facts(request, context),
        "acts": [
            {
                "label": one.title,
                "href": request.resource_path(context, one.name),
                "pressed": not one.form().children,
            }
            for one in offered
        ],
        "missing": [messages.sentence(request, found) for found in missing],
        "waiting": [
            " ".join((post.label, *(name_of(request, each) for each in table.people.get(post, ()))))
            for post in waiting
        ],
        "items": _items(request, context),
        "papers": [
            {
                "label": PAPERS[kind][0],
                "href": request.resource_path(context, "paper", query={"kind": kind}),
                "digest": digest,
            }
            for kind, digest, _, _ in context.papers
        ],
        "events": list(_events(request, context)),
        "spared": spared_words(context.spared),
        "job": _job(context) if state is DispositionState.EXECUTING else None,
        "errors": shown(request, refused),
    }


def _facts(request: Request, record: Disposition) -> list[dict[str, object]]:
    group = "，".join(f"{Member(member).label} {name_of(request, userid)}" for member, userid in record.group)
    rules = " ".join(Rule.read(row).words() for row in record.rules)
    facts = [
        (_("Number of the appraisal"), record.code, "code"),
        (_("Number of the list"), record.list_number, "code"),
        (_("Year in which the period ended"), str(record.year), ""),
        (_("Method"), Method(record.method).label, ""),
        (_("Group"), group, ""),
        (_("Items"), str(record.total), ""),
        (_("Rules"), rules, ""),
        (_("Seed of the sample"), record.seed if record.sample else "", "code"),
        (_("Copies on backup media"), record.backups, ""),
    ]
    return [{"label": label, "value": value, "kind": kind} for label, value, kind in facts if value]


def _items(request: Request, record: Disposition) -> list[dict[str, object]]:
    rows = []
    looks = record.state == DispositionState.DRAFTED and request.has_permission(
        Permission.DISPOSITION_PROPOSE, record
    )
    for item_id, row in record.choices.decided.items():
        item, choice = request.site.archives[item_id], Choice.read(row)
        look = record.choices.looks.get(item_id)
        rows.append(
            {
                "href": request.resource_path(item).rstrip("/"),
                "code": item.code,
                "title": item.title,
                "holds": [hold.reference for hold in questions.holds_on(request.site, item)],
                "decision": choice.decision.label if choice else "",
                "kind": "wrong" if choice and choice.decision is Decision.DESTROY else "plain",
                "period": choice.period.label if choice and choice.period else "",
                "reason": choice.reason if choice else "",
                "sampled": item_id in record.sample,
                "look": request.resource_path(record, "look", query={"code": item.code})
                if looks and item_id in record.sample and look is None
                else "",
                "seen": "" if look is None else (_("agreed") if look[0] else _("disputed")),
                "gone": item.destruction_list,
            }
        )
    return sorted(rows, key=lambda row: str(row["code"]))


def _events(request: Request, record: Disposition) -> Iterator[dict[str, str]]:
    found: list[tuple[datetime, str, str, str]] = [
        (at, request.localizer.translate(_("Confirmed by the group")), userid, "")
        for userid, at in record.confirmed
    ]
    found += [(at, Post(post).label, userid, letter) for post, userid, at, letter in record.signatures]
    found += [
        (at, request.localizer.translate(_("Sent back")), by, why) for at, by, why, _state in record.refusals
    ]
    off = request.localizer.translate(_("Take items off"))
    found += [(at, f"{off} {code}", by, why) for code, why, by, at in record.taken_off]
    if record.executed_at:
        found.append((record.executed_at, request.localizer.translate(_("Carried out")), record.executor, ""))
    for at, what, who, why in sorted(found, reverse=True):
        yield {
            "iso": at.isoformat(),
            "at": instant(at),
            "what": what,
            "who": name_of(request, who),
            "why": why,
        }


def _job(record: Disposition) -> dict[str, object]:
    return {
        "text": _("The list is being carried out. This page may be left."),
        "done": record.done,
        "total": record.total,
    }


def send_paper(context: Disposition, request: Request) -> Response:
    """Send one of the frozen papers of a list as it was made."""
    kind = request.GET.get("kind", "")
    digest = next((digest for each, digest, _, _ in context.papers if each == kind), "")
    if not digest:
        raise HTTPNotFound
    request.note_read("disposition.paper", context.id, purpose=kind)
    label, ending = PAPERS[kind]
    path = request.registry.services.store.path(digest)
    response = FileResponse(str(path), request=request, content_type=MEDIA[ending])
    name = quote(f"{label} {context.list_number or context.code}.{ending}")
    return _sealed(response, f"attachment; filename*=UTF-8''{name}")


def asked_page(one: Verb, page):
    """Return the page that asks what an act on a list or a hold needs."""

    def view(context: Record, request: Request) -> dict[str, object]:
        form = sheet_of(request, context, one)
        asked = {name: value for name, value in request.GET.items() if name in form and name != "password"}
        return page(context, request, one, form, asked)

    return view


def asked(one: Verb, page, refusal):
    """Return the view that does an act; a refusal shows the page again with what was typed, but for the password."""

    def view(context: Record, request: Request) -> Response | dict[str, object]:
        form = sheet_of(request, context, one) if one.form().children else None
        values = asking.read(form, request.POST.items()) if form else {}
        result = perform(request, one, context, values, channel="screen")
        if not isinstance(result, Refused):
            done = f"{one.noun.removesuffix('s')}-{one.name}"
            return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}?done={done}")
        request.response.status_int = status_of(result)
        if form is None:
            return refusal(context, request, result.findings)
        asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
        typed = {key: value for key, value in values.items() if key != "password"}
        return {**page(context, request, one, form, typed), "errors": errors_of(form)}

    return view


def sheet_of(request: Request, context: Resource, one: Verb) -> deform.Form:
    """Return the form of an act on a list or a hold; for a signature only the posts that are open and one's own."""
    choices = choices_of(request, one)
    if one.name == "sign":
        userid, today = request.identity.userid, request.today
        mine = posts_of(request.site, context, userid, today=today)
        choices["post"] = [(post.value, post.label) for post in mine]
    return asking.sheet(one, action=request.resource_path(context, one.name), choices=choices)


def verb_page(
    context: Disposition, request: Request, one: Verb, form: deform.Form, values: Mapping[str, object]
) -> dict[str, object]:
    """Return what the page of one act on a list shows."""
    state = DispositionState(context.state)
    return {
        "title": one.title,
        "heading": context.list_number or context.code,
        "state": {"word": state.label, "kind": KINDS[state]},
        "back": request.resource_path(context).rstrip("/"),
        "number": context.list_number or context.code if one.name == "execute" else "",
        "form": asking.draw(form, values),
    }


def includeme(config: Configurator) -> None:
    """Open due lists, lists and their papers; each act to who holds its permission in the fonds."""
    view = config.add_view
    own = {"context": Disposition, "permission": Permission.DISPOSITION_VIEW, "request_method": "GET"}
    view(show, name="", renderer="disposition/list.pt", **own)
    view(send_paper, name="paper", **own)
    for name in dict.fromkeys(name for names in OFFERED.values() for name in names):
        one = verb("dispositions", name)
        about = {"context": Disposition, "name": name, "permission": one.permission}
        asks = bool(one.form().children)
        template = "disposition/verb.pt" if asks else "disposition/list.pt"
        if asks:
            view(asked_page(one, verb_page), request_method="GET", renderer=template, **about)
        view(asked(one, verb_page, list_page), request_method="POST", renderer=template, **about)
