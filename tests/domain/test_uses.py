"""Use of archives: who may be granted what, until when, and which pages a text names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain import uses
from records.domain.use_figures import Used, counted, pages_of
from records.domain.uses import Deed, Purpose, Reading, Sought, UseState, Way
from records.domain.vocabulary import ItemState

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ITEM = Sought("J043-0001", ItemState.ARCHIVED)
ASKED = {
    "reader": "司马䶮", "number": True, "purpose": Purpose.RIGHTS, "note": "", "ways": (Way.READING,), "items": (ITEM,),
    "unknown": (), "fonds": {"a"}, "sought": "",
}  # fmt: skip


def codes(found) -> list[str]:
    return [each.code for each in found]


def test_a_request_tells_all_that_is_missing_at_once():
    assert uses.guard_request(**ASKED) == ()
    empty = {**ASKED, "reader": "", "number": False, "purpose": None, "ways": (), "items": (), "fonds": set()}
    assert codes(uses.guard_request(**empty)) == [
        "use.no-reader", "use.no-number", "use.no-purpose", "use.no-way", "use.nothing-sought",
    ]  # fmt: skip
    assert codes(uses.guard_request(**{**ASKED, "purpose": Purpose.OTHER})) == ["use.no-purpose-note"]
    assert codes(uses.guard_request(**{**ASKED, "items": (), "fonds": set(), "sought": "房屋"})) == [
        "use.no-fonds"
    ]
    assert codes(uses.guard_request(**{**ASKED, "fonds": {"a", "b"}, "unknown": ("x",)})) == [
        "use.item-unknown", "use.several-fonds",
    ]  # fmt: skip
    assert codes(uses.guard_request(**{**ASKED, "items": (ITEM,) * 51})) == ["use.too-many"]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (ItemState.ARCHIVED, []),
        (ItemState.PENDING, ["use.item-not-ready"]),
        (ItemState.RETURNED, ["use.item-not-ready"]),
        (ItemState.TRANSFERRED, ["use.item-transferred"]),
        (ItemState.DESTROYED, ["use.item-destroyed"]),
    ],
)
def test_what_is_not_there_is_refused_at_every_step_and_a_tombstone_answers(state, code):
    item = Sought("J043-0001", state, paper=True, tombstone=("云销〔2026〕1号", "2026-11-20"))
    reading = Reading(NOW, NOW + timedelta(hours=1))
    ways = frozenset(Way)
    steps = (
        uses.guard_request(**{**ASKED, "items": (item,)}),
        uses.guard_approve(UseState.REQUESTED, (item,), own=False, for_unit=True, consent=""),
        uses.guard_open(UseState.APPROVED, ways, (item,), hours=1),
        uses.guard_reading(UseState.APPROVED, reading, (item,), now=NOW),
        uses.guard_lend(UseState.APPROVED, ways, item, until=TODAY, today=TODAY),
        uses.guard_paper(Deed.COPY, UseState.APPROVED, ways, item, pages=1),
    )
    assert [codes(found) for found in steps] == [code] * len(steps)
    if code == ["use.item-destroyed"]:
        assert dict(steps[0][0].params) == {
            "code": "J043-0001",
            "list": "云销〔2026〕1号",
            "day": "2026-11-20",
        }


def test_another_person_approves_and_the_creating_unit_consents_unless_it_is_open():
    def found(item=ITEM, *, own=False, for_unit=False, consent=""):
        return codes(
            uses.guard_approve(UseState.REQUESTED, (item,), own=own, for_unit=for_unit, consent=consent)
        )

    assert found() == ["use.no-consent"]
    assert found(for_unit=True) == found(consent="云市监函〔2026〕3号") == []
    assert found(Sought("x", ItemState.ARCHIVED, opening="开放")) == []
    assert found(own=True, for_unit=True) == ["use.own-request"]
    assert codes(uses.guard_refuse(UseState.REQUESTED, own=True, why="")) == [
        "use.own-request", "use.no-reason",
    ]  # fmt: skip


def test_a_loan_is_over_the_moment_its_time_is():
    reading, ways = Reading(NOW, NOW + timedelta(hours=1)), (ITEM,)
    last = NOW + timedelta(hours=1) - timedelta(microseconds=1)
    assert uses.guard_reading(UseState.APPROVED, reading, ways, now=last) == ()
    assert codes(uses.guard_reading(UseState.APPROVED, reading, ways, now=reading.until)) == ["use.expired"]
    assert codes(uses.guard_reading(UseState.CLOSED, reading, ways, now=last)) == ["use.ended"]


def test_a_reminder_needs_overdue_paper_and_says_how():
    assert codes(uses.guard_remind(UseState.CLOSED, overdue=(), how="")) == [
        "use.wrong-state", "use.not-overdue", "use.no-how",
    ]  # fmt: skip
    assert uses.guard_remind(UseState.APPROVED, overdue=("1",), how="电话") == ()


@given(st.sampled_from(Deed), st.sampled_from(UseState))
def test_a_deed_is_possible_exactly_where_the_table_says(deed, state):
    possible = deed in uses.possible_deeds(state)
    assert possible == (uses.guard_state(deed, state) == ())
    if possible:
        assert uses.after(deed, state) in (state, uses.STEPS[deed][1])
    if state in (UseState.REFUSED, UseState.WITHDRAWN, UseState.NOT_FOUND):
        assert not possible


@given(st.integers(1, uses.MOST_HOURS), st.integers(-5000, 60 * uses.MOST_HOURS + 5000))
def test_the_clock_alone_ends_a_reading(hours, minutes):
    reading = Reading(NOW, NOW + timedelta(hours=hours))
    found = codes(
        uses.guard_reading(UseState.APPROVED, reading, (ITEM,), now=NOW + timedelta(minutes=minutes))
    )
    assert found == ([] if minutes < 60 * hours else ["use.expired"])


def test_what_was_ended_closed_or_never_opened_is_not_shown():
    reading = Reading(NOW, NOW + timedelta(hours=1))
    assert codes(uses.guard_reading(UseState.APPROVED, None, (ITEM,), now=NOW)) == ["use.not-opened"]
    assert codes(uses.guard_reading(UseState.CLOSED, reading, (ITEM,), now=NOW)) == ["use.ended"]
    ended = Reading(NOW, NOW + timedelta(hours=1), NOW)
    assert codes(uses.guard_reading(UseState.APPROVED, ended, (ITEM,), now=NOW)) == ["use.ended"]


def test_paper_leaves_once_with_a_day_and_not_under_a_hold():
    def found(item, until=TODAY, ways=(Way.READING,)):
        return codes(uses.guard_lend(UseState.APPROVED, ways, item, until=until, today=TODAY))

    there = Sought("x", ItemState.ARCHIVED, paper=True)
    assert found(there) == []
    assert found(None, None) == ["use.not-in-request", "use.no-date"]
    assert found(ITEM, TODAY - timedelta(1)) == ["use.no-paper", "use.date-past"]
    assert found(Sought("x", ItemState.ARCHIVED, paper=True, lent="查1", holds=("诉1", "诉2"))) == [
        "use.lent", "use.item-held", "use.item-held",
    ]  # fmt: skip
    assert found(there, ways=(Way.COPYING,)) == ["use.way-not-granted"]


def test_who_put_a_seal_in_may_not_use_it():
    def found(**more):
        given = {
            "known": True,
            "state": uses.SealState.ACTIVE,
            "unit": "a",
            "fonds": "a",
            "placed_by": "x",
            "by": "y",
        }
        return codes(uses.guard_seal(**{**given, **more}))

    assert found() == []
    assert found(by="x", state=uses.SealState.RETIRED) == ["use.seal-retired", "use.seal-own"]
    assert found(fonds="b") == found(known=False) == ["use.seal-unknown"]


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("", (1, 2, 3, 4, 5, 6)), ("1-3，5", (1, 2, 3, 5)), ("６、２－３", (2, 3, 6)), ("2,2,1", (1, 2)), ("7", ()), ("3-2", ()),
        ("0", ()), ("一", ()), ("1-", ()), ("1;2", ()),
    ],
)  # fmt: skip
def test_pages_are_read_as_they_are_typed(text, pages):
    assert pages_of(text, 6) == pages


@given(st.sets(st.integers(1, 40), min_size=1))
def test_pages_come_back_in_order_however_they_are_listed(pages):
    assert pages_of("、".join(map(str, sorted(pages, reverse=True))), 40) == tuple(sorted(pages))


def test_a_year_is_counted_by_month_purpose_and_way():
    used = [
        Used(date(2026, 1, 31), Purpose.RIGHTS, (Way.READING, Way.COPYING)),
        Used(date(2026, 1, 1), Purpose.RIGHTS, (Way.READING,)),
        Used(date(2025, 1, 1), Purpose.WORK, (Way.READING,)),
    ]
    purposes, ways = counted(used, 2026)
    assert purposes[Purpose.RIGHTS] == [2] + [0] * 11
    assert sum(map(sum, purposes.values())) == 2
    assert (ways[Way.READING][0], ways[Way.COPYING][0], sum(ways[Way.EXTRACTING])) == (2, 1, 0)
