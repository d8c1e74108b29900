"""Pictures of figures: well-formed, named, drawn to scale, and told apart without colour."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.exchange.charts import Part, part_bars, share_line

SVG = "{http://www.w3.org/2000/svg}"
SHARES = [
    ("10", Fraction(1, 4), "25.0%"),
    ("11", None, "—"),
    ("12", Fraction(1), "100.0%"),
    ("01", Fraction(0), "0%"),
]


def read(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def test_a_line_has_a_point_for_each_share_and_a_gap_where_there_is_none():
    drawn = read(share_line("s", "免提交率", "10月 25.0%", SHARES))
    circles = [(float(each.get("cx")), float(each.get("cy"))) for each in drawn.iter(f"{SVG}circle")]
    assert [y for _, y in circles] == [173.5, 16.0, 226.0]
    runs = [each.get("points").split() for each in drawn.iter(f"{SVG}polyline")]
    assert [len(run) for run in runs] == [1, 2]
    said = [each.text for each in drawn.iter(f"{SVG}text")]
    assert {"25.0%", "100.0%", "0%"} <= set(said)
    assert "—" not in said
    assert drawn.get("role") == "img"
    assert drawn.get("aria-labelledby") == "s-title s-desc"
    assert drawn.find(f"{SVG}title").text == "免提交率"
    assert drawn.find(f"{SVG}desc").text == "10月 25.0%"


def test_the_parts_of_a_bar_stand_upon_each_other_to_scale():
    drawn = read(
        part_bars("b", "来源", "说明", ["10", "11"], [Part("复用", (3, 0)), Part("要求提交", (1, 8))])
    )
    bars = [
        (each.get("fill"), float(each.get("y")), float(each.get("height")))
        for each in drawn.iter(f"{SVG}rect")
        if (each.get("fill") or "").startswith("url") and each.get("width") != "18"
    ]
    assert bars == [("url(#b-0)", 147.2, 78.8), ("url(#b-1)", 121.0, 26.2), ("url(#b-1)", 16.0, 210.0)]
    assert [each.get("id") for each in drawn.iter(f"{SVG}pattern")] == ["b-0", "b-1"]
    said = [each.text for each in drawn.iter(f"{SVG}text")]
    assert said[:5] == ["0", "2", "4", "6", "8"]
    assert said[-2:] == ["复用", "要求提交"]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=14))
def test_no_bar_leaves_the_picture(values):
    parts = [Part("甲", tuple(one for one, _ in values)), Part("乙", tuple(two for _, two in values))]
    drawn = read(part_bars("b", "t", "d", [str(at) for at in range(len(values))], parts))
    for each in drawn.iter(f"{SVG}rect"):
        if each.get("width") not in ("18", "6"):
            y, height = float(each.get("y") or 0), float(each.get("height"))
            assert y >= 0
            assert y + height <= float(drawn.get("height")) + 0.2


@pytest.mark.parametrize("text", ["<b>䶮</b> & “𠮷”"])
def test_words_are_text_and_never_markup(text):
    drawn = read(share_line("s", text, text, [(text, Fraction(1, 2), text)]))
    assert drawn.find(f"{SVG}title").text == text
    assert [each.text for each in drawn.iter(f"{SVG}text")].count(text) == 2
