"""How safely the archives are kept (保管): copies, reading again, formats at risk, media; digests and days, never a content."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding
from records.domain.keeping import LONGEST, MediumState
from records.domain.permissions import Permission
from records.forms.verbs import verb
from records.i18n import _
from records.operations import copying, keeping
from records.resources.archives import Archives
from records.resources.keeping import Media, Medium
from records.resources.site import Site
from records.rules.media import medium_kinds

from . import messages
from .acting import on_its_list
from .api import BASE, answer
from .layout import instant, name_of, shown

PATH = "/archives/keeping"
SHOWN = 50
MOST = 1000
STATES = {
    MediumState.IN_USE: "done",
    MediumState.DOUBTFUL: "wrong",
    MediumState.RETIRED: "plain",
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
            (_("Items with a second copy"), str(held.count)),
            (_("Waiting for their copy"), str(keeping.waiting(site))),
            (_("Read longest ago"), oldest.isoformat() if oldest else "—"),
            (_("Read today"), str(held.done if held.done_on == request.today else 0)),
            (_("Files mended so far"), str(held.mended)),
            (_("Last mended"), instant(held.mended_at) if held.mended_at else "—"),
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
            {"code": _code(site, item), "files": "、".join(files)}
            for item, files in islice(held.lost.items(), SHOWN)
        ],
        "uncopied": [
            {"code": _code(site, item), "digest": digest}
            for item, digest in islice(held.uncopied.items(), SHOWN)
        ],
        "formats": [
            {**row, "risk": dict(zip(("word", "kind"), RISKS[row["risk"]], strict=True))}
            for row in copying.formats(site)
        ],
        "media": [_medium(request, each) for each in _media(site)],
        "kinds": [(key, kind.label) for key, kind in medium_kinds().items()],
        "checks": bool(request.has_permission(Permission.KEEPING_CHECK, site.media)),
        "typed": typed or {},
        "errors": shown(request, errors),
    }


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
    config.add_route("api.keeping", f"{BASE}/keeping", request_method="GET")
    config.add_view(program, route_name="api.keeping", permission=Permission.KEEPING_VIEW)
