from datetime import date

import pytest

from records.domain.retention import period_for
from records.domain.vocabulary import ItemType, Retention
from records.rules import retention_rows
from records.rules.reading import BadRow, Row
from records.rules.retention import read_row

CELLS = {
    "item": "food", "title": "食品经营许可", "fonds": "0726", "retention": "D30", "basis": "", "status": "已批准",
    "approval": "延档批〔2026〕3号", "since": "2026-01-01", "until": "", "trigger": "closed",
}  # fmt: skip


def test_no_shipped_row_claims_an_approval():
    assert {(row.approved, row.approval, row.fonds) for row in retention_rows()} == {(False, "", "*")}


def test_every_type_of_item_has_an_example():
    for kind in ItemType:
        assert period_for("any", "0726", date(2026, 11, 21), retention_rows(), item_type=kind.value)


def test_an_office_row_is_read():
    row = read_row(Row("office.csv", 2, CELLS))
    assert (row.retention, row.approved, row.until) == (Retention.D30, True, None)


@pytest.mark.parametrize(
    ("change", "column"),
    [({"approval": ""}, "approval"), ({"status": "maybe"}, "status"), ({"retention": "D31"}, "retention"), ({"since": ""}, "since"), ({"trigger": "soon"}, "trigger")],
)  # fmt: skip
def test_a_bad_row_names_its_column(change, column):
    with pytest.raises(BadRow, match=rf"office\.csv:2: {column}: "):
        read_row(Row("office.csv", 2, {**CELLS, **change}))
