"""Everyday words (同义词): what people say, and the words in which the guides say it; each row with its reason.

A row of the kind ``elsewhere`` names what other organs do (别处办理): nothing stands for it here, and ``means`` says who does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType

from .reading import BadRow, Row, rows

COLUMNS = {"phrase", "kind", "means", "reason"}


@dataclass(frozen=True, slots=True)
class Synonym:
    """One everyday phrase (日常说法) with its wordings, each a tuple of words that must all occur; and why."""

    phrase: str
    wordings: tuple[tuple[str, ...], ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Sayings:
    """The whole table: phrases with their meaning, words that only ask (问法), the longest first, and what is done elsewhere."""

    synonyms: Mapping[str, Synonym]
    fillers: tuple[str, ...]
    elsewhere: Mapping[str, str]


def wordings(text: str) -> tuple[tuple[str, ...], ...]:
    """Read wordings as they are typed: a bar between alternatives, a blank between words that must all occur."""
    parts = (tuple(part.split()) for part in text.replace("｜", "|").split("|"))
    return tuple(dict.fromkeys(part for part in parts if part))


@cache
def sayings() -> Sayings:
    """Return the table of ``synonyms.csv``; a phrase that stands there twice or means nothing is refused."""
    known: dict[str, Synonym] = {}
    fillers: list[str] = []
    elsewhere: dict[str, str] = {}
    for row in rows("synonyms.csv"):
        if set(row) != COLUMNS:
            raise BadRow(f"synonyms.csv:{row.line}: the columns are {', '.join(sorted(COLUMNS))}")
        phrase = row["phrase"].casefold()
        if phrase in known or phrase in fillers or phrase in elsewhere:
            raise BadRow(f"synonyms.csv:{row.line}: phrase: {phrase} stands there twice")
        match row.read("kind", _kind):
            case "filler":
                fillers.append(phrase)
            case "elsewhere":
                elsewhere[phrase] = row.build(partial(_where, phrase=phrase))
            case _:
                known[phrase] = row.build(partial(_synonym, phrase=phrase))
    return Sayings(
        MappingProxyType(known),
        tuple(sorted(fillers, key=len, reverse=True)),
        MappingProxyType(elsewhere),
    )


def _kind(cell: str) -> str:
    if cell not in ("means", "filler", "elsewhere"):
        raise ValueError(f"none of means, filler and elsewhere: {cell!r}")
    return cell


def _where(row: Row, phrase: str) -> str:
    if not row["means"] or not row["reason"] or len(phrase) < 2:
        raise ValueError("a phrase has two characters at least, who does it and a reason")
    return row["means"]


def _synonym(row: Row, phrase: str) -> Synonym:
    meant = wordings(row["means"])
    if not meant or not row["reason"] or len(phrase) < 2:
        raise ValueError("a phrase has two characters at least, a meaning and a reason")
    return Synonym(phrase, meant, row["reason"])
