"""Keeping: who mends whom, when each thing is read again, when a medium is, and when somebody is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.findings import Severity
from records.domain.keeping import (
    LONGEST,
    Condition,
    Cure,
    MediumFacts,
    MediumState,
    alarms,
    cure,
    is_due,
    next_check,
)
from records.rules.formats import format_row
from records.rules.media import medium_kinds

START = date(2026, 11, 23)


@pytest.mark.parametrize("store", Condition)
@pytest.mark.parametrize("copy", Condition)
def test_only_good_bytes_mend_and_without_any_it_is_lost(store, copy):
    expected = {
        (True, True): Cure.NONE, (True, False): Cure.MEND_COPY, (False, True): Cure.MEND_STORE, (False, False): Cure.LOST,
    }  # fmt: skip
    assert cure(store, copy) is expected[store is Condition.GOOD, copy is Condition.GOOD]


@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=30), off=st.sets(st.integers(0, 120), max_size=9)
)
def test_nothing_goes_unread_for_longer_than_ninety_days(counts, off):
    """Objects come on any day, and the program stands still on some: still nothing waits longer than it may."""
    read: list[date] = []
    today = START
    for step in range(130):
        today += timedelta(days=1)
        if step < len(counts):
            read += [today] * counts[step]
        done = 0
        while step not in off and read:
            read.sort()
            if not is_due(read[0], today=today, done_today=done, count=len(read)):
                break
            read[0], done = today, done + 1
        assert all(today - each <= LONGEST for each in read)


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.sampled_from(sorted(medium_kinds())))
def test_a_medium_is_checked_again_that_many_months_later(last, kind):
    row = medium_kinds()[kind]
    due = next_check(row, last)
    assert (due.year - last.year) * 12 + due.month - last.month == row.check_months
    assert due.day == last.day or (due.day < last.day and (due + timedelta(days=1)).day == 1)


def told(**more) -> list[tuple[str, str]]:
    whole = {"oldest": START, "lost": 0, "uncopied": 0, "waiting": 0, "copies": 2, "media": [disk()], **more}
    return [(found.code, found.severity.value) for found in alarms(today=START, **whole)]


def disk(*, offline=True, state=MediumState.IN_USE, by=START, read=True) -> MediumFacts:
    return MediumFacts("ZT-1", offline, state, by, read)


def test_somebody_is_told_of_everything_that_is_not_as_it_should_be():
    assert told() == []
    assert told(oldest=None) == []
    assert told(oldest=START - LONGEST) == []
    assert told(lost=2, uncopied=1, waiting=3, oldest=START - LONGEST - timedelta(days=1)) == [
        ("keeping.lost", Severity.BLOCKS), ("keeping.uncopied", Severity.BLOCKS),
        ("keeping.overdue", Severity.BLOCKS), ("keeping.waiting", Severity.WARNS),
    ]  # fmt: skip
    assert told(media=[]) == [("keeping.no-offline", Severity.WARNS)]
    assert told(media=[disk(offline=False)]) == [("keeping.no-offline", Severity.WARNS)]
    assert told(media=[disk(read=False)]) == [("keeping.no-offline", Severity.WARNS)]
    assert told(copies=1) == [("keeping.too-few", Severity.WARNS)]
    late, doubtful = disk(by=START - timedelta(days=1)), disk(state=MediumState.DOUBTFUL)
    assert told(media=[late]) == [("keeping.medium-due", Severity.WARNS)]
    assert told(media=[doubtful]) == [
        ("keeping.no-offline", Severity.WARNS),
        ("keeping.medium-doubtful", Severity.WARNS),
    ]
    assert told(media=[disk(), disk(state=MediumState.RETIRED, by=START - timedelta(days=900))]) == []


def test_a_format_that_nobody_has_judged_is_a_risk():
    assert (format_row("fmt/478").risk, format_row("fmt/40").risk, format_row("fmt/999999").risk) == (
        "low", "high", "high",
    )  # fmt: skip
    assert format_row("").name == "未识别"
