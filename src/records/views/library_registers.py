"""Registers with their files (历史档案导入): hand them in, read what would become of them, store, stop, mend.

Register and ZIP are stored before any lock is taken; the background reads them and writes the error file.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import FileResponse, Response

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.exchange.library_rows import HEADINGS, NEEDED
from records.exchange.national import LARGEST
from records.i18n import _
from records.operations import library_imports
from records.operations.acts import Act
from records.operations.guide_imports import BUSY, read_findings
from records.resources.imports import LibraryImport, library_imports_of
from records.resources.materials import Materials
from records.resources.site import Site
from records.store import StoreFull, TooLarge

from . import messages
from .acting import begin, status_of
from .api import BASE, answer, problem
from .layout import instant, may_somewhere, name_of, shown, size

LISTED = 20
BRINGS = frozenset({"/materials/bring-register", f"{BASE}/library-registers"})
FIELDS = {"register": LARGEST, "bundle": library_imports.LARGEST_BUNDLE}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

STATES = {
    "owed": (_("Waits"), "wait"),
    "checking": (_("Being looked over"), "wait"),
    "checked": (_("Looked over; nothing stored yet"), "next"),
    "applying": (_("Being stored"), "wait"),
    "applied": (_("Stored; waits to be compared"), "done"),
    "stopped": (_("Stopped"), "plain"),
}
COUNTS = {"new": _("new"), "unchanged": _("unchanged"), "refused": _("refused")}

Step = Callable[[Act, LibraryImport], LibraryImport | Refused]


def store_register(request: Request) -> None:
    """Put register and ZIP into the store, before any lock; ``request.register`` is digest, size and name by field."""
    request.register = None
    if request.path_info not in BRINGS or request.method != "POST" or not request.known:
        return
    request.register = {field: stored_file(request, field, limit) for field, limit in FIELDS.items()}


def stored_file(request: Request, field: str, limit: int) -> tuple[str, int, str] | Finding:
    """Put the file of a field into the store; return digest, size and plain name, or why it was not kept."""
    sent = next(iter(request.sent.get(field, ())), None)
    if sent is None:
        return Finding("file.missing", subject=field)
    sent.file.seek(0)
    try:
        stored = request.registry.services.store.put(sent.file, limit=limit)
    except TooLarge:
        return Finding("import.file-too-large", subject=field, params={"limit": limit >> 20})
    except StoreFull:
        return Finding("file.disk-full", subject=field)
    return stored.digest, stored.size, str(sent.filename).replace("\\", "/").rpartition("/")[2][:120]


def page(context: Site, request: Request) -> dict[str, object]:
    """Show the form, and either one import or the newest of them; what a report shows is on the access log."""
    return _page(request)


def _page(
    request: Request, *, errors: tuple[Finding, ...] = (), record: LibraryImport | None = None
) -> dict[str, object]:
    if not may_somewhere(request, Permission.MATERIAL_IMPORT):
        raise HTTPForbidden
    key = request.GET.get("n", "")
    record = record or (_wanted(request, key) if key else None)
    if record is not None:
        request.note_read("library-registers", f"import:{record.id}")
    seen = reversed(library_imports_of(request.site).values())
    return {
        "errors": shown(request, errors, anchors={field: field for field in FIELDS}),
        "columns": [(names[0], name in NEEDED) for name, names in HEADINGS.items()],
        "one": None if record is None else _report(request, record),
        "imports": [_row(request, each) for each in islice(seen, LISTED)],
    }


def _wanted(request: Request, key: str) -> LibraryImport:
    record = library_imports.import_of(request.site, key)
    if record is None:
        raise HTTPNotFound
    return record


def _row(request: Request, record: LibraryImport) -> dict[str, object]:
    word, kind = STATES[record.state]
    return {
        "id": record.id,
        "name": record.name,
        "by": name_of(request, record.by),
        "at": instant(record.at),
        "size": size(record.size),
        "state": {"word": word, "kind": kind},
        "href": f"{request.script_name}/desk/library-registers?n={record.id}",
    }


def _report(request: Request, record: LibraryImport) -> dict[str, object]:
    """Return what became of a register, as the page shows it."""
    return {
        **_row(request, record),
        "busy": record.state in BUSY,
        "applies": record.state in library_imports.READY and record.readable,
        "again": record.state == "stopped",
        "done": record.done,
        "total": record.total,
        "counts": [(COUNTS[word], number) for word, number in record.counts],
        "findings": [
            {
                "place": f"{each.sheet} {each.row or ''}".strip(),
                "column": each.column,
                "text": messages.sentence(request, each.finding),
            }
            for each in read_findings(record.findings)
        ],
        "found": record.found,
        "errors": f"{request.script_name}/materials/register-errors?n={record.id}" if record.errors else "",
    }


def _described(request: Request, record: LibraryImport) -> dict[str, object]:
    """Return an import as the API tells it."""
    listed = [
        {**each.as_dict(), "message": messages.sentence(request, each.finding)}
        for each in read_findings(record.findings)
    ]
    return {
        "id": record.id, "name": record.name, "state": record.state, "done": record.done, "total": record.total,
        "counts": dict(record.counts), "findings": listed, "found": record.found,
    }  # fmt: skip


def _brought(request: Request, channel: str) -> LibraryImport | Refused:
    """Enter the register and the ZIP that this request brought."""
    sent = request.register or {field: Finding("file.missing", subject=field) for field in FIELDS}
    wrong = tuple(each for each in sent.values() if isinstance(each, Finding))
    if wrong:
        return Refused(wrong)
    register, length, name = sent["register"]
    bundle, more, _name = sent["bundle"]
    return library_imports.bring_register(
        begin(request, channel=channel),
        name=name,
        file=register,
        bundle=bundle,
        size=length + more,
        language=request.localizer.locale_name,
    )


def bring(context: Materials, request: Request) -> Response | dict[str, object]:
    """Take a register with its files for its look-over."""
    record = _brought(request, "screen")
    if isinstance(record, Refused):
        request.response.status_int = 400
        return _page(request, errors=record.findings)
    return HTTPSeeOther(_row(request, record)["href"])


def going_on(step: Step):
    """Return the view that stores or stops an import."""

    def view(context: Materials, request: Request) -> Response | dict[str, object]:
        record = _wanted(request, request.POST.get("n", ""))
        result = step(begin(request, channel="screen"), record)
        if isinstance(result, Refused):
            request.response.status_int = 409
            return _page(request, errors=result.findings, record=record)
        return HTTPSeeOther(_row(request, result)["href"])

    return view


def errors_of(context: Materials, request: Request) -> Response:
    """Return the error file of an import, to be mended and handed in again; its rows have numbers and names."""
    record = _wanted(request, request.GET.get("n", ""))
    if not record.errors:
        raise HTTPNotFound
    request.note_read("library-registers.errors", f"import:{record.id}")
    path = request.registry.services.store.path(record.errors)
    response = FileResponse(path, request=request, content_type=XLSX)
    response.content_disposition = f'attachment; filename="errors-{record.id}.xlsx"'
    return response


def api_bring(context: Materials, request: Request) -> Response:
    """Take a register of a program (fields ``register`` and ``bundle``); what was found is asked for by the id."""
    record = _brought(request, "api")
    if isinstance(record, Refused):
        return problem(request, record.findings, status=status_of(record))
    response = answer(request, _described(request, record), status=202)
    response.headers["Location"] = f"{request.script_name}{BASE}/library-registers/{record.id}"
    return response


def api_list(context: Materials, request: Request) -> Response:
    """List the newest imports for a program."""
    found = islice(reversed(library_imports_of(request.site).values()), LISTED)
    plain = [{"id": each.id, "name": each.name, "state": each.state} for each in found]
    return answer(request, {"registers": plain})


def api_show(context: Materials, request: Request) -> Response:
    """Tell how far an import is and what was found."""
    record = _wanted(request, request.matchdict["register"])
    request.note_read("library-registers", f"import:{record.id}")
    return answer(request, _described(request, record))


def api_step(step: Step):
    """Return the view that stores or stops an import for a program."""

    def view(context: Materials, request: Request) -> Response:
        record = _wanted(request, request.matchdict["register"])
        result = step(begin(request, channel="api"), record)
        if isinstance(result, Refused):
            return problem(request, result.findings, status=status_of(result))
        return answer(request, _described(request, result), status=202)

    return view


def includeme(config: Configurator) -> None:
    """Open the way in for registers to who may import."""
    config.add_preparation(store_register)
    view, drawn, may = config.add_view, "materials/register.pt", Permission.MATERIAL_IMPORT
    view(page, context=Site, name="desk", subpath="library-registers", request_method="GET",
         permission=Permission.DESK_VIEW, renderer=drawn)  # fmt: skip
    steps = {"apply": library_imports.apply_register, "stop": library_imports.stop_register}
    posted = {"bring-register": bring, **{f"{name}-register": going_on(step) for name, step in steps.items()}}
    for name, each in posted.items():
        view(each, context=Materials, name=name, request_method="POST", permission=may, renderer=drawn)
    view(errors_of, context=Materials, name="register-errors", request_method="GET", permission=may)
    routes = (
        ("", "GET", api_list), ("", "POST", api_bring), ("/{register}", "GET", api_show),
        *((f"/{{register}}/{name}", "POST", api_step(step)) for name, step in steps.items()),
    )  # fmt: skip
    for path, method, answered in routes:
        route = f"api.library-registers{path}.{method}"
        config.add_route(
            route, f"{BASE}/library-registers{path}", traverse="/materials", request_method=method
        )
        view(answered, route_name=route, context=Materials, permission=may)
