"""The machine room: each of the three officers sees the own pages and not the others'."""

from __future__ import annotations

import json

import pytest

from records.operations.sealing import seal
from records.queue import MAX_TRIES
from tests.office import ADMIN, ARCHIVIST, CLERK

from .pages import errors, form, words
from .public_office import delivered

AUDITOR = "auditor"


@pytest.mark.parametrize(
    ("path", "readers"),
    [
        ("/desk/people", {ADMIN}),
        ("/desk/jobs", {ADMIN, ARCHIVIST}),
        ("/desk/system", {ADMIN, ARCHIVIST}),
        ("/desk/audit", {AUDITOR}),
        ("/desk/audit/heads", {AUDITOR}),
    ],
)
def test_each_page_is_open_to_its_officers_only(office, path, readers):
    for userid in (ADMIN, AUDITOR, ARCHIVIST, CLERK):
        office.browser(userid).get(path, status=200 if userid in readers else 403)
    office.browser().get(path, status=303)


def test_everybody_is_listed_with_letters_and_no_secret(office):
    page = office.browser(ADMIN).get("/desk/people")
    with office.site() as site:
        names = {person.name for person in site.people.values()}
        hashes = {person.password_hash for person in site.people.values()}
    rows = page.html.select("tbody tr")
    assert {row.td.get_text() for row in rows} == names
    assert "窗口人员 全中心 云政管授〔2024〕1号，2024-01-01—长期" in words(page)
    assert not any(secret in page.text for secret in hashes)


def fail(office, verb: str = "render-notice") -> int:
    """Owe a job that fails for good and return its number."""

    def within(root):
        queue = root["site"].jobs
        number = queue.owe(verb, "没有的文书", at=office.clock.now()).number
        for _ in range(MAX_TRIES):
            office.clock.advance(hours=3)
            queue.fail(queue.take(office.clock.now(), "测试"), "KeyError: 没有的文书", office.clock.now())
        return number

    return office.services.database.run(within)


def test_a_job_that_failed_for_good_is_shown_and_tried_again_on_record(office):
    number = fail(office)
    browser = office.browser(ADMIN)
    page = browser.get("/desk/jobs")
    assert "KeyError: 没有的文书" in words(page)
    again = form(page, "/retry-job")
    again.submit("number", status=303)
    with office.site() as site:
        assert [job.number for job in site.jobs.waiting()] == [number]
        last = json.loads(site.audit[site.audit.last].line)
        assert (last["event"], last["on"], last["by"]) == ("job.retry", f"job:{number}", ADMIN)
    assert "没有失败的任务" in words(browser.get("/desk/jobs"))


def test_who_may_only_look_cannot_try_again_and_a_job_that_did_not_fail_is_refused(office):
    fail(office)
    page = office.browser(ARCHIVIST).get("/desk/jobs")
    assert not page.html.select("main form")
    admin = office.browser(ADMIN)
    token = form(admin.get("/desk/jobs"), "/retry-job")["csrf_token"].value
    for number in ("99", "x", ""):
        answer = admin.post("/retry-job", {"number": number, "csrf_token": token}, status=409)
        assert len(errors(answer)) == 1


def test_the_audit_log_is_read_newest_first_filtered_and_paged(office):
    delivered(office)
    page = office.browser(AUDITOR).get("/desk/audit")
    with office.site() as site:
        newest = site.audit.last
    rows = page.html.select("tbody tr")
    assert int(rows[0].td.get_text()) == newest
    assert len(rows) == 50
    older = office.browser(AUDITOR).get("/desk/audit" + page.html.select_one("nav.pages a")["href"])
    assert int(older.html.select_one("tbody tr td").get_text()) == int(rows[-1].td.get_text()) - 1
    published = office.browser(AUDITOR).get("/desk/audit", {"event": "guide.publish", "by": "zhoutingting"})
    assert len(published.html.select("tbody tr")) == 3
    assert "没有符合条件的记录" in words(office.browser(AUDITOR).get("/desk/audit", {"event": "nothing"}))
    office.browser(AUDITOR).get("/desk/audit", {"before": "-1"}, status=400)


def test_verifying_a_page_finds_an_entry_that_was_changed(office):
    browser = office.browser(AUDITOR)
    assert "都与其叶值和附注摘要相符" in words(browser.get("/desk/audit", {"check": "1"}))

    def tamper(root):
        site = root["site"]
        entry = site.audit[site.audit.last - 1]
        entry.line = entry.line.replace(b'"why":""', '"why":"改过"'.encode())

    office.services.database.run(tamper)
    page = browser.get("/desk/audit", {"check": "1"})
    assert "本页有 1 条记录在写入后被改动" in words(page)
    assert len([row for row in page.html.select("tbody tr") if "被改动" in row.get_text()]) == 1


def test_signed_heads_are_handed_out_as_the_offline_verifier_reads_them(office):
    head = seal(office.services)
    lines = office.browser(AUDITOR).get("/desk/audit/heads").text.splitlines()
    assert [json.loads(line)["size"] for line in lines] == [head.size]


def test_the_system_page_says_what_is_behind_and_what_is_missing(office):
    text = words(office.browser(ADMIN).get("/desk/system"))
    assert "放假安排 2026 已公布" in text
    assert "放假安排 2027 未公布，日期暂定" in text
    with office.site() as site:
        assert f"落后 {site.feed.last} 次变更" in text or "已跟上" in text
    for part in ("pyramid", "ZODB", "Whoosh"):
        assert part in text
