import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.masking import MASKS, Audience, Personal, mask, mask_text, mask_trade_name
from records.domain.personal_numbers import find_personal_numbers

NUMBER = "11010519491231002X"


@pytest.mark.parametrize(
    ("kind", "value", "desk", "own", "public"),
    [
        ("citizen-number", NUMBER, "1****************X", "1*************002X", "***"),
        ("citizen-number", "110105491231002", "1*************2", "1**********1002", "***"),
        ("citizen-number", "１１０１０５１９４９１２３１００２ｘ", "1****************X", "1*************002X", "***"),
        ("citizen-number", "1", "***", "***", "***"),
        ("name", "张三", "张*", "张三", "张某"),
        ("name", "欧阳娜娜", "欧阳*", "欧阳娜娜", "欧阳某"),
        ("name", "司马", "司*", "司马", "司某"),
        ("name", "䶮", "*", "䶮", "某"),
        ("name", "𠮷野 家", "𠮷*", "𠮷野 家", "𠮷某"),
        ("phone", "138 0000 1234", "138****1234", "138****1234", "***"),
        ("phone", "+86-13800001234", "138****1234", "138****1234", "***"),
        ("phone", "0373-3812345", "0373-****345", "0373-****345", "***"),
        ("phone", "3812345", "****345", "****345", "***"),
        ("phone", "+852 9123 4567", "****567", "****567", "***"),
        ("phone", "12345", "***", "***", "***"),
        ("address", "河南省新乡市延津县城关镇人民路12号", "河南省新乡市延津县城关镇***",
         "河南省新乡市延津县城关镇人民路12号", "河南省新乡市延津县***"),
        ("address", "滕州市北辛街道杏坛小区3号", "滕州市北辛街道***", "滕州市北辛街道杏坛小区3号", "滕州市***"),
        ("address", "江苏省镇江市丹徒区高桥镇张村", "江苏省镇江市丹徒区高桥镇***",
         "江苏省镇江市丹徒区高桥镇张村", "江苏省镇江市丹徒区***"),
        ("address", "人民路12号", "***", "人民路12号", "***"),
        ("bank-card", "6222 0200 0000 1234", "************1234", "************1234", "***"),
        ("email", "zhangsan@example.cn", "z***@example.cn", "zhangsan@example.cn", "***"),
        ("email", "nobody", "***", "nobody", "***"),
        ("credit-code", "91350100M000100Y43", "91350100M000100Y43", "91350100M000100Y43", "91350100M000100Y43"),
        ("credit-code", "92410726MA4012345X", "92***************X", "92410726MA4012345X", "92***************X"),
        ("name", "", "", "", ""),
    ],
)  # fmt: skip
def test_each_audience_sees_its_own(kind, value, desk, own, public):
    assert [mask(kind, value, audience=a) for a in ("desk", "own", "public")] == [desk, own, public]


def test_the_table_is_complete_and_a_log_sees_nothing_personal():
    assert set(MASKS) == set(Personal)
    assert all(set(row) == set(Audience) for row in MASKS.values())
    assert {mask(kind, "92410726MA4012345X", audience="log") for kind in Personal} == {"***"}


def test_an_unknown_kind_is_an_error_and_not_a_clear_value():
    with pytest.raises(ValueError, match="surname"):
        mask("surname", "张", audience="desk")
    with pytest.raises(ValueError, match="friend"):
        mask("name", "张三", audience="friend")


def test_the_owner_in_a_trade_name_is_masked():
    assert (
        mask_trade_name("延津县欧阳大山餐饮店", owner="欧阳大山", audience="public") == "延津县欧阳某餐饮店"
    )
    assert mask_trade_name("延津县老街餐饮店", owner="", audience="public") == "延津县老街餐饮店"


def test_numbers_in_a_text_become_tokens():
    text = "申请人 110105 19491231 002x，配偶110105491231002；电话13800001234"
    assert mask_text(text, lambda number: f"<{number[-4:]}>") == "申请人 <002X>，配偶<002X>；电话13800001234"


@given(st.text(st.sampled_from("110105194912310 02X-中"), max_size=60))
def test_no_number_is_left_after_masking(text):
    assert find_personal_numbers(mask_text(text, lambda number: "＊")) == ()


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(list(Personal)),
    st.sampled_from(list(Audience)),
)
def test_masking_never_fails(text, kind, audience):
    assert isinstance(mask(kind, text, audience=audience), str)


def test_a_mistyped_number_is_masked_as_well():
    text = "我是110105194912310021，妻子１１０１０５ １９５１－０２０３ ００２x，单号410523198803071236"
    assert mask_text(text, lambda number: "＊") == "我是＊，妻子＊，单号410523198803071236"
