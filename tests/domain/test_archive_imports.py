"""Items of an existing archive: a row says the same by its code and by its parts; what contradicts itself is told; undoing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.archive_imports import FIELDS, AsListed, Standing, describe, guard_undo
from records.domain.findings import Severity
from records.domain.vocabulary import ItemState, Retention
from records.rules import code_patterns

TODAY = date(2026, 11, 23)
CODE = "J043-ZY·SP·2015-D10-ZCG-0007"


def told(dated: date | None = None, **words: str):
    return describe(
        AsListed({"title": "䶮溪镇𠮷祥饭店", **words}, dated),
        fonds="J043",
        patterns=code_patterns(),
        today=TODAY,
    )


def codes(found, severity=Severity.BLOCKS) -> list[str]:
    return [each.code for each in found if each.severity is severity]


@given(
    year=st.integers(1980, 2026),
    period=st.sampled_from([Retention.Y, Retention.D30, Retention.D10]),
    number=st.integers(1, 9999),
    wide=st.booleans(),
)
def test_a_row_says_the_same_by_its_code_and_by_its_parts(year, period, number, wide):
    digits = str(number)
    if wide:
        digits = "".join(chr(ord(each) + 0xFEE0) for each in digits)
    parts = {
        "category": "ZY·SP", "year": str(year), "retention": period.label, "unit_code": "ZCG", "number": digits,
    }  # fmt: skip
    by_parts, found = told(**parts)
    assert (by_parts is not None, codes(found)) == (True, [])
    by_code, found = told(code=by_parts.text, **parts)
    assert (by_code, codes(found)) == (by_parts, [])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"code": CODE.replace("J043", "J044")}, ["archive-import.differs"]),
        ({"code": CODE, "fonds": "J044"}, ["archive-import.differs"]),
        ({"code": CODE, "year": "2016"}, ["archive-import.differs"]),
        ({"code": CODE, "retention": "永久"}, ["archive-import.differs"]),
        ({"code": CODE, "number": "8"}, ["archive-import.differs"]),
        ({"code": CODE, "pages": "三页半"}, ["archive-import.number"]),
        ({"code": CODE, "title": "  "}, ["archive-import.empty"]),
        ({"code": CODE.replace("2015", "2027")}, ["archive-import.year-ahead"]),
        ({"year": "2015", "retention": "10年"}, ["archive-import.no-code"]),
    ],
)
def test_what_a_row_contradicts_or_lacks_is_told_and_it_is_no_item(words, expected):
    described, found = told(**words)
    assert (described, codes(found)) == (None, expected)


def test_a_day_of_another_year_only_warns_and_one_ahead_stops():
    described, found = told(date(2014, 12, 30), code=CODE)
    assert (described.dated, codes(found, Severity.WARNS)) == (
        date(2014, 12, 30),
        ["archive-import.year-dated"],
    )
    described, found = told(date(2026, 11, 24), code=CODE)
    assert (described, codes(found)) == (None, ["archive-import.day-ahead"])


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    _described, found = told(date(2027, 1, 1), code=CODE, title="", year="2016", pages="x")
    assert codes(found) == [
        "archive-import.empty", "archive-import.differs", "archive-import.day-ahead", "archive-import.number",
    ]  # fmt: skip


def test_an_item_that_says_nothing_of_secrets_is_internal_and_waits_for_its_opening_review():
    described, _found = told(code=CODE)
    assert (described.security, described.opening) == ("内部", "待审")
    assert told(code=CODE, security="公开")[0].security == "国内"


def test_undoing_is_refused_by_anything_that_rests_on_the_item():
    free = Standing(CODE, ItemState.ARCHIVED)
    assert guard_undo(free) == ()
    for name in ("held", "boxed", "linked", "listed", "used", "managed"):
        assert codes(guard_undo(replace(free, **{name: True}))) == ["archive-import.in-use"]
    for state in ItemState:
        assert bool(guard_undo(replace(free, state=state))) == (state is not ItemState.ARCHIVED)


def test_no_heading_stands_for_two_fields():
    headings = [word for known in FIELDS.values() for word in known]
    assert len(headings) == len(set(headings))
