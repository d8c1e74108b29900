"""One pool for a matter, consent taken back, second looks, promises, and verdicts that come out the same again."""

from __future__ import annotations

from datetime import date

import pytest

from records.domain.consents import ConsentKind
from records.domain.dossiers import Gap
from records.domain.vocabulary import DossierState, GapKind, Override
from records.operations import consents, dossiers, materials, overrides, promises
from records.operations.checklists import checklist_of, warnings_of
from records.operations.reuse import rederive
from tests.office import ANOTHER, CLERK, HEALTH_REVIEWER, REVIEWER

from .cases import (
    FOOD,
    REPORT,
    SHOPKEEPER,
    VENUE,
    accept,
    body_of,
    deliver,
    entries,
    fill,
    last_transaction,
    ok,
    on,
    override,
    paper,
    publish,
    refused,
    with_line,
)

LINE = "hygiene-report"


@pytest.fixture
def person(office) -> str:
    return office.applicant()


@pytest.fixture
def held(office, person) -> str:
    case = office.case(person, VENUE)
    report = ok(paper(office, case, LINE, "检测报告"))
    ok(office.do(CLERK, on(case, dossiers.withdraw, why="申请人书面撤回")))
    return report


def say(material: str, said: ConsentKind, item: str = "", why: str = ""):
    return lambda act: consents.record_consent(
        act, act.site.materials[material], said=said, item=item, why=why
    )


def state_of(office, case, line=LINE):
    with office.site() as site:
        return checklist_of(site, site.dossiers[case], today=office.clock.today()).line(line)


def test_consent_taken_back_between_offer_and_acceptance_empties_the_line_and_the_case_goes_on(
    office, person, held
):
    case = office.case(person, VENUE)
    fill(office, case)
    assert entries(office, case)[LINE] == (held, "reused")
    ok(office.do(CLERK, say(held, ConsentKind.WITHDRAWN, VENUE, "不愿意用旧报告")))
    assert LINE not in entries(office, case)
    state = state_of(office, case)
    assert (state.status, state.explanation) == ("missing", "reuse.consent")
    assert refused(office.do(CLERK, on(case, dossiers.accept))) == [("checklist.missing", LINE)]
    with office.site() as site:
        why = [entry.line.decode() for entry in site.audit.values() if b'"dossier.unfill"' in entry.line]
    assert len(why) == 1
    assert "撤回同意：不愿意用旧报告" in why[0]
    ok(paper(office, case, LINE, "本人另交的报告"))
    ok(office.do(CLERK, on(case, dossiers.accept)))
    with office.site() as site:
        assert site.dossiers[case].state == DossierState.ACCEPTED


def test_a_case_that_was_accepted_stays_as_it_was(office, person, held):
    case = office.case(person, VENUE)
    accept(office, case)
    ok(office.do(CLERK, say(held, ConsentKind.WITHDRAWN, why="以后不再用")))
    assert entries(office, case)[LINE] == (held, "reused")
    later = office.case(person, VENUE, again="另一处")
    assert LINE not in entries(office, later)
    ok(office.do(CLERK, say(held, ConsentKind.GIVEN, VENUE)))
    assert entries(office, office.case(person, VENUE, again="第三处"))[LINE] == (held, "reused")


def test_a_material_limited_to_another_item_is_handed_in(office, person, held):
    ok(office.do(CLERK, say(held, ConsentKind.LIMITED, FOOD)))
    case = office.case(person, VENUE)
    assert state_of(office, case).explanation == "reuse.purpose"
    ok(paper(office, case, LINE, "检测报告"))
    assert entries(office, case)[LINE] == (held, "submitted")


def test_a_refused_word_changes_nothing(office, held):
    before = last_transaction(office)
    said = office.do(CLERK, say(held, ConsentKind.WITHDRAWN, "no-such-item"))
    assert refused(said) == [("consent.item-unknown", "item"), ("consent.no-reason", "why")]
    assert last_transaction(office) == before


def test_what_ended_overnight_leaves_its_line_at_acceptance_with_the_reason(office, person):
    first = office.case(person, VENUE)
    ok(paper(office, first, LINE, "检测报告", valid_until=date(2026, 11, 30)))
    ok(office.do(CLERK, on(first, dossiers.withdraw, why="撤回")))
    case = office.case(person, VENUE)
    fill(office, case)
    office.clock.set(office.clock.now().replace(month=12, day=1))
    state = state_of(office, case)
    assert (state.status, state.explanation, state.judged.reason) == (
        "missing",
        "reuse.expired",
        "reuse.expired",
    )
    assert refused(office.do(CLERK, on(case, dossiers.accept))) == [("checklist.missing", LINE)]
    gap = [Gap(LINE, GapKind.MISSING, "原报告已到期，请提交新的")]
    ok(office.do(CLERK, on(case, dossiers.request_supplement, gaps=gap, until=date(2026, 12, 20))))
    assert LINE not in entries(office, case)


def test_a_paper_for_one_part_fills_the_others_at_once(office, person):
    """一件事: one pool; a one-time form serves the whole matter, another matter asks for its own."""
    shop = office.case(person, SHOPKEEPER)
    food = office.case(person, FOOD, course=shop)
    other = office.case(person, FOOD, again="另一家店")
    ok(paper(office, food, "kitchen-plan", "布局图"))
    ok(paper(office, food, "application", "申请书"))
    joined = office.case(person, FOOD, again="同一件事", course=food)
    assert {"kitchen-plan", "application"} <= entries(office, joined).keys()
    assert entries(office, joined)["application"][1] == "reused"
    assert "application" not in entries(office, other)
    rules = ok(paper(office, joined, "food-safety-rules", "制度"))
    assert entries(office, food)["food-safety-rules"] == (rules, "reused")
    assert "food-safety-rules" not in entries(office, other)
    with office.site() as site:
        assert (site.dossiers[food].course, site.dossiers[joined].course) == (shop, shop)
        pooled = [entry.line.decode() for entry in site.audit.values() if b'"dossier.pool"' in entry.line]
    assert len(pooled) == 1
    assert refused(paper(office, food, "food-safety-rules", "再交")) == [
        ("material.already-held", "food-safety-rules")
    ]


def test_the_result_of_an_earlier_step_is_in_the_pool_before_anybody_asks(office, person):
    shop = office.case(person, SHOPKEEPER)
    food = office.case(person, FOOD, course=shop)
    assert "business-licence" not in entries(office, food)
    deliver(office, shop)
    with office.site() as site:
        licence = site.dossiers[shop].result_material
    assert entries(office, food)["business-licence"] == (licence, "reused")
    assert state_of(office, food, "business-licence").judged.reason == "reuse.same-chain"


def test_nobody_joins_the_matter_of_another(office, person):
    case = office.case(person, FOOD)
    stranger = office.applicant(ANOTHER, "司马𠮷")
    for course in (case, "no-such-case"):
        made = office.do(
            CLERK,
            lambda act, course=course: dossiers.open_dossier(
                act, applicant=stranger, guide=FOOD, course=course
            ),
        )
        assert refused(made) == [("dossier.course-unknown", "course")]


@pytest.mark.parametrize(
    ("online", "code"), [(True, "supplement.paper-after-online"), (False, "supplement.upload-after-paper")]
)
def test_neither_paper_after_an_upload_nor_an_upload_after_paper(office, person, online, code):
    case = office.case(person, VENUE)
    ok(office.do(CLERK, on(
        case, materials.submit_material, line=LINE, upload=office.upload("报告"), online=online,
        description=materials.Description(**REPORT, original_seen=True))))  # fmt: skip
    with office.site() as site:
        assert site.dossiers[case].online == ((LINE,) if online else ())
    before = last_transaction(office)
    gaps = [Gap(line, GapKind.MISSING, "请提交") for line in ("application", "plan", LINE, "hygiene-rules")]
    told = office.do(CLERK, on(case, dossiers.request_supplement, gaps=gaps, until=date(2026, 12, 1)))
    assert refused(told) == [(code, LINE)]
    assert last_transaction(office) == before
    wrong = [*gaps[:2], gaps[3], Gap(LINE, GapKind.CONTENT, "检测日期与报告不符")]
    ok(office.do(CLERK, on(case, dossiers.request_supplement, gaps=wrong, until=date(2026, 12, 1))))


@pytest.fixture
def asked(office, person, held) -> str:
    """A case in which the original of the held report was asked for."""
    publish(office, with_line(body_of(VENUE), LINE, inspect_original=True))
    case = office.case(person, VENUE)
    ok(office.do(CLERK, override(case, LINE, office.upload("原件扫描"), Override.ORIGINAL, **REPORT)))
    return case


def flags(office, case) -> list[str]:
    with office.site() as site:
        dossier, today = site.dossiers[case], office.clock.today()
        made = checklist_of(site, dossier, today=today)
        calendar = office.services.calendar(site)
        return [found.code for found in warnings_of(site, dossier, made, today=today, calendar=calendar)]


def test_an_original_asked_for_is_flagged_until_another_person_looked(office, asked):
    assert "override.unconfirmed" in flags(office, asked)
    before = last_transaction(office)
    own = office.do(CLERK, on(asked, overrides.confirm_override, line=LINE))
    assert refused(own) == [("override.same-person", LINE)]
    assert last_transaction(office) == before
    ok(office.do(HEALTH_REVIEWER, on(asked, overrides.confirm_override, line=LINE)))
    assert "override.unconfirmed" not in flags(office, asked)
    again = office.do(HEALTH_REVIEWER, on(asked, overrides.confirm_override, line=LINE))
    assert refused(again) == [("override.nothing-to-look-at", LINE)]


def test_overrides_are_counted_by_window_clerk_and_reason(office, person, held, asked):
    other = office.case(person, VENUE, again="另一处")
    ok(office.do(CLERK, override(
        other, LINE, office.upload("自愿再交"), Override.VOLUNTEERED, **REPORT)))  # fmt: skip
    with office.site() as site:
        rows = overrides.overrides_in(site, ["health-commission"])
        assert overrides.overrides_in(site, ["market-regulation"]) == []
        assert overrides.overrides_in(site, ["health-commission"], by=REVIEWER) == []
    assert overrides.counted(rows) == [("A01", CLERK, "original", 1), ("A01", CLERK, "volunteered", 1)]
    assert [(row.reason.value, row.waits) for row in rows] in (
        [("original", True), ("volunteered", False)],
        [("volunteered", False), ("original", True)],
    )


def test_a_promise_stands_for_the_paper_where_the_guide_names_its_clause(office, person):
    publish(office, with_line(body_of(VENUE), LINE, promise="示例省告知承诺办法 第六条"))
    case = office.case(person, VENUE)
    assert state_of(office, case).explanation == "reuse.may-promise"
    assert refused(office.do(CLERK, on(case, promises.promise_line, line="plan"))) == [
        ("promise.not-allowed", "plan")
    ]
    ok(office.do(CLERK, on(case, promises.promise_line, line=LINE)))
    state = state_of(office, case)
    assert (state.status, state.explanation, state.handed_in) == ("filled", "checklist.promised", False)
    accept(office, case)


def test_a_kept_verdict_that_was_tampered_with_is_found(office, person, held):
    case = office.case(person, VENUE)

    def tamper(act):
        dossier = act.site.dossiers[case]
        dossier.judged = tuple((line, m, at, text.replace("B", "C")) for line, m, at, text in dossier.judged)

    with office.site() as site:
        assert [(v.kept, v.equal) for v in rederive(site, site.dossiers[case])] == [("reuse.held", True)]
    office.do(CLERK, tamper)
    with office.site() as site:
        assert [(v.kept, v.found) for v in rederive(site, site.dossiers[case])] == [
            ("reuse.held", "reuse.grade")
        ]
