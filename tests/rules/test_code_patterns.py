from __future__ import annotations

import pytest

from records.domain.arrangement import parse_code
from records.domain.code_patterns import Arranged, VolumeRule
from records.rules import code_patterns
from records.rules.code_patterns import read_row
from records.rules.reading import BadRow, Row

GOOD = {
    "fonds": "*", "category": "ZY·HY", "arranged": "volume", "segments": "fonds-category·year-retention-unit-volume-item",
    "widths": "unit=3-3 volume=3-4 item=4-6", "rule": "person", "basis": "DA/T 13-2022", "note": "", "since": "2026-01-01",
    "until": "",
}  # fmt: skip


def test_every_shipped_row_says_its_clause_and_every_category_has_a_pattern():
    assert all(pattern.basis for pattern in code_patterns())
    rules = {
        pattern.category: pattern.rule for pattern in code_patterns() if pattern.arranged is Arranged.VOLUME
    }
    assert rules == {
        "ZY·HY": VolumeRule.PERSON, "ZY·XM": VolumeRule.PROJECT, "KJ": VolumeRule.PROJECT, "KU": VolumeRule.YEAR,
    }  # fmt: skip
    found = parse_code("J043-ZY·SP·2026-D10-ZCG-0001", code_patterns())
    assert found.series.pattern.arranged is Arranged.ITEM


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"}, {"segments": "fonds-year-item"}, {"widths": "unit=4-2"}, {"widths": "colour=1-2"}, {"rule": ""},
        {"since": "2026"}, {"arranged": "page"},
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_with_its_place(wrong):
    with pytest.raises(BadRow, match=r"own\.csv:7"):
        Row("own.csv", 7, {**GOOD, **wrong}).build(read_row)
