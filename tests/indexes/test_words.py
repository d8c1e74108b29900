import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.indexes.words import fold, fold_map, occurs, terms

TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("证明〔〕（）·•〇○\r\n 　Ａaﬁ①㈠𠮷\u200b\ufe0f"), st.characters()),
    max_size=60,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("国办发〔２０２３〕５号", "国办发(2023)5号"),
        ("国办发［2023］5号", "国办发(2023)5号"),
        ("WS·2024・Ｙ•民政", "ws·2024·y·民政"),
        ("二○二四年，二〇二四年", "二〇二四年,二〇二四年"),
        ("身份\r\n证明", "身份证明"),
        ("第一段。\n\n　　第二段", "第一段。 第二段"),
        ("标题\n\n正文", "标题 正文"),
        ("张\u200b三\ufe0f\ufeff", "张三"),
        ("龚䶮 𠮷田", "龚䶮 𠮷田"),
        ("Straße", "strasse"),
        ("a\ud800b", "ab"),
    ],
)
def test_two_writings_of_one_thing_meet(written, folded):
    assert fold(written) == folded


@given(TEXTS)
def test_folding_twice_changes_nothing_and_the_map_agrees(text):
    folded, offsets = fold_map(text)
    assert folded == fold(text) == fold(folded)
    assert len(offsets) == len(folded) + 1
    assert list(offsets) == sorted(offsets)
    assert offsets[-1] == len(text)


@given(TEXTS)
def test_every_folded_character_comes_from_its_place(text):
    folded, offsets = fold_map(text)
    for place, char in enumerate(folded):
        if char != " ":
            assert char in fold(text[offsets[place]])


def test_terms_are_pairs_with_a_last_character_and_whole_runs():
    assert list(terms(fold("身份证ABC-12, 𠮷野2号"))) == [
        (0, "身份"),
        (1, "份证"),
        (2, "证"),
        (3, "abc"),
        (7, "12"),
        (11, "𠮷野"),
        (12, "野"),
        (13, "2"),
        (14, "号"),
    ]


def test_a_long_run_is_kept_short():
    assert [len(term) for _, term in terms("a" * 500)] == [64]


@pytest.mark.parametrize(
    ("needle", "text", "at"),
    [
        ("5号", "15号", -1),
        ("5号", "15号和5号", 4),
        ("身份", "居民身份证", 2),
        ("gb", "gb/t 18894", 0),
        ("1889", "gb/t 18894", -1),
        ("(2024)7号", "民发(2024)7号", 2),
        ("", "身份", -1),
    ],
)
def test_chinese_matches_anywhere_and_numbers_only_whole(needle, text, at):
    assert occurs(needle, text) == at
