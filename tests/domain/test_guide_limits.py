"""The plain sentence on top of a guide and the promise below it name the same time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from records.domain.findings import Severity
from records.domain.guide_limits import check_limits
from records.domain.periods import UNSAID, Period
from tests.office import guide_bodies

FOOD = next(body for body in guide_bodies() if body.key == "food-business")


def plainly(sentence: str, promised: str, deliver: str = "10个工作日"):
    own = replace(FOOD.limits, promised=Period.parse(promised), deliver=Period.parse(deliver))
    found = check_limits(replace(FOOD, plain_title=sentence, limits=own), limits={own.intake_rule})
    return [each for each in found if each.code == "guide.plain-limit"]


@pytest.mark.parametrize(
    ("sentence", "promised", "said"),
    [
        ("不收费，5个工作日办好。", "3个工作日", "5个工作日"),
        ("材料交齐后五个工作日内发证。", "3个工作日", "5个工作日"),
        ("不收费，当场领照。", "3个工作日", "当场"),
        ("受理后二十天内作出决定，不收费。", "20个工作日", "20日"),
        ("两个月内办结", "30日", "2个月"),
        ("10个工作日办好", "当场", "10个工作日"),
    ],
)
def test_another_time_in_the_plain_sentence_is_a_warning(sentence, promised, said):
    (found,) = plainly(sentence, promised, deliver="1个工作日")
    assert (found.severity, found.subject) == (Severity.WARNS, "plain_title")
    assert found.params == {"said": said, "promised": promised}


@pytest.mark.parametrize(
    ("sentence", "promised"),
    [
        ("不收费，3个工作日办好。", "3个工作日"),
        ("不收费，三个工作日内办好。", "3个工作日"),
        ("当场就能办。", "当场"),
        ("法律给20个工作日，我们5个工作日办结。", "5个工作日"),
        ("5个工作日作出决定，10个工作日内发证。", "5个工作日"),
        ("5个工作日作出决定，证件10个工作日内送到家。", "5个工作日"),
        ("决定作出后10个工作日内发证。", "5个工作日"),
        ("孩子出生后1个月内申请，不收费。", "5个工作日"),
        ("期满前30日内来办延续。", "5个工作日"),
        ("搬家后10日内要到窗口办变更。", "5个工作日"),
        ("县里年满80岁的老人都能办。", "5个工作日"),
        ("当场查验原件，带齐材料来。", "5个工作日"),
        ("", "5个工作日"),
    ],
)
def test_the_promise_itself_and_times_of_the_applicant_are_no_contradiction(sentence, promised):
    assert plainly(sentence, promised) == []


def test_where_nobody_has_promised_yet_there_is_nothing_to_contradict():
    own = replace(FOOD.limits, promised=UNSAID)
    found = list(check_limits(replace(FOOD, limits=own), limits={own.intake_rule}))
    assert [(each.code, each.subject) for each in found] == [("guide.missing", "limits.promised")]
