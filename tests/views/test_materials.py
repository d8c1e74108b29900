"""Several files for one material, the original seen later, and a business found by its code: the same on every way in."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from click.testing import CliRunner
from webtest import TestApp

from records.domain.vocabulary import DeliveryMethod, Outcome
from records.exchange import samples
from records.operations import decisions, materials
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import CITIZEN, CLERK, NAME, REVIEWER

from .pages import errors, form, words
from .test_api import BASE, problem, token

PAGES = ("第一页", "第二页", "第三页")
CARD = {"document_number": CITIZEN, "issuer": "云溪县公安局", "issued_on": date(2020, 5, 1)}
CODE = "92419999MA00900141"


def page_file(title: str) -> bytes:
    return samples.text_pdf(title, (title,))


def sent(*titles: str) -> list[tuple[str, str, bytes]]:
    return [("upload", f"{title}.pdf", page_file(title)) for title in titles]


def typed(office, *arguments: str) -> tuple[int, dict]:
    instance = Instance(Path("none.ini"), opened=office.services, owned=False)
    done = CliRunner().invoke(main, ["--json", "--as", CLERK, *arguments], obj=instance)
    return done.exit_code, json.loads(done.stdout)


def by_api(office, case: str, folder: Path) -> list[str]:
    answer = TestApp(office.app).post(
        f"{BASE}/dossiers/{case}/submit", {"line": "application"},
        headers=token(office), upload_files=sent(*PAGES),
    )  # fmt: skip
    return [each["title"] for each in answer.json["renditions"]]


def by_command(office, case: str, folder: Path) -> list[str]:
    given = []
    for title in PAGES:
        (folder / f"{title}.pdf").write_bytes(page_file(title))
        given += ["--file", str(folder / f"{title}.pdf")]
    code, shown = typed(office, "dossiers", "submit", case, "--line", "application", *given)
    assert code == 0, shown
    return [each["title"] for each in shown["renditions"]]


def by_screen(office, case: str, folder: Path) -> list[str]:
    browser = office.browser(CLERK)
    one = form(browser.get(f"/dossiers/{case}"), "/submit", line="application")
    fields = [(name, value) for name, value in one.submit_fields() if name != "upload"]
    browser.post(f"/dossiers/{case}/submit", fields, upload_files=sent(*PAGES), status=303)
    with office.site() as site:
        return [row[1] for row in site.materials[site.dossiers[case].entries[0][1]].renditions]


def test_several_files_come_in_by_every_way_in_their_order(office, tmp_path):
    person = office.applicant()
    entries = []
    for number, way in enumerate((by_api, by_command, by_screen)):
        case = office.case(person, again=f"第{number}处场所")
        assert way(office, case, tmp_path) == [f"{title}.pdf" for title in PAGES]
        with office.site() as site:
            record = site.dossiers[case]
            entries.append([entry[2] for entry in record.entries])
        page = office.browser(CLERK).get(f"/dossiers/{case}")
        row = page.html.select_one("#line-application")
        looked = [link["href"] for link in row.select("a[target=preview]")]
        assert [href.partition("digest=")[2] for href in looked] == entries[-1]
        assert all(page.click(href=digest, index=0).status_int == 200 for digest in entries[-1][:1])
    assert entries[0] == entries[1] == entries[2]


def test_where_one_file_is_wanted_several_are_refused(office):
    case = office.case(office.applicant())
    answer = TestApp(office.app).post(
        f"{BASE}/dossiers/{case}/decide", {"outcome": "granted", "result_number": "1"},
        headers=token(office, REVIEWER),
        upload_files=[("result", name, data) for _, name, data in sent("一", "二")], status="*",
    )  # fmt: skip
    assert problem(answer, 409) == [("file.several", "result")]


def test_one_bad_file_among_several_is_named_and_nothing_is_kept(office):
    case = office.case(office.applicant())
    files = [*sent("第一页"), ("upload", "第二页.pdf", b"")]
    answer = TestApp(office.app).post(
        f"{BASE}/dossiers/{case}/submit", {"line": "application"},
        headers=token(office), upload_files=files, status="*",
    )  # fmt: skip
    assert problem(answer, 409) == [("file.empty", "upload")]
    with office.site() as site:
        assert site.dossiers[case].entries == ()


def test_the_original_is_verified_on_the_line_by_api_and_by_command(office):
    person = office.applicant()
    for number, way in enumerate(("screen", "api", "command")):
        case = office.case(person, "public-venue-hygiene", again=f"第{number}处")
        office.hand_in(
            case, "hygiene-report", f"报告{number}", original_seen=False, document_number=f"检〔2026〕{number}号",
            issuer="云溪县疾病预防控制中心", issued_on=date(2026, 11, 2),
        )  # fmt: skip
        browser = office.browser(CLERK)
        page = browser.get(f"/dossiers/{case}")
        assert "待核验原件" in page.html.select_one("#line-hygiene-report").text
        if way == "screen":
            page = form(page, "/verify_original", line="hygiene-report").submit(status=303).follow()
            assert errors(page) == []
        elif way == "api":
            TestApp(office.app).post_json(
                f"{BASE}/dossiers/{case}/verify_original", {"line": "hygiene-report"}, headers=token(office)
            )
        else:
            code, shown = typed(office, "dossiers", "verify-original", case, "--line", "hygiene-report")
            assert (code, shown["grade"], shown["verified_by"]) == (0, "B", CLERK)
        row = browser.get(f"/dossiers/{case}").html.select_one("#line-hygiene-report")
        assert "B级 窗口核验原件" in row.text
        assert "待核验原件" not in row.text
        office.do(CLERK, lambda act, case=case: materials.remove_material(
            act, act.site.dossiers[case], line="hygiene-report", why="下一种方式"))  # fmt: skip


def test_a_warning_stands_on_its_line_and_in_the_api(office):
    case = office.case(office.applicant())
    office.hand_in(case, "identity", "身份证", **{**CARD, "valid_until": date(2026, 11, 25)})
    row = office.browser(CLERK).get(f"/dossiers/{case}").html.select_one("#line-identity")
    assert "有效期到2026-11-25，早于本件的承诺期限（2026-11-30）" in row.text
    assert "窗口调取" in row.text
    shown = TestApp(office.app).get(f"{BASE}/dossiers/{case}", headers=token(office)).json
    assert [(found["code"], found["subject"]) for found in shown["warnings"]] == [
        ("checklist.expires-first", "identity")
    ]


def test_the_business_and_its_operator_lead_to_each_other(office):
    person = office.applicant()
    case = office.case(person, "sole-trader-registration")
    for line, described in (("application", {}), ("premises", {"issued_on": date(2026, 11, 2)})):
        office.hand_in(case, line, line, **described)
    office.hand_in(case, "identity", "身份证", **CARD)
    result = office.upload("营业执照")
    office.do(REVIEWER, lambda act: decisions.decide(
        act, act.site.dossiers[case], outcome=Outcome.GRANTED, result_number=CODE, result=result))  # fmt: skip
    office.do(CLERK, lambda act: decisions.deliver(
        act, act.site.dossiers[case], method=DeliveryMethod.COUNTER, recipient=NAME))  # fmt: skip
    browser = office.browser(CLERK)
    one = form(browser.get("/desk"), "/applicants/find")
    one["number"] = CODE
    business = one.submit(status=303).follow()
    assert f"{NAME}（个体工商户）" in words(business)
    assert "经营者本人的居民身份证" in words(business)
    operator = business.click(NAME, href=person)
    assert "经营者本人的营业执照" in words(operator)
