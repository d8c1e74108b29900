"""Telling everything that is missing, once (一次性告知): every line on one page, what is missing ticked already."""

from __future__ import annotations

from collections.abc import Iterator

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from records.domain.checklists import Checklist, LineStatus
from records.domain.clocks import due
from records.domain.fetching import FetchState
from records.domain.findings import Refused
from records.domain.guide_parts import Line
from records.domain.vocabulary import GapKind, Limit
from records.forms.verbs import verb
from records.operations import fetching
from records.operations.checklists import checklist_of
from records.resources.dossiers import Dossier

from . import checklists
from .acting import perform, status_of
from .dossiers import go_to
from .layout import shown
from .steps import head

GIVEN_TIME = 15
"""Days the page proposes for a supplement, to the next working day; the clerk may change them."""


def tell_page(context: Dossier, request: Request) -> dict[str, object]:
    """Show every line; what is missing is ticked and its demand written, so that one press tells everything."""
    request.note_read("dossiers.show", context.id)
    checklist = checklist_of(request.site, context, today=request.today)
    calendar = request.registry.services.calendar(request.site)
    until = due(request.today, GIVEN_TIME, Limit.DAYS, calendar).due.isoformat()
    refused = fetching.lines_refused(request.site, context)
    return _page(request, context, list(_gap_rows(checklist, refused)), until)


def _gap_rows(checklist: Checklist, refused: frozenset[str]) -> Iterator[dict[str, object]]:
    for state in checklist.lines:
        if not state.needed or (state.by_office and state.line.id not in refused):
            continue
        line = state.line
        if state.by_office and state.status is LineStatus.MISSING:
            yield _offered(line)
            continue
        missing = state.status in (LineStatus.MISSING, LineStatus.TO_VERIFY)
        asked = (
            f"请带{line.name}原件到窗口核验"
            if state.status is LineStatus.TO_VERIFY
            else f"请提交{line.name}：{line.acceptance}"
        )
        yield {
            "id": line.id,
            "name": line.name,
            "status": {"word": state.status.label, "kind": checklists.BADGES[state.status]},
            "ticked": missing,
            "kind": (state.gap or (GapKind.MISSING if missing else GapKind.FORM)).value,
            "demand": asked if missing else "",
        }


def _offered(line: Line) -> dict[str, object]:
    """Return a line that the office could not fetch: the applicant may show the paper, so it is never ticked by itself."""
    return {
        "id": line.id,
        "name": line.name,
        "status": {"word": FetchState.ABSENT.label, "kind": "plain"},
        "ticked": False,
        "kind": GapKind.MISSING.value,
        "demand": f"平台上没有查到可用的{line.name}；您可以出示原件，也可以不带，由我们向发证机关核实",
    }


def _page(request: Request, context: Dossier, rows: list, until: str) -> dict[str, object]:
    return {
        **head(request, context),
        "rows": rows,
        "until": until,
        "kinds": [(kind.value, kind.label) for kind in GapKind],
        "told": list(context.told),
    }  # fmt: skip


def tell(context: Dossier, request: Request) -> Response | dict[str, object]:
    """Tell everything that is missing or wrong, once."""
    named, until = request.POST.getall("told"), request.POST.get("until", "")
    gaps = [
        {
            "line": line,
            "kind": request.POST.get(f"kind-{line}", ""),
            "demand": request.POST.get(f"demand-{line}", ""),
        }
        for line in named
    ]
    one = verb("dossiers", "request_supplement")
    result = perform(request, one, context, {"gaps": gaps, "until": until}, channel="screen")
    if not isinstance(result, Refused):
        return go_to(request, context, one.name)
    request.response.status_int = status_of(result)
    request.note_read("dossiers.show", context.id)
    refused = fetching.lines_refused(request.site, context)
    rows = list(_gap_rows(checklist_of(request.site, context, today=request.today), refused))
    for row in rows:
        row["ticked"] = row["id"] in named
        row["kind"] = request.POST.get(f"kind-{row['id']}", row["kind"])
        row["demand"] = request.POST.get(f"demand-{row['id']}", row["demand"])
    anchors = {row["id"]: f"told-{row['id']}" for row in rows}
    anchors |= {
        f"gaps.{at}.{part}": f"{part}-{line}" for at, line in enumerate(named) for part in ("kind", "demand")
    }
    names = {row["id"]: row["name"] for row in rows}
    errors = shown(request, result.findings, anchors=anchors)
    for error, found in zip(errors, result.findings, strict=True):
        if found.subject in names:
            error["text"] = f"{names[found.subject]}：{error['text']}"
    return {**_page(request, context, rows, until), "errors": errors}


def includeme(config: Configurator) -> None:
    """Open the page of the one-time notice."""
    one = verb("dossiers", "request_supplement")
    own = {"name": one.name, "context": Dossier, "permission": one.permission, "renderer": "dossiers/tell.pt"}
    config.add_view(tell_page, request_method="GET", **own)
    config.add_view(tell, request_method="POST", **own)
