"""The tables of receivers, elements, formats and media: read whole, and refused where a row makes no sense."""

from __future__ import annotations

from datetime import date

import pytest

from records.rules.dat46 import scheme_elements
from records.rules.formats import format_rows
from records.rules.media import medium_kinds
from records.rules.reading import BadRow, Row
from records.rules.receivers import read_receiver, receiver, receivers

GOOD = {
    "profile": "county", "title": "县馆", "package": "files", "folder": "{fonds}/{code}", "sheet": "目录",
    "columns": "档号=code;题名=title", "document_sheet": "文件", "document_columns": "文件=place", "formats": "pdf ofd",
    "since": "2026-01-01", "until": "2026-12-31", "note": "",
}  # fmt: skip


def made(**changed: str):
    return read_receiver(Row("receivers.csv", 2, {**GOOD, **changed}))


def test_a_profile_is_a_row_with_its_days():
    profile = made()
    assert (profile.columns, profile.formats) == ((("档号", "code"), ("题名", "title")), {"pdf", "ofd"})
    assert [profile.in_force(day) for day in (date(2025, 12, 31), date(2026, 12, 31), date(2027, 1, 1))] == [
        False, True, False,
    ]  # fmt: skip
    assert receiver("county", date(2025, 1, 1)) is None
    assert len({each.profile for each in receivers()}) == 4


@pytest.mark.parametrize(
    "changed",
    [
        {"columns": "档号=secret"}, {"document_columns": "文件"}, {"folder": "{number}"}, {"folder": "/{code}"},
        {"folder": "../{code}"}, {"folder": "一处"}, {"package": "rar"}, {"since": "昨天"}, {"more": "1"},
    ],
)  # fmt: skip
def test_a_row_that_makes_no_sense_is_refused_where_it_stands(changed):
    with pytest.raises(BadRow, match=r"receivers\.csv:2"):
        made(**changed)


def test_the_other_tables_are_whole():
    assert len({each.number for each in scheme_elements()}) == len(scheme_elements())
    assert {each.number for each in scheme_elements() if each.mandatory} >= {
        "M6",
        "M7",
        "M11",
        "M12",
        "M22",
        "M38",
        "M48",
    }
    assert {each.risk for each in format_rows().values()} == {"low", "medium", "high"}
    assert any(each.offline for each in medium_kinds().values())
