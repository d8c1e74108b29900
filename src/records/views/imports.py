"""Guides from lists (清单导入): hand a file in, read what would become of it, mend or store; the same for programs.

The file is stored before any lock is taken; it is read and judged by the background, which also writes the error file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import FileResponse, Response

from records.domain.findings import Finding, Refused, Severity
from records.domain.permissions import Permission
from records.exchange.national import LARGEST, workbook_of
from records.i18n import _
from records.operations import guide_imports
from records.operations.importing_guides import BUILT_IN, TOLERANT, WHOLE, export_tables, save_source
from records.resources.guides import Guides
from records.resources.imports import GuideImport, imports_of, sources_of
from records.resources.site import Site
from records.store import StoreFull, TooLarge

from . import messages
from .acting import begin
from .api import BASE, answer, problem
from .layout import instant, may_somewhere, name_of, shown, size

LISTED = 20
BRINGS = frozenset({"/guides/import-list", f"{BASE}/guides/lists"})
_SOURCES = {"national": _("National code tables"), "words": _("Words only, no codes")}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

STATES = {
    "owed": (_("Waits"), "wait"),
    "checking": (_("Being looked over"), "wait"),
    "checked": (_("Looked over; nothing stored yet"), "next"),
    "applying": (_("Being stored"), "wait"),
    "applied": (_("Stored as drafts"), "done"),
    "stopped": (_("Stopped"), "plain"),
}
COUNTS = {
    "new": _("new"), "changed": _("changed"), "unchanged": _("unchanged"), "skipped": _("not in use at the source"),
    "refused": _("refused"), "astray": _("rows of no item"),
}  # fmt: skip
WEIGHT = {
    True: (_("keeps the item out"), "wrong"),
    Severity.BLOCKS: (_("before publication"), "wait"),
    Severity.WARNS: (_("please look"), "wait"),
    Severity.NOTES: (_("note"), "plain"),
}


def store_list(request: Request) -> None:
    """Put a list that was handed in into the store, before any lock; ``request.brought`` is its digest, size and name."""
    request.brought = None
    if request.path_info not in BRINGS or request.method != "POST" or not request.known:
        return
    sent = next(iter(request.sent.get("file", ())), None)
    if sent is None:
        return
    sent.file.seek(0)
    try:
        stored = request.registry.services.store.put(sent.file, limit=LARGEST)
    except (TooLarge, StoreFull) as error:
        code = "import.file-too-large" if isinstance(error, TooLarge) else "file.disk-full"
        request.brought = Finding(code, subject="file", params={"limit": LARGEST >> 20})
        return
    name = str(sent.filename).replace("\\", "/").rpartition("/")[2]
    request.brought = (stored.digest, stored.size, name[:120])


def page(context: Site, request: Request) -> dict[str, object]:
    """Show the form, the sources, and either one import or the newest of them."""
    return _page(request)


def _page(
    request: Request,
    *,
    errors: tuple[Finding, ...] = (),
    record: GuideImport | None = None,
    mapping: str = "",
) -> dict[str, object]:
    if not may_somewhere(request, Permission.GUIDE_DRAFT):
        raise HTTPForbidden
    key = request.GET.get("n", "")
    record = record or (_wanted(request, key) if key else None)
    saved = sources_of(request.site)
    seen = (each for each in reversed(imports_of(request.site).values()) if _may_see(request, each))
    return {
        "errors": shown(request, errors, anchors={"file": "file", "source": "source", "name": "mapping"}),
        "sources": [(name, _SOURCES.get(name, name)) for name in (*BUILT_IN, *saved)],
        "mapping": mapping or saved.get(request.GET.get("source", ""), ""),
        "one": None if record is None else _report(request, record),
        "imports": [_row(request, each) for each in islice(seen, LISTED)],
    }


def _wanted(request: Request, key: str) -> GuideImport:
    """Return the import of that id; one of somebody else is only for who drafts for every unit."""
    record = guide_imports.import_of(request.site, key)
    if record is None:
        raise HTTPNotFound
    if not _may_see(request, record):
        raise HTTPForbidden
    return record


def _may_see(request: Request, record: GuideImport) -> bool:
    return guide_imports.may_see(request.registry.services.matrix, request.identity, record)


def _row(request: Request, record: GuideImport) -> dict[str, object]:
    word, kind = STATES[record.state]
    if record.state == "checked" and not record.readable:
        word, kind = _("Could not be read"), "wrong"
    source = json.loads(record.mapping)["name"]
    return {
        "id": record.id,
        "name": record.name,
        "source": request.localizer.translate(_SOURCES.get(source, source)),
        "by": name_of(request, record.by),
        "at": instant(record.at),
        "size": size(record.size),
        "state": {"word": word, "kind": kind},
        "href": f"{request.script_name}/desk/guides/import?n={record.id}",
    }


def _report(request: Request, record: GuideImport) -> dict[str, object]:
    """Return what became of a list, as the page shows it."""
    found = guide_imports.read_findings(record.findings)
    return {
        **_row(request, record),
        "busy": record.state in guide_imports.BUSY,
        "applies": record.state in ("checked", "stopped") and record.readable,
        "done": record.done,
        "total": record.total,
        "counts": [
            (COUNTS[word], number) for word, number in record.counts if number or word in ("new", "refused")
        ],
        "findings": [
            {
                "place": f"{each.sheet} {each.row or ''}".strip(),
                "column": each.column,
                "text": messages.sentence(request, each.finding),
                "state": dict(
                    zip(("word", "kind"), WEIGHT[each.stops or each.finding.severity], strict=True)
                ),
            }
            for each in found
        ],
        "found": record.found,
        "report": f"{request.script_name}/guides/import-errors?n={record.id}" if record.errors else "",
    }


def _described(request: Request, record: GuideImport) -> dict[str, object]:
    """Return an import as the API tells it."""
    listed = [
        {**each.as_dict(), "message": messages.sentence(request, each.finding)}
        for each in guide_imports.read_findings(record.findings)
    ]
    return {
        "id": record.id, "name": record.name, "state": record.state, "done": record.done, "total": record.total,
        "counts": dict(record.counts), "findings": listed, "found": record.found,
    }  # fmt: skip


def _brought(request: Request, values: Mapping[str, str], channel: str) -> GuideImport | Refused:
    """Enter the list that this request brought."""
    if request.brought is None:
        return Refused((Finding("file.missing", subject="file"),))
    if isinstance(request.brought, Finding):
        return Refused((request.brought,))
    digest, length, name = request.brought
    options = [word for word in (TOLERANT, WHOLE) if values.get(word) in ("1", "yes", "true")]
    act = begin(request, channel=channel)
    return guide_imports.bring_list(
        act,
        name=name,
        digest=digest,
        size=length,
        source=values.get("source", ""),
        options=options,
        language=request.localizer.locale_name,
    )


def bring(context: Guides, request: Request) -> Response | dict[str, object]:
    """Take a list for its look-over."""
    record = _brought(request, request.POST, "screen")
    if isinstance(record, Refused):
        request.response.status_int = 400
        return _page(request, errors=record.findings)
    return HTTPSeeOther(_row(request, record)["href"])


def going_on(step):
    """Return the view that stores or stops an import."""

    def view(context: Guides, request: Request) -> Response | dict[str, object]:
        record = _wanted(request, request.POST.get("n", ""))
        result = step(begin(request, channel="screen"), record)
        if isinstance(result, Refused):
            request.response.status_int = 409
            return _page(request, errors=result.findings, record=record)
        return HTTPSeeOther(_row(request, result)["href"])

    return view


def keep_source(context: Guides, request: Request) -> Response | dict[str, object]:
    """Keep how a source writes its lists; what was typed comes back with everything that is wrong in it."""
    text = request.POST.get("mapping", "")
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        result = Refused(
            (Finding("import.json-broken", subject="name", params={"line": getattr(error, "lineno", 0)}),)
        )
    else:
        result = save_source(begin(request, channel="screen"), plain)
    if isinstance(result, Refused):
        request.response.status_int = 400
        return _page(request, errors=result.findings, mapping=text)
    return HTTPSeeOther(f"{request.script_name}/desk/guides/import#sources")


def errors_of(context: Guides, request: Request) -> Response:
    """Return the error file of an import: to be mended and handed in again."""
    if not may_somewhere(request, Permission.GUIDE_DRAFT):
        raise HTTPForbidden
    record = _wanted(request, request.GET.get("n", ""))
    if not record.errors:
        raise HTTPNotFound
    file = request.registry.services.store.path(record.errors)
    response = FileResponse(file, request=request, content_type=XLSX)
    response.content_disposition = f'attachment; filename="errors-{record.id}.xlsx"'
    return response


def exported(context: Guides, request: Request) -> Response:
    """Return all guides in the form in which lists are brought."""
    body = workbook_of(export_tables(request.site, today=request.today))
    return Response(body, content_type=XLSX, content_disposition='attachment; filename="guides.xlsx"')


def api_bring(context: Guides, request: Request) -> Response:
    """Take a list of a program (fields ``file`` and ``source``); what was found is asked for by the id."""
    record = _brought(request, request.POST, "api")
    if isinstance(record, Refused):
        return _refused(request, record)
    response = answer(request, _described(request, record), status=202)
    response.headers["Location"] = f"{request.script_name}{BASE}/guides/lists/{record.id}"
    return response


def api_show(context: Guides, request: Request) -> Response:
    """Tell how far an import is and what was found."""
    if not may_somewhere(request, Permission.GUIDE_DRAFT):
        return problem(request, (Finding("permission.denied"),), status=403)
    return answer(request, _described(request, _wanted(request, request.matchdict["list"])))


def api_apply(context: Guides, request: Request) -> Response:
    """Store an import that was looked over."""
    result = guide_imports.apply_list(
        begin(request, channel="api"), _wanted(request, request.matchdict["list"])
    )
    if isinstance(result, Refused):
        return _refused(request, result)
    return answer(request, _described(request, result), status=202)


def api_source(context: Guides, request: Request) -> Response:
    """Keep how a source writes its lists."""
    try:
        plain = json.loads(request.body)
    except (ValueError, RecursionError):
        plain = None
    result = save_source(begin(request, channel="api"), plain)
    return (
        _refused(request, result)
        if isinstance(result, Refused)
        else answer(request, {"name": result}, status=201)
    )


def _refused(request: Request, result: Refused) -> Response:
    denied = any(found.code == "permission.denied" for found in result.findings)
    return problem(request, result.findings, status=403 if denied else 422)


def includeme(config: Configurator) -> None:
    """Open the way in for lists; which unit's guides a person may draft is asked of each item."""
    config.add_preparation(store_list)
    config.registry.services.sentence = messages.sentence_in
    view, drawn, may = config.add_view, "guides/import.pt", Permission.GUIDE_VIEW
    view(
        page,
        context=Site,
        name="desk",
        subpath="guides/import",
        request_method="GET",
        permission=may,
        renderer=drawn,
    )
    for name, posted in (
        ("import-list", bring), ("import-apply", going_on(guide_imports.apply_list)),
        ("import-stop", going_on(guide_imports.stop_list)), ("import-source", keep_source),
    ):  # fmt: skip
        view(posted, context=Guides, name=name, request_method="POST", permission=may, renderer=drawn)
    view(errors_of, context=Guides, name="import-errors", request_method="GET", permission=may)
    view(exported, context=Guides, name="export.xlsx", request_method="GET", permission=may)
    for name, path, method, answered in (
        ("lists", "lists", "POST", api_bring), ("list", "lists/{list}", "GET", api_show),
        ("list.apply", "lists/{list}/apply", "POST", api_apply), ("sources", "sources", "POST", api_source),
    ):  # fmt: skip
        route = f"api.guides.{name}"
        config.add_route(route, f"{BASE}/guides/{path}", traverse="/guides", request_method=method)
        view(answered, route_name=route, context=Guides, permission=may)
