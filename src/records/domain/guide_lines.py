"""The materials a guide asks for (申请材料): each lawful, definite, asked once, and not what the office holds itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from .findings import Finding, Severity
from .guide_parts import Guide, Line, LineKind, LineSource, MaterialForm
from .statutes import Statutes, article_numbers, check_cited
from .vocabulary import Necessity

_DISCLOSURE = "行政许可法 第三十条"
_SHARING = "国务院令第716号 第七条"
_PROOFS = "优化营商环境条例 第四十四条"


def missing(path: str, *, basis: str = "国务院令第716号 第六条") -> Finding:
    """Return the finding that a field of the guide is empty."""
    return Finding("guide.missing", subject=path, params={"field": path}, basis=basis)


def check_lines(
    guide: Guide,
    *,
    materials: Collection[str],
    statutes: Statutes,
    results: Mapping[str, str],
    on: date,
) -> Iterator[Finding]:
    """Check the materials of a guide; ``results`` maps what other guides yield to their titles."""
    first: dict[tuple[str, object], int] = {}
    for at, line in enumerate(guide.lines):
        path = f"lines.{at}"
        yield from _line(line, path=path, materials=materials)
        yield from _line_basis(line, path=f"{path}.basis", statutes=statutes, on=on)
        if guide.result.material and line.material == guide.result.material:
            yield Finding("guide.line-circular", subject=f"{path}.material", params={"line": line.name})
        elif line.material in results and not (line.waived or line.inspect_original):
            yield Finding(
                "guide.line-yielded",
                Severity.WARNS,
                f"{path}.waived",
                {"line": line.name, "guide": results[line.material]},
                _SHARING,
            )
        for name in ("id", "position", "material"):
            value = getattr(line, name)
            earlier = first.setdefault((name, value), at)
            if earlier != at and value != "":
                yield Finding(
                    "guide.line-repeated",
                    subject=f"{path}.{name}",
                    params={"line": line.name, "part": name, "first": guide.lines[earlier].name},
                    basis=_PROOFS if name == "material" else "",
                )


def _line(line: Line, *, path: str, materials: Collection[str]) -> Iterator[Finding]:
    for name in ("id", "name", "material", "acceptance"):
        if not getattr(line, name).strip():
            yield missing(f"{path}.{name}")
    if line.material and line.material not in materials:
        yield Finding(
            "guide.material-unknown", subject=f"{path}.material", params={"material": line.material}
        )
    for code, name, basis, is_wrong in _LINE_RULES:
        if is_wrong(line):
            yield Finding(code, subject=f"{path}.{name}", params={"line": line.name or line.id}, basis=basis)


_LINE_RULES: tuple[tuple[str, str, str, Callable[[Line], bool]], ...] = (
    ("guide.line-no-sample", "blank", _DISCLOSURE, lambda x: x.kind is LineKind.FORM and not x.blank.strip()),
    (
        "guide.line-no-sample",
        "sample",
        _DISCLOSURE,
        lambda x: x.kind is LineKind.FORM and not x.sample.strip(),
    ),
    ("guide.line-copies", "originals", "", lambda x: x.originals < 0),
    ("guide.line-copies", "copies", "", lambda x: x.copies < 0),
    (
        "guide.line-copies",
        "originals",
        "",
        lambda x: (
            not x.waived and x.form is not MaterialForm.ELECTRONIC and x.originals == 0 and x.copies == 0
        ),
    ),
    ("guide.line-copies-waived", "originals", _SHARING, lambda x: x.waived and x.originals + x.copies > 0),
    ("guide.line-waived-source", "source", _SHARING, lambda x: x.waived and x.source is not LineSource.ORGAN),
    (
        "guide.line-no-issuer",
        "issuer",
        _PROOFS,
        lambda x: x.source is not LineSource.APPLICANT and not x.issuer.strip(),
    ),
    ("guide.line-no-grades", "grades", "", lambda x: not x.grades),
    (
        "guide.line-no-condition",
        "condition",
        "",
        lambda x: x.necessity is Necessity.CONDITIONAL and not x.condition,
    ),
    (
        "guide.line-required-conditional",
        "necessity",
        "",
        lambda x: x.necessity is Necessity.REQUIRED and bool(x.condition),
    ),
    (
        "guide.line-deferral",
        "deferral",
        "",
        lambda x: (x.necessity is Necessity.DEFERRABLE) != (x.deferral is not None),
    ),
    (
        "guide.line-validity",
        "validity_days",
        "",
        lambda x: x.validity_days is not None and x.validity_days < 1,
    ),
)


def _line_basis(line: Line, *, path: str, statutes: Statutes, on: date) -> Iterator[Finding]:
    if not line.basis.strip() or not article_numbers(line.basis):
        yield Finding(
            "guide.line-no-basis",
            subject=path,
            params={"line": line.name},
            basis=_PROOFS,
        )
    yield from check_cited(line.basis, statutes=statutes, subject=path, on=on)


class Proof(NamedTuple):
    """What a guide proves and what it takes (证明关系): the material it yields, and those it asks for in any situation."""

    key: str
    title: str
    yields: str
    needs: tuple[str, ...]


def proof_of(guide: Guide) -> Proof:
    """Return what a guide yields and always needs; a line that depends on a situation is no need."""
    needs = {line.material: None for line in guide.lines if line.necessity is not Necessity.CONDITIONAL}
    return Proof(guide.key, guide.title, guide.result.material, tuple(needs))


class Outline(NamedTuple):
    """What lists say of a guide (梗概): key, title, whose it is, what it yields, always needs and ever asks for."""

    key: str
    title: str
    unit: str
    fonds: str
    yields: str
    needs: tuple[str, ...]
    asks: tuple[str, ...]


def outline(guide: Guide) -> Outline:
    """Return what lists say of a guide, so that they need not read it whole."""
    proof = proof_of(guide)
    return Outline(
        guide.key, guide.title, guide.unit, guide.fonds, proof.yields, proof.needs, asked_of(guide)
    )


def asked_of(guide: Guide) -> tuple[str, ...]:
    """Return every standard material that a line of a guide names, in any situation."""
    return tuple(dict.fromkeys(line.material for line in guide.lines if line.material))


def circles(guides: Iterable[Guide | Proof]) -> tuple[Finding, ...]:
    """Find the guides nobody can begin (循环证明): each needs what only another of them yields.

    A material is to be had when no guide yields it, or when one that does asks for nothing but what is to be had.
    Findings ``guide.circle`` with the guide's key as subject and ``path``, the titles along the circle. A line that
    depends on a situation closes no circle.
    """
    proofs = [each if isinstance(each, Proof) else proof_of(each) for each in guides]
    yielding: dict[str, list[Proof]] = {}
    for guide in proofs:
        if guide.yields:
            yielding.setdefault(guide.yields, []).append(guide)
    had: set[str] = set()
    stuck = {guide.key: guide for guide in proofs}
    while begun := [guide for guide in stuck.values() if not _wanting(guide, yielding, had)]:
        for guide in begun:
            del stuck[guide.key]
            had.add(guide.yields)
    found = []
    for guide in stuck.values():
        walk = [guide]
        while (following := yielding[_wanting(walk[-1], yielding, had)[0]][0]) not in walk:
            walk.append(following)
        if following is guide:
            titles = " → ".join(each.title for each in (*walk, guide))
            found.append(Finding("guide.circle", subject=guide.key, params={"path": titles}, basis=_PROOFS))
    return tuple(found)


def _wanting(guide: Proof, yielding: Mapping[str, Sequence[Proof]], had: Collection[str]) -> list[str]:
    """Return what a guide always needs, some guide yields and is not to be had yet."""
    return [material for material in guide.needs if material in yielding and material not in had]
