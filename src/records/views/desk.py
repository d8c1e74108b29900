"""The desk (工作台): what waits for this person today, by due day, and one box that takes a number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import chain, islice
from operator import itemgetter

from pyramid.config import Configurator
from pyramid.request import Request

from records.domain.permissions import Permission
from records.domain.pipeline import waits_for_receipt
from records.domain.vocabulary import DossierState
from records.i18n import _
from records.indexes import feed, questions, worklists
from records.indexes.keys import compose
from records.operations.batches import due_of as archiving_due
from records.operations.clocks import deliver_due
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.site import Site

from . import fetching, library_imports, minors, originals, subjects, uses, validity
from .guide_waiting import guide_lists
from .layout import Light, case_badge, light, may_somewhere, unit_name, units_of
from .starts import starts

PAGE = 8
LONG_PAGE = 50
MOST_COUNTED = 999
LOOKED_BACK = 300


@dataclass(frozen=True, slots=True)
class Waiting:
    """One list of the day: its key, its words, who it is for, and the states its dossiers stand in."""

    key: str
    title: str
    permission: Permission
    states: tuple[DossierState, ...]


LISTS = (
    Waiting("intake", _("Opened, papers to be taken"), Permission.DOSSIER_ACCEPT, (DossierState.DRAFT,)),
    Waiting("accept", _("Received, to be accepted"), Permission.DOSSIER_ACCEPT, (DossierState.RECEIVED,)),
    Waiting("supplement", _("Waiting for a supplement"), Permission.DOSSIER_ACCEPT, (DossierState.SUPPLEMENT,)),
    Waiting("decide", _("To be decided"), Permission.DOSSIER_DECIDE, (DossierState.ACCEPTED,)),
    Waiting("receive", _("Received, to be decided at once"), Permission.DOSSIER_DECIDE, (DossierState.RECEIVED,)),
    Waiting("deliver", _("To be delivered"), Permission.DOSSIER_DELIVER, (DossierState.DECIDED,)),
    Waiting("archive", _("To be archived"), Permission.DOSSIER_ARCHIVE, (DossierState.DELIVERED,)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier in a list: where it is, whose, for what, how it stands and when it is due."""

    href: str
    code: str
    applicant: str
    title: str
    state: dict[str, str]
    unit: str
    due: str
    light: Light | None


def row_of(request: Request, dossier: Dossier) -> Row:
    """Return a dossier as a row of a list."""
    site = request.site
    running = dossier.state in (
        DossierState.DRAFT,
        DossierState.RECEIVED,
        DossierState.SUPPLEMENT,
        DossierState.ACCEPTED,
        DossierState.DECIDED,
        DossierState.DELIVERED,
    )
    due = due_of(request, dossier)
    return Row(
        href=request.resource_path(dossier).rstrip("/"),
        code=dossier.code,
        applicant=minors.named(request, site.applicants[dossier.applicant]),
        title=site.guides[dossier.guide].title,
        state=case_badge(request, dossier),
        unit=unit_name(request, dossier.unit),
        due=due.isoformat() if due else "",
        light=light(request, due) if running else None,
    )


def due_of(request: Request, dossier: Dossier) -> date | None:
    """Return until when the next step of a case is due: its decision, once decided its delivery (送达), then its archiving."""
    if dossier.state == DossierState.DELIVERED:
        return archiving_due(request.registry.services, request.site, dossier).due
    if dossier.state != DossierState.DECIDED:
        return dossier.promised_due
    calendar = request.registry.services.calendar(request.site)
    return deliver_due(request.site, dossier, calendar=calendar)


def lists_for(request: Request) -> Iterator[Waiting]:
    """Yield the lists this person works on."""
    return (waiting for waiting in LISTS if may_somewhere(request, waiting.permission))


def _pairs(request: Request, waiting: Waiting) -> list[tuple[str, str]]:
    units = units_of(request, waiting.permission)
    return [(unit, state.value) for unit in units for state in waiting.states]


def page_of(request: Request, waiting: Waiting, *, after: str, limit: int) -> tuple[list[Dossier], str]:
    """Return a page of a list by due day over all units and states, and the cursor of the next, empty at the end."""
    place = tuple(after.split(".")) if after.count(".") == 1 else ()

    def stream(unit: str, state: str) -> Iterator[tuple[tuple[str, str], Dossier]]:
        start = compose("state", unit, state, *place) if place else b""
        for key, dossier in questions.dossiers_in(request.site, unit, state, after=start, limit=limit + 1):
            due, record = key.decode().split("\0")[3:]
            yield (due, record), dossier

    merged = list(
        islice(merge(*(stream(*pair) for pair in _pairs(request, waiting)), key=itemgetter(0)), limit + 1)
    )
    more = ".".join(merged[limit - 1][0]) if len(merged) > limit else ""
    return [dossier for _, dossier in merged[:limit]], more


def count_of(request: Request, waiting: Waiting) -> str:
    """Return how many wait, counted up to 999."""
    keys = chain.from_iterable(
        worklists.page(request.site, "state", *pair, limit=MOST_COUNTED + 1)
        for pair in _pairs(request, waiting)
    )
    count = sum(1 for _ in islice(keys, MOST_COUNTED + 1))
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def desk(context: Site, request: Request) -> dict[str, object]:
    """Show what waits today; the names it shows are on the access log before the page leaves."""
    request.note_read("desk", request.identity.unit)
    wanted = request.GET.get("list", "")
    lists = [_list(request, waiting, wanted) for waiting in lists_for(request) if wanted in ("", waiting.key)]
    recent = () if wanted else tuple(islice(_recent(request), PAGE))
    doors = [] if lists else starts(request)
    return {
        "lists": lists,
        "recent": recent,
        "wanted": wanted,
        "finds": may_find(request),
        "doors": doors,
        "guide_lists": () if wanted else guide_lists(request),
        "fetches": None if wanted else fetching.waiting(request),
        "overrides": not wanted and bool(lists) and may_somewhere(request, Permission.OVERRIDE_VIEW),
        "fallen": None if wanted else validity.waiting(request),
        "imported": None if wanted else library_imports.waiting(request),
        "brings": not wanted and may_somewhere(request, Permission.MATERIAL_IMPORT),
        "uses": None if wanted else uses.waiting(request),
        "second_looks": None if wanted else subjects.waiting(request),
        "custody": None if wanted else originals.waiting(request),
        "sent_back": [] if wanted else list(_sent_back(request)),
        "to_receive": [] if wanted else list(_to_receive(request)),
    }


def _sent_back(request: Request) -> Iterator[dict[str, str]]:
    """Yield the cases whose packages the archives sent back to a person's units, for who has to mend them."""
    for item in _packages(request, Permission.DOSSIER_DELIVER, "returned"):
        dossier = request.site.dossiers.get(item.dossier)
        if dossier is not None and request.has_permission(Permission.DOSSIER_VIEW, dossier):
            yield {"href": request.resource_path(dossier).rstrip("/"), "code": dossier.code}


def _to_receive(request: Request) -> Iterator[dict[str, str]]:
    """Yield the packages that were handed over and wait for the archivist."""
    for item in _packages(request, Permission.ARCHIVE_RECEIVE, "pending"):
        if waits_for_receipt(item.steps):
            yield {"href": request.resource_path(item).rstrip("/"), "code": item.dossier_code}


def _packages(request: Request, permission: Permission, state: str) -> Iterator[ArchivedItem]:
    for unit in units_of(request, permission):
        for _key, item in questions.items_of(request.site, unit, state, limit=PAGE):
            yield item


def may_find(request: Request) -> bool:
    """Tell whether this person looks applicants up by number."""
    return may_somewhere(request, Permission.APPLICANT_FIND)


def _list(request: Request, waiting: Waiting, wanted: str) -> dict[str, object]:
    after = request.GET.get("after", "") if wanted else ""
    found, more = page_of(request, waiting, after=after, limit=LONG_PAGE if wanted else PAGE)
    path = request.script_name + "/desk"
    more_href = f"{path}?list={waiting.key}" + (f"&after={more}" if wanted else "") if more else ""
    return {
        "key": waiting.key,
        "title": waiting.title,
        "count": count_of(request, waiting),
        "rows": [row_of(request, dossier) for dossier in found],
        "more": more_href,
        "href": f"{path}?list={waiting.key}",
    }


def _recent(request: Request) -> Iterator[Row]:
    """Yield the dossiers changed last in the person's own units, the newest first."""
    site = request.site
    newest = feed.latest(site)
    for change in reversed(list(feed.changes(site, after=max(0, newest - LOOKED_BACK)))):
        dossier = feed.subject(site, change) if change.kind == "dossier" else None
        if dossier is not None and request.has_permission(Permission.DOSSIER_VIEW, dossier):
            yield row_of(request, dossier)


def includeme(config: Configurator) -> None:
    """Open the desk."""
    config.add_view_predicate("subpath", Subpath)
    config.add_view(
        desk, name="desk", context=Site, subpath="", request_method="GET", permission=Permission.DESK_VIEW,
        renderer="desk/desk.pt",
    )  # fmt: skip


class Subpath:
    """Lets a view answer only for one path behind its name: the desk itself, or the search below it."""

    def __init__(self, value: str, info: object) -> None:
        self.value = value

    def text(self) -> str:
        """Return the predicate as ``pviews`` prints it."""
        return f"subpath = {self.value or '(nothing)'}"

    phash = text

    def __call__(self, context: object, request: Request) -> bool:
        """Compare what stands behind the view's name; admission asks before the path has been walked."""
        return request.path_info.strip("/").partition("/")[2] == self.value
