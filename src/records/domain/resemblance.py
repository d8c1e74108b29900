"""When two pages look like the same sheet (疑似同一份): found by what they say or how they look, decided by a person.

Text that a file carries is compared in full: a re-exported file says the same, another person's form says something else
in at least one place. Pictures are searched by their marks first, each 32 bytes, and then compared by whoever can see.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MARK = 32
NEAR = 40
"""Bits of 256 in which two marks of the same spot may differ."""

SHINGLE, ALIKE, ADDITION = 3, 0.85, 0.05
"""Characters of a shingle; share of shingles in common; share of words that may have been added since."""

LONG_NUMBER = 5
"""Characters from which a word with a digit is somebody's or some paper's number, and not a page's."""

FEWEST_WORDS = 20
"""Words without which a text says too little to be compared."""

_WORD = re.compile(r"[0-9a-z]+|[^\W_]")


@dataclass(frozen=True, slots=True)
class Likeness:
    """A held material that a paper resembles (疑似已有): its id, how many pages agree, and which pages do not, from 1."""

    material: str
    agreeing: int
    differing: tuple[int, ...] = ()


def words(text: str) -> tuple[str, ...]:
    """Return numbers and Latin words whole, everything else character by character; width, case and spaces do not count."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).lower()))


def says_enough(text: str) -> bool:
    """Tell whether a page carries a text of its own that can be compared."""
    return len(words(text)) >= FEWEST_WORDS


def same_text(held: str, comes: str) -> bool:
    """Tell whether two texts are the same sheet's (同一文本): the same words in much the same order, at most some added.

    A word that stands on one side only, and another on the other side only, is another entry in the form; so is a number
    that stands on one side only.
    """
    old, new = words(held), words(comes)
    counted_old, counted_new = Counter(old), Counter(new)
    gone, added = counted_old - counted_new, counted_new - counted_old
    if (gone and added) or any(_is_number(word) for word in gone | added):
        return False
    if (gone | added).total() > ADDITION * max(len(old), len(new)):
        return False
    return _in_common(_shingles(old), _shingles(new)) >= ALIKE


def closeness(one: bytes, other: bytes) -> float:
    """Return the share of a page's marks that another page has as well, 0 for a blank page."""
    mine, theirs = _marks(one), _marks(other)
    if not mine or not theirs:
        return 0.0
    return sum(min((mark ^ each).bit_count() for each in theirs) <= NEAR for mark in mine) / len(mine)


def likeness(material: str, agrees: Mapping[int, bool]) -> Likeness | None:
    """Judge a paper page by page (逐页比对): proposed when at least half of the pages with something on them agree."""
    agreeing = sum(agrees.values())
    if not agreeing or agreeing * 2 < len(agrees):
        return None
    return Likeness(material, agreeing, tuple(page for page, agreed in sorted(agrees.items()) if not agreed))


def _is_number(word: str) -> bool:
    return len(word) >= LONG_NUMBER and any(char.isdigit() for char in word)


def _shingles(text: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(text[at : at + SHINGLE]) for at in range(max(len(text) - SHINGLE + 1, 0))}


def _in_common(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _marks(page: bytes) -> list[int]:
    return [int.from_bytes(page[at : at + MARK]) for at in range(0, len(page), MARK)]
