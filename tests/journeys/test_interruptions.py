from __future__ import annotations

import http.client
import multiprocessing
import os
import random
import signal
import socket
from datetime import date

import pytest

from records.domain.vocabulary import DossierState
from records.jobs import work_once
from records.operations import indexing, materials
from records.operations.services import open_services
from records.scripts.demo import citizen
from tests.office import CLERK, build_office
from tests.serving import served

from .channels import Api
from .killed import accept_all, settings
from .story import paper

KILLS, CASES = 15, 60
LINES = ("application", "kitchen-plan", "food-safety-rules")


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()


@pytest.fixture
def port(office):
    with served(office.app, threads=2, max_request_body_size=1 << 30) as port:
        yield port


def _request(file, token: str, case: str) -> tuple[bytes, dict[str, str]]:
    mark = "----edge"
    body = b"".join([
        f'--{mark}\r\nContent-Disposition: form-data; name="line"\r\n\r\napplication\r\n'.encode(),
        f'--{mark}\r\nContent-Disposition: form-data; name="upload"; filename="a.pdf"\r\n'.encode(),
        b"Content-Type: application/pdf\r\n\r\n", file.data, f"\r\n--{mark}--\r\n".encode(),
    ])  # fmt: skip
    return body, {
        "Host": "localhost",
        "Authorization": token,
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "Content-Length": str(len(body)),
        "Idempotency-Key": "one try",
    }


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_a_connection_lost_in_mid_upload_keeps_nothing_and_the_next_try_works(office, port, share):
    case = office.case(office.applicant())
    body, headers = _request(paper("申请书"), Api(office).headers(CLERK)["Authorization"], case)
    head = f"POST /api/v1/dossiers/{case}/submit HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in headers.items()
    )
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(head.encode() + b"\r\n" + body[: int(len(body) * share)])
    answer = _ask(port, "GET", "/api/v1/openapi.json", b"", {})
    with office.site() as site:
        assert (answer, list(site.holdings), site.dossiers[case].entries) == (200, [], ())
    assert list(office.services.store.walk()) == []
    assert _ask(port, "POST", f"/api/v1/dossiers/{case}/submit", body, headers) == 200
    with office.site() as site:
        assert (len(site.holdings), len(site.dossiers[case].entries)) == (1, 1)


def _ask(port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> int:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        client.request(method, path, body, headers)
        answer = client.getresponse()
        answer.read()
        return answer.status
    finally:
        client.close()


def test_kill_9_in_mid_acceptance_leaves_each_case_accepted_with_one_notice_or_not_at_all(tmp_path):
    cases = _sixty_cases(tmp_path)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.journeys.killed"])
    chance, accepted, kills, longest = random.Random(20261121), 0, 0, 0.12
    while accepted < len(cases) and kills < KILLS:
        _kill(context, str(tmp_path), cases[accepted:], chance.uniform(0.0, longest))
        kills += 1
        before, accepted = accepted, _check(tmp_path, cases)
        # A slower machine is given longer, or it would be killed before its first acceptance each time.
        longest *= 1.5 if accepted == before else 1
    assert accepted > 0
    _finish(tmp_path, cases[accepted:], context)
    assert _check(tmp_path, cases) == len(cases)


def _sixty_cases(folder) -> list[str]:
    office = build_office(folder, **settings(str(folder)))
    try:
        return [_case(office, serial) for serial in range(1, CASES + 1)]
    finally:
        office.close()


def _case(office, serial: int) -> str:
    person = office.applicant(citizen(serial, date(1980, 2, 3), office.clock.today()), "欧阳静")
    case = office.case(person)
    upload = office.upload("共用的一页")
    described = materials.Description(issued_on=office.clock.today())
    for line in LINES:
        office.do(
            CLERK,
            lambda act, line=line: materials.submit_material(
                act, act.site.dossiers[case], line=line, upload=upload, description=described
            ),
        )
    return case


def _kill(context, folder: str, cases: list[str], after: float) -> None:
    here, there = context.Pipe()
    process = context.Process(target=accept_all, args=(folder, cases, there))
    process.start()
    assert here.recv() == "ready"
    process.join(after)
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    process.close()
    here.close()
    there.close()


def _finish(folder, cases: list[str], context) -> None:
    here, there = context.Pipe()
    process = context.Process(target=accept_all, args=(str(folder), cases, there))
    process.start()
    process.join()
    assert process.exitcode == 0
    here.close()
    there.close()


def _check(folder, cases: list[str]) -> int:
    """Restart, let the worker finish, compare everything, and return how many cases are accepted, from the first on."""
    services = open_services(settings(str(folder)))
    try:
        services.clock.advance(hours=1)
        while work_once(services):
            pass
        assert (indexing.verify(services), indexing.verify_store(services)) == ((), ())
        with services.database.read() as root:
            site = root["site"]
            states = [DossierState(site.dossiers[case].state) for case in cases]
            papers = [[site.notices[notice] for notice in site.dossiers[case].notices] for case in cases]
            done = states.count(DossierState.ACCEPTED)
            assert states == [DossierState.ACCEPTED] * done + [DossierState.DRAFT] * (len(cases) - done)
            assert [len(each) for each in papers] == [1] * done + [0] * (len(cases) - done)
            assert [each[0].code for each in papers[:done]] == [
                f"云市监受〔2026〕{n}号" for n in range(1, done + 1)
            ]
            assert all(each[0].digest for each in papers[:done])
            assert list(site.audit) == list(range(1, len(site.audit) + 1))
            assert len(list(site.notices.values())) == done
        return done
    finally:
        services.close()
