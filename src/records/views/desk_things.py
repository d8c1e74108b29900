"""Packages of items for editors (一件事管理): what is in use and by whom, every former text, and the form that publishes one.

A package is a file: it is handed out here, changed with any editor, checked and published again.
"""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.forms.verbs import verb
from records.operations import one_things
from records.resources.one_things import OneThing, OneThings
from records.resources.site import Site

from . import matters
from .acting import on_its_list
from .layout import instant, may_somewhere, name_of, shown

VERBS = (verb("one_things", "publish"), verb("one_things", "withdraw"))


def desk(context: Site, request: Request) -> Response | dict[str, object]:
    """List the packages, or hand out one text of one of them as a file."""
    key, number = request.GET.get("export", ""), request.GET.get("version", "")
    if not key:
        return listing(request)
    text = _text(request, key, number)
    if text is None:
        raise HTTPNotFound
    response = Response(text, content_type="application/yaml", charset="utf-8")
    response.content_disposition = f'attachment; filename="{key}.yaml"'
    return response


def _text(request: Request, key: str, number: str) -> str | None:
    """Return one text of a package; without a number the one in use, and 0 is what comes with the system."""
    if number == "0":
        return one_things.shipped().get(key)
    if not number:
        return one_things.texts(request.site).get(key)
    record = one_things.own(request.site).get(key)
    versions = record.versions if record is not None else ()
    return next((each.text for each in versions if str(each.version) == number), None)


def listing(
    request: Request, errors: tuple[Finding, ...] = (), typed: dict[str, str] | None = None
) -> dict[str, object]:
    """Return what the list shows; ``typed`` is what stands in the form."""
    return {
        "rows": [_row(request, key) for key in _keys(request)],
        "may_publish": may_somewhere(request, Permission.GUIDE_PUBLISH),
        "typed": {name: (typed or {}).get(name, "") for name in ("text", "file")},
        "post": f"{request.script_name}/one_things",
        "errors": shown(request, errors, anchors={found.subject: "text" for found in errors}),
    }


def _keys(request: Request) -> list[str]:
    return sorted(one_things.shipped().keys() | one_things.own(request.site).keys())


def _row(request: Request, key: str) -> dict[str, object]:
    record = one_things.own(request.site).get(key)
    package = one_things.known(request.site).get(key)
    export = f"{request.script_name}/desk/guides/things?export={key}"
    guides = one_things.guides_of(request.site, package, today=request.today) if package is not None else {}
    waits = [part.guide for part in package.parts if part.guide not in guides] if package is not None else []
    return {
        "key": key,
        "title": package.title if package is not None else _title(record, key),
        "in_use": package is not None,
        "waits": "、".join(waits),
        "href": f"{request.script_name}/things/{key}" if package is not None and not waits else "",
        "opens": matters.page_of(request, key) if package is not None and not waits else "",
        "export": export if package is not None else "",
        "versions": _versions(request, record, export),
        "shipped": f"{export}&version=0" if key in one_things.shipped() else "",
        "withdrawn": _withdrawn(request, record),
    }


def _title(record: OneThing | None, key: str) -> str:
    return record.title if record is not None else key


def _versions(request: Request, record: OneThing | None, export: str) -> list[dict[str, object]]:
    return [
        {
            "number": each.version,
            "at": instant(each.published_at),
            "by": name_of(request, each.published_by),
            "file": each.file,
            "href": f"{export}&version={each.version}",
        }
        for each in reversed(record.versions if record is not None else ())
    ]


def _withdrawn(request: Request, record: OneThing | None) -> dict[str, str] | None:
    if record is None or not record.withdrawn:
        return None
    by, at, why = record.withdrawn
    return {"by": name_of(request, by), "at": instant(at), "why": why}


def program(context: object, request: Request) -> Response:
    """Answer a program with every package: its text in use and its publications."""
    texts = one_things.texts(request.site)
    own = one_things.own(request.site)
    value = [
        {
            "key": key,
            "title": _row(request, key)["title"],
            "text": texts.get(key),
            "shipped": key in one_things.shipped(),
            "versions": [
                {
                    "version": each.version,
                    "digest": each.digest,
                    "file": each.file,
                    "published_by": each.published_by,
                    "published_at": instant(each.published_at),
                }
                for each in (own[key].versions if key in own else ())
            ],
        }
        for key in _keys(request)
    ]
    return Response(json_body={"one_things": value}, charset="utf-8")


def includeme(config: Configurator) -> None:
    """Open the list to everybody of the house, publication to the centre."""
    drawn = {"renderer": "guides/things.pt"}
    config.add_view(
        desk, context=Site, name="desk", subpath="guides/things", request_method="GET",
        permission=Permission.GUIDE_VIEW, **drawn,
    )  # fmt: skip
    for one in VERBS:
        config.add_view(
            on_its_list(one, listing, "/desk/guides/things", done="onething"),
            context=OneThings,
            name=one.name,
            request_method="POST",
            permission=one.permission,
            **drawn,
        )
    config.add_route("api.all.one_things", "/api/v1/one_things", request_method="GET")
    config.add_view(program, route_name="api.all.one_things", permission=Permission.GUIDE_VIEW)
