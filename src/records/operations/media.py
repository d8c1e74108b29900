"""The register of media (载体登记): what copies lie on which disk or tape, where it is, and when somebody looked at it last."""

from __future__ import annotations

from datetime import date

from records.domain.findings import Finding, Refused
from records.domain.keeping import MediumState, next_check
from records.domain.permissions import Permission
from records.resources.keeping import Medium
from records.rules.media import medium_kinds

from .acts import Act, leave_trace, register


def register_medium(
    act: Act,
    *,
    medium_kind: str,
    title: str,
    place: str,
    serial: str = "",
    made_on: date | None = None,
    note: str = "",
) -> Medium | Refused:
    """Enter a medium in the register (载体登记); its number is given here and stands on its label.

    Findings: ``medium.kind-unknown`` (known), ``medium.made-later``.
    """
    kinds, made_on = medium_kinds(), made_on or act.today
    found = []
    if medium_kind not in kinds:
        known = "、".join(f"{key}（{kind.label}）" for key, kind in kinds.items())
        found.append(Finding("medium.kind-unknown", subject="medium_kind", params={"known": known}))
    if made_on > act.today:
        found.append(Finding("medium.made-later", subject="made_on"))
    if found:
        return Refused(tuple(found))
    medium = Medium()
    number = act.site.counter(f"medium:{act.today.year}").next()
    medium.code = f"ZT-{act.today.year}-{number:04d}"
    medium.medium_kind, medium.title, medium.place = medium_kind, title, place
    medium.serial, medium.note = serial, note
    medium.made_on, medium.made_by = made_on, act.by.userid
    medium.check_by = next_check(kinds[medium_kind], made_on)
    register(act, medium)
    leave_trace(act, "medium.register", medium, permission=Permission.KEEPING_CHECK)
    return medium


def check_medium(
    act: Act, medium: Medium, *, good: bool, note: str = "", place: str = ""
) -> Medium | Refused:
    """Enter that a medium was looked at (载体检查): good, or to be replaced; and where it lies from now on.

    Findings: ``medium.retired``, ``medium.unsaid`` when it is not good and nobody says why.
    """
    found = []
    if medium.state == MediumState.RETIRED:
        found.append(Finding("medium.retired", params={"code": medium.code}))
    if not good and not note:
        found.append(Finding("medium.unsaid", subject="note"))
    if found:
        return Refused(tuple(found))
    medium.checks = (*medium.checks, (act.today, act.by.userid, "good" if good else "bad", note))
    medium.state = (MediumState.IN_USE if good else MediumState.DOUBTFUL).value
    medium.place = place or medium.place
    medium.check_by = next_check(medium_kinds()[medium.medium_kind], act.today)
    leave_trace(act, "medium.check", medium, permission=Permission.KEEPING_CHECK, why=note)
    return medium


def retire_medium(act: Act, medium: Medium, *, why: str) -> Medium | Refused:
    """Take a medium out of use (载体停用); its number stays occupied and its checks stay on record."""
    if medium.state == MediumState.RETIRED:
        return Refused((Finding("medium.retired", params={"code": medium.code}),))
    medium.state, medium.note = MediumState.RETIRED.value, why
    leave_trace(act, "medium.retire", medium, permission=Permission.KEEPING_CHECK, why=why)
    return medium
