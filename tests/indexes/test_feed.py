from __future__ import annotations

from datetime import UTC, date, datetime

from records.indexes import feed, worklists
from records.indexes.feed import Change
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import FOLDERS, Site

AT = datetime(2026, 11, 21, 1, tzinfo=UTC)
DIGEST = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def placed(site: Site, record, name: str):
    record.id = name
    return site.folder(record.kind).place(name, record)


def test_every_kind_of_record_has_its_letter():
    assert sorted(feed.KINDS.values()) == sorted(FOLDERS)


def test_a_change_moves_a_record_to_the_end_and_it_has_one_place_only():
    site = Site()
    dossier, material = placed(site, Dossier(), "d1"), placed(site, Material(), "m1")
    assert (feed.latest(site), list(feed.changes(site))) == (0, [])
    for record in (dossier, material, dossier):
        feed.touch(site, record)
    assert list(feed.changes(site)) == [Change(2, "material", "m1"), Change(3, "dossier", "d1")]
    assert list(feed.changes(site, after=2)) == [Change(3, "dossier", "d1")]
    assert list(feed.changes(site, limit=1)) == [Change(2, "material", "m1")]
    assert (feed.latest(site), dossier.seq) == (3, 3)


def test_the_place_of_a_record_that_is_gone_still_names_it():
    site = Site()
    feed.touch(site, placed(site, Dossier(), "d1"))
    change = next(feed.changes(site))
    assert feed.subject(site, change).id == "d1"
    del site.dossiers.children["d1"]
    assert (feed.subject(site, change), change.id) == (None, "d1")


def opened(site: Site, name: str, **values: object) -> Dossier:
    dossier = placed(site, Dossier(), name)
    dossier.applicant, dossier.unit, dossier.created_at = "a1", "health", AT
    for attribute, value in values.items():
        setattr(dossier, attribute, value)
    worklists.refresh(site, dossier)
    return dossier


def ids(site: Site, *prefix: str, **more: object) -> list[str]:
    return [name for _, name in worklists.page(site, *prefix, **more)]


def test_a_list_is_in_the_order_of_its_due_days_and_continues_behind_its_cursor():
    site = Site()
    opened(site, "d1", state="accepted", promised_due=date(2026, 12, 1))
    opened(site, "d2", state="accepted")
    moved = opened(site, "d3", state="draft", promised_due=date(2026, 11, 30))
    opened(site, "d4", state="accepted", unit="market", promised_due=date(2026, 1, 1))
    assert ids(site, "state", "health", "accepted") == ["d1", "d2"]
    moved.state = "accepted"
    worklists.refresh(site, moved)
    assert ids(site, "state", "health", "draft") == []
    first, second, third = worklists.page(site, "state", "health", "accepted")
    assert first == (b"state\0health\0accepted\x002026-11-30\0d3", "d3")
    assert (second[1], third) == ("d1", (b"state\0health\0accepted\x009999-12-31\0d2", "d2"))
    assert ids(site, "state", "health", "accepted", after=first[0]) == ["d1", "d2"]
    assert ids(site, "state", "health", "accepted", after=first[0], limit=1) == ["d1"]


def test_an_applicant_sees_the_newest_first_and_a_content_knows_where_it_is_shown():
    site = Site()
    opened(site, "d1", entries=(("line", "m1", DIGEST, "submitted", AT, "liuyan", ""),))
    opened(site, "d2", created_at=datetime(2026, 11, 22, 1, tzinfo=UTC))
    assert ids(site, "applicant", "a1") == ["d2", "d1"]
    assert (ids(site, "shown", DIGEST), ids(site, "shown", "00" * 32)) == (["d1"], [])


def test_a_library_is_listed_whole_or_by_one_standard_that_another_begins_with():
    site = Site()
    for name, standard in (("m1", "licence"), ("m2", "licence-copy"), ("m3", "deed")):
        material = placed(site, Material(), name)
        material.applicant, material.standard = "a1", standard
        worklists.refresh(site, material)
    assert ids(site, "library", "a1") == ["m3", "m1", "m2"]
    assert (ids(site, "library", "a1", "licence"), ids(site, "library", "a2")) == (["m1"], [])


def test_what_did_not_change_its_place_is_not_written_again():
    site = Site()
    dossier = opened(site, "d1")
    before = dossier.listed
    worklists.refresh(site, dossier)
    assert dossier.listed is before
