"""People of the office (工作人员), with their dated authority letters, log-in secrets and tokens."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Person(Record):
    """One person: name, unit, letters as ``(role, unit, letter, since, until)``; the password only as its hash.

    ``epoch`` grows when rights or password change and ends all sessions of before. ``tokens`` are
    ``(hash, label, scopes, since, until)``.
    """

    kind: ClassVar[str] = "person"
    userid = ""
    name = ""
    unit = ""
    window = ""
    staff_number = ""
    letters: tuple[tuple, ...] = ()
    password_hash = ""
    must_change = False
    disabled = False
    epoch = 0
    failures = 0
    locked_until = None
    tokens: tuple[tuple, ...] = ()
    machinery: ClassVar[frozenset[str]] = Record.machinery | {
        "password_hash",
        "must_change",
        "epoch",
        "failures",
        "locked_until",
        "tokens",
    }


class People(Folder):
    """All people of the office, by log-in name."""
