"""The offline check of the audit trail: whatever is done to it before the last head is found."""

import base64
import hashlib
import json
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from records.domain import ledger
from records.exchange import verify_audit
from records.exchange.verify_audit import Tree, canonical, continues, included, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
SEALED = (3, 8, 11)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc䶮", max_size=3), inner, max_size=3)
    ),
)


def detail_of(seq):
    return {"seq": seq, "salt": f"{seq:032x}", "details": {"申请人": "欧阳䶮𠮷", "第": seq}}


def entry_of(seq):
    detail = detail_of(seq)
    digest = hashlib.sha256(bytes.fromhex(detail["salt"]) + canonical(detail["details"])).hexdigest()
    return canonical({"seq": seq, "act": "accept", "by": "诸葛晓月", "details_digest": digest})


def head_of(entries, size, *, key=KEY, at=None):
    tree = Tree()
    for entry in entries[:size]:
        tree.add(entry)
    statement = {"size": size, "root": tree.root(), "at": at or f"2026-11-{size:02d}T23:55:00+08:00"}
    signature = base64.b64encode(key.sign(canonical(statement))).decode()
    return canonical({**statement, "signature": signature, "key": "k1"})


ENTRIES = [entry_of(seq) for seq in range(1, 14)]
HEADS = [head_of(ENTRIES, size) for size in SEALED]
DETAILS = [canonical(detail_of(seq)) for seq in range(1, 14)]


def found(entries=ENTRIES, heads=HEADS, **more):
    report = verify(entries, heads, PUBLIC, **more)
    assert report["ok"] == (report["problems"] == [])
    return [(finding["code"], finding["subject"], finding["params"]) for finding in report["findings"]]


UNSEALED = ("audit.unsealed", "", {"count": 2})
ABSENT = ("audit.details-absent", "", {"count": 13})


def test_an_untouched_trail_is_good_and_says_what_is_not_sealed_yet():
    assert verify(ENTRIES, HEADS, PUBLIC, details=DETAILS) == {
        "ok": True,
        "findings": [{"code": "audit.unsealed", "subject": "", "params": {"count": 2}}],
        "problems": [],
        "counts": {"entries": 13, "heads": 3, "sealed": 11, "details": 13, "withheld": 0},
    }
    assert found() == [UNSEALED, ABSENT]


def test_a_changed_entry_is_found_between_two_heads():
    changed = [*ENTRIES]
    changed[5] = changed[5].replace(b"accept", b"refuse")
    assert found(changed)[:2] == [
        ("audit.root-differs", "head 8", {"after": 3, "until": 8}),
        ("audit.root-differs", "head 11", {"after": 3, "until": 11}),
    ]


def test_removal_order_and_addition_are_found():
    removed = [*ENTRIES[:4], *ENTRIES[5:]]
    swapped = [*ENTRIES[:4], ENTRIES[5], ENTRIES[4], *ENTRIES[6:]]
    added = [*ENTRIES[:4], ENTRIES[3], *ENTRIES[4:]]
    for entries in (removed, swapped, added):
        codes = {code for code, _, _ in found(entries)}
        assert {"audit.root-differs", "audit.sequence-broken"} <= codes


def test_a_removal_with_new_numbers_is_found_too():
    renumbered = [entry_of(seq).replace(b"accept", b"accept") for seq in range(1, 13)]
    renumbered[6:] = [canonical({**json.loads(ENTRIES[seq]), "seq": seq}) for seq in range(7, 13)]
    assert [code for code, _, _ in found(renumbered)][:1] == ["audit.root-differs"]


def test_truncation_before_the_last_head_is_found_and_after_it_is_not_sealed():
    assert found(ENTRIES[:9])[0] == ("audit.truncated", "head 11", {"expected": 11, "found": 9})
    assert found(ENTRIES[:11]) == [("audit.details-absent", "", {"count": 11})]
    assert found([])[0][0] == "audit.truncated"


def test_a_head_printed_on_a_notice_finds_what_a_removed_head_would_hide():
    root = json.loads(HEADS[-1])["root"]
    assert found(printed=[(11, root[:16])]) == [UNSEALED, ABSENT]
    assert found(ENTRIES[:9], HEADS[:2], printed=[(11, root)])[0][:2] == (
        "audit.truncated",
        "printed head 11",
    )
    changed = [*ENTRIES[:9], ENTRIES[9].replace(b"accept", b"refuse"), *ENTRIES[10:]]
    assert found(changed, HEADS[:2], printed=[(11, root)])[0][:2] == ("audit.root-differs", "printed head 11")
    assert found(printed=[(11, root[:8])])[0][0] == "audit.root-differs"


def test_a_head_that_another_key_signed_or_that_was_changed_is_found():
    forged = head_of(ENTRIES, 8, key=OTHER)
    later = json.loads(HEADS[1])
    later["at"] = "2026-11-09T00:00:00+08:00"
    other_root = json.loads(HEADS[1])
    other_root["root"] = "0" * 64
    for head in (forged, canonical(later), canonical(other_root)):
        codes = [code for code, _, _ in found(heads=[HEADS[0], head, HEADS[2]])]
        assert codes[0] == "audit.signature-wrong"


def test_a_history_rewritten_with_the_stolen_key_is_found_by_the_old_head():
    rewritten = [entry.replace(b"accept", b"refuse") for entry in ENTRIES]
    heads = [head_of(rewritten, size) for size in SEALED]
    assert found(rewritten, heads) == [UNSEALED, ABSENT]
    assert found(rewritten, [*heads, HEADS[2]])[0][0] == "audit.root-differs"


def test_heads_in_the_wrong_order_malformed_or_absent_are_found():
    assert ("audit.heads-out-of-order", "head 2", {}) in found(heads=[HEADS[1], HEADS[0], HEADS[2]])
    for bad in (b"[]", b"{", b'{"size": true}', HEADS[0].replace(b'"size":3', b'"size":-3')):
        assert ("audit.bad-head", "head 1", {}) in found(heads=[bad, *HEADS])
    assert ("audit.no-heads", "", {}) in found(heads=[])


def test_a_line_that_is_not_canonical_is_found():
    spaced = [json.dumps(json.loads(ENTRIES[0]), ensure_ascii=False).encode(), *ENTRIES[1:]]
    codes = {code for code, _, _ in found(spaced)}
    assert {"audit.bad-entry", "audit.root-differs"} <= codes
    assert ("audit.bad-entry", "entry 2", {}) in found([ENTRIES[0], b"\xff", *ENTRIES[2:]])


def test_details_are_checked_against_their_salted_digest():
    other = {**detail_of(4), "details": {"申请人": "司马"}}
    salted = {**detail_of(5), "salt": "00"}
    moved = {**detail_of(6), "seq": 7}
    details = [*DETAILS[:3], canonical(other), canonical(salted), canonical(moved), b"{}"]
    assert found(details=details) == [
        ("audit.details-differ", "details 4", {"seq": "4"}),
        ("audit.details-differ", "details 5", {"seq": "5"}),
        ("audit.details-differ", "details 6", {"seq": "7"}),
        ("audit.details-differ", "details 7", {"seq": "None"}),
        ("audit.details-absent", "", {"count": 10}),
    ]


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_the_tree_is_that_of_rfc_9162(leaves):
    ours, theirs = Tree(), InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        ours.add(leaf)
        theirs.append_entry(leaf)
    assert ours.root() == (theirs.get_root().hex() if leaves else hashlib.sha256(b"").hexdigest())


@given(st.integers(0, 10), st.integers(0, 10_000), st.integers(1, 255))
def test_any_flipped_byte_before_the_last_head_is_found(number, place, mask):
    entry = bytearray(ENTRIES[number])
    entry[place % len(entry)] ^= mask
    changed = [*ENTRIES[:number], bytes(entry), *ENTRIES[number + 1 :]]
    unsigned = [(json.loads(head)["size"], json.loads(head)["root"]) for head in HEADS]
    assert not verify(changed, [], PUBLIC, printed=unsigned)["ok"]


@pytest.fixture
def exported(tmp_path):
    for name, lines in (("entries", ENTRIES), ("heads", HEADS), ("details", DETAILS)):
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    (tmp_path / "public.pem").write_bytes(PUBLIC)
    return tmp_path


def run(folder, *options):
    files = [str(folder / name) for name in ("entries.jsonl", "heads.jsonl", "public.pem")]
    command = [sys.executable, "-I", verify_audit.__file__, *files, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_program_runs_alone(exported):
    root = json.loads(HEADS[-1])["root"]
    good = run(exported, "--details", str(exported / "details.jsonl"), "--printed", f"11:{root}")
    assert good.returncode == 0
    assert good.stdout.splitlines()[-1] == "核对一致 / good: 13 entries, 3 heads, 11 sealed"
    (exported / "entries.jsonl").write_bytes(b"".join(line + b"\n" for line in ENTRIES[:9]))
    bad = run(exported, "--json")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["findings"][0]["code"] == "audit.truncated"
    assert run(exported, "--printed", "x").returncode == 2
    (exported / "heads.jsonl").unlink()
    assert run(exported).returncode == 2


def test_a_signature_may_be_written_in_hexadecimal_and_the_key_need_not_be_named():
    def hexadecimal(line):
        head = json.loads(line)
        del head["key"]
        return json.dumps({**head, "signature": base64.b64decode(head["signature"]).hex()})

    heads = [*map(hexadecimal, HEADS)]
    report = verify(ENTRIES, heads, PUBLIC)
    assert (report["ok"], report["problems"], report["counts"]["sealed"]) == (True, [], 11)
    other = OTHER.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    report = verify(ENTRIES, heads, other)
    assert [problem.split(":")[0] for problem in report["problems"]] == ["audit.signature-wrong"] * 3


@pytest.mark.parametrize(
    "line", [rb'{"seq":1,"by":"\ud842"}', b'{"seq":NaN}', b'{"seq":1e999}', b"[" * 10_000]
)
def test_a_line_that_has_no_canonical_spelling_is_found_and_stops_nothing(line):
    assert ("audit.bad-entry", "entry 1", {}) in found([line, *ENTRIES[1:]])
    halved = canonical({**json.loads(HEADS[0]), "at": "x"}).replace(b'"x"', rb'"\ud842"')
    assert ("audit.signature-wrong", "head 1", {"size": 3}) in found(heads=[halved])


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=20), min_size=1, max_size=40), st.data())
def test_the_verifier_and_the_office_agree_on_any_log(entries, data):
    """Written twice on purpose: who checks the log trusts nothing of the program that wrote it."""
    tree, frontier, leaves = Tree(), ledger.Frontier(), [ledger.leaf_hash(entry) for entry in entries]
    for entry, leaf in zip(entries, leaves, strict=True):
        tree.add(entry)
        frontier = frontier.append(leaf)
        assert tree.root() == frontier.root().hex()
    size, root = len(leaves), frontier.root()
    place, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    old_root = ledger.tree_root(leaves[:old])
    shown, grown = [*ledger.inclusion_proof(leaves, place)], [*ledger.consistency_proof(leaves, old)]
    assert included(leaves[place], place, (size, root), shown)
    assert continues((old, old_root), (size, root), grown)
    # Whatever is done to a proof, both come to the same answer.
    other, at = data.draw(st.integers(-1, size + 1)), data.draw(st.integers(0, 8))
    for spoiled in (shown[:at], [*shown, root], shown[::-1], [*shown[:at], root, *shown[at + 1 :]]):
        for where in (place, other):
            ours = included(leaves[place], where, (size, root), spoiled)
            assert ours == ledger.verify_inclusion(leaves[place], where, size, spoiled, root)
    for spoiled in (grown[:at], [*grown, root], grown[::-1], [*grown[:at], root, *grown[at + 1 :]]):
        for begun in (old, other):
            ours = continues((begun, old_root), (size, root), spoiled)
            assert ours == ledger.verify_consistency(begun, old_root, size, root, spoiled)


@given(VALUES)
def test_the_verifier_and_the_office_spell_alike(value):
    assert canonical({"value": value}) == ledger.canonical({"value": value})


def test_withheld_details_are_noted_and_what_only_looks_withheld_is_found():
    withheld = [canonical({"seq": seq, "withheld": True}) for seq in (2, 5)]
    details = [DETAILS[0], withheld[0], *DETAILS[2:4], withheld[1], *DETAILS[5:]]
    assert found(details=details) == [UNSEALED, ("audit.details-withheld", "", {"count": 2})]
    assert verify(ENTRIES, HEADS, PUBLIC, details=details)["ok"]
    strange = [canonical({"seq": 3, "withheld": False}), canonical({"seq": 99, "withheld": True})]
    assert [code for code, _, _ in found(details=strange)].count("audit.details-differ") == 2
