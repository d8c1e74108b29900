"""No act without its entry, and no entry changed, removed or moved unseen (I11)."""

from __future__ import annotations

import json

import pytest

from records.domain import ledger
from records.domain.findings import Refused
from records.exchange import verify_audit
from records.operations import dossiers, sealing, tending
from records.operations.acts import fingerprint
from tests.office import ANOTHER, CLERK

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


def test_the_entries_of_a_case_follow_each_other_from_state_to_state(sealed):
    with sealed.site() as site:
        lines = [json.loads(line) for line in sealing.lines(site)]
        for dossier in site.dossiers.values():
            mine = [line for line in lines if line["on"] == f"dossier:{dossier.id}"]
            befores, afters = [line["before"] for line in mine], [line["after"] for line in mine]
            assert befores == ["", *afters[:-1]]
            assert len(set(afters)) == len(afters) > 2
            assert afters[-1] == dossier.fingerprint == fingerprint(dossier)


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


def heads_file(office):
    return office.services.instance / "heads.jsonl"


def wanted(office) -> bytes:
    with office.site() as site:
        return b"".join(json.dumps(head).encode() + b"\n" for head in sealing.heads(site))


@pytest.mark.parametrize("cut", [0, 1, 40, 10_000])
def test_a_head_that_a_crash_kept_from_the_file_is_written_at_the_next_start(sealed, cut):
    """The file as a crash leaves it: without its last line, with a part of it, without its end, or not there."""
    path, whole = heads_file(sealed), wanted(sealed)
    assert path.read_bytes() == whole
    path.write_bytes(whole[: max(0, len(whole) - cut)] if cut else whole.splitlines(keepends=True)[0])
    assert sealing.complete_file(sealed.services) == (2 if cut == 10_000 else 1)
    assert path.read_bytes() == whole
    assert sealing.complete_file(sealed.services) == 0
    path.unlink()
    tending.tend(sealed.services)
    assert path.read_bytes() == whole


def test_sealing_appends_what_a_crash_kept_back_before_its_own_head(sealed):
    path = heads_file(sealed)
    path.write_bytes(path.read_bytes()[:-30])
    sealed.case(sealed.applicant(ANOTHER, "司马𠮷"), FOOD)
    sealing.seal(sealed.services)
    assert path.read_bytes() == wanted(sealed)
    assert len(path.read_bytes().splitlines()) == 3


def test_a_head_that_only_the_file_holds_stays_as_evidence_of_a_database_set_back(sealed, caplog):
    path = heads_file(sealed)
    kept = path.read_bytes()

    def set_back(root):
        site = root["site"]
        del site.heads[site.heads.maxKey()]

    sealed.services.database.run(set_back)
    assert sealing.complete_file(sealed.services) == 0
    assert path.read_bytes() == kept
    assert "does not hold" in caplog.text
    sealed.clock.advance(hours=1)
    sealing.seal(sealed.services)
    assert path.read_bytes().startswith(kept)
    assert len(path.read_bytes().splitlines()) == 3


def test_details_are_exported_and_checked_against_the_chain_and_an_erased_one_is_withheld(sealed):
    def erase(root):
        entry = next(entry for entry in root["site"].audit.values() if b'"material.submit"' in entry.line)
        entry.details, entry.salt = "", b""

    def judged() -> dict:
        lines, heads, public = export(sealed)
        with sealed.site() as site:
            beside = [ledger.canonical(detail) for detail in sealing.details(site)]
        return verify_audit.verify(lines, [json.dumps(head) for head in heads], public, details=beside)

    report = judged()
    count = report["counts"]["entries"]
    assert (report["ok"], report["findings"], report["counts"]["details"]) == (True, [], count)
    sealed.services.database.run(erase)
    report = judged()
    assert (report["ok"], report["problems"], report["counts"]["details"], report["counts"]["withheld"]) == (
        True,
        [],
        count - 1,
        1,
    )
    assert [found["code"] for found in report["findings"]] == ["audit.details-withheld"]


def test_one_entry_is_proven_without_the_others(sealed):
    _, heads, public = export(sealed)
    with sealed.site() as site:
        proofs = [sealing.prove(site, seq) for seq in site.audit]
        assert [found.code for found in sealing.prove(site, 10**6).findings] == ["audit.no-entry"]
    assert {(proof["head"]["size"], proof["newest"]["size"]) for proof in proofs} == {
        (heads[0]["size"], heads[1]["size"]),
        (heads[1]["size"], heads[1]["size"]),
    }
    for place in (0, heads[0]["size"] - 1, heads[0]["size"], len(proofs) - 1):
        proof = proofs[place]
        report = verify_audit.verify_proof(proof, public)
        assert (report["ok"], report["entry"]["seq"]) == (True, place + 1)
        forged = proof["entry"].replace('"channel":"', '"channel":"x')
        assert not verify_audit.verify_proof({**proof, "entry": forged}, public)["ok"]
    first = proofs[0]
    for part in ("inclusion", "consistency"):
        for steps in (first[part][:-1], [*first[part], "0" * 64], ["x"], None):
            report = verify_audit.verify_proof({**first, part: steps}, public)
            assert [found["code"] for found in report["findings"]] == ["audit.proof-wrong"]
    assert not verify_audit.verify_proof({**first, "newest": {**first["newest"], "at": "2030"}}, public)["ok"]
    for nothing in ({}, None, {"entry": "{}"}, {**first, "head": {}}):
        assert not verify_audit.verify_proof(nothing, public)["ok"]


def test_a_log_that_was_changed_gives_no_proof_and_an_unsealed_entry_none_yet(sealed):
    sealed.applicant(ANOTHER, "司马𠮷")

    def tamper(root):
        root["site"].audit[3].line = root["site"].audit[3].line.replace(b'"why":""', b'"why":"x"')

    with sealed.site() as site:
        unsealed = sealing.prove(site, site.audit.last)
    sealed.services.database.run(tamper)
    with sealed.site() as site:
        changed = sealing.prove(site, 1)
    assert [[found.code for found in refused.findings] for refused in (unsealed, changed)] == [
        ["audit.not-sealed"],
        ["audit.broken"],
    ]
