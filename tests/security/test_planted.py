"""Planted numbers (I14): after a whole case not one byte outside the stored originals spells a number or a telephone.

Where they may be: sealed by the vault in the database, and in the originals themselves, which rights and file modes protect
(the folder ``store``). Names stand in clear in the database and in the staff's indexes: people are found by them.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from random import Random

import pytest
from webtest import TestApp

from records.domain.findings import Refused
from records.exchange import samples
from records.jobs import work_once
from records.operations import applicants, indexing, sealing
from records.operations.people import issue_token
from records.scripts import demo
from tests.office import ANOTHER, ARCHIVIST, CITIZEN, CLERK, NAME, REVIEWER, build_office

API = "/api/v1"
PHONE, AGENT_PHONE = "13912345678", "13700001111"
OLD = "419999700101122"
SPACED = "419999 19700101 1228"
WIDE = CITIZEN.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
PLANTED = (CITIZEN, ANOTHER, PHONE, AGENT_PHONE, OLD, SPACED, WIDE)


def spelled(text: str) -> tuple[bytes, ...]:
    return text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), text[::-1].encode()


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """An office on real files in which two people's cases went the whole way by screen, API and command."""
    folder = tmp_path_factory.mktemp("planted")
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage() + str(record.exc_info or ""))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    office = build_office(
        folder, **{"zodb.uri": f"file://{folder}/instance/Data.fs", "fulltext.engine": "whoosh"}
    )
    try:
        seen = live(office)
        indexing.catch_up(office.services)
        for index in office.services.engines:
            indexing.rebuild(office.services, index)
        sealing.seal(office.services)
        office.close()
        yield folder / "instance", records, seen
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def live(office) -> list[str]:
    """Let both cases be worked on, and type numbers wherever somebody might; return every answer's address."""
    browser = office.browser(CLERK)
    token = browser.get("/desk").html.select_one("input[name=csrf_token]")["value"]
    addresses = []

    def post(path: str, **typed: str):
        answer = browser.post(path, {"csrf_token": token, **typed}, expect_errors=True)
        addresses.append(answer.headers.get("Location", ""))
        return answer

    made = post("/applicants/create", number=WIDE, name=NAME, phone=PHONE)
    person = made.headers["Location"].rstrip("/").rpartition("/")[2].partition("?")[0]
    post("/applicants/find", number=CITIZEN)
    post("/applicants/find", number=OLD)
    post("/desk/search", q=f"{NAME}{CITIZEN}")
    post("/desk/search", q=f"{NAME} {SPACED}")
    post(f"/applicants/{person}/reveal", purpose=f"核对 {CITIZEN}")
    post("/login", userid=CITIZEN, password=ANOTHER)
    addresses.append(browser.get("/desk/search", {"q": CITIZEN}, expect_errors=True).headers["Location"])
    through_api(office, person)
    whole_way(office, person)
    while work_once(office.services):
        pass
    return addresses


def through_api(office, person: str) -> None:
    until = office.clock.today() + timedelta(days=3)
    key = office.do(
        CLERK,
        lambda act: issue_token(
            act, act.site.people[CLERK], label=f"接口 {CITIZEN}", scopes=["*"], until=until
        ),
    )
    api, headers = TestApp(office.app), {"Authorization": f"Bearer {key}"}
    api.post_json(f"{API}/applicants/find", {"number": CITIZEN}, headers=headers)
    api.post_json(f"{API}/search", {"q": CITIZEN}, headers=headers)
    api.get(f"{API}/search", {"q": CITIZEN}, headers=headers, status=400)
    once = {**headers, "Idempotency-Key": CITIZEN}
    body = {"number": ANOTHER, "name": "司马𠮷", "phone": AGENT_PHONE}
    api.post_json(f"{API}/applicants/create", body, headers=once)
    api.post_json(f"{API}/applicants/create", body, headers=once)
    case = office.case(person, again=f"司马𠮷 {ANOTHER}")
    pages = samples.text_pdf("身份证", (f"公民身份号码 {CITIZEN}", f"旧号 {OLD}", f"电话 {PHONE}"))
    typed = {
        "line": "identity", "document_number": CITIZEN, "issuer": "云溪县公安局", "issued_on": "2020-01-01",
        "original_seen": "true", "note": f"号码 {SPACED}，电话 {PHONE}",
    }  # fmt: skip
    files = [("upload", f"{NAME}{CITIZEN}.pdf", pages)]
    api.post(f"{API}/dossiers/{case}/submit", typed, upload_files=files, headers=headers, expect_errors=True)
    api.post_json(f"{API}/dossiers/{case}/withdraw", {"why": f"{CITIZEN} 本人撤回"}, headers=headers)


def whole_way(office, person: str) -> None:
    story = demo.Story(office.services, office.clock, Random(1))
    case = office.case(person, "sole-trader-registration")
    demo.fill_lines(story, CLERK, case, 1)
    demo.decide(story, REVIEWER, case, "sole-trader-registration", 1, refused=False)
    for who, deed in (
        (
            CLERK,
            lambda act: demo.decisions.deliver(
                act,
                act.site.dossiers[case],
                method=demo.DeliveryMethod.COUNTER,
                recipient=f"{NAME} {CITIZEN}",
            ),
        ),
        (ARCHIVIST, lambda act: demo.archiving.archive(act, act.site.dossiers[case])),
        (
            CLERK,
            lambda act: applicants.reveal_number(act, act.site.applicants[person], purpose=f"{CITIZEN}"),
        ),
    ):
        assert not isinstance(office.do(who, deed), Refused)


def test_no_file_beside_the_originals_spells_a_planted_number(lived):
    folder, _records, _seen = lived
    files = [path for path in folder.rglob("*") if path.is_file() and "store" not in path.parts]
    assert {"Data.fs", "heads.jsonl"} <= {path.name for path in files}
    assert any("fulltext" in path.parts for path in files)
    assert any("access" in path.parts for path in files)
    found = [
        (number, path.relative_to(folder).as_posix())
        for path in files
        for content in (path.read_bytes(),)
        for number in PLANTED
        if any(spelling in content for spelling in spelled(number))
    ]
    assert found == []


def test_no_path_of_the_instance_spells_a_planted_number(lived):
    folder, _records, _seen = lived
    assert [str(path) for path in folder.rglob("*") for number in PLANTED if number in str(path)] == []


def test_no_log_line_and_no_address_spells_a_planted_number(lived):
    _folder, records, addresses = lived
    written = "\n".join([*records, *addresses])
    assert len(addresses) > 5
    assert [number for number in PLANTED if number in written] == []


def test_the_search_would_find_a_number_that_was_kept_in_clear(lived):
    """The bytes are as looked for: a name, which may stand in clear, is found in the database by the same search."""
    folder, _records, _seen = lived
    assert any(spelling in (folder / "Data.fs").read_bytes() for spelling in spelled(NAME))


def test_the_access_log_has_its_lines_and_no_number(lived):
    folder, _records, _seen = lived
    lines = [
        json.loads(line)
        for path in (folder / "access").glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert {line["read"] for line in lines} >= {"applicants.find", "applicants.reveal"}
    assert not [line for line in lines if any(number in json.dumps(line) for number in PLANTED)]
