"""Sessions kept by the server: a random name in a cookie, its digest in the database, nothing personal in either.

The database is written at log-in, log-out and when rights change. Idle time is counted by a minute stamp in the
cookie under a keyed code, so that reading pages writes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.operations.people import LOCKED, count_wrong_password, is_locked
from records.resources.people import Person
from records.resources.sessions import Session
from records.resources.site import Site
from records.vault import Vault

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=9)
JUDGED = "records.session"
"""Where a request keeps what it has judged of its cookie."""


class Judged(NamedTuple):
    """What a cookie header was found to say: the session's name, None when it says none, and when it was last seen."""

    header: str
    name: str | None
    minute: int


def cookie_name(request: Request) -> str:
    """Return the cookie's name; on https it is bound to the host."""
    return "__Host-records" if _secure(request) else "records"


def _secure(request: Request) -> bool:
    return request.registry.settings.get("session.secure", "false") == "true"


def _key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _stamp(vault: Vault, name: str, minute: int) -> str:
    code = hmac.new(vault.salt("session"), f"{name}.{minute}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(code[:15]).decode()


def write_cookie(request: Request, response: Response, name: str) -> None:
    """Put the session's name and the minute it was last seen into the answer's cookie, unless it stands there."""
    minute = int(request.now.timestamp() // 60)
    if read_cookie(request) == name and request.environ[JUDGED].minute == minute:
        return
    value = f"{name}.{minute}.{_stamp(request.registry.services.vault, name, minute)}"
    response.set_cookie(
        cookie_name(request), value, httponly=True, samesite="Lax", secure=_secure(request), path="/"
    )


def read_cookie(request: Request) -> str | None:
    """Return the session's name from the cookie, None when it is forged or was idle too long; judged once a request."""
    header = request.environ.get("HTTP_COOKIE", "")
    judged = request.environ.get(JUDGED)
    if judged is None or judged.header != header:
        judged = request.environ[JUDGED] = Judged(header, *_judge(request))
    return judged.name


def _judge(request: Request) -> tuple[str | None, int]:
    """Return the session's name, None when the cookie is not good, and the minute it was last seen."""
    name, _, rest = request.cookies.get(cookie_name(request), "").partition(".")
    minute, _, code = rest.partition(".")
    if not (name and minute.isdecimal() and len(minute) < 12):
        return None, 0
    if not hmac.compare_digest(code, _stamp(request.registry.services.vault, name, int(minute))):
        return None, 0
    idle = request.now.timestamp() - int(minute) * 60
    return (name if idle < IDLE.total_seconds() + 60 else None), int(minute)


def person_of(site: Site, name: str, now: datetime) -> Person | None:
    """Return the person a session belongs to while it lasts and the person's rights are those it began with."""
    session = site.sessions.get(_key(name))
    if session is None or session.ends_at <= now:
        return None
    person = site.people.get(session.userid)
    if person is None or person.disabled or person.epoch != session.epoch:
        return None
    return person


def begin(site: Site, person: Person, now: datetime) -> str:
    """Begin a session under a fresh name and return the name; sessions that have ended are dropped."""
    for key in [key for key, old in site.sessions.items() if old.ends_at <= now]:
        del site.sessions[key]
    name = secrets.token_urlsafe(32)
    session = Session()
    session.userid, session.epoch = person.userid, person.epoch
    session.began_at, session.ends_at = now, now + ABSOLUTE
    site.sessions[_key(name)] = session
    return name


def end(site: Site, name: str) -> None:
    """End a session; a second time is no fault."""
    site.sessions.pop(_key(name), None)


def verify_password(person: Person | None, password: str, vault: Vault, now: datetime) -> bool:
    """Compare a password in the same time whether the person exists or not; a locked account never fits."""
    if person is None or not person.password_hash:
        vault.dummy_verify()
        return False
    fits = vault.password_matches(person.password_hash, password)
    return fits and not person.disabled and not is_locked(person, now)


def log_in(site: Site, userid: str, *, fits: bool, now: datetime) -> str | Refused:
    """Count a wrong password or begin a session; one answer for unknown, wrong, locked and switched off.

    ``fits`` was found before the write lock was held: whether the account is locked or off is asked again here, because
    somebody else's guess may have come first.
    """
    person = site.people.get(userid)
    if person is not None and fits and not person.disabled and not is_locked(person, now):
        person.failures, person.locked_until = 0, None
        return begin(site, person, now)
    if person is not None:
        count_wrong_password(person, now)
    return Refused((Finding("login.refused", params={"minutes": int(LOCKED.total_seconds() // 60)}),))
