"""Order and shelves on the screen, for programs and at a prompt."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from webtest import TestApp

from records.domain.vocabulary import Retention
from records.indexes import questions
from records.operations import boxes
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ARCHIVIST, CLERK, build_office
from tests.operations.cases import HEALTH_ARCHIVIST, ok
from tests.operations.shelves import FONDS, filed, to_box, waiting

from .pages import errors, form, pdf, words
from .test_api import BASE, problem, reads, token

BOX = {"fonds": FONDS, "category": "ZY·SP", "year": 2025, "retention": Retention.D10}


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("shelves"), publish=False)
    for title in ("欧阳䶮食品经营许可", "𠮷野家食品经营许可"):
        office.numbers[title] = filed(office, title, year=2025)[0]
    office.numbers["账簿"] = filed(office, "账簿", year=2025, category="KU")[0]
    office.numbers["box"] = ok(office.do(ARCHIVIST, lambda act: boxes.open_box(act, **BOX)))
    ok(office.do(ARCHIVIST, to_box(office.numbers["box"], boxes.fill, codes="1-2")))
    yield office
    office.close()


def typed(office, userid: str, *arguments: str) -> tuple[int, object]:
    instance = Instance(Path("none.ini"), opened=office.services, owned=False)
    done = CliRunner().invoke(main, ["--json", "--as", userid, *arguments], obj=instance)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout)


def test_waiting_items_are_moved_with_the_keyboard_and_refused_politely(office):
    first, second = waiting(office, "甲", year=2024), waiting(office, "乙", year=2024)
    browser = office.browser(ARCHIVIST)
    page = browser.get("/archives/arrange")
    assert "拟J043-ZY·SP·2024-D10-ZCG-0001" in words(page)
    up = form(page, f"/archives/{second}/rearrange", position="1")
    page = up.submit(status=303).follow()
    rows = [row.get_text(" ", strip=True) for row in page.html.select("tbody tr")]
    assert ["乙" in rows[0], "甲" in rows[1]] == [True, True]
    assert words(browser.get(f"/archives/{first}/arrangement")).count("调整类目") == 1
    asked = browser.get(f"/archives/{first}/reclass").forms["reclass"]
    asked["category"] = "KU"
    refused = asked.submit(status=409)
    assert "还没有写明理由" in " ".join(errors(refused)) + words(refused)
    assert refused.forms["reclass"]["category"].value == "KU"


def test_a_scanned_code_opens_what_it_stands_on_in_both_search_boxes(office):
    with office.site() as site:
        box, item = site.boxes[office.numbers["box"]], site.archives[office.numbers["欧阳䶮食品经营许可"]]
        codes = {box.code: f"/boxes/{box.id}", item.code.replace("·", "."): f"/archives/{item.id}"}
    browser = office.browser(ARCHIVIST)
    for code, path in codes.items():
        assert browser.get("/archives/boxes", {"code": code}, status=303).location.endswith(path)
        page = browser.get("/desk/search")
        one = next(
            each for each in page.forms.values() if each.method.lower() == "post" and "q" in each.fields
        )
        one["q"] = code
        assert one.submit(status=303).location.endswith(path)
    assert "没有这个编号" in " ".join(errors(browser.get("/archives/boxes", {"code": "没有"}, status=404)))


def test_a_box_is_opened_moved_and_labelled_on_the_screen(office):
    browser = office.browser(ARCHIVIST)
    page = browser.get("/archives/boxes")
    asked = page.click("新建档案盒").forms["open"]
    with office.site() as site:
        waits = next(
            (
                item
                for _, item in questions.items_of(site, "market-regulation", "archived")
                if item.carrier != "electronic" and not item.box
            ),
            None,
        )
        wanted = (waits.category, str(waits.year)) if waits else ("", str(office.clock.today().year - 1))
    assert (asked["category"].value, asked["year"].value) == wanted
    asked["category"], asked["year"], asked["thickness"] = "ZY·SP", "2023", "40"
    next(each[0] for each in asked.fields.values() if type(each[0]).__name__ == "Radio").value = "D30"
    listed = asked.submit(status=303).follow()
    assert "J043-ZY·SP·2023-D30-ZCG-H001" in words(listed)
    shown = browser.get(f"/boxes/{office.numbers['box']}")
    assert ["欧阳䶮食品经营许可" in words(shown), "20 / 255" in words(shown)] == [True, True]
    move = shown.click("移库、上架").forms["move"]
    for name, value in {
        "room": "一号库房",
        "row": "03",
        "stand": "02",
        "level": "04",
        "reason": "上架",
    }.items():
        move[name] = value
    assert "— → 一号库房 03列 02架 04层" in words(move.submit(status=303).follow())
    label = browser.get(f"/boxes/{office.numbers['box']}/labels")
    assert ["style=" in label.text, label.text.count("<svg")] == [False, 2]
    assert browser.get(f"/boxes/{office.numbers['box']}/labels.pdf").body.startswith(b"%PDF")
    assert browser.get("/archives/box-labels").text.count("盒号") >= 2


def test_every_form_is_a_page_a_workbook_and_a_pdf(office):
    browser = office.browser(ARCHIVIST)
    with office.site() as site:
        volume = site.archives[office.numbers["账簿"]].volume
    places = (
        ("/archives/catalogue", "?year=2025", "归档文件目录"), (f"/boxes/{office.numbers['box']}/print", "", "备考表"),
        (f"/volumes/{volume}/print", "", "卷内目录"), ("/archives/fonds-file-print", "", "全宗介绍"),
        ("/archives/box-list", "", "档案盒清单"),
    )  # fmt: skip
    for path, query, word in places:
        assert word in words(browser.get(f"{path}{query}")), path
        book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{path}.xlsx{query}").body))
        assert any(word in name for name in book.sheetnames), path
        assert browser.get(f"{path}.pdf{query}").body.startswith(b"%PDF"), path
    item = office.numbers["账簿"]
    assert browser.get(f"/archives/{item}/stamp.pdf").body.startswith(b"%PDF")
    assert b"45mm" in browser.get(f"/archives/{item}/stamp.svg").body


def test_a_paper_is_added_to_the_fonds_file_with_its_scan(office):
    browser = office.browser(ARCHIVIST)
    page = browser.get("/archives/fonds-file")
    assert "历年统计" in words(page)
    asked = page.click("添加文件").forms["file"]
    asked["title"] = "2025年度鉴定工作报告"
    next(each[0] for each in asked.fields.values() if type(each[0]).__name__ == "Radio").value = "appraisal"
    asked["upload"] = pdf("鉴定工作报告")
    done = asked.submit(status=303).follow()
    assert "档案鉴定" in words(done)
    assert done.click("2025年度鉴定工作报告").body.startswith(b"%PDF")


def test_the_volume_shows_its_items_and_is_closed_by_two_people(office):
    browser = office.browser(ARCHIVIST)
    page = browser.get("/archives/volumes?fonds=market-regulation").click("账簿案卷")
    assert ["J043-KU·2025-D10-001" in words(page), "1-10" in words(page)] == [True, True]
    close = page.click("定卷").forms["close"]
    close["checked_by"] = "马超"
    assert "不能自己检查" in words(close.submit(status=409))
    close["checked_by"] = "皇甫嵩"
    assert "已定卷" in words(close.submit(status=303).follow())


def test_no_other_fonds_is_shown_or_touched(office):
    box = office.numbers["box"]
    stranger = office.browser(HEALTH_ARCHIVIST)
    stranger.get(f"/boxes/{box}", status=403)
    stranger.get("/archives/boxes?fonds=market-regulation", status=403)
    stranger.get("/archives/catalogue.xlsx?fonds=market-regulation", status=403)
    with office.site() as site:
        code = site.boxes[box].code
    assert stranger.get("/archives/boxes", {"code": code}, status=404)
    office.browser(CLERK).get("/archives/arrange", status=403)
    api = TestApp(office.app)
    strange = api.post_json(
        f"{BASE}/boxes/{box}/pack", {}, headers=token(office, HEALTH_ARCHIVIST), status=403
    )
    assert strange.status_int == 403


def test_a_program_does_what_the_screen_does(office):
    api, mine = TestApp(office.app), token(office, ARCHIVIST)
    made = api.post_json(
        f"{BASE}/boxes/open",
        {"fonds": FONDS, "category": "ZY·SP", "year": 2022, "retention": "Y", "thickness": 20},
        headers=mine, status=201,
    ).json  # fmt: skip
    assert (made["code"], made["box_number"]) == ("J043-ZY·SP·2022-Y-ZCG-H001", 1)
    read = api.get(f"{BASE}/boxes/{made['id']}", headers=mine)
    refused = api.post_json(
        f"{BASE}/boxes/{made['id']}/fill",
        {"codes": "7"},
        headers={**mine, "If-Match": read.headers["ETag"]},
        status="4*",
    )
    assert problem(refused, 409) == [("box.item-unknown", "codes")]
    listed = api.get(f"{BASE}/boxes", {"fonds": FONDS}, headers=mine).json
    assert made["code"] in {each["code"] for each in listed["boxes"]}
    found = api.get(f"{BASE}/boxes", {"code": made["code"].lower()}, headers=mine).json["found"]
    assert (found["kind"], found["id"]) == ("box", made["id"])
    lines = api.get(f"{BASE}/catalogue", {"fonds": FONDS, "year": 2025}, headers=mine).json["items"]
    assert [line["code"][:12] for line in lines] == ["J043-KU·2025", "J043-ZY·SP·2", "J043-ZY·SP·2"]
    assert api.get(f"{BASE}/volumes", headers=mine).json["volumes"][0]["rule"] == "year"
    assert "历年统计" in api.get(f"{BASE}/fonds-file", headers=mine).json["tables"]
    assert (ARCHIVIST, "archives.catalogue", FONDS) in reads(office)


def test_a_prompt_lists_scans_and_writes_the_catalogue(office, tmp_path):
    path = tmp_path / "目录.xlsx"
    code, said = typed(office, ARCHIVIST, "catalogue", "J043", "2025", "--to", str(path))
    assert (code, said["items"]) == (0, 3)
    assert openpyxl.load_workbook(path).sheetnames[:2] == ["归档文件目录封面 KU D10", "归档文件目录 KU D10"]
    code, said = typed(
        office, HEALTH_ARCHIVIST, "catalogue", "J043", "2025", "--to", str(tmp_path / "目录.doc")
    )
    assert (code, [each["code"] for each in said["findings"]]) == (
        1,
        ["catalogue.ending", "permission.denied"],
    )
    code, said = typed(office, ARCHIVIST, "boxes", "list", "J043")
    assert (code, said["boxes"][0]["fonds"]) == (0, FONDS)
    assert typed(office, ARCHIVIST, "boxes", "scan", said["boxes"][0]["code"])[1]["kind"] == "box"
    assert typed(office, HEALTH_ARCHIVIST, "boxes", "scan", said["boxes"][0]["code"])[0] == 1
