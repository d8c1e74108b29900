import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.arrangement import (
    ArchivalCode,
    Document,
    Series,
    arrange,
    file_name,
    format_code,
    parse_code,
    safe_segment,
    search_key,
)
from records.domain.personal_numbers import find_personal_numbers
from records.domain.vocabulary import ArchiveClass, Retention, Stage

SERIES = Series("0726", "ZY·SP", 2026, Retention.D30, "WJW")
CODE = "0726-ZY·SP·2026-D30-WJW-0001"


def codes(refused):
    return [(found.code, dict(found.params)) for found in refused.findings]


@pytest.mark.parametrize(
    "typed",
    [CODE, "０７２６－ＺＹ．ＳＰ．２０２６－Ｄ３０－ＷＪＷ－０００１", "0726-zy.sp.2026-d30-wjw-0001", " 0726—ZY•SP・2026–D30−WJW‐0001 "],
)  # fmt: skip
def test_look_alike_signs_are_read_as_meant(typed):
    found = parse_code(typed)
    assert found == ArchivalCode(SERIES, 1)
    assert found.text == CODE
    assert search_key(typed) == "0726ZYSP2026D30WJW0001"


def test_a_code_has_chinese_parts():
    assert parse_code(CODE).parts == {
        "全宗号": "0726", "门类代码": "ZY·SP", "年度": "2026", "保管期限": "D30", "机构代码": "WJW", "件号": "0001",
    }  # fmt: skip
    assert list(parse_code("Z109-WS·2011-Y-0001").parts) == ["全宗号", "门类代码", "年度", "保管期限", "件号"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("code.structure", {"pieces": 1})]),
        ("0726-ZY·SP·2026-D30", [("code.structure", {"pieces": 3})]),
        ("0726-ZY-2026-D30-0001", [("code.structure", {"pieces": 5})]),
        ("726-Z·26-D31-W-1", [
            ("code.fonds", {"part": "726"}), ("code.category", {"part": "Z"}), ("code.year", {"part": "26"}),
            ("code.number", {"part": "1"}), ("code.unit", {"part": "W"}), ("code.retention", {"part": "D31"}),
        ]),
        ("0726-ZY·SP·2026-D30-WJW-0000", [("code.number", {"part": "0000"})]),
        ("0726-ZY·SP·2026-D30--0001", [("code.unit", {"part": ""})]),
    ],
)  # fmt: skip
def test_a_bad_code_is_refused_with_every_reason(text, expected):
    assert codes(parse_code(text)) == expected


@given(
    st.from_regex("[A-Z0-9]{4}", fullmatch=True),
    st.from_regex("[A-Z]{2}(·[A-Z0-9]{1,4})?", fullmatch=True),
    st.integers(1949, 2099),
    st.sampled_from(list(Retention)),
    st.just("") | st.from_regex("[A-Z0-9]{2,4}", fullmatch=True),
    st.integers(1, 999_999),
)
def test_what_is_printed_can_be_read_back(fonds, category, year, retention, unit, number):
    series = Series(fonds, category, year, retention, unit)
    assert parse_code(format_code(series, number)) == ArchivalCode(series, number)


def test_a_series_or_number_that_cannot_be_printed_is_an_error():
    with pytest.raises(ValueError, match=r"code\.fonds"):
        Series("726", "ZY", 2026, Retention.Y)
    with pytest.raises(ValueError, match="item number"):
        format_code(SERIES, 0)


DOCUMENTS = (
    Document(Stage.DELIVERY, "送达回证", ArchiveClass.PROCEDURE, 1),
    Document(Stage.APPLICATION, "营业执照", ArchiveClass.BASIS, 2),
    Document(Stage.DECISION, "准予决定书", ArchiveClass.RESULT, 1),
    Document(Stage.APPLICATION, "申请书", ArchiveClass.BASIS, 1),
    Document(Stage.REVIEW, "审查意见", ArchiveClass.PROCEDURE, 1),
    Document(Stage.RECEIPT, "受理通知书", ArchiveClass.PROCEDURE, 1),
)


def test_papers_are_read_by_stage():
    assert [document.title for document in arrange(DOCUMENTS)] == [
        "申请书", "营业执照", "受理通知书", "审查意见", "准予决定书", "送达回证",
    ]  # fmt: skip


@given(st.permutations(DOCUMENTS))
def test_the_order_does_not_hang_on_the_order_of_filing(documents):
    assert arrange(documents) == arrange(DOCUMENTS)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("准予决定书", "05-01-准予决定书.pdf"),
        ('a/b\\c:d*e?f"g<h>i|j\n k\u202e.', "05-01-abcdefghij k.pdf"),
        ("张三110105 19491231 002x身份证13800001234", "05-01-张三证件号码身份证电话.pdf"),
        ("", "05-01-未命名.pdf"),
        ("𰍐名（扩展H）" + chr(0x31350), "05-01-𰍐名（扩展H）" + chr(0x31350) + ".pdf"),
        ("e\u0301", "05-01-é.pdf"),
    ],
)
def test_a_file_name_is_safe_and_names_no_person(title, expected):
    assert file_name(Stage.DECISION, 1, title, ".PDF") == expected


def test_a_second_copy_says_so_and_a_reserved_word_is_not_a_name():
    assert file_name(Stage.APPLICATION, 12, "申请书", "ofd", copy=2) == "01-12-申请书-副本2.ofd"
    assert safe_segment("CON") == "_CON"


@given(
    st.text(max_size=200),
    st.sampled_from(list(Stage)),
    st.integers(1, 99),
    st.sampled_from(["pdf", ".OFD", "../x", ""]),
)
def test_every_title_makes_a_segment_that_every_system_accepts(title, stage, position, extension):
    name = file_name(stage, position, title, extension)
    assert len(name.encode()) <= 120
    assert name == unicodedata.normalize("NFC", name)
    assert not set(name) & set('\\/:*?"<>|')
    assert all(unicodedata.category(sign) not in ("Cc", "Cf", "Cs") for sign in name)
    assert find_personal_numbers(name) == ()
    assert safe_segment(safe_segment(title)) == safe_segment(title)
