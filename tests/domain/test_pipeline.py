"""The ten steps in one order: whatever is tried, nothing is left out, and what is returned comes again from the first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from records.domain import pipeline
from records.domain.findings import Refused
from records.domain.pipeline import Defect, Side, Step, StepResult
from records.rules import national_calendar

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
CALENDAR = national_calendar(())
DEFECTS = (Defect("TH-01", "缺文件", "", Side.UNIT), Defect("TH-02", "重份", "", Side.UNIT))


def take(taken, step, result=StepResult.DONE):
    return pipeline.advance(taken, step, at=AT, by="machao", result=result)


def test_the_names_and_their_order_are_those_of_the_standard():
    assert [step.label for step in pipeline.STEPS] == [
        "收集", "整理", "清点", "形成归档信息包", "生成校验信息", "归档检测", "交换", "接收检测", "登记编目", "存储",
    ]  # fmt: skip
    assert [step.label for step in Step if pipeline.side_of(step) is Side.ARCHIVES] == [
        "接收检测",
        "登记编目",
        "存储",
    ]


class Pipelines(RuleBasedStateMachine):
    """Try any step with any result: only the next one is taken, and a return only where there are checks."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = ()
        self.expected = [Step.COLLECT]

    @rule(step=st.sampled_from(Step), result=st.sampled_from(StepResult))
    def attempt(self, step, result):
        before, after = self.taken, take(self.taken, step, result)
        if pipeline.next_step(before) is step and (result is StepResult.DONE or step in pipeline.RETURNS):
            assert after == (*before, (step.value, AT, "machao", result.value, ""))
            self.taken = after
        else:
            assert isinstance(after, Refused)

    @rule()
    def go_on(self):
        step = pipeline.next_step(self.taken)
        if step is not None:
            self.taken = take(self.taken, step)

    @invariant()
    def each_attempt_is_the_list_from_its_beginning(self):
        attempts = list(pipeline.rounds(self.taken))
        for attempt in attempts:
            assert [Step(each[0]) for each in attempt] == list(pipeline.STEPS[: len(attempt)])
        assert all(attempt[-1][3] == StepResult.RETURNED for attempt in attempts[:-1])
        over = pipeline.next_step(self.taken) is None
        assert over == (bool(self.taken) and self.taken[-1][0] == Step.STORE)


TestPipelines = Pipelines.TestCase


@pytest.mark.parametrize(
    ("steps", "step", "result", "codes"),
    [
        (0, Step.CHECK, StepResult.DONE, ["pipeline.out-of-order"]),
        (2, Step.PACK, StepResult.RETURNED, ["pipeline.out-of-order", "pipeline.no-return-here"]),
        (10, Step.STORE, StepResult.DONE, ["pipeline.over"]),
        (0, Step.COLLECT, StepResult.RETURNED, ["pipeline.no-return-here"]),
    ],
)
def test_a_step_out_of_turn_is_refused_with_every_reason(steps, step, result, codes):
    taken = ()
    for each in pipeline.STEPS[:steps]:
        taken = take(taken, each)
    assert [found.code for found in take(taken, step, result).findings] == codes


def test_a_package_waits_for_receipt_between_exchange_and_the_receiving_checks():
    taken, waits = (), []
    for step in pipeline.STEPS:
        taken = take(taken, step)
        waits.append(pipeline.waits_for_receipt(taken))
    assert waits == [step is Step.EXCHANGE for step in pipeline.STEPS]


@pytest.mark.parametrize(
    ("closed", "due"), [(date(2026, 9, 30), date(2026, 10, 20)), (date(2026, 11, 23), date(2026, 12, 7))]
)
def test_a_case_is_due_ten_working_days_after_its_closing(closed, due):
    found = pipeline.archive_due(closed, CALENDAR)
    assert (found.due, found.last) == (due, date(2027, 6, 30))
    assert [found.overdue(due), found.overdue(due + timedelta(1)), found.hopeless(date(2027, 7, 1))] == [
        False, True, True,
    ]  # fmt: skip


@given(st.dates(date(2020, 1, 1), date(2025, 12, 31)), st.integers(0, 400))
def test_no_office_may_wait_beyond_june_of_the_next_year(closed, within):
    found = pipeline.archive_due(closed, CALENDAR, within=within)
    assert closed <= found.due <= found.last == date(closed.year + 1, 6, 30)


@pytest.mark.parametrize(
    ("codes", "why", "found"),
    [
        (("TH-01", "TH-02"), "请补申请书", []),
        ((), "请补申请书", ["defect.none"]),
        (("TH-01", "TH-99"), "", ["defect.unknown", "defect.no-reason"]),
    ],
)
def test_a_return_names_reasons_of_the_closed_list_and_says_what_to_mend(codes, why, found):
    assert [each.code for each in pipeline.guard_return(codes, DEFECTS, why=why)] == found
