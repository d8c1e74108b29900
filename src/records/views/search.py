"""One box for everything (检索): guides, dossiers and archives, each under the reader's own rights."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.permissions import Permission
from records.domain.vocabulary import DossierState, ItemKind, Retention
from records.i18n import _
from records.indexes import documents
from records.operations.searching import Found, Hit, numbers_as_tokens, search
from records.resources.site import Site

from . import boxes, messages, minors
from .custody import found_by_code
from .layout import unit_name

#: Each index with its words, its facets, and the folder its records lie in.
INDEXES: Mapping[str, tuple[str, tuple[tuple[str, str], ...], str]] = {
    "dossiers": (_("Cases"), (("state", _("State")), ("unit", _("Unit")), ("guide", _("Item"))), "dossiers"),
    "archives": (_("Archives"), (("year", _("Year")), ("retention", _("Retention")), ("fonds", _("Fonds"))), "archives"),
    "guides": (_("Guides"), (("unit", _("Unit")), ("kind", _("Kind"))), "guides"),
}  # fmt: skip
OPENED = ("dossiers", "archives")
"""Where the page opens by itself: on the first of these that has something."""
LONGEST = 200
PAGE = 20
UNSHOWN = frozenset({"guide", "audience", "theme", "zone"})


def without_numbers(request: Request, text: str) -> str:
    """Return a query in which each full personal number is replaced by the keyed sign it is indexed under."""
    return numbers_as_tokens(request.registry.services, text)


def send_on(context: Site, request: Request) -> Response:
    """Take a query by POST, so that a number read from a card never stands in an address."""
    typed, index = request.POST.get("q", ""), request.POST.get("in", "")
    original = found_by_code(request, typed)
    if original:
        return HTTPSeeOther(original)
    filed = boxes.found_by_code(request, typed)
    if filed:
        return HTTPSeeOther(filed)
    # The first index is where the page opens by itself, unless only another one has something.
    where = {"in": index} if index in INDEXES and index != OPENED[0] else {}
    query = {"q": without_numbers(request, typed)[:LONGEST], **where}
    return HTTPSeeOther(f"{request.script_name}/desk/search?{urlencode(query)}")


def search_page(context: Site, request: Request) -> Response | dict[str, object]:
    """Search one index and count in the others; that personal data was looked for is on the access log."""
    text = " ".join(request.GET.get("q", "").split())
    clean = without_numbers(request, text)
    if clean != text:
        where = {"in": request.GET["in"]} if "in" in request.GET else {}
        query = {"q": clean, **where, "done": "number"}
        return HTTPSeeOther(f"{request.script_name}/desk/search?{urlencode(query)}")
    index = request.GET.get("in", "")
    others = [name for name in INDEXES if name != index] if text else []
    counts = {name: _search(request, name, text, limit=1).total for name in others}
    if index not in INDEXES:
        index = next((name for name in OPENED if counts.get(name)), OPENED[0])
    page = {
        "query": text,
        "index": index,
        "found": None,
        "tabs": [],
        "hits": [],
        "similar": [],
        "facets": [],
        "chips": [],
    }
    if not text:
        return page
    request.note_read(f"search.{index}", "", purpose=text)
    facets = tuple(name for name, _label in INDEXES[index][1])
    filters = tuple((name, request.GET[name]) for name in facets if request.GET.get(name))
    found = _search(request, index, text, filters=filters, facets=facets, after=_cursor(request), limit=PAGE)
    address = _Address(request, text, index, dict(filters))
    return {
        **page,
        "found": found,
        "notes": [messages.sentence(request, finding) for finding in found.findings],
        "tabs": [
            {
                "label": label,
                "href": _Address(request, text, name, {}).href(),
                "current": name == index,
                "count": found.total if name == index else counts[name],
            }
            for name, (label, _facets, _folder) in INDEXES.items()
        ],
        "hits": [_shown(request, hit, INDEXES[index][2]) for hit in found.hits],
        "similar": [_shown(request, hit, INDEXES[index][2]) for hit in found.similar],
        "facets": [_facet(request, address, name, label, found) for name, label in INDEXES[index][1]],
        "chips": [
            {"label": word(request, name, value), "href": address.without(name)} for name, value in filters
        ],
        "more": address.href(after=".".join(map(str, found.cursor))) if found.cursor else "",
    }


class _Address:
    """The address of a search: what was typed, where, and the chosen facets."""

    def __init__(self, request: Request, text: str, index: str, filters: Mapping[str, str]) -> None:
        self._path = f"{request.script_name}/desk/search"
        self._query = {"q": text, "in": index, **filters}

    def href(self, **more: str) -> str:
        return f"{self._path}?{urlencode({**self._query, **more})}"

    def without(self, name: str) -> str:
        return f"{self._path}?{urlencode({key: value for key, value in self._query.items() if key != name})}"


def _search(request: Request, index: str, text: str, **more: object) -> Found:
    readers = frozenset({documents.PUBLIC}) if index == "guides" else request.identity.principals
    return search(request.registry.services, index, text, readers=readers, **more)


def _cursor(request: Request) -> tuple[int, int] | None:
    parts = request.GET.get("after", "").split(".")
    if len(parts) != 2 or not all(part.isdecimal() and len(part) < 20 for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def _facet(request: Request, address: _Address, name: str, label: str, found: Found) -> dict[str, object]:
    counts = sorted(found.facets.get(name, {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "label": label,
        "values": [
            {"label": word(request, name, value), "count": count, "href": address.href(**{name: value})}
            for value, count in counts
            if value
        ],
    }


def word(request: Request, facet: str, value: str) -> str:
    """Return the word of a facet's value."""
    site = request.site
    match facet:
        case "state" if value in {state.value for state in DossierState}:
            return DossierState(value).label
        case "retention" if value in {term.value for term in Retention}:
            return Retention(value).label
        case "kind" if value in {kind.value for kind in ItemKind}:
            return ItemKind(value).label
        case "unit" | "fonds":
            return unit_name(request, value)
        case "guide" if value in site.guides:
            return site.guides[value].title
        case _:
            return value


def _shown(request: Request, hit: Hit, folder: str) -> dict[str, object]:
    title, snippet = minors.shown_of(request, hit)
    return {
        "href": f"{request.script_name}/{folder}/{hit.id}",
        "title": title,
        "snippet": snippet,
        "facets": " · ".join(
            word(request, name, value) for name, value in hit.facets.items() if value and name not in UNSHOWN
        ),
    }  # fmt: skip


def includeme(config: Configurator) -> None:
    """Open the search below the desk."""
    own = {"name": "desk", "context": Site, "subpath": "search", "permission": Permission.SEARCH_DESK}
    config.add_view(search_page, request_method="GET", renderer="search/search.pt", **own)
    config.add_view(send_on, request_method="POST", **own)
