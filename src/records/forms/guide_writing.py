"""What an editor types into a guide (录入) and the guide that it makes: back and forth, losing nothing.

What is typed is plain: text for a field, a list of values for several ticks, a list of rows for a list, a mapping for
a value with fields. A field that is typed as it stood keeps its stored value to the last blank.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any, get_args, get_origin

from records.domain import plain
from records.domain.conditions import Condition
from records.domain.findings import Finding
from records.domain.guide_parts import Guide, Handbook, Line
from records.domain.periods import UNSAID, Period
from records.domain.plain import arms, defaults, optional, shape
from records.domain.vocabulary import Grade, Necessity
from records.domain.wording import LONGEST

from .guide_conditions import condition_read, condition_typed
from .guide_sections import KEYED, Section, asked, label_of
from .types import _FORBIDDEN

MATERIALS = {("lines", "material"), ("result", "material")}

MOST_ROWS = 200
"""Rows of one list."""

ROW = "@"
"""Under this name a row carries the key by which it is known again."""

Typed = Any


def composed(hint: Any) -> bool:
    """Tell whether a value is typed field by field; a period is one word."""
    return hint is not Period and plain.composed(hint)


@dataclass(slots=True)
class Reading:
    """One reading of what was typed: how a standard material is found by its name, and what is wrong."""

    material_named: Callable[[str], str] = str
    findings: list[Finding] = field(default_factory=list)

    def fault(self, code: str, path: str, **params: str | int) -> None:
        """Add a finding about a field."""
        self.findings.append(Finding(code, subject=path, params={"field": label_of(path), **params}))


def shown(hint: Any, value: Any, *, only: tuple[str, ...] | None = None) -> Typed:
    """Return a value as it is typed; ``only`` narrows the fields of a row or mapping."""
    inner = optional(hint)
    if inner is not None and hint != Condition:
        hint = inner
        if value is None:
            return _nothing(hint)
        if hint is bool:
            return "yes" if value else "no"
    if hint == Condition:
        return condition_typed(value)
    if is_handbook(hint):
        value = value if isinstance(value, Handbook) else Handbook((value,) if value else ())
        hint = Handbook
    if composed(hint):
        hints = shape(hint)
        typed = {name: shown(hints[name], getattr(value, name)) for name in asked(hint, only)}
        return {ROW: getattr(value, KEYED[hint]), **typed} if hint in KEYED else typed
    if get_origin(hint) in (tuple, frozenset):
        part = get_args(hint)[0]
        if composed(part):
            return [shown(part, each, only=only) for each in value]
        if part is str:
            return "\n".join(each.replace("\n", "\n    ") for each in value)
        return sorted(str(each.value) for each in value)
    return _shown_single(value)


def _shown_single(value: Any) -> str:
    if isinstance(value, Period):
        return value.label
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _nothing(hint: Any) -> Typed:
    """Return how a value is typed that is not there at all."""
    return empty(hint) if composed(hint) else ""


def empty(hint: Any, *, only: tuple[str, ...] | None = None, key: str = "") -> Typed:
    """Return how a new value is typed: every field empty, closed lists at their most frequent word."""
    if optional(hint) is not None and hint != Condition:
        return _nothing(optional(hint))
    if is_handbook(hint):
        hint = Handbook
    if hint is Period or hint is date:
        return ""
    if composed(hint):
        hints = shape(hint)
        typed = {name: _FIRST.get((hint, name)) or empty(hints[name]) for name in asked(hint, only)}
        return {ROW: key, **typed} if hint in KEYED else typed
    return shown(hint, _zero(hint))


_FIRST: Mapping[tuple[type, str], Typed] = {
    (Line, "originals"): "1", (Line, "grades"): ["D"], (Line, "form"): "either", (Line, "necessity"): "required",
}  # fmt: skip


def _zero(hint: Any) -> Any:
    """Return the value that stands where nothing was said."""
    if hint == Condition or is_handbook(hint):
        return ""
    if optional(hint) is not None:
        return None
    if get_origin(hint) in (tuple, frozenset):
        return get_origin(hint)()
    if hint is Period:
        return UNSAID
    if composed(hint):
        hints, given = shape(hint), defaults(hint)
        values = {name: _zero(hints[name]) for name in hints if name not in given}
        return hint(**values)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    return hint() if hint is not date else None


def new_guide(**known: Any) -> Guide:
    """Return a guide of which only the named fields are filled in (新指南)."""
    return replace(_zero(Guide), **known)


def read(hint: Any, typed: Typed, base: Any, path: str, reading: Reading) -> Any:
    """Return the value that was typed; what cannot be read is reported and keeps what stood there."""
    if base is not None and typed == _as_shown(hint, base, typed):
        return base
    inner = optional(hint)
    if inner is not None and hint != Condition:
        value = None if _blank(typed) else read(inner, typed, base, path, reading)
        return base if value is None and not _blank(typed) else value
    if hint == Condition:
        return condition_read(typed, base if base is not None else "")
    if is_handbook(hint):
        return _composed(Handbook, typed, None, path, reading)
    if composed(hint):
        return _composed(hint, typed, base, path, reading)
    if get_origin(hint) in (tuple, frozenset):
        return _several(hint, typed, base, path, reading)
    return _leaf(hint, typed, base, path, reading)


def _leaf(hint: Any, typed: str, base: Any, path: str, reading: Reading) -> Any:
    """Return a single word, number, day or text."""
    if hint is str:
        return _text(typed, base, path, reading)
    if hint is bool:
        return typed in ("yes", "true", "是")
    if isinstance(hint, type) and issubclass(hint, Enum):
        wanted = "、".join(getattr(term, "label", str(term)) for term in hint)
        return _scalar(hint, typed, next(iter(hint)) if base is None else base, path, reading, wanted)
    unsaid, make, wanted = _SINGLE[hint]
    if not typed.strip() and hint is not date:
        return unsaid
    return _scalar(make, typed, unsaid if base is None else base, path, reading, wanted)


def _as_shown(hint: Any, base: Any, typed: Typed) -> Typed:
    """Return how the stored value is typed, narrowed to the fields that this page asks."""
    kind = optional(hint) or hint
    only = None
    if isinstance(typed, Mapping) and hint != Condition:
        only = tuple(name for name in typed if name != ROW)
    elif get_origin(kind) is tuple and isinstance(typed, list) and typed and isinstance(typed[0], Mapping):
        only = tuple(name for name in typed[0] if name != ROW)
    return shown(hint, base, only=only)


def _composed(kind: Any, typed: Mapping[str, Typed], base: Any, path: str, reading: Reading) -> Any:
    hints, given = shape(kind), defaults(kind)
    values = {}
    for name, hint in hints.items():
        before = getattr(base, name) if base is not None else given.get(name, None)
        if name in typed:
            values[name] = read(hint, typed[name], before, f"{path}.{name}".strip("."), reading)
        elif kind in KEYED and name == KEYED[kind]:
            values[name] = before or typed.get(ROW, "")
        elif base is not None or name in given:
            values[name] = before
        else:
            values[name] = _first_value(kind, name, hint)
        if values[name] is None and optional(hint) is None and hint != Condition:
            return None
    return kind(**values)


def _first_value(kind: Any, name: str, hint: Any) -> Any:
    """Return what a new row says in a field that this page does not ask."""
    if (kind, name) == (Line, "grades"):
        return frozenset({Grade.D})
    return _zero(hint)


def _several(hint: Any, typed: Typed, base: Any, path: str, reading: Reading) -> Any:
    part, make = get_args(hint)[0], get_origin(hint)
    if part is str:
        return tuple(_lines(_text(typed, "\n".join(base or ()), path, reading)))
    if not composed(part):
        values = {str(each.value): each for each in part}
        return make(values[each] for each in values if each in typed)
    if len(typed) > MOST_ROWS:
        reading.fault("guide.rows-too-many", path, limit=MOST_ROWS)
        return base if base is not None else make()
    rows = []
    for at, row in enumerate(typed):
        value = read(part, row, _stood(part, row, at, base or ()), f"{path}.{at}", reading)
        if value is not None:
            rows.append(value)
    return make(rows)


def _stood(part: Any, row: Mapping[str, Typed], at: int, base: Sequence[Any]) -> Any:
    """Return the stored row that a typed one was: by its key, else one that says the same, else the one at its place."""
    if part in KEYED:
        return next((each for each in base if getattr(each, KEYED[part]) == row.get(ROW)), None)
    same = next((each for each in base if shown(part, each) == row), None)
    return same if same is not None else (base[at] if at < len(base) else None)


def _scalar(
    make: Callable[[str], Any], typed: str, base: Any, path: str, reading: Reading, wanted: str
) -> Any:
    try:
        return make(unicodedata.normalize("NFKC", typed).strip())
    except ValueError:
        reading.fault("guide.field-unreadable", path, typed=typed.strip()[:40], wanted=wanted)
        return base


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise ValueError(text)
    return int(text)


_SINGLE: Mapping[type, tuple[Any, Callable[[str], Any], str]] = {
    int: (0, _number, "0、1、2"),
    Period: (UNSAID, Period.parse, "20个工作日、60日、6个月、当场"),
    date: (None, date.fromisoformat, "2026-11-21"),
}


def _text(typed: str, base: Any, path: str, reading: Reading) -> str:
    kept = base if isinstance(base, str) else ""
    if len(typed) > LONGEST:
        reading.fault("guide.field-too-long", path, longest=LONGEST, length=len(typed))
        return kept
    if _FORBIDDEN.search(typed):
        reading.fault("guide.field-unreadable", path, typed="", wanted="没有隐藏控制字符的文字")
        return kept
    text = unicodedata.normalize("NFC", typed).strip()
    parts = path.split(".")
    return reading.material_named(text) if text and (parts[0], parts[-1]) in MATERIALS else text


def _lines(text: str) -> list[str]:
    """Return the items of a list that is typed one a line; what is indented goes on with the item before."""
    items: list[str] = []
    for line in text.split("\n"):
        if line.startswith(("    ", "\t")) and items:
            items[-1] += "\n" + line.strip()
        elif line.strip():
            items.append(line.strip())
    return items


def _blank(typed: Typed) -> bool:
    """Tell whether nothing was typed: every text empty, nothing ticked, no row; a choice alone says nothing."""
    if isinstance(typed, Mapping):
        return all(_blank(part) for name, part in typed.items() if name not in (ROW, "level"))
    return not typed.strip() if isinstance(typed, str) else not typed


def is_handbook(hint: Any) -> bool:
    """Tell whether a field holds the internal half of a line, in either of its two shapes."""
    return hint != Condition and len(arms(hint)) > 1


def section_typed(section: Section, guide: Guide) -> dict[str, Typed]:
    """Return the fields of a section as they are typed."""
    hints = shape(Guide)
    return {
        name: shown(hints[name], getattr(guide, name), only=section.only.get(name)) for name in section.fields
    }


def section_read(section: Section, typed: Mapping[str, Typed], guide: Guide, reading: Reading) -> Guide:
    """Return the guide with the fields of a section as they were typed; lines are numbered in their new order."""
    hints = shape(Guide)
    values = {}
    for name in section.fields:
        values[name] = read(hints[name], typed[name], getattr(guide, name), name, reading)
    if [line.id for line in values.get("lines", guide.lines)] != [line.id for line in guide.lines]:
        values["lines"] = tuple(replace(line, position=at + 1) for at, line in enumerate(values["lines"]))
    return replace(guide, **values)


def line_read(typed: Mapping[str, Typed], guide: Guide, at: int, reading: Reading) -> Guide:
    """Return the guide with one line of its materials as it was typed."""
    line = read(Line, typed, guide.lines[at], f"lines.{at}", reading)
    if line.condition and line.necessity is Necessity.REQUIRED:
        line = replace(line, necessity=Necessity.CONDITIONAL)
    return replace(guide, lines=(*guide.lines[:at], line, *guide.lines[at + 1 :]))
