"""The machine room (系统管理): people and letters, background work, the audit log, and what the system stands on."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import version
from itertools import islice
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain import ledger
from records.domain.findings import Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import Role
from records.extraction.worker import unshare_available
from records.forms.verbs import VERBS, Verb
from records.i18n import _
from records.indexes import feed
from records.indexes.fulltext import NeedsRebuild
from records.operations import sealing
from records.operations.jobs import retry_job
from records.operations.people import NAMED, reset_password
from records.operations.services import INDEXES
from records.queue import Job
from records.resources.audit import AuditEntry
from records.resources.people import Person
from records.resources.site import Site

from .acting import begin, perform
from .fetching import platforms_of
from .layout import day, instant, may_somewhere, name_of, shown, size, unit_name

PAGE = 50
LOOKED_AT = 5_000
"""Entries one page of a filtered audit log looks at before it offers to go on."""
MOST_JOBS = 200
COUNTED = (
    ("applicant", _("Applicants")), ("material", _("Materials")), ("dossier", _("Cases")), ("notice", _("Notices")),
    ("archive", _("Archives")), ("guide", _("Guides")),
)  # fmt: skip
PARTS = ("juanzong", "pyramid", "ZODB", "BTrees", "persistent", "Whoosh", "Chameleon", "deform", "waitress")


def people(context: Site, request: Request) -> dict[str, object]:
    """List everybody who can log in, with the letters they act by and the tokens they have issued."""
    return people_list(request)


def people_list(
    request: Request, *, errors: list[dict[str, str]] | None = None, password: tuple[str, str] = ("", "")
) -> dict[str, object]:
    """Return what the list of people shows; ``password`` is a name and a one-time password, shown this once."""
    rows, used = [], request.registry.services.tokens.last
    for person in sorted(request.site.people.values(), key=lambda person: (person.unit, person.userid)):
        rows.append(
            {
                "userid": person.userid,
                "name": person.name,
                "unit": unit_name(request, person.unit),
                "window": person.window,
                "staff_number": person.staff_number,
                "state": _standing(request, person),
                "href": request.resource_path(person).rstrip("/"),
                "acts": () if person.userid == request.authenticated_userid else _acts_on(person),
                "tokens": [
                    {
                        "token": digest[:NAMED],
                        "label": label,
                        "scopes": "、".join(scopes),
                        "since": instant(since),
                        "until": instant(until),
                        "used": day(used(digest)),
                    }
                    for digest, label, scopes, since, until in person.tokens
                ],
                "letters": [
                    {
                        "role": Role(role).label,
                        "unit": request.localizer.translate(_("whole centre"))
                        if unit == "*"
                        else unit_name(request, unit),
                        "letter": letter,
                        "since": day(since),
                        "until": day(until),
                        "over": until is not None and until < request.today,
                    }
                    for role, unit, letter, since, until in person.letters
                ],
            }
        )
    return {"people": rows, "password": password, "errors": errors or []}


def _acts_on(person: Person) -> tuple[tuple[str, str], ...]:
    """Return what the administrator may do to an account now: the verb and its words."""
    if person.disabled:
        return (("switch_on", _("Switch on")),)
    return (
        ("reset_password", _("Reset the password")),
        ("end_sessions", _("End all log-ins")),
        ("switch_off", _("Switch off")),
    )


def doing(one: Verb):
    """Return the view that does one verb to a person and comes back to the list."""

    def view(context: Person, request: Request) -> Response | dict[str, object]:
        values = {name: value for name, value in request.POST.items() if name in one.form()}
        result = perform(request, one, context, values, channel="screen")
        if isinstance(result, Refused):
            request.response.status_int = 409
            return people_list(request, errors=shown(request, result.findings))
        return HTTPSeeOther(f"{request.script_name}/desk/people?done={one.name}")

    return view


def give_password(context: Person, request: Request) -> dict[str, object]:
    """Give a person a one-time password and show it this once."""
    request.shown_once = True
    result = reset_password(begin(request, channel="screen"), context, hashed=request.hashed)
    if isinstance(result, Refused):
        request.response.status_int = 409
        return people_list(request, errors=shown(request, result.findings))
    return people_list(request, password=(context.name, request.one_time))


def _standing(request: Request, person) -> dict[str, str]:
    if person.disabled:
        return {"word": _("switched off"), "kind": "wrong"}
    if person.locked_until is not None and request.now < person.locked_until:
        return {"word": _("locked for some minutes"), "kind": "wait"}
    if person.must_change:
        return {"word": _("first password not changed yet"), "kind": "wait"}
    return {"word": _("may log in"), "kind": "done"}


def jobs(context: Site, request: Request) -> dict[str, object]:
    """Show what is owed, what runs and what has failed for good."""
    return job_lists(request)


def job_lists(request: Request, *, errors: list[dict[str, str]] | None = None) -> dict[str, object]:
    """Return the three lists of background work, each cut at 200."""
    queue, manages = request.site.jobs, may_somewhere(request, Permission.JOB_RETRY)

    def rows(found: Iterable[Job]) -> list[dict[str, object]]:
        shown = (job for job in found if manages or _concerns(request, job))
        return [_job(job, numbered=manages) for job in islice(shown, MOST_JOBS)]

    return {
        "failed": rows(queue.dead()),
        "running": rows(queue.running()),
        "waiting": rows(queue.waiting()),
        "retries": manages,
        "errors": errors or [],
    }


def _concerns(request: Request, job: Job) -> bool:
    """Tell whether a job is about a record that this person may see; of others not even the number is told."""
    site = request.site
    match job.verb:
        case "freeze-package":
            record, permission = site.archives.get(job.subject), Permission.ARCHIVE_VIEW
        case "render-notice":
            record, permission = site.notices.get(job.subject), Permission.NOTICE_VIEW
        case _:
            return False
    return record is not None and bool(request.has_permission(permission, record))


def _job(job: Job, *, numbered: bool) -> dict[str, object]:
    return {
        "number": job.number if numbered else "—",
        "verb": job.verb,
        "subject": job.subject,
        "since": instant(job.owed_since),
        "next": instant(job.place),
        "tries": job.tries,
        "error": job.last_error,
    }


def retry(context: Site, request: Request) -> Response | dict[str, object]:
    """Owe a failed job again."""
    number = request.POST.get("number", "")
    result = retry_job(
        begin(request, channel="screen"), number=int(number) if number.isdecimal() and len(number) < 15 else 0
    )
    if isinstance(result, Refused):
        request.response.status_int = 409
        return job_lists(request, errors=shown(request, result.findings))
    return HTTPSeeOther(request.script_name + "/desk/jobs")


def audit(context: Site, request: Request) -> dict[str, object]:
    """Show the audit log, the newest entry first; personal details beside the chain are not shown."""
    request.note_read("audit", "")
    site = request.site
    newest = site.audit.last
    start = _number(request, "before", newest + 1) - 1
    filters = {name: request.GET.get(name, "").strip()[:80] for name in ("event", "by", "on")}
    entries, seen = [], start
    for seen in range(start, max(0, start - LOOKED_AT), -1):
        entry = site.audit.get(seen)
        if entry is None:
            continue
        line = json.loads(entry.line)
        if all(not wish or str(line[name]).startswith(wish) for name, wish in filters.items()):
            entries.append(_entry(request, entry, line))
            if len(entries) == PAGE:
                break
    head = sealing.newest_head(site)
    checking = request.GET.get("check") == "1"
    kept = {name: wish for name, wish in filters.items() if wish}
    return {
        "newest": newest,
        "entries": entries,
        "filters": filters,
        "more": f"?{urlencode({**kept, 'before': seen})}" if seen > 1 and start > 0 else "",
        "check_href": f"?{urlencode({**kept, 'before': start + 1, 'check': 1})}",
        "checking": checking,
        "faults": sum(not entry["sound"] for entry in entries) if checking else 0,
        "head": sealing.exported(head) if head else None,
        "unsealed": newest - (head.size if head else 0),
    }


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return otherwise
    if not text.isdecimal() or len(text) > 15:
        raise HTTPBadRequest
    return min(int(text), otherwise)


def _entry(request: Request, entry: AuditEntry, line: dict) -> dict[str, object]:
    return {
        "number": line["seq"],
        "at": instant(datetime.fromisoformat(line["at"])),
        "by": name_of(request, line["by"]),
        "letter": line["letter"],
        "window": line["window"],
        "channel": line["channel"],
        "event": line["event"],
        "on": line["on"],
        "why": line["why"],
        "sound": is_sound(entry, line),
    }


def is_sound(entry: AuditEntry, line: dict) -> bool:
    """Recompute an entry's leaf and the digest of what stands beside it (核验); erased details leave the leaf."""
    beside = hashlib.sha256(entry.salt + entry.details.encode()).hexdigest()
    whole = not entry.details or beside == line["details_digest"]
    return ledger.leaf_hash(entry.line) == entry.leaf and whole


def heads(context: Site, request: Request) -> Response:
    """Send all signed heads, one JSON line each, as the offline verifier reads them."""
    lines = "".join(json.dumps(head) + "\n" for head in sealing.heads(request.site))
    response = Response(lines, content_type="application/x-ndjson", charset="utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="heads.jsonl"'
    return response


def system(context: Site, request: Request) -> dict[str, object]:
    """Show what the system stands on: versions, index, store, calendar, protection of the reading workers."""
    services = request.registry.services
    latest = feed.latest(request.site)
    disk = shutil.disk_usage(services.instance)
    # How much the whole office does is for whoever runs the machine, not for the archivist of one unit.
    manages = may_somewhere(request, Permission.JOB_RETRY)
    calendar, year = services.calendar(request.site), request.today.year
    return {
        "versions": [{"label": "Python", "value": platform.python_version(), "kind": "code"}]
        + [{"label": name, "value": version(name), "kind": "code"} for name in PARTS],
        "database": services.database.scheme,
        "latest": latest,
        "indexes": [_index(services.engines[name], name, latest, counted=manages) for name in INDEXES],
        "records": [
            {"label": label, "value": counter.value}
            for name, label in COUNTED
            if manages and (counter := request.site.counters.get(f"number:{name}")) is not None
        ],
        "used": size(disk.used),
        "free": size(disk.free),
        "free_share": f"{disk.free / disk.total:.0%}",
        "tight": disk.free < disk.total // 10,
        "years": [{"year": each, "announced": calendar.announced(each)} for each in (year, year + 1)],
        "cut_off": unshare_available(),
        "platforms": platforms_of(request),
        "dead": sum(1 for job in request.site.jobs.dead() if manages or _concerns(request, job)),
    }


def _index(engine, name: str, latest: int, *, counted: bool) -> dict[str, object]:
    try:
        behind = latest - engine.mark()
    except NeedsRebuild:
        return {
            "name": name,
            "behind": latest if counted else None,
            "state": {"word": _("must be built anew"), "kind": "wrong"},
        }
    state = (
        {"word": _("up to date"), "kind": "done"}
        if behind <= 0
        else {"word": _("catching up"), "kind": "wait"}
    )
    return {"name": name, "behind": behind if counted else None, "state": state}


def includeme(config: Configurator) -> None:
    """Open the machine room."""
    view = config.add_view

    def on_desk(function, below: str, permission: Permission, **more: object) -> None:
        view(
            function,
            name="desk",
            context=Site,
            subpath=below,
            request_method="GET",
            permission=permission,
            **more,
        )

    on_desk(people, "people", Permission.PERSON_MANAGE, renderer="admin/people.pt")
    on_desk(jobs, "jobs", Permission.JOB_VIEW, renderer="admin/jobs.pt")
    on_desk(audit, "audit", Permission.AUDIT_VIEW, renderer="admin/audit.pt")
    on_desk(heads, "audit/heads", Permission.AUDIT_VIEW)
    on_desk(system, "system", Permission.JOB_VIEW, renderer="admin/system.pt")
    manage = {"context": Person, "request_method": "POST", "permission": Permission.PERSON_MANAGE}
    for one in (found for found in VERBS if found.noun == "people"):
        view(doing(one), name=one.name, renderer="admin/people.pt", **manage)
    view(give_password, name="reset_password", renderer="admin/people.pt", **manage)
    view(retry, name="retry-job", context=Site, request_method="POST", permission=Permission.JOB_RETRY,
         renderer="admin/jobs.pt")  # fmt: skip
