"""What a verdict was judged from (判断依据), so short that it is kept with every line and can be judged again years later.

Kept is only what may change afterwards: how the material and its standard stood on that day. Everything else (the line
of the guide version, number and day of issue, what the applicant had agreed to by then) is read from the records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from .materials import HeldMaterial, Sensitivity
from .reuse import Need, Verdict, decide_reuse
from .vocabulary import Grade, MaterialStatus, ReuseClass

#: The reasons of the table, each written as the letter of its place; the list only grows at its end.
REASONS = (
    "reuse.same-chain", "reuse.same-bytes", "reuse.licence", "reuse.confirm", "reuse.held", "reuse.status", "reuse.undated",
    "reuse.expired", "reuse.grade", "reuse.once", "reuse.purpose", "reuse.consent", "reuse.sensitive", "reuse.disputed",
)  # fmt: skip

_STATUS = tuple(MaterialStatus)
_REUSE = tuple(ReuseClass)
_SENSITIVITY = tuple(Sensitivity)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict as it was kept: its reason, and how material and standard stood when it was judged."""

    reason: str
    grade: Grade
    status: MaterialStatus
    disputed: bool
    same_bytes: bool
    valid_from: date | None
    valid_until: date | None
    reuse: ReuseClass
    sensitivity: Sensitivity
    validity_days: int | None


def keep(held: HeldMaterial, need: Need, verdict: Verdict) -> str:
    """Return a verdict with what it was judged from as the short text that is kept (留存判断依据)."""
    standard = need.standard
    head = "".join(
        (
            chr(ord("a") + REASONS.index(verdict.reason)),
            held.grade.value,
            str(_STATUS.index(held.status)),
            str(_REUSE.index(standard.reuse)),
            str(_SENSITIVITY.index(standard.sensitivity)),
            "!" if held.disputed else "",
            "=" if verdict.checks[0].answer else "",
        )
    )
    days = "" if standard.validity_days is None else str(standard.validity_days)
    return ",".join((head, days, _day(held.valid_until), _day(held.valid_from))).rstrip(",")


def read(kept: str) -> Judgement:
    """Read what was kept; ``ValueError`` when it is not such a text."""
    head, days, until, since, *_ = (*kept.split(","), "", "", "")
    try:
        return Judgement(
            reason=REASONS[ord(head[0]) - ord("a")],
            grade=Grade(head[1]),
            status=_STATUS[int(head[2])],
            disputed="!" in head,
            same_bytes="=" in head,
            valid_from=date.fromisoformat(since) if since else None,
            valid_until=date.fromisoformat(until) if until else None,
            reuse=_REUSE[int(head[3])],
            sensitivity=_SENSITIVITY[int(head[4])],
            validity_days=int(days) if days else None,
        )
    except IndexError as error:
        raise ValueError(f"{kept!r} is no judgement") from error


def judge_again(kept: str, held: HeldMaterial, need: Need, *, today: date) -> Verdict:
    """Judge once more from what was kept (重新判断); ``held`` and ``need`` give what cannot have changed.

    The verdict equals the one of that day exactly when its reason is that of :func:`read`.
    """
    was = read(kept)
    then = replace(
        held,
        grade=was.grade,
        status=was.status,
        disputed=was.disputed,
        valid_from=was.valid_from,
        valid_until=was.valid_until,
        digest="same" if was.same_bytes else "",
    )
    standard = replace(
        need.standard, reuse=was.reuse, sensitivity=was.sensitivity, validity_days=was.validity_days
    )
    return decide_reuse(
        then, replace(need, standard=standard, needed_on=today), today=today, digest=then.digest
    )


def _day(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day else ""
