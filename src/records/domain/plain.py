"""Turns values into plain ones (text, numbers, lists, mappings) and back, as the database and the API keep them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


@cache
def shape(kind: Any) -> dict[str, Any]:
    """Return the fields of a value class in their order, each with its type."""
    return get_type_hints(kind)


def optional(hint: Any) -> Any | None:
    """Return ``X`` when the type reads ``X | None``, otherwise nothing."""
    if get_origin(hint) not in (UnionType, Union):
        return None
    rest = [arm for arm in get_args(hint) if arm is not type(None)]
    return rest[0] if len(rest) == 1 else None


def composed(hint: Any) -> bool:
    """Say whether the type is a value class with named fields (a dataclass or a named tuple)."""
    return isinstance(hint, type) and (dataclasses.is_dataclass(hint) or hasattr(hint, "_fields"))


def as_plain(value: Any) -> Any:
    """Return the value as text, numbers, lists and mappings; dates become ISO text, sets become sorted lists."""
    match value:
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(as_plain(part) for part in value)
        case _ if composed(type(value)):
            return {name: as_plain(getattr(value, name)) for name in shape(value.__class__)}
        case tuple():
            return [as_plain(part) for part in value]
        case _:
            return value


def from_plain(hint: Any, plain: Any) -> Any:
    """Build a value of the given type; ``ValueError`` says that the plain form was never one of ours."""
    inner = optional(hint)
    if inner is not None:
        return None if plain is None else from_plain(inner, plain)
    if get_origin(hint) in (tuple, frozenset):
        return get_origin(hint)(from_plain(get_args(hint)[0], part) for part in plain)
    if composed(hint):
        if not isinstance(plain, Mapping):
            raise ValueError(f"{hint.__name__}: not a mapping: {plain!r}")
        fields = shape(hint)
        unknown = set(plain) - set(fields)
        if unknown:
            raise ValueError(f"{hint.__name__}: unknown fields {sorted(unknown)}")
        return hint(**{name: from_plain(fields[name], part) for name, part in plain.items()})
    if hint is date:
        return date.fromisoformat(plain)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(plain)
    if type(plain) is not hint:
        raise ValueError(f"not {hint.__name__}: {plain!r}")
    return plain
