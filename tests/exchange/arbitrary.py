"""Any value that a field may hold, made from its type alone: whatever is added to a guide is tried at once."""

from __future__ import annotations

import string
from datetime import date
from enum import Enum
from typing import get_args, get_origin

from hypothesis import strategies as st

from records.domain.conditions import AllOf, AnyOf, Condition, Operator, Test
from records.domain.periods import UNSAID, Period
from records.domain.plain import arms, composed, defaults, shape
from records.domain.vocabulary import Limit

texts = st.text(
    alphabet=st.one_of(
        st.sampled_from("䶮𠮷〇０９：#-\"'\n\t []{}&*!|>%@`，。yn~" + string.digits),
        st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co", "Zl", "Zp")),
    ),
    max_size=12,
)
answers = texts.filter(lambda text: text not in ("是", "否")) | st.sampled_from(["yes", "no"])
tests = st.builds(Test, texts, st.sampled_from(Operator), st.lists(answers, max_size=3).map(tuple))
conditions = st.recursive(
    texts | tests,
    lambda parts: (
        st.lists(parts, max_size=3)
        .map(tuple)
        .flatmap(lambda found: st.sampled_from([AllOf(found), AnyOf(found)]))
    ),
    max_leaves=5,
)
periods = st.builds(
    Period, st.integers(1, 9999), st.sampled_from([Limit.WORKING_DAYS, Limit.DAYS, Limit.MONTHS])
) | st.sampled_from([Period(0, Limit.AT_ONCE), UNSAID])  # fmt: skip
SIMPLE = {str: texts, int: st.integers(-99, 99), bool: st.booleans(), date: st.dates(), Period: periods}


def anything(hint: object) -> st.SearchStrategy:
    """Return values of a type."""
    if hint == Condition:
        return conditions
    if hint in SIMPLE:
        return SIMPLE[hint]
    if type(None) in get_args(hint) or len(arms(hint)) > 1:
        nothing = [st.none()] if type(None) in get_args(hint) else []
        return st.one_of(*nothing, *map(anything, arms(hint)))
    if get_origin(hint) in (tuple, frozenset):
        return st.lists(anything(get_args(hint)[0]), max_size=2).map(get_origin(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert composed(hint), hint
    return filled(hint)


@st.composite
def filled(draw: st.DrawFn, kind: type) -> object:
    """Return values of a class with some of its fields left at their default."""
    unsaid = defaults(kind)
    return kind(**{
        name: draw(anything(hint))
        for name, hint in shape(kind).items()
        if name not in unsaid or draw(st.integers(0, 2)) == 0
    })  # fmt: skip
