"""Fetching (调取、后台补调取): what the office asks other organs' platforms, so that the applicant brings nothing.

A case owes a look-up for each empty line that the guide waives and a platform serves. The worker asks, outside any
transaction; what it heard is written in one of its own. Silence leaves the fetch owed, with a day by which it is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from records.domain import fetching as rules
from records.domain.checklists import LineState, LineStatus
from records.domain.dossiers import Gap
from records.domain.fetching import FetchState, Health, Licence, LicenceStatus
from records.domain.findings import Finding, Refused, Severity, blocking
from records.domain.guide_parts import Line
from records.domain.permissions import Permission
from records.domain.reuse import SHARING
from records.domain.validity import RUNNING
from records.domain.vocabulary import DossierState, MaterialSource, MaterialStatus
from records.exchange.platforms import Platform
from records.indexes import questions, worklists
from records.queue import Lease
from records.resources.applicants import Applicant
from records.resources.dossiers import Dossier
from records.resources.fetches import Fetch
from records.resources.materials import Material
from records.resources.site import Site
from records.rules.clocks import reply_limit

from . import platform_calls, subjects
from .acts import Act, enter, leave_trace, register
from .checklists import checklist_of, guide_of, need_of
from .discretion import discreet
from .falls import note_falls, running_on
from .fetched import put_into_library
from .materials import Upload
from .services import WORKER, Services
from .standards import standards

VERB = "look-up"
PROMISE = "office-fetch"
CHECKED_AGAIN_AFTER = timedelta(days=1)


def owe_fetches(act: Act, dossier: Dossier) -> tuple[Fetch, ...]:
    """Owe a look-up for every line of a case that a platform may fill (登记调取); those owed already stay, once a line.

    A licence that was fetched for another case and fills a line now is looked up again, unless it was within a day.
    """
    if not act.platforms:
        return ()
    for fetch in fetches_of(act.site, dossier):
        _bring_forward(act, dossier, fetch)
    states = checklist_of(act.site, dossier, today=act.today).lines
    return tuple(
        fetch
        for state in states
        if _waits(act, state)
        for fetch in (_owe_line(act, dossier, state.line, by=act.by.userid),)
        if fetch is not None
    )


def retry_fetch(act: Act, fetch: Fetch) -> Fetch | Refused:
    """Ask the platform again now (重新调取), also after a definite answer, which may have changed.

    Findings: ``fetch.case-over``, ``fetch.no-platform``.
    """
    dossier = act.site.dossiers[fetch.dossier]
    found = []
    if DossierState(dossier.state) not in RUNNING:
        found.append(Finding("fetch.case-over", params={"state": DossierState(dossier.state).label}))
    if act.platforms.serving(fetch.licence_type) is None:
        found.append(Finding("fetch.no-platform", params={"type": fetch.licence_type}))
    if found:
        return Refused(tuple(found))
    _ask_from(act, fetch, act.at)
    leave_trace(act, "fetch.retry", fetch, unit=fetch.unit, permission=Permission.DOSSIER_FILL)
    return fetch


def retry_platform(act: Act, *, platform: str) -> int | Refused:
    """Call a platform again at once (恢复连接): its rest is over and everything owed of it is asked now; return how much."""
    if platform not in {each.key for each in act.platforms}:
        return Refused((Finding("fetch.platform-unknown", params={"platform": platform[:40]}),))
    platform_calls.forget_silences(act.site, platform)
    waiting = [fetch for fetch in every_owed(act.site) if fetch.platform == platform]
    for fetch in waiting:
        _ask_from(act, fetch, act.at)
        leave_trace(act, "fetch.retry", fetch, unit=fetch.unit)
    enter(act, "platform.retry", f"platform:{platform}", details={"fetches": len(waiting)})
    return len(waiting)


def fetches_of(site: Site, dossier: Dossier) -> Iterator[Fetch]:
    """Yield the fetches of a case by line."""
    for _, fetch in worklists.page(site, "fetched-for", dossier.id):
        yield site.fetches[fetch]


def fetches_in(site: Site, unit: str, state: FetchState, limit: int | None = None) -> Iterator[Fetch]:
    """Yield a unit's fetches in a state: owed ones by due day, settled ones the newest first."""
    for _, fetch in worklists.page(site, "fetches", unit, state.value, limit=limit):
        yield site.fetches[fetch]


def lines_refused(site: Site, dossier: Dossier) -> frozenset[str]:
    """Return the lines of which a platform said that there is nothing to use: the applicant may show the paper, and need not."""
    return frozenset(fetch.line for fetch in fetches_of(site, dossier) if fetch.state in rules.ANSWERED_NO)


def not_to_be_told(site: Site, dossier: Dossier, gaps: Sequence[Gap]) -> tuple[Finding, ...]:
    """Refuse to put into a notice what the office is still fetching (``supplement.office-fetches``)."""
    owed = {fetch.line for fetch in fetches_of(site, dossier) if fetch.state == FetchState.OWED}
    there = {entry[0] for entry in dossier.entries}
    names = {line.id: line.name for line in guide_of(site, dossier).lines}
    return tuple(
        Finding(
            "supplement.office-fetches", subject=gap.line, params={"line": names[gap.line]}, basis=SHARING
        )
        for gap in gaps
        if gap.line in owed - there
    )


def every_owed(site: Site) -> Iterator[Fetch]:
    """Yield everything that the whole centre still has to fetch."""
    for unit in site.office["units"]:
        yield from fetches_in(site, unit, FetchState.OWED)


def work_on(services: Services, job: Lease) -> None:
    """Ask for one fetch and write down what was heard; a job that another one took the place of does nothing."""
    with services.database.read() as root:
        site = root["site"]
        fetch = site.fetches.get(job.subject)
        if fetch is None or fetch.owed != job.number or fetch.state != FetchState.OWED:
            return
        call = platform_calls.prepare(services, site, fetch, met=_met(services, site, fetch))
    if isinstance(call, platform_calls.Call):
        heard = platform_calls.hear(services, call)
    else:
        heard = platform_calls.Heard(call)

    def within(root) -> None:
        fetch = root["site"].fetches[job.subject]
        if fetch.owed == job.number and fetch.state == FetchState.OWED:
            dossier = root["site"].dossiers[fetch.dossier]
            act = services.act(
                root["site"], WORKER, channel="job", acting_for=fetch.asked_by, why=dossier.code
            )
            _settle(act, fetch, heard)

    services.database.run(within, note="look-up")


def _waits(act: Act, state: LineState) -> bool:
    """Tell whether a line is to be asked for: empty and the office's, or filled by what a platform gave some time ago."""
    if not state.needed:
        return False
    if state.status is LineStatus.MISSING:
        return state.by_office
    lookups = act.site.materials[state.material].lookups if state.material else ()
    return bool(lookups) and lookups[-1][4] + CHECKED_AGAIN_AFTER <= act.at


def _owe_line(act: Act, dossier: Dossier, line: Line, *, by: str) -> Fetch | None:
    kind = rules.type_to_ask(line, standards(act.site)[line.material])
    platform = act.platforms.serving(kind)
    holder = _holder(act.site, dossier, line)
    if platform is None or holder is None:
        return None
    fetch = next((each for each in fetches_of(act.site, dossier) if each.line == line.id), None)
    if fetch is None:
        fetch = Fetch()
        fetch.dossier, fetch.line, fetch.unit = dossier.id, line.id, dossier.unit
        register(act, fetch)
    elif FetchState(fetch.state) in {FetchState.OWED, *rules.ANSWERED_NO}:
        return None
    fetch.holder, fetch.licence_type, fetch.platform, fetch.asked_by = holder.id, kind, platform.key, by
    fetch.owed_on = act.today
    _ask_from(act, fetch, act.at)
    leave_trace(act, "fetch.owe", fetch, unit=fetch.unit)
    return fetch


def _bring_forward(act: Act, dossier: Dossier, fetch: Fetch) -> None:
    """Let a fetch be due no later than its case, whose promised day is known once it is accepted."""
    due = _due(act, dossier, fetch)
    if fetch.state == FetchState.OWED and fetch.due_on != due:
        fetch.due_on = due
        leave_trace(act, "fetch.due", fetch, unit=fetch.unit)


def _due(act: Act, dossier: Dossier, fetch: Fetch):
    return rules.fetch_due(
        fetch.owed_on, reply_limit(PROMISE).period, act.calendar, promised=dossier.promised_due
    )


def _ask_from(act: Act, fetch: Fetch, at: datetime) -> None:
    """Owe the call from an instant on; the job before it, if any, finds that its number is no longer the one."""
    if fetch.state != FetchState.OWED:
        fetch.owed_on, fetch.settled_at = act.today, None
    fetch.state, fetch.next_at = FetchState.OWED.value, at
    fetch.due_on = _due(act, act.site.dossiers[fetch.dossier], fetch)
    fetch.owed = act.site.jobs.owe(VERB, fetch.id, at=act.at, not_before=at).number


def _holder(site: Site, dossier: Dossier, line: Line) -> Applicant | None:
    """Return whose licence it is: the applicant's, or that of the business or the person behind it; None when not known."""
    applicant = site.applicants[dossier.applicant]
    for role, other, *_ in applicant.links:
        if role in subjects.OPENS and subjects.OPENS[role][0] == line.material:
            return site.applicants[other]
    if line.material == subjects.CARD and applicant.applicant_kind != "person":
        return None
    return applicant


def _met(services: Services, site: Site, fetch: Fetch) -> FetchState | None:
    """Say why nothing needs to be asked any more: the case is over, or its line was filled by other means."""
    dossier = site.dossiers[fetch.dossier]
    if DossierState(dossier.state) not in RUNNING:
        return FetchState.OVER
    state = checklist_of(site, dossier, today=services.clock.today()).line(fetch.line)
    if state is None or not state.needed:
        return FetchState.OVER
    if not state.complete or fetch.material:
        return None
    return None if site.materials[state.material].lookups else FetchState.MET


def _settle(act: Act, fetch: Fetch, heard: platform_calls.Heard) -> None:
    reply = heard.reply
    if heard.asked:
        fetch.tries, fetch.tried_at = fetch.tries + 1, act.at
        platform_calls.note_health(act.site, fetch.platform, reply, act.at)
    match reply:
        case FetchState():
            _close(act, fetch, reply)
        case datetime():
            _postpone(act, fetch, reply)
        case Finding():
            fetch.fault, fetch.params = reply.code, tuple(reply.params.items())
            _postpone(act, fetch, act.at + rules.pause(fetch.tries))
        case rules.Absent():
            _close(act, fetch, FetchState.ABSENT)
        case Licence():
            _take(act, fetch, licence=reply, upload=heard.upload, request=heard.request)


def _postpone(act: Act, fetch: Fetch, at: datetime) -> None:
    _ask_from(act, fetch, at)
    leave_trace(act, "fetch.postpone", fetch, unit=fetch.unit, details={"fault": fetch.fault})


def _close(act: Act, fetch: Fetch, state: FetchState, *, found: Sequence[Finding] = ()) -> None:
    fetch.state, fetch.settled_at, fetch.next_at = state.value, act.at, None
    stopped = next(iter(blocking(tuple(found))), None)
    fetch.fault, fetch.params = (stopped.code, tuple(stopped.params.items())) if stopped else ("", ())
    warned = [each.code for each in found if each.severity is Severity.WARNS]
    details = {"platform": fetch.platform, "state": state.value, "warned": warned}
    leave_trace(act, "fetch.settle", fetch, unit=fetch.unit, details=details)


@discreet
def _take(act: Act, fetch: Fetch, *, licence: Licence, upload: Upload, request: str) -> None:
    """Judge a licence, keep it as the holder's material, and put it on its line unless that was filled meanwhile."""
    dossier: Dossier = act.site.dossiers[fetch.dossier]
    line = next(each for each in guide_of(act.site, dossier).lines if each.id == fetch.line)
    need = need_of(act.site, dossier, line, today=act.today)
    found = rules.decide_licence(licence, need, case=dossier.id, today=act.today)
    lookup = (fetch.platform, request, dossier.code, fetch.asked_by, act.at, licence.status.value)
    for material in _fetched_before(act, fetch, line, licence):
        _follow(act, fetch, material, licence.status, lookup)
    fetch.status = licence.status.value
    if blocking(found):
        _close(act, fetch, FetchState.UNUSABLE, found=found)
        return
    material = put_into_library(
        act, dossier, need, licence=licence, upload=upload, holder=fetch.holder, lookup=lookup
    )
    if material is None:
        stopped = Finding("fetch.out-of-use", subject=line.id, params={"line": line.name})
        _close(act, fetch, FetchState.UNUSABLE, found=(stopped,))
        return
    fetch.material = material.id
    on_line = {entry[1] for entry in dossier.entries if entry[0] == line.id}
    fetch.beside = bool(on_line - {material.id})
    if not on_line:
        entry = (
            line.id,
            material.id,
            upload.digest,
            MaterialSource.FETCHED.value,
            act.at,
            fetch.asked_by,
            "",
        )
        dossier.entries = (*dossier.entries, entry)
        leave_trace(act, "dossier.fetch", dossier, unit=dossier.unit)
    _close(act, fetch, FetchState.FETCHED, found=found)


def _fetched_before(act: Act, fetch: Fetch, line: Line, licence: Licence) -> list[Material]:
    """Return the holder's materials that stand for this very licence, by its identifier or by its number and issuer."""
    codes = standards(act.site).together(line.material)
    held = (each for code in codes for each in questions.library(act.site, fetch.holder, code))
    return [
        material
        for material in held
        if material.lookups
        and (
            (licence.identifier and material.licence_identifier == licence.identifier)
            or (material.document_number, material.issuer) == (licence.document_number, licence.issuer)
        )
    ]


def _follow(act: Act, fetch: Fetch, material: Material, status: LicenceStatus, lookup: tuple) -> None:
    """Let a material follow its licence (状态变更): frozen when its issuer takes it away, freed when it is valid again.

    A frozen one leaves the line of this case; running cases that also rest on it look it up for themselves.
    """
    now = MaterialStatus(material.status)
    by_platform = "" if material.stopped else material.licence_status
    then = rules.status_of_material(status, now, frozen_by=by_platform)
    if then is not now:
        material.status = then.value
        material.licence_status = status.value if then is MaterialStatus.FROZEN else ""
        material.lookups = (*material.lookups, lookup)
        event = "material.freeze" if then is MaterialStatus.FROZEN else "material.free"
        details = {"platform": fetch.platform, "request": lookup[1], "status": status.value}
        leave_trace(act, event, material, unit=fetch.unit, details=details)
    cases = running_on(act.site, material) if then is not now or then is MaterialStatus.FROZEN else []
    for dossier in cases:
        if then is MaterialStatus.FROZEN:
            _take_off(act, fetch, dossier, material, status)
        note_falls(act, dossier)


def _take_off(act: Act, fetch: Fetch, dossier: Dossier, material: Material, status: LicenceStatus) -> None:
    lines = {entry[0] for entry in dossier.entries if entry[1] == material.id}
    if dossier.id == fetch.dossier:
        dossier.entries = tuple(entry for entry in dossier.entries if entry[1] != material.id)
        leave_trace(act, "dossier.unfill", dossier, unit=dossier.unit, why=status.label)
    else:
        for line in (each for each in guide_of(act.site, dossier).lines if each.id in lines):
            _owe_line(act, dossier, line, by=fetch.asked_by)


def health_of(site: Site, platform: Platform) -> Health:
    """Return how a platform has answered of late."""
    return platform_calls.health_of(site, platform.key)
