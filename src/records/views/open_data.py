"""The catalogue for everybody's programs (开放数据): JSON-LD, sitemap, robots, Atom and OAI-PMH 2.0.

Only guides that hold or held are told of, and of those only what is public: no draft, no handbook, no name of anybody in the
office. What is told is reckoned once for each state of the catalogue and each civil day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import parse_qsl

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.exchange import open_data
from records.exchange.open_data import Published
from records.i18n import _, translate
from records.operations.notices import LOCAL
from records.resources.guides import Guides
from records.resources.site import Site

from .channels import open_channel
from .guide_pages import Edition
from .harvesting import Catalogue, Harvest, Listed, published, since
from .progress import Throttle

CHANGES = 100
"""Entries of the Atom feed."""
OFTEN = 600
"""Answers of OAI-PMH that one address gets in ten minutes."""
WORDS = {"published": _("New guide"), "changed": _("Changed guide"), "withdrawn": _("Withdrawn guide")}
Pairs = list[tuple[str, str]]


def _catalogue(request: Request) -> tuple[Listed, ...]:
    return request.registry.open_catalogue.listed(request.site, request.registry.services.clock)


def _all(request: Request) -> Iterator[Published]:
    for one in _catalogue(request):
        yield published(request.site, one, mount=request.script_name)


def _answer(request: Request, body: bytes, kind: str) -> Response:
    """Return bytes that may be kept and asked for again by their ETag."""
    response = Response(body, content_type=kind, charset="utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.etag, response.conditional_response = hashlib.sha256(body).hexdigest()[:32], True
    return response


def _json(request: Request, value: object) -> Response:
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    return _answer(request, text.encode(), "application/ld+json")


def service(edition: Edition, request: Request) -> Response:
    """Return a guide as a schema.org GovernmentService."""
    version = edition.version
    told = Published(
        key=edition.guide.key,
        address=edition.address,
        changed=since(version.effective_on, version.published_at),
        title=edition.leaflet.body.title,
        unit=edition.leaflet.body.unit,
        unit_name=edition.leaflet.body.unit_name,
        body=edition.leaflet.body,
        version=version.version,
        digest=version.digest,
    )
    return _json(request, open_data.service_of(told))


def catalogue(context: Guides, request: Request) -> Response:
    """Return all guides in force as one schema.org catalogue."""
    address = f"{_site(request)}/guides/catalogue.jsonld"
    guides = [one for one in _all(request) if one.body is not None]
    return _json(request, open_data.catalogue_of(address, request.site.office.get("name", ""), guides))


def changes(context: Guides, request: Request) -> Response:
    """Return the newest hundred changes of the catalogue as Atom."""
    newest = [
        published(request.site, one, mount=request.script_name)
        for one in reversed(_catalogue(request)[-CHANGES:])
    ]
    words = {kind: translate(word) for kind, word in WORDS.items()}
    name = f"{request.site.office.get('name', '')} · {translate(_('Changes of the guides'))}"
    body = open_data.atom(f"{_site(request)}/guides/changes.atom", name, newest, words)
    return _answer(request, body, "application/atom+xml")


def schema(context: Guides, request: Request) -> Response:
    """Return the schema of our own format of a guide."""
    return _answer(request, open_data.SCHEMA, "application/xml")


def sitemap(context: Site, request: Request) -> Response:
    """Return the addresses of all public pages; of more than 50,000 the list of their lists (``/sitemap.xml/2``)."""
    addresses: list[tuple[str, datetime | None]] = [
        (f"{_site(request)}{path}", None) for path in ("/", "/guides")
    ]
    base = f"{_site(request)}/guides/"
    addresses += [(base + one.key, one.changed) for one in _catalogue(request) if one.change != "withdrawn"]
    most = open_data.MOST_ADDRESSES
    pages = -(-len(addresses) // most)
    if request.subpath:
        number = (
            int(request.subpath[0]) if request.subpath[0].isdecimal() and len(request.subpath[0]) < 4 else 0
        )
        if len(request.subpath) > 1 or not 1 <= number <= pages:
            raise HTTPNotFound
        body = open_data.sitemap(addresses[(number - 1) * most : number * most])
    elif pages > 1:
        body = open_data.sitemap_index(
            f"{_site(request)}/sitemap.xml/{number + 1}" for number in range(pages)
        )
    else:
        body = open_data.sitemap(addresses)
    return _answer(request, body, "application/xml")


def robots(context: Site, request: Request) -> Response:
    """Tell programs that walk the web where the list of pages is, and what is not for them."""
    closed = ("/desk", "/login", "/search", "/progress", "/verify", "/api/", "/oai")
    lines = ["User-agent: *", *(f"Disallow: {request.script_name}{path}" for path in closed)]
    text = "\n".join([*lines, f"Sitemap: {_site(request)}/sitemap.xml", ""])
    return _answer(request, text.encode(), "text/plain")


def _site(request: Request) -> str:
    return (request.site.office.get("url") or LOCAL) + request.script_name


def harvest(context: Site, request: Request) -> Response:
    """Answer one request of OAI-PMH (开放目录收割)."""
    pairs = parse_qsl(request.query_string, keep_blank_values=True)
    return _harvest(request, request.site, pairs)


def harvest_posted(request: Request) -> Response | None:
    """Answer the same request sent as a form, before any lock is taken: nothing is written by it."""
    if request.path_info != "/oai" or request.method != "POST":
        return None
    pairs = [(name, value if isinstance(value, str) else "") for name, value in request.POST.items()]
    with request.registry.database.read() as root:
        return _harvest(request, root["site"], pairs)


def _harvest(request: Request, site: Site, pairs: Pairs) -> Response:
    throttle, caller = request.registry.oai_by_address, request.client_addr or ""
    if throttle.stopped(caller, request.now):
        return Response(
            status=503,
            retry_after=600,
            content_type="text/plain",
            text="Too many requests; try again later.\n",
        )
    throttle.wrong(caller, request.now)
    body = Harvest(
        request.registry.services, request.registry.open_catalogue, site, request.script_name
    ).answer(pairs)
    response = Response(body, content_type="text/xml", charset="utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def includeme(config: Configurator) -> None:
    """Open the catalogue to programs."""
    config.registry.open_catalogue = Catalogue()
    config.registry.oai_by_address = Throttle(OFTEN, timedelta(minutes=10))
    open_channel(config, "guide.jsonld", service)
    add = partial(config.add_view, request_method="GET", permission=NO_PERMISSION_REQUIRED)
    add(catalogue, context=Guides, name="catalogue.jsonld")
    add(changes, context=Guides, name="changes.atom")
    add(schema, context=Guides, name="guide.xsd")
    add(sitemap, context=Site, name="sitemap.xml")
    add(robots, context=Site, name="robots.txt")
    config.add_view(
        harvest, context=Site, name="oai", request_method=("GET", "POST"), permission=NO_PERMISSION_REQUIRED
    )
    config.add_preparation(harvest_posted)
