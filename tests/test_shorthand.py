from __future__ import annotations

import copyreg
import importlib
import zlib
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.db import open_database
from records.resources.audit import AuditEntry
from records.resources.dossiers import Dossier
from records.resources.materials import Holding, Holdings
from records.resources.site import Counter
from records.shorthand import ATTRIBUTES, CLASSES, FIRST_CLASS, WORDS, Tally, Terse, use_shorthand

DIGEST = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
AT = datetime(2026, 11, 21, 1, 2, 3, 456789, tzinfo=UTC)


def again(thing: Terse) -> Terse:
    """Write an object as the database would, and read it."""
    other = type(thing).__new__(type(thing))
    other.__setstate__(thing.__getstate__())
    return other


def test_every_class_has_one_number_and_is_where_the_table_says():
    use_shorthand()
    assert len(set(CLASSES)) == len(CLASSES)
    for number, (module, name) in enumerate(CLASSES, FIRST_CLASS):
        assert copyreg._extension_registry[module, name] == number
        if module != "BTrees.OOBTree" and module != "BTrees.LOBTree":
            assert getattr(importlib.import_module(module), name).__name__ == name


def test_the_numbers_that_were_given_stay_what_they_are():
    """What stands in old databases: never change a line here, only add."""
    assert (len(set(ATTRIBUTES)), ATTRIBUTES[:4], ATTRIBUTES[10]) == (
        len(ATTRIBUTES),
        ("__name__", "__parent__", "id", "number"),
        "applicant",
    )
    assert (CLASSES[0], CLASSES[10]) == (
        ("BTrees.OOBTree", "OOBucket"),
        ("records.resources.dossiers", "Dossier"),
    )
    assert len(WORDS) == 1


def test_what_is_written_short_is_read_as_it_was():
    dossier = Dossier()
    dossier.applicant, dossier.state, dossier.fingerprint = "欧阳䶮𠮷", "accepted", DIGEST
    dossier.created_at, dossier.promised_due = AT, date(2026, 11, 27)
    dossier.entries = (("hygiene-report", "m1", DIGEST, "submitted", AT, "liuyan", ""),)
    dossier.notices, dossier.unheard_of = (), "kept under its name"
    read = again(dossier)
    assert vars(read) == vars(dossier)
    assert DIGEST not in repr(dossier.__getstate__())
    assert "unheard_of" in dossier.__getstate__()


@pytest.mark.parametrize("text", ["", "短", "not a digest" * 6, DIGEST.upper(), DIGEST + "0"])
def test_a_text_that_is_no_digest_stays_a_text(text):
    holding = Holding()
    holding.digest = text
    assert again(holding).digest == text


PARTS = st.sampled_from([DIGEST, "a" * 64, "0123456789abcdef" * 5, "\x01", "欧阳", '","after":"'])


@given(st.text(max_size=300) | st.lists(PARTS, max_size=12).map("".join), st.binary(max_size=300))
def test_long_texts_are_deflated_and_come_back_to_the_letter(details, line):
    entry = AuditEntry()
    entry.line, entry.details, entry.leaf = line, details, b"\0" * 32
    assert vars(again(entry)) == vars(entry)


def test_digests_in_a_line_take_the_bytes_they_stand_for():
    entry = AuditEntry()
    entry.line = b'{"after":"%s","before":"%s"}' % (b"ab" * 32, b"0f" * 32)
    (_, stored), *_ = entry.__getstate__().values()
    assert bytes.fromhex("ab" * 32 + "0f" * 32) in stored
    assert len(stored) < 64 + 20
    many = AuditEntry()
    many.details = "".join(f"{number:064x}" for number in range(300))
    assert vars(again(many)) == vars(many)


def test_a_line_that_was_deflated_with_its_digests_is_still_read():
    line = b'{"after":"%s","before":""}' % (b"ab" * 32)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -12, 5, zdict=WORDS[0])
    entry = AuditEntry()
    entry.__setstate__({"line": (False, b"\1" + deflate.compress(line) + deflate.flush())})
    assert entry.line == line


def test_instants_share_one_zone_and_others_keep_theirs(tmp_path):
    database = open_database(f"file://{tmp_path}/Data.fs")
    zone = timezone(timedelta(hours=8), "Asia/Shanghai")
    database.run(lambda root: root.__setitem__("at", (AT, AT.astimezone(zone))))
    with database.read() as root:
        first, second = root["at"]
        assert (first, first.tzinfo, second.tzname()) == (AT, UTC, "Asia/Shanghai")
        assert b"timedelta" not in database.zodb.storage.load(root._p_oid)[0]
    database.close()


def test_what_was_written_spelled_out_is_still_read():
    dossier, counter = Dossier(), Counter()
    dossier.__setstate__({"applicant": "a1", "fingerprint": DIGEST, "listed": ()})
    counter.__setstate__({"value": 7})
    assert (dossier.applicant, dossier.fingerprint, counter.next()) == ("a1", DIGEST, 8)


def test_a_tally_is_stored_as_its_number():
    tally = Tally()
    assert [tally.next(), tally.next(), tally.__getstate__()] == [1, 2, 2]


def test_holdings_are_found_by_their_digest_in_hexadecimal(tmp_path):
    database = open_database(f"file://{tmp_path}/Data.fs")

    def keep(root):
        root["holdings"] = Holdings()
        root["holdings"][DIGEST] = Holding()

    database.run(keep)
    with database.read() as root:
        held = root["holdings"]
        assert (list(held), len(held), DIGEST in held, "00" * 32 in held) == ([DIGEST], 1, True, False)
        assert held[DIGEST] is held.get(DIGEST) is dict(held.items())[DIGEST]
        assert held.get("00" * 32) is None
    database.close()


def test_a_small_record_takes_few_bytes(tmp_path):
    """A case just opened took 936 bytes before."""
    database = open_database(f"file://{tmp_path}/Data.fs")

    def write(root):
        dossier = root["dossier"] = Dossier()
        dossier.applicant, dossier.created_at, dossier.fingerprint = "hc6xdnaanrdaj", AT, DIGEST
        dossier.unit = dossier.fonds = "health-commission"

    database.run(write)
    with database.read() as root:
        stored = database.zodb.storage.load(root["dossier"]._p_oid)[0]
    assert len(stored) < 200
    assert b"records.resources" not in stored
    database.close()
