"""How safely the archives are kept (保管): copies, reading again, formats at risk, media; digests and days, never a content."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding
from records.domain.keeping import LONGEST, MediumState
from records.domain.permissions import Permission
from records.domain.vocabulary import ItemState
from records.forms.verbs import verb
from records.i18n import _
from records.operations import copying, keeping
from records.operations.keeping_lists import FORMAT, KEPT, LISTS, TODAY, WAITING, items_behind, read_on
from records.resources.archives import Archives
from records.resources.keeping import Media, Medium
from records.resources.site import Site
from records.rules.media import medium_kinds

from . import messages
from .acting import on_its_list
from .api import BASE, answer
from .layout import day, instant, name_of, shown

PATH = "/archives/keeping"
SHOWN = 50
MOST = 1000
STATES = {
    MediumState.IN_USE: "done",
    MediumState.DOUBTFUL: "wrong",
    MediumState.RETIRED: "plain",
}
TITLES = {
    KEPT: _("Items with a second copy"),
    TODAY: _("Read today"),
    WAITING: _("Waiting for their copy"),
    FORMAT: _("Items with a format"),
}
RISKS = {"low": (_("low"), "done"), "medium": (_("medium"), "wait"), "high": (_("high"), "wrong")}


def page(context: Archives, request: Request) -> dict[str, object]:
    """Show how the archives are kept."""
    return listing(request)


def listing(
    request: Request, errors: tuple[Finding, ...] = (), typed: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Return what the page shows; ``errors`` are the findings of an act that was just refused."""
    site, held = request.site, request.site.keeping
    alarms = keeping.alarms(site, request.today)
    oldest = keeping.oldest(site)
    return {
        "facts": [
            (_("Items with a second copy"), str(held.count), _behind(request, KEPT)),
            (_("Waiting for their copy"), str(keeping.waiting(site)), _behind(request, WAITING)),
            (_("Read longest ago"), oldest.isoformat() if oldest else "—", _behind(request, KEPT)),
            (
                _("Read today"),
                str(held.done if held.done_on == request.today else 0),
                _behind(request, TODAY),
            ),
            (_("Files mended so far"), str(held.mended), ""),
            (_("Last mended"), instant(held.mended_at) if held.mended_at else "—", ""),
        ],
        "days": LONGEST.days,
        "alarms": [
            {
                "text": messages.sentence(request, found),
                "kind": "wrong" if found.severity == "blocks" else "wait",
            }
            for found in alarms
        ],
        "lost": [
            {"code": _code(site, item), "href": _item_href(request, item), "files": "、".join(files)}
            for item, files in islice(held.lost.items(), SHOWN)
        ],
        "uncopied": [
            {"code": _code(site, item), "href": _item_href(request, item), "digest": digest}
            for item, digest in islice(held.uncopied.items(), SHOWN)
        ],
        "formats": [
            {
                **row,
                "href": _behind(request, FORMAT, str(row["id"])),
                "risk": dict(zip(("word", "kind"), RISKS[row["risk"]], strict=True)),
            }
            for row in copying.formats(site)
        ],
        "media": [_medium(request, each) for each in _media(site)],
        "kinds": [(key, kind.label) for key, kind in medium_kinds().items()],
        "checks": bool(request.has_permission(Permission.KEEPING_CHECK, site.media)),
        "typed": typed or {},
        "errors": shown(request, errors),
    }


def _behind(request: Request, which: str, name: str = "") -> str:
    asked = {"list": which, **({"format": name} if which == FORMAT else {})}
    return f"{request.script_name}{PATH}-items?{urlencode(asked)}"


def _item_href(request: Request, key: str) -> str:
    """Return where the page of an item is, empty for who may not see it."""
    item = request.site.archives.get(key)
    seen = item is not None and request.has_permission(Permission.ARCHIVE_VIEW, item)
    return request.resource_path(item).rstrip("/") if seen else ""


def _listed(request: Request) -> dict[str, object]:
    """Return a page of the items behind a figure as far as one may see them; the reading is on the access log first."""
    which, name = request.GET.get("list", KEPT), request.GET.get("format", "")
    after = request.GET.get("after", "")
    if which not in LISTS or len(name) > 100 or len(after) > 200:
        raise HTTPBadRequest
    request.note_read("keeping.items", which, purpose=name)
    items, more = items_behind(request.site, which, today=request.today, name=name, after=after, limit=SHOWN)
    seen = [item for item in items if request.has_permission(Permission.ARCHIVE_VIEW, item)]
    return {"list": which, "format": name, "items": seen, "left_out": len(items) - len(seen), "after": more}


def items_page(context: Archives, request: Request) -> dict[str, object]:
    """Show the items behind a figure of keeping, each with the day on which its copies were read."""
    page = _listed(request)
    return {
        **page,
        "title": TITLES[page["list"]],
        "rows": [
            {
                "code": item.code,
                "href": request.resource_path(item).rstrip("/"),
                "state": ItemState(item.state).label,
                "read_on": day(read_on(request.site, item)) or "—",
            }
            for item in page["items"]
        ],
        "more": f"{_behind(request, page['list'], page['format'])}&{urlencode({'after': page['after']})}"
        if page["after"]
        else "",
    }


def program_items(context: object, request: Request) -> Response:
    """Answer a program with a page of the items behind a figure of keeping."""
    page = _listed(request)
    rows = [
        {
            "id": item.id, "code": item.code, "state": item.state,
            "read_on": day(read_on(request.site, item)) or None,
        }
        for item in page["items"]
    ]  # fmt: skip
    return answer(request, {**page, "items": rows, "after": page["after"] or None})


def _code(site: Site, item: str) -> str:
    found = site.archives.get(item)
    return found.code if found is not None else item


def _media(site: Site) -> list[Medium]:
    retired = MediumState.RETIRED.value
    return sorted(site.media.values(), key=lambda each: (each.state == retired, each.check_by, each.code))


def _medium(request: Request, medium: Medium) -> dict[str, object]:
    state, last = MediumState(medium.state), medium.checks[-1] if medium.checks else None
    path = request.resource_path(medium).rstrip("/")
    kind = medium_kinds()[medium.medium_kind]
    return {
        "code": medium.code,
        "kind": kind.label,
        "offline": kind.offline,
        "title": medium.title,
        "place": medium.place,
        "made": f"{medium.made_on.isoformat()} {name_of(request, medium.made_by)}",
        "checked": f"{last[0].isoformat()} {name_of(request, last[1])} {last[3]}".strip() if last else "—",
        "check_by": medium.check_by.isoformat(),
        "late": medium.check_by < request.today and state is not MediumState.RETIRED,
        "state": {"word": state.label, "kind": STATES[state]},
        "check": "" if state is MediumState.RETIRED else f"{path}/check",
        "retire": "" if state is MediumState.RETIRED else f"{path}/retire",
    }


def program(context: object, request: Request) -> Response:
    """Answer a program with the state of the keeping."""
    return answer(
        request, state_of(request.site, request.today, lambda found: messages.sentence(request, found))
    )


def state_of(site: Site, today, sentence) -> dict[str, object]:
    """Return the state of the keeping as plain values with stable keys."""
    held, oldest = site.keeping, keeping.oldest(site)
    alarms = keeping.alarms(site, today)
    return {
        "ok": not any(found.severity == "blocks" for found in alarms),
        "items": held.count,
        "waiting": keeping.waiting(site),
        "oldest": oldest.isoformat() if oldest else None,
        "mended": held.mended,
        "lost": {_code(site, item): list(files) for item, files in islice(held.lost.items(), MOST)},
        "uncopied": {_code(site, item): digest for item, digest in islice(held.uncopied.items(), MOST)},
        "formats": copying.formats(site),
        "media": [
            {
                "code": each.code, "kind": each.medium_kind, "title": each.title, "place": each.place,
                "state": each.state, "check_by": each.check_by.isoformat(),
            }
            for each in _media(site)
        ],
        "alarms": [{**found.as_dict(), "message": sentence(found)} for found in alarms],
    }  # fmt: skip


def includeme(config: Configurator) -> None:
    """Open the page to archivists, auditors and administrators, without any content; acts to who may check."""
    drawn = {"renderer": "keeping/keeping.pt"}
    config.add_view(
        page,
        context=Archives,
        name="keeping",
        request_method="GET",
        permission=Permission.KEEPING_VIEW,
        **drawn,
    )
    for name, context in (("register", Media), ("check", Medium), ("retire", Medium)):
        one = verb("media", name)
        config.add_view(
            on_its_list(one, listing, PATH, done="media"), context=context, name=name, request_method="POST",
            permission=one.permission, **drawn,
        )  # fmt: skip
    config.add_view(
        items_page, context=Archives, name="keeping-items", request_method="GET", permission=Permission.KEEPING_VIEW,
        renderer="keeping/items.pt",
    )  # fmt: skip
    config.add_route("api.keeping.items", f"{BASE}/keeping/items", request_method="GET")
    config.add_view(program_items, route_name="api.keeping.items", permission=Permission.KEEPING_VIEW)
    config.add_route("api.keeping", f"{BASE}/keeping", request_method="GET")
    config.add_view(program, route_name="api.keeping", permission=Permission.KEEPING_VIEW)
