"""An existing archive at the desk: looked over, mended, entered, stopped, gone on with, undone; for programs and at a prompt too."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from webtest import TestApp

from records.domain.arrangement import search_key
from records.domain.relations import LaterFact
from records.exchange import samples
from records.indexes import disposition_questions, questions
from records.operations import archive_imports, archiving, checking, importing_archives, sweeping
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ARCHIVIST, CLERK, build_office
from tests.operations.archives_brought import (
    FONDS,
    HEAD,
    brought,
    bundle,
    code_of,
    directory,
    record_of,
    row,
    scans,
    work,
)

from .pages import errors, form, words
from .test_api import BASE, token

PAGE = "/archives/imports"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("imports"), publish=False)
    yield office
    office.close()


@pytest.fixture(scope="module")
def browser(office):
    return office.browser(ARCHIVIST)


def hand_in(browser, rows: bytes, files: bytes, *, source: str = "", status: int = 303):
    one = form(browser.get(PAGE), "/bring-import")
    one["directory"], one["bundle"] = ("目录.xlsx", rows), ("扫描件.zip", files)
    if source:
        one["source"] = source
    return one.submit(status=status)


def looked_over(office, browser, rows: bytes, files: bytes, **more: str):
    page = hand_in(browser, rows, files, **more).follow()
    work(office)
    return browser.get(page.request.path_qs)


def press(office, browser, page, ending: str):
    page = form(page, ending).submit("n", status=303).follow()
    work(office)
    return browser.get(page.request.path_qs)


def held(office, year: int) -> list[str]:
    with office.site() as site:
        return sorted(item.code for item in site.archives.values() if item.year == year)


def found(browser, wanted: str) -> bool:
    page = browser.get("/desk/search", {"q": wanted, "in": "archives"})
    return wanted in " ".join(
        each.get_text(" ", strip=True) for each in page.html.select("main ul.tasks > li")
    )


def test_thirty_rows_of_which_four_are_bad_are_entered_mended_and_undone(office, browser):
    rows = [row(number) for number in range(1, 31)]
    rows[4]["文件"] = "没有这个.pdf"
    rows[9]["档号"] = code_of(9)
    rows[14]["档号"] = code_of(15).replace("J043", "J099")
    rows[19]["年度"] = "2016"
    page = looked_over(office, browser, directory(rows), scans(rows))
    assert "已检查" in words(page) or "Looked over" in words(page)
    assert [each.get_text() for each in page.html.select("dl.summary dd")] == ["26", "0", "4"]
    assert held(office, 2015) == []
    book = openpyxl.load_workbook(
        io.BytesIO(browser.get(page.html.select_one("a[href*=import-errors]")["href"]).body)
    )
    bad, faults = list(book.worksheets[0].values), [each for each in book["错误清单"].values if each[1]]
    assert bad[0] == (*HEAD, "错误")
    assert [each[0] for each in bad[1:]] == [rows[at]["档号"] for at in (4, 9, 14, 19)]
    assert [each[1:3] for each in faults[1:]] == [
        ("6", "文件"),
        ("11", "档号"),
        ("16", "全宗号"),
        ("21", "年度"),
    ]
    page = press(office, browser, page, "/apply-import")
    assert len(held(office, 2015)) == 26
    mended = [dict(zip(HEAD, (cell or "" for cell in each), strict=False)) for each in bad[1:]]
    mended[0]["文件"], mended[1]["档号"], mended[2]["档号"], mended[3]["年度"] = (
        "",
        code_of(10),
        code_of(15),
        "2015",
    )
    second = looked_over(office, browser, directory(mended), scans(mended))
    assert [each.get_text() for each in second.html.select("dl.summary dd")] == ["4", "0", "0"]
    second = press(office, browser, second, "/apply-import")
    assert held(office, 2015) == [code_of(number) for number in range(1, 31)]
    press(office, browser, page, "/undo-import")
    assert held(office, 2015) == [code_of(number) for number in (5, 10, 15, 20)]
    press(office, browser, second, "/undo-import")
    assert held(office, 2015) == []
    with office.site() as site:
        assert site.counter("archive:J043-ZY·SP·2015-D10-ZCG").value == 0


def test_imported_items_are_found_by_code_and_title_and_fall_due_until_they_are_undone(office, browser):
    key = brought(office, [row(1, 2014)])
    work(office)
    with office.site() as site:
        item = questions.item_with_code(site, search_key(code_of(1, 2014)))
        due = list(disposition_questions.due_ids(site, FONDS, 2024))
        assert (due, item.expires_on.isoformat()) == ([item.id], "2024-12-31")
    assert found(browser, code_of(1, 2014))
    assert found(browser, "䶮溪镇𠮷祥饭店1号")
    assert "䶮溪镇" in words(browser.get("/archives/disposition?year=2024"))
    office.do(ARCHIVIST, lambda act: archive_imports.undo(act, archive_imports.import_of(act.site, key)))
    work(office)
    assert not found(browser, code_of(1, 2014))
    with office.site() as site:
        assert list(disposition_questions.due_ids(site, FONDS, 2024)) == []


def test_what_was_not_checked_of_an_imported_item_is_not_said_to_be(office, browser):
    brought(office, [row(1, 2013)])
    with office.site() as site:
        item = questions.item_with_code(site, search_key(code_of(1, 2013)))
        report, steps, path = checking.report_of(site, item), item.steps, f"/archives/{item.id}"
    untold = {each.id[3:] for each in report.results if each.status == "not-applicable"}
    assert {"1-9", "2-1", "2-2", "2-5", "2-9", "3-2", "4-1", "4-2", "4-7"} <= untold
    assert {each.id[3:] for each in report.results if each.status == "pass"} >= {"1-7", "2-7", "3-4"}
    assert (report.phase.value, steps) == ("keeping", ())
    page = browser.get(path)
    assert "历史档案 目录.xlsx Sheet 第2行" in words(page)
    assert not page.html.select("a[href$='/append']")


def test_a_later_fact_of_an_imported_item_is_refused_because_there_is_no_case(office):
    brought(office, [row(3, 2013)])
    with office.site() as site:
        item = questions.item_with_code(site, search_key(code_of(3, 2013))).id
    refused = office.do(
        ARCHIVIST,
        lambda act: archiving.append(
            act,
            act.site.archives[item],
            fact=LaterFact.CHANGE,
            title="变更",
            upload=office.upload("变更"),
            on=act.today,
        ),
    )
    assert [found.code for found in refused.findings] == ["archive.no-case"]


def test_an_imported_item_passes_the_checks_of_keeping_later(office):
    brought(office, [row(2, 2013)])
    with office.site() as site:
        item = questions.item_with_code(site, search_key(code_of(2, 2013))).id
    report = checking.examine(office.services, item)
    assert [each.id for each in report.results if each.status == "fail"] == []
    assert {each.id[3:]: each.status.value for each in report.results}["4-7"] == "pass"


def test_an_import_that_was_stopped_goes_on_where_it_was(office, browser, monkeypatch):
    monkeypatch.setattr(importing_archives, "AT_ONCE", 2)
    rows = [row(number, 2012) for number in range(1, 7)]
    page = looked_over(office, browser, directory(rows), scans(rows))
    key, noted = page.request.GET["n"], archive_imports._note

    def stopping(services, subject, **values):
        if values.get("done") == 4:
            office.do(
                ARCHIVIST, lambda act: archive_imports.stop(act, archive_imports.import_of(act.site, key))
            )
        return noted(services, subject, **values)

    monkeypatch.setattr(archive_imports, "_note", stopping)
    page = press(office, browser, page, "/apply-import")
    monkeypatch.setattr(archive_imports, "_note", noted)
    assert len(held(office, 2012)) == 4
    press(office, browser, page, "/apply-import")
    record = record_of(office, key)
    assert (record.state, dict(record.counts)) == ("applied", {"new": 2, "unchanged": 4, "refused": 0})
    assert held(office, 2012) == [code_of(number, 2012) for number in range(1, 7)]


@pytest.mark.parametrize(
    ("rows", "files", "said"),
    [
        (b"PK\x03\x04 no workbook", scans([row(1, 2011)]), "XLSX"),
        (directory([row(1, 2011)]), bundle(["../甲.pdf"]), "指向文件夹外面"),
        (directory([row(1, 2011)]), b"no zip at all", "ZIP"),
        (directory([{"名称": "无题"}], ["名称"]), scans([row(1, 2011)]), "缺少“题名”这一列"),
    ],
)
def test_files_that_cannot_be_read_are_told_and_nothing_can_be_entered(office, browser, rows, files, said):
    page = looked_over(office, browser, rows, files)
    assert said in words(page)
    assert not [one for one in page.forms.values() if one.action.endswith("/apply-import")]
    assert held(office, 2011) == []


def test_bad_rows_are_each_told_what_is_the_matter(office, browser):
    brought(office, [row(1, 2010)])
    rows = [
        row(1, 2010),
        row(2, 2010, 题名=""),
        row(3, 2010, 档号=code_of(3, 2031), 年度="2031", 日期=""),
        row(4, 2010, 保管期限="永久"),
        row(5, 2010, 日期="2010-02-30"),
        row(6, 2010, 日期="2027-01-01"),
        row(7, 2010, 档号="J043-ZY·SP·2010"),
        row(8, 2010, 页数="许多"),
        row(9, 2010, 页数="7", 日期="2009-12-31"),
    ]
    files = io.BytesIO(scans(rows))
    page = looked_over(office, browser, directory(rows), files.getvalue())
    codes = {
        (each["row"], each["code"]): each["stops"]
        for each in json.loads(record_of(office, page.request.GET["n"]).findings)
        if each["row"]
    }
    assert {place for place, stops in codes.items() if stops} == {
        (2, "package-import.code-taken"), (3, "archive-import.empty"), (4, "archive-import.year-ahead"),
        (5, "archive-import.differs"), (6, "library-import.day-wrong"), (7, "archive-import.day-ahead"),
        *((8, code) for row_, code in codes if row_ == 8), (9, "archive-import.number"),
    }  # fmt: skip
    assert {place for place, stops in codes.items() if not stops} == {
        (7, "archive-import.year-dated"), (10, "archive-import.pages-differ"), (10, "archive-import.year-dated"),
    }  # fmt: skip
    assert dict(record_of(office, page.request.GET["n"]).counts) == {"new": 1, "unchanged": 0, "refused": 8}


def test_a_scan_that_cannot_be_opened_keeps_its_row_out(office, browser):
    one = row(1, 2009)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{one['档号']}.pdf", samples.text_pdf("甲", ("甲",))[:200])
    page = looked_over(office, browser, directory([one]), file.getvalue())
    assert [each.get_text() for each in page.html.select("dl.summary dd")] == ["0", "0", "1"]


def test_undoing_is_refused_as_a_whole_while_one_item_is_held(office, browser):
    key = brought(office, [row(1, 2008), row(2, 2008)])
    with office.site() as site:
        item = questions.item_with_code(site, search_key(code_of(2, 2008))).id

    def bind(act):
        act.site.archives[item].holds = ("some-hold",)
        return act.site.archives[item]

    office.do(ARCHIVIST, bind)
    page = browser.get(f"{PAGE}?n={key}")
    refused = form(page, "/undo-import").submit("n", status=409)
    assert errors(refused) == [f"{code_of(2, 2008)}不能取出：正在暂缓处置。请先解除，或者保留这次导入。"]
    assert len(held(office, 2008)) == 2


def test_a_source_with_its_own_headings_and_words_is_mapped_once(office, browser):
    one = form(browser.get(PAGE), "/save-import-source")
    one["name"], one["heading-title"], one["given-category"] = "老系统", "文件标题", "ZY·SP"
    one["given-unit_code"], one["words"] = "ZCG", "保管期限：十年=10年"
    page = one.submit(status=303).follow()
    assert form(page, "/bring-import")["source"].value == "老系统"
    told = {"文件标题": "𠮷祥饭店老档", "年度": "2007", "保管期限": "十年", "件号": "3", "文件": "a.pdf"}
    page = looked_over(office, browser, directory([told], tuple(told)), bundle(["a.pdf"]), source="老系统")
    press(office, browser, page, "/apply-import")
    assert held(office, 2007) == [code_of(3, 2007)]
    link = browser.get(PAGE).html.find("a", string="老系统")["href"]
    bad = form(browser.get(link), "/save-import-source")
    assert (bad["words"].value, bad["given-category"].value) == ("保管期限：十年=10年", "ZY·SP")
    bad["words"] = "颜色：红=绿"
    assert len(errors(bad.submit(status=400))) == 1


def test_a_form_without_files_says_so_and_others_see_nothing(office, browser):
    one = form(browser.get(PAGE), "/bring-import")
    one["directory"] = ("目录.xlsx", directory([row(1, 2006)]))
    assert len(errors(one.submit(status=400))) == 1
    page = hand_in(browser, directory([row(1, 2006)]), scans([row(1, 2006)])).follow()
    clerk = office.browser(CLERK)
    for path in (PAGE, page.request.path_qs, f"/archives/import-errors?n={page.request.GET['n']}"):
        clerk.get(path, status=403)
    with office.site() as site:
        named = archive_imports.named_by_imports(site)
        assert {record_of(office, page.request.GET["n"]).bundle} <= named
        assert named <= sweeping.named_digests(office.services, site)


def test_the_room_and_the_empty_directory_are_reached_from_the_archives(office, browser):
    assert browser.get("/archives").html.select_one(f"a[href*='{PAGE}']")
    link = browser.get(PAGE).html.select_one("a[href$='import-directory.xlsx']")["href"]
    book = openpyxl.load_workbook(io.BytesIO(browser.get(link).body))
    assert [cell.value for cell in book.active[1]][:2] == ["档号", "题名"]


def test_a_program_brings_enters_and_undoes(office):
    app, bearer, where = TestApp(office.app), token(office, ARCHIVIST), f"{BASE}/archive-imports"
    refused = app.post(where, headers=bearer, upload_files=[("directory", "a.xlsx", b"x")], status=409)
    assert [each["code"] for each in refused.json["findings"]] == ["file.missing"]
    rows = [row(1, 2005), row(2, 2005, 年度="2004")]
    files = [("directory", "a.xlsx", directory(rows)), ("bundle", "a.zip", scans(rows))]
    elsewhere = app.post(where, {"fonds": "no-such"}, headers=bearer, upload_files=files, status=409)
    assert [each["code"] for each in elsewhere.json["findings"]] == ["package-import.fonds-unknown"]
    came = app.post(where, {"fonds": FONDS}, headers=bearer, upload_files=files, status=202)
    here = came.headers["Location"]
    app.post(f"{here}/apply", headers=bearer, status=409)
    work(office)
    shown = app.get(here, headers=bearer).json
    assert (shown["state"], shown["counts"]) == ("checked", {"new": 1, "unchanged": 0, "refused": 1})
    assert app.get(f"{here}/errors", headers=bearer).body[:4] == b"PK\x03\x04"
    app.post(f"{here}/apply", headers=bearer, status=202)
    work(office)
    assert held(office, 2005) == [code_of(1, 2005)]
    app.post(f"{here}/undo", headers=bearer, status=202)
    work(office)
    assert (app.get(here, headers=bearer).json["state"], held(office, 2005)) == ("undone", [])
    assert shown["id"] in {each["id"] for each in app.get(where, headers=bearer).json["imports"]}
    sources = f"{BASE}/archive-import-sources"
    assert app.post_json(sources, {"name": "甲"}, headers=bearer, status=201).json == {"name": "甲"}
    app.post_json(sources, {"name": "甲", "columns": {"a": "no"}}, headers=bearer, status="4*")
    app.get(where, headers=token(office, CLERK), status=403)


def test_a_prompt_looks_over_enters_and_undoes(office, tmp_path):
    rows = [row(1, 2004), row(2, 2004, 年度="2003")]
    (tmp_path / "a.xlsx").write_bytes(directory(rows))
    folder = tmp_path / "scans" / code_of(1, 2004)
    folder.mkdir(parents=True)
    for name in ("1.pdf", "2.pdf"):
        (folder / name).write_bytes(samples.text_pdf(name, (name,)))
    obj = Instance(Path("none.ini"), opened=office.services, owned=False)

    def say(*typed: str, code: int = 0, who: str = ARCHIVIST) -> dict:
        done = CliRunner().invoke(main, ["--json", "--as", who, *typed], obj=obj)
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    begin = ("import-archives", str(tmp_path / "a.xlsx"), "--files", str(folder.parent), "--fonds", FONDS)
    assert say(*begin, code=1, who=CLERK)["findings"][0]["code"] == "permission.denied"
    assert say(*begin)["counts"] == {"new": 1, "unchanged": 0, "refused": 1}
    assert held(office, 2004) == []
    done = say(*begin, "--apply", "--errors", str(tmp_path / "back.xlsx"))
    assert (done["state"], held(office, 2004)) == ("applied", [code_of(1, 2004)])
    with office.site() as site:
        item = questions.item_with_code(site, search_key(code_of(1, 2004)))
        assert (item.document_count, item.page_count) == (2, 2)
    assert openpyxl.load_workbook(tmp_path / "back.xlsx").worksheets[0].max_row == 2
    say("archive-imports", "errors", done["id"], str(tmp_path / "again.xlsx"))
    assert (tmp_path / "again.xlsx").read_bytes() == (tmp_path / "back.xlsx").read_bytes()
    assert say("archive-imports", "undo", done["id"])["state"] == "undoing"
    work(office)
    assert say("archive-imports", "show", done["id"])["state"] == "undone"
    states = {each["id"]: each["state"] for each in say("archive-imports", "list")["imports"]}
    assert states[done["id"]] == "undone"
    (tmp_path / "s.json").write_text(
        json.dumps({"name": "乙", "given": {"category": "ZY·SP"}}), encoding="utf-8"
    )
    assert say("archive-imports", "source", str(tmp_path / "s.json")) == {"name": "乙"}
