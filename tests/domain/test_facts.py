from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.conditions import AllOf, AnyOf, Operator, Option, Question, QuestionKind, Test
from records.domain.facts import facts, in_one, in_words
from records.domain.guide_elements import Batch, Handling, Level, OnlineDepth
from records.domain.guide_parts import Fee
from records.exchange.guides import read_guide, shipped_guides

GUIDES = {name: read_guide(text, name)[0] for name, text in shipped_guides()}
FOOD = GUIDES["food-business.yaml"]
KIND = Question("kind", "办哪一种？", QuestionKind.ONE, (Option("a", "新办"), Option("b", "延续")))
ANOTHER = Question("another", "是否请人代办？")


def test_facts_are_what_is_printed():
    found = facts(FOOD)
    assert {path: found.get(path) for path in (
        "title", "item_kind", "audience.1", "lines.0.name", "lines.1.waived", "lines.5.condition", "limits.promised",
        "limits.statutory", "fee", "remedies.litigation_limit", "places.0.window", "steps.0.paper",
    )} == {
        "title": "食品经营许可（新办）",
        "item_kind": "承诺件",
        "audience.1": "法人或其他组织",
        "lines.0.name": "食品经营许可申请书",
        "lines.1.waived": "是",
        "lines.5.condition": "委托他人代为办理",
        "limits.promised": "5个工作日",
        "limits.statutory": "10个工作日",
        "fee": "不收费",
        "remedies.litigation_limit": "6个月",
        "places.0.window": "A07综合窗口（市场准入）",
        "steps.0.paper": "收件凭证",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(GUIDES))
def test_nothing_that_is_for_the_desk_only_is_a_fact(name):
    guide = GUIDES[name]
    found = facts(guide)
    assert all(value for value in found.values())
    assert not [path for path in found if "handbook" in path or path.startswith("archiving")]
    handbooks = {line.handbook for line in guide.lines if line.handbook}
    assert handbooks
    assert not handbooks & set(found.values())
    for path in (
        "key",
        "unit",
        "fonds",
        "lines.0.id",
        "lines.0.material",
        "limits.intake_rule",
        "version.effective",
    ):
        assert path not in found


def test_new_elements_are_facts_too():
    plain = replace(FOOD, handling=Handling())
    guide = replace(
        plain,
        handling=Handling(
            level=Level.COUNTY, visits=0, online_depth=OnlineDepth.FOURTH, express=False, joint=("县教育局",)
        ),
        fee=Fee("工本费", "每证5元", "示例", reducible=True),
        further_fees=(Fee("检测费", "每次20元", "示例"),),
        batches=(Batch("春季", date(2026, 3, 20), date(2026, 4, 30)),),
        limits=replace(FOOD.limits, statutory=None),
    )
    added = {path: value for path, value in facts(guide).items() if value != facts(plain).get(path)}
    assert added == {
        "handling.level": "县级",
        "handling.visits": "0",
        "handling.online_depth": "Ⅳ级",
        "handling.express": "否",
        "handling.joint.0": "县教育局",
        "fee.name": "工本费",
        "fee.standard": "每证5元",
        "fee.basis": "示例",
        "fee.reducible": "是",
        "further_fees.0.name": "检测费",
        "further_fees.0.standard": "每次20元",
        "further_fees.0.basis": "示例",
        "further_fees.0.reducible": "否",
        "batches.0.name": "春季",
        "batches.0.opens": "2026年3月20日",
        "batches.0.closes": "2026年4月30日",
        "limits.statutory": "法律未规定",
    }


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("", ""),
        ("agent", "agent：是"),
        ("another", "请人代办"),
        (Test("another", Operator.NOT, ("yes",)), "是否请人代办：否"),
        (Test("kind", Operator.IS, ("a", "b")), "办哪一种：新办、延续"),
        (Test("kind", Operator.NOT, ("a",)), "办哪一种：不是新办"),
        (
            AllOf((Test("kind", Operator.IS, ("b",)), AnyOf(("x", "y")))),
            "办哪一种：延续，并且（x：是，或者y：是）",
        ),
    ],
)
def test_conditions_are_said_in_words(condition, words):
    assert in_words(condition, {"kind": KIND, "another": ANOTHER}) == words


@given(st.text(min_size=1, alphabet="䶮𠮷ab１ "))
def test_every_change_of_a_public_text_changes_the_facts(text):
    assert (facts(replace(FOOD, scope=text)) == facts(FOOD)) == (text == FOOD.scope)


def test_texts_are_run_together_without_a_second_stop_or_a_blank():
    assert in_one(("先到窗口。", "", "再到银行；", "  ", "交费")) == "先到窗口；再到银行；交费"
    assert in_one(("当场办结。", "不收费。"), "。") + "。" == "当场办结。不收费。"
    assert in_one(()) == ""
