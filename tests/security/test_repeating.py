"""One key, one deed (幂等): the same contents get the first answer, other contents are refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from webtest import TestApp

from records.exchange import samples
from records.operations.people import issue_token
from tests.office import ANOTHER, CITIZEN, CLERK

API = "/api/v1"


@pytest.fixture
def api(office):
    until = office.clock.today() + timedelta(days=3)
    token = office.do(
        CLERK,
        lambda act: issue_token(act, act.site.people[CLERK], label="测试", scopes=["*"], until=until),
    )
    browser = TestApp(office.app)
    browser.extra_environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return browser


def once(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def test_another_body_under_a_used_key_is_refused_and_does_nothing(office, api):
    path = f"{API}/applicants/create"
    first = api.post_json(path, {"number": CITIZEN, "name": "欧阳䶮"}, headers=once("k"))
    other = api.post_json(path, {"number": ANOTHER, "name": "司马相如"}, headers=once("k"), status=422)
    assert other.content_type == "application/problem+json"
    assert [found["code"] for found in other.json["findings"]] == ["idempotency.other-body"]
    assert other.json["status"] == 422
    again = api.post_json(path, {"number": CITIZEN, "name": "欧阳䶮"}, headers=once("k"))
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    with office.site() as site:
        assert [person.name for person in site.applicants.values()] == ["欧阳䶮"]


def test_a_form_with_its_file_is_the_same_whatever_its_boundary(office, api):
    case = office.case(office.applicant())
    path, pdf = f"{API}/dossiers/{case}/submit", samples.text_pdf("布局图", ("布局图",))
    fields = {"line": "kitchen-plan", "issued_on": "2026-11-20", "original_seen": "true"}

    def send(content: bytes, name: str = "plan.pdf", **more: object):
        return api.post(path, fields, headers=once("f"), upload_files=[("upload", name, content)], **more)

    first, again = send(pdf), send(pdf)
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert (
        first.request.content_type != again.request.content_type or first.request.body != again.request.body
    )
    for content, name in ((pdf + b"\n", "plan.pdf"), (pdf, "other.pdf")):
        other = send(content, name, status=422)
        assert [found["code"] for found in other.json["findings"]] == ["idempotency.other-body"]


def test_a_screen_form_sent_again_with_other_contents_says_that_the_first_holds(office):
    browser = office.browser(CLERK)
    token = browser.get("/desk").html.select_one("input[name=csrf_token]")["value"]
    typed = {"csrf_token": token, "__once__": "one", "number": CITIZEN, "name": "欧阳䶮"}
    first = browser.post("/applicants/create", typed, status=303)
    assert browser.post("/applicants/create", typed, status=303).location == first.location
    page = browser.post("/applicants/create", {**typed, "name": "欧阳静"}, status=422)
    assert "这张表单已经用别的内容提交过" in page.html.select_one("main").get_text()


def test_a_key_that_is_a_file_is_no_key(office):
    browser = office.browser(CLERK)
    token = browser.get("/desk").html.select_one("input[name=csrf_token]")["value"]
    typed = {"csrf_token": token, "number": CITIZEN, "name": "欧阳䶮"}
    files = [("__once__", "k.txt", b"k")]
    assert browser.post("/applicants/create", typed, upload_files=files, expect_errors=True).status_int < 500
    with office.site() as site:
        assert list(site.once) == []
