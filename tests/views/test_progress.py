"""The inquiry counter: whoever holds the printed code learns how the case stands, and nobody else learns anything."""

from __future__ import annotations

from tests.office import CITIZEN

from .pages import errors, words
from .public_office import delivered


def receipt(office, case: str) -> tuple[str, str]:
    with office.site() as site:
        return site.dossiers[case].code, site.dossiers[case].inquiry_code


def ask(browser, number: str, code: str, *, status: int = 200):
    forms = browser.get("/progress").forms
    one = next(forms[key] for key in forms if forms[key].method.upper() == "POST")
    one["number"], one["code"] = number, code
    return one.submit(status=status)


def test_whoever_holds_the_receipt_sees_how_the_case_stands_and_nothing_personal(office):
    case = delivered(office)
    number, code = receipt(office, case)
    page = ask(office.browser(), number.lower(), " ".join(code))
    text = words(page)
    assert page.html.h1.get_text() == "个体工商户设立登记"
    assert "已办结" in text
    assert "结果已经送达。" in text
    assert "欧阳某" in text
    for personal in ("䶮", CITIZEN, "13800000001", "诸葛", "欧阳静"):
        assert personal not in page.html.select_one("main").get_text()
    notes = [path.read_text() for path in (office.services.instance / "access").glob("*.jsonl")]
    assert f'"on":"dossier:{case}"' in notes[0]
    assert '"read":"progress"' in notes[0]


def test_an_unknown_number_and_a_wrong_code_get_the_same_answer(office):
    case = delivered(office)
    number, code = receipt(office, case)
    wrong = ask(office.browser(), number, f"{(int(code) + 1) % 10**6:06d}", status=404)
    unknown = ask(office.browser(), "SCJ202611239999", code, status=404)
    assert (
        errors(wrong)
        == errors(unknown)
        == ["没有找到编号与查询码相符的办件。请对照收件凭证核对，或者到窗口、打电话询问。"]
    )
    assert words(wrong) == words(unknown)


def test_after_five_wrong_codes_even_the_right_one_waits_ten_minutes(office):
    number, code = receipt(office, delivered(office))
    for _ in range(5):
        ask(office.browser(), number, "000000" if code != "000000" else "111111", status=404)
    assert errors(ask(office.browser(), number, code, status=429)) == [
        "查询次数过多。请过几分钟再试，或者打电话询问。"
    ]
    office.clock.advance(minutes=11)
    assert "已办结" in words(ask(office.browser(), number, code))


def test_an_address_that_guesses_many_numbers_is_stopped(office):
    for number in range(20):
        ask(office.browser(), f"SCJ2026112390{number:02d}", "123456", status=404)
    ask(office.browser(), "SCJ202611239100", "123456", status=429)


def test_asking_how_a_case_stands_writes_nothing_and_keeps_no_answer(office):
    number, code = receipt(office, delivered(office))
    before = office.services.database.zodb.lastTransaction()
    ask(office.browser(), number, code)
    ask(office.browser(), number, "999999", status=404)
    assert office.services.database.zodb.lastTransaction() == before


def test_a_notice_is_confirmed_by_number_and_code_without_naming_anybody(office):
    delivered(office)
    with office.site() as site:
        notice = next(iter(site.notices.values()))
        number, code, digest = notice.code, notice.verify_code, notice.digest
    page = office.browser().get("/verify", {"n": number, "c": code})
    text = words(page)
    assert "这份文书由本中心出具" in text
    assert number in text
    assert digest in text
    assert "云溪县市场监督管理局" in text
    assert "欧阳" not in text
    wrong = office.browser().get("/verify", {"n": number, "c": code[:-1]}, status=404)
    unknown = office.browser().get("/verify", {"n": "云市监准〔2026〕99号", "c": code}, status=404)
    assert (
        errors(wrong)
        == errors(unknown)
        == ["没有查到编号与核验码相符的文书。请对照文书核对；核对无误仍查不到的，请告知本中心。"]
    )
