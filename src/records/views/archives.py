"""The archives (档案): what waits for arranging, and what each fonds holds; nothing here can be edited (I9)."""

from __future__ import annotations

from itertools import islice
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden
from pyramid.request import Request

from records.clock import civil_date
from records.domain import pipeline
from records.domain.permissions import Permission
from records.domain.vocabulary import Retention
from records.i18n import _
from records.indexes import archive_questions, questions
from records.operations.batches import due_of
from records.resources.archives import ArchivedItem, Archives
from records.rules.defects import defects as defect_rows

from .arranging import ROOMS as SHELVES
from .desk import row_of
from .layout import Light, day, light, units_of

PAGE = 50
OPEN = 200

#: The rooms of the archivist: words, path, and the permission that opens the door; more are added at the end.
ROOMS: tuple[tuple[str, str, Permission], ...] = (
    (_("Archive a month"), "/archives/batches", Permission.DOSSIER_ARCHIVE),
    (_("Retention and disposition"), "/archives/disposition", Permission.DISPOSITION_VIEW),
    (_("Legal holds"), "/archives/holds", Permission.DISPOSITION_VIEW),
    (_("Transfer to the archives"), "/archives/transfers", Permission.DISPOSITION_VIEW),
    (_("Opening review"), "/archives/opening", Permission.DISPOSITION_VIEW),
    (_("Reports of the archives"), "/archives/reports", Permission.HOLDINGS_VIEW),
    (_("Import of existing archives"), "/archives/imports", Permission.ARCHIVE_IMPORT),
    (_("Packages out and in"), "/archives/packages", Permission.ARCHIVE_EXPORT),
    (_("Four checks"), "/archives/checks", Permission.ARCHIVE_VIEW),
    (_("Keeping of the archives"), "/archives/keeping", Permission.KEEPING_VIEW),
)

STATES = {
    "pending": (_("being packed"), "wait"),
    "handed-over": (_("waits to be received"), "next"),
    "archived": (_("archived"), "done"),
    "returned": (_("sent back"), "wrong"),
    "transferred": (_("transferred"), "done"),
    "destroyed": (_("destroyed"), "plain"),
}


def archives(context: Archives, request: Request) -> dict[str, object]:
    """Show what waits for the archivist, what came back, and what a fonds holds; the names are on the access log first."""
    held = [
        unit for unit in units_of(request, Permission.ARCHIVE_VIEW) if unit in request.site.office["fonds"]
    ]
    if not held:
        raise HTTPForbidden
    fonds = request.GET.get("fonds", held[0])
    if fonds not in held:
        raise HTTPForbidden
    request.note_read("archives", fonds)
    described = request.site.office["fonds"]
    path = request.resource_path(context).rstrip("/")
    kept, more = _kept(request, fonds)
    waiting, later = _waiting(request, fonds)
    return {
        "fonds": described[fonds],
        "tabs": [
            {
                "label": f"{described[each]['number']} {described[each]['name']}",
                "href": f"{path}?{urlencode({'fonds': each})}",
                "current": each == fonds,
            }
            for each in held
        ],
        "rooms": rooms_of(request, fonds),
        "waiting": waiting,
        "later": f"{path}?{urlencode({'fonds': fonds, 'waiting': later})}#waiting" if later else "",
        "open": [row for state in ("returned", "pending") for row in _rows(request, fonds, state)],
        "untriggered": [
            _item_row(request, item)
            for _key, item in archive_questions.awaiting_trigger(request.site, fonds, limit=PAGE)
        ],
        "kept": kept,
        "more": f"{path}?{urlencode({'fonds': fonds, 'after': more})}" if more else "",
        "first": f"{path}?{urlencode({'fonds': fonds})}" if request.GET.get("after") else "",
    }


def rooms_of(request: Request, fonds: str) -> list[dict[str, object]]:
    """Return the rooms of the archives that are open to a person for a fonds, this one marked."""
    found = (*ROOMS, *SHELVES)
    return [
        {
            "label": label,
            "href": f"{request.script_name}{path}?{urlencode({'fonds': fonds})}",
            "current": request.path_info == path,
        }
        for label, path, needed in found
        if fonds in units_of(request, needed)
    ]


def _waiting(request: Request, fonds: str) -> tuple[list[dict[str, object]], str]:
    """Return a page of the closed cases that are to be archived, by due day, and the cursor of the next page."""
    after = _cursor(request, "waiting")
    rows, last = [], ""
    found = archive_questions.closed(request.site, fonds, after=after, limit=PAGE + 1)
    for count, (key, dossier) in enumerate(found):
        if count == PAGE:
            return rows, last
        last = key.hex()
        item = request.site.archives.get(dossier.archived_item) if dossier.archived_item else None
        if request.has_permission(Permission.DOSSIER_VIEW, dossier) and (
            item is None or item.state == "returned"
        ):
            due = due_of(request.registry.services, request.site, dossier)
            lit = light(request, due.due)
            if due.hopeless(request.today):
                lit = Light("wrong", request.localizer.translate(_("Past the last day of the year")))
            rows.append({"case": row_of(request, dossier), "due": day(due.due), "light": lit})
    return rows, ""


def _cursor(request: Request, name: str) -> bytes:
    try:
        return bytes.fromhex(request.GET.get(name, ""))
    except ValueError:
        raise HTTPBadRequest from None


def _rows(request: Request, fonds: str, state: str) -> list[dict[str, object]]:
    return [
        _item_row(request, item) for _key, item in questions.items_of(request.site, fonds, state, limit=OPEN)
    ]


def _kept(request: Request, fonds: str) -> tuple[list[dict[str, object]], str]:
    """Return a page of the archived items and the cursor of the next, empty at the end."""
    after = _cursor(request, "after")
    found = list(
        islice(questions.items_of(request.site, fonds, "archived", after=after, limit=PAGE + 1), PAGE + 1)
    )
    more = found[PAGE - 1][0].hex() if len(found) > PAGE else ""
    return [_item_row(request, item) for _key, item in found[:PAGE]], more


def _item_row(request: Request, item: ArchivedItem) -> dict[str, object]:
    word, kind = state_of(item)
    return {
        "href": request.resource_path(item).rstrip("/"),
        "code": item.code or item.provisional_code,
        "title": item.title,
        "dossier": item.dossier_code,
        "year": item.year,
        "retention": Retention(item.retention).label,
        "count": item.document_count,
        "at": day(civil_date(item.archived_at)) if item.archived_at else "",
        "state": {"word": word, "kind": kind},
        "why": " ".join(reasons_of(item)) if item.state == "returned" else "",
    }


def reasons_of(item: ArchivedItem) -> list[str]:
    """Return why an item was sent back: each code with its words, then what is to be mended, said once."""
    words = {row.code: row.words for row in defect_rows()}
    notes = dict.fromkeys(note for _code, note in item.defects if note)
    return [*(f"{code} {words.get(code, '')}".strip() for code, _note in item.defects), *notes]


def state_of(item: ArchivedItem) -> tuple[str, str]:
    """Return how an item stands, in a word and its kind; one that was handed over waits for the archives."""
    if item.state == "pending" and pipeline.waits_for_receipt(item.steps):
        return STATES["handed-over"]
    return STATES[item.state]


def includeme(config: Configurator) -> None:
    """Open the archives; the folder belongs to no unit: who may see which fonds is asked inside."""
    config.add_view(
        archives, context=Archives, name="", request_method="GET", permission=Permission.DESK_VIEW,
        renderer="archives/archives.pt",
    )  # fmt: skip
