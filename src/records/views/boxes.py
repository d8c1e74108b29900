"""Boxes on the screen and for programs (档案盒): found by a scanned code, filled, labelled, moved."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.boxes import capacity
from records.domain.catalogues import Carrier, extent
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import Retention
from records.exchange import labels
from records.exchange.barcodes import code128_svg, qr_svg
from records.forms.verbs import verb
from records.i18n import _
from records.indexes import questions, shelf_questions
from records.operations import boxes, catalogues
from records.operations.notices import ready_typeface
from records.resources.archives import Archives
from records.resources.boxes import Box

from .acting import perform, status_of
from .api import BASE, answer
from .arranging import DONE, cursor, fonds_chosen, forms_sent, open_forms, send_file
from .describing import describe
from .layout import instant, name_of, shown

PAGE = 50
LABELS = 60
"""Spines that are printed at a time."""

LOOKED_AT = 200
"""Of the newest items, how many are looked at for one that wants a box."""

FORMS = ("fill", "take_out", "move", "resize", "note")


def boxes_page(context: Archives, request: Request) -> Response | dict[str, object]:
    """Show the boxes of a fonds; a code that was scanned leads to its item, box or volume."""
    code = request.GET.get("code", "").strip()
    if not code:
        return listing(request)
    found = found_by_code(request, code)
    if found:
        return HTTPSeeOther(found)
    request.response.status_int = 404
    return listing(request, (Finding("box.not-found", subject="code"),), code=code)


def found_by_code(request: Request, typed: str) -> str:
    """Return where a scanned or typed code leads; empty when it is none, or not for this person."""
    found = boxes.sought(request.site, typed)
    if found is None or not request.has_permission(Permission.ARCHIVE_VIEW, found):
        return ""
    return request.resource_path(found).rstrip("/")


def listing(request: Request, errors: tuple[Finding, ...] = (), *, code: str = "") -> dict[str, object]:
    """Return what the list of boxes shows: code, class, what is in each and where it stands."""
    chosen = fonds_chosen(request)
    fonds = chosen["fonds"]["key"]
    request.note_read("archives.boxes", fonds)
    found = list(shelf_questions.boxes_of(request.site, fonds, after=cursor(request), limit=PAGE + 1))
    here = f"{request.path}?fonds={fonds}"
    return {
        **chosen,
        "code": code,
        "rows": [_row(request, box) for _, box in found[:PAGE]],
        "more": f"{here}&after={found[PAGE - 1][0].hex()}" if len(found) > PAGE else "",
        "open_href": f"{request.resource_path(request.site.archives)}boxes-open?{urlencode(_next_box(request, chosen['fonds']))}",
        "list_href": f"{request.script_name}/archives/box-list?fonds={fonds}",
        "labels_href": f"{request.script_name}/archives/box-labels?fonds={fonds}",
        "errors": shown(request, errors),
    }


def _next_box(request: Request, fonds: Mapping) -> dict[str, object]:
    """Return what the form for a new box is filled in with: the class of the newest item that is on paper and in no box."""
    asked = {"fonds": fonds["key"], "year": request.today.year - 1, "thickness": 30}
    newest = questions.items_of(request.site, fonds["key"], "archived", limit=LOOKED_AT)
    for _key, item in newest:
        if item.carrier != Carrier.ELECTRONIC and not item.box:
            return {**asked, "category": item.category, "year": item.year, "retention": item.retention}
    return asked


def _row(request: Request, box: Box) -> dict[str, object]:
    pages = sum(request.site.archives[each].page_count for each in box.items)
    return {
        "href": request.resource_path(box).rstrip("/"),
        "code": box.code,
        "retention": Retention(box.retention).label,
        "count": len(box.items),
        "pages": pages,
        "capacity": capacity(box.thickness),
        "thickness": box.thickness,
        "place": boxes.shelf_of(box).text,
    }


def show(context: Box, request: Request) -> dict[str, object]:
    """Show a box: what lies in it, where it stands and stood; the reading is on the access log before the page leaves."""
    return box_page(request, context)


def box_page(request: Request, box: Box, errors: tuple[Finding, ...] = ()) -> dict[str, object]:
    """Return what the page of a box shows; ``errors`` are the findings of what was just refused."""
    request.note_read("boxes.show", box.id)
    site, path = request.site, request.resource_path(box).rstrip("/")
    entries = catalogues.entries_of(request.registry.services, site, box.items)
    may = request.has_permission(Permission.ARCHIVE_ARRANGE, box)
    whole = extent(entries)
    facts = [
        (_("Where it stands"), boxes.shelf_of(box).text),
        (_("Items"), str(whole.count)),
        (_("Number of pages"), f"{whole.pages} / {capacity(box.thickness)}"),
        (_("Thickness in mm"), str(box.thickness)),
        (_("Retention"), Retention(box.retention).label),
        (_("Checked by"), box.checked_by),
    ]
    return {
        "box": box,
        "path": path,
        "fonds": site.office["fonds"][box.fonds],
        "back": f"{request.script_name}/archives/boxes?fonds={box.fonds}",
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "rows": [
            {"entry": entry, "href": request.resource_path(site.archives[each]).rstrip("/")}
            for each, entry in zip(box.items, entries, strict=True)
        ],
        "acts": [{"label": verb("boxes", name).title, "href": f"{path}/{name}"} for name in FORMS] if may else [],
        "pack": verb("boxes", "pack").title if may else "",
        "barcode": code128_svg(box.code),
        "qr": qr_svg(box.code),
        "events": [
            {
                "iso": at.isoformat(),
                "at": instant(at),
                "what": f"{before or '—'} → {after}",
                "who": name_of(request, by),
                "why": why,
            }
            for at, by, before, after, why in reversed(box.moves)
        ],
        "errors": shown(request, errors),
    }  # fmt: skip


def packed(context: Box, request: Request) -> Response | dict[str, object]:
    """Lay what comes next into a box, and come back to it."""
    result = perform(request, verb("boxes", "pack"), context, {}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return box_page(request, context, result.findings)
    return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}?done={DONE}")


def box_heading(context: Box | Archives, request: Request) -> dict[str, str]:
    """Return what stands above a form about a box, or about one that is not open yet."""
    if isinstance(context, Box):
        return {"back": request.resource_path(context).rstrip("/"), "name": "", "code": context.code}
    return {"back": f"{request.script_name}/archives/boxes", "name": "", "code": ""}


def print_box(context: Box, request: Request) -> Mapping[str, object] | Response:
    """Print cover, catalogue and reference note of a box, or send them as a file."""
    request.note_read("boxes.print", context.id)
    forms = catalogues.box_forms(request.registry.services, request.site, context)
    name = request.site.office["fonds"][context.fonds]["name"]
    return forms_sent(request, f"档案盒 {context.code}", name, forms)


def box_list(context: Archives, request: Request) -> Mapping[str, object] | Response:
    """Print the list of all boxes of a fonds with their places, or send it as a file."""
    fonds = fonds_chosen(request)["fonds"]
    request.note_read("archives.box-list", fonds["key"])
    forms = (catalogues.box_list(request.registry.services, request.site, fonds["key"]),)
    return forms_sent(request, f"{fonds['name']}档案盒清单", fonds["name"], forms)


def print_labels(context: Box | Archives, request: Request) -> dict[str, object] | Response:
    """Print the spines of a box, or of all boxes of a fonds page by page, on A4 label sheets, as a page or a PDF."""
    request.note_read("boxes.labels", getattr(context, "id", request.GET.get("fonds", "")))
    if isinstance(context, Box):
        wanted = [context]
    else:
        fonds = fonds_chosen(request)["fonds"]["key"]
        found = shelf_questions.boxes_of(request.site, fonds, after=cursor(request), limit=LABELS)
        wanted = [box for _, box in found]
    services = request.registry.services
    spines = [catalogues.spine_of(services, request.site, box) for box in wanted]
    if request.view_name.endswith(".pdf"):
        day = services.clock.today()
        return send_file(
            labels.spine_pdf(spines, title="盒脊标签", made_on=day, typeface=ready_typeface()), "盒脊标签.pdf"
        )
    query = f"?{request.query_string}" if request.query_string else ""
    return {
        "sheets": [labels.spine_svg(sheet) for sheet in labels.sheets_of(spines)],
        "pdf": f"{request.path}.pdf{query}",
    }


def program_boxes(context: object, request: Request) -> Response:
    """Answer a program with the boxes of a fonds, at most 500 and the cursor of the next, or what a code leads to."""
    code = request.GET.get("code", "")
    if code:
        found = boxes.sought(request.site, code)
        seen = found is not None and request.has_permission(Permission.ARCHIVE_VIEW, found)
        request.note_read("boxes.scan", found.id if seen else "")
        described = (
            {"kind": found.kind, **describe(request.site, found, today=request.today)} if seen else None
        )
        return answer(request, {"found": described})
    fonds, most = fonds_chosen(request)["fonds"]["key"], 500
    request.note_read("archives.boxes", fonds)
    found = list(shelf_questions.boxes_of(request.site, fonds, after=cursor(request), limit=most + 1))
    return answer(
        request,
        {
            "boxes": [describe(request.site, box, today=request.today) for _, box in found[:most]],
            "after": found[most - 1][0].hex() if len(found) > most else None,
        },
    )


def includeme(config: Configurator) -> None:
    """Open boxes to who may see their fonds, and what changes them to who arranges it."""
    view, get = config.add_view, {"request_method": "GET"}
    folder = {"context": Archives, "permission": Permission.DESK_VIEW, **get}
    view(boxes_page, name="boxes", renderer="shelves/boxes.pt", **folder)
    own = {"context": Box, "permission": Permission.ARCHIVE_VIEW, **get}
    view(show, name="", renderer="shelves/box.pt", **own)
    for ending in ("", ".xlsx", ".pdf"):
        view(print_box, name=f"print{ending}", renderer="shelves/print.pt", **own)
        view(box_list, name=f"box-list{ending}", renderer="shelves/print.pt", **folder)
    for ending in ("", ".pdf"):
        view(print_labels, name=f"labels{ending}", renderer="shelves/labels.pt", **own)
        view(print_labels, name=f"box-labels{ending}", renderer="shelves/labels.pt", **folder)
    view(
        packed, name="pack", context=Box, request_method="POST", permission=Permission.ARCHIVE_ARRANGE,
        renderer="shelves/box.pt",
    )  # fmt: skip
    open_forms(config, "boxes", FORMS, context=Box, heading=box_heading)
    open_forms(config, "boxes", ("open",), context=Archives, heading=box_heading)
    config.add_route("api.boxes.list", f"{BASE}/boxes", request_method="GET")
    view(program_boxes, route_name="api.boxes.list", permission=Permission.DESK_VIEW)
