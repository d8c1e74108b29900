"""What a form of the guide editor brings (表单内容), and its rows added, removed and moved without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from records.domain.conditions import Condition
from records.domain.guide_parts import Guide, Handbook
from records.domain.plain import optional, shape

from .guide_conditions import condition_in
from .guide_sections import KEYED, Section, asked, hint_of
from .guide_writing import MOST_ROWS, ROW, Typed, composed, empty, is_handbook


def section_in(section: Section, post: Any) -> dict[str, Typed]:
    """Return what a form of a section brings."""
    hints = shape(Guide)
    return {name: typed_in(hints[name], post, name, only=section.only.get(name)) for name in section.fields}


def typed_in(hint: Any, post: Any, path: str, *, only: tuple[str, ...] | None = None) -> Typed:
    """Return what a form brings for a value; ``post`` is a multi-mapping of names such as ``lines.2.name``."""
    inner = optional(hint)
    if inner is not None and hint != Condition:
        hint = inner
    if hint == Condition:
        return condition_in(post, path)
    if is_handbook(hint):
        hint = Handbook
    if composed(hint):
        hints = shape(hint)
        typed = {name: typed_in(hints[name], post, f"{path}.{name}".strip(".")) for name in asked(hint, only)}
        return {ROW: _key(post, path), **typed} if hint in KEYED else typed
    if get_origin(hint) in (tuple, frozenset) and get_args(hint)[0] is not str:
        part = get_args(hint)[0]
        if not composed(part):
            return sorted(post.getall(path))
        tokens = [token for token in post.getall(path) if token.isdecimal()][: MOST_ROWS + 1]
        return [typed_in(part, post, f"{path}.{token}", only=only) for token in tokens]
    value = post.get(path, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _key(post: Any, path: str) -> str:
    return post.get(f"{path}.{ROW}", "")[:200]


def move(
    typed: Mapping[str, Typed], act: str, *, only: Mapping[str, tuple[str, ...]], root: str = ""
) -> tuple[dict[str, Typed], str]:
    """Return what was typed after a row was added, removed or moved, and the path of the row to go on with.

    ``act`` is ``add PATH``, ``remove PATH N``, ``up PATH N`` or ``down PATH N``; anything else changes nothing.
    ``root`` is the path below which ``typed`` stands.
    """
    changed = _copied(typed)
    verb, _space, rest = act.partition(" ")
    path, _space, number = rest.partition(" ")
    parts = path.removeprefix(f"{root}.").split(".") if root else path.split(".")
    rows: Any = changed
    for part in parts:
        if isinstance(rows, list) and part.isdecimal() and int(part) < len(rows):
            rows = rows[int(part)]
        elif isinstance(rows, dict) and part in rows:
            rows = rows[part]
        else:
            return changed, ""
    if not isinstance(rows, list):
        return changed, ""
    at = int(number) if number.isdecimal() else len(rows) - 1
    if verb == "add" and len(rows) < MOST_ROWS:
        at = int(number) + 1 if number.isdecimal() else len(rows)
        kind = hint_of(path.split("."))
        rows.insert(at, empty(kind, only=only.get(path), key=_new_key(rows, path)))
    elif verb == "remove" and at < len(rows):
        del rows[at]
        at = min(at, len(rows) - 1)
    elif verb == "up" and 0 < at < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
        at -= 1
    elif verb == "down" and at < len(rows) - 1:
        rows[at + 1], rows[at] = rows[at], rows[at + 1]
        at += 1
    return changed, f"{path}.{at}" if at >= 0 else path


def _new_key(rows: Sequence[Mapping[str, Typed]], path: str) -> str:
    name = {"lines": "line", "situations": "question", "checks": "check"}.get(path, "option")
    taken = {row.get(ROW) for row in rows}
    return next(key for key in (f"{name}-{at}" for at in range(1, MOST_ROWS + 2)) if key not in taken)


def _copied(typed: Typed) -> Typed:
    if isinstance(typed, Mapping):
        return {name: _copied(part) for name, part in typed.items()}
    return [_copied(part) for part in typed] if isinstance(typed, list) else typed
