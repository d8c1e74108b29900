"""The office (单位): founded once from its description, with its people, their letters and the first audit entries.

Passwords never stand in the description; whoever founds the site hands each person a one-time password.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from records.domain.access import Identity
from records.domain.findings import Finding, Refused, blocking
from records.domain.permissions import Permission
from records.exchange.office import example, export_office, read_office
from records.exchange.office_checks import check_signers
from records.indexes import keys
from records.resources.people import Person
from records.resources.site import Site
from records.rules import national_calendar
from records.rules.permissions import matrix
from records.vault import ALPHABET, Vault, password_hash

from .acts import Act, enter, leave_trace, plain
from .services import Services

__all__ = [
    "FOUNDER",
    "example",
    "export_office",
    "found",
    "found_site",
    "name_signers",
    "one_time_password",
    "read_office",
]

#: Who founds a site: nobody has a letter yet.
FOUNDER = Identity(userid="system", name="系统", unit="")


def found_site(
    root: Any,
    office: Mapping[str, Any],
    *,
    at: datetime,
    vault: Vault,
    passwords: Callable[[str], str] | None = None,
    mark: Callable[[Any, datetime], object] | None = None,
) -> Site:
    """Found the site (建站) in an empty database: the office, its people, their letters, and the first audit entries.

    ``passwords`` gives each log-in name a one-time password; without it nobody can log in yet. ``mark`` notes the
    migrations that a new database does not need. A database with a site raises ValueError.
    """
    if "site" in root:
        raise ValueError("this database has a site already")
    site = root["site"] = Site()
    site.office = {key: value for key, value in office.items() if key != "people"}
    act = Act(
        site=site,
        by=FOUNDER,
        at=at,
        vault=vault,
        calendar=national_calendar(site.office["calendar"]),
        matrix=matrix(),
        channel="command",
    )
    enter(act, "site.found", "site", details=plain(site.office))
    for described in office["people"]:
        _employ(act, described, passwords)
    if mark is not None:
        mark(root, at)
    return site


def _employ(act: Act, described: Mapping[str, Any], passwords: Callable[[str], str] | None) -> None:
    """Enter one person of the office under the log-in name, as guides stand under their key."""
    person = Person()
    person.id = person.userid = described["userid"]
    person.number = act.site.counter("number:person").next()
    person.created_at = act.at
    for field in ("name", "unit", "window", "staff_number", "letters"):
        setattr(person, field, described[field])
    if passwords is not None:
        person.password_hash = password_hash(passwords(person.userid))
        person.must_change = True
    act.site.people.place(person.userid, person)
    keys.claim(act.site, keys.compose("staff-number", person.staff_number), person.id)
    leave_trace(act, "person.create", person, unit=person.unit)


def name_signers(act: Act, described: Mapping[str, Any]) -> tuple[str, ...] | Refused:
    """Take over who signs destruction lists (签字人表) from an office's description; return the fonds that have a table now.

    Only who manages people may; each signer works here and holds a letter as an appraiser. Findings: ``permission.denied``,
    those of ``check_signers``.
    """
    if not act.matrix.permits(act.by, Permission.PERSON_MANAGE):
        return Refused((Finding("permission.denied", params={"permission": Permission.PERSON_MANAGE.value}),))
    tables = {"disposition": described["disposition"], "fonds": act.site.office["fonds"]}
    people = {userid: {"letters": person.letters} for userid, person in act.site.people.children.items()}
    found = blocking(check_signers(tables, people))
    if found:
        return Refused(found)
    act.site.office = {**act.site.office, "disposition": described["disposition"]}
    enter(act, "site.signers", "site", details=plain(described["disposition"]))
    return tuple(sorted(described["disposition"]))


def found(
    services: Services,
    office: Mapping[str, Any],
    *,
    mark: Callable[[Any, datetime], object] | None = None,
) -> dict[str, str] | None:
    """Found the site of an instance; return the one-time passwords by log-in name, None when there is a site."""
    passwords = {person["userid"]: one_time_password() for person in office["people"]}

    def within(root: Any) -> bool:
        if "site" in root:
            return False
        found_site(
            root,
            office,
            at=services.clock.now(),
            vault=services.vault,
            passwords=passwords.__getitem__,
            mark=mark,
        )
        return True

    return passwords if services.database.run(within, note="found") else None


def one_time_password() -> str:
    """Return a password of 16 letters and digits in groups of four, 80 random bits, easy to read out (一次性口令)."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))
