"""The public pages, read as a citizen reads them: without a log-in, a script or a number in an address."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from records.operations import one_things
from records.views.cached import is_public
from tests.office import CITIZEN, CLERK, PUBLISHER, build_office, guide_bodies, publish_edition

from .pages import words

FOOD = "/guides/food-business"


def run_on(page) -> str:
    """Return the words of a page's main part without any blank between them."""
    return "".join(words(page).split())


def body_of(key: str):
    return next(body for body in guide_bodies() if body.key == key)


def publish(office, body, *, on=None) -> None:
    """Bring a new edition of a guide to the public, effective today unless told."""
    publish_edition(office, body, effective_on=on)


def test_the_first_page_asks_one_question_and_names_a_person(office):
    page = office.browser().get("/")
    text = words(page)
    assert page.html.h1.get_text(strip=True) == "您要办什么事？"
    assert [form["action"] for form in page.html.select("main form")] == ["/search", "/progress"]
    assert [
        tile.strong.get_text() for tile in page.html.select("section[aria-labelledby=items] .tiles a")
    ] == [
        "个体工商户设立登记",
        "公共场所卫生许可（新办）",
        "食品经营许可（新办）",
    ]
    assert "今天 09:00—12:00，13:00—17:00" in text
    assert "0000-1000000" in text
    assert "“办不成事”反映窗口，一楼B01" in text
    assert "Set-Cookie" not in page.headers
    assert not page.html.select("[style]")
    assert not page.html.select("script:not([src])")


def test_on_a_holiday_the_first_page_says_why_the_hall_is_closed(office):
    office.clock.advance(days=5)
    assert "今天 非工作日（周六）；延时服务时间见下方" in words(office.browser().get("/"))


def test_a_search_shows_exact_hits_marks_the_words_and_counts(office):
    page = office.browser().get("/search", {"q": "个体工商户"})
    total = int(page.html.select_one(".count strong").get_text())
    assert total == len(page.html.select("main ul.tasks")[0].select("li")) == 3
    assert page.html.select_one("ul.tasks a")["href"] == "/guides/sole-trader-registration"
    assert {mark.get_text() for mark in page.html.select("mark")} == {"个体工商户"}
    narrowed = office.browser().get("/search", {"q": "个体工商户", "unit": "health-commission"})
    assert [link["href"] for link in narrowed.html.select("ul.tasks a.task-link")] == [
        "/guides/public-venue-hygiene"
    ]


def test_an_empty_search_says_so_and_names_the_telephone(office):
    page = office.browser().get("/search", {"q": "高尔夫球场"})
    assert page.html.select_one(".count strong").get_text() == "0"
    assert "没有找到相符的事项" in words(page)
    assert "0000-1000000" in words(page)


@pytest.mark.parametrize("number", [CITIZEN, "４１９９９９１９７００１０１１２２８", "13800000001"])
def test_a_number_typed_into_the_public_search_never_stays_in_an_address(office, number):
    answer = office.browser().get("/search", {"q": f"开店 {number}"}, status=303)
    assert parse_qs(urlsplit(answer.location).query) == {"q": ["开店"], "note": ["number"]}
    assert "请不要在这里输入证件号码" in words(answer.follow())


@pytest.mark.parametrize("query", ["*a*", "title:(", "-", "“", "\u0000", "x" * 5000])
def test_nothing_typed_breaks_the_search(office, query):
    office.browser().get("/search", {"q": query}, status=200)


def test_the_catalogue_filters_by_unit_and_by_applicant(office):
    def listed(**query):
        return [link["href"] for link in office.browser().get("/guides", query).html.select("a.task-link")]

    assert len(listed()) == 3
    assert listed(unit="health-commission") == ["/guides/public-venue-hygiene"]
    assert "/guides/sole-trader-registration" not in listed(**{"for": "organisation"})
    assert listed(unit="nobody") == []


@pytest.mark.parametrize("query", ["page=99", "audience=xx", "for=xx", "kind=9", "after=x", "after=0.1"])
def test_a_page_or_filter_that_there_is_not_says_so_and_leads_to_the_whole_list(office, query):
    page = office.browser().get(f"/guides?{query}", status=404)
    assert not page.html.select("ul.tasks, .count, details.narrow")
    assert "没有这一页或者这个筛选条件" in words(page)
    whole = page.html.select_one("main .empty a")["href"]
    assert len(office.browser().get(whole, status=200).html.select("a.task-link")) == 3
    office.browser().get("/guides?page=1&audience=&from=weixin", status=200)


def test_the_look_is_kept_in_cookies_and_never_leads_to_another_host(office):
    browser = office.browser()
    answer = browser.get("/look", {"size": "large", "back": FOOD}, status=303)
    assert urlsplit(answer.location).path == FOOD
    assert answer.follow().html.html["data-size"] == "large"
    browser.get("/settings", {"lang": "en", "next": "/"}, status=303)
    assert "What do you want to do?" in browser.get("/").html.h1.get_text()
    for outside in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        answer = office.browser().get("/look", {"size": "huge", "back": outside}, status=303)
        assert urlsplit(answer.location).netloc in ("", "localhost")
        assert urlsplit(answer.location).path == "/"
    assert (
        "Set-Cookie" not in office.browser().get("/look", {"size": "giant", "back": "/"}, status=303).headers
    )


def test_reading_writes_nothing(office):
    before = office.services.database.zodb.lastTransaction()
    for path in ("/", "/guides", FOOD, f"{FOOD}/qr.svg", "/search?q=1", "/progress", "/verify"):
        office.browser().get(path)
    assert office.services.database.zodb.lastTransaction() == before


@pytest.fixture
def cached(tmp_path):
    office = build_office(tmp_path, **{"public.pages": "true"})
    yield office, office.app.registry.public_pages
    office.close()


def refuse(*args, **kw):
    raise AssertionError("a connection was opened")


def test_a_kept_page_opens_no_connection_and_is_not_sent_twice(cached, monkeypatch):
    office, pages = cached
    pages.poll()
    first = office.browser().get(FOOD)
    monkeypatch.setattr(office.services.database.zodb, "open", refuse)
    again = office.browser().get(FOOD)
    assert (again.body, again.headers["ETag"]) == (first.body, first.headers["ETag"])
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    same = office.browser().get(FOOD, headers={"If-None-Match": f"W/{first.headers['ETag']}"}, status=304)
    assert same.body == b""
    assert office.browser().head(FOOD).headers["ETag"] == first.headers["ETag"]


def test_a_published_change_is_seen_after_the_next_look_into_the_feed(cached):
    office, pages = cached
    pages.poll()
    old = office.browser().get(FOOD).body
    publish(office, replace(body_of("food-business"), plain_title="改过的一句话。"))
    assert office.browser().get(FOOD).body == old
    assert pages.poll() is True
    assert "改过的一句话。" in words(office.browser().get(FOOD))
    assert pages.poll() is False


def test_a_published_package_is_seen_after_the_next_look_into_the_feed(cached):
    office, pages = cached
    pages.poll()
    assert "开小饭馆一件事" not in office.browser().get("/").text
    text = one_things.shipped()["open-restaurant"].replace("开餐饮店", "开小饭馆")
    office.do(PUBLISHER, lambda act: one_things.publish_one_thing(act, text=text))
    assert pages.poll() is True
    assert "开小饭馆一件事" in office.browser().get("/").text


def test_other_changes_keep_the_pages_and_a_new_day_does_not(cached):
    office, pages = cached
    pages.poll()
    office.browser().get(FOOD)
    office.applicant()
    assert pages.poll() is False
    office.clock.advance(days=1)
    assert pages.poll() is True
    assert "11月24日（周二）受理的" in run_on(office.browser().get(FOOD))


def test_a_page_drawn_before_a_change_is_not_kept_after_it(cached):
    office, pages = cached
    pages.poll()
    kept = office.app.execution_policy

    def slow(environ, router):
        response = kept(environ, router)
        publish(office, replace(body_of("food-business"), plain_title="画到一半时改的。"))
        pages.poll()
        return response

    office.app.execution_policy = pages.wrap(slow)
    pages._pages.clear()
    office.browser().get(FOOD)
    office.app.execution_policy = kept
    assert office.browser().get(FOOD).html.select_one(".lead").get_text() == "画到一半时改的。"


def test_pages_are_kept_apart_by_look_and_never_for_whoever_is_logged_in(cached):
    office, pages = cached
    pages.poll()
    normal = office.browser().get("/")
    english = office.browser()
    english.get("/look", {"lang": "en", "size": "large", "back": "/"})
    assert english.get("/").html.html["data-size"] == "large"
    assert office.browser().get("/").body == normal.body
    clerk = office.browser(CLERK)
    assert "Cache-Control" in clerk.get("/").headers
    assert clerk.get("/").headers["Cache-Control"] == "no-store"
    assert office.browser().get("/").body == normal.body


def test_a_cookie_of_another_application_does_not_mix_the_looks(cached):
    office, pages = cached
    pages.poll()
    strange = office.browser().get("/", headers={"Cookie": 'x={"a":1}; lang=en; contrast=high'})
    plain = office.browser().get("/")
    assert (strange.html.html["lang"], strange.html.html["data-contrast"]) == ("en", "high")
    assert (plain.html.html["lang"], plain.html.html.get("data-contrast", "")) == ("zh-Hans", "")


def test_without_a_recent_look_nothing_is_answered_from_memory(cached):
    office, pages = cached
    assert "ETag" not in office.browser().get(FOOD).headers
    pages.poll()
    assert "ETag" in office.browser().get(FOOD).headers
    pages._looked = float("-inf")
    assert "ETag" not in office.browser().get(FOOD).headers


def test_only_public_pages_are_kept():
    assert [
        path for path in ("/", "/guides", FOOD, f"{FOOD}/versions/2", f"{FOOD}/qr.svg") if not is_public(path)
    ] == []
    private = (
        "/desk",
        "/guides/",
        "//guides",
        f"{FOOD}/edition",
        f"{FOOD}/versions/x",
        "/progress",
        "/search",
        "/api/v1/x",
    )
    assert [path for path in private if is_public(path)] == []
