from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.findings import Refused
from records.domain.retention import (
    RetentionRow,
    Trigger,
    expires_on,
    longest,
    period_for,
    read_retention,
    trigger_day,
    years_of,
)
from records.domain.vocabulary import Retention

ON = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "period", "codes"),
    [
        ("永久", Retention.Y, []), ("y", Retention.Y, []), ("Ｄ３０", Retention.D30, []), ("30年", Retention.D30, []),
        ("定期 10 年", Retention.D10, []), ("长期", Retention.D30, ["retention.legacy"]),
        ("短期", Retention.D10, ["retention.legacy"]),
    ],
)  # fmt: skip
def test_a_period_is_read_as_people_write_it(text, period, codes):
    found = read_retention(text)
    assert (found.retention, [note.code for note in found.findings]) == (period, codes)


@pytest.mark.parametrize("text", ["", "D31", "3年", "很久"])
def test_an_unknown_period_is_refused(text):
    assert [found.code for found in read_retention(text).findings] == ["retention.unknown"]


@given(st.sampled_from(list(Retention)), st.dates(date(1950, 1, 1), date(2100, 12, 31)))
def test_a_period_begins_on_the_first_of_january_and_ends_on_the_last_of_december(period, trigger):
    end = expires_on(period, trigger)
    if period is Retention.Y:
        assert end is None
    else:
        first = date(trigger.year + 1, 1, 1)
        assert end == date(first.year + years_of(period) - 1, 12, 31)


def test_the_longest_part_decides():
    assert longest([Retention.D10, Retention.D100, Retention.D30]) is Retention.D100
    assert longest([Retention.D100, Retention.Y]) is Retention.Y
    with pytest.raises(ValueError):  # noqa: PT011
        longest([])


def row(item, fonds, retention, *, approved=False, since=date(2020, 1, 1), until=None):
    number = "延档批〔2026〕3号" if approved else ""
    return RetentionRow(item, item, fonds, retention, "", number, approved, since, until)


def test_the_nearest_row_in_force_decides():
    rows = [
        row("01", "*", Retention.D30),
        row("food", "*", Retention.D10),
        row("food", "0726", Retention.D15),
        row("food", "0726", Retention.D20, approved=True, since=date(2019, 1, 1)),
        row("food", "0726", Retention.D50, approved=True, since=date(2027, 1, 1)),
        row("food", "0727", Retention.Y, until=date(2025, 12, 31)),
    ]
    assert period_for("food", "0726", ON, rows) is rows[3]
    assert period_for("food", "0726", date(2027, 1, 1), rows) is rows[4]
    assert period_for("food", "0727", ON, rows, item_type="01") is rows[1]
    assert period_for("tax", "0726", ON, rows, item_type="01") is rows[0]


def test_what_nobody_determined_is_a_finding():
    found = period_for("tax", "0726", ON, [row("01", "*", Retention.D30)])
    assert isinstance(found, Refused)
    assert [(f.code, dict(f.params)) for f in found.findings] == [
        ("retention.undetermined", {"item": "tax", "fonds": "0726", "day": "2026-11-21"})
    ]


@pytest.mark.parametrize(
    ("trigger", "known", "day"),
    [
        (Trigger.CLOSED, {}, ON), (Trigger.EXPIRED, {"valid_until": date(2031, 5, 1)}, date(2031, 5, 1)),
        (Trigger.EXPIRED, {}, None), (Trigger.CANCELLED, {"valid_until": date(2031, 5, 1)}, None),
        (Trigger.ENDED, {"noted": date(2030, 1, 2)}, date(2030, 1, 2)),
    ],
)  # fmt: skip
def test_a_period_runs_from_the_event_that_the_table_names_once_it_is_known(trigger, known, day):
    assert trigger_day(trigger, closed=ON, **known) == day


def test_an_approved_row_stands_before_a_nearer_example():
    rows = [row("food", "*", Retention.D10), row("01", "0726", Retention.D50, approved=True)]
    assert period_for("food", "0726", ON, rows, item_type="01") is rows[1]
