"""One item of the archives (归档件): its description, papers, checks and package, and everything that proves it.

Nothing here can be edited (I9). The papers come from the frozen package, not from the case; of an item that nobody has
received yet they are those that the case would put into it.
"""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import FileResponse, Response

from records.domain import pipeline
from records.domain.archive_imports import IMPORTED
from records.domain.findings import Refused
from records.domain.permissions import Permission
from records.domain.pipeline import Step, StepResult
from records.domain.relations import Relation
from records.domain.retention import Trigger
from records.domain.vocabulary import Retention
from records.exchange.packages import check_store, stream_zip
from records.extraction.types import UNSEEN
from records.forms.verbs import verb
from records.i18n import _
from records.operations.archived_papers import ArchivedPaper, coming_papers, papers_in, papers_of
from records.operations.archiving import manifest_of, waits_for_trigger
from records.operations.checking import report_of
from records.resources.archives import ArchivedItem

from . import subjects as about
from .acting import perform, status_of
from .archives import reasons_of, state_of
from .arranging import open_forms
from .checking import rows_of
from .files import IMAGES, WIDEST, _sealed
from .layout import day, instant, name_of, shown, size

CAME = frozenset({IMPORTED, "package.imported"})


def show(context: ArchivedItem, request: Request) -> dict[str, object]:
    """Show one item: description, papers, checks, package; reading it is on the access log first."""
    request.note_read("archives.show", context.id)
    return page(context, request)


def page(context: ArchivedItem, request: Request) -> dict[str, object]:
    """Return what the page of an item shows."""
    manifest = manifest_of(request.registry.services, context) if context.manifest else None
    services = request.registry.services
    waits = context.state == "pending" and pipeline.waits_for_receipt(context.steps)
    papers = papers_of(services, manifest) if manifest else ()
    path = request.resource_path(context).rstrip("/")
    wanted = request.GET.get("paper", "1")
    chosen = next((paper for paper in papers if str(paper.number) == wanted), None)
    dossier = request.site.dossiers.get(context.dossier)
    return {
        "item": context,
        "path": path,
        "state": dict(zip(("word", "kind"), state_of(context), strict=True)),
        "description": description(context, request),
        "papers": papers,
        "coming": coming_papers(services, request.site, context) if waits else (),
        "chosen": chosen,
        "previews": [
            f"{path}/page?{urlencode({'paper': chosen.number, 'page': number})}"
            for number in range(1, min(chosen.pages or 1, 20) + 1)
        ]
        if chosen and chosen.media not in UNSEEN
        else [],
        "reasons": reasons_of(context) if context.state == "returned" else [],
        "waits": waits,
        "steps": steps_of(request, context),
        "explained": context.explained,
        "related": related_to(request, context),
        "acts": acts_of(request, context),
        "checks": checks_of(request, context),
        "passed": json.loads(context.report)["passed"] if context.report else None,
        "parts_listed": manifest.parts if manifest else (),
        "exports": bool(manifest) and bool(request.has_permission(Permission.ARCHIVE_EXPORT, context)),
        "converts": bool(manifest)
        and context.state == "archived"
        and bool(request.has_permission(Permission.ARCHIVE_IMPORT, context)),
        "use_href": f"{request.script_name}/uses?{urlencode({'code': context.code})}#asking"
        if context.state == "archived" and request.has_permission(Permission.USE_REQUEST, context)
        else "",
        "dossier_href": request.resource_path(dossier).rstrip("/")
        if dossier is not None and request.has_permission(Permission.DOSSIER_VIEW, dossier)
        else "",
    }


def steps_of(request: Request, item: ArchivedItem) -> list[dict[str, object]]:
    """Return the steps of archiving as they were taken, each with its result."""
    return [
        {
            "what": Step(step).label,
            "who": name_of(request, by),
            "at": instant(at),
            "iso": at.isoformat(),
            "why": note if result == StepResult.DONE else f"{StepResult(result).label}：{note}",
            "kind": "wrong" if result == StepResult.RETURNED else "done",
        }
        for step, at, by, result, note in item.steps
    ]


def related_to(request: Request, item: ArchivedItem) -> list[dict[str, str]]:
    """Return the items that belong to this one: later facts, what it continues, the parts of a joint case."""
    return [
        {
            "relation": Relation(kind).label,
            "code": there.code or there.provisional_code,
            "title": there.title,
            "href": request.resource_path(there).rstrip("/"),
        }
        for kind, other in item.relations
        if (there := request.site.archives.get(other)) is not None
        and request.has_permission(Permission.ARCHIVE_VIEW, there)
    ]


def acts_of(request: Request, item: ArchivedItem) -> list[dict[str, object]]:
    """Return what a person may do with an item now: receive it or send it back, add a later fact, note its trigger."""
    names = []
    if item.state == "pending" and pipeline.waits_for_receipt(item.steps):
        names = ["receive", "send_back"]
    elif item.state == "archived":
        here = request.site.dossiers.get(item.dossier) is not None
        names = [*(["append"] if here else []), *(["note_trigger"] if waits_for_trigger(item) else [])]
    path = request.resource_path(item).rstrip("/")
    return [
        {"label": one.title, "href": f"{path}/{name}", "pressed": name == "receive"}
        for name in names
        if request.has_permission((one := verb("archives", name)).permission, item)
    ]


def receive_item(context: ArchivedItem, request: Request) -> Response | dict[str, object]:
    """Receive a package; refused, the item's page comes back with what speaks against it."""
    result = perform(request, verb("archives", "receive"), context, {}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        request.note_read("archives.show", context.id)
        return {**page(context, request), "errors": shown(request, result.findings)}
    return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}?done=archiving")


def _heading(context: ArchivedItem, request: Request) -> dict[str, str]:
    """Return what stands above a form about an item; done, it comes back to the item."""
    return {
        "back": request.resource_path(context).rstrip("/"),
        "name": context.title,
        "code": context.code or context.provisional_code,
    }


def description(item: ArchivedItem, request: Request) -> list[dict[str, str]]:
    """Return the description of an item (著录) in the order of the catalogue."""
    fonds = request.site.office["fonds"][item.fonds]
    ends = item.due_on or item.expires_on
    open_end = Retention.Y.label if item.retention == Retention.Y else _("not determined yet")
    expires = day(ends) if ends else request.localizer.translate(open_end)
    return [
        {"label": _("Archival code"), "value": item.code or item.provisional_code, "kind": "code"},
        {"label": _("Title"), "value": item.title},
        {"label": _("Receipt number"), "value": item.dossier_code, "kind": "code"},
        {"label": _("Fonds"), "value": f"{fonds['number']} {fonds['name']}"},
        {"label": _("Class"), "value": item.category},
        {"label": _("Year"), "value": str(item.year)},
        {"label": _("Retention"), "value": Retention(item.retention).label},
        {"label": _("Basis of retention"), "value": item.retention_basis},
        {"label": _("Kept until"), "value": expires},
        {"label": _("Period runs from"), "value": " ".join(filter(None, (Trigger(item.trigger).label, day(item.trigger_on))))},
        {"label": _("Secrecy and opening"), "value": f"{item.security} {item.opening}"},
        {"label": _("Papers"), "value": f"{item.document_count}（{size(item.byte_count)}）" if item.document_count else "—"},
        {"label": _("Archived on"), "value": f"{instant(item.archived_at)} {name_of(request, item.archived_by)}" if item.archived_at else "—"},
        *_brought(item),
        *about.corrections_of(request, item),
        *_gone(item),
        {"label": _("Package digest"), "value": item.package_digest or "—", "kind": "code"},
    ]  # fmt: skip


def _brought(item: ArchivedItem) -> tuple[dict[str, str], ...]:
    """Return where an item came from that was not archived here, nothing for one that was."""
    return tuple(
        {"label": _("Imported, not archived here"), "value": note}
        for event, _at, _by, _reference, note in item.management
        if event in CAME
    )


def _gone(item: ArchivedItem) -> tuple[dict[str, str], ...]:
    """Return on which list and day an item was destroyed, nothing for one that is there."""
    if not item.destruction_list:
        return ()
    return (
        {"label": _("Destroyed by list"), "value": item.destruction_list, "kind": "code"},
        {"label": _("Destroyed on"), "value": day(item.destroyed_on)},
    )


def checks_of(request: Request, item: ArchivedItem) -> list[dict[str, object]]:
    """Return the report of the four checks, what failed first, each with what was looked at."""
    report = report_of(request.site, item)
    return rows_of(request, report) if report is not None else []


def _wanted(context: ArchivedItem, request: Request) -> ArchivedPaper:
    papers = papers_in(request.registry.services, context)
    number = request.GET.get("paper", "")
    found = next((paper for paper in papers if str(paper.number) == number), None)
    if found is None:
        raise HTTPNotFound
    return found


def send_page(context: ArchivedItem, request: Request) -> Response:
    """Send a page of a frozen paper as a picture, drawn by the limited worker."""
    paper = _wanted(context, request)
    wanted = request.GET.get("page", "1")
    if not wanted.isdecimal() or len(wanted) > 4 or paper.media is None:
        raise HTTPNotFound
    request.note_read("archives.page", f"archive:{context.id}", purpose=paper.digest[:12])
    services = request.registry.services
    picture = services.extractor.render(
        services.store.path(paper.digest), paper.media, max(int(wanted), 1), width=WIDEST
    )
    if picture is None:
        raise HTTPNotFound
    return _sealed(Response(picture, content_type="image/png"), "inline")


def send_paper(context: ArchivedItem, request: Request) -> Response:
    """Send a frozen paper as it was archived."""
    paper = _wanted(context, request)
    request.note_read("archives.file", f"archive:{context.id}", purpose=paper.digest[:12])
    path = request.registry.services.store.path(paper.digest)
    media = str(paper.media or "application/octet-stream")
    response = FileResponse(str(path), request=request, content_type=media)
    way = "inline" if paper.media in IMAGES else "attachment"
    return _sealed(response, f"{way}; filename*=UTF-8''{quote(paper.path.rpartition('/')[2])}")


def send_package(context: ArchivedItem, request: Request) -> Response | dict[str, object]:
    """Send the whole package as a ZIP file, the same bytes every time; the export is on the access log first."""
    if not context.manifest:
        raise HTTPNotFound
    services = request.registry.services
    manifest = manifest_of(services, context)
    request.note_read("archives.export", f"archive:{context.id}", purpose=context.package_digest[:12])
    found = check_store(manifest, services.store)
    if found:
        request.response.status_int = 409
        return {**page(context, request), "errors": shown(request, found)}
    response = Response(app_iter=stream_zip(manifest, services.store), content_type="application/zip")
    return _sealed(response, f"attachment; filename*=UTF-8''{quote(context.code)}.zip")


def sheet(context: ArchivedItem, request: Request) -> dict[str, object]:
    """Show the catalogue of the item's papers and the reference note (归档文件目录、备考表), as they are printed."""
    request.note_read("archives.print", context.id)
    manifest = manifest_of(request.registry.services, context) if context.manifest else None
    papers = papers_of(request.registry.services, manifest) if manifest else ()
    return {
        "item": context,
        "description": description(context, request),
        "papers": papers,
        "pages": sum(paper.pages for paper in papers),
        "passed": json.loads(context.report)["passed"] if context.report else None,
        "archived_by": name_of(request, context.archived_by),
    }


def includeme(config: Configurator) -> None:
    """Open the page of an item to who may see its fonds, and what is done with it to who may do it."""
    view, get = config.add_view, {"request_method": "GET"}
    own = {"context": ArchivedItem, "permission": Permission.ARCHIVE_VIEW, **get}
    view(
        receive_item, context=ArchivedItem, name="receive", request_method="POST",
        permission=Permission.ARCHIVE_RECEIVE, renderer="archives/item.pt",
    )  # fmt: skip
    names = ("send_back", "append", "note_trigger")
    open_forms(config, "archives", names, context=ArchivedItem, heading=_heading)
    view(show, name="", renderer="archives/item.pt", **own)
    view(sheet, name="print", renderer="archives/print.pt", **own)
    view(send_page, name="page", **own)
    view(send_paper, name="file", **own)
    export = {**own, "permission": Permission.ARCHIVE_EXPORT}
    view(send_package, name="package.zip", renderer="archives/item.pt", **export)
