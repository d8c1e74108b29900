"""What somebody asked for (检索式): our own small grammar, and what it means.

A space is "and"; "..." or “...” is one phrase; -word must not occur; 题名:word looks at titles only. Nothing a reader
types can fail or cost more than its length, and no engine's own parser ever sees it. `matches` says what a hit is, by
plain comparison on folded text; every engine must give exactly that set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from records.domain.findings import Finding, Severity
from records.indexes.words import LONGEST_RUN, fold, is_han, occurs, runs, terms

LONGEST = 200
"""Characters of a query that are read."""
MOST_TERMS = 16
"""Terms of a query that are used."""
TITLE = "title"
FIELDS: Mapping[str, str] = {"title": TITLE, "题名": TITLE, "标题": TITLE}
"""Names a reader may type before a colon, and the field each means."""

_OPENING = {'"': '"', "“": "”", "”": "”", "„": "”", "＂": "＂", "「": "」", "『": "』", "〝": "〞"}
_CLOSING = frozenset('"”“＂」』〞〟')
_MINUS = frozenset("-－−﹣")
_NAME = re.compile(r"[^\W_]{1,12}(?=[:：])")


@dataclass(frozen=True, slots=True)
class Term:
    """One folded word or phrase that is looked for, in the title only or anywhere."""

    text: str
    title_only: bool = False

    def grams(self) -> tuple[str, ...]:
        """Return what an index holds of this term: all its pairs and whole runs, each once.

        A term of lone Chinese characters gives those characters; they stand for every pair that begins with them.
        """
        held = [gram for _, gram in terms(self.text) if len(gram) > 1 or not is_han(gram)]
        return tuple(dict.fromkeys(held or (gram for _, gram in terms(self.text))))

    @property
    def is_exact(self) -> bool:
        """Whether holding all the grams already means holding the term, so that no text need be compared."""
        found = list(runs(self.text))
        if len(found) != 1:
            return False
        run = found[0][1]
        return len(run) <= 2 if is_han(run[0]) else len(run) < LONGEST_RUN


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: all the terms, none of the excluded ones, within the filters.

    `filters` are (facet, value) pairs; `void` is true when something was typed of which nothing can be looked up, and
    such a query finds nothing; an empty query finds everything. ``ways`` are other wordings of the whole query (别的说法):
    who holds all terms of one of them is a hit too, below those who hold the words as they were typed.
    """

    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    void: bool = False
    ways: tuple[tuple[Term, ...], ...] = ()

    def grams(self) -> tuple[str, ...]:
        """Return all grams of the wanted terms, each once, in the order they were typed."""
        return tuple(dict.fromkeys(gram for term in self.terms for gram in term.grams()))


def parse(text: str, *, facets: Mapping[str, str] | None = None) -> Query:
    """Read what a reader typed; anything at all may be typed.

    `facets` are further names that may stand before a colon and the facet each means: 部门:民政局 is a filter.
    Findings (all notes): `search.cut` (length), `search.terms-cut` (most), `search.no-words`.
    """
    findings: list[Finding] = []
    if len(text) > LONGEST:
        findings.append(Finding("search.cut", Severity.NOTES, "q", {"length": LONGEST}))
        text = text[:LONGEST]
    wanted: dict[Term, None] = {}
    excluded: dict[Term, None] = {}
    filters: dict[tuple[str, str], None] = {}
    for minus, name, words in _pieces(text, facets or {}):
        if name in (facets or {}) and not minus and words.strip():
            filters[(facets or {})[name], words.strip()] = None
            continue
        term = Term(_edged(fold(words)), title_only=FIELDS.get(name) == TITLE)
        if term.text:
            (excluded if minus else wanted)[term] = None
    if len(wanted) + len(excluded) > MOST_TERMS:
        findings.append(Finding("search.terms-cut", Severity.NOTES, "q", {"most": MOST_TERMS}))
    kept = tuple(wanted)[:MOST_TERMS]
    void = bool(text.strip()) and not (wanted or excluded or filters)
    if void:
        findings.append(Finding("search.no-words", Severity.NOTES, "q"))
    return Query(kept, tuple(excluded)[: MOST_TERMS - len(kept)], tuple(filters), tuple(findings), void)


def _pieces(text: str, facets: Mapping[str, str]) -> Iterator[tuple[bool, str, str]]:
    """Yield (excluded, field name, words) of each part between blanks, quotes kept together."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        minus = text[at] in _MINUS
        at += minus
        name = ""
        if (found := _NAME.match(text, at)) and (
            found.group().casefold() in FIELDS or found.group() in facets
        ):
            name = found.group() if found.group() in facets else found.group().casefold()
            at = found.end() + 1
        if at < len(text) and text[at] in _OPENING:
            end = _closing(text, at)
            yield minus, name, text[at + 1 : end]
            at = end + 1
            continue
        end = at
        while end < len(text) and not text[end].isspace() and text[end] not in _OPENING:
            end += 1
        yield minus, name, text[at:end]
        at = end


def _closing(text: str, at: int) -> int:
    """Return where the quotation that opens at `at` ends; one that is never closed ends with the text."""
    wanted = _CLOSING if text[at] in '"“”„＂' else frozenset(_OPENING[text[at]])
    return next((place for place in range(at + 1, len(text)) if text[place] in wanted), len(text))


def _edged(folded: str) -> str:
    """Cut off what stands before the first and after the last run; punctuation inside a phrase stays."""
    found = list(runs(folded))
    return folded[found[0][0] : found[-1][0] + len(found[-1][1])] if found else ""


def holds(term: Term, title: str, text: str) -> bool:
    """Tell whether a term occurs in a folded title or, unless it is for titles only, in the folded text."""
    return occurs(term.text, title) >= 0 or (not term.title_only and occurs(term.text, text) >= 0)


def matches(query: Query, title: str, text: str) -> bool:
    """Tell whether a document is a hit, by comparing its words with the query: the meaning every engine must keep.

    Filters are about facets, not words: they are not looked at here.
    """
    title, text = fold(title), fold(text)
    return (
        not query.void
        and any(all(holds(term, title, text) for term in way) for way in (query.terms, *query.ways))
        and not any(holds(term, title, text) for term in query.excluded)
    )
