"""Appraisal (鉴定): what becomes of an item whose period is over, decided by a group, item by item or by rule with a sample.

Of a year's due list each item gets one decision with its reason. A rule decides many at once; then a sample, drawn so that
anybody can draw it again from the recorded seed, is looked at by a person before the group may confirm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from .findings import Finding
from .holds import guard_period
from .retention import years_of
from .vocabulary import Retention, Term

BASIS = "档案法实施条例 第二十四条"
LEAST_SAMPLE = 5
PERCENT = 5
"""Of a hundred items decided by rule so many are looked at, never fewer than ``LEAST_SAMPLE``."""


class Decision(Term):
    """What becomes of an item (鉴定意见)."""

    EXTEND = "extend", "续存"
    TRANSFER = "transfer", "移交"
    OPEN = "open", "开放"
    DESTROY = "destroy", "销毁"


class Method(Term):
    """How a list is appraised (鉴定方法)."""

    DIRECT = "direct", "直接鉴定法"
    RULE = "rule", "按规则鉴定并抽样"


class Member(Term):
    """The three members of the group (鉴定小组成员)."""

    LEADER = "leader", "组长"
    ARCHIVES = "archives", "档案部门"
    BUSINESS = "business", "业务部门"


@dataclass(frozen=True, slots=True)
class Choice:
    """The decision on one item: with the new period where it is kept on, why, by whom, and by which rule (0: by itself)."""

    decision: Decision
    reason: str
    by: str
    period: Retention | None = None
    rule: int = 0

    @classmethod
    def read(cls, row: Sequence[Any]) -> Choice | None:
        """Read the stored form; None for an item that nobody has decided."""
        if not row:
            return None
        decision, period, reason, by, rule = row
        return cls(Decision(decision), reason, by, Retention(period) if period else None, rule)

    def stored(self) -> tuple[str, str, str, str, int]:
        """Return the form in which a record keeps it."""
        return (
            self.decision.value,
            self.period.value if self.period else "",
            self.reason,
            self.by,
            self.rule,
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a list (鉴定规则): items of a class and a period, empty for any, get a decision for a reason."""

    category: str
    retention: str
    decision: Decision
    reason: str
    period: Retention | None = None

    @classmethod
    def read(cls, row: Sequence[str]) -> Rule:
        """Read the stored form."""
        category, retention, decision, period, reason = row
        return cls(category, retention, Decision(decision), reason, Retention(period) if period else None)

    def stored(self) -> tuple[str, str, str, str, str]:
        """Return the form in which a record keeps it."""
        period = self.period.value if self.period else ""
        return (self.category, self.retention, self.decision.value, period, self.reason)

    def words(self) -> str:
        """Return the rule as page and paper show it: of what, what becomes of it, and why."""
        known = self.retention in {period.value for period in Retention}
        retention = Retention(self.retention).label if known else self.retention
        scope = "、".join(filter(None, (self.category, retention))) or "全部"
        period = f"（{self.period.label}）" if self.period else ""
        return f"{scope}：{self.decision.label}{period}；{self.reason}"

    def fits(self, *, category: str, retention: str) -> bool:
        """Tell whether an item is decided by this rule."""
        return self.category in ("", category) and self.retention in ("", retention)


def first_fitting(rules: Sequence[Rule], *, category: str, retention: str) -> int:
    """Return the number of the first rule that fits, counted from 1; 0 when none does."""
    return next(
        (at for at, rule in enumerate(rules, 1) if rule.fits(category=category, retention=retention)), 0
    )


def sample_size(total: int) -> int:
    """Return how many of the items decided by rule are looked at: five in a hundred, at least five, at most all."""
    return min(total, max(LEAST_SAMPLE, ceil(total * PERCENT / 100)))


def draw(seed: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Draw the sample (抽样): the items whose SHA-256 under the seed comes first, so that anybody can draw it again."""
    ordered = sorted(set(ids), key=lambda each: hashlib.sha256(f"{seed}:{each}".encode()).digest())
    return tuple(ordered[: sample_size(len(ordered))])


def new_due(period: Retention, due: date) -> date | None:
    """Return the last day of an extended period: as many years again, counted from the end of the present one."""
    years = years_of(period)
    return None if years is None else date(due.year + years, 12, 31)


def guard_choice(
    decision: Decision,
    *,
    code: str,
    period: Retention | None,
    reason: str,
    due: date | None,
    holds: Collection[str],
) -> tuple[Finding, ...]:
    """Check one decision: it has a reason; what is kept on has a longer period; what lies under a hold is kept.

    Findings: ``appraisal.no-reason``, ``appraisal.no-period``, ``appraisal.period-without-extension``,
    ``disposition.held``, ``hold.no-shortening``, ``appraisal.shortens``.
    """
    found = []
    if not reason:
        found.append(Finding("appraisal.no-reason", subject="reason", basis=BASIS))
    if decision is Decision.EXTEND:
        if period is None:
            found.append(Finding("appraisal.no-period", subject="period", params={"code": code}, basis=BASIS))
        elif due is not None:
            found += guard_period(code=code, due=due, new=new_due(period, due), holds=holds)
    elif period is not None:
        found.append(Finding("appraisal.period-without-extension", subject="period"))
    if decision in (Decision.DESTROY, Decision.TRANSFER):
        found += [
            Finding("disposition.held", subject=code, params={"code": code, "reference": reference})
            for reference in holds
        ]
    return tuple(found)


def guard_group(
    group: Mapping[Member, str], *, entitled: Collection[str], names: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Check the group (鉴定小组): leader, archives and business department, three people who may appraise in this fonds."""
    found = []
    seen: dict[str, Member] = {}
    for member in Member:
        userid = group.get(member, "")
        params = {"member": member.label, "name": names.get(userid, userid)}
        if userid not in entitled:
            found.append(Finding("appraisal.not-entitled", subject=member.value, params=params, basis=BASIS))
        elif userid in seen:
            found.append(Finding("appraisal.same-person", subject=member.value, params=params, basis=BASIS))
        seen.setdefault(userid, member)
    return tuple(found)


def guard_complete(
    undecided: Sequence[str], *, total: int, unseen: Sequence[str], disputed: Sequence[str]
) -> tuple[Finding, ...]:
    """Check that the group may confirm: there is something, all of it is decided, the sample was looked at and stands.

    Findings: ``appraisal.empty``, ``appraisal.undecided``, ``appraisal.sample-unseen``, ``appraisal.sample-disputed``.
    """
    found = []
    if not total:
        found.append(Finding("appraisal.empty"))
    for code, lacking in (
        ("appraisal.undecided", undecided),
        ("appraisal.sample-unseen", unseen),
        ("appraisal.sample-disputed", disputed),
    ):
        if lacking:
            params: dict[str, str | int] = {"count": len(lacking), "codes": "、".join(sorted(lacking)[:10])}
            found.append(Finding(code, subject="items", params=params, basis=BASIS))
    return tuple(found)
