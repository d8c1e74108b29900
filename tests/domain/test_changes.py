"""What an edition changes: every difference is named, nothing else is, and in words that an editor would use."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.domain.changes import ChangeKind, asks, changes
from records.domain.conditions import Operator, Option, Question, QuestionKind, Test
from records.domain.facts import facts
from records.domain.guide_labels import LABELS
from records.domain.guide_parts import Contact, Fee, Guide, Period
from records.domain.periods import UNSAID
from records.domain.plain import arms, composed, shape
from records.domain.vocabulary import Grade, Limit
from tests.exchange.arbitrary import anything
from tests.office import guide_bodies

FOOD = next(body for body in guide_bodies() if body.key == "food-business")
LICENCE = next(line for line in FOOD.lines if line.name == "营业执照")


def with_line(body: Guide, key: str, **changed: object) -> Guide:
    return replace(
        body, lines=tuple(replace(line, **changed) if line.id == key else line for line in body.lines)
    )


def said(old: Guide, new: Guide) -> list[tuple[str, str, str]]:
    return [(change.path, change.kind.value, change.sentence) for change in changes(old, new)]


def test_a_limit_is_told_with_both_figures():
    new = replace(FOOD, limits=replace(FOOD.limits, promised=Period(3, Limit.WORKING_DAYS)))
    assert said(FOOD, new) == [("limits.promised", "changed", "承诺时限由5个工作日改为3个工作日。")]


def test_days_stand_without_quotation_marks_however_long_they_are():
    old, new = (
        replace(FOOD, version=replace(FOOD.version, effective=day))
        for day in (date(2026, 1, 1), date(2026, 11, 21))
    )
    (change,) = changes(old, new)
    assert change.sentence == f"{change.label}由2026年1月1日改为2026年11月21日。"


def test_a_promise_that_nobody_had_written_is_added_and_not_changed_from_none():
    old = replace(FOOD, limits=replace(FOOD.limits, promised=UNSAID))
    assert said(old, FOOD) == [("limits.promised", "added", "承诺时限补充为5个工作日。")]


def test_what_applicants_have_to_bring_is_told_from_everything_else():
    more = replace(FOOD.lines[-1], id="more", name="授权委托书", position=99)
    new = replace(
        with_line(FOOD, LICENCE.id, copies=LICENCE.copies + 1, acceptance="清晰完整的一份。"),
        title="新题名",
    )
    new = replace(new, lines=(*new.lines, more))
    at = FOOD.lines.index(LICENCE)
    assert [change.path for change in changes(FOOD, new) if asks(change)] == [
        f"lines.{at}.copies",
        f"lines.{len(FOOD.lines)}",
    ]


def test_a_material_that_comes_goes_or_need_not_be_brought():
    agent = Question("by-agent", "是否委托他人办理")
    letter = replace(
        FOOD.lines[-1], id="letter", name="授权委托书䶮", condition="by-agent", waived=False, position=0
    )
    base = replace(FOOD, situations=(agent, *FOOD.situations))
    new = replace(base, lines=(letter, *base.lines))
    assert said(base, new) == [("lines.0", "added", "新增材料：授权委托书䶮（委托他人办理）。")]
    assert said(new, base) == [("lines.0", "removed", "取消材料：授权委托书䶮。")]
    at = FOOD.lines.index(LICENCE)
    ends = [with_line(FOOD, LICENCE.id, waived=waived) for waived in (False, True)]
    assert said(*ends) == [(f"lines.{at}.waived", "changed", "材料“营业执照”由提交改为免提交。")]
    assert said(*reversed(ends)) == [(f"lines.{at}.waived", "changed", "材料“营业执照”由免提交改为提交。")]


def test_a_material_that_moves_is_one_change_however_the_others_are_numbered():
    lines = sorted(FOOD.lines, key=lambda line: line.position)
    order = [*lines[1:], lines[0]]
    new = replace(FOOD, lines=tuple(replace(line, position=at) for at, line in enumerate(order, 1)))
    last = len(lines)
    assert said(FOOD, new) == [
        (f"lines.{last - 1}", "moved", f"材料“{lines[0].name}”由第1项移到第{last}项。"),
    ]


def test_numbers_alone_change_nothing_for_a_citizen():
    new = replace(FOOD, lines=tuple(replace(line, position=line.position * 10) for line in FOOD.lines))
    assert said(FOOD, new) == [("lines", "changed", "申请材料换了写法，意思不变。")]


def test_grades_fees_conditions_and_contacts_are_told_in_words():
    new = with_line(FOOD, LICENCE.id, grades=frozenset({Grade.C}))
    before = "、".join(sorted(LICENCE.grades))
    assert [change.sentence for change in changes(FOOD, new)] == [
        f"材料“营业执照”的可信等级由“{before}”改为C。"
    ]
    charged = replace(FOOD, fee=Fee("工本费", "每证10元", "《示例办法》第3条"))
    assert said(FOOD, charged) == [("fee", "added", "新增收费：工本费。")]
    assert said(charged, FOOD) == [("fee", "removed", "取消收费：工本费。")]
    contacts = replace(FOOD, contacts=(Contact(FOOD.contacts[0].way, "12345"), *FOOD.contacts[1:]))
    assert [change.after for change in changes(FOOD, contacts)] == ["12345"]


def test_a_condition_is_said_with_the_words_of_its_own_edition():
    which = Question("which", "办什么", QuestionKind.ONE, (Option("new", "新办"), Option("more", "变更")))
    base = replace(FOOD, situations=(*FOOD.situations, which))
    new = with_line(base, LICENCE.id, condition=Test("which", Operator.IS, ("more",)))
    assert [change.sentence for change in changes(base, new)] == [
        "材料“营业执照”的情形补充为“办什么：变更”。"
    ]


def test_the_first_edition_is_one_change_and_the_desks_half_is_marked():
    first = changes(None, FOOD)
    assert [(change.kind, change.after) for change in first] == [(ChangeKind.ADDED, FOOD.title)]
    assert [change.internal for change in changes(FOOD, with_line(FOOD, LICENCE.id, handbook="看原件"))] == [
        True
    ]
    assert [change.internal for change in changes(FOOD, with_line(FOOD, LICENCE.id, name="执照"))] == [False]


def test_a_long_text_is_told_from_where_it_differs_and_kept_whole():
    text = "一" * 200
    old, new = (replace(FOOD, scope=text + end) for end in ("甲", "乙𠮷"))
    (change,) = changes(old, new)
    assert (change.before, change.after) == (old.scope, new.scope)
    assert change.sentence == f"适用范围由“…{'一' * 10}甲”改为“…{'一' * 10}乙𠮷”。"


guides = anything(Guide)


@settings(max_examples=60, deadline=None)
@given(guides, guides)
def test_two_guides_differ_in_words_exactly_when_they_differ(one, other):
    assert changes(one, one) == ()
    told = changes(one, other)
    assert bool(told) is (one != other)
    assert all(change.sentence.endswith("。") and change.label for change in told)
    assert len({(change.path, change.kind) for change in told}) == len(told)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_whatever_is_changed_in_a_real_guide_is_told_where_it_was_changed(data):
    body = data.draw(st.sampled_from(guide_bodies()))
    field = data.draw(st.sampled_from(sorted(shape(Guide))))
    new = replace(body, **{field: data.draw(anything(shape(Guide)[field]))})
    told = changes(body, new)
    assert bool(told) is (new != body)
    assert {change.path.split(".")[0] for change in told} <= {field}
    before, after = facts(body), facts(new)
    questions = {path for path in before.keys() | after.keys() if path.endswith("condition")}
    if any(before.get(path) != after.get(path) for path in (before.keys() | after.keys()) - questions):
        assert told


def _kinds(hint: object, seen: set[type]) -> None:
    for part in (*arms(hint), *get_args(hint)):
        if part is not hint:
            _kinds(part, seen)
    if composed(hint) and hint not in seen:
        seen.add(hint)
        for inner in shape(hint).values():
            _kinds(inner, seen)


@pytest.mark.parametrize("kind", sorted({*LABELS}, key=lambda kind: kind.__name__))
def test_every_field_has_its_word(kind):
    known = set(LABELS[kind]) | {"operator", "values"}
    names = {each.name for each in fields(kind)} if is_dataclass(kind) else set(kind._fields)
    assert names <= known | {"n", "unit"}


def test_every_part_of_a_guide_has_its_words():
    seen: set[type] = set()
    _kinds(Guide, seen)
    assert {kind for kind in seen if kind is not Period} <= set(LABELS)
