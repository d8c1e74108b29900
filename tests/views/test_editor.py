"""The guide editor without a script: sections, rows, drafts, two editors at once, judgement beside the fields."""

from __future__ import annotations

import json

import pytest

from records.operations.guides import content
from tests.office import CLERK, REVIEWER

from .pages import errors, form, words

FOOD = "/guides/food-business"


def newest(office, key: str = "food-business"):
    with office.site() as site:
        version = site.guides[key].versions[-1]
        return version.version, version.status, content(version)


def editor(browser, part: str, **more: str):
    query = "&".join(f"{name}={value}" for name, value in {"part": part, **more}.items())
    return browser.get(f"{FOOD}/edit?{query}")


def press(page, value: str, name: str = "act", **kw):
    return page.forms["editor"].submit(name, value=value, **kw)


def test_what_is_typed_becomes_the_open_draft_and_nothing_else_changes(office):
    before = newest(office)[2]
    page = editor(office.browser("bailu"), "basic")
    page.forms["editor"]["plain_title"] = "开饭馆要办食品经营许可证，5个工作日办好。"
    answer = press(page, "save")
    assert answer.location.endswith("/edit?part=basic&done=guide-saved")
    number, status, body = newest(office)
    assert (number, status, body.plain_title) == (2, "draft", "开饭馆要办食品经营许可证，5个工作日办好。")
    assert {name for name in before.__slots__ if getattr(before, name) != getattr(body, name)} == {
        "plain_title"
    }
    assert "开饭馆要办" not in words(office.browser().get(FOOD))


def test_choosing_another_section_saves_this_one_first(office):
    page = editor(office.browser("bailu"), "steps")
    page.forms["editor"]["limits.promised"] = "3个工作日"
    assert press(page, "fees", "go").location.endswith("/edit?part=fees&done=guide-saved")
    assert newest(office)[2].limits.promised.label == "3个工作日"


def test_rows_are_added_moved_and_removed_without_a_script(office):
    page = editor(office.browser("bailu"), "answers")
    count = len(newest(office)[2].questions)
    page = press(page, "add questions")
    assert newest(office)[0] == 1, "moving rows saves nothing"
    one = page.forms["editor"]
    assert page.html.select_one("[autofocus]")["id"] == f"questions.{count}.question"
    one[f"questions.{count}.question"], one[f"questions.{count}.answer"] = "𠮷字怎么写？", "按身份证写。"
    page = press(page, f"up questions {count}")
    page = press(page, "remove questions 0")
    press(page, "save", status=303)
    asked = [each.question for each in newest(office)[2].questions]
    assert len(asked) == count
    assert asked[-2] == "𠮷字怎么写？"


def test_a_standard_material_is_chosen_by_its_alias_and_one_line_has_all_its_fields(office):
    browser = office.browser("bailu")
    page = press(editor(browser, "lines"), "add lines")
    one = page.forms["editor"]
    at = len(newest(office)[2].lines)
    one[f"lines.{at}.name"], one[f"lines.{at}.material"] = "经营场所使用证明", "电子营业执照"
    page = press(page, "lines.line-1", "go").follow()
    one = page.forms["editor"]
    assert one[f"lines.{at}.material"].value == "营业执照"
    one[f"lines.{at}.acceptance"] = "在有效期内。"
    one.set(f"lines.{at}.condition.0.v", True, index=0)
    press(page, "save", status=303)
    line = newest(office)[2].lines[at]
    assert (line.id, line.material, line.acceptance, line.condition) == (
        "line-1",
        "business-licence",
        "在有效期内。",
        "agent",
    )
    assert (line.necessity.value, line.position) == ("conditional", at + 1)


def test_a_law_is_chosen_by_its_name_and_number_and_revision_follow(office):
    page = press(editor(office.browser("bailu"), "basis"), "add basis")
    at = len(newest(office)[2].basis)
    page.forms["editor"][f"basis.{at}.name"] = "行政许可法"
    page.forms["editor"][f"basis.{at}.articles"] = "第三十条"
    press(page, "save", status=303)
    law = newest(office)[2].basis[at]
    assert (law.number, law.revision.isoformat(), law.articles) == (
        "主席令第7号",
        "2019-04-23",
        ("第三十条",),
    )


def test_what_cannot_be_read_stays_on_the_page_and_the_rest_is_saved(office):
    page = editor(office.browser("bailu"), "steps")
    one = page.forms["editor"]
    one["limits.promised"], one["limits.deliver"] = "尽快办好", "3个工作日"
    page = press(page, "save", status=200)
    assert page.forms["editor"]["limits.promised"].value == "尽快办好"
    assert "尽快办好" in errors(page)[0]
    assert page.html.select_one("#found-limits\\.promised li")
    assert page.html.select_one("[id='limits.promised']")["aria-invalid"] == "true"
    limits = newest(office)[2].limits
    assert (limits.promised.label, limits.deliver.label) == ("5个工作日", "3个工作日")


def test_a_finding_stands_beside_its_field_and_in_the_summary_with_a_link(office):
    page = editor(office.browser("bailu"), "lines")
    page.forms["editor"]["lines.0.name"] = "其他有关材料"
    page = press(page, "save").follow()
    box = page.html.select_one("[id='lines.0.name']")
    assert box["aria-describedby"] == "found-lines.0.name"
    beside = page.html.select_one("[id='found-lines.0.name'] li").get_text(" ", strip=True)
    assert beside.startswith("阻断")
    assert page.html.select_one("#lint a[href='#lines.0.name']").get_text() == "申请材料 1 · 名称"
    other = editor(office.browser("bailu"), "basic")
    assert "/guides/food-business/edit?part=lines#lines.0.name" in [
        link["href"] for link in other.html.select("#lint a")
    ]
    assert "1 条要改" in other.html.select_one("[data-count=lines]").get_text(" ", strip=True)


def test_two_editors_at_once_lose_nothing_and_see_both_texts(office):
    mine = editor(office.browser("bailu"), "basic")
    theirs = editor(office.browser("sunguoqiang"), "basic")
    theirs.forms["editor"]["plain_title"] = "孙国强写的说明。"
    press(theirs, "save", status=303)
    mine.forms["editor"]["plain_title"] = "白露写的说明。"
    page = press(mine, "save", status=409)
    assert page.forms["editor"]["plain_title"].value == "白露写的说明。"
    both = page.html.select_one("#meanwhile").get_text(" ", strip=True)
    assert "孙国强" in both
    assert "孙国强写的说明。" in both
    assert "白露写的说明。" in both
    assert "一句话说明" in both
    assert newest(office)[2].plain_title == "孙国强写的说明。"
    press(page, "save", status=303)
    assert newest(office)[2].plain_title == "白露写的说明。"


def test_a_script_saves_and_judges_by_the_same_form(office):
    browser = office.browser("bailu")
    one = editor(browser, "basic").forms["editor"]
    fields = [pair for pair in one.submit_fields() if pair[0] != "__once__"]
    fields = [(name, "办证有关手续" if name == "plain_title" else value) for name, value in fields]
    headers = {"Accept": "application/json"}
    checked = browser.post(f"{FOOD}/edit?part=basic", [*fields, ("act", "check")], headers=headers).json
    assert (checked["state"], checked["found"][0]["beside"]) == ("checked", "plain_title")
    assert newest(office)[0] == 1
    saved = browser.post(f"{FOOD}/edit?part=basic", [*fields, ("act", "save")], headers=headers).json
    assert (saved["state"], saved["text"], saved["version"]) == ("saved", "已保存 09:00", 2)
    again = dict(fields) | {"base": saved["base"], "act": "save"}
    assert browser.post(f"{FOOD}/edit?part=basic", again, headers=headers).json["base"] == saved["base"]
    stale = browser.post(f"{FOOD}/edit?part=basic", [*fields, ("act", "save")], headers=headers)
    assert json.loads(stale.body)["state"] == "saved", "the same text again changes nothing"


@pytest.mark.parametrize(("userid", "status"), [(CLERK, 403), (REVIEWER, 403), ("", 303)])
def test_only_those_who_draft_for_the_unit_open_the_editor(office, userid, status):
    office.browser(userid).get(f"{FOOD}/edit", status=status)


def test_an_editor_of_one_unit_does_not_open_anothers_guide(office):
    office.browser("sunguoqiang").get("/guides/public-venue-hygiene/edit", status=403)


def test_a_script_in_a_guide_text_is_shown_as_text(office):
    page = editor(office.browser("bailu"), "basic")
    page.forms["editor"]["plain_title"] = "</textarea><script>alert(1)</script>"
    page = press(page, "save").follow()
    assert page.forms["editor"]["plain_title"].value == "</textarea><script>alert(1)</script>"
    assert not [one for one in page.html.select("script") if not one.get("src")]


@pytest.mark.parametrize(
    "path", ["/edit?part=lines&line=none", "/edition?v=9", "/changes?v=x", "/impact?v=0", "/preview?v=99"]
)
def test_what_does_not_exist_is_not_found(office, path):
    office.browser("bailu").get(FOOD + path, status=404)


def test_what_is_typed_over_a_submitted_edition_is_refused_and_kept_on_the_page(office):
    browser = office.browser("bailu")
    late = editor(browser, "basic")
    page = editor(browser, "basic")
    page.forms["editor"]["plain_title"] = "先写好的说明。"
    press(page, "save")
    form(browser.get(f"{FOOD}/desk"), "/submit").submit(status=303)
    late.forms["editor"]["plain_title"] = "晚到的说明。"
    page = press(late, "save", status=409)
    assert page.forms["editor"]["plain_title"].value == "晚到的说明。"
    assert errors(page)
