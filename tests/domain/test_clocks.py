from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.clocks import Calendar, Layer, Stop, due, working_days_between
from records.domain.vocabulary import Limit
from records.rules import national_calendar

NATION = national_calendar()
DAYS = st.dates(date(2015, 1, 1), date(2026, 8, 31))


def test_the_five_days_before_a_spring_festival_are_explained_day_by_day():
    found = due(date(2026, 2, 12), 5, Limit.WORKING_DAYS, NATION)
    assert [(f"{day.date:%m-%d}", day.counts, day.why) for day in found.days] == [
        ("02-13", True, "周五"),
        ("02-14", True, "春节调休上班"),
        *((f"02-{number}", False, "春节放假") for number in range(15, 24)),
        ("02-24", True, "周二"),
        ("02-25", True, "周三"),
        ("02-26", True, "周四"),
    ]
    assert (found.due, found.provisional, found.findings) == (date(2026, 2, 26), False, ())
    assert found.days[0].as_dict() == {"date": "2026-02-13", "counts": True, "why": "周五"}


def test_every_day_of_twelve_years_is_judged_like_an_independent_calendar():
    day = date(2015, 1, 1)
    while day <= date(2026, 12, 31):
        verdict = NATION.judge(day)
        assert (verdict.counts, verdict.provisional) == (chinese_calendar.is_workday(day), False), day
        day += timedelta(days=1)


def test_a_year_without_a_notice_is_provisional_and_says_so():
    found = due(date(2026, 12, 30), 3, Limit.WORKING_DAYS, NATION)
    assert [(day.date.isoformat(), day.why, day.provisional) for day in found.days] == [
        ("2026-12-31", "周四", False), ("2027-01-01", "周五（暂定）", True), ("2027-01-02", "周六（暂定）", True),
        ("2027-01-03", "周日（暂定）", True), ("2027-01-04", "周一（暂定）", True),
    ]  # fmt: skip
    assert found.provisional
    assert [(f.code, dict(f.params)) for f in found.findings] == [("calendar.year-missing", {"year": 2027})]


def test_a_stray_day_of_next_years_notice_does_not_announce_its_year():
    calendar = Calendar(national={date(2030, 12, 31): (False, "元旦")})
    assert not calendar.announced(2030)
    assert calendar.judge(date(2030, 12, 31)).provisional is False
    assert calendar.judge(date(2030, 12, 30)).provisional is True


def test_the_city_stands_above_the_nation():
    calendar = national_calendar([(date(2026, 11, 24), False, "市庆"), (date(2026, 11, 28), True, "市庆")])
    found = due(date(2026, 11, 23), 2, Limit.WORKING_DAYS, calendar)
    assert [(day.date.day, day.counts, day.why, day.layer) for day in found.days] == [
        (24, False, "市庆放假", Layer.CITY), (25, True, "周三", Layer.NATIONAL), (26, True, "周四", Layer.NATIONAL),
    ]  # fmt: skip
    assert calendar.judge(date(2026, 11, 28)).why == "市庆调休上班"


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        ((2026, 1, 31), 1, Limit.MONTHS, (2026, 2, 28)),
        ((2024, 1, 31), 1, Limit.MONTHS, (2024, 2, 29)),
        ((2026, 1, 30), 1, Limit.MONTHS, (2026, 2, 28)),
        ((2025, 8, 31), 1, Limit.MONTHS, (2025, 9, 30)),
        ((2026, 9, 1), 1, Limit.MONTHS, (2026, 10, 8)),
        ((2025, 12, 5), 2, Limit.MONTHS, (2026, 2, 5)),
        ((2026, 9, 23), 10, Limit.DAYS, (2026, 10, 8)),
        ((2026, 11, 11), 10, Limit.DAYS, (2026, 11, 23)),
        ((2026, 11, 12), 11, Limit.DAYS, (2026, 11, 23)),
        ((2026, 11, 21), 0, Limit.DAYS, (2026, 11, 21)),
        ((2026, 11, 21), 0, Limit.WORKING_DAYS, (2026, 11, 21)),
        ((2026, 11, 21), 1, Limit.WORKING_DAYS, (2026, 11, 23)),
        ((2026, 11, 21), 0, Limit.MONTHS, (2026, 11, 21)),
        ((2026, 11, 21), 7, Limit.AT_ONCE, (2026, 11, 21)),
    ],
)
def test_units_end_as_the_civil_code_says(start, amount, unit, expected):
    assert due(date(*start), amount, unit, NATION).due == date(*expected)


def test_a_last_day_in_a_holiday_says_that_it_moves():
    found = due(date(2026, 11, 18), 3, Limit.DAYS, NATION)
    assert [(day.date.day, day.counts, day.why) for day in found.days] == [
        (19, True, "自然日"), (20, True, "自然日"), (21, False, "周六，末日顺延"), (22, False, "周日，末日顺延"), (23, True, "周一"),
    ]  # fmt: skip


def test_a_stop_is_explained_and_moves_the_end():
    stop = Stop(date(2026, 11, 3), date(2026, 11, 5), "听证")
    found = due(date(2026, 11, 2), 3, Limit.WORKING_DAYS, NATION, stops=[stop])
    assert [(day.date.day, day.counts, day.why) for day in found.days] == [
        (3, True, "周二"), (4, False, "听证（不计时）"), (5, False, "听证（不计时）"), (6, True, "周五"),
        (7, False, "周六"), (8, False, "周日"), (9, True, "周一"),
    ]  # fmt: skip
    assert due(date(2026, 11, 2), 1, Limit.MONTHS, NATION, stops=[stop]).due == date(2026, 12, 4)
    assert due(date(2026, 11, 2), 4, Limit.DAYS, NATION, stops=[stop]).due == date(2026, 11, 9)


def test_a_negative_period_is_an_error():
    with pytest.raises(ValueError, match="negative"):
        due(date(2026, 1, 1), -1, Limit.DAYS, NATION)


@given(DAYS, st.integers(0, 60), st.sampled_from(list(Limit)))
def test_a_period_never_ends_before_it_begins_and_a_longer_one_never_earlier(start, amount, unit):
    amount = min(amount, 3) if unit is Limit.MONTHS else amount
    shorter, longer = due(start, amount, unit, NATION), due(start, amount + 1, unit, NATION)
    assert start <= shorter.due <= longer.due


@given(DAYS, st.integers(1, 60))
def test_working_days_agree_with_the_oracle(start, amount):
    day, left = start, amount
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    assert due(start, amount, Limit.WORKING_DAYS, NATION).due == day
    assert working_days_between(start, day, NATION) == amount
    assert working_days_between(day, start, NATION) == -amount


@given(DAYS, st.integers(1, 60), st.sampled_from([Limit.DAYS, Limit.MONTHS]))
def test_the_last_day_of_days_and_months_is_a_working_day(start, amount, unit):
    end = due(start, amount if unit is Limit.DAYS else 1, unit, NATION).due
    assert NATION.judge(end).counts
