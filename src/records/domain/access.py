"""Who may do what: the matrix turned into access lists, and a person into principals.

The matrix has one row a permission and one column a role. A cell is empty (no), ``all`` (everywhere) or ``unit``
(things of one's own unit or fonds), optionally followed by the states in which it holds: ``unit:delivered
archived``. What is not written is denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from .permissions import Permission
from .vocabulary import Role

EVERYWHERE = "*"

#: No person may hold two of these three (三员分立), GB/T 22239 集中管控.
SEPARATED = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.ARCHIVIST})


@dataclass(frozen=True, slots=True)
class Grant:
    """One dated authority letter (授权书): a role in a unit, from a day until a day (both included)."""

    role: Role
    unit: str
    letter: str
    since: date
    until: date | None = None

    def holds_on(self, today: date) -> bool:
        """Tell whether the letter is in force on that civil day."""
        return self.since <= today and (self.until is None or today <= self.until)


@dataclass(frozen=True, slots=True)
class Identity:
    """A person of the office while acting (经办人): name, employee number and the letters in force."""

    userid: str
    name: str
    unit: str
    grants: tuple[Grant, ...] = ()
    window: str = ""
    staff_number: str = ""

    @property
    def principals(self) -> frozenset[str]:
        """Return ``role:R`` and ``role:R@UNIT`` for each letter in force."""
        return frozenset(
            name
            for grant in self.grants
            for name in (f"role:{grant.role}", f"role:{grant.role}@{grant.unit}")
        )

    def letter_for(self, permission: Permission, unit: str, matrix: Matrix) -> str:
        """Return the number of the authority letter that a permission in a unit rests on, or an empty string."""
        for grant in self.grants:
            cell = matrix.cell(permission, grant.role)
            if cell is not None and (cell.everywhere or grant.unit in (unit, EVERYWHERE)):
                return grant.letter
        return ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell of the matrix."""

    everywhere: bool
    states: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str) -> Cell | None:
        """Read ``all``, ``unit`` or ``unit:state state``; an empty cell is None."""
        reach, _, states = text.strip().partition(":")
        if not reach:
            return None
        if reach not in ("all", "unit"):
            raise ValueError(f"unknown reach {reach!r}")
        return cls(reach == "all", frozenset(states.split()))


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole printed table: permission by role."""

    cells: Mapping[tuple[Permission, Role], Cell]

    def cell(self, permission: Permission, role: Role) -> Cell | None:
        """Return one cell, None where nothing is allowed."""
        return self.cells.get((permission, role))

    def allowed(self, *, unit: str = "", state: str = "") -> Iterable[tuple[str, str]]:
        """Yield ``(principal, permission)`` for a thing of ``unit`` in ``state``; the rest is denied."""
        for (permission, role), cell in self.cells.items():
            for principal in _holders(role, cell, unit=unit, state=state):
                yield principal, permission.value

    def readers(self, permission: Permission, *, unit: str, state: str = "") -> frozenset[str]:
        """Return the principals that hold one permission on a thing of ``unit`` in ``state``."""
        cells = ((role, self.cells.get((permission, role))) for role in Role)
        return frozenset(
            principal
            for role, cell in cells
            if cell is not None
            for principal in _holders(role, cell, unit=unit, state=state)
        )

    def permits(
        self, identity: Identity | None, permission: Permission, *, unit: str = "", state: str = ""
    ) -> bool:
        """Answer the same question as the access list, for code without a request."""
        if identity is None:
            return False
        return not identity.principals.isdisjoint(self.readers(permission, unit=unit, state=state))


def _holders(role: Role, cell: Cell, *, unit: str, state: str) -> tuple[str, ...]:
    """Return the principals of a role whom a cell allows a thing of ``unit`` in ``state``."""
    if cell.states and state not in cell.states:
        return ()
    if cell.everywhere:
        return (f"role:{role}",)
    return (f"role:{role}@{unit}", f"role:{role}@{EVERYWHERE}") if unit else ()


def separation_broken(roles: Iterable[Role]) -> frozenset[Role]:
    """Return the roles a person may not hold together (empty when the set is lawful)."""
    held = SEPARATED & frozenset(roles)
    return held if len(held) > 1 else frozenset()
