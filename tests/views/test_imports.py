"""The way in for lists: looked over on the screen, stored when one says so; the same for programs."""

from __future__ import annotations

import json

import pytest

from records.exchange.national import workbook_of
from records.jobs import work_once
from records.operations import guide_imports, sweeping
from records.resources.imports import imports_of
from records.views import imports
from tests.office import CLERK, EDITOR, build_office
from tests.operations.test_importing_guides import opened, tables


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path, publish=False)
    yield office
    office.close()


def hand_in(browser, source, name="list.xlsx", **more):
    page = browser.get("/desk/guides/import")
    form = next(form for form in page.forms.values() if form.action.endswith("/guides/import-list"))
    form["file"] = (name, source)
    form["source"] = "national"
    for box, value in more.items():
        form[box] = value
    return form.submit(status=303).follow()


def press(page, ending):
    form = next(form for form in page.forms.values() if form.action.endswith(ending))
    return form.submit("n", status=303).follow()


def keys(office):
    with office.site() as site:
        return sorted(site.guides)


def test_an_editor_looks_a_list_over_mends_it_and_stores_it(office):
    found = tables()
    found["general"][0]["task_type"] = "03"
    browser = office.browser(EDITOR)
    page = hand_in(browser, workbook_of(found))
    assert "请改正代码" in page.text
    assert "H task_type" in page.text
    assert keys(office) == []
    errors = browser.get(page.html.find("a", href=lambda href: href and "import-errors" in href)["href"])
    assert opened(errors.body)["general"].max_row == 2
    page = press(page, "/guides/import-apply")
    assert "已存为草稿" in page.text or "Stored as drafts" in page.text
    assert len(keys(office)) == 2


def test_a_large_list_is_left_to_the_background_and_can_be_stopped(office, monkeypatch):
    monkeypatch.setattr(imports, "SMALL", 0)
    browser = office.browser(EDITOR)
    page = hand_in(browser, workbook_of(tables()))
    assert any(form.action.endswith("/guides/import-stop") for form in page.forms.values())
    assert work_once(office.services)
    page = browser.get(page.request.path_qs)
    assert "3 / 3" not in page.text
    page = press(page, "/guides/import-apply")
    page = press(page, "/guides/import-stop")
    work_once(office.services)
    assert keys(office) == []


def test_what_was_handed_in_is_not_swept(office):
    hand_in(office.browser(EDITOR), workbook_of(tables()))
    office.clock.advance(days=3)
    assert sweeping.sweep(office.services) == ()
    with office.site() as site:
        record = next(iter(imports_of(site).values()))
        assert office.services.store.has(record.file)


def test_a_program_brings_a_list_and_asks_what_was_found(office):
    browser = office.browser(EDITOR)
    token = browser.get("/desk/guides/import").forms
    csrf = next(form["csrf_token"].value for form in token.values() if "csrf_token" in form.fields)
    brought = browser.post(
        "/api/v1/guides/lists",
        {"source": "national"},
        upload_files=[("file", "list.json", json.dumps(tables(), ensure_ascii=False).encode())],
        headers={"X-CSRF-Token": csrf},
        status=202,
    )
    shown = browser.get(brought.headers["Location"]).json
    assert (shown["state"], shown["counts"]["new"]) == ("checked", 3)
    browser.post(f"{brought.headers['Location']}/apply", headers={"X-CSRF-Token": csrf}, status=202)
    assert browser.get(brought.headers["Location"]).json["state"] == "applied"
    assert len(keys(office)) == 3


def test_who_drafts_nothing_sees_neither_the_form_nor_a_report(office):
    browser = office.browser(CLERK)
    browser.get("/desk/guides/import", status=403)
    browser.get("/guides/import-errors?n=x", status=403)


def test_work_done_twice_is_done_once(office):
    browser = office.browser(EDITOR)
    page = press(hand_in(browser, workbook_of(tables())), "/guides/import-apply")
    before = keys(office)
    while work_once(office.services):
        pass
    guide_imports.work_on(office.services, page.request.GET["n"])
    assert keys(office) == before
