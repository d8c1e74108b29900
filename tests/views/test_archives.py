"""The archivist's pages: what waits, what is kept, and one item that proves itself and cannot be changed."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

from records.exchange.packages import verify_bag
from records.operations.archiving import manifest_of
from tests.office import ARCHIVIST, CLERK

from .pages import words
from .public_office import archived, delivered


def test_what_was_delivered_waits_and_moves_to_the_fonds_when_archived(office):
    delivered(office)
    page = office.browser(ARCHIVIST).get("/archives")
    assert page.html.select_one("#waiting ~ p strong").get_text() == "1"
    assert "SCJ202611230001" in words(page)
    assert "本全宗还没有归档件" in words(page)
    assert page.html.select_one("main form input[name=in]")["value"] == "archives"


def test_an_archivist_sees_the_own_fonds_only(office):
    item = archived(office)
    health = office.browser("huangfu")
    assert "还没有归档件" in words(health.get("/archives"))
    health.get("/archives", {"fonds": "market-regulation"}, status=403)
    health.get(f"/archives/{item}", status=403)
    health.get(f"/archives/{item}/package.zip", status=403)
    whole = office.browser("dongfang").get("/archives", {"fonds": "market-regulation"})
    assert "J043-" in words(whole)
    office.browser("auditor").get("/archives", status=403)
    assert office.browser().get("/archives", status=303).location.endswith("/login?next=%2Farchives")


def test_a_bad_cursor_is_a_bad_request(office):
    page = office.browser(ARCHIVIST).get("/archives", {"after": "zz"}, status=400)
    assert "没有这个页面" in words(page)
    assert "Bad Request" not in page.text


def test_an_item_shows_description_papers_in_order_checks_and_digest(office):
    item = archived(office)
    page = office.browser(ARCHIVIST).get(f"/archives/{item}")
    with office.site() as site:
        record = site.archives[item]
        code, digest, report = record.code, record.package_digest, json.loads(record.report)
        title, basis, count = record.title, record.retention_basis, record.document_count
    text = words(page)
    wish = page.click("登记利用申请")
    assert wish.forms["request"]["items"].value == code
    assert page.html.h1.get_text() == title
    for shown in (code, digest, basis, "定期30年", "2056-12-31"):
        assert shown in text
    rows = page.html.select("[aria-labelledby=papers] tbody tr")
    assert [int(row.td.get_text()) for row in rows] == list(range(1, count + 1))
    checks = page.html.select("[aria-labelledby=checks] tbody tr")
    assert sorted(row.select("td")[1].get_text() for row in checks) == sorted(
        each["id"] for each in report["results"]
    )
    assert [row.select("td")[0].get_text(strip=True) for row in checks if "GD-4-2" in row.get_text()] == [
        "不适用"
    ]
    assert not list(page.html.select("main form"))
    notes = (office.services.instance / "access" / "2026-11-23.jsonl").read_text()
    assert '"read":"archives.show"' in notes
    assert item in notes


def test_pages_and_files_come_from_the_frozen_package(office):
    item = archived(office)
    browser = office.browser(ARCHIVIST)
    picture = browser.get(f"/archives/{item}/page", {"paper": "1", "page": "1"})
    assert picture.body.startswith(b"\x89PNG")
    with office.site() as site:
        digests = {part.digest for part in manifest_of(office.services, site.archives[item]).parts}
    sent = browser.get(f"/archives/{item}/file", {"paper": "1"})
    assert hashlib.sha256(sent.body).hexdigest() in digests
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    for wrong in ({"paper": "99"}, {"paper": "1", "page": "x"}, {}):
        browser.get(f"/archives/{item}/page", wrong, status=404)


def test_the_package_is_the_same_bytes_each_time_and_passes_its_own_check(office, tmp_path):
    item = archived(office)
    browser = office.browser(ARCHIVIST)
    first = browser.get(f"/archives/{item}/package.zip")
    assert first.content_type == "application/zip"
    assert browser.get(f"/archives/{item}/package.zip").body == first.body
    zipfile.ZipFile(io.BytesIO(first.body)).extractall(tmp_path / "bag")
    with office.site() as site:
        digest = site.archives[item].package_digest
    report = verify_bag(next((tmp_path / "bag").iterdir()), expected_digest=digest)
    assert report.ok, report.findings
    notes = (office.services.instance / "access" / "2026-11-23.jsonl").read_text()
    assert notes.count('"read":"archives.export"') == 2
    office.browser(CLERK).get(f"/archives/{item}/package.zip", status=403)


def test_a_package_with_a_lost_part_is_not_sent(office):
    item = archived(office)
    with office.site() as site:
        part = manifest_of(office.services, site.archives[item]).parts[0]
    path = office.services.store.path(part.digest)
    path.chmod(0o600)
    path.unlink()
    page = office.browser(ARCHIVIST).get(f"/archives/{item}/package.zip", status=409)
    assert len(page.html.select("#errors li")) == 1


def test_catalogue_and_reference_note_are_printed_from_the_package(office):
    item = archived(office)
    page = office.browser(ARCHIVIST).get(f"/archives/{item}/print")
    with office.site() as site:
        count = site.archives[item].document_count
    assert len(page.html.select("tbody tr")) == count
    assert f"本件共有文件 {count} 份" in words(page)
    assert "归档前检测项目全部通过" in words(page)
