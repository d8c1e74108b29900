"""Verification of a package (四性检测) at archiving, transfer and in keeping: run the table of checks, report what each saw.

Designed after DA/T 70-2018, whose wording was not read; nothing here certifies conformity. A check that returns no
evidence is a broken check, not a passed one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Self, cast

from . import package_checks_authenticity as authenticity
from . import package_checks_completeness as completeness
from . import package_checks_safety as safety
from . import package_checks_usability as usability
from .findings import Finding, Severity
from .package_checks import Phase, Status, Verdict
from .packages import PackageFacts

DIMENSIONS = {1: "真实性", 2: "完整性", 3: "可用性", 4: "安全性"}
Check = Callable[[PackageFacts], Verdict]


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One row of the table of checks: its number, which check it is, and whether it stops the act (一票否决).

    ``item`` is the number without its phase, under which the program knows the check; ``weight`` is its share of the score.
    """

    id: str
    name: str
    dimension: int
    blocking: bool
    source: str
    phase: Phase = Phase.ARCHIVING
    weight: int = 1

    @property
    def item(self) -> str:
        """Return the number of the check without its phase: 1-1 for GD-1-1."""
        return self.id.partition("-")[2]


@dataclass(frozen=True, slots=True)
class Look:
    """What a person said who looked at what no program can judge (人工检测): who, when, whether it is in order, and why."""

    item: str
    by: str
    at: str
    good: bool
    note: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the look as plain values."""
        return {"by": self.by, "at": self.at, "good": self.good, "note": self.note}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check carried out; ``ValueError`` without evidence or with a failure that is not explained.

    ``rule`` is the clause, ``input`` the SHA-256 of everything that the check read, ``looked`` who looked by eye.
    """

    id: str
    name: str
    dimension: int
    status: Status
    evidence: Mapping[str, str | int]
    findings: tuple[Finding, ...] = ()
    rule: str = ""
    input: str = ""
    blocking: bool = True
    weight: int = 1
    looked: Look | None = None

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"{self.id} returned no evidence")
        if (self.status is Status.FAIL) != bool(self.findings):
            raise ValueError(f"{self.id}: a failure needs findings, and only a failure has them")
        if self.status is Status.NOT_APPLICABLE and not self.evidence.get("reason"):
            raise ValueError(f"{self.id}: what does not apply needs a reason")

    @property
    def counts(self) -> dict[str, int]:
        """Return how much was looked at and found: the figures of the evidence."""
        return {name: value for name, value in self.evidence.items() if isinstance(value, int)}

    @property
    def waits(self) -> bool:
        """Tell whether a person still has to look."""
        return self.status is Status.MANUAL and self.looked is None

    def as_dict(self) -> dict[str, object]:
        """Return the result as plain values for the report in the package."""
        looked = {"looked": self.looked.as_dict()} if self.looked else {}
        return {
            "id": self.id,
            "name": self.name,
            "dimension": DIMENSIONS[self.dimension],
            "status": self.status.value,
            "evidence": dict(self.evidence),
            "findings": [found.as_dict() for found in self.findings],
            "rule": self.rule,
            "input": self.input,
            "blocking": self.blocking,
            "weight": self.weight,
            **looked,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the result that ``as_dict`` wrote; one of an older program lacks what was not known then."""
        dimension = next(number for number, name in DIMENSIONS.items() if name == values["dimension"])
        looked = values.get("looked")
        return cls(
            values["id"],
            values["name"],
            dimension,
            Status(values["status"]),
            values["evidence"],
            tuple(_finding(found) for found in values["findings"]),
            values.get("rule", ""),
            values.get("input", ""),
            values.get("blocking", True),
            values.get("weight", 1),
            Look(values["id"].partition("-")[2], **looked) if looked else None,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one package in one phase; ``passed`` when none that stops the act failed.

    ``at`` is the instant, ``tool`` names the program and its version; both are empty in reports of older programs.
    """

    results: tuple[CheckResult, ...]
    passed: bool
    phase: Phase = Phase.ARCHIVING
    at: str = ""
    tool: str = ""

    @property
    def score(self) -> int:
        """Return the weight of what passed in a hundred of what was judged by machine; nothing judged is 0."""
        passed = sum(each.weight for each in self.results if each.status is Status.PASS)
        failed = sum(each.weight for each in self.results if each.status is Status.FAIL)
        return passed * 100 // (passed + failed) if passed + failed else 0

    @property
    def counts(self) -> dict[str, int]:
        """Return how many checks ended in each way."""
        return {status.value: sum(each.status is status for each in self.results) for status in Status}

    @property
    def waiting(self) -> tuple[CheckResult, ...]:
        """Return the checks that wait for a person."""
        return tuple(each for each in self.results if each.waits)

    def as_dict(self) -> dict[str, object]:
        """Return the report as plain values."""
        return {
            "passed": self.passed,
            "phase": self.phase.value,
            "at": self.at,
            "tool": self.tool,
            "score": self.score,
            "results": [result.as_dict() for result in self.results],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return a stored report, of this or an older program."""
        return cls(
            tuple(CheckResult.from_dict(each) for each in values["results"]),
            values["passed"],
            Phase(values.get("phase", Phase.ARCHIVING)),
            values.get("at", ""),
            values.get("tool", ""),
        )


def run_checks(
    facts: PackageFacts,
    table: Iterable[CheckRow],
    *,
    checks: Mapping[str, Check] | None = None,
    looks: Iterable[Look] = (),
    at: str = "",
    tool: str = "",
) -> Report:
    """Carry out every check of the table on a package; ``KeyError`` for a row without a check.

    The findings of a check that does not stop the act only warn. ``looks`` are what people said who looked; the last
    one counts for a check that waits for a person, and never replaces what the program can judge.
    """
    functions = CHECKS if checks is None else checks
    seen = {look.item: look for look in looks}
    digests: dict[str, str] = {}
    rows = tuple(table)
    results = []
    for row in rows:
        watched = _Watched(facts)
        verdict = functions[row.item](cast(PackageFacts, watched))
        results.append(_result(row, verdict, seen.get(row.item), _input(facts, watched.read, digests)))
    failed = {result.id for result in results if result.status is Status.FAIL}
    passed = not any(row.blocking and row.id in failed for row in rows)
    phase = rows[0].phase if rows else Phase.ARCHIVING
    return Report(tuple(results), passed, phase, at, tool)


def looked_at(report: Report, looks: Iterable[Look]) -> Report:
    """Return a report with what people have said since about the checks that wait for one."""
    seen = {look.item: look for look in looks}
    results = tuple(_with_look(each, seen.get(each.id.partition("-")[2])) for each in report.results)
    passed = not any(each.blocking and each.status is Status.FAIL for each in results)
    return replace(report, results=results, passed=passed)


def _result(row: CheckRow, verdict: Verdict, look: Look | None, digest: str) -> CheckResult:
    result = CheckResult(
        row.id, row.name, row.dimension, verdict.status, verdict.evidence, verdict.findings,
        row.source, digest, row.blocking, row.weight,
    )  # fmt: skip
    return _weighed(_with_look(result, look))


def _with_look(result: CheckResult, look: Look | None) -> CheckResult:
    """Return a check that waited for a person with what that person said; what is not in order fails."""
    if look is None or result.status is not Status.MANUAL:
        return result
    if look.good:
        return replace(result, looked=look)
    bad = Finding("check.looked-bad", subject=result.id, params={"by": look.by, "note": look.note})
    return _weighed(replace(result, looked=look, status=Status.FAIL, findings=(bad,)))


def _weighed(result: CheckResult) -> CheckResult:
    if result.blocking:
        return result
    return replace(
        result, findings=tuple(replace(found, severity=Severity.WARNS) for found in result.findings)
    )


class _Watched:
    """The facts as a check sees them; it remembers what was read."""

    __slots__ = ("_facts", "read")

    def __init__(self, facts: PackageFacts) -> None:
        self._facts = facts
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self._facts, name)


def _input(facts: PackageFacts, read: Iterable[str], digests: dict[str, str]) -> str:
    """Return the digest of everything that a check read: the digests of the single facts, by name."""
    for name in read:
        if name not in digests:
            digests[name] = _digest(_plain(getattr(facts, name)))
    return _digest({name: digests[name] for name in read})


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(part) for part in value)
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Iterable):
        return [_plain(part) for part in value]
    return str(value)


def _finding(values: Mapping[str, Any]) -> Finding:
    return Finding(
        values["code"], Severity(values["severity"]), values["subject"], values["params"], values["basis"]
    )


CHECKS: Mapping[str, Check] = {
    "1-1": authenticity.digests,
    "1-2": authenticity.element_lengths,
    "1-3": authenticity.element_types,
    "1-4": authenticity.element_values,
    "1-5": authenticity.plausibility,
    "1-6": authenticity.special_characters,
    "1-7": authenticity.code_form,
    "1-8": authenticity.uniqueness,
    "1-9": authenticity.origin,
    "1-10": authenticity.electronic_attributes,
    "1-11": authenticity.content_link,
    "1-12": authenticity.explanations,
    "1-13": authenticity.layout,
    "1-14": authenticity.same_package,
    "2-1": completeness.papers_handed_over,
    "2-2": completeness.bytes_handed_over,
    "2-3": completeness.elements_complete,
    "2-4": completeness.mandatory_filled,
    "2-5": completeness.process_complete,
    "2-6": completeness.continuous_numbers,
    "2-7": completeness.content_complete,
    "2-8": completeness.annexes_complete,
    "2-9": completeness.scope_kept,
    "2-10": completeness.descriptions_complete,
    "2-11": completeness.file_count,
    "3-1": usability.metadata_readable,
    "3-2": usability.database_answers,
    "3-3": usability.formats_allowed,
    "3-4": usability.content_drawn,
    "3-5": usability.magic_matches,
    "3-6": usability.environment_fit,
    "3-7": usability.unpacks,
    "3-8": usability.not_encrypted,
    "4-1": safety.scanner_ready,
    "4-2": safety.virus_free,
    "4-3": safety.nothing_extra,
    "4-4": safety.medium_speed,
    "4-5": safety.medium_appearance,
    "4-6": safety.disc_fit,
    "4-7": safety.trail_whole,
}
