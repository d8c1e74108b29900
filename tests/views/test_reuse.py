"""Reuse at the desk: why a line stands as it does, consent, the list of what was taken again, and the second look."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from webtest import TestApp

from records.domain.vocabulary import Override
from records.operations import dossiers
from records.scripts.instance import Instance
from records.scripts.reuse import judge_again, show_overrides
from tests.office import CLERK, HEALTH_REVIEWER, NAME
from tests.operations.cases import (
    REPORT,
    VENUE,
    body_of,
    entries,
    ok,
    on,
    override,
    paper,
    publish,
    with_line,
)
from tests.views.pages import errors, form, words
from tests.views.test_api import token

LINE = "hygiene-report"


@pytest.fixture
def case(office) -> str:
    """Return an open case that reuses a hygiene report of which the guide lets the original be seen."""
    person = office.applicant()
    first = office.case(person, VENUE)
    ok(paper(office, first, LINE, "检测报告"))
    ok(office.do(CLERK, on(first, dossiers.withdraw, why="申请人书面撤回")))
    publish(office, with_line(body_of(VENUE), LINE, inspect_original=True))
    return office.case(person, VENUE)


def test_the_desk_says_why_and_writes_a_no_down_and_the_line_is_empty_at_once(office, case):
    clerk = office.browser(CLERK)
    page = clerk.get(f"/dossiers/{case}")
    line = " ".join(page.html.select_one(f"#line-{LINE}").get_text(" ", strip=True).split())
    assert "中心已有，免提交。 国务院令第716号 第七条" in line
    assert "在需要的那一天有效：是" in line
    assert "与提交的文件完全相同：否" in line
    consent = page.click("对复用的同意", index=0)
    assert NAME in words(consent)
    asked = form(consent, "/consent")
    asked["said"], asked["item"] = "withdrawn", VENUE
    refused = asked.submit(status=409)
    assert len(errors(refused)) == 1
    assert "还没有写明撤回的原因" in errors(refused)[0]
    again = form(refused, "/consent")
    assert (again["said"].value, again["item"].value) == ("withdrawn", VENUE)
    again["why"] = "不愿意"
    done = again.submit(status=303).follow()
    assert "撤回同意 公共场所卫生许可" in words(done)
    assert entries(office, case) == {}
    page = clerk.get(f"/dossiers/{case}")
    assert "申请人不同意用于本事项，不能复用" in page.html.select_one(f"#line-{LINE}").get_text()


def test_a_clerk_sees_her_own_first_and_a_reviewer_looks_a_second_time(office, case):
    ok(office.do(CLERK, override(case, LINE, office.upload("原件扫描"), Override.ORIGINAL, **REPORT)))
    clerk = office.browser(CLERK)
    page = clerk.get("/desk").click("已有材料又重收的")
    assert "等待复核：1" in words(page)
    assert not [one for one in page.forms.values() if one.action.endswith("/confirm_override")]
    reviewer = office.browser(HEALTH_REVIEWER)
    listed = reviewer.get("/desk/overrides")
    done = form(listed, "/confirm_override", line=LINE).submit(status=303).follow()
    assert "等待复核" not in words(done)
    assert "A01" in words(done)
    office.browser("machao").get("/desk/overrides", status=403)


def test_programs_and_the_command_line_see_the_same_figures(office, case, tmp_path):
    ok(office.do(CLERK, override(case, LINE, office.upload("原件扫描"), Override.ORIGINAL, **REPORT)))
    answer = TestApp(office.app).get("/api/v1/overrides", headers=token(office)).json
    assert (answer["own"], answer["total"], answer["waiting"]) == (1, 1, 1)
    assert answer["by_window"] == [{"window": "A01", "by": CLERK, "reason": "original", "count": 1}]
    instance = Instance(tmp_path / "no.ini", userid=CLERK, as_json=True, opened=office.services)
    shown = CliRunner().invoke(show_overrides, obj=instance)
    assert json.loads(shown.stdout) == answer
    judged = CliRunner().invoke(judge_again, obj=instance)
    assert (judged.exit_code, json.loads(judged.stdout)) == (0, {"ok": True, "verdicts": 2, "differ": []})


def test_a_promise_is_taken_on_its_line(office, case):
    publish(office, with_line(body_of(VENUE), "plan", promise="示例省告知承诺办法 第六条"))
    with office.site() as site:
        person = site.dossiers[case].applicant
    other = office.case(person, VENUE, again="另一处")
    page = office.browser(CLERK).get(f"/dossiers/{other}")
    done = form(page, "/promise", line="plan").submit(status=303).follow()
    assert "已书面承诺，不用提交" in done.html.select_one("#line-plan").get_text()
