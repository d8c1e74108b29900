"""Papers: numbered without gaps (I7), frozen with the act, issued when their bytes lie there."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace

from records.domain.findings import Refused
from records.domain.vocabulary import DeclineReason, Outcome
from records.exchange.notices import render
from records.exchange.typeface import shipped_typeface
from records.indexes import questions
from records.operations import decisions, dossiers, notices
from records.store import ContentStore
from tests.office import ANOTHER, CLERK, NAME

from .cases import FOOD, SHOPKEEPER, VENUE, accept, decide, deliver, last_transaction, ok, on, only


def series(office) -> dict[str, list[int]]:
    """Return the numbers given in each series, in the order in which they were given."""
    given = defaultdict(list)
    with office.site() as site:
        for notice in sorted(site.notices.values(), key=lambda notice: notice.number):
            word, year, number = re.fullmatch(r"(.+)〔(\d{4})〕(\d+)号", notice.code).groups()
            given[f"{word}{year}"].append(int(number))
    return dict(given)


def test_numbers_are_gapless_in_each_series_whatever_is_refused(office):
    """I7: a refusal takes no number; another unit, kind or year counts for itself."""
    person, other = office.applicant(), office.applicant(ANOTHER, "司马𠮷")
    deliver(office, office.case(person, FOOD))
    deliver(office, office.case(other, VENUE))
    for number in range(3):
        case = office.case(other, FOOD, again=f"第{number}处")
        assert isinstance(office.do(CLERK, on(case, decisions.decide, outcome=None)), Refused)
        assert isinstance(
            office.do(CLERK, on(case, dossiers.decline, reason=None, explanation="", law="")), Refused
        )
        ok(office.do(CLERK, on(case, dossiers.receive)))
        ok(office.do(CLERK, on(
            case, dossiers.decline, reason=DeclineReason.FALSE, explanation="布局图系伪造", law="行政许可法第七十八条")))  # fmt: skip
    assert series(office) == {
        "云市监受2026": [1], "云市监准2026": [1], "云市监送2026": [1],
        "云卫健受2026": [1], "云卫健准2026": [1], "云卫健送2026": [1],
        "云市监收2026": [1, 2, 3], "云市监不受2026": [1, 2, 3],
    }  # fmt: skip
    office.clock.advance(days=60)
    ok(office.do(CLERK, on(office.case(person, FOOD, again="新年"), dossiers.receive)))
    assert series(office)["云市监收2027"] == [1]
    with office.site() as site:
        codes = [notice.code for notice in site.notices.values()]
        assert len(codes) == len(set(codes))
        assert all(questions.notice_with_code(site, code).code == code for code in codes)


def test_each_step_issues_its_paper(office):
    case = deliver(office, office.case(office.applicant(), FOOD))
    shop = deliver(office, office.case(office.applicant(ANOTHER, "司马𠮷"), SHOPKEEPER))
    with office.site() as site:
        kinds = [
            [notice.notice_kind for notice in questions.notices_of(site, site.dossiers[each])]
            for each in (case, shop)
        ]
    assert kinds == [["acceptance", "grant", "delivery"], ["grant", "delivery"]]


def test_a_paper_says_what_was_true_on_its_day_and_no_number_of_a_person(office):
    person = office.applicant()
    accept(office, office.case(person, FOOD))
    with office.site() as site:
        notice = next(iter(site.notices.values()))
        facts = json.loads(notice.facts)
    assert (
        facts["number"],
        facts["applicant"],
        facts["promised_due"],
        facts["statutory_due"],
        facts["fee"],
    ) == (
        "云市监受〔2026〕1号",
        NAME,
        "2026-11-30",
        "2026-12-07",
        "不收费",
    )
    assert "419999197001011228" not in notice.facts
    assert [row["name"] for row in facts["materials"]] == [
        "食品经营许可申请书",
        "主要设备设施布局和操作流程文件",
        "食品安全规章制度目录清单",
    ]


def test_a_paper_is_issued_when_its_bytes_lie_there_and_never_twice(office):
    """After a crash between act and rendering the paper is owed; finishing it twice changes nothing."""
    case = office.case(office.applicant(), FOOD)
    ok(only(office, CLERK, on(case, dossiers.receive)))
    with office.site() as site:
        (notice,) = questions.notices_of(site, site.dossiers[case])
        assert (notice.digest, notice.issued_at) == ("", None)
        assert [(job.verb, job.subject) for job in site.jobs.waiting()] == [("render-notice", notice.id)]
    notices.render_notice(office.services, notice.id)
    done = last_transaction(office)
    notices.render_notice(office.services, notice.id)
    assert last_transaction(office) == done
    with office.site() as site:
        fresh = site.notices[notice.id]
        assert office.services.store.verify(fresh.digest)
        assert (fresh.issued_at, list(site.jobs.waiting())) == (office.clock.now(), [])
        assert fresh.facts == notice.facts


def test_equal_facts_give_equal_bytes(office):
    decide(office, office.case(office.applicant(), FOOD))
    with office.site() as site:
        for notice in site.notices.values():
            again = render(notices.sheet_of(notice), typeface=shipped_typeface())
            assert office.services.store.put_bytes(again).digest == notice.digest


def test_a_sign_the_typeface_lacks_is_an_alarm_and_not_a_blank(office):
    case = office.case(office.applicant(ANOTHER, "司马𠮷"), FOOD)
    ok(office.do(CLERK, on(case, dossiers.receive)))
    plain = office.case(office.applicant(), FOOD)
    ok(office.do(CLERK, on(plain, dossiers.receive)))
    with office.site() as site:
        missing = [questions.notices_of(site, site.dossiers[each])[0].missing for each in (case, plain)]
    assert missing == [("𠮷",), ()]


def test_a_refusal_carries_every_reason_and_the_remedies(office):
    case = office.case(office.applicant(), FOOD)
    decide(
        office,
        case,
        outcome=Outcome.REFUSED,
        reasons="操作间未分隔\n\n无洗消设施",
        result_number="",
        result=None,
    )
    with office.site() as site:
        facts = json.loads(questions.notices_of(site, site.dossiers[case])[-1].facts)
    assert facts["reasons"] == ["操作间未分隔", "无洗消设施"]
    assert all(facts[key] for key in ("review_body", "review_period", "court", "suit_period"))


class Overtaken(ContentStore):
    """A store whose caller is overtaken by another worker while it writes."""

    def put_bytes(self, content: bytes):
        self.meanwhile()
        return super().put_bytes(content)


def test_of_two_who_render_one_paper_the_first_counts(office):
    case = office.case(office.applicant(), FOOD)
    notice = office.do(CLERK, lambda act: ok(dossiers.receive(act, act.site.dossiers[case])).notices[-1])
    store = Overtaken(office.services.store.folder, reserve_bytes=0)
    store.meanwhile = lambda: notices.render_notice(office.services, notice)
    # As a crash between the act and its paper leaves it.
    begun = office.services.database.run(
        lambda root: setattr(root["site"].notices[notice], "digest", "") or len(root["site"].audit)
    )
    notices.render_notice(replace(office.services, store=store), notice)
    with office.site() as site:
        events = [json.loads(entry.line)["event"] for entry in site.audit.values(begun + 1)]
        assert (events, site.notices[notice].digest != "") == (["notice.issued"], True)
