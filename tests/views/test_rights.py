"""The citizen's side on the screen: read at the counter and by the receipt, act from the material's page; children stay masked."""

from __future__ import annotations

from records.operations import dossiers
from tests.office import CLERK, NAME
from tests.operations.cases import VENUE, ok, on, paper

from .pages import form, words
from .public_office import archived


def test_the_counter_shows_what_is_held_and_each_use_and_hands_out_a_copy(office):
    person = office.applicant()
    case = office.case(person, VENUE)
    ok(paper(office, case, "hygiene-report"))
    browser = office.browser(CLERK)
    page = browser.get(f"/applicants/{person}").click("给申请人看：中心保存的材料")
    assert "来源 申请人提交" in words(page)
    assert "使用记录（1）" in words(page)
    page = browser.get(page.html.select_one("main a.task-link")["href"])
    one = form(page.click("申请人提出异议"), "/object")
    one["why"] = "编号写错了"
    page = one.submit(status=303).follow()
    assert "有异议，暂不复用" in words(page)
    page = page.click("出具复制件")
    one = form(page, "/hand_out")
    one["recipient"], one["purpose"] = "云溪农商银行", "办理贷款"
    page = one.submit(status=303).follow()
    assert "云溪农商银行 · 办理贷款" in words(page)
    assert browser.get(page.html.select_one("a[href*='/copy?']")["href"]).body.startswith(b"%PDF")


def test_who_holds_the_receipt_reads_it_without_numbers_and_files(office):
    person = office.applicant()
    case = office.case(person, VENUE)
    ok(paper(office, case, "hygiene-report"))
    ok(office.do(CLERK, on(case, dossiers.receive)))
    with office.site() as site:
        number, code = site.dossiers[case].code, site.dossiers[case].inquiry_code
    one = form(office.browser().get("/progress"), "/progress")
    one["number"], one["code"] = number, code
    page = one.submit()
    assert "中心保存的您的材料" in words(page)
    assert "使用记录（1）" in words(page)
    assert "云疾控检" not in words(page)
    assert not page.html.select("#held ~ ul a")


def test_a_case_finds_the_archives_for_a_purpose_and_takes_a_paper(office):
    item = archived(office)
    with office.site() as site:
        person, code = site.archives[item].applicant, site.archives[item].code
    case = office.case(person, VENUE)
    browser = office.browser(CLERK)
    page = browser.get(f"/dossiers/{case}").click("取用历史档案")
    assert code not in words(page)
    one = form(page, "/archives")
    one["purpose"] = "核对原检测报告"
    page = one.submit(status=303).follow()
    assert code in words(page)
    page = browser.get(page.html.select_one("a.task-link[href*='item=']")["href"])
    one = form(page, "/pull")
    radios = one.fields["paper"][0]
    radios.value = radios.options[0][0]
    one["line"], one["issuer"], one["issued_on"], one["document_number"] = (
        "hygiene-report",
        "云溪县",
        "2026-11-02",
        "1号",
    )
    page = one.submit(status=303).follow()
    assert code in words(page)
    assert NAME in words(page)
