"""No act without its entry, and no entry changed, removed or moved unseen (I11)."""

from __future__ import annotations

import json

import pytest

from records.domain import ledger
from records.domain.findings import Refused
from records.exchange import verify_audit
from records.operations import dossiers, sealing
from tests.office import CLERK

from .cases import FOOD, accept, decide, ok, on


@pytest.fixture
def sealed(office):
    """An office with two signed heads and some entries after the last."""
    person = office.applicant()
    accept(office, office.case(person, FOOD))
    first = sealing.seal(office.services)
    office.clock.advance(hours=2)
    decide(office, office.case(person, FOOD, again="第二家门店"))
    second = sealing.seal(office.services)
    assert first.size < second.size
    return office


def export(office) -> tuple[list[bytes], list[dict], bytes]:
    with office.site() as site:
        return list(sealing.lines(site)), list(sealing.heads(site)), office.services.vault.public_pem()


def verify(lines, heads, public) -> tuple[bool, list[str]]:
    report = verify_audit.verify(lines, [json.dumps(head) for head in heads], public)
    return report["ok"], [
        found["code"] for found in report["findings"] if found["code"] not in verify_audit.NOTES
    ]


def test_an_untouched_log_verifies(sealed):
    lines, heads, public = export(sealed)
    assert verify(lines, heads, public) == (True, [])
    assert [head["size"] for head in heads][-1] == len(lines)
    exported = (sealed.services.instance / "heads.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in exported] == heads


def test_sealing_without_new_entries_adds_no_head(sealed):
    assert sealing.seal(sealed.services) is None
    with sealed.site() as site:
        assert len(site.heads) == 2
        leaves = [entry.leaf for entry in site.audit.values()]
        head = sealing.newest_head(site)
        assert (head.size, head.root) == (len(leaves), ledger.tree_root(leaves))
        assert [ledger.leaf_hash(entry.line) for entry in site.audit.values()] == leaves


def test_every_single_tampering_is_found(sealed):
    """Each entry in turn: changed, removed, doubled, swapped with the next, given another's words."""
    lines, heads, public = export(sealed)
    tried = 0
    for place, line in enumerate(lines):
        entry = json.loads(line)
        forged = [
            [*lines[:place], ledger.canonical({**entry, "by": "zhuge" if entry["by"] == CLERK else CLERK}), *lines[place + 1 :]],
            [*lines[:place], *lines[place + 1 :]],
            [*lines[:place], line, line, *lines[place + 1 :]],
        ]  # fmt: skip
        if place + 1 < len(lines):
            forged.append([*lines[:place], lines[place + 1], line, *lines[place + 2 :]])
        for attempt in forged:
            tried += 1
            good, found = without_signatures(attempt, heads)
            assert (good, bool(found)) == (False, True), (place, entry["event"])
    assert tried == 4 * len(lines) - 1
    assert verify(lines[:-1], heads, public) == (False, ["audit.truncated"])


def without_signatures(lines, heads) -> tuple[bool, list[str]]:
    """Judge the entries against heads that are known to be signed; asking openssl each time would take minutes."""
    report = verify_audit.verify(lines, (), b"", printed=[(head["size"], head["root"]) for head in heads])
    return report["ok"], [
        found["code"] for found in report["findings"] if found["code"] not in verify_audit.NOTES
    ]


@pytest.mark.parametrize("field", ["size", "root", "at", "signature"])
def test_a_forged_head_is_found(sealed, field):
    lines, heads, public = export(sealed)
    head = heads[0]
    forged = {
        "size": head["size"] - 1,
        "root": head["root"][::-1],
        "at": "2026-11-23T00:59:00+00:00",
        "signature": heads[1]["signature"],
    }
    good, found = verify(lines, [{**head, field: forged[field]}, heads[1]], public)
    assert (good, "audit.signature-wrong" in found) == (False, True)


def test_a_log_signed_by_another_key_is_found(sealed):
    from records.vault import Vault

    lines, heads, _ = export(sealed)
    good, found = verify(lines, heads, Vault(bytes(range(64))).public_pem())
    assert (good, found) == (False, ["audit.signature-wrong"] * 2)


def test_every_act_has_its_entry_and_a_refused_one_has_none(office):
    case = office.case(office.applicant(), FOOD)
    with office.site() as site:
        before = [json.loads(entry.line)["event"] for entry in site.audit.values()]
    assert isinstance(office.do(CLERK, on(case, dossiers.accept)), Refused)
    ok(office.do(CLERK, on(case, dossiers.receive)))
    with office.site() as site:
        entries = [json.loads(entry.line) for entry in site.audit.values()]
        record = site.dossiers[case]
    assert [entry["event"] for entry in entries[len(before) :]] == [
        "notice.receipt",
        "dossier.receive",
        "notice.issued",
    ]
    opened, received = [entry for entry in entries if entry["on"] == f"dossier:{case}"]
    assert (opened["before"], opened["after"] == received["before"], received["after"]) == (
        "",
        True,
        record.fingerprint,
    )
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))


def test_personal_details_stand_beside_the_chain_as_salted_digests(office):
    import hashlib

    case = office.case(office.applicant(), FOOD)
    ok(office.hand_in(case, "application", "申请书"))
    with office.site() as site:
        entry = next(entry for entry in site.audit.values() if b'"material.submit"' in entry.line)
        line, details, salt = json.loads(entry.line), entry.details, entry.salt
    assert json.loads(details)["line"] == "application"
    assert line["details_digest"] == hashlib.sha256(salt + details.encode()).hexdigest()
    assert b"application" not in entry.line
