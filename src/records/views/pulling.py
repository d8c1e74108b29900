"""Papers from the archives for a case (取用历史档案): the purpose first, then the items one may read, then paper and pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.checklists import LineStatus
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import Grade, MaterialSource, Retention
from records.extraction.types import UNSEEN
from records.forms.verbs import verb
from records.i18n import _
from records.operations import discretion, pulling
from records.operations.archived_papers import papers_in
from records.operations.checklists import checklist_of, guide_of
from records.operations.searching import numbers_as_tokens
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier

from . import messages, minors
from .acting import perform, status_of
from .api import BASE, answer, problem
from .layout import shown

PULL = verb("dossiers", "pull")
LONGEST = 200


def page(context: Dossier, request: Request) -> dict[str, object]:
    """Ask for the purpose; then list what the archives hold that one may read, and the papers of the chosen item."""
    return _page(context, request, {key: request.GET.get(key, "") for key in ("purpose", "q", "item")})


def _page(
    context: Dossier,
    request: Request,
    asked: Mapping[str, str],
    *,
    refused: tuple[Finding, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> dict[str, object]:
    purpose = asked["purpose"].strip()
    found = {
        "dossier": context,
        "guide": guide_of(request.site, context),
        "name": minors.named(request, request.site.applicants[context.applicant]),
        "back": request.resource_path(context).rstrip("/"),
        "here": request.resource_path(context, "archives"),
        "pull": request.resource_path(context, PULL.name),
        "purpose": purpose,
        "query": asked["q"],
        "items": [],
        "item": None,
        "typed": typed or {},
        "errors": shown(request, refused),
    }
    if not purpose:
        request.note_read("dossiers.show", context.id)
        return found
    request.note_read("archives.search", f"dossier:{context.id}", purpose=purpose)
    items = pulling.found_for(
        request.registry.services, request.site, request.identity, context, asked["q"][:LONGEST]
    )
    chosen = next((item for item in items if item.id == asked["item"]), None)
    return {
        **found,
        "items": [_item(request, context, item, asked) for item in items],
        "item": _chosen(request, context, chosen, purpose) if chosen is not None else None,
        "lines": _lines(request, context),
    }


def _item(
    request: Request, dossier: Dossier, item: ArchivedItem, asked: Mapping[str, str]
) -> dict[str, object]:
    query = {"purpose": asked["purpose"], "q": asked["q"], "item": item.id}
    applicant = request.site.applicants.get(item.applicant)
    title = item.title
    if applicant is not None:
        title = title.replace(applicant.name, minors.named(request, applicant))
    return {
        "id": item.id,
        "code": item.code,
        "title": title,
        "year": item.year,
        "retention": Retention(item.retention).label,
        "own": item.applicant in pulling.about(request.site, dossier),
        "current": item.id == asked["item"],
        "href": f"{request.resource_path(dossier, 'archives')}?{urlencode(query)}#papers",
    }


def _chosen(request: Request, dossier: Dossier, item: ArchivedItem, purpose: str) -> dict[str, object]:
    request.note_read("archives.show", item.id, purpose=purpose)
    where = request.resource_path(item).rstrip("/")
    return {
        "id": item.id,
        "code": item.code,
        "own": item.applicant in pulling.about(request.site, dossier),
        "papers": [
            {
                "number": paper.number,
                "title": paper.title,
                "pages": paper.pages,
                "digest": paper.digest,
                "shown": [
                    f"{where}/page?{urlencode({'paper': paper.number, 'page': number})}"
                    for number in range(1, min(paper.pages or 1, 40) + 1)
                ]
                if paper.media not in UNSEEN
                else [],
            }
            for paper in papers_in(request.registry.services, item)
        ],
    }


def _lines(request: Request, dossier: Dossier) -> list[tuple[str, str]]:
    """Return the lines that may be filled: those on which nothing of the applicant's lies."""
    taken = {entry[0] for entry in dossier.entries if entry[3] != MaterialSource.REUSED}
    return [
        (state.line.id, state.line.name)
        for state in checklist_of(request.site, dossier, today=request.today).lines
        if state.needed and state.line.id not in taken and state.status is not LineStatus.FILLED
    ]


def search(context: Dossier, request: Request) -> Response:
    """Take purpose and words by POST, so that a number read from a card never stands in an address."""
    words = numbers_as_tokens(request.registry.services, request.POST.get("q", ""))[:LONGEST]
    asked = {"purpose": discretion.masked(request.POST.get("purpose", ""))[:LONGEST], "q": words}
    return HTTPSeeOther(f"{request.resource_path(context, 'archives')}?{urlencode(asked)}")


def pull(context: Dossier, request: Request) -> Response | dict[str, object]:
    """Take the pages, and go back to the case; a refusal shows the item again, nothing typed is lost."""
    typed = {
        name: value for name, value in request.POST.items() if name in PULL.form() and isinstance(value, str)
    }
    result = perform(request, PULL, context, typed, channel="screen")
    if not isinstance(result, Refused):
        return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}?done=pull")
    request.response.status_int = status_of(result)
    asked = {
        "purpose": typed.get("purpose", ""),
        "q": request.POST.get("q", ""),
        "item": typed.get("item", ""),
    }
    return _page(context, request, asked, refused=result.findings, typed=typed)


def of_case(request: Request, dossier: Dossier) -> dict[str, object]:
    """Return what the case's page says of the archives: where to look, and what was pulled with its outcome."""
    lines = {line.id: line.name for line in guide_of(request.site, dossier).lines}
    return {
        "href": request.resource_path(dossier, "archives"),
        "rows": [_pulled(request, row, lines) for row in dossier.pulls],
    }


def _pulled(request: Request, row: tuple, lines: Mapping[str, str]) -> dict[str, object]:
    line, item, _digest, first, last, purpose, _concerns, _described, _by, _at, outcome = row
    material = request.site.materials.get(outcome)
    if outcome == pulling.OWED:
        state = {"word": _("being packed"), "kind": "wait"}
    elif material is None:
        state = {"word": _("Refused"), "kind": "wrong"}
    elif material.grade == Grade.C:
        state = {"word": _("To be compared first"), "kind": "wait"}
    else:
        state = {"word": _("archived"), "kind": "done"}
    failed = material is None and outcome != pulling.OWED
    return {
        "line": lines.get(line, line),
        "code": request.site.archives[item].code,
        "pages": f"{first}—{last or ''}",
        "purpose": purpose,
        "state": state,
        "why": messages.sentence(request, Finding(outcome, params={"pages": "", "id": "", "title": "", "status": ""})) if failed else "",
    }  # fmt: skip


def program(context: Dossier, request: Request) -> Response:
    """Answer a program with the same items, and with the papers of one when it names it."""
    purpose = request.GET.get("purpose", "").strip()
    if not purpose:
        return problem(request, (Finding("pull.no-purpose", subject="purpose"),), status=400)
    request.note_read("archives.search", f"dossier:{context.id}", purpose=purpose)
    services = request.registry.services
    items = pulling.found_for(services, request.site, request.identity, context, request.GET.get("q", ""))
    wanted = request.GET.get("item", "")
    chosen = next((item for item in items if item.id == wanted), None)
    if wanted and chosen is None:
        raise HTTPNotFound
    listed = [{"id": each.id, "code": each.code, "year": each.year} for each in items]
    if chosen is None:
        return answer(request, {"items": listed})
    request.note_read("archives.show", chosen.id, purpose=purpose)
    papers = [
        {"number": each.number, "title": each.title, "digest": each.digest, "pages": each.pages}
        for each in papers_in(services, chosen)
    ]
    return answer(request, {"items": listed, "papers": papers})


def includeme(config: Configurator) -> None:
    """Open the way to the archives from a case to who fills it."""
    may = {"context": Dossier, "permission": Permission.DOSSIER_FILL}
    drawn = {**may, "renderer": "dossiers/archives.pt"}
    config.add_view(page, name="archives", request_method="GET", **drawn)
    config.add_view(search, name="archives", request_method="POST", **may)
    config.add_view(pull, name=PULL.name, request_method="POST", **drawn)
    config.add_route(
        "api.dossiers.archives",
        f"{BASE}/dossiers/{{id}}/archives",
        request_method="GET",
        traverse="/dossiers/{id}",
    )
    config.add_view(program, route_name="api.dossiers.archives", **may)
