"""Who a person is while acting: the letters in force on the day."""

from __future__ import annotations

from datetime import date

from records.domain.access import Grant, Identity
from records.domain.vocabulary import Role
from records.resources.people import Person


def identity_of(person: Person, today: date) -> Identity:
    """Return a person as who acts today: only authority letters in force count."""
    grants = (
        Grant(Role(role), unit, letter, since, until) for role, unit, letter, since, until in person.letters
    )
    return Identity(
        userid=person.userid,
        name=person.name,
        unit=person.unit,
        window=person.window,
        staff_number=person.staff_number,
        grants=tuple(grant for grant in grants if grant.holds_on(today)),
    )
