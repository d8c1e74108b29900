"""Packages that the office puts down itself: published over the shipped ones, kept, handed out, withdrawn."""

from __future__ import annotations

import hashlib

from records.operations import one_things
from tests.office import EDITOR, PUBLISHER

from .pages import errors, form, words

LIST = "/desk/guides/things"
KEY = "open-restaurant"
NEW = """标识: open-beauty
名称: 开美容店一件事
一句话说明: 开一家美容美发店，先领营业执照，再办卫生许可。
事项:
  - 指南: sole-trader-registration
  - 指南: public-venue-hygiene
    在后: [sole-trader-registration]
"""


def publish(office, text: str, *, file: str = "件.yaml"):
    return office.do(PUBLISHER, lambda act: one_things.publish_one_thing(act, text=text, file=file))


def changed(text: str) -> str:
    return text.replace("名称: 开餐饮店一件事", "名称: 开小饭馆一件事")


def test_the_centre_publishes_over_the_shipped_package_and_every_text_is_kept(office):
    shipped = one_things.shipped()[KEY]
    browser = office.browser(PUBLISHER)
    page = browser.get(LIST)
    assert browser.get(LIST, {"export": KEY}).text == shipped
    writing = form(page, "/publish")
    writing["text"], writing["file"] = changed(shipped), "饭馆.yaml"
    assert "已发布" in words(writing.submit(status=303).follow())
    assert "开小饭馆一件事" in office.browser().get(f"/things/{KEY}").text
    assert "开小饭馆一件事" in office.browser().get("/").text
    found = office.browser().get("/search", {"q": "小饭馆"}).html
    assert found.select_one("section[aria-labelledby=things] a")["href"] == f"/things/{KEY}"
    publish(office, shipped)
    listed = browser.get(LIST)
    assert "饭馆.yaml" in words(listed)
    assert browser.get(LIST, {"export": KEY}).text == shipped
    assert browser.get(LIST, {"export": KEY, "version": "1"}).text == changed(shipped).strip() + "\n"
    assert browser.get(LIST, {"export": KEY, "version": "0"}).text == shipped
    browser.get(LIST, {"export": KEY, "version": "3"}, status=404)
    browser.get(LIST, {"export": "../x"}, status=404)
    with office.site() as site:
        record = one_things.own(site)[KEY]
        assert [(each.version, each.published_by) for each in record.versions] == [
            (1, PUBLISHER),
            (2, PUBLISHER),
        ]
        assert record.versions[1].digest == hashlib.sha256(shipped.encode()).hexdigest()


def test_everything_wrong_is_told_with_its_line_and_nothing_is_stored(office):
    browser = office.browser(PUBLISHER)
    bad = NEW.replace("public-venue-hygiene", "no-such-guide").replace(
        "在后: [sole-trader-registration]", "在后: [nobody]"
    )
    writing = form(browser.get(LIST), "/publish")
    writing["text"], writing["file"] = bad, "b.yaml"
    refused = writing.submit(status=409)
    assert [each.split("。")[0] for each in errors(refused)] == [
        "没有标识为“no-such-guide”的指南",
        "“nobody”不在这件事里",
    ]
    assert form(refused, "/publish")["text"].value.strip() == bad.strip()
    found = publish(office, bad, file="b.yaml").findings
    assert [(each.code, each.subject) for each in found] == [
        ("onething.guide-unknown", "b.yaml:6 事项[2].指南"),
        ("onething.after-unknown", "b.yaml:7 事项[2].在后"),
    ]
    assert [each.code for each in publish(office, NEW.replace("事项:", "事件:")).findings] == [
        "guide.yaml-unknown-key",
        "guide.yaml-missing-key",
    ]
    with office.site() as site:
        assert list(site.one_things.values()) == []


def test_a_new_package_is_offered_withdrawn_and_brought_back(office):
    publish(office, NEW)
    assert [each.code for each in publish(office, NEW).findings] == ["onething.unchanged"]
    assert "开美容店一件事" in office.browser().get("/").text
    browser = office.browser(PUBLISHER)
    leaving = form(browser.get(LIST), "/withdraw")
    leaving["why"] = "先停办"
    key = "open-beauty"
    assert leaving["key"].value == key
    assert "已撤下" in words(leaving.submit(status=303).follow())
    assert "先停办" in words(browser.get(LIST))
    office.browser().get(f"/things/{key}", status=404)
    again = office.do(PUBLISHER, lambda act: one_things.withdraw_one_thing(act, key=key, why="再停"))
    assert [each.code for each in again.findings] == ["onething.unknown"]
    office.do(PUBLISHER, lambda act: one_things.withdraw_one_thing(act, key=KEY, why="不办了"))
    office.browser().get(f"/things/{KEY}", status=404)
    publish(office, one_things.shipped()[KEY] + "# 再办\n")
    assert "开餐饮店一件事" in office.browser().get("/").text


def test_editors_see_and_take_the_files_but_only_the_centre_publishes(office):
    editor = office.browser(EDITOR)
    page = editor.get(LIST)
    assert "开餐饮店一件事" in words(page)
    assert "private-kindergarten" in words(page)
    assert not page.html.select("main form")
    assert page.html.select_one(f"a[href='{LIST}?export={KEY}']")
    token = office.browser(PUBLISHER).get(LIST).html.select_one("input[name=csrf_token]")["value"]
    editor.post("/one_things/publish", {"text": NEW, "csrf_token": token}, expect_errors=True)
    with office.site() as site:
        assert list(site.one_things.values()) == []
    office.browser().get(LIST, status=(302, 303, 401, 403))


def test_programs_read_what_editors_read(office):
    publish(office, changed(one_things.shipped()[KEY]))
    listed = {
        each["key"]: each for each in office.browser(EDITOR).get("/api/v1/one_things").json["one_things"]
    }
    assert listed[KEY]["title"] == "开小饭馆一件事"
    assert (listed[KEY]["shipped"], [each["version"] for each in listed[KEY]["versions"]]) == (True, [1])
    assert listed["open-kindergarten"]["versions"] == []
    with office.site() as site:
        record = one_things.own(site)[KEY].id
    shown = office.browser(EDITOR).get(f"/api/v1/one_things/{record}").json
    assert (shown["key"], shown["versions"][0]["published_by"]) == (KEY, PUBLISHER)


def test_a_text_that_can_no_longer_be_read_is_listed_and_offered_nowhere(office):
    publish(office, NEW)

    def spoil(root):
        next(iter(root["site"].one_things.values())).versions[0].text = "旧: 1\n"

    office.services.database.run(spoil)
    assert "开美容店一件事" not in office.browser().get("/").text
    assert "开美容店一件事" in words(office.browser(EDITOR).get(LIST))
