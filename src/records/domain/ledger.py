"""The audit ledger (审计账簿) as a Merkle tree: heads that can be printed, and proofs that anybody can check.

Hashes and proofs are those of RFC 9162 section 2.1 with SHA-256. A *leaf* is the 32-byte hash of an entry; only
``leaf_hash`` sees the entry itself. An offline reader needs nothing but this file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def canonical(entry: Mapping[str, object], *, checked: bool = False) -> bytes:
    """Return the one spelling of an entry that is hashed: JSON in UTF-8, keys sorted, no spaces.

    Only text, whole numbers, true, false, nothing, lists and mappings; ``TypeError`` for anything else (a fraction
    has more than one spelling), ``ValueError`` for a text that is not Unicode. Whoever made the entry of nothing else
    says so with ``checked``.
    """
    if not checked:
        _check(entry, "entry")
    return json.dumps(dict(entry), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf_hash(entry: bytes) -> bytes:
    """Return the leaf of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that is needed to go on: the number of leaves and the roots of the complete subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError(f"{len(self.peaks)} peaks cannot stand for {self.size} leaves")

    def append(self, leaf: bytes) -> Frontier:
        """Return the frontier with one leaf more; at most log2(size) hashes."""
        peaks, node = list(self.peaks), _sized(leaf)
        for _ in range((~self.size & (self.size + 1)).bit_length() - 1):
            node = _node(peaks.pop(), node)
        return Frontier(self.size + 1, (*peaks, node))

    def root(self) -> bytes:
        """Return the head of the tree."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = _node(peak, root)
        return root


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the head of the tree over these leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the hashes that lead from one leaf to the head (RFC 9162 §2.1.3.1), nearest first."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} among {len(leaves)}")
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(tree_root(leaves[middle:high]))
            high = middle
        else:
            path.append(tree_root(leaves[low:middle]))
            low = middle
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a leaf stands at ``index`` in the tree of that size and head (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = _node(step, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node(node, step)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Return the hashes that show that the first ``old_size`` leaves are still what they were (§2.1.4.1)."""
    if not 0 < old_size <= len(leaves):
        raise IndexError(f"no head of size {old_size} among {len(leaves)} leaves")
    path: list[bytes] = []
    low, high, whole = 0, len(leaves), True
    while old_size != high:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append(tree_root(leaves[middle:high]))
            high = middle
        else:
            path.append(tree_root(leaves[low:middle]))
            low, whole = middle, False
    if not whole:
        path.append(tree_root(leaves[low:high]))
    return tuple(reversed(path))


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a later head continues an earlier one: nothing changed, removed or reordered (§2.1.4.2)."""
    if old_size == new_size:
        return not proof and old_root == new_root
    if not 0 < old_size < new_size:
        return False
    steps = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not steps:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = _node(step, old), _node(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = _node(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _sized(leaf: bytes) -> bytes:
    if len(leaf) != HASH_BYTES:
        raise ValueError(f"a leaf has {HASH_BYTES} bytes, not {len(leaf)}")
    return leaf


def _check(value: object, place: str) -> None:
    match value:
        case None | bool() | int():
            return
        case str():
            value.encode()
        case list():
            for number, part in enumerate(value):
                _check(part, f"{place}[{number}]")
        case Mapping():
            for key, part in value.items():
                if not isinstance(key, str):
                    raise TypeError(f"{place}: a key must be text, not {type(key).__name__}")
                _check(key, place)
                _check(part, f"{place}.{key}")
        case _:
            raise TypeError(f"{place}: {type(value).__name__} has no canonical spelling")
