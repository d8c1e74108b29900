"""A list played through on the screen by different people, and what the other doors refuse."""

from __future__ import annotations

import json

import pytest

from records.jobs import work_once
from records.operations import people
from records.operations.holds import place
from tests.office import ADMIN, ARCHIVIST, PASSWORD, build_office
from tests.operations.cases import ok
from tests.operations.test_disposition import FONDS, GROUP, HEADS, LATER, SUPERVISORS, YEAR, opened, plant

from .pages import errors, form, words

DUE = f"/archives/disposition?fonds={FONDS}&year={YEAR}"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("disposition"))
    office.item = plant(office)
    office.clock.set(LATER)
    yield office
    office.close()


def fill(page, ending: str, **fields: str):
    """Fill a form and send it; what comes back may be a refusal."""
    one = form(page, ending)
    for name, value in fields.items():
        if one.fields[name][0].attrs.get("type") == "radio":
            one.set(name, value)
        else:
            one[name] = value
    return one.submit("do", status="*")


def posts(page) -> list[str]:
    """Return the posts that a page offers to sign for."""
    return [each["value"] for each in page.html.select("select[name=post] option") if each["value"]]


def token(office, userid: str) -> str:
    return ok(
        office.do(
            userid,
            lambda act: people.issue_token(
                act, act.site.people[userid], label="测试", scopes=["*"], until=act.today
            ),
        )
    )


def radios(page, ending: str, choice: str, **fields: str):
    """Fill a form whose radios deform names in its own way: the one with that value is ticked."""
    one = form(page, ending)
    for field in (each for listed in one.fields.values() for each in listed):
        if type(field).__name__ == "Radio" and choice in [value for value, *_ in field.options]:
            field.value = choice
            break
    for name, value in fields.items():
        one[name] = value
    return one.submit("do", status="*")


def test_a_destruction_is_played_through_by_different_people(office):
    archivist = office.browser(ARCHIVIST)
    page = archivist.get(DUE)
    assert "J043-ZY·SP·2026-D30-ZCG-0001" in words(page)
    assert errors(fill(page, "/dispositions/open", year="")) == ["期满年度：请填写"]
    opened = form(archivist.get(DUE), "/dispositions/open").submit("do", status=303)
    path = opened.location.partition("?")[0].removeprefix("http://localhost")
    leader = office.browser("nangong")
    empty = radios(leader.get(f"{path}/choose"), "/choose", "destroy", items="*")
    assert empty.status_int == 409
    assert "没有写明理由" in words(empty)
    assert (
        radios(leader.get(f"{path}/choose"), "/choose", "destroy", items="*", reason="期满").status_int == 303
    )
    for userid in GROUP.values():
        done = fill(office.browser(userid).get(f"{path}/confirm"), "/confirm", password=PASSWORD)
        assert done.status_int == 303, words(done)
    page = archivist.get(path)
    assert "待负责人签字" in words(page)
    assert "待签字： 分管负责人 南宫远、办公室负责人 淳于兰、" in words(page)
    acts = {
        who: [each.get_text(strip=True) for each in office.browser(who).get(path).html.select(".acts a")]
        for who in (ARCHIVIST, "nangong")
    }
    assert acts == {ARCHIVIST: ["退回鉴定小组"], "nangong": ["签字", "退回鉴定小组", "剔除"]}
    report = archivist.get(f"{path}/paper?kind=report")
    assert report.body.startswith(b"%PDF")
    offered = {who: posts(office.browser(who).get(f"{path}/sign")) for who in ("nangong", "huyan", "gongsun")}
    assert offered == {"nangong": ["leader"], "huyan": ["business"], "gongsun": []}
    wrong = fill(leader.get(f"{path}/sign"), "/sign", password="不是这个口令")
    assert wrong.status_int == 409
    assert "密码不对，没有改动" in words(wrong)
    with office.site() as site:
        assert site.people["nangong"].failures == 1
    for userid in HEADS:
        done = fill(office.browser(userid).get(f"{path}/sign"), "/sign", password=PASSWORD)
        assert done.status_int == 303, words(done)
    page = archivist.get(f"{path}/execute")
    number = "云市监销〔2057〕1号"
    assert number in words(page)
    assert fill(page, "/execute", number="1号", password=PASSWORD).status_int == 409
    assert (
        fill(archivist.get(f"{path}/execute"), "/execute", number=number, password=PASSWORD).status_int == 303
    )
    assert archivist.get(path).html.select_one(".job") is not None
    while work_once(office.services):
        pass
    for userid in SUPERVISORS:
        one = form(office.browser(userid).get(f"{path}/sign"), "/sign")
        one["password"], one["checked"], one["backups"] = PASSWORD, True, "2057年底前轮换覆盖"
        assert one.submit("do", status="*").status_int == 303
    archivist = office.browser(ARCHIVIST)
    closed = form(archivist.get(path), "/close").submit(status=303).follow()
    assert "已办结" in words(closed)
    assert "欧阳" not in words(closed).replace("欧阳静", "")
    register = archivist.get(f"/archives/disposition?fonds={FONDS}")
    assert number in words(register)
    item = archivist.get(f"/archives/{office.item}")
    assert number in words(item)
    found = archivist.get("/desk/search", {"q": "J043-ZY·SP·2026-D30-ZCG-0001"})
    assert found.html.select_one("main .task-link")["href"] == f"/archives/{office.item}"
    typed = form(archivist.get("/desk/search"), "/desk/search", **{"in": "dossiers"})
    typed["q"] = "个体工商户设立登记"
    found = typed.submit(status=303).follow()
    assert found.html.select_one(".tabs [aria-current]").text.startswith("档案")
    assert [each for each in ("尚未形成", "一分钟内自动进行", "四性检测") if each in words(item)] == []
    table = archivist.get(f"{path}/paper?kind=final-table")
    assert table.body.startswith(b"PK")


def test_the_other_doors_refuse_alike(office):
    hold = ok(
        office.do(
            "gongsun",
            lambda act: place(act, fonds="civil-affairs", reference="审9", reason="审计", since=2026),
        )
    )
    admin = office.browser(ADMIN)
    admin.get("/archives/holds", status=403)
    admin.get(f"/holds/{hold}", status=403)
    api = office.browser()
    lift = json.dumps({"why": "查完"})

    def post(userid: str, path: str, body: str):
        headers = {"Authorization": f"Bearer {token(office, userid)}", "Content-Type": "application/json"}
        return api.post(f"/api/v1/{path}", body, headers=headers, status="*")

    assert post(ADMIN, f"holds/{hold}/lift", lift).status_int == 403
    same = post("gongsun", f"holds/{hold}/lift", lift)
    assert (same.status_int, [found["code"] for found in same.json["findings"]]) == (
        409,
        ["hold.same-person"],
    )
    assert "不能由本人解除" in same.json["detail"]
    early = post("dongfang", "dispositions/open", json.dumps({"fonds": "civil-affairs", "year": 2057}))
    assert [found["code"] for found in early.json["findings"]] == ["appraisal.year-not-over"]
    headers = {"Authorization": f"Bearer {token(office, 'dongfang')}"}
    due = api.get("/api/v1/due?fonds=civil-affairs&year=2056", headers=headers)
    assert (due.json["fonds"], due.json["year"], due.json["after"]) == ("civil-affairs", 2056, None)
    listed = api.get("/api/v1/holds", headers=headers).json["holds"]
    assert [each["reference"] for each in listed if each["fonds"] == "civil-affairs"] == ["审9"]
    assert post("dongfang", f"holds/{hold}/lift", lift).json["state"] == "lifted"


def test_a_hold_is_placed_on_the_screen_and_nothing_typed_is_lost(office):
    browser = office.browser("dongfang")
    page = browser.get("/archives/holds?fonds=education")
    assert page.html.select("[autofocus]") == []
    refused = fill(page, "/holds/place", reference="诉7", reason="诉讼")
    assert refused.status_int == 409
    assert any("没有写明暂缓哪些" in each for each in errors(refused))
    assert form(refused, "/holds/place")["reference"].value == "诉7"
    placed = fill(refused, "/holds/place", words="设立登记").follow()
    assert "诉7" in words(placed)


def test_the_group_takes_an_item_off_through_every_door(tmp_path):
    office = build_office(tmp_path)
    try:
        codes = [f"J043-ZY·SP·2026-D30-ZCG-000{number}" for number in (1, 2, 3)]
        for number in (
            ("慕容一", "419999197001011228"),
            ("欧阳一", "419999198502030018"),
            ("司马一", "41999919900307001X"),
        ):
            plant(office, *number)
        office.clock.set(LATER)
        listed = opened(office)
        leader, archivist = office.browser("nangong"), office.browser(ARCHIVIST)
        path = f"/dispositions/{listed}"
        assert "剔除" not in [
            each.get_text(strip=True) for each in archivist.get(path).html.select(".acts a")
        ]
        refused = fill(leader.get(f"{path}/remove"), "/remove", items=codes[0])
        assert refused.status_int == 409
        assert "没有写明理由" in words(refused)
        assert fill(leader.get(f"{path}/remove"), "/remove", items=codes[0], why="诉讼中").status_int == 303
        assert f"剔除 {codes[0]}" in words(leader.get(path))
        api = office.browser()
        headers = {"Authorization": f"Bearer {token(office, 'taishi')}", "Content-Type": "application/json"}
        body = json.dumps({"items": codes[1], "why": "审计中"})
        answer = api.post(f"/api/v1/dispositions/{listed}/remove", body, headers=headers)
        assert (answer.json["total"], answer.json["state"]) == (1, "drafted")
        with office.site() as site:
            assert [row[0] for row in site.dispositions[listed].taken_off] == codes[:2]
    finally:
        office.close()
