"""The four checks on the screen, in the API and as files: what failed first, never green for what nobody looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from records.domain.verification import DIMENSIONS
from records.exchange import check_reports
from tests.office import ARCHIVIST, CLERK, build_office

from .pages import words
from .public_office import archived


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def item(office) -> str:
    return archived(office)


def report_on(page, which=-1):
    """Return the lines of a report on a page, by default that of the archiving: result, number, ..., what was looked at."""
    rows = page.html.select("table tbody")[which].select("tr")
    return [[cell.get_text(" ", strip=True) for cell in row.select("td")] for row in rows]


@contextmanager
def changed(office, item, **checks) -> Iterator[None]:
    """Let the stored report say something else of some checks, for a while."""
    with office.site() as site:
        stood = site.archives[item].report
    report = json.loads(stood)
    report["results"] = [
        {**each, **checks.get(each["id"].replace("-", "_"), {})} for each in report["results"]
    ]

    def say(text):
        office.services.database.run(lambda root: setattr(root["site"].archives[item], "report", text))

    say(json.dumps(report, ensure_ascii=False))
    try:
        yield
    finally:
        say(stood)


def test_the_report_of_an_item_says_what_each_check_looked_at(office, item):
    page = office.browser(ARCHIVIST).get(f"/archives/{item}/checks")
    rows = report_on(page)
    assert len(rows) == 40
    by_number = {row[1]: (row[0], row[4]) for row in rows}
    assert by_number["GD-4-2"][0] == "不适用"
    assert "本机没有设置杀毒软件" in by_number["GD-4-2"][1]
    assert by_number["GD-1-1"][0] == "通过"
    assert "问题 0" in by_number["GD-1-1"][1]
    assert [row[0] for row in rows] == ["通过"] * 34 + ["不适用"] * 6
    assert {row[3] for row in rows} == set(DIMENSIONS.values())


LOCKED = {
    "status": "fail",
    "evidence": {"files": 7, "faults": 1},
    "findings": [{"code": "check.encrypted", "severity": "blocks", "subject": "01申请/甲.pdf", "params": {}, "basis": ""}],
}  # fmt: skip
UNSEEN = {"status": "manual", "evidence": {"files": 6, "untried": 1, "faults": 0}}


def test_what_failed_stands_first_and_in_words_and_a_person_says_what_was_seen(office, item):
    browser = office.browser(ARCHIVIST)
    with changed(office, item, GD_3_8=LOCKED, GD_3_4=UNSEEN):
        page = browser.get(f"/archives/{item}/checks")
        rows = report_on(page)
        assert [row[:2] for row in rows[:3]] == [
            ["不通过", "GD-3-8"],
            ["待人工检查", "GD-3-4"],
            ["通过", "GD-1-1"],
        ]
        assert rows[0][4].startswith("01申请/甲.pdf 已加密。请提供未加密的文件。")
        form = browser.get(page.html.select_one("a[href*='look?check=GD-3-4']")["href"]).forms["look"]
        assert form["check"].value == "GD-3-4"
        assert "请写明哪里不合格" in words(form.submit(status=409))
        form["good"], form["note"] = True, "逐页看过"
        done = form.submit(status=303).follow()
        assert ["人工检测合格", "GD-3-4"] in [row[:2] for row in report_on(done)]
        assert "逐页看过" in words(done)


def test_the_stored_package_is_checked_again_from_the_page(office, item):
    browser = office.browser(ARCHIVIST)
    page = browser.get(f"/archives/{item}/checks")
    done = page.forms["recheck"].submit(status=303).follow()
    rows = report_on(done, 0)
    assert {row[1][:2] for row in rows} == {"CQ"}
    assert done.html.select_one("section h2").get_text(" ", strip=True).startswith("长期保存")
    assert browser.get(f"/archives/{item}/checks.xml?which=kept").content_type == "application/xml"


def test_the_matrix_of_a_fonds_has_a_square_for_each_check(office, item):
    browser = office.browser(ARCHIVIST)
    page = browser.get("/archives/checks", {"fonds": "market-regulation"})
    row = page.html.select_one("tbody tr")
    squares = [cell.get_text(strip=True) for cell in row.select("td")[1:]]
    assert len(squares) == 40
    assert set(squares) <= {"✓", "–"}
    assert "GD-4-1 杀毒软件检测 不适用" in str(row) or "CQ-4-1 杀毒软件检测 不适用" in str(row)
    office.browser("huangfu").get("/archives/checks", {"fonds": "market-regulation"}, status=403)


def test_the_report_is_sent_as_xml_and_pdf(office, item):
    browser = office.browser(ARCHIVIST)
    sent = browser.get(f"/archives/{item}/checks.xml")
    report = check_reports.read_xml(sent.body)
    assert (report.passed, len(report.results)) == (True, 40)
    printed = browser.get(f"/archives/{item}/checks.pdf")
    assert (printed.content_type, printed.body[:5]) == ("application/pdf", b"%PDF-")
    assert "filename*=UTF-8''" in printed.headers["Content-Disposition"]


def test_only_the_archivist_looks_and_checks_again(office, item):
    clerk = office.browser(CLERK)
    page = clerk.get(f"/archives/{item}/checks")
    assert "recheck" not in page.forms
    clerk.get(f"/archives/{item}/look", status=403)
    office.browser("huangfu").get(f"/archives/{item}/checks", status=403)


def test_a_program_reads_the_reports_and_asks_for_another(office, item):
    browser = office.browser(ARCHIVIST)
    found = browser.get(f"/api/v1/archives/{item}/checks").json
    assert found["archived"]["passed"] is True
    assert len(found["archived"]["results"]) == 40
    assert all(len(each["input"]) == 64 for each in found["archived"]["results"])
