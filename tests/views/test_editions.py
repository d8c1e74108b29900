"""The editions of a guide through the API and at a prompt: read, written under their digest, and told in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from webtest import TestApp

from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import CLERK, EDITOR, PUBLISHER, REVIEWER

from .test_api import BASE, problem, token

GUIDE = f"{BASE}/guides/food-business"


@pytest.fixture
def api(office) -> TestApp:
    return TestApp(office.app)


def put(office, api, content: dict, *, who: str = EDITOR, tag: str = "", status: int = 200):
    headers = {**token(office, who), **({"If-Match": tag} if tag else {})}
    return api.put_json(f"{GUIDE}/draft", content, headers=headers, status=status)


def test_an_edition_comes_with_its_content_under_its_digest(office, api):
    headers = token(office)
    listed = api.get(f"{GUIDE}/versions", headers=headers).json
    assert [version["status"] for version in listed["versions"]] == ["published"]
    shown = api.get(f"{GUIDE}/versions/1", headers=headers)
    assert shown.headers["ETag"] == f'"{shown.json["digest"]}"'
    assert (shown.json["content"]["title"], shown.json["findings"]) == ("食品经营许可（新办）", [])
    tag = {"If-None-Match": shown.headers["ETag"]}
    assert api.get(f"{GUIDE}/versions/1", headers={**headers, **tag}).status_int == 304
    for path in ("/versions/2", "/versions/x", "/versions/%D9%A3", "/draft", "/versions/9/impact"):
        api.get(f"{GUIDE}{path}", headers=token(office, EDITOR), status=404)


def test_two_programs_that_write_one_draft_meet_at_its_digest(office, api):
    content = api.get(f"{GUIDE}/versions/1", headers=token(office)).json["content"]
    first = put(office, api, {**content, "title": "甲的题名"})
    assert (first.json["status"], first.json["version"]) == ("draft", 2)
    tag = first.headers["ETag"]
    second = put(office, api, {**content, "title": "乙的题名"}, who="sunguoqiang", tag=tag)
    refused = put(office, api, {**content, "title": "甲又改了"}, tag=tag, status=412)
    assert problem(refused, 412) == [("guide.edited-meanwhile", "")]
    assert refused.json["findings"][0]["params"]["who"] == "孙国强"
    assert api.get(f"{GUIDE}/draft", headers=token(office)).headers["ETag"] == second.headers["ETag"]
    assert put(office, api, {**content, "title": "甲又改了"}, tag=second.headers["ETag"]).json["version"] == 2


def test_what_is_no_guide_is_told_and_who_may_not_draft_is_refused(office, api):
    content = api.get(f"{GUIDE}/versions/1", headers=token(office)).json["content"]
    for wrong in (
        {},
        {**content, "lines": 5},
        {**content, "audience": ["moon"]},
        {**content, "key": "other"},
    ):
        assert [code for code, _ in problem(put(office, api, wrong, status=422), 422)] == [
            "guide.not-a-guide"
        ]
    put(office, api, content, who=CLERK, status=403)
    long = put(office, api, {**content, "scope": "字" * 30_000, "exempt": "字" * 30_000}, status=409)
    assert sorted(problem(long, 409)) == [
        ("guide.field-too-long", "exempt"),
        ("guide.field-too-long", "scope"),
    ]


def test_changes_and_impact_are_told_and_the_life_goes_on_through_the_api(office, api):
    content = api.get(f"{GUIDE}/versions/1", headers=token(office)).json["content"]
    case = office.case(office.applicant())
    put(office, api, {**content, "scope": "云溪县"})
    told = api.get(f"{GUIDE}/versions/2/changes", headers=token(office)).json
    assert (told["against"], [change["path"] for change in told["changes"]]) == (1, ["scope"])
    touched = api.get(f"{GUIDE}/versions/2/impact", headers=token(office, EDITOR)).json
    assert touched["open_cases"] == {"total": 1, "states": {"draft": 1}, "ids": []}
    touched = api.get(f"{GUIDE}/versions/0/impact", headers=token(office, REVIEWER)).json
    assert (touched["open_cases"]["ids"], touched["abolished"]) == ([case], True)
    api.get(f"{GUIDE}/versions/2/impact", headers=token(office), status=403)
    post = lambda who, name, **values: api.post_json(  # noqa: E731
        f"{GUIDE}/{name}", values, headers=token(office, who), status="*"
    )
    assert post(EDITOR, "submit", version=2).status_int == 200
    assert post(REVIEWER, "return", version=2, why="再核对").json["versions"][1]["status"] == "draft"
    assert post(EDITOR, "submit", version=2).status_int == 200
    assert post(REVIEWER, "approve", version=2).status_int == 200
    assert post(EDITOR, "publish", version=2).status_int == 403
    assert post(PUBLISHER, "publish", version=2).json["in_force"] == 2
    assert post(EDITOR, "roll_back", version=1).json["versions"][2]["note"] == "恢复第1版内容"
    assert post(EDITOR, "discard", version=3).json["versions"][2]["status"] == "discarded"
    assert post(EDITOR, "withdraw", why="取消").status_int == 403
    office.clock.advance(days=1)
    assert post(PUBLISHER, "withdraw", why="取消").json["in_force"] is None


def test_programs_are_refused_with_all_findings_as_people_are(office, api):
    content = api.get(f"{GUIDE}/versions/1", headers=token(office)).json["content"]
    line = {
        **content["lines"][0],
        "id": "own",
        "position": 99,
        "name": "食品经营许可证",
        "material": "food-licence",
    }
    law = {
        **content["basis"][0],
        "name": "个体工商户条例",
        "number": "国务院令第596号",
        "revision": "2016-02-06",
    }
    content = {**content, "lines": [*content["lines"], line], "basis": [*content["basis"], law]}
    found = {each["code"] for each in put(office, api, content).json["findings"]}
    assert {"guide.line-circular", "guide.law-repealed"} <= found
    answer = api.post_json(f"{GUIDE}/submit", {"version": 2}, headers=token(office, EDITOR), status=409)
    assert {"guide.line-circular", "guide.law-repealed"} <= {code for code, _ in problem(answer, 409)}
    answer = api.post_json(
        f"{GUIDE}/withdraw", {"why": "取消", "on": "2026-11-01"}, headers=token(office, PUBLISHER), status=409
    )
    assert [code for code, _ in problem(answer, 409)] == ["guide.past-date"]


def test_the_same_is_asked_at_a_prompt(office, tmp_path):
    def typed(userid: str, *arguments: str):
        instance = Instance(Path("none.ini"), opened=office.services, owned=False)
        done = CliRunner().invoke(
            main, ["--json", "--as", userid, "guides", *arguments], obj=instance, catch_exceptions=False
        )
        return done.exit_code, json.loads(done.stdout)

    code, shown = typed(EDITOR, "edition", "food-business", "1")
    assert code == 0
    file = tmp_path / "draft.json"
    file.write_text(json.dumps({**shown["content"], "scope": "云溪县"}, ensure_ascii=False), encoding="utf-8")
    code, saved = typed(EDITOR, "save", str(file), "--base", shown["digest"])
    assert (code, saved["version"]) == (0, 2)
    code, told = typed(EDITOR, "changes", "food-business", "2")
    assert [change["path"] for change in told["changes"]] == ["scope"]
    code, versions = typed(EDITOR, "versions", "food-business")
    assert [version["status"] for version in versions["versions"]] == ["published", "draft"]
    assert typed(EDITOR, "impact", "food-business", "2")[1]["abolished"] is False
    assert typed(CLERK, "impact", "food-business", "2")[1]["findings"][0]["code"] == "permission.denied"
    assert typed(EDITOR, "edition", "food-business", "9")[1]["findings"][0]["code"] == "guide.no-version"
    assert typed(EDITOR, "submit", "food-business", "--version", "2")[0] == 0
    file.write_text("{}", encoding="utf-8")
    assert typed(EDITOR, "save", str(file))[1]["findings"][0]["code"] == "guide.not-a-guide"
