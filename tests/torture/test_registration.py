"""Eight clerks register at once: nobody is turned away, no number is skipped, and each pays little to the disk."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import closing
from datetime import date
from threading import Barrier, Thread

import pytest
from ZODB.FileStorage import FileIterator
from ZODB.utils import get_pickle_metadata

from records.domain.findings import Refused
from records.operations import applicants, dossiers, materials
from records.scripts.demo import citizen
from tests.office import CLERK, Office, build_office

THREADS, EACH = 8, 6
LINES = ("application", "kitchen-plan", "food-safety-rules")
MOST = 12 * 1024
RECORD_HEAD = 42
"""Bytes that FileStorage writes before each object."""

pytestmark = pytest.mark.torture
BORN = date(1980, 2, 3)


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path, **{"zodb.uri": f"file://{tmp_path}/Data.fs"})
    yield office
    office.close()


def together(calls) -> None:
    """Run all at once; what one of them raises is raised here."""
    gate, broken = Barrier(len(calls)), []

    def run(call) -> None:
        gate.wait()
        try:
            call()
        except BaseException as error:
            broken.append(error)

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]


def register(office: Office, person: str, upload: materials.Upload) -> None:
    """Open a case, take its three papers, accept it: five acts, each a transaction."""
    case = office.case(person)
    described = materials.Description(issued_on=office.clock.today())
    for line in LINES:
        made = office.do(
            CLERK,
            lambda act, line=line: materials.submit_material(
                act, act.site.dossiers[case], line=line, upload=upload, description=described
            ),
        )
        assert not isinstance(made, Refused), made
    assert office.do(CLERK, lambda act: dossiers.accept(act, act.site.dossiers[case])) == case


def people(office: Office, count: int) -> list[str]:
    today = office.clock.today()
    return [office.applicant(citizen(serial, BORN, today), "欧阳静") for serial in range(1, count + 1)]


def test_eight_writers_meet_no_conflict_and_leave_no_gap(office):
    persons = people(office, THREADS * EACH)
    uploads = [office.upload(f"第{at}位经办人的材料") for at in range(THREADS)]

    def work(at: int) -> None:
        for person in persons[at * EACH : (at + 1) * EACH]:
            register(office, person, uploads[at])

    together([lambda at=at: work(at) for at in range(THREADS)])
    count = THREADS * EACH
    with office.site() as site:
        cases = list(site.dossiers.values())
        assert office.services.database.conflicts == 0
        assert sorted(case.code[-4:] for case in cases) == [f"{number:04d}" for number in range(1, count + 1)]
        assert {notice.code for notice in site.notices.values()} == {
            f"云市监受〔2026〕{number}号" for number in range(1, count + 1)
        }
        assert list(site.audit) == list(range(1, len(site.audit) + 1))
        assert len(site.holdings) == THREADS
        assert {case.state for case in cases} == {"accepted"}


def test_two_hands_with_the_same_paper_end_with_one_copy(office):
    case = office.case(office.applicant())
    upload, answers = office.upload("申请书"), []

    def bring() -> None:
        answers.append(
            office.do(
                CLERK,
                lambda act: materials.submit_material(
                    act, act.site.dossiers[case], line="application", upload=upload
                ),
            )
        )

    together([bring, bring])
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [found.code for answer in refused for found in answer.findings] == ["material.line-filled"]
    with office.site() as site:
        assert (len(site.holdings), len(list(site.materials.values()))) == (1, 1)


def test_one_applicant_is_created_once_by_eight_hands(office):
    number, answers = citizen(1, BORN, office.clock.today()), []

    def create() -> None:
        answers.append(
            office.do(CLERK, lambda act: applicants.create_applicant(act, number=number, name="欧阳䶮"))
        )

    together([create] * THREADS)
    assert sum(isinstance(answer, Refused) for answer in answers) == THREADS - 1
    with office.site() as site:
        assert len(list(site.applicants.values())) == 1


def trees(site) -> dict[bytes, str]:
    """Return which tree of the site each leaf belongs to, by oid."""
    named = {name: getattr(site, name) for name in ("keys", "worklists", "feed", "audit", "counters")}
    named |= {
        name: getattr(site, name).children for name in ("dossiers", "applicants", "notices", "materials")
    }
    found = {}
    for name, tree in named.items():
        found[tree._p_oid] = name
        leaf = tree._firstbucket
        while leaf is not None:
            found[leaf._p_oid], leaf = f"leaves of {name}", leaf._next
    return found


def test_a_registration_costs_the_disk_at_most_twelve_kilobytes(office, tmp_path, capsys):
    """One registration is the opening of a case with its number, keys, lists, audit entry and place in the feed."""
    persons = people(office, 40)
    before = office.services.database.zodb.storage.lastTransaction()
    for person in persons:
        office.case(person)
    with office.site() as site:
        named = trees(site)
    spent, objects = Counter(), Counter()
    with closing(FileIterator(str(tmp_path / "Data.fs"))) as transactions:
        for transaction in transactions:
            for record in transaction if transaction.tid > before else ():
                name = named.get(record.oid) or get_pickle_metadata(record.data)[1]
                spent[name] += len(record.data) + RECORD_HEAD
                objects[name] += 1
    each = sum(spent.values()) / len(persons)
    lines = [f"{each:.0f} bytes a registration"] + [
        f"{size / len(persons):8.0f} bytes in {objects[name] / len(persons):4.1f} of {name}"
        for name, size in spent.most_common()
    ]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    assert each <= MOST
