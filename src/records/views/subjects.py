"""Subjects at the counter: joined and separated numbers, who acts, who is frozen, whose family (主体、代理、冻结、家庭成员)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import deform
from deform.widget import RadioChoiceWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Refused
from records.domain.permissions import Permission
from records.domain.subjects import PROVES, Ended, LinkRole, Relative
from records.domain.vocabulary import MaterialStatus
from records.forms import asking
from records.forms.verbs import Verb, verb
from records.forms.widgets import errors_of
from records.i18n import _
from records.indexes import questions
from records.operations import subjects
from records.operations.checklists import guide_of
from records.operations.materials import OPEN
from records.resources.applicants import Applicant, Applicants
from records.resources.archives import ArchivedItem
from records.resources.base import Resource
from records.resources.dossiers import Dossier

from . import messages, uploads
from .acting import perform, status_of
from .layout import instant, may_somewhere, name_of
from .minors import named

MOST = 99
"""What waits for a second look is listed up to this."""

EFFECTS = {
    "propose_join": _("Nothing is shared yet: somebody else looks at the paper first. Equal names prove nothing."),
    "confirm_join": _("From now on both numbers are one subject; each finds the papers held under the other."),
    "refuse_join": _("The proposal is struck; both files stay as they are."),
    "separate": _("Nothing changes yet: somebody else looks at it first."),
    "confirm_separation": _("Nothing of one file is seen from the other any more. Lines of open cases filled with the other's papers are emptied; what is archived stays as it is and bears a note."),
    "authorise": _("The term and the items are checked whenever somebody acts for the applicant."),
    "end_mandate": _("From today on nothing can be done on this mandate; what was done stays done."),
    "freeze": _("No case is opened in this name and nothing is reused. What is archived is not touched."),
    "thaw": _("The file can be used again."),
    "note_request": _("The request is noted with its proof. What may be shown or copied is decided apart from it."),
    "name_member": _("Papers held of this person fill the lines that are about the family, and no others."),
    "strike_member": _("Lines filled with this person's papers are empty again."),
}  # fmt: skip

OF_APPLICANT = tuple(EFFECTS)[:10]
OF_DOSSIER = tuple(EFFECTS)[10:]


def asked_page(one: Verb):
    """Return the page that asks what a verb needs, and says what it will do."""

    def view(context: Resource, request: Request) -> dict[str, object]:
        form = _sheet(request, context, one)
        known = {child.name for child in form.children}
        return _asked(
            request, context, one, form, {key: value for key, value in request.GET.items() if key in known}
        )

    return view


def asked(one: Verb):
    """Return the view that does such a verb; a refusal shows the page again, nothing typed is lost."""

    def view(context: Resource, request: Request) -> Response | dict[str, object]:
        form = _sheet(request, context, one)
        values = asking.read(form, request.POST.items())
        result = perform(request, one, context, values, channel="screen")
        if not isinstance(result, Refused):
            return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}?done=subject-{one.name}")
        request.response.status_int = status_of(result)
        asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
        return _asked(request, context, one, form, values)

    return view


def _sheet(request: Request, context: Resource, one: Verb) -> deform.Form:
    form = asking.sheet(
        one,
        action=request.resource_path(context, one.name),
        file_title=_("Paper that proves it"),
        file_when=_("when no held material is chosen"),
        kept=uploads.kept(request, one.file) if one.file else None,
    )
    if one.file:
        held = [
            (material.id, f"{material.title} {material.issued_on or ''}".strip())
            for material in questions.library(request.site, context.id)
            if material.status == MaterialStatus.VALID and material.grade in PROVES and not material.disputed
        ]
        form["material"].widget = RadioChoiceWidget(values=[("", _("None; a paper is shown")), *held])
    return form


def _asked(
    request: Request, context: Resource, one: Verb, form: deform.Form, values: Mapping
) -> dict[str, object]:
    whose = context if isinstance(context, Applicant) else request.site.applicants[context.applicant]
    request.note_read(f"{context.kind}s.show", context.id)
    other = request.site.applicants.get(
        str(values.get("other") or values.get("agent") or values.get("member") or "")
    )
    return {
        "name": named(request, whose),
        "number": whose.number_masked,
        "other": _shown(request, other) if other is not None else None,
        "back": request.resource_path(context).rstrip("/"),
        "title": one.title,
        "effect": EFFECTS[one.name],
        "form": asking.draw(form, {"material": "", **values}),
        "errors": errors_of(form),
    }


def _shown(request: Request, other: Applicant) -> dict[str, str]:
    return {
        "name": named(request, other),
        "number": other.number_masked,
        "href": request.resource_path(other).rstrip("/"),
    }


def _proof(request: Request, material: str) -> dict[str, str]:
    if not material:
        return {"title": "", "href": ""}
    held = request.site.materials[material]
    return {
        "title": held.title,
        "href": request.resource_path(held, "preview", query={"digest": held.files[0]}) if held.files else "",
    }


def of_applicant(request: Request, applicant: Applicant) -> dict[str, object]:
    """Return what an applicant's page shows of its subject: other numbers, proposals, who acts, whether it is frozen."""
    site = request.site
    frozen = subjects.ended(site, applicant.id)
    own = applicant.ended

    def href(name: str, **query: str) -> str:
        return request.resource_path(applicant, name, query=query or None)

    return {
        "may": bool(request.has_permission(Permission.APPLICANT_JOIN, applicant)),
        "joined": [
            {**_shown(request, site.applicants[other]), "since": since, "proof": _proof(request, material), "separate": href("separate", other=other)}
            for role, other, material, since in applicant.links
            if role == LinkRole.SAME
        ],
        "proposed": [
            *(_proposal(request, applicant, row) for row in applicant.proposed),
            *(_parting(request, applicant, row) for row in applicant.partings),
        ],
        "mandates": [
            {
                **_shown(request, site.applicants[each.agent]),
                "kind": each.kind.label,
                "items": "、".join(site.guides[item].title if item in site.guides else item for item in each.items),
                "since": each.since,
                "until": each.ended or each.until,
                "runs": each.holds(request.today),
                "end": href("end_mandate", agent=each.agent) if each.ended is None else "",
            }
            for each in subjects.mandates(site, applicant.id)
        ],
        "frozen": frozen.label if frozen else "",
        "frozen_on": own[1] if own else None,
        "frozen_proof": _proof(request, own[2]) if own else None,
        "dead": frozen is Ended.DEAD,
        "requests": [
            {**_shown(request, site.applicants[other]), "relation": Relative(relation).label, "wish": wish, "on": at}
            for other, relation, wish, _material, _by, at in applicant.requests
        ],
        "joins": href("propose_join"),
        "authorises": href("authorise"),
        "freezes": href("thaw" if frozen else "freeze"),
        "asks": href("note_request"),
    }  # fmt: skip


def _proposal(request: Request, applicant: Applicant, row: tuple) -> dict[str, object]:
    other, material, by, at, why = row
    return {
        **_shown(request, request.site.applicants[other]),
        "mine": _shown(request, applicant),
        "proof": _proof(request, material),
        "by": name_of(request, by),
        "at": at,
        "why": why,
        "own": by == request.identity.userid,
        "parts": False,
        "confirm": request.resource_path(applicant, "confirm_join", query={"other": other}),
        "refuse": request.resource_path(applicant, "refuse_join", query={"other": other}),
    }


def _parting(request: Request, applicant: Applicant, row: tuple) -> dict[str, object]:
    """Return a separation that waits for a second look, as the same list shows it."""
    other, by, at, why = row
    link = next((each for each in applicant.links if each[:2] == (LinkRole.SAME, other)), None)
    return {
        **_proposal(request, applicant, (other, link[2] if link else "", by, at, why)),
        "parts": True,
        "confirm": request.resource_path(applicant, "confirm_separation", query={"other": other}),
    }


def of_dossier(request: Request, dossier: Dossier) -> dict[str, object]:
    """Return what a case's page shows of the family and of who acts, and what can be done about it."""
    fills = dossier.state in OPEN and bool(request.has_permission(Permission.DOSSIER_FILL, dossier))
    return {
        "asks": bool(subjects.for_members(dossier.guide)),
        "fills": fills,
        "members": [
            {
                **_shown(request, request.site.applicants[member]),
                "relation": Relative(relation).label,
                "strike": request.resource_path(dossier, "strike_member", query={"member": member}),
            }
            for member, relation in dossier.members
        ],
        "add": request.resource_path(dossier, "name_member"),
        "agent": dossier.agent if dossier.agent_id and fills else "",
        "in_person": request.resource_path(dossier, "act_in_person"),
    }


def waiting(request: Request) -> dict[str, object] | None:
    """Return how many joins wait for a second look and where, None when nothing does or it is not this person's work."""
    if not may_somewhere(request, Permission.APPLICANT_JOIN):
        return None
    count = sum(1 for _one in islice(questions.second_looks(request.site), MOST))
    return {"count": count, "href": f"{request.script_name}/applicants/second-looks"} if count else None


def second_looks(context: Applicants, request: Request) -> dict[str, object]:
    """Show the proposed joins that wait for a second look (待复核的关联)."""
    request.note_read("applicants.second-looks", "")
    waits = list(islice(questions.second_looks(request.site), MOST))
    joins = [_proposal(request, applicant, row) for applicant in waits for row in applicant.proposed]
    return {"rows": [*joins, *(_parting(request, each, row) for each in waits for row in each.partings)]}


def corrections_of(request: Request, item: ArchivedItem) -> tuple[dict[str, str], ...]:
    """Return the correction notes (更正说明) of an archived item: which of its papers turned out to be somebody else's, when, by whom, why."""
    noted = subjects.corrections_of(request.site, item)
    if not noted:
        return ()
    lines = guide_of(request.site, request.site.dossiers[item.dossier]).lines
    names = {line.id: line.name for line in lines}
    words = _("${line} turned out to be somebody else's paper: ${why}. Archived as it was. ${by} ${at}")
    said = (
        {"line": names.get(line, line), "why": why, "by": name_of(request, by), "at": instant(at)}
        for line, _material, at, by, why in noted
    )
    translate = request.localizer.translate
    return tuple({"label": _("Correction note"), "value": translate(words, mapping=each)} for each in said)


def includeme(config: Configurator) -> None:
    """Open the pages of each verb; rights are those of the verb, on the record itself."""
    for noun, names, context in (
        ("applicants", OF_APPLICANT, Applicant),
        ("dossiers", OF_DOSSIER, Dossier),
    ):
        for name in names:
            one = verb(noun, name)
            own = {
                "name": name,
                "context": context,
                "permission": one.permission,
                "renderer": "applicants/verb.pt",
            }
            config.add_view(asked_page(one), request_method="GET", **own)
            config.add_view(asked(one), request_method="POST", **own)
    config.add_view(
        second_looks, name="second-looks", context=Applicants, request_method="GET",
        permission=Permission.APPLICANT_JOIN, renderer="applicants/second_looks.pt",
    )  # fmt: skip
