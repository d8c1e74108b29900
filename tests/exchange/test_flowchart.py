"""The flow chart: every step in order, nothing outside the picture, nothing drawn over another."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from records.domain.deadlines import SpecialProcedure
from records.domain.guide_parts import Special, Step
from records.exchange.flowchart import described, flow_chart, wrapped
from tests.office import guide_bodies

SVG = "{http://www.w3.org/2000/svg}"
BODIES = {body.key: body for body in guide_bodies()}
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=80)


def boxes(drawn) -> list[tuple[float, float, float, float]]:
    """Return the boxes as left, top, right, bottom; the ground is left out."""
    found = []
    for each in drawn.iter(f"{SVG}rect"):
        x, y = float(each.get("x", -1)), float(each.get("y", -1))
        if x >= 0:
            found.append((x, y, x + float(each.get("width")), y + float(each.get("height"))))
    return found


def check(drawn) -> None:
    wide, high = (float(drawn.get(name)) for name in ("width", "height"))
    found = boxes(drawn)
    assert all(
        left >= 0 and right <= wide and top >= 0 and bottom <= high for left, top, right, bottom in found
    )
    assert not [
        (one, other)
        for one, other in combinations(found, 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


@pytest.mark.parametrize("key", BODIES)
def test_every_step_is_drawn_in_order_with_its_post_its_time_and_its_paper(key):
    body = BODIES[key]
    drawn = etree.fromstring(flow_chart(body))
    check(drawn)
    text = "".join(drawn.itertext(f"{SVG}text"))
    heads = [each.text for each in drawn.iter(f"{SVG}text") if each.get("font-weight")]
    numbered = [head for head in heads if re.match(r"\d+\. ", head)]
    assert numbered == [f"{at}. {step.name}" for at, step in enumerate(body.steps, start=1)]
    for step in body.steps:
        assert step.limit in text
        assert not step.paper or f"出具：{step.paper}" in text
    assert text.count("出具：") == sum(bool(step.paper) for step in body.steps)
    for special in body.special:
        assert f"不计时：{special.kind.label}" in text
    assert (drawn.findtext(f"{SVG}title"), drawn.findtext(f"{SVG}desc")) == (
        f"{body.title}办理流程图",
        described(body),
    )
    assert drawn.get("role") == "img"
    assert not list(drawn.iter(f"{SVG}style", f"{SVG}script", f"{SVG}image"))


def test_a_time_that_does_not_count_stands_beside_the_step_that_names_it_else_before_the_decision():
    body = BODIES["food-business"]

    def beside(kind: SpecialProcedure) -> float:
        drawn = etree.fromstring(flow_chart(replace(body, special=(Special(kind, "说明"),))))
        return next(
            float(each.get("y")) for each in drawn.iter(f"{SVG}text") if each.text == f"不计时：{kind.label}"
        )

    drawn = etree.fromstring(flow_chart(body))
    tops = {each.text: float(each.get("y")) for each in drawn.iter(f"{SVG}text")}
    assert beside(SpecialProcedure.HEARING) == tops["3. 审查"]
    kindergarten = etree.fromstring(flow_chart(BODIES["private-kindergarten"]))
    tops = {each.text: float(each.get("y")) for each in kindergarten.iter(f"{SVG}text")}
    assert tops["不计时：专家评审"] == tops["4. 专家评审"]


@given(name=TEXTS, standard=TEXTS, paper=TEXTS)
def test_no_text_breaks_the_picture(name, standard, paper):
    body = BODIES["food-business"]
    step = Step(name, "窗口", "当场", standard, paper)
    check(etree.fromstring(flow_chart(replace(body, title=name, steps=(step, *body.steps)))))


@given(TEXTS)
def test_wrapping_loses_no_sign_and_keeps_to_the_room(text):
    lines = list(wrapped(text, 140, 14))
    kept = "".join(re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text).split())
    assert "".join("".join(lines).split()) == kept
    assert all(len(line) <= 140 for line in lines)
