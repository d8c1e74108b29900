"""The index follows the feed; whatever differs from the records is found, and mended from them (I12)."""

from __future__ import annotations

from dataclasses import replace

from records.domain.vocabulary import Outcome
from records.indexes import documents, feed
from records.indexes.fulltext import Document
from records.operations import dossiers, indexing
from records.operations.searching import search
from tests.office import ANOTHER, CLERK

from .cases import FOOD, SHOPKEEPER, accept, archive, body_of, fill, ok, on, publish

READERS = frozenset({"public", "clerk:*", "archivist:*"})


def said(found) -> list[tuple[str, str, int]]:
    return [(each.code, each.subject, each.params["key"]) for each in found]


def readers_of(office, userid: str) -> frozenset[str]:
    from records.operations.identities import identity_of

    with office.site() as site:
        return identity_of(site.people[userid], office.clock.today()).principals


def document_of(office, case: str) -> Document:
    with office.site() as site:
        return documents.project(site, site.dossiers[case], today=office.clock.today())


def test_catching_up_reads_the_feed_to_its_end_and_then_rests(office):
    person = office.applicant()
    accept(office, office.case(person, FOOD))
    archive(office, office.case(person, SHOPKEEPER))
    assert indexing.catch_up(office.services) > 0
    with office.site() as site:
        latest = feed.latest(site)
    assert {name: engine.mark() for name, engine in office.services.engines.items()} == {
        "guides": latest,
        "dossiers": latest,
        "archives": latest,
    }
    assert indexing.verify(office.services) == ()
    assert indexing.catch_up(office.services) == 0
    assert [indexing.rebuild(office.services, index) for index in ("guides", "dossiers", "archives")] == [
        3,
        2,
        1,
    ]
    assert indexing.verify(office.services) == ()


def test_what_the_indexer_has_not_come_to_is_neither_missing_nor_lost(office):
    indexing.catch_up(office.services)
    case = office.case(office.applicant(), FOOD)
    assert indexing.verify(office.services) == ()
    found = search(office.services, "dossiers", "欧阳䶮", readers=readers_of(office, CLERK))
    assert (found.total, [hit.id for hit in found.hits]) == (1, [case])
    indexing.catch_up(office.services)
    again = search(office.services, "dossiers", "欧阳䶮", readers=readers_of(office, CLERK))
    assert (again.total, again.hits) == (found.total, found.hits)


def test_missing_stale_and_phantom_documents_are_found_and_rebuilding_mends_them(office):
    person = office.applicant()
    lost, old = office.case(person, FOOD), office.case(person, SHOPKEEPER)
    indexing.catch_up(office.services)
    engine = office.services.engines["dossiers"]
    missing, stale = document_of(office, lost), document_of(office, old)
    ghost = replace(missing, key=missing.key + 1000)
    engine.update([replace(stale, seq=stale.seq - 1), ghost], [missing.key], mark=engine.mark())
    assert said(indexing.verify(office.services)) == [
        ("index.missing", "dossiers", missing.key),
        ("index.phantom", "dossiers", ghost.key),
        ("index.stale", "dossiers", stale.key),
    ]
    assert indexing.rebuild(office.services, "dossiers") == 2
    assert indexing.verify(office.services) == ()


def test_an_index_that_was_set_back_catches_up(office):
    """A restored older index has an older mark: the feed from there on mends it."""
    indexing.catch_up(office.services)
    engine = office.services.engines["dossiers"]
    mark = engine.mark()
    case = office.case(office.applicant(), FOOD)
    indexing.catch_up(office.services)
    fresh = document_of(office, case)
    engine.update([], [fresh.key], mark=mark)
    assert indexing.catch_up(office.services) == 1
    assert engine.mark() == office.services.engines["guides"].mark()
    assert indexing.verify(office.services) == ()


def test_a_change_moves_the_record_to_the_end_of_the_feed_and_renews_its_document(office):
    case = office.case(office.applicant(), FOOD)
    other = office.case(office.applicant(ANOTHER, "司马𠮷"), FOOD)
    indexing.catch_up(office.services)
    fill(office, case)
    ok(office.do(CLERK, on(case, dossiers.accept)))
    with office.site() as site:
        places = [change.id for change in feed.changes(site) if change.kind == "dossier"]
        assert places == [other, case]
        assert len({change.id for change in feed.changes(site)}) == len(list(feed.changes(site)))
    assert indexing.catch_up(office.services) == 1
    found = search(office.services, "dossiers", "已受理", readers=readers_of(office, CLERK))
    assert [hit.id for hit in found.hits] == [case]


def test_a_guide_that_is_not_in_force_is_in_no_index(office):
    publish(office, replace(body_of(FOOD), key="food-later", title="食品经营许可（明年起）"),
            effective_on=office.clock.today().replace(year=2027))  # fmt: skip
    indexing.catch_up(office.services)
    assert indexing.verify(office.services) == ()
    assert search(office.services, "guides", "明年起", readers=frozenset({"public"})).total == 0


def test_a_damaged_or_missing_file_is_named_with_its_record(office):
    case = office.case(office.applicant(), SHOPKEEPER)
    item = archive(office, case, outcome=Outcome.GRANTED)
    assert indexing.verify_store(office.services) == ()
    store = office.services.store
    with office.site() as site:
        notice = site.notices[site.dossiers[case].notices[0]]
        manifest, result = site.archives[item].manifest, site.dossiers[case].result_digest
    path = store.path(notice.digest)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    store.path(manifest).unlink()
    store.path(result).unlink()
    found = {
        (each.code, each.subject, each.params["digest"]) for each in indexing.verify_store(office.services)
    }
    assert found == {
        ("store.damaged", f"notice:{notice.id}", notice.digest),
        ("store.missing", f"archive:{item}", manifest),
        ("store.missing", f"holding:{result}", result),
    }
