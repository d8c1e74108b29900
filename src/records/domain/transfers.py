"""Transfer (移交): what lies in the receiving archives' scope, when it is due, and the way of one transfer to its receipt.

Checked on our side, signed by who prepared it and by the head of the unit, handed over, checked over there, and answered
with a receipt and a list. The full copy stays here until the receipt and the holding period have passed; what the archives
refuse stays an item of the office, with their reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from .findings import Finding
from .vocabulary import ItemState, Term

BASIS = "档案法 第十五条；档案法实施条例 第二十条、第三十条"
HOLDING = "档发〔2012〕7号（电子档案移交与接收办法）"
HOLD_YEARS = 5
"""Years after the receipt during which the unit keeps its full copy, unless the office says otherwise."""
ANY = "*"


class Level(Term):
    """Of which level the receiving archives are (接收馆级别)."""

    COUNTY = "county", "县级"
    MUNICIPAL = "municipal", "设区的市级"
    PROVINCIAL = "provincial", "省级"
    CENTRAL = "central", "中央级"


class TransferState(Term):
    """Where a transfer stands (移交状态)."""

    DRAFTED = "drafted", "拟移交"
    CHECKING = "checking", "正在检测"
    CHECKED = "checked", "待签字"
    SIGNED = "signed", "待交付"
    PACKING = "packing", "正在打包"
    HANDED = "handed", "待接收"
    ENTERING = "entering", "正在登记"
    RECEIVED = "received", "已接收"
    ABANDONED = "abandoned", "已撤销"


class Signer(Term):
    """Who signs the deed of a transfer (移交文据签字人)."""

    PREPARER = "preparer", "填表人"
    HEAD = "head", "审核人（单位负责人）"


DRAFTED, CHECKING, CHECKED, SIGNED, PACKING, HANDED, ENTERING, RECEIVED, ABANDONED = TransferState

#: States in which an item of the transfer is on no other list.
OPEN = frozenset({DRAFTED, CHECKING, CHECKED, SIGNED, PACKING, HANDED, ENTERING})
#: What the background does, and where stopping it leads back to; an answer that is being entered is not stopped.
STOPS: Mapping[TransferState, TransferState] = {CHECKING: DRAFTED, PACKING: SIGNED}


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One row of what receiving archives take (接收范围): of which class, period and fonds, and after how many years."""

    level: Level
    category: str
    retention: str
    fonds: str
    takes: bool
    years: int
    basis: str
    approval: str
    since: date
    until: date | None = None

    def in_force(self, on: date) -> bool:
        """Tell whether the row is in force on a civil day."""
        return self.since <= on and (self.until is None or on <= self.until)

    def fits(self, *, category: str, retention: str, fonds: str, level: Level) -> bool:
        """Tell whether the row speaks of an item."""
        return (
            self.level is level
            and self.category in (ANY, category)
            and self.retention in (ANY, retention)
            and self.fonds in (ANY, fonds)
        )


@dataclass(frozen=True, slots=True)
class Receiver:
    """The archives that receive a fonds, as the office names them (接收馆): level, heads who sign, profile, agreement.

    ``electronic_years`` is after how many years electronic items may go by ``agreement``, 0 without one.
    """

    archives: str
    level: Level
    heads: tuple[str, ...]
    profile: str
    electronic_years: int = 0
    agreement: str = ""
    hold_years: int = HOLD_YEARS


@dataclass(frozen=True, slots=True)
class Period:
    """After how many years a class of items may go and must go, and by which row."""

    may: int
    must: int
    basis: str


def period_of(
    receiver: Receiver,
    rows: Iterable[ScopeRow],
    *,
    category: str,
    retention: str,
    fonds: str,
    electronic: bool,
    on: date,
) -> Period | None:
    """Return when items of a class go to their archives, None when these do not take them (不属接收范围).

    The office's approved row stands before the general one; then the nearer of class, period and fonds; then the later.
    """
    fitting = [
        row
        for row in rows
        if row.in_force(on)
        and row.fits(category=category, retention=retention, fonds=fonds, level=receiver.level)
    ]
    if not fitting:
        return None
    row = max(fitting, key=lambda row: (bool(row.approval), row.fonds != ANY, row.category != ANY, row.retention != ANY, row.since))  # fmt: skip
    if not row.takes:
        return None
    early = receiver.electronic_years if electronic else 0
    return Period(min(early or row.years, row.years), row.years, row.basis)


def years_later(day: date, years: int) -> date:
    """Return the same day some years later; of a 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def copy_until(receipt: date, *, hold_years: int) -> date:
    """Return the last day on which the full copy has to stay here: the holding period counts from the receipt."""
    return years_later(receipt, hold_years)


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item as far as its transfer asks: where it stands, what its archives take and when, what forbids it.

    ``period`` is None outside the scope; ``appraised`` says that an appraisal decided to hand it over, whatever the table.
    ``elsewhere`` is the number of another list on which it stands, ``lent`` that of the request by which its paper is out.
    """

    code: str
    state: ItemState
    formed: date
    period: Period | None
    appraised: bool = False
    delayed: date | None = None
    holds: tuple[str, ...] = ()
    placing: tuple[str, ...] = ()
    reviewed: bool = False
    elsewhere: str = ""
    package: bool = True
    lent: str = ""


def guard_item(facts: ItemFacts, *, today: date, ready: bool) -> tuple[Finding, ...]:
    """Check that an item may be on a transfer; ``ready`` asks for its opening review too, before the deed is signed.

    Findings: ``transfer.not-archived``, ``transfer.no-package``, ``transfer.out-of-scope``, ``transfer.not-due``,
    ``transfer.delayed``, ``transfer.held``, ``transfer.hold-coming``, ``transfer.elsewhere``, ``transfer.not-reviewed``,
    ``transfer.lent``.
    """
    code: dict[str, str | int] = {"code": facts.code}
    found: list[tuple[str, dict[str, str | int]]] = []
    if facts.state is not ItemState.ARCHIVED:
        found.append(("transfer.not-archived", {**code, "state": facts.state.label}))
    elif not facts.package:
        found.append(("transfer.no-package", code))
    if not facts.appraised:
        if facts.period is None:
            found.append(("transfer.out-of-scope", code))
        elif facts.formed.year + facts.period.may > today.year:
            due = years_later(facts.formed, facts.period.may)
            found.append(("transfer.not-due", {**code, "due": due.isoformat()}))
    if facts.delayed is not None and today <= facts.delayed:
        found.append(("transfer.delayed", {**code, "until": facts.delayed.isoformat()}))
    found += [("transfer.held", {**code, "reference": reference}) for reference in facts.holds]
    found += [("transfer.hold-coming", {**code, "reference": reference}) for reference in facts.placing]
    if facts.elsewhere:
        found.append(("transfer.elsewhere", {**code, "list": facts.elsewhere}))
    if ready and not facts.reviewed:
        found.append(("transfer.not-reviewed", code))
    if ready and facts.lent:
        found.append(("transfer.lent", {**code, "request": facts.lent}))
    return tuple(Finding(name, subject=facts.code, params=params, basis=BASIS) for name, params in found)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules ask of a transfer: its state, who prepared it, who signed, how many items, whether there is a receipt."""

    state: TransferState
    prepared_by: str
    total: int
    signed: tuple[tuple[Signer, str], ...] = ()
    receipt: bool = False

    def holder(self, signer: Signer) -> str:
        """Return who signed as what, empty before."""
        return next((by for each, by in self.signed if each is signer), "")


def wrong_state(standing: Standing, *possible: TransferState) -> list[Finding]:
    """Return ``transfer.wrong-state`` unless the transfer stands where the act begins."""
    if standing.state in possible:
        return []
    params = {"state": standing.state.label, "possible": "、".join(state.label for state in possible)}
    return [Finding("transfer.wrong-state", params=params)]


def guard_change(standing: Standing) -> tuple[Finding, ...]:
    """Check that items may be taken off (剔除): only while the transfer is a draft."""
    return tuple(wrong_state(standing, DRAFTED))


def guard_check(standing: Standing) -> tuple[Finding, ...]:
    """Check that the packages can be checked (移交检测): a draft with items."""
    found = wrong_state(standing, DRAFTED)
    if not standing.total:
        found.append(Finding("transfer.empty"))
    return tuple(found)


def checked(standing: Standing, *, passed: bool) -> Standing:
    """Return the transfer after its checks: to be signed, or a draft again when a package failed."""
    return replace(standing, state=CHECKED if passed else DRAFTED, signed=())


def guard_sign(standing: Standing, signer: Signer, by: str, *, heads: Collection[str]) -> tuple[Finding, ...]:
    """Check one signature (签字): the preparer's by who prepared it, the head's by a head of the table, never one person twice.

    Findings: ``transfer.wrong-state``, ``transfer.signed``, ``transfer.not-signer``, ``transfer.same-person``.
    """
    found = wrong_state(standing, CHECKED)
    params = {"signer": signer.label}
    if standing.holder(signer):
        found.append(Finding("transfer.signed", subject="signer", params=params))
    entitled = {standing.prepared_by} if signer is Signer.PREPARER else set(heads)
    if by not in entitled:
        found.append(Finding("transfer.not-signer", subject="signer", params=params, basis=BASIS))
    prepared = signer is Signer.HEAD and by == standing.prepared_by
    if prepared or by in {userid for _, userid in standing.signed}:
        found.append(Finding("transfer.same-person", subject="signer", basis=BASIS))
    return tuple(found)


def sign(standing: Standing, signer: Signer, by: str) -> Standing:
    """Return the transfer after a signature; with both it can be handed over."""
    after = replace(standing, signed=(*standing.signed, (signer, by)))
    return replace(after, state=SIGNED) if all(after.holder(each) for each in Signer) else after


def guard_refuse(standing: Standing, by: str, *, heads: Collection[str], why: str) -> tuple[Finding, ...]:
    """Check that who prepares or signs sends the transfer back (退回修改) before it is handed over, with a reason."""
    found = wrong_state(standing, CHECKED, SIGNED)
    if by not in {standing.prepared_by, *heads}:
        found.append(Finding("transfer.not-signer", params={"signer": Signer.HEAD.label}, basis=BASIS))
    if not why:
        found.append(Finding("transfer.no-reason", subject="why"))
    return tuple(found)


def refuse(standing: Standing) -> Standing:
    """Return the transfer as a draft: it is checked and signed anew."""
    return replace(standing, state=DRAFTED, signed=())


def guard_hand_over(standing: Standing) -> tuple[Finding, ...]:
    """Check that the packages may be handed over (交付): signed by two different people."""
    found = wrong_state(standing, SIGNED)
    if len({userid for _, userid in standing.signed}) < len(Signer):
        found.append(Finding("transfer.unsigned", basis=BASIS))
    return tuple(found)


def guard_stop(standing: Standing) -> tuple[Finding, ...]:
    """Check that there is something to stop (停止)."""
    return tuple(wrong_state(standing, *STOPS))


def guard_receipt(
    standing: Standing, *, number: str, receiver: str, on: date | None, handed: date | None, today: date
) -> tuple[Finding, ...]:
    """Check the receipt of the archives (接收回执): number, who received, and a day that is neither to come nor too early.

    Findings: ``transfer.wrong-state``, ``transfer.no-number``, ``transfer.no-receiver-name``, ``transfer.receipt-day``.
    """
    found = wrong_state(standing, HANDED)
    if not number:
        found.append(Finding("transfer.no-number", subject="number"))
    if not receiver:
        found.append(Finding("transfer.no-receiver-name", subject="receiver"))
    if on is None or on > today or (handed is not None and on < handed):
        params = {"handed": handed.isoformat() if handed else "", "today": today.isoformat()}
        found.append(Finding("transfer.receipt-day", subject="on", params=params))
    return tuple(found)


def guard_enter(standing: Standing) -> tuple[Finding, ...]:
    """Check that the archives' list may be entered (登记接收结果): the packages were handed over and the receipt is there."""
    found = wrong_state(standing, HANDED)
    if not standing.receipt:
        found.append(Finding("transfer.no-receipt", basis=HOLDING))
    return tuple(found)


def guard_abandon(standing: Standing, *, why: str) -> tuple[Finding, ...]:
    """Check that a transfer may be given up (撤销) before anything of it has left the house, with a reason."""
    found = wrong_state(standing, DRAFTED, CHECKED, SIGNED)
    return (*found,) if why else (*found, Finding("transfer.no-reason", subject="why"))


def guard_delay(*, until: date | None, consent: str, why: str, today: date) -> tuple[Finding, ...]:
    """Check that a transfer may be delayed (延期移交): a day to come, the authority's consent by its number, and why.

    Findings: ``transfer.delay-day``, ``transfer.no-consent``, ``transfer.no-reason``.
    """
    found = []
    if until is None or until <= today:
        found.append(Finding("transfer.delay-day", subject="until", params={"today": today.isoformat()}))
    if not consent:
        found.append(Finding("transfer.no-consent", subject="consent", basis=BASIS))
    if not why:
        found.append(Finding("transfer.no-reason", subject="why"))
    return tuple(found)
