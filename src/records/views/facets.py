"""How found guides are narrowed down (筛选): by audience, theme, unit, kind and list, with exact counts, in one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pyramid.request import Request

from records.domain.guide_elements import Zone
from records.domain.vocabulary import ApplicantKind, ItemKind, Term
from records.i18n import _
from records.indexes import documents
from records.operations.searching import PAGE, Found, Hit, search

from .layout import unit_name

#: Facet, its words, and the name it had in addresses of before.
FACETS: tuple[tuple[str, str, str], ...] = (
    ("audience", _("For whom"), "for"),
    ("theme", _("Theme"), ""),
    ("unit", _("Unit"), ""),
    ("kind", _("Kind of item"), ""),
    ("zone", _("On the lists for"), ""),
)
NAMES = tuple(name for name, _label, _old in FACETS)
LISTS: Mapping[str, type[Term]] = {"audience": ApplicantKind, "kind": ItemKind, "zone": Zone}
MOST_CHOSEN = 12
FOLDED_FROM = 12
"""Values of a facet from which on the others are folded away."""

Chosen = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a reader chose in an address, and the addresses that keep it: path, fixed parts, chosen values."""

    request: Request
    path: str
    fixed: Chosen
    chosen: Chosen

    def href(self, chosen: Chosen, *, after: str = "") -> str:
        """Return the address with these values chosen."""
        query = (*self.fixed, *chosen, *((("after", after),) if after else ()))
        return f"{self.path}?{urlencode(query)}" if query else self.path

    def chips(self) -> list[dict[str, str]]:
        """Return what was chosen, each with the address without it."""
        return [
            {
                "label": word(self.request, name, value),
                "href": self.href(tuple(each for each in self.chosen if each != (name, value))),
            }
            for name, value in self.chosen
        ]

    def groups(self, counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, object]]:
        """Return every facet with its values and counts, the commonest first; one that divides nothing is left out."""
        groups = []
        for name, label, _old in FACETS:
            picked = [value for facet, value in self.chosen if facet == name]
            found = {value: count for value, count in counts.get(name, {}).items() if value}
            values = sorted(
                found.items() | {(value, 0) for value in picked if value not in found}, key=_common
            )
            if len(values) > 1 or picked:
                groups.append(
                    {
                        "name": name,
                        "label": label,
                        "values": [
                            {
                                "id": f"{name}-{number}",
                                "value": value,
                                "label": word(self.request, name, value),
                                "count": count,
                                "checked": value in picked,
                            }
                            for number, (value, count) in enumerate(values[:FOLDED_FROM])
                        ],
                    }
                )
        return groups


def _common(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def narrowing(request: Request, path: str, fixed: Chosen = ()) -> Narrowing:
    """Return what the address of a request chooses; a word of a closed list that does not exist is left out."""
    chosen: dict[tuple[str, str], None] = {}
    for name, _label, old in FACETS:
        for value in (*request.GET.getall(name), *(request.GET.getall(old) if old else ())):
            if value and len(value) <= 60 and (name not in LISTS or value in _values(LISTS[name])):
                chosen[name, value] = None
    return Narrowing(request, request.script_name + path, fixed, tuple(chosen)[:MOST_CHOSEN])


def astray(request: Request) -> bool:
    """Tell whether an address asks for what there is not: a word that no closed list has, or a page by its number."""
    wanted = request.GET
    closed = (
        (LISTS[name], key) for name, _label, old in FACETS if name in LISTS for key in (name, old) if key
    )
    return (
        any(value and value not in _values(terms) for terms, key in closed for value in wanted.getall(key))
        or wanted.get("page", "1") not in ("", "1")
        or bool(wanted.get("after") and cursor(request) is None)
    )


def _values(terms: type[Term]) -> frozenset[str]:
    return frozenset(term.value for term in terms)


def word(request: Request, facet: str, value: str) -> str:
    """Return the word of a facet's value as people read it."""
    if facet in LISTS:
        return LISTS[facet](value).label if value in _values(LISTS[facet]) else value
    return unit_name(request, value) if facet == "unit" else value


def find(request: Request, text: str, chosen: Chosen = (), *, limit: int = PAGE) -> Found:
    """Search the published guides for what an address asks, with all counts."""
    return search(
        request.registry.services,
        "guides",
        text,
        readers=frozenset({documents.PUBLIC}),
        filters=chosen,
        facets=NAMES,
        after=cursor(request),
        limit=limit,
    )


def cursor(request: Request) -> tuple[int, int] | None:
    """Return the place in the hits that an address names, None for the beginning and for anything unreadable."""
    parts = request.GET.get("after", "").split(".")
    if len(parts) != 2 or not all(part.isdecimal() and len(part) < 20 for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def after(found: Found) -> str:
    """Return the place of the next page as an address writes it, an empty text on the last."""
    return ".".join(map(str, found.cursor)) if found.cursor else ""


def titled(hits: Sequence[Hit], count: int) -> tuple[Hit, ...]:
    """Return the first hits in the order of their titles."""
    return tuple(sorted(hits[:count], key=lambda hit: hit.title))
