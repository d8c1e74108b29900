"""The editors' desk: a guide comes as a file and reaches the public through two organisations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import quote

import pytest
from webtest import Upload

from records.domain.editions import Weight
from records.domain.guide_parts import Citation
from records.exchange.guides import read_guide, shipped_guides
from records.operations.guides import content, save_draft
from records.operations.identities import identity_of
from records.views.guides import PAGE
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
    assert "不经营的项目不要勾选" in words(preview)
    office.browser().get("/guides/food-business/edition?v=2", status=303)
    assert "不经营的项目不要勾选" not in words(office.browser().get("/guides/food-business"))


def act(office, userid: str, verb: str, **fields: str):
    one = form(office.browser(userid).get("/guides/food-business/desk"), f"/food-business/{verb}")
    for name, value in fields.items():
        one[name] = value
    return one


def test_a_draft_goes_through_department_and_centre_and_each_start_page_tells_of_it(office):
    hand_in(office, "bailu", CHANGED)
    assert "待编写提交的指南 1 食品经营许可（新办）" in words(office.browser("bailu").get("/desk"))
    form(office.browser("bailu").get("/desk/guides"), "/food-business/submit").submit(status=303)
    assert "待审核的指南 1 食品经营许可（新办）" in words(office.browser(REVIEWER).get("/desk"))
    assert "待审核的指南" not in words(office.browser("shangguan").get("/desk"))
    form(office.browser(REVIEWER).get("/desk/guides"), "/food-business/approve").submit(status=303)
    assert "待发布的指南 1 食品经营许可（新办）" in words(office.browser("zhoutingting").get("/desk"))
    answer = act(office, "zhoutingting", "publish", effective_on="2026-11-23").submit(status=303)
    assert "已发布并备案。" in words(answer.follow())
    assert "不经营的项目不要勾选" in words(office.browser().get("/guides/food-business"))
    row = answer.follow().html.select("[aria-labelledby=editions] tbody tr")[0].get_text(" ", strip=True)
    assert "现行有效" in row
    assert "编制 白露；审核 诸葛明；发布 周婷婷" in row
    assert "指备〔2026〕" in row


def test_nobody_else_is_offered_or_allowed_the_next_act(office):
    hand_in(office, "bailu", CHANGED)
    act(office, "bailu", "submit").submit(status=303)
    for userid in ("bailu", CLERK, "shangguan", "zhoutingting"):
        for path in ("/desk/guides", "/guides/food-business/desk"):
            page = office.browser(userid).get(path)
            assert not [one for one in page.forms.values() if one.action.endswith("/approve")]
    browser = office.browser("bailu")
    token = form(browser.get("/desk/guides"), "/guides/import")["csrf_token"].value
    browser.post("/guides/food-business/approve", {"version": "2", "csrf_token": token}, status=403)


def test_an_act_that_comes_too_late_says_what_speaks_against_it(office):
    hand_in(office, "bailu", CHANGED)
    act(office, "bailu", "submit").submit(status=303)
    first, second = act(office, REVIEWER, "approve"), act(office, REVIEWER, "approve")
    first.submit(status=303)
    assert len(errors(second.submit(status=409))) == 1


def test_an_edition_is_sent_back_with_a_comment_that_the_editor_reads(office):
    hand_in(office, "bailu", CHANGED)
    act(office, "bailu", "submit").submit(status=303)
    assert errors(act(office, REVIEWER, "return").submit(status=409))
    act(office, REVIEWER, "return", why="第三项材料写清楚由谁出具。").submit(status=303)
    page = office.browser("bailu").get("/guides/food-business/desk")
    assert "诸葛明" in page.html.select_one("#steps .note").get_text()
    assert "第三项材料写清楚由谁出具。" in page.html.select_one("#steps .note").get_text()
    assert page.html.select_one("a[href$='/food-business/edit']")


def test_on_the_screen_an_author_does_not_publish_and_no_day_lies_in_the_past(office):
    hand_in(office, "bailu", CHANGED)
    act(office, "bailu", "submit").submit(status=303)
    act(office, REVIEWER, "approve").submit(status=303)

    def also_wrote(root):
        version = root["site"].guides["food-business"].versions[1]
        version.authors = (*version.authors, "zhoutingting")

    office.services.database.run(also_wrote)
    page = act(office, "zhoutingting", "publish", effective_on="2026-11-01").submit(status=409)
    assert len(errors(page)) == 3
    assert "不能审核或者发布自己编制的指南" in errors(page)[0]
    assert "生效日期2026-11-01已经过去" in errors(page)[1]


def test_on_the_screen_a_circle_and_a_repealed_law_are_told_when_a_guide_is_submitted(office):
    with office.site() as site:
        body = content(site.guides["sole-trader-registration"].versions[0])
    line = replace(body.lines[0], id="food", position=99, name="食品经营许可证", material="food-licence")
    law = Citation("个体工商户条例", "国务院令第596号", date(2016, 2, 6), ("第八条",))
    wrong = replace(body, lines=(*body.lines, line), basis=(*body.basis, law))
    assert office.do("bailu", lambda act: save_draft(act, wrong))
    page = form(office.browser("bailu").get("/guides/sole-trader-registration/desk"), "/submit").submit(
        status=409
    )
    told = " ".join(errors(page))
    assert "循环证明，谁都办不成" in told
    assert "已废止" in told


def test_a_published_edition_is_withdrawn_and_an_old_one_restored(office):
    assert errors(act(office, "zhoutingting", "withdraw", on="2026-11-24").submit(status=409))
    act(office, "zhoutingting", "withdraw", on="2026-11-24", why="法律已经修改。").submit(status=303)
    act(office, "bailu", "roll_back").submit(status=303)
    with office.site() as site:
        old, new = site.guides["food-business"].versions
        assert (new.status, new.restored, content(new).lines) == ("draft", 1, content(old).lines)
    act(office, "bailu", "discard").submit(status=303)


def test_what_blocks_is_told_at_once_when_a_guide_is_submitted(office):
    browser = office.browser("bailu")
    one = form(browser.get("/guides/new"), "/guides/new")
    one["title"], one["key"], one["unit"] = "小餐饮登记", "small-catering", "market-regulation"
    one.submit(status=303)
    page = form(browser.get("/guides/small-catering/desk"), "/submit").submit(status=409)
    assert len(errors(page)) > 20
    assert page.html.select("[aria-labelledby=against-title] li.wrong")


def test_a_copy_keeps_everything_but_its_name_and_handling_code(office):
    browser = office.browser("bailu")
    one = form(browser.get("/guides/new?copy=food-business"), "/guides/new")
    one["title"], one["key"], one["unit"] = (
        "食品经营许可（变更）",
        "food-business-change",
        "market-regulation",
    )
    answer = one.submit(status=303)
    assert answer.location.endswith("/guides/food-business-change/edit")
    with office.site() as site:
        copy = content(site.guides["food-business-change"].versions[0])
        model = content(site.guides["food-business"].versions[0])
    assert (copy.title, copy.lines, copy.codes.basic, copy.codes.handling) == (
        "食品经营许可（变更）",
        model.lines,
        model.codes.basic,
        "",
    )
    assert (copy.version.number, copy.version.effective.isoformat()) == (1, "2026-11-23")


def test_the_guide_to_copy_is_chosen_by_its_title_and_brings_its_unit_along(office):
    def chosen(who, query=""):
        page = office.browser(who).get(f"/guides/new{query}")
        offered = {each["value"]: each.get_text() for each in page.html.select("#copy option")}
        selected = [each["value"] for each in page.html.select("option[selected]")]
        return offered, selected

    offered, selected = chosen("bailu")
    assert offered == {
        "": "不用底稿，从空白开始",
        "food-business": "食品经营许可（新办）",
        "public-venue-hygiene": "公共场所卫生许可（新办）",
        "sole-trader-registration": "个体工商户设立登记",
    }
    assert selected == []
    assert chosen("bailu", "?copy=public-venue-hygiene")[1] == ["health-commission", "public-venue-hygiene"]
    assert chosen("bailu", "?copy=food-business")[1] == ["market-regulation", "food-business"]
    assert chosen("bailu", "?copy=nothing-like-it")[1] == []
    # Who may not write for the guide's unit is not offered it.
    assert chosen("zhoutingting", "?copy=food-business")[1] == ["food-business"]


def test_a_new_guide_is_refused_with_everything_that_speaks_against_it(office):
    one = form(office.browser("bailu").get("/guides/new"), "/guides/new")
    one["key"] = "food-business"
    one["copy"].force_value("nothing-like-it")
    assert len(errors(one.submit(status=409))) == 3
    one = form(office.browser("bailu").get("/guides/new"), "/guides/new")
    one["title"], one["key"] = "登记", "new"
    assert len(errors(one.submit(status=409))) == 1


def test_a_guide_leaves_as_the_file_it_can_come_back_from(office):
    answer = office.browser("bailu").get("/guides/food-business/guide.yaml?v=1")
    assert answer.content_disposition == 'attachment; filename="food-business-1.yaml"'
    assert read_guide(answer.body, "x") == read_guide(SOURCE, "x")


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", ["sole-trader-registration", "public-venue-hygiene", "food-business"]),
        ("?q=许可 新办", ["public-venue-hygiene", "food-business"]),
        ("?q=FOOD", ["food-business"]),
        ("?unit=health-commission", ["public-venue-hygiene"]),
        ("?state=draft", ["food-business"]),
        ("?state=draft&q=登记", []),
        ("?state=live", ["sole-trader-registration", "public-venue-hygiene", "food-business"]),
        ("?page=2", []),
        ("?page=x", ["sole-trader-registration", "public-venue-hygiene", "food-business"]),
    ],
)
def test_guides_are_found_by_words_unit_and_state(office, query, keys):
    hand_in(office, "bailu", CHANGED)
    page = office.browser("bailu").get(f"/desk/guides{quote(query, safe='?&=')}")
    assert [row["id"].removeprefix("guide-") for row in page.html.select("tr[id^=guide-]")] == keys


def test_the_counts_of_the_states_follow_the_words(office):
    hand_in(office, "bailu", CHANGED)
    page = office.browser("bailu").get(f"/desk/guides?q={quote('许可')}")
    assert [tab.get_text(" ", strip=True) for tab in page.html.select(".tabs a")] == [
        "全部 2", "编制中 1", "待部门审核 0", "待中心发布 0", "现行有效 2", "待生效 0", "已失效 0",
    ]  # fmt: skip


def test_guides_are_found_by_what_the_check_found(office):
    hand_in(office, "bailu", CHANGED)
    browser = office.browser("bailu")
    one = form(browser.get("/guides/new"), "/guides/new")
    one["title"], one["key"], one["unit"] = "小餐饮登记", "small-catering", "market-regulation"
    one.submit(status=303)

    def listed(query: str) -> tuple[list[str], dict[str, int]]:
        page = browser.get(f"/desk/guides?{query}")
        keys = [row["id"].removeprefix("guide-") for row in page.html.select("tr[id^=guide-]")]
        words = [option.get_text().rstrip("）").split("（") for option in page.html.select("#found option")][
            1:
        ]
        return keys, {word: int(count) for word, count in words}

    keys, counts = listed("found=blocks")
    assert (keys, counts["有阻断发布的问题"], counts["未检查"], sum(counts.values())) == (
        ["small-catering"],
        1,
        0,
        4,
    )
    apart = [key for found in ("warns", "clear") for key in listed(f"found={found}&state=draft")[0]]
    assert apart == ["food-business"]
    assert listed("found=blocks&unit=health-commission")[0] == []
    assert listed("found=unchecked")[0] == []
    row = browser.get("/desk/guides?state=draft").html.select_one("#guide-small-catering")
    assert "有阻断发布的问题" in row.get_text()


def test_a_long_list_is_shown_page_by_page_with_words_and_filters_kept(office):
    def many(root):
        site = root["site"]
        body = content(site.guides["food-business"].versions[0])
        act = office.services.act(
            site, identity_of(site.people["bailu"], office.clock.today()), channel="job"
        )
        for number in range(PAGE + 2):
            copy = replace(body, key=f"copy-{number:02d}", title=f"抄本{number:02d}")
            assert save_draft(act, copy, weight=Weight.WARNS)

    office.services.database.run(many)
    browser = office.browser("bailu")
    first = browser.get(f"/desk/guides?q={quote('抄本')}&found=warns&state=draft")
    rows = lambda page: [row["id"] for row in page.html.select("tr[id^=guide-]")]  # noqa: E731
    assert rows(first) == [f"guide-copy-{number:02d}" for number in range(PAGE)]
    following = browser.get(first.html.select_one(".pages a")["href"])
    assert rows(following) == [f"guide-copy-{number:02d}" for number in range(PAGE, PAGE + 2)]
    assert f"编制中 {PAGE + 2}" in [tab.get_text(" ", strip=True) for tab in first.html.select(".tabs a")]
    assert rows(browser.get(following.html.select_one(".pages a")["href"])) == rows(first)


def test_a_guide_is_taken_out_of_force_in_the_words_of_the_office(office):
    page = office.browser("zhoutingting").get("/guides/food-business/desk")
    assert "撤回" not in page.html.select_one("main").get_text()
    assert page.html.select_one("[aria-labelledby=ending-title] button").get_text(strip=True) == "撤下"


def test_four_previews_show_the_draft_in_frames_of_this_site(office):
    hand_in(office, "bailu", CHANGED)
    browser = office.browser("bailu")
    for name, more in (("phone", ""), ("wide", ""), ("elder", "&da=1"), ("paper", "")):
        page = browser.get(f"/guides/food-business/preview?as={name}")
        frame = page.html.select_one("iframe")
        assert (frame["class"], frame["src"]) == ([name], f"/guides/food-business/edition?v=2{more}")
    assert 'data-size="large"' in browser.get("/guides/food-business/edition?v=2&da=1").text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_effects_of_an_edition_are_told_before_it_is_published(office):
    case = office.case(office.applicant())
    changed = CHANGED.replace("承诺时限: 5个工作日", "承诺时限: 4个工作日")
    hand_in(office, "bailu", changed.replace("5个工作日内办好", "4个工作日内办好"))
    page = office.browser(REVIEWER).get("/guides/food-business/impact?v=2")
    assert "待收件 1" in words(page)
    assert "承诺时限由5个工作日改为4个工作日。" in words(page)
    (link,) = page.html.select(".cases a")
    assert link["href"].endswith(f"/dossiers/{case}")
    assert "第1版" in link.parent.get_text()
    page = office.browser("bailu").get("/guides/food-business/impact?v=2")
    assert (page.html.select(".cases a"), "另有1件不在这里列出" in words(page)) == ([], True)


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


def test_the_changes_of_an_edition_are_named_in_words(office):
    hand_in(office, "bailu", CHANGED)
    page = office.browser(REVIEWER).get("/guides/food-business/changes?v=2")
    (row,) = [
        [cell.get_text(strip=True) for cell in row.select("td")] for row in page.html.select("tbody tr")
    ]
    assert row[1:3] == ["经营项目按实际勾选，不做的不勾。", "经营项目按实际勾选，不经营的项目不要勾选。"]
    assert "填报须知" in row[0]
    assert row[3]
    assert row[3] in words(office.browser(REVIEWER).get("/guides/food-business/desk"))
    assert page.html.select_one("h1").get_text(" ", strip=True).endswith("第2版与第1版对照")
    office.browser(REVIEWER).get("/guides/food-business/changes?v=x", status=404)
