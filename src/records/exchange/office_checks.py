"""What is well-formed in an office file and still cannot be (单位描述核对): doubles, unknown units, who may hold or sign what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from records.domain import identifiers
from records.domain.access import EVERYWHERE, Grant, separation_broken
from records.domain.centres import check_centres
from records.domain.disposition import Post, check_people
from records.domain.findings import Finding, Refused, Severity
from records.domain.vocabulary import Role
from records.rules.receivers import receivers

SEPARATION = "GB/T 22239 集中管控（三员分立）"
NUMBERING = "DA/T 13-2022"

ROLES = frozenset(role.value for role in Role)

UNIQUE = (
    ("units", "code"), ("units", "credit_code"), ("units", "notice_prefix"), ("fonds", "number"),
    ("windows", "code"), ("people", "userid"), ("people", "staff_number"), ("centres", "key"),
    ("telephones", "phone"),
)  # fmt: skip


def check_office(office: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what is well-formed and still cannot be: doubles, unknown units and roles, offices nobody may hold."""
    yield from _doubles(office)
    yield from _units(office)
    yield from check_signers(office, {person["userid"]: person for person in office["people"]})
    yield from check_receivers(office, {person["userid"]: person for person in office["people"]})
    yield from check_centres(office["centres"], region=office["region"])
    windows = {window["code"] for window in office["windows"]}
    for at, person in enumerate(office["people"]):
        yield from _person(f"people.{at}", person, office["units"], windows)
    roles = {letter[0] for person in office["people"] for letter in person["letters"]}
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        if role.value not in roles:
            yield Finding("office.nobody", subject="people", params={"role": role.value, "label": role.label})


def check_signers(office: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Find what is wrong with the tables of who signs destruction lists (签字人表): unknown people, too few, one side only.

    ``people`` are those of the office by log-in name, each with its ``letters``; who signs needs one as an appraiser.
    """
    for key, signers in office["disposition"].items():
        path = f"disposition.{key}"
        if key not in office["fonds"]:
            yield _unknown_unit(path, key)
        named = {(post.value, userid) for post in Post for userid in signers[post.value]}
        named |= {("delegations", each["to"]) for each in signers["delegations"]}
        for field, userid in sorted(named, key=str):
            if not _may_sign(people.get(userid), key):
                yield Finding(
                    "office.no-appraiser", subject=f"{path}.{field}", params={"userid": str(userid)}
                )
        for nth, each in enumerate(signers["delegations"]):
            if each["post"] not in set(Post):
                where = f"{path}.delegations.{nth}.post"
                yield Finding("office.post-unknown", subject=where, params={"post": each["post"]})
        for found in check_people({post: signers[post.value] for post in Post}):
            yield replace(found, subject=path)
    for key in office["fonds"]:
        if key not in office["disposition"]:
            yield Finding(
                "office.no-signers", Severity.WARNS, subject=f"disposition.{key}", params={"unit": key}
            )


def check_receivers(office: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Find what is wrong with the archives that receive (接收馆): unknown fonds, heads without a letter, profile or agreement."""
    known = {each.profile for each in receivers()}
    for key, receiver in office["transfer"].items():
        path = f"transfer.{key}"
        if key not in office["fonds"]:
            yield _unknown_unit(path, key)
        for userid in receiver["heads"] or ("",):
            if not _may_sign(people.get(userid), key):
                yield Finding("office.no-appraiser", subject=f"{path}.heads", params={"userid": str(userid)})
        if receiver["profile"] not in known:
            yield Finding(
                "receiver.unknown", subject=f"{path}.profile", params={"known": "、".join(sorted(known))}
            )
        if receiver["electronic_years"] and not receiver["agreement"]:
            yield Finding("office.missing", subject=f"{path}.agreement", params={"field": "agreement"})


def _may_sign(person: Mapping[str, Any] | None, fonds: str) -> bool:
    """Tell whether a person holds a letter as an appraiser in a fonds."""
    letters = person["letters"] if person is not None else ()
    return any(role == Role.APPRAISER and unit in (fonds, EVERYWHERE) for role, unit, *_ in letters)


def _units(office: Mapping[str, Any]) -> Iterator[Finding]:
    for key, unit in office["units"].items():
        refused = identifiers.credit_code(unit["credit_code"])
        if isinstance(refused, Refused):
            yield Finding(
                "office.credit-code",
                subject=f"units.{key}.credit_code",
                params={"value": unit["credit_code"]},
                basis="GB 32100-2015",
            )
    for table in ("fonds", "retention"):
        for key in office[table]:
            if key not in office["units"]:
                yield _unknown_unit(f"{table}.{key}", key)
    for key in office["fonds"]:
        if key not in office["retention"]:
            yield Finding(
                "office.no-retention",
                Severity.WARNS,
                subject=f"retention.{key}",
                params={"unit": key},
                basis=NUMBERING,
            )
    for listed in ("windows", "telephones", "retention_table", "scope_table", "classification"):
        for at, entry in enumerate(office[listed]):
            field = "unit" if "unit" in entry else "fonds"
            known = office["units"] if field == "unit" else office["fonds"]
            if entry[field] not in (*known, EVERYWHERE):
                yield _unknown_unit(f"{listed}.{at}.{field}", entry[field])


def _doubles(office: Mapping[str, Any]) -> Iterator[Finding]:
    for part, field in UNIQUE:
        held = office[part]
        named = held.items() if isinstance(held, dict) else enumerate(held)
        yield from _twice((f"{part}.{key}.{field}", str(entry[field])) for key, entry in named)
    yield from _twice((f"calendar.{at}.date", str(day[0])) for at, day in enumerate(office["calendar"]))
    yield from _twice(
        (f"people.{at}.letters.{nth}.letter", letter[2])
        for at, person in enumerate(office["people"])
        for nth, letter in enumerate(person["letters"])
    )


def _twice(named: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for path, value in named:
        if value in first:
            yield Finding("office.double", subject=path, params={"value": value, "first": first[value]})
        first.setdefault(value, path)


def _person(
    path: str, person: Mapping[str, Any], units: Mapping[str, Any], windows: set[str]
) -> Iterator[Finding]:
    if person["unit"] not in units:
        yield _unknown_unit(f"{path}.unit", person["unit"])
    if person["window"] and person["window"] not in windows:
        yield Finding("office.window-unknown", subject=f"{path}.window", params={"window": person["window"]})
    if not person["letters"]:
        yield Finding("office.no-letter", subject=f"{path}.letters", params={"name": person["name"]})
    grants = []
    for nth, (role, unit, letter, since, until) in enumerate(person["letters"]):
        where = f"{path}.letters.{nth}"
        if role not in ROLES:
            yield Finding("office.role-unknown", subject=f"{where}.role", params={"role": role})
        else:
            grants.append(Grant(Role(role), unit, letter, since, until))
        if unit not in (*units, EVERYWHERE):
            yield _unknown_unit(f"{where}.unit", unit)
        if until is not None and until < since:
            yield Finding("office.dates", subject=f"{where}.until", params={"letter": letter})
    broken = _broken(grants)
    if broken:
        labels = "、".join(role.label for role in Role if role in broken)
        yield Finding(
            "office.separation",
            subject=f"{path}.letters",
            params={"name": person["name"], "roles": labels},
            basis=SEPARATION,
        )


def _broken(grants: list[Grant]) -> frozenset[Role]:
    """Return roles that one person would hold at once against the separation; most are held where a letter begins."""
    return frozenset().union(
        *(separation_broken(other.role for other in grants if other.holds_on(each.since)) for each in grants)
    )


def _unknown_unit(path: str, unit: str) -> Finding:
    return Finding("office.unit-unknown", subject=path, params={"unit": unit})
