"""The archives (档案): what waits for arranging, what each fonds holds, and one item with everything that proves it.

Nothing here can be edited (I9). The papers of an item come from its frozen package, not from the case.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden, HTTPNotFound
from pyramid.request import Request
from pyramid.response import FileResponse, Response

from records.clock import civil_date
from records.domain.package_checks import Status
from records.domain.permissions import Permission
from records.domain.vocabulary import DossierState, Retention
from records.exchange.packages import Manifest, check_store, stream_zip
from records.extraction.types import EXTENSIONS, MediaType
from records.i18n import _
from records.indexes import questions
from records.operations.archiving import manifest_of
from records.resources.archives import ArchivedItem, Archives

from .desk import row_of
from .files import IMAGES, WIDEST, _sealed
from .layout import day, instant, name_of, shown, size, units_of

PAGE = 50
WAITING = 200
LIST = "data/文件目录.xml"

STATES = {
    "pending": (_("being packed"), "wait"),
    "archived": (_("archived"), "done"),
    "returned": (_("checks not passed"), "wrong"),
}
RESULTS = {
    Status.PASS: (_("passed"), "done"),
    Status.FAIL: (_("failed"), "wrong"),
    Status.NOT_APPLICABLE: (_("does not apply"), "plain"),
    Status.MANUAL: (_("to be looked at by a person"), "wait"),
}
COUNTED = {
    "files": _("files"),
    "elements": _("elements"),
    "documents": _("papers"),
    "steps": _("steps"),
    "required": _("required"),
    "numbers": _("numbers"),
    "links": _("links"),
    "lines": _("lines"),
    "days": _("days"),
    "compared": _("compared"),
    "texts": _("texts"),
    "year": _("year"),
    "code": _("code"),
    "untried": _("not opened"),
    "actual": _("there"),
    "recorded": _("on the list"),
    "allowed": _("formats allowed"),
    "reason": _("reason"),
    "faults": _("faults"),
}
"""What the figures of a check count, in words; other figures keep their names."""

REASONS = {"not-run": _("no scanner ran")}


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of a frozen package in reading order, as its own list of files says."""

    number: int
    title: str
    stage: str
    klass: str
    source: str
    form: str
    path: str
    format: str
    size: int
    digest: str
    pages: int

    @property
    def media(self) -> MediaType | None:
        """Return the media type its ending stands for."""
        return EXTENSIONS.get(f".{self.format.lower()}") or EXTENSIONS.get(self.format.lower())


def papers_of(request: Request, manifest: Manifest) -> tuple[Paper, ...]:
    """Return the papers of a frozen package from the list of files inside it."""
    part = next((part for part in manifest.parts if part.path == LIST), None)
    if part is None:
        return ()
    with request.registry.services.store.open(part.digest) as stream:
        tree = ElementTree.fromstring(stream.read())
    return tuple(_paper(entry) for entry in tree.iter("文件"))


def _paper(entry: ElementTree.Element) -> Paper:
    def text(name: str) -> str:
        return entry.findtext(name) or ""

    return Paper(
        number=int(text("顺序号")), title=text("题名"), stage=text("阶段"), klass=text("材料类别"), source=text("来源"),
        form=text("原件形式"), path=text("文件名"), format=text("格式"), size=int(text("字节数")), digest=text("摘要"),
        pages=int(text("页数")) if text("页数").isdecimal() else 0,
    )  # fmt: skip


def archives(context: Archives, request: Request) -> dict[str, object]:
    """Show what waits for the archivist and what a fonds holds; the names are on the access log first."""
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
        "waiting": [row_of(request, dossier) for dossier in _waiting(request, fonds)],
        "open": [row for state in ("returned", "pending") for row in _rows(request, fonds, state)],
        "kept": kept,
        "more": f"{path}?{urlencode({'fonds': fonds, 'after': more})}" if more else "",
        "first": f"{path}?{urlencode({'fonds': fonds})}" if request.GET.get("after") else "",
    }


def _waiting(request: Request, fonds: str) -> Iterator[object]:
    found = questions.dossiers_in(request.site, fonds, DossierState.DELIVERED.value, limit=WAITING)
    for _key, dossier in found:
        busy = dossier.archived_item and request.site.archives[dossier.archived_item].state != "archived"
        if not busy and request.has_permission(Permission.DOSSIER_VIEW, dossier):
            yield dossier


def _rows(request: Request, fonds: str, state: str) -> list[dict[str, object]]:
    return [
        _item_row(request, item) for _key, item in questions.items_of(request.site, fonds, state, limit=PAGE)
    ]


def _kept(request: Request, fonds: str) -> tuple[list[dict[str, object]], str]:
    """Return a page of the archived items and the cursor of the next, empty at the end."""
    try:
        after = bytes.fromhex(request.GET.get("after", ""))
    except ValueError:
        raise HTTPBadRequest from None
    found = list(
        islice(questions.items_of(request.site, fonds, "archived", after=after, limit=PAGE + 1), PAGE + 1)
    )
    more = found[PAGE - 1][0].hex() if len(found) > PAGE else ""
    return [_item_row(request, item) for _key, item in found[:PAGE]], more


def _item_row(request: Request, item: ArchivedItem) -> dict[str, object]:
    word, kind = STATES[item.state]
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
    }


def show(context: ArchivedItem, request: Request) -> dict[str, object]:
    """Show one item: description, papers, checks, package; reading it is on the access log first."""
    request.note_read("archives.show", context.id)
    return page(context, request)


def page(context: ArchivedItem, request: Request) -> dict[str, object]:
    """Return what the page of an item shows."""
    manifest = manifest_of(request.registry.services, context) if context.manifest else None
    papers = papers_of(request, manifest) if manifest else ()
    path = request.resource_path(context).rstrip("/")
    wanted = request.GET.get("paper", "1")
    chosen = next((paper for paper in papers if str(paper.number) == wanted), None)
    dossier = request.site.dossiers[context.dossier]
    return {
        "item": context,
        "path": path,
        "state": dict(zip(("word", "kind"), STATES[context.state], strict=True)),
        "description": description(context, request),
        "papers": papers,
        "chosen": chosen,
        "previews": [
            f"{path}/page?{urlencode({'paper': chosen.number, 'page': number})}"
            for number in range(1, min(chosen.pages or 1, 20) + 1)
        ]
        if chosen and chosen.media not in (None, MediaType.TEXT)
        else [],
        "checks": checks_of(request, context),
        "passed": json.loads(context.report)["passed"] if context.report else None,
        "parts_listed": manifest.parts if manifest else (),
        "exports": bool(manifest) and bool(request.has_permission(Permission.ARCHIVE_EXPORT, context)),
        "dossier_href": request.resource_path(dossier).rstrip("/")
        if request.has_permission(Permission.DOSSIER_VIEW, dossier)
        else "",
    }


def description(item: ArchivedItem, request: Request) -> list[dict[str, str]]:
    """Return the description of an item (著录) in the order of the catalogue."""
    fonds = request.site.office["fonds"][item.fonds]
    expires = day(item.expires_on) if item.expires_on else request.localizer.translate(_("never"))
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
        {"label": _("Papers"), "value": f"{item.document_count}（{size(item.byte_count)}）" if item.document_count else "0"},
        {"label": _("Archived on"), "value": " ".join(filter(None, (instant(item.archived_at), name_of(request, item.archived_by))))},
        {"label": _("Package digest"), "value": item.package_digest or "—", "kind": "code"},
    ]  # fmt: skip


def checks_of(request: Request, item: ArchivedItem) -> list[dict[str, object]]:
    """Return the report of the four checks, what failed first, each with what was looked at."""
    if not item.report:
        return []
    translate = request.localizer.translate
    rows = []
    for result in json.loads(item.report)["results"]:
        word, kind = RESULTS[Status(result["status"])]
        evidence = "，".join(
            f"{translate(COUNTED.get(name, name))} {translate(REASONS.get(value, str(value)))}"
            for name, value in sorted(result["evidence"].items())
        )
        faults = "；".join(f"{found['subject']} {found['code']}".strip() for found in result["findings"])
        rows.append(
            {
                "id": result["id"],
                "name": result["name"],
                "dimension": result["dimension"],
                "result": {"word": word, "kind": kind},
                "evidence": evidence,
                "faults": faults,
            }
        )
    return sorted(rows, key=lambda row: row["result"]["kind"] != "wrong")


def _wanted(context: ArchivedItem, request: Request) -> Paper:
    if not context.manifest:
        raise HTTPNotFound
    papers = papers_of(request, manifest_of(request.registry.services, context))
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
    papers = papers_of(request, manifest) if manifest else ()
    return {
        "item": context,
        "description": description(context, request),
        "papers": papers,
        "pages": sum(paper.pages for paper in papers),
        "passed": json.loads(context.report)["passed"] if context.report else None,
        "archived_by": name_of(request, context.archived_by),
    }


def includeme(config: Configurator) -> None:
    """Open the archives."""
    view, get = config.add_view, {"request_method": "GET"}
    # The folder belongs to no unit: who may see which fonds is asked inside.
    view(
        archives,
        context=Archives,
        name="",
        permission=Permission.DESK_VIEW,
        renderer="archives/archives.pt",
        **get,
    )
    own = {"context": ArchivedItem, "permission": Permission.ARCHIVE_VIEW, **get}
    view(show, name="", renderer="archives/item.pt", **own)
    view(sheet, name="print", renderer="archives/print.pt", **own)
    view(send_page, name="page", **own)
    view(send_paper, name="file", **own)
    export = {**own, "permission": Permission.ARCHIVE_EXPORT}
    view(send_package, name="package.zip", renderer="archives/item.pt", **export)
