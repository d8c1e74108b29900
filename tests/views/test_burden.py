"""The burden ledger as it is read: by the window, by those who watch over it, by programs; each figure leads to its cases."""

from __future__ import annotations

import csv
import io
from zipfile import ZipFile

import pytest

from records.domain.burden import Figure
from tests.office import CLERK, HEALTH_REVIEWER
from tests.operations.test_burden import VENUE, accept, bring

from .pages import words

AUDITOR, ADMIN, EDITOR, ARCHIVIST = "auditor", "admin", "bailu", "machao"


@pytest.fixture
def counted(office):
    """Two cases of one applicant: the second finds what the first brought."""
    person = office.applicant()
    first = office.case(person, VENUE)
    office.fetch(first)
    bring(office, first)
    accept(office, first)
    second = office.case(person, VENUE, again="第二处场所")
    bring(office, second)
    accept(office, second)
    return office, first, second


def table(page, key: str):
    return page.html.select_one(f"#{key}").find_parent(class_="table")


def figures(row) -> dict[str, str]:
    return {cell.a["href"]: cell.a.find(string=True) for cell in row.select("td.number") if cell.a}


def test_every_figure_of_the_page_leads_to_cases_that_add_up_to_it(counted):
    office, first, _second = counted
    browser = office.browser(CLERK)
    page = browser.get("/desk/burden")
    for key in ("guides", "windows", "months"):
        row = table(page, key).select_one("tbody tr")
        linked = figures(row)
        assert len(linked) == 6, key
        for href, value in linked.items():
            listed = browser.get(href)
            assert listed.html.select_one("#sum").text == value, href
            column = [int(cell.text) for cell in listed.html.select("tbody td.number")]
            assert sum(column) == int(value)
            assert all(column)
    with office.site() as site:
        code = site.dossiers[first].code
    fetched = browser.get(
        next(href for href in figures(table(page, "guides").tr.find_next("tr")) if "fetched" in href)
    )
    assert [link.text for link in fetched.html.select("tbody td.code a")] == [code]
    assert browser.get(fetched.html.select_one("tbody td.code a")["href"]).status_int == 200


def test_the_page_names_the_shares_and_draws_them_with_their_table_beside(counted):
    office, *_ = counted
    page = office.browser(CLERK).get("/desk/burden?month=2026-11")
    assert [each.text for each in page.html.select("#shares strong")] == ["58.3%", "0.0%", "0", "5", "0"]
    pictures = page.html.select("figure.chart svg")
    assert [each["role"] for each in pictures] == ["img", "img"]
    assert "2026-11 58.3%" in pictures[0].desc.text
    assert len({each["id"] for each in page.html.select("svg [id]")}) == len(page.html.select("svg [id]"))
    months = [row.th.get_text(strip=True) for row in table(page, "months").select("tbody tr")]
    assert months[0] == "2026-11"
    assert len(months) == 12
    assert "不是官方口径" in words(page)


def test_the_window_of_the_reader_stands_first(counted):
    office, *_ = counted
    page = office.browser(CLERK).get("/desk/burden")
    first = table(page, "windows").select_one("tbody th").get_text(" ", strip=True)
    assert first == "A01 本人"
    page = office.browser(ADMIN).get("/desk/burden")
    assert table(page, "windows").select_one("tbody th").get_text(" ", strip=True) == "A01"


def test_an_auditor_sees_figures_and_receipt_numbers_but_opens_no_case(counted):
    office, first, second = counted
    browser = office.browser(AUDITOR)
    assert browser.get("/desk").html.select("a[href='/desk/burden']")
    page = browser.get("/desk/burden")
    listed = browser.get(next(iter(figures(table(page, "guides").select_one("tbody tr")))))
    with office.site() as site:
        codes = [site.dossiers[each].code for each in sorted((first, second))]
        name = site.applicants[site.dossiers[first].applicant].name
    assert [cell.get_text(strip=True) for cell in listed.html.select("tbody td.code")] == codes
    assert listed.html.select("tbody td.code a") == []
    assert name not in listed.text


def test_a_unit_sees_only_itself(counted):
    office, *_ = counted
    page = office.browser("zhuge").get("/desk/burden")
    assert table(page, "guides").select("tbody tr") == []
    assert office.browser(HEALTH_REVIEWER).get("/api/v1/burden").json["sum"]["cases"] == 2
    asked = office.browser("zhuge").get("/api/v1/burden?unit=health-commission").json
    assert asked["rows"] == []
    cases = office.browser("zhuge").get(f"/api/v1/burden/cases?unit=health-commission&guide={VENUE}").json
    assert cases["cases"] == []


@pytest.mark.parametrize(
    "path", ["/desk/burden", "/desk/burden/cases", "/desk/burden/burden.csv", "/api/v1/burden"]
)
@pytest.mark.parametrize("userid", [EDITOR, ARCHIVIST])
def test_who_has_no_letter_for_it_sees_nothing(office, path, userid):
    assert office.browser(userid).get(path, expect_errors=True).status_int == 403


@pytest.mark.parametrize("query", ["month=2026-13", "month=%E5%8D%81%E4%B8%80%E6%9C%88", "figure=everything"])
def test_a_question_that_makes_no_sense_is_refused(office, query):
    browser = office.browser(CLERK)
    assert browser.get(f"/desk/burden/cases?{query}", expect_errors=True).status_int == 400
    if query.startswith("month"):
        assert browser.get(f"/desk/burden?{query}", expect_errors=True).status_int == 400
        answer = browser.get(f"/api/v1/burden?{query}", expect_errors=True)
        assert answer.status_int == 400
        assert [found["code"] for found in answer.json["findings"]] == ["burden.month"]


def test_files_and_programs_get_the_same_figures(counted):
    office, _first, second = counted
    browser = office.browser(CLERK)
    row = browser.get("/api/v1/burden?month=2026-11").json["rows"][0]
    assert [row[figure.value] for figure in Figure] == [2, 12, 5, 2, 0, 0, 5, 0, 0, 0, 5, 0]
    text = browser.get("/desk/burden/burden.csv?month=2026-11").body.decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(text))
    assert head[3:-2] == [figure.label for figure in Figure]
    assert line == [
        "2026-11",
        "县卫健委",
        "公共场所卫生许可（新办）",
        *map(str, [2, 12, 5, 2, 0, 0, 5, 0, 0, 0, 5, 0]),
        "58.3%",
        "0.0%",
    ]
    book = ZipFile(io.BytesIO(browser.get("/desk/burden/burden.xlsx?month=2026-11").body))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 2
    assert "58.3%" in sheet
    cases = browser.get("/api/v1/burden/cases?month=2026-11&figure=reused").json["cases"]
    assert [(each["id"], each["lines"]) for each in cases] == [(second, "arrrrr")]


def test_a_month_without_cases_is_empty_and_says_so(office):
    page = office.browser(CLERK).get("/desk/burden?month=2026-02")
    assert "这个月没有计入台账的办件" in words(page)
    assert [each.text for each in page.html.select("#shares strong")] == ["—", "—", "0", "0", "0"]
