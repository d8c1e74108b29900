"""Owed fetches (待补调取) on the screen and for programs: what the office still gets from other organs, and how they answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.fetching import ANSWERED_NO, FetchState
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.forms.fetching import AskPlatform
from records.forms.verbs import verb
from records.i18n import _
from records.operations import fetching
from records.operations.checklists import guide_of
from records.resources.dossiers import Dossier
from records.resources.fetches import Fetch
from records.resources.site import Site

from . import messages, minors
from .acting import begin, faults, perform
from .api import BASE, answer, asked_object, problem
from .describing import describe
from .layout import Light, day, instant, light, may_somewhere, shown, unit_name, units_of

RETRY = verb("fetches", "retry")
MOST = 200
RECENT = 20
KINDS = {
    FetchState.OWED: "wait",
    FetchState.FETCHED: "done",
    FetchState.ABSENT: "next",
    FetchState.UNUSABLE: "wrong",
    FetchState.MET: "done",
    FetchState.OVER: "plain",
}


def fetches(context: Site, request: Request) -> dict[str, object]:
    """Show what one's units still have to fetch; the names it shows are on the access log before the page leaves."""
    return listing(request)


def listing(request: Request, errors: tuple[Finding, ...] = ()) -> dict[str, object]:
    """Return what the list shows: owed by due day, answered with a no, and what came of late."""
    request.note_read("fetches", request.identity.unit)
    return {
        "configured": bool(request.registry.services.platforms),
        "owed": _rows(request, (FetchState.OWED,), MOST),
        "refused": _rows(request, sorted(ANSWERED_NO), MOST),
        "settled": _rows(request, (FetchState.FETCHED, FetchState.MET), RECENT),
        "errors": shown(request, errors),
    }


def _found(request: Request, states, limit: int) -> Iterator[Fetch]:
    """Yield the fetches of one's units in some states, each state in its own order."""
    units = units_of(request, Permission.DOSSIER_VIEW)
    each = (fetching.fetches_in(request.site, unit, state, limit) for state in states for unit in units)
    listed = [fetch for fetch in chain.from_iterable(each) if _running(request.site, fetch)]
    listed.sort(key=lambda fetch: (fetch.due_on, fetch.id))
    return islice(listed, limit)


def _running(site: Site, fetch: Fetch) -> bool:
    """Leave out what was settled for a case that is over."""
    return fetch.state == FetchState.OWED or site.dossiers[fetch.dossier].state in fetching.RUNNING


def _rows(request: Request, states, limit: int) -> list[dict[str, object]]:
    return [row_of(request, fetch) for fetch in _found(request, states, limit)]


def row_of(request: Request, fetch: Fetch) -> dict[str, object]:
    """Return a fetch as a row: whose line, how it stands, by when, and what the platform said last."""
    site = request.site
    dossier = site.dossiers[fetch.dossier]
    line = next((each.name for each in guide_of(site, dossier).lines if each.id == fetch.line), fetch.line)
    return {
        "id": fetch.id,
        "href": f"{request.resource_path(dossier).rstrip('/')}#line-{fetch.line}",
        "code": dossier.code,
        "applicant": minors.named(request, site.applicants[dossier.applicant]),
        "line": line,
        "unit": unit_name(request, fetch.unit),
        "due": day(fetch.due_on),
        "light": _light(request, fetch),
        "state": {
            "word": FetchState(fetch.state).label,
            "kind": KINDS[FetchState(fetch.state)],
            "shown": fetch.beside or FetchState(fetch.state) in {FetchState.OWED, *ANSWERED_NO},
        },
        "said": said(request, fetch, line),
        "tries": fetch.tries,
        "next": instant(fetch.next_at),
        "at": instant(fetch.settled_at),
        "beside": fetch.beside,
        "meanwhile": fetch.state == FetchState.OWED
        and any(each[0] == fetch.line for each in dossier.entries),
        "retry": request.resource_path(fetch, RETRY.name)
        if dossier.state in fetching.RUNNING and request.has_permission(RETRY.permission, fetch)
        else "",
    }


def _light(request: Request, fetch: Fetch) -> Light | None:
    return light(request, fetch.due_on) if fetch.state == FetchState.OWED else None


def said(request: Request, fetch: Fetch, line: str) -> str:
    """Return what came of the last call, and what the clerk does now."""
    if fetch.fault:
        return messages.explain(request, fetch.fault, {**dict(fetch.params), "line": line})
    if fetch.state == FetchState.ABSENT:
        return messages.explain(request, "fetch.absent", {"line": line})
    return ""


def by_line(request: Request, dossier: Dossier) -> dict[str, dict[str, object]]:
    """Return the fetches of a case as it shows them, each under its line; none where a platform has nothing to do with it."""
    first: dict[str, Fetch] = {}
    for fetch in fetching.fetches_of(request.site, dossier):
        first.setdefault(fetch.line, fetch)
    return {line: row_of(request, fetch) for line, fetch in first.items()}


def waiting(request: Request) -> dict[str, object] | None:
    """Return how many fetches one's units owe and how many are late, for the start page; None when none is owed."""
    owed = [
        fetch
        for unit in units_of(request, Permission.DOSSIER_VIEW)
        for fetch in fetching.fetches_in(request.site, unit, FetchState.OWED, MOST)
    ]
    late = sum(fetch.due_on < request.today for fetch in owed)
    return {"href": f"{request.script_name}/desk/fetches", "count": len(owed), "late": late} if owed else None


def retry(context: Fetch, request: Request) -> Response | dict[str, object]:
    """Ask again for one line, and come back to the list."""
    result = perform(request, RETRY, context, {}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = 409
        return listing(request, result.findings)
    return HTTPSeeOther(f"{request.script_name}/desk/fetches?done=fetch-retry")


def platforms_of(request: Request) -> list[dict[str, object]]:
    """Return every platform of the settings with how it has answered of late."""
    rows = []
    for platform in request.registry.services.platforms:
        health = fetching.health_of(request.site, platform)
        if health.fault:
            state = {"word": _("failing"), "kind": "wrong"}
        elif health.answered_at is None:
            state = {"word": _("not asked yet"), "kind": "plain"}
        else:
            state = {"word": _("answers"), "kind": "done"}
        rows.append(
            {
                "key": platform.key,
                "name": platform.name,
                "kind": platform.kind.label,
                "state": state,
                "answered": instant(health.answered_at),
                "failed": instant(health.failed_at),
                "fault": messages.explain(request, health.fault, dict(health.params)) if health.fault else "",
                "retries": may_somewhere(request, Permission.JOB_RETRY),
            }
        )
    return rows


def retry_platform(context: Site, request: Request) -> Response:
    """Call a platform again at once, and come back to what the system stands on."""
    result = fetching.retry_platform(
        begin(request, channel="screen"), platform=request.POST.get("platform", "")
    )
    done = "platform-unknown" if isinstance(result, Refused) else "platform-retry"
    return HTTPSeeOther(f"{request.script_name}/desk/system?done={done}")


def program_fetches(context: object, request: Request) -> Response:
    """Answer a program with the fetches of its owner's units in one state, owed ones unless told."""
    asked = request.GET.get("state", FetchState.OWED.value)
    if asked not in set(FetchState):
        return problem(request, (Finding("fetch.state-unknown", subject="state"),), status=400)
    request.note_read("fetches", request.identity.unit)
    found = _found(request, (FetchState(asked),), MOST)
    return answer(
        request, {"fetches": [describe(request.site, fetch, today=request.today) for fetch in found]}
    )


def program_platforms(context: object, request: Request) -> Response:
    """Answer a program with how the platforms are."""
    listed = [
        {
            "key": each.key,
            "name": each.name,
            "kind": each.kind.value,
            **described(fetching.health_of(request.site, each)),
        }
        for each in request.registry.services.platforms
    ]
    return answer(request, {"platforms": listed})


def described(health) -> dict[str, object]:
    """Return a platform's health as plain values."""
    return {
        "answered_at": health.answered_at.isoformat() if health.answered_at else None,
        "failed_at": health.failed_at.isoformat() if health.failed_at else None,
        "fault": health.fault,
        "silences": health.silences,
    }


def program_retry_platform(context: object, request: Request) -> Response:
    """Let a program call a platform again."""
    values = asked_object(request)
    if isinstance(values, Refused):
        return problem(request, values.findings, status=400)
    try:
        asked = AskPlatform().deserialize(values)
    except colander.Invalid as invalid:
        return problem(request, tuple(faults(request, invalid)))
    result = fetching.retry_platform(begin(request, channel="api"), platform=asked["platform"])
    if isinstance(result, Refused):
        return problem(request, result.findings, status=404)
    return answer(request, {"fetches": result})


def includeme(config: Configurator) -> None:
    """Open the list to the desk, and the platforms to who runs the machine."""
    view, route = config.add_view, config.add_route
    drawn = {"renderer": "fetches/list.pt"}
    view(
        fetches,
        context=Site,
        name="desk",
        subpath="fetches",
        request_method="GET",
        permission=Permission.DESK_VIEW,
        **drawn,
    )
    view(retry, context=Fetch, name=RETRY.name, request_method="POST", permission=RETRY.permission, **drawn)
    view(
        retry_platform,
        context=Site,
        name="retry-platform",
        request_method="POST",
        permission=Permission.JOB_RETRY,
    )
    route("api.fetches.list", f"{BASE}/fetches", request_method="GET")
    view(program_fetches, route_name="api.fetches.list", permission=Permission.DESK_VIEW)
    route("api.platforms", f"{BASE}/platforms", request_method="GET")
    view(program_platforms, route_name="api.platforms", permission=Permission.JOB_VIEW)
    route("api.platforms.retry", f"{BASE}/platforms/retry", request_method="POST")
    view(program_retry_platform, route_name="api.platforms.retry", permission=Permission.JOB_RETRY)  # fmt: skip
