"""A case on the screen (办件): the checklist first, then what happened, its papers, and one next act."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.checklists import Checklist, to_fetch
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.referrals import Referral
from records.domain.vocabulary import (
    DeclineReason,
    DeliveryMethod,
    DossierState,
    ItemKind,
    MaterialSource,
    NoticeKind,
    Outcome,
    Override,
    ReferralOutcome,
)
from records.forms.verbs import Verb, verb
from records.i18n import _
from records.indexes import questions
from records.operations.checklists import checklist_of, falls_of, guide_of, warnings_of
from records.operations.filing import future_package
from records.operations.materials import OPEN, TO_FETCH
from records.resources.dossiers import Dossier
from records.rules.defects import defects

from . import checklists, desk, fetching, matters, messages, minors, originals, pulling, uploads, validity
from . import subjects as about
from .acting import perform, status_of
from .layout import case_badge, instant, light, name_of, shown, unit_name
from .next_acts import PRESSED, acts_of, hindrances, not_yet, waits_for

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
    "return": _("Package sent back"),
    "material_fell": _("A material holds no longer"),
    "material_back": _("All materials hold again"),
    "material_corrected": _("A material was corrected"),
    "separate": _("Papers of somebody else were taken off"),
    "join": _("Joined to a matter"),
    "refer": _("Handed up to the organ that decides"),
    "answer_referral": _("The organ above answered"),
}


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
    falls = falls_of(site, context, today=request.today)
    checklist = checklist_of(site, context, today=request.today, falls=falls)
    fallen = validity.rows_of(request, falls)
    applicant, guide = site.applicants[context.applicant], guide_of(site, context)
    may_fill, state = (
        bool(request.has_permission(Permission.DOSSIER_FILL, context)),
        DossierState(context.state),
    )
    gone = {each["line"] for each in fallen if each["stops"]}
    fills, fetches = may_fill and state in OPEN, may_fill and state in TO_FETCH
    warned = warnings_of(
        site,
        context,
        checklist,
        today=request.today,
        calendar=request.registry.services.calendar(site),
        falls=falls,
    )
    fetched = fetching.by_line(request, context)
    rows = [
        checklists.row_of(
            request,
            context,
            state,
            fills=fills or (may_fill and state.line.id in gone),
            fetches=fetches,
            refused=refused,
            typed=typed or {},
            warned=warned,
            fetched=fetched,
        )
        for state in checklist.lines
    ]
    needed = [row for row in rows if row["needed"]]
    acts = acts_of(request, context, checklist)
    stopped = hindrances(request, context, checklist)
    wanting = [row for row in needed if row["wants"]] or [row for row in needed if row["uses"]]
    running = context.state in (DossierState.ACCEPTED, DossierState.DECIDED)
    due = desk.due_of(request, context) if running else None
    return {
        "dossier": context,
        "applicant": applicant,
        "applicant_name": minors.named(request, applicant),
        "applicant_href": request.resource_path(applicant).rstrip("/"),
        "guide": guide,
        "state": case_badge(request, context),
        "counts": checklist.counts,
        "missing": sum(row["wants"] for row in needed),
        "fetched": sum(row["by_office"] for row in needed),
        "rows": needed,
        "spared": [row for row in rows if not row["needed"]],
        "acts": acts,
        "future": future_of(request, context),
        "focus": wanting[0]["id"] if wanting and fills else "",
        "light": light(request, due),
        "waits_for": waits_for(context, acts, ready=not stopped),
        "not_yet": not_yet(context) if stopped else "",
        "hindrances": stopped,
        "to_fetch": [(one.line.name, f"#line-{one.line.id}") for one in to_fetch(checklist)] if state in TO_FETCH else [],
        "unusual": [messages.sentence(request, found) for found in warned if not found.subject],
        "fallen": fallen,
        "brought": _brought(context, checklist),
        "custody": originals.of_case(request, context),
        "subject": about.of_dossier(request, context),
        "facts": _facts(request, context, guide),
        "events": _timeline(request, context),
        "notices": [_notice(request, notice) for notice in questions.notices_of(site, context)],
        "pulls": pulling.of_case(request, context) if fills or fetches else None,
        "result": request.resource_path(context, "file", query={"digest": context.result_digest}) if context.result_digest else "",
        "related": _related(request, context),
        "matter": matters.of_case(request, context),
        "overrides": [(term.value, term.label) for term in Override],
        "errors": shown(request, refused, anchors={row["id"]: f"line-{row['id']}" for row in rows} | {"upload": "line-" + str((typed or {}).get("line", ""))}),
    }  # fmt: skip


def _brought(dossier: Dossier, checklist: Checklist) -> list[tuple[str, str]]:
    """Return the lines that the centre's own holdings fill: name and anchor."""
    reused = {entry[0] for entry in dossier.entries if entry[3] == MaterialSource.REUSED}
    return [
        (state.line.name, f"#line-{state.line.id}") for state in checklist.lines if state.line.id in reused
    ]


def _facts(request: Request, dossier: Dossier, guide) -> list[dict[str, object]]:
    facts = [
        (_("Receipt number"), dossier.code, "code"),
        (_("Inquiry code"), dossier.inquiry_code, "code"),
        (_("Unit"), unit_name(request, dossier.unit), ""),
        (_("Kind"), f"{guide.item_kind.label} · {guide.limits.promised.label}", ""),
        (_("Received"), instant(dossier.received_at), ""),
        (_("Accepted"), instant(dossier.accepted_at), ""),
        (*_promised(request, dossier), ""),
        (_("By law until"), _provisional(dossier, dossier.statutory_due), ""),
        (_("Agent"), dossier.agent, ""),
    ]
    if dossier.outcome:
        facts.append((_("Decision"), f"{Outcome(dossier.outcome).label} {dossier.result_number}".strip(), ""))
    if dossier.reasons:
        facts.append((_("Reasons"), dossier.reasons, ""))
    facts += [(_("Handed up"), _referral(Referral(*row)), "") for row in dossier.referrals]
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


def _referral(one: Referral) -> str:
    """Return one line on a referral: organ, law, day, and what was answered."""
    went = f"{one.organ}（{one.law}） {one.sent_on}"
    if one.waiting:
        return f"{went}，尚未答复"
    answer = f"{one.answered_on} {ReferralOutcome(one.outcome).label}"
    return f"{went}；" + " ".join(filter(None, (answer, one.number, one.remark)))


def _promised(request: Request, dossier: Dossier) -> tuple[str, str]:
    """Return by when a case is decided, with its label; an item that is done on the spot (即办件) has no day to wait for."""
    if dossier.item_kind == ItemKind.IMMEDIATE:
        return _("Promised limit"), request.localizer.translate(_("decided on the spot"))
    return _("Promised by"), _provisional(dossier, dossier.promised_due)


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


def future_of(request: Request, dossier: Dossier) -> dict[str, object] | None:
    """Return how complete the package of a running case would be now (归档准备); None before it is accepted and once archived."""
    if dossier.state not in ("accepted", "decided", "delivered"):
        return None
    found, titles = future_package(request.site, dossier)
    item = request.site.archives.get(dossier.archived_item) if dossier.archived_item else None
    back = item is not None and item.state == "returned"
    words = {row.code: row.words for row in defects()} if back else {}
    return {
        "ready": len(found.required) - len(found.missing),
        "required": len(found.required),
        "missing": [titles.get(paper, paper) for paper in found.missing],
        "returned": [f"{code} {words.get(code, '')} {note}".strip() for code, note in item.defects]
        if back
        else [],
    }


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
            typed["kept"] = uploads.kept(request, one.file) if one.file else None
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


def includeme(config: Configurator) -> None:
    """Open the case's pages: rights are those of each verb, on the case itself."""
    config.add_view(
        show,
        context=Dossier,
        request_method="GET",
        permission=Permission.DOSSIER_VIEW,
        renderer="dossiers/show.pt",
    )
    for name in (*sorted(PRESSED), "act_in_person", "print_receipt"):
        one = verb("dossiers", name)
        _add(config, pressed(one), one)
    for name in (
        "submit",
        "promise",
        "receive_original",
        "verify_original",
        "use",
        "remove",
        "confirm_same",
        "tell_apart",
        "part",
    ):
        one = verb("dossiers", name)
        _add(config, filled(one), one)
    config.include(".steps")
    config.include(".supplements")


def _add(config: Configurator, view, one: Verb) -> None:
    config.add_view(
        view,
        name=one.name,
        context=Dossier,
        request_method="POST",
        permission=one.permission,
        renderer="dossiers/show.pt",
    )
