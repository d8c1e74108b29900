"""Statistics of the archives: what a record puts where adds up, whatever the records are and in whatever order they change."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.domain import statistics
from records.domain.statistics import (
    IMPORTED,
    NOTHING,
    OWN,
    CaseFacts,
    ItemFacts,
    Kind,
    Standing,
    add,
    cells_of_case,
    cells_of_item,
    minus,
    standing,
)
from records.domain.vocabulary import ItemState

TODAY = date(2026, 11, 23)
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.dates(date(2026, 1, 1), TODAY)
CASES = st.builds(
    lambda unit, closed, within, after: CaseFacts(
        unit, closed, closed + timedelta(within), None if after is None else closed + timedelta(after)
    ),
    st.sampled_from(["market-regulation", "health-commission"]), DAYS, st.integers(0, 30), st.none() | st.integers(0, 60),
)  # fmt: skip
ITEMS = st.builds(
    ItemFacts,
    unit=st.just("market-regulation"), fonds=st.just("market-regulation"), category=st.sampled_from(["ZY·SP", ""]),
    retention=st.sampled_from(["Y", "D10"]), year=st.integers(1990, 2026), state=st.sampled_from(ItemState),
    pages=st.integers(0, 90), size=st.integers(0, 10**9), source=st.sampled_from([OWN, IMPORTED]),
    archived_on=st.none() | DAYS, left_on=st.none() | DAYS,
    returns=st.lists(st.tuples(st.just("2026-03"), st.sampled_from(["TH-01", "TH-02"])), max_size=3).map(tuple),
    checks=st.lists(st.tuples(st.just("2026-03"), st.just("keeping"), st.sampled_from(["pass", "fail"])), max_size=3).map(tuple),
)  # fmt: skip


def summed(records) -> dict:
    """Return the cells of some records together, without those in which nothing is left."""
    found: dict = {}
    for facts in records:
        cells = cells_of_case(facts) if isinstance(facts, CaseFacts) else cells_of_item(facts)
        for cell, amount in cells.items():
            found[cell] = add(found.get(cell, NOTHING), amount)
    return {cell: amount for cell, amount in found.items() if amount[0]}


@CALM
@given(st.lists(CASES, max_size=12))
def test_a_standing_is_what_counting_the_cases_gives(cases):
    done = [each for each in cases if each.archived_on is not None]
    left = [each for each in cases if each.archived_on is None]
    in_time = sum(each.archived_on <= each.due for each in done)
    overdue = sum(each.due < TODAY for each in left)
    told = standing(summed(cases), today=TODAY)
    assert told == Standing(len(cases), in_time, len(done) - in_time, len(left), overdue)
    assert told.rate == (Fraction(len(done), len(cases)) if cases else None)
    assert told.timeliness == (Fraction(in_time, len(done) + overdue) if len(done) + overdue else None)


@CALM
@given(st.lists(st.tuples(st.integers(0, 5), st.one_of(CASES, ITEMS)), max_size=12))
def test_taking_the_old_amounts_out_and_the_new_ones_in_comes_to_the_same_as_counting_again(changes):
    sums: dict = {}
    records: dict[int, CaseFacts | ItemFacts] = {}
    for name, now in changes:
        for sign, facts in ((minus, records.get(name)), (lambda amount: amount, now)):
            for cell, amount in summed([facts] if facts else []).items():
                sums[cell] = add(sums.get(cell, NOTHING), sign(amount))
        records[name] = now
    assert {cell: amount for cell, amount in sums.items() if amount[0]} == summed(records.values())


@CALM
@given(ITEMS)
def test_an_item_is_held_or_gone_and_grew_once(facts):
    kinds = Counter(cell[0] for cell in cells_of_item(facts))
    assert (kinds[Kind.HELD] == 1) == (facts.state is ItemState.ARCHIVED)
    assert kinds[Kind.GROWN] == (facts.archived_on is not None)
    assert not (kinds[Kind.HELD] and kinds[Kind.LEFT])
    back = sum(amount[0] for cell, amount in cells_of_item(facts).items() if cell[0] == Kind.RETURNED)
    assert back == len(facts.returns)


def test_the_months_of_a_year_are_twelve_in_order():
    assert statistics.months_of(2026)[0::11] == ("2026-01", "2026-12")
    assert len(statistics.months_of(2026)) == 12
