from datetime import date

import pytest

from records.rules.reading import BadRow, Row, flag, optional_date, rows

ROW = Row("limits.csv", 7, {"amount": "五", "stops": "perhaps", "until": "2026-13-01"})


def test_a_bad_cell_names_its_file_line_and_column():
    with pytest.raises(BadRow, match=r"limits\.csv:7: amount: "):
        ROW.read("amount", int)
    with pytest.raises(BadRow, match=r"limits\.csv:7: stops: not yes or no: 'perhaps'"):
        ROW.read("stops", flag)
    with pytest.raises(BadRow, match=r"limits\.csv:7: until: "):
        ROW.read("until", optional_date)
    with pytest.raises(BadRow, match=r"limits\.csv:7: no column 'unit'"):
        ROW.read("unit", str)


def test_flags_and_missing_days_are_read():
    assert [flag(cell) for cell in ("1", "yes", "0", "no")] == [True, True, False, False]
    assert (optional_date(""), optional_date("2026-11-21")) == (None, date(2026, 11, 21))


def test_rows_know_their_line():
    first = next(rows("holidays.csv"))
    assert (first.line, dict(first)) == (
        2, {"date": "2015-01-01", "works": "0", "name": "元旦", "notice": "国办发明电〔2014〕28号"},
    )  # fmt: skip
