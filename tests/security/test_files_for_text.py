"""A file where text is wanted: the form comes back with the field named, and nothing was done."""

from __future__ import annotations

import pytest

from tests.office import CLERK, PASSWORD

FIELDS = {
    "/login": ("userid", "password", "next"),
    "/password": ("password", "new", "again"),
    "/issue-token": ("label", "until", "scope"),
    "/withdraw-token": ("token",),
}


@pytest.mark.parametrize(
    ("path", "field"), [(path, field) for path, fields in FIELDS.items() for field in fields]
)
def test_a_file_for_text_is_400_with_the_form(office, path, field):
    browser = office.browser("" if path == "/login" else CLERK)
    page = browser.get("/login" if path == "/login" else "/access")
    token = page.html.select_one("input[name=csrf_token]")["value"]
    new = "山下有一条小河慢慢流过"
    typed = {
        "userid": CLERK,
        "password": PASSWORD,
        "new": new,
        "again": new,
        "label": "叫号机",
        "until": "2026-12-31",
    }
    typed = {name: value for name, value in typed.items() if name != field} | {"csrf_token": token}
    before = office.services.database.zodb.storage.lastTransaction()
    answer = browser.post(path, typed, upload_files=[(field, "字.txt", "字".encode())], status=400)
    assert ["应填文字" in link.get_text() for link in answer.html.select("#errors a")] == [True]
    assert any(form.action.endswith(path) for form in answer.forms.values()) or path == "/withdraw-token"
    assert office.services.database.zodb.storage.lastTransaction() == before


@pytest.mark.parametrize("path", ["/desk/search", "/retry-job", "/logout", "/end-sessions"])
def test_a_file_for_text_elsewhere_is_no_failure(office, path):
    browser = office.browser("admin" if path == "/retry-job" else CLERK)
    token = browser.get("/access").html.select_one("input[name=csrf_token]")["value"]
    files = [(field, "字.txt", b"x") for field in ("q", "in", "number")]
    assert browser.post(path, {"csrf_token": token}, upload_files=files, expect_errors=True).status_int < 500
