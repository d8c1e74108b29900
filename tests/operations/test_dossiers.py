"""From the counter to delivery: the version of the day (I5), told once (I4), guards that name everything at once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from records.domain.conditions import Operator, Option, Question, QuestionKind, Test
from records.domain.dossiers import Gap
from records.domain.guide_parts import Period
from records.domain.permissions import Permission
from records.domain.subjects import MandateKind
from records.domain.vocabulary import (
    DeclineReason,
    DeliveryMethod,
    DossierState,
    GapKind,
    Limit,
    Necessity,
    Outcome,
)
from records.operations import applicants, archiving, decisions, dossiers, mandates, tending
from records.operations.checklists import checklist_of
from records.operations.identities import identity_of
from tests.office import ANOTHER, CLERK, REVIEWER, SHOP, build_office

from .cases import (
    FOOD,
    SHOPKEEPER,
    VENUE,
    accept,
    archive,
    body_of,
    decide,
    deliver,
    fill,
    findings,
    last_transaction,
    ok,
    on,
    paper,
    publish,
    refused,
    with_line,
)  # fmt: skip

ONCE = "行政许可法 第三十二条第一款第四项"
UNTIL = date(2026, 12, 8)


def state(office, case: str) -> tuple[str, list[str]]:
    """Return where a case stands and what happened to it."""
    with office.site() as site:
        dossier = site.dossiers[case]
        return dossier.state, [event[0] for event in dossier.events]


def gaps(*lines: str, kind: GapKind = GapKind.MISSING) -> list[Gap]:
    return [Gap(line, kind, f"请提交{line}") for line in lines]


def tell(office, case: str, *lines: str, kind: GapKind = GapKind.MISSING, until: date = UNTIL) -> object:
    return office.do(CLERK, on(case, dossiers.request_supplement, gaps=gaps(*lines, kind=kind), until=until))


def lines(office, case: str) -> dict[str, str]:
    with office.site() as site:
        listed = checklist_of(site, site.dossiers[case], today=office.clock.today())
        return {each.line.id: each.status.value for each in listed.lines}


def test_everything_against_opening_is_said_at_once(office):
    assert refused(office.do(CLERK, lambda act: dossiers.open_dossier(act, applicant="x", guide="y"))) == [
        ("applicant.unknown", "applicant"),
        ("guide.unknown", "guide"),
    ]


def test_a_case_has_its_code_its_answers_and_its_version(office):
    person = office.applicant()
    office.applicant(ANOTHER, "司马𠮷")
    ok(office.do(CLERK, lambda act: mandates.authorise(
        act, act.site.applicants[person], kind=MandateKind.AGENT, number=ANOTHER, items=FOOD,
        until=office.clock.today(), upload=office.upload("授权委托书"), original_seen=True)))  # fmt: skip
    case = office.case(person, FOOD, situation={"agent": True}, agent=ANOTHER)
    with office.site() as site:
        dossier = site.dossiers[case]
        assert (dossier.code, dossier.guide_version, dossier.situation, dossier.agent) == (
            "SCJ202611230001",
            1,
            (("agent", True),),
            "司马𠮷",
        )
        assert len(dossier.inquiry_code) == 6
    again = office.do(CLERK, lambda act: dossiers.open_dossier(act, applicant=person, guide=FOOD))
    assert findings(again) == [("dossier.open-already", "guide", {"id": case, "code": "SCJ202611230001"}, "")]
    second = office.case(person, FOOD, again="第二家门店")
    with office.site() as site:
        assert site.dossiers[second].code == "SCJ202611230002"
    unknown = office.do(
        CLERK,
        lambda act: dossiers.open_dossier(
            act, applicant=person, guide=VENUE, situation={"pool": True, "sauna": True}
        ),
    )
    assert refused(unknown) == [
        ("situation.unknown-question", "pool"),
        ("situation.unknown-question", "sauna"),
    ]


def test_a_guide_for_persons_is_not_opened_for_an_organisation(office):
    shop = ok(office.do(CLERK, lambda act: applicants.create_applicant(
        act, number=SHOP, name="云溪县老街坊面馆", representative="欧阳䶮")))  # fmt: skip
    wrong = office.do(CLERK, lambda act: dossiers.open_dossier(act, applicant=shop, guide=SHOPKEEPER))
    assert refused(wrong) == [("guide.wrong-audience", "applicant")]


def test_a_case_keeps_the_version_of_its_day(office):
    """I5: a newer version binds new cases only."""
    person = office.applicant()
    old = office.case(person, FOOD)
    body = body_of(FOOD)
    newer = replace(
        body,
        lines=(
            *body.lines,
            replace(body.lines[2], id="layout-two", position=9, name="二层布局图", material="hygiene-rules"),
        ),
        limits=replace(body.limits, promised=Period(3, Limit.WORKING_DAYS)),
    )
    assert publish(office, newer) == 2
    assert "layout-two" not in lines(office, old)
    assert refused(paper(office, old, "layout-two")) == [("material.outside-guide", "layout-two")]
    accept(office, old)
    with office.site() as site:
        assert (site.dossiers[old].guide_version, site.dossiers[old].promised_due) == (1, date(2026, 11, 30))
    new = office.case(person, FOOD, again="第二家门店")
    assert "layout-two" in lines(office, new)
    with office.site() as site:
        assert site.dossiers[new].guide_version == 2


def test_a_version_of_tomorrow_binds_nobody_today(office):
    person = office.applicant()
    publish(office, replace(body_of(FOOD), title="食品经营许可（新）"), effective_on=date(2026, 11, 24))
    with office.site() as site:
        today = site.guides[FOOD].in_force(office.clock.today()).version
    first = office.case(person, FOOD)
    office.clock.advance(days=1)
    second = office.case(person, FOOD, again="第二家门店")
    with office.site() as site:
        assert (today, site.dossiers[first].guide_version, site.dossiers[second].guide_version) == (1, 1, 2)


def test_a_line_dropped_since_is_no_longer_asked(office):
    """I5: what the guide of today no longer wants is not demanded of an older case; what was handed in stays."""
    person = office.applicant()
    first, second = office.case(person, FOOD), office.case(person, FOOD, again="第二家门店")
    ok(paper(office, second, "food-safety-rules"))
    body = body_of(FOOD)
    publish(office, replace(body, lines=tuple(line for line in body.lines if line.id != "food-safety-rules")))
    assert (lines(office, first)["food-safety-rules"], lines(office, second)["food-safety-rules"]) == (
        "not-needed",
        "filled",
    )
    assert refused(tell(office, first, "application", "kitchen-plan", "food-safety-rules")) == [
        ("supplement.outside-guide", "food-safety-rules")
    ]
    ok(paper(office, first, "application"))
    ok(paper(office, first, "kitchen-plan"))
    assert ok(office.do(CLERK, on(first, dossiers.accept))) == first


def test_accepting_names_every_missing_line_and_then_starts_both_clocks(office):
    case = office.case(office.applicant(), FOOD)
    before = last_transaction(office)
    assert findings(office.do(CLERK, on(case, dossiers.accept))) == [
        ("checklist.missing", line.id, {"line": line.name}, ONCE)
        for line in body_of(FOOD).lines
        if line.id in ("application", "kitchen-plan", "food-safety-rules")
    ]
    assert last_transaction(office) == before
    accept(office, case)
    with office.site() as site:
        dossier = site.dossiers[case]
        assert (dossier.state, dossier.accepted_by, dossier.promised_due, dossier.statutory_due) == (
            "accepted",
            CLERK,
            date(2026, 11, 30),
            date(2026, 12, 7),
        )
        assert (dossier.due_provisional, dossier.deemed) == (False, False)


def test_a_one_time_notice_names_every_gap_of_the_guide_and_nothing_else(office):
    case = office.case(office.applicant(), FOOD)
    before = last_transaction(office)
    assert refused(tell(office, case)) == [
        ("supplement.empty", ""),
        ("supplement.incomplete", "application"),
        ("supplement.incomplete", "food-safety-rules"),
        ("supplement.incomplete", "kitchen-plan"),
    ]
    assert refused(
        tell(
            office,
            case,
            "application",
            "application",
            "花名册",
            until=office.clock.today() - timedelta(days=1),
        )
    ) == [
        ("supplement.twice", "application"),
        ("supplement.outside-guide", "花名册"),
        ("supplement.incomplete", "food-safety-rules"),
        ("supplement.incomplete", "kitchen-plan"),
        ("supplement.until-past", "until"),
    ]
    assert last_transaction(office) == before
    assert tell(office, case, "application", "kitchen-plan", "food-safety-rules") == case
    with office.site() as site:
        assert site.dossiers[case].told == ("application", "food-safety-rules", "kitchen-plan")


def test_a_second_demand_is_only_for_what_came_since(office):
    """I4: told once."""
    case = office.case(office.applicant(), FOOD)
    office.clock.advance(hours=1)
    ok(paper(office, case, "application"))
    office.clock.advance(hours=1)
    ok(tell(office, case, "kitchen-plan", "food-safety-rules"))
    assert refused(tell(office, case, "application")) == [("dossier.wrong-state", "")]
    office.clock.advance(days=1)
    assert refused(office.do(CLERK, on(case, dossiers.supplement))) == [
        ("supplement.still-missing", "kitchen-plan"),
        ("supplement.still-missing", "food-safety-rules"),
    ]
    ok(paper(office, case, "kitchen-plan"))
    ok(paper(office, case, "food-safety-rules"))
    ok(office.do(CLERK, on(case, dossiers.supplement)))
    before = last_transaction(office)
    assert findings(tell(office, case, "application", "kitchen-plan", kind=GapKind.CONTENT)) == [
        ("supplement.told-once", "application", {}, ONCE)
    ]
    assert last_transaction(office) == before
    assert ok(tell(office, case, "kitchen-plan", kind=GapKind.FORM)) == case
    office.clock.advance(days=1)
    assert lines(office, case)["kitchen-plan"] == "missing"
    assert refused(office.do(CLERK, on(case, dossiers.supplement))) == [
        ("supplement.still-missing", "kitchen-plan")
    ]
    ok(paper(office, case, "kitchen-plan", "改正的布局图", issued_on=date(2026, 11, 25)))
    ok(office.do(CLERK, on(case, dossiers.supplement)))
    assert ok(office.do(CLERK, on(case, dossiers.accept))) == case
    assert state(office, case) == (
        "accepted",
        ["open", "request_supplement", "supplement", "request_supplement", "supplement", "accept"],
    )


def test_declining_needs_reason_words_law_and_the_right_organ(office):
    case = office.case(office.applicant(), FOOD)
    before = last_transaction(office)
    assert refused(office.do(CLERK, on(case, dossiers.decline, reason=None, explanation=" ", law=""))) == [
        ("decline.no-reason", "reason"),
        ("decline.no-explanation", "explanation"),
        ("decline.no-law", "law"),
    ]
    competent = {
        "reason": DeclineReason.NOT_COMPETENT,
        "explanation": "本县不办",
        "law": "食品安全法第三十五条",
    }
    assert refused(office.do(CLERK, on(case, dossiers.decline, **competent))) == [
        ("decline.no-organ", "organ")
    ]
    assert last_transaction(office) == before
    ok(office.do(CLERK, on(case, dossiers.decline, **competent, organ="邻县市场监督管理局")))
    with office.site() as site:
        assert site.dossiers[case].declined == (
            "not-competent",
            "本县不办",
            "食品安全法第三十五条",
            "邻县市场监督管理局",
        )
        notice = site.notices[site.dossiers[case].notices[0]]
        assert json.loads(notice.facts)["competent"] == "邻县市场监督管理局"
    assert state(office, case) == ("declined", ["open", "decline"])


def test_deciding_needs_an_outcome_a_number_a_file_and_another_person(office):
    case = accept(office, office.case(office.applicant(), FOOD))
    office.fetch(case)
    before = last_transaction(office)
    assert refused(office.do(CLERK, on(case, decisions.decide, outcome=None))) == [
        ("decide.no-outcome", "outcome"),
        ("decide.same-person", "by"),
    ]
    assert refused(office.do(REVIEWER, on(case, decisions.decide, outcome=Outcome.GRANTED))) == [
        ("decide.no-result-number", "result_number"),
        ("decide.no-result-file", "result"),
    ]
    assert refused(office.do(REVIEWER, on(case, decisions.decide, outcome=Outcome.REFUSED, reasons=" "))) == [
        ("decide.no-reasons", "reasons")
    ]
    assert last_transaction(office) == before
    ok(office.do(REVIEWER, on(case, decisions.decide, outcome=Outcome.REFUSED, reasons="操作间未分隔")))
    with office.site() as site:
        dossier = site.dossiers[case]
        assert (dossier.state, dossier.outcome, dossier.reasons, dossier.result_digest) == (
            "decided",
            "refused",
            "操作间未分隔",
            "",
        )


def test_an_item_decided_at_once_needs_its_papers_and_may_be_decided_by_who_took_them(office):
    case = office.case(office.applicant(), SHOPKEEPER)
    values = {
        "outcome": Outcome.GRANTED,
        "result_number": "92419999MA00900141",
        "result": office.upload("执照"),
    }
    assert refused(office.do(CLERK, on(case, decisions.decide, **values))) == [
        ("checklist.missing", "application"),
        ("checklist.missing", "premises"),
        ("decide.not-fetched", "identity"),
    ]
    assert refused(office.do(CLERK, on(case, dossiers.accept))) == [("dossier.wrong-kind", "")]
    fill(office, case)
    office.fetch(case)
    assert ok(office.do(CLERK, on(case, decisions.decide, **values))) == case
    with office.site() as site:
        assert (site.dossiers[case].received_by, site.dossiers[case].decided_by) == (CLERK, CLERK)


def test_nothing_is_granted_before_the_office_has_fetched_what_it_fetches_itself(office):
    """The acceptance does not wait for it, the applicant is asked for nothing, and a refusal needs it not."""
    case = accept(office, office.case(office.applicant(), FOOD))
    grant = {
        "outcome": Outcome.GRANTED,
        "result_number": "云溪许〔2026〕1号",
        "result": office.upload("许可证"),
    }
    before = last_transaction(office)
    assert refused(office.do(REVIEWER, on(case, decisions.decide, **grant))) == [
        ("decide.not-fetched", "business-licence"),
        ("decide.not-fetched", "identity"),
    ]
    assert last_transaction(office) == before
    assert refused(paper(office, case, "application")) == [
        ("dossier.closed-for-materials", ""),
        ("material.line-filled", "application"),
    ]
    office.fetch(case)
    with office.site() as site:
        came = {entry[0]: entry[3] for entry in site.dossiers[case].entries}
    assert (came["business-licence"], came["identity"]) == ("fetched", "fetched")
    assert ok(office.do(REVIEWER, on(case, decisions.decide, **grant))) == case
    other = accept(office, office.case(office.applicant(ANOTHER), FOOD))
    ok(office.do(REVIEWER, on(other, decisions.decide, outcome=Outcome.REFUSED, reasons="操作间未分隔")))


def test_a_grant_that_has_ended_or_has_no_number_is_refused(office):
    case = accept(office, office.case(office.applicant(), FOOD))
    office.fetch(case)
    grant = {"outcome": Outcome.GRANTED, "result": office.upload("许可证")}
    today = office.clock.today()
    assert refused(
        office.do(REVIEWER, on(case, decisions.decide, **grant, result_number="无", result_valid_until=today))
    ) == [("result.number-form", "result_number"), ("result.ended", "result_valid_until")]


def test_delivering_needs_a_way_a_recipient_and_a_proof(office):
    case = decide(office, office.case(office.applicant(), FOOD))
    before = last_transaction(office)
    assert refused(office.do(CLERK, on(case, decisions.deliver, method=None, recipient=" "))) == [
        ("deliver.no-method", "method"),
        ("deliver.no-recipient", "recipient"),
    ]
    post = {"method": DeliveryMethod.POST, "recipient": "欧阳䶮"}
    assert refused(office.do(CLERK, on(case, decisions.deliver, **post))) == [("deliver.no-proof", "proof")]
    assert last_transaction(office) == before
    ok(office.do(CLERK, on(case, decisions.deliver, **post, proof="EMS 1000000000001")))
    with office.site() as site:
        assert site.dossiers[case].delivery == ("post", "欧阳䶮", "EMS 1000000000001")
    assert state(office, case) == ("delivered", ["open", "accept", "decide", "deliver"])


def test_a_refused_application_leaves_no_material(office):
    case = deliver(
        office,
        office.case(office.applicant(), FOOD),
        outcome=Outcome.REFUSED,
        reasons="操作间未分隔",
        result_number="",
        result=None,
    )
    with office.site() as site:
        assert site.dossiers[case].result_material == ""
        assert {m.source for m in site.materials.values()} == {"submitted"}


ACTS = {
    "receive": lambda case: on(case, dossiers.receive),
    "accept": lambda case: on(case, dossiers.accept),
    "request_supplement": lambda case: on(case, dossiers.request_supplement, gaps=(), until=UNTIL),
    "supplement": lambda case: on(case, dossiers.supplement),
    "decline": lambda case: on(case, dossiers.decline, reason=None, explanation="", law=""),
    "deem_accepted": lambda case: on(case, dossiers.deem_accepted),
    "decide": lambda case: on(case, decisions.decide, outcome=None),
    "deliver": lambda case: on(case, decisions.deliver, method=None, recipient=""),
    "withdraw": lambda case: on(case, dossiers.withdraw, why=""),
    "archive": lambda case: on(case, archiving.archive),
}


@pytest.mark.parametrize(
    ("bring", "stands", "possible"),
    [
        (accept, DossierState.ACCEPTED, {"decide", "withdraw"}),
        (decide, DossierState.DECIDED, {"deliver"}),
        (deliver, DossierState.DELIVERED, {"archive"}),
        (archive, DossierState.ARCHIVED, set()),
    ],
)
def test_what_the_table_does_not_allow_is_refused_and_changes_nothing(office, bring, stands, possible):
    case = office.case(office.applicant(), FOOD)
    bring(office, case)
    assert state(office, case)[0] == stands
    before = last_transaction(office)
    for name in ACTS.keys() - possible:
        said = findings(office.do(CLERK, ACTS[name](case)))
        assert [(code, params["event"], params["state"]) for code, _, params, _ in said] == [
            ("dossier.wrong-state", name, stands.label)
        ]
    assert last_transaction(office) == before


def test_withdrawing_needs_the_applicants_words(office):
    case = office.case(office.applicant(), FOOD)
    assert refused(office.do(CLERK, on(case, dossiers.withdraw, why=" "))) == [("withdraw.no-reason", "why")]
    ok(office.do(CLERK, on(case, dossiers.withdraw, why="不再经营")))
    assert state(office, case) == ("withdrawn", ["open", "withdraw"])


def test_silence_after_receipt_is_acceptance_only_by_the_calendar(office):
    """Before the days are over, and for an item decided at once, nothing is held for accepted."""
    person = office.applicant()
    case, shop = office.case(person, FOOD), office.case(person, SHOPKEEPER)
    for each in (case, shop):
        ok(office.do(CLERK, on(each, dossiers.receive)))
    assert tending.tend(office.services) == 0
    office.clock.advance(days=30)
    assert tending.tend(office.services) == 1
    assert (state(office, case)[0], state(office, shop)[0]) == ("accepted", "received")


def test_a_letter_that_has_ended_stops_its_holder_at_once(office):
    """Rights are read from the letters in force on the day; the entry of each act names the letter it rests on."""
    case = office.case(office.applicant(), FOOD)

    def end(root) -> None:
        person = root["site"].people[CLERK]
        role, unit, letter, since, _ = person.letters[0]
        person.letters = ((role, unit, letter, since, office.clock.today()),)

    office.services.database.run(end)
    ok(paper(office, case, "application"))
    with office.site() as site:
        entry = json.loads(list(site.audit.values())[-1].line)
        person, matrix = site.people[CLERK], office.services.matrix
        assert (entry["event"], entry["by"], entry["letter"], entry["window"]) == (
            "dossier.fill",
            CLERK,
            "云政管授〔2024〕1号",
            "A01",
        )
        rights = [
            matrix.permits(
                identity_of(person, day), Permission.DOSSIER_FILL, unit="market-regulation", state="draft"
            )
            for day in (office.clock.today(), office.clock.today() + timedelta(days=1))
        ]
    assert rights == [True, False]


def test_a_day_in_a_year_without_holidays_is_provisional(tmp_path):
    office = build_office(tmp_path, at=datetime(2026, 12, 30, 1, tzinfo=UTC))
    try:
        case = accept(office, office.case(office.applicant(), FOOD))
        with office.site() as site:
            assert site.dossiers[case].due_provisional is True
    finally:
        office.close()


WHICH = Question("which", "办什么", QuestionKind.ONE, (Option("new", "新办"), Option("more", "增项")))
EXTRAS = Question(
    "extras", "还经营什么", QuestionKind.SEVERAL, (Option("cold", "冷食"), Option("raw", "生食"))
)


def asking(office) -> None:
    """Publish an edition that asks one of many and several of many."""
    body = body_of(FOOD)
    body = replace(body, situations=(*body.situations, WHICH, EXTRAS))
    body = with_line(
        body, "kitchen-plan", necessity=Necessity.CONDITIONAL, condition=Test("which", Operator.IS, ("new",))
    )
    body = with_line(
        body,
        "food-safety-rules",
        necessity=Necessity.CONDITIONAL,
        condition=Test("extras", Operator.IS, ("raw",)),
    )
    publish(office, body)


def opened(office, person: str, **situation):
    return office.do(
        CLERK, lambda act: dossiers.open_dossier(act, applicant=person, guide=FOOD, situation=situation)
    )


def test_answers_that_are_choices_decide_what_is_needed(office):
    asking(office)
    person = office.applicant()
    assert refused(opened(office, person)) == [("situation.unanswered", "which")]
    assert sorted(refused(opened(office, person, which="moon", extras=("raw", "sun"), pool=True))) == [
        ("situation.unknown-question", "pool"),
        ("situation.wrong-answer", "extras"),
        ("situation.wrong-answer", "which"),
    ]
    case = ok(opened(office, person, which="more", extras=("raw",)))
    states = lines(office, case)
    assert (states["kitchen-plan"], states["food-safety-rules"]) == ("not-needed", "missing")
    with office.site() as site:
        answers = dict(site.dossiers[case].situation)
    assert (
        answers["which"],
        answers["extras"],
        {answers[key] for key in answers.keys() - {"which", "extras"}},
    ) == (
        "more",
        ("raw",),
        {False},
    )


def test_choices_are_answered_at_the_desk_and_carried_on_when_it_is_refused(office):
    asking(office)
    person = office.applicant()
    browser = office.browser(CLERK)

    def page():
        shown = browser.get(f"/applicants/{person}", {"guide": FOOD})
        return next(form for form in shown.forms.values() if form.action.endswith("/dossiers/open"))

    form = page()
    form["one.which"] = "new"
    form.fields["several.extras"][1].checked = True
    first = form.submit(status=303).location.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    with office.site() as site:
        answers = dict(site.dossiers[first].situation)
    assert (answers["which"], answers["extras"]) == ("new", ("raw",))
    again = page()
    again["one.which"] = "more"
    again.fields["several.extras"][0].checked = True
    refused_page = again.submit(status=409)
    form = next(form for form in refused_page.forms.values() if form.action.endswith("/dossiers/open"))
    form["again"] = "第二家门店"
    second = form.submit(status=303).location.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    with office.site() as site:
        answers = dict(site.dossiers[second].situation)
    assert (answers["which"], answers["extras"]) == ("more", ("cold",))
