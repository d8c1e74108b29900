"""Signing, sending back, carrying out and closing a list (签字、退回、执行、办结); each signature with the password anew.

Nothing here destroys: carrying a list out only promises the work, and the work looks at each item once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from records.domain import disposition as rules
from records.domain.appraisal import Choice, Decision
from records.domain.disposition import (
    AFTER,
    DRAFTED,
    EXECUTED,
    ItemFacts,
    Post,
    Standing,
    Table,
)
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import ItemState
from records.indexes import disposition_questions as questions
from records.indexes import keys, use_questions
from records.resources.archives import ArchivedItem
from records.resources.dispositions import Disposition
from records.resources.site import Site

from .acts import Act, leave_trace, owe
from .appraisal import FREEZE, standing_of, table_of
from .discretion import discreet
from .proving import unproven

CARRY_OUT = "carry-out-disposition"


def _table(act: Act, record: Disposition) -> Table | Refused:
    table = table_of(act.site, record.fonds)
    if table is None:
        return Refused((Finding("disposition.no-table", params={"fonds": record.fonds}),))
    return table


def post_of(standing: Standing, table: Table, userid: str, act: Act, post: Post | None) -> Post | None:
    """Return the post a person signs for now: the one named, else the first open one that is theirs, else any of theirs."""
    if post is not None:
        return post
    theirs = [each for each in Post if table.letter(each, userid, today=act.today) is not None]
    still = [each for each in rules.posts_open(standing, table) if each in theirs]
    return next(iter([*still, *theirs]), None)


def awaits(site: Site, record: Disposition, userid: str, *, today: date) -> bool:
    """Tell whether a list waits for somebody now: in the group for its confirmation, by the table for a signature."""
    standing = standing_of(record)
    if standing.state is DRAFTED:
        return not rules.guard_confirm(standing, userid)
    return bool(posts_of(site, record, userid, today=today))


def posts_of(site: Site, record: Disposition, userid: str, *, today: date) -> tuple[Post, ...]:
    """Return the posts that are open on a list and that somebody may sign for now."""
    standing, table = standing_of(record), table_of(site, record.fonds)
    if table is None:
        return ()
    return tuple(
        post
        for post in rules.posts_open(standing, table)
        if not rules.guard_sign(standing, post, userid, table=table, today=today)
    )


@discreet
def _stated(act: Act, *, backups: str) -> str:
    return backups.strip()


def sign(
    act: Act,
    record: Disposition,
    *,
    password: str = "",
    post: Post | None = None,
    checked: bool = False,
    backups: str = "",
) -> Disposition | Refused:
    """Sign a list (签字): a head before it is carried out, a supervisor after it (监销), each with the password once more.

    A supervisor says that the list was compared (``checked``); the last one also says what becomes of the copies on backup
    media, which no program can reach. Findings: those of ``guard_sign``, ``disposition.not-compared``,
    ``disposition.no-backups``, ``disposition.paper-owed``, ``password.wrong``, ``password.locked``.
    """
    table = _table(act, record)
    if isinstance(table, Refused):
        return table
    standing = standing_of(record)
    post = post_of(standing, table, act.by.userid, act, post)
    found = list(rules.guard_sign(standing, post, act.by.userid, table=table, today=act.today))
    stated = _stated(act, backups=backups)
    if post in AFTER and standing.state is EXECUTED:
        if not checked:
            found.append(Finding("disposition.not-compared", subject="checked"))
        last = len(rules.posts_open(standing, table)) == 1
        if last and not (stated or record.backups):
            found.append(Finding("disposition.no-backups", subject="backups"))
    elif not record.papers:
        found.append(Finding("disposition.paper-owed"))
    found += unproven(act, password)
    if found:
        return Refused(tuple(found))
    after = rules.sign(standing, post, act.by.userid, table=table)
    letter = table.letter(post, act.by.userid, today=act.today) or ""
    record.signatures = (*record.signatures, (post.value, act.by.userid, act.at, letter))
    record.backups = stated or record.backups
    record.state = after.state.value
    if after.state is rules.SUPERVISED:
        owe(act, FREEZE, record.id, on=record)
    return _traced(act, record, "disposition.sign", why="；".join(filter(None, (post.label, letter, stated))))


@discreet
def refuse(act: Act, record: Disposition, *, why: str = "") -> Disposition | Refused:
    """Send a list back to its group (退回) before it is carried out; confirmations and signatures are given anew."""
    table = _table(act, record)
    if isinstance(table, Refused):
        return table
    standing = standing_of(record)
    found = rules.guard_refuse(standing, act.by.userid, table=table, today=act.today, why=why.strip())
    if found:
        return Refused(found)
    record.refusals = (*record.refusals, (act.at, act.by.userid, why.strip(), record.state))
    after = rules.refuse(standing)
    record.state, record.confirmed, record.signatures = after.state.value, (), ()
    record.papers = ()
    return _traced(act, record, "disposition.refuse", why=why.strip())


def execute(act: Act, record: Disposition, *, number: str = "", password: str = "") -> Disposition | Refused:
    """Carry a signed list out (执行): whoever does it types its number and the password; the background does the work.

    Findings: those of ``guard_execute`` with all items at once, ``password.wrong``, ``password.locked``.
    """
    table = _table(act, record)
    if isinstance(table, Refused):
        return table
    found = rules.guard_execute(
        standing_of(record),
        act.by.userid,
        table=table,
        typed=number,
        number=record.list_number or record.code,
        items=_to_destroy(act.site, record),
        today=act.today,
    )
    found = (*found, *unproven(act, password))
    if found:
        return Refused(found)
    after = rules.execute(standing_of(record), act.by.userid)
    record.state, record.executor, record.phase = after.state.value, after.executor, "items"
    owe(act, CARRY_OUT, record.id, on=record)
    return _traced(
        act,
        record,
        "disposition.execute",
        why=record.list_number or record.code,
        permission=Permission.DISPOSITION_DESTROY,
    )


def _to_destroy(site: Site, record: Disposition) -> Iterable[ItemFacts]:
    chosen = (item for item, row in record.choices.decided.items() if row and row[0] == Decision.DESTROY)
    return sorted(
        (facts_of(site, site.archives[item], record) for item in chosen), key=lambda facts: facts.code
    )


def facts_of(site: Site, item: ArchivedItem, record: Disposition) -> ItemFacts:
    """Return an item as far as its destruction asks, by what stands in the database at this moment."""
    choice = Choice.read(record.choices.decided.get(item.id, ()))
    return ItemFacts(
        code=item.code or item.provisional_code,
        state=ItemState(item.state),
        due=item.ends,
        holds=tuple(hold.reference for hold in questions.holds_on(site, item)),
        placing=tuple(hold.reference for hold in questions.holds_coming(site, item.fonds)),
        decided=choice is not None and choice.decision is Decision.DESTROY,
        in_list=item.fonds == record.fonds and questions.item_of_list(site, item.id) == record.id,
        lent=use.code if (use := use_questions.lent_by(site, item.id)) is not None else "",
    )


def close(act: Act, record: Disposition) -> Disposition | Refused:
    """Close a supervised list (办结); list, report and signatures stay for ever."""
    table = _table(act, record)
    if isinstance(table, Refused):
        return table
    found = rules.guard_close(standing_of(record), table=table)
    if found:
        return Refused(found)
    record.state, record.closed_at = rules.CLOSED.value, act.at
    release(act.site, record)
    return _traced(act, record, "disposition.close")


@discreet
def abandon(act: Act, record: Disposition, *, why: str = "") -> Disposition | Refused:
    """Give a list up (撤销) while it is a draft; its items can go on another one."""
    found = rules.guard_abandon(standing_of(record), why=why.strip())
    if found:
        return Refused(found)
    record.state = rules.ABANDONED.value
    release(act.site, record)
    return _traced(act, record, "disposition.abandon", why=why.strip())


def release(site: Site, record: Disposition) -> None:
    """Let every item of a list go, so that another list can take it."""
    for item in record.choices.decided:
        keys.release(site, keys.compose("appraised", item), record.id)


def _traced(
    act: Act,
    record: Disposition,
    event: str,
    *,
    why: str = "",
    permission: Permission = Permission.DISPOSITION_SIGN,
) -> Disposition:
    record.choices.note(event, act.by.userid, act.at.isoformat(), why)
    leave_trace(act, event, record, unit=record.unit, permission=permission, why=why)
    return record
