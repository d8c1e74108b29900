"""Archival codes by the pattern of their category: what is printed can be read back, and only in one way."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.arrangement import ArchivalCode, Series, format_code, parse_code, search_key
from records.domain.code_patterns import (
    BY_ITEM,
    BY_VOLUME,
    HEAD,
    Arranged,
    CodePattern,
    Segment,
    VolumeRule,
    patterns_for,
)
from records.domain.findings import Refused
from records.domain.vocabulary import Retention

PERSON = VolumeRule.PERSON
MARRIAGE = CodePattern(
    "*", "ZY·HY", Arranged.VOLUME, f"{HEAD}-unit-volume-item", rule=PERSON, since=date(2026, 1, 1)
)
BOOKS = CodePattern("*", "KU", Arranged.VOLUME, f"{HEAD}-volume-item", rule=VolumeRule.YEAR)
OWN = CodePattern(
    "J043", "KU", Arranged.ITEM, f"{HEAD}-unit-item", ((Segment.UNIT, 3, 3), (Segment.ITEM, 5, 6))
)
TABLE = (BY_ITEM, MARRIAGE, BOOKS, OWN)

fonds = st.from_regex("[A-Z0-9]{4}", fullmatch=True)
units = st.from_regex("[A-Z0-9]{2,4}", fullmatch=True)
retentions = st.sampled_from(list(Retention))
years = st.integers(2026, 2099)


def codes(refused) -> list[str]:
    assert isinstance(refused, Refused), refused
    return [found.code for found in refused.findings]


@st.composite
def any_code(draw) -> ArchivalCode:
    """A code of any pattern of the table, of an item or of a volume itself."""
    category, number = draw(st.sampled_from(["ZY·SP", "WS", "ZY·HY", "KU"])), draw(fonds)
    pattern = patterns_for(number, category, 2026, TABLE)[0]
    tail = pattern.tail
    unit = ""
    if Segment.UNIT in tail and not (pattern.unit_optional and draw(st.booleans())):
        unit = draw(st.from_regex("[A-Z0-9]{3}", fullmatch=True))
    volume = draw(st.integers(1, 9999)) if Segment.VOLUME in tail else 0
    least = 0 if volume else 1
    series = Series(number, category, draw(years), draw(retentions), unit, volume, pattern)
    return ArchivalCode(series, draw(st.integers(least, 999_999)))


@given(any_code())
def test_what_is_printed_is_read_back_by_the_same_pattern(code):
    found = parse_code(code.text, TABLE)
    assert (found, found.series.pattern, found.text) == (code, code.series.pattern, code.text)


@given(any_code(), st.sampled_from("．.•・‧"), st.sampled_from("－—–‐"))
def test_however_the_signs_are_typed_it_is_the_same_code(code, dot, dash):
    typed = f" {code.text.replace('·', dot).replace('-', dash).lower()} "
    assert parse_code(typed, TABLE) == code
    assert search_key(typed) == search_key(code.text)


def test_only_the_pattern_tells_an_organ_code_of_digits_from_the_number_of_a_volume():
    text = "0726-{}·2026-D30-001-0001"
    by_item, by_volume = (parse_code(text.format(category), TABLE) for category in ("ZY·SP", "KU"))
    assert by_item.parts == {
        "全宗号": "0726", "门类代码": "ZY·SP", "年度": "2026", "保管期限": "D30", "机构代码": "001", "件号": "0001",
    }  # fmt: skip
    assert by_volume.parts == {
        "全宗号": "0726", "门类代码": "KU", "年度": "2026", "保管期限": "D30", "案卷号": "001", "件号": "0001",
    }  # fmt: skip
    volume = parse_code("0726-ZY·HY·2026-D100-001-012", TABLE)
    assert (volume.series.unit, volume.series.volume, volume.number) == ("001", 12, 0)


def test_letters_typed_for_digits_and_letters_of_other_scripts_are_read_as_meant():
    expected = parse_code("J043-ZY·HY·2026-D100-ZCG-010-0001", TABLE)
    assert isinstance(expected, ArchivalCode)
    assert parse_code("J043-ZY·HY·2O26-D1OO-ZCG-O1O-OOOI", TABLE) == expected
    assert parse_code("J043-ZY·НУ·2026-D100-ZСG-010-0001".replace("НУ", "НY"), TABLE) == expected


def test_a_row_of_the_fonds_stands_before_one_for_all_and_a_class_before_its_category():
    assert patterns_for("J043", "KU", 2026, TABLE) == (OWN,)
    assert patterns_for("J061", "KU", 2026, TABLE) == (BOOKS,)
    assert patterns_for("J061", "ZY·HY", 2026, TABLE) == (MARRIAGE,)
    assert patterns_for("J061", "ZY·SP", 2026, TABLE) == (BY_ITEM,)
    assert parse_code("J043-KU·2026-D30-ZCG-00001", TABLE).parts["件号"] == "00001"


def test_a_code_is_read_by_the_pattern_of_its_year():
    assert parse_code("J061-ZY·HY·2025-D100-001-0012", TABLE).parts["机构代码"] == "001"
    assert codes(parse_code("J061-ZY·HY·2026-D100-0012", TABLE)) == ["code.structure"]
    retired = CodePattern(
        "*", "WS", Arranged.ITEM, f"{HEAD}-item", since=date(2001, 1, 1), until=date(2015, 12, 31)
    )
    assert parse_code("J061-WS·2014-Y-0003", (retired,)).number == 3
    assert codes(parse_code("J061-WS·2016-Y-0003", (retired,))) == ["code.no-pattern"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("J061-ZY·HY·2026-D100-SPG-1-0001", ["code.volume"]),
        ("J061-ZY·HY·2026-D100-SPG-000-0000", ["code.volume", "code.number"]),
        ("J061-ZY·HY·2026-D100-SPG-0012-0001", ["code.volume"]),
        ("J061-ZY·HY·2026-D99-S-001-0001-0001", ["code.structure"]),
        ("J061-ZY·HY·2026-D99-S-001-0001", ["code.unit", "code.retention"]),
        ("J061-ZY·HY·2026-D100-SPG-一-0001", ["code.volume"]),
    ],
)
def test_what_does_not_fit_the_pattern_is_refused_with_every_reason(text, expected):
    assert codes(parse_code(text, TABLE)) == expected


def test_without_a_table_six_parts_can_only_be_a_code_by_volume():
    assert parse_code("J061-ZY·HY·2026-D100-001-012-0001").series.pattern is BY_VOLUME
    assert parse_code("J061-ZY·HY·2026-D100-001-0012").series.pattern is BY_ITEM


@pytest.mark.parametrize(
    ("arranged", "segments", "rule"),
    [
        (Arranged.VOLUME, f"{HEAD}-unit?-volume-item", PERSON),
        (Arranged.ITEM, f"{HEAD}-unit-volume-item", None),
        (Arranged.VOLUME, f"{HEAD}-unit-volume-item", None),
        (Arranged.ITEM, f"{HEAD}-item", PERSON),
        (Arranged.ITEM, "fonds-year-item", None),
    ],
)
def test_a_pattern_that_could_be_read_in_two_ways_is_no_pattern(arranged, segments, rule):
    with pytest.raises(ValueError, match=r"pattern|form|volume"):
        CodePattern("*", "ZY", arranged, segments, rule=rule)


def test_a_series_needs_what_its_pattern_needs():
    with pytest.raises(ValueError, match=r"code\.unit"):
        Series("J043", "KU", 2026, Retention.D30, "", 0, OWN)
    with pytest.raises(ValueError, match="no volumes"):
        Series("J043", "ZY", 2026, Retention.D30, "", 3)
    with pytest.raises(ValueError, match="within a volume"):
        format_code(Series("J061", "KU", 2026, Retention.D30, "", 0, BOOKS), 1)
