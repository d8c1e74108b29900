from __future__ import annotations

import pytest
from webtest import Upload

from records.domain.vocabulary import DeliveryMethod, Outcome
from records.operations import decisions, dossiers, materials
from records.operations.clocks import deliver_due
from records.operations.resemblances import read_and_compare
from tests.extraction.ofds import ofd, packed, parts
from tests.office import CITIZEN, CLERK, HEALTH_REVIEWER, NAME, REVIEWER
from tests.operations.cases import SHOPKEEPER

from .pages import choose, errors, form, pdf, words

OWN = ("application", "kitchen-plan", "food-safety-rules")


def lines_of(page) -> dict[str, str]:
    """Return the kind of each line's badge."""
    return {
        row["id"].removeprefix("line-"): row.select_one(".task-main .badge")["class"][1]
        for row in page.html.select(".task[id^=line-]")
    }


def fill(office, case: str, lines=OWN) -> None:
    with office.site() as site:
        person = site.dossiers[case].applicant
    for line in lines:
        made = office.hand_in(
            case, line, line, document_number=f"{person}-{line}", issued_on=office.clock.today()
        )
        assert isinstance(made, str), made


def take(page, line: str, title: str = "申请书", **fields: object):
    """Hand a file in on a line's form and return the answer."""
    one = form(page, "/submit", line=line)
    one["upload"] = [pdf(title)]
    for name, value in fields.items():
        one[name] = value
    return one.submit(status="*")


def state(office, case: str) -> str:
    with office.site() as site:
        return site.dossiers[case].state


def accept(office, case: str) -> None:
    fill(office, case)
    assert office.do(CLERK, lambda act: dossiers.accept(act, act.site.dossiers[case])) == case


def decide(office, case: str) -> None:
    accept(office, case)
    office.fetch(case)
    done = office.do(
        REVIEWER,
        lambda act: decisions.decide(
            act,
            act.site.dossiers[case],
            outcome=Outcome.GRANTED,
            result_number="JY2419990000001",
            result=office.upload("食品经营许可证"),
        ),
    )
    assert done == case


def test_the_checklist_says_of_each_line_how_it_stands(office):
    case = office.case(office.applicant())
    page = office.browser(CLERK).get(f"/dossiers/{case}")
    assert lines_of(page) == {
        "application": "wait",
        "business-licence": "plain",
        "kitchen-plan": "wait",
        "food-safety-rules": "wait",
        "identity": "plain",
    }
    assert page.html.select_one("input[autofocus]")["id"] == "file-application"


def first_act(page) -> str:
    (act,) = page.html.select(".acts > .act:not(.other), .acts > form > .act:not(.other)") or [{"id": ""}]
    return act["id"]


def test_taking_papers_comes_first_and_telling_what_is_missing_only_after_some_came(office):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)
    page = browser.get(f"/dossiers/{case}")
    assert first_act(page) == "act-take"
    act = page.html.select_one("#act-take")
    assert (act["href"], act.contents[0]) == ("#file-application", "收取：食品经营许可申请书")
    assert page.html.select_one(act["href"]) is not None
    assert page.html.select_one("#act-request_supplement") is not None
    fill(office, case, ("application",))
    page = browser.get(f"/dossiers/{case}")
    assert first_act(page) == "act-request_supplement"
    assert page.html.select_one("#act-take")["href"] == "#file-kitchen-plan"
    fill(office, case, OWN[1:])
    assert first_act(browser.get(f"/dossiers/{case}")) == "act-accept"


def test_the_page_says_beside_the_acts_why_a_case_cannot_be_accepted_and_what_to_do(office):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)
    fill(office, case, ("application",))
    said = browser.get(f"/dossiers/{case}").html.select_one("#not-yet")
    assert said.select_one("strong").text == "暂时还不能受理："
    assert [link["href"] for link in said.select("a")] == ["#line-kitchen-plan", "#line-food-safety-rules"]
    assert "一次性告知" in said.text
    fill(office, case, OWN[1:])
    assert browser.get(f"/dossiers/{case}").html.select_one("#not-yet") is None


def test_a_case_decided_on_the_spot_says_whom_it_waits_for(office):
    case = office.case(office.applicant(), guide="sole-trader-registration")
    browser = office.browser(CLERK)
    assert browser.get(f"/dossiers/{case}").html.select_one("#not-yet strong").text == "暂时还不能当场决定："
    for line, title in (("application", "申请书"), ("identity", "身份证"), ("premises", "场所证明")):
        office.hand_in(
            case, line, title, document_number=f"{line}-1", issuer="公安机关", issued_on=office.clock.today()
        )
    assert first_act(browser.get(f"/dossiers/{case}")) == "act-receive"
    office.do(CLERK, lambda act: dossiers.receive(act, act.site.dossiers[case]))
    page = browser.get(f"/dossiers/{case}")
    assert first_act(page) == ""
    assert "等待审批人当场决定" in words(page)


def test_several_files_chosen_for_one_line_are_one_material_in_their_order(office):
    case = office.case(office.applicant())
    page = office.browser(CLERK).get(f"/dossiers/{case}")
    one = form(page, "/submit", line="application")
    one["upload"] = [pdf("第一页"), pdf("第二页")]
    answer = one.submit(status=303)
    with office.site() as site:
        entries = site.dossiers[case].entries
        (material,) = {entry[1] for entry in entries}
        titles = [rendition[1] for rendition in site.materials[material].renditions]
    assert titles == ["第一页.pdf", "第二页.pdf"]
    previews = answer.follow().html.select('#line-application a[target="preview"]')
    assert [link.get_text(" ", strip=True) for link in previews] == [
        "预览 1 食品经营许可申请书",
        "预览 2 食品经营许可申请书",
    ]


def test_a_file_need_not_be_chosen_again_after_a_refusal_and_belongs_to_this_log_in(office):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)
    answer = take(browser.get(f"/dossiers/{case}"), "kitchen-plan", "图", issued_on="2026-11-40")
    assert answer.status_int == 400
    assert "已上传，无需重选： 图.pdf" in words(answer)
    again = form(answer, "/submit", line="kitchen-plan")
    reference = again["upload__kept"].value
    again["document_number"], again["issued_on"] = "平面1号", "2026-11-20"
    assert again.submit(status=303).location.endswith("?done=submit")
    with office.site() as site:
        assert [entry[0] for entry in site.dossiers[case].entries] == ["kitchen-plan"]
    other = office.browser(CLERK)
    for stolen in (reference, reference[:-1] + "0", "x", "x.y", "."):
        one = form(other.get(f"/dossiers/{case}"), "/submit", line="application")
        fields = [(name, value) for name, value in one.submit_fields() if name != "upload"]
        page = other.post(one.action, [*fields, ("upload__kept", stolen)], status="*")
        assert [text for text in errors(page) if "还没有选择文件" in text], stolen
    with office.site() as site:
        assert [entry[0] for entry in site.dossiers[case].entries] == ["kitchen-plan"]


def test_a_result_file_need_not_be_chosen_again_after_a_refused_decision(office):
    case = office.case(office.applicant())
    accept(office, case)
    office.fetch(case)
    one = form(office.browser(REVIEWER).get(f"/dossiers/{case}/decide"), "/decide")
    choose(one, "outcome", "granted")
    one["result"] = pdf("食品经营许可证")
    page = one.submit(status=409)
    assert len(errors(page)) == 1
    one = form(page, "/decide")
    one["result_number"] = "JY2419990000001"
    assert one.submit(status=303).location.endswith("?done=decide")


def test_a_program_that_bears_the_name_of_a_scan_is_named_for_what_it_is(office):
    case = office.case(office.applicant())
    one = form(office.browser(CLERK).get(f"/dossiers/{case}"), "/submit", line="application")
    one["upload"] = [Upload("申请书.pdf", b"MZ\x90\x00\x03", "application/pdf")]
    assert errors(one.submit(status=415)) == [
        "文件名是.pdf，内容却是可执行程序，没有保存。请重新扫描原件，或者由原来的软件导出正确的格式后上传。"
    ]


def test_what_was_filled_in_by_itself_is_counted_named_seen_and_exchanged(office):
    applicant = office.applicant()
    first = office.case(applicant)
    fill(office, first)
    second = office.case(applicant, again="第二处经营场所")
    browser = office.browser(CLERK)
    page = form(browser.get(f"/dossiers/{second}"), "/use", line="kitchen-plan").submit(status=303).follow()
    brought = page.html.select_one("#brought")
    assert "共1份" in brought.text
    assert [link["href"] for link in brought.select("a")] == ["#line-kitchen-plan"]
    row = page.html.select_one("#line-kitchen-plan")
    assert [summary.contents[0] for summary in row.select("summary")][:3] == ["原因", "移出", "换一份"]
    assert row.select_one('a[target="preview"]') is not None
    one = form(page, "/submit", line="kitchen-plan")
    one["upload"], one["override"], one["note"] = [pdf("新图")], "changed", "厨房扩建"
    one["document_number"], one["issued_on"] = "平面2号", "2026-11-22"
    assert one.submit(status=303).location.endswith("?done=submit")
    with office.site() as site:
        assert [entry[3] for entry in site.dossiers[second].entries if entry[0] == "kitchen-plan"] == [
            "submitted"
        ]


def test_a_field_that_is_needed_in_a_case_says_in_which(office):
    case = office.case(office.applicant())
    accept(office, case)
    page = office.browser(REVIEWER).get(f"/dossiers/{case}/decide")
    labels = [" ".join(label.get_text(" ", strip=True).split()) for label in page.html.select("main label")]
    assert [label for label in labels if "按情况必填" in label] == [
        "理由 按情况必填： 不予时",
        "证照或文书编号 按情况必填： 准予时",
        "办理结果文件 按情况必填： 准予时",
    ]


def test_uploading_what_is_missing_and_accepting_is_one_page_and_two_kinds_of_press(office):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)
    page = browser.get(f"/dossiers/{case}")
    assert take(page, "application").location.endswith("?done=submit")
    page = browser.get(f"/dossiers/{case}")
    for line in OWN[1:]:
        answer = take(page, line, line, document_number=line, issued_on="2026-11-20")
        assert answer.status_int == 303, errors(answer)
    page = browser.get(f"/dossiers/{case}")
    button = page.html.select_one("button[autofocus]")
    assert (button["id"], button["data-key"]) == ("act-accept", "a")
    answer = form(page, "/accept").submit(status=303)
    assert state(office, case) == "accepted"
    page = answer.follow()
    assert page.html.select_one(".flash .note.done")
    assert page.html.select('#papers ~ ul a[href$="/pdf"]')


def test_a_double_click_accepts_once_and_issues_one_notice(office):
    case = office.case(office.applicant())
    fill(office, case)
    one = form(office.browser(CLERK).get(f"/dossiers/{case}"), "/accept")
    assert one.submit(status=303).location == one.submit(status=303).location
    with office.site() as site:
        assert len(site.dossiers[case].notices) == 1


def test_accepting_too_early_from_an_old_page_is_refused_with_every_missing_line(office):
    case = office.case(office.applicant())
    fill(office, case)
    browser = office.browser(CLERK)
    one = form(browser.get(f"/dossiers/{case}"), "/accept")
    for line in OWN[:2]:
        office.do(
            CLERK,
            lambda act, line=line: materials.remove_material(
                act, act.site.dossiers[case], line=line, why="拿错了"
            ),
        )
    page = one.submit(status=409)
    assert [link["href"] for link in page.html.select("#errors a") if "缺少" in link.text] == [
        "#line-application",
        "#line-kitchen-plan",
    ]
    assert state(office, case) == "draft"


def test_what_is_held_is_used_and_asking_again_is_refused_kindly(office):
    applicant = office.applicant()
    first = office.case(applicant)
    fill(office, first)
    office.do(CLERK, lambda act: dossiers.accept(act, act.site.dossiers[first]))
    second = office.case(applicant, again="第二处经营场所")
    browser = office.browser(CLERK)
    page = browser.get(f"/dossiers/{second}")
    held = [line for line, kind in lines_of(page).items() if kind in ("done", "next")]
    assert held, lines_of(page)
    folded = [
        one for one in page.forms.values() if one.action.endswith("/submit") and "override" in one.fields
    ]
    assert folded
    for one in folded:
        one["upload"] = [pdf("再来一份")]
        answer = one.submit(status=409)
        (text,) = [text for text in errors(answer) if "这份材料我们已经有了，不用再交" in text]
        assert "国务院令第716号" in text
        line = one["line"].value
        again = form(answer, "/submit", line=line)
        assert [value for value, *_ in again["override"].options] == [
            "",
            "original",
            "expired",
            "changed",
            "volunteered",
        ]
        again["upload"], again["override"] = [pdf("自愿重交")], "volunteered"
        if "issued_on" in again.fields:
            again["document_number"], again["issued_on"] = f"V{line}", "2026-11-22"
        assert again.submit(status=303).location.endswith("?done=submit")


def test_a_held_material_is_used_with_one_press_and_counts_as_waived(office):
    applicant = office.applicant()
    first = office.case(applicant)
    fill(office, first)
    second = office.case(applicant, again="第二处经营场所")
    browser = office.browser(CLERK)
    page = browser.get(f"/dossiers/{second}")
    assert page.html.select_one(".facts strong").text == "0 / 5"
    answer = form(page, "/use", line="kitchen-plan").submit(status=303)
    page = answer.follow()
    assert [fact.text for fact in page.html.select(".facts strong")][:2] == ["1 / 5", "免提交 1 份"]
    assert lines_of(page)["kitchen-plan"] == "done"


def test_a_material_of_another_kind_or_person_cannot_be_used(office):
    applicant = office.applicant()
    first = office.case(applicant)
    fill(office, first)
    second = office.case(applicant, again="第二处经营场所")
    one = form(office.browser(CLERK).get(f"/dossiers/{second}"), "/use", line="kitchen-plan")
    with office.site() as site:
        other = next(entry[1] for entry in site.dossiers[first].entries if entry[0] == "food-safety-rules")
    for wrong in (other, "nothing"):
        one["material"].force_value(wrong)
        assert "此申请人的材料库里没有这份材料" in errors(one.submit(status=409))[0]


def test_a_wrong_file_is_named_beside_its_line_and_nothing_typed_is_lost(office):
    case = office.case(office.applicant())
    page = office.browser(CLERK).get(f"/dossiers/{case}")
    one = form(page, "/submit", line="kitchen-plan")
    one["upload"] = [Upload("图.exe", b"MZ\x00\x01", "application/octet-stream")]
    one["document_number"] = "平面1号"
    answer = one.submit(status=415)
    assert answer.html.select_one("#errors a")["href"] == "#line-kitchen-plan"
    assert form(answer, "/submit", line="kitchen-plan")["document_number"].value == "平面1号"


def test_taking_a_material_off_needs_a_reason_and_opens_the_line_again(office):
    case = office.case(office.applicant())
    fill(office, case, ("application",))
    browser = office.browser(CLERK)
    one = form(browser.get(f"/dossiers/{case}"), "/remove", line="application")
    assert errors(one.submit(status=400))
    one["why"] = "放错了"
    assert one.submit(status=303).location.endswith("?done=remove")
    assert lines_of(browser.get(f"/dossiers/{case}"))["application"] == "wait"


def test_the_notice_has_every_missing_line_ticked_with_its_demand(office):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)
    page = browser.get(f"/dossiers/{case}/request_supplement")
    one = form(page, "/request_supplement")
    ticked = [box._value for box in one.fields["told"] if box.checked]
    assert ticked == list(OWN)
    assert all("请提交" in one[f"demand-{line}"].value for line in OWN)
    assert one.submit(status=303).location.endswith("?done=request_supplement")
    with office.site() as site:
        assert site.dossiers[case].told == tuple(sorted(OWN))


def test_a_notice_that_leaves_a_line_out_is_refused_and_keeps_what_was_written(office):
    case = office.case(office.applicant())
    one = form(office.browser(CLERK).get(f"/dossiers/{case}/request_supplement"), "/request_supplement")
    next(box for box in one.fields["told"] if box._value == "kitchen-plan").checked = False
    one["demand-application"] = "重新签字"
    page = one.submit(status=409)
    assert [link["href"] for link in page.html.select("#errors a")] == ["#told-kitchen-plan"]
    assert form(page, "/request_supplement")["demand-application"].value == "重新签字"
    assert state(office, case) == "draft"


def test_a_second_notice_may_only_concern_what_came_since(office):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)
    form(browser.get(f"/dossiers/{case}/request_supplement"), "/request_supplement").submit(status=303)
    office.clock.advance(minutes=20)
    fill(office, case)
    form(browser.get(f"/dossiers/{case}"), "/supplement").submit(status=303)
    assert state(office, case) == "received"
    page = browser.get(f"/dossiers/{case}/request_supplement")
    assert page.html.select_one(".note.wrong") is not None
    one = form(page, "/request_supplement")
    box = one.fields["told"][0]
    box.checked = True
    one[f"kind-{box._value}"] = "form"
    one[f"demand-{box._value}"] = "盖章"
    assert one.submit(status=303).location.endswith("?done=request_supplement")


def test_declining_needs_reason_law_and_words(office):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)
    page = browser.get(f"/dossiers/{case}/decline")
    one = form(page, "/decline")
    assert one["law"].value == "行政许可法 第三十二条第一款"
    one["law"] = ""
    assert len(errors(one.submit(status=400))) == 1
    choose(one, "reason", "not-competent")
    assert len(errors(one.submit(status=409))) == 3
    one["explanation"], one["law"], one["organ"] = "不在本县", "行政许可法 第三十二条", "邻县市场监督管理局"
    assert one.submit(status=303).location.endswith("?done=decline")
    assert state(office, case) == "declined"
    assert "邻县市场监督管理局" in words(browser.get(f"/dossiers/{case}"))


def test_who_accepts_does_not_decide_and_another_unit_sees_nothing(office):
    case = office.case(office.applicant())
    accept(office, case)
    office.browser(CLERK).get(f"/dossiers/{case}/decide", status=403)
    page = office.browser(HEALTH_REVIEWER).get(f"/dossiers/{case}", status=403)
    assert NAME not in page.text


def test_deciding_and_delivering_on_the_screen(office):
    applicant = office.applicant()
    case = office.case(applicant)
    accept(office, case)
    office.fetch(case)
    reviewer = office.browser(REVIEWER)
    page = reviewer.get(f"/dossiers/{case}/decide")
    one = form(page, "/decide")
    choose(one, "outcome", "granted")
    page = one.submit(status=409)
    assert len(errors(page)) == 2
    one = form(page, "/decide")
    choose(one, "outcome", "granted")
    one["result_number"], one["result"] = "JY2419990000001", pdf("食品经营许可证")
    assert one.submit(status=303).location.endswith("?done=decide")
    clerk = office.browser(CLERK)
    one = form(clerk.get(f"/dossiers/{case}/deliver"), "/deliver")
    assert one["recipient"].value == NAME
    assert one.submit(status=303).location.endswith("?done=deliver")
    page = clerk.get(f"/applicants/{applicant}")
    assert "JY2419990000001" in page.text


def test_delivery_by_post_needs_its_proof(office):
    case = office.case(office.applicant())
    decide(office, case)
    one = form(office.browser(CLERK).get(f"/dossiers/{case}/deliver"), "/deliver")
    choose(one, "method", DeliveryMethod.POST.value)
    page = one.submit(status=409)
    assert errors(page)[0].endswith("邮寄或者电子送达需要凭据。请填写邮件号或者电子送达记录。")


@pytest.mark.parametrize("name", ["decide", "deliver", "archive"])
def test_a_step_that_is_not_yet_possible_is_not_offered(office, name):
    case = office.case(office.applicant())
    page = office.browser(CLERK).get(f"/dossiers/{case}")
    assert page.html.select_one(f"#act-{name}") is None


def test_the_course_tells_who_did_what_newest_first(office):
    case = office.case(office.applicant())
    accept(office, case)
    page = office.browser(CLERK).get(f"/dossiers/{case}")
    assert [entry.text for entry in page.html.select(".timeline .what strong")] == ["已受理", "已建立"]
    assert "欧阳静" in page.html.select_one(".timeline").text


def test_the_pages_of_a_case_write_nothing_and_are_noted(office):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)
    before = office.services.database.snapshot_at
    for path in ("", "/decline", "/request_supplement", "/withdraw"):
        browser.get(f"/dossiers/{case}{path}")
    assert office.services.database.snapshot_at == before
    log = (office.services.instance / "access" / f"{office.clock.today()}.jsonl").read_text()
    assert log.count(f'"on":"{case}"') == 4


def test_no_page_of_a_case_shows_the_number(office):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)
    for path in ("", "/decline", "/request_supplement", "/withdraw"):
        assert CITIZEN not in browser.get(f"/dossiers/{case}{path}").text


def test_every_posting_form_carries_token_and_key(office):
    case = office.case(office.applicant())
    fill(office, case, ("application",))
    page = office.browser(CLERK).get(f"/dossiers/{case}")
    forms = [one for one in page.html.select("main form") if one.get("method") == "post"]
    assert len(forms) > 3
    keys = [one.select_one("input[name=__once__]")["value"] for one in forms]
    assert len(set(keys)) == len(keys)
    assert all(one.select_one("input[name=csrf_token]")["value"] for one in forms)


def test_the_case_reads_in_english_too(office):
    case = office.case(office.applicant())
    page = office.browser(CLERK).get(f"/dossiers/{case}?lang=en")
    assert page.html.html["lang"] == "en"
    assert "Materials ready" in page.text


def test_what_the_office_still_fetches_is_told_at_the_acceptance_and_filed_after_it(office):
    case = office.case(office.applicant())
    fill(office, case)
    clerk = office.browser(CLERK)
    asked = clerk.get(f"/dossiers/{case}").html.select_one("#to-fetch")
    assert [link["href"] for link in asked.select("a")] == ["#line-business-licence", "#line-identity"]
    assert office.do(CLERK, lambda act: dossiers.accept(act, act.site.dossiers[case])) == case
    page = clerk.get(f"/dossiers/{case}")
    assert page.html.select_one("#to-fetch") is not None
    assert page.html.select_one("#line-identity details form") is not None
    assert page.html.select_one("#line-application details form") is None
    office.fetch(case)
    assert clerk.get(f"/dossiers/{case}").html.select_one("#to-fetch") is None


def test_a_receipt_without_any_paper_is_warned_of_before_it_is_issued(office):
    case = office.case(office.applicant())
    clerk = office.browser(CLERK)
    notes = [note.get_text(strip=True) for note in clerk.get(f"/dossiers/{case}").html.select("p.note")]
    assert [text for text in notes if "份中的0份" in text] != []
    office.hand_in(case, "application", "申请书")
    notes = [note.get_text(strip=True) for note in clerk.get(f"/dossiers/{case}").html.select("p.note")]
    assert [text for text in notes if "份中的0份" in text] == []


def test_whoever_saw_the_original_stands_beside_the_paper_and_no_dot_is_left_over(office):
    person = office.applicant()
    case = office.case(person)
    office.hand_in(case, "application", "申请书")
    held = office.browser(CLERK).get(f"/dossiers/{case}").html.select_one("#line-application .task-held")
    said = " ".join(held.get_text(" ", strip=True).split())
    assert f"欧阳静 {office.clock.today()}" in said, said
    assert not said.startswith("·"), said
    assert "· ·" not in said, said
    unseen = office.case(person, again="另一处场所")
    office.hand_in(unseen, "application", "另一份申请书", original_seen=False)
    held = office.browser(CLERK).get(f"/dossiers/{unseen}").html.select_one("#line-application .task-held")
    assert str(office.clock.today()) not in held.get_text(" ", strip=True)


def test_a_decision_that_was_not_delivered_in_time_is_overdue_on_the_desk(office):
    case = office.case(office.applicant())
    accept(office, case)
    office.fetch(case)
    office.clock.advance(days=1)
    grant = {
        "outcome": Outcome.GRANTED, "result_number": "JY2419990000001", "result": office.upload("食品经营许可证"),
    }  # fmt: skip
    done = office.do(REVIEWER, lambda act: decisions.decide(act, act.site.dossiers[case], **grant))
    assert done == case
    with office.site() as site:
        calendar = office.services.calendar(site)
        last = deliver_due(site, site.dossiers[case], calendar=calendar)
        assert last != site.dossiers[case].promised_due
    assert last.isoformat() in office.browser(CLERK).get("/desk?list=deliver").text
    office.clock.advance(days=60)
    clerk = office.browser(CLERK)
    for path in ("/desk?list=deliver", f"/dossiers/{case}"):
        assert "逾期" in clerk.get(path).text, path


def test_an_e_licence_as_ofd_is_taken_read_and_its_identifier_only_warned_of(office):
    case = office.case(office.applicant())
    browser = office.browser(CLERK)
    wrong = "1.2.156.3005.2.11100000MB0307870M001.11419999MB0000001X.JY24199990000001.001.0"
    body = ofd("布局图", f"电子证照标识 {wrong}")
    one = form(browser.get(f"/dossiers/{case}"), "/submit", line="kitchen-plan")
    assert ".ofd" in one["upload"].attrs["accept"]
    one["upload"] = [Upload("布局图.ofd", body, "application/ofd")]
    one["issued_on"] = "2026-11-20"
    page = one.submit(status=303).follow()
    warned = page.html.select("#line-kitchen-plan .warn")
    assert ["电子证照标识校验不符" in each.text for each in warned] == [True]
    assert not page.html.select('#line-kitchen-plan a[target="preview"]')
    with office.site() as site:
        entry = site.dossiers[case].entries[0]
    read_and_compare(office.services, entry[2])
    with office.site() as site:
        held, holding = site.materials[entry[1]], site.holdings[entry[2]]
        assert (held.licence_identifier, holding.media_type) == (wrong, "application/ofd")
        assert (holding.text_status, holding.text_pages) == ("text", (f"布局图\n电子证照标识 {wrong}",))
    assert wrong in words(browser.get(f"/materials/{held.id}"))
    sent = browser.get(f"/dossiers/{case}/file?digest={entry[2]}")
    assert (sent.body, sent.content_type) == (body, "application/ofd")
    assert sent.headers["Content-Disposition"].endswith(".ofd")
    bomb = packed({**parts("布局图"), "Doc_0/Res/big.bin": bytes(40 << 20)})
    one = form(browser.get(f"/dossiers/{case}"), "/submit", line="application")
    one["upload"] = [Upload("申请书.ofd", bomb, "application/ofd")]
    assert "文件打不开" in words(one.submit(status="*"))


def test_an_item_done_on_the_spot_has_no_day_and_what_is_archived_is_not_said_to_be_under_way(office):
    case = office.case(office.applicant(), SHOPKEEPER)
    page = office.browser(CLERK).get(f"/dossiers/{case}")
    values = [each.get_text(strip=True) for each in page.html.select("main dl.summary dd")]
    with office.site() as site:
        assert site.dossiers[case].promised_due is None
    assert [text for text in values if text in ("decided on the spot", "当场办结")] != []

    def archived(root):
        root["site"].dossiers[case].state = "archived"

    told = words(office.browser(CLERK).get(f"/dossiers/{case}?done=archive"))
    assert "正在固化" in told
    office.services.database.run(archived)
    assert "正在固化" not in words(office.browser(CLERK).get(f"/dossiers/{case}?done=archive"))
