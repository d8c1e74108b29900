"""Finding an item by what a clerk types: words of its title, or the first letters of its pinyin."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date

from records.domain.guide_parts import Guide as Body
from records.domain.vocabulary import ApplicantKind
from records.indexes.spoken import initials
from records.operations.guides import content
from records.resources.guides import Guide
from records.resources.site import Site


def matches(text: str, typed: str) -> bool:
    """Tell whether every typed word stands in the text, or its letters begin a run of the text's pinyin."""
    folded = unicodedata.normalize("NFKC", text).lower()
    letters = initials(text)
    words = unicodedata.normalize("NFKC", typed).lower().split()
    return all(word in folded or (word.isascii() and word.isalpha() and word in letters) for word in words)


def offered(site: Site, typed: str, *, kind: ApplicantKind, today: date) -> Iterator[tuple[Guide, Body]]:
    """Yield the guides in force today for that kind of applicant that fit what was typed, by title."""
    found = []
    for guide in site.guides.values():
        version = guide.in_force(today)
        body = content(version) if version is not None else None
        if body is not None and kind in body.audience and matches(guide.title, typed):
            found.append((guide, body))
    yield from sorted(found, key=lambda pair: pair[0].title)
