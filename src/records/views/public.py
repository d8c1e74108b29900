"""What anybody may read (公众页面): the first page, the search for an item, and the list of guides.

No log-in, no script needed, nothing stored. These pages open the index of published guides and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.domain.identifiers import IdentifierKind, recognise
from records.domain.masking import mask_text
from records.i18n import LANGUAGES, _
from records.operations import unanswered
from records.operations.editions import content
from records.operations.searching import Hit
from records.resources.guides import Guides
from records.resources.site import Site

from . import facets, messages, one_things
from .doors import navigation
from .layout import unit_name
from .leaflets import fee_word, visits
from .templating import SIZES

SHOWN_FIRST = 8
NEAREST = 3
"""Guides that are offered where nothing was found."""
LONGEST = 60


def tile(request: Request, key: str) -> dict[str, str]:
    """Return a guide in force as a tile: its name, how long it takes and what it costs."""
    guide = request.site.guides[key]
    body = content(guide.in_force(request.today))
    return {
        "href": request.resource_path(guide).rstrip("/"),
        "label": body.title,
        "text": f"{body.limits.promised.label} · {fee_word(body)}",
    }


def home(context: Site, request: Request) -> dict[str, object]:
    """Show the first page: one box, what can be done here, and the hall."""
    found = facets.find(request, "", limit=SHOWN_FIRST)
    everywhere = facets.narrowing(request, "/guides")

    def doors(name: str, most: int | None = None) -> list[dict[str, object]]:
        counts = sorted(found.facets.get(name, {}).items(), key=lambda pair: (-pair[1], pair[0]))
        return [
            {
                "href": everywhere.href(((name, value),)),
                "label": facets.word(request, name, value),
                "count": count,
            }
            for value, count in counts[:most]
            if value
        ]

    return {
        "navigation": navigation(request),
        "own_search": True,
        "office": request.site.office,
        "tiles": [tile(request, hit.id) for hit in facets.titled(found.hits, SHOWN_FIRST)],
        "total": found.total,
        "things": one_things.tiles(request),
        "audiences": doors("audience"),
        "themes": doors("theme", 12),
        "zones": doors("zone"),
        "units": doors("unit"),
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
    if hours(request.site.office)["after_hours"]:
        return translate(
            _("no working day (${why}); for out-of-hours service see below", mapping={"why": judged.why})
        )
    return translate(_("closed (${why})", mapping={"why": judged.why}))


def catalogue(context: Guides, request: Request) -> dict[str, object]:
    """List the guides in force, all or those that were chosen, page by page, with exact counts.

    Where the address asks for a page or a filter that there is not, it says so and leads to the whole list.
    """
    asked = facets.narrowing(request, "/guides")
    found = facets.find(request, "", asked.chosen)
    astray = facets.astray(request) or bool(found.total and not found.hits)
    if astray:
        request.response.status_int = 404
        found = replace(found, hits=(), cursor=None)
    return {
        "astray": astray,
        "navigation": navigation(request),
        "total": found.total,
        "guides": [_listed(request, hit) for hit in found.hits],
        "action": asked.path,
        "groups": asked.groups(found.facets),
        "fixed": asked.fixed,
        "chips": asked.chips(),
        "more": asked.href(asked.chosen, after=facets.after(found)) if found.cursor else "",
    }


def _listed(request: Request, hit: Hit) -> dict[str, object]:
    guide = request.site.guides[hit.id]
    body = content(guide.in_force(request.today))
    return {
        "href": request.resource_path(guide).rstrip("/"),
        "title": body.title,
        "plain": body.plain_title,
        "unit": unit_name(request, guide.unit),
        "limit": body.limits.promised.label,
        "fee": fee_word(body),
        "visits": visits(body),
        "snippet": hit.snippet,
        "by": hit.by,
    }


def search_page(context: Site, request: Request) -> Response | dict[str, object]:
    """Find an item by everyday words, with exact counts; nothing personal is kept in an address."""
    text = " ".join(request.GET.get("q", "").split())[:LONGEST]
    clean = _without_numbers(request, text)
    if clean != text:
        return HTTPSeeOther(f"{request.script_name}/search?{urlencode({'q': clean, 'note': 'number'})}")
    asked = facets.narrowing(request, "/search", (("q", text),))
    found = facets.find(request, text, asked.chosen)
    elsewhere = any(finding.code == "search.elsewhere" for finding in found.findings)
    whole = not (facets.cursor(request) or asked.chosen or elsewhere)
    things = one_things.found(request, found.mended or text) if whole else one_things.FoundThings()
    nothing = not (found.total or things.named or things.mentioned)
    if text and nothing and whole:
        unanswered.note(request.registry.services, text, address=request.client_addr or "")
    return {
        "navigation": navigation(request),
        "query": text,
        "found": found,
        "number_left_out": request.GET.get("note") == "number",
        "notes": [messages.sentence(request, finding) for finding in found.findings],
        "things": things.named,
        "mentioned": things.mentioned,
        "elsewhere": elsewhere,
        "hits": [_listed(request, hit) for hit in found.hits],
        "similar": [_listed(request, hit) for hit in found.similar[: NEAREST if nothing else None]],
        "mended": found.mended,
        "instead": asked.href(()).replace(urlencode({"q": text}), urlencode({"q": found.mended})),
        "action": asked.path,
        "groups": asked.groups(found.facets),
        "fixed": asked.fixed,
        "chips": asked.chips(),
        "more": asked.href(asked.chosen, after=facets.after(found)) if found.cursor else "",
    }


def _without_numbers(request: Request, text: str) -> str:
    """Leave personal numbers out of a query: no guide holds one, and an address is no place for it."""
    text = mask_text(text, lambda number: " ")
    return " ".join(
        word for word in text.split() if recognise(word, today=request.today).kind is IdentifierKind.TEXT
    )


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
    for name in ("look", "settings"):
        view(look, context=Site, name=name, **anybody)
