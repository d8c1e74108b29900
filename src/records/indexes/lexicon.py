"""The words one may look for (词汇): what the titles of published guides and the everyday phrases are made of.

Made from what a reader may see and from nothing else, so that no suggestion betrays a hidden title. It answers three
questions: which words are typed by these letters, which word was meant by one that has a slip, which titles are near.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from .spoken import syllables
from .words import is_han, runs

MOST = 6
"""Words that one string of letters may stand for."""
SHORTEST_MENDED = 3
"""Characters of a word in which a slip is looked for; in shorter ones everything is one slip away."""
LONGEST_MENDED = 24
SHORTEST_WRONG = 4
"""Characters of a word in which one may be wrong that does not even sound alike; 开药店 is no slip of 开网店."""
BREAK = "\n"


class Lexicon:
    """The words of one state of the index (词汇表): ``titles`` by key, and phrases that belong to no title."""

    def __init__(self, titles: Iterable[tuple[int, str]], phrases: Iterable[str] = ()) -> None:
        self.titles = dict(titles)
        texts = (*self.titles.values(), *phrases)
        self._runs = tuple(run for text in texts for _, run in runs(text) if is_han(run[0]))
        self._text = BREAK.join(self._runs)

    @cached_property
    def _sounds(self) -> tuple[str, str, array[int]]:
        """Initials and full sounds of all words as two texts, and where each character begins in the second."""
        first: list[str] = []
        full: list[str] = []
        starts = array("I")
        at = 0
        for number, run in enumerate(self._runs):
            for sound in (*((BREAK,) if number else ()), *syllables(run)):
                starts.append(at)
                first.append(sound[0])
                full.append(sound)
                at += len(sound)
        return "".join(first), "".join(full), starts

    def spelled(self, letters: str) -> tuple[str, ...]:
        """Return the words that these letters stand for (拼音全拼或者首字母), the commonest first, two characters at least."""
        if len(letters) < 2:
            return ()
        first, full, starts = self._sounds
        by_sound = Counter(
            self._text[begin:end] for begin, end in self._heard(letters, full, starts) if end - begin > 1
        )
        if by_sound:
            return _commonest(by_sound)
        return _commonest(Counter(self._text[at : at + len(letters)] for at in _places(letters, first)))

    def _heard(self, letters: str, full: str, starts: array[int]) -> Iterator[tuple[int, int]]:
        for at in _places(letters, full):
            begin = bisect_left(starts, at)
            if begin < len(starts) and starts[begin] == at:
                yield begin, bisect_right(starts, at + len(letters) - 1)

    def mended(self, word: str) -> tuple[str, ...]:
        """Return what a word with one slip was meant to be: same sound, two signs exchanged, one wrong, missing or extra.

        Only words that occur, the commonest first within the most likely kind of slip; nothing when the word itself occurs.
        """
        if (
            not SHORTEST_MENDED <= len(word) <= LONGEST_MENDED
            or not all(map(is_han, word))
            or word in self._text
        ):
            return ()
        for slips in (self._homophones, self._exchanged, self._one_wrong, self._one_missing, self._one_extra):
            found = Counter(slips(word))
            if found:
                return _commonest(found)
        return ()

    def _homophones(self, word: str) -> Iterator[str]:
        _, full, starts = self._sounds
        for begin, end in self._heard("".join(syllables(word)), full, starts):
            found = self._text[begin:end]
            if syllables(found) == syllables(word):
                yield found

    def _exchanged(self, word: str) -> Iterator[str]:
        for at in range(len(word) - 1):
            yield from self._occurring(word[:at] + word[at + 1] + word[at] + word[at + 2 :])

    def _one_extra(self, word: str) -> Iterator[str]:
        for at in range(len(word)):
            yield from self._occurring(word[:at] + word[at + 1 :])

    def _occurring(self, word: str) -> Iterator[str]:
        yield from (word for _ in range(self._text.count(word)))

    def _one_wrong(self, word: str) -> Iterator[str]:
        for at in range(len(word)) if len(word) >= SHORTEST_WRONG else ():
            yield from re.findall(f"{word[:at]}.{word[at + 1 :]}", self._text)

    def _one_missing(self, word: str) -> Iterator[str]:
        for at in range(1, len(word)):
            yield from re.findall(f"{word[:at]}.{word[at:]}", self._text)

    def in_a_title(self, phrase: str) -> bool:
        """Tell whether a title holds this phrase."""
        return any(phrase in title for title in self.titles.values())

    def nearest(self, words: Iterable[str], count: int) -> tuple[int, ...]:
        """Return the keys of the titles that share the most characters with some words, one shared pair counting for two."""
        signs = {sign for word in words for sign in word if is_han(sign)}
        pairs = {word[at : at + 2] for word in words for at in range(len(word) - 1)}
        scored = (
            (len(signs.intersection(title)) + 2 * sum(pair in title for pair in pairs), key)
            for key, title in self.titles.items()
        )
        best = sorted((each for each in scored if each[0] > 1), key=lambda each: (-each[0], -each[1]))
        return tuple(key for _, key in best[:count])


def _places(part: str, whole: str) -> Iterator[int]:
    at = whole.find(part)
    while at >= 0:
        yield at
        at = whole.find(part, at + 1)


def _commonest(found: Counter[str]) -> tuple[str, ...]:
    words = (word for word in found if BREAK not in word)
    return tuple(sorted(words, key=lambda word: (-found[word], len(word), word))[:MOST])
