"""Turns values into plain ones (text, numbers, lists, mappings) and back, as the database and the API keep them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")

#: Marks a field that came after values were stored: ``field(default=..., metadata=LATER)`` is left out of the plain form
#: while it stands at its default, so that what was stored before the field existed keeps its digest.
LATER = {"later": True}


@cache
def shape(kind: Any) -> dict[str, Any]:
    """Return the fields of a value class in their order, each with its type."""
    return get_type_hints(kind)


@cache
def defaults(kind: Any) -> dict[str, Any]:
    """Return the fields of a value class that need not be given, each with what then stands there."""
    if hasattr(kind, "_field_defaults"):
        return dict(kind._field_defaults)
    return {
        part.name: part.default
        for part in dataclasses.fields(kind)
        if part.default is not dataclasses.MISSING
    }


@cache
def arms(hint: Any) -> tuple[Any, ...]:
    """Return the types of which a value may be one, a single one for anything but a union; nothing is left out."""
    if get_origin(hint) not in (UnionType, Union):
        return (hint,)
    return tuple(arm for arm in get_args(hint) if arm is not NoneType)


def optional(hint: Any) -> Any | None:
    """Return ``X`` when the type reads ``X | None``, otherwise nothing."""
    rest = arms(hint)
    return rest[0] if len(rest) == 1 and rest[0] != hint else None


def composed(hint: Any) -> bool:
    """Say whether the type is a value class with named fields (a dataclass or a named tuple)."""
    return isinstance(hint, type) and (dataclasses.is_dataclass(hint) or hasattr(hint, "_fields"))


def as_plain(value: Any) -> Any:
    """Return the value as text, numbers, lists and mappings; dates become ISO text, sets become sorted lists."""
    kind: Any = type(value)
    return value if kind is str else _writer(kind)(value)


@cache
def _writer(kind: Any) -> Callable[[Any], Any]:
    """Return what writes a type in its plain form; composed once for each type."""
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, date):
        return lambda value: value.isoformat()
    if issubclass(kind, frozenset):
        return lambda value: sorted(map(as_plain, value))
    if composed(kind):
        return _parts(kind)
    if issubclass(kind, tuple):
        return lambda value: list(map(as_plain, value))
    return lambda value: value


def _parts(kind: Any) -> Callable[[Any], dict[str, Any]]:
    names, omitted = tuple(shape(kind)), _omitted(kind)

    def write(value: Any) -> dict[str, Any]:
        plain = {}
        for name in names:
            part = getattr(value, name)
            if name not in omitted or part != omitted[name]:
                plain[name] = as_plain(part)
        return plain

    return write


@cache
def _omitted(kind: Any) -> dict[str, Any]:
    if not dataclasses.is_dataclass(kind):
        return {}
    return {part.name: part.default for part in dataclasses.fields(kind) if part.metadata == LATER}


def from_plain(hint: Any, plain: Any) -> Any:
    """Build a value of the given type; ``ValueError`` says that the plain form was never one of ours."""
    return _reader(hint)(plain)


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    """Return what reads the plain form of a type; composed once for each type."""
    if get_origin(hint) in (UnionType, Union):
        return _union(hint)
    if get_origin(hint) in (tuple, frozenset):
        return _sequence(get_origin(hint), get_args(hint)[0])
    if composed(hint):
        return _mapping(hint)
    if hint is date:
        return date.fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return _exact(hint)


def _exact(hint: Any) -> Callable[[Any], Any]:
    def read(plain: Any) -> Any:
        if type(plain) is not hint:
            raise ValueError(f"not {hint.__name__}: {plain!r}")
        return plain

    return read


def _sequence(maker: Any, part: Any) -> Callable[[Any], Any]:
    def read(plain: Any) -> Any:
        if not isinstance(plain, list | tuple):
            raise ValueError(f"not a list: {plain!r}")
        return maker(map(_reader(part), plain))

    return read


def _mapping(kind: Any) -> Callable[[Any], Any]:
    required = frozenset(shape(kind)) - frozenset(defaults(kind))

    def read(plain: Any) -> Any:
        if not isinstance(plain, Mapping):
            raise ValueError(f"{kind.__name__}: not a mapping: {plain!r}")
        readers = _readers(kind)
        unknown = plain.keys() - readers.keys()
        if unknown:
            raise ValueError(f"{kind.__name__}: unknown fields {sorted(unknown)}")
        missing = required - plain.keys()
        if missing:
            raise ValueError(f"{kind.__name__}: missing fields {sorted(missing)}")
        return kind(**{name: readers[name](part) for name, part in plain.items()})

    return read


@cache
def _readers(kind: Any) -> dict[str, Callable[[Any], Any]]:
    return {name: _reader(hint) for name, hint in shape(kind).items()}


def _union(hint: Any) -> Callable[[Any], Any]:
    """Read one of several: nothing, a mapping by its field names, anything else by the one arm that is no class."""
    allows_nothing = NoneType in get_args(hint)
    classes = [(arm, frozenset(shape(arm)) - frozenset(defaults(arm))) for arm in arms(hint) if composed(arm)]
    others = [arm for arm in arms(hint) if not composed(arm)]

    def read(plain: Any) -> Any:
        if plain is None and allows_nothing:
            return None
        if isinstance(plain, Mapping):
            for arm, required in classes:
                if required <= plain.keys() <= shape(arm).keys():
                    return _reader(arm)(plain)
        elif others:
            return _reader(others[0])(plain)
        raise ValueError(f"not {hint}: {plain!r}")

    return read
