from dataclasses import replace
from datetime import date

import pytest

from records.domain.conditions import Question
from records.domain.eligibility import Verdict, batch_on, check_eligibility, eligible
from records.domain.guide_elements import Batch, Eligibility, SelfCheck
from records.exchange.guides import read_guide, shipped_guides

FOOD = next(read_guide(text, name)[0] for name, text in shipped_guides() if name == "food-business.yaml")
PACKED = SelfCheck(
    "packed", "只卖预包装食品吗？", Eligibility.NOT_NEEDED, reason="只要备案。", where="同一窗口备案"
)
COUNTY = SelfCheck(
    "county", "店在云溪县吗？", Eligibility.ELIGIBLE, Eligibility.ELSEWHERE,
    reason="由经营场所所在地的县办理。", where="经营场所所在地的市场监督管理局", note="看营业执照上的地址。",
)  # fmt: skip
SPRING = Batch("春季", date(2026, 3, 20), date(2026, 4, 30))
AUTUMN = Batch("秋季", date(2026, 9, 10), date(2026, 10, 20))
GUIDE = replace(FOOD, checks=(PACKED, COUNTY))
AGENT = FOOD.situations[0]


def test_one_question_after_the_other_and_then_the_personal_list():
    assert eligible(GUIDE, {}) == Question("packed", "只卖预包装食品吗？")
    assert eligible(GUIDE, {"packed": False}) == Question(
        "county", "店在云溪县吗？", note="看营业执照上的地址。"
    )
    assert eligible(GUIDE, {"packed": False, "county": True}) == AGENT
    assert eligible(GUIDE, {"packed": False, "county": True, "agent": False}) == Verdict(
        Eligibility.ELIGIBLE, lines=FOOD.lines[:5]
    )


def test_no_licence_needed_ends_at_once_and_says_why():
    assert eligible(GUIDE, {"packed": True, "county": False}) == Verdict(
        Eligibility.NOT_NEEDED, "只要备案。", "同一窗口备案", "packed"
    )


def test_another_organ_is_named():
    assert eligible(GUIDE, {"packed": False, "county": False}) == Verdict(
        Eligibility.ELSEWHERE, "由经营场所所在地的县办理。", "经营场所所在地的市场监督管理局", "county"
    )


def test_the_opposite_answer_means_the_opposite():
    assert PACKED.means(False) is Eligibility.ELIGIBLE
    assert replace(COUNTY, no=None).means(False) is Eligibility.NOT_ELIGIBLE


@pytest.mark.parametrize(
    ("today", "current", "following"),
    [
        (date(2026, 3, 19), None, SPRING),
        (date(2026, 3, 20), SPRING, AUTUMN),
        (date(2026, 4, 30), SPRING, AUTUMN),
        (date(2026, 5, 1), None, AUTUMN),
        (date(2026, 11, 21), None, None),
    ],
)
def test_batches_on_a_day(today, current, following):
    guide = replace(GUIDE, batches=(AUTUMN, SPRING))
    assert batch_on(guide, today) == (current, following)
    verdict = eligible(guide, {"packed": False, "county": True, "agent": False}, today=today)
    if current:
        assert verdict == Verdict(Eligibility.ELIGIBLE, lines=FOOD.lines[:5])
    else:
        assert verdict == Verdict(Eligibility.NOT_NOW, lines=FOOD.lines[:5], opens=following)


@pytest.mark.parametrize(
    ("guide", "expected"),
    [
        (replace(GUIDE, batches=(SPRING, AUTUMN)), []),
        (replace(GUIDE, checks=(PACKED, PACKED)), [("guide.check-repeated", "checks.0.key"), ("guide.check-repeated", "checks.1.key")]),
        (replace(GUIDE, checks=(replace(PACKED, key="agent"),)), [("guide.check-repeated", "checks.0.key")]),
        (replace(GUIDE, checks=(replace(PACKED, text=" "),)), [("guide.check-no-text", "checks.0.text")]),
        (replace(GUIDE, checks=(replace(PACKED, no=Eligibility.NOT_NEEDED),)), [("guide.check-idle", "checks.0.no")]),
        (replace(GUIDE, checks=(replace(COUNTY, no=Eligibility.ELIGIBLE),)), [("guide.check-idle", "checks.0.no")]),
        (replace(GUIDE, checks=(replace(PACKED, reason=""),)), [("guide.check-no-reason", "checks.0.reason")]),
        (replace(GUIDE, checks=(replace(COUNTY, where=""),)), [("guide.check-no-place", "checks.0.where")]),
        (replace(GUIDE, batches=(replace(SPRING, closes=date(2026, 3, 19)),)), [("guide.batch-dates", "batches.0.closes")]),
    ],
)  # fmt: skip
def test_checks_are_checked(guide, expected):
    assert [(found.code, found.subject) for found in check_eligibility(guide)] == expected
