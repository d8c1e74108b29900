"""Attacks that once went through, each with the door that now stops it."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from webtest import TestApp

from records.domain.findings import Refused
from records.exchange import samples
from records.indexes import documents
from records.operations import access, applicants, dossiers, guides, materials
from records.operations.access import AccessLog, AccessLogUnwritable
from records.operations.people import issue_token
from records.operations.searching import search
from tests.office import ANOTHER, CITIZEN, CLERK, MONDAY, REVIEWER, guide_bodies

API = "/api/v1"
SPACED = "419999 19700101 1228"


def bearer(office, *scopes, who=CLERK):
    until = office.clock.today() + timedelta(days=30)
    made = office.do(
        who,
        lambda act: issue_token(act, act.site.people[who], label="测试", scopes=scopes or ["*"], until=until),
    )
    return {"Authorization": f"Bearer {made}"}


def form_token(browser, path="/login"):
    return browser.get(path).html.select_one("input[name=csrf_token]")["value"]


def kept_answers(office):
    with office.site() as site:
        return b"".join(answer.body for day in site.once.values() for answer in day.values())


@pytest.mark.parametrize("path", ["/end-sessions", "/issue-token"])
@pytest.mark.parametrize("scopes", [("session:end", "token:issue"), ("*",)])
def test_a_token_makes_neither_a_session_nor_another_token(office, path, scopes):
    browser = TestApp(office.app)
    until = (office.clock.today() + timedelta(days=3)).isoformat()
    typed = {"csrf_token": form_token(browser), "label": "x", "scope": "*", "until": until}
    answer = browser.post(path, typed, headers=bearer(office, *scopes), expect_errors=True)
    assert answer.status_int == 403
    assert browser.cookies.get("records") is None
    with office.site() as site:
        assert len(site.people[CLERK].tokens) == 1


def test_a_log_in_alone_does_nothing_through_the_api(office):
    browser = office.browser(CLERK)
    body = json.dumps({"number": ANOTHER, "name": "王秀兰"})
    path = f"{API}/applicants/create"
    answer = browser.post(path, body, content_type="text/plain", expect_errors=True)
    assert (answer.status_int, answer.content_type) == (403, "application/problem+json")
    named = {"X-CSRF-Token": form_token(browser, "/desk")}
    assert browser.post(path, body, content_type="application/json", headers=named).status_int == 201


def test_what_a_page_showed_once_is_not_kept_for_a_repetition(office):
    person = office.applicant()
    browser = office.browser(CLERK)
    token = form_token(browser, "/desk")
    until = (office.clock.today() + timedelta(days=3)).isoformat()
    for path, typed in (
        (f"/applicants/{person}/reveal", {"purpose": "核对身份"}),
        ("/issue-token", {"label": "接口", "scope": "desk:view", "until": until}),
        ("/applicants/find", {"number": ANOTHER}),
    ):
        answer = browser.post(path, {"csrf_token": token, "__once__": path, **typed})
        assert answer.status_int == 200
    found = browser.post(f"/applicants/{person}/reveal", {"csrf_token": token, "purpose": "核对身份"})
    assert CITIZEN in found.text
    kept = kept_answers(office)
    assert CITIZEN.encode() not in kept
    assert ANOTHER.encode() not in kept
    assert f"{CLERK}.".encode() not in kept


def test_one_key_for_two_questions_never_answers_with_somebody_else(office):
    office.applicant()
    api, headers = TestApp(office.app), {**bearer(office), "Idempotency-Key": "same"}
    assert api.post_json(f"{API}/applicants/find", {"number": CITIZEN}, headers=headers).status_int == 200
    other = api.post_json(f"{API}/applicants/find", {"number": ANOTHER}, headers=headers, expect_errors=True)
    assert other.status_int == 404


def test_nobody_stores_a_file_without_a_log_in(office):
    browser = TestApp(office.app)
    files = [("f", "a.pdf", samples.text_pdf("a", ("a",)))]
    browser.post("/login", {"userid": "x"}, upload_files=files, expect_errors=True)
    browser.post("/progress", {"number": "x"}, upload_files=files, expect_errors=True)
    assert list(office.services.store.walk()) == []


def test_numbers_typed_into_free_text_stand_nowhere(office):
    person = office.applicant()
    case = office.case(person, again=f"王秀兰 {ANOTHER}")
    api, headers = TestApp(office.app), bearer(office)
    answer = api.post(
        f"{API}/dossiers/{case}/submit",
        {
            "line": "identity",
            "document_number": CITIZEN,
            "issuer": "云溪县公安局",
            "issued_on": "2020-01-01",
            "original_seen": "true",
            "note": f"号码 {SPACED} 已核对",
        },
        upload_files=[("upload", f"{CITIZEN}.pdf", samples.text_pdf("身份证", ("身份证",)))],
        headers=headers,
    )
    api.post_json(f"{API}/dossiers/{case}/withdraw", {"why": f"{CITIZEN} 本人撤回"}, headers=headers)
    office.do(
        CLERK,
        lambda act: applicants.reveal_number(act, act.site.applicants[person], purpose=f"核对 {CITIZEN}"),
    )
    with office.site() as site:
        written = [entry.line.decode() + entry.details for entry in site.audit.values()]
        written += [str(material.as_record()) for material in site.materials.values()]
        written += [str(site.dossiers[case].as_record()), answer.text, str(list(site.keys))]
        written.append(documents.project(site, site.dossiers[case], today=office.clock.today()).text)
        reader = frozenset({"role:clerk@market-regulation"})
    for number in (CITIZEN, ANOTHER, SPACED):
        assert number not in "\n".join(written)
    for typed in (CITIZEN, SPACED):
        assert [hit.id for hit in search(office.services, "dossiers", typed, readers=reader).hits] == [case]


def test_a_paper_that_another_case_uses_stays_in_the_library(office):
    person = office.applicant()
    first = office.case(person)
    material = office.hand_in(
        first, "identity", "身份证", document_number="N1", issuer="公安局", issued_on=office.clock.today()
    )
    second = office.case(person, again="第二处店面")
    with office.site() as site:
        filled = any(entry[1] == material for entry in site.dossiers[second].entries)
    if not filled:
        office.do(
            CLERK,
            lambda act: materials.use_material(
                act, act.site.dossiers[second], line="identity", material=material
            ),
        )
    office.do(
        CLERK,
        lambda act: materials.remove_material(act, act.site.dossiers[first], line="identity", why="放错"),
    )
    with office.site() as site:
        assert any(entry[1] == material for entry in site.dossiers[second].entries)
        assert site.materials[material].status == "valid"
    office.do(CLERK, lambda act: dossiers.withdraw(act, act.site.dossiers[second], why="不办了"))


def test_a_draft_changes_nothing_of_the_guide_the_public_reads(office):
    body = next(body for body in guide_bodies() if body.key == "food-business")
    office.do("bailu", lambda act: guides.save_draft(act, dataclasses.replace(body, title="还没审过的题名")))
    with office.site() as site:
        assert site.guides[body.key].title == body.title
    office.do("bailu", lambda act: guides.submit_guide(act, act.site.guides[body.key], version=2))
    office.do(REVIEWER, lambda act: guides.approve_guide(act, act.site.guides[body.key], version=2))
    later = office.clock.today() + timedelta(days=9)
    office.do(
        "zhoutingting",
        lambda act: guides.publish_guide(act, act.site.guides[body.key], version=2, effective_on=later),
    )
    with office.site() as site:
        document = documents.project(site, site.guides[body.key], today=office.clock.today())
    assert document.title == body.title


def test_nobody_takes_over_the_guide_of_another_unit(office):
    body = next(body for body in guide_bodies() if body.key == "food-business")
    stranger = dataclasses.replace(body, unit="health-commission", title="别人的指南")

    def draft(act):
        letters = [grant for grant in act.by.grants if grant.unit not in ("*", body.unit)]
        mine = dataclasses.replace(
            act.by, grants=(*letters, dataclasses.replace(act.by.grants[0], unit=stranger.unit))
        )
        return guides.save_draft(dataclasses.replace(act, by=mine), stranger)

    assert isinstance(office.do("bailu", draft), Refused)
    with office.site() as site:
        assert (site.guides[body.key].unit, len(site.guides[body.key].versions)) == (body.unit, 1)


def test_a_failed_note_stays_failed_for_everybody_who_waited(tmp_path):
    log = AccessLog(tmp_path / "access")
    failure = OSError("disk")
    log._failed = {1: failure}
    log._done, log._queued = 1, 1
    log.folder.rmdir()
    log.folder.write_text("not a folder")
    with pytest.raises(AccessLogUnwritable):
        log.note(MONDAY, {"by": "x"})
    assert log._failed == {1: failure}


def test_a_line_that_was_written_in_part_refuses_the_page(tmp_path, monkeypatch):
    log = AccessLog(tmp_path / "access")
    write = access.os.write
    monkeypatch.setattr(access.os, "write", lambda handle, lines: write(handle, lines[:5]))
    with pytest.raises(AccessLogUnwritable):
        log.note(MONDAY, {"by": "x"})


@pytest.mark.parametrize("path", ["/%ff", "/search?q=%ff", "/guides?unit=%c3"])
def test_an_address_that_is_no_text_is_refused(office, path):
    assert TestApp(office.app).get(path, expect_errors=True).status_int == 400
    assert TestApp(office.app).post(path, expect_errors=True).status_int == 400


@pytest.mark.parametrize("body", ["[" * 100_000, '{"number":"\\ud800"}', "\\xff", "[]"])
def test_a_body_that_is_no_object_is_refused(office, body):
    headers = {**bearer(office), "Content-Type": "application/json"}
    answer = TestApp(office.app).post(f"{API}/applicants/find", body, headers=headers, expect_errors=True)
    assert (answer.status_int, answer.content_type) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("who", "path"), [(CLERK, "/applicants/./reveal"), ("zhoutingting", "/guides/../publish")]
)
def test_a_path_that_climbs_out_of_its_record_finds_nothing(office, who, path):
    answer = TestApp(office.app).post_json(
        API + path, {"purpose": "核对", "version": 1}, headers=bearer(office, who=who), expect_errors=True
    )
    assert answer.status_int == 404


@pytest.mark.parametrize("path", ["/login", f"{API}/applicants/find"])
def test_a_form_that_is_none_is_refused(office, path):
    headers = {**bearer(office), "Content-Type": "multipart/form-data"}
    assert TestApp(office.app).post(path, b"abc", headers=headers, expect_errors=True).status_int == 400


def test_a_long_body_without_a_file_is_refused_unread(office):
    api = TestApp(office.app)
    fields = b"a=1&" * (20 << 10)
    assert api.post("/login", fields, expect_errors=True).status_int == 413
    headers = {**bearer(office), "Content-Type": "application/json"}
    long = json.dumps({"situation": {f"k{number}": True for number in range(90_000)}})
    answer = api.post(f"{API}/dossiers/open", long, headers=headers, expect_errors=True)
    assert (answer.status_int, answer.content_type) == (413, "application/problem+json")
