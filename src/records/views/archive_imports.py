"""Existing archives (历史档案导入): hand in a directory with its files, read what would become of each row, enter, stop, undo.

Directory and ZIP are stored before any lock is taken; the background reads them and writes the error file.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from itertools import islice
from urllib.parse import quote, urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import FileResponse, Response

from records.domain.archive_imports import FIELDS, NEEDED, PARTS
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.exchange.national import LARGEST
from records.exchange.sheets import write_sheets
from records.i18n import _
from records.operations import archive_imports
from records.operations.acts import Act
from records.operations.guide_imports import read_findings
from records.operations.library_imports import LARGEST_BUNDLE
from records.resources.archives import Archives
from records.resources.imports import ArchiveImport, archive_imports_of, archive_sources_of

from . import messages
from .acting import begin, status_of
from .api import BASE, answer, problem
from .arranging import MEDIA
from .files import _sealed
from .layout import instant, name_of, shown, size, units_of
from .library_registers import stored_file

PATH = "/archives/imports"
LISTED = 20
BRINGS = frozenset({"/archives/bring-import", f"{BASE}/archive-imports"})
UPLOADS = {"directory": LARGEST, "bundle": LARGEST_BUNDLE}
TEMPLATE = "归档文件目录"

STATES = {
    "owed": (_("Waits"), "wait"),
    "checking": (_("Being looked over"), "wait"),
    "checked": (_("Looked over; nothing entered yet"), "next"),
    "applying": (_("Being entered"), "wait"),
    "applied": (_("Entered"), "done"),
    "stopped": (_("Stopped"), "plain"),
    "undoing": (_("Being undone"), "wait"),
    "undone": (_("Undone"), "plain"),
}
COUNTS = {"new": _("new"), "unchanged": _("unchanged"), "refused": _("refused")}

Step = Callable[[Act, ArchiveImport], ArchiveImport | Refused]
STEPS: dict[str, Step] = {
    "apply": archive_imports.apply, "stop": archive_imports.stop, "undo": archive_imports.undo,
}  # fmt: skip


def store_directory(request: Request) -> None:
    """Put directory and ZIP into the store, before any lock; ``request.directory`` is digest, size and name by field."""
    request.directory = None
    if request.path_info not in BRINGS or request.method != "POST" or not request.known:
        return
    request.directory = {field: stored_file(request, field, limit) for field, limit in UPLOADS.items()}


def _mine(request: Request) -> list[str]:
    """Return the fonds into which a person may bring items; who has none sees nothing of this."""
    known = request.site.office["fonds"]
    mine = [unit for unit in units_of(request, Permission.ARCHIVE_IMPORT) if unit in known]
    if not mine:
        raise HTTPForbidden
    return mine


def page(context: Archives, request: Request) -> dict[str, object]:
    """Show the form, the mapping of a source, and either one import or the newest; a report is on the access log."""
    return _page(request)


def _page(
    request: Request,
    *,
    errors: tuple[Finding, ...] = (),
    record: ArchiveImport | None = None,
    typed: dict[str, str] | None = None,
) -> dict[str, object]:
    mine, known, key = _mine(request), request.site.office["fonds"], request.GET.get("n", "")
    record = record or (_wanted(request, key) if key else None)
    if record is not None:
        request.note_read("archive-imports", f"import:{record.id}")
    typed = {"name": "", "words": "", **(typed or _typed(request, request.GET.get("source", "")))}
    return {
        "errors": shown(request, errors, anchors={each: each for each in (*UPLOADS, "fonds", "source", "name")}),
        "fonds": [(each, f"{known[each]['number']} {known[each]['name']}") for each in mine],
        "chosen": request.params.get("fonds", ""),
        "columns": [(names[0], name in NEEDED) for name, names in FIELDS.items()],
        "made_of": "、".join(FIELDS[name][0] for name in PARTS),
        "sources": [
            (each, f"{request.script_name}{PATH}?{urlencode({'source': each})}#mapping")
            for each in archive_sources_of(request.site)
        ],
        "typed": typed,
        "mapped": [
            (name, names[0], typed.get(f"heading-{name}", ""), typed.get(f"given-{name}", ""))
            for name, names in FIELDS.items()
        ],
        "one": None if record is None else _report(request, record),
        "imports": [_row(request, each) for each in islice(_seen(request, mine), LISTED)],
    }  # fmt: skip


def _seen(request: Request, mine: list[str]) -> Iterator[ArchiveImport]:
    return (each for each in reversed(archive_imports_of(request.site).values()) if each.fonds in mine)


def _wanted(request: Request, key: str) -> ArchiveImport:
    """Return the import of that id; one into a fonds of others is not told from one that is not there."""
    record = archive_imports.import_of(request.site, key)
    if record is None or record.fonds not in _mine(request):
        raise HTTPNotFound
    return record


def _row(request: Request, record: ArchiveImport) -> dict[str, object]:
    word, kind = STATES[record.state]
    if record.state == "checked" and not record.readable:
        word, kind = _("Could not be read"), "wrong"
    return {
        "id": record.id,
        "name": record.name,
        "fonds": request.site.office["fonds"][record.fonds]["name"],
        "by": name_of(request, record.by),
        "at": instant(record.at),
        "size": size(record.size),
        "state": {"word": word, "kind": kind},
        "href": f"{request.script_name}{PATH}?{urlencode({'n': record.id})}",
    }


def _report(request: Request, record: ArchiveImport) -> dict[str, object]:
    """Return what became of a directory, as the page shows it."""
    return {
        **_row(request, record),
        "busy": record.state in archive_imports.BUSY,
        "stops": record.state in archive_imports.BUSY - {"undoing"},
        "applies": record.state in archive_imports.READY and record.readable,
        "again": record.state == "stopped",
        "undoes": record.state in archive_imports.DONE and bool(record.items),
        "done": record.done,
        "total": record.total,
        "counts": [(COUNTS[word], number) for word, number in record.counts],
        "findings": [
            {
                "place": f"{each.sheet} {each.row or ''}".strip(),
                "column": each.column,
                "text": messages.sentence(request, each.finding),
                "state": (_("keeps the row out"), "wrong") if each.stops else (_("please look"), "wait"),
            }
            for each in read_findings(record.findings)
        ],
        "found": record.found,
        "errors": f"{request.script_name}/archives/import-errors?n={record.id}" if record.errors else "",
    }


def _described(request: Request, record: ArchiveImport) -> dict[str, object]:
    """Return an import as the API tells it."""
    listed = [
        {**each.as_dict(), "message": messages.sentence(request, each.finding)}
        for each in read_findings(record.findings)
    ]
    return {
        "id": record.id, "name": record.name, "fonds": record.fonds, "state": record.state, "done": record.done,
        "total": record.total, "counts": dict(record.counts), "findings": listed, "found": record.found,
        "readable": record.readable,
    }  # fmt: skip


def _brought(request: Request, channel: str) -> ArchiveImport | Refused:
    """Enter the directory and the ZIP that this request brought."""
    sent = request.directory or {field: Finding("file.missing", subject=field) for field in UPLOADS}
    wrong = tuple(each for each in sent.values() if isinstance(each, Finding))
    if wrong:
        return Refused(wrong)
    directory, length, name = sent["directory"]
    bundle, more, _name = sent["bundle"]
    return archive_imports.bring(
        begin(request, channel=channel),
        name=name,
        file=directory,
        bundle=bundle,
        size=length + more,
        fonds=request.POST.get("fonds", ""),
        source=request.POST.get("source", ""),
        language=request.localizer.locale_name,
    )


def bring(context: Archives, request: Request) -> Response | dict[str, object]:
    """Take a directory with its files for its look-over."""
    record = _brought(request, "screen")
    if isinstance(record, Refused):
        request.response.status_int = 400
        return _page(request, errors=record.findings)
    return HTTPSeeOther(_row(request, record)["href"])


def going_on(step: Step):
    """Return the view that enters, stops or undoes an import."""

    def view(context: Archives, request: Request) -> Response | dict[str, object]:
        record = _wanted(request, request.POST.get("n", ""))
        result = step(begin(request, channel="screen"), record)
        if isinstance(result, Refused):
            request.response.status_int = 409
            return _page(request, errors=result.findings, record=record)
        return HTTPSeeOther(_row(request, result)["href"])

    return view


def keep_source(context: Archives, request: Request) -> Response | dict[str, object]:
    """Keep how a source writes its directories; what was typed comes back with everything that is wrong in it."""
    typed = {name: str(text).strip() for name, text in request.POST.items()}
    result = archive_imports.save_source(begin(request, channel="screen"), _mapping(typed))
    if isinstance(result, Refused):
        request.response.status_int = 400
        return _page(request, errors=result.findings, typed=typed)
    return HTTPSeeOther(f"{request.script_name}{PATH}?{urlencode({'source': result})}#bring")


def _mapping(typed: dict[str, str]) -> dict[str, object]:
    """Return the mapping that the fields of the form describe; its words stand one in a line: 保管期限：长久=永久."""
    words: dict[str, dict[str, str]] = {}
    ours = {names[0]: name for name, names in FIELDS.items()}
    for line in typed.get("words", "").splitlines():
        column, _colon, pair = line.replace(":", "：", 1).partition("：")
        theirs, _equal, own = pair.replace("＝", "=", 1).partition("=")
        if line.strip():
            column = ours.get(column.strip(), column.strip())
            words.setdefault(column, {})[theirs.strip()] = own.strip()
    return {
        "name": typed.get("name", ""),
        "columns": {text: name for name in FIELDS if (text := typed.get(f"heading-{name}"))},
        "given": {name: text for name in FIELDS if (text := typed.get(f"given-{name}"))},
        "words": words,
    }


def _typed(request: Request, name: str) -> dict[str, str]:
    """Return a saved mapping as the fields of the form have it; empty fields for none."""
    saved = json.loads(archive_sources_of(request.site).get(name, "{}"))
    lines = [
        f"{FIELDS[column][0]}：{theirs}={own}"
        for column, pairs in saved.get("words", {}).items()
        for theirs, own in pairs.items()
    ]
    return {
        "name": saved.get("name", ""),
        "words": "\n".join(lines),
        **{f"heading-{column}": text for text, column in saved.get("columns", {}).items()},
        **{f"given-{column}": text for column, text in saved.get("given", {}).items()},
    }


def template(context: Archives, request: Request) -> Response:
    """Send an empty directory (XLSX) with the headings that are understood without a mapping."""
    file = io.BytesIO()
    write_sheets(file, {TEMPLATE: tuple(names[0] for names in FIELDS.values())}, ())
    response = Response(file.getvalue(), content_type=MEDIA["xlsx"])
    return _sealed(response, f"attachment; filename*=UTF-8''{quote(TEMPLATE)}.xlsx")


def errors_of(context: Archives, request: Request) -> Response:
    """Return the error file of an import, to be mended and handed in again; its rows have titles of the archives."""
    return _errors_of(request, request.GET.get("n", ""))


def _errors_of(request: Request, key: str) -> Response:
    record = _wanted(request, key)
    if not record.errors:
        raise HTTPNotFound
    request.note_read("archive-imports.errors", f"import:{record.id}")
    path = request.registry.services.store.path(record.errors)
    response = FileResponse(path, request=request, content_type=MEDIA["xlsx"])
    return _sealed(response, f'attachment; filename="errors-{record.id}.xlsx"')


def api_bring(context: Archives, request: Request) -> Response:
    """Take a directory of a program (``directory``, ``bundle``, ``fonds``, ``source``); what was found is asked for by the id."""
    record = _brought(request, "api")
    if isinstance(record, Refused):
        return problem(request, record.findings, status=status_of(record))
    response = answer(request, _described(request, record), status=202)
    response.headers["Location"] = f"{request.script_name}{BASE}/archive-imports/{record.id}"
    return response


def api_list(context: Archives, request: Request) -> Response:
    """List the newest imports for a program."""
    found = islice(_seen(request, _mine(request)), LISTED)
    plain = [{"id": each.id, "name": each.name, "fonds": each.fonds, "state": each.state} for each in found]
    return answer(request, {"imports": plain})


def api_show(context: Archives, request: Request) -> Response:
    """Tell how far an import is and what was found."""
    record = _wanted(request, request.matchdict["import"])
    request.note_read("archive-imports", f"import:{record.id}")
    return answer(request, _described(request, record))


def api_errors(context: Archives, request: Request) -> Response:
    """Send a program the error file of an import."""
    return _errors_of(request, request.matchdict["import"])


def api_step(step: Step):
    """Return the view that enters, stops or undoes an import for a program."""

    def view(context: Archives, request: Request) -> Response:
        record = _wanted(request, request.matchdict["import"])
        result = step(begin(request, channel="api"), record)
        if isinstance(result, Refused):
            return problem(request, result.findings, status=status_of(result))
        return answer(request, _described(request, result), status=202)

    return view


def api_source(context: Archives, request: Request) -> Response:
    """Keep how a source writes its directories, for a program: ``name``, ``columns``, ``given`` and ``words``."""
    try:
        plain = json.loads(request.body)
    except (ValueError, RecursionError):
        plain = None
    result = archive_imports.save_source(begin(request, channel="api"), plain)
    if isinstance(result, Refused):
        return problem(request, result.findings, status=status_of(result))
    return answer(request, {"name": result}, status=201)


def includeme(config: Configurator) -> None:
    """Open the way in for existing archives to who may import into a fonds."""
    config.add_preparation(store_directory)
    # The folder belongs to no unit: into which fonds one may import is asked inside.
    own = {"context": Archives, "permission": Permission.DESK_VIEW}
    drawn = {**own, "renderer": "archives/imports.pt"}
    config.add_view(page, name="imports", request_method="GET", **drawn)
    posted = {
        "bring-import": bring, "save-import-source": keep_source,
        **{f"{name}-import": going_on(step) for name, step in STEPS.items()},
    }  # fmt: skip
    for name, each in posted.items():
        config.add_view(each, name=name, request_method="POST", **drawn)
    config.add_view(errors_of, name="import-errors", request_method="GET", **own)
    config.add_view(template, name="import-directory.xlsx", request_method="GET", **own)
    routes = (
        ("archive-imports", "GET", api_list), ("archive-imports", "POST", api_bring),
        ("archive-import-sources", "POST", api_source), ("archive-imports/{import}", "GET", api_show),
        ("archive-imports/{import}/errors", "GET", api_errors),
        *((f"archive-imports/{{import}}/{name}", "POST", api_step(step)) for name, step in STEPS.items()),
    )  # fmt: skip
    for path, method, answered in routes:
        name = f"api.{path}.{method}"
        config.add_route(name, f"{BASE}/{path}", traverse="/archives", request_method=method)
        config.add_view(answered, route_name=name, **own)
