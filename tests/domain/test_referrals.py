"""When a case may go up to a higher organ, what its answer must hold, and what may be decided after it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.referrals import Referral, guard_answer, guard_decision, guard_refer, last_of
from records.domain.vocabulary import DossierState, Outcome, ReferralOutcome

ABOVE, OWN = "云州市市场监督管理局", "云溪县市场监督管理局"
SENT, TODAY = date(2026, 11, 20), date(2026, 11, 23)
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
WAITING = Referral(ABOVE, "某法第三条", "符合条件", SENT, "zhuge", AT)


def answered(outcome: str, number: str = "云州许〔2026〕7号") -> Referral:
    return Referral(
        ABOVE, "某法第三条", "符合条件", SENT, "zhuge", AT, "n", outcome, number, TODAY, "d", "", "zhuge", AT
    )


def refer(last=None, **more: object) -> list[tuple[str, str]]:
    asked = {
        "state": DossierState.ACCEPTED, "organ": ABOVE, "own": OWN, "law": "某法第三条", "opinion": "符合条件",
        "sent_on": TODAY, "accepted_on": SENT, "today": TODAY,
    }  # fmt: skip
    return [(each.code, each.subject) for each in guard_refer(last, **{**asked, **more})]


def answer(last=WAITING, outcome=ReferralOutcome.GRANTED, **more: object) -> list[tuple[str, str]]:
    asked = {
        "state": DossierState.ACCEPTED, "number": "云州许〔2026〕7号", "file": True, "remark": "",
        "answered_on": TODAY, "ends": None, "today": TODAY,
    }  # fmt: skip
    return [(each.code, each.subject) for each in guard_answer(last, outcome, **{**asked, **more})]


def test_everything_wrong_with_a_referral_is_told_at_once():
    assert refer() == refer(answered("returned")) == []
    assert refer(state=DossierState.DECIDED, organ=" ", law="", opinion="\n", sent_on=date(2026, 11, 24)) == [
        ("dossier.wrong-state", ""),
        ("refer.no-organ", "organ"),
        ("refer.no-law", "law"),
        ("refer.no-opinion", "opinion"),
        ("refer.wrong-day", "sent_on"),
    ]
    assert refer(WAITING, organ=f" {OWN}") == [("refer.waiting", ""), ("refer.own-organ", "organ")]
    assert refer(answered("refused")) == [("refer.decided", "")]
    assert refer(sent_on=date(2026, 11, 19)) == [("refer.wrong-day", "sent_on")]


def test_an_answer_is_to_something_and_has_what_its_kind_needs():
    assert answer() == answer(outcome=ReferralOutcome.REFUSED, remark="不符合第八条") == []
    assert answer(outcome=ReferralOutcome.RETURNED, remark="不属本级", file=False, number="") == []
    assert answer(None) == answer(answered("returned")) == [("referral.none-waiting", "")]
    assert answer(outcome=None) == [("referral.no-outcome", "outcome")]
    assert answer(number="", file=False, ends=TODAY, answered_on=date(2026, 11, 19)) == [
        ("referral.no-number", "result_number"),
        ("referral.no-file", "result"),
        ("referral.wrong-day", "answered_on"),
        ("result.ended", "result_valid_until"),
    ]
    assert answer(number="无") == [("result.number-form", "result_number")]
    assert answer(outcome=ReferralOutcome.RETURNED) == [
        ("referral.file-not-wanted", "result"),
        ("referral.no-remark", "remark"),
    ]


@pytest.mark.parametrize(
    ("last", "outcome", "number", "file", "codes"),
    [
        (None, Outcome.GRANTED, "甲〔2026〕1号", True, []),
        (answered("returned"), Outcome.REFUSED, "", False, []),
        (WAITING, Outcome.REFUSED, "", False, ["decide.referred"]),
        (answered("granted"), Outcome.GRANTED, "", False, []),
        (answered("granted"), Outcome.GRANTED, "云州许〔2026〕7号", False, []),
        (answered("granted"), Outcome.REFUSED, "", True, ["decide.against-referral", "decide.other-result"]),
        (answered("refused"), Outcome.REFUSED, "另一号2", False, ["decide.other-result"]),
    ],
)
def test_what_was_answered_is_what_is_decided(last, outcome, number, file, codes):
    found = guard_decision(last, outcome, number=number, file=file, ends=None)
    assert [each.code for each in found] == codes


@given(st.sampled_from(ReferralOutcome), st.sampled_from(Outcome))
def test_a_decision_never_differs_from_the_answer(said, outcome):
    allowed = not guard_decision(answered(said.value), outcome, number="", file=False, ends=None)
    assert allowed is (said is ReferralOutcome.RETURNED or said.value == outcome.value)


def test_a_stored_row_reads_back():
    assert last_of(()) is None
    assert (WAITING.waiting, WAITING.decided) == (True, False)
    assert [(each.waiting, each.decided) for each in (answered("returned"), answered("refused"))] == [
        (False, False),
        (False, True),
    ]
