"""Subjects (申请主体): which numbers are one person or body, who acts for whom, who is protected, who is frozen.

Nothing is decided by a name. Two files become one subject because a material proves it and two people looked at it; what
was joined can be separated again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from .findings import Finding
from .vocabulary import ApplicantKind, Grade, MaterialStatus, Term

PROTECTED = 14
"""Below this age everything about a person is sensitive (个人信息保护法 第二十八条、第三十一条)."""

OF_AGE = 18
"""From this age on nobody is a guardian by birth (民法典 第十七条)."""

SENSITIVE_BASIS = "个人信息保护法 第三十一条"
RELATIVE_BASIS = "个人信息保护法 第四十九条"
AGENCY_BASIS = "民法典 第一百六十一条"

PROVES = frozenset({Grade.A, Grade.B})
"""How far a paper must be trusted to prove something about a person."""


class LinkRole(Term):
    """What a link says of the file that bears it (关联角色)."""

    OPERATOR = "operator", "经营者"
    OPERATED = "operated", "由其经营"
    SAME = "same", "同一主体"


class Ended(Term):
    """Why nothing is done in a subject's own name any more (冻结原因)."""

    DEAD = "dead", "死亡"
    DEREGISTERED = "deregistered", "注销"


class MandateKind(Term):
    """By which right somebody acts for another (代理类型)."""

    AGENT = "agent", "委托代理人"
    GUARDIAN = "guardian", "监护人"


class Relative(Term):
    """Who is a near relative (近亲属), 民法典 第一千零四十五条."""

    SPOUSE = "spouse", "配偶"
    PARENT = "parent", "父母"
    CHILD = "child", "子女"
    SIBLING = "sibling", "兄弟姐妹"
    GRANDPARENT = "grandparent", "祖父母、外祖父母"
    GRANDCHILD = "grandchild", "孙子女、外孙子女"


@dataclass(frozen=True, slots=True)
class File:
    """What the rules ask of a file: its id, its kind, whether it is frozen, who was born when (nobody knows of a body)."""

    id: str
    kind: ApplicantKind
    ended: Ended | None = None
    born: date | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """A material that is to prove something (证明材料): whose file it lies in and how it stands."""

    holder: str
    status: MaterialStatus
    grade: Grade
    disputed: bool = False
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Mandate:
    """That somebody acts for another (代理): for which items, from when until when, both days included.

    ``items`` are keys of guides, empty for every item; ``until`` is nothing for a guardian whose ward's age is not known;
    ``ended`` is the day on which it was taken back, from which it no longer holds.
    """

    kind: MandateKind
    agent: str
    items: tuple[str, ...]
    since: date
    until: date | None
    evidence: str
    ended: date | None = None

    def holds(self, today: date) -> bool:
        """Tell whether the term runs on a day."""
        return self.since <= today and not self.is_over(today)

    def is_over(self, today: date) -> bool:
        """Tell whether the term has ended, by its last day or because it was taken back."""
        ended = self.ended is not None and self.ended <= today
        return ended or (self.until is not None and self.until < today)

    def covers(self, item: str) -> bool:
        """Tell whether the scope lists an item."""
        return not self.items or item in self.items


def connected(start: str, joined: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """Return every file that joins lead to from one, itself first (同一主体的全部号码)."""
    found = [start]
    for each in found:
        found += [other for other in dict.fromkeys(joined(each)) if other not in found]
    return tuple(found)


def years_on(birth: date, years: int) -> date:
    """Return the day on which somebody is that old; who was born on 29 February is so on 1 March of other years."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)


def is_protected(birth: date | None, *, today: date) -> bool:
    """Tell whether a person is under 14 (不满十四周岁); the birthday itself is still counted as under."""
    return birth is not None and today <= years_on(birth, PROTECTED)


def decide_proof(proof: Proof | None, *, of: Collection[str], today: date) -> tuple[Finding, ...]:
    """Check that something proves what is claimed; all findings at once, on the field ``material``.

    ``proof.missing``; ``proof.not-theirs``: it lies in another file; ``proof.unusable``: not valid today or disputed;
    ``proof.unverified``: no original was seen.
    """
    if proof is None:
        return (Finding("proof.missing", subject="material"),)
    found = []
    if proof.holder not in of:
        found.append(Finding("proof.not-theirs", subject="material"))
    expired = proof.valid_until is not None and proof.valid_until < today
    if proof.status is not MaterialStatus.VALID or proof.disputed or expired:
        found.append(Finding("proof.unusable", subject="material"))
    if proof.grade not in PROVES:
        found.append(Finding("proof.unverified", subject="material", params={"grade": proof.grade.value}))
    return tuple(found)


def decide_join(
    one: File, other: File, *, joined: Collection[str], proposed: bool, why: str
) -> tuple[Finding, ...]:
    """Check that two files may be proposed as one subject (同一主体); a name is never asked.

    ``joined`` are the files that are one with the first already, so that no circle can close. ``join.itself``,
    ``join.kinds``, ``join.already``, ``join.proposed-already``, ``join.no-reason``.
    """
    found = []
    if one.id == other.id:
        found.append(Finding("join.itself", subject="number"))
    elif other.id in joined:
        found.append(Finding("join.already", subject="number"))
    elif proposed:
        found.append(Finding("join.proposed-already", subject="number"))
    if one.kind is not other.kind:
        found.append(Finding("join.kinds", subject="number"))
    if not why.strip():
        found.append(Finding("join.no-reason", subject="why"))
    return tuple(found)


def decide_second_look(*, proposed_by: str, by: str) -> tuple[Finding, ...]:
    """Check who confirms a join: somebody else than who proposed it (``join.same-person``); nobody if none is proposed."""
    if not proposed_by:
        return (Finding("join.nothing-proposed", subject="other"),)
    return (Finding("join.same-person", subject="other"),) if proposed_by == by else ()


def decide_separation(*, joined: bool, why: str) -> tuple[Finding, ...]:
    """Check that two files may be separated (``separate.not-joined``, ``separate.no-reason``)."""
    found = []
    if not joined:
        found.append(Finding("separate.not-joined", subject="other"))
    if not why.strip():
        found.append(Finding("separate.no-reason", subject="why"))
    return tuple(found)


def decide_mandate(
    kind: MandateKind,
    ward: File,
    agent: File,
    *,
    same: Collection[str],
    items: Collection[str],
    known: Collection[str],
    since: date,
    until: date | None,
    today: date,
) -> tuple[Finding, ...]:
    """Check a mandate before it is put down (授权委托、监护); ``same`` are the files that are one with the ward.

    ``mandate.itself``, ``mandate.not-a-person``, ``mandate.agent-ended``, ``mandate.agent-protected``; for an agent
    ``mandate.no-items``, ``mandate.unknown-item``, ``mandate.no-term``, ``mandate.term-backwards``,
    ``mandate.term-over``; for a guardian ``mandate.of-age``.
    """
    found = []
    if agent.id in same:
        found.append(Finding("mandate.itself", subject="number"))
    if agent.kind is not ApplicantKind.PERSON:
        found.append(Finding("mandate.not-a-person", subject="number"))
    if agent.ended is not None:
        found.append(Finding("mandate.agent-ended", subject="number", params={"state": agent.ended.label}))
    if is_protected(agent.born, today=today):
        found.append(Finding("mandate.agent-protected", subject="number"))
    if kind is MandateKind.GUARDIAN:
        if ward.born is None or today >= years_on(ward.born, OF_AGE):
            found.append(Finding("mandate.of-age", subject="kind"))
        return tuple(found)
    if not items:
        found.append(Finding("mandate.no-items", subject="items", basis="民法典 第一百六十五条"))
    found += [
        Finding("mandate.unknown-item", subject="items", params={"item": item})
        for item in dict.fromkeys(items)
        if item not in known
    ]
    if until is None:
        found.append(Finding("mandate.no-term", subject="until", basis="民法典 第一百六十五条"))
    elif until < since:
        found.append(Finding("mandate.term-backwards", subject="until"))
    elif until < today:
        found.append(Finding("mandate.term-over", subject="until", params={"until": until.isoformat()}))
    return tuple(found)


def decide_acting(
    mandates: Iterable[Mandate], *, agent: str, item: str, today: date, protected: bool
) -> tuple[Finding, ...]:
    """Check who may act in a case today (代理资格); ``agent`` is empty when the applicant came in person.

    ``minor.no-guardian``: a child under 14 acts through a guardian; ``agent.no-mandate``; ``agent.out-of-scope``: no running
    mandate lists the item; ``agent.not-yet``, ``agent.term-over`` with the day.
    """
    own = [each for each in mandates if each.agent == agent]
    if protected:
        guards = any(each.kind is MandateKind.GUARDIAN and each.holds(today) for each in own)
        return (
            ()
            if agent and guards
            else (Finding("minor.no-guardian", subject="agent", basis=SENSITIVE_BASIS),)
        )
    if not agent:
        return ()
    if not own:
        return (Finding("agent.no-mandate", subject="agent", basis=AGENCY_BASIS),)
    running = [each for each in own if each.holds(today)]
    if any(each.covers(item) for each in running):
        return ()
    if running:
        return (Finding("agent.out-of-scope", subject="agent", basis=AGENCY_BASIS),)
    coming = [each.since for each in own if not each.is_over(today)]
    if coming:
        return (Finding("agent.not-yet", subject="agent", params={"since": min(coming).isoformat()}),)
    last = max(min(filter(None, (each.ended, each.until))) for each in own)
    return (Finding("agent.term-over", subject="agent", params={"until": last.isoformat()}),)


def decide_freeze(file: File, *, as_: Ended, day: date, today: date, why: str) -> tuple[Finding, ...]:
    """Check that a subject may be frozen: persons die, bodies are deregistered, neither in the future nor twice.

    ``freeze.already``, ``freeze.kind``, ``freeze.day-to-come``, ``freeze.before-birth``, ``freeze.no-reason``.
    """
    found = []
    if file.ended is not None:
        found.append(Finding("freeze.already", params={"state": file.ended.label}))
    if (as_ is Ended.DEAD) is not (file.kind is ApplicantKind.PERSON):
        found.append(Finding("freeze.kind", subject="as_", params={"state": as_.label}))
    if day > today:
        found.append(Finding("freeze.day-to-come", subject="day"))
    if file.born is not None and day < file.born:
        found.append(Finding("freeze.before-birth", subject="day"))
    if not why.strip():
        found.append(Finding("freeze.no-reason", subject="why"))
    return tuple(found)


def decide_thaw(file: File, *, why: str) -> tuple[Finding, ...]:
    """Check that a subject may be thawed (``thaw.not-frozen``, ``thaw.no-reason``)."""
    found = []
    if file.ended is None:
        found.append(Finding("thaw.not-frozen"))
    if not why.strip():
        found.append(Finding("thaw.no-reason", subject="why"))
    return tuple(found)


def decide_relative(dead: File, relative: File, *, same: Collection[str], wish: str) -> tuple[Finding, ...]:
    """Check that a near relative's request about a dead person can be noted (近亲属请求).

    ``relative.not-dead``: the living ask for themselves; ``relative.itself``, ``relative.not-a-person``,
    ``relative.ended``, ``relative.no-wish``.
    """
    found = []
    if dead.ended is not Ended.DEAD:
        found.append(Finding("relative.not-dead", basis=RELATIVE_BASIS))
    if relative.id in same:
        found.append(Finding("relative.itself", subject="number"))
    elif relative.kind is not ApplicantKind.PERSON:
        found.append(Finding("relative.not-a-person", subject="number"))
    elif relative.ended is not None:
        found.append(Finding("relative.ended", subject="number"))
    if not wish.strip():
        found.append(Finding("relative.no-wish", subject="wish"))
    return tuple(found)


def last_day_of_guardian(ward_born: date | None) -> date | None:
    """Return the last day on which a guardian acts by this right: the one before the ward comes of age."""
    return years_on(ward_born, OF_AGE) - timedelta(days=1) if ward_born else None
