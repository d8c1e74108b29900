"""Editions (版次): what a version of a guide says, read from its canonical form and kept for the next reader."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import lru_cache

from records.domain import ledger
from records.domain.findings import Finding
from records.domain.guide_parts import Guide as GuideBody
from records.domain.wording import LONGEST
from records.resources.guides import GuideVersion

LARGEST = 1 << 20
"""Bytes of a guide in canonical form."""

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


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


def unfit(key: str, text: str) -> Iterator[Finding]:
    """Refuse what is too long to be kept at all, each field by its name; what is merely wrong may stand in a draft."""
    if not _KEY.fullmatch(key):
        yield Finding("guide.key-form", subject="key", params={"key": key[:80]})
    if len(text) > LONGEST:
        yield from _too_long(json.loads(text), "")
    size = len(text.encode())
    if size > LARGEST:
        yield Finding("guide.too-large", params={"size": size, "largest": LARGEST})


def _too_long(value: object, path: str) -> Iterator[Finding]:
    match value:
        case str() if len(value) > LONGEST:
            params = {"length": len(value), "longest": LONGEST}
            yield Finding("guide.field-too-long", subject=path, params=params)
        case dict():
            for name, part in value.items():
                yield from _too_long(part, f"{path}.{name}" if path else name)
        case list():
            for at, part in enumerate(value):
                yield from _too_long(part, f"{path}.{at}")
