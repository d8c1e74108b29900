"""The door: log-in, idle and absolute ends, log-out, lock-out, tokens in forms, headers of every answer."""

from tests.office import ADMIN, CLERK, PASSWORD


def log_in(browser, userid, password):
    form = next(form for form in browser.get("/login").forms.values() if form.action.endswith("/login"))
    form["userid"], form["password"] = userid, password
    return form.submit(expect_errors=True)


def cookie(browser):
    return browser.cookies.get("records")


def test_the_name_of_a_session_is_new_at_log_in_and_nothing_personal_is_in_it(office):
    browser = office.browser()
    browser.get("/login")
    before = cookie(browser)
    log_in(browser, CLERK, PASSWORD)
    assert before is None
    assert CLERK not in cookie(browser)
    assert browser.get("/desk").status_int == 200


def test_a_session_ends_when_it_is_idle(office):
    browser = office.browser(CLERK)
    office.clock.advance(minutes=29)
    assert browser.get("/desk").status_int == 200
    office.clock.advance(minutes=32)
    assert browser.get("/desk").status_int == 303


def test_a_session_ends_after_a_working_day_however_busy(office):
    browser = office.browser(CLERK)
    for _ in range(22):
        office.clock.advance(minutes=25)
        answer = browser.get("/desk")
    assert answer.status_int == 303


def test_a_session_of_before_the_log_out_is_dead(office):
    browser = office.browser(CLERK)
    kept = cookie(browser)
    page = browser.get("/logout")
    form = next(form for form in page.forms.values() if form.action.endswith("/logout"))
    answer = form.submit()
    assert "Clear-Site-Data" in answer.headers
    browser.set_cookie("records", kept)
    assert browser.get("/desk").status_int == 303


def test_a_new_password_ends_all_sessions_of_before_but_the_one_that_chose_it(office):
    mine, elsewhere = office.browser(CLERK), office.browser(CLERK)
    form = next(form for form in mine.get("/password").forms.values() if form.action.endswith("/password"))
    form["password"], form["new"], form["again"] = PASSWORD, *["山下有一条小河慢慢流过"] * 2
    form.submit(status=303)
    assert [browser.get("/desk").status_int for browser in (mine, elsewhere)] == [200, 303]


def test_a_forged_cookie_opens_nothing(office):
    browser = office.browser(CLERK)
    name, minute, code = cookie(browser).split(".")
    for forged in (
        f"{name}.{int(minute) + 60}.{code}",
        f"{name}.{minute}.{code[::-1]}",
        "a.b.c",
        name,
        f"{name}.9999999999999.x",
    ):
        other = office.browser()
        other.set_cookie("records", forged)
        assert other.get("/desk").status_int == 303


def test_wrong_unknown_and_locked_are_answered_alike(office):
    def said(userid, password):
        answer = log_in(office.browser(), userid, password)
        summary = answer.html.select_one(".errors, .error-summary, [role=alert]")
        return answer.status_int, summary.get_text(" ", strip=True) if summary else ""

    wrong, unknown = said(CLERK, "不是这个密码"), said("nobody", "不是这个密码")
    assert wrong == unknown
    for _ in range(5):
        said(CLERK, "不是这个密码")
    assert said(CLERK, PASSWORD) == wrong
    office.clock.advance(minutes=11)
    assert log_in(office.browser(), CLERK, PASSWORD).status_int == 303


def test_a_disabled_person_is_out_at_once(office):
    browser = office.browser(CLERK)

    def disable(root):
        root["site"].people[CLERK].disabled = True

    office.services.database.run(disable)
    assert browser.get("/desk").status_int == 303


def test_a_form_without_its_token_changes_nothing(office):
    browser = office.browser(CLERK)
    before = office.services.database.zodb.storage.lastTransaction()
    answer = browser.post(
        "/applicants/create", {"number": "419999197001011228", "name": "王秀兰"}, expect_errors=True
    )
    assert answer.status_int == 400
    assert office.services.database.zodb.storage.lastTransaction() == before


def test_every_answer_carries_the_headers(office):
    for browser, path in (
        (office.browser(), "/login"),
        (office.browser(CLERK), "/desk"),
        (office.browser(), "/no-such-page"),
        (office.browser(), "/api/v1/openapi.json"),
        (office.browser(ADMIN), "/desk"),
    ):
        headers = browser.get(path, expect_errors=True).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"]
