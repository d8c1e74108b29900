from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.consents import EVERY_ITEM, Agreed, ConsentKind, agrees, decide_consent, standing
from records.domain.findings import Finding

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
FOOD, VENUE = "food-business", "public-venue-hygiene"


def said(*words):
    return [(kind, item, NOON + timedelta(hours=at)) for at, (kind, item) in enumerate(words)]


def test_a_yes_for_one_item_stands_above_a_no_for_all():
    held = standing(said(("withdrawn", EVERY_ITEM), ("given", FOOD)))
    assert held == Agreed(consented=frozenset({FOOD}), withdrawn=frozenset({EVERY_ITEM}))
    assert agrees(held.consented, held.withdrawn, FOOD)
    assert not agrees(held.consented, held.withdrawn, VENUE)


def test_purposes_are_named_one_by_one_and_lifted_together():
    words = said(("limited", FOOD), ("limited", VENUE))
    assert standing(words).purposes == {FOOD, VENUE}
    assert standing([*words, ("unlimited", "", NOON + timedelta(days=1))]) == Agreed()


def test_what_held_at_an_instant_ignores_what_was_said_later():
    words = said(("given", FOOD), ("withdrawn", FOOD))
    assert standing(words, at=NOON).consented == {FOOD}
    assert standing(words).withdrawn == {FOOD}


@given(
    st.lists(st.tuples(st.sampled_from(["given", "withdrawn"]), st.sampled_from([FOOD, VENUE, EVERY_ITEM])))
)
def test_the_last_word_on_an_item_decides(words):
    held = standing(said(*words))
    spoken = [(kind, item) for kind, item in words if item in (FOOD, EVERY_ITEM)]
    expected = True
    for kind, _item in spoken:
        expected = kind == "given"
    if spoken and spoken[-1] == ("given", EVERY_ITEM):
        expected = True
    assert agrees(held.consented, held.withdrawn, FOOD) == expected


@pytest.mark.parametrize(
    ("kind", "item", "held", "why", "expected"),
    [
        (ConsentKind.WITHDRAWN, "no-such", Agreed(), " ", ["consent.item-unknown", "consent.no-reason"]),
        (ConsentKind.WITHDRAWN, EVERY_ITEM, Agreed(), "不愿意", []),
        (ConsentKind.LIMITED, EVERY_ITEM, Agreed(), "", ["consent.item-unknown"]),
        (ConsentKind.GIVEN, EVERY_ITEM, Agreed(), "", ["consent.said-already"]),
        (ConsentKind.GIVEN, FOOD, Agreed(consented=frozenset({FOOD})), "", ["consent.said-already"]),
        (ConsentKind.UNLIMITED, "", Agreed(), "", ["consent.said-already"]),
        (ConsentKind.UNLIMITED, "", Agreed(purposes=frozenset({FOOD})), "", []),
    ],
)
def test_all_that_speaks_against_a_word_is_said_at_once(kind, item, held, why, expected):
    found = decide_consent(kind, item, held, known={FOOD, VENUE}, why=why)
    assert [each.code for each in found] == expected
    assert all(isinstance(each, Finding) for each in found)
