"""Was this right? A reader says what is wrong, the unit answers by its day, the reader reads the answer."""

from __future__ import annotations

from datetime import date

import pytest

from records.domain.clocks import due
from records.domain.vocabulary import Limit
from records.operations import feedback
from tests.office import CITIZEN, CLERK

from .pages import errors, form, words

BOX = "/guides/food-business/feedback"
EDITOR = "bailu"


def give(office, text="窗口还要一份复印件", *, browser=None, **fields):
    page = (browser or office.browser()).get(BOX)
    box = form(page, "/food-business/feedback")
    box["text"] = text
    for name, value in fields.items():
        box[name] = value
    return box.submit(expect_errors=True)


def numbers(page) -> tuple[str, str]:
    return tuple(each.get_text(strip=True) for each in page.html.select("dl.summary dd.code"))


def test_a_reader_gets_a_number_a_day_and_later_the_answer(office):
    page = give(
        office, f"要的不止1份，我是{CITIZEN}，电话13800000001", part="materials", phone="0000-1234567"
    )
    code, inquiry = numbers(page)
    with office.site() as site:
        record = feedback.with_code(site, code)
        calendar = office.services.calendar(site)
        assert CITIZEN not in record.text
        assert "13800000001" not in record.text
        assert b"1234567" not in record.phone_sealed
        assert (
            record.due_on
            == due(office.clock.today(), 5, Limit.WORKING_DAYS, calendar).due
            == date(2026, 11, 30)
        )
        assert (record.guide, record.guide_version, record.unit, record.part) == (
            "food-business",
            1,
            "market-regulation",
            "materials",
        )
    assert "2026年11月30日" in words(page)
    editor = office.browser(EDITOR)
    listed = editor.get("/desk/guides/feedback")
    assert code in words(listed)
    assert "1234567" not in listed.text
    called = form(listed, "/call").submit()
    assert "0000-1234567" in words(called)
    answering = form(listed, "/answer")
    answering["answer"], answering["publish"] = "指南写得对，窗口已经改正，只要1份。", True
    assert "已答复" in answering.submit(status=303).follow().text
    lookup = office.browser().get("/feedback/")
    box = form(lookup, "/feedback/")
    box["number"], box["code"] = code.lower(), inquiry
    assert "窗口已经改正" in words(box.submit())
    assert "窗口已经改正" in words(office.browser().get(BOX))


def test_a_wrong_code_opens_nothing(office):
    given = give(office)
    code, inquiry = numbers(given)
    lookup = office.browser().get("/feedback/")
    for page in (given, lookup):
        assert "回执编号" in words(page)
        assert "收件" not in words(page)
    box = form(office.browser().get("/feedback/"), "/feedback/")
    box["number"], box["code"] = code, f"{(int(inquiry) + 1) % 10**6:06d}"
    wrong = errors(box.submit(status=404))
    assert wrong == ["没有找到编号与查询码相符的回执。请对照抄下或者打印的回执核对，或者打窗口电话询问。"]


def test_right_is_noted_without_a_number_and_wrong_needs_words(office):
    page = office.browser().get(BOX + "?right=yes")
    assert "已记下" in words(form(page, "/food-business/feedback").submit())
    empty = give(office, "")
    assert empty.status_int == 400
    assert errors(empty) == ["还没有写哪里不对。请写几个字，说明哪里不对或者缺了什么。"]
    neither = form(office.browser().get(BOX), "/food-business/feedback")
    neither["right"].force_value(""), neither["part"].force_value("materials")
    neither = neither.submit(status=400)
    assert errors(neither) == errors(empty)
    assert neither.html.select_one("#part-materials").has_attr("checked")
    assert give(office, phone="打给我").status_int == 400
    with office.site() as site:
        assert [(record.right, record.state, record.code) for record in site.feedback.values()] == [
            (True, "noted", "")
        ]


def test_a_machine_is_stopped_and_a_form_without_its_token_refused(office):
    browser = office.browser()
    assert [give(office, browser=browser).status_int for _ in range(7)] == [200] * 6 + [429]
    assert office.browser().post(BOX, {"text": "不对"}, expect_errors=True).status_int == 400
    with office.site() as site:
        assert len(list(site.feedback.values())) == 6


def test_only_the_units_editors_answer_and_only_once(office):
    give(office)
    with office.site() as site:
        record = next(iter(site.feedback.values())).id
    assert office.browser(CLERK).get("/desk/guides/feedback", expect_errors=True).status_int == 403
    done = office.do(
        EDITOR,
        lambda act: feedback.answer_feedback(act, act.site.feedback[record], answer="好的", publish=False),
    )
    assert done == record
    again = office.do(
        EDITOR,
        lambda act: feedback.answer_feedback(act, act.site.feedback[record], answer="好的", publish=True),
    )
    assert [found.code for found in again.findings] == ["feedback.not-open"]
    assert "好的" not in words(office.browser().get(BOX)).split("别人问过的")[-1:]


@pytest.mark.parametrize("nothing", ["", "   ", "\u3000\n", "嗯", "。。。", "😀😀"])
def test_a_word_and_an_answer_that_say_nothing_are_refused(office, nothing):
    assert errors(give(office, nothing)) == ["还没有写哪里不对。请写几个字，说明哪里不对或者缺了什么。"]
    code, _ = numbers(give(office))
    editor = office.browser(EDITOR)
    answering = form(editor.get("/desk/guides/feedback"), "/answer")
    answering["answer"] = nothing
    refused = answering.submit(status=409)
    assert errors(refused) == [
        f"{code}还没有写答复，空白、一个字或者只有标点都不算。请写明核实的情况和怎么改。"
    ]
    with office.site() as site:
        (record,) = site.feedback.values()
        assert (record.state, record.answer) == ("open", "")


def test_every_open_word_has_its_day_and_no_number_reaches_answer_or_list(office):
    first, second = (numbers(give(office, f"第{turn}次说不对"))[0] for turn in (1, 2))
    with office.site() as site:
        assert [feedback.with_code(site, code).due_on for code in (first, second)] == [date(2026, 11, 30)] * 2
    answering = form(office.browser(EDITOR).get("/desk/guides/feedback"), "/answer")
    answering["answer"], answering["publish"] = f"已请{CITIZEN}到窗口，电话13800000001", True
    answering.submit(status=303)
    for page in (office.browser().get(BOX), office.browser(EDITOR).get("/desk/guides/feedback")):
        assert CITIZEN not in page.text
        assert "13800000001" not in page.text
