"""Packages at the desk and for programs: out as a receiver wants them, in from elsewhere, and a conversion beside its original."""

from __future__ import annotations

import io
import zipfile

import pytest
from webtest import TestApp

from records.exchange import samples
from records.operations.package_exports import item_named
from tests.office import ARCHIVIST, CLERK, build_office
from tests.operations.packed import FONDS, code_of, placed

from .pages import errors, form, pdf, words
from .test_api import BASE, token

PAGE = "/archives/packages"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("packages"), publish=False)
    placed(office, 1, papers=3)
    yield office
    office.close()


@pytest.fixture(scope="module")
def browser(office):
    return office.browser(ARCHIVIST)


def item_of(office, code: str) -> str:
    with office.site() as site:
        return item_named(site, code).id


def names(body: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        assert packed.testzip() is None
        return sorted(name.rpartition("/")[2] for name in packed.namelist())


def test_the_archivist_gets_there_from_the_archives_and_downloads_a_delivery(office, browser):
    page = browser.get("/archives").click(href=r"/archives/packages\?")
    one = form(page, "/delivery.zip")
    assert [value for value, _chosen, _text in one["profile"].options] == [
        "county",
        "county-volume",
        "bags",
        "eep",
    ]
    one["year"] = "2026"
    sent = one.submit()
    assert "J043-2026-county.zip" in sent.headers["Content-Disposition"]
    assert {
        "目录.xlsx",
        "说明.txt",
        "校验清单-SHA256.txt",
        "03-01-食品经营许可1-3（欧阳䶮𠮷）.txt",
    } <= set(names(sent.body))
    assert list((office.services.instance / "outgoing").iterdir()) == []


def test_a_year_without_items_and_one_that_is_none_are_said(browser):
    one = form(browser.get(PAGE), "/delivery.zip")
    one["year"] = "1999"
    assert errors(one.submit(status=409)) == ["云溪县市场监督管理局 1999 没有归档件。请换一个年度。"]
    one["year"] = "去年"
    assert errors(one.submit(status=409)) == ["“去年”不是年度。请写四位数字，不写为全部年度。"]


def test_a_package_comes_in_once_and_only_for_who_may(office, browser, tmp_path):
    item = item_of(office, code_of(1))
    zipped = browser.get(f"/archives/{item}/package.zip").body
    eep = browser.get(f"/archives/{item}/package.eep").body
    assert eep.startswith(b"<?xml")
    one = form(browser.get(PAGE), "/bring-package")
    one["package"] = ("包.zip", zipped)
    assert errors(one.submit(status=409)) == [f"档号 {code_of(1)} 已被占用。该件已在库，或者需要另给档号。"]
    one["package"] = ("包.zip", zipped[:-40])
    assert len(errors(one.submit(status=409))) == 1
    other = code_of(1).rpartition("-")[0] + "-0031"
    one["package"], one["code"] = ("包.eep", eep), other
    shown = one.submit()
    assert shown.status_int in (200, 303)
    with office.site() as site:
        taken = item_named(site, other)
        assert (taken.state, taken.management[0][0]) == ("archived", "package.imported")
        assert "包.eep SHA-256" in taken.management[0][4]
    office.browser(CLERK).get(PAGE, status=403)


def test_a_converted_paper_stands_beside_its_original(office, browser):
    item = item_of(office, code_of(1))
    page = browser.get(f"/archives/{item}").click(href="/conversions$")
    one = form(page, "/conversions")
    one["paper"], one["tool"], one["why"] = "1", "LibreOffice 24.2", ""
    one["file"] = pdf("转换件")
    assert errors(one.submit(status=409)) == ["转换软件和理由没有写全。请写明转换软件及版本、理由。"]
    one["why"], one["file"] = "便于利用", pdf("转换件")
    shown = one.submit(status=303).follow()
    assert "LibreOffice 24.2；便于利用" in words(shown)
    assert f"{office.clock.today().isoformat()} data/" in words(shown)
    with office.site() as site:
        assert site.archives[item].management[-1][0] == "format.converted"


def test_a_program_does_the_same(office):
    app, bearer = TestApp(office.app), token(office, ARCHIVIST)
    known = app.get(f"{BASE}/receivers", headers=bearer).json["receivers"]
    assert [each["profile"] for each in known] == ["county", "county-volume", "bags", "eep"]
    asked = {"fonds": FONDS, "profile": "bags", "year": "2026"}
    assert "verify_package.py" in names(app.get(f"{BASE}/deliveries", asked, headers=bearer).body)
    app.get(f"{BASE}/deliveries", {**asked, "profile": "none"}, headers=bearer, status=409)
    item = item_of(office, code_of(1))
    eep = app.get(f"{BASE}/archives/{item}/package.eep", headers=bearer).body
    other = code_of(1).rpartition("-")[0] + "-0032"
    files = [("package", "a.eep", eep)]
    came = app.post(
        f"{BASE}/packages", {"fonds": FONDS, "code": other}, headers=bearer, upload_files=files, status=201
    )
    assert came.json["code"] == other
    again = app.post(
        f"{BASE}/packages", {"fonds": FONDS, "code": other}, headers=bearer, upload_files=files, status=409
    )
    assert [each["code"] for each in again.json["findings"]] == ["package-import.code-taken"]
    wrong = app.post(f"{BASE}/packages", {"fonds": "no"}, headers=bearer, upload_files=files, status=409)
    assert [each["code"] for each in wrong.json["findings"]] == ["package-import.fonds-unknown"]
    clerk = token(office, CLERK)
    denied = app.post(f"{BASE}/packages", {"fonds": FONDS}, headers=clerk, upload_files=files, status=409)
    assert [each["code"] for each in denied.json["findings"]] == ["permission.denied"]
    made = app.post(
        f"{BASE}/archives/{item}/conversions",
        {"paper": "2", "tool": "pandoc 3", "why": "长期保存"},
        headers=bearer,
        upload_files=[("file", "b.pdf", samples.text_pdf("另一份", ("另一份",)))],
        status=201,
    )
    assert set(made.json) == {"digest"}
