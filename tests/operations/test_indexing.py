from __future__ import annotations

import pytest

from records.domain.findings import Refused
from records.indexes import documents, feed
from records.operations import dossiers, indexing
from records.operations.identities import identity_of
from records.operations.searching import search
from tests.office import CLERK, Office, build_office


@pytest.fixture(params=["memory", "whoosh"])
def office(request, tmp_path):
    office = build_office(tmp_path, **{"fulltext.engine": request.param})
    yield office
    office.close()


def found(office: Office, words: str, who: str = CLERK) -> list[str]:
    with office.site() as site:
        readers = identity_of(site.people[who], office.clock.today()).principals
    return [hit.id for hit in search(office.services, "dossiers", words, readers=readers).hits]


def verify(office: Office) -> list[tuple[str, str, int]]:
    return [(each.code, each.subject, each.params.get("key", 0)) for each in indexing.verify(office.services)]


def key_of(office: Office, case: str) -> int:
    with office.site() as site:
        return documents.key_of(site.dossiers[case])


def test_what_was_saved_a_moment_ago_is_found_before_the_indexer_comes(office):
    case = office.case(office.applicant())
    assert found(office, "欧阳䶮") == [case]
    indexing.catch_up(office.services)
    assert found(office, "欧阳䶮") == [case]


def test_an_index_that_is_only_behind_is_no_finding(office):
    indexing.catch_up(office.services)
    office.case(office.applicant())
    assert verify(office) == []
    indexing.catch_up(office.services)
    assert verify(office) == []


def test_a_missing_a_stale_and_a_phantom_document_are_named(office):
    case = office.case(office.applicant())
    indexing.catch_up(office.services)
    key = key_of(office, case)
    engine = office.services.engines["dossiers"]
    with office.site() as site:
        mark = feed.latest(site)
        document = documents.project(site, site.dossiers[case], today=office.clock.today())
    engine.update([], [key], mark=mark)
    assert verify(office) == [("index.missing", "dossiers", key)]
    changed = type(document)(
        **{name: getattr(document, name) for name in document.__slots__} | {"seq": document.seq - 1}
    )
    engine.update([changed], [], mark=mark)
    assert verify(office) == [("index.stale", "dossiers", key)]
    other = type(document)(
        **{name: getattr(document, name) for name in document.__slots__} | {"key": key + 1}
    )
    engine.update([document, other], [], mark=mark)
    assert verify(office) == [("index.phantom", "dossiers", key + 1)]
    indexing.rebuild(office.services, "dossiers")
    assert verify(office) == []


def test_a_rebuild_holds_what_the_records_say(office):
    cases = [office.case(office.applicant()), office.case(office.applicant("419999198502030018", "司马相如"))]
    assert indexing.rebuild(office.services, "dossiers") == 2
    assert [found(office, name) for name in ("欧阳䶮", "司马相如")] == [[case] for case in cases]


def test_a_change_replaces_what_was_indexed(office):
    case = office.case(office.applicant())
    indexing.catch_up(office.services)
    result = office.do(CLERK, lambda act: dossiers.withdraw(act, act.site.dossiers[case], why="书面申请撤回"))
    assert not isinstance(result, Refused)
    assert indexing.catch_up(office.services) == 1
    assert indexing.catch_up(office.services) == 0
    assert verify(office) == []


def test_who_may_not_see_a_case_does_not_count_it(office):
    office.case(office.applicant())
    assert found(office, "欧阳䶮", "shangguan") == []


def test_a_full_number_finds_its_owner_and_stands_in_no_index(office):
    person = office.applicant()
    case = office.case(person)
    assert found(office, "419999197001011228") == [case]
    with office.site() as site:
        document = documents.project(site, site.dossiers[case], today=office.clock.today())
    assert "419999197001011228" not in document.title + document.text
