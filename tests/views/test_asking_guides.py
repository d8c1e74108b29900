"""Can I apply? One question a page, the answers in the address, a verdict with the personal list at the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webob.multidict import MultiDict

from records.domain.conditions import Option, Question, QuestionKind, chosen
from records.domain.eligibility import Verdict, eligible
from records.domain.guide_elements import Eligibility, SelfCheck
from records.domain.guide_parts import Batch
from records.views.answers import pairs, read
from records.views.asking_guides import questions_of, standing
from tests.office import guide_bodies

from .pages import errors, words
from .test_public import body_of, publish

FOOD = "/guides/food-business"
SELLS = "farm-produce=no&prepackaged=no"
TODAY = date(2026, 11, 23)


def answer(page, value: str):
    """Choose an answer and go on, as a person does who sees one question."""
    form = next(form for form in page.forms.values() if form.action.endswith(("/can-i", "/open-restaurant")))
    form[form["asked"].value] = value
    return form.submit()


def asked(page) -> str:
    return page.html.select_one("main legend").get_text(strip=True)


def test_an_old_person_answers_one_question_a_page_and_prints_what_to_bring(office):
    body = body_of("food-business")
    browser = office.browser()
    browser.set_cookie("size", "large")
    page = browser.get(FOOD + "/can-i")
    seen = []
    while page.html.select_one("main legend"):
        assert len(page.html.select("main fieldset")) == 1
        assert "Set-Cookie" not in page.headers
        seen.append(asked(page))
        key = next(form for form in page.forms.values() if form.action.endswith("/can-i"))["asked"].value
        check = next((check for check in body.checks if check.key == key), None)
        able = check is None or check.means(True) is Eligibility.ELIGIBLE
        page = answer(page, "yes" if able else "no")
    assert len(seen) == len(set(seen)) == len(body.checks) + len(body.situations)
    text = words(page)
    assert page.html.h1.get_text(strip=True) == "可办"
    brought = [each.strong.get_text() for each in page.html.select("ul.bag li")]
    assert brought == [line.name for line in body.lines if not line.waived]
    assert all(line.name in text for line in body.lines if line.waived)
    assert "这些不用带，由窗口调取" in text
    assert "11月30日（周一）" in text
    assert body.places[0].window in text
    address = urlsplit(page.request.url)
    assert {key for key, _ in parse_qsl(address.query)} <= {
        question.key for question in questions_of(body)
    } | {"asked"}
    changed = browser.get(page.html.select("dl.summary a")[0]["href"])
    assert asked(changed) == seen[0]


def test_the_back_link_leads_to_the_question_before_with_what_was_answered(office):
    check = SelfCheck(
        "big", "是不是连锁总部？", Eligibility.ELSEWHERE, reason="总部由市里办。", where="市局三楼"
    )
    publish(office, replace(body_of("food-business"), checks=(check,)))
    browser = office.browser()
    first = browser.get(FOOD + "/can-i")
    second = answer(first, "no")
    assert (asked(first), asked(second)) == (check.text, "是否委托他人代为办理？")
    assert "第1题，后面最多还有1题" in words(first).replace(" ", "")
    assert "第2题，这是最后一题" in words(second).replace(" ", "")
    assert asked(browser.get(second.html.select_one(".acts a.other")["href"])) == check.text


@pytest.mark.parametrize(
    ("outcome", "where"),
    [(Eligibility.ELSEWHERE, "市局三楼"), (Eligibility.NOT_NEEDED, ""), (Eligibility.NOT_ELIGIBLE, "")],
)
def test_a_check_that_speaks_against_it_ends_with_why_and_where(office, outcome, where):
    check = SelfCheck("big", "是不是连锁总部？", outcome, reason="连锁总部不在县里办。", where=where)
    publish(office, replace(body_of("food-business"), checks=(check,)))
    page = answer(office.browser().get(FOOD + "/can-i"), "yes")
    text = words(page)
    assert page.html.h1.get_text(strip=True) == outcome.label
    assert "连锁总部不在县里办。" in text
    assert where in text
    assert not page.html.select("ul.bag")


def test_outside_the_batches_the_next_opening_is_named(office):
    batches = (
        Batch("春季", date(2026, 3, 1), date(2026, 3, 20)),
        Batch("明年春季", date(2027, 3, 1), date(2027, 3, 20)),
    )
    publish(office, replace(body_of("food-business"), batches=batches))
    page = office.browser().get(FOOD + f"/can-i?{SELLS}&agent=no")
    assert page.html.h1.get_text(strip=True) == "不在受理时段"
    assert "2027年3月1日至2027年3月20日（明年春季）" in words(page).replace(" ", "")


def test_an_answer_that_makes_no_sense_is_asked_again_with_a_message(office):
    body = body_of("food-business")
    page = office.browser().get(FOOD + "/can-i?agent=perhaps", status=400)
    assert asked(page) == body.situations[0].text
    assert len(errors(page)) == 1
    assert "是否委托他人代为办理？" in errors(page)[0]
    none = office.browser().get(FOOD + "/can-i?asked=agent", status=400)
    assert errors(none) == ["“是否委托他人代为办理？”还没有回答。请选一个再继续。"]
    strange = office.browser().get(FOOD + f"/can-i?nobody=1&{SELLS}&agent=no&<script>=1")
    assert strange.html.h1.get_text(strip=True) == "可办"


def test_a_draft_and_a_guide_out_of_force_ask_nobody(office):
    office.browser().get("/guides/teacher-qualification/can-i", status=404)


def test_programs_get_the_same_question_and_verdict(office):
    browser = office.browser()
    first = browser.get("/api/v1/guides/food-business/eligibility").json
    assert (first["question"]["key"], first["verdict"], first["left"]) == ("farm-produce", None, 3)
    done = browser.get(f"/api/v1/guides/food-business/eligibility?{SELLS}&agent=no").json
    assert done["question"] is None
    assert (done["verdict"]["outcome"], done["verdict"]["latest"]) == ("eligible", "2026-11-30")
    assert [paper["id"] for paper in done["verdict"]["bring"]] == [
        "application",
        "kitchen-plan",
        "food-safety-rules",
    ]
    assert [paper["id"] for paper in done["verdict"]["fetched"]] == ["business-licence", "identity"]
    wrong = browser.get("/api/v1/guides/food-business/eligibility?agent=x", status=400).json
    assert [found["code"] for found in wrong["findings"]] == ["situation.wrong-answer"]


SEVERAL = Question("kinds", "哪几种？", QuestionKind.SEVERAL, (Option("a", "甲"), Option("b", "乙")))
ONE = Question("one", "哪一种？", QuestionKind.ONE, (Option("a", "甲"), Option("𠮷", "乙")))


def test_none_of_several_is_an_answer_and_survives_the_address():
    found = read((SEVERAL, ONE), MultiDict([("asked", "kinds")]))
    assert (dict(found.answers), found.findings) == ({"kinds": ()}, ())
    again = read((SEVERAL, ONE), MultiDict(pairs(found.answers)))
    assert dict(again.answers) == {"kinds": ()}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    body=st.sampled_from(guide_bodies()),
    data=st.data(),
    noise=st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=3),
)
def test_any_way_through_any_guide_ends_in_the_domains_own_verdict(body, data, noise):
    """Whatever is answered, the pages come to the same verdict as the rule, in at most one page a question."""
    questions = questions_of(body)
    address = MultiDict(noise)
    for _ in range(len(questions) + 1):
        answered = read(questions, address)
        found = standing(body, answered, today=TODAY)
        if isinstance(found, Verdict):
            break
        value = data.draw(st.sampled_from(found.values))
        address = MultiDict(
            parse_qsl(urlencode((*pairs(answered.answers), (found.key, value))), keep_blank_values=True)
        )
    assert found == eligible(
        body, {key: chosen(value) for key, value in answered.answers.items()}, today=TODAY
    )


def test_answers_that_contradict_each_other_are_asked_again(office):
    first = office.browser().get("/guides/food-business/can-i")
    key = first.html.select_one("main input[type=radio]")["name"]
    values = [each["value"] for each in first.html.select("main input[type=radio]")]
    page = office.browser().get(
        "/guides/food-business/can-i", f"{key}={values[0]}&{key}={values[1]}", status=400
    )
    assert page.html.select_one("main input[type=radio]")["name"] == key
    assert errors(page)
    for strange in ("<b>", "x" * 10_000, "😀", "' OR 1=1"):
        page = office.browser().get("/guides/food-business/can-i", {key: strange}, status=400)
        assert page.html.select_one("main input[type=radio]")["name"] == key
        assert "<b>" not in page.text
