from __future__ import annotations

from datetime import date, timedelta

import pytest

from records.domain.dossiers import Gap
from records.domain.findings import Refused
from records.domain.guide_parts import Guide
from records.domain.vocabulary import DeclineReason, DeliveryMethod, GapKind, Outcome
from records.operations import dossiers, guides, tending
from records.operations.checklists import checklist_of
from tests.office import CITIZEN, CLERK, REVIEWER, guide_bodies

LINES = ("application", "kitchen-plan", "food-safety-rules")


def codes(refused) -> list[tuple[str, str]]:
    assert isinstance(refused, Refused), refused
    return [(found.code, found.subject) for found in refused.findings]


def do(office, verb, case, who=CLERK, **asked):
    return office.do(who, lambda act: verb(act, act.site.dossiers[case], **asked))


def filled(office, *lines: str) -> str:
    case = office.case(office.applicant())
    for line in lines or LINES:
        office.hand_in(case, line, line, issued_on=office.clock.today())
    return case


def gaps(*lines: str) -> list[Gap]:
    return [Gap(line, GapKind.MISSING, f"请提交{line}") for line in lines]


def events(office, case) -> list[str]:
    with office.site() as site:
        return [event for event, *_ in site.dossiers[case].events]


def test_everything_that_is_missing_is_told_once(office):
    case = filled(office, "application")
    until = office.clock.today() + timedelta(days=15)
    assert codes(do(office, dossiers.request_supplement, case, gaps=gaps("kitchen-plan"), until=until)) == [
        ("supplement.incomplete", "food-safety-rules")
    ]
    told = gaps("kitchen-plan", "food-safety-rules")
    assert do(office, dossiers.request_supplement, case, gaps=told, until=until) == case
    office.clock.advance(days=1)
    assert codes(do(office, dossiers.supplement, case)) == [
        ("supplement.still-missing", "kitchen-plan"),
        ("supplement.still-missing", "food-safety-rules"),
    ]
    for line in ("kitchen-plan", "food-safety-rules"):
        office.hand_in(case, line, line, issued_on=office.clock.today())
    assert do(office, dossiers.supplement, case) == case
    assert codes(do(office, dossiers.request_supplement, case, gaps=gaps("application"), until=until)) == [
        ("supplement.told-once", "application")
    ]
    wrong = [Gap("kitchen-plan", GapKind.MISSING, "请标明流向")]
    assert do(office, dossiers.request_supplement, case, gaps=wrong, until=until) == case
    assert events(office, case) == ["open", "request_supplement", "supplement", "request_supplement"]


def test_a_supplement_may_not_be_asked_for_yesterday_or_without_words(office):
    case = filled(office, "application")
    yesterday = office.clock.today() - timedelta(days=1)
    empty = [Gap(line, GapKind.MISSING, " ") for line in ("kitchen-plan", "food-safety-rules")]
    assert codes(do(office, dossiers.request_supplement, case, gaps=empty, until=yesterday)) == [
        ("supplement.no-demand", "kitchen-plan"),
        ("supplement.no-demand", "food-safety-rules"),
        ("supplement.until-past", "until"),
    ]
    assert events(office, case) == ["open"]


def test_a_case_keeps_the_version_it_was_received_under(office):
    case = filled(office)
    body = next(body for body in guide_bodies() if body.key == "food-business")
    kept = [line for line in body.as_dict()["lines"] if line["id"] != "kitchen-plan"]
    publish(office, Guide.from_dict({**body.as_dict(), "lines": kept}), version=2)
    with office.site() as site:
        today = office.clock.today()
        old = [state.line.id for state in checklist_of(site, site.dossiers[case], today=today).lines]
    later = office.case(office_other(office))
    with office.site() as site:
        new = [state.line.id for state in checklist_of(site, site.dossiers[later], today=today).lines]
        assert (site.dossiers[case].guide_version, site.dossiers[later].guide_version) == (1, 2)
    assert set(old) - set(new) == {"kitchen-plan"}
    assert do(office, dossiers.accept, case) == case


def office_other(office) -> str:
    return office.applicant("419999198502030018", "司马相如")


def publish(office, body: Guide, *, version: int) -> None:
    office.do("bailu", lambda act: guides.draft_guide(act, body))
    office.do(REVIEWER, lambda act: guides.approve_guide(act, act.site.guides[body.key], version=version))
    done = office.do(
        "zhoutingting", lambda act: guides.publish_guide(act, act.site.guides[body.key], version=version)
    )
    assert done == body.key


def test_who_writes_a_guide_neither_approves_nor_publishes_it(office):
    body = Guide.from_dict({**guide_bodies()[0].as_dict(), "key": "another"})
    office.do("bailu", lambda act: guides.draft_guide(act, body))
    own = office.do("bailu", lambda act: guides.approve_guide(act, act.site.guides["another"], version=1))
    assert codes(own) == [("guide.own-work", "")]
    early = office.do(
        "zhoutingting", lambda act: guides.publish_guide(act, act.site.guides["another"], version=1)
    )
    assert codes(early) == [("guide.wrong-status", "")]
    office.do("sima", lambda act: guides.approve_guide(act, act.site.guides["another"], version=1))
    same = office.do(
        "zhoutingting", lambda act: guides.publish_guide(act, act.site.guides["another"], version=1)
    )
    assert codes(same) == [("guide.same-organisation", "")]


def test_an_acceptance_starts_both_clocks_on_the_next_day(office):
    case = filled(office)
    do(office, dossiers.accept, case)
    with office.site() as site:
        dossier = site.dossiers[case]
        assert (dossier.promised_due, dossier.statutory_due, dossier.due_provisional) == (
            date(2026, 11, 30), date(2026, 12, 7), False,
        )  # fmt: skip


def test_an_incomplete_case_is_not_accepted_and_nothing_is_issued(office):
    case = filled(office, "application")
    assert codes(do(office, dossiers.accept, case)) == [
        ("checklist.missing", "kitchen-plan"),
        ("checklist.missing", "food-safety-rules"),
    ]
    with office.site() as site:
        assert (list(site.notices.values()), site.dossiers[case].received_at) == ([], None)


def test_silence_after_receipt_is_acceptance_from_the_day_of_receipt(office):
    case = filled(office, "application")
    do(office, dossiers.receive, case)
    office.clock.advance(days=7)
    assert tending.tend(office.services) == 0
    office.clock.advance(days=1)
    assert tending.tend(office.services) == 1
    assert tending.tend(office.services) == 0
    with office.site() as site:
        dossier = site.dossiers[case]
        assert (dossier.state, dossier.deemed, dossier.accepted_at, dossier.accepted_by) == (
            "accepted", True, dossier.received_at, "system",
        )  # fmt: skip
        assert dossier.promised_due == date(2026, 11, 30)


def test_who_accepted_does_not_decide_and_all_else_that_lacks_is_told(office):
    case = filled(office)
    do(office, dossiers.accept, case)
    assert codes(do(office, dossiers.decide, case, outcome=Outcome.GRANTED)) == [
        ("decide.same-person", "by"),
        ("decide.no-result-number", "result_number"),
        ("decide.no-result-file", "result"),
    ]
    assert codes(do(office, dossiers.decide, case, REVIEWER, outcome=Outcome.REFUSED)) == [
        ("decide.no-reasons", "reasons")
    ]


def test_a_result_is_a_material_of_its_holder_at_once(office):
    person = office.applicant()
    case = office.case(person, "sole-trader-registration")
    office.hand_in(case, "application", "登记申请书")
    office.hand_in(case, "identity", "居民身份证", document_number=CITIZEN, issuer="云溪县公安局",
                   issued_on=office.clock.today())  # fmt: skip
    office.hand_in(case, "premises", "租赁合同", issued_on=office.clock.today())
    licence = office.upload("营业执照")
    assert do(
        office, dossiers.decide, case, REVIEWER, outcome=Outcome.GRANTED, result_number="92419999MA00900141",
        result=licence, electronic=True,
    ) == case  # fmt: skip
    with office.site() as site:
        assert not [each for each in site.materials.values() if each.source == "result"]
    do(office, dossiers.deliver, case, method=DeliveryMethod.COUNTER, recipient="本人")
    with office.site() as site:
        [made] = [each for each in site.materials.values() if each.source == "result"]
        assert (made.applicant, made.standard, made.grade, made.document_number, made.issuer, made.status) == (
            person, "business-licence", "A", "92419999MA00900141", "云溪县市场监督管理局", "valid",
        )  # fmt: skip
        assert site.dossiers[case].result_material == made.id
    food = office.case(person)
    with office.site() as site:
        reused = {entry[0]: entry[1] for entry in site.dossiers[food].entries}
    assert reused["business-licence"] == made.id


def test_a_delivery_needs_a_way_a_person_and_a_proof(office):
    case = filled(office)
    do(office, dossiers.accept, case)
    do(office, dossiers.decide, case, REVIEWER, outcome=Outcome.REFUSED, reasons="布局不符合要求。")
    assert codes(do(office, dossiers.deliver, case, method=DeliveryMethod.POST, recipient=" ")) == [
        ("deliver.no-recipient", "recipient"),
        ("deliver.no-proof", "proof"),
    ]
    assert (
        do(office, dossiers.deliver, case, method=DeliveryMethod.POST, recipient="本人", proof="EMS 1")
        == case
    )
    with office.site() as site:
        assert site.dossiers[case].result_material == ""


def test_a_refusal_to_accept_names_reason_law_and_organ(office):
    case = office.case(office.applicant())
    bad = do(office, dossiers.decline, case, reason=DeclineReason.NOT_COMPETENT, explanation="", law=" ")
    assert codes(bad) == [
        ("decline.no-explanation", "explanation"),
        ("decline.no-law", "law"),
        ("decline.no-organ", "organ"),
    ]
    good = do(
        office, dossiers.decline, case, reason=DeclineReason.NOT_COMPETENT, explanation="不在本县。",
        law="行政许可法 第三十二条第一款第二项", organ="邻县市场监督管理局",
    )  # fmt: skip
    assert good == case
    assert events(office, case) == ["open", "decline"]


@pytest.mark.parametrize("verb", [dossiers.deliver, dossiers.supplement, dossiers.deem_accepted])
def test_what_the_table_does_not_allow_is_refused_with_the_states_it_could(office, verb):
    case = office.case(office.applicant())
    asked = {"method": DeliveryMethod.COUNTER, "recipient": "本人"} if verb is dossiers.deliver else {}
    refused = do(office, verb, case, **asked)
    assert codes(refused) == [("dossier.wrong-state", "")]
    assert refused.findings[0].params["possible"]


def test_a_second_open_case_for_the_same_item_needs_a_reason(office):
    person = office.applicant()
    first = office.case(person)
    again = office.do(CLERK, lambda act: dossiers.open_dossier(act, applicant=person, guide="food-business"))
    assert codes(again) == [("dossier.open-already", "guide")]
    assert again.findings[0].params["id"] == first
    assert office.case(person, again="第二家店") != first


def test_a_question_nobody_asked_is_refused(office):
    person = office.applicant()
    refused = office.do(
        CLERK,
        lambda act: dossiers.open_dossier(
            act, applicant=person, guide="food-business", situation={"nonsense": True}
        ),
    )
    assert codes(refused) == [("dossier.unknown-question", "nonsense")]
