"""A month on the screen, for programs and at a prompt: the exceptions, the numbers, how far it is, the report."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from click.testing import CliRunner
from webtest import TestApp

from records.domain import pipeline
from records.indexes import archive_questions
from records.operations import archiving, batches
from records.operations.archived_papers import coming_papers
from records.rules import national_calendar
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ANOTHER, ARCHIVIST, CLERK, build_office
from tests.operations.cases import SHOPKEEPER, deliver

from .pages import errors, form, words
from .test_api import BASE
from .test_api import token as token_of

FONDS = "market-regulation"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("month"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def people(office):
    return office.applicant(), office.applicant(ANOTHER, "司马𠮷")


@pytest.fixture
def closed(office, people):
    """Close two cases in a month of their own and return them with that month."""
    office.clock.advance(days=31)
    made = [office.case(person, SHOPKEEPER, again="另一家店") for person in people]
    for case in made:
        deliver(office, case)
    return (*made, f"{office.clock.today():%Y-%m}")


def next_number(office) -> int:
    with office.site() as site:
        year = office.clock.today().year
        counter = site.counters.get(f"archive:J043-ZY·SP·{year}-D30-ZCG")
        return (counter.value if counter else 0) + 1


def test_a_month_is_looked_over_archived_watched_and_reported(office, closed):
    first, second, month = closed
    code = f"J043-ZY·SP·{month[:4]}-D30-ZCG-{next_number(office):04d}"
    with office.site() as site:
        lost = office.services.store.path(site.dossiers[second].result_digest)
        codes = [site.dossiers[each].code for each in (first, second)]
    lost.rename(lost.with_name("gone"))
    browser = office.browser(ARCHIVIST)
    page = browser.get("/archives/batches", {"fonds": FONDS, "month": month})
    text = words(page)
    assert f"拟{code}" in text
    assert "本件有 1 个文件在存件库里找不到" in text
    assert (codes[1] in text, codes[0] in text) == (True, False)
    assert page.html.select_one("nav.tabs a[aria-current=page]").get_text() == "批量归档"
    watched = form(page, "/batches/begin").submit(status=303).follow()
    assert watched.html.select_one("section.job")["data-poll"].endswith("/progress")
    key = watched.request.path.rpartition("/")[2]
    batches.work_on(office.services, key)
    told = browser.get(f"/batches/{key}/progress").json
    assert (told["done"], told["total"], told["finished"]) == (2, 2, True)
    done = words(browser.get(f"/batches/{key}"))
    assert code in done
    assert codes[1] in done
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"/batches/{key}/report.xlsx").body))
    sheets = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()][1:] for sheet in book}
    assert [row[0] for row in sheets["已归档"]] == [code]
    assert [row[0] for row in sheets["未归档"]] == [codes[1]]
    lost.with_name("gone").rename(lost)
    refused = browser.post(f"/batches/{key}/stop", {"csrf_token": token(watched)}, status=409)
    assert errors(refused) == ["这个批次已经结束。请查看报告。"]
    with office.site() as site:
        assert site.dossiers[first].state == "archived"


def token(page) -> str:
    return page.html.select_one("input[name=csrf_token]")["value"]


def test_the_home_of_the_archives_has_due_days_overdue_in_words_and_the_rooms(office, closed):
    due = pipeline.archive_due(office.clock.today(), national_calendar(())).due
    page = office.browser(ARCHIVIST).get("/archives", {"fonds": FONDS})
    assert due.isoformat() in words(page)
    assert page.html.select_one("nav.tabs a")["href"] == f"/archives/batches?fonds={FONDS}"
    office.clock.advance(days=60)
    text = words(office.browser(ARCHIVIST).get("/archives", {"fonds": FONDS}))
    office.clock.advance(days=-60)
    assert "逾期" in text


def test_a_bad_month_or_a_strange_fonds_is_told(office):
    browser = office.browser(ARCHIVIST)
    page = browser.get("/archives/batches", {"fonds": FONDS, "month": "十月"}, status=400)
    assert errors(page) == ["“十月”不是月份。请写成 2026-10 的样子。"]
    browser.get("/archives/batches", {"fonds": "health-commission"}, status=403)
    office.browser(CLERK).get("/archives/batches", status=403)


def links(browser, place: str) -> dict[str, str]:
    """Return what a line of the desk leads to."""
    return {link.get_text(): link["href"] for link in browser.get("/desk").html.select(f"{place} a")}


def test_a_package_is_handed_over_sent_back_and_mended_on_the_screen(office, closed):
    case = closed[1]
    clerk = office.browser(CLERK)
    page = clerk.get(f"/dossiers/{case}")
    assert "份应归档文件已经齐备" in words(page)
    form(page, "/prepare").submit(status=303)
    with office.site() as site:
        item = site.dossiers[case].archived_item
    archivist = office.browser(ARCHIVIST)
    page = archivist.get(f"/archives/{item}")
    assert "待接收" in words(page)
    with office.site() as site:
        listed = coming_papers(office.services, site, site.archives[item])
    rows = page.html.select("[aria-labelledby=coming] tbody tr")
    titles = [row.select("td")[1].get_text() for row in rows]
    assert titles == [paper.title for paper in listed]
    assert [row.select_one("abbr")["title"] for row in rows] == [paper.digest for paper in listed]
    assert len(titles) > 3
    assert page.html.select("[aria-labelledby=papers]") == []
    office.browser("huangfu").get(f"/archives/{item}", status=403)
    ask = archivist.get(f"/archives/{item}/send_back").forms
    sheet = next(each for each in ask.values() if each.action.endswith("/send_back"))
    ticks = {box._value: box for box in sheet.fields["checkbox"]}
    assert len(ticks) == 16
    ticks["TH-06"].checked, ticks["TH-10"].checked, sheet["why"] = True, True, "第二页扫歪了"
    with office.site() as site:
        number = site.dossiers[case].code
    assert links(archivist, "#to-receive") == {number: f"/archives/{item}"}
    sheet.submit(status=303)
    assert links(archivist, "#to-receive") == {}
    assert links(clerk, "#sent-back") == {number: f"/dossiers/{case}"}
    assert "TH-06 扫描不清、缺页、顺序颠倒 第二页扫歪了" in words(clerk.get(f"/dossiers/{case}"))
    back = "TH-06 扫描不清、缺页、顺序颠倒 TH-10 份数、页数与目录不符 第二页扫歪了"
    assert back in words(archivist.get("/archives", {"fonds": FONDS}))
    assert back.replace(" TH", "；TH").replace(" 第", "；第") in words(archivist.get(f"/archives/{item}"))
    form(clerk.get(f"/dossiers/{case}"), "/prepare").submit(status=303)
    form(archivist.get(f"/archives/{item}"), "/receive").submit(status=303)
    page = archivist.get(f"/archives/{item}")
    frozen = page.html.select("[aria-labelledby=papers] tbody tr")
    assert [row.select("td")[1].get_text() for row in frozen] == titles
    text = words(page)
    assert "接收检测" in text
    assert "退回：TH-06" in text


def test_a_program_asks_for_the_month_and_begins_it(office):
    browser, headers = TestApp(office.app), token_of(office, ARCHIVIST, "*")
    asked = {"fonds": FONDS, "month": "2026-10"}
    assert browser.get(f"{BASE}/batch-plan", asked, headers=headers).json == {
        "fonds": FONDS, "month": "2026-10", "ready": 0, "exceptions": [], "numbers": [],
    }  # fmt: skip
    office.clock.advance(minutes=1)  # it is the newest
    made = browser.post_json(f"{BASE}/batches/begin", asked, headers=headers, status=201).json
    batches.work_on(office.services, made["id"])
    shown = browser.get(f"{BASE}/batches/{made['id']}", headers=headers).json
    assert (shown["state"], shown["counts"]) == ("done", {"archived": 0, "returned": 0, "waiting": 0})
    listed = browser.get(f"{BASE}/batches", {"fonds": FONDS}, headers=headers).json["batches"]
    assert listed[0]["id"] == made["id"]
    clerk = token_of(office, CLERK, "*")
    browser.get(f"{BASE}/batch-plan", asked, headers=clerk, status=403)
    browser.post_json(f"{BASE}/batches/begin", asked, headers=clerk, status=403)


def test_a_prompt_looks_a_month_over_and_archives_it(office, closed):
    case, _, month = closed

    def typed(*arguments, userid=ARCHIVIST):
        instance = Instance(None, opened=office.services, owned=False, userid=userid)
        done = CliRunner().invoke(main, ["--as", userid, *arguments], obj=instance)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout

    code, out = typed("archive-month", "J043", month, "--dry-run", "--json")
    assert (code, json.loads(out)["ready"]) == (0, 2)
    with office.site() as site:
        assert site.dossiers[case].state == "delivered"
    code, out = typed("archive-month", "J043", month, "--json")
    said = json.loads(out)
    assert (code, said["counts"], said["state"]) == (0, {"archived": 2, "returned": 0, "waiting": 0}, "done")
    assert typed("archive-month", "J043", "soon")[0] == 1
    assert typed("archive-month", "J043", month, userid=CLERK)[0] == 1
    with office.site() as site:
        assert [step for step, *_ in site.archives[said["items"][0]].steps][-1] == "store"
        assert archiving.manifest_of(office.services, site.archives[said["items"][0]]).parts


def test_the_months_that_wait_and_the_day_for_archiving_are_told(office, closed):
    month, browser = closed[2], office.browser(ARCHIVIST)
    with office.site() as site:
        waits = sorted({f"{each.delivered_at:%Y-%m}" for _, each in archive_questions.closed(site, FONDS)})
        due = batches.due_of(office.services, site, site.dossiers[closed[0]]).due.isoformat()
        code = site.dossiers[closed[0]].code
    page = browser.get("/archives/batches", {"fonds": FONDS})
    links = [link.get_text() for link in page.html.select("main a[href*='&month=']")]
    assert (links, month in links) == (waits, True)
    listed = browser.get("/desk", {"list": "archive"}).html.select("tbody tr")
    rows = {
        row.select_one("td.code").get_text(strip=True): row.select_one("td.date").get_text(" ", strip=True)
        for row in listed
    }
    assert rows[code].startswith(due)
