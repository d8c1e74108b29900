"""Reports of the archives: equal to what one counts in the records, by screen, workbook, program and prompt, tallied or not."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import openpyxl
import pytest
from click.testing import CliRunner
from webtest import TestApp

from records.clock import civil_date
from records.extraction.types import sniff
from records.operations import archive_reports, archiving, batches, statistics
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ANOTHER, ARCHIVIST, CLERK, build_office
from tests.operations.archives_brought import FONDS, brought, row, work
from tests.operations.cases import FOOD, SHOPKEEPER, archive_again, deliver, ok, on

from .pages import words
from .test_api import BASE, token

AUDITOR = "auditor"
DEFECTS = ("TH-01", "TH-03")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Cases of two months: archived in time, archived late, open, open beyond its day, sent back; and an older archive."""
    office = build_office(tmp_path_factory.mktemp("statistics"))
    one, other = office.applicant(), office.applicant(ANOTHER, "司马𠮷")
    made = []
    for person, guide in ((one, SHOPKEEPER), (other, SHOPKEEPER), (other, FOOD)):
        made.append(office.case(person, guide, again="另一家店"))
        deliver(office, made[-1])
    archive_again(office, made[0])
    item = ok(office.do(CLERK, on(made[1], archiving.prepare)))
    ok(
        office.do(
            ARCHIVIST,
            lambda act: archiving.send_back(act, act.site.archives[item], defects=DEFECTS, why="缺申请书"),
        )
    )
    office.clock.advance(days=40)
    archive_again(office, made[1])
    late = office.case(one, SHOPKEEPER, again="第三家店")
    deliver(office, late)
    brought(office, [row(number, 2016) for number in range(1, 4)])
    yield office
    office.close()


def recounted(site, services, year: int, today) -> dict[str, object]:
    """Return the figures of a year by walking all records, in another way than the tally does."""
    told: Counter[tuple] = Counter()
    for case in site.dossiers.values():
        if not case.delivered_at or civil_date(case.delivered_at).year != year:
            continue
        due = batches.due_of(services, site, case).due
        item = site.archives.get(case.archived_item)
        told["closed"] += 1
        if item is not None and item.state == "archived":
            told["archived"] += 1
            told["in_time" if civil_date(item.archived_at) <= due else "late"] += 1
        else:
            told["open"] += 1
            told["overdue"] += due < today
    held: Counter[tuple] = Counter()
    grown: Counter[tuple] = Counter()
    reasons: Counter[str] = Counter()
    for item in site.archives.values():
        reasons.update(
            code
            for _step, at, _by, result, note in item.steps
            for code in DEFECTS
            if result == "returned" and code in note and civil_date(at).year == year
        )
        if item.state == "archived":
            held[item.category, item.retention, item.year] += 1
            whose = "own" if site.dossiers.get(item.dossier) else "imported"
            if civil_date(item.archived_at).year == year:
                grown[f"{civil_date(item.archived_at):%Y-%m}", whose] += 1
    keys = ("closed", "archived", "in_time", "late", "open", "overdue")
    return {"whole": {key: told[key] for key in keys}, "held": held, "grown": grown, "reasons": reasons}


def as_recounted(plain: dict) -> dict[str, object]:
    """Return a report of a program in the form of ``recounted``."""
    grown = Counter(
        {
            (each["month"], whose): each[whose]["items"]
            for each in plain["growth"]
            for whose in ("own", "imported")
        }
    )
    return {
        "whole": {key: value for key, value in plain["whole"].items() if key not in ("rate", "timeliness")},
        "held": Counter(
            {(each["category"], each["retention"], each["year"]): each["items"] for each in plain["holdings"]}
        ),
        "grown": +grown,
        "reasons": Counter({each["code"]: each["count"] for each in plain["returned"]}),
    }  # fmt: skip


def same(both, years: list[int]) -> None:
    """Assert that told and counted are equal for some years."""
    for year in years:
        told, counted = both(year)
        assert told == counted


def test_the_report_is_what_one_counts_in_the_records_before_and_after_the_tally(office):
    app, bearer = TestApp(office.app), token(office, ARCHIVIST)
    today = office.clock.today()
    years = sorted({today.year, today.year - 1, 2026})

    def both(year: int) -> tuple[dict, dict]:
        plain = app.get(f"{BASE}/holdings?year={year}", headers=bearer).json
        with office.site() as site:
            return as_recounted(plain), recounted(site, office.services, year, today)

    same(both, years)
    whole = both(2026)[1]["whole"]
    assert (whole["in_time"], whole["late"], whole["overdue"]) == (1, 1, 1)
    assert both(2026)[1]["reasons"] == Counter(DEFECTS)
    assert statistics.fold(office.services, least=1) > 0
    same(both, years)
    with office.site() as site:
        assert site.tally.mark > 0
        open_case = next(each.id for each in site.dossiers.values() if each.state == "delivered")
    archive_again(office, open_case)
    same(both, years)
    statistics.fold(office.services, least=1)
    same(both, years)


def test_every_figure_of_the_page_leads_to_as_many_records(office):
    browser = office.browser(ARCHIVIST)
    page = browser.get("/archives/reports?year=2026")
    links = [link for link in page.html.select("td.number a[href]") if "report-list" in link["href"]]
    assert len(links) > 6
    for link in links:
        listed = browser.get(link["href"])
        rows = [each for each in listed.html.select("tbody tr") if each.select_one("td.code")]
        value = int(link.find(string=True))
        kind = parse_qs(urlsplit(link["href"]).query)["kind"][0]
        assert len(rows) == value or (kind == "returned" and len(rows) <= value), link["href"]
    assert len(page.html.select("figure svg[role=img]")) == 3


def test_the_workbook_the_pack_and_the_prompt_say_the_same_as_the_program(office, tmp_path):
    browser, bearer = office.browser(ARCHIVIST), token(office, ARCHIVIST)
    plain = TestApp(office.app).get(f"{BASE}/holdings?year=2026", headers=bearer).json
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/archives/reports.xlsx?year=2026").body))
    sums = [sum(row[at] for row in book["归档率"].iter_rows(min_row=2, values_only=True)) for at in (2, 3, 7)]
    assert sums == [plain["whole"][key] for key in ("closed", "archived", "overdue")]
    held = sum(row[4] for row in book["库藏"].iter_rows(min_row=2, values_only=True))
    assert held == sum(each["items"] for each in plain["holdings"])
    packed = ZipFile(io.BytesIO(browser.get("/archives/inspection.zip?year=2026").body))
    assert packed.namelist() == ["迎检材料封面.pdf", "迎检材料.xlsx"]
    assert str(sniff(packed.read("迎检材料封面.pdf")[:600], "a.pdf")) == "application/pdf"
    parts = openpyxl.load_workbook(io.BytesIO(packed.read("迎检材料.xlsx"))).sheetnames
    assert {"归档率", "检测", "鉴定处置", "保管备份", "移交", "利用", "审计封存", "说明"} <= set(parts)
    obj = Instance(Path("none.ini"), opened=office.services, owned=False)
    typed = ["--json", "--as", ARCHIVIST, "holdings", "--year", "2026", "--pack", str(tmp_path / "a.zip")]
    done = CliRunner().invoke(main, typed, obj=obj)
    assert json.loads(done.stdout) == plain
    assert ZipFile(tmp_path / "a.zip").namelist() == packed.namelist()


def test_a_report_is_for_archivists_of_their_units_and_for_auditors(office):
    office.browser(CLERK).get("/archives/reports", status=403)
    TestApp(office.app).get(f"{BASE}/holdings", headers=token(office, CLERK), status=403)
    assert "归档" in words(office.browser(AUDITOR).get("/archives/reports"))
    browser = office.browser(ARCHIVIST)
    browser.get("/archives/reports?unit=health-commission", status=403)
    browser.get("/archives/reports?year=later", status=400)
    bad = TestApp(office.app).get(f"{BASE}/holdings?year=later", headers=token(office, ARCHIVIST), status=400)
    assert [each["code"] for each in bad.json["findings"]] == ["holdings.year"]


def test_figures_far_beyond_the_tally_are_said_to_be_incomplete(office, monkeypatch):
    monkeypatch.setattr(statistics, "MOST", 3)
    office.do(ARCHIVIST, lambda act: None)
    brought(office, [row(number, 2017) for number in range(1, 5)])
    with office.site() as site:
        told = archive_reports.report(office.services, site, (FONDS,), 2026, today=office.clock.today())
    assert told.behind > 0
    work(office)
