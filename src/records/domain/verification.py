"""Verification before archiving (四性检测, 归档环节): run the table of checks and report what each looked at.

Designed after DA/T 70-2018, whose wording was not read; nothing here certifies conformity. A check that returns no
evidence is a broken check, not a passed one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from . import package_checks
from .findings import Finding, Severity
from .package_checks import Status, Verdict
from .packages import PackageFacts

DIMENSIONS = {1: "真实性", 2: "完整性", 3: "可用性", 4: "安全性"}


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One row of the table of checks: its number, name, dimension and whether it stops archiving (一票否决)."""

    id: str
    name: str
    dimension: int
    blocking: bool
    source: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check carried out; ``ValueError`` without evidence or with a failure that is not explained."""

    id: str
    name: str
    dimension: int
    status: Status
    evidence: Mapping[str, str | int]
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"{self.id} returned no evidence")
        if (self.status is Status.FAIL) != bool(self.findings):
            raise ValueError(f"{self.id}: a failure needs findings, and only a failure has them")

    def as_dict(self) -> dict[str, object]:
        """Return the result as plain values for the report in the package."""
        return {
            "id": self.id,
            "name": self.name,
            "dimension": DIMENSIONS[self.dimension],
            "status": self.status.value,
            "evidence": dict(self.evidence),
            "findings": [found.as_dict() for found in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one package; ``passed`` when none that stops archiving failed."""

    results: tuple[CheckResult, ...]
    passed: bool

    def as_dict(self) -> dict[str, object]:
        """Return the report as plain values."""
        return {"passed": self.passed, "results": [result.as_dict() for result in self.results]}


def run_checks(
    facts: PackageFacts,
    table: Iterable[CheckRow],
    *,
    checks: Mapping[str, Callable[[PackageFacts], Verdict]] | None = None,
) -> Report:
    """Carry out every check of the table on a package; ``KeyError`` for a row without a check.

    The findings of a check that does not stop archiving only warn.
    """
    functions = CHECKS if checks is None else checks
    rows = tuple(table)
    results = tuple(_result(row, functions[row.id](facts)) for row in rows)
    failed = {result.id for result in results if result.status is Status.FAIL}
    return Report(results, not any(row.blocking and row.id in failed for row in rows))


def _result(row: CheckRow, verdict: Verdict) -> CheckResult:
    found = verdict.findings
    if not row.blocking:
        found = tuple(replace(finding, severity=Severity.WARNS) for finding in found)
    return CheckResult(row.id, row.name, row.dimension, verdict.status, verdict.evidence, found)


CHECKS: Mapping[str, Callable[[PackageFacts], Verdict]] = {
    "GD-1-1": package_checks.digests,
    "GD-1-2": package_checks.element_lengths,
    "GD-1-3": package_checks.element_types,
    "GD-1-4": package_checks.element_values,
    "GD-1-5": package_checks.plausibility,
    "GD-1-6": package_checks.special_characters,
    "GD-1-7": package_checks.code_form,
    "GD-1-8": package_checks.uniqueness,
    "GD-1-10": package_checks.electronic_attributes,
    "GD-1-11": package_checks.content_link,
    "GD-1-13": package_checks.layout,
    "GD-2-3": package_checks.elements_complete,
    "GD-2-4": package_checks.mandatory_filled,
    "GD-2-5": package_checks.process_complete,
    "GD-2-6": package_checks.continuous_numbers,
    "GD-2-7": package_checks.content_complete,
    "GD-2-9": package_checks.scope_kept,
    "GD-2-11": package_checks.file_count,
    "GD-3-1": package_checks.metadata_readable,
    "GD-3-3": package_checks.formats_allowed,
    "GD-3-5": package_checks.magic_matches,
    "GD-3-8": package_checks.not_encrypted,
    "GD-4-2": package_checks.virus_free,
    "GD-4-3": package_checks.nothing_extra,
}
