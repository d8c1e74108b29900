"""The API under ``/api/v1``: every verb of the table, every record, search and export, with problem details.

Routes lead onto the same resources as the screens by traversal; answers are JSON (UTF-8), refusals RFC 9457 problems
that list all findings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import colander
from pyramid.config import Configurator
from pyramid.exceptions import BadCSRFToken
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.forms.searching import AskSearch
from records.forms.verbs import VERBS, Verb
from records.indexes import documents
from records.operations.importing import import_guide
from records.operations.searching import numbers_as_tokens, search
from records.resources.applicants import Applicant
from records.resources.base import Record
from records.resources.guides import Guides

from . import messages, minors, openapi
from .acting import begin, faults, perform, status_of
from .describing import describe

BASE = "/api/v1"

#: Which permission shows a record of a noun.
SHOWN = {
    "applicants": Permission.APPLICANT_VIEW,
    "materials": Permission.MATERIAL_VIEW,
    "dossiers": Permission.DOSSIER_VIEW,
    "notices": Permission.NOTICE_VIEW,
    "archives": Permission.ARCHIVE_VIEW,
    "batches": Permission.DOSSIER_ARCHIVE,
    "guides": Permission.GUIDE_VIEW,
    "people": Permission.PERSON_MANAGE,
    "feedback": Permission.FEEDBACK_VIEW,
    "fetches": Permission.DOSSIER_VIEW,
    "custody": Permission.CUSTODY_VIEW,
    "handovers": Permission.CUSTODY_VIEW,
    "holds": Permission.DISPOSITION_VIEW,
    "dispositions": Permission.DISPOSITION_VIEW,
    "transfers": Permission.DISPOSITION_VIEW,
    "openings": Permission.DISPOSITION_VIEW,
    "synonyms": Permission.SYNONYM_EDIT,
    "standards": Permission.STANDARD_VIEW,
    "one_things": Permission.GUIDE_VIEW,
    "media": Permission.KEEPING_VIEW,
    "boxes": Permission.ARCHIVE_VIEW,
    "volumes": Permission.ARCHIVE_VIEW,
    "fonds_papers": Permission.ARCHIVE_VIEW,
}

PERSONAL = frozenset(
    {"applicants", "materials", "dossiers", "archives", "batches", "fetches", "custody", "volumes"}
)


def answer(request: Request, value: object, *, status: int = 200) -> Response:
    """Return plain values as JSON."""
    return Response(
        json.dumps(value, ensure_ascii=False).encode(), status=status, content_type="application/json"
    )


def problem(request: Request, findings: tuple[Finding, ...], *, status: int | None = None) -> Response:
    """Return a refusal as a problem with all findings, each in words (RFC 9457)."""
    status = status or status_of(Refused(findings))
    texts = [messages.sentence(request, found) for found in findings]
    body = {
        "type": f"about:blank#{findings[0].code}" if findings else "about:blank",
        "title": texts[0] if texts else "",
        "status": status,
        "detail": " ".join(texts),
        "findings": [
            {**found.as_dict(), "message": text} for found, text in zip(findings, texts, strict=True)
        ],
    }
    response = answer(request, body, status=status)
    response.content_type = "application/problem+json"
    return response


def _values(request: Request, verb: Verb) -> Mapping[str, object] | Refused:
    if (request.content_type or "").startswith("multipart/form-data"):
        return {name: value for name, value in request.POST.items() if name not in (verb.file, "__once__")}
    return asked_object(request) if request.body else {}


def asked_object(request: Request) -> Mapping[str, object] | Refused:
    """Return the JSON object that a request brings, or say that it is none."""
    try:
        values = json.loads(request.body)
        # Half a character (a lone surrogate) can be neither stored nor answered.
        json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return Refused((Finding("api.not-an-object"),))
    return values


def verb_view(verb: Verb):
    """Return the view that does one verb for the API."""

    def view(context, request: Request) -> Response:
        if verb.subject and str(context.seq) not in request.if_match:
            return problem(request, (Finding("record.changed"),), status=412)
        values = _values(request, verb)
        if isinstance(values, Refused):
            return problem(request, values.findings, status=400)
        result = perform(request, verb, context if verb.subject else None, values, channel="api")
        if isinstance(result, Refused):
            refused = problem(request, result.findings)
            refused.headers.update({*request.response.headers.items()} & {("X-Tm", "commit")})
            return refused
        if result is None:
            return problem(request, (Finding("applicant.none"),), status=404)
        if isinstance(result, str):
            request.shown_once = True  # a full number is never kept for a repeated request
            request.note_read(f"{verb.noun}.{verb.name}", context.id, purpose=str(values.get("purpose", "")))
            return answer(request, {"value": result})
        if not verb.changes:
            request.shown_once = True  # nothing was done that a repetition could do twice
            request.note_read(f"{verb.noun}.{verb.name}", result.id, purpose=str(values.get("purpose", "")))
        status = 201 if verb.changes and not verb.subject else 200
        described = describe(request.site, result, today=request.today)
        if isinstance(result, Applicant) and verb.name != "look":
            described = minors.described(request, result, described)
        response = answer(request, described, status=status)
        response.headers["ETag"] = f'"{result.seq}"'
        return response

    return view


def show(context: Record, request: Request) -> Response:
    """Show one record; the reading of personal data is on the access log before the answer leaves."""
    noun = context.__parent__.__name__
    if noun in PERSONAL:
        request.note_read(f"{noun}.show", context.id)
    last_used = request.registry.services.tokens.last
    described = describe(request.site, context, today=request.today, last_used=last_used)
    if isinstance(context, Applicant):
        described = minors.described(request, context, described)
    response = answer(request, described)
    response.etag, response.conditional_response = str(context.seq), True
    return response


def search_staff(context, request: Request) -> Response:
    """Search dossiers or archives under the reader's rights; a number is refused, because addresses are written down."""
    asked = dict(request.params)
    return _number_refused(request) or _search_staff(request, asked)


def search_posted(context, request: Request) -> Response:
    """Search with the words in the body, where a full number may stand; nothing is changed and nothing kept."""
    request.shown_once = True  # a repeated search is a search
    asked = asked_object(request)
    if isinstance(asked, Refused):
        return problem(request, asked.findings, status=400)
    try:
        asked = AskSearch().deserialize(asked)
    except colander.Invalid as invalid:
        return problem(request, tuple(faults(request, invalid)))
    return _search_staff(request, asked)


def _search_staff(request: Request, asked: Mapping[str, str]) -> Response:
    index = asked.get("in", "") or "dossiers"
    if index not in ("dossiers", "archives"):
        return problem(request, (Finding("search.unknown-index", subject="in"),), status=400)
    request.note_read(f"search.{index}", "", purpose="")
    return answer(request, found(request, index, request.identity.principals, asked))


def search_public(context, request: Request) -> Response:
    """Search the published guides; anybody may."""
    asked = dict(request.params)
    return _number_refused(request) or answer(
        request, found(request, "guides", frozenset({documents.PUBLIC}), asked)
    )


def _number_refused(request: Request) -> Response | None:
    """Refuse an address that holds a personal number: proxies and logs write addresses down."""
    services = request.registry.services
    strange = tuple(
        Finding("search.number-in-address", subject=name)
        for name, text in request.GET.items()
        if numbers_as_tokens(services, text).split() != text.split()
    )
    return problem(request, strange, status=400) if strange else None


def found(
    request: Request, index: str, readers: frozenset[str], asked: Mapping[str, str]
) -> dict[str, object]:
    """Return a page of hits as plain values; ``asked`` holds the words ``q`` and the cursor ``after``."""
    cursor = asked.get("after", "")
    parts = cursor.split(".")
    readable = len(parts) == 2 and all(part.isdecimal() and len(part) < 20 for part in parts)
    after = tuple(map(int, parts)) if readable else None
    page = search(request.registry.services, index, asked.get("q", ""), readers=readers, after=after)

    def shown(hits):
        return [
            {
                "kind": hit.kind,
                "id": hit.id,
                "title": title,
                "snippet": "".join(text for text, _ in snippet),
                "facets": dict(hit.facets),
                "by": hit.by,
            }
            for hit in hits
            for title, snippet in (minors.shown_of(request, hit),)
        ]

    return {
        "total": page.total,
        "mended": page.mended,
        "hits": shown(page.hits),
        "similar": shown(page.similar),
        "after": ".".join(map(str, page.cursor)) if page.cursor else None,
    }


def bring_guide(context: Guides, request: Request) -> Response:
    """Take a guide, as a file in YAML or as the same in JSON, for a draft of its unit; all findings at once."""
    result = import_guide(begin(request, channel="api"), source=request.body, name="guide")
    if isinstance(result, Refused):
        denied = result.findings[0].code == "permission.denied"
        return problem(request, result.findings, status=403 if denied else 422)
    response = answer(request, describe(request.site, result, today=request.today), status=201)
    response.headers["ETag"] = f'"{result.seq}"'
    response.headers["Location"] = f"{request.script_name}{BASE}/guides/{result.id}"
    return response


def unasked(context: BadCSRFToken, request: Request) -> Response:
    """Refuse a deed that came with a log-in but without the form token: a program uses its own token."""
    return problem(request, (Finding("permission.denied"),), status=403)


def specification(context, request: Request) -> Response:
    """Return the OpenAPI description of this API."""
    return answer(request, openapi.specification())


def includeme(config: Configurator) -> None:
    """Lay one route for every verb and every noun; rights are those of the verb, on the thing itself."""
    for verb in VERBS:
        path = f"{BASE}/{verb.noun}/{{id}}/{verb.name}" if verb.subject else f"{BASE}/{verb.noun}/{verb.name}"
        name = f"api.{verb.noun}.{verb.name}"
        traverse = f"/{verb.noun}/{{id}}" if verb.subject else f"/{verb.noun}"
        config.add_route(name, path, traverse=traverse, request_method="POST")
        about = {"context": Record} if verb.subject else {}
        config.add_view(verb_view(verb), route_name=name, permission=verb.permission, **about)
    for noun, permission in SHOWN.items():
        name = f"api.{noun}"
        config.add_route(name, f"{BASE}/{noun}/{{id}}", traverse=f"/{noun}/{{id}}", request_method="GET")
        config.add_view(show, route_name=name, permission=permission, context=Record)
    config.add_exception_view(unasked, context=BadCSRFToken, path_info=f"^{BASE}/")
    config.add_route("api.search", f"{BASE}/search", request_method="GET")
    config.add_view(search_staff, route_name="api.search", permission=Permission.SEARCH_DESK)
    config.add_route("api.search.post", f"{BASE}/search", request_method="POST")
    config.add_view(search_posted, route_name="api.search.post", permission=Permission.SEARCH_DESK)
    # Which unit's guides a person may draft is asked of the guide itself.
    config.add_route("api.guides.import", f"{BASE}/guides", traverse="/guides", request_method="POST")
    config.add_view(bring_guide, route_name="api.guides.import", permission=Permission.GUIDE_VIEW)
    config.add_route("api.guides.search", f"{BASE}/public/guides", request_method="GET")
    config.add_view(search_public, route_name="api.guides.search", permission=NO_PERMISSION_REQUIRED)
    config.add_route("api.openapi", f"{BASE}/openapi.json", request_method="GET")
    config.add_view(specification, route_name="api.openapi", permission=NO_PERMISSION_REQUIRED)
