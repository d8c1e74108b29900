from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pyramid import testing
from pyramid.request import apply_request_extensions

from records.clock import FrozenClock, SystemClock, civil_date

EVENING = datetime(2026, 2, 16, 15, 59, 59, tzinfo=UTC)


def test_the_civil_day_begins_at_midnight_in_china():
    clock = FrozenClock(EVENING)
    assert (clock.now(), clock.today()) == (EVENING, date(2026, 2, 16))
    clock.advance(seconds=1)
    assert (clock.now(), clock.today()) == (EVENING + timedelta(seconds=1), date(2026, 2, 17))


def test_a_frozen_clock_answers_in_utc_whatever_it_was_set_to():
    clock = FrozenClock(datetime(2026, 11, 21, 8, 30, tzinfo=timezone(timedelta(hours=8))))
    assert clock.now() == datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_an_instant_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        FrozenClock(datetime(2026, 11, 21, 8, 30))


def test_many_threads_advance_one_clock_without_losing_a_second():
    clock = FrozenClock(EVENING)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: clock.advance(seconds=1), range(2000)))
    assert clock.now() == EVENING + timedelta(seconds=2000)


def test_the_system_clock_is_aware_and_runs():
    clock = SystemClock()
    before = datetime.now(UTC)
    first, second = clock.now(), clock.now()
    assert before <= first <= second <= datetime.now(UTC)
    assert first.tzinfo is UTC
    assert clock.today() in {civil_date(first), civil_date(clock.now())}


def test_a_request_keeps_one_time_from_beginning_to_end():
    clock = FrozenClock(EVENING)
    with testing.testConfig(settings={"records.clock": clock}) as config:
        config.include("records.clock")
        config.commit()
        request = testing.DummyRequest()
        apply_request_extensions(request)
        assert request.now == EVENING
        clock.advance(days=1)
        assert (request.now, request.today) == (EVENING, date(2026, 2, 16))
        later = testing.DummyRequest()
        apply_request_extensions(later)
        assert (later.today, later.now) == (date(2026, 2, 17), EVENING + timedelta(days=1))


def test_without_a_setting_the_machine_tells_the_time():
    with testing.testConfig() as config:
        config.include("records.clock")
        assert isinstance(config.registry.clock, SystemClock)
