"""Guessing a password: counted wherever one may be typed, and no guess passes while the account is locked."""

from __future__ import annotations

import json

from records.security import sessions
from tests.office import CLERK, PASSWORD

NEW = "山下有一条小河慢慢流过"


def change(browser, present: str, status: int, new: str = NEW):
    one = next(form for form in browser.get("/password").forms.values() if form.action.endswith("/password"))
    one["password"], one["new"], one["again"] = present, new, new
    return one.submit(status=status)


def said(page) -> list[str]:
    return [link.get_text(" ", strip=True) for link in page.html.select("#errors a")]


def test_wrong_passwords_before_a_change_lock_the_account_like_those_at_the_log_in(office):
    browser = office.browser(CLERK)
    for _ in range(5):
        assert said(change(browser, "错的", 409)) == ["密码不对，没有改动。请重新输入。"]
    locked = ["连续输错5次密码，账号已锁定10分钟，没有改动。请稍候再试；如果不是本人输入，请告知系统管理员。"]
    assert said(change(browser, PASSWORD, 409)) == locked
    with office.site() as site:
        person = site.people[CLERK]
        assert (
            person.failures,
            sessions.verify_password(person, PASSWORD, office.services.vault, office.clock.now()),
        ) == (0, False)
        last = json.loads(site.audit[site.audit.last].line)
        assert (last["event"], last["on"], last["by"]) == (
            "person.password-refused",
            f"person:{CLERK}",
            CLERK,
        )
    office.clock.advance(minutes=11)
    change(browser, PASSWORD, 303)


def test_guesses_at_the_log_in_and_before_a_change_are_counted_together(office):
    browser = office.browser(CLERK)
    for _ in range(3):
        change(browser, "错的", 409)
    stranger = office.browser()
    for _ in range(2):
        one = next(form for form in stranger.get("/login").forms.values() if form.action.endswith("/login"))
        one["userid"], one["password"] = CLERK, "错的"
        one.submit(status=403)
    assert "锁定10分钟" in said(change(browser, PASSWORD, 409))[0]


def test_a_short_new_password_with_the_right_present_one_counts_as_no_guess(office):
    browser = office.browser(CLERK)
    for _ in range(6):
        change(browser, PASSWORD, 409, new="短")
    change(browser, PASSWORD, 303)


def test_a_right_guess_that_was_judged_before_the_lock_fell_does_not_pass(office):
    """Two guesses at once: the wrong one takes the write lock first and locks the account."""

    def race(root):
        site = root["site"]
        for _ in range(5):
            sessions.log_in(site, CLERK, fits=False, now=office.clock.now())
        return sessions.log_in(site, CLERK, fits=True, now=office.clock.now())

    refused = office.services.database.run(race)
    assert [found.code for found in refused.findings] == ["login.refused"]


def test_who_was_switched_off_after_the_password_was_judged_does_not_pass(office):
    def race(root):
        root["site"].people[CLERK].disabled = True
        return sessions.log_in(root["site"], CLERK, fits=True, now=office.clock.now())

    assert not office.services.database.run(race)
