"""What every check of a package (四性检测项) answers with, and what the checks share.

The checks themselves stand by dimension in ``package_checks_authenticity``, ``_completeness``, ``_usability`` and
``_safety``; ``verification`` runs them. The wording of DA/T 70-2018 was not read: they are designed after its list.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from .findings import Finding
from .packages import DocumentFacts, Element, PackageFacts
from .vocabulary import Term

BASIS = "DA/T 70-2018"
DATABASE, PACKAGE = "database", "package"


class Status(StrEnum):
    """How a check ended; ``manual`` waits for somebody to look, or says who did."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not-applicable"
    MANUAL = "manual"


class Phase(Term):
    """When a package is checked (检测环节); the numbers of its checks begin with ``prefix``."""

    ARCHIVING = "archiving", "归档"
    TRANSFER = "transfer", "移交与接收"
    KEEPING = "keeping", "长期保存"

    @property
    def prefix(self) -> str:
        """Return the two letters before the number of a check: GD, YJ or CQ."""
        return {"archiving": "GD", "transfer": "YJ", "keeping": "CQ"}[self.value]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check found; ``evidence`` says how much it looked at and with what values, and is never empty."""

    status: Status
    evidence: Mapping[str, str | int]
    findings: tuple[Finding, ...] = ()


def judged(findings: Iterable[Finding], **evidence: str | int) -> Verdict:
    """Return that a check was carried out: it fails when it found anything."""
    found = tuple(findings)
    return Verdict(Status.FAIL if found else Status.PASS, {**evidence, "faults": len(found)}, found)


def idle(reason: str, **evidence: str | int) -> Verdict:
    """Return that a check does not apply to this package (不适用); the reason follows from a fact."""
    return Verdict(Status.NOT_APPLICABLE, {"reason": reason, **evidence})


def waits(verdict: Verdict, *, when: bool) -> Verdict:
    """Return a verdict that waits for a person (人工检测) when nothing was found but not all could be looked at."""
    return replace(verdict, status=Status.MANUAL) if when and not verdict.findings else verdict


def fault(code: str, subject: str, /, **params: str | int) -> Finding:
    """Return one thing that a check found, about a file, an element or a step."""
    return Finding(f"check.{code}", subject=subject, params=params, basis=BASIS)


def own_paths(facts: PackageFacts) -> tuple[str, ...]:
    """Return the paths that the lists of a package name."""
    return (*(document.path for document in facts.documents), *facts.metadata_files)


def there(facts: PackageFacts) -> tuple[DocumentFacts, ...]:
    """Return the papers whose files are there."""
    return tuple(document for document in facts.documents if document.actual is not None)


def sides(facts: PackageFacts) -> Iterator[tuple[str, Mapping[str, str], tuple[Element, ...]]]:
    """Yield where metadata stand, what they are, and which elements belong there: database and package."""
    if facts.record is not None:
        held = facts.record.elements
        yield DATABASE, facts.metadata, tuple(element for element in facts.scheme if element.key in held)
    if facts.record is None or facts.written:
        yield PACKAGE, facts.written, tuple(element for element in facts.scheme if element.place)


def filled(facts: PackageFacts) -> Iterator[tuple[str, Element, str]]:
    """Yield every element that has a value, with the side on which it stands."""
    for side, metadata, elements in sides(facts):
        for element in elements:
            value = metadata.get(element.key, "")
            if value:
                yield side, element, value


def sides_named(facts: PackageFacts) -> str:
    """Return on which sides metadata were looked at."""
    return " ".join(side for side, _, _ in sides(facts))


def day_of(value: str) -> date | None:
    """Return the civil day with which a value begins, None when it begins with none."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def instant_of(value: str) -> datetime | None:
    """Return an instant with its offset, None when the value is none."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def strange_signs(text: str) -> str:
    """Name the characters of a text that do not belong into metadata, as U+XXXX."""
    signs = sorted({sign for sign in text if _is_strange(sign)})
    return " ".join(f"U+{ord(sign):04X}" for sign in signs)


def _is_strange(sign: str) -> bool:
    """Tell a control, private, half, replacement or non-character; new ideographs are none of these."""
    point = ord(sign)
    nobody = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
    return nobody or sign == "\ufffd" or unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co")
