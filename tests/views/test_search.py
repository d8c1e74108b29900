from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.office import ANOTHER, CITIZEN, CLERK, HEALTH_REVIEWER, NAME, REVIEWER

from .pages import form, words


def total(page) -> int:
    return int(page.html.select_one("p.count strong").text)


def titles(page) -> list[str]:
    return [link.text for link in page.html.select("main .tasks .task-link")]


def test_a_name_finds_the_case_and_marks_it(office):
    case = office.case(office.applicant())
    page = office.browser(CLERK).get("/desk/search", {"q": "欧阳䶮"})
    assert total(page) == 1
    assert page.html.select_one("main .task-link")["href"] == f"/dossiers/{case}"
    assert page.html.select_one("main mark").text == "欧阳䶮"


def test_a_reader_of_another_unit_finds_nothing_and_no_count_tells(office):
    office.case(office.applicant())
    page = office.browser(HEALTH_REVIEWER).get("/desk/search", {"q": NAME})
    assert total(page) == 0
    assert [tab.text for tab in page.html.select(".tabs .number")][:2] == ["0", "0"]
    assert not page.html.select(".aside")
    assert total(office.browser(REVIEWER).get("/desk/search", {"q": NAME})) == 1


def test_a_number_typed_into_the_box_leaves_the_address_at_once(office):
    office.case(office.applicant())
    browser = office.browser(CLERK)
    answer = browser.get("/desk/search", {"q": f"食品 {CITIZEN}"}, status=303)
    assert CITIZEN not in answer.location
    assert total(answer.follow()) == 1
    one = form(browser.get("/desk/search"), "/desk/search", **{"in": "dossiers"})
    assert one.method == "post"
    one["q"] = CITIZEN
    answer = one.submit(status=303)
    assert parse_qs(urlsplit(answer.location).query)["q"][0].startswith("id")
    page = answer.follow()
    assert total(page) == 1
    assert CITIZEN not in page.text
    log = (office.services.instance / "access" / f"{office.clock.today()}.jsonl").read_text()
    assert CITIZEN not in log


def test_facets_are_links_that_narrow_and_chips_that_widen_again(office):
    person = office.applicant()
    office.case(person)
    office.case(person, "public-venue-hygiene")
    browser = office.browser(CLERK)
    page = browser.get("/desk/search", {"q": NAME})
    assert total(page) == 2
    links = {link.get_text(" ", strip=True): link["href"] for link in page.html.select(".aside a")}
    narrowed = next(href for text, href in links.items() if text.startswith("县卫健委"))
    page = browser.get(narrowed)
    assert total(page) == 1
    chip = page.html.select_one(".chips a")
    assert total(browser.get(chip["href"])) == 2


def test_pages_are_walked_by_cursor(office, monkeypatch):
    monkeypatch.setattr("records.views.search.PAGE", 2)
    person = office.applicant()
    for number in range(5):
        office.case(person, again=f"第{number}处")
    browser, seen, path = office.browser(CLERK), [], "/desk/search?q=%E6%AC%A7%E9%98%B3"
    while path:
        page = browser.get(path)
        assert total(page) == 5
        seen += [link["href"] for link in page.html.select("main .task-link")]
        link = page.html.select_one("a[rel=next]")
        path = link["href"] if link else ""
    assert len(seen) == len(set(seen)) == 5


def test_nothing_found_says_what_was_searched(office):
    page = office.browser(CLERK).get("/desk/search", {"q": "没有这样的词"})
    assert "没有这样的词" in words(page)
    assert page.html.select_one(".empty") is not None


def test_guides_are_searched_too(office):
    page = office.browser("bailu").get("/desk/search", {"q": "食品经营", "in": "guides"}, status="*")
    assert page.status_int == 403
    page = office.browser(CLERK).get("/desk/search", {"q": "食品经营许可", "in": "guides"})
    assert titles(page)[0] == "食品经营许可（新办）"


def test_no_text_of_a_query_breaks_the_page(office):
    browser = office.browser(CLERK)
    for text in ('"', "*", "<script>alert(1)</script>", "a" * 500, "-x", "题名:", "％", "\u202e"):
        page = browser.get("/desk/search", {"q": text})
        assert "<script>alert" not in page.text
    for cursor in ("x", "1", "1.x", "-1.2", "9" * 30 + ".1"):
        assert browser.get("/desk/search", {"q": "欧阳", "after": cursor}).status_int == 200


def test_searching_is_on_the_access_log(office):
    office.applicant(ANOTHER, "司马相如")
    office.browser(CLERK).get("/desk/search", {"q": "司马"})
    log = (office.services.instance / "access" / f"{office.clock.today()}.jsonl").read_text()
    assert '"read":"search.dossiers"' in log
