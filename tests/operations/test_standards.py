"""Standard materials in the office: what is held under one code serves what is asked under the other, and traces are left."""

from __future__ import annotations

import json

from records.domain.checklists import LineStatus
from records.domain.findings import Refused
from records.operations import standards as deeds
from records.operations.checklists import checklist_of, guide_of
from tests.office import CLERK

PUBLISHER = "zhoutingting"
MERGE = {"code": "food-safety-rules", "into": "hygiene-rules", "reason": "同一份制度清单"}


def merge(office, **more):
    return office.do(PUBLISHER, lambda act: deeds.merge_standards(act, **{**MERGE, **more}))


def status(office, dossier, line):
    with office.site() as site:
        made = checklist_of(site, site.dossiers[dossier], today=office.clock.today())
        return next(state.status for state in made.lines if state.line.id == line)


def test_what_lies_in_a_library_serves_lines_of_the_other_after_a_merge(office):
    person = office.applicant()
    first = office.case(person, "food-business")
    assert not isinstance(office.hand_in(first, "food-safety-rules", "食品安全规章制度目录清单"), Refused)
    second = office.case(person, "public-venue-hygiene")
    line = "hygiene-rules"
    assert status(office, second, line) is LineStatus.MISSING
    with office.site() as site:
        before = [(each.standard, each.id) for each in site.materials.values()]
        plan = deeds.plan_merge(site, code=MERGE["code"], into=MERGE["into"], today=office.clock.today())
    assert (plan.materials, [(use.guide, use.line) for use in plan.uses]) == (
        1,
        [("food-business", "food-safety-rules")],
    )
    assert merge(office) == "food-safety-rules"
    assert status(office, second, line) in (LineStatus.HELD, LineStatus.TO_CONFIRM)
    with office.site() as site:
        assert [(each.standard, each.id) for each in site.materials.values()] == before
        hygiene = guide_of(site, site.dossiers[first])
        entry = json.loads(list(site.audit.values())[-1].line)
    assert "hygiene-rules" in {each.material for each in hygiene.lines}
    assert (entry["event"], entry["by"], entry["why"]) == ("standard.merge", PUBLISHER, MERGE["reason"])


def test_a_merged_code_resolves_for_ever_and_is_not_merged_again(office):
    merge(office)
    again = merge(office, into="kitchen-plan")
    back = merge(office, code="hygiene-rules", into="food-safety-rules")
    assert [found.code for found in again.findings] == ["standard.merged-already"]
    assert [found.code for found in back.findings] == ["standard.merge-itself"]
    assert merge(office, code="hygiene-rules", into="kitchen-plan") == "hygiene-rules"
    with office.site() as site:
        known = deeds.standards(site)
        assert {known.resolve(code) for code in ("food-safety-rules", "hygiene-rules")} == {"kitchen-plan"}
        assert deeds.used_by(site, today=office.clock.today())["kitchen-plan"] == 2


def test_what_guides_in_force_ask_for_is_not_retired_and_says_which(office):
    refused = office.do(
        PUBLISHER, lambda act: deeds.retire_standard(act, code="kitchen-plan", reason="不用了")
    )
    assert [(found.code, found.params["count"]) for found in refused.findings] == [("standard.in-use", 1)]
    assert (
        office.do(PUBLISHER, lambda act: deeds.retire_standard(act, code="lawyer-licence", reason="不用了"))
        == "lawyer-licence"
    )
    with office.site() as site:
        assert "lawyer-licence" not in deeds.standards(site).usable


def test_the_catalogue_is_made_once_for_each_change(office):
    with office.site() as site:
        shipped = deeds.standards(site)
        assert deeds.standards(site) is shipped
    office.do(PUBLISHER, lambda act: deeds.add_alias(act, code="kitchen-plan", alias="后厨动线图"))
    with office.site() as site:
        made = deeds.standards(site)
        assert deeds.standards(site) is made
        assert (deeds.standard_of(site, "后厨动线图"), shipped.standard_of("后厨动线图")) == (
            "kitchen-plan",
            None,
        )
    twice = office.do(PUBLISHER, lambda act: deeds.add_alias(act, code="kitchen-plan", alias="后厨 动线图"))
    assert [found.code for found in twice.findings] == ["standard.alias-known"]


def test_the_right_is_the_centres(office):
    with office.site() as site:
        matrix = office.services.matrix
        may = {
            userid
            for userid in site.people
            if any(matrix.cell("standard:edit", letter[0]) for letter in site.people[userid].letters)
        }
    assert PUBLISHER in may
    assert CLERK not in may
