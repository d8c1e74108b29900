"""The order of the first page (排序), and the words shown around a hit (摘要).

An engine gives hits newest first. The head of that list is put in order here by a function of the query and of each
document alone: how much of the query the title holds, how often the text does (up to a limit), how near to each other
the words stand, how long the text is against a fixed length. No count over other documents takes part, so a record
that the reader may not see can move nothing, and every engine gives the same page.

Similar hits weigh each pair of characters by the shipped table `weights.csv`: how rare the pair is in general official
Chinese, from 1 to 255; a pair that is not listed is rare. The table is made by bench/bigram_weights.py from any
folder of texts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files

from records.indexes.fulltext import OTHER, OTHER_TITLE
from records.indexes.query import Query, Term, holds
from records.indexes.words import fold, fold_map, is_han, occurs, terms

HEAD = 200
"""At most so many hits are put in order."""
REFERENCE_LENGTH = 400
"""Folded characters of a text that neither gains nor loses by its length."""
MOST_COUNTED = 8
"""Occurrences of one term in one text that count."""
RAREST = 255
PIECE = 4_000
"""Characters of a long text that a snippet is chosen from."""
WHOLE = 16_000
"""Characters of a text that is looked at as a whole, since its folded form is remembered."""

Hit = tuple[int, int, str, str]


def rerank(query: Query, head: Sequence[Hit]) -> tuple[int, ...]:
    """Return the keys of at most 200 hits, the best first; `head` gives (key, tier, title, text) of each.

    What holds the typed words comes first, then what holds another wording, the likeliest wording first, then what is
    only similar; equal hits keep newest first.
    """
    scored = [
        (*_place(query, tier, title, text), -key)
        for key, tier, title, text in (
            (key, tier, _folded(title), _folded(text)) for key, tier, title, text in head[:HEAD]
        )
    ]
    return tuple(-each[-1] for each in sorted(scored))


def way_of(query: Query, title: str, text: str) -> int | None:
    """Return which of the other wordings a document holds, the first that it does, by its title if one does; or None."""
    title, text = _folded(title), _folded(text)
    for words in ("", text):
        for number, way in enumerate(query.ways):
            if all(holds(term, title, words) for term in way):
                return number
    return None


def _place(query: Query, tier: int, title: str, text: str) -> tuple[int, int, float]:
    if tier in (OTHER_TITLE, OTHER):
        number = way_of(query, title, text)
        if number is None:
            return 1, tier * HEAD, 0.0
        # A wording in the title before any wording that only the text holds.
        return 1, tier * HEAD + number, -_score(replace(query, terms=query.ways[number]), title, text)
    if tier > 1:
        return 2, 0, -_nearness(query, title, text)
    return 0, 0, -_score(query, title, text)


@lru_cache(maxsize=512)
def _folded(text: str) -> str:
    return fold(text)


def _score(query: Query, title: str, text: str) -> float:
    """Return how well a folded document answers a query it holds exactly."""
    if not query.terms:
        return 0.0
    length = 0.4 + 0.6 * len(text) / REFERENCE_LENGTH
    score = 0.0
    places: list[list[int]] = []
    for term in query.terms:
        at = list(_places(term, text))
        places.append(at)
        in_title = next(_places(term, title), None) is not None
        weight = 1 + min(len(term.text), 12) / 12
        score += weight * (2.2 * len(at) / (len(at) + 1.2 * length))
        if in_title:
            score += weight * (3 + 3 * len(term.text) / max(len(title), 1))
    score /= len(query.terms)
    if len(places) > 1 and all(places):
        width = sum(len(term.text) for term in query.terms)
        score += 1.5 * min(1.0, width / max(_window(places), 1))
    return round(score, 6)


def _places(term: Term, text: str) -> Iterator[int]:
    at = occurs(term.text, text)
    for _ in range(MOST_COUNTED):
        if at < 0:
            return
        yield at
        at = occurs(term.text, text, at + len(term.text))


def _window(places: Sequence[Sequence[int]]) -> int:
    """Return the width of the narrowest stretch in which each term begins at least once."""
    every = sorted((at, term) for term, found in enumerate(places) for at in found)
    latest: dict[int, int] = {}
    narrowest = every[-1][0] - every[0][0] + 1
    for at, term in every:
        latest[term] = at
        if len(latest) == len(places):
            narrowest = min(narrowest, at - min(latest.values()) + 1)
    return narrowest


@cache
def weights() -> Mapping[str, int]:
    """Return the weight of each listed pair of characters."""
    with files("records.indexes").joinpath("weights.csv").open(encoding="utf-8", newline="") as stream:
        return {pair: int(weight) for pair, weight in csv.reader(stream)}


def _nearness(query: Query, title: str, text: str) -> float:
    """Return the weighed share of the query's grams that a folded document holds, those in one place most."""
    table = weights()
    wanted = {gram: table.get(gram, RAREST) for gram in query.grams()}
    in_title = {gram for _, gram in terms(title)} & wanted.keys()
    found = [(at, gram) for at, gram in terms(text) if gram in wanted]
    anywhere = in_title | {gram for _, gram in found}
    total = sum(wanted.values()) or 1
    share = sum(wanted[gram] for gram in anywhere) / total
    titled = sum(wanted[gram] for gram in in_title) / total
    reach = 2 * sum(len(term.text) for term in query.terms)
    return round(share + 0.5 * titled + 0.5 * _densest(found, wanted, reach) / total, 6)


def _densest(found: Sequence[tuple[int, str]], wanted: Mapping[str, int], reach: int) -> int:
    """Return the greatest weight of different grams within any stretch of `reach` characters."""
    best = total = first = 0
    held: dict[str, int] = {}
    for at, gram in found:
        held[gram] = held.get(gram, 0) + 1
        total += wanted[gram] if held[gram] == 1 else 0
        while found[first][0] < at - reach:
            gone = found[first][1]
            held[gone] -= 1
            total -= wanted[gone] if held[gone] == 0 else 0
            first += 1
        best = max(best, total)
    return best


def snippet(text: str, query: Query, width: int = 60) -> tuple[tuple[str, bool], ...]:
    """Return the part of a text around its best hit, as (words, is a hit) pieces of the original, unfolded.

    About `width` characters; a cut end is marked by … and never divides a Latin word or number. Without an exact
    hit the query's grams are marked instead; without any of those the beginning is shown.
    """
    whole, (begin, stop) = text, (0, len(text)) if len(text) <= WHOLE else _likely(text, query)
    begin, stop = _near_best(whole, begin, stop, query, width)
    text = whole[begin:stop]
    folded, offsets = fold_map(text)
    spans = _spans(query, folded)
    start = max(0, _best_start(spans, width) - width // 4) if spans else 0
    end = min(len(folded), start + width)
    start = max(0, min(start, end - width))
    start, end = _whole(folded, start, -1), _whole(folded, end, 1)
    pieces: list[tuple[str, bool]] = [("…", False)] if start or begin else []
    at = start
    for first, last in _merged(spans):
        first, last = max(first, at), min(last, end)
        if first < last:
            pieces.append((text[offsets[at] : offsets[first]], False))
            pieces.append((text[offsets[first] : offsets[last]], True))
            at = last
    pieces.append((text[offsets[at] : offsets[end]], False))
    if end < len(folded) or stop < len(whole):
        pieces.append(("…", False))
    return tuple((" ".join(words.split("\n")), hit) for words, hit in pieces if words)


def _spans(query: Query, folded: str) -> list[tuple[int, int]]:
    """Return where a folded text holds the terms, or else the grams, from left to right."""
    exact = {
        (at, at + len(term.text))
        for term in query.terms
        if not term.title_only
        for at in _places(term, folded)
    }
    return sorted(exact) or _gram_spans(query, folded)


def _near_best(text: str, begin: int, stop: int, query: Query, width: int) -> tuple[int, int]:
    """Narrow a piece to what lies around its best hit, so that little has to be folded sign by sign."""
    folded = _folded(text[begin:stop])
    spare = stop - begin - len(folded)
    # Folding mostly drops signs: the hit lies at or behind its place in the folded text.
    if spare < 0 or stop - begin < 12 * width:
        return begin, stop
    spans = _spans(query, folded)
    at = begin + (_best_start(spans, width) if spans else 0)
    return max(begin, at - 2 * width), min(stop, at + spare + 3 * width)


def _likely(text: str, query: Query) -> tuple[int, int]:
    """Return the piece of a long text that holds the most terms, or else grams: only that is looked at closely."""
    if len(text) <= PIECE:
        return 0, len(text)
    best, chosen = (0, 0), 0
    for at in range(0, len(text), PIECE // 2):
        folded = fold(text[at : at + PIECE])
        held = sum(occurs(term.text, folded) >= 0 for term in query.terms)
        found = held, 0 if held else sum(gram in folded for gram in query.grams())
        if found > best:
            best, chosen = found, at
    return chosen, min(chosen + PIECE, len(text))


def _gram_spans(query: Query, folded: str) -> list[tuple[int, int]]:
    wanted = set(query.grams())
    return [(at, at + len(gram)) for at, gram in terms(folded) if gram in wanted][:HEAD]


def _best_start(spans: Sequence[tuple[int, int]], width: int) -> int:
    """Return where the stretch begins that shows the most marked characters."""
    return max(
        spans, key=lambda span: (sum(b - a for a, b in spans if span[0] <= a < span[0] + width), -span[0])
    )[0]


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged


def _whole(folded: str, at: int, step: int) -> int:
    """Move a cut outwards, by at most 24 characters, so that it divides no Latin word or number."""
    for _ in range(24):
        if not (0 < at < len(folded)) or not all(
            char.isalnum() and not is_han(char) for char in folded[at - 1 : at + 1]
        ):
            return at
        at += step
    return at
