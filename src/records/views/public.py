"""What anybody may read (公众页面): the first page, the search for an item, the list of guides, and each guide.

No log-in, no script needed, nothing stored. These pages open the index of published guides and no other.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import segno
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.clock import civil_date
from records.domain.guide_parts import Guide as Body
from records.domain.identifiers import IdentifierKind, recognise
from records.domain.vocabulary import ApplicantKind, ItemKind
from records.i18n import LANGUAGES, _
from records.indexes import documents
from records.operations.guides import content
from records.operations.notices import LOCAL
from records.operations.searching import Found, Hit, search
from records.resources.guides import Guide, Guides, GuideVersion
from records.resources.site import Site

from . import messages
from .layout import day, unit_name
from .leaflets import day_word, fee_word, leaflet, visits
from .templating import SIZES

SHOWN_FIRST = 8
LONGEST = 60
FACETS = (("unit", _("Unit")), ("kind", _("Kind of item")))

#: Where a citizen may go from every page.
NAVIGATION = (
    (_("Guides"), "/guides"),
    (_("Where is my case?"), "/progress"),
    (_("Check a notice"), "/verify"),
)

#: The parts of a guide's page, to be jumped to.
CONTENTS = (
    ("bring", _("What to bring")), ("where", _("Where and when")), ("who", _("Who can apply")), ("steps", _("How it goes")),
    ("time", _("How long it takes")), ("fee", _("What it costs")), ("basis", _("What it is based on")),
    ("result", _("What you receive")), ("answers", _("Questions and answers")),
    ("rights", _("Your rights, and what to do if you disagree")), ("ask", _("Ask or complain")), ("edition", _("This edition")),
)  # fmt: skip


def navigation(request: Request) -> tuple[tuple[str, str, bool], ...]:
    """Return the public pages as the head of a page shows them."""
    return tuple((label, request.script_name + path, request.path_info == path) for label, path in NAVIGATION)


def in_force(request: Request) -> Iterator[tuple[Guide, Body]]:
    """Yield every guide that holds today with what it says, by title."""
    for guide in sorted(request.site.guides.values(), key=lambda guide: guide.title):
        version = guide.in_force(request.today)
        if version is not None:
            yield guide, content(version)


def tile(request: Request, guide: Guide, body: Body) -> dict[str, str]:
    """Return a guide as a tile: its name, how long it takes and what it costs."""
    return {
        "href": request.resource_path(guide).rstrip("/"),
        "label": body.title,
        "text": f"{body.limits.promised.label} · {fee_word(body)}",
    }


def home(context: Site, request: Request) -> dict[str, object]:
    """Show the first page: one box, what can be done here, and the hall."""
    found = list(in_force(request))
    units: dict[str, int] = {}
    for guide, _body in found:
        units[guide.unit] = units.get(guide.unit, 0) + 1
    guides = request.script_name + "/guides"
    return {
        "navigation": navigation(request),
        "own_search": True,
        "office": request.site.office,
        "tiles": [tile(request, guide, body) for guide, body in found[:SHOWN_FIRST]],
        "total": len(found),
        "audiences": [
            {
                "href": f"{guides}?for={kind.value}",
                "label": kind.label,
                "count": sum(kind in body.audience for _guide, body in found),
            }
            for kind in ApplicantKind
        ],
        "units": [
            {"href": f"{guides}?unit={unit}", "label": unit_name(request, unit), "count": count}
            for unit, count in units.items()
        ],
        "open_today": hours_today(request),
        "hours": hours(request.site.office),
    }


def hours(office: Mapping) -> dict[str, str]:
    """Return when the hall is open (办公时间), as it is written on its door."""
    table = office.get("hours", {})
    spans = [table[part] for part in ("morning", "afternoon") if table.get(part)]
    return {
        "days": table.get("days", ""),
        "spans": "，".join("—".join(span) for span in spans),
        "after_hours": table.get("after_hours", ""),
    }


def hours_today(request: Request) -> str:
    """Return when the hall is open today, or why it is not."""
    judged = request.registry.services.calendar(request.site).judge(request.today)
    if judged.counts:
        return hours(request.site.office)["spans"]
    translate = request.localizer.translate
    return translate(_("closed (${why})", mapping={"why": judged.why}))


def catalogue(context: Guides, request: Request) -> dict[str, object]:
    """List the guides in force, all or those of one unit or one kind of applicant."""
    unit, audience = request.GET.get("unit", ""), request.GET.get("for", "")
    rows = [
        _listed(request, guide, body)
        for guide, body in in_force(request)
        if unit in ("", guide.unit) and audience in ("", *body.audience)
    ]
    chips = []
    path = request.script_name + "/guides"
    if unit:
        chips.append(
            {
                "label": unit_name(request, unit),
                "href": f"{path}?for={audience}" if audience in _AUDIENCES else path,
            }
        )
    if audience in _AUDIENCES:
        href = f"{path}?{urlencode({'unit': unit})}" if unit else path
        chips.append({"label": ApplicantKind(audience).label, "href": href})
    return {"navigation": navigation(request), "guides": rows, "chips": chips}


_AUDIENCES = frozenset(kind.value for kind in ApplicantKind)


def _listed(request: Request, guide: Guide, body: Body) -> dict[str, object]:
    return {
        "href": request.resource_path(guide).rstrip("/"),
        "title": body.title,
        "plain": body.plain_title,
        "unit": unit_name(request, guide.unit),
        "limit": body.limits.promised.label,
        "fee": fee_word(body),
        "visits": visits(body),
    }


def search_page(context: Site, request: Request) -> Response | dict[str, object]:
    """Find an item by everyday words, with exact counts; nothing personal is kept in an address."""
    text = " ".join(request.GET.get("q", "").split())[:LONGEST]
    clean = _without_numbers(request, text)
    if clean != text:
        return HTTPSeeOther(f"{request.script_name}/search?{urlencode({'q': clean, 'note': 'number'})}")
    filters = tuple((name, request.GET[name]) for name, _label in FACETS if request.GET.get(name))
    found = search(
        request.registry.services,
        "guides",
        text,
        readers=frozenset({documents.PUBLIC}),
        filters=filters,
        facets=tuple(name for name, _label in FACETS),
        after=_cursor(request),
    )
    chosen = dict(filters)
    return {
        "navigation": navigation(request),
        "query": text,
        "found": found,
        "number_left_out": request.GET.get("note") == "number",
        "notes": [messages.sentence(request, finding) for finding in found.findings],
        "hits": [_hit(request, hit) for hit in found.hits],
        "similar": [_hit(request, hit) for hit in found.similar],
        "facets": [_facet(request, name, label, found, text, chosen) for name, label in FACETS],
        "chips": [
            {"label": _word(request, name, value), "href": _address(request, text, {**chosen, name: ""})}
            for name, value in filters
        ],
        "more": _address(request, text, {**chosen, "after": ".".join(map(str, found.cursor))})
        if found.cursor
        else "",
    }


def _without_numbers(request: Request, text: str) -> str:
    """Leave personal numbers out of a query: no guide holds one, and an address is no place for it."""
    return " ".join(
        word for word in text.split() if recognise(word, today=request.today).kind is IdentifierKind.TEXT
    )


def _cursor(request: Request) -> tuple[int, int] | None:
    parts = request.GET.get("after", "").split(".")
    if len(parts) != 2 or not all(part.isdecimal() and len(part) < 20 for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def _address(request: Request, text: str, more: Mapping[str, str]) -> str:
    kept = {name: value for name, value in more.items() if value}
    return f"{request.script_name}/search?{urlencode({'q': text, **kept})}"


def _word(request: Request, facet: str, value: str) -> str:
    if facet == "kind":
        return ItemKind(value).label if value in frozenset(kind.value for kind in ItemKind) else value
    return unit_name(request, value)


def _facet(
    request: Request, name: str, label: str, found: Found, text: str, chosen: Mapping[str, str]
) -> dict[str, object]:
    counts = sorted(found.facets.get(name, {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "label": label,
        "values": [
            {
                "label": _word(request, name, value),
                "count": count,
                "href": _address(request, text, {**chosen, name: value}),
                "current": chosen.get(name) == value,
            }
            for value, count in counts
            if value
        ],
    }


def _hit(request: Request, hit: Hit) -> dict[str, object]:
    guide = request.site.guides[hit.id]
    return {**_listed(request, guide, content(guide.in_force(request.today))), "snippet": hit.snippet}


def show(context: Guide, request: Request) -> dict[str, object]:
    """Show a guide as it holds today; one that no longer holds shows its last edition under a banner."""
    version = context.in_force(request.today)
    if version is None:
        published = [each for each in context.versions if each.status == "published"]
        if not published:
            raise HTTPNotFound
        version = published[-1]
    return page_of(context, version, request)


def show_version(context: Guide, request: Request) -> dict[str, object]:
    """Show one published edition at its permanent address."""
    wanted = request.subpath[0] if len(request.subpath) == 1 else ""
    version = context.version(int(wanted)) if wanted.isdecimal() and len(wanted) < 6 else None
    if version is None or version.status != "published":
        raise HTTPNotFound
    return page_of(context, version, request)


def page_of(guide: Guide, version: GuideVersion, request: Request) -> dict[str, object]:
    """Return what the page of one edition of a guide shows."""
    present = guide.in_force(request.today)
    calendar = request.registry.services.calendar(request.site)
    path = request.resource_path(guide).rstrip("/")
    return {
        "navigation": navigation(request),
        **leaflet(content(version), today=request.today, calendar=calendar),
        "today": day_word(request.today),
        "version": version,
        "published": day(civil_date(version.published_at)) if version.published_at else "",
        "path": path,
        "permalink": f"{path}/versions/{version.version}",
        "address": public_address(request, path),
        "contents": CONTENTS,
        "banner": _banner(version, present, request),
        "present_href": path if present is not None and present is not version else "",
        "earlier": [
            {
                "number": each.version,
                "href": f"{path}/versions/{each.version}",
                "since": day(each.effective_on),
            }
            for each in reversed(guide.versions)
            if each.status == "published" and each is not version
        ],
    }


def _banner(version: GuideVersion, present: GuideVersion | None, request: Request) -> str:
    if version.status != "published":
        return _("This is a draft. It is not in force and nobody outside the office can see it.")
    if version.effective_on > request.today:
        return _("This edition is not in force yet.")
    if present is None:
        return _("This guide is no longer in force. Ask at the counter before you prepare anything.")
    if present is not version:
        return _("This is an earlier edition. Cases received under it are still judged by it.")
    return ""


def public_address(request: Request, path: str) -> str:
    """Return the full address of a page as it is printed: under the site's public address, never the caller's host."""
    return request.site.office.get("url", LOCAL) + path


def leaflet_code(context: Guide, request: Request) -> Response:
    """Return the QR code of a guide's address as a picture of its own."""
    if not any(version.status == "published" for version in context.versions):
        raise HTTPNotFound
    drawn = io.BytesIO()
    address = public_address(request, request.resource_path(context).rstrip("/"))
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=True, svgns=True)
    return Response(drawn.getvalue(), content_type="image/svg+xml")


def look(context: Site, request: Request) -> Response:
    """Keep how this reader wants pages (type size, contrast, language) in cookies, and go back."""
    back = request.GET.get("back") or request.GET.get("next") or ""
    ours = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    response = HTTPSeeOther(back if ours else request.script_name + "/")
    for name, values in (
        ("size", ("normal", *SIZES)),
        ("contrast", ("normal", "high")),
        ("lang", tuple(LANGUAGES)),
    ):
        if request.GET.get(name) in values:
            response.set_cookie(
                name, request.GET[name], max_age=31_536_000, path="/", samesite="Lax", httponly=True
            )
    return response


def includeme(config: Configurator) -> None:
    """Open the front door."""
    anybody = {"request_method": "GET", "permission": NO_PERMISSION_REQUIRED}
    view = config.add_view
    view(home, context=Site, name="", renderer="public/home.pt", **anybody)
    view(search_page, context=Site, name="search", renderer="public/search.pt", **anybody)
    view(catalogue, context=Guides, name="", renderer="public/catalogue.pt", **anybody)
    view(show, context=Guide, name="", renderer="public/guide.pt", **anybody)
    view(show_version, context=Guide, name="versions", renderer="public/guide.pt", **anybody)
    view(leaflet_code, context=Guide, name="qr.svg", **anybody)
    for name in ("look", "settings"):
        view(look, context=Site, name=name, **anybody)
