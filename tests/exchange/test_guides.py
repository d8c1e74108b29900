import string
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.domain.guides import Faq, Fee, Period
from records.domain.plain import composed, optional, shape
from records.domain.vocabulary import ApplicantKind, Grade, Limit, Retention
from records.exchange.guides import (
    KEYS,
    LARGEST,
    lint_guide,
    read_guide,
    shipped_guides,
    write_guide,
)
from records.rules.catalogue import materials, wording
from records.rules.statutes import statutes

TEXTS = dict(shipped_guides())
FOOD = TEXTS["food-business.yaml"]
GUIDE = read_guide(FOOD, "food.yaml")[0]


def faults(text, name="food.yaml"):
    guide, found = read_guide(text, name)
    assert guide is None
    return [(one.finding.code, one.line, one.field) for one in found]


def line_of(text, words):
    return text[: text.index(words)].count("\n") + 1


def test_shipped_guides_are_named_after_their_keys():
    assert {name: read_guide(text, name)[0].key + ".yaml" for name, text in TEXTS.items()} == {
        name: name
        for name in ("food-business.yaml", "public-venue-hygiene.yaml", "sole-trader-registration.yaml")
    }


def test_file_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "food.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + FOOD.encode())
    guide, found = read_guide(path, "food.yaml")
    assert found == ()
    assert guide == GUIDE
    assert (guide.codes.basic, guide.fee, guide.result.valid_years) == ("990131001000", None, 5)
    assert guide.audience == (ApplicantKind.PERSON, ApplicantKind.ORGANISATION)
    assert guide.limits.statutory == Period(10, Limit.WORKING_DAYS)
    assert guide.lines[1].grades == frozenset({Grade.A, Grade.B})
    assert guide.lines[1].waived is True
    assert guide.archiving.retention is Retention.D10
    assert guide.version.effective == date(2026, 1, 1)
    assert guide.remedies.litigation_limit == Period(6, Limit.MONTHS)


def test_leading_noughts_of_an_unquoted_code_stay():
    text = FOOD.replace('基本编码: "990131001000"', "基本编码: 000131001000")
    assert read_guide(text, "food.yaml")[0].codes.basic == "000131001000"


def test_everything_wrong_is_told_at_once_with_its_line():
    text = (
        FOOD.replace("办件类型: 承诺件", "办件类型: 慢办件")
        .replace("    序号: 3\n", "    序号: 三\n")
        .replace("    序号: 4\n", "    顺序: 4\n")
        .replace("承诺时限: 5个工作日", "承诺时限: 很快")
        .replace("数量限制: 没有数量限制", "数量限制: no")
        .replace("  生效日期: 2026-01-01", "  生效日期: 2026年1月1日")
        .replace("    免提交: 是\n", "    免提交: 1\n", 1)
        .replace("适用范围:", "一句话说明:")
    )
    assert sorted(faults(text), key=lambda fault: fault[1]) == [
        ("guide.yaml-missing-key", 1, "适用范围"),
        ("guide.yaml-type", line_of(text, "慢办件"), "办件类型"),
        ("guide.yaml-duplicate-key", 15, "一句话说明"),
        ("guide.yaml-bare-word", line_of(text, "数量限制"), "数量限制"),
        ("guide.yaml-type", line_of(text, "免提交: 1"), "申请材料[2].免提交"),
        ("guide.yaml-type", line_of(text, "序号: 三"), "申请材料[3].序号"),
        ("guide.yaml-missing-key", line_of(text, "标识: food-safety-rules"), "申请材料[4].序号"),
        ("guide.yaml-unknown-key", line_of(text, "顺序: 4"), "申请材料[4].顺序"),
        ("guide.yaml-type", line_of(text, "很快"), "时限.承诺时限"),
        ("guide.yaml-type", line_of(text, "2026年1月1日"), "版本.生效日期"),
    ]


def test_finding_of_an_enum_names_the_words_that_are_allowed():
    _, (found,) = read_guide(FOOD.replace("办件类型: 承诺件", "办件类型: 慢办件"), "f.yaml")
    assert (found.file, found.column, found.finding.params["wanted"]) == ("f.yaml", 7, "即办件、承诺件")


@pytest.mark.parametrize("word", ["yes", "No", "on", "OFF", "y", "true", "null", "~", ""])
def test_bare_word_in_a_text_is_never_guessed(word):
    text = FOOD.replace("数量限制: 没有数量限制", f"数量限制: {word}")
    assert faults(text) == [("guide.yaml-bare-word", line_of(text, "数量限制"), "数量限制")]
    quoted = FOOD.replace("数量限制: 没有数量限制", f'数量限制: "{word}"')
    assert read_guide(quoted, "food.yaml")[0].quantity_limit == word


@pytest.mark.parametrize(
    ("word", "waived"), [("是", True), ("否", False), ("yes", True), ("NO", False), ("true", True)]
)
def test_yes_and_no_where_they_belong(word, waived):
    text = FOOD.replace("    免提交: 是\n", f"    免提交: {word}\n", 1)
    assert read_guide(text, "food.yaml")[0].lines[1].waived is waived


BOMB = "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BOMB, [("guide.yaml-alias", 1, ""), ("guide.yaml-alias", 2, "")] + [("guide.yaml-alias", 2, "")] * 2 + [("guide.yaml-alias", 3, "")] * 2),
        ("标识: !!python/object/apply:os.system [ls]\n", [("guide.yaml-tag", 1, "")]),
        ("标识: !office x\n", [("guide.yaml-tag", 1, "")]),
        ("[" * 5000, [("guide.yaml-deep", 1, "")]),
        ("标识: x\n---\n标识: y\n", [("guide.yaml-documents", 2, "")]),
        ("", [("guide.yaml-empty", 1, "")]),
        ("# 只有注释\n", [("guide.yaml-empty", 1, "")]),
        ("标识: x\n  事项名称: [\n", [("guide.yaml-syntax", 2, "")]),
        ("标识: x\n事项名称: \x00\n", [("guide.yaml-syntax", 2, "")]),
        ("标识: x\n事项名称: 卫生".encode("gbk"), [("guide.yaml-encoding", 1, "")]),
        ("标识: \ud800", [("guide.yaml-encoding", 1, "")]),
        ("- 标识: x\n", [("guide.yaml-type", 1, "")]),
        ("#" * (LARGEST + 1), [("guide.yaml-too-large", 1, "")]),
    ],
)  # fmt: skip
def test_hostile_or_broken_files_are_refused_with_a_place(text, expected):
    assert faults(text) == expected


def test_large_file_on_disk_is_not_read_whole(tmp_path):
    path = tmp_path / "large.yaml"
    with path.open("wb") as opened:
        opened.truncate(4 * 1024**3)
    assert faults(path) == [("guide.yaml-too-large", 1, "")]


RULES = {
    "statutes": statutes(),
    "materials": materials(),
    "wording": wording(),
    "units": {"health-commission": "11990726009900013G", "market-regulation": "11990726009900021B"},
    "limits": {"licence", "registration"},
    "today": date(2026, 11, 21),
}


def test_findings_of_the_rules_get_their_place_in_the_file():
    text = FOOD.replace("名称: 食品安全规章制度目录清单", "名称: 其他材料").replace(
        "岗位: 综合窗口", '岗位: ""', 1
    )
    found = [
        (one.finding.code, one.line, one.field)
        for one in lint_guide(text, "food.yaml", **RULES)
        if one.finding.severity == "blocks"
    ]
    assert found == [
        ("guide.step-no-post", line_of(text, '岗位: ""'), "办理流程[1].岗位"),
        ("guide.catch-all", line_of(text, "名称: 其他材料"), "申请材料[4].名称"),
    ]


def test_finding_about_a_field_that_is_not_written_points_at_its_neighbourhood():
    start = FOOD.index("    空白表格: 栏目：经营者名称")
    text = FOOD[:start] + FOOD[FOOD.index("    示例样表", start) :]
    (found,) = [one for one in lint_guide(text, "f.yaml", **RULES) if one.finding.severity == "blocks"]
    assert (found.finding.code, found.finding.subject, found.line, found.field) == (
        "guide.line-no-sample",
        "lines.0.blank",
        line_of(text, "标识: application"),
        "申请材料[1]",
    )


def test_unreadable_guide_is_not_judged():
    assert [one.finding.code for one in lint_guide("", "f.yaml", **RULES)] == ["guide.yaml-empty"]


def test_every_field_has_one_word_and_every_word_one_field():
    for kind, words in KEYS.items():
        assert sorted(words.values()) == sorted(shape(kind)), kind
        for hint in shape(kind).values():
            inner = optional(hint) or hint
            assert not composed(inner) or inner is Period or inner in KEYS


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_written_guide_reads_back(name):
    guide = read_guide(TEXTS[name], name)[0]
    assert read_guide(write_guide(guide), name) == (guide, ())


printable = st.text(
    alphabet=st.one_of(
        st.sampled_from("䶮𠮷〇０９：#-\"'\n\t []{}&*!|>%@`，。yn~" + string.digits),
        st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co", "Zl", "Zp")),
    ),
    max_size=16,
)


@settings(max_examples=60, deadline=None)
@given(printable, printable, st.none() | st.integers(1, 99), st.booleans())
def test_any_words_survive_writing_and_reading(text, other, years, flag):
    line = replace(GUIDE.lines[0], name=text, handbook=other, inspect_original=flag, validity_days=years)
    guide = replace(
        GUIDE,
        title=text,
        conditions=(text, other),
        questions=(Faq(text, other),),
        fee=Fee(text, other, text) if flag else None,
        result=replace(GUIDE.result, valid_years=years),
        limits=replace(GUIDE.limits, statutory=None if flag else Period(1, Limit.MONTHS)),
        lines=(line,),
    )
    assert read_guide(write_guide(guide), "g.yaml") == (guide, ())
