"""What must be in the file, what may be, and what must not: by the table of the day of closing."""

from __future__ import annotations

from datetime import date

import pytest

from records.domain.scope import InScope, LeftOut, ScopeRow, completeness, duplicates, scope_of
from records.domain.vocabulary import ArchiveClass, Retention, Stage
from records.rules.reading import BadRow, Row
from records.rules.scope import COLUMNS, read_row, scope_rows

LINES = ("application", "plan")
EXAMPLE = {
    "stage": "05", "paper": "result", "title": "办理结果", "class": "result", "necessity": "required", "when": "granted",
    "item": "", "fonds": "*", "retention": "", "basis": "", "status": "示例", "approval": "", "since": "2020-01-01",
    "until": "",
}  # fmt: skip


def scope(*more, marks=("granted", "promised"), on=date(2026, 10, 9), item="food"):
    return scope_of(
        (*scope_rows(), *more), item=item, item_type="01", fonds="J043", on=on, marks=marks, lines=LINES
    )


def row(paper, necessity, **more):
    values = {
        "stage": Stage.REVIEW, "paper": paper, "title": paper, "klass": ArchiveClass.PROCEDURE, "necessity": necessity,
        "when": frozenset(), "item": "", "fonds": "J043", "retention": None, "basis": "", "approval": "云档批〔2026〕1号",
        "since": date(2026, 1, 1),
    }  # fmt: skip
    return ScopeRow(**{**values, **more})


def required(found, there=LINES):
    return {paper for paper, must in found.wanted(there).items() if must}


def test_a_granted_promised_case_must_have_its_papers_and_a_refused_one_no_result():
    assert required(scope()) == {
        "application", "plan", "notice-acceptance", "notice-grant", "result", "notice-delivery", "guide",
    }  # fmt: skip
    assert required(scope(marks=("refused", "immediate"))) == {
        "application", "plan", "notice-refusal", "notice-delivery", "guide",
    }  # fmt: skip
    assert required(scope(), there=("plan",)) & set(LINES) == {"plan"}


def test_what_is_excluded_may_not_be_there_at_all():
    assert not {"duplicate", "superseded", "blank"} & scope().wanted(LINES).keys()
    assert "plan" not in scope(row("plan", InScope.EXCLUDED)).wanted(LINES)


def test_the_offices_row_wins_from_its_day_on_and_the_nearest_of_them():
    own = row("notice-receipt", InScope.REQUIRED)
    nearer = row("notice-receipt", InScope.IF_HAPPENED, item="food")
    assert "notice-receipt" in required(scope(own))
    assert "notice-receipt" not in required(scope(own, on=date(2025, 12, 31)))
    assert "notice-receipt" not in required(scope(own, nearer))
    assert "notice-receipt" in required(scope(own, nearer, item="hygiene"))
    assert "notice-receipt" not in required(scope(row("notice-receipt", InScope.REQUIRED, fonds="J061")))


def test_the_paper_that_must_be_kept_longest_sets_a_period():
    found = scope(
        row("plan", InScope.REQUIRED, retention=Retention.D30),
        row("result", InScope.REQUIRED, retention=Retention.Y),
    )
    assert [found.retention(papers) for papers in (("application",), ("plan",), ("plan", "result"))] == [
        None, Retention.D30, Retention.Y,
    ]  # fmt: skip


def test_the_second_of_equal_papers_is_left_out_and_says_why():
    papers = [("plan", "平面图", "aa"), ("application", "申请书", "aa"), ("plan", "平面图（文件2）", "aa")]
    assert duplicates(papers, scope()) == (LeftOut("plan", "平面图（文件2）", "重份文件"),)
    assert duplicates(papers, scope(row("duplicate", InScope.IF_HAPPENED))) == ()


def test_completeness_names_what_is_still_to_come():
    found = completeness({"a": True, "b": False, "c": True}, {"c", "b"})
    assert (found.required, found.missing, found.there, found.complete) == (
        ("a", "c"),
        ("a",),
        ("b", "c"),
        False,
    )


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"status": "已批准"}, "approval"), ({"approval": "1号"}, "approval"), ({"when": "perhaps"}, "when"),
        ({"necessity": "maybe"}, "necessity"), ({"stage": "11"}, "stage"),
    ],
)  # fmt: skip
def test_a_bad_row_of_the_table_names_its_column(change, column):
    assert read_row(Row("scope.csv", 2, EXAMPLE)).when == frozenset({"granted"})
    assert set(EXAMPLE) == set(COLUMNS)
    with pytest.raises(BadRow, match=rf"scope\.csv:2: {column}: "):
        read_row(Row("scope.csv", 2, {**EXAMPLE, **change}))
