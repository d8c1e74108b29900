"""Materials that hold no longer: written down, corrected and given back at the desk, by a program and at a prompt."""

from __future__ import annotations

import json

from click.testing import CliRunner
from webtest import TestApp

from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ADMIN, ARCHIVIST, CLERK, HEALTH_REVIEWER
from tests.operations.cases import VENUE, accept, decide, ok, paper

from .pages import choose, form, words
from .test_api import BASE, token


def reporting(office) -> tuple[str, str, str]:
    person = office.applicant()
    case = office.case(person, VENUE)
    return person, case, ok(paper(office, case, "hygiene-report"))


def stop(browser, material: str, **typed: str):
    one = form(browser.get(f"/materials/{material}/stop"), "/stop")
    choose(one, "status", typed.pop("status", "07"))
    for name, value in typed.items():
        one[name] = value
    return one


def test_from_the_library_to_the_red_line_and_back(office):
    person, case, report = reporting(office)
    accept(office, case)
    browser = office.browser(CLERK)
    assert "材料失效" not in words(browser.get("/desk"))
    page = browser.get(f"/applicants/{person}").click(href=f"/materials/{report}$")
    assert "有效" in words(page)
    refused = stop(browser, report).submit("do", status=409)
    assert ("没有写明依据" in refused.text, "没有写明理由" in refused.text) == (True, True)
    done = stop(browser, report, evidence="云卫监〔2026〕7号", why="检测机构被撤销").submit("do", status=303)
    page = done.follow()
    assert all(word in words(page) for word in ("吊销", "云卫监〔2026〕7号", "检测机构被撤销", "冻结"))

    red = browser.get(f"/dossiers/{case}")
    assert "已经失效：吊销" in red.html.select_one("#fallen").get_text()
    assert "note wrong" in " ".join(red.html.select_one("#fallen")["class"])
    assert red.html.select_one("#line-hygiene-report input[type=file]") is not None
    assert red.html.select_one("#line-plan input[type=file]") is None
    desk = browser.get("/desk")
    assert "材料失效的办件：1件" in words(desk).replace(" ", "")
    listed = desk.click(href="/desk/validity")
    assert all(word in words(listed) for word in ("已经失效：吊销", "欧阳䶮"))

    back = form(browser.get(f"/materials/{report}/restore"), "/restore")
    back["evidence"], back["why"] = "云政复〔2026〕3号", "复议撤销"
    back.submit("do", status=303)
    assert browser.get(f"/dossiers/{case}").html.select_one("#fallen") is None
    assert browser.get("/desk").html.select_one("#fallen") is None


def test_a_wrong_number_is_corrected_and_the_correction_stays_to_be_read(office):
    _, case, report = reporting(office)
    browser = office.browser(CLERK)
    one = form(browser.get(f"/materials/{report}/correct"), "/correct")
    one["document_number"] = "云疾控检〔2026〕86号"
    refused = one.submit("do", status=409)
    assert "没有写明理由" in refused.text
    again = form(refused, "/correct")
    assert again["document_number"].value == "云疾控检〔2026〕86号"
    again["why"] = "录入时看错"
    page = again.submit("do", status=303).follow()
    assert all(word in words(page) for word in ("云疾控检〔2026〕86号", "录入时看错", "更正记录"))
    assert "材料已更正" in words(browser.get(f"/dossiers/{case}"))


def test_a_decided_case_shows_no_red_line(office):
    _, case, report = reporting(office)
    decide(office, case)
    browser = office.browser(CLERK)
    stop(browser, report, evidence="云卫监〔2026〕7号", why="吊销").submit("do", status=303)
    assert browser.get(f"/dossiers/{case}").html.select_one("#fallen") is None
    assert browser.get("/desk").html.select_one("#fallen") is None


def test_only_the_window_and_the_reviewer_amend_and_each_sees_the_cases_of_the_own_unit(office):
    _, _, report = reporting(office)
    for userid in (ADMIN, ARCHIVIST):
        office.browser(userid).get(f"/materials/{report}/stop", status=403)
        office.browser(userid).get(f"/materials/{report}", status=403)
    other = office.browser("zhuge")
    stop(other, report, evidence="云市监〔2026〕7号", why="通报").submit("do", status=303)
    assert "欧阳䶮" not in words(other.get("/desk/validity"))
    assert "欧阳䶮" in words(office.browser(HEALTH_REVIEWER).get("/desk/validity"))
    assert "欧阳䶮" in words(office.browser(CLERK).get("/desk/validity"))


def test_a_program_does_the_same_with_the_same_findings(office):
    _, case, report = reporting(office)
    app, bearer = TestApp(office.app), token(office, CLERK)
    with office.site() as site:
        seq = site.materials[report].seq
    headers = {**bearer, "If-Match": f'"{seq}"'}
    wanting = app.post_json(f"{BASE}/materials/{report}/stop", {"status": "02", "until": "2026-11-01"},
                            headers=headers, status=409)  # fmt: skip
    assert [each["code"] for each in wanting.json["findings"]] == [
        "validity.until-past", "validity.no-evidence", "validity.no-reason"
    ]  # fmt: skip
    done = app.post_json(
        f"{BASE}/materials/{report}/stop",
        {"status": "02", "until": "2026-12-01", "evidence": "云卫监〔2026〕7号", "why": "整改"},
        headers=headers,
    )
    assert (done.json["status"], done.json["stopped"][:3]) == ("frozen", ["02", "2026-11-23", "2026-12-01"])
    (listed,) = app.get(f"{BASE}/validity", headers=bearer).json["dossiers"]
    assert listed["id"] == case
    assert "validity.suspended" in [each["code"] for each in listed["warnings"]]
    paths = app.get(f"{BASE}/openapi.json").json["paths"]
    assert {"/validity", "/materials/{id}/stop", "/materials/{id}/restore", "/materials/{id}/correct"} <= set(
        paths
    )


def test_at_a_prompt(office):
    _, case, report = reporting(office)
    instance = Instance(None, userid=CLERK, opened=office.services)

    def typed(*words: str):
        return CliRunner().invoke(main, ["--json", "--as", CLERK, *words], obj=instance)

    wanting = typed("materials", "stop", report, "--status", "07")
    assert (wanting.exit_code, "没有写明依据" in wanting.output) == (1, True)
    done = typed(
        "materials", "stop", report, "--status", "07", "--evidence", "云卫监〔2026〕7号", "--why", "吊销"
    )
    assert (done.exit_code, json.loads(done.output)["status"]) == (0, "frozen")
    checked = typed("materials", "check")
    assert (checked.exit_code, json.loads(checked.output)) == (0, {"changed": 0})
    (failing,) = json.loads(typed("materials", "failing").output)["dossiers"]
    assert failing["id"] == case
