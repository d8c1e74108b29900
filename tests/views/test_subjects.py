"""The subject on the screen and in the API: joined on a second look, separated, who acts, who is frozen, children masked."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from webtest import TestApp

from records.operations.people import issue_token
from tests.office import ANOTHER, CITIZEN, CLERK, EDITOR, NAME, REVIEWER
from tests.operations.cases import FOOD, HEALTH_ARCHIVIST, VENUE, archive, deliver, ok
from tests.operations.test_joins import give_card
from tests.operations.test_mandates import in_force

from .pages import errors, form, pdf, words

PASSPORT, CHILD, CHILD_NAME = "E12345678", "41999920121124001X", "司马小𠮷"
API = "/api/v1"


@pytest.fixture
def two(office) -> tuple[str, str]:
    return office.applicant(), office.applicant(PASSPORT, NAME)


def sent(page, ending: str, **fields):
    """Fill a drawn form and send it; ``upload`` is a paper."""
    one = form(page, ending)
    paper = fields.pop("upload", None)
    for name, value in fields.items():
        one[name] = value
    if paper is not None:
        one[next(name for name in one.fields if name and name.startswith("upload"))] = paper
    return one


def propose(office, person: str, number: str = PASSPORT):
    browser = office.browser(CLERK)
    page = browser.get(f"/applicants/{person}").click("同一主体的另一号码")
    one = sent(page, "/propose_join", number=number, why="出入境证明写着两个号码", upload=pdf("证明"))
    one["original_seen"] = True
    return browser, one.submit()


def test_a_join_is_proposed_looked_at_by_another_from_the_desk_and_separated(office, two):
    person, abroad = two
    browser, answer = propose(office, person)
    assert "已提出。另一人看过证明以前，不共用任何材料。" in words(answer.follow())
    assert "1个主体关联待复核" in words(browser.get("/desk"))
    mine = browser.get("/applicants/second-looks")
    assert "复核后确认关联" not in [link.get_text(strip=True) for link in mine.html.select("a")]

    second = office.browser(REVIEWER)
    page = second.get("/desk").click("个主体关联待复核").click("复核后确认关联")
    answer = form(page, "/confirm_join").submit(status=303)
    assert "已关联。两个号码从现在起是同一主体。" in words(answer.follow())
    assert "E*******8" in words(browser.get(f"/applicants/{person}"))
    assert "待复核" not in words(browser.get("/desk"))

    page = browser.get(f"/applicants/{abroad}").click("分开")
    one = form(page, "/separate")
    assert errors(one.submit(status=409)) == ["理由：没有写分开的理由。请写明怎么发现关联错了。"]
    one["why"] = "另有其人"
    page = one.submit(status=303).follow()
    assert "已提出分开" in words(page)
    assert "待复核： 分开" in words(page)
    assert [link.get_text(strip=True) for link in page.html.select("#subject a[href*='join?']")] == [
        "不予分开"
    ]
    assert "E*******8" in words(browser.get(f"/applicants/{person}"))
    page = second.get("/applicants/second-looks").click("复核后分开")
    assert "已分开" in words(form(page, "/confirm_separation").submit(status=303).follow())
    assert "E*******8" not in words(browser.get(f"/applicants/{person}"))
    assert NAME in words(browser.get(f"/applicants/{person}"))


def test_a_refused_proposal_keeps_what_was_typed(office, two):
    person, _ = two
    browser = office.browser(CLERK)
    one = sent(browser.get(f"/applicants/{person}/propose_join"), "/propose_join", number=CITIZEN, why="同名")
    page = one.submit(status=409)
    assert errors(page) == [
        "作证明的库内材料：还没有证明材料。请选一份库里的材料，或者收取能证明的材料。",
        "另一个号码：公民身份号码、统一社会信用代码或者护照号码：这就是本档案的号码。请输入另一个号码。",
    ]
    assert form(page, "/propose_join")["why"].value == "同名"


def test_nobody_else_may_join(office, two):
    person, _ = two
    browser = office.browser(EDITOR)
    for path in (
        f"/applicants/{person}/propose_join",
        f"/applicants/{person}/freeze",
        "/applicants/second-looks",
    ):
        browser.get(path, status=403)


def test_an_agent_is_registered_and_opens_a_case(office, two):
    person, _ = two
    office.applicant(ANOTHER, "诸葛𠮷")
    browser = office.browser(CLERK)
    page = browser.get(f"/applicants/{person}").click("登记代理人、监护人")
    one = sent(page, "/authorise", number=ANOTHER, items="food-business", upload=pdf("授权委托书"))
    one["original_seen"] = True
    choose(one, "agent")
    fill_day(one, "2026-12-31")
    shown = one.submit(status=303).follow()
    assert "委托代理人 诸葛𠮷 食品经营许可" in words(shown)
    page = browser.get(f"/applicants/{person}?guide=food-business")
    one = form(page, "/dossiers/open")
    one["agent"] = ANOTHER
    case = one.submit(status=303).follow()
    assert "诸葛𠮷" in words(case)
    answer = form(case, "/act_in_person").submit(status=303)
    assert "从现在起由本人办理。" in words(answer.follow())


def choose(one, value: str) -> None:
    """Tick the radio that has a value, whatever deform calls it on the wire."""
    for fields in one.fields.values():
        for field in fields:
            if type(field).__name__ == "Radio" and value in [option for option, *_ in field.options]:
                field.value = value
                return
    raise AssertionError(value)


def fill_day(one, value: str) -> None:
    """Fill in the last day a drawn form asks for; on the wire all days bear deform's one name."""
    one.fields["date"][-1].value = value


def test_a_frozen_file_says_so_and_offers_no_case(office, two):
    person, _ = two
    browser = office.browser(CLERK)
    page = browser.get(f"/applicants/{person}").click("冻结：死亡或者注销")
    one = sent(page, "/freeze", why="死亡医学证明", upload=pdf("死亡证明"))
    one["original_seen"] = True
    choose(one, "dead")
    fill_day(one, "2026-11-20")
    shown = words(one.submit(status=303).follow())
    assert "已冻结：不复用材料，不能以其名义建办件。" in shown
    assert "新建办件" not in shown
    assert "近亲属请求" in shown
    assert "解除冻结" in shown


def test_a_childs_file_opens_for_a_purpose_and_lists_mask_the_name(office):
    child = office.applicant(CHILD, CHILD_NAME)
    browser = office.browser(CLERK)
    page = browser.get(f"/applicants/{child}?guide=food-business")
    assert CHILD_NAME not in page.text
    assert "司马*" in words(page)
    refused = form(page, "guide=food-business").submit(status=409)
    assert errors(refused) == ["不满14周岁的人的档案，写明用途才能查看。请写明查看的用途。"]
    assert CHILD_NAME not in refused.text
    one = form(refused, "guide=food-business")
    one["purpose"] = "核对入园材料"
    opened = one.submit(status=200)
    assert CHILD_NAME in opened.text
    assert form(opened, "/dossiers/open", guide="food-business")["agent"].value == ""
    with office.site() as site:
        assert any("核对入园材料" in entry.line.decode() for entry in site.audit.values())


def bearer(office) -> dict[str, str]:
    until = datetime(2026, 12, 31, tzinfo=UTC).date()
    key = []
    office.do(
        CLERK,
        lambda act: key.append(
            issue_token(act, act.site.people[CLERK], label="接口", scopes=["*"], until=until)
        ),
    )
    return {"Authorization": f"Bearer {key[0]}"}


def test_the_api_shows_of_a_child_only_masks_unless_a_purpose_is_given(office):
    child = office.applicant(CHILD, CHILD_NAME)
    api, headers = TestApp(office.app), bearer(office)
    for answer in (
        api.get(f"{API}/applicants/{child}", headers=headers),
        api.post_json(f"{API}/applicants/find", {"number": CHILD}, headers=headers),
    ):
        assert CHILD_NAME not in answer.text
        assert (answer.json["name"], answer.json["protected"], answer.json["phone_masked"]) == (
            "司马*",
            True,
            "",
        )
    etag = {**headers, "If-Match": answer.headers["ETag"]}
    api.post_json(f"{API}/applicants/{child}/look", {"purpose": " "}, headers=etag, status=409)
    looked = api.post_json(f"{API}/applicants/{child}/look", {"purpose": "核对"}, headers=etag)
    assert looked.json["name"] == CHILD_NAME


def test_the_api_joins_and_separates_as_the_screen_does(office, two):
    person, abroad = two
    propose(office, person)
    api, headers = TestApp(office.app), bearer(office)

    def post(verb: str, status=200, **values):
        etag = api.get(f"{API}/applicants/{person}", headers=headers).headers["ETag"]
        return api.post_json(
            f"{API}/applicants/{person}/{verb}", values, headers={**headers, "If-Match": etag}, status=status
        )

    assert [found["code"] for found in post("confirm_join", 409, other=abroad).json["findings"]] == [
        "join.same-person"
    ]
    assert post("refuse_join", other=abroad, why="撤回").json["proposed"] == []
    assert [found["code"] for found in post("separate", 409, other=abroad, why="错").json["findings"]] == [
        "separate.not-joined"
    ]


def join(office, person: str, abroad: str) -> None:
    propose(office, person)
    page = office.browser(REVIEWER).get(f"/applicants/{person}/confirm_join?other={abroad}")
    form(page, "/confirm_join").submit(status=303)


def separate(office, person: str, abroad: str) -> None:
    one = form(office.browser(CLERK).get(f"/applicants/{person}/separate?other={abroad}"), "/separate")
    one["why"] = "另有其人"
    one.submit(status=303)
    page = office.browser(REVIEWER).get(f"/applicants/{person}/confirm_separation?other={abroad}")
    form(page, "/confirm_separation").submit(status=303)


def test_an_open_case_says_why_its_line_is_empty_and_a_closed_one_shows_nothing_of_the_other(office, two):
    person, abroad = two
    ok(office.hand_in(office.case(person, VENUE), "identity", "身份证", document_number="云公证2020",
                      issuer="云溪县公安局", issued_on=date(2020, 5, 1)))  # fmt: skip
    join(office, person, abroad)
    waits = office.case(abroad, FOOD)
    done = office.case(abroad, VENUE, again="第二处")
    deliver(office, done)
    browser = office.browser(CLERK)
    assert "同一主体另一号码名下的材料" in words(browser.get(f"/dossiers/{waits}"))
    separate(office, person, abroad)
    page = words(browser.get(f"/dossiers/{waits}"))
    assert "2026-11-23已清空：原来的材料是别人的，档案曾被误关联（另有其人）。" in page
    assert "云公证2020" not in page
    page = words(browser.get(f"/dossiers/{done}"))
    assert "2026-11-23查明：这份材料是别人的" in page
    assert "云公证2020" not in page


def test_a_family_is_named_and_struck_on_the_case(office):
    office.do("bailu", in_force)
    member = office.applicant(ANOTHER, "诸葛𠮷")
    case = office.case(office.applicant(), "subsistence-allowance")
    browser = office.browser(CLERK)
    one = form(browser.get(f"/dossiers/{case}").click("登记家庭成员"), "/name_member")
    one["number"] = ANOTHER
    choose(one, "spouse")
    page = one.submit(status=303).follow()
    assert "配偶 诸葛𠮷 4****************8" in words(page)
    page = form(page.click("删除家庭成员"), "/strike_member").submit(status=303).follow()
    assert "诸葛𠮷" not in words(page)
    with office.site() as site:
        assert (site.dossiers[case].members, member in site.applicants) == ((), True)


def test_an_archived_item_bears_the_note_and_its_package_stays_as_it_was(office, two):
    person, abroad = two
    give_card(office, person)
    join(office, person, abroad)
    item = archive(office, office.case(abroad, VENUE, again="第二处场所"))
    archivist = office.browser(HEALTH_ARCHIVIST)
    before = archivist.get(f"/api/v1/archives/{item}").json
    assert before["corrections"] == []
    assert "更正说明" not in words(archivist.get(f"/archives/{item}"))
    separate(office, person, abroad)
    after = archivist.get(f"/api/v1/archives/{item}").json
    assert [(each["line"], each["why"]) for each in after.pop("corrections")] == [("identity", "另有其人")]
    assert before.pop("corrections") == []
    assert after == before
    page = archivist.get(f"/archives/{item}")
    rows = [
        row for row in page.html.select("dl div") if "更正说明" in row.text or "Correction note" in row.text
    ]
    assert [("另有其人" in row.text, "2026年11月23日" in row.text) for row in rows] == [(True, True)]
