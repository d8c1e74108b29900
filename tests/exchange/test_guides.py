from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.domain.conditions import AllOf, AnyOf, MainSituation, Operator, Option, Test
from records.domain.guide_elements import Eligibility, Handbook, SelfCheck
from records.domain.guide_parts import Guide
from records.domain.guides import Faq, Fee, Period
from records.domain.plain import arms, composed, shape
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

from .arbitrary import anything, texts

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
        name: name for name in TEXTS
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
        ("guide.yaml-duplicate-key", line_of(text, "一句话说明: 在云溪县内"), "一句话说明"),
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
    read_apart = {Test}
    for kind, words in KEYS.items():
        if kind not in read_apart:
            assert sorted(words.values()) == sorted(shape(kind)), kind
        for hint in shape(kind).values():
            for inner in arms(hint):
                assert not composed(inner) or inner is Period or inner in KEYS


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_written_guide_reads_back(name):
    guide = read_guide(TEXTS[name], name)[0]
    assert read_guide(write_guide(guide), name) == (guide, ())


@settings(max_examples=60, deadline=None)
@given(texts, texts, st.none() | st.integers(1, 99), st.booleans())
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


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(anything(Guide))
def test_any_guide_survives_writing_and_reading(guide):
    assert read_guide(write_guide(guide), "g.yaml") == (guide, ())
    assert Guide.from_dict(guide.as_dict()) == guide


def with_situations(text):
    return FOOD.replace("    情形: agent\n", f"    情形: {text}\n")


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("agent", "agent"),
        ("{问题: agent, 是: 是}", Test("agent", Operator.IS, ("yes",))),
        ("{问题: agent, 是: [否]}", Test("agent", Operator.IS, ("no",))),
        (
            "{全部: [{问题: kind, 是: [新办, 延续]}, {任一: [agent, {问题: kind, 不是: 新办}]}]}",
            AllOf((
                Test("kind", Operator.IS, ("新办", "延续")),
                AnyOf(("agent", Test("kind", Operator.NOT, ("新办",)))),
            )),
        ),
    ],
)  # fmt: skip
def test_condition_is_read_as_it_was_written(written, condition):
    assert read_guide(with_situations(written), "f.yaml")[0].lines[5].condition == condition


@pytest.mark.parametrize(
    ("written", "code", "field"),
    [
        ("[agent]", "guide.yaml-condition", "情形"),
        ("{问题: agent}", "guide.yaml-condition", "情形"),
        ("{问题: agent, 是: 是, 不是: 否}", "guide.yaml-condition", "情形"),
        ("{问题: agent, 等于: 是}", "guide.yaml-condition", "情形"),
        ("{全部: agent}", "guide.yaml-type", "情形.全部"),
        ("{全部: [agent], 任一: [agent]}", "guide.yaml-unknown-key", "情形.任一"),
        ("{问题: agent, 是: yes}", "guide.yaml-bare-word", "情形.是"),
    ],
)
def test_condition_written_wrongly_is_told_with_its_line(written, code, field):
    text = with_situations(written)
    assert faults(text) == [(code, line_of(text, "    情形:"), f"申请材料[6].{field}")]


def test_options_may_be_words_and_words_for_main_situations_are_known():
    text = FOOD.replace(
        "    问题: 是否委托他人代为办理？\n",
        "    问题: 是否委托他人代为办理？\n"
        "  - 标识: kind\n    问题: 办哪一种？\n    回答方式: 单选\n"
        "    选项: [新办, 变更, {标识: lost, 名称: 证丢了, 主情形: 补领}, 都不是]\n",
    )
    assert read_guide(text, "f.yaml")[0].situations[1].options == (
        Option("新办", "新办", MainSituation.NEW),
        Option("变更", "变更", MainSituation.CHANGE),
        Option("lost", "证丢了", MainSituation.REISSUE),
        Option("都不是", "都不是"),
    )


CARRIED = """受理条件:
  - 有固定场所。
  - 条件: 经营食品。
    核对: {问题: 只卖预包装食品吗？, 是则: 无需办理, 说明: 只要备案。, 去哪里: 同一窗口备案}
"""
ALONE = "自助核对:\n  - {标识: county, 问题: 店在云溪县吗？, 是则: 可办, 说明: 由经营所在地办理。}\n"


@pytest.mark.parametrize("order", [(ALONE, CARRIED), (CARRIED, ALONE)])
def test_a_condition_may_carry_its_question_and_loses_none_that_stands_alone(order):
    start, end = FOOD.index("自助核对:"), FOOD.index("禁止性要求:")
    guide, found = read_guide(FOOD[:start] + "".join(order) + FOOD[end:], "f.yaml")
    assert found == ()
    assert guide.conditions == ("有固定场所。", "经营食品。")
    assert set(guide.checks) == {
        SelfCheck("county", "店在云溪县吗？", Eligibility.ELIGIBLE, reason="由经营所在地办理。"),
        SelfCheck("condition-2", "只卖预包装食品吗？", Eligibility.NOT_NEEDED, reason="只要备案。", where="同一窗口备案"),
    }  # fmt: skip
    assert len(guide.checks) == 2


FEE = "{名称: 工本费, 标准: 每证5元, 依据: 示例文件, 可减免: 是, 减免依据: 示例}"
WORK = Fee("工本费", "每证5元", "示例文件", reducible=True, reduction_basis="示例")


@pytest.mark.parametrize(
    ("written", "fees"),
    [
        ("收费: 不收费", ()),
        ("收费: []", ()),
        (f"收费: {FEE}", (WORK,)),
        (f"收费: [{FEE}]", (WORK,)),
        (f"收费: [{FEE}, {FEE}]", (WORK, WORK)),
        (f"收费: [{FEE}, {FEE}]\n其他收费: [{FEE}]", (WORK,) * 3),
        (f"其他收费: [{FEE}]\n收费: [{FEE}, {FEE}]", (WORK,) * 3),
    ],
)
def test_no_fee_one_fee_and_many(written, fees):
    guide, found = read_guide(FOOD.replace("收费: 不收费", written), "f.yaml")
    assert (found, guide.fees) == ((), fees)


def test_handbook_is_one_text_or_two_lists():
    lists = "    审查要点:\n      看什么:\n        - 清单是否包括从业人员健康管理和进货查验\n"
    assert lists in FOOD
    text = FOOD.replace(
        lists, "    审查要点: {看什么: [有无进货查验], 常见退回原因: [只抄了条文, 没有日期]}\n"
    ).replace(
        "    审查要点:\n      看什么:\n        - 生熟是否分开，清洗水池是否分设\n      常见退回原因:\n        - 没有画流向\n",
        "    审查要点: 生熟是否分开。\n",
    )
    guide = read_guide(text, "f.yaml")[0]
    assert guide.lines[3].instructions == Handbook(("有无进货查验",), ("只抄了条文", "没有日期"))
    assert str(guide.lines[3].handbook) == "有无进货查验。常见退回原因：只抄了条文；没有日期"
    assert guide.lines[2].instructions == Handbook(("生熟是否分开。",))


def test_a_township_cannot_ask_for_more():
    text = FOOD + (
        "本地补充:\n  - 分中心: dongpo\n    层级: 乡镇（街道）便民服务中心\n    时间: 逢集日8:00至12:00\n"
        "    申请材料: []\n    收费: 10元\n    电话: 1\n"
    )
    assert faults(text) == [
        ("guide.yaml-not-local", line_of(text, "    申请材料: []"), "本地补充[1].申请材料"),
        ("guide.yaml-not-local", line_of(text, "    收费: 10元"), "本地补充[1].收费"),
        ("guide.yaml-unknown-key", line_of(text, "    电话: 1"), "本地补充[1].电话"),
    ]
