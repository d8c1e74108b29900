"""The burden ledger: every needed line is one letter, and no figure counts a line twice or leaves one out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain import burden
from records.domain.burden import NOTHING, Account, Figure, Way
from records.domain.checklists import LineState, LineStatus
from records.domain.vocabulary import MaterialSource
from tests.office import guide_bodies

LINE = next(body for body in guide_bodies() if body.key == "public-venue-hygiene").lines[0]
ACCOUNTS = st.builds(
    Account,
    month=st.sampled_from(["2026-10", "2026-11"]),
    unit=st.just("health-commission"),
    guide=st.just("public-venue-hygiene"),
    lines=st.text(sorted(Way), max_size=12),
    visits=st.integers(0, 9),
    days=st.integers(-40, 40),
    window=st.sampled_from(["", "A01"]),
)
SUBMITTED, VOLUNTEERED = MaterialSource.SUBMITTED, MaterialSource.VOLUNTEERED
PARTS = (Figure.REUSED, Figure.FETCHED, Figure.TO_FETCH, Figure.PROMISED, Figure.ASKED, Figure.LATER)


def state(status: LineStatus = LineStatus.FILLED, *, issuer: str = "", by_office: bool = False) -> LineState:
    return LineState(replace(LINE, issuer=issuer), True, status, "", by_office=by_office)


@given(ACCOUNTS)
def test_the_parts_of_an_account_are_all_its_lines_and_what_was_held_is_a_part_of_what_was_asked(account):
    assert sum(account.figure(part) for part in PARTS) == account.figure(Figure.NEEDED) == len(account.lines)
    assert account.figure(Figure.HELD) <= account.figure(Figure.AGAIN) <= account.figure(Figure.ASKED)
    assert account.figure(Figure.CASES) == 1


@given(ACCOUNTS)
def test_an_account_is_read_back_as_it_was_written(account):
    assert burden.read(account.written(), window=account.window) == account


@given(ACCOUNTS, ACCOUNTS)
def test_the_decision_brings_new_figures_and_leaves_month_and_window(first, later):
    then = first.then(later)
    assert (then.month, then.window) == (first.month, first.window)
    assert then.tally == later.tally


@given(st.lists(ACCOUNTS, max_size=6))
def test_sums_are_taken_apart_again(accounts):
    whole = burden.total(account.tally for account in accounts)
    assert [burden.of(whole, figure) for figure in Figure] == [
        sum(account.figure(figure) for account in accounts) for figure in Figure
    ]
    for account in accounts:
        whole = burden.subtract(whole, account.tally)
    assert whole == NOTHING


@pytest.mark.parametrize(
    ("source", "held", "overridden", "told", "way"),
    [
        (SUBMITTED, False, False, False, Way.HANDED_IN),
        (SUBMITTED, False, True, True, Way.HANDED_IN),
        (SUBMITTED, True, True, False, Way.AGAIN),
        (SUBMITTED, True, False, False, Way.HELD),
        (VOLUNTEERED, True, True, False, Way.AGAIN),
        (VOLUNTEERED, False, True, False, Way.HANDED_IN),
        (MaterialSource.REUSED, False, False, False, Way.REUSED),
        (MaterialSource.RESULT, False, False, False, Way.REUSED),
        (MaterialSource.REUSED, False, False, True, Way.TOLD),
        (MaterialSource.FETCHED, False, False, False, Way.FETCHED),
        (MaterialSource.FETCHED, False, False, True, Way.TOLD),
    ],
)
def test_how_a_filled_line_was_filled(source, held, overridden, told, way):
    assert burden.way_of(state(), source, held=held, overridden=overridden, told=told) is way


@pytest.mark.parametrize(
    ("status", "by_office", "told", "way"),
    [
        (LineStatus.HELD, False, False, Way.REUSED),
        (LineStatus.FILLED, False, False, Way.PROMISED),
        (LineStatus.MISSING, True, False, Way.TO_FETCH),
        (LineStatus.MISSING, False, False, Way.LATER),
        (LineStatus.TO_CONFIRM, False, False, Way.LATER),
        (LineStatus.MISSING, True, True, Way.TOLD),
    ],
)
def test_how_a_line_without_a_paper_stands(status, by_office, told, way):
    found = burden.way_of(state(status, by_office=by_office), None, held=False, overridden=False, told=told)
    assert found is way


def test_a_visit_is_saved_for_each_issuer_once_and_none_for_what_the_applicant_writes_himself():
    ways = [
        (state(issuer="公安机关"), Way.REUSED),
        (state(issuer=" 公安机关"), Way.FETCHED),
        (state(issuer="市场监督管理部门"), Way.FETCHED),
        (state(issuer="卫生检测机构"), Way.HANDED_IN),
        (state(issuer="税务机关"), Way.TO_FETCH),
        (state(issuer=""), Way.REUSED),
    ]
    assert burden.visits_saved(ways) == 2


@pytest.mark.parametrize("text", ["2026-10", "2026-10 a b rr 1", "2026-10 a b rz 1 0"])
def test_what_is_no_account_is_not_read(text):
    with pytest.raises(ValueError, match="is no account"):
        burden.read(text)


def test_shares_are_reused_and_fetched_over_needed_and_rounded_half_up():
    tally = Account("2026-10", "u", "g", "rfwpaxhdl", 1).tally
    assert burden.spared(tally) == Fraction(2, 9)
    assert burden.repeated(tally) == Fraction(2, 9)
    assert burden.spared(NOTHING) is None is burden.repeated(NOTHING)
    assert [burden.percent(share) for share in (Fraction(2, 9), Fraction(1), Fraction(0), Fraction(1, 2000), None)] == [
        "22.2%", "100.0%", "0.0%", "0.1%", "—",
    ]  # fmt: skip
