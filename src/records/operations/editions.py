"""Editions (版次): what a version of a guide says, read from its canonical form and kept for the next reader."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from records.domain import ledger
from records.domain.guide_parts import Guide as GuideBody
from records.resources.guides import GuideVersion


@lru_cache(maxsize=512)
def read_body(body: str) -> GuideBody:
    """Return the guide that a version's canonical JSON stands for."""
    return GuideBody.from_dict(json.loads(body))


def content(version: GuideVersion) -> GuideBody:
    """Return what a version says."""
    return read_body(version.body)


def written(body: GuideBody) -> tuple[str, str]:
    """Return a guide as canonical JSON, and the digest that stands for it everywhere (SHA-256, hexadecimal)."""
    text = ledger.canonical(body.as_dict(), checked=True).decode()
    return text, hashlib.sha256(text.encode()).hexdigest()
