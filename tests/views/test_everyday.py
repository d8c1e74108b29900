"""Seventy-five questions as people type them, each with the answer they must meet first; and what no guide here answers."""

from __future__ import annotations

import pytest

from records.operations import unanswered
from tests.operations.test_searching import published_by_all

from .pages import words

SHOP, FOOD, VENUE = "sole-trader-registration", "food-business", "public-venue-hygiene"
POOR, OLD, DISABLED = "subsistence-allowance", "elderly-allowance", "disability-certificate"
TEACHER, NURSERY, LORRY = "teacher-qualification", "private-kindergarten", "road-freight"
HOUSE, MARRIAGE, PENSION = "property-record-search", "marriage-record-search", "pension-enrolment"
EATING, OPENING = "open-restaurant", "open-kindergarten"

#: What is typed, and what must stand first on the page, packages included; alternatives are equally good.
ASKED = (
    ("开面馆", (EATING,)), ("开饭店", (EATING,)), ("开餐馆要办什么证", (EATING,)), ("摆摊卖早点", (EATING, SHOP)),
    ("我想开个小吃店", (EATING,)), ("奶茶店", (EATING,)), ("卖凉皮", (EATING,)), ("開餐館", (EATING,)),
    ("拉面店", (EATING,)), ("拉面馆", (EATING,)), ("米粉店", (EATING,)), ("麻辣烫", (EATING,)), ("烧烤店", (EATING,)),
    ("早点铺", (EATING,)), ("开个拉面店", (EATING,)), ("螺蛳粉", (EATING,)), ("饺子馆", (EATING,)), ("小酒馆", (EATING,)),
    ("甜品店", (EATING,)), ("想开粥铺", (EATING,)), ("服装店", (SHOP,)), ("开个花店", (SHOP,)), ("门面店", (SHOP,)),
    ("烧烤店要什么手续", (EATING, FOOD)), ("做蛋糕卖", (EATING, FOOD)), ("外卖店办证", (FOOD,)), ("单位食堂", (FOOD,)),
    ("食品经营许可证怎么办", (FOOD,)), ("餐饮服务许可证", (FOOD,)), ("spjyxk", (FOOD,)), ("食品经营许克", (FOOD,)),
    ("小卖部", (SHOP,)), ("营业执照", (SHOP,)), ("营业执照丢了", (SHOP,)), ("營業執照", (SHOP,)), ("营业执招", (SHOP,)),
    ("yingyezhizhao", (SHOP,)), ("gtgsh", (SHOP,)), ("办个体户", (SHOP,)), ("个体工商户注册", (SHOP,)),
    ("自己开个小店", (SHOP,)), ("开铺头", (SHOP,)),
    ("理发店要什么手续", (VENUE,)), ("美容院卫生许可证", (VENUE,)), ("民宿怎么办证", (VENUE,)), ("洗脚店", (VENUE,)),
    ("剃头铺", (VENUE,)), ("澡堂子", (VENUE,)),
    ("残疾证怎么办", (DISABLED,)), ("聋哑人办证", (DISABLED,)), ("残集证", (DISABLED,)),
    ("低保", (POOR,)), ("吃低保要什么条件", (POOR,)), ("家里困难没钱", (POOR,)), ("dibao", (POOR,)),
    ("老人补贴", (OLD,)), ("八十岁老人有什么补贴", (OLD,)), ("老年卡", (OLD,)), ("尊老金", (OLD,)),
    ("结婚证丢了", (MARRIAGE,)), ("单身证明", (MARRIAGE,)), ("結婚證丟了", (MARRIAGE,)), ("结婚登记档案", (MARRIAGE,)),
    ("社保怎么交", (PENSION,)), ("新农保", (PENSION,)),
    ("教师资格证", (TEACHER,)), ("当老师要考什么证", (TEACHER,)), ("jszgz", (TEACHER,)),
    ("货车营运证", (LORRY,)), ("拉货要办什么证", (LORRY,)), ("道路運輸證", (LORRY,)),
    ("开幼儿园", (OPENING, NURSERY)), ("托儿所", (NURSERY,)),
    ("查房子", (HOUSE,)), ("我名下有没有房", (HOUSE,)),
)  # fmt: skip
FIRST, AMONG = 70, 3

#: What no guide here answers, and whether the table says who does.
NOWHERE = (
    ("房产证过户", "不动产登记机构"), ("护照", "出入境"), ("身份证丢了怎么办", "公安派出所"), ("驾驶证换证", "交通管理"),
    ("公积金提取", "公积金管理中心"), ("出生证明", "医院"), ("户口迁移", "公安派出所"), ("结婚登记", "婚姻登记机关"),
    ("孩子上幼儿园", "教育部门"), ("注册公司", "企业登记窗口"), ("医保报销", "医疗保障"), ("开药店", "药品监督"),
    ("烟草证", "烟草专卖"), ("养狗证", ""), ("报考公务员", ""),
)  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = published_by_all(tmp_path_factory.mktemp("everyday"))
    yield office
    office.close()


def answers(office, typed: str) -> list[str]:
    """Return what the page offers, from top to bottom."""
    page = office.browser().get("/search", {"q": typed})
    links = page.html.select("section[aria-labelledby=things] a, main > ul.tasks a.task-link")
    return [link["href"].rpartition("/")[2] for link in links]


def test_everyday_questions_meet_their_answer_first(office):
    assert len(ASKED) == 75
    found = {typed: answers(office, typed) for typed, _ in ASKED}
    wanted = dict(ASKED)
    assert {
        typed: keys[:AMONG] for typed, keys in found.items() if not set(wanted[typed]) & set(keys[:AMONG])
    } == {}
    second = {typed: keys for typed, keys in found.items() if keys[0] not in wanted[typed]}
    assert len(ASKED) - len(second) >= FIRST, second


@pytest.mark.parametrize(("typed", "where"), NOWHERE)
def test_what_no_guide_answers_finds_nothing_and_says_how_to_go_on(office, typed, where):
    page = office.browser().get("/search", {"q": typed})
    text = words(page)
    assert page.html.select_one(".count strong").get_text() == "0"
    assert not page.html.select("section[aria-labelledby=things], main > ul.tasks")
    assert "0000-1000000" in text
    assert "一楼咨询台" in text
    assert page.html.select("main a[href='/guides']")
    if where:
        assert where in page.html.select_one("p.note").get_text()
    else:
        assert "没有找到相符的事项" in text


def test_what_is_done_elsewhere_is_no_gap_of_the_guides(office):
    for typed in ("护照", "养狗证"):
        for number in range(2):
            office.browser().get("/search", {"q": typed}, extra_environ={"REMOTE_ADDR": f"10.0.0.{number}"})
    assert "养狗证" in [each.phrase for each in unanswered.report(office.services)]
    assert "护照" not in [each.phrase for each in unanswered.report(office.services)]


def test_a_package_is_above_the_guides_only_by_its_name(office):
    page = office.browser().get("/search", {"q": "营业执照"})
    assert not page.html.select("section[aria-labelledby=things] ~ ul.tasks")
    assert page.html.select_one("main > ul.tasks ~ section[aria-labelledby=things] a")["href"].endswith(
        EATING
    )
    page = office.browser().get("/search", {"q": "开面馆"})
    assert [link["href"] for link in page.html.select("section[aria-labelledby=things] a")] == [
        f"/things/{EATING}"
    ]


ODD = (
    "x" * 10_000, "店" * 10_000, "😀", "👨‍👩‍👧‍👦", "' OR 1=1 --", "<script>alert(1)</script>", "；DROP TABLE guides", "???", "。。。",
    "\u0000", "%", "-", "()", "题名:", "*", "\ud800", "{{7*7}}", "${x}", "&#60;b&#62;", "../../etc/passwd", "a" * 60 + " b",
)  # fmt: skip


@pytest.mark.parametrize("typed", ODD, ids=range(len(ODD)))
def test_anything_may_be_typed_and_gets_a_clear_page(office, typed):
    page = office.browser().get("/search", {"q": typed.encode("utf-8", "replace").decode()})
    assert page.status_int == 200
    assert "<script>alert" not in page.text
    assert page.html.select_one(".count strong").get_text() == "0" or page.html.select("main > ul.tasks")
    assert "0000-1000000" in words(page) or page.html.select("main > ul.tasks")
    if page.html.select_one("main .empty"):
        assert page.html.h1.get_text(strip=True)


@pytest.mark.parametrize(
    "path", ["/guides/nothing", "/guides/nothing/can-i", "/things/nothing", "/nowhere", "/guides/%3Cb%3E"]
)
def test_what_is_not_there_says_so_in_chinese_and_leads_on(office, path):
    page = office.browser().get(path, status=404)
    assert page.html.html["lang"] == "zh-Hans"
    assert page.html.h1.get_text(strip=True)
    assert page.html.select("main a[href]")
