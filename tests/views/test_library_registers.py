"""A register with a ZIP at the desk: looked over, stored, stopped, taken up again, mended; the same for programs and at a prompt."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from webtest import TestApp

from records.exchange import samples
from records.indexes import questions
from records.jobs import work_once
from records.operations import importing_library, library_imports, sweeping
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ANOTHER, ARCHIVIST, CLERK
from tests.operations.test_importing_library import HEAD, row

from .pages import errors, form, words
from .test_api import BASE, token

PAGE = "/desk/library-registers"


def register(*rows: list[str]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active.append(HEAD)
    for each in rows:
        book.active.append(each)
    book.save(file)
    return file.getvalue()


def bundle(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, samples.text_pdf(name, (name,)))
    return file.getvalue()


def hand_in(browser, rows: bytes, files: bytes, status: int = 303):
    one = form(browser.get(PAGE), "/bring-register")
    one["register"], one["bundle"] = ("登记簿.xlsx", rows), ("文件.zip", files)
    return one.submit(status=status)


def work(office) -> None:
    while work_once(office.services):
        pass


def imported(office) -> int:
    with office.site() as site:
        return len(list(questions.imported(site)))


def again(browser, page):
    return browser.get(page.request.path_qs)


def test_a_register_is_looked_over_mended_and_stored_by_the_background(office):
    browser = office.browser(ARCHIVIST)
    rows = register(row("甲.pdf"), row("乙.pdf", name="诸葛𠮷"), row("没有.pdf", ANOTHER, "诸葛𠮷"))
    page = hand_in(browser, rows, bundle("一/甲.pdf", "乙.pdf")).follow()
    assert "正在后台读取" in words(page)
    work(office)
    page = again(browser, page)
    assert "已检查，还没有写入" in words(page)
    assert "文件夹里没有“没有.pdf”" in words(page)
    assert imported(office) == 0
    mended = openpyxl.load_workbook(
        io.BytesIO(browser.get(page.html.select_one("a[href*=errors]")["href"]).body)
    )
    assert [each[8] for each in mended.active.iter_rows(min_row=2, values_only=True)] == [
        "乙.pdf",
        "没有.pdf",
    ]
    page = form(page, "/apply-register").submit("n", status=303).follow()
    work(office)
    page = again(browser, page)
    assert "已入库" in words(page)
    assert "诸葛" not in words(page)
    assert imported(office) == 1
    assert "姓名（名称）不同" in words(page)


def test_a_star_and_a_folder_may_be_typed_as_they_are_seen(office):
    browser, book, file = office.browser(ARCHIVIST), openpyxl.Workbook(), io.BytesIO()
    assert "导入登记簿和文件" in words(browser.get("/desk"))
    book.active.append([f"{word}*" for word in HEAD])
    book.active.append(row("一/甲.pdf"))
    book.save(file)
    page = hand_in(browser, file.getvalue(), bundle("一/甲.pdf")).follow()
    work(office)
    assert "新增 1 没有变化 0 未收 0" in words(again(browser, page))


def test_an_import_that_was_stopped_goes_on_where_it_was_and_one_done_twice_is_done_once(office, monkeypatch):
    monkeypatch.setattr(importing_library, "AT_ONCE", 1)
    names = [f"{number}.pdf" for number in range(4)]
    browser = office.browser(ARCHIVIST)
    page = hand_in(browser, register(*map(row, names)), bundle(*names)).follow()
    work(office)
    page = form(again(browser, page), "/apply-register").submit("n", status=303).follow()
    key = page.request.GET["n"]
    noted = library_imports._note

    def stopping(services, subject, **values):
        if values.get("done") == 2:
            office.do(
                ARCHIVIST,
                lambda act: library_imports.stop_register(act, library_imports.import_of(act.site, key)),
            )
        return noted(services, subject, **values)

    monkeypatch.setattr(library_imports, "_note", stopping)
    work(office)
    monkeypatch.setattr(library_imports, "_note", noted)
    assert imported(office) == 2
    page = again(browser, page)
    assert "已停止" in words(page)
    form(page, "/apply-register").submit("n", status=303)
    library_imports.work_on(office.services, key)
    with office.site() as site:
        record = library_imports.import_of(site, key)
        assert (record.state, record.done, record.total) == ("applied", 4, 4)
        assert dict(record.counts) == {"new": 2, "unchanged": 2, "refused": 0}
    work(office)
    assert imported(office) == 4


def test_a_bundle_that_leads_out_is_told_and_nothing_of_it_is_read(office):
    browser = office.browser(ARCHIVIST)
    page = hand_in(browser, register(row("甲.pdf")), bundle("甲.pdf", "../乙.pdf")).follow()
    work(office)
    page = again(browser, page)
    assert "指向文件夹外面" in words(page)
    with pytest.raises(AssertionError):
        form(page, "/apply-register")


def test_a_form_without_its_files_says_which_one_is_missing(office):
    browser = office.browser(ARCHIVIST)
    one = form(browser.get(PAGE), "/bring-register")
    one["register"] = ("登记簿.xlsx", register(row("甲.pdf")))
    assert len(errors(one.submit(status=400))) == 1


def test_what_was_handed_in_is_not_swept_while_the_import_is_kept(office):
    hand_in(office.browser(ARCHIVIST), register(row("甲.pdf")), bundle("甲.pdf"))
    with office.site() as site:
        named = library_imports.named_by_imports(site)
        assert len(named) == 2
        assert named <= sweeping.named_digests(office.services, site)


def test_who_imports_nothing_sees_nothing(office):
    page = hand_in(office.browser(ARCHIVIST), register(row("甲.pdf")), bundle("甲.pdf")).follow()
    clerk = office.browser(CLERK)
    clerk.get(PAGE, status=403)
    clerk.get(page.request.path_qs, status=403)
    clerk.get(f"/materials/register-errors?n={page.request.GET['n']}", status=403)


def test_a_program_brings_asks_stores_and_is_told_what_is_wrong(office):
    app, bearer = TestApp(office.app), token(office, ARCHIVIST)
    where = f"{BASE}/library-registers"
    refused = app.post(where, headers=bearer, upload_files=[("register", "a.xlsx", b"x")], status=409)
    assert [found["code"] for found in refused.json["findings"]] == ["file.missing"]
    files = [("register", "a.xlsx", register(row("甲.pdf"))), ("bundle", "a.zip", bundle("甲.pdf"))]
    brought = app.post(where, headers=bearer, upload_files=files, status=202)
    work(office)
    shown = app.get(brought.headers["Location"], headers=bearer).json
    assert (shown["state"], shown["counts"]) == ("checked", {"new": 1, "unchanged": 0, "refused": 0})
    app.post(f"{brought.headers['Location']}/apply", headers=bearer, status=202)
    work(office)
    assert app.get(brought.headers["Location"], headers=bearer).json["state"] == "applied"
    assert app.get(where, headers=bearer).json["registers"][0]["id"] == shown["id"]
    assert imported(office) == 1


def test_a_prompt_hands_over_looks_and_stores(office, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(register(row("甲.pdf"), row("乙.pdf", name="")))
    (tmp_path / "a.zip").write_bytes(bundle("甲.pdf"))
    obj = Instance(Path("none.ini"), opened=office.services, owned=False)

    def say(*typed: str) -> dict:
        done = CliRunner().invoke(main, ["--json", "--as", ARCHIVIST, *typed], obj=obj)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    files = str(tmp_path / "a.zip")
    key = say("import-library", str(tmp_path / "a.xlsx"), "--files", files, "--background")["id"]
    work(office)
    assert say("library-imports", "show", key)["counts"] == {"new": 1, "unchanged": 0, "refused": 1}
    assert say("library-imports", "apply", key)["state"] == "owed"
    work(office)
    assert [each["state"] for each in say("library-imports", "list")] == ["applied"]
    say("library-imports", "errors", key, str(tmp_path / "back.xlsx"))
    assert (tmp_path / "back.xlsx").stat().st_size > 0
    assert imported(office) == 1
