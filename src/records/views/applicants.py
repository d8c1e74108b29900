"""Applicants at the counter: found by number, created once, corrected, their library, and a new case for one of the items."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, islice

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.conditions import Question, QuestionKind
from records.domain.findings import Refused
from records.domain.identifiers import IdentifierKind, normalise, recognise
from records.domain.permissions import Permission
from records.domain.vocabulary import ApplicantKind
from records.forms.verbs import verb
from records.indexes import questions
from records.operations import subjects
from records.resources.applicants import Applicant, Applicants
from records.resources.dossiers import Dossiers

from . import desk, items, minors
from . import subjects as about
from .acting import perform, status_of
from .layout import shown
from .materials import material_of

SHOWN_CASES = 12


def find(context: Applicants, request: Request) -> Response | dict[str, object]:
    """Find by number: go to the applicant, or offer to create one with the same number; it never stands in an address."""
    number = request.POST.get("number", "")
    result = perform(request, verb("applicants", "find"), None, {"number": number}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return {"found": False, "number": number, "errors": shown(request, result.findings)}
    if result is None:
        return _new(request, number, {})
    converted = "?done=converted" if _converted(request, number) else ""
    return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}{converted}")


def _new(request: Request, number: str, values: Mapping[str, str]) -> dict[str, object]:
    """Return what the page for a new file shows: the number in its normal form, and the fields of its kind."""
    recognised = recognise(number, today=request.today, passports=True)
    return {
        "found": None,
        "number": recognised.normalised,
        "converted": bool(values.get("converted")) or _converted(request, number),
        "person": recognised.kind is not IdentifierKind.CREDIT,
        "passport": recognised.kind is IdentifierKind.PASSPORT,
        "values": values,
    }


def _converted(request: Request, number: str) -> bool:
    """Tell whether a number of 15 digits was typed, which is kept with 18."""
    return (
        len(normalise(number)) == 15 and recognise(number, today=request.today).kind is IdentifierKind.CITIZEN
    )


def create(context: Applicants, request: Request) -> Response | dict[str, object]:
    """Create the file of an applicant; whoever has one is pointed out."""
    asked = ("number", "name", "phone", "representative")
    values = {name: request.POST.get(name, "") for name in asked}
    result = perform(request, verb("applicants", "create"), None, values, channel="screen")
    if not isinstance(result, Refused):
        return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}?done=create")
    request.response.status_int = status_of(result)
    there = next((found.params["id"] for found in result.findings if found.code == "applicant.exists"), None)
    return {
        **_new(request, values["number"], {**values, "converted": request.POST.get("converted", "")}),
        "errors": shown(request, result.findings),
        "existing": request.resource_path(context[there]).rstrip("/") if there else "",
    }


def show(context: Applicant, request: Request) -> dict[str, object]:
    """Show an applicant: the masked number, the library, the cases, and the items a new case can be opened for."""
    request.note_read("applicants.show", context.id)
    if minors.is_minor(request, context):
        request.override_renderer = "applicants/purpose.pt"
        return _purpose_asked(context, request)
    return page(context, request)


def _purpose_asked(context: Applicant, request: Request) -> dict[str, object]:
    kept = {key: value for key, value in request.GET.items() if key in ("item", "guide", "done")}
    return {
        "name": minors.named(request, context),
        "number": context.number_masked,
        "purpose": request.POST.get("purpose", ""),
        "action": request.resource_path(context, "look", query=kept or None),
    }


def look(context: Applicant, request: Request) -> dict[str, object]:
    """Open the file of a person under 14 this once; purpose, reader and hour stay on record."""
    purpose = request.POST.get("purpose", "")
    result = perform(request, verb("applicants", "look"), context, {"purpose": purpose}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return {**_purpose_asked(context, request), "errors": shown(request, result.findings)}
    request.note_read("applicants.look", context.id, purpose=purpose)
    request.override_renderer = "applicants/show.pt"
    return page(context, request)


def page(context: Applicant, request: Request) -> dict[str, object]:
    """Return what the applicant's page shows; ``?item=`` filters the items, ``?guide=`` chooses one."""
    site, typed = request.site, request.GET.get("item", "").strip()
    kind = ApplicantKind(context.applicant_kind)
    chosen = request.GET.get("guide", "")
    offered = [
        _item(guide, body)
        for guide, body in items.offered(site, typed, kind=kind, today=request.today)
        if chosen in ("", guide.key)
    ]
    cases = (questions.dossiers_of(site, file) for file in subjects.one_subject(site, context.id))
    mine = list(islice(chain.from_iterable(cases), SHOWN_CASES))
    subject = about.of_applicant(request, context)
    return {
        "applicant": context,
        "kind": kind.label,
        "library": [
            {**material_of(request, material), "via": via.label if via else ""}
            for material, via in subjects.held(site, context.id)
        ],
        "businesses": [
            {"name": minors.named(request, site.applicants[other]), "href": request.resource_path(site.applicants[other]).rstrip("/")}
            for other in subjects.same_business(site, context.id)[1:]
        ],
        "cases": [desk.row_of(request, dossier) for dossier in mine if request.has_permission(Permission.DOSSIER_VIEW, dossier)],
        "items": offered,
        "item": typed,
        "chosen": bool(chosen) or (bool(typed) and len(offered) == 1),
        "opens": bool(request.has_permission(Permission.DOSSIER_OPEN, site.dossiers)) and not subject["frozen"],
        "subject": subject,
        "protected": minors.is_minor(request, context),
        "person": kind is ApplicantKind.PERSON,
        "corrects": bool(request.has_permission(Permission.APPLICANT_CREATE, context)),
        "reveals": bool(request.has_permission(Permission.APPLICANT_REVEAL, context)),
        "open_path": request.resource_path(site.dossiers, "open"),
        "matter_path": request.resource_path(site.one_things, "open", query={"applicant": context.id}),
        "again": "",
    }  # fmt: skip


def _item(guide, body) -> dict[str, object]:
    return {
        "key": guide.key,
        "title": guide.title,
        "kind": body.item_kind.label,
        "limit": body.limits.promised.label,
        "questions": [question_asked(question) for question in body.situations],
    }


def question_asked(question: Question) -> dict[str, object]:
    """Return a question as the desk asks it: a tick for yes, one of many, or several of many."""
    return {
        "key": question.key,
        "text": question.text,
        "several": question.kind is QuestionKind.SEVERAL,
        "options": [{"key": option.key, "text": option.text} for option in question.options],
    }


def answers_in(request: Request) -> dict[str, object]:
    """Return the answers that a desk form brought: ``situation`` ticked, ``one.KEY`` chosen, ``several.KEY`` ticked."""
    found: dict[str, object] = dict.fromkeys(request.POST.getall("situation"), True)
    for name in dict.fromkeys(request.POST):
        sort, _dot, key = name.partition(".")
        if sort == "one" and key:
            found[key] = request.POST[name]
        elif sort == "several" and key:
            found[key] = request.POST.getall(name)
    return found


def _carried(answers: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return answers as the fields of a form that brings them again."""
    fields = []
    for key, answer in answers.items():
        match answer:
            case str():
                fields.append((f"one.{key}", answer))
            case list():
                fields += [(f"several.{key}", part) for part in answer]
            case _:
                fields.append(("situation", key))
    return fields


def open_case(context: Dossiers, request: Request) -> Response | dict[str, object]:
    """Open a case for an applicant by the chosen guide; the ticks answer its questions."""
    values: Mapping[str, object] = {
        "applicant": request.POST.get("applicant", ""),
        "guide": request.POST.get("guide", ""),
        "situation": answers_in(request),
        "agent": request.POST.get("agent", ""),
        "again": request.POST.get("again", ""),
    }
    result = perform(request, verb("dossiers", "open"), None, values, channel="screen")
    if not isinstance(result, Refused):
        return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}?done=open")
    request.response.status_int = status_of(result)
    applicant = request.site.applicants.get(values["applicant"])
    existing = next(
        (found.params["id"] for found in result.findings if found.code == "dossier.open-already"), None
    )
    if applicant is not None:
        request.note_read("applicants.show", applicant.id)
    guide = request.site.guides.get(values["guide"])
    return {
        "errors": shown(request, result.findings),
        "applicant": applicant,
        "guide": guide,
        "values": values,
        "carried": _carried(values["situation"]),
        "existing": request.resource_path(context[existing]).rstrip("/") if existing else "",
    }


def correct_page(context: Applicant, request: Request) -> dict[str, object]:
    """Ask what is to be corrected; the telephone number stays hidden and is typed anew."""
    request.note_read("applicants.show", context.id)
    return _correcting(context, {"name": context.name, "representative": context.representative})


def _correcting(context: Applicant, values: Mapping[str, str]) -> dict[str, object]:
    return {"applicant": context, "person": context.applicant_kind == ApplicantKind.PERSON, "values": values}


def correct(context: Applicant, request: Request) -> Response | dict[str, object]:
    """Correct what was written down wrongly; reason, person and hour stay on record."""
    asked = ("name", "phone", "representative", "why")
    values = {name: request.POST.get(name, "") for name in asked}
    result = perform(request, verb("applicants", "correct"), context, values, channel="screen")
    if not isinstance(result, Refused):
        return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}?done=correct")
    request.response.status_int = status_of(result)
    request.note_read("applicants.show", context.id)
    return {**_correcting(context, values), "errors": shown(request, result.findings)}


def reveal_page(context: Applicant, request: Request) -> dict[str, object]:
    """Ask what the full number is needed for."""
    return {"applicant": context, "number": "", "purpose": ""}


def reveal(context: Applicant, request: Request) -> dict[str, object]:
    """Show the full number this once; purpose, reader and hour stay on record."""
    purpose = request.POST.get("purpose", "")
    result = perform(request, verb("applicants", "reveal"), context, {"purpose": purpose}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return {
            "applicant": context,
            "number": "",
            "purpose": purpose,
            "errors": shown(request, result.findings),
        }
    request.note_read("applicants.reveal", context.id, purpose=purpose)
    return {"applicant": context, "number": result, "purpose": purpose}


def includeme(config: Configurator) -> None:
    """Open the applicants' pages."""
    view = config.add_view
    view(find, name="find", context=Applicants, request_method="POST", permission=Permission.APPLICANT_FIND,
         renderer="applicants/find.pt")  # fmt: skip
    view(create, name="create", context=Applicants, request_method="POST", permission=Permission.APPLICANT_CREATE,
         renderer="applicants/find.pt")  # fmt: skip
    view(show, context=Applicant, request_method="GET", permission=Permission.APPLICANT_VIEW,
         renderer="applicants/show.pt")  # fmt: skip
    view(look, name="look", context=Applicant, request_method="POST", permission=Permission.APPLICANT_VIEW,
         renderer="applicants/purpose.pt")  # fmt: skip
    view(open_case, name="open", context=Dossiers, request_method="POST", permission=Permission.DOSSIER_OPEN,
         renderer="applicants/open.pt")  # fmt: skip
    corrects = {"name": "correct", "context": Applicant, "permission": Permission.APPLICANT_CREATE}
    view(correct_page, request_method="GET", renderer="applicants/correct.pt", **corrects)
    view(correct, request_method="POST", renderer="applicants/correct.pt", **corrects)
    reveals = {"name": "reveal", "context": Applicant, "permission": Permission.APPLICANT_REVEAL}
    view(reveal_page, request_method="GET", renderer="applicants/reveal.pt", **reveals)
    view(reveal, request_method="POST", renderer="applicants/reveal.pt", **reveals)
    config.include(".subjects")
