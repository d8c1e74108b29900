"""Many clerks at once, and an archivist who is killed: numbers stay gapless, one copy stays one, nothing is half done."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from records.domain import ledger
from records.domain.findings import Refused
from records.domain.vocabulary import DeliveryMethod, Outcome
from records.exchange.packages import check_store, verify_bag
from records.indexes import feed, questions
from records.operations import applicants, archiving, decisions, dossiers, indexing, materials, sealing
from records.scripts.demo import citizen
from tests.office import ARCHIVIST, CLERK, REVIEWER, Office, build_office
from tests.torture.archivist import open_instance

pytestmark = [pytest.mark.torture, pytest.mark.timeout(240)]

THREADS, EACH = 8, 4
LINES = ("application", "kitchen-plan", "food-safety-rules")


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path, **{"zodb.uri": f"file://{tmp_path}/Data.fs", "threads": "12"})
    yield office
    office.close()


def together(count: int, work) -> None:
    """Run ``work(number)`` in so many threads that begin at the same instant; the first failure is raised."""
    gate, failures = threading.Barrier(count), []

    def one(number: int) -> None:
        gate.wait()
        try:
            work(number)
        except BaseException as failure:
            failures.append(failure)

    crew = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    if failures:
        raise failures[0]


def done(result: object) -> str:
    assert not isinstance(result, Refused), [(found.code, found.subject) for found in result.findings]
    return result


def on(case: str, operation, **values: object):
    return lambda act: operation(act, act.site.dossiers[case], **values)


def hand_in(office: Office, case: str, line: str, title: str, **described: object) -> object:
    return office.do(CLERK, on(
        case, materials.submit_material, line=line, upload=office.upload(title),
        description=materials.Description(issued_on=date(2026, 11, 20), original_seen=True, **described),
    ))  # fmt: skip


def person_of(office: Office, serial: int) -> str:
    number = citizen(serial, date(1980, 1, 1), office.clock.today())
    return done(
        office.do(
            CLERK,
            lambda act: applicants.create_applicant(act, number=number, name=f"欧阳{chr(0x4E00 + serial)}䶮"),
        )
    )


def gapless(site) -> None:
    """Check every series that must have no gap, and that the sealed frontier is the tree over all entries."""
    codes = defaultdict(list)
    for dossier in site.dossiers.values():
        codes[dossier.code[:-4]].append(int(dossier.code[-4:]))
    for notice in site.notices.values():
        word, number = re.fullmatch(r"(.+)〕(\d+)号", notice.code).groups()
        codes[word].append(int(number))
    for kind in ("applicant", "material", "dossier", "notice"):
        codes[kind] += [record.number for record in site.folder(kind).values()]
    assert {name: sorted(given) for name, given in codes.items()} == {
        name: list(range(1, len(given) + 1)) for name, given in codes.items()
    }
    numbers = [json.loads(entry.line)["seq"] for entry in site.audit.values()]
    assert numbers == list(site.audit) == list(range(1, len(numbers) + 1))
    leaves = [entry.leaf for entry in site.audit.values()]
    frontier = ledger.Frontier()
    for entry in site.audit.values():
        frontier = frontier.append(ledger.leaf_hash(entry.line))
    assert frontier.root() == ledger.tree_root(leaves)
    changes = [(change.kind, change.id) for change in feed.changes(site)]
    assert len(changes) == len(set(changes))


def test_eight_clerks_register_without_conflict_gap_or_double(office):
    taken: dict[int, list[str]] = {}

    def clerk(number: int) -> None:
        taken[number] = []
        for turn in range(EACH):
            person = person_of(office, number * EACH + turn)
            case = done(office.do(CLERK, lambda act, who=person: dossiers.open_dossier(
                act, applicant=who, guide="food-business")))  # fmt: skip
            for line in LINES:
                done(hand_in(office, case, line, f"{case}{line}"))
            assert isinstance(hand_in(office, case, "application", f"{case}again"), Refused)
            done(office.do(CLERK, on(case, dossiers.accept)))
            taken[number].append(case)

    together(THREADS, clerk)
    assert office.services.database.conflicts == 0
    with office.site() as site:
        gapless(site)
        accepted = {dossier.id for dossier in site.dossiers.values() if dossier.state == "accepted"}
        assert accepted == {case for cases in taken.values() for case in cases}
        assert len(accepted) == THREADS * EACH
        assert all(notice.digest for notice in site.notices.values())
        for cases in taken.values():
            serials = [site.dossiers[case].code for case in cases]
            assert serials == sorted(serials)
    head = sealing.seal(office.services)
    with office.site() as site:
        assert head.root == ledger.tree_root([entry.leaf for entry in site.audit.values()])
    indexing.catch_up(office.services)
    assert indexing.verify(office.services) == ()


@pytest.mark.parametrize("cases", [1, 2])
def test_two_clerks_at_the_same_instant_end_with_one_copy_and_one_refusal(office, cases):
    """The same line of one case, or the same paper of one applicant in two cases (I1, I2)."""
    report = {"document_number": "云疾控检〔2026〕88号", "issuer": "云溪县疾病预防控制中心"}
    expected = "material.line-filled" if cases == 1 else "material.already-held"
    for turn in range(10):
        person = person_of(office, turn + 1)
        opened = [
            done(office.do(CLERK, lambda act, who=person, number=number: dossiers.open_dossier(
                act, applicant=who, guide="public-venue-hygiene", again=f"第{number}处")))
            for number in range(cases)
        ]  # fmt: skip
        before = len(list(office.services.store.walk()))
        answers: list[object] = [None, None]

        def clerk(number: int, opened=opened, answers=answers, turn=turn) -> None:
            answers[number] = hand_in(
                office, opened[number % cases], "hygiene-report", f"报告{turn}-{number}", **report
            )

        together(2, clerk)
        refusals = [answer for answer in answers if isinstance(answer, Refused)]
        assert [[found.code for found in refusal.findings] for refusal in refusals] == [[expected]]
        with office.site() as site:
            held = list(questions.library(site, person))
            assert [(len(material.renditions), material.id) for material in held] == [
                (1, next(answer for answer in answers if isinstance(answer, str)))
            ]
            assert held[0].renditions[0][0] in site.holdings
            assert len(site.holdings) == turn + 1
        assert len(list(office.services.store.walk())) == before + 2
    assert office.services.database.conflicts == 0


def deliver_some(office: Office, count: int) -> None:
    """Bring so many cases to delivery."""
    for number in range(count):
        person = person_of(office, number)
        case = done(office.do(CLERK, lambda act, who=person: dossiers.open_dossier(
            act, applicant=who, guide="sole-trader-registration")))  # fmt: skip
        for line in ("application", "premises"):
            done(hand_in(office, case, line, f"{case}{line}"))
        office.fetch(case)
        done(office.do(REVIEWER, on(
            case, decisions.decide, outcome=Outcome.GRANTED, result_number=f"云市监〔2026〕{number}",
            result=office.upload(f"执照{number}"),
        )))  # fmt: skip
        done(office.do(CLERK, on(case, decisions.deliver, method=DeliveryMethod.COUNTER, recipient="本人")))


def test_an_archivist_killed_again_and_again_leaves_no_gap_and_nothing_half_archived(request, tmp_path):
    """I7, I8, I12: after each kill the database opens, and what was arranged is finished by the worker's verb."""
    office = build_office(tmp_path, **{"zodb.uri": f"file://{tmp_path}/Data.fs"})
    deliver_some(office, 32)
    office.close()
    chance = random.Random(20261121)
    archived = kill_often(request.config.rootpath, tmp_path, chance, times=8)
    services = open_instance(tmp_path)
    try:
        with services.database.read() as root:
            site = root["site"]
            pending = [item.id for item in site.archives.values() if item.state == "pending"]
            owed = {job.subject for job in site.jobs.waiting() if job.verb == "freeze-package"}
            assert set(pending) == owed
            assert len(pending) + len(archived) >= 8
            assert {site.dossiers[case].state for case in archived} == {"archived"}
        for item in pending:
            archiving.freeze_package(services, item)
        whole(services, tmp_path, len(archived) + len(pending))
    finally:
        services.close()


def kill_often(root: Path, folder: Path, chance: random.Random, *, times: int) -> set[str]:
    """Start an archivist so many times and kill each in the middle of a package; return what it said is archived."""
    archived: set[str] = set()
    program = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.torture.archivist", str(folder)],
        cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for turn in range(times):
            program.stdin.write("go\n")
            program.stdin.flush()
            child = int(program.stdout.readline().split()[1])
            # The first package of a process waits for its reader of files, the later ones come fast.
            after, killer = 1 + turn % 3, None
            for line in program.stdout:
                word, _, case = line.strip().partition(" ")
                if word == "GONE":
                    break
                if word == "ARCHIVED":
                    archived.add(case)
                after -= word == "ARRANGED"
                if killer is None and (after == 0 or word == "NOTHING"):
                    killer = threading.Timer(chance.uniform(0.0, 0.1), os.kill, (child, signal.SIGKILL))
                    killer.start()
            killer.join()
    finally:
        program.kill()
        program.wait()
        program.stdin.close()
        program.stdout.close()
    return archived


def whole(services, folder: Path, count: int) -> None:
    with services.database.read() as root:
        site = root["site"]
        items = sorted(site.archives.values(), key=lambda item: item.code)
        assert [(item.code, item.state) for item in items] == [
            (f"J043-ZY·SP·2026-D30-ZCG-{number:04d}", "archived") for number in range(1, count + 1)
        ]
        assert {item.dossier for item in items} == {
            dossier.id for dossier in site.dossiers.values() if dossier.state == "archived"
        }
        for item in items:
            assert questions.item_with_code(site, archiving.arrangement.search_key(item.code)).id == item.id
            assert check_store(archiving.manifest_of(services, item), services.store) == ()
        assert [job.subject for job in site.jobs.waiting() if job.verb == "freeze-package"] == []
        gapless(site)
    for item in items[:: max(1, count // 4)]:
        bag = archiving.export(services, item.code, folder / "bags" / item.id, reader=ARCHIVIST)
        assert verify_bag(bag).ok
    assert indexing.verify_store(services) == ()
