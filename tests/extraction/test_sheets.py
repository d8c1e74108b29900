"""Tables from elsewhere are read by a limited child of its own; whatever a file does, the caller gets rows or one finding."""

import io
import json
import threading
import zipfile

import openpyxl
import pytest

from records.extraction.types import SheetLimits, SheetRow, Unreadable

LIMITS = SheetLimits()


def workbook(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def refusal(extractor, path, limits=LIMITS, **bounds) -> tuple[str, dict]:
    with pytest.raises(Unreadable) as refused:
        list(extractor.rows(path, limits=limits, **bounds))
    return refused.value.finding.code, dict(refused.value.finding.params)


def test_a_workbook_comes_row_by_row_across_many_pieces(extractor, write):
    rows = [("事项", "编码"), *((f"第{number}项䶮𠮷", f"{number:012d}") for number in range(1, 1201))]
    found = list(extractor.rows(write("list.xlsx", workbook(rows)), limits=LIMITS))
    assert found == [SheetRow("Sheet", at, row) for at, row in enumerate(rows, start=1)]


def test_json_gives_its_columns_first_and_cells_as_they_are(extractor, write):
    told = {
        "general": [{"a": "龚䶮", "b": 1}, {"b": True, "c": 1.5, "a": None}],
        "材料": {"no": "list"},
        "fee": [{"a": {"x": [1]}, "b": "\ud800"}],
        "step": [],
    }
    found = list(extractor.rows(write("list", json.dumps(told).encode()), limits=LIMITS))
    assert found == [
        SheetRow("general", 0, ("a", "b", "c")),
        SheetRow("general", 1, ("龚䶮", 1, None)),
        SheetRow("general", 2, (None, True, 1.5)),
        SheetRow("材料", 0, ()),
        SheetRow("fee", 0, ("a", "b")),
        SheetRow("fee", 1, (['{"x": [1]}'], "\ud800")),
    ]
    (head, one) = extractor.rows(write("one", b'\xef\xbb\xbf [{"a": 1e999}]'), limits=LIMITS)
    assert (head, one) == (SheetRow("general", 0, ("a",)), SheetRow("general", 1, ("inf",)))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import.not-a-list"),
        (b"%PDF-1.7", "import.not-a-list"),
        (b"PK\x03\x04garbage", "sheet.not-xlsx"),
        (b'{"general": [', "import.json-broken"),
        (b'[{"a": NaN}]', "import.json-broken"),
        (b'{"general": "\xff"}', "import.json-broken"),
        (b"[" * 100_000, "import.json-broken"),
    ],
)
def test_what_is_no_table_is_told(extractor, write, content, code):
    assert refusal(extractor, write("list", content))[0] == code


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (SheetLimits(rows=1), "rows"),
        (SheetLimits(columns=1), "columns"),
        (SheetLimits(sheets=1), "sheets"),
        (SheetLimits(packed=10), "packed"),
    ],
)
def test_json_has_the_limits_of_workbooks(extractor, write, limits, what):
    path = write("list", b'{"general": [{"a": 1}, {"b": 2}], "fee": []}')
    assert refusal(extractor, path, limits)[1]["what"] == what


def test_a_file_that_takes_too_much_memory_costs_its_child_only(extractor, write):
    path = write("list", b"[" + b"[]," * 3_000_000 + b"[]]")
    assert refusal(extractor, path, memory=160 << 20) == (
        "sheet.too-large",
        {"what": "memory", "limit": "160 MB"},
    )
    assert [row.cells for row in extractor.rows(write("good", b'[{"a": 1}]'), limits=LIMITS)] == [
        ("a",),
        (1,),
    ]


def test_a_workbook_that_swells_is_refused_before_it_is_unpacked(extractor, write):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<x/>")
        packed.writestr("xl/worksheets/sheet1.xml", "0" * 30_000_000)
    code, params = refusal(extractor, write("bomb.xlsx", file.getvalue()))
    assert (code, params["what"]) == ("sheet.too-large", "unpacked")


def test_who_reads_a_list_keeps_no_paper_waiting(extractor, write):
    """The one warm child is held by somebody, and a list is read all the same."""
    found = []
    path = write("list", b'[{"a": 1}]')
    with extractor._child():
        reading = threading.Thread(target=lambda: found.extend(extractor.rows(path, limits=LIMITS)))
        reading.start()
        reading.join()
    assert len(found) == 2


def test_who_stops_reading_ends_the_child(extractor, write):
    rows = extractor.rows(write("list", workbook([("a",)] * 2000)), limits=LIMITS)
    assert next(rows).cells == ("a",)
    rows.close()
    assert list(extractor.rows(write("good", b'[{"a": 1}]'), limits=LIMITS))
