"""The screen in the hall: packages are found and followed to the end, long lists go on, nothing points to what is not there."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

from records.domain.vocabulary import ApplicantKind
from records.views import facets
from records.views.kiosk import EVERYDAY
from tests.office import guide_bodies

from .guide_office import full_guide, hang_out
from .test_guide_pages import run_on


def test_the_screen_in_the_hall_finds_packages_and_shows_them_to_the_end(office):
    browser = office.browser()
    found = browser.get("/kiosk/search", {"q": "开饭店", "da": "1"})
    tiles = [tile["href"] for tile in found.html.select("main .tiles a")]
    assert tiles[0] == "/kiosk/things/open-restaurant?da=1"
    assert "/kiosk/guides/food-business?da=1" in tiles
    assert "/kiosk/things/open-restaurant" in [
        a["href"] for a in browser.get("/kiosk").html.select("main .tiles a")
    ]
    page = browser.get(tiles[0])
    for _question in range(10):
        choices = page.html.select("main .tiles.big a")
        if not choices:
            break
        assert all("da=1" in choice["href"] for choice in choices)
        page = browser.get(choices[-1]["href"])
    assert page.html.select_one("h1").get_text() == "开餐饮店一件事"
    assert len(page.html.select("main .bag li")) > 3
    items = [a["href"] for a in page.html.select("main .tiles a")]
    assert items[0] == "/kiosk/guides/sole-trader-registration?da=1"
    assert page.html.html["data-size"] == "huge"
    browser.get("/kiosk/things/nothing", status=404)


def test_the_screen_in_the_hall_says_what_it_points_to(office):
    office.clock.advance(days=5)
    page = office.browser().get("/kiosk")
    said = run_on(page)
    assert "见下方延时服务：" in said


def test_a_long_list_on_the_screen_goes_on_to_its_next_page(office, monkeypatch):
    find = facets.find
    monkeypatch.setattr(
        facets,
        "find",
        lambda request, text, chosen=(), **more: find(request, text, chosen, **{"limit": 2, **more}),
    )
    browser = office.browser()
    first = browser.get("/kiosk/for/all?lang=en")
    further = browser.get(first.html.select_one("main .acts a")["href"])
    names = [
        tile.strong.get_text() for page in (first, further) for tile in page.html.select("main .tiles a")
    ]
    assert (len(names), len(set(names)), further.html.select("main .acts a")) == (3, 3, [])
    assert "lang=en" in first.html.select_one("main .acts a")["href"]


def to_the_end(browser, path, choice=0):
    """Answer every question with the same choice; return all pages that were seen."""
    pages = [browser.get(path)]
    while choices := pages[-1].html.select("main .tiles.big a"):
        assert len(pages) < 12
        pages.append(browser.get(choices[choice]["href"]))
    return pages


def bar(page, word):
    return next(a["href"] for a in page.html.select(".bar a") if a.get_text(strip=True) == word)


def bags(page):
    return [li.strong.get_text() for li in page.html.select("main .bag li")]


def test_the_answer_on_the_screen_says_what_the_page_says_of_the_same_answers(office):
    body = next(each for each in guide_bodies() if each.key == "food-business")
    browser = office.browser()
    *_asked, told = to_the_end(browser, "/kiosk/guides/food-business/check?da=1", -1)
    given = [pair for pair in parse_qsl(urlsplit(told.request.url).query) if pair[0] != "da"]
    page = browser.get("/guides/food-business/can-i", given)
    assert told.html.h1.get_text(strip=True) == page.html.h1.get_text(strip=True) == "可办"
    assert bags(told) == bags(page) != []
    heads = [head.get_text() for head in told.html.select("main h2")]
    assert heads == ["要带的材料", "这些不用带，由窗口调取", "办理地点和时间"]
    fetched = [li.get_text() for li in told.html.select("main h2:nth-of-type(2) + ul li")]
    assert fetched == [li.get_text() for li in page.html.select("#bring ~ h3 + ul li")] != []
    assert not set(fetched) & set(bags(told))
    rows = [told.html.select("main .summary div"), page.html.select("main section .summary div")]
    said, written = ([row.get_text("", strip=True) for row in found] for found in rows)
    assert said == written[: len(said)]
    assert [row for row in said if row.startswith(("办理时限", "收费"))] == [
        "办理时限5个工作日",
        "收费不收费",
    ]
    for sentence in (body.places[0].address, body.places[0].window, "能不能受理以窗口审核为准"):
        assert sentence in told.text
    assert "补交" not in told.text


def test_the_answer_of_a_package_says_what_it_costs_where_and_who_decides(office):
    *_asked, told = to_the_end(office.browser(), "/kiosk/things/open-restaurant", -1)
    heads = [head.get_text() for head in told.html.select("main h2")]
    assert heads[:3] == ["要带的材料", "这些不用带，由窗口调取", "办理地点和时间"]
    rows = [row.get_text("", strip=True) for row in told.html.select("main .summary div")]
    assert [row[:2] for row in rows] == ["办理", "收费"]
    assert rows[1] == "收费不收费"
    fetched = [li.get_text() for li in told.html.select("main h2:nth-of-type(2) + ul li")]
    assert fetched
    assert not set(fetched) & set(bags(told))
    assert "能不能受理以窗口审核为准" in told.text


def test_larger_text_keeps_the_answers_and_the_search(office):
    browser = office.browser()
    told = to_the_end(browser, "/kiosk/guides/food-business/check", -1)[-1]
    larger = browser.get(bar(told, "特大字"))
    assert larger.html.html["data-size"] == "huge"
    assert bags(larger) == bags(told)
    assert bar(larger, "标准字") == told.request.path_qs
    found = browser.get("/kiosk/search", {"q": "开饭店", "lang": "zh-Hans"})
    assert parse_qsl(urlsplit(found.html.select(".bar a.other")[1]["href"]).query)[0] == ("q", "开饭店")
    # Whoever has no script comes back to his answers as well.
    refresh = told.html.select_one("noscript meta")["content"].partition("url=")[2]
    going_on = browser.get(refresh).html.select_one("main a.act")["href"]
    assert bags(browser.get(going_on)) == bags(told)


def test_back_leads_to_the_question_before_and_all_can_be_answered_again(office):
    hang_out(office, full_guide())
    browser = office.browser()
    for first, out in (
        ("/kiosk/guides/full/check?da=1", "/kiosk/guides/full?da=1"),
        ("/kiosk/things/open-restaurant?da=1", "/kiosk?da=1"),
    ):
        pages = to_the_end(browser, first)
        assert len(pages) > 1
        assert bar(pages[0], "返回") == out
        for before, page in pairwise(pages):
            asked = browser.get(bar(page, "返回"))
            assert asked.html.main.get_text() == before.html.main.get_text()
            assert asked.html.html["data-size"] == "huge"
        again = next(a for a in pages[-1].html.select("main .acts a") if a.get_text() == "重新回答")
        assert again["href"] == first


def test_the_first_page_offers_everyday_words_of_what_is_in_force_and_they_find_it(office):
    browser = office.browser()
    home = browser.get("/kiosk?da=1")
    words = {a.get_text(): a["href"] for a in home.html.select("main .tiles.parts a")}
    assert list(words) == ["开饭店", "营业执照", "食品证", "理发店"]
    for word, href in words.items():
        found = [a["href"] for a in browser.get(href).html.select("main .tiles a")]
        assert f"/kiosk/guides/{EVERYDAY[word]}?da=1" in found
    assert set(EVERYDAY.values()) <= {body.key for body in guide_bodies()}


def test_letters_typed_on_the_screen_find_what_sounds_so(office):
    browser = office.browser()
    for letters, key in (("YYZZ", "guides/sole-trader-registration"), ("CYD", "things/open-restaurant")):
        found = browser.get("/kiosk/search", {"q": letters}).html.select("main .tiles a")
        assert found[0]["href"] == f"/kiosk/{key}"
    pad = browser.get("/kiosk").html.select_one("#pad")
    assert pad.parent.has_attr("hidden")


def test_what_a_package_is_made_of_stands_first_among_what_is_often_asked_for(office):
    hang_out(office, *(body for body in guide_bodies() if ApplicantKind.PERSON in body.audience))
    page = office.browser().get("/kiosk")
    heads = {head.get_text(): head for head in page.html.select("main h2")}
    often = [a["href"] for a in heads["常办事项"].find_next("ul").select("a")]
    assert {"/kiosk/guides/sole-trader-registration", "/kiosk/guides/food-business"} < set(often)
    assert len(often) == 6


def test_the_question_whether_somebody_is_there_reads_as_a_sentence(office):
    dialog = office.browser().get("/kiosk/progress").html.select_one("#idle p")
    assert "".join(dialog.get_text().split()) == "20秒后回到首页。"
