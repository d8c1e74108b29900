"""The catalogue of standard materials (标准材料目录) and the table of words (用语表), read once.

A second name becomes a first one only by the curated aliases of ``materials.csv``, never by likeness: 身份证明 may be a
card or a household register.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from records.domain.findings import Severity
from records.domain.guides import Wording
from records.domain.materials import Sensitivity, StandardMaterial
from records.domain.vocabulary import Grade, ReuseClass

from .reading import Row, rows

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
            if names.setdefault(_fold(name), material.code) != material.code:
                raise ValueError(f"materials.csv: {name} names two materials")
    return found


def material_named(name: str) -> StandardMaterial | None:
    """Return the standard material with this name or curated alias, otherwise nothing."""
    code = _names().get(_fold(name))
    return materials()[code] if code else None


@cache
def wording() -> tuple[Wording, ...]:
    """Return the rows of ``wording.csv`` in their order: the words a guide may not use, and those it may."""
    return tuple(row.build(_wording) for row in rows("wording.csv"))


@cache
def _names() -> dict[str, str]:
    return {
        _fold(name): material.code
        for material in materials().values()
        for name in (material.name, *material.aliases)
    }


def _fold(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _material(row: Row) -> StandardMaterial:
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
    )


def _wording(row: Row) -> Wording:
    if row["rule"] not in ("allow", "deny") or row["scope"] not in ("any", "name"):
        raise ValueError(f"rule {row['rule']!r} or scope {row['scope']!r} is not known")
    allowed = row["rule"] == "allow"
    if not allowed and not row["code"]:
        raise ValueError("a denied pattern needs a code")
    return Wording(
        pattern=re.compile(row["pattern"]),
        allowed=allowed,
        scope=row["scope"],
        code=row["code"],
        severity=Severity(row["severity"]) if row["severity"] else Severity.BLOCKS,
        basis=row["basis"],
    )
