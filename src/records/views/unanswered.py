"""What the public did not find (未搜到的词): the editors see it and close the gap where they stand, with an everyday word."""

from __future__ import annotations

from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.forms.verbs import verb
from records.indexes import documents
from records.operations import unanswered
from records.operations.searching import search
from records.resources.site import Site
from records.resources.synonyms import Synonym, Synonyms

from .acting import on_its_list
from .layout import day, may_somewhere, name_of, shown

ADD, REMOVE = verb("synonyms", "add"), verb("synonyms", "remove")


def desk(context: Site, request: Request) -> dict[str, object]:
    """List what was not found, with what would be found today, and the office's own everyday words."""
    return listing(request)


def listing(
    request: Request, errors: tuple[Finding, ...] = (), typed: dict[str, str] | None = None
) -> dict[str, object]:
    """Return what the editors' list of phrases shows."""
    rows = [
        {
            "phrase": each.phrase,
            "times": each.times,
            "askers": each.askers,
            "last": day(each.last),
            "found": total(request, each.phrase),
            "search": f"{request.script_name}/search?{urlencode({'q': each.phrase})}",
            "add": f"{request.script_name}/desk/guides/unanswered?{urlencode({'phrase': each.phrase})}#add",
        }
        for each in unanswered.report(request.registry.services)
    ]
    typed = typed or {"phrase": request.GET.get("phrase", "")[:40]}
    return {
        "rows": rows,
        "may_add": may_somewhere(request, Permission.SYNONYM_EDIT),
        "typed": {name: typed.get(name, "") for name in ("phrase", "means", "reason")},
        "own": [
            {
                "phrase": record.phrase,
                "means": " | ".join(" ".join(words) for words in record.wordings),
                "reason": record.reason,
                "by": name_of(request, record.added_by),
                "remove": f"{request.resource_path(record).rstrip('/')}/remove" if record.wordings else "",
            }
            for record in sorted(request.site.synonyms.values(), key=lambda record: record.phrase)
        ],
        "errors": shown(request, errors),
    }


def total(request: Request, phrase: str) -> int:
    """Return how many guides a phrase finds today."""
    found = search(
        request.registry.services, "guides", phrase, readers=frozenset({documents.PUBLIC}), limit=1
    )
    return found.total


def program(context: object, request: Request) -> Response:
    """Answer a program with what was not found."""
    value = [
        {"phrase": each.phrase, "times": each.times, "askers": each.askers, "last": day(each.last)}
        for each in unanswered.report(request.registry.services)
    ]
    return Response(json_body={"unanswered": value}, charset="utf-8")


def includeme(config: Configurator) -> None:
    """Open the list to editors."""
    drawn = {"renderer": "guides/unanswered.pt"}
    config.add_view(
        desk, context=Site, name="desk", subpath="guides/unanswered", request_method="GET",
        permission=Permission.UNANSWERED_VIEW, **drawn,
    )  # fmt: skip
    for one, context in ((ADD, Synonyms), (REMOVE, Synonym)):
        config.add_view(
            on_its_list(one, listing, "/desk/guides/unanswered", done="synonym"),
            context=context,
            name=one.name,
            request_method="POST",
            permission=one.permission,
            **drawn,
        )
    config.add_route("api.unanswered", "/api/v1/unanswered", request_method="GET")
    config.add_view(program, route_name="api.unanswered", permission=Permission.UNANSWERED_VIEW)
