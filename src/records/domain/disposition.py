"""Disposition (处置): the way of a list from the first draft to its closing, and what must hold before anything is destroyed.

The group confirms its appraisal, the heads of the office sign the list, somebody else carries it out, and supervisors from
the archives and from the business side sign afterwards. Nobody signs one list twice, so that five people or more stand
behind each destruction. Any refusal before it is carried out brings the list back to the group.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from .appraisal import Member
from .findings import Finding
from .vocabulary import ItemState, Term

BASIS = "档案法实施条例 第二十四条；机关档案管理规定（国家档案局令第13号）"
LEAST_PEOPLE = 5


class DispositionState(Term):
    """Where a list stands (鉴定处置状态)."""

    DRAFTED = "drafted", "鉴定中"
    APPRAISED = "appraised", "待负责人签字"
    SIGNED = "signed", "待执行"
    EXECUTING = "executing", "正在执行"
    EXECUTED = "executed", "待监销签字"
    SUPERVISED = "supervised", "已监销"
    CLOSED = "closed", "已办结"
    ABANDONED = "abandoned", "已撤销"


class Post(Term):
    """Who signs a destruction list (签字人): four heads before, supervisors after."""

    LEADER = "leader", "分管负责人"
    OFFICE = "office", "办公室负责人"
    ARCHIVES = "archives", "档案部门负责人"
    BUSINESS = "business", "业务部门负责人"
    SUPERVISOR_ARCHIVES = "supervisor_archives", "档案部门监销人"
    SUPERVISOR_BUSINESS = "supervisor_business", "业务部门监销人"
    SUPERVISOR_INFORMATICS = "supervisor_informatics", "信息化部门监销人"


BEFORE = (Post.LEADER, Post.OFFICE, Post.ARCHIVES, Post.BUSINESS)
AFTER = (Post.SUPERVISOR_ARCHIVES, Post.SUPERVISOR_BUSINESS, Post.SUPERVISOR_INFORMATICS)

DRAFTED, APPRAISED, SIGNED, EXECUTING, EXECUTED, SUPERVISED, CLOSED, ABANDONED = DispositionState


@dataclass(frozen=True, slots=True)
class Delegation:
    """A letter by which somebody signs for a post (委托签字), from a day until a day, both included."""

    post: Post
    to: str
    letter: str
    since: date
    until: date | None = None

    def holds_on(self, today: date) -> bool:
        """Tell whether the letter is in force on a civil day."""
        return self.since <= today and (self.until is None or today <= self.until)


@dataclass(frozen=True, slots=True)
class Table:
    """The office's table of one fonds (签字人表): who may sign for each post, and who for them by letter."""

    people: Mapping[Post, tuple[str, ...]]
    delegations: tuple[Delegation, ...] = ()

    def letter(self, post: Post, userid: str, *, today: date) -> str | None:
        """Return by what somebody may sign for a post: an empty text by the table, a letter's number, None not at all."""
        if userid in self.people.get(post, ()):
            return ""
        found = (
            each.letter
            for each in self.delegations
            if (each.post, each.to) == (post, userid) and each.holds_on(today)
        )
        return next(found, None)

    def after(self) -> tuple[Post, ...]:
        """Return the supervisors' posts of this office: archives and business always, informatics where it has one."""
        return tuple(post for post in AFTER if self.people.get(post))


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules ask of a list: its state, who confirmed the appraisal, who signed for which post, who carried it out."""

    state: DispositionState = DRAFTED
    group: tuple[tuple[Member, str], ...] = ()
    confirmed: tuple[str, ...] = ()
    signed: tuple[tuple[Post, str], ...] = ()
    executor: str = ""
    destroys: bool = True

    def holder(self, post: Post) -> str:
        """Return who signed for a post, empty before."""
        return next((by for each, by in self.signed if each is post), "")


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item as far as its destruction asks: where it stands, when its period is over, what forbids it.

    ``lent`` is the number of the request by which its paper is out.
    """

    code: str
    state: ItemState
    due: date | None
    holds: tuple[str, ...] = ()
    placing: tuple[str, ...] = ()
    decided: bool = True
    in_list: bool = True
    lent: str = ""


def check_people(people: Mapping[Post, Sequence[str]]) -> tuple[Finding, ...]:
    """Check a table: every post can be filled, each by another person, five at least, supervisors from both sides.

    Findings: ``office.post-empty``, ``office.posts-not-distinct`` with how many people there are,
    ``office.supervisors-one-side`` when the same people supervise for archives and business.
    """
    wanted = [post for post in Post if people.get(post) or post is not Post.SUPERVISOR_INFORMATICS]
    empty = [post for post in wanted if not people.get(post)]
    found = [Finding("office.post-empty", params={"post": post.label}, basis=BASIS) for post in empty]
    both = {side: set(people.get(side, ())) for side in (Post.SUPERVISOR_ARCHIVES, Post.SUPERVISOR_BUSINESS)}
    sides = list(both.values())
    if all(sides) and len(sides[0] | sides[1]) < 2:
        found.append(Finding("office.supervisors-one-side", basis=BASIS))
    there = {userid for post in wanted for userid in people.get(post, ())}
    if len(there) < LEAST_PEOPLE or not (empty or _fillable(wanted, people)):
        params = {"count": len(there), "least": max(LEAST_PEOPLE, len(wanted))}
        found.append(Finding("office.posts-not-distinct", params=params, basis=BASIS))
    return tuple(found)


def _fillable(posts: Sequence[Post], people: Mapping[Post, Sequence[str]]) -> bool:
    """Tell whether all posts can be filled at once, each by another person."""
    holds: dict[str, Post] = {}

    def place(post: Post, tried: set[str]) -> bool:
        for userid in people.get(post, ()):
            if userid not in tried:
                tried.add(userid)
                if userid not in holds or place(holds[userid], tried):
                    holds[userid] = post
                    return True
        return False

    return all(place(post, set()) for post in posts)


def _wrong_state(standing: Standing, *possible: DispositionState) -> list[Finding]:
    if standing.state in possible:
        return []
    params = {"state": standing.state.label, "possible": "、".join(state.label for state in possible)}
    return [Finding("disposition.wrong-state", params=params)]


def guard_confirm(standing: Standing, by: str) -> tuple[Finding, ...]:
    """Check that a member of the group may confirm the appraisal (鉴定小组确认), each once."""
    found = _wrong_state(standing, DRAFTED)
    if by not in {userid for _, userid in standing.group}:
        found.append(Finding("appraisal.not-in-group", basis=BASIS))
    elif by in standing.confirmed:
        found.append(Finding("appraisal.confirmed-already", basis=BASIS))
    return tuple(found)


def confirm(standing: Standing, by: str) -> Standing:
    """Return the list after a confirmation; with the third one it goes to the heads."""
    confirmed = (*standing.confirmed, by)
    complete = {userid for _, userid in standing.group} <= set(confirmed)
    return replace(standing, confirmed=confirmed, state=APPRAISED if complete else DRAFTED)


def posts_open(standing: Standing, table: Table) -> tuple[Post, ...]:
    """Return the posts that may be signed for now and are not yet."""
    posts = {APPRAISED: BEFORE, EXECUTED: table.after()}.get(standing.state, ())
    return tuple(post for post in posts if not standing.holder(post))


def guard_sign(
    standing: Standing, post: Post | None, by: str, *, table: Table, today: date
) -> tuple[Finding, ...]:
    """Check one signature (签字): at its turn, once for each post, by who holds it, and by nobody a second time.

    ``post`` is None when the person may sign for none. Findings: ``disposition.wrong-state``,
    ``disposition.not-a-signer``, ``disposition.not-now``, ``disposition.post-signed``, ``disposition.signed-twice``,
    ``disposition.executor-supervises``.
    """
    found = _wrong_state(standing, APPRAISED, EXECUTED)
    if post is None:
        found.append(Finding("disposition.not-a-signer", basis=BASIS))
    else:
        params = {"post": post.label}
        if table.letter(post, by, today=today) is None:
            found.append(Finding("disposition.not-a-signer", subject="post", params=params, basis=BASIS))
        if standing.holder(post):
            found.append(Finding("disposition.post-signed", subject="post", params=params))
        elif not found and post not in posts_open(standing, table):
            found.append(Finding("disposition.not-now", subject="post", params=params))
        if post in AFTER and by == standing.executor:
            found.append(Finding("disposition.executor-supervises", subject="post", basis=BASIS))
    if by in {userid for _, userid in standing.signed}:
        found.append(Finding("disposition.signed-twice", basis=BASIS))
    return tuple(found)


def sign(standing: Standing, post: Post, by: str, *, table: Table) -> Standing:
    """Return the list after a signature; the last of its round moves it on."""
    after = replace(standing, signed=(*standing.signed, (post, by)))
    if posts_open(after, table):
        return after
    return replace(after, state=SIGNED if standing.state is APPRAISED else SUPERVISED)


def guard_refuse(standing: Standing, by: str, *, table: Table, today: date, why: str) -> tuple[Finding, ...]:
    """Check that somebody whose signature is asked for, or of the group, sends the list back (退回) before it is carried out."""
    found = _wrong_state(standing, DRAFTED, APPRAISED, SIGNED)
    signs = any(table.letter(post, by, today=today) is not None for post in (*BEFORE, *AFTER))
    if not signs and by not in {userid for _, userid in standing.group}:
        found.append(Finding("disposition.not-a-signer", basis=BASIS))
    if not why:
        found.append(Finding("disposition.no-reason", subject="why"))
    return tuple(found)


def refuse(standing: Standing) -> Standing:
    """Return the list as it goes back to the group: every confirmation and every signature has to be given anew."""
    return replace(standing, state=DRAFTED, confirmed=(), signed=())


def guard_remove(standing: Standing, by: str, *, left: int, why: str) -> tuple[Finding, ...]:
    """Check that somebody of the group takes items off a list (剔除) before it is carried out, and that some stay on it."""
    found = _wrong_state(standing, DRAFTED, APPRAISED, SIGNED)
    if by not in {userid for _, userid in standing.group}:
        found.append(Finding("appraisal.not-in-group", basis=BASIS))
    if not why:
        found.append(Finding("disposition.no-reason", subject="why"))
    if not left:
        found.append(Finding("disposition.nothing-left", subject="items"))
    return tuple(found)


def unsound(standing: Standing) -> bool:
    """Tell whether a list that is being carried out could not have come so far by its acts: a head or the separation is lacking."""
    signers = [userid for _, userid in standing.signed]
    lacking = any(not standing.holder(post) for post in BEFORE)
    return lacking or len(set(signers)) < len(signers) or standing.executor in ("", *signers)


def guard_item(facts: ItemFacts, *, today: date) -> tuple[Finding, ...]:
    """Check that one item may be destroyed on a civil day: archived, decided, its period over, under no hold.

    Findings: ``disposition.not-archived``, ``disposition.undecided``, ``disposition.permanent``,
    ``disposition.not-expired``, ``disposition.held``, ``disposition.hold-coming``, ``disposition.lent``.
    """
    code = {"code": facts.code}
    found = []
    if facts.state not in (ItemState.ARCHIVED, ItemState.TRANSFERRED):
        found.append(("disposition.not-archived", {**code, "state": facts.state.label}))
    if not (facts.decided and facts.in_list):
        found.append(("disposition.undecided", code))
    if facts.due is None:
        found.append(("disposition.permanent", code))
    elif facts.due >= today:
        found.append(("disposition.not-expired", {**code, "due": facts.due.isoformat()}))
    found += [("disposition.held", {**code, "reference": reference}) for reference in facts.holds]
    found += [("disposition.hold-coming", {**code, "reference": reference}) for reference in facts.placing]
    if facts.lent:
        found.append(("disposition.lent", {**code, "reference": facts.lent}))
    return tuple(Finding(name, subject=facts.code, params=params, basis=BASIS) for name, params in found)


def guard_execute(
    standing: Standing,
    by: str,
    *,
    table: Table,
    typed: str,
    number: str,
    items: Iterable[ItemFacts],
    today: date,
) -> tuple[Finding, ...]:
    """Check that a list may be carried out (执行): fully signed, its number typed, and every item fit to be destroyed.

    Findings: those of ``guard_item`` for each item, ``disposition.wrong-state``, ``disposition.too-few``,
    ``disposition.signed-twice``, ``disposition.signer-executes``, ``disposition.wrong-number``.
    """
    found = _wrong_state(standing, SIGNED)
    signers = [userid for _, userid in standing.signed]
    lacking = [post for post in BEFORE if not standing.holder(post)]
    if lacking:
        posts = "、".join(post.label for post in lacking)
        found.append(Finding("disposition.too-few", params={"posts": posts}, basis=BASIS))
    if len(set(signers)) < len(signers):
        found.append(Finding("disposition.signed-twice", basis=BASIS))
    if by in signers:
        found.append(Finding("disposition.signer-executes", basis=BASIS))
    if not _supervisors(table, taken={*signers, by}):
        found.append(Finding("disposition.no-supervisors", basis=BASIS))
    if typed.strip() != number:
        found.append(Finding("disposition.wrong-number", subject="number", params={"number": number}))
    for facts in items:
        found += guard_item(facts, today=today)
    return tuple(found)


def _supervisors(table: Table, *, taken: Collection[str]) -> bool:
    """Tell whether every supervisor's post can still be filled by somebody who has neither signed nor carries it out."""
    free = {
        post: tuple(each for each in table.people.get(post, ()) if each not in taken)
        for post in (Post.SUPERVISOR_ARCHIVES, Post.SUPERVISOR_BUSINESS, *table.after())
    }
    for each in table.delegations:
        if each.post in free and each.to not in taken:
            free[each.post] += (each.to,)
    return _fillable(list(free), free)


def execute(standing: Standing, by: str) -> Standing:
    """Return the list while it is being carried out."""
    return replace(standing, state=EXECUTING, executor=by)


def executed(standing: Standing) -> Standing:
    """Return the list when all is done: to the supervisors, or closed where nothing was to be destroyed."""
    return replace(standing, state=EXECUTED if standing.destroys else CLOSED)


def guard_close(standing: Standing, *, table: Table) -> tuple[Finding, ...]:
    """Check that a list may be closed (办结): supervised by all, five people or more stand behind it."""
    found = _wrong_state(standing, SUPERVISED)
    people = {userid for _, userid in standing.signed}
    if len(people) < LEAST_PEOPLE or any(not standing.holder(post) for post in (*BEFORE, *table.after())):
        found.append(
            Finding("disposition.too-few", params={"posts": str(LEAST_PEOPLE - len(people))}, basis=BASIS)
        )
    return tuple(found)


def guard_abandon(standing: Standing, *, why: str) -> tuple[Finding, ...]:
    """Check that a list may be given up (撤销) before its appraisal is confirmed; its items are due again."""
    found = _wrong_state(standing, DRAFTED)
    return (*found,) if why else (*found, Finding("disposition.no-reason", subject="why"))
