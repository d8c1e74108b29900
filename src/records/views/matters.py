"""One matter at the desk (一件事办理): all cases of a package opened together, and on each case the others with what they share."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.domain.one_things import OneThing, every_question
from records.domain.permissions import Permission
from records.forms.verbs import verb
from records.operations.checklists import guide_of
from records.operations.matters import shown_matter
from records.resources.dossiers import Dossier
from records.resources.one_things import OneThings

from . import minors, one_things
from .acting import perform, status_of
from .applicants import answers_in, question_asked
from .layout import case_badge, may_somewhere, shown, unit_name

OPEN = verb("one_things", "open")


def of_case(request: Request, dossier: Dossier) -> dict[str, object] | None:
    """Return the other cases of a case's matter, what is asked for once, and what one case hands to the others."""
    matter = shown_matter(request.site, dossier)
    if matter is None:
        return None
    return {
        "cases": [_case(request, case) for case in matter.cases if case.id != dossier.id],
        "once": [each.name for each in matter.shared.once],
        "handed_on": [each.name for each in matter.shared.fed],
    }


def _case(request: Request, case: Dossier) -> dict[str, object]:
    """Return a case of the matter; who may not look into it sees which item and unit it is."""
    may = bool(request.has_permission(Permission.DOSSIER_VIEW, case))
    return {
        "title": guide_of(request.site, case).title,
        "code": case.code if may else unit_name(request, case.unit),
        "state": case_badge(request, case),
        "href": request.resource_path(case).rstrip("/") if may else "",
    }


def page_of(request: Request, key: str) -> str:
    """Return the address where a package is opened for an applicant, empty for who opens no cases."""
    may = may_somewhere(request, Permission.DOSSIER_OPEN)
    return request.resource_path(request.site.one_things, OPEN.name, query={"key": key}) if may else ""


def ask(context: OneThings, request: Request) -> dict[str, object]:
    """Ask which package and for whom; then its questions and which items are wanted."""
    key, applicant = (request.GET.get(name, "") for name in ("key", "applicant"))
    return _asking(request, key, applicant, wanted=None, answers={}, agent="")


def _asking(
    request: Request,
    key: str,
    applicant: str,
    *,
    wanted: tuple[str, ...] | None,
    answers: Mapping[str, object],
    agent: str,
    refused: tuple[Finding, ...] = (),
) -> dict[str, object]:
    package = {each.key: each for each in one_things.offered(request)}.get(key)
    person = request.site.applicants.get(applicant)
    if person is not None:
        request.note_read("applicants.show", person.id)
    found = next((each.params["id"] for each in refused if each.code == "onething.open-already"), "")
    return {
        "path": request.resource_path(request.site.one_things, OPEN.name),
        "key": key,
        "title": package.title if package else "",
        "packages": [] if package else _packages(request, applicant),
        "applicant": applicant if person is not None else "",
        "name": minors.named(request, person) if person is not None else "",
        "number": person.number_masked if person is not None else "",
        "back": request.resource_path(person).rstrip("/") if person is not None else "",
        "items": _items(request, package, wanted) if package else [],
        "questions": _questions(request, package) if package else [],
        "answers": answers,
        "agent": agent,
        "existing": request.resource_path(request.site.dossiers[found]).rstrip("/") if found else "",
        "errors": shown(request, refused, anchors={"number": "number", "agent": "agent"}),
    }


def _packages(request: Request, applicant: str) -> list[dict[str, str]]:
    asked = {"applicant": applicant} if applicant else {}
    return [
        {
            "label": each.title,
            "text": each.plain_title,
            "href": request.resource_path(
                request.site.one_things, OPEN.name, query={"key": each.key, **asked}
            ),
        }
        for each in one_things.offered(request)
    ]


def _items(request: Request, package: OneThing, wanted: tuple[str, ...] | None) -> list[dict[str, object]]:
    guides = one_things.guides_of(request, package)
    return [
        {
            "key": part.guide,
            "title": guides[part.guide].title,
            "unit": guides[part.guide].unit_name,
            "maybe": bool(part.condition),
            "note": part.note,
            "wanted": wanted is None or part.guide in wanted,
        }
        for part in package.parts
    ]


def _questions(request: Request, package: OneThing) -> list[dict[str, object]]:
    return [question_asked(each) for each in every_question(package, one_things.guides_of(request, package))]


def open_all(context: OneThings, request: Request) -> Response | dict[str, object]:
    """Open the cases and show the first; a number typed here is looked up and never stands in an address."""
    key, applicant, agent = (request.POST.get(name, "") for name in ("key", "applicant", "agent"))
    wanted, answers = tuple(request.POST.getall("wanted")), answers_in(request)
    result = _applicant(request) if not applicant else None
    if result is None or not isinstance(result, Refused):
        applicant = applicant or result.id
        package = {each.key: each for each in one_things.offered(request)}.get(key)
        leave_out = [part.guide for part in package.parts if part.guide not in wanted] if package else []
        values = {
            "key": key,
            "applicant": applicant,
            "situation": answers,
            "leave_out": leave_out,
            "agent": agent,
        }
        result = perform(request, OPEN, None, values, channel="screen")
        if not isinstance(result, Refused):
            return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}?done=onething-open")
    request.response.status_int = status_of(result)
    return _asking(
        request, key, applicant, wanted=wanted, answers=answers, agent=agent, refused=result.findings
    )


def _applicant(request: Request) -> object:
    """Return the file with the number that was typed, or why there is none."""
    asked = {"number": request.POST.get("number", "")}
    found = perform(request, verb("applicants", "find"), None, asked, channel="screen")
    return Refused((Finding("applicant.none", subject="number"),)) if found is None else found


def includeme(config: Configurator) -> None:
    """Open the page to those who open cases."""
    drawn = {
        "context": OneThings,
        "name": OPEN.name,
        "permission": OPEN.permission,
        "renderer": "dossiers/matter.pt",
    }
    config.add_view(ask, request_method="GET", **drawn)
    config.add_view(open_all, request_method="POST", **drawn)
