"""The start page of those who work on no case: every door their letters open, and no other."""

from __future__ import annotations

import dataclasses

import pytest

from records.operations import guides, sealing
from tests.office import ADMIN, CLERK, REVIEWER, approve, guide_bodies

from .pages import words

EVERYBODY = ["/", "/access"]


def doors(page) -> list[str]:
    return [link["href"] for link in page.html.select("main .tasks .task-link")]


@pytest.mark.parametrize(
    ("userid", "expected"),
    [
        (
            "auditor",
            [
                "/desk/burden",
                "/desk/audit",
                "/archives/disposition",
                "/archives/holds",
                "/archives/transfers",
                "/archives/opening",
                "/archives/keeping",
                "/archives/reports",
                "/desk/overrides",
                "/desk/audit/heads",
            ],
        ),
        (ADMIN, ["/desk/burden", "/desk/people", "/desk/jobs", "/desk/system", "/archives/keeping"]),
        (
            "sunguoqiang",
            [
                "/desk/guides",
                "/desk/guides/import",
                "/desk/guides/feedback",
                "/desk/guides/unanswered",
                "/desk/standards",
            ],
        ),
        (
            "zhoutingting",
            [
                "/desk/guides",
                "/desk/guides/feedback",
                "/desk/guides/unanswered",
                "/desk/standards",
                "/desk/burden",
                "/archives/reports",
                "/desk/overrides",
            ],
        ),
    ],
)
def test_each_officer_starts_with_all_that_may_be_done_and_each_door_opens(office, userid, expected):
    browser = office.browser(userid)
    found = doors(browser.get("/desk"))
    assert found == [*expected, *EVERYBODY]
    for path in found:
        browser.get(path, status=200)


def test_who_works_on_cases_starts_with_the_cases(office):
    for userid in (CLERK, REVIEWER):
        assert doors(office.browser(userid).get("/desk")) == []


def test_the_doors_say_what_waits_behind_them(office):
    body = next(body for body in guide_bodies() if body.key == "food-business")
    body = dataclasses.replace(body, title="改过的题名")
    office.do("bailu", lambda act: guides.save_draft(act, body))
    assert "1份草稿" in words(office.browser("bailu").get("/desk"))
    assert "待发布" not in words(office.browser("zhoutingting").get("/desk"))
    approve(office, body)
    assert "1份待发布" in words(office.browser("zhoutingting").get("/desk"))
    assert "份草稿" not in words(office.browser("bailu").get("/desk"))
    auditor = office.browser("auditor")
    assert "条尚未封存" in words(auditor.get("/desk"))
    sealing.seal(office.services)
    assert "尚未封存" not in words(auditor.get("/desk"))
