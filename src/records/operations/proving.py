"""Proving oneself again (再次验证身份): before an act that cannot be taken back the person types the password once more.

A screen has the password compared before the write lock is taken; wherever that did not happen it is compared here.
"""

from __future__ import annotations

from records.domain.findings import Finding

from .acts import Act
from .people import LOCKED, is_locked


def unproven(act: Act, password: str) -> tuple[Finding, ...]:
    """Return what speaks against whoever acts being who they say: ``password.locked`` or ``password.wrong``."""
    person = act.site.people.get(act.by.userid)
    minutes = {"minutes": int(LOCKED.total_seconds() // 60)}
    if person is None or person.disabled or not person.password_hash:
        return (Finding("password.wrong", subject="password", params=minutes),)
    if is_locked(person, act.at):
        return (Finding("password.locked", subject="password", params=minutes),)
    if act.proof == person.password_hash:
        return ()
    if password and act.vault.password_matches(person.password_hash, password):
        return ()
    return (Finding("password.wrong", subject="password", params=minutes),)
