"""The list of all guides as a table, and the door to tables: what is written is read, nothing is a formula, bytes are equal."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.exchange import registers
from records.exchange.sheets import RISKY, letters, write_csv, write_sheets
from records.extraction.sheets import read_sheets
from records.extraction.types import SheetLimits, Unreadable
from tests.office import guide_bodies

EDITION = SimpleNamespace(version=2, effective_on=date(2026, 1, 1), digest="ab" * 32)
ROWS = [
    registers.Row(guide, EDITION, f"http://127.0.0.1:6543/guides/{guide.key}") for guide in guide_bodies()
]


def book(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def as_written(heads, rows):
    file = io.BytesIO()
    write_sheets(file, heads, rows)
    return file.getvalue()


def test_the_workbook_has_a_row_an_item_and_one_for_each_material_charge_step_and_question():
    found = {sheet.title: sheet.max_row - 1 for sheet in book(registers.WRITERS["xlsx"](ROWS))}
    guides = guide_bodies()
    assert found == {
        "基本信息": len(guides),
        "材料": sum(len(guide.lines) for guide in guides),
        "收费": sum(len(guide.fees) for guide in guides),
        "流程环节": sum(len(guide.steps) for guide in guides),
        "问答": sum(len(guide.questions) for guide in guides),
        "列名说明": len(registers.COLUMNS) + sum(len(columns) for _, columns in registers.PARTS.values()),
    }


def test_columns_bear_the_national_names_and_hold_what_the_guide_says():
    sheets = {sheet.title: list(sheet.values) for sheet in book(registers.WRITERS["xlsx"](ROWS))}
    guide = next(each for each in guide_bodies() if each.key == "food-business")
    basic = next(
        dict(zip(sheets["基本信息"][0], row, strict=True))
        for row in sheets["基本信息"]
        if row[0] == guide.key
    )
    told = ("task_name", "catalog_code", "task_code", "task_type", "task_version", "promise_day", "promise_type", "is_fee", "dept_code", "plan_effective_date", "server_type")  # fmt: skip
    assert [basic[name] for name in told] == [
        guide.title, guide.codes.basic, guide.codes.implementation, "行政许可", 2, 5, "个工作日", "否",
        guide.codes.implementation[:18], "2026-01-01", "自然人；法人或其他组织",
    ]  # fmt: skip
    mine = [
        dict(zip(sheets["材料"][0], row, strict=True))
        for row in sheets["材料"]
        if row[0] == guide.codes.handling
    ]
    assert [
        (row["material_name"], row["page_num_y"], row["submission_required"], row["by_law"]) for row in mine
    ] == [(line.name, line.originals, "是" if line.waived else "否", line.basis) for line in guide.lines]


def test_the_desks_half_is_in_no_cell():
    everything = "".join(
        str(cell) for sheet in book(registers.WRITERS["xlsx"](ROWS)) for row in sheet.values for cell in row
    )
    for guide in guide_bodies():
        for line in guide.lines:
            assert not any(len(page) > 12 and page in everything for page in line.instructions.look_at)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_equal_guides_give_equal_bytes(ending):
    assert registers.WRITERS[ending](ROWS) == registers.WRITERS[ending](list(ROWS))


def test_the_comma_file_has_its_mark_and_reads_back():
    content = registers.WRITERS["csv"](ROWS)
    assert content.startswith(b"\xef\xbb\xbfrow_guid,task_name")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    assert [row[0] for row in read] == ["row_guid", *(guide.key for guide in guide_bodies())]


def test_nothing_that_begins_like_a_formula_is_one():
    rows = [
        registers.Row(replace(guide_bodies()[0], title=f"{sign}cmd|' /C calc'!A0"), EDITION, "")
        for sign in "=+-@"
    ]
    content = registers.WRITERS["csv"](rows).decode("utf-8-sig")
    assert [row["task_name"][0] for row in csv.DictReader(io.StringIO(content))] == ["'"] * 4
    cells = [row[1] for row in book(registers.WRITERS["xlsx"](rows))["基本信息"].iter_rows(min_row=2)]
    assert [(cell.data_type, cell.value[0]) for cell in cells] == [("s", sign) for sign in "=+-@"]


texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=20)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(texts | st.integers(-(10**9), 10**9) | st.none(), min_size=1, max_size=5), max_size=6)
)
def test_what_is_written_is_read(rows):
    heads = {'甲 <&">': ["列"], "乙": ["列"]}
    read = list(
        read_sheets(io.BytesIO(as_written(heads, [("乙", row) for row in rows])), limits=SheetLimits())
    )
    said = [tuple("" if cell is None else str(cell) for cell in row) for row in rows]
    found = [row.cells for row in read if row.sheet == "乙"][1:]
    trimmed = [row[: max((at + 1 for at, cell in enumerate(row) if cell), default=0)] for row in said]
    assert found == [row for row in trimmed if row]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(texts, min_size=2, max_size=4), max_size=5))
def test_a_comma_file_reads_as_it_was_written(rows):
    file = io.BytesIO()
    write_csv(file, ["甲", "乙"], rows)
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""), strict=True))[1:]
    assert read == [[f"'{cell}" if cell[:1] in RISKY else cell for cell in row] for row in rows]


def foreign(**cells):
    made = openpyxl.Workbook()
    for place, value in cells.items():
        made.active[place] = value
    file = io.BytesIO()
    made.save(file)
    file.seek(0)
    return file


def test_a_workbook_of_another_program_gives_days_numbers_texts_and_places():
    file = foreign(A1="材料", B3=datetime(2026, 11, 21), C3=3.0, D3=0.5, E3=True, F3="=1+1")
    first, third = read_sheets(file, limits=SheetLimits())
    assert (first.sheet, first.row, first.cells) == ("Sheet", 1, ("材料",))
    assert (third.sheet, third.row, third.cells[:5]) == ("Sheet", 3, ("", "2026-11-21", "3", "0.5", "1"))


def test_columns_are_called_as_spreadsheets_call_them():
    named = {at: letters(at) for at in (0, 25, 26, 51, 52, 701, 702, 16_383)}
    assert named == {0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA", 16_383: "XFD"}


def test_a_text_too_long_for_a_cell_says_so():
    (_, row) = read_sheets(
        io.BytesIO(as_written({"甲": ["列"]}, [("甲", ["长" * 40_000])])), limits=SheetLimits()
    )
    assert row.cells[0].endswith("……（全文见网页）")


def packed(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in parts.items():
            into.writestr(name.replace("__", "/") + ".xml", content)
    return file


BOMB = b'<?xml version="1.0"?><!--' + b"x" * 9000 + b'--><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (io.BytesIO(b"not a zip"), "sheet.not-xlsx"),
        (io.BytesIO(b""), "sheet.not-xlsx"),
        (packed(word__document="<x/>"), "sheet.not-xlsx"),
        (packed(xl__workbook=BOMB), "sheet.declares"),
        (packed(xl__workbook=BOMB.decode().encode("utf-16")), "sheet.declares"),
        (packed(xl__workbook="<broken"), "sheet.not-xlsx"),
        (packed(xl__workbook="<x/>", xl__big="0" * 3_000_000), "sheet.too-large"),
    ],
)
def test_what_is_no_workbook_or_a_dangerous_one_is_refused(file, code):
    with pytest.raises(Unreadable) as refused:
        list(read_sheets(file, limits=SheetLimits(unpacked=2_000_000)))
    assert refused.value.finding.code == code


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (SheetLimits(rows=2), "rows"),
        (SheetLimits(columns=2), "columns"),
        (SheetLimits(cell=3), "cell"),
        (SheetLimits(sheets=1), "sheets"),
        (SheetLimits(packed=100), "packed"),
    ],
)
def test_every_limit_is_kept_and_named(limits, what):
    content = as_written({"甲": ["a"], "乙": ["a"]}, [("甲", ["b", "c", "dddd"]), ("甲", ["x"])])
    with pytest.raises(Unreadable) as refused:
        list(read_sheets(io.BytesIO(content), limits=limits))
    assert refused.value.finding.params["what"] == what
