"""Values of records as JSON that brings them back as they were (记录值): days, instants, tuples and bytes keep their kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from records.db import SmallOOBTree
from records.resources.dispositions import Choices

PARTS = {"Choices": Choices}
"""Parts of records that have attributes of their own, by the name of their class."""
PASSING = frozenset({"remains", "subjects", "people"})
"""What a part only holds until its work is done; it names what is about to be destroyed and is never copied."""


def typed(value: object) -> object:
    """Return a value as JSON has it, with a mark where JSON has no such kind; TypeError for what no record holds."""
    match value:
        case datetime():
            return {"@at": value.astimezone(UTC).isoformat()}
        case date():
            return {"@day": value.isoformat()}
        case bytes():
            return {"@bytes": value.hex()}
        case tuple():
            return {"@tuple": [typed(each) for each in value]}
        case list():
            return [typed(each) for each in value]
        case Mapping():
            return {"@map": [[typed(key), typed(each)] for key, each in value.items()]}
        case bool() | int() | float() | None:
            return value
        case str():
            return str(value)
        case SmallOOBTree():
            return {"@tree": [[typed(key), typed(each)] for key, each in value.items()]}
        case _:
            value._p_activate()
            held = {name: typed(each) for name, each in sorted(vars(value).items()) if name not in PASSING}
            return {"@part": [type(value).__name__, held]}


def untyped(value: object) -> object:
    """Return the value that ``typed`` wrote down."""
    if isinstance(value, list):
        return [untyped(each) for each in value]
    if not isinstance(value, dict):
        return value
    (mark, held), *_ = value.items()
    match mark:
        case "@at":
            return datetime.fromisoformat(held)
        case "@day":
            return date.fromisoformat(held)
        case "@bytes":
            return bytes.fromhex(held)
        case "@tuple":
            return tuple(untyped(each) for each in held)
        case "@map":
            return {untyped(key): untyped(each) for key, each in held}
        case "@tree":
            return SmallOOBTree({untyped(key): untyped(each) for key, each in held})
        case "@part":
            part = PARTS[held[0]]()
            for name, each in held[1].items():
                setattr(part, name, untyped(each))
            return part
        case _:
            return {name: untyped(each) for name, each in value.items()}
