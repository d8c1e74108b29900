"""Handed up: the papers go with a list, the clock runs on, nobody asks again, and the answer is the result."""

from __future__ import annotations

import json
from datetime import date

import pytest

from records.domain.dossiers import Gap
from records.domain.referrals import last_of
from records.domain.vocabulary import DeliveryMethod, GapKind, Outcome, ReferralOutcome
from records.operations import archiving, decisions, dossiers, referrals
from records.operations.archived_papers import papers_in
from records.operations.materials import Upload
from tests.extraction.ofds import ofd
from tests.office import ARCHIVIST, CLERK, REVIEWER, build_office

from .cases import FOOD, accept, ok, on, paper, refused

ABOVE = "云州市市场监督管理局"
GOES = {"organ": ABOVE, "law": "食品安全法 第三十五条", "opinion": "材料齐全，现场符合条件，报请决定"}


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()


@pytest.fixture
def case(office):
    case = office.case(office.applicant(), FOOD)
    accept(office, case)
    office.fetch(case)
    return case


def refer(office, case: str, **more: object):
    return office.do(REVIEWER, on(case, referrals.refer, **{**GOES, **more}))


def answer(office, case: str, outcome=ReferralOutcome.GRANTED, **more: object):
    values = {
        "outcome": outcome,
        "result_number": "JY24199990000777",
        "result": office.upload("云州市许可证"),
        "electronic": True,
        "result_valid_until": date(2031, 11, 22),
        **more,
    }
    return office.do(REVIEWER, on(case, referrals.answer_referral, **values))


def test_all_papers_go_up_with_a_list_and_the_clock_runs_on(office, case):
    with office.site() as site:
        due = site.dossiers[case].promised_due, site.dossiers[case].statutory_due
        lines = len({entry[0] for entry in site.dossiers[case].entries})
    ok(refer(office, case))
    with office.site() as site:
        dossier = site.dossiers[case]
        assert (dossier.state, dossier.promised_due, dossier.statutory_due) == ("accepted", *due)
        last = last_of(dossier.referrals)
        assert (last.organ, last.sent_on, last.waiting) == (ABOVE, date(2026, 11, 23), True)
        listed = site.notices[last.notice]
        facts = json.loads(listed.facts)
        assert (listed.notice_kind, "报〔2026〕1号" in listed.code, bool(listed.digest)) == (
            "referral",
            True,
            True,
        )
        assert (len(facts["materials"]), facts["organ_above"]) == (lines, ABOVE)
        assert dossier.events[-1][0::3] == ("refer", f"{ABOVE}（食品安全法 第三十五条）")
        entries = [json.loads(site.audit[seq].line) for seq in range(1, site.audit.last + 1)]
        (entry,) = [each for each in entries if each["event"] == "dossier.refer"]
        assert (entry["on"], entry["by"]) == (f"dossier:{case}", REVIEWER)


def test_nobody_asks_again_and_nobody_decides_before_the_answer(office, case):
    ok(refer(office, case))
    gaps = [Gap("application", GapKind.MISSING, "再交一份")]
    again = office.do(CLERK, on(case, dossiers.request_supplement, gaps=gaps, until=date(2026, 12, 1)))
    assert refused(again) == [("dossier.wrong-state", "")]
    assert refused(paper(office, case, "application")) == [
        ("dossier.closed-for-materials", ""),
        ("material.line-filled", "application"),
    ]
    early = office.do(REVIEWER, on(case, decisions.decide, outcome=Outcome.REFUSED, reasons="不符合"))
    assert refused(early) == [("decide.referred", "")]
    assert refused(refer(office, case)) == [("refer.waiting", "")]


def test_what_it_grants_is_a_material_at_once_and_the_result_of_the_case(office, case):
    ok(refer(office, case))
    stored = office.services.store.put_bytes(ofd("云州市许可证"))
    licence = Upload(stored.digest, stored.sm3, stored.size, "application/ofd", "许可证.ofd", 1)
    ok(answer(office, case, result=licence))
    with office.site() as site:
        dossier = site.dossiers[case]
        held = site.materials[dossier.result_material]
        assert (held.standard, held.issuer, held.document_number, held.grade, held.source) == (
            "food-licence",
            ABOVE,
            "JY24199990000777",
            "A",
            "result",
        )
        assert (held.issued_on, held.valid_until) == (date(2026, 11, 23), date(2031, 11, 22))
    other = office.do(REVIEWER, on(case, decisions.decide, outcome=Outcome.GRANTED, result_number="另1号23"))
    assert refused(other) == [("decide.other-result", "result_number")]
    ok(office.do(REVIEWER, on(case, decisions.decide, outcome=Outcome.GRANTED)))
    ok(office.do(CLERK, on(case, decisions.deliver, method=DeliveryMethod.COUNTER, recipient="欧阳䶮")))
    with office.site() as site:
        made = [each for each in site.materials.values() if each.source == "result"]
        assert [each.id for each in made] == [site.dossiers[case].result_material]
    item = ok(office.do(ARCHIVIST, on(case, archiving.archive)))
    with office.site() as site:
        record = site.archives[item]
        papers = papers_in(office.services, record)
        titles = [each.title for each in papers]
        assert record.state == "archived"
        assert [each.media for each in papers].count("application/ofd") == 1
        assert [f"{ABOVE}准予决定" in titles, sum("上报材料移交清单" in each for each in titles)] == [True, 1]


def test_a_refusal_above_is_the_decision_here_and_its_paper_is_kept(office, case):
    ok(refer(office, case))
    ok(
        answer(
            office,
            case,
            ReferralOutcome.REFUSED,
            remark="场所不符合",
            electronic=False,
            result_valid_until=None,
        )
    )
    granted = office.do(REVIEWER, on(case, decisions.decide, outcome=Outcome.GRANTED))
    assert refused(granted) == [("decide.against-referral", "outcome")]
    ok(office.do(REVIEWER, on(case, decisions.decide, outcome=Outcome.REFUSED, reasons="场所不符合")))
    ok(office.do(CLERK, on(case, decisions.deliver, method=DeliveryMethod.COUNTER, recipient="欧阳䶮")))
    item = ok(office.do(ARCHIVIST, on(case, archiving.archive)))
    with office.site() as site:
        dossier = site.dossiers[case]
        assert (dossier.result_material, dossier.result_number, site.archives[item].state) == (
            "",
            "",
            "archived",
        )
        assert last_of(dossier.referrals).digest == dossier.result_digest != ""


def test_what_is_sent_back_goes_up_anew_or_is_decided_here(office, case):
    ok(refer(office, case))
    back = {"remark": "不属本级", "result": None, "result_number": "", "electronic": False}
    ok(answer(office, case, ReferralOutcome.RETURNED, result_valid_until=None, **back))
    ok(refer(office, case, organ="云州市行政审批局"))
    assert refused(answer(office, case, None)) == [("referral.no-outcome", "outcome")]
    with office.site() as site:
        assert [row[0] for row in site.dossiers[case].referrals] == [ABOVE, "云州市行政审批局"]


def test_only_a_whole_accepted_case_goes_up(office):
    case = office.case(office.applicant(), FOOD)
    assert refused(refer(office, case)) == [("dossier.wrong-state", "")]
    accept(office, case)
    unfetched = refused(refer(office, case))
    assert {code for code, _ in unfetched} == {"decide.not-fetched"}
    office.fetch(case)
    ok(office.do(REVIEWER, on(case, decisions.decide, outcome=Outcome.REFUSED, reasons="不符合条件")))
    assert refused(refer(office, case)) == [("dossier.wrong-state", "")]
    assert refused(answer(office, case)) == [("dossier.wrong-state", ""), ("referral.none-waiting", "")]


def test_a_personal_number_in_an_opinion_is_masked(office, case):
    ok(refer(office, case, opinion="经营者419999197001011228符合条件"))
    with office.site() as site:
        dossier = site.dossiers[case]
        assert "419999197001011228" not in str(dossier.referrals)
        assert "419999197001011228" not in site.notices[dossier.notices[-1]].facts
