"""Looking changes nothing (I16): every page by GET, by every role, and not one transaction."""

import json

import pytest

from tests.office import ADMIN, ARCHIVIST, CLERK, REVIEWER


def links(page):
    for link in page.html.select("a[href]"):
        href = link["href"].split("#")[0]
        if href.startswith("/") and not href.startswith("//") and "/static/" not in href:
            yield href


@pytest.mark.parametrize(
    "userid", ["", CLERK, REVIEWER, ARCHIVIST, ADMIN, "auditor", "bailu", "zhoutingting"]
)
def test_a_walk_over_all_links_writes_nothing(office, userid):
    person = office.applicant()
    dossier = office.case(person)
    browser = office.browser(userid)
    before = office.services.database.zodb.storage.lastTransaction()
    todo, seen = (
        ["/", "/desk", f"/dossiers/{dossier}", f"/applicants/{person}", "/guides/food-business"],
        set(),
    )
    while todo and len(seen) < 150:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = browser.get(path, expect_errors=True)
        assert answer.status_int < 500, (path, answer.status_int)
        if answer.content_type == "text/html" and answer.status_int == 200:
            todo += [link for link in links(answer) if link not in seen]
        elif answer.status_int in (302, 303):
            todo.append(
                answer.headers["Location"]
                .removeprefix("http://localhost:80")
                .removeprefix("http://localhost")
            )
    assert len(seen) >= 5
    assert office.services.database.zodb.storage.lastTransaction() == before


def test_a_read_of_personal_data_is_on_the_access_log_before_the_answer(office):
    person = office.applicant()
    office.browser(CLERK).get(f"/applicants/{person}")
    lines = [
        json.loads(line)
        for path in office.services.access.folder.glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert [(line["by"], line["on"]) for line in lines if line["on"] == person] == [(CLERK, person)]


def test_no_page_is_shown_when_the_access_log_cannot_be_written(office):
    person = office.applicant()
    browser = office.browser(CLERK)
    for path in office.services.access.folder.glob("*"):
        path.unlink()
    office.services.access.folder.rmdir()
    office.services.access.folder.write_text("not a folder")
    answer = browser.get(f"/applicants/{person}", expect_errors=True)
    assert answer.status_int == 503
    assert "欧阳䶮" not in answer.text
