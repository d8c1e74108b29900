"""Validity in time (有效期与失效): a material is taken away, given back or corrected, and its running cases know it at once.

Whatever only the calendar brings, a last day that passes or a suspension that ends, is looked for once a day by the worker.
Cases that are decided are never touched.
"""

from __future__ import annotations

import json
from datetime import date, timedelta

from records.domain import validity as rules
from records.domain.fetching import LicenceStatus
from records.domain.findings import Finding, Refused
from records.domain.validity import RUNNING, Stop
from records.domain.vocabulary import MaterialStatus
from records.indexes import keys, questions
from records.queue import Lease
from records.resources.materials import Material
from records.resources.site import Site

from . import renewals
from .acts import Act, leave_trace, plain
from .checklists import stop_of
from .discretion import discreet
from .falls import fallen_now, note_falls, running_on
from .fetching import owe_fetches
from .services import WORKER, Services

VERB = "check-validity"

#: What a correction may change.
CORRECTED = ("document_number", "issuer", "issued_on", "valid_from", "valid_until")


@discreet
def stop_material(
    act: Act,
    material: Material,
    *,
    status: LicenceStatus,
    evidence: str,
    why: str,
    until: date | None = None,
) -> Material | Refused:
    """Write down that a material was taken away (吊销、暂扣、注销等); it fills no line any more, and its running cases say so.

    ``evidence`` names the decision; ``until`` is the last day of a suspension, through which it holds.
    """
    found = rules.decide_stop(
        MaterialStatus(material.status),
        _written(material),
        status=status,
        until=until,
        evidence=evidence,
        why=why,
        today=act.today,
    )
    if found:
        return Refused(found)
    material.stopped = (status.value, act.today, until, evidence.strip(), why.strip(), act.by.userid, act.at)
    material.status = MaterialStatus.FROZEN.value
    details = {"status": status.value, "evidence": evidence.strip(), "until": until}
    leave_trace(act, "material.stop", material, why=why.strip(), details=details)
    _tell_cases(act, material)
    return material


@discreet
def restore_material(act: Act, material: Material, *, evidence: str, why: str) -> Material | Refused:
    """Make a material valid again that was taken away (恢复有效): the decision was set aside, or the suspension lifted early."""
    found = rules.decide_restore(_written(material), evidence=evidence, why=why)
    if found:
        return Refused(found)
    _free(act, material, why=why.strip(), details={"evidence": evidence.strip()})
    return material


@discreet
def correct_material(
    act: Act,
    material: Material,
    *,
    document_number: str = "",
    issuer: str = "",
    issued_on: date | None = None,
    valid_until: date | None = None,
    endless: bool = False,
    why: str,
) -> Material | Refused:
    """Correct what was typed of a material (更正); what is left empty stays, ``endless`` takes a last day away.

    The trace keeps the keyed digest of the old values, the key under which the material exists once is taken anew
    (``validity.identity-taken``), and its running cases are touched. Packages keep what they were sealed with.
    """
    before = {name: getattr(material, name) for name in CORRECTED}
    given = {
        "document_number": document_number,
        "issuer": issuer,
        "issued_on": issued_on,
        "valid_until": valid_until,
    }
    after = before | {name: value for name, value in given.items() if value}
    if endless:
        after["valid_until"] = None
    if before["valid_from"] == before["issued_on"]:
        after["valid_from"] = after["issued_on"]
    found = rules.decide_correction(
        MaterialStatus(material.status),
        changed=after != before,
        issued_on=after["issued_on"],
        valid_until=after["valid_until"],
        why=why,
        today=act.today,
    )
    old, new = renewals.identity(material), renewals.identity(_as_corrected(material, after))
    owner = keys.owner(act.site, new)
    if owner not in (None, material.id):
        params = {"id": str(owner), "title": act.site.materials[owner].title}
        found = (*found, Finding("validity.identity-taken", subject="document_number", params=params))
    if found:
        return Refused(found)
    keys.release(act.site, old, material.id)
    for name, value in after.items():
        setattr(material, name, value)
    renewals.claim(act, material)
    material.corrections = (
        *material.corrections,
        (act.at, act.by.userid, why.strip(), before["issued_on"]),
    )
    changed = [name for name in CORRECTED if before[name] != after[name]]
    written = json.dumps(plain(before), ensure_ascii=False, sort_keys=True)
    details = {"changed": changed, "before": act.vault.digest("material-description", written)}
    leave_trace(act, "material.correct", material, why=why.strip(), details=details)
    for dossier in running_on(act.site, material):
        dossier.events = (*dossier.events, ("material_corrected", act.at, act.by.userid, material.title))
        leave_trace(act, "dossier.material-corrected", dossier, unit=dossier.unit, why=why.strip())
    _tell_cases(act, material)
    return material


def owe_check(services: Services) -> bool:
    """Owe the look at all validity once a day (每日核对); false when today's is owed or done already."""
    today = services.clock.today()
    with services.database.read() as root:
        if root["site"].checked_on == today:
            return False

    def within(root) -> None:
        site = root["site"]
        site.checked_on = today
        site.jobs.owe(VERB, today.isoformat(), at=services.clock.now())

    services.database.run(within, note="owe the look at validity")
    return True


def work_on(services: Services, job: Lease) -> None:
    """Do the day's look as the queue owes it."""
    check(services)


def check(services: Services) -> int:
    """End the suspensions that are over and tell the running cases what their materials are worth today; return how many changed."""
    today = services.clock.today()
    with services.database.read() as root:
        site = root["site"]
        over = [material.id for material in questions.suspended_until(site, today - timedelta(days=1))]
    for material in over:
        services.database.run(
            lambda root, each=material: _end(services, root["site"], each), note="suspension over"
        )
    with services.database.read() as root:
        site = root["site"]
        changed = [
            dossier.id
            for unit in site.office["units"]
            for state in sorted(RUNNING)
            for _, dossier in questions.dossiers_in(site, unit, state.value)
            if fallen_now(site, dossier, today=today) != dossier.fallen
        ]
    for dossier in changed:
        services.database.run(lambda root, each=dossier: _note(services, root["site"], each), note="validity")
    return len(over) + len(changed)


def _end(services: Services, site: Site, material_id: str) -> None:
    act, material = services.act(site, WORKER, channel="job"), site.materials[material_id]
    written = _written(material)
    if written is not None and written.over(today=act.today):
        _free(act, material, why="", details={"until": written.until})


def _note(services: Services, site: Site, dossier_id: str) -> None:
    act, dossier = services.act(site, WORKER, channel="job"), site.dossiers[dossier_id]
    if note_falls(act, dossier):
        owe_fetches(act, dossier)


def _free(act: Act, material: Material, *, why: str, details: dict[str, object]) -> None:
    """Take the decision away that stopped a material; it stays frozen when a platform says so as well."""
    material.stopped = ()
    if material.status == MaterialStatus.FROZEN and not material.licence_status:
        material.status = MaterialStatus.VALID.value
    leave_trace(act, "material.restore", material, why=why, details=details)
    _tell_cases(act, material)


def _tell_cases(act: Act, material: Material) -> None:
    """Let the running cases that rest on a material say what it is worth now, and owe what the office fetches."""
    for dossier in running_on(act.site, material):
        if note_falls(act, dossier):
            owe_fetches(act, dossier)


def _written(material: Material) -> Stop | None:
    """Return the decision that somebody wrote down; what only a platform says is its own matter."""
    return stop_of(material) if material.stopped else None


def _as_corrected(material: Material, values: dict[str, object]) -> Material:
    """Return a material that only serves to ask under which key the corrected one would stand."""
    asked = Material()
    for name in ("id", "applicant", "standard", "situation"):
        setattr(asked, name, getattr(material, name))
    for name, value in values.items():
        setattr(asked, name, value)
    return asked
