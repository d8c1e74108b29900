"""The life of an edition of a guide (指南版次): who may take which step when, and from which day to which it holds.

Two organisations and never the author: the department whose item it is approves, the centre reviews and publishes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from .findings import Finding, Refused, Severity
from .vocabulary import Term

TWO_HANDS = "I15"
KEPT = "I5"


class EditionStatus(Term):
    """Where an edition stands (版次状态)."""

    DRAFT = "draft", "编制中"
    SUBMITTED = "submitted", "待部门审核"
    APPROVED = "approved", "待中心发布"
    PUBLISHED = "published", "已发布"
    DISCARDED = "discarded", "已作废"


class EditionStep(Term):
    """What is done with an edition (版次办理)."""

    SAVE = "save", "保存"
    SUBMIT = "submit", "送审"
    RETURN = "return", "退回修改"
    APPROVE = "approve", "部门审核"
    PUBLISH = "publish", "审核发布"
    DISCARD = "discard", "作废"
    WITHDRAW = "withdraw", "撤下"


class Weight(Term):
    """What spoke against an edition when it was last checked (检查结果); the gravest finding counts."""

    UNKNOWN = "", "未检查"
    BLOCKS = "blocks", "有阻断发布的问题"
    WARNS = "warns", "有待核对的问题"
    CLEAR = "clear", "没有问题"


def weight_of(found: Iterable[Finding]) -> Weight:
    """Return the weight of findings; notes weigh nothing."""
    heard = {each.severity for each in found}
    if Severity.BLOCKS in heard:
        return Weight.BLOCKS
    return Weight.WARNS if Severity.WARNS in heard else Weight.CLEAR


OPEN = frozenset({EditionStatus.DRAFT, EditionStatus.SUBMITTED, EditionStatus.APPROVED})
"""In these an edition is being worked on; a guide has at most one such edition."""

STEPS: Mapping[EditionStep, tuple[frozenset[EditionStatus], EditionStatus]] = {
    EditionStep.SAVE: (frozenset({EditionStatus.DRAFT}), EditionStatus.DRAFT),
    EditionStep.SUBMIT: (frozenset({EditionStatus.DRAFT}), EditionStatus.SUBMITTED),
    EditionStep.RETURN: (frozenset({EditionStatus.SUBMITTED, EditionStatus.APPROVED}), EditionStatus.DRAFT),
    EditionStep.APPROVE: (frozenset({EditionStatus.SUBMITTED}), EditionStatus.APPROVED),
    EditionStep.PUBLISH: (frozenset({EditionStatus.APPROVED}), EditionStatus.PUBLISHED),
    EditionStep.DISCARD: (frozenset({EditionStatus.DRAFT}), EditionStatus.DISCARDED),
    EditionStep.WITHDRAW: (frozenset({EditionStatus.PUBLISHED}), EditionStatus.PUBLISHED),
}
"""From where each step leads to where; what is not written is refused."""


class Span(NamedTuple):
    """The civil day from which an edition holds, and the first day on which it does not hold any more."""

    number: int
    since: date
    until: date | None = None

    @property
    def cancelled(self) -> bool:
        """Whether it was taken back before it ever held."""
        return self.until is not None and self.until <= self.since


def taken(step: EditionStep, status: EditionStatus, *, number: int) -> EditionStatus | Refused:
    """Return where a step leads from a status; ``guide.wrong-status`` where it leads nowhere."""
    sources, target = STEPS[step]
    if status in sources:
        return target
    params: dict[str, str | int] = {"version": number, "status": status.label, "step": step.label}
    return Refused((Finding("guide.wrong-status", params=params),))


def holding(spans: Iterable[Span], today: date) -> int | None:
    """Return the number of the edition in force on a civil day: the newest that has begun, unless it has ended.

    An edition that was taken back before it held never counts; one that ended does not bring an older one back.
    """
    begun = [span for span in spans if not span.cancelled and span.since <= today]
    newest = max(begun, key=lambda span: span.number, default=None)
    if newest is None or (newest.until is not None and newest.until <= today):
        return None
    return newest.number


def check_approval(*, by: str, authors: Collection[str], may: bool) -> tuple[Finding, ...]:
    """Check who approves for the department: not an author, and with a letter for the unit the edition names."""
    found = [Finding("guide.own-work", basis=TWO_HANDS)] if by in authors else []
    if not may:
        found.append(Finding("guide.other-department", basis=TWO_HANDS))
    return tuple(found)


def check_publication(
    *, by: str, unit: str, authors: Collection[str], approved_by: str, approved_unit: str
) -> tuple[Finding, ...]:
    """Check who publishes for the centre: neither author nor approver, and of another organisation than the approver."""
    found = [Finding("guide.own-work", basis=TWO_HANDS)] if by in (*authors, approved_by) else []
    if not unit or unit == approved_unit:
        found.append(Finding("guide.same-organisation", basis=TWO_HANDS))
    return tuple(found)


def check_days(span: Span, *, today: date, others: Iterable[Span]) -> tuple[Finding, ...]:
    """Check from when to when an edition shall hold; ``others`` are the published editions of the same guide.

    ``guide.past-date`` (cases received since then were judged by another edition), ``guide.until-early`` (it would end
    before it begins), ``guide.overtaken`` (an older edition is scheduled to begin later and would never hold).
    """
    found = []
    if span.since < today:
        params = {"day": span.since.isoformat()}
        found.append(Finding("guide.past-date", subject="effective_on", params=params, basis=KEPT))
    if span.cancelled:
        params = {"until": str(span.until), "day": span.since.isoformat()}
        found.append(Finding("guide.until-early", subject="version.until", params=params))
    for other in others:
        if not other.cancelled and other.since > span.since:
            later: dict[str, str | int] = {"version": other.number, "day": other.since.isoformat()}
            found.append(Finding("guide.overtaken", subject="effective_on", params=later))
    return tuple(found)
