"""People and their access: a password of their own, tokens for programs, and the end of both.

What ends what: a new password that a person chooses ends the other log-ins and leaves the tokens, which are secrets of
their own; a password that the administrator resets, or an account that is switched off, ends log-ins and tokens alike.
Without an authority letter in force a token opens nothing. Hashing is slow on purpose and is done before the write lock;
here only its result is written.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from records.clock import CIVIL
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.resources.people import Person

from .acts import Act, enter, leave_trace
from .discretion import discreet

LEAST = 10
"""Characters of a password; length is worth more than rules about signs."""
LONGEST_TOKEN = 366
"""Days a token may be good for."""
NAMED = 12
"""Signs of its digest by which a token is named on lists."""
ATTEMPTS = 5
"""Wrong passwords in a row after which an account is locked."""
LOCKED = timedelta(minutes=10)
"""How long it stays locked."""


def is_locked(person: Person, at: datetime) -> bool:
    """Tell whether an account is locked after wrong passwords (锁定) at an instant."""
    return person.locked_until is not None and at < person.locked_until


def count_wrong_password(person: Person, at: datetime) -> None:
    """Count a wrong password, at the log-in or in front of a change; the fifth in a row locks the account (锁定)."""
    if is_locked(person, at):
        return
    person.failures += 1
    if person.failures >= ATTEMPTS:
        person.failures, person.locked_until = 0, at + LOCKED


def refuse_password(act: Act, person: Person) -> None:
    """Put a wrong present password (原密码不对) on record and count it like one at the log-in."""
    count_wrong_password(person, act.at)
    enter(act, "person.password-refused", f"person:{person.userid}")


def check_new_password(*, present: str, new: str, again: str) -> tuple[Finding, ...]:
    """Check a new password (新密码): long enough, typed twice alike, not the present one."""
    found = []
    if len(new) < LEAST:
        found.append(Finding("password.too-short", subject="new", params={"least": LEAST}))
    if new != again:
        found.append(Finding("password.unlike", subject="again"))
    if new and new == present:
        found.append(Finding("password.same", subject="new"))
    return tuple(found)


def change_password(
    act: Act, person: Person, *, hashed: str, proven: bool, findings: tuple[Finding, ...] = ()
) -> Person | Refused:
    """Give a person a new password (修改密码); all sessions of before end.

    ``hashed`` is the new password's argon2 hash, ``proven`` says whether the present one was right, ``findings`` are
    those of :func:`check_new_password`. While the account is locked nothing is right.
    """
    minutes = {"minutes": int(LOCKED.total_seconds() // 60)}
    wrong: tuple[Finding, ...] = ()
    if is_locked(person, act.at):
        wrong = (Finding("password.locked", subject="present", params=minutes),)
    elif not proven:
        wrong = (Finding("password.wrong", subject="present", params=minutes),)
    if wrong or findings:
        return Refused((*wrong, *findings))
    person.password_hash, person.must_change = hashed, False
    person.failures, person.locked_until = 0, None
    person.epoch += 1
    leave_trace(act, "person.password", person)
    return person


@discreet
def issue_token(
    act: Act, person: Person, *, label: str, scopes: Collection[str], until: date
) -> str | Refused:
    """Issue a token for a program (接口令牌), shown this once as ``userid.secret``; only its digest is kept.

    ``scopes`` are permissions, or ``*`` for all that the person has; ``until`` is the last civil day, at most a year away.
    """
    known = {permission.value for permission in Permission} | {"*"}
    found = [
        Finding("token.unknown-scope", subject="scopes", params={"scope": scope})
        for scope in scopes
        if scope not in known
    ]
    if not label.strip():
        found.append(Finding("token.no-label", subject="label"))
    if until < act.today:
        found.append(Finding("token.past", subject="until"))
    if until > act.today + timedelta(days=LONGEST_TOKEN):
        found.append(Finding("token.too-long", subject="until", params={"days": LONGEST_TOKEN}))
    if found:
        return Refused(tuple(found))
    secret = secrets.token_urlsafe(24)
    ends = datetime.combine(until + timedelta(days=1), time(), CIVIL)
    kept = (hashlib.sha256(secret.encode()).hexdigest(), label.strip(), tuple(sorted(scopes)), act.at, ends)
    person.tokens = (*person.tokens, kept)
    leave_trace(act, "person.token", person, permission=Permission.TOKEN_ISSUE, why=label.strip())
    return f"{person.userid}.{secret}"


def withdraw_token(act: Act, person: Person, *, token: str) -> Person | Refused:
    """Take a token back (收回令牌); ``token`` names it as the list shows it, by the first signs of its digest."""
    kept = tuple(each for each in person.tokens if len(token) < NAMED or not each[0].startswith(token))
    if kept == person.tokens:
        return Refused((Finding("token.unknown", subject="token", params={"token": token[:NAMED]}),))
    person.tokens = kept
    leave_trace(act, "person.token-withdraw", person, permission=_by_office(act, person))
    return person


def end_sessions(act: Act, person: Person) -> Person:
    """End all sessions of a person at once (全部下线): whoever holds one must log in again."""
    person.epoch += 1
    leave_trace(act, "person.sessions-end", person, permission=_by_office(act, person))
    return person


def reset_password(act: Act, person: Person, *, hashed: str) -> Person | Refused:
    """Give a person a one-time password (重置密码) of which only the hash comes here; their log-ins and tokens end."""
    if person.userid == act.by.userid:
        return Refused((Finding("person.oneself"),))
    person.password_hash, person.must_change = hashed, True
    person.failures, person.locked_until = 0, None
    _end_access(person)
    leave_trace(act, "person.password-reset", person, permission=Permission.PERSON_MANAGE)
    return person


def switch_off(act: Act, person: Person) -> Person | Refused:
    """Switch an account off (停用): no log-in and no token works any more, at once; what the person did stays."""
    if person.userid == act.by.userid:
        return Refused((Finding("person.oneself"),))
    if person.disabled:
        return Refused((Finding("person.off-already"),))
    person.disabled = True
    _end_access(person)
    leave_trace(act, "person.off", person, permission=Permission.PERSON_MANAGE)
    return person


def switch_on(act: Act, person: Person) -> Person | Refused:
    """Let a person log in again (启用) with the password of before; tokens have to be issued anew."""
    if not person.disabled:
        return Refused((Finding("person.on-already"),))
    person.disabled, person.failures, person.locked_until = False, 0, None
    leave_trace(act, "person.on", person, permission=Permission.PERSON_MANAGE)
    return person


def _end_access(person: Person) -> None:
    person.epoch += 1
    person.tokens = ()


def _by_office(act: Act, person: Person) -> Permission | None:
    return None if act.by.userid == person.userid else Permission.PERSON_MANAGE
