"""Validity in time (有效期与失效): when a material stops serving a case that rests on it, and what may be said against that.

A paper that was valid when the application was accepted goes on serving it, although its last day passes while the case
runs, unless its line wants it valid on the day of the decision. One that its issuer takes away serves no longer. What was
decided is not touched again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .fetching import LicenceStatus
from .findings import Finding, Severity
from .materials import HeldMaterial
from .reuse import Need, expiry
from .vocabulary import DossierState, GapKind, MaterialStatus

#: While a case stands here, what happens to its materials concerns it.
RUNNING = frozenset(
    {DossierState.DRAFT, DossierState.RECEIVED, DossierState.SUPPLEMENT, DossierState.ACCEPTED}
)

#: What a guide says of a line (有效期要求) whose paper must still be valid on the day of the decision.
AT_DECISION = "决定时须在有效期内"

IN_USE = frozenset({MaterialStatus.VALID, MaterialStatus.FROZEN})


@dataclass(frozen=True, slots=True)
class Stop:
    """By what decision a material does not hold (吊销、暂扣、注销等): its status, from when, and the last day of a suspension."""

    status: LicenceStatus
    since: date
    until: date | None = None

    def over(self, *, today: date) -> bool:
        """Tell whether a suspension has run out; it holds through the whole of its last day."""
        return self.until is not None and self.until < today


def decide_stop(
    now: MaterialStatus,
    before: Stop | None,
    *,
    status: LicenceStatus,
    until: date | None,
    evidence: str,
    why: str,
    today: date,
) -> tuple[Finding, ...]:
    """Return what speaks against writing down that a material was taken away; empty means it may be.

    ``validity.not-in-use``, ``validity.stopped-already``, ``validity.not-a-stop``, ``validity.until-past``,
    ``validity.only-suspended-ends``, ``validity.no-evidence``, ``validity.no-reason``. A suspension may be followed by
    another end or by something final; what is final is written once.
    """
    found = []
    if now not in IN_USE:
        found.append(Finding("validity.not-in-use", params={"status": now.label}))
    if status is LicenceStatus.VALID:
        found.append(Finding("validity.not-a-stop", subject="status"))
    elif before is not None and (
        before.status is not LicenceStatus.SUSPENDED or (before.status, before.until) == (status, until)
    ):
        params = {"status": before.status.label, "since": before.since.isoformat()}
        found.append(Finding("validity.stopped-already", subject="status", params=params))
    if until is not None and status is not LicenceStatus.SUSPENDED:
        found.append(Finding("validity.only-suspended-ends", subject="until"))
    elif until is not None and until < today:
        found.append(Finding("validity.until-past", subject="until", params={"until": until.isoformat()}))
    return (*found, *_grounds(evidence, why))


def decide_restore(before: Stop | None, *, evidence: str, why: str) -> tuple[Finding, ...]:
    """Return what speaks against making a material valid again (恢复有效); empty means it may be.

    ``validity.not-stopped``, ``validity.no-evidence``, ``validity.no-reason``.
    """
    stands = () if before is not None else (Finding("validity.not-stopped"),)
    return (*stands, *_grounds(evidence, why))


def decide_correction(
    now: MaterialStatus,
    *,
    changed: bool,
    issued_on: date | None,
    valid_until: date | None,
    why: str,
    today: date,
) -> tuple[Finding, ...]:
    """Return what speaks against correcting what was typed of a material (更正); empty means it may be.

    ``issued_on`` and ``valid_until`` are the days as they would be. ``validity.not-in-use``,
    ``validity.nothing-changed``, ``validity.issued-later``, ``validity.ends-before-issue``, ``validity.no-reason``.
    """
    found = []
    if now not in IN_USE:
        found.append(Finding("validity.not-in-use", params={"status": now.label}))
    if not changed:
        found.append(Finding("validity.nothing-changed"))
    if issued_on is not None and issued_on > today:
        params = {"issued": issued_on.isoformat()}
        found.append(Finding("validity.issued-later", subject="issued_on", params=params))
    if issued_on is not None and valid_until is not None and valid_until < issued_on:
        params = {"issued": issued_on.isoformat(), "until": valid_until.isoformat()}
        found.append(Finding("validity.ends-before-issue", subject="valid_until", params=params))
    if not why.strip():
        found.append(Finding("validity.no-reason", subject="why"))
    return tuple(found)


def fall(
    held: HeldMaterial,
    need: Need,
    *,
    stop: Stop | None,
    relied_on: date | None,
    today: date,
) -> Finding | None:
    """Say why the material on a line of a running case does not hold any more (材料失效); None while it does.

    ``relied_on`` is the day from which the case rests on it: that of the acceptance, or the later one on which the paper
    came to its line; None before acceptance. Blocks: ``validity.suspended``, ``validity.stopped``, ``validity.ended``
    and ``validity.ended-at-decision``. Only a note: ``validity.ended-later``, which asks nothing of the applicant.
    """
    line = need.line
    params: dict[str, str | int] = {"line": line.name, "id": held.id}
    if held.status is MaterialStatus.FROZEN:
        if stop is not None and stop.until is not None:
            return Finding(
                "validity.suspended", subject=line.id, params={**params, "until": stop.until.isoformat()}
            )
        status = stop.status.label if stop is not None else held.status.label
        return Finding("validity.stopped", subject=line.id, params={**params, "status": status})
    until = expiry(held, need=need)
    if until is None or until >= today:
        return None
    params["until"] = until.isoformat()
    if relied_on is None or until < relied_on:
        return Finding("validity.ended", subject=line.id, params=params)
    if AT_DECISION in line.validity:
        return Finding("validity.ended-at-decision", subject=line.id, params=params)
    return Finding("validity.ended-later", Severity.NOTES, line.id, params)


def gap_of(fallen: Finding | None) -> GapKind | None:
    """Return what a fallen material leaves on its line: an expired paper, or none that holds; None where it serves."""
    if fallen is None or fallen.severity is not Severity.BLOCKS:
        return None
    return GapKind.EXPIRED if fallen.code.startswith("validity.ended") else GapKind.MISSING


def note_of(fallen: Finding) -> str:
    """Return in a few words what is wrong with a fallen material, as the one-time notice may say it."""
    match fallen.code:
        case "validity.suspended":
            return f"暂扣至{fallen.params['until']}"
        case "validity.stopped":
            return str(fallen.params["status"])
    return f"有效期至{fallen.params['until']}，已过期"


def _grounds(evidence: str, why: str) -> tuple[Finding, ...]:
    lacking = (("evidence", evidence, "validity.no-evidence"), ("why", why, "validity.no-reason"))
    return tuple(Finding(code, subject=field) for field, said, code in lacking if not said.strip())
