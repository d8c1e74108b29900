"""Volumes and the fonds file on the screen and for programs (案卷、全宗卷)."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import FileResponse, Response

from records.domain.catalogues import FondsPart, extent, page_places
from records.domain.code_patterns import VolumeRule
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import Retention
from records.domain.volumes import VolumeState
from records.forms.verbs import verb
from records.i18n import _
from records.indexes import shelf_questions
from records.operations import catalogues
from records.operations.numbering import fonds_key
from records.resources.archives import Archives
from records.resources.volumes import FondsPaper, Volume

from .acting import perform, status_of
from .api import BASE, answer
from .arranging import DONE, cursor, fonds_chosen, forms_sent, open_forms
from .describing import describe
from .files import _sealed
from .layout import day, shown

PAGE = 50
BADGES = {VolumeState.OPEN: "wait", VolumeState.CLOSED: "done"}


def volumes_page(context: Archives, request: Request) -> dict[str, object]:
    """Show the volumes of a fonds by year and code; the titles are on the access log first."""
    chosen = fonds_chosen(request)
    fonds = chosen["fonds"]["key"]
    request.note_read("archives.volumes", fonds)
    found = list(shelf_questions.volumes_of(request.site, fonds, after=cursor(request), limit=PAGE + 1))
    return {
        **chosen,
        "rows": [
            {
                "href": request.resource_path(volume).rstrip("/"),
                "code": volume.code,
                "title": volume.title,
                "year": volume.year,
                "retention": Retention(volume.retention).label,
                "count": len(volume.items),
                "state": _state(volume),
            }
            for _, volume in found[:PAGE]
        ],
        "more": f"{request.path}?fonds={fonds}&after={found[PAGE - 1][0].hex()}" if len(found) > PAGE else "",
    }


def _state(volume: Volume) -> dict[str, str]:
    state = VolumeState(volume.state)
    return {"word": state.label, "kind": BADGES[state]}


def show(context: Volume, request: Request) -> dict[str, object]:
    """Show a volume with the items in it; the reading is on the access log before the page leaves."""
    return volume_page(request, context)


def volume_page(request: Request, volume: Volume, errors: tuple[Finding, ...] = ()) -> dict[str, object]:
    """Return what the page of a volume shows; ``errors`` are the findings of what was just refused."""
    request.note_read("volumes.show", volume.id)
    site, path = request.site, request.resource_path(volume).rstrip("/")
    items = [site.archives[each] for each in volume.items]
    entries = catalogues.entries_of(request.registry.services, site, volume.items)
    whole = extent(entries)
    may = volume.state == VolumeState.OPEN and request.has_permission(Permission.ARCHIVE_ARRANGE, volume)
    facts = [
        (_("Archival code"), volume.code),
        (_("Rule"), VolumeRule(volume.rule).label),
        (_("Retention"), Retention(volume.retention).label),
        (_("Days from and to"), whole.span),
        (_("Items"), str(whole.count)),
        (_("Number of pages"), str(whole.pages)),
        (_("Arranged by"), " ".join(filter(None, (volume.arranged_by, day(volume.arranged_on))))),
        (_("Checked by"), volume.checked_by),
    ]
    rows = zip(items, entries, page_places(entries), strict=True)
    return {
        "volume": volume,
        "path": path,
        "state": _state(volume),
        "back": f"{request.script_name}/archives/volumes?fonds={volume.fonds}",
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "rows": [
            {
                "id": item.id,
                "entry": entry,
                "places": places,
                "href": request.resource_path(item).rstrip("/"),
                "waits": may and not item.code,
            }
            for item, entry, places in rows
        ],
        "others": _others(request, volume) if may else [],
        "acts": [
            {"label": verb("volumes", name).title, "href": f"{path}/{name}"} for name in ("rename", "close")
        ]
        if may
        else [],
        "errors": shown(request, errors),
    }


def _others(request: Request, volume: Volume) -> list[dict[str, str]]:
    """Return the waiting items of the volume's class that lie elsewhere or nowhere."""
    klass = (volume.fonds, volume.category, volume.year, volume.retention)
    return [
        {"id": item.id, "title": f"{item.title} {item.dossier_code}"}
        for item in shelf_questions.waiting_items(request.site, volume.fonds, limit=200)
        if (item.fonds, item.category, item.year, item.retention) == klass and item.volume != volume.id
    ]


def laid(name: str):
    """Return the view that lays the ticked items into a volume or takes them out, and comes back to it."""
    one = verb("volumes", name)

    def view(context: Volume, request: Request) -> Response | dict[str, object]:
        values = {"items": " ".join(request.POST.getall("items"))}
        result = perform(request, one, context, values, channel="screen")
        if isinstance(result, Refused):
            request.response.status_int = status_of(result)
            return volume_page(request, context, result.findings)
        return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}?done={DONE}")

    return view


def volume_heading(context: Volume, request: Request) -> dict[str, str]:
    """Return what stands above a form about a volume."""
    return {"back": request.resource_path(context).rstrip("/"), "name": context.title, "code": context.code}


def print_volume(context: Volume, request: Request) -> Mapping[str, object] | Response:
    """Print cover, list and reference note of a volume (案卷封面、卷内目录、备考表), or send them as a file."""
    request.note_read("volumes.print", context.id)
    forms = catalogues.volume_forms(request.registry.services, request.site, context)
    name = request.site.office["fonds"][context.fonds]["name"]
    return forms_sent(request, f"案卷 {context.code or context.title}", name, forms)


def fonds_page(context: Archives, request: Request) -> dict[str, object]:
    """Show the fonds file (全宗卷): introduction, periods, registers, figures, and the papers one can add to."""
    chosen = fonds_chosen(request)
    fonds = chosen["fonds"]["key"]
    request.note_read("archives.fonds-file", fonds)
    papers = [
        {
            "part": FondsPart(paper.part).label,
            "title": paper.title,
            "number": paper.document_number,
            "dated": day(paper.dated),
            "note": paper.note,
            "file": request.resource_path(paper, "file") if paper.digest else "",
        }
        for paper in shelf_questions.fonds_papers_of(request.site, fonds)
    ]
    forms = catalogues.fonds_forms(request.site, fonds)[:-1]
    return {
        **chosen,
        "forms": [form for form in forms if form.pairs or form.rows],
        "papers": papers,
        "add_href": f"{request.script_name}/archives/fonds_papers-file?fonds={fonds}",
        "print_href": f"{request.script_name}/archives/fonds-file-print?fonds={fonds}",
    }


def print_fonds(context: Archives, request: Request) -> Mapping[str, object] | Response:
    """Print the fonds file, or send it as a file."""
    fonds = fonds_chosen(request)["fonds"]
    request.note_read("archives.fonds-file", fonds["key"], purpose="print")
    forms = catalogues.fonds_forms(request.site, fonds["key"])
    return forms_sent(request, f"{fonds['name']}全宗卷", fonds["name"], forms)


def send_paper(context: FondsPaper, request: Request) -> Response:
    """Send the file of a paper of the fonds file."""
    holding = request.site.holdings.get(context.digest)
    if holding is None:
        raise HTTPNotFound
    request.note_read("fonds_papers.file", context.id)
    path = request.registry.services.store.path(context.digest)
    return _sealed(FileResponse(str(path), request=request, content_type=holding.media_type), "attachment")


def paper_heading(context: FondsPaper | Archives, request: Request) -> dict[str, str]:
    """Return what stands above the form of a new paper."""
    fonds = context.fonds if isinstance(context, FondsPaper) else request.GET.get("fonds", "")
    key = fonds_key(request.site, fonds)
    query = f"?fonds={key}" if key else ""
    return {"back": f"{request.script_name}/archives/fonds-file{query}", "name": "", "code": ""}


def program_volumes(context: object, request: Request) -> Response:
    """Answer a program with the volumes of a fonds, at most 500 and the cursor of the next."""
    fonds, most = fonds_chosen(request)["fonds"]["key"], 500
    request.note_read("archives.volumes", fonds)
    found = list(shelf_questions.volumes_of(request.site, fonds, after=cursor(request), limit=most + 1))
    listed = [describe(request.site, volume, today=request.today) for _, volume in found[:most]]
    more = found[most - 1][0].hex() if len(found) > most else None
    return answer(request, {"volumes": listed, "after": more})


def program_papers(context: object, request: Request) -> Response:
    """Answer a program with the fonds file: its tables as rows, and its papers."""
    fonds = fonds_chosen(request)["fonds"]["key"]
    request.note_read("archives.fonds-file", fonds)
    forms = catalogues.fonds_forms(request.site, fonds)
    tables = {
        form.title: dict(form.pairs) or [dict(zip(form.heads, row, strict=True)) for row in form.rows]
        for form in forms
    }
    papers = [
        describe(request.site, paper, today=request.today)
        for paper in shelf_questions.fonds_papers_of(request.site, fonds)
    ]
    return answer(request, {"fonds": fonds, "tables": tables, "papers": papers})


def includeme(config: Configurator) -> None:
    """Open volumes and fonds files to who may see their fonds, and what changes them to who arranges it."""
    view, get = config.add_view, {"request_method": "GET"}
    folder = {"context": Archives, "permission": Permission.DESK_VIEW, **get}
    view(volumes_page, name="volumes", renderer="shelves/volumes.pt", **folder)
    view(fonds_page, name="fonds-file", renderer="shelves/fonds.pt", **folder)
    own = {"context": Volume, "permission": Permission.ARCHIVE_VIEW, **get}
    view(show, name="", renderer="shelves/volume.pt", **own)
    for ending in ("", ".xlsx", ".pdf"):
        view(print_volume, name=f"print{ending}", renderer="shelves/print.pt", **own)
        view(print_fonds, name=f"fonds-file-print{ending}", renderer="shelves/print.pt", **folder)
    for name in ("put", "take_out"):
        view(
            laid(name), name=name, context=Volume, request_method="POST", permission=Permission.ARCHIVE_ARRANGE,
            renderer="shelves/volume.pt",
        )  # fmt: skip
    view(send_paper, name="file", context=FondsPaper, permission=Permission.ARCHIVE_VIEW, **get)
    open_forms(config, "volumes", ("rename", "close"), context=Volume, heading=volume_heading)
    open_forms(config, "fonds_papers", ("file",), context=Archives, heading=paper_heading)
    for name, program in (("volumes", program_volumes), ("fonds-file", program_papers)):
        config.add_route(f"api.{name}.list", f"{BASE}/{name}", request_method="GET")
        view(program, route_name=f"api.{name}.list", permission=Permission.DESK_VIEW)
