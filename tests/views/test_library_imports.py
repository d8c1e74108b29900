"""Imported papers at the desk: seen by who may compare them, agreed to with one key, sent back with a reason."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from webtest import TestApp

from records.exchange import samples
from records.indexes import questions
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ADMIN, ARCHIVIST, CITIZEN, CLERK, REVIEWER
from tests.operations.test_importing_library import HEAD, row

from .pages import form, words
from .test_api import BASE, token


@pytest.fixture
def papers(office, tmp_path) -> list[str]:
    """Bring two papers and return their ids, the newest first."""
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    for name in ("甲.pdf", "乙.pdf"):
        book.active.append(row(name))
        (tmp_path / name).write_bytes(samples.text_pdf(name, (name,)))
    book.save(tmp_path / "register.xlsx")
    words = ["--as", ARCHIVIST, "import-library", str(tmp_path / "register.xlsx"), "--files", str(tmp_path)]
    instance = Instance(Path("none.ini"), opened=office.services, owned=False)
    done = CliRunner().invoke(main, words, obj=instance)
    assert done.output == "导入：新增 2，已有 0，退回 0\n"
    with office.site() as site:
        return [material.id for material in questions.imported(site)]


@pytest.mark.parametrize("userid", [CLERK, ARCHIVIST])
def test_enter_agrees_to_the_first_and_another_key_sends_back_with_a_reason(office, papers, userid):
    browser = office.browser(userid)
    page = browser.get("/desk").click(href="/desk/library-imports")
    assert "云检〔2026〕" in words(page)
    assert (
        page.html.select("button[autofocus]")[0].find_parent("form")["action"].endswith(f"{papers[0]}/verify")
    )
    assert browser.get(page.html.select_one("td a[target=preview]")["href"]).content_type == "image/png"
    page = form(page, f"{papers[0]}/verify").submit(status=303).follow()
    assert page.html.select_one("summary[data-key=x]") is not None
    refused = form(page, f"{papers[1]}/reject").submit(status=409)
    assert "没有写明理由" in refused.text
    again = form(refused, f"{papers[1]}/reject")
    again["why"] = "图片不清"
    page = again.submit(status=303).follow()
    assert "云检〔2026〕" not in words(page)
    with office.site() as site:
        assert [site.materials[each].status for each in papers] == ["valid", "withdrawn"]
    browser.get(f"/materials/{papers[0]}/imported-preview", status=404)


def test_nobody_else_sees_or_judges_them(office, papers):
    for userid in (REVIEWER, ADMIN):
        browser = office.browser(userid)
        browser.get("/desk/library-imports", status=403)
        browser.get(f"/materials/{papers[0]}/imported-preview", status=403)
        assert "library-imports" not in browser.get("/desk").text
        TestApp(office.app).get(f"{BASE}/library-imports", headers=token(office, userid), status=403)


def test_a_program_lists_and_judges_them(office, papers):
    app, bearer = TestApp(office.app), token(office, ARCHIVIST)
    listed = app.get(f"{BASE}/library-imports", headers=bearer).json["materials"]
    assert ([each["id"] for each in listed], CITIZEN in str(listed)) == (papers, False)
    with office.site() as site:
        headers = {**bearer, "If-Match": f'"{site.materials[papers[0]].seq}"'}
    done = app.post_json(f"{BASE}/materials/{papers[0]}/verify", {}, headers=headers)
    assert (done.json["grade"], done.json["verified_by"]) == ("B", ARCHIVIST)
    assert "/library-imports" in app.get(f"{BASE}/openapi.json").json["paths"]
