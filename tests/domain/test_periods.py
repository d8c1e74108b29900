"""Lengths of time: what is typed, what is printed, and what nobody has said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.periods import UNSAID, Period, longest, span, usual
from records.domain.vocabulary import Limit

AT_ONCE = Period(0, Limit.AT_ONCE)
periods = st.builds(
    Period, st.integers(1, 9999), st.sampled_from([Limit.WORKING_DAYS, Limit.DAYS, Limit.MONTHS])
) | st.sampled_from([AT_ONCE, UNSAID])


@pytest.mark.parametrize("written", ["0个工作日", "0日", " 0 个月 ", "当场", "当场办结", "即办"])
def test_no_day_at_all_is_at_once_and_printed_so(written):
    assert (Period.parse(written), Period.parse(written).label) == (AT_ONCE, "当场")


def test_what_nobody_has_said_is_printed_as_nothing_and_never_as_none_of_a_unit():
    assert (UNSAID.label, UNSAID.said, AT_ONCE.said) == ("", False, True)
    assert Period(0, Limit.DAYS).label == ""
    with pytest.raises(ValueError, match="not a period"):
        Period.parse("尽快")


@given(periods)
def test_what_is_printed_is_read_again(period):
    assert Period.parse(period.label) == period


@given(periods)
def test_the_usual_length_lies_between_the_fewest_and_the_most_days(period):
    fewest, most = span(period)
    assert fewest <= usual(period) <= most == longest(period)
