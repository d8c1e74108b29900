"""Overrides on the screen (重收统计): one's own first, then the unit's by window and clerk; and the second look."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.forms.verbs import verb
from records.operations.overrides import Overridden, counted, overrides_in
from records.resources.dossiers import Dossier
from records.resources.site import Site

from .acting import perform
from .api import BASE, answer
from .layout import instant, name_of, shown, unit_name, units_of

CONFIRM = verb("dossiers", "confirm_override")
SHOWN = 200


def overrides(context: Site, request: Request) -> dict[str, object]:
    """Show what was taken again although it was held; that the list was read is on the access log."""
    return listing(request)


def listing(request: Request, errors: tuple[Finding, ...] = ()) -> dict[str, object]:
    """Return what the list shows: one's own, all of one's units, how many by window, clerk and reason."""
    rows = _seen(request)
    request.note_read("overrides", request.identity.unit)
    mine = [row for row in rows if row.by == request.identity.userid]
    others = [row for row in rows if row.by != request.identity.userid]
    return {
        "mine": [_row(request, row) for row in mine[:SHOWN]],
        "others": [_row(request, row) for row in others[:SHOWN]],
        "waiting": sum(row.waits for row in rows),
        "counts": [
            {"window": window, "by": name_of(request, by), "reason": reason, "count": count}
            for window, by, reason, count in _labelled(rows)
        ],
        "errors": shown(request, errors),
    }


def _seen(request: Request) -> list[Overridden]:
    """Return what was taken again in the units whose figures the person may see; who may see none is refused."""
    units = units_of(request, Permission.OVERRIDE_VIEW)
    if not units:
        raise HTTPForbidden
    return overrides_in(request.site, units)


def _labelled(rows: list[Overridden]):
    labels = {row.reason.value: row.reason.label for row in rows}
    return [(window, by, labels[reason], count) for window, by, reason, count in counted(rows)]


def _row(request: Request, row: Overridden) -> dict[str, object]:
    dossier = request.site.dossiers[row.dossier]
    may_look = row.waits and row.by != request.identity.userid
    opens = request.has_permission(Permission.DOSSIER_VIEW, dossier)
    return {
        "href": f"{request.resource_path(dossier).rstrip('/')}#line-{row.line}" if opens else "",
        "code": row.code,
        "line": row.line,
        "name": row.name,
        "reason": row.reason.label,
        "note": row.note,
        "by": name_of(request, row.by),
        "window": row.window,
        "unit": unit_name(request, row.unit),
        "at": instant(row.at),
        "waits": row.waits,
        "looked_by": name_of(request, row.looked_by) if row.looked_by else "",
        "confirm": request.resource_path(dossier, CONFIRM.name)
        if may_look and request.has_permission(CONFIRM.permission, dossier)
        else "",
    }


def confirm(context: Dossier, request: Request) -> Response | dict[str, object]:
    """Give the second look from the list, and come back to it."""
    result = perform(request, CONFIRM, context, {"line": request.POST.get("line", "")}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = 409
        return listing(request, result.findings)
    return HTTPSeeOther(f"{request.script_name}/desk/overrides?done={CONFIRM.name}")


def program(context: object, request: Request) -> Response:
    """Answer a program with the same figures: one's own, all of one's units, by window, clerk and reason."""
    rows = _seen(request)
    request.note_read("overrides", request.identity.unit)
    return answer(request, figures(rows, userid=request.identity.userid))


def figures(rows: list[Overridden], *, userid: str) -> dict[str, object]:
    """Return overrides as plain values, one's own first."""
    ordered = sorted(rows, key=lambda row: row.by != userid)
    return {
        "own": sum(row.by == userid for row in rows),
        "total": len(rows),
        "waiting": sum(row.waits for row in rows),
        "by_window": [
            {"window": window, "by": by, "reason": reason, "count": count}
            for window, by, reason, count in counted(rows)
        ],
        "overrides": [
            {
                "dossier": row.dossier,
                "code": row.code,
                "unit": row.unit,
                "line": row.line,
                "reason": row.reason.value,
                "note": row.note,
                "by": row.by,
                "window": row.window,
                "at": row.at.isoformat(),
                "looked_by": row.looked_by,
                "waits": row.waits,
            }
            for row in ordered
        ],
    }


def includeme(config: Configurator) -> None:
    """Open the list at the desk, each to its own units; the second look to reviewers."""
    drawn = {"renderer": "overrides/list.pt"}
    config.add_view(
        overrides, context=Site, name="desk", subpath="overrides", request_method="GET",
        permission=Permission.DESK_VIEW, **drawn,
    )  # fmt: skip
    config.add_view(
        confirm, context=Dossier, name=CONFIRM.name, request_method="POST",
        permission=CONFIRM.permission, **drawn,
    )  # fmt: skip
    config.add_route("api.all.overrides", f"{BASE}/overrides", request_method="GET")
    config.add_view(program, route_name="api.all.overrides", permission=Permission.DESK_VIEW)
