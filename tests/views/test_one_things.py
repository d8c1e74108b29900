"""One thing done once: the items in order, one question a page, every paper asked for once."""

from __future__ import annotations

from records.domain.one_things import combine
from records.exchange.one_things import read_one_thing, shipped_one_things
from tests.office import guide_bodies

from .pages import words
from .test_asking_guides import answer
from .test_public import body_of

OPEN = "/things/open-restaurant"
THING = next(read_one_thing(text, name)[0] for name, text in shipped_one_things() if "restaurant" in name)


def test_a_package_shows_its_items_in_order_and_each_paper_once(office):
    guides = {body.key: body for body in guide_bodies()}
    page = office.browser().get(OPEN)
    while page.html.select_one("main legend"):
        page = (
            answer(page, "no")
            if page.html.select("input[value=no]")
            else answer(page, page.html.select_one("main input[type=radio]")["value"])
        )
    answers = dict(
        pair.split("=") for pair in page.request.query_string.split("&") if not pair.startswith("asked")
    )
    combined = combine(THING, guides, answers)
    assert combined.next_question is None
    assert [link.get_text() for link in page.html.select("ol.steps a")] == [
        guides[key].title for key in combined.parts
    ]
    brought = [each.strong.get_text() for each in page.html.select("ul.bag li")]
    assert brought == [asked.name for asked in combined.brought]
    assert len(brought) == len(set(brought))
    assert combined.time in words(page)
    assert all(fed.name in words(page) for fed in combined.fed)


def test_packages_are_on_the_first_page_and_found_in_everyday_words(office):
    browser = office.browser()
    assert browser.get("/").html.select_one("section[aria-labelledby=things] a")["href"] == OPEN
    found = browser.get("/search", {"q": "开餐饮店"})
    assert [link["href"] for link in found.html.select("section[aria-labelledby=things] a")] == [OPEN]
    assert not browser.get("/search", {"q": "残疾"}).html.select("section[aria-labelledby=things] a")


def test_a_package_whose_guides_are_not_all_in_force_is_nowhere(office):
    browser = office.browser()
    browser.get("/things/open-kindergarten", status=404)
    browser.get("/things/nothing", status=404)
    browser.get("/things", status=404)
    assert "开办幼儿园一件事" not in browser.get("/").text


def test_programs_get_the_same_list(office):
    first = office.browser().get("/api/v1/things/open-restaurant").json
    assert first["question"]["key"] == "also-venue"
    assert first["title"] == THING.title
    assert first["items"][0] == "sole-trader-registration"
    assert {asked["name"] for asked in first["materials"]} >= {body_of("food-business").lines[0].name}
    office.browser().get("/api/v1/things/nothing", status=404)
