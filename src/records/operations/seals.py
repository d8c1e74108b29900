"""Images of seals (利用专用章图样): put in by one person, used by another, each use a numbered paper on the register."""

from __future__ import annotations

from records.domain import uses as rules
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.uses import SealState
from records.extraction.types import MediaType
from records.indexes import use_questions as questions
from records.resources.uses import Seal

from .acts import Act, leave_trace, register
from .discretion import discreet
from .materials import Upload, hold

APPROVE = Permission.USE_APPROVE
PICTURES = frozenset({MediaType.PNG, MediaType.JPEG})


@discreet
def place_seal(act: Act, *, unit: str, title: str, image: Upload) -> Seal | Refused:
    """Put the image of a unit's seal into safe keeping (登记印章图样); who does so may not use it.

    Findings: ``permission.denied``, ``use.seal-title``, ``use.seal-there``, ``use.seal-picture``.
    """
    if not act.matrix.permits(act.by, APPROVE, unit=unit.strip()):
        return Refused((Finding("permission.denied", params={"permission": APPROVE.value}),))
    found = []
    if not title.strip():
        found.append(Finding("use.seal-title", subject="title"))
    if any(
        each.title == title.strip() for each in questions.seals_of(act.site, unit.strip(), SealState.ACTIVE)
    ):
        found.append(Finding("use.seal-there", subject="title", params={"title": title.strip()}))
    if image.media_type not in PICTURES:
        found.append(Finding("use.seal-picture", subject="image"))
    if found:
        return Refused(tuple(found))
    seal = Seal()
    seal.unit, seal.title, seal.placed_by = unit.strip(), title.strip(), act.by.userid
    seal.digest, seal.media_type = hold(act, image).digest, image.media_type
    register(act, seal)
    leave_trace(act, "seal.place", seal, unit=seal.unit, permission=APPROVE)
    return seal


@discreet
def retire_seal(act: Act, seal: Seal, *, why: str) -> Seal | Refused:
    """Take the image of a seal out of use (停用印章图样); what was sealed with it stays on the register."""
    found = []
    if seal.state == SealState.RETIRED:
        found.append(Finding("use.seal-retired", subject="seal"))
    if not why.strip():
        found.append(Finding("use.no-reason", subject="why"))
    if found:
        return Refused(tuple(found))
    seal.state, seal.why = SealState.RETIRED.value, why.strip()
    seal.retired_by, seal.retired_at = act.by.userid, act.at
    leave_trace(act, "seal.retire", seal, unit=seal.unit, permission=APPROVE, why=seal.why)
    return seal


def wrong_seal(act: Act, seal: str, fonds: str) -> tuple[Finding, ...]:
    """Return what speaks against the use of a seal's image for a paper of a fonds; nothing where none is wanted."""
    if not seal:
        return ()
    found: Seal | None = act.site.seals.get(seal)
    return rules.guard_seal(
        known=found is not None,
        state=SealState(found.state) if found is not None else SealState.RETIRED,
        unit=found.unit if found is not None else "",
        fonds=fonds,
        placed_by=found.placed_by if found is not None else "",
        by=act.by.userid,
    )
