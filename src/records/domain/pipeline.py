"""The way of a case into the archives (归档流程): ten steps in one order, each with its result, and who takes it.

The names are those of GB/T 42727-2023 clause 6, read from its table of contents only. The unit that handled the case
takes the first seven, the archives of the office the last three. A package that is returned comes again from the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from .clocks import Calendar, due
from .findings import Finding, Refused
from .vocabulary import Limit, Term

BASIS = "GB/T 42727-2023 第6章（条文未读，按目录设计）"
WITHIN = 10
"""Working days after 办结 within which a case is archived, unless the office says otherwise."""


class Step(Term):
    """One step of archiving (归档环节); the order of the list is the order of the work."""

    COLLECT = "collect", "收集"
    ARRANGE = "arrange", "整理"
    COUNT = "count", "清点"
    PACK = "pack", "形成归档信息包"
    FIX = "fix", "生成校验信息"
    CHECK = "check", "归档检测"
    EXCHANGE = "exchange", "交换"
    RECEIVE = "receive", "接收检测"
    REGISTER = "register", "登记编目"
    STORE = "store", "存储"


class StepResult(Term):
    """How a step ended (环节结果)."""

    DONE = "done", "完成"
    RETURNED = "returned", "退回"


class Side(Term):
    """Who answers for a step (责任方)."""

    UNIT = "unit", "业务部门"
    ARCHIVES = "archives", "档案部门"


STEPS = tuple(Step)
RECEIVING = frozenset({Step.RECEIVE, Step.REGISTER, Step.STORE})
#: Where a package may be sent back: by the checks of either side, or by the person who receives it.
RETURNS = frozenset({Step.CHECK, Step.RECEIVE})

#: A step that was taken: (step, at, by, result, note), as an archived item keeps it.
Taken = tuple[str, datetime, str, str, str]


@dataclass(frozen=True, slots=True)
class Defect:
    """One reason for which a package is returned (退回原因): code, words, clause, and who mends it."""

    code: str
    words: str
    clause: str
    mends: Side
    check: str = ""


def side_of(step: Step) -> Side:
    """Return who answers for a step."""
    return Side.ARCHIVES if step in RECEIVING else Side.UNIT


def next_step(taken: Sequence[Taken]) -> Step | None:
    """Return the step that comes next (下一环节); None when the package is in store. After a return it is the first."""
    if not taken or taken[-1][3] == StepResult.RETURNED:
        return STEPS[0]
    last = STEPS.index(Step(taken[-1][0]))
    return STEPS[last + 1] if last + 1 < len(STEPS) else None


def advance(
    taken: tuple[Taken, ...],
    step: Step,
    *,
    at: datetime,
    by: str,
    result: StepResult = StepResult.DONE,
    note: str = "",
) -> tuple[Taken, ...] | Refused:
    """Return the steps with one more (推进), or say that it is not its turn or cannot end that way.

    Findings: ``pipeline.over``, ``pipeline.out-of-order``, ``pipeline.no-return-here``.
    """
    expected = next_step(taken)
    found = []
    if expected is None:
        found.append(Finding("pipeline.over", subject=step, params={"step": step.label}, basis=BASIS))
    elif expected is not step:
        params = {"step": step.label, "next": expected.label}
        found.append(Finding("pipeline.out-of-order", subject=step, params=params, basis=BASIS))
    if result is StepResult.RETURNED and step not in RETURNS:
        found.append(
            Finding("pipeline.no-return-here", subject=step, params={"step": step.label}, basis=BASIS)
        )
    return Refused(tuple(found)) if found else (*taken, (step.value, at, by, result.value, note))


def rounds(taken: Iterable[Taken]) -> Iterator[tuple[Taken, ...]]:
    """Yield the steps of each attempt, oldest first: a return ends one."""
    attempt: list[Taken] = []
    for each in taken:
        attempt.append(each)
        if each[3] == StepResult.RETURNED:
            yield tuple(attempt)
            attempt = []
    if attempt:
        yield tuple(attempt)


def waits_for_receipt(taken: Sequence[Taken]) -> bool:
    """Tell whether a package was handed over and the archives have not looked at it yet (待接收)."""
    return next_step(taken) is Step.RECEIVE


@dataclass(frozen=True, slots=True)
class ArchiveDue:
    """By when a case is archived (归档期限): the working days after 办结, and the last day the year allows."""

    due: date
    last: date
    provisional: bool = False

    def overdue(self, today: date) -> bool:
        """Tell whether the day has passed."""
        return today > min(self.due, self.last)

    def hopeless(self, today: date) -> bool:
        """Tell whether even the last day of the year after has passed."""
        return today > self.last


def archive_due(closed: date, calendar: Calendar, *, within: int = WITHIN) -> ArchiveDue:
    """Return by when a closed case is archived: ``within`` working days, and never after 30 June of the next year.

    The hard limit is the practice of 机关档案管理规定; the ten days are the office's own.
    """
    reckoned = due(closed, within, Limit.WORKING_DAYS, calendar)
    last = date(closed.year + 1, 6, 30)
    return ArchiveDue(min(reckoned.due, last), last, reckoned.provisional)


def guard_return(codes: Sequence[str], defects: Iterable[Defect], *, why: str) -> tuple[Finding, ...]:
    """Check a return (退回): at least one reason of the closed list, each known, and a sentence for who mends it."""
    known = {defect.code for defect in defects}
    found = [Finding("defect.none", subject="defects")] if not codes else []
    found += [
        Finding("defect.unknown", subject="defects", params={"code": code})
        for code in codes
        if code not in known
    ]
    return (*found, Finding("defect.no-reason", subject="why")) if not why else tuple(found)
