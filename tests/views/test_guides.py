"""The editors' desk: a guide comes as a file and reaches the public through two organisations."""

from __future__ import annotations

import pytest
from webtest import Upload

from records.exchange.guides import shipped_guides
from records.views.leaflets import differences
from tests.office import CLERK, REVIEWER

from .pages import errors, form, words

SOURCE = dict(shipped_guides())["food-business.yaml"]
CHANGED = SOURCE.replace("不做的不勾。", "不经营的项目不要勾选。")


def hand_in(office, userid: str, source: str, *, status: int = 303):
    page = office.browser(userid).get("/desk/guides")
    one = form(page, "/guides/import")
    one["guide"] = Upload("food.yaml", source.encode(), "application/yaml")
    return one.submit(status=status)


def test_a_file_becomes_a_draft_and_is_previewed_as_the_public_will_read_it(office):
    assert CHANGED != SOURCE
    answer = hand_in(office, "bailu", CHANGED)
    assert answer.location.endswith("/guides/food-business/edition?v=2")
    preview = office.browser("bailu").get("/guides/food-business/edition?v=2")
    assert "这是草稿" in preview.html.select_one(".note.wrong").get_text()
    assert "不经营的项目不要勾选。" in words(preview)
    office.browser().get("/guides/food-business/edition?v=2", status=303)
    assert "不经营的项目不要勾选。" not in words(office.browser().get("/guides/food-business"))


def test_a_draft_is_approved_by_the_department_and_published_by_the_centre(office):
    hand_in(office, "bailu", CHANGED)
    reviewer = office.browser(REVIEWER)
    form(reviewer.get("/desk/guides"), "/food-business/approve", version="2").submit(status=303)
    publisher = office.browser("zhoutingting")
    one = form(publisher.get("/desk/guides"), "/food-business/publish", version="2")
    one["effective_on"] = "2026-11-23"
    one.submit(status=303)
    assert "不经营的项目不要勾选。" in words(office.browser().get("/guides/food-business"))
    row = (
        publisher.get("/desk/guides")
        .html.select("#guide-food-business tbody tr")[0]
        .get_text(" ", strip=True)
    )
    assert "现行有效" in row
    assert "编制 白露；审核 诸葛明；发布 周婷婷" in row


def test_nobody_else_is_offered_or_allowed_the_next_act(office):
    hand_in(office, "bailu", CHANGED)
    for userid in ("bailu", CLERK, "shangguan", "zhoutingting"):
        browser = office.browser(userid)
        page = browser.get("/desk/guides")
        assert not [one for one in page.forms.values() if one.action.endswith("/approve")]
    page = office.browser("bailu").get("/desk/guides")
    token = form(page, "/guides/import")["csrf_token"].value
    browser = office.browser("bailu")
    token = form(browser.get("/desk/guides"), "/guides/import")["csrf_token"].value
    browser.post("/guides/food-business/approve", {"version": "2", "csrf_token": token}, status=403)


def test_an_act_that_comes_too_late_says_what_speaks_against_it(office):
    hand_in(office, "bailu", CHANGED)
    first = form(office.browser(REVIEWER).get("/desk/guides"), "/food-business/approve", version="2")
    second = form(office.browser(REVIEWER).get("/desk/guides"), "/food-business/approve", version="2")
    first.submit(status=303)
    assert len(errors(second.submit(status=409))) == 1


def test_a_file_with_faults_is_not_stored_and_every_fault_has_its_line(office):
    broken = SOURCE.replace("名称: 主要设备设施布局和操作流程文件", "名称: 其他有关材料").replace(
        "来源: 申请人自备", "来源: 天上掉下", 1
    )
    page = hand_in(office, "bailu", broken, status=409)
    rows = page.html.select("[aria-labelledby=report] tbody tr")
    assert rows
    assert all(int(row.td.get_text()) > 1 for row in rows)
    assert "food.yaml" in words(page)
    wrong_name = hand_in(
        office,
        "bailu",
        SOURCE.replace("名称: 主要设备设施布局和操作流程文件", "名称: 其他有关材料"),
        status=409,
    )
    lines = [int(row.td.get_text()) for row in wrong_name.html.select("[aria-labelledby=report] tbody tr")]
    assert SOURCE.splitlines().index("    名称: 主要设备设施布局和操作流程文件") + 1 in lines
    with office.site() as site:
        assert len(site.guides["food-business"].versions) == 1


@pytest.mark.parametrize("source", ["", "a: [", "\x00\x01", "- 1\n" * 10, "标识: &a [*a]"])
def test_what_is_no_guide_is_refused_kindly(office, source):
    assert hand_in(office, "bailu", source, status=409).html.select("[aria-labelledby=report] tbody tr")


def test_an_unchanged_file_makes_no_new_edition(office):
    assert len(errors(hand_in(office, "bailu", SOURCE, status=409))) == 1


def test_an_editor_drafts_only_for_the_own_unit(office):
    health = dict(shipped_guides())["public-venue-hygiene.yaml"].replace("可以手绘", "能够手绘")
    assert len(errors(hand_in(office, "sunguoqiang", health, status=403))) == 1
    page = office.browser(CLERK).get("/desk/guides")
    assert not [one for one in page.forms.values() if one.action.endswith("/import")]


def test_the_changes_of_an_edition_are_named_field_by_field(office):
    hand_in(office, "bailu", CHANGED)
    page = office.browser(REVIEWER).get("/guides/food-business/changes?v=2")
    rows = [[cell.get_text(strip=True) for cell in row.select("td")] for row in page.html.select("tbody tr")]
    assert rows == [
        [
            "lines.application.fill_notes",
            "经营项目按实际勾选，不做的不勾。",
            "经营项目按实际勾选，不经营的项目不要勾选。",
        ]
    ]
    office.browser(REVIEWER).get("/guides/food-business/changes?v=1", status=404)
    office.browser(REVIEWER).get("/guides/food-business/changes?v=x", status=404)


def test_an_inserted_line_does_not_change_the_lines_after_it():
    old = {"lines": [{"id": "b", "name": "乙"}], "fee": None}
    new = {"lines": [{"id": "a", "name": "甲"}, {"id": "b", "name": "乙"}], "fee": {"name": "工本费"}}
    assert differences(old, new) == [
        {"field": "fee", "before": "无", "after": ""},
        {"field": "lines.a.id", "before": "", "after": "a"},
        {"field": "lines.a.name", "before": "", "after": "甲"},
        {"field": "fee.name", "before": "", "after": "工本费"},
    ]
