"""Pages that look like the same sheet (疑似同一份): what their text says, and what follows page by page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.resemblance import Likeness, closeness, likeness, same_text, says_enough

FORM = "食品经营许可申请书　申请人姓名：{}　公民身份号码：{}　经营场所：云溪县望江大道１２号　经营项目：热食类食品制售　本人承诺所填写的内容和所提交的材料真实、有效，愿意承担不实承诺的法律责任。"
MINE = FORM.format("欧阳䶮", "419999197001011228")


@pytest.mark.parametrize(
    ("comes", "same"),
    [
        (MINE, True),
        (MINE.replace("　", "\n").replace("１２", "12"), True),
        (MINE + "已核验", True),
        (FORM.format("诸葛𠮷", "419999197001011228"), False),
        (FORM.format("欧阳䶮", "419999197001011236"), False),
        (FORM.format("", ""), False),
        ("", False),
    ],
)
def test_a_text_is_the_same_when_nothing_in_it_was_replaced(comes, same):
    assert same_text(MINE, comes) is same


@given(st.text(alphabet="县政务服务0123a", min_size=25), st.integers(0, 24))
def test_one_other_character_is_another_text(text, at):
    assert same_text(text, text[:at] + "䶮" + text[at + 1 :]) is False


def test_a_page_with_a_few_words_says_too_little():
    assert [says_enough(text) for text in ("", " \n", "第 1 页", "共二十字" * 5)] == [
        False,
        False,
        False,
        True,
    ]


def test_marks_are_near_when_few_bits_differ_and_a_blank_page_is_near_to_nothing():
    mark, far = bytes(31) + b"\x0f", b"\xff" * 32
    assert [
        closeness(*pair) for pair in ((mark, bytes(32)), (mark + far, bytes(32)), (b"", b""), (mark, b""))
    ] == [
        1.0,
        0.5,
        0.0,
        0.0,
    ]


@pytest.mark.parametrize(
    ("agrees", "found"),
    [
        ({}, None),
        ({1: False}, None),
        ({1: True}, Likeness("m", 1)),
        ({page: page != 7 for page in range(1, 41)}, Likeness("m", 39, (7,))),
        ({1: True, 2: False, 3: False}, None),
    ],
)
def test_a_paper_is_proposed_when_half_of_its_pages_agree_and_the_others_are_named(agrees, found):
    assert likeness("m", agrees) == found
