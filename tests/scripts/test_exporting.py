"""``records export-catalogue``: the table lies where it was asked for, whole or not at all."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from records.scripts.instance import Instance
from tests.office import build_office
from tests.scripts.test_command import asked, run


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("exporting"))
    yield Instance(Path("none.ini"), opened=office.services, owned=False)
    office.close()


def test_both_kinds_are_written_and_leave_nothing_beside_them(instance, tmp_path):
    for name in ("目录.xlsx", "目录.CSV"):
        assert asked("export-catalogue", "--to", str(tmp_path / name), instance=instance) == (
            0,
            {"guides": 3, "file": str(tmp_path / name)},
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["目录.CSV", "目录.xlsx"]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "目录.CSV").read_text(encoding="utf-8-sig"))))
    sheet = openpyxl.load_workbook(tmp_path / "目录.xlsx")["基本信息"]
    assert [row["row_guid"] for row in rows] == [cell.value for cell in sheet["A"][1:]]


def test_another_ending_is_refused_before_anything_is_written(instance, tmp_path):
    code, _, said = run("export-catalogue", "--to", str(tmp_path / "目录.doc"), instance=instance)
    assert (code, ".xlsx" in said, list(tmp_path.iterdir())) == (2, True, [])
