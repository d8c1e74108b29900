"""The act (行为): who does something, when, where and by which authority, and the trace it leaves.

One act is one transaction. Whatever an operation changes, it says so through :func:`leave_trace`: the audit entry
with its Merkle leaf, the change feed, the work lists and the record's fingerprint are written together or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from records.clock import CIVIL, civil_date
from records.domain import ledger
from records.domain.access import Identity, Matrix
from records.domain.clocks import Calendar
from records.domain.permissions import Permission
from records.exchange.platforms import Platforms
from records.indexes import feed, worklists
from records.resources.archives import ArchivedItem
from records.resources.audit import AuditEntry
from records.resources.base import Record
from records.resources.materials import Holding
from records.resources.site import Site
from records.vault import Vault


@dataclass(frozen=True, slots=True)
class Act:
    """One person's deed at one instant (UTC), through one channel: screen, api, command or job.

    ``proof`` is the hash that a password typed for this act was found to fit, empty when none was asked.
    """

    site: Site
    by: Identity
    at: datetime
    vault: Vault
    calendar: Calendar
    matrix: Matrix
    channel: str = "screen"
    acting_for: str = ""
    why: str = ""
    proof: str = ""
    platforms: Platforms = field(default_factory=Platforms)
    owed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """Return the civil day of the act at +08:00."""
        return civil_date(self.at)

    def letter(self, permission: Permission, unit: str) -> str:
        """Return the number of the authority letter the act rests on."""
        return self.by.letter_for(permission, unit, self.matrix)


def plain(value: object) -> object:
    """Return a record's value as JSON has it: days and instants as ISO text, bytes as hex, tuples as lists."""
    match value:
        case datetime():
            return value.astimezone(CIVIL).isoformat()
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case tuple() | list():
            return [plain(part) for part in value]
        case Mapping():
            return {str(key): plain(part) for key, part in value.items()}
        case bool() | int() | None:
            return value
        case str():
            return str(value)
        case _:
            return plain(value.as_record())


def fingerprint(record: Record) -> str:
    """Return the SHA-256 of a record's attributes in canonical form, hexadecimal."""
    return hashlib.sha256(ledger.canonical(plain(record.as_record()), checked=True)).hexdigest()


def register(act: Act, record: Record) -> Record:
    """Give a new record its number and id and put it into its folder."""
    record.number = act.site.counter(f"number:{record.kind}").next()
    record.id = act.vault.identifier(record.kind, record.number)
    record.created_at = act.at
    act.site.folder(record.kind).place(record.id, record)
    return record


def leave_trace(
    act: Act,
    event: str,
    record: Record,
    *,
    unit: str = "",
    permission: Permission | None = None,
    why: str = "",
    details: Mapping[str, object] | None = None,
    account: str = "",
) -> None:
    """Write the audit entry of an act on a record, and bring feed, work lists and fingerprint up to date.

    ``account`` is what the burden ledger counts of it.
    """
    before, record.fingerprint = record.fingerprint, fingerprint(record)
    enter(
        act,
        event,
        f"{record.kind}:{record.id}",
        letter=act.letter(permission, unit) if permission else "",
        why=why or act.why,
        before=before,
        after=record.fingerprint,
        details=details or {},
        account=account,
    )
    feed.touch(act.site, record)
    worklists.refresh(act.site, record)


def enter(
    act: Act,
    event: str,
    subject: str,
    *,
    letter: str = "",
    why: str = "",
    before: str = "",
    after: str = "",
    details: Mapping[str, object] | None = None,
    account: str = "",
) -> AuditEntry:
    """Append one entry to the audit log; personal details stand beside the chain, in it only their salted digest.

    The account of the burden ledger has nothing personal and stands in the chain itself.
    """
    seq = act.site.audit.last + 1
    entry = AuditEntry()
    beside, salt = entry.details.encode(), b""
    # Nothing can be guessed where nothing stands, so that needs no salt.
    if details:
        beside, salt = ledger.canonical(plain(details), checked=True), act.vault.salt("audit", str(seq))
        entry.details, entry.salt = beside.decode(), salt
    entry.line = ledger.canonical(
        {
            "seq": seq,
            "at": act.at.isoformat(),
            "by": act.by.userid,
            "for": act.acting_for,
            "letter": letter,
            "window": act.by.window,
            "channel": act.channel,
            "event": event,
            "on": subject,
            "why": why,
            "before": before,
            "after": after,
            "details_digest": hashlib.sha256(salt + beside).hexdigest(),
            **({"burden": account} if account else {}),
        }
    )
    entry.leaf = ledger.leaf_hash(entry.line)
    act.site.audit[seq] = entry
    kind, _, name = subject.partition(":")
    if kind == ArchivedItem.kind and (item := act.site.archives.get(name)) is not None:
        item.trail = (*item.trail, seq)
    return entry


def owe(act: Act, verb: str, subject: str, *, on: Record | Holding, params: tuple = ()) -> None:
    """Promise background work in the same transaction; the channel may do it at once after the lock is released.

    The thing it is owed ``on`` keeps the job's number, so that whoever does the work strikes it off.
    """
    on.owed = act.site.jobs.owe(verb, subject, at=act.at, params=params).number
    act.owed.append((verb, subject))
