"""What an edition means for open cases, for held materials, for other centres and for packages."""

from __future__ import annotations

from dataclasses import replace

from records.domain.guide_elements import CentreLevel, LocalSupplement
from records.domain.guide_parts import Period
from records.domain.vocabulary import Grade, Limit
from records.operations import dossiers, guides
from records.operations.impacts import impact
from tests.office import CLERK, EDITOR, publish_edition

from .cases import FOOD, VENUE, body_of, ok, on, with_line

LICENCE = "business-licence"


def draft(office, body) -> int:
    ok(office.do(EDITOR, lambda act: guides.save_draft(act, body)))
    with office.site() as site:
        return len(site.guides[body.key].versions)


def report(office, number: int, key: str = FOOD, may=None):
    with office.site() as site:
        return impact(site, site.guides[key], number, today=office.clock.today(), may=may)


def test_open_cases_of_older_editions_are_counted_and_only_listed_for_whoever_may_see_them(office):
    person = office.applicant()
    first = office.case(person, FOOD)
    ok(office.do(CLERK, on(first, dossiers.receive)))
    ended = office.case(person, FOOD, again="第二家门店")
    ok(office.do(CLERK, on(ended, dossiers.withdraw, why="不办了")))
    third = office.case(person, FOOD, again="第三家门店")
    office.case(person, VENUE)
    number = draft(office, replace(body_of(FOOD), title="新题名"))
    found = report(office, number)
    assert (found.open_cases.states, found.open_cases.ids) == ({"draft": 1, "received": 1}, ())
    seen = report(office, number, may=lambda dossier: dossier.state == "received")
    assert (seen.open_cases.total, seen.open_cases.ids) == (2, (first,))
    assert report(office, 1).open_cases.total == 0
    publish_edition(office, replace(body_of(FOOD), title="更新的题名"))
    fresh = office.case(person, FOOD, again="第四家门店")
    assert {*report(office, number, may=lambda _: True).open_cases.ids} == {first, third} - {fresh}


def test_at_most_fifty_cases_are_listed(office):
    person = office.applicant()
    for at in range(52):
        office.case(person, FOOD, again=f"第{at}家门店")
    found = report(office, draft(office, replace(body_of(FOOD), title="新题名")), may=lambda _: True)
    assert (found.open_cases.total, len(found.open_cases.ids)) == (52, 50)


def test_materials_that_come_go_or_are_trusted_otherwise(office):
    body = body_of(FOOD)
    licence = next(line for line in body.lines if line.material == LICENCE)
    gone = replace(body, lines=tuple(line for line in body.lines if line is not licence))
    found = report(office, draft(office, gone))
    assert [(each.material, each.name, each.after) for each in found.became_useless] == [
        (LICENCE, "营业执照", frozenset())
    ]
    wider = with_line(body, licence.id, grades=frozenset({Grade.C}))
    found = report(office, draft(office, wider))
    assert [(each.material, each.before, each.after) for each in found.became_reusable] == [
        (LICENCE, licence.grades, frozenset({Grade.C}))
    ]
    assert [each.material for each in found.became_useless] == [LICENCE]
    report_line = replace(
        licence, id="report", name="公共场所卫生检测或者评价报告", material="hygiene-report"
    )
    found = report(office, draft(office, replace(body, lines=(*body.lines, report_line))))
    assert [each.material for each in found.became_reusable] == ["hygiene-report"]
    assert found.became_useless == ()


def test_what_applicants_bring_and_the_limits_are_told_in_words(office):
    body = body_of(FOOD)
    letter = replace(
        body.lines[-1], id="letter", name="授权委托书", material="", position=99, waived=False, condition=""
    )
    new = replace(
        body,
        title="新题名",
        lines=(*body.lines, letter),
        limits=replace(body.limits, promised=Period(3, Limit.WORKING_DAYS), intake_rule="none"),
    )
    found = report(office, draft(office, new))
    assert [each.sentence for each in found.asked] == ["新增材料：授权委托书。"]
    assert [each.sentence for each in found.limits] == ["承诺时限由5个工作日改为3个工作日。"]
    ended = report(office, 0)
    assert (ended.asked, ended.limits) == ((), ())


def test_a_longer_local_promise_than_the_county_now_gives_is_a_conflict(office):
    def found_centre(root) -> None:
        site = root["site"]
        centre = {
            "key": "qingyuan", "name": "清源镇便民服务中心", "level": "township", "code": "990726101",
            "address": "清源镇", "phone": "0000-1000071", "parent": "", "hours": "",
        }  # fmt: skip
        site.office = {**site.office, "centres": (centre,)}

    office.services.database.run(found_centre)
    body = body_of(FOOD)
    own = LocalSupplement(
        "qingyuan", CentreLevel.TOWNSHIP, promised=Period(body.limits.promised.n, Limit.WORKING_DAYS)
    )
    same = replace(body, supplements=(own,))
    assert report(office, draft(office, same)).local_conflicts == ()
    shorter = replace(same, limits=replace(body.limits, promised=Period(1, Limit.WORKING_DAYS)))
    conflicts = report(office, draft(office, shorter)).local_conflicts
    assert [(found.code, found.subject) for found in conflicts] == [
        ("local.promise-longer", "supplements.0.promised")
    ]


def test_packages_are_named_and_an_abolished_item_lists_its_cases_and_breaks_them(office):
    case = office.case(office.applicant(), FOOD)
    found = report(office, draft(office, replace(body_of(FOOD), title="新题名")))
    assert {each.key: [one.code for one in each.findings] for each in found.one_things} == {
        "open-kindergarten": ["onething.guide-unknown"],  # the kindergarten's own guide is not offered here
        "open-restaurant": [],
    }
    ended = report(office, 0, may=lambda _: True)
    assert (ended.abolished, ended.open_cases.ids) == (True, (case,))
    assert all("onething.guide-unknown" in {one.code for one in each.findings} for each in ended.one_things)
    assert LICENCE in {each.material for each in ended.became_useless}
    with office.site() as site:
        assert site.dossiers[case].state == "draft"
