"""Packages of items (一件事): those that come with the system, and over them what the office publishes from files.

A file replaces the package with its key, or adds one; what stood before is kept. Nothing is stored while anything is wrong.
An upgrade of the system brings its own files and never touches the office's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache

from records.domain.findings import Finding, Refused
from records.domain.guide_parts import Guide as Body
from records.domain.one_things import OneThing as Package
from records.domain.permissions import Permission
from records.exchange.fields import GuideFinding
from records.exchange.one_things import lint_one_thing, read_one_thing, shipped_one_things
from records.indexes import keys
from records.resources.one_things import OneThing, OneThingVersion
from records.resources.site import Site

from .acts import Act, leave_trace, register
from .discretion import discreet
from .editions import content


@cache
def shipped() -> Mapping[str, str]:
    """Return the texts of the packages that come with the system, by key."""
    return {one.key: text for _, text in shipped_one_things() if (one := read(text)) is not None}


@lru_cache(maxsize=256)
def read(text: str) -> Package | None:
    """Return the package that a text describes, None when it can no longer be read."""
    return read_one_thing(text, "")[0]


def texts(site: Site) -> Mapping[str, str]:
    """Return the texts in use by key: the office's own wins, and what it withdrew is left out."""
    found = dict(shipped())
    for record in own(site).values():
        found.pop(record.key, None)
        if not record.withdrawn:
            found[record.key] = record.versions[-1].text
    return found


def known(site: Site) -> Mapping[str, Package]:
    """Return every package in use, by key."""
    return {key: one for key, text in texts(site).items() if (one := read(text)) is not None}


def own(site: Site) -> Mapping[str, OneThing]:
    """Return the packages that the office put down itself, by key."""
    return {record.key: record for record in site.one_things.values()}


def guides_of(site: Site, package: Package, *, today: date) -> Mapping[str, Body]:
    """Return those guides of a package that are in force on a day."""
    found = {}
    for part in package.parts:
        guide = site.guides.get(part.guide)
        version = guide.in_force(today) if guide is not None else None
        if version is not None:
            found[part.guide] = content(version)
    return found


def check_file(
    site: Site, text: str, name: str, *, today: date
) -> tuple[Package | None, tuple[GuideFinding, ...]]:
    """Read a package file and check it against the guides in force; every finding knows its line and field."""
    return lint_one_thing(text, name, lambda package: guides_of(site, package, today=today))


@discreet
def publish_one_thing(act: Act, *, text: str, file: str = "") -> OneThing | Refused:
    """Publish a package from its file (发布一件事): it replaces the one with its key, and what stood before is kept.

    All findings at once, each with file, line and field as its subject; ``onething.unchanged`` when nothing differs.
    """
    text = text.strip() + "\n"
    package, located = check_file(act.site, text, file, today=act.today)
    if package is None or located:
        return Refused(tuple(_placed(each) for each in located))
    if texts(act.site).get(package.key) == text:
        return Refused((Finding("onething.unchanged", subject="text", params={"title": package.title}),))
    record = own(act.site).get(package.key) or _begin(act, package.key)
    version = OneThingVersion()
    version.version, version.text, version.file = len(record.versions) + 1, text, file[:120]
    version.digest = hashlib.sha256(text.encode()).hexdigest()
    version.published_by, version.published_at = act.by.userid, act.at
    record.title, record.versions, record.withdrawn = package.title, (*record.versions, version), ()
    _trace(act, "onething.publish", record)
    return record


@discreet
def withdraw_one_thing(act: Act, *, key: str, why: str) -> OneThing | Refused:
    """Withdraw a package (撤下一件事), also one that comes with the system; a later publication brings it back."""
    package = known(act.site).get(key)
    if package is None:
        return Refused((Finding("onething.unknown", subject="key", params={"key": key}),))
    record = own(act.site).get(key) or _begin(act, key)
    record.title, record.withdrawn = package.title, (act.by.userid, act.at, why)
    _trace(act, "onething.withdraw", record, why=why)
    return record


def _placed(found: GuideFinding) -> Finding:
    where = f"{found.file}:{found.line}" if found.file else f"{found.line}"
    return replace(found.finding, subject=f"{where} {found.field}".rstrip())


def _begin(act: Act, key: str) -> OneThing:
    record = OneThing()
    record.key = key
    register(act, record)
    keys.claim(act.site, keys.compose("onething", key), record.id)
    return record


def _trace(act: Act, event: str, record: OneThing, *, why: str = "") -> None:
    leave_trace(act, event, record, permission=Permission.GUIDE_PUBLISH, why=why, details={"key": record.key})
