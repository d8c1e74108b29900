"""The way in for lists: looked over on the screen, stored when one says so; the same for programs."""

from __future__ import annotations

import json

import pytest

from records.domain.access import EVERYWHERE
from records.domain.vocabulary import Role
from records.exchange.national import workbook_of
from records.jobs import work_once
from records.operations import guide_imports, sweeping
from records.resources.imports import imports_of
from tests.office import CLERK, EDITOR, build_office
from tests.operations.test_importing_guides import opened, tables


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path, publish=False)
    yield office
    office.close()


def hand_in(office, browser, source, name="list.xlsx", **more):
    """Hand a list in, let the background look it over, and look again."""
    waiting = wait_for(browser, source, name, **more)
    while work_once(office.services):
        pass
    return browser.get(waiting.request.path_qs)


def wait_for(browser, source, name="list.xlsx", **more):
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
    page = hand_in(office, browser, workbook_of(found))
    assert "请改正代码" in page.text
    assert "H task_type" in page.text
    assert keys(office) == []
    errors = browser.get(page.html.find("a", href=lambda href: href and "import-errors" in href)["href"])
    assert opened(errors.body)["general"].max_row == 2
    press(page, "/guides/import-apply")
    work_once(office.services)
    page = browser.get(page.request.path_qs)
    assert "已存为草稿" in page.text or "Stored as drafts" in page.text
    assert len(keys(office)) == 2


def test_a_list_is_left_to_the_background_and_can_be_stopped(office):
    browser = office.browser(EDITOR)
    page = wait_for(browser, workbook_of(tables()))
    assert "可以离开本页" in page.text
    assert any(form.action.endswith("/guides/import-stop") for form in page.forms.values())
    assert work_once(office.services)
    page = browser.get(page.request.path_qs)
    assert "3 / 3" not in page.text
    page = press(page, "/guides/import-apply")
    page = press(page, "/guides/import-stop")
    work_once(office.services)
    assert keys(office) == []


def test_what_was_handed_in_is_not_swept(office):
    found = tables()
    found["general"][0]["task_type"] = "03"
    hand_in(office, office.browser(EDITOR), workbook_of(found))
    office.clock.advance(days=3)
    assert sweeping.sweep(office.services) == ()
    with office.site() as site:
        record = next(iter(imports_of(site).values()))
        assert office.services.store.has(record.file)
        assert office.services.store.has(record.errors)


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
    assert browser.get(brought.headers["Location"]).json["state"] == "owed"
    work_once(office.services)
    shown = browser.get(brought.headers["Location"]).json
    assert (shown["state"], shown["counts"]["new"]) == ("checked", 3)
    browser.post(f"{brought.headers['Location']}/apply", headers={"X-CSRF-Token": csrf}, status=202)
    work_once(office.services)
    assert browser.get(brought.headers["Location"]).json["state"] == "applied"
    assert len(keys(office)) == 3


def test_who_drafts_nothing_sees_neither_the_form_nor_a_report(office):
    browser = office.browser(CLERK)
    browser.get("/desk/guides/import", status=403)
    browser.get("/guides/import-errors?n=x", status=403)


def test_work_done_twice_is_done_once(office):
    browser = office.browser(EDITOR)
    page = press(hand_in(office, browser, workbook_of(tables())), "/guides/import-apply")
    work_once(office.services)
    before = keys(office)
    while work_once(office.services):
        pass
    guide_imports.work_on(office.services, page.request.GET["n"])
    assert keys(office) == before


@pytest.fixture
def two_editors(office):
    """One who drafts for the market unit only, and one for every unit; the editor of the house is a third."""

    def place(root):
        people = root["site"].people
        _, _, letter, since, until = people[EDITOR].letters[0]
        for userid, unit in (("ouyang", "market-regulation"), ("zhuge", EVERYWHERE)):
            people[userid].letters = ((Role.EDITOR.value, unit, letter, since, until),)

    office.services.database.run(place, note="test")
    return office.browser("ouyang"), office.browser("zhuge")


def test_an_import_is_seen_and_moved_by_who_brought_it_and_who_drafts_for_every_unit(office, two_editors):
    of_a_unit, of_all = two_editors
    found = tables()
    found["general"][0]["task_type"] = "03"
    page = hand_in(office, of_all, workbook_of(found))
    own = hand_in(office, of_a_unit, workbook_of(found), "mine.xlsx")
    key, mine = page.request.GET["n"], own.request.GET["n"]
    shown = f"/desk/guides/import?n={key}"
    assert "list.xlsx" not in of_a_unit.get("/desk/guides/import").text
    assert "mine.xlsx" in of_all.get("/desk/guides/import").text
    of_a_unit.get(shown, status=403)
    of_a_unit.get(f"/guides/import-errors?n={key}", status=403)
    of_a_unit.get(f"/api/v1/guides/lists/{key}", status=403)
    for ending in ("/guides/import-apply", "/guides/import-stop"):
        form = next(form for form in own.forms.values() if form.action.endswith("/guides/import-apply"))
        form.action = ending
        sent = form.submit_fields("n")
        of_a_unit.post(ending, [(name, key if name == "n" else value) for name, value in sent], status=403)
    of_all.get(f"/desk/guides/import?n={mine}")
    press(of_all.get(f"/desk/guides/import?n={mine}"), "/guides/import-apply")
    work_once(office.services)
    of_a_unit.get(f"/desk/guides/import?n={mine}")
    with office.site() as site:
        record = guide_imports.import_of(site, mine)
        assert (record.by, record.applied_by, record.state) == ("ouyang", "zhuge", "applied")


def test_the_oldest_imports_make_room_but_never_one_that_is_being_worked_on(office, monkeypatch):
    monkeypatch.setattr(guide_imports, "MOST_IMPORTS", 1)
    browser = office.browser(EDITOR)

    def kept(name):
        office.clock.advance(minutes=1)
        wait_for(browser, workbook_of(tables()), name)
        with office.site() as site:
            return [record.name for record in imports_of(site).values()]

    kept("first.xlsx")
    assert kept("second.xlsx") == ["first.xlsx", "second.xlsx"]
    while work_once(office.services):
        pass
    assert kept("third.xlsx") == ["third.xlsx"]


def test_the_error_file_is_made_once_by_the_background_and_only_handed_out(office):
    found = tables()
    found["general"][0]["task_type"] = "03"
    browser = office.browser(EDITOR)
    page = hand_in(office, browser, workbook_of(found))
    with office.site() as site:
        record = next(iter(imports_of(site).values()))
        made = office.services.store.path(record.errors).read_bytes()
        office.services.store.path(record.file).unlink()
    assert browser.get(f"/guides/import-errors?n={page.request.GET['n']}").body == made
    head = [cell.value for cell in opened(made)["general"][1]]
    assert "请改正代码" in opened(made)["general"].cell(2, len(head)).value
