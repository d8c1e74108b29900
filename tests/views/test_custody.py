"""Paper originals on the screen, for programs and at a prompt: taken in at the window, scanned, returned, handed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from webtest import TestApp

from records.indexes import questions
from records.operations import custody, deposits
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ARCHIVIST, CLERK, NAME, build_office
from tests.operations.cases import HEALTH_ARCHIVIST, REPORT, VENUE, decide, ok, on, paper
from tests.operations.test_custody import BACK, take, with_

from .pages import errors, form, pdf, words
from .test_api import BASE, problem, reads, token

SIMA, LIUYAN = "sima", "liuyan"


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()


@pytest.fixture
def case(office):
    return office.case(office.applicant(), VENUE, situation={"commitment": False})


@pytest.fixture
def report(office, case):
    ok(paper(office, case, "hygiene-report"))
    return ok(office.do(CLERK, take(case)))


def originals(office, case: str) -> list[tuple[str, str, str]]:
    with office.site() as site:
        return [(each.line, each.state, each.place) for each in questions.originals_of(site, case)]


def one_of(office, original: str, name: str):
    with office.site() as site:
        return getattr(site.custody[original], name)


def test_the_tick_beside_the_upload_takes_the_original_in(office, case):
    browser = office.browser(CLERK)
    page = browser.get(f"/dossiers/{case}")
    one = form(page, "/submit", line="hygiene-report")
    assert (one["take_original"].checked, "收下原件" in page.text) == (True, True)
    one["upload"] = [pdf("检测报告")]
    for name, value in {**REPORT, "issued_on": "2026-11-02"}.items():
        one[name] = value
    done = one.submit(status=303).follow()
    assert originals(office, case) == [("hygiene-report", "held", "A01窗口")]
    section = done.html.select_one("#originals").find_parent("section").get_text(" ", strip=True)
    assert ("公共场所卫生检测或者评价报告" in section, "在管" in section, "欧阳静" in section) == (True,) * 3
    receipt = form(done, "/print_receipt").submit(status=303).follow()
    assert ("收件回执（原件）" in words(receipt), "云卫健存〔2026〕1号" in words(receipt)) == (True, True)


def test_without_the_tick_nothing_is_taken_in_and_what_was_unticked_stays_so(office, case):
    browser = office.browser(CLERK)
    one = form(browser.get(f"/dossiers/{case}"), "/submit", line="hygiene-report")
    one["take_original"].checked = False
    one["upload"] = [pdf("检测报告")]
    refused = one.submit(status="4*")
    again = form(refused, "/submit", line="hygiene-report")
    assert not again["take_original"].checked
    for name, value in {**REPORT, "issued_on": "2026-11-02"}.items():
        again[name] = value
    again.submit(status=303)
    assert originals(office, case) == []
    later = form(browser.get(f"/dossiers/{case}"), "/receive_original")
    later["line"], later["place"], later["copies"] = "hygiene-report", "A01窗口3号柜", "0"
    assert len(errors(later.submit(status=400))) == 1
    assert originals(office, case) == []
    later["copies"] = "2"
    later.submit(status=303)
    assert originals(office, case) == [("hygiene-report", "held", "A01窗口3号柜")]


def test_the_start_page_leads_to_the_list_and_a_scanned_receipt_to_its_original(office, case, report):
    ok(office.do(CLERK, on(case, deposits.print_receipt)))
    browser = office.browser(CLERK)
    desk = browser.get("/desk")
    assert "我保管的原件：1件" in words(desk)
    page = desk.click(href="/desk/custody$")
    assert "公共场所卫生检测或者评价报告" in words(page)
    with office.site() as site:
        receipt = site.notices[site.custody[report].receipt]
        address = json.loads(receipt.facts)["url"]
    for typed in (one_of(office, report, "code"), receipt.code, address):
        for box in (form(browser.get("/desk/custody"), "/desk/custody"), desk.forms[0]):
            box = box if box.action.endswith("custody") else form(desk, "/desk/search")
            box["code" if "code" in box.fields else "q"] = typed
            assert box.submit(status=303).location.endswith(f"/custody/{report}")
    missing = browser.get("/desk/custody", {"code": "没有这张"}, status=404)
    assert "没有这个编号的原件或者回执" in " ".join(errors(missing))


def test_lent_called_back_and_given_back_on_the_screen(office, case, report):
    browser = office.browser(CLERK)
    page = browser.get(f"/custody/{report}")
    lend = page.click(href="/lend$").forms["lend"]
    assert "没有写借给谁" in lend.submit(status=409).text
    lend["borrower"], lend["date"] = "上官敏", "2026-11-24"
    lent = lend.submit(status=303).follow()
    assert ("借出" in words(lent), "上官敏" in words(lent), "give_back" in lent.text) == (True, True, False)
    office.clock.advance(days=3)
    browser = office.browser(CLERK)
    assert "逾期" in browser.get("/desk").html.select_one("#custody").get_text()
    browser.get(f"/custody/{report}/take_back").forms["take_back"].submit(status=303)
    back = browser.get(f"/custody/{report}/give_back").forms["give_back"]
    assert back["recipient"].value == NAME
    back["recipient"] = "司马𠮷"
    said = back.submit(status=409)
    assert ("司马𠮷不是申请人" in said.text, "没有领取签名" in said.text) == (True, True)
    again = said.forms["give_back"]
    assert again["recipient"].value == "司马𠮷"
    again["authority"] = "授权委托书2026年11月20日"
    again["proof"] = pdf("签收单")
    done = again.submit(status=303).follow()
    assert ("已退还" in words(done), "云卫健退〔2026〕1号" in words(done)) == (True, True)
    proof = done.click(href=r"/file\?digest=")
    assert (proof.status_int, proof.body[:4]) == (200, b"%PDF")
    browser.get(f"/custody/{report}/file?digest={'0' * 64}", status=404)


def test_a_double_click_gives_back_once(office, case, report):
    browser = office.browser(CLERK)
    back = browser.get(f"/custody/{report}/give_back").forms["give_back"]
    back["signed"] = True
    first, second = back.submit(), back.submit()
    assert (first.status_int, second.status_int, first.location) == (303, 303, second.location)
    with office.site() as site:
        kinds = [each.notice_kind for each in questions.notices_of(site, site.dossiers[case])]
    assert kinds.count("return") == 1


def test_the_second_of_two_clerks_is_told_that_it_went_already(office, report):
    mine, theirs = office.browser(CLERK), office.browser(SIMA)
    forms = [browser.get(f"/custody/{report}/give_back").forms["give_back"] for browser in (mine, theirs)]
    for one in forms:
        one["signed"] = True
    forms[0].submit(status=303)
    late = forms[1].submit(status=409)
    assert ("现在是“已退还”" in late.text, one_of(office, report, "moves")[-1][2]) == (True, CLERK)


def test_the_clerk_sees_a_red_line_at_the_end_and_the_archivist_is_stopped(office, case, report):
    decide(office, case)
    browser = office.browser(CLERK)
    code = one_of(office, report, "code")
    shown = browser.get(f"/dossiers/{case}")
    assert code in shown.html.select_one("#originals-open.note.wrong").get_text()
    step = browser.get(f"/dossiers/{case}/deliver")
    assert code in step.html.select_one("#originals-open.note.wrong").get_text()
    delivered = step.forms["deliver"]
    radio = next(
        field for fields in delivered.fields.values() for field in fields if type(field).__name__ == "Radio"
    )
    radio.value, delivered["recipient"] = "counter", NAME
    delivered.submit(status=303)
    archivist = office.browser(HEALTH_ARCHIVIST)
    page = archivist.get(f"/dossiers/{case}")
    assert code in page.html.select_one("#originals-open").get_text()
    refused = form(page, "/archive").submit(status=409)
    assert any(code in text and "保管人欧阳静" in text for text in errors(refused))
    ok(office.do(CLERK, with_(report, custody.give_back, **BACK)))
    after = archivist.get(f"/dossiers/{case}")
    assert after.html.select_one("#originals-open") is None
    form(after, "/archive").submit(status=303)
    with office.site() as site:
        assert site.dossiers[case].state == "archived"


def test_a_shift_is_handed_over_on_the_screen_and_confirmed_by_the_other(office, report):
    giver = office.browser(CLERK)
    one = giver.get("/desk/custody").forms["hand-over"]
    one["to"] = SIMA
    offered = one.submit(status=303).follow()
    assert ("欧阳静 → 司马立新" in words(offered), "待清点" in words(offered)) == (True, True)
    assert one_of(office, report, "keeper") == CLERK
    taker = office.browser(SIMA)
    assert "1份待清点" in words(taker.get("/desk"))
    page = taker.get("/desk/custody").click(href="/handovers/")
    confirm = form(page, "/take_over")
    confirm["counted"] = "2"
    wrong = confirm.submit(status=409)
    assert "清点了2件，清单上是1件" in " ".join(errors(wrong))
    confirm = form(wrong, "/take_over")
    confirm["counted"] = "1"
    assert "由您保管" in confirm.submit(status=303).follow().text
    assert one_of(office, report, "keeper") == SIMA
    assert "双方已确认" in words(giver.get("/desk/custody"))


def test_a_hand_over_to_a_person_of_another_unit_comes_back_with_what_was_ticked(office, report):
    giver = office.browser(CLERK)
    one = giver.get("/desk/custody").forms["hand-over"]
    assert "诸葛明" not in one.text
    fields = {"to": "zhuge", "originals": one_of(office, report, "code"), "listed": "true"}
    refused = giver.post("/custody/hand_over", {**fields, "csrf_token": one["csrf_token"].value}, status=409)
    assert "诸葛明没有" in " ".join(errors(refused))
    nothing = {"to": SIMA, "listed": "true", "csrf_token": one["csrf_token"].value}
    assert "没有要交接的原件" in " ".join(errors(giver.post("/custody/hand_over", nothing, status=409)))


def test_a_lost_one_is_on_the_search_list_of_its_unit_until_it_is_found(office, report):
    browser = office.browser(LIUYAN)
    lose = browser.get(f"/custody/{report}/report_lost").forms["report_lost"]
    lose["why"] = "下班清点时不见，已找过3号柜"
    lose.submit(status=303)
    lost = browser.get("/desk/custody").html.select_one("#lost").find_parent(class_="table").get_text()
    assert one_of(office, report, "code") in lost
    found = browser.get(f"/custody/{report}/find").forms["find"]
    found["place"] = "A03窗口抽屉"
    page = found.submit(status=303).follow()
    assert ("已找过3号柜" in words(page), "在管" in words(page)) == (True, True)
    assert browser.get("/desk/custody").html.select_one("#lost") is None


@pytest.mark.parametrize("userid", [ARCHIVIST, "zhuge", "admin", "auditor"])
def test_nobody_of_another_unit_sees_or_moves_an_original(office, report, userid):
    browser = office.browser(userid)
    for path in ("", "/give_back", "/lend"):
        assert browser.get(f"/custody/{report}{path}", status="4*").status_int in (403, 404)
    code = one_of(office, report, "code")
    assert browser.get("/desk/custody", {"code": code}, status=404)
    headers = token(office, userid)
    api = TestApp(office.app)
    assert api.post_json(f"{BASE}/custody/{report}/keep", {}, headers=headers, status="4*").status_int in (
        403,
        404,
    )
    assert one_of(office, report, "state") == "held"


def test_a_program_does_the_same(office, case, report):
    api, headers = TestApp(office.app), token(office)
    shown = api.get(f"{BASE}/custody/{report}", headers=headers).json
    assert (shown["state"], shown["moves"][0]["move"], shown["archived_as"]) == ("held", "receive", "")
    listed = api.get(f"{BASE}/custody", {"state": "held", "keeper": CLERK}, headers=headers).json["originals"]
    assert [each["id"] for each in listed] == [report]
    assert api.get(f"{BASE}/custody", {"code": shown["code"]}, headers=headers).json["originals"] == listed
    assert problem(api.get(f"{BASE}/custody", {"state": "借"}, headers=headers, status=400), 400) == [
        ("custody.state-unknown", "state")
    ]
    none = api.post_json(f"{BASE}/custody/{report}/lend", {}, headers=headers, status=409)
    assert problem(none, 409) == [("custody.no-borrower", "borrower"), ("custody.no-date", "until")]
    done = api.post_json(
        f"{BASE}/custody/{report}/lend", {"borrower": "上官敏", "until": "2026-11-24"}, headers=headers
    )
    stale = {**headers, "If-Match": '"1"'}
    assert api.post_json(f"{BASE}/custody/{report}/take_back", {}, headers=stale, status=412)
    assert done.json["state"] == "lent"
    offer = api.post_json(f"{BASE}/custody/hand_over", {"to": SIMA}, headers=headers, status=201).json
    assert (offer["state"], offer["still_offered"]) == ("offered", [shown["code"]])
    taken = api.post_json(
        f"{BASE}/handovers/{offer['id']}/take_over", {"counted": 1}, headers=token(office, SIMA)
    ).json
    assert (taken["state"], one_of(office, report, "keeper")) == ("confirmed", SIMA)
    assert (CLERK, "custody.show", report) in reads(office)


def test_the_same_at_a_prompt(office, report):
    def typed(userid: str, *arguments: str) -> tuple[int, dict]:
        instance = Instance(Path("none.ini"), opened=office.services, owned=False)
        done = CliRunner().invoke(main, ["--json", "--as", userid, *arguments], obj=instance)
        return done.exit_code, json.loads(done.stdout)

    code, listed = typed(CLERK, "custody", "list", "--keeper", CLERK)
    assert (code, [each["id"] for each in listed["originals"]]) == (0, [report])
    assert typed(LIUYAN, "custody", "scan", listed["originals"][0]["code"]) == (0, listed)
    wrong, said = typed("zhuge", "custody", "scan", listed["originals"][0]["code"])
    assert (wrong, [each["code"] for each in said["findings"]]) == (1, ["custody.not-found"])
    code, offer = typed(CLERK, "custody", "hand-over", "--to", SIMA)
    assert (code, offer["state"]) == (0, "offered")
    code, taken = typed(SIMA, "handovers", "take-over", offer["id"], "--counted", "1")
    assert (code, taken["state"]) == (0, "confirmed")
    code, said = typed(SIMA, "custody", "give-back", report, "--recipient", NAME)
    assert (code, [each["code"] for each in said["findings"]]) == (1, ["custody.no-signature"])
    assert typed(SIMA, "custody", "give-back", report, "--recipient", NAME, "--signed")[0] == 0
