"""The machine room (系统管理): people and letters, background work, the audit log, and what the system stands on."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from datetime import datetime
from importlib.metadata import version
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
from records.i18n import _
from records.indexes import feed
from records.indexes.fulltext import NeedsRebuild
from records.operations import sealing
from records.operations.jobs import retry_job
from records.operations.services import INDEXES
from records.queue import Job
from records.resources.audit import AuditEntry
from records.resources.site import Site

from .acting import begin
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
    """List everybody who can log in, with the letters they act by."""
    rows = []
    for person in sorted(request.site.people.values(), key=lambda person: (person.unit, person.userid)):
        rows.append(
            {
                "userid": person.userid,
                "name": person.name,
                "unit": unit_name(request, person.unit),
                "window": person.window,
                "staff_number": person.staff_number,
                "state": _standing(request, person),
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
    return {"people": rows}


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
    queue = request.site.jobs

    def rows(found) -> list[dict[str, object]]:
        return [_job(job) for _number, job in zip(range(MOST_JOBS), found, strict=False)]

    return {
        "failed": rows(queue.dead()),
        "running": rows(queue.running()),
        "waiting": rows(queue.waiting()),
        "retries": may_somewhere(request, Permission.JOB_RETRY),
        "errors": errors or [],
    }


def _job(job: Job) -> dict[str, object]:
    return {
        "number": job.number,
        "verb": job.verb,
        "subject": job.subject,
        "since": instant(job.owed_since),
        "next": instant(job.place),
        "tries": job.tries,
        "error": job.last_error,
        "progress": f"{job.done} / {job.total}" if job.total else "",
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
    newest = site.counters["audit"].value if "audit" in site.counters else 0
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
    """Recompute an entry's leaf and the digest of what stands beside it (核验)."""
    beside = hashlib.sha256(entry.salt + entry.details.encode()).hexdigest()
    return ledger.leaf_hash(entry.line) == entry.leaf and beside == line["details_digest"]


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
    calendar, year = services.calendar(request.site), request.today.year
    return {
        "versions": [{"label": "Python", "value": platform.python_version(), "kind": "code"}]
        + [{"label": name, "value": version(name), "kind": "code"} for name in PARTS],
        "database": services.database.scheme,
        "latest": latest,
        "indexes": [_index(services.engines[name], name, latest) for name in INDEXES],
        "records": [
            {"label": label, "value": counter.value}
            for name, label in COUNTED
            if (counter := request.site.counters.get(f"number:{name}")) is not None
        ],
        "used": size(disk.used),
        "free": size(disk.free),
        "free_share": f"{disk.free / disk.total:.0%}",
        "tight": disk.free < disk.total // 10,
        "years": [{"year": each, "announced": calendar.announced(each)} for each in (year, year + 1)],
        "cut_off": unshare_available(),
        "dead": sum(1 for _job in request.site.jobs.dead()),
    }


def _index(engine, name: str, latest: int) -> dict[str, object]:
    try:
        behind = latest - engine.mark()
    except NeedsRebuild:
        return {"name": name, "behind": latest, "state": {"word": _("must be built anew"), "kind": "wrong"}}
    state = (
        {"word": _("up to date"), "kind": "done"}
        if behind <= 0
        else {"word": _("catching up"), "kind": "wait"}
    )
    return {"name": name, "behind": behind, "state": state}


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
    view(retry, name="retry-job", context=Site, request_method="POST", permission=Permission.JOB_RETRY,
         renderer="admin/jobs.pt")  # fmt: skip
