"""How Chinese text becomes something one can look up (分词与折叠).

Two writings of one word must meet: full width and half, capital and small, 〔2023〕 and [2023], ○ and 〇. `fold`
brings them together; what is stored and shown is never folded. `terms` then cuts folded text into overlapping pairs
of Chinese characters, so that no dictionary decides what a word is, and leaves Latin and digit runs whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

HAN = (
    "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\ufa0e\ufa0f\ufa11\ufa13\ufa14\ufa1f\ufa21\ufa23\ufa24\ufa27-\ufa29"
    "\U00020000-\U0003ffff"
)
"""The characters that are cut into pairs, as the inside of a regular expression's class."""

LONGEST_RUN = 64
"""A Latin or digit run is kept in an index by at most this many characters; what is longer is compared on the text."""

_RUNS = re.compile(rf"[{HAN}]+|(?:(?![{HAN}])[^\W_])+")
_BLANKS = re.compile(r"[ \n]+")
_LINE_BREAK = re.compile(r" *\n")
_IS_HAN = re.compile(rf"[{HAN}]")

_VARIANTS: Mapping[str, str] = {
    **dict.fromkeys("[〔［【⁅﹝", "("),
    **dict.fromkeys("]〕］】⁆﹞", ")"),
    **dict.fromkeys("·•‧∙⋅・･ㆍ᛫●", "·"),
    **dict.fromkeys("○◯⭕", "〇"),
    **dict.fromkeys("-‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys("“”„‟＂", '"'),
    **dict.fromkeys("‘’‚‛＇", "'"),
    **dict.fromkeys("~∼～〜", "~"),
    "\r": " ",
    **dict.fromkeys("\u2028\u2029\x0b\x0c\x85", "\n"),
}
_UNSEEN = re.compile(r"[\u00ad\u034f\ud800-\udfff\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
                     r"\U000e0000-\U000e0fff\x00-\x08\x0e-\x1f\x7f]")  # fmt: skip


class _Folding(dict[int, str]):
    """Each character's folded form, worked out when first met."""

    def __missing__(self, codepoint: int) -> str:
        self[codepoint] = folded = "".join(
            map(_fold_character, unicodedata.normalize("NFKC", chr(codepoint)))
        )
        return folded


def _fold_character(char: str) -> str:
    if char in _VARIANTS:
        return _VARIANTS[char]
    if _UNSEEN.match(char):
        return ""
    if char != "\n" and char.isspace():
        return " "
    plain = unicodedata.normalize("NFKC", char.casefold())
    return "".join(_VARIANTS.get(part, part) for part in plain)


_FOLDING = _Folding()


def _stands_for(blank: re.Match[str]) -> str:
    """Return what stands for a stretch of blanks: nothing where a paper only broke the line inside a sentence."""
    text, start, end = blank.string, blank.start(), blank.end()
    inside = start > 0 and end < len(text) and is_han(text[start - 1]) and is_han(text[end])
    return "" if inside and _LINE_BREAK.fullmatch(blank.group()) else " "


def fold(text: str) -> str:
    """Return text as it is compared (折叠): one form for each of its writings; folding twice changes nothing.

    NFKC character by character, small letters, one kind of bracket, dot, dash, quote and zero; invisible characters
    go; blanks become one space, and a line break between two Chinese characters is no break at all.
    """
    return _BLANKS.sub(_stands_for, text.translate(_FOLDING))


def fold_map(text: str) -> tuple[str, tuple[int, ...]]:
    """Return folded text and, for each of its characters, the place in the original it comes from.

    The offsets have one entry more than the folded text: the length of the original.
    """
    pieces: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        piece = _FOLDING[ord(char)]
        pieces.append(piece)
        places.extend([place] * len(piece))
    spread = "".join(pieces)
    offsets: list[int] = []
    parts: list[str] = []
    end = 0
    for blank in _BLANKS.finditer(spread):
        parts.append(spread[end : blank.start()])
        offsets.extend(places[end : blank.start()])
        stands = _stands_for(blank)
        parts.append(stands)
        offsets.extend(places[blank.start() : blank.start() + len(stands)])
        end = blank.end()
    parts.append(spread[end:])
    offsets.extend(places[end:])
    offsets.append(len(text))
    return "".join(parts), tuple(offsets)


def runs(folded: str) -> Iterator[tuple[int, str]]:
    """Yield the place and text of each unbroken run of Chinese characters, or of letters and digits."""
    for run in _RUNS.finditer(folded):
        yield run.start(), run.group()


def is_han(char: str) -> bool:
    """Tell whether a character is cut into pairs (汉字)."""
    return _IS_HAN.match(char) is not None


def terms(folded: str) -> Iterator[tuple[int, str]]:
    """Yield the place and text of everything folded text can be looked up by.

    Chinese runs give overlapping pairs and, last, their final character alone: so one character is found by the pairs
    that begin with it. Other runs stand whole, up to `LONGEST_RUN` characters.
    """
    for place, run in runs(folded):
        if is_han(run[0]):
            for step in range(len(run) - 1):
                yield place + step, run[step : step + 2]
            yield place + len(run) - 1, run[-1]
        else:
            yield place, run[:LONGEST_RUN]


def occurs(needle: str, folded: str, start: int = 0) -> int:
    """Return where a folded term first stands in folded text from `start` on, or -1.

    Chinese characters match anywhere; a Latin or digit run only as a whole, so 15号 is not found by 5号.
    """
    if not needle:
        return -1
    first, last = needle[0], needle[-1]
    whole_left, whole_right = _in_whole_run(first), _in_whole_run(last)
    size = len(needle)
    at = folded.find(needle, start)
    while at >= 0:
        cut_left = whole_left and at > 0 and _in_whole_run(folded[at - 1])
        after = folded[at + size : at + size + 1]
        if not cut_left and not (whole_right and after and _in_whole_run(after)):
            return at
        at = folded.find(needle, at + 1)
    return -1


def _in_whole_run(char: str) -> bool:
    return char.isalnum() and not is_han(char)
