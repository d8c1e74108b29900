"""One matter at the desk: from the package or the applicant to all its cases, and on each case the others."""

from __future__ import annotations

import json

from tests.office import ARCHIVIST, CITIZEN, CLERK, NAME

from .pages import errors, form, words

KEY = "open-restaurant"
THINGS = "/desk/guides/things"


def opened(office) -> dict[str, object]:
    with office.site() as site:
        return {each.guide: each for each in site.dossiers.values()}


def test_from_the_package_to_its_cases_by_the_number_of_the_applicant(office):
    office.applicant(CITIZEN, NAME)
    browser = office.browser(CLERK)
    asking = browser.get(THINGS).click("为申请人一次收件", href=f"key={KEY}$")
    assert "开餐饮店一件事" in words(asking)
    one = form(asking, "/one_things/open")
    one["number"] = CITIZEN
    one.set("situation", True, index=1)
    page = one.submit(status=303).follow()
    shown = words(page)
    assert "这件事的办件都已建立" in shown
    assert CITIZEN not in page.request.url
    cases = opened(office)
    assert len(cases) == 2
    matter = page.html.select_one("#matter")
    (other,) = [
        case
        for case in cases.values()
        if case.code not in page.html.select_one("main p .code").text and case.guide == "food-business"
    ]
    assert [link["href"] for link in matter.select("a")] == [f"/dossiers/{other.id}"]
    text = " ".join(matter.get_text(" ", strip=True).split())
    assert "同一件事： 食品经营许可" in text
    assert "只收一次，各事项共用：经营者居民身份证" in text
    assert "不用交，前一事项的办理结果直接转用：" in text
    back = browser.get(f"/dossiers/{other.id}").html.select_one("#matter a")["href"]
    assert back == f"/dossiers/{cases['sole-trader-registration'].id}"


def test_from_the_applicant_and_everything_wrong_comes_back_with_what_was_typed(office):
    person = office.applicant(CITIZEN, NAME)
    browser = office.browser(CLERK)
    asking = browser.get(f"/applicants/{person}").click("几个事项一次办").click("开餐饮店一件事")
    assert NAME in words(asking)
    one = form(asking, "/one_things/open")
    assert "number" not in one.fields
    for box in one.fields["wanted"]:
        box.checked = False
    refused = one.submit(status=409)
    assert [each.split("。")[0] for each in errors(refused)] == ["没有留下要办的事项，没有收件"]
    again = form(refused, "/one_things/open")
    assert [box.checked for box in again.fields["wanted"]] == [False, False, False]
    again.fields["wanted"][1].checked = True
    again.submit(status=303)
    assert [*opened(office)] == ["food-business"]
    repeated = form(refused, "/one_things/open")
    repeated.fields["wanted"][1].checked = True
    repeated["__once__"] = "another"
    page = repeated.submit(status=409)
    assert f"/dossiers/{opened(office)['food-business'].id}" in [
        each["href"] for each in page.html.select(".acts a")
    ]


def test_a_number_nobody_has_is_told_and_who_opens_no_cases_is_kept_out(office):
    browser = office.browser(CLERK)
    one = form(browser.get(f"/one_things/open?key={KEY}"), "/one_things/open")
    one["number"] = CITIZEN
    assert [each.split("。")[0] for each in errors(one.submit(status=409))] == ["没有找到此号码的申请人"]
    browser.get("/one_things/open?key=nothing")
    archivist = office.browser(ARCHIVIST)
    archivist.get(f"/one_things/open?key={KEY}", status=403)
    assert not archivist.get(THINGS).html.select("a[href*='/one_things/open']")


def test_a_program_opens_them_and_reads_what_is_asked_once(office):
    person = office.applicant(CITIZEN, NAME)
    browser = office.browser(CLERK)
    token = browser.get("/desk").html.select_one("input[name=csrf_token]")["value"]
    body = {
        "key": KEY,
        "applicant": person,
        "situation": {"agent": True},
        "leave_out": ["public-venue-hygiene"],
    }
    made = browser.post(
        "/api/v1/one_things/open",
        json.dumps(body),
        content_type="application/json",
        headers={"X-CSRF-Token": token, "Idempotency-Key": "matter-1"},
        status=201,
    ).json
    cases = opened(office)
    shop, food = cases["sole-trader-registration"], cases["food-business"]
    assert (made["id"], made["course"]) == (shop.id, shop.id)
    assert [each["id"] for each in made["matter"]["cases"]] == [shop.id, food.id]
    both = [{"dossier": shop.id, "line": "{}"}, {"dossier": food.id, "line": "{}"}]
    assert made["matter"]["asked_once"] == [
        {"name": name, "lines": [{**each, "line": line} for each in both]}
        for name, line in (("经营者居民身份证", "identity"), ("授权委托书", "authorisation"))
    ]
    assert made["matter"]["handed_on"] == [{"name": "营业执照", "from": shop.id, "to": [food.id]}]
