from __future__ import annotations

import pytest

from records.domain.transfers import Level
from records.rules import transfers
from records.rules.reading import BadRow, Row


def test_each_level_has_its_general_row_by_the_clause():
    general = {row.level: row.years for row in transfers.transfer_rows() if row.retention == "*"}
    assert general == {Level.COUNTY: 10, Level.MUNICIPAL: 20, Level.PROVINCIAL: 20, Level.CENTRAL: 20}
    assert all("条例 第二十条" in row.basis for row in transfers.transfer_rows() if row.retention == "*")


@pytest.mark.parametrize("wrong", [
    {"years": "0"}, {"takes": "no"}, {"level": "town"}, {"retention": "D11"}, {"status": "已批准"}, {"approval": "云档范〔2030〕2号"},
])  # fmt: skip
def test_a_row_that_contradicts_itself_is_refused_with_its_line(wrong):
    good = dict.fromkeys(transfers.COLUMNS, "") | {
        "level": "county", "category": "*", "retention": "*", "fonds": "*", "takes": "yes", "years": "10",
        "basis": "档案法实施条例 第二十条", "status": "示例", "since": "2024-03-01",
    }  # fmt: skip
    assert transfers.read_row(Row("transfers.csv", 2, good)).years == 10
    with pytest.raises(BadRow, match=r"^transfers\.csv:2: "):
        Row("transfers.csv", 2, good | wrong).build(transfers.read_row)
