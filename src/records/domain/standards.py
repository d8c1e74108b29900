"""Standard materials (标准材料): which names are one material, and what became of a material that was merged into another.

Two names are one material only when somebody put both down, never by likeness. A code that was merged stands for the
other for ever; what was stored under it keeps it and is read as the other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .findings import Finding
from .guide_parts import Guide
from .materials import StandardMaterial

_BRACKETS = str.maketrans("〔［【{〕］】}", "(((())))")

#: Codes that rules name: the licence that makes a business of its own, and the card of who operates it. They stay.
NAMED_BY_RULES = frozenset({"business-licence", "identity-card"})


def fold(name: str) -> str:
    """Return a name as names are compared: NFKC, without blanks, brackets alike; nothing else is overlooked."""
    return "".join(unicodedata.normalize("NFKC", name).translate(_BRACKETS).split())


@dataclass(frozen=True, slots=True)
class Own:
    """What an office put down about a material (本中心记录): ``None`` leaves what the shipped table says.

    ``aliases`` come on top of the shipped ones. ``merged_into`` is the code that stands in its place.
    """

    code: str
    values: Mapping[str, Any]
    aliases: tuple[str, ...] = ()
    retired: bool = False
    merged_into: str = ""


class Standards(Mapping[str, StandardMaterial]):
    """The catalogue of an office: the shipped table and, over it, what the office put down itself.

    As a mapping it knows every code there ever was: a merged one gives the material that stands in its place. Walking
    through it gives the codes that stand for themselves, retired ones included.
    """

    def __init__(self, shipped: Mapping[str, StandardMaterial], own: Iterable[Own] = ()) -> None:
        self.own = {each.code: each for each in own}
        self._merged = {code: each.merged_into for code, each in self.own.items() if each.merged_into}
        self._all = {code: _over(material, self.own.get(code)) for code, material in shipped.items()}
        self._all |= {code: _new(each) for code, each in self.own.items() if code not in shipped}
        self._standing = tuple(code for code in self._all if code not in self._merged)
        self._together: dict[str, tuple[str, ...]] = {code: (code,) for code in self._standing}
        for code in self._merged:
            winner = self.resolve(code)
            self._together[winner] = (*self._together[winner], code)
        self._names: dict[str, str] = {}
        for code, material in self._all.items():
            for name in (material.name, *material.aliases):
                self._names.setdefault(fold(name), self.resolve(code))
        self.usable: Collection[str] = frozenset(
            code for code in self._all if not self.is_retired(self.resolve(code))
        )

    def __getitem__(self, code: str) -> StandardMaterial:
        return self._all[self.resolve(code)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._standing)

    def __len__(self) -> int:
        return len(self._standing)

    def __contains__(self, code: object) -> bool:
        return code in self._all

    @property
    def merges(self) -> bool:
        """Whether any code stands for another."""
        return bool(self._merged)

    def resolve(self, code: str) -> str:
        """Return the code that stands for a code, itself where nothing was merged or known."""
        while code in self._merged:
            code = self._merged[code]
        return code

    def together(self, code: str) -> tuple[str, ...]:
        """Return every code that is read as this one, itself first."""
        winner = self.resolve(code)
        return self._together.get(winner, (winner,))

    def as_put_down(self, code: str) -> StandardMaterial:
        """Return what is put down under a code itself, merged or not."""
        return self._all[code]

    def is_retired(self, code: str) -> bool:
        """Tell whether no new guide may ask for a material any more."""
        own = self.own.get(code)
        return own is not None and own.retired

    def standard_of(self, name: str) -> str | None:
        """Return the code of the material with this name or alias; None when nobody put the name down."""
        return self._names.get(fold(name))

    def material_named(self, name: str) -> StandardMaterial | None:
        """Return the material with this name or alias."""
        code = self.standard_of(name)
        return self._all[code] if code is not None else None


def resolved(guide: Guide, standards: Standards) -> Guide:
    """Return a guide whose lines and result name the materials that stand today; what is stored is not touched."""
    if not standards.merges:
        return guide
    lines = tuple(
        line if (code := standards.resolve(line.material)) == line.material else replace(line, material=code)
        for line in guide.lines
    )
    result = replace(guide.result, material=standards.resolve(guide.result.material))
    return replace(guide, lines=lines, result=result)


def check_names(standards: Standards, names: Iterable[tuple[str, str]], *, code: str) -> tuple[Finding, ...]:
    """Check names for a material, each with the field it came in: not empty and nobody else's (``standard.name-taken``)."""
    found = []
    for field, name in names:
        if not fold(name):
            found.append(Finding("standard.no-name", subject=field))
            continue
        other = standards.standard_of(name)
        if other is not None and other != standards.resolve(code):
            params = {"name": name, "other": standards[other].name, "code": other}
            found.append(Finding("standard.name-taken", subject=field, params=params))
    return tuple(found)


def check_merge(standards: Standards, *, loser: str, winner: str) -> tuple[Finding, ...]:
    """Check that one material may be merged into another; all findings at once.

    ``standard.unknown`` (code), ``standard.merge-itself``, ``standard.merged-already`` (into), ``standard.named-by-rules``,
    ``standard.merge-retired`` (the other is out of use), ``standard.merge-unlike`` (reuse class or sensitivity differ: what
    is held would be shown or used otherwise).
    """
    found = [
        Finding("standard.unknown", subject=field, params={"code": code})
        for field, code in (("code", loser), ("into", winner))
        if code not in standards
    ]
    if found:
        return tuple(found)
    target = standards.resolve(winner)
    if standards.resolve(loser) != loser:
        params = {"name": standards.as_put_down(loser).name, "into": standards[loser].name}
        found.append(Finding("standard.merged-already", subject="code", params=params))
    elif target == loser:
        found.append(Finding("standard.merge-itself", subject="into"))
    if loser in NAMED_BY_RULES:
        found.append(
            Finding("standard.named-by-rules", subject="code", params={"name": standards[loser].name})
        )
    if standards.is_retired(target):
        found.append(
            Finding("standard.merge-retired", subject="into", params={"name": standards[target].name})
        )
    one, other = standards.as_put_down(loser), standards[target]
    if (one.reuse, one.sensitivity) != (other.reuse, other.sensitivity):
        params = {"name": one.name, "into": other.name}
        found.append(Finding("standard.merge-unlike", subject="into", params=params))
    return tuple(found)


def _over(material: StandardMaterial, own: Own | None) -> StandardMaterial:
    if own is None:
        return material
    aliases = tuple(dict.fromkeys((*material.aliases, *own.aliases)))
    changed: dict[str, Any] = {name: value for name, value in own.values.items() if value is not None}
    if changed.get("name", material.name) != material.name:
        # The shipped name goes on naming the material.
        aliases = (*aliases, material.name)
    return replace(material, **changed, aliases=aliases)


def _new(own: Own) -> StandardMaterial:
    return StandardMaterial(code=own.code, aliases=own.aliases, **own.values)
