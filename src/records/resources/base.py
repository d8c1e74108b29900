"""The two shapes everything in the tree has: a record, and a folder of records.

Attributes hold immutable plain values (text, numbers, dates, tuples) or persistent objects; every attribute has a
default at class level, so that an old object read by new code still answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import ClassVar

from pyramid.authorization import Allow

from records.db import SmallOOBTree
from records.rules.permissions import matrix
from records.shorthand import Terse


@lru_cache(maxsize=4096)
def access_list(unit: str, state: str) -> tuple[tuple[str, str, str], ...]:
    """Return what the permission matrix allows on a thing of a unit in a state; the rest is denied."""
    return tuple(
        (Allow, principal, permission) for principal, permission in matrix().allowed(unit=unit, state=state)
    )


class Resource(Terse):
    """Anything with a place in the tree: a name and what it lies in."""

    __name__ = ""
    __parent__ = None

    def __acl__(self) -> tuple[tuple[str, str, str], ...]:
        """Return the access list, computed from the unit and the state of the thing."""
        return access_list(getattr(self, "unit", ""), getattr(self, "state", ""))


class Record(Resource):
    """A thing the office keeps (记录): found by its id, ordered by its number, followed through the change feed.

    ``number`` counts within the kind from 1 and is gapless; ``seq`` is its place in the change feed; ``owed`` the last
    job that was promised for it; ``listed`` its places in the work lists; ``fingerprint`` is the digest of its attributes after the last act.
    """

    kind: ClassVar[str] = ""
    id = ""
    number = 0
    seq = 0
    owed = 0
    listed: tuple[tuple, ...] = ()
    fingerprint = ""
    created_at = None

    #: Attributes that the semantic digest leaves out, because they say how and not what.
    machinery: ClassVar[frozenset[str]] = frozenset({"seq", "listed", "number", "fingerprint", "owed"})

    def as_record(self) -> dict[str, object]:
        """Return all attributes as they are, without place and machinery."""
        return {name: getattr(self, name) for name in field_names(type(self)) if name not in self.machinery}


@cache
def field_names(cls: type[Record]) -> tuple[str, ...]:
    """Return the attribute names a record class declares with a default, sorted; methods and constants are left out."""
    named = {"kind", "machinery"}
    found = set()
    for base in cls.__mro__:
        if not base.__module__.startswith("records."):
            continue
        for name, value in vars(base).items():
            hidden = name.startswith("_") or callable(value) or isinstance(value, property | classmethod)
            if not hidden and name not in named:
                found.add(name)
    return tuple(sorted(found))


class Folder(Resource):
    """A place that holds resources by name; only its children can be reached by a path."""

    def __init__(self) -> None:
        self.children = SmallOOBTree()

    def __getitem__(self, name: str) -> Resource:
        return self.children[name]

    def __contains__(self, name: str) -> bool:
        return name in self.children

    def __iter__(self) -> Iterator[str]:
        return iter(self.children)

    def get(self, name: str, default: Resource | None = None) -> Resource | None:
        """Return a child or the default."""
        return self.children.get(name, default)

    def values(self) -> Iterator[Resource]:
        """Yield the children in the order of their names."""
        return iter(self.children.values())

    def place(self, name: str, child: Resource) -> Resource:
        """Put a new child into the folder; a name that is taken stays with its owner."""
        if not self.children.insert(name, child):
            raise KeyError(f"{name!r} is taken")
        child.__name__ = name
        child.__parent__ = self
        return child


class UnitFolder(Folder):
    """A folder whose records belong to units: who holds a permission in some unit may enter, its records ask for their own."""

    def __acl__(self) -> tuple[tuple[str, str, str], ...]:
        """Return what the matrix allows in any unit of the office."""
        units = self.__parent__.office.get("units", ())
        return tuple(dict.fromkeys(row for unit in units for row in access_list(unit, "")))
