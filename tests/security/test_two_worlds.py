"""Two worlds (I13): what a reader may not see changes not one byte of what the reader is shown.

Two offices are made alike from one secret and one clock and differ only in records that the reader has no right to. The same
walk over every link, search and API answer must come back equal; only form tokens and, where hashes of hidden things are
shown on purpose, those hashes are left out of the comparison. Ids of records cannot be guessed and are not tried.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from random import Random

import pytest
from webtest import TestApp

from records.operations import indexing, people
from records.scripts import demo
from records.vault import Vault
from tests.office import (
    ADMIN,
    ANOTHER,
    ARCHIVIST,
    CITIZEN,
    CLERK,
    HEALTH_REVIEWER,
    NAME,
    REVIEWER,
    approve,
    build_office,
    guide_bodies,
)

HIDDEN_NAME, OTHER_NAME = "司马𠮷安", "诸葛䶮平"
OTHER = "419999197502020034"
GUIDE_TITLE = "还没有人审过的题名"
PAGES = 30
HEALTH_CLERK, HEALTH_ARCHIVIST, EDITOR, PUBLISHER, AUDITOR = (
    "liuyan",
    "huangfu",
    "sunguoqiang",
    "zhoutingting",
    "auditor",
)
WORDS = (NAME, HIDDEN_NAME, OTHER_NAME, "食品经营许可", "个体工商户", "云溪", GUIDE_TITLE, "草稿")
TOKENS = re.compile(rb'(name="(?:csrf_token|__once__)" value=")[^"]*')
DISK = re.compile(rb"[0-9.]+ [KMGT]?B\b|[0-9]+%")
HASHES = re.compile(rb"\b[0-9a-f]{12,128}\b")


def hidden_case(office, name: str, number: str) -> None:
    """Let a person of whom no unit but market regulation knows go the whole way to the archive."""
    story = demo.Story(office.services, office.clock, Random(1))
    case = office.case(office.applicant(number, name), "sole-trader-registration")
    demo.fill_lines(story, CLERK, case, 1)
    demo.decide(story, REVIEWER, case, "sole-trader-registration", 1, refused=False)
    office.do(CLERK, lambda act: demo.decisions.deliver(
        act, act.site.dossiers[case], method=demo.DeliveryMethod.COUNTER, recipient="本人"))  # fmt: skip
    office.do(ARCHIVIST, lambda act: demo.archiving.archive(act, act.site.dossiers[case]))


def draft_of(office) -> None:
    """Write a new edition of a published guide, submit it and let its department approve it."""
    body = next(body for body in guide_bodies() if body.key == "food-business")
    approve(office, dataclasses.replace(body, title=GUIDE_TITLE))


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    """Five offices: plain; with hidden cases; with one person's case; with another's; with an edition to come."""
    made = {}
    for name in ("plain", "more", "one", "other", "edition"):
        office = made[name] = build(tmp_path_factory.mktemp(name), name)
        indexing.catch_up(office.services)
    yield made
    for office in made.values():
        office.close()


def build(path, name: str):
    """Found an office with a case that readers of the health commission may see, and what only one world has."""
    office = build_office(path, **{"records.vault": Vault(bytes(range(64)))})
    shared = office.applicant(CITIZEN, NAME)
    office.case(shared, "public-venue-hygiene")
    match name:
        case "more":
            office.case(shared, "food-business")
            hidden_case(office, HIDDEN_NAME, ANOTHER)
        case "one":
            hidden_case(office, HIDDEN_NAME, ANOTHER)
        case "other":
            hidden_case(office, OTHER_NAME, OTHER)
        case "edition":
            draft_of(office)
    office.numbers["shared"] = shared
    return office


def bearer(office, who: str) -> dict[str, str]:
    until = office.clock.today() + timedelta(days=3)
    token = office.do(
        who,
        lambda act: people.issue_token(act, act.site.people[who], label="走查", scopes=["*"], until=until),
    )
    return {"Authorization": f"Bearer {token}"}


def seen(answer) -> tuple[int, dict[str, str], bytes]:
    """Return an answer's status, its telling headers and its body, with the form tokens left out."""
    headers = {
        name: answer.headers.get(name, "")
        for name in ("Content-Type", "ETag", "Last-Modified", "Location", "Content-Length")
    }
    body = TOKENS.sub(rb"\1", answer.body)
    if answer.request.path_info == "/desk/system":
        # How full the disk is changes while the test runs.
        body, headers["Content-Length"] = DISK.sub(b"#", body), ""
    return answer.status_int, headers, body


def walk(office, who: str) -> dict[str, tuple]:
    """Return everything that a reader is shown: by links, by search and by the API."""
    browser = office.browser(who)
    shared = office.numbers["shared"]
    found: dict[str, tuple] = {}
    todo = ["/", "/desk", "/access", "/desk/people", "/desk/jobs", "/desk/audit", "/desk/guides", "/archives", f"/applicants/{shared}"]  # fmt: skip
    while todo and len(found) < PAGES:
        path = todo.pop(0)
        if path in found:
            continue
        answer = browser.get(path, expect_errors=True)
        found[path] = seen(answer)
        if answer.content_type == "text/html" and answer.status_int == 200:
            todo += [
                link["href"].split("#")[0]
                for link in answer.html.select("a[href^='/']")
                if "/static/" not in link["href"] and "/logout" not in link["href"]
            ]
    for word in WORDS:
        found[f"search {word}"] = seen(browser.get("/search", {"q": word}, expect_errors=True))
        for index in ("dossiers", "archives", "guides") if who else ():
            query = {"q": word, "in": index}
            found[f"desk {index} {word}"] = seen(browser.get("/desk/search", query, expect_errors=True))
    api, headers = TestApp(office.app), bearer(office, who) if who else {}
    for word in WORDS:
        path = "/api/v1/public/guides"
        found[f"{path} {word}"] = seen(api.get(path, {"q": word}, expect_errors=True))
        for index in ("dossiers", "archives"):
            query = {"q": word, "in": index}
            found[f"api {index} {word}"] = seen(
                api.get("/api/v1/search", query, headers=headers, expect_errors=True)
            )
    for number in (ANOTHER, OTHER):
        found[f"number {number}"] = seen(
            api.post_json("/api/v1/search", {"q": number}, headers=headers, expect_errors=True)
        )
    for path in (f"/api/v1/applicants/{shared}", "/api/v1/guides/food-business"):
        found[path] = seen(api.get(path, headers=headers, expect_errors=True))
    return found


def without_hashes(shown: dict[str, tuple]) -> dict[str, tuple]:
    return {path: (status, HASHES.sub(b"#", body)) for path, (status, _headers, body) in shown.items()}


#: The matrix lets the centre count the cases of every unit (burden:view, holdings:view), though it reads none of them.
COUNTED_FOR = {PUBLISHER: ("/desk/burden", "/archives/reports")}


def differing(one: dict[str, tuple], other: dict[str, tuple]) -> list[str]:
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


@pytest.mark.parametrize("who", ["", HEALTH_CLERK, HEALTH_REVIEWER, HEALTH_ARCHIVIST, EDITOR, PUBLISHER])
def test_that_there_are_hidden_cases_changes_nothing_that_is_shown(worlds, who):
    plain, more = walk(worlds["plain"], who), walk(worlds["more"], who)
    counted = COUNTED_FOR.get(who, ())
    assert [path for path in differing(plain, more) if not path.startswith(counted)] == []
    assert len(plain) > 40


@pytest.mark.parametrize("who", [AUDITOR, ADMIN, PUBLISHER])
def test_whose_a_case_is_changes_nothing_that_officers_without_content_are_shown(worlds, who):
    """Auditor and administrator see that something was done; who it was done for they must not see."""
    one, other = (without_hashes(walk(worlds[name], who)) for name in ("one", "other"))
    assert differing(one, other) == []
    assert not any(name.encode() in body for name in (HIDDEN_NAME, OTHER_NAME) for path, (_, body) in one.items() if name not in path)  # fmt: skip


def test_an_edition_that_is_not_in_force_changes_nothing_for_the_public(worlds):
    plain, edition = walk(worlds["plain"], ""), walk(worlds["edition"], "")
    assert differing(plain, edition) == []


def test_the_walk_sees_a_difference_when_there_is_one(worlds):
    plain, more = walk(worlds["plain"], REVIEWER), walk(worlds["more"], REVIEWER)
    assert f"api dossiers {HIDDEN_NAME}" in differing(plain, more)
    assert f"desk dossiers {HIDDEN_NAME}" in differing(plain, more)
