"""Order before registration and what belongs to an item afterwards (整理): waiting items, classes, carriers, stamps.

The rooms of the archivist for order and shelves stand in ``ROOMS``; what asks for more than a press has a page of its own.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from itertools import groupby, islice
from urllib.parse import quote, urlencode

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.boxes import EVENTS
from records.domain.catalogues import Carrier, stamp, stamp_text
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import ItemState, Retention
from records.exchange import labels
from records.exchange.barcodes import code128_svg, qr_svg
from records.exchange.catalogues import Form
from records.forms import asking
from records.forms.verbs import Verb, verb
from records.forms.widgets import errors_of
from records.i18n import _
from records.indexes import shelf_questions
from records.operations import arranging, catalogues, numbering
from records.operations.notices import ready_typeface
from records.resources.archives import ArchivedItem, Archives
from records.resources.base import Record

from . import messages, uploads
from .acting import perform, status_of
from .api import BASE, answer
from .choices import choices_of
from .files import _sealed
from .layout import instant, name_of, shown, units_of

WAITING = 200
#: The rooms of order and shelves: words, path below the site, permission that opens the door.
ROOMS: tuple[tuple[str, str, Permission], ...] = (
    (_("Arrange"), "/archives/arrange", Permission.ARCHIVE_ARRANGE),
    (_("Boxes"), "/archives/boxes", Permission.ARCHIVE_VIEW),
    (_("Volumes"), "/archives/volumes", Permission.ARCHIVE_VIEW),
    (_("Catalogue"), "/archives/catalogue", Permission.ARCHIVE_VIEW),
    (_("Fonds file"), "/archives/fonds-file", Permission.ARCHIVE_VIEW),
    (_("Use of archives"), "/uses", Permission.USE_LEND),
)
DONE = "arranging"
MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def fonds_chosen(
    request: Request, permission: Permission = Permission.ARCHIVE_VIEW, *, fonds: str = ""
) -> dict[str, object]:
    """Return the fonds a page is about, and what leads to the others and to the other rooms; 403 for none of one's own."""
    known = request.site.office["fonds"]
    held = [unit for unit in units_of(request, permission) if unit in known]
    fonds = fonds or request.GET.get("fonds") or (held[0] if held else "")
    if fonds not in held:
        raise HTTPForbidden
    here, mount = request.path_info, request.script_name
    rooms = [
        {"label": label, "href": f"{mount}{path}?{urlencode({'fonds': fonds})}", "current": here == path}
        for label, path, needed in ROOMS
        if fonds in units_of(request, needed)
    ]
    tabs = [
        {
            "label": f"{known[each]['number']} {known[each]['name']}",
            "href": f"{mount}{here}?{urlencode({'fonds': each})}",
            "current": each == fonds,
        }
        for each in held
    ]
    return {
        "fonds": {"key": fonds, **known[fonds]},
        "rooms": rooms,
        "tabs": tabs,
        "arranges": fonds in units_of(request, Permission.ARCHIVE_ARRANGE),
    }


def year_chosen(request: Request) -> int:
    """Return the year a page is about: last year unless another is asked for."""
    asked = request.GET.get("year", "")
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) == 4):
        raise HTTPBadRequest
    return int(asked) if asked else request.today.year - 1


def cursor(request: Request) -> bytes:
    """Return the cursor of a page; 400 for what is none."""
    try:
        return bytes.fromhex(request.GET.get("after", ""))
    except ValueError:
        raise HTTPBadRequest from None


def arrange_page(context: Archives, request: Request) -> dict[str, object]:
    """Show the items that wait for their code, by class, with the code each would get; reading it is on the access log."""
    return listing(request)


def listing(request: Request, errors: tuple[Finding, ...] = (), fonds: str = "") -> dict[str, object]:
    """Return what the page of waiting items shows; ``errors`` are the findings of what was just refused."""
    chosen = fonds_chosen(request, Permission.ARCHIVE_ARRANGE, fonds=fonds)
    fonds = chosen["fonds"]["key"]
    request.note_read("archives.arrange", fonds)
    waiting = list(islice(shelf_questions.waiting_items(request.site, fonds), WAITING))
    return {
        **chosen,
        "classes": [
            _class(request, klass, list(items))
            for klass, items in groupby(waiting, key=lambda item: numbering.class_of(request.site, item))
        ],
        "count": len(waiting),
        "errors": shown(request, errors),
    }


def _class(request: Request, klass: tuple, items: list[ArchivedItem]) -> dict[str, object]:
    _fonds, category, year, retention, unit = klass
    coded = list(numbering.provisional_codes(request.site, items))
    return {
        "title": " · ".join(filter(None, (category, str(year), Retention(retention).label, unit))),
        "id": f"class-{category}-{year}-{retention}-{unit}".replace("·", "-"),
        "rows": [
            {
                "position": at,
                "code": code,
                "title": item.title,
                "case": item.dossier_code,
                "state": ItemState(item.state).label,
                "href": request.resource_path(item).rstrip("/"),
                "first": at == 1,
                "last": at == len(coded),
            }
            for at, (item, code) in enumerate(coded, 1)
        ],
    }


def rearranged(context: ArchivedItem, request: Request) -> Response | dict[str, object]:
    """Move a waiting item, and come back to the list."""
    values = {"position": request.POST.get("position", "")}
    result = perform(request, verb("archives", "rearrange"), context, values, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return listing(request, result.findings, context.fonds)
    query = urlencode({"fonds": context.fonds, "done": DONE})
    return HTTPSeeOther(f"{request.script_name}/archives/arrange?{query}#{context.id}")


def arrangement_page(context: ArchivedItem, request: Request) -> dict[str, object]:
    """Show where an item stands in the order and where its paper lies, with its stamp, its codes and what was done with it."""
    request.note_read("archives.arrangement", context.id)
    services, site = request.registry.services, request.site
    entry = catalogues.entry_of(services, site, context)
    box, volume = site.boxes.get(context.box), site.volumes.get(context.volume)
    facts = [
        (_("Archival code"), context.code, "code"),
        (_("Number at the archives"), context.archives_number, "code"),
        (_("Kept as"), Carrier(context.carrier).label if context.carrier else "", ""),
        (_("Where the paper lies"), arranging.where(site, context), ""),
        (_("Volume"), volume.title if volume is not None else "", ""),
        (_("Number of pages"), str(entry.pages) if entry.pages else "", ""),
        (_("Text of the stamp"), stamp_text(entry) if context.code else "", ""),
    ]
    names = ("keep_on", "number_at_archives") if context.code else ("reclass", "keep_on")
    may = request.has_permission(Permission.ARCHIVE_ARRANGE, context)
    path = request.resource_path(context).rstrip("/")
    return {
        "item": context,
        "path": path,
        "facts": [{"label": label, "value": value, "kind": kind} for label, value, kind in facts if value],
        "box": request.resource_path(box) if box is not None else "",
        "volume": request.resource_path(volume) if volume is not None else "",
        "acts": [{"label": verb("archives", name).title, "href": f"{path}/{name}"} for name in names] if may else [],
        "stamp": labels.stamp_svg(stamp(entry)) if context.code else "",
        "barcode": code128_svg(context.code) if context.code else "",
        "qr": qr_svg(context.code) if context.code else "",
        "events": [
            {
                "iso": at.isoformat(),
                "at": instant(at),
                "what": EVENTS.get(event, event),
                "who": name_of(request, by),
                "why": "；".join(filter(None, (reference, note))),
            }
            for event, at, by, reference, note in reversed(context.management)
        ],
    }  # fmt: skip


def send_stamp(context: ArchivedItem, request: Request) -> Response:
    """Send the archiving stamp of a coded item as SVG or PDF (归档章)."""
    if not context.code:
        raise HTTPNotFound
    request.note_read("archives.stamp", context.id)
    services = request.registry.services
    fields = stamp(catalogues.entry_of(services, request.site, context))
    if request.view_name.endswith(".svg"):
        return _sealed(
            Response(labels.stamp_svg(fields), content_type="image/svg+xml"), "attachment; filename=stamp.svg"
        )
    title, day = f"归档章 {context.code}", services.clock.today()
    body = labels.stamp_pdf(fields, title=title, made_on=day, typeface=ready_typeface())
    return send_file(body, f"{title}.pdf")


def send_file(body: bytes, name: str) -> Response:
    """Send bytes as a file to keep, under a name in any script."""
    media = MEDIA[name.rpartition(".")[2]]
    return _sealed(Response(body, content_type=media), f"attachment; filename*=UTF-8''{quote(name)}")


def forms_sent(
    request: Request, title: str, organ: str, forms: tuple[Form, ...]
) -> dict[str, object] | Response:
    """Answer with forms as the address asks: a page to print, a workbook, or a PDF."""
    ending = request.view_name.rpartition(".")[2]
    if ending not in MEDIA:
        query = f"?{request.query_string}" if request.query_string else ""
        there = request.path.rstrip("/")
        return {"title": title, "forms": forms, "files": [(each, f"{there}.{each}{query}") for each in MEDIA]}
    file = io.BytesIO()
    catalogues.write_forms(
        request.registry.services, file, forms, title=title, organ=organ, pdf=ending == "pdf"
    )
    return send_file(file.getvalue(), f"{title}.{ending}")


def catalogue_page(context: Archives, request: Request) -> dict[str, object] | Response:
    """Print the catalogue of a fonds and year (归档文件目录) with its covers, or send it as a file."""
    chosen, year = fonds_chosen(request), year_chosen(request)
    fonds = chosen["fonds"]
    request.note_read("archives.catalogue", fonds["key"], purpose=str(year))
    forms = catalogues.year_catalogue(request.registry.services, request.site, fonds["key"], year)
    title = f"{fonds['name']}{year}年归档文件目录"
    answered = forms_sent(request, title, fonds["name"], forms)
    return {**chosen, **answered, "year": year} if isinstance(answered, Mapping) else answered


Heading = Callable[[Record, Request], dict[str, str]]


def item_heading(context: ArchivedItem, request: Request) -> dict[str, str]:
    """Return what stands above a form about an item."""
    path = request.resource_path(context).rstrip("/")
    return {
        "back": f"{path}/arrangement",
        "name": context.title,
        "code": context.code or context.provisional_code,
    }


def open_forms(
    config: Configurator, noun: str, names: tuple[str, ...], *, context: type, heading: Heading
) -> None:
    """Open a page with its form for each of some verbs of a noun; done, it comes back to what the heading names."""
    for name in names:
        one = verb(noun, name)
        own = {
            "context": context,
            "name": name if one.subject else f"{noun}-{name}",
            "permission": one.permission,
            "renderer": "shelves/verb.pt",
        }
        config.add_view(asked_page(one, heading), request_method="GET", **own)
        config.add_view(asked(one, heading), request_method="POST", **own)


def asked_page(one: Verb, heading: Heading):
    """Return the page that asks what a verb needs, filled in with what stands there or with what the address says."""

    def view(context: Record, request: Request) -> dict[str, object]:
        form, named = _sheet(request, one), {node.name for node in one.form()}
        return _drawn(request, context, one, heading, form, {**_known(one, context), **{name: value for name, value in request.GET.items() if name in named}})  # fmt: skip

    return view


def _known(one: Verb, context: Record) -> dict[str, str]:
    """Return what a record says already of the fields of a form."""
    if not one.subject:
        return {}
    names = {node.name for node in one.form()} - type(context).machinery
    found = {name: getattr(context, name, "") for name in names}
    return {name: str(value) for name, value in found.items() if isinstance(value, str | int) and value}


def asked(one: Verb, heading: Heading):
    """Return the view that does a verb; a refusal shows the page again, nothing typed is lost."""

    def view(context: Record, request: Request) -> Response | dict[str, object]:
        form = _sheet(request, one)
        values = asking.read(form, request.POST.items())
        subject = context if one.subject else None
        result = perform(request, one, subject, values, channel="screen")
        if not isinstance(result, Refused):
            back = heading(result if not one.subject else context, request)["back"]
            return HTTPSeeOther(f"{back}{'&' if '?' in back else '?'}done={DONE}")
        request.response.status_int = status_of(result)
        asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
        return _drawn(request, context, one, heading, form, values)

    return view


def _sheet(request: Request, one: Verb) -> deform.Form:
    return asking.sheet(
        one,
        action=request.path,
        file_title=_("File"),
        file_when=None if one.file_required else _("when there is one"),
        kept=uploads.kept(request, one.file) if one.file else None,
        choices=choices_of(request, one),
    )


def _drawn(
    request: Request, context: Record, one: Verb, heading: Heading, form: deform.Form, values: Mapping
) -> dict[str, object]:
    request.note_read(f"{one.noun}.{one.name}", getattr(context, "id", ""))
    return {
        **heading(context, request),
        "title": one.title,
        "form": asking.draw(form, values),
        "errors": errors_of(form),
    }


def program_catalogue(context: object, request: Request) -> Response:
    """Answer a program with the catalogue of a fonds and year, at most 500 lines and the cursor of the next."""
    chosen, year, most = fonds_chosen(request), year_chosen(request), 500
    fonds, site, services = chosen["fonds"]["key"], request.site, request.registry.services
    request.note_read("archives.catalogue", fonds, purpose=str(year))
    found = list(shelf_questions.catalogued(site, fonds, year, after=cursor(request), limit=most + 1))
    lines = [
        {
            "id": item.id, "code": entry.code, "archives_number": item.archives_number, "document_number": entry.document_number,
            "responsible": entry.responsible, "title": entry.title, "dated": entry.day, "security": entry.security,
            "pages": entry.pages, "remark": entry.remark, "retention": entry.retention, "unit_code": entry.unit,
            "state": item.state, "carrier": item.carrier, "paper": arranging.where(site, item),
        }
        for _, item in found[:most]
        for entry in (catalogues.entry_of(services, site, item),)
    ]  # fmt: skip
    more = found[most - 1][0].hex() if len(found) > most else None
    return answer(request, {"fonds": fonds, "year": year, "items": lines, "after": more})


def includeme(config: Configurator) -> None:
    """Open the rooms of order to who may see the fonds; which fonds that is, is asked inside."""
    view, get = config.add_view, {"request_method": "GET"}
    folder = {"context": Archives, "permission": Permission.DESK_VIEW, **get}
    view(arrange_page, name="arrange", renderer="shelves/arrange.pt", **folder)
    view(catalogue_page, name="catalogue", renderer="shelves/catalogue.pt", **folder)
    for ending in MEDIA:
        view(catalogue_page, name=f"catalogue.{ending}", renderer="shelves/catalogue.pt", **folder)
    own = {"context": ArchivedItem, "permission": Permission.ARCHIVE_VIEW, **get}
    view(arrangement_page, name="arrangement", renderer="shelves/item.pt", **own)
    for name in ("stamp.svg", "stamp.pdf"):
        view(send_stamp, name=name, **own)
    view(
        rearranged, name="rearrange", context=ArchivedItem, request_method="POST",
        permission=Permission.ARCHIVE_ARRANGE, renderer="shelves/arrange.pt",
    )  # fmt: skip
    names = ("reclass", "keep_on", "number_at_archives")
    open_forms(config, "archives", names, context=ArchivedItem, heading=item_heading)
    config.add_route("api.catalogue", f"{BASE}/catalogue", request_method="GET")
    view(program_catalogue, route_name="api.catalogue", permission=Permission.DESK_VIEW)
