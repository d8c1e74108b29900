from __future__ import annotations

import pytest

from records.domain.vocabulary import ApplicantKind
from records.views.items import initials, matches, offered
from tests.office import ANOTHER, CITIZEN, CLERK, NAME, REVIEWER, SHOP

from .pages import errors, form, words


def find(office, number: str, status=None):
    browser = office.browser(CLERK)
    one = form(browser.get("/desk"), "/applicants/find")
    one["number"] = number
    return browser, one.submit(status=status)


def stored(office) -> bytes:
    """Return every byte the database holds."""
    storage = office.services.database.zodb.storage
    changes = storage.changes if hasattr(storage, "changes") else storage
    return b"".join(record.data or b"" for txn in changes.iterator() for record in txn)


def test_a_number_on_file_leads_to_the_applicant_and_is_not_in_the_address(office):
    applicant = office.applicant()
    _, answer = find(office, " " + CITIZEN.lower() + " ", status=303)
    assert answer.location == f"http://localhost/applicants/{applicant}"


def test_a_full_width_number_finds_the_same_applicant(office):
    applicant = office.applicant()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in CITIZEN)
    _, answer = find(office, wide, status=303)
    assert answer.location == f"http://localhost/applicants/{applicant}"


def test_a_number_not_on_file_is_offered_for_creation_and_stays_out_of_address_and_database(office):
    browser, page = find(office, CITIZEN, status=200)
    one = form(page, "/applicants/create", number=CITIZEN)
    one["name"] = "欧阳䶮𠮷"
    answer = one.submit(status=303)
    assert answer.location.endswith("?done=create")
    shown = browser.get(answer.location)
    assert "欧阳䶮𠮷" in shown.text
    assert CITIZEN not in shown.text
    assert CITIZEN.encode() not in stored(office)


def test_a_mistyped_number_is_refused_with_what_to_do(office):
    wrong = CITIZEN[:-1] + "3"
    _, page = find(office, wrong, status=409)
    assert errors(page) == ["公民身份号码最后一位校验不符。请对照证件核对，有一位输错了。（GB 11643-1999）"]


def test_creating_twice_points_to_the_file_there_is(office):
    _browser, page = find(office, CITIZEN, status=200)
    one = form(page, "/applicants/create")
    applicant = office.applicant()
    one["name"] = "另一个名字"
    page = one.submit(status=409)
    assert errors(page) == ["此号码已经建档，没有重复建立。请打开已有的申请人档案。"]
    assert page.html.select_one(f'a[href="/applicants/{applicant}"]') is not None
    assert form(page, "/applicants/create")["name"].value == "另一个名字"


def test_a_person_is_asked_for_a_name_and_an_organisation_for_its_head_too(office):
    def labels(number):
        page = find(office, number, status=200)[1]
        return [
            label.get_text(" ", strip=True) for label in page.html.select("form[action$='/create'] label")
        ]

    assert labels(CITIZEN) == ["公民身份号码", "姓名", "联系电话 选填"]
    assert labels("E12345678") == ["证件号码", "姓名", "联系电话 选填"]
    assert labels(SHOP) == ["统一社会信用代码", "名称", "联系电话 选填", "法定代表人（负责人）"]


def test_a_clerk_is_told_that_fifteen_digits_became_eighteen(office):
    _, page = find(office, "419999700101122", status=200)
    one = form(page, "/applicants/create")
    assert one["number"].value == CITIZEN
    assert "已换算为对应的18位" in words(page)
    assert "已换算为对应的18位" in words(one.submit(status=400))
    office.applicant()
    browser, answer = find(office, "419999700101122", status=303)
    assert "已换算为对应的18位" in browser.get(answer.location).text
    assert "已换算" not in find(office, CITIZEN, status=303)[1].follow().text


def test_correcting_on_the_screen_shows_no_more_of_the_number_than_its_mask(office):
    applicant = office.applicant()
    browser = office.browser(CLERK)
    page = browser.get(f"/applicants/{applicant}")
    assert "138****0001" in words(page)
    page = page.click("更正姓名或者电话")
    one = form(page, "/correct")
    assert (one["name"].value, one["phone"].value) == (NAME, "")
    assert "13800000001" not in page.text
    one["phone"], one["why"] = "13912345678", "申请人换号"
    answer = one.submit(status=303)
    assert "139****5678" in words(answer.follow())
    one = form(browser.get(f"/applicants/{applicant}/correct"), "/correct")
    one["name"] = "司马相如"
    page = one.submit(status=409)
    assert errors(page) == ["还没有写明更正的理由。请写明哪里写错、依据哪份证件更正。"]
    assert form(page, "/correct")["name"].value == "司马相如"
    office.browser(REVIEWER).get(f"/applicants/{applicant}/correct", status=403)


@pytest.mark.parametrize("path", ["/applicants/find", "/applicants/create", "/dossiers/open"])
def test_a_file_where_text_is_wanted_is_refused_and_breaks_nothing(office, path):
    applicant = office.applicant()
    browser = office.browser(CLERK)
    token = form(browser.get("/desk"), "/applicants/find")["csrf_token"].value
    for field in ("number", "name", "phone", "representative", "applicant", "guide", "situation", "again"):
        answer = browser.post(
            path, {"csrf_token": token}, upload_files=[(field, "x.pdf", b"%PDF-1.4 x")], status="*"
        )
        assert answer.status_int in (400, 404, 409), (path, field, answer.status)
        assert any("应填文字" in text for text in errors(answer)), (field, errors(answer))
    for way in ("reveal", "correct"):
        answer = browser.post(
            f"/applicants/{applicant}/{way}",
            {"csrf_token": token},
            upload_files=[("purpose", "x.pdf", b"%PDF-1.4 x")],
            status="*",
        )
        assert answer.status_int in (400, 409)
        assert any("应填文字" in text for text in errors(answer))


def test_an_organisation_needs_its_representative(office):
    _, page = find(office, SHOP, status=200)
    one = form(page, "/applicants/create")
    one["name"] = "云溪县碧水游泳馆有限公司"
    assert errors(one.submit(status=409)) == [
        "法人或其他组织需要填写法定代表人（负责人）。请按登记证照填写。"
    ]


def test_a_double_click_creates_one_file(office):
    _, page = find(office, CITIZEN, status=200)
    one = form(page, "/applicants/create")
    one["name"] = NAME
    first, second = one.submit(status=303), one.submit(status=303)
    assert first.location == second.location
    with office.site() as site:
        assert len(list(site.applicants)) == 1


def test_the_library_says_grade_source_and_who_verified(office):
    applicant = office.applicant()
    case = office.case(applicant)
    office.hand_in(case, "kitchen-plan", "图", document_number="平面1号", issued_on=office.clock.today())
    text = words(office.browser(CLERK).get(f"/applicants/{applicant}"))
    for said in ("平面1号", "D级 申请人自制", "申请人提交", "有效"):
        assert said in text


def test_the_page_is_on_the_access_log_with_its_reader(office):
    applicant = office.applicant()
    office.browser(CLERK).get(f"/applicants/{applicant}")
    log = (office.services.instance / "access" / f"{office.clock.today()}.jsonl").read_text()
    assert f'"on":"{applicant}"' in log
    assert CITIZEN not in log


def test_a_page_that_cannot_be_noted_is_refused(office):
    applicant = office.applicant()
    browser = office.browser(CLERK)
    (office.services.instance / "access" / f"{office.clock.today()}.jsonl").mkdir()
    answer = browser.get(f"/applicants/{applicant}", status=503)
    assert NAME not in answer.text


def test_reveal_needs_a_purpose_and_shows_the_number_this_once(office):
    applicant = office.applicant()
    browser = office.browser(CLERK)
    one = form(browser.get(f"/applicants/{applicant}/reveal"), "/reveal")
    assert errors(one.submit(status=400))
    one["purpose"] = "x"
    assert errors(one.submit(status=409)) == ["还没有写明用途。请写明为什么要看完整号码。"]
    one["purpose"] = "与身份证原件核对"
    page = one.submit(status=200)
    assert page.html.select_one("#full-number").text == CITIZEN
    assert page.headers["Cache-Control"] == "no-store"
    assert CITIZEN not in browser.get(f"/applicants/{applicant}").text
    assert CITIZEN.encode() not in stored(office)
    with office.site() as site:
        lines = [entry.line.decode() for entry in site.audit.values()]
    assert sum('"event":"applicant.reveal"' in line and "与身份证原件核对" in line for line in lines) == 1


def test_a_reviewer_sees_the_library_and_neither_reveals_nor_opens(office):
    applicant = office.applicant()
    browser = office.browser(REVIEWER)
    page = browser.get(f"/applicants/{applicant}")
    assert not [key for key in page.forms if page.forms[key].action.endswith("/open")]
    assert f"/applicants/{applicant}/reveal" not in page.text
    browser.get(f"/applicants/{applicant}/reveal", status=403)


def test_items_are_found_by_words_and_by_first_letters():
    assert initials("食品经营许可（新办）") == "spjyxkxb"
    assert matches("食品经营许可（新办）", "spjy")
    assert matches("食品经营许可（新办）", "ＳＰ 许可")
    assert matches("食品经营许可（新办）", "")
    assert not matches("食品经营许可（新办）", "gtgsh")
    assert not matches("食品经营许可（新办）", "卫生")


def test_one_fitting_item_opens_with_one_more_key(office):
    applicant = office.applicant()
    browser = office.browser(CLERK)
    page = browser.get(f"/applicants/{applicant}?item=spjy")
    buttons = page.html.select("button[autofocus]")
    assert len(buttons) == 1
    answer = form(page, "/dossiers/open", guide="food-business").submit(status=303)
    with office.site() as site:
        (case,) = site.dossiers.values()
        assert (case.applicant, case.guide, case.situation) == (
            applicant,
            "food-business",
            (("agent", False),),
        )
        assert answer.location == f"http://localhost/dossiers/{case.id}?done=open"


def test_the_ticks_answer_the_questions(office):
    applicant = office.applicant()
    page = office.browser(CLERK).get(f"/applicants/{applicant}?guide=food-business")
    one = form(page, "/dossiers/open", guide="food-business")
    one["situation"].checked = True
    one.submit(status=303)
    with office.site() as site:
        (case,) = site.dossiers.values()
        assert case.situation == (("agent", True),)


def test_a_second_open_case_is_refused_kindly_and_possible_with_a_reason(office):
    applicant = office.applicant()
    first = office.case(applicant)
    page = office.browser(CLERK).get(f"/applicants/{applicant}?item=spjy")
    page = form(page, "/dossiers/open").submit(status=409)
    assert page.html.select_one(f'.act[href="/dossiers/{first}"]') is not None
    one = form(page, "/dossiers/open")
    one["again"] = "第二处经营场所"
    assert one.submit(status=303).location.endswith("?done=open")


def test_only_guides_in_force_for_this_kind_of_applicant_are_offered(office):
    with office.site() as site:
        today = office.clock.today()
        found = [guide.key for guide, _ in offered(site, "", kind=ApplicantKind.ORGANISATION, today=today)]
        before = list(offered(site, "", kind=ApplicantKind.PERSON, today=today.replace(year=2020)))
    assert "sole-trader-registration" not in found
    assert "food-business" in found
    assert before == []


def test_another_applicant_is_another(office):
    assert office.applicant() != office.applicant(ANOTHER, "司马相如")
