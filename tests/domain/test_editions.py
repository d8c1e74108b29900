"""Which edition holds on which day, who may take which step, and what is refused about days and hands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.editions import (
    OPEN,
    STEPS,
    EditionStatus,
    EditionStep,
    Span,
    Weight,
    check_approval,
    check_days,
    check_publication,
    holding,
    taken,
    weight_of,
)
from records.domain.findings import Finding, Refused, Severity

DAY = date(2026, 11, 21)
days = st.integers(0, 12).map(lambda n: DAY + timedelta(days=n))
spans = st.lists(st.tuples(days, days | st.none()), max_size=5).map(
    lambda pairs: [Span(number, *pair) for number, pair in enumerate(pairs, 1)]
)


@given(spans, days)
def test_the_newest_that_has_begun_decides_and_what_was_cancelled_never_counts(found, today):
    number = holding(found, today)
    begun = [
        span for span in found if span.since <= today and (span.until is None or span.until > span.since)
    ]
    if number is None:
        assert not begun or (begun[-1].until is not None and begun[-1].until <= today)
    else:
        assert begun[-1].number == number
        assert begun[-1].until is None or begun[-1].until > today


@given(spans, days)
def test_a_cancelled_edition_changes_nothing(found, today):
    later = [*found, Span(len(found) + 1, DAY, DAY)]
    assert holding(later, today) == holding(found, today)


@pytest.mark.parametrize("step", EditionStep)
@pytest.mark.parametrize("status", EditionStatus)
def test_a_step_leads_where_the_table_says_and_nowhere_else(step, status):
    result = taken(step, status, number=3)
    if status in STEPS[step][0]:
        assert result is STEPS[step][1]
    else:
        assert isinstance(result, Refused)
        assert [(found.code, dict(found.params)) for found in result.findings] == [
            ("guide.wrong-status", {"version": 3, "status": status.label, "step": step.label})
        ]


def test_the_gravest_finding_is_the_weight_and_notes_weigh_nothing():
    notes, warns, blocks = (
        Finding("x", severity) for severity in (Severity.NOTES, Severity.WARNS, Severity.BLOCKS)
    )
    assert [weight_of(found) for found in ((), (notes,), (notes, warns), (warns, blocks, warns))] == [
        Weight.CLEAR,
        Weight.CLEAR,
        Weight.WARNS,
        Weight.BLOCKS,
    ]


def test_what_was_published_or_given_up_is_never_open_again():
    assert not {EditionStatus.PUBLISHED, EditionStatus.DISCARDED} & OPEN
    for sources, target in STEPS.values():
        if EditionStatus.PUBLISHED in sources or EditionStatus.DISCARDED in sources:
            assert target is EditionStatus.PUBLISHED


def codes(found) -> list[str]:
    return [each.code for each in found]


def test_two_hands_of_two_organisations_and_never_an_author():
    hands = {"authors": ("bai", "sun"), "approved_by": "zhuge", "approved_unit": "market"}
    assert codes(check_approval(by="sun", authors=hands["authors"], may=False)) == [
        "guide.own-work", "guide.other-department"
    ]  # fmt: skip
    assert check_approval(by="zhuge", authors=hands["authors"], may=True) == ()
    assert check_publication(by="zhou", unit="centre", **hands) == ()
    assert codes(check_publication(by="bai", unit="centre", **hands)) == ["guide.own-work"]
    assert codes(check_publication(by="zhuge", unit="market", **hands)) == [
        "guide.own-work", "guide.same-organisation"
    ]  # fmt: skip
    assert codes(check_publication(by="zhou", unit="", **hands)) == ["guide.same-organisation"]


def test_every_wrong_day_is_told_at_once():
    yesterday, tomorrow = DAY - timedelta(days=1), DAY + timedelta(days=1)
    others = [Span(1, yesterday), Span(2, tomorrow), Span(3, tomorrow, tomorrow)]
    found = check_days(Span(4, yesterday, yesterday), today=DAY, others=others)
    assert [(each.code, each.subject) for each in found] == [
        ("guide.past-date", "effective_on"),
        ("guide.until-early", "version.until"),
        ("guide.overtaken", "effective_on"),
    ]
    assert check_days(Span(4, tomorrow, None), today=DAY, others=others) == ()
