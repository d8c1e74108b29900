"""Unique keys (唯一键): one tree in which a key can be written once, in the same transaction as its record.

Two writers who want the same key meet in this tree, so that "look, then insert" cannot let both through. A key is
stored as a digest of 12 bytes, because every insertion writes its neighbours again.
"""

from __future__ import annotations

import hashlib

from records.resources.site import Site

BYTES = 12
"""Of the digest: that two among a billion keys share one has a chance of one in 10**11."""


def compose(space: str, *parts: str | bytes) -> bytes:
    """Return the key of a name space; parts are separated so that no two lists of parts give one key."""
    encoded = [part if isinstance(part, bytes) else part.encode() for part in parts]
    return b"\0".join([space.encode(), *encoded])


def claim(site: Site, key: bytes, owner: str) -> str | None:
    """Take a key for an owner; return None when it was free, else the id of who has it."""
    if site.keys.insert(stored(key), owner):
        return None
    return site.keys[stored(key)]


def owner(site: Site, key: bytes) -> str | None:
    """Return the id that holds a key, or None."""
    return site.keys.get(stored(key))


def release(site: Site, key: bytes, owner: str) -> None:
    """Give a key back; only its owner can."""
    if site.keys.get(stored(key)) == owner:
        del site.keys[stored(key)]


def stored(key: bytes) -> bytes:
    """Return what stands for a key in the tree."""
    return hashlib.sha256(key).digest()[:BYTES]
