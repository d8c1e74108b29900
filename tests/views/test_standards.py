"""The catalogue of standard materials by role: everybody looks, the centre puts down, a merge shows first what it changes."""

from __future__ import annotations

import pytest

from records.operations import standards as deeds
from tests.office import CLERK, REVIEWER
from tests.views.pages import errors, form, words

PUBLISHER, EDITOR = "zhoutingting", "bailu"


def new(page, **typed):
    one = form(page, "/standards/add")
    values = {
        "name": "特种行业许可证",
        "code": "special-trade-licence",
        "aliases": "特业证；特种行业证",
        "validity_days": "365",
        **typed,
    }
    for name, value in values.items():
        one[name] = value
    one.fields["grades"][0].checked = True
    one.fields["identity"][0].checked = True
    return one


def test_the_publisher_adds_a_material_finds_it_by_an_alias_and_names_it_once_more(office):
    browser = office.browser(PUBLISHER)
    page = new(browser.get("/desk/standards")).submit(status=303).follow()
    assert "特种行业许可证" in words(page)
    found = browser.get("/desk/standards", {"q": "特业 证"})
    assert [link.get_text() for link in found.html.select("#materials ~ * tbody a, tbody a")] == [
        "特种行业许可证"
    ]
    one = form(page, "/standards/add_alias")
    one["alias"] = "特种行业〔许可〕证"
    assert "特种行业〔许可〕证" in words(one.submit(status=303).follow())
    with office.site() as site:
        assert deeds.standard_of(site, "特种行业（许可） 证") == "special-trade-licence"
        assert deeds.standard_of(site, "特种行业") is None


def test_a_refusal_lists_everything_at_once_and_keeps_what_was_typed(office):
    page = new(
        office.browser(PUBLISHER).get("/desk/standards"), name="身 份 证", code="Bad Code", licence_type="I0O"
    ).submit(status=409)
    assert len(errors(page)) == 3
    assert form(page, "/standards/add")["code"].value == "Bad Code"
    with office.site() as site:
        assert "Bad Code" not in deeds.standards(site)


def test_a_merge_is_shown_before_it_is_done_and_then_both_names_mean_one(office):
    office.applicant()
    browser = office.browser(PUBLISHER)
    page = browser.get("/desk/standard/kitchen-plan", {"into": "食品安全管理制度清单"})
    shown = words(page)
    assert (
        "食品经营许可（新办）：主要设备设施布局和操作流程文件" in shown,
        "食品安全规章制度目录清单" in shown,
    ) == (True, True)
    with office.site() as site:
        assert deeds.standards(site).resolve("kitchen-plan") == "kitchen-plan"
    one = form(page, "/standards/merge")
    one["reason"] = "两种文件合为一份"
    assert "食品安全规章制度目录清单" in words(one.submit(status=303).follow())
    with office.site() as site:
        known = deeds.standards(site)
        assert (known.resolve("kitchen-plan"), known["kitchen-plan"].code) == (
            "food-safety-rules",
            "food-safety-rules",
        )
        assert {deeds.standard_of(site, name) for name in known.as_put_down("kitchen-plan").aliases} == {
            "food-safety-rules"
        }


def test_what_may_not_be_merged_says_why(office):
    browser = office.browser(PUBLISHER)
    for code, into, count in (
        ("identity-card", "居民户口簿", 1),
        ("business-licence", "business-licence", 2),
        ("kitchen-plan", "没有这种材料", 1),
        ("kitchen-plan", "identity-card", 1),
    ):
        page = browser.get(f"/desk/standard/{code}", {"into": into})
        assert len(errors(page)) == count, (code, into, errors(page))
        assert not page.html.select("#plan")


@pytest.mark.parametrize("userid", [CLERK, REVIEWER, EDITOR])
def test_others_look_and_put_nothing_down(office, userid):
    browser = office.browser(userid)
    assert "居民身份证" in words(browser.get("/desk/standards"))
    page = browser.get("/desk/standard/identity-card")
    assert [one.action for one in page.forms.values() if "/standards/" in one.action] == []
    token = office.browser(PUBLISHER).get("/desk/standards")
    sent = {
        "csrf_token": form(token, "/standards/add")["csrf_token"].value,
        "code": "kitchen-plan",
        "reason": "x",
    }
    assert browser.post("/standards/retire", sent, expect_errors=True).status_int in (400, 403)
    with office.site() as site:
        assert not deeds.standards(site).is_retired("kitchen-plan")


def test_a_program_reads_the_list_and_the_plan(office):
    browser = office.browser(CLERK)
    listed = browser.get("/api/v1/standards").json["standards"]
    assert next(row for row in listed if row["code"] == "food-application")["used_by"] == 1
    plan = browser.get("/api/v1/merge-plan", {"code": "kitchen-plan", "into": "food-safety-rules"}).json
    assert (plan["winner"], [use["line"] for use in plan["uses"]], plan["findings"]) == (
        "food-safety-rules",
        ["kitchen-plan"],
        [],
    )


def test_a_page_of_no_material_is_not_there(office):
    browser = office.browser(CLERK)
    for path in ("/desk/standard/nothing", "/desk/standard", "/desk/standard/identity-card/more"):
        assert browser.get(path, expect_errors=True).status_int == 404
