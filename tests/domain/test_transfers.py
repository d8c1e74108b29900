"""What goes to the archives and when, what forbids it, and that no order of acts skips a signature, a check or the receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain import transfers as rules
from records.domain.transfer_answers import Answer, Said, guard_answers
from records.domain.transfers import (
    ItemFacts,
    Level,
    Period,
    Receiver,
    Signer,
    Standing,
    TransferState,
)
from records.domain.vocabulary import ItemState
from records.rules.transfers import office_rows, transfer_rows

TODAY = date(2036, 3, 1)
COUNTY = Receiver("云溪县档案馆", Level.COUNTY, ("nangong",), "county")
GOOD = ItemFacts(
    "J043-ZY·SP·2026-D30-ZCG-0001",
    ItemState.ARCHIVED,
    date(2026, 2, 1),
    Period(10, 10, "条例 20"),
    reviewed=True,
)


def period(receiver=COUNTY, rows=None, *, retention="D30", electronic=True, fonds="market-regulation"):
    return rules.period_of(
        receiver, transfer_rows() if rows is None else rows, category="ZY·SP", retention=retention, fonds=fonds,
        electronic=electronic, on=TODAY,
    )  # fmt: skip


def test_county_archives_take_after_ten_years_and_those_above_after_twenty():
    city = replace(COUNTY, level=Level.MUNICIPAL)
    assert [period(COUNTY).must, period(city).must, period(COUNTY, retention="Y").must] == [10, 20, 10]


def test_paper_that_is_out_is_not_signed_away():
    out = replace(GOOD, lent="云市监查〔2026〕1号")
    assert [found.code for found in rules.guard_item(out, today=TODAY, ready=True)] == ["transfer.lent"]
    assert rules.guard_item(out, today=TODAY, ready=False) == ()


@pytest.mark.parametrize("retention", ["D10", "D5"])
@pytest.mark.parametrize("level", list(Level))
def test_what_is_kept_ten_years_or_less_goes_nowhere(level, retention):
    assert period(replace(COUNTY, level=level), retention=retention) is None


def test_electronic_items_go_earlier_by_agreement_and_paper_does_not():
    agreed = replace(COUNTY, electronic_years=5, agreement="云档协〔2030〕1号")
    assert [period(agreed).may, period(agreed).must] == [5, 10]
    assert period(agreed, electronic=False).may == 10


def test_an_approved_row_of_the_office_stands_before_the_general_one_and_the_nearer_before_the_farther():
    def row(**said):
        told = {"fonds": "*", "category": "*", "retention": "*", "takes": True, "years": 15, "basis": "接收范围",
                "approval": "云档范〔2030〕2号", "since": date(2030, 1, 1), "until": None}  # fmt: skip
        return told | said

    def rows(*described):
        return (*office_rows(Level.COUNTY, described), *transfer_rows())

    assert period(rows=rows(row())).must == 15
    assert period(rows=rows(row(), row(fonds="market-regulation", years=12))).must == 12
    assert period(rows=rows(row(takes=False, years=0))) is None
    assert period(rows=rows(row(retention="D10", years=10)), retention="D10").must == 10
    assert period(rows=rows(row(until=date(2035, 12, 31)))).must == 10
    assert period(rows=()) is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"state": ItemState.PENDING}, "transfer.not-archived"),
        ({"state": ItemState.RETURNED}, "transfer.not-archived"),
        ({"state": ItemState.TRANSFERRED}, "transfer.not-archived"),
        ({"state": ItemState.DESTROYED}, "transfer.not-archived"),
        ({"package": False}, "transfer.no-package"),
        ({"period": None}, "transfer.out-of-scope"),
        ({"formed": date(2027, 1, 1)}, "transfer.not-due"),
        ({"delayed": TODAY}, "transfer.delayed"),
        ({"holds": ("云纪暂〔2036〕3号",)}, "transfer.held"),
        ({"placing": ("云纪暂〔2036〕4号",)}, "transfer.hold-coming"),
        ({"elsewhere": "云市监鉴〔2036〕1号"}, "transfer.elsewhere"),
        ({"reviewed": False}, "transfer.not-reviewed"),
    ],
)
def test_each_thing_that_forbids_the_transfer_of_an_item_is_named(changed, code):
    assert rules.guard_item(GOOD, today=TODAY, ready=True) == ()
    found = rules.guard_item(replace(GOOD, **changed), today=TODAY, ready=True)
    assert [each.code for each in found] == [code]


def test_everything_that_forbids_it_is_told_at_once_and_an_appraisal_may_send_what_no_table_names():
    bad = replace(GOOD, period=None, holds=("甲", "乙"), reviewed=False)
    assert [each.code for each in rules.guard_item(bad, today=TODAY, ready=True)] == [
        "transfer.out-of-scope", "transfer.held", "transfer.held", "transfer.not-reviewed",
    ]  # fmt: skip
    assert rules.guard_item(replace(GOOD, period=None, appraised=True), today=TODAY, ready=True) == ()


def test_the_copy_stays_as_long_after_the_receipt_as_the_office_says_leap_years_included():
    assert rules.copy_until(date(2036, 2, 29), hold_years=5) == date(2041, 2, 28)
    assert rules.copy_until(date(2036, 3, 1), hold_years=8) == date(2044, 3, 1)


def test_the_archives_list_is_wrong_in_each_way_with_its_row():
    said = (
        Said(2, "一", Answer.ACCEPTED, "M-1"),
        Said(3, "一", Answer.ACCEPTED, "M-2"),
        Said(4, "别处", Answer.REFUSED, defect="TH-06"),
        Said(5, "二", Answer.ACCEPTED),
        Said(6, "三", Answer.ACCEPTED, "M-1"),
        Said(7, "四", None),
        Said(8, "五", Answer.REFUSED),
        Said(9, "六", Answer.REFUSED, defect="不清楚"),
        Said(10, "七", Answer.ACCEPTED, "M-7", defect="TH-06"),
        Said(11, "八", Answer.ACCEPTED, "M-8"),
        Said(12, "九", Answer.ACCEPTED, "旧-1"),
    )
    expected = dict.fromkeys("一二三四五六七八九十", "") | {"八": "M-88"}
    found = guard_answers(said, expected=expected, defects={"TH-06"}, taken={"旧-1"})
    assert [(each.code.removeprefix("transfer."), each.params.get("row", each.params["code"])) for each in found] == [
        ("row-twice", 3), ("row-unknown", 4), ("row-no-number", 5), ("row-number-twice", 6), ("row-unsaid", 7),
        ("row-no-defect", 8), ("row-defect-unknown", 9), ("row-both", 10), ("row-number-other", 11),
        ("row-number-twice", 12), ("row-missing", "十"),
    ]  # fmt: skip


PEOPLE = ("machao", "nangong", "chunyu")
HEADS = ("nangong", "machao")
ACTS = st.tuples(
    st.sampled_from(
        ("remove", "check", "stop", "checked", "failed", "preparer", "head", "refuse", "hand", "packed", "receipt", "enter", "entered", "abandon")
    ),
    st.sampled_from(PEOPLE),
)  # fmt: skip


def after(standing: Standing, act: str, by: str) -> Standing:
    """Return the transfer after one act, unchanged when the rules refuse it."""
    signer = {"preparer": Signer.PREPARER, "head": Signer.HEAD}.get(act)
    if signer is not None:
        found = rules.guard_sign(standing, signer, by, heads=HEADS)
        return standing if found else rules.sign(standing, signer, by)
    match act:
        case "remove":
            found, then = rules.guard_change(standing), replace(standing, total=max(standing.total - 1, 0))
        case "check":
            found, then = rules.guard_check(standing), replace(standing, state=rules.CHECKING)
        case "stop":
            found = rules.guard_stop(standing)
            then = standing if found else replace(standing, state=rules.STOPS[standing.state])
        case "checked" | "failed":
            found = rules.wrong_state(standing, rules.CHECKING)
            then = rules.checked(standing, passed=act == "checked")
        case "refuse":
            found = rules.guard_refuse(standing, by, heads=HEADS, why="题名有误")
            then = rules.refuse(standing)
        case "hand":
            found, then = rules.guard_hand_over(standing), replace(standing, state=rules.PACKING)
        case "packed":
            found = rules.wrong_state(standing, rules.PACKING)
            then = replace(standing, state=rules.HANDED)
        case "receipt":
            told = {"number": "1", "receiver": "段干木", "on": TODAY, "handed": TODAY, "today": TODAY}
            found, then = rules.guard_receipt(standing, **told), replace(standing, receipt=True)
        case "enter":
            found, then = rules.guard_enter(standing), replace(standing, state=rules.ENTERING)
        case "entered":
            found = rules.wrong_state(standing, rules.ENTERING)
            then = replace(standing, state=rules.RECEIVED)
        case _:
            found = rules.guard_abandon(standing, why="另行移交")
            then = replace(standing, state=rules.ABANDONED)
    return standing if found else then


@given(st.lists(ACTS, max_size=60))
def test_no_order_of_acts_skips_a_check_a_signature_or_the_receipt(acts):
    standing, checked, over = Standing(rules.DRAFTED, "machao", 2), False, None
    for act, by in acts:
        before, standing = standing, after(standing, act, by)
        checked = (checked or act == "checked") if standing.state is not rules.DRAFTED else False
        if standing.state in (rules.SIGNED, rules.PACKING, rules.HANDED, rules.ENTERING, rules.RECEIVED):
            assert checked
            assert standing.total > 0
            assert standing.holder(Signer.PREPARER) == "machao"
            assert standing.holder(Signer.HEAD) == "nangong"
        if standing.state in (rules.ENTERING, rules.RECEIVED):
            assert standing.receipt
        if before.state in (rules.HANDED, rules.ENTERING):
            assert standing.state is not rules.ABANDONED
        if over is not None:
            assert standing == over
        over = standing if standing.state in (rules.RECEIVED, rules.ABANDONED) else None


def test_the_whole_way_is_open_to_who_takes_each_step():
    standing = Standing(rules.DRAFTED, "machao", 2)
    way = ("check", "checked", "preparer", "head", "hand", "packed", "receipt", "enter", "entered")
    states = []
    for act in way:
        standing = after(standing, act, "nangong" if act == "head" else "machao")
        states.append(standing.state)
    assert states == [
        TransferState.CHECKING, TransferState.CHECKED, TransferState.CHECKED, TransferState.SIGNED,
        TransferState.PACKING, TransferState.HANDED, TransferState.HANDED, TransferState.ENTERING, TransferState.RECEIVED,
    ]  # fmt: skip
