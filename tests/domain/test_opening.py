"""The opinion on opening says why and by which clause, opens nothing secret, and needs a consent after 25 years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from records.domain import opening as rules
from records.domain.opening import Disclosure, Openness, Opinion, Scope, Secrecy
from records.domain.vocabulary import ItemState

TODAY = date(2051, 6, 1)
OPEN = Opinion(Openness.OPEN, Disclosure.PUBLISHED, Secrecy.NONE, "期满", "档案法 第二十七条")
LATER = replace(OPEN, result=Openness.POSTPONED, until=date(2060, 1, 1), consent="云档函〔2051〕1号")


def codes(opinion: Opinion, oldest: int | None = 2026) -> list[str]:
    found = rules.guard_opinion(opinion, oldest=oldest, today=TODAY)
    return [each.code.removeprefix("opening.") for each in found]


@pytest.mark.parametrize(
    ("opinion", "expected"),
    [
        (OPEN, []),
        (LATER, []),
        (replace(OPEN, reason="", basis=""), ["no-reason", "no-basis"]),
        (replace(OPEN, secrecy=Secrecy.KEPT), ["still-secret"]),
        (replace(OPEN, until=date(2060, 1, 1)), ["day-needless"]),
        (replace(LATER, until=None), ["no-day"]),
        (replace(LATER, until=TODAY), ["day-past"]),
        (replace(LATER, consent=""), ["no-consent"]),
        (replace(OPEN, result=Openness.CONTROLLED), ["no-consent"]),
    ],
)
def test_what_is_wrong_with_an_opinion_is_told_at_once(opinion, expected):
    assert codes(opinion) == expected


def test_before_25_years_keeping_closed_needs_no_consent():
    assert codes(replace(OPEN, result=Openness.CONTROLLED), oldest=2027) == []


def test_an_item_is_due_after_25_years_and_again_when_its_postponement_is_over():
    assert rules.year_due(2026, None) == 2051
    assert rules.year_due(2026, LATER) == 2060
    assert rules.year_due(2026, OPEN) is None
    assert rules.year_due(2026, replace(OPEN, result=Openness.CONTROLLED)) is None
    assert Opinion.read(LATER.row()) == LATER
    assert Opinion.read(()) is None


def test_only_what_is_archived_or_transferred_is_reviewed():
    refused = [state for state in ItemState if rules.guard_state("J043-1", state)]
    assert refused == [ItemState.PENDING, ItemState.RETURNED, ItemState.DESTROYED]


def test_a_review_says_what_it_is_about():
    def told(scope, **more):
        found = rules.guard_scope(
            scope, **({"unknown": (), "outside": (), "needless": (), "meant": 1} | more)
        )
        return [each.code.removeprefix("opening.") for each in found]

    assert told(Scope()) == ["nothing-named"]
    assert told(Scope(since=2026), meant=0) == ["nothing-meant"]
    assert told(Scope(codes=("甲",)), unknown=["甲"], outside=["乙"], needless=["丙"]) == [
        "code-unknown", "other-fonds", "exception-needless",
    ]  # fmt: skip
    assert [Scope(since=2026, until=2027, category="ZY·SP").fits(year=year, category="ZY·SP", retention="D30")
            for year in (2025, 2026, 2027, 2028)] == [False, True, True, False]  # fmt: skip
