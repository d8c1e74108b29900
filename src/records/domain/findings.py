"""What a check found (问题): the only way a rule says no.

A finding carries a code and its parameters, never a sentence; the words in Chinese and English belong to the
views. A rule returns all its findings at once, so that nobody is sent away twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How hard a finding is: it stops the act, warns, or only notes."""

    BLOCKS = "blocks"
    WARNS = "warns"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found, about one subject (a field, a line, a file), with its clause."""

    code: str
    severity: Severity = Severity.BLOCKS
    subject: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)
    basis: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the finding as plain values for the API, the command line and stored reports."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "subject": self.subject,
            "params": dict(self.params),
            "basis": self.basis,
        }


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that was not done, with every reason; false in a condition."""

    findings: tuple[Finding, ...]

    def __bool__(self) -> bool:
        return False


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return those findings that stop the act."""
    return tuple(found for found in findings if found.severity is Severity.BLOCKS)
