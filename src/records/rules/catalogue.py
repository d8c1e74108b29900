"""The catalogue of standard materials (标准材料目录), read once, and the table of words beside it.

A second name becomes a first one only by the curated aliases of ``materials.csv``, never by likeness: 身份证明 may be a
card or a household register.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from records.domain.materials import Sensitivity, StandardMaterial
from records.domain.standards import Standards, fold
from records.domain.vocabulary import Grade, ReuseClass

from .reading import Row, rows
from .wording import wording

__all__ = ["material_named", "materials", "shipped", "wording"]

COLUMNS = frozenset(
    [
        "code",
        "name",
        "aliases",
        "licence_type",
        "validity_days",
        "reuse",
        "sensitivity",
        "identity",
        "grades",
        "issuer",
        "note",
    ]
)
_IDENTITY = {"number", "issuer", "issued_on"}


@cache
def materials() -> Mapping[str, StandardMaterial]:
    """Return the standard materials of ``materials.csv`` by code; a code or a name that stands twice is refused."""
    found: dict[str, StandardMaterial] = {}
    for row in rows("materials.csv"):
        material = row.build(_material)
        if material.code in found:
            raise ValueError(f"materials.csv:{row.line}: {material.code} stands twice")
        found[material.code] = material
    names: dict[str, str] = {}
    for material in found.values():
        for name in (material.name, *material.aliases):
            if names.setdefault(fold(name), material.code) != material.code:
                raise ValueError(f"materials.csv: {name} names two materials")
    return found


@cache
def shipped() -> Standards:
    """Return the shipped table with its names, as an office begins."""
    return Standards(materials())


def material_named(name: str) -> StandardMaterial | None:
    """Return the shipped material with this name or curated alias, otherwise nothing."""
    return shipped().material_named(name)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _material(row: Row) -> StandardMaterial:
    if set(row) != COLUMNS:
        raise ValueError(f"columns {sorted(set(row) ^ COLUMNS)} are missing or unknown")
    identity = frozenset(_parts(row["identity"]))
    if not identity <= _IDENTITY:
        raise ValueError(f"unknown identity parts {sorted(identity - _IDENTITY)}")
    grades = frozenset(Grade(part) for part in _parts(row["grades"]))
    if not row["code"] or not row["name"] or not grades:
        raise ValueError("code, name and grades must be given")
    return StandardMaterial(
        code=row["code"],
        name=row["name"],
        aliases=_parts(row["aliases"]),
        licence_type=row["licence_type"],
        validity_days=int(row["validity_days"]) if row["validity_days"] else None,
        reuse=ReuseClass(row["reuse"]),
        sensitivity=Sensitivity(row["sensitivity"]),
        identity=identity,
        grades=grades,
        issuer=row["issuer"],
        note=row["note"],
    )
