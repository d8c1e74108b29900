"""``records import-guides``, ``export-guides``: every wrong cell with place and cure, the exit code, and nothing half done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from records.exchange.national import workbook_of
from records.scripts.instance import Instance
from tests.office import CLERK, EDITOR, build_office
from tests.operations.test_importing_guides import opened, source_of, tables
from tests.scripts.test_command import run


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path, publish=False)
    yield office
    office.close()


@pytest.fixture
def command(office, tmp_path):
    """Hand a list to ``import-guides``; return the exit code, standard output and standard error."""

    def called(source: bytes, *options: str, who: str = EDITOR, form: str = "xlsx") -> tuple[int, str, str]:
        file = tmp_path / f"清单.{form}"
        file.write_bytes(source)
        instance = Instance(Path("none.ini"), opened=office.services, owned=False)
        return run(
            "--as", who, "import-guides", str(file), "--source", "national", *options, instance=instance
        )

    return called


def editions(office) -> dict[str, list[tuple[str, str]]]:
    with office.site() as site:
        return {
            guide.key: [(each.digest, each.status) for each in guide.versions]
            for guide in site.guides.values()
        }


def writes(office) -> int:
    with office.services.database.read() as root:
        return root["writes"].value


@pytest.mark.parametrize("form", ["xlsx", "json"])
def test_a_good_list_is_looked_over_stored_and_the_second_time_changes_nothing(office, command, form):
    source = workbook_of(tables()) if form == "xlsx" else source_of(tables())
    before = writes(office)
    code, out, said = command(source, form=form)
    assert (code, out, "✗" in said) == (0, f"清单.{form}：新增 3。没有写入\n", False)
    assert (writes(office), editions(office)) == (before, {})
    assert command(source, "--apply", form=form)[:2] == (0, f"清单.{form}：新增 3。已存为草稿\n")
    stored = editions(office)
    assert {status for each in stored.values() for _, status in each} == {"draft"}
    assert command(source, "--apply", form=form)[:2] == (0, f"清单.{form}：没有变化 3。已存为草稿\n")
    assert editions(office) == stored


def test_every_wrong_cell_is_told_with_sheet_row_column_and_cure(office, command, tmp_path):
    found = tables()
    general = [row["task_handle_item"] for row in found["general"]]
    found["general"][0]["task_type"] = "03"
    found["general"][0]["promise_day"] = "二十"
    found["material"][0]["is_need"] = "7"
    assert found["material"][0]["task_handle_item"] == general[0]
    named = next(at for at, row in enumerate(found["material"]) if row["task_handle_item"] == general[1])
    found["general"][1]["task_name"] = "公共场所卫生许可"
    found["material"][named]["material_name"] = "其他相关材料"
    found["question"][-1]["answer"] = "<script>alert(1)</script>"
    assert found["question"][-1]["task_handle_item"] == general[2]
    errors = tmp_path / "错误.xlsx"
    code, out, said = command(workbook_of(found), "--apply", "--errors", str(errors))
    assert (code, out) == (1, "清单.xlsx：未收 3。已存为草稿\n")
    for place, cure in (
        ("✗ general 2 H task_type：", "请改正代码"),
        ("✗ general 2 ", "请只写数字"),
        ("✗ material 2 ", "请改正代码"),
        (f"✗ material {named + 2} ", "材料"),
        (f"✗ question {len(found['question']) + 1} ", "请只留文字"),
    ):
        lines = [line for line in said.splitlines() if line.startswith(place) and cure in line]
        assert len(lines) == 1, (place, said)
    assert editions(office) == {}
    book = opened(errors.read_bytes())
    assert book["general"].max_row == 4
    last = [cell.value for cell in book["general"][1]].index("错误")
    assert [row[last] is not None for row in book["general"].iter_rows(min_row=2, values_only=True)] == [
        True,
        False,
        False,
    ]


def test_the_same_is_told_as_json(office, command):
    found = tables("food-business")
    found["general"][0]["task_type"] = "03"
    code, out, _ = command(workbook_of(found), "--json")
    told = json.loads(out)
    assert (code, told["applied"], told["counts"]["refused"]) == (1, False, 1)
    (wrong,) = (each for each in told["findings"] if each["stops"])
    place = (wrong["code"], wrong["sheet"], wrong["row"], wrong["column"])
    assert place == ("import.unknown-code", "general", 2, "H task_type")
    assert "请改正代码" in wrong["message"]


def test_with_all_or_nothing_one_wrong_cell_leaves_the_catalogue_as_it_was(office, command):
    found = tables()
    found["general"][2]["task_type"] = "03"
    assert command(workbook_of(found), "--apply", "--all-or-nothing")[:2] == (
        1,
        "清单.xlsx：新增 2，未收 1。没有写入\n",
    )
    assert editions(office) == {}


def test_what_cannot_be_read_and_who_may_not_bring_it_change_nothing(office, command):
    for source in (b"PK\x03\x04garbage", b"%PDF-1.7", b""):
        code, _, said = command(source, "--apply")
        assert (code, said.startswith("✗ ")) == (1, True)
    assert command(workbook_of(tables()), "--apply", who=CLERK)[0] == 1
    assert command(workbook_of(tables()), "--apply", who="nobody")[0] == 2
    assert editions(office) == {}


def test_an_unknown_source_a_broken_mapping_and_two_lists_with_one_error_file_are_refused(office, tmp_path):
    instance = Instance(Path("none.ini"), opened=office.services, owned=False)
    file, mapping = tmp_path / "list.json", tmp_path / "mapping.json"
    file.write_bytes(source_of(tables()))
    mapping.write_text('{"name": "x", "system": "none"}', encoding="utf-8")
    code, _, said = run("--as", EDITOR, "import-guides", str(file), "--source", "别处", instance=instance)
    assert (code, "别处" in said) == (1, True)
    code, _, said = run(
        "--as", EDITOR, "import-guides", str(file), "--mapping", str(mapping), instance=instance
    )
    assert (code, "none" in said) == (1, True)
    twice = (
        "import-guides",
        str(file),
        str(file),
        "--source",
        "national",
        "--errors",
        str(tmp_path / "e.xlsx"),
    )
    assert run("--as", EDITOR, *twice, instance=instance)[0] == 2
    assert editions(office) == {}


@pytest.mark.parametrize("form", ["xlsx", "json"])
def test_what_is_written_out_is_brought_back_unchanged(tmp_path, form):
    office = build_office(tmp_path)
    instance = Instance(Path("none.ini"), opened=office.services, owned=False)
    file = tmp_path / f"全部.{form}"
    before, count = editions(office), writes(office)
    code, out, _ = run("export-guides", str(file), instance=instance)
    assert (code, out, writes(office)) == (0, f"{file}：3 项\n", count)
    first = file.read_bytes()
    assert run("export-guides", str(file), instance=instance)[0] == 0
    assert file.read_bytes() == first
    code, out, _ = run(
        "--as", EDITOR, "import-guides", str(file), "--source", "national", "--apply", instance=instance
    )
    assert (code, out, editions(office)) == (0, f"全部.{form}：没有变化 3。已存为草稿\n", before)
    office.close()
