"""Unique keys (唯一键): one tree in which a key can be written once, in the same transaction as its record.

Two writers who want the same key meet in this tree, so that "look, then insert" cannot let both through. A long key is
stored as its digest, because every insertion writes its neighbours again.
"""

from __future__ import annotations

import hashlib

from records.resources.site import Site

LONGEST = 64
"""Bytes of a key that is stored as it is."""


def compose(space: str, *parts: str | bytes) -> bytes:
    """Return the key of a name space; parts are separated so that no two lists of parts give one key."""
    encoded = [part if isinstance(part, bytes) else part.encode() for part in parts]
    return b"\0".join([space.encode(), *encoded])


def claim(site: Site, key: bytes, owner: str) -> str | None:
    """Take a key for an owner; return None when it was free, else the id of who has it."""
    if site.keys.insert(_stored(key), owner):
        return None
    return site.keys[_stored(key)]


def owner(site: Site, key: bytes) -> str | None:
    """Return the id that holds a key, or None."""
    return site.keys.get(_stored(key))


def release(site: Site, key: bytes, owner: str) -> None:
    """Give a key back; only its owner can."""
    if site.keys.get(_stored(key)) == owner:
        del site.keys[_stored(key)]


def _stored(key: bytes) -> bytes:
    return key if len(key) <= LONGEST else hashlib.sha256(key).digest()
