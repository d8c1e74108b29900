"""Appraisal (鉴定): a list of items whose period is over, decided one by one or by rule, and confirmed by its group.

One list takes at most a thousand items of a fonds and a year; the next list takes those that follow. An item stands on one
open list only.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from records.domain import appraisal as rules
from records.domain import disposition
from records.domain.appraisal import Choice, Decision, Member, Method, Rule
from records.domain.disposition import APPRAISED, DRAFTED, Delegation, DispositionState, Post, Standing, Table
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.sparing import WHOLE, taken_off
from records.domain.vocabulary import Retention
from records.indexes import disposition_questions as questions
from records.indexes import keys
from records.indexes.transfer_questions import transfer_of
from records.resources.archives import ArchivedItem
from records.resources.dispositions import Choices, Disposition
from records.resources.site import Site

from .acts import Act, leave_trace, owe, register
from .discretion import discreet
from .holds import SEPARATORS
from .identities import identity_of
from .listing import freeze_rows
from .proving import unproven

MOST = 1000
"""Items on one list."""
EVERYTHING = "*"
FREEZE = "freeze-disposition"


def table_of(site: Site, fonds: str) -> Table | None:
    """Return who signs for a fonds by the office's table (签字人表), None while the office has said nothing."""
    described = site.office.get("disposition", {}).get(fonds)
    if described is None:
        return None
    people = {post: tuple(described[post.value]) for post in Post}
    delegations = tuple(
        Delegation(Post(each["post"]), each["to"], each["letter"], each["since"], each.get("until"))
        for each in described["delegations"]
    )
    return Table(people, delegations)


def standing_of(record: Disposition) -> Standing:
    """Return what the rules ask of a list."""
    return Standing(
        state=DispositionState(record.state),
        group=tuple((Member(member), userid) for member, userid in record.group),
        confirmed=tuple(userid for userid, _ in record.confirmed),
        signed=tuple((Post(post), userid) for post, userid, _, _ in record.signatures),
        executor=record.executor,
        destroys=record.destroys > 0,
    )


def entitled(act: Act, fonds: str) -> frozenset[str]:
    """Return the log-in names of those who may appraise in a fonds."""
    return frozenset(
        userid
        for userid, person in act.site.people.children.items()
        if not person.disabled
        and act.matrix.permits(identity_of(person, act.today), Permission.DISPOSITION_PROPOSE, unit=fonds)
    )


def open_list(
    act: Act,
    *,
    fonds: str,
    year: int,
    method: Method = Method.DIRECT,
    leader: str = "",
    archives: str = "",
    business: str = "",
) -> Disposition | Refused:
    """Open an appraisal (开展鉴定) of what fell due with a year; who is not named in the group comes from the office's table.

    Findings: ``permission.denied``, ``appraisal.year-not-over``, ``appraisal.nothing-due``, ``appraisal.not-entitled``,
    ``appraisal.same-person``.
    """
    if not act.matrix.permits(act.by, Permission.DISPOSITION_PROPOSE, unit=fonds):
        params = {"permission": Permission.DISPOSITION_PROPOSE.value}
        return Refused((Finding("permission.denied", params=params),))
    table = table_of(act.site, fonds)
    named = {Member.LEADER: leader, Member.ARCHIVES: archives, Member.BUSINESS: business}
    group = {member: given or _first(table, Post(member.value)) for member, given in named.items()}
    names = {userid: person.name for userid, person in act.site.people.children.items()}
    found = list(rules.guard_group(group, entitled=entitled(act, fonds), names=names))
    ids: tuple[str, ...] = ()
    if year >= act.today.year:
        found.append(Finding("appraisal.year-not-over", subject="year", params={"year": str(year)}))
    else:
        free = (each for each in questions.due_ids(act.site, fonds, year) if not _taken(act.site, each))
        ids = tuple(islice(free, MOST))
        if not ids:
            found.append(Finding("appraisal.nothing-due", subject="year", params={"year": str(year)}))
    if found:
        return Refused(tuple(found))
    record = Disposition()
    record.fonds = record.unit = fonds
    record.year, record.method, record.opened_by = year, method.value, act.by.userid
    record.group = tuple((member.value, userid) for member, userid in group.items())
    record.choices, record.total = Choices(), len(ids)
    register(act, record)
    record.seed = act.vault.identifier("sample", record.number)
    record.code = numbered(act, fonds, "鉴")
    for each in ids:
        record.choices.decided[each] = ()
        keys.claim(act.site, keys.compose("appraised", each), record.id)
    record.choices.note("open", *ids)
    leave_trace(act, "disposition.open", record, unit=fonds, permission=Permission.DISPOSITION_PROPOSE)
    return record


def numbered(act: Act, fonds: str, word: str) -> str:
    """Return the next number of a fonds' yearly series, 机关代字 word〔year〕n号, gapless (I7)."""
    number = act.site.counter(f"disposition:{fonds}:{word}:{act.today.year}").next()
    return f"{act.site.office['units'][fonds]['notice_prefix']}{word}〔{act.today.year}〕{number}号"


def _first(table: Table | None, post: Post) -> str:
    return next(iter(table.people.get(post, ())), "") if table else ""


def _taken(site: Site, item: str) -> bool:
    return bool(questions.item_of_list(site, item) or transfer_of(site, item))


@discreet
def choose(
    act: Act,
    record: Disposition,
    *,
    items: str,
    decision: Decision,
    reason: str = "",
    period: Retention | None = None,
) -> Disposition | Refused:
    """Decide what becomes of items (逐件鉴定): ``items`` are their codes, or ``*`` for all that are undecided.

    Findings: ``appraisal.not-in-group``, ``disposition.wrong-state``, ``appraisal.not-on-list``, those of
    ``guard_choice`` for each item.
    """
    found = _not_now(act, record)
    chosen, strange = _named(act.site, record, items)
    found += [Finding("appraisal.not-on-list", subject="items", params={"code": code}) for code in strange]
    if not chosen and not strange:
        found.append(Finding("appraisal.empty", subject="items"))
    choice = Choice(decision, reason.strip(), act.by.userid, period)
    for item in chosen:
        found += speaks_against(act.site, item, choice)
    if found:
        return Refused(tuple(each for at, each in enumerate(found) if each not in found[:at]))
    for item in chosen:
        record.choices.decided[item.id] = choice.stored()
        record.choices.note("choose", item.id, *choice.stored())
    return _changed(act, record, "disposition.choose")


@discreet
def add_rule(
    act: Act,
    record: Disposition,
    *,
    decision: Decision,
    reason: str = "",
    period: Retention | None = None,
    category: str = "",
    retention: str = "",
) -> Disposition | Refused:
    """Add a rule (鉴定规则) and let it decide what no person has; the sample is drawn anew from the list's seed.

    What a rule may not decide, because it lies under a hold, stays undecided. Findings: ``appraisal.not-by-rule``,
    ``appraisal.no-reason``, ``appraisal.no-period``, ``appraisal.rule-fits-nothing``.
    """
    found = _not_now(act, record)
    if record.method != Method.RULE:
        found.append(Finding("appraisal.not-by-rule"))
    rule = Rule(category.strip(), retention.strip(), decision, reason.strip(), period)
    found += rules.guard_choice(
        decision, code=record.code, period=period, reason=rule.reason, due=None, holds=()
    )
    every = (*map(Rule.read, record.rules), rule)
    fitting = {item.id: number for item, number in _by_rule(act.site, record, every)}
    if not found and len(every) not in fitting.values():
        found.append(Finding("appraisal.rule-fits-nothing", subject="category"))
    if found:
        return Refused(tuple(found))
    record.rules = tuple(each.stored() for each in every)
    for item, number in tuple(_by_rule(act.site, record, every)):
        by = every[number - 1] if number else None
        choice = Choice(by.decision, by.reason, act.by.userid, by.period, number) if by else None
        fits = choice is not None and not speaks_against(act.site, item, choice)
        record.choices.decided[item.id] = choice.stored() if fits else ()
    decided = record.choices.decided.items()
    record.sample = rules.draw(record.seed, (item for item, row in decided if row and row[4]))
    record.choices.note("rule", *rule.stored(), *record.sample)
    for gone in [item for item in record.choices.looks if item not in record.sample]:
        del record.choices.looks[gone]
    return _changed(act, record, "disposition.rule", why=rule.reason)


def _by_rule(site: Site, record: Disposition, every: tuple[Rule, ...]) -> Iterable[tuple[ArchivedItem, int]]:
    """Yield the items that no person has decided, each with the number of the first rule that fits."""
    for each, row in record.choices.decided.items():
        if not row or row[4]:
            item = site.archives[each]
            yield item, rules.first_fitting(every, category=item.category, retention=item.retention)


@discreet
def look(
    act: Act, record: Disposition, *, code: str, agrees: bool = False, note: str = ""
) -> Disposition | Refused:
    """Note what a person found in one item of the sample (抽样核对): that the rule's decision is right, or why it is not."""
    found = _not_now(act, record)
    item = questions.item_coded(act.site, code)
    if item is None or item.id not in record.sample:
        found.append(Finding("appraisal.not-in-sample", subject="code", params={"code": code}))
    if not agrees and not note.strip():
        found.append(Finding("appraisal.no-reason", subject="note"))
    if found:
        return Refused(tuple(found))
    record.choices.looks[item.id] = (agrees, act.by.userid, act.at, note.strip())
    record.choices.note("look", item.id, agrees, act.by.userid, note)
    return _changed(act, record, "disposition.look")


@discreet
def remove(act: Act, record: Disposition, *, items: str, why: str = "") -> Disposition | Refused:
    """Take items off a list before it is carried out (剔除), with the reason; they are due as before.

    What the heads have signed for stays signed, for nothing more is destroyed by it; the register says what was spared.
    Findings: those of ``guard_remove``, ``appraisal.not-on-list``, ``appraisal.empty``.
    """
    chosen, strange = _named(act.site, record, items)
    choices, why = record.choices, why.strip()
    left = len(choices.decided) - len(chosen)
    found = list(disposition.guard_remove(standing_of(record), act.by.userid, left=left, why=why))
    found += [Finding("appraisal.not-on-list", subject="items", params={"code": code}) for code in strange]
    if not chosen and not strange:
        found.append(Finding("appraisal.empty", subject="items"))
    if found:
        return Refused(tuple(found))
    for item in chosen:
        row = choices.decided.pop(item.id)
        choices.looks.pop(item.id, None)
        choices.note("remove", item.id, why)
        keys.release(act.site, keys.compose("appraised", item.id), record.id)
        record.taken_off = (*record.taken_off, (item.code, why, act.by.userid, act.at))
        if record.state != DRAFTED and row[0] == Decision.DESTROY:
            record.spared = (*record.spared, (item.code, WHOLE, taken_off(why)))
    record.sample = tuple(each for each in record.sample if each in choices.decided)
    record.total -= len(chosen)
    if record.state == DRAFTED:
        record.confirmed = ()
    leave_trace(
        act,
        "disposition.remove",
        record,
        unit=record.unit,
        permission=Permission.DISPOSITION_PROPOSE,
        why=why,
    )
    return record


def confirm(act: Act, record: Disposition, *, password: str = "") -> Disposition | Refused:
    """Confirm the appraisal (鉴定小组确认) with one's password; with the third confirmation report and list are frozen.

    Findings: ``disposition.wrong-state``, ``appraisal.not-in-group``, ``appraisal.confirmed-already``,
    those of ``guard_complete``, ``password.wrong``, ``password.locked``.
    """
    standing = standing_of(record)
    found = [*disposition.guard_confirm(standing, act.by.userid), *incomplete(act.site, record)]
    if table_of(act.site, record.fonds) is None:
        found.append(Finding("disposition.no-table", params={"fonds": record.fonds}))
    found += unproven(act, password)
    if found:
        return Refused(tuple(found))
    after = disposition.confirm(standing, act.by.userid)
    record.confirmed = (*record.confirmed, (act.by.userid, act.at))
    record.state = after.state.value
    if after.state is APPRAISED:
        decided = record.choices.decided.values()
        record.destroys = sum(1 for row in decided if row[0] == Decision.DESTROY)
        if record.destroys and not record.list_number:
            record.list_number = numbered(act, record.fonds, "销")
        freeze_rows(act, record)
        owe(act, FREEZE, record.id, on=record)
    leave_trace(
        act, "disposition.confirm", record, unit=record.unit, permission=Permission.DISPOSITION_PROPOSE
    )
    return record


def incomplete(site: Site, record: Disposition) -> tuple[Finding, ...]:
    """Return what is still to be decided or looked at, each with its codes."""
    codes = {item: site.archives[item].code for item in record.choices.decided}
    looks = record.choices.looks
    return rules.guard_complete(
        [codes[item] for item, row in record.choices.decided.items() if not row],
        total=record.total,
        unseen=[codes[item] for item in record.sample if item not in looks],
        disputed=[codes[item] for item in record.sample if item in looks and not looks[item][0]],
    )


def speaks_against(site: Site, item: ArchivedItem, choice: Choice) -> tuple[Finding, ...]:
    """Return what speaks against a choice on an item: no reason, no longer period, a hold."""
    return rules.guard_choice(
        choice.decision,
        code=item.code,
        period=choice.period,
        reason=choice.reason,
        due=item.ends,
        holds=[hold.reference for hold in questions.holds_on(site, item)],
    )


def _named(site: Site, record: Disposition, items: str) -> tuple[list[ArchivedItem], list[str]]:
    """Return the items of the list that some codes name, and the codes that name none of it."""
    if items.strip() == EVERYTHING:
        return [site.archives[item] for item, row in record.choices.decided.items() if not row], []
    chosen, strange = [], []
    for code in dict.fromkeys(items.translate(SEPARATORS).split()):
        item = questions.item_coded(site, code)
        if item is not None and item.id in record.choices.decided:
            chosen.append(item)
        else:
            strange.append(code)
    return chosen, strange


def _not_now(act: Act, record: Disposition) -> list[Finding]:
    """Return what speaks against changing a list now: it is past its draft, or the person is not of its group."""
    found = []
    if record.state != DRAFTED:
        params = {"state": DispositionState(record.state).label, "possible": DRAFTED.label}
        found.append(Finding("disposition.wrong-state", params=params))
    if act.by.userid not in {userid for _, userid in record.group}:
        found.append(Finding("appraisal.not-in-group", basis=rules.BASIS))
    return found


def _changed(act: Act, record: Disposition, event: str, *, why: str = "") -> Disposition:
    """Leave the trace of a change; who had confirmed confirms again."""
    record.confirmed = ()
    leave_trace(act, event, record, unit=record.unit, permission=Permission.DISPOSITION_PROPOSE, why=why)
    return record
