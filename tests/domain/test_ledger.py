import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from pymerkle import verify_inclusion as peer_verify

from records.domain.ledger import (
    EMPTY_ROOT,
    Frontier,
    canonical,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

#: The test entries of the Certificate Transparency programme and the heads of their trees.
ENTRIES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
HEADS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
LEAVES = st.lists(st.binary(max_size=4), min_size=1, max_size=40).map(
    lambda entries: [leaf_hash(e) for e in entries]
)


def test_the_heads_are_those_of_the_published_vectors():
    leaves = [leaf_hash(entry) for entry in ENTRIES]
    assert {size: tree_root(leaves[:size]).hex() for size in HEADS} == HEADS
    assert tree_root([]) == Frontier().root() == EMPTY_ROOT == hashlib.sha256().digest()


@settings(max_examples=30)
@given(st.lists(st.binary(min_size=1, max_size=8), min_size=1, max_size=24), st.data())
def test_heads_and_proofs_agree_with_an_independent_tree(entries, data):
    peer = InmemoryTree(algorithm="sha256")
    leaves = []
    for entry in entries:
        peer.append_entry(entry)
        leaves.append(leaf_hash(entry))
    assert tree_root(leaves) == peer.get_root()
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = inclusion_proof(leaves, index)
    theirs = peer.prove_inclusion(index + 1)
    peer_verify(leaves[index], peer.get_root(), theirs)
    assert set(proof) <= {bytes.fromhex(step) if isinstance(step, str) else step for step in theirs.path}


@given(LEAVES, st.data())
def test_every_leaf_can_be_shown_and_no_other(leaves, data):
    size, root = len(leaves), tree_root(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(leaves, index)
    assert verify_inclusion(leaves[index], index, size, proof, root)
    assert not verify_inclusion(leaf_hash(b"forged"), index, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, (*proof, root), root)
    assert not verify_inclusion(leaves[index], size, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, proof, leaf_hash(b"other"))
    if proof:
        assert not verify_inclusion(leaves[index], index, size, proof[:-1], root)


@given(LEAVES, st.data())
def test_a_later_head_shows_that_nothing_before_it_changed(leaves, data):
    size = len(leaves)
    old = data.draw(st.integers(1, size))
    old_root, root = tree_root(leaves[:old]), tree_root(leaves)
    proof = consistency_proof(leaves, old)
    assert verify_consistency(old, old_root, size, root, proof)
    touched = data.draw(st.integers(0, old - 1))
    forged = [*leaves[:touched], leaf_hash(b"forged"), *leaves[touched + 1 :]]
    assert not verify_consistency(old, old_root, size, tree_root(forged), consistency_proof(forged, old))
    if old < size:
        assert (
            not verify_consistency(old, old_root, size - 1, tree_root(leaves[:-1]), proof) or size - 1 == old
        )
        assert not verify_consistency(old, old_root, size, root, proof[:-1])
    assert not verify_consistency(size + 1, root, size, root, ())


@given(LEAVES)
def test_the_frontier_is_enough_to_go_on(leaves):
    frontier = Frontier()
    for number, leaf in enumerate(leaves, start=1):
        before = frontier
        frontier = frontier.append(leaf)
        assert (before.size, frontier.size, len(frontier.peaks)) == (number - 1, number, number.bit_count())
        assert frontier.root() == tree_root(leaves[:number])
    assert Frontier(frontier.size, frontier.peaks).append(leaves[0]) == frontier.append(leaves[0])


def test_a_broken_frontier_or_leaf_is_an_error():
    with pytest.raises(ValueError, match="peaks"):
        Frontier(3, (b"x" * 32,))
    with pytest.raises(ValueError, match="32 bytes"):
        Frontier().append(b"short")
    with pytest.raises(IndexError):
        inclusion_proof([leaf_hash(b"")], 1)
    with pytest.raises(IndexError):
        consistency_proof([leaf_hash(b"")], 0)


def test_an_entry_has_one_spelling():
    entry = {"when": "2026-11-21", "who": "䶮𠮷", "lines": [1, True, None, {"b": 1, "a": 2}]}
    assert (
        canonical(entry) == '{"lines":[1,true,null,{"a":2,"b":1}],"when":"2026-11-21","who":"䶮𠮷"}'.encode()
    )
    assert canonical(dict(reversed(entry.items()))) == canonical(entry)


@pytest.mark.parametrize("value", [1.0, float("nan"), (1,), {1}, b"x", {1: "x"}, object()])
def test_what_has_no_single_spelling_is_refused(value):
    with pytest.raises(TypeError):
        canonical({"deep": [{"value": value}]})


def test_half_a_character_is_refused():
    with pytest.raises(ValueError, match="surrogates"):
        canonical({"name": "\ud842"})


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc䶮", max_size=3), inner, max_size=3)))  # fmt: skip
def test_an_entry_is_read_back_as_it_was(value):
    assert json.loads(canonical({"value": value})) == {"value": value}
