from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from records.domain.findings import Refused, Severity
from records.domain.identifiers import (
    PROVINCES,
    CitizenNumber,
    CreditCode,
    IdentifierKind,
    citizen_number,
    credit_code,
    is_document_number,
    is_personal_name,
    item_codes,
    licence_identifier,
    normalise,
    recognise,
)
from records.domain.personal_numbers import find_personal_numbers

TODAY = date(2026, 11, 21)
SOMEONE = "11010519491231002X"


def codes(refused):
    assert isinstance(refused, Refused)
    return [(found.code, dict(found.params)) for found in refused.findings]


@st.composite
def numbers(draw):
    region = draw(st.sampled_from(sorted(PROVINCES - {"81", "82", "83"}))) + draw(
        st.from_regex("[0-9]{4}", fullmatch=True)
    )
    birth = draw(st.dates(date(1900, 1, 1), TODAY))
    head = f"{region}{birth:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return head + ric.calc_check_digit(head + "0")


@pytest.mark.parametrize(
    "typed",
    ["11010519491231002X", "11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X",
     "110105-19491231-002x", "110105\u200b19491231002×", "110105491231002"],
)  # fmt: skip
def test_every_way_of_typing_one_number_is_the_same_number(typed):
    assert citizen_number(typed, today=TODAY) == CitizenNumber(SOMEONE, date(1949, 12, 31), "female")


@given(numbers(), st.integers(0, 16), st.integers(1, 9))
def test_a_good_number_is_read_and_one_wrong_digit_is_refused(number, place, shift):
    good = citizen_number(number, today=TODAY)
    assert isinstance(good, CitizenNumber)
    assert good.birth == date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    assert good.sex == ("male" if int(number[16]) % 2 else "female")
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert "id.check-digit" in [code for code, _ in codes(citizen_number(wrong, today=TODAY))]


def test_all_findings_come_at_once_and_the_check_digit_is_not_told():
    assert codes(citizen_number("99010520491331002A", today=TODAY)) == [
        ("id.characters", {}), ("id.region", {}), ("id.birth-date", {"reason": "no-such-day"}),
    ]  # fmt: skip
    assert codes(citizen_number("990105194912310021", today=TODAY)) == [
        ("id.region", {}),
        ("id.check-digit", {}),
    ]
    assert codes(citizen_number("11０1", today=TODAY)) == [("id.length", {"length": 4})]
    assert codes(citizen_number("", today=TODAY)) == [("id.length", {"length": 0}), ("id.characters", {})]


@pytest.mark.parametrize(
    ("birth", "reason"), [("20261122", "future"), ("18951121", "too-old"), ("19990229", "no-such-day")]
)
def test_an_impossible_birth_date_says_why(birth, reason):
    head = f"410726{birth}001"
    assert codes(citizen_number(head + ric.calc_check_digit(head + "0"), today=TODAY)) == [
        ("id.birth-date", {"reason": reason})
    ]


def test_the_number_of_a_resident_from_hong_kong_is_read():
    head = "81000019900101001"
    assert citizen_number(head + ric.calc_check_digit(head + "0"), today=TODAY).birth == date(1990, 1, 1)


def test_a_number_does_not_show_in_a_log_of_the_value():
    assert SOMEONE not in repr(citizen_number(SOMEONE, today=TODAY)) + repr(recognise(SOMEONE, today=TODAY))
    assert SOMEONE not in repr(find_personal_numbers(SOMEONE))


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "9144030071526726XG", "９１３５０１００ｍ０００１００ｙ４３"]
)
def test_a_credit_code_is_read(code):
    assert credit_code(code) == CreditCode(normalise(code))


def test_a_credit_code_is_refused_with_every_reason():
    assert codes(credit_code("91350100M000100O4")) == [
        ("credit.length", {"length": 17}), ("credit.characters", {"characters": "O"}),
    ]  # fmt: skip
    assert codes(credit_code("91350100M000100Y44")) == [("credit.check-digit", {})]


def test_an_odd_inner_organisation_code_only_warns():
    found = credit_code("91350100M000100Y43")
    assert found.findings == ()
    body = "91350100M000100Z0".replace("Z", "1")
    fitting = next(code for end in "0123456789ABCDEFGHJKLMNPQRTUWXY" if (code := credit_code(body + end)))
    assert [(w.code, w.severity) for w in fitting.findings] == [("credit.inner-check-digit", Severity.WARNS)]


@pytest.mark.parametrize(
    ("typed", "kind", "normal"),
    [
        ("110105491231002", IdentifierKind.CITIZEN, SOMEONE),
        ("91350100m000100y43", IdentifierKind.CREDIT, "91350100M000100Y43"),
        ("138-0000-1234", IdentifierKind.PHONE, "13800001234"),
        (" 欧阳　䶮 ", IdentifierKind.TEXT, "欧阳 䶮"),
        ("110105194912310021", IdentifierKind.CITIZEN, "110105194912310021"),
        ("91350100M000100Y44", IdentifierKind.CREDIT, "91350100M000100Y44"),
    ],
)
def test_the_input_box_recognises_what_was_typed(typed, kind, normal):
    found = recognise(typed, today=TODAY)
    assert (found.kind, found.normalised) == (kind, normal)
    assert found.valid == (kind is not IdentifierKind.TEXT and not normal.endswith(("21", "44")))


def test_the_last_character_of_a_licence_identifier_only_warns():
    root = "1.2.156.3005.2.11100000000013338W011.11370800MB28559184.20230000403.001."
    good = [sign for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if not licence_identifier(root + sign)]
    assert len(good) == 1
    (found,) = licence_identifier(root + ("0" if good != ["0"] else "1"))
    assert (found.code, found.severity) == ("licence.check-digit", Severity.WARNS)
    assert [f.code for f in licence_identifier("1.2.156")] == ["licence.structure"]


def test_item_codes_fit_together():
    basic, unit = "370117002011", "11370800MB28559184"
    whole = f"{unit}3{basic}"
    assert item_codes(basic, whole, whole + "01") == ()
    assert [(f.code, dict(f.params)) for f in item_codes("370117002012", whole, "X" * 51)] == [
        ("item.composition", {"part": "basic"}), ("item.handling-code", {"length": 51}),
    ]  # fmt: skip
    assert [f.code for f in item_codes(basic, f"{unit}9{basic}", "11")] == ["item.level", "item.composition"]
    assert [f.code for f in item_codes("", "12")] == ["item.basic-code", "item.implementation-code"]
    assert [(f.code, f.severity) for f in item_codes(basic, f"{unit[:-1]}53{basic}")] == [
        ("item.unit-code", Severity.WARNS)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("身份证：11010519491231002X。", ["11010519491231002X"]),
        ("１１０１０５ １９４９１２３１ ００２ｘ", ["１１０１０５ １９４９１２３１ ００２ｘ"]),
        ("1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", ["1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X"]),
        ("老证 110105491231002 新证11010519491231002X", ["110105491231002", "11010519491231002X"]),
        ("11010519491231002X 13800001234", ["11010519491231002X"]),
        ("1101051949\u200b1231002X", ["1101051949\u200b1231002X"]),
        ("19101051949123100211", []),
        ("1110105194912310021", []),
        ("110105X 19491231 002X", []),
        ("11370800MB285591843370117002011", []),
        ("110105199913310021 110105491331002", []),
        ("", []),
    ],
)
def test_numbers_of_persons_are_found_in_any_text(text, found):
    spans = find_personal_numbers(text)
    assert [text[span.start : span.end] for span in spans] == found
    assert {span.normalised for span in spans} <= {SOMEONE}


@given(
    numbers(),
    st.text("中文，。:abc\n ", max_size=8),
    st.text("中文，。:\n", max_size=8),
    st.sampled_from(["", " ", "-", "－"]),
)
def test_a_planted_number_is_always_found(number, before, after, break_):
    planted = break_.join((number[:6], number[6:14], number[14:]))
    spans = find_personal_numbers(before + planted + after)
    assert [span.normalised for span in spans] == [number]


def test_every_day_of_a_century_is_read():
    day = date(1926, 11, 21)
    while day <= TODAY:
        head = f"410726{day:%Y%m%d}123"
        assert citizen_number(head + ric.calc_check_digit(head + "0"), today=TODAY).birth == day
        day += timedelta(days=97)


def test_a_mistyped_citizen_number_is_never_taken_for_a_credit_code():
    right = "419999197001011228"
    for last in "0123456789X":
        found = recognise(right[:17] + last, today=date(2026, 11, 21))
        assert (found.kind, found.valid) == (IdentifierKind.CITIZEN, last == right[17])


MISTYPED = st.sampled_from(["", " ", "-", "－", "\u200b"])


@given(
    numbers(),
    st.integers(1, 10),
    MISTYPED,
    st.booleans(),
    st.sampled_from(["", "我叫张三，", "电话打不通："]),
)
def test_a_mistyped_number_is_found_as_well_as_a_right_one(number, shift, break_, full, before):
    """Whoever was born before papers were numbered by computers, or says that it is the identity number."""
    wrong = number[:17] + "0123456789X"[("0123456789X".index(number[17]) + shift) % 11]
    written = break_.join((wrong[:6], wrong[6:14], wrong[14:])).replace("X", "x")
    if full:
        written = "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in written)
    told = before if number[6:10] < "2010" else "身份证号："
    spans = find_personal_numbers(f"{told}{written}，请回复")
    assert [span.normalised for span in spans] in ([wrong], [] if credit_code(wrong) else [wrong])


@pytest.mark.parametrize(
    "text",
    [
        "受理编号410523199003076611", "快递单号 410523198803071236", "文书编码：410523198803071236", "GS410523198803071236",
        "410523198803071236AB", "410523202603210002", "许可证号410523198803071236", "110110118000101123",
        "41052319880307123612", "410523 19 8803 07 12 3 6 1",
    ],
)  # fmt: skip
def test_numbers_of_papers_stay_as_they_are(text):
    assert find_personal_numbers(text) == ()


@given(st.from_regex("(9[123]|5[12]|1[12])[0-9]{6}[0-9]{9}", fullmatch=True))
def test_a_right_credit_code_is_found_only_when_it_is_a_right_citizen_number_too(head):
    code = next(head + end for end in "0123456789ABCDEFGHJKLMNPQRTUWXY" if credit_code(head + end))
    found = find_personal_numbers(f"代码{code}")
    assert found == () or citizen_number(code, today=date(2099, 12, 31))


@pytest.mark.parametrize(
    "name",
    ["张三", "欧阳䶮", "诸葛𠮷", "阿卜杜热合曼·麦麦提", "买买提•艾力", "李〇", "O'Neill Séan-Marie", "Nguyễn Thị Ánh", "旺堆（曾用名扎西）", "\ue123小明", "王𪚥", "Smith, Jr. J."],
)  # fmt: skip
def test_people_are_called_so(name):
    assert is_personal_name(name)


@pytest.mark.parametrize(
    "name", ["张三2", "张３", "<b>张三</b>", "张＞三", "张\x00三", "张\u202e三", "李②", "张\n三", " "]
)
def test_nobody_is_called_so(name):
    assert not is_personal_name(name)


@pytest.mark.parametrize(
    "number",
    ["JY14105220012345", "豫食许〔2026〕3号", "汤审批〔2026〕第12号", "第十二号", "91410523MA9KXXXX0X", "No.12345", "２０２６－００１２", "A-15", "410523001"],
)  # fmt: skip
def test_papers_are_numbered_so(number):
    assert is_document_number(number)


@pytest.mark.parametrize(
    "number", ["1", "12", "123", "无", "暂无", "-", "——", "test", "TEST1", "测试01", "0000", "xxxx", "无编号", "待定1", "。", ""]
)  # fmt: skip
def test_no_paper_is_numbered_so(number):
    assert not is_document_number(number)
