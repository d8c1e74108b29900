"""Catalogues, labels and codes as files: what a spreadsheet, a printer and a scanner make of them."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from datetime import date
from xml.etree import ElementTree

import openpyxl
import pypdfium2
import pytest

from records.domain.catalogues import CatalogueEntry, stamp
from records.exchange import catalogues, labels
from records.exchange.barcodes import code128, code128_svg, qr_svg
from records.exchange.labels import Spine
from records.exchange.typeface import shipped_typeface

DAY = date(2026, 11, 21)
ENTRIES = tuple(
    CatalogueEntry(
        f"J043-ZY·SP·2026-D10-ZCG-{at:04d}", at, "=1+1", "云溪县市场监督管理局", title, DAY, "内部", 12 * at,
        "双套", "J043", 2026, "D10", "ZCG",
    )
    for at, title in enumerate(("欧阳䶮食品经营许可", "𠮷野家〔云溪〕店" + "很长" * 40), 1)
)  # fmt: skip
CATALOGUE = catalogues.catalogue("归档文件目录 ZY·SP D10 ZCG", ENTRIES)
COVER = catalogues.catalogue_cover(
    number="J043", name="云溪县市场监督管理局", year=2026, retention="D10", unit="ZCG"
)
VOLUME = (
    catalogues.volume_cover(
        name="云溪县市场监督管理局", category="KU", title="账簿", retention="D30", entries=ENTRIES, number="001",
        code="J043-KU·2026-D30-001",
    ),
    catalogues.inside_list(ENTRIES),
    catalogues.volume_note(note="无", arranged_by="马超", checked_by="皇甫嵩", arranged_on=DAY),
)  # fmt: skip
BOX = (
    catalogues.box_cover(
        name="云溪县市场监督管理局", year=2026, retention="D10", unit="ZCG", entries=ENTRIES, code="H001"
    ),
    catalogues.box_note(note="无", arranged_by="马超", arranged_on=DAY, checked_by="皇甫嵩", checked_on=DAY),
)


def workbook(*forms) -> bytes:
    file = io.BytesIO()
    catalogues.write_workbook(file, forms)
    return file.getvalue()


def test_the_columns_are_those_of_the_forms():
    assert CATALOGUE.heads == ("序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注")
    assert VOLUME[1].heads == ("序号", "文号", "责任者", "题名", "日期", "页号", "备注")
    assert [label for label, _ in COVER.pairs] == ["全宗号", "全宗名称", "年度", "保管期限", "机构（问题）"]
    assert [label for label, _ in VOLUME[0].pairs] == [
        "全宗名称", "类目", "案卷题名", "起止日期", "保管期限", "件数", "页数", "归档号", "档号",
    ]  # fmt: skip
    assert [label for label, _ in VOLUME[2].pairs] == ["本卷情况说明", "立卷人", "检查人", "立卷时间"]
    assert [label for label, _ in BOX[0].pairs] == [
        "全宗名称",
        "年度",
        "保管期限",
        "机构（问题）",
        "起止件号",
        "盒号",
    ]
    assert [label for label, _ in BOX[1].pairs] == [
        "盒内文件情况说明",
        "整理人",
        "整理日期",
        "检查人",
        "检查日期",
    ]


def test_a_workbook_holds_each_form_as_a_sheet_and_no_formula():
    book = openpyxl.load_workbook(io.BytesIO(workbook(COVER, CATALOGUE, CATALOGUE)))
    assert book.sheetnames == [
        "归档文件目录封面",
        "归档文件目录 ZY·SP D10 ZCG",
        "归档文件目录 ZY·SP D10 ZCG 2",
    ]
    rows = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
    assert rows[0] == list(CATALOGUE.heads)
    assert rows[1] == [
        1, "J043-ZY·SP·2026-D10-ZCG-0001", "=1+1", "云溪县市场监督管理局", "欧阳䶮食品经营许可", "20261121", "内部", 12, "双套",
    ]  # fmt: skip
    assert book.worksheets[1]["C2"].data_type != "f"
    assert [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()][1] == ["全宗号", "J043"]


def test_libreoffice_opens_every_workbook(tmp_path):
    office = shutil.which("soffice")
    assert office, "soffice is missing: bin/bootstrap --test installs it"
    books = {"catalogue": (CATALOGUE,), "volume": VOLUME, "box": BOX}
    for name, forms in books.items():
        (tmp_path / f"{name}.xlsx").write_bytes(workbook(*forms))
    own = f"-env:UserInstallation=file://{tmp_path}/profile"
    files = [str(tmp_path / f"{name}.xlsx") for name in books]
    command = [
        office,
        own,
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76",
        "--outdir",
        str(tmp_path),
        *files,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    read = {
        name: list(csv.reader((tmp_path / f"{name}.csv").read_text("utf-8").splitlines())) for name in books
    }
    assert read["catalogue"][0] == list(CATALOGUE.heads)
    assert read["catalogue"][2][1:6] == [str(cell) for cell in CATALOGUE.rows[1][1:6]]
    assert (read["volume"][1], read["box"][1]) == (["全宗名称", "云溪县市场监督管理局"],) * 2


def text_of(body: bytes) -> str:
    with pypdfium2.PdfDocument(body) as document:
        return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)


def test_forms_and_labels_print_the_same_bytes_each_time_and_read_back():
    face = shipped_typeface()
    made = {"title": "归档文件目录", "organ": "云溪县市场监督管理局", "made_on": DAY, "typeface": face}
    printed = catalogues.render(forms=(COVER, CATALOGUE), **made)
    assert printed == catalogues.render(forms=(COVER, CATALOGUE), **made)
    text = text_of(printed)
    assert all(word in text for word in ("欧阳䶮食品经营许可", "云溪县市场监督管理局", "定期10年", "密级"))
    spines = [
        Spine(50, (("全宗名称", "云溪县市场监督管理局"), ("盒号", f"{at:03d}")), f"J043-H{at:03d}")
        for at in range(1, 6)
    ]
    assert [len(sheet) for sheet in labels.sheets_of(spines)] == [3, 2]
    text = text_of(labels.spine_pdf(spines, title="盒脊", made_on=DAY, typeface=face))
    assert all(f"{at:03d}" in text for at in range(1, 6))
    stamped = labels.stamp_pdf(stamp(ENTRIES[0]), title="归档章", made_on=DAY, typeface=face)
    assert all(word in text_of(stamped) for word in ("J043", "0001", "ZCG", "定期10年"))


def test_the_stamp_is_a_grid_of_45_by_16_millimetres():
    drawn = ElementTree.fromstring(labels.stamp_svg(stamp(ENTRIES[0])))
    cells = [each for each in drawn if each.tag.endswith("rect")]
    assert (drawn.get("width"), drawn.get("height"), len(cells)) == ("45mm", "16mm", 6)
    assert {(each.get("width"), each.get("height")) for each in cells} == {("15", "8")}
    assert [each.text for each in drawn if each.tag.endswith("text")] == [
        "全宗号", "J043", "年度", "2026", "件号", "0001", "机构（问题）", "ZCG", "保管期限", "定期10年", "页数", "12",
    ]  # fmt: skip


#: Bars and gaps of two codes that a scanner (ZXing) read back as meant.
READ = {
    "H1234": "2112142311131131411122321311234111312331112",
    "A": "2112141113231311232331112",
}


def test_bars_are_as_a_scanner_read_them():
    assert {text: "".join(map(str, code128(text))) for text in READ} == READ
    with pytest.raises(ValueError, match="Code 128"):
        code128("盒")
    drawn = ElementTree.fromstring(code128_svg("J043-ZY·SP·2026-D10-ZCG-0001"))
    assert re.fullmatch(r"0 0 \d+ 40", drawn.get("viewBox"))


def test_every_picture_is_well_formed_and_escapes_what_it_shows():
    spine = Spine(20, (("全宗名称", "<&>"),), "J043-H001")
    for picture in (labels.spine_svg(labels.sheets_of([spine])[0]), qr_svg("J043-ZY·SP·2026-D10-ZCG-0001")):
        assert ElementTree.fromstring(picture).tag.endswith("svg")
