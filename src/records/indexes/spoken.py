"""How Chinese is typed by its sound or in the old script (拼音、繁体): the one door to both tables of characters."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

# Both libraries read tables of half a second; they are imported when somebody first types, not at each start.


@cache
def _simplifying() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=32_768)
def syllables(text: str) -> tuple[str, ...]:
    """Return the sound of each character of a Chinese run without tones (拼音); an unknown one sounds like itself."""
    from pypinyin import lazy_pinyin

    found = lazy_pinyin(text, errors=list, v_to_u=False)
    return tuple(found) if len(found) == len(text) else tuple(lazy_pinyin(sign)[0] for sign in text)


@lru_cache(maxsize=4096)
def initials(text: str) -> str:
    """Return the first letters of a text's sounds (拼音首字母): 食品经营 gives spjy."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors="ignore")).lower()


@lru_cache(maxsize=4096)
def simplified(text: str) -> str:
    """Return a text in simplified characters (繁转简)."""
    return _simplifying().convert(text)
