"""A case that goes up, on the screen, to a program, at a prompt, and as the citizen reads it."""

from __future__ import annotations

import json

from tests.office import CLERK, REVIEWER
from tests.operations.cases import FOOD, accept

from .pages import choose, errors, form, pdf, words
from .test_progress import ask, receipt

ABOVE = "云州市市场监督管理局"


def marked(page) -> bool:
    """Tell whether a page says beside a state that the case lies with the organ above."""
    badges = [each.get_text(strip=True) for each in page.html.select("main .badge")]
    return any(text.startswith("已受理") and text != "已受理" for text in badges)


def ready(office) -> str:
    case = office.case(office.applicant(), FOOD)
    accept(office, case)
    office.fetch(case)
    return case


def test_up_and_back_on_the_screen_and_the_citizen_reads_where_it_lies(office):
    case = ready(office)
    reviewer = office.browser(REVIEWER)
    asking = reviewer.get(f"/dossiers/{case}").click(href="/refer$")
    one = form(asking, "/refer")
    refused = one.submit(status=409)
    assert len(errors(refused)) == 2
    one = form(refused, "/refer")
    one["organ"], one["opinion"] = ABOVE, "材料齐全，报请决定"
    page = one.submit(status=303).follow()
    assert "上报材料移交清单" in words(page)
    assert f"{ABOVE}（行政许可法 第三十五条） 2026-11-23，尚未答复" in words(page)
    assert next(link["id"] for link in page.html.select("a.act[id]")) == "act-answer_referral"
    assert marked(page)
    assert marked(reviewer.get("/desk"))
    assert marked(office.browser(CLERK).get(f"/dossiers/{case}"))
    assert not page.html.select("#act-decide, #act-refer")
    progress = words(ask(office.browser(), *receipt(office, case)))
    assert ABOVE in progress
    assert "2026年11月23日" in progress
    answering = page.click(href="/answer_referral$", linkid="act-answer_referral")
    one = form(answering, "/answer_referral")
    choose(one, "outcome", "granted")
    one["result_number"], one["result"] = "JY24199990000777", pdf("云州市许可证")
    page = one.submit(status=303).follow()
    assert f"{ABOVE}（行政许可法 第三十五条） 2026-11-23；2026-11-23 准予 JY24199990000777" in words(page)
    assert not marked(page)
    assert not marked(reviewer.get("/desk"))
    assert not page.html.select("#act-refer, #act-answer_referral")
    deciding = form(page.click(linkid="act-decide"), "/decide")
    assert deciding["result_number"].value == "JY24199990000777"
    assert deciding.submit(status=303).location.endswith("?done=decide")


def test_who_may_not_decide_may_not_hand_up(office):
    case = ready(office)
    clerk = office.browser(CLERK)
    assert not clerk.get(f"/dossiers/{case}").html.select("#act-refer")
    clerk.get(f"/dossiers/{case}/refer", status=403)


def test_a_program_hands_up_and_a_decided_case_is_refused(office):
    case = ready(office)
    browser = office.browser(REVIEWER)
    token = browser.get("/desk").html.select_one("input[name=csrf_token]")["value"]

    def post(verb: str, key: str, status: int, **body: object):
        return browser.post(
            f"/api/v1/dossiers/{case}/{verb}",
            json.dumps(body),
            content_type="application/json",
            headers={"X-CSRF-Token": token, "Idempotency-Key": key},
            status=status,
        ).json

    goes = {"organ": ABOVE, "law": "行政许可法 第三十五条", "opinion": "报请决定", "sent_on": "2026-11-23"}
    made = post("refer", "up-1", 200, **goes)
    assert [each["event"] for each in made["events"]][-1] == "refer"
    assert post("refer", "up-1", 200, **goes) == made
    back = {"outcome": "returned", "remark": "不属本级"}
    assert post("answer_referral", "up-2", 200, **back)["events"][-1]["why"] == f"{ABOVE} 退回 不属本级"
    post("decide", "up-3", 200, outcome="refused", reasons="不符合条件")
    (told,) = browser.get(f"/api/v1/dossiers/{case}").json["referrals"]
    assert {name: told[name] for name in ("organ", "sent_on", "outcome", "remark", "answered_by")} == {
        "organ": ABOVE, "sent_on": "2026-11-23", "outcome": "returned", "remark": "不属本级", "answered_by": REVIEWER,
    }  # fmt: skip
    found = post("refer", "up-4", 409, **goes)["findings"]
    assert [each["code"] for each in found] == ["dossier.wrong-state"]
