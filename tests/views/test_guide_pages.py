"""The page of a guide: the answer first, in the order of the questions people ask, for every edition its address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from records.domain.centres import Centre
from records.domain.clocks import Calendar, due
from records.domain.guide_elements import CentreLevel
from records.domain.vocabulary import Limit
from records.operations import guides
from records.views.leaflets import leaflet
from tests.office import publish_edition

from .guide_office import body_of, full_guide
from .pages import words

FOOD = "/guides/food-business"
ORDER = [
    "bring", "where", "who", "papers", "special", "steps", "time", "fee", "basis", "result", "mistakes", "answers", "ask",
    "rights", "item", "edition",
]  # fmt: skip


def run_on(page) -> str:
    """Return the words of a page's main part without any blank between them."""
    return "".join(words(page).split())


def publish(office, body, *, on=None) -> None:
    """Bring a new edition of a guide to the public, effective today unless told."""
    publish_edition(office, body, effective_on=on)


def test_a_guide_answers_in_the_order_of_a_citizens_questions_and_leaves_nothing_blank(office):
    page = office.browser().get(FOOD)
    assert [section["aria-labelledby"] for section in page.html.select("main section")] == ORDER
    assert page.html.select_one(".lead").get_text() == body_of("food-business").plain_title
    assert not [dd for dd in page.html.select("dd") if not dd.get_text(strip=True)]
    assert not [td for td in page.html.select("td") if not td.get_text(strip=True)]
    assert len(page.body) < 50_000
    assert len(page.html.select("link[rel=stylesheet]")) == 1
    facts = {li.span.get_text(): li.strong.get_text() for li in page.html.select(".facts li")}
    assert facts == {
        "服务对象": "自然人、法人或其他组织",
        "要带材料": "3~4份（另有2份免提交）",
        "办理时限": "5个工作日",
        "收费": "不收费",
        "到窗口": "1次",
        "在哪办": body_of("food-business").places[0].window,
    }


def test_what_to_bring_stands_first_and_every_paper_once_in_full_with_why_it_is_asked(office):
    body = body_of("food-business")
    page = office.browser().get(FOOD)
    rows = page.html.select("#papers ~ table tr[id]")
    assert [row["id"] for row in rows] == [f"line-{line.id}" for line in body.lines]
    bags = page.html.select("#bring ~ ul.bag")
    heads = [head.get_text(strip=True) for head in page.html.select("#bring ~ h3")]
    assert heads == ["有这种情况才带：委托他人代为办理", "不用带的：由窗口调取"]
    assert [[link["href"].removeprefix("#line-") for link in bag.select("a")] for bag in bags] == [
        ["application", "kitchen-plan", "food-safety-rules"],
        ["authorisation"],
        ["business-licence", "identity"],
    ]


def test_a_composed_condition_is_told_in_words_beside_its_paper(office):
    body = full_guide()
    told = leaflet(body, today=office.clock.today(), calendar=Calendar())
    line = next(paper for paper in told.section("papers").parts[0].items if paper.id == "application")
    first = body.situations[0]
    assert line.condition == f"{first.text}：{first.options[1].text}、{first.options[2].text}"
    assert any(line.condition in part.title for part in told.section("bring").parts)


def test_a_centre_nearer_to_the_reader_is_named_with_what_differs_there(office):
    centre = Centre(
        "e01",
        "清源镇便民服务中心",
        CentreLevel.TOWNSHIP,
        "990726100",
        "示例街1号",
        "0000-1000071",
        hours="周三上午",
    )
    own = replace(full_guide().supplements[0], place=None, hours="", steps=())
    body = replace(body_of("food-business"), supplements=(own,))
    told = leaflet(body, today=office.clock.today(), calendar=Calendar(), centres={"e01": centre})
    near = next(part for part in told.section("where").parts if part.title.startswith("就近办"))
    assert near.title == "就近办：清源镇便民服务中心（乡镇（街道）便民服务中心）"
    assert [row.value for row in near.items[:4]] == [
        "清源镇便民服务中心，示例街1号", "清源镇便民服务中心", "周三上午", "0000-1000071",
    ]  # fmt: skip


def test_an_item_handled_for_another_unit_names_both_at_the_top(office):
    handed = full_guide().delegation
    told = leaflet(
        replace(body_of("food-business"), delegation=handed), today=office.clock.today(), calendar=Calendar()
    )
    assert told.unit == f"云溪县市场监督管理局（由{handed.handling}受{handed.delegating}委托办理）"


def test_the_number_of_visits_is_the_one_the_guide_counts(office):
    def shown(times):
        body = body_of("food-business")
        body = replace(body, handling=replace(body.handling, visits=times))
        return leaflet(body, today=office.clock.today(), calendar=Calendar()).card[4].value

    assert (shown(None), shown(0), shown(2)) == ("1次，结果可以邮寄", "0次，不用到现场", "2次")


def test_the_page_leads_to_every_other_form_and_an_edition_to_its_own(office):
    def links(path):
        page = office.browser().get(path).html
        forms = [link["href"] for link in page.select("#edition ~ nav a")]
        heads = [link["href"] for link in page.select("link[rel=alternate]")]
        return forms, heads

    forms = ["short", "leaflet.pdf", "card.pdf", "poster.pdf", "poster", "plain.txt", "guide.json"]
    assert links(FOOD) == (
        [f"{FOOD}/can-i", *(f"{FOOD}/{form}" for form in forms)],
        [f"{FOOD}/guide.jsonld", f"{FOOD}/guide.json", f"{FOOD}/plain.txt"],
    )
    publish(office, replace(body_of("food-business"), plain_title="新的说法，不收费。"))
    old = f"{FOOD}/versions/1"
    assert links(old) == ([f"{old}/{form}" for form in forms], [f"{old}/guide.json", f"{old}/plain.txt"])


def test_an_edition_taken_back_before_its_day_never_held(office):
    body = body_of("food-business")
    publish(
        office, replace(body, plain_title="明天起，不收费。"), on=office.clock.today() + timedelta(days=1)
    )
    office.do(
        "zhoutingting", lambda act: guides.withdraw_guide(act, act.site.guides["food-business"], why="写错了")
    )
    assert "从未施行" in words(office.browser().get(f"{FOOD}/versions/2"))
    assert body.plain_title in words(office.browser().get(FOOD))
    office.clock.advance(days=1)
    office.do(
        "zhoutingting", lambda act: guides.withdraw_guide(act, act.site.guides["food-business"], why="取消")
    )
    page = office.browser().get(FOOD)
    assert body.plain_title in words(page)
    assert "本指南已经停用" in page.html.select_one(".note.wrong").get_text()


def test_the_latest_day_is_reckoned_from_today_with_the_days_off_named(office):
    text = run_on(office.browser().get(FOOD))
    assert "5个工作日，11月23日（周一）受理的，最迟11月30日（周一）办好" in text
    assert "受理当日不计入，其间休息日2天不计入" in text
    office.clock.advance(days=37)
    with office.site() as site:
        found = due(office.clock.today(), 5, Limit.WORKING_DAYS, office.services.calendar(site))
    assert found.provisional
    text = run_on(office.browser().get(FOOD))
    assert f"最迟{found.due.month}月{found.due.day}日" in text
    assert "（暂定：该年放假安排尚未公布）" in text


def test_an_edition_keeps_its_address_and_says_that_a_newer_one_is_in_force(office):
    body = body_of("food-business")
    publish(office, replace(body, plain_title="开饭馆的新说法。"))
    assert "开饭馆的新说法。" in words(office.browser().get(FOOD))
    old = office.browser().get(f"{FOOD}/versions/1")
    assert body.plain_title in words(old)
    assert "这是旧版" in old.html.select_one(".note.wrong").get_text()
    assert old.html.select_one(".note.wrong a")["href"] == FOOD
    for missing in ("3", "0", "x", "", "1/2", "99999999"):
        office.browser().get(f"{FOOD}/versions/{missing}", status=404)


def test_an_edition_that_holds_later_is_not_shown_before_its_day(office):
    body = body_of("food-business")
    publish(office, replace(body, plain_title="明天起。"), on=office.clock.today() + timedelta(days=1))
    assert body.plain_title in words(office.browser().get(FOOD))
    assert "本版尚未生效" in words(office.browser().get(f"{FOOD}/versions/2"))
    office.clock.advance(days=1)
    assert "明天起。" in words(office.browser().get(FOOD))


def test_a_draft_is_nowhere_in_public(office):
    body = replace(body_of("food-business"), key="secret-draft", title="还没公布的事项")
    office.do("bailu", lambda act: guides.save_draft(act, body))
    for path in ("/guides/secret-draft", "/guides/secret-draft/versions/1", "/guides/secret-draft/qr.svg"):
        office.browser().get(path, status=404)
    assert "还没公布的事项" not in office.browser().get("/guides").text
    assert (
        "还没公布的事项"
        not in office.browser().get("/search", {"q": "还没公布"}).html.select_one("main").get_text()
    )


def test_the_square_code_leads_to_the_guide(office):
    answer = office.browser().get(f"{FOOD}/qr.svg")
    assert answer.content_type == "image/svg+xml"
    assert answer.body.startswith(b"<?xml")
    assert b"<path" in answer.body


def test_a_coming_edition_is_announced_on_the_present_one_with_what_it_changes(office):
    body = body_of("food-business")
    later = replace(
        body,
        limits=replace(body.limits, promised=replace(body.limits.promised, n=3)),
        lines=(replace(body.lines[0], copies=1, handbook="看印章。"), *body.lines[1:]),
        version=replace(body.version, notes="缩短时限。"),
    )
    publish(office, later, on=office.clock.today() + timedelta(days=8))
    browser = office.browser()
    page = browser.get(FOOD)
    note = page.html.select_one("#main div.note")
    assert note.strong.get_text() == "自2026年12月1日起施行新版，变化如下："
    assert [each.get_text() for each in note.select("li")] == [
        f"材料“{body.lines[0].name}”的复印件份数由0改为1。",
        "承诺时限由5个工作日改为3个工作日。",
    ]
    assert note.a["href"] == f"{FOOD}/versions/2"
    for form in ("short", "plain.txt"):
        assert "自2026年12月1日起施行新版" in browser.get(f"{FOOD}/{form}").text
    assert "自2026年12月1日起施行新版" in browser.get(f"/kiosk{FOOD}").text
    assert "起施行新版" not in browser.get(f"{FOOD}/versions/2").text
    office.clock.advance(days=8)
    assert "起施行新版" not in browser.get(FOOD).text


def test_an_edition_tells_one_day_of_publication_and_one_from_which_it_holds(office):
    body = body_of("food-business")
    assert body.version.effective.isoformat() == "2026-01-01"
    page = office.browser().get(FOOD)
    rows = {row.dt.get_text(): row.dd.get_text() for row in page.html.select("#edition ~ div .summary > div")}
    assert (rows["发布日期"], rows["施行日期"]) == ("2026年11月23日", "2026年11月23日")
    assert "2026年1月1日" not in "".join(rows.values())
    assert "2026年1月1日" not in office.browser().get(f"{FOOD}/plain.txt").text.split("【本版说明】")[1]
