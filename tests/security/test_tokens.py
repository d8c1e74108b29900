"""What ends a token: a reset, an account switched off, the last letter; and who may take one back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from webtest import TestApp

from records.domain.findings import Refused
from records.operations import people
from tests.office import ADMIN, CLERK, HASHED, PASSWORD

API = "/api/v1"


def bearer(office, *scopes, who=CLERK) -> dict[str, str]:
    until = office.clock.today() + timedelta(days=30)
    made = office.do(
        who,
        lambda act: people.issue_token(
            act, act.site.people[who], label="叫号机", scopes=scopes or ["*"], until=until
        ),
    )
    return {"Authorization": f"Bearer {made}"}


def opens(office, head) -> int:
    return TestApp(office.app).get(f"{API}/search", {"q": "x"}, headers=head, expect_errors=True).status_int


def digest_of(office, who=CLERK) -> str:
    with office.site() as site:
        return site.people[who].tokens[0][0]


def form(page, ending: str):
    return next(one for one in page.forms.values() if one.action.endswith(ending))


def test_a_new_password_of_ones_own_leaves_the_tokens_and_ends_the_other_log_ins(office):
    head, there = bearer(office), office.browser(CLERK)
    office.do(
        CLERK, lambda act: people.change_password(act, act.site.people[CLERK], hashed=HASHED, proven=True)
    )
    assert (opens(office, head), there.get("/desk").status_int) == (200, 303)


def test_a_reset_ends_log_ins_and_tokens_and_hands_out_a_password_once(office):
    head, there, admin = bearer(office), office.browser(CLERK), office.browser(ADMIN)
    page = form(admin.get("/desk/people"), f"/people/{CLERK}/reset_password").submit(status=200)
    password = page.html.select_one("section.note code").text
    assert (opens(office, head), there.get("/desk").status_int) == (401, 303)
    assert password not in admin.get("/desk/people").text
    with office.site() as site:
        assert password not in repr([vars(answer) for day in site.once.values() for answer in day.values()])
        last = json.loads(site.audit[site.audit.last].line)
        assert (last["event"], last["by"], last["letter"] != "") == ("person.password-reset", ADMIN, True)
    browser = office.browser()
    one = form(browser.get("/login"), "/login")
    one["userid"], one["password"] = CLERK, PASSWORD
    one.submit(status=403)
    one = form(browser.get("/login"), "/login")
    one["userid"], one["password"] = CLERK, password
    assert one.submit(status=303).location == "http://localhost/password"
    one = form(browser.get("/password"), "/password")
    new = "山下有一条小河慢慢流过"
    one["password"], one["new"], one["again"] = password, new, new
    assert one.submit(status=303).location == "http://localhost/desk?done=password"


def test_an_account_switched_off_opens_nothing_and_its_tokens_do_not_come_back(office):
    head, there, admin = bearer(office), office.browser(CLERK), office.browser(ADMIN)
    form(admin.get("/desk/people"), f"/people/{CLERK}/switch_off").submit(status=303)
    assert (opens(office, head), there.get("/desk").status_int) == (401, 303)
    form(admin.get("/desk/people"), f"/people/{CLERK}/switch_on").submit(status=303)
    assert (opens(office, head), there.get("/desk").status_int) == (401, 303)
    office.browser(CLERK).get("/desk", status=200)


def test_a_token_opens_nothing_once_the_last_letter_has_ended(office):
    head = bearer(office)

    def end(root) -> None:
        person = root["site"].people[CLERK]
        yesterday = office.clock.today() - timedelta(days=1)
        person.letters = tuple((*letter[:4], yesterday) for letter in person.letters)

    assert opens(office, head) == 200
    office.services.database.run(end)
    assert opens(office, head) == 401
    public = TestApp(office.app).get(f"{API}/guides/food-business", headers=head, expect_errors=True)
    assert public.status_int == 401


def test_nobody_switches_off_or_resets_the_own_account(office):
    for deed in (people.switch_off, lambda act, person: people.reset_password(act, person, hashed=HASHED)):
        refused = office.do(ADMIN, lambda act, deed=deed: deed(act, act.site.people[ADMIN]))
        assert [found.code for found in refused.findings] == ["person.oneself"]
    page = office.browser(ADMIN).get("/desk/people")
    assert not [one for one in page.forms.values() if f"/people/{ADMIN}/" in one.action]


def test_switching_twice_is_told(office):
    on = office.do(ADMIN, lambda act: people.switch_on(act, act.site.people[CLERK]))
    office.do(ADMIN, lambda act: people.switch_off(act, act.site.people[CLERK]))
    off = office.do(ADMIN, lambda act: people.switch_off(act, act.site.people[CLERK]))
    assert [found.code for refused in (on, off) for found in refused.findings] == [
        "person.on-already",
        "person.off-already",
    ]


def test_the_list_shows_scopes_and_days_and_the_administrator_takes_a_token_back(office):
    head = bearer(office, "search:desk")
    assert opens(office, head) == 200
    own = office.browser(CLERK).get("/access").html.select_one("main .tasks").get_text(" ", strip=True)
    assert "search:desk" in own
    assert f"最近使用 {office.clock.today()}" in " ".join(own.split())
    page = office.browser(ADMIN).get("/desk/people")
    row = next(row for row in page.html.select("tbody tr") if "叫号机" in row.get_text())
    text = " ".join(row.get_text(" ", strip=True).split())
    assert "search:desk" in text
    assert f"最近使用 {office.clock.today()}" in text
    assert "签发于 2026年11月23日" in text
    form(page, f"/people/{CLERK}/withdraw_token").submit(status=303)
    assert opens(office, head) == 401


def test_the_day_of_use_is_noted_without_a_transaction(office):
    head = bearer(office)
    before = office.services.database.zodb.storage.lastTransaction()
    assert office.services.tokens.last(digest_of(office)) is None
    assert opens(office, head) == 200
    assert office.services.database.zodb.storage.lastTransaction() == before
    assert office.services.tokens.last(digest_of(office)) == office.clock.today()
    office.clock.advance(days=2)
    assert opens(office, head) == 200
    assert office.services.tokens.last(digest_of(office)) == office.clock.today()


def test_who_does_not_manage_people_takes_no_token_back(office):
    head = bearer(office)
    api, other = TestApp(office.app), bearer(office, who="sima")
    path = f"{API}/people/{CLERK}/withdraw_token"
    answer = api.post_json(path, {"token": digest_of(office)[:12]}, headers=other, expect_errors=True)
    assert (answer.status_int, opens(office, head)) == (403, 200)


def test_a_program_of_the_administrator_lists_and_takes_back_but_resets_nothing(office):
    head, api, admin = bearer(office), TestApp(office.app), bearer(office, who=ADMIN)
    assert opens(office, head) == 200
    shown = api.get(f"{API}/people/{CLERK}", headers=admin).json
    assert [(token["label"], token["scopes"], token["last_used"]) for token in shown["tokens"]] == [
        ("叫号机", ["*"], office.clock.today().isoformat())
    ]
    assert PASSWORD not in json.dumps(shown)
    assert HASHED not in json.dumps(shown)
    path = f"{API}/people/{CLERK}"
    done = api.post_json(f"{path}/withdraw_token", {"token": shown["tokens"][0]["token"]}, headers=admin)
    assert (done.json["tokens"], opens(office, head)) == ([], 401)
    again = api.post_json(f"{path}/withdraw_token", {"token": "0" * 12}, headers=admin, expect_errors=True)
    assert [found["code"] for found in again.json["findings"]] == ["token.unknown"]
    assert api.post_json(f"{path}/reset_password", {}, headers=admin, expect_errors=True).status_int == 404


@pytest.mark.parametrize("named", ["", "0", "1234567"])
def test_a_name_too_short_takes_no_token_back(office, named):
    bearer(office)
    refused = office.do(CLERK, lambda act: people.withdraw_token(act, act.site.people[CLERK], token=named))
    assert isinstance(refused, Refused)
    assert digest_of(office)
