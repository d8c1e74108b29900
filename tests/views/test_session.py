from __future__ import annotations

from datetime import date, timedelta

import pytest
from webtest import TestApp

from records.domain.findings import Refused
from records.operations import people
from records.views.session import next_path
from tests.office import CLERK, PASSWORD

from .pages import errors, form


def test_nobody_reaches_the_desk_without_logging_in(office):
    answer = TestApp(office.app).get("/desk")
    assert (answer.status_int, answer.location) == (303, "http://localhost/login?next=%2Fdesk")


def test_log_in_leads_where_one_wanted_to_go(office):
    browser = TestApp(office.app)
    page = browser.get("/desk/search?q=x").follow()
    one = form(page, "/login")
    one["userid"], one["password"] = CLERK, PASSWORD
    assert one.submit(status=303).location == "http://localhost/desk/search?q=x"


@pytest.mark.parametrize("userid", [CLERK, "nobody", "欧阳"])
def test_wrong_password_and_unknown_name_get_the_same_sentence(office, userid):
    browser = TestApp(office.app)
    one = form(browser.get("/login"), "/login")
    one["userid"], one["password"] = userid, "错的"
    page = one.submit(status=403)
    assert errors(page) == ["登录名或者密码不对；连续输错5次会锁定10分钟。请重试，或者联系系统管理员。"]
    assert "错的" not in page.text


def test_five_wrong_passwords_lock_the_account_for_ten_minutes(office):
    browser = TestApp(office.app)

    def attempt(password: str, status: int):
        one = form(browser.get("/login"), "/login")
        one["userid"], one["password"] = CLERK, password
        return one.submit(status=status)

    for _ in range(5):
        attempt("错的", 403)
    attempt(PASSWORD, 403)
    office.clock.advance(minutes=11)
    attempt(PASSWORD, 303)


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("/dossiers/abc?x=1", "/dossiers/abc?x=1"),
        ("https://evil.example/", "/desk"),
        ("//evil.example/", "/desk"),
        ("/\\evil.example", "/desk"),
        ("/desk\n", "/desk"),
        ("desk", "/desk"),
        ("/logout", "/desk"),
        ("", "/desk"),
        (None, "/desk"),
    ],
)
def test_next_never_leads_to_another_host(asked, path):
    class Request:
        script_name = ""

    assert next_path(Request(), asked) == path


def test_log_out_ends_the_session_and_clears_the_browser(office):
    browser = office.browser(CLERK)
    page = browser.get("/logout")
    kept = dict(browser.cookies)
    answer = form(page, "/logout").submit(status=303)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = TestApp(office.app)
    for name, value in kept.items():
        thief.set_cookie(name, value)
    assert thief.get("/desk").location.startswith("http://localhost/login")


def test_a_first_password_must_be_changed_before_anything_else(office):
    def first(root) -> None:
        root["site"].people[CLERK].must_change = True

    office.services.database.run(first)
    browser = office.browser(CLERK)
    assert browser.get("/desk").location == "http://localhost/password"
    one = form(browser.get("/password"), "/password")
    one["password"], one["new"], one["again"] = PASSWORD, "短", "不同"
    assert errors(one.submit(status=409)) == [
        "密码至少10个字符。可以用几个词连起来，便于记忆。",
        "两次输入的新密码不一致。请重新输入。",
    ]
    one["password"], one["new"], one["again"] = PASSWORD, "山下有一条小河流过", "山下有一条小河流过"
    assert errors(one.submit(status=409)) == ["密码至少10个字符。可以用几个词连起来，便于记忆。"]
    one["password"], one["new"], one["again"] = "错的", "山下有一条小河慢慢流过", "山下有一条小河慢慢流过"
    assert errors(one.submit(status=409)) == ["密码不对，没有改动。请重新输入。"]
    one["password"] = PASSWORD
    assert one.submit(status=303).location == "http://localhost/desk?done=password"
    assert browser.get("/desk").status_int == 200


def test_changing_the_password_ends_the_other_log_ins(office):
    here, there = office.browser(CLERK), office.browser(CLERK)
    one = form(here.get("/password"), "/password")
    one["password"], one["new"], one["again"] = PASSWORD, "山下有一条小河慢慢流过", "山下有一条小河慢慢流过"
    one.submit(status=303)
    assert here.get("/desk").status_int == 200
    assert there.get("/desk").status_int == 303


def test_a_token_is_shown_once_and_opens_only_its_scopes(office):
    browser = office.browser(CLERK)
    one = form(browser.get("/access"), "/issue-token")
    one["label"], one["until"] = "叫号机", "2026-12-31"
    next(box for box in one.fields["scope"] if box._value == "search:desk").checked = True
    page = one.submit(status=200)
    token = page.html.select_one("section.note code").text
    assert token.startswith(f"{CLERK}.")
    assert token.partition(".")[2] not in browser.get("/access").text
    api = TestApp(office.app)
    head = {"Authorization": f"Bearer {token}"}
    assert api.get("/api/v1/search?q=x", headers=head).status_int == 200
    assert api.get("/api/v1/applicants/none", headers=head, status="*").status_int in (403, 404)
    form(browser.get("/access"), "/withdraw-token").submit(status=303)
    assert api.get("/api/v1/search?q=x", headers=head, status="*").status_int in (401, 403)


def test_a_token_without_name_scope_or_with_a_far_day_is_refused_with_every_reason(office):
    refused = office.do(
        CLERK,
        lambda act: people.issue_token(
            act, act.site.people[CLERK], label=" ", scopes=("no:such",), until=date(2028, 1, 1)
        ),
    )
    assert isinstance(refused, Refused)
    assert [found.code for found in refused.findings] == [
        "token.unknown-scope",
        "token.no-label",
        "token.too-long",
    ]


def test_an_ended_token_opens_nothing(office):
    token = office.do(
        CLERK,
        lambda act: people.issue_token(
            act, act.site.people[CLERK], label="一天", scopes=("*",), until=act.today + timedelta(days=1)
        ),
    )
    head = {"Authorization": f"Bearer {token}"}
    assert TestApp(office.app).get("/api/v1/search?q=x", headers=head).status_int == 200
    office.clock.advance(days=2)
    assert TestApp(office.app).get("/api/v1/search?q=x", headers=head, status="*").status_int in (401, 403)


def test_end_sessions_leaves_only_this_one(office):
    here, there = office.browser(CLERK), office.browser(CLERK)
    form(here.get("/access"), "/end-sessions").submit(status=303)
    assert (here.get("/desk").status_int, there.get("/desk").status_int) == (200, 303)


def test_a_missing_page_and_a_forbidden_one_say_what_to_do(office):
    browser = office.browser("admin")
    assert browser.get("/nothing", status=404).html.select_one("main .act")["href"] == "/desk"
    case = office.case(office.applicant())
    page = browser.get(f"/dossiers/{case}", status=403)
    assert page.html.select_one("main .act")["href"] == "/desk"
    assert "欧阳䶮" not in page.text


def test_a_form_without_its_token_is_refused(office):
    browser = office.browser(CLERK)
    browser.post("/applicants/find", {"number": "x"}, status=400)
