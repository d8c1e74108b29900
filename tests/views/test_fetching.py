"""Owed fetches on the screen, for programs and at a prompt; platforms on the page of who runs the machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from webtest import TestApp

from records.domain.dossiers import Gap
from records.domain.vocabulary import GapKind
from records.exchange.platforms import Platforms
from records.exchange.stub_platform import Behaviour, Book
from records.operations import dossiers
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ADMIN, ARCHIVIST, CITIZEN, CLERK, build_office
from tests.operations.cases import FOOD, body_of, fill, ok, on, publish, refused, with_line
from tests.operations.test_fetching import CARD, HELD, Told, fetched, work

from .pages import form, words
from .test_api import BASE, token


@pytest.fixture
def platform():
    told = Told(Book((HELD,)))
    told.behave(Behaviour.FAILING)
    return told


@pytest.fixture
def office(tmp_path, platform):
    office = build_office(tmp_path, **{"records.platforms": Platforms([platform])})
    publish(office, with_line(body_of(FOOD), "identity", licence_code=CARD))
    yield office
    office.close()


def rows(page, table: str) -> list[str]:
    head = page.html.select_one(f"#{table}")
    return [
        " ".join(row.get_text(" ", strip=True).split())
        for row in head.find_parent(class_="table").select("tbody tr")
    ]


def test_the_clerk_sees_what_is_owed_by_when_and_asks_again(office, platform):
    case = office.case(office.applicant())
    work(office)
    browser = office.browser(CLERK)
    page = browser.get("/desk/fetches")
    (row,) = rows(page, "owed")
    assert ("2026-11-26" in row, "经营者居民身份证" in row, "平台报错（503）" in row, "待补调取" in row) == (
        True,
    ) * 4
    assert "逾期" not in row
    office.clock.advance(days=4)
    late = office.browser(CLERK)
    assert "逾期1天" in rows(late.get("/desk/fetches"), "owed")[0].replace(" ", "")
    platform.behave(Behaviour.WELL)
    done = form(late.get("/desk/fetches"), "/retry").submit(status=303).follow()
    assert "已重新调取" in words(done) or "重新" in done.text
    work(office)
    page = late.get("/desk/fetches")
    assert (rows(page, "owed"), len(rows(page, "settled"))) == ([], 1)
    assert fetched(office, case)["state"] == "fetched"


def test_the_line_is_the_offices_to_fetch_and_never_called_missing(office, platform):
    case = office.case(office.applicant())
    work(office)
    line = (
        office.browser(CLERK)
        .get(f"/dossiers/{case}")
        .html.select_one("#line-identity")
        .get_text(" ", strip=True)
    )
    assert ("待补调取" in line, "平台报错" in line, "缺少" in line) == (True, True, False)
    platform.book = Book(())
    office.clock.advance(minutes=2)
    work(office)
    line = (
        office.browser(CLERK)
        .get(f"/dossiers/{case}")
        .html.select_one("#line-identity")
        .get_text(" ", strip=True)
    )
    assert ("不是必须" in line, "缺少" in line) == (True, False)


def test_after_a_definite_no_the_line_may_stand_in_the_one_time_notice_and_need_not(office, platform):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)

    def offered() -> list[tuple[str, bool]]:
        page = browser.get(f"/dossiers/{case}/request_supplement")
        return [(box["value"], box.has_attr("checked")) for box in page.html.select("input[name=told]")]

    assert "identity" not in dict(offered())
    platform.book = Book(())
    work(office)
    assert ("identity", False) in offered()


def test_the_start_page_leads_to_what_is_owed(office, platform):
    browser = office.browser(CLERK)
    assert browser.get("/desk").html.select("a[href$='/desk/fetches']") == []
    office.case(office.applicant())
    link = browser.get("/desk").html.select_one("a[href$='/desk/fetches']")
    assert "1" in link.get_text()
    browser.get(link["href"], status=200)


def test_another_units_fetches_are_nobodys_business(office, platform):
    office.case(office.applicant())
    work(office)
    page = office.browser("liuyan").get("/desk/fetches")
    assert (rows_or_none(page), "欧阳䶮" in page.text) == ([], False)
    with office.site() as site:
        (fetch,) = site.fetches
    browser = office.browser(ARCHIVIST)
    key = browser.get("/desk").html.select_one("input[name=csrf_token]")["value"]
    browser.post(f"/fetches/{fetch}/retry", {"csrf_token": key}, status=403)


def rows_or_none(page) -> list:
    return page.html.select("td.code")


def test_reading_the_list_is_on_the_access_log(office):
    office.case(office.applicant())
    office.browser(CLERK).get("/desk/fetches")
    lines = [
        json.loads(line)
        for path in office.services.access.folder.glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert [line["by"] for line in lines if line["read"] == "fetches"] == [CLERK]


def test_the_administrator_sees_how_a_platform_answers_and_calls_it_again(office, platform):
    browser = office.browser(ADMIN)
    assert "还没有查询过" in words(browser.get("/desk/system"))
    office.case(office.applicant())
    work(office)
    page = browser.get("/desk/system")
    assert ("云溪市电子证照库" in words(page), "平台报错（503）" in words(page), CITIZEN in page.text) == (
        True,
        True,
        False,
    )
    platform.behave(Behaviour.WELL)
    form(page, "/retry-platform").submit("platform", status=303)
    work(office)
    assert "平台报错" not in words(browser.get("/desk/system"))
    clerk = office.browser(CLERK)
    key = clerk.get("/desk").html.select_one("input[name=csrf_token]")["value"]
    clerk.post("/retry-platform", {"csrf_token": key, "platform": "licences"}, status=403)


def test_without_a_platform_the_pages_say_so(tmp_path):
    office = build_office(tmp_path)
    try:
        assert "没有配置平台" in words(office.browser(CLERK).get("/desk/fetches"))
        assert "没有配置" in words(office.browser(ADMIN).get("/desk/system"))
    finally:
        office.close()


def test_a_program_reads_the_list_and_asks_again(office, platform):
    office.case(office.applicant())
    work(office)
    api, headers = TestApp(office.app), token(office)
    (fetch,) = api.get(f"{BASE}/fetches", headers=headers).json["fetches"]
    assert (fetch["state"], fetch["fault"], fetch["params"], fetch["due_on"]) == (
        "owed", "platform.status", {"status": 503}, "2026-11-26",
    )  # fmt: skip
    assert api.get(f"{BASE}/fetches?state=fetched", headers=headers).json == {"fetches": []}
    assert (
        api.get(f"{BASE}/fetches?state=odd", headers=headers, status=400).json["findings"][0]["code"]
        == "fetch.state-unknown"
    )
    shown = api.get(f"{BASE}/fetches/{fetch['id']}", headers=headers)
    platform.behave(Behaviour.WELL)
    again = {**headers, "If-Match": shown.headers["ETag"]}
    assert api.post_json(f"{BASE}/fetches/{fetch['id']}/retry", {}, headers=again).json["state"] == "owed"
    work(office)
    assert api.get(f"{BASE}/fetches/{fetch['id']}", headers=headers).json["state"] == "fetched"
    admin = token(office, ADMIN)
    (health,) = api.get(f"{BASE}/platforms", headers=admin).json["platforms"]
    assert (health["key"], health["fault"], health["silences"]) == ("licences", "", 0)
    assert api.post_json(f"{BASE}/platforms/retry", {"platform": "licences"}, headers=admin).json == {
        "fetches": 0
    }
    api.post_json(f"{BASE}/platforms/retry", {"platform": "x"}, headers=admin, status=404)
    api.post_json(f"{BASE}/platforms/retry", {}, headers=admin, status=400)
    api.post_json(f"{BASE}/platforms/retry", {"platform": "licences"}, headers=headers, status=403)


def typed(office, userid: str, *arguments: str) -> tuple[int, dict]:
    instance = Instance(Path("none.ini"), opened=office.services, owned=False)
    done = CliRunner().invoke(main, ["--json", "--as", userid, *arguments], obj=instance)
    return done.exit_code, json.loads(done.stdout) if done.stdout else {}


def test_the_same_at_a_prompt(office, platform):
    office.case(office.applicant())
    work(office)
    code, listed = typed(office, CLERK, "fetches", "list")
    (fetch,) = listed["fetches"]
    assert (code, fetch["line"], CITIZEN in json.dumps(listed)) == (0, "identity", False)
    assert typed(office, "liuyan", "fetches", "list") == (0, {"fetches": []})
    assert typed(office, CLERK, "fetches", "retry", fetch["id"])[1]["state"] == "owed"
    assert typed(office, CLERK, "fetches", "platforms")[1]["platforms"][0]["fault"] == "platform.status"
    assert typed(office, ADMIN, "fetches", "call-again", "licences") == (0, {"fetches": 1})
    assert typed(office, CLERK, "fetches", "call-again", "licences")[0] == 2


def test_the_paper_that_was_offered_need_not_come_for_the_supplement_to_be_received(office, platform):
    case = office.case(office.applicant())
    gaps = [
        Gap(line, GapKind.MISSING, "请提交") for line in ("application", "kitchen-plan", "food-safety-rules")
    ]
    told = [*gaps, Gap("identity", GapKind.MISSING, "可以出示身份证，不是必须")]
    until = office.clock.today()
    deed = on(case, dossiers.request_supplement, gaps=told, until=until)
    assert refused(office.do(CLERK, deed)) == [("supplement.office-fetches", "identity")]
    platform.book = Book(())
    platform.behave(Behaviour.WELL)
    work(office)
    ok(office.do(CLERK, deed))
    fill(office, case)
    page = office.browser(CLERK).get(f"/dossiers/{case}")
    form(page, "/supplement").submit(status=303)
    with office.site() as site:
        assert site.dossiers[case].state == "received"
