"""Other wordings of a query (别的说法): everyday words, the old script, letters for sounds, words that only ask.

An engine keeps looking for exactly what it is told; here a query is told in more ways. Each way stays visible with the
words by which it looks, so that a reader knows why something was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from records.rules.synonyms import Synonym

from .lexicon import Lexicon
from .query import Query, Term
from .spoken import simplified
from .words import fold, is_han

MOST_WAYS = 12


@dataclass(frozen=True, slots=True)
class Words:
    """What stands for one typed term: the terms that must all occur; none where the term only asks."""

    terms: tuple[Term, ...]


def with_ways(
    query: Query, *, synonyms: Mapping[str, Synonym], fillers: tuple[str, ...], lexicon: Lexicon
) -> Query:
    """Return a query with its other wordings, at most twelve, the likeliest first."""
    if query.void or not query.terms:
        return query
    choices = [
        [Words((term,)), *dict.fromkeys(_others(term, synonyms, fillers, lexicon))] for term in query.terms
    ]
    ways: dict[tuple[Term, ...], None] = {}
    # The first of the product is what was typed.
    for count, chosen in enumerate(product(*choices)):
        way = tuple(dict.fromkeys(term for words in chosen for term in words.terms))
        if way and way != query.terms:
            ways[way] = None
        if len(ways) >= MOST_WAYS or count > 64:
            break
    return replace(query, ways=tuple(ways))


def elsewhere(
    query: Query, *, synonyms: Mapping[str, Synonym], places: Mapping[str, str], lexicon: Lexicon
) -> str:
    """Return the phrase of a query that names what other organs do (别处办理), or an empty text.

    A longer everyday phrase around it wins, as does the office: by its own row for the phrase, or by a title that holds it.
    """
    every = places.keys() | synonyms.keys()
    for term in query.terms:
        plain = simplified(term.text)
        for phrase in (plain,) if plain in every else _within(plain, every):
            if phrase not in synonyms and not lexicon.in_a_title(phrase):
                return phrase
    return ""


def label(way: tuple[Term, ...]) -> str:
    """Return the words of a wording as they are shown."""
    return " ".join(term.text for term in way)


def mended(query: Query, lexicon: Lexicon) -> Query | None:
    """Return the query with the slips in its terms put right; None when there is nothing to mend."""
    terms = tuple(
        replace(term, text=next(iter(lexicon.mended(simplified(term.text))), term.text))
        for term in query.terms
    )
    return replace(query, terms=terms, ways=()) if terms != query.terms else None


def _others(
    term: Term, synonyms: Mapping[str, Synonym], fillers: tuple[str, ...], lexicon: Lexicon
) -> Iterator[Words]:
    plain = simplified(term.text)
    bare = _bare(plain, fillers)
    forms = list(dict.fromkeys(form for form in (plain, bare) if form))
    if term.text.isascii() and term.text.isalpha():
        spelled = lexicon.spelled(term.text)
        forms += spelled
    for form in forms:
        if form in synonyms:
            yield from _meanings(term, synonyms[form])
    for form in forms:
        if form != term.text:
            yield Words((replace(term, text=form),))
    if not bare:
        yield Words(())
    for phrase in _within(plain, synonyms):
        yield from _meanings(term, synonyms[phrase])


def _meanings(term: Term, synonym: Synonym) -> Iterator[Words]:
    for wording in synonym.wordings:
        yield Words(tuple(replace(term, text=fold(word)) for word in wording))


def _within(text: str, phrases: Iterable[str]) -> list[str]:
    """Return the longest phrases that stand inside a longer text, the longest first."""
    found = sorted(
        (phrase for phrase in phrases if phrase in text and phrase != text and is_han(phrase[0])),
        key=len,
        reverse=True,
    )
    return [phrase for at, phrase in enumerate(found) if not any(phrase in other for other in found[:at])]


def _bare(text: str, fillers: tuple[str, ...]) -> str:
    """Return a text without the words that only ask."""
    for filler in fillers:
        text = text.replace(filler, "")
    return text.strip()
