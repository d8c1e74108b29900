"""People and their access: a password of their own, tokens for programs, and the end of all their sessions.

Hashing is slow on purpose and is done before the write lock; here only its result is written.
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

from .acts import Act, leave_trace
from .discretion import discreet

LEAST = 10
"""Characters of a password; length is worth more than rules about signs."""
LONGEST_TOKEN = 366
"""Days a token may be good for."""


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
    those of :func:`check_new_password`.
    """
    wrong = () if proven else (Finding("password.wrong", subject="present"),)
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


def withdraw_token(act: Act, person: Person, *, digest: str) -> Person | Refused:
    """Take a token back (收回令牌); ``digest`` names it as the list shows it."""
    kept = tuple(token for token in person.tokens if token[0] != digest)
    if kept == person.tokens:
        return Refused((Finding("record.unknown", params={"id": digest[:8]}),))
    person.tokens = kept
    leave_trace(act, "person.token-withdraw", person)
    return person


def end_sessions(act: Act, person: Person) -> Person:
    """End all sessions of a person at once (全部下线): whoever holds one must log in again."""
    person.epoch += 1
    leave_trace(act, "person.sessions-end", person)
    return person
