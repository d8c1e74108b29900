"""A case on the screen (办件): the checklist first, then what happened, its papers, and one next act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.checklists import Checklist, ready_to_accept
from records.domain.dossiers import Event, possible_events
from records.domain.findings import Finding, Refused, blocking
from records.domain.permissions import Permission
from records.domain.vocabulary import (
    DeclineReason,
    DeliveryMethod,
    DossierState,
    ItemKind,
    NoticeKind,
    Outcome,
    Override,
)
from records.forms import asking
from records.forms.verbs import Verb, verb
from records.forms.widgets import errors_of
from records.i18n import _
from records.indexes import questions
from records.operations.checklists import checklist_of, guide_of
from records.operations.materials import OPEN
from records.resources.dossiers import Dossier
from records.rules.transitions import transitions

from . import checklists, desk, messages
from .acting import perform
from .applicants import status_of
from .layout import instant, light, name_of, shown, state_badge, unit_name

#: Verbs that need nothing but a press, done right from the checklist.
PRESSED = frozenset({"receive", "accept", "supplement", "archive"})

#: Verbs with a page of their own, drawn from their form; the others here have hand-made rows.
DRAWN = ("decline", "decide", "deliver", "withdraw")

#: Which act comes first when several are possible.
ORDER = (
    Event.SUPPLEMENT, Event.ACCEPT, Event.DECIDE, Event.DELIVER, Event.ARCHIVE, Event.RECEIVE,
    Event.REQUEST_SUPPLEMENT, Event.DECLINE, Event.WITHDRAW,
)  # fmt: skip

#: What is possible but never what one does next.
ASIDE = frozenset({"decline", "withdraw"})

HAPPENED = {
    "open": _("Opened"),
    "receive": _("Received"),
    "accept": _("Accepted"),
    "request_supplement": _("Told everything that is missing"),
    "supplement": _("Supplement received"),
    "decline": _("Declined"),
    "deem_accepted": _("Deemed accepted"),
    "decide": _("Decided"),
    "deliver": _("Delivered"),
    "archive": _("Archived"),
    "withdraw": _("Withdrawn"),
}


@dataclass(frozen=True, slots=True)
class NextAct:
    """One thing that can be done now: pressed at once, or asked for on a page of its own."""

    name: str
    label: str
    key: str
    pressed: bool
    href: str


def acts_of(request: Request, dossier: Dossier, checklist: Checklist) -> tuple[NextAct, ...]:
    """Return what this person can do now, the next act first."""
    possible = possible_events(
        state=DossierState(dossier.state), kind=ItemKind(dossier.item_kind), table=transitions()
    )
    ready = not blocking(ready_to_accept(checklist))
    told = {line for line, _kind, _demand in dossier.gaps}
    supplied = told <= {entry[0] for entry in dossier.entries}
    unfit = set()
    if not ready:
        unfit |= {Event.ACCEPT}
        if DossierState(dossier.state) in OPEN:
            unfit |= {Event.DECIDE}
    elif DossierState(dossier.state) in OPEN:
        unfit |= {Event.REQUEST_SUPPLEMENT} if not checklist.counts.needed else set()
    if not supplied:
        unfit |= {Event.SUPPLEMENT}
    found = []
    for event in ORDER:
        if event not in possible or event in unfit:
            continue
        one = verb("dossiers", event.value)
        if request.has_permission(one.permission, dossier):
            href = request.resource_path(dossier, one.name)
            found.append(NextAct(one.name, one.title, one.key, one.name in PRESSED, href))
    if not ready:
        found.sort(key=lambda act: act.name not in ("request_supplement", "supplement", "deliver", "archive"))
    return tuple(found)


def show(context: Dossier, request: Request) -> dict[str, object]:
    """Show the case; that its personal data was read is on the access log before the page leaves."""
    request.note_read("dossiers.show", context.id)
    return page(context, request)


def page(
    context: Dossier,
    request: Request,
    *,
    refused: tuple[Finding, ...] = (),
    typed: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return what the case's page shows; ``refused`` are the findings of an act that was just refused."""
    site = request.site
    checklist = checklist_of(site, context, today=request.today)
    applicant, guide = site.applicants[context.applicant], guide_of(site, context)
    fills = DossierState(context.state) in OPEN and request.has_permission(Permission.DOSSIER_FILL, context)
    rows = [
        checklists.row_of(request, context, state, fills=bool(fills), refused=refused, typed=typed or {})
        for state in checklist.lines
    ]
    needed = [row for row in rows if row["needed"]]
    acts = acts_of(request, context, checklist)
    wanting = [row for row in needed if row["wants"]] or [row for row in needed if row["uses"]]
    due = context.promised_due if context.state == DossierState.ACCEPTED else None
    return {
        "dossier": context,
        "applicant": applicant,
        "applicant_href": request.resource_path(applicant).rstrip("/"),
        "guide": guide,
        "state": state_badge(context.state),
        "counts": checklist.counts,
        "missing": sum(row["wants"] for row in needed),
        "fetched": sum(row["by_office"] for row in needed),
        "rows": needed,
        "spared": [row for row in rows if not row["needed"]],
        "acts": acts,
        "focus": wanting[0]["id"] if wanting and fills else "",
        "light": light(request, due),
        "first_act": acts[0].name if acts and acts[0].name not in ASIDE else "",
        "waits_for": _waits_for(context, acts),
        "facts": _facts(request, context, guide),
        "events": _timeline(request, context),
        "notices": [_notice(request, notice) for notice in questions.notices_of(site, context)],
        "result": request.resource_path(context, "file", query={"digest": context.result_digest}) if context.result_digest else "",
        "related": _related(request, context),
        "overrides": [(term.value, term.label) for term in Override],
        "errors": shown(request, refused, anchors={row["id"]: f"line-{row['id']}" for row in rows} | {"upload": "line-" + str((typed or {}).get("line", ""))}),
    }  # fmt: skip


def _waits_for(dossier: Dossier, acts: tuple[NextAct, ...]) -> str:
    if any(act.name not in ASIDE for act in acts):
        return ""
    return {
        DossierState.RECEIVED: _("Waiting for a reviewer of the unit."),
        DossierState.ACCEPTED: _("Waiting for a reviewer of the unit."),
        DossierState.DECIDED: _("Waiting for delivery at the counter."),
        DossierState.DELIVERED: _("Done; waiting for the archivist."),
    }.get(DossierState(dossier.state), "")


def _facts(request: Request, dossier: Dossier, guide) -> list[dict[str, object]]:
    facts = [
        (_("Receipt number"), dossier.code, "code"),
        (_("Inquiry code"), dossier.inquiry_code, "code"),
        (_("Unit"), unit_name(request, dossier.unit), ""),
        (_("Kind"), f"{guide.item_kind.label} · {guide.limits.promised.label}", ""),
        (_("Received"), instant(dossier.received_at), ""),
        (_("Accepted"), instant(dossier.accepted_at), ""),
        (_("Promised by"), _provisional(dossier, dossier.promised_due), ""),
        (_("By law until"), _provisional(dossier, dossier.statutory_due), ""),
        (_("Agent"), dossier.agent, ""),
    ]
    if dossier.outcome:
        facts.append((_("Decision"), f"{Outcome(dossier.outcome).label} {dossier.result_number}".strip(), ""))
    if dossier.reasons:
        facts.append((_("Reasons"), dossier.reasons, ""))
    if dossier.declined:
        reason, explanation, law, organ = dossier.declined
        facts.append(
            (
                _("Declined"),
                "；".join(filter(None, (DeclineReason(reason).label, explanation, law, organ))),
                "",
            )
        )
    if dossier.delivery:
        method, recipient, proof = dossier.delivery
        facts.append(
            (_("Delivered"), " ".join(filter(None, (DeliveryMethod(method).label, recipient, proof))), "")
        )
    return [{"label": label, "value": value, "kind": kind} for label, value, kind in facts if value]


def _provisional(dossier: Dossier, due) -> str:
    if due is None:
        return ""
    return f"{due.isoformat()}（暂定）" if dossier.due_provisional else due.isoformat()


def _timeline(request: Request, dossier: Dossier) -> list[dict[str, str]]:
    return [
        {
            "iso": at.isoformat(),
            "at": instant(at),
            "what": HAPPENED.get(event, event),
            "who": name_of(request, by),
            "why": why,
        }
        for event, at, by, why in reversed(dossier.events)
    ]


def _notice(request: Request, notice) -> dict[str, object]:
    return {
        "kind": NoticeKind(notice.notice_kind).label,
        "code": notice.code,
        "issued": instant(notice.issued_at),
        "href": request.resource_path(notice, "pdf") if notice.digest and request.has_permission(Permission.NOTICE_VIEW, notice) else "",
        "missing": " ".join(notice.missing),
    }  # fmt: skip


def _related(request: Request, dossier: Dossier) -> list[dict[str, str]]:
    site = request.site
    found = []
    if dossier.archived_item:
        item = site.archives[dossier.archived_item]
        if request.has_permission(Permission.ARCHIVE_VIEW, item):
            href = request.resource_path(item).rstrip("/")
            found.append({"href": href, "text": f"归档件 {item.code or item.provisional_code}"})
    for other in islice(questions.dossiers_of(site, dossier.applicant), 6):
        if other.id != dossier.id and request.has_permission(Permission.DOSSIER_VIEW, other):
            row = desk.row_of(request, other)
            found.append({"href": row.href, "text": f"{row.title} {row.code} {row.state['word']}"})
    return found


def go_to(request: Request, dossier: Dossier, done: str) -> Response:
    """Return to the case and say what was done."""
    return HTTPSeeOther(f"{request.resource_path(dossier).rstrip('/')}?done={done}")


def pressed(one: Verb):
    """Return the view of a verb that needs nothing but a press; a refusal shows the case with what speaks against it."""

    def view(context: Dossier, request: Request) -> Response | dict[str, object]:
        return _outcome(request, context, perform(request, one, context, {}, channel="screen"), one.name)

    return view


def filled(one: Verb):
    """Return the view of a verb of one line: take, use or remove a material."""

    def view(context: Dossier, request: Request) -> Response | dict[str, object]:
        fields = {child.name for child in one.form()}
        typed = {
            name: value for name, value in request.POST.items() if name in fields and isinstance(value, str)
        }
        result = perform(request, one, context, typed, channel="screen")
        if isinstance(result, Refused):
            result = Refused(tuple(_on_line(found, typed.get("line", "")) for found in result.findings))
        return _outcome(request, context, result, one.name, typed=typed)

    return view


def _on_line(found: Finding, line: str) -> Finding:
    """Return a finding about a form field as one about the line the form belongs to."""
    return Finding(found.code, found.severity, line, found.params, found.basis)


def _outcome(
    request: Request,
    context: Dossier,
    result: object,
    name: str,
    *,
    typed: Mapping[str, object] | None = None,
) -> Response | dict[str, object]:
    if not isinstance(result, Refused):
        return go_to(request, context, name)
    request.response.status_int = status_of(result)
    request.note_read("dossiers.show", context.id)
    return page(context, request, refused=result.findings, typed=typed)


def drawn_page(one: Verb):
    """Return the page that asks what a verb needs, and says what it will do."""

    def view(context: Dossier, request: Request) -> dict[str, object]:
        request.note_read("dossiers.show", context.id)
        return _asked(request, context, one, _sheet(request, context, one), _proposed(request, context, one))

    return view


def drawn(one: Verb):
    """Return the view that does a verb with a page of its own; a refusal shows the page again, nothing typed is lost."""

    def view(context: Dossier, request: Request) -> Response | dict[str, object]:
        form = _sheet(request, context, one)
        values = asking.read(form, request.POST.items())
        result = perform(request, one, context, values, channel="screen")
        if not isinstance(result, Refused):
            return go_to(request, context, one.name)
        request.response.status_int = status_of(result)
        request.note_read("dossiers.show", context.id)
        asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
        return _asked(request, context, one, form, values)

    return view


def _sheet(request: Request, context: Dossier, one: Verb) -> deform.Form:
    return asking.sheet(
        one, action=request.resource_path(context, one.name), file_title=_("File of the result")
    )


def _asked(
    request: Request, context: Dossier, one: Verb, form: deform.Form, values: Mapping
) -> dict[str, object]:
    return {
        **head(request, context),
        "title": one.title,
        "effect": EFFECTS[one.name],
        "form": asking.draw(form, values),
        "errors": errors_of(form),
    }


EFFECTS = {
    "decline": _("The case ends and a written notice with the reason, the law and the remedies is issued."),
    "decide": _("A numbered decision is issued; it cannot be taken back here."),
    "deliver": _("The case is done. What was granted becomes a material of the applicant at once."),
    "withdraw": _("The case ends at the applicant's written wish. Keep the written request."),
}


def head(request: Request, context: Dossier) -> dict[str, object]:
    """Return what stands above every page of a case."""
    return {
        "dossier": context,
        "applicant": request.site.applicants[context.applicant],
        "guide": guide_of(request.site, context),
        "state": state_badge(context.state),
        "back": request.resource_path(context).rstrip("/"),
    }


def _proposed(request: Request, context: Dossier, one: Verb) -> dict[str, object]:
    """Return what the page fills in for the clerk; every value can be changed."""
    guide = guide_of(request.site, context)
    match one.name:
        case "decline":
            return {"law": "行政许可法 第三十二条第一款"}
        case "deliver":
            return {
                "method": DeliveryMethod.COUNTER.value,
                "recipient": request.site.applicants[context.applicant].name,
            }
        case "decide" if guide.result.valid_years:
            return {"result_valid_until": _years_later(request, guide.result.valid_years)}
        case _:
            return {}


def _years_later(request: Request, years: int) -> str:
    day = request.today - timedelta(days=1)
    try:
        return day.replace(year=day.year + years).isoformat()
    except ValueError:
        return day.replace(year=day.year + years, day=28).isoformat()


def includeme(config: Configurator) -> None:
    """Open the case's pages: rights are those of each verb, on the case itself."""
    config.add_view(
        show,
        context=Dossier,
        request_method="GET",
        permission=Permission.DOSSIER_VIEW,
        renderer="dossiers/show.pt",
    )
    for name in sorted(PRESSED):
        one = verb("dossiers", name)
        _add(config, pressed(one), one, "POST", "dossiers/show.pt")
    for name in ("submit", "use", "remove"):
        one = verb("dossiers", name)
        _add(config, filled(one), one, "POST", "dossiers/show.pt")
    for name in DRAWN:
        one = verb("dossiers", name)
        _add(config, drawn_page(one), one, "GET", "dossiers/verb.pt")
        _add(config, drawn(one), one, "POST", "dossiers/verb.pt")
    config.include(".supplements")


def _add(config: Configurator, view, one: Verb, method: str, renderer: str) -> None:
    config.add_view(
        view,
        name=one.name,
        context=Dossier,
        request_method=method,
        permission=one.permission,
        renderer=renderer,
    )
