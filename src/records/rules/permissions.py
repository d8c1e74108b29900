"""The printed permission matrix (权限矩阵), read once."""

from __future__ import annotations

from functools import cache

from records.domain.access import Cell, Matrix
from records.domain.permissions import Permission
from records.domain.vocabulary import Role

from .reading import rows


@cache
def matrix() -> Matrix:
    """Return the matrix of ``permissions.csv``; every permission stands in it exactly once."""
    cells = {}
    seen = []
    for row in rows("permissions.csv"):
        permission = row.build(lambda row: Permission(row["permission"]))
        seen.append(permission)
        for role in Role:
            cell = row.read(role.value, Cell.read)
            if cell is not None:
                cells[permission, role] = cell
    if sorted(seen) != sorted(Permission):
        raise ValueError("permissions.csv must name every permission exactly once")
    return Matrix(cells)
