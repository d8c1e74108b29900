"""Opening review (开放审核): what the unit that formed an item says of opening it, before it is handed over and at 25 years.

Each review says three things: the opinion on opening, how the matter stands under open government information, and what
became of its secrecy. It is an event of management beside the item; the description as archived stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from .findings import Finding
from .vocabulary import ItemState, Term

BASIS = "档案法 第二十七条、第三十条；档案法实施条例 第三十条、第三十一条"
OPEN_AFTER = 25
"""Years from its formation after which an item is opened (档案法 第二十七条)."""
REVIEWED = (ItemState.ARCHIVED, ItemState.TRANSFERRED)


class Openness(Term):
    """The opinion on opening (到期开放意见)."""

    OPEN = "open", "开放"
    CONTROLLED = "controlled", "控制"
    POSTPONED = "postponed", "延期开放"


class Disclosure(Term):
    """How the matter stands under open government information (政府信息公开情况)."""

    PUBLISHED = "published", "主动公开"
    ON_REQUEST = "on-request", "依申请公开"
    WITHHELD = "withheld", "不予公开"


class Secrecy(Term):
    """What became of the secrecy of an item (密级变更情况)."""

    NONE = "none", "未定密"
    LIFTED = "lifted", "已解密"
    KEPT = "kept", "仍在保密期限内"


@dataclass(frozen=True, slots=True)
class Opinion:
    """One review: the three opinions, why, by which clause, until when if postponed, and the consent of the authority."""

    result: Openness
    disclosure: Disclosure
    secrecy: Secrecy
    reason: str
    basis: str
    until: date | None = None
    consent: str = ""

    @classmethod
    def read(cls, row: tuple[Any, ...]) -> Opinion | None:
        """Return the opinion as a record keeps it, None for none."""
        if not row:
            return None
        result, disclosure, secrecy, *rest = row
        return cls(Openness(result), Disclosure(disclosure), Secrecy(secrecy), *rest)

    def row(self) -> tuple[Any, ...]:
        """Return the opinion as a record keeps it."""
        return (
            self.result.value, self.disclosure.value, self.secrecy.value,
            self.reason, self.basis, self.until, self.consent,
        )  # fmt: skip

    def words(self) -> str:
        """Return the opinion in one line, as it stands among the events of an item."""
        parts = (
            self.result.label, f"至{self.until}" if self.until else "", self.disclosure.label, self.secrecy.label,
            self.reason, self.basis, self.consent,
        )  # fmt: skip
        return "；".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Scope:
    """What a review is about: named codes, or all of a fonds that fit years, class and period, but for the exceptions."""

    codes: tuple[str, ...] = ()
    since: int = 0
    until: int = 0
    category: str = ""
    retention: str = ""
    transfer: str = ""
    exceptions: tuple[str, ...] = ()

    @property
    def says_nothing(self) -> bool:
        """Whether nothing at all was said, which would open a whole fonds by mistake."""
        return not (
            self.codes or self.since or self.until or self.category or self.retention or self.transfer
        )

    def fits(self, *, year: int, category: str, retention: str) -> bool:
        """Tell whether an item of that year, class and period is meant."""
        return (
            (not self.since or self.since <= year)
            and (not self.until or year <= self.until)
            and self.category in ("", category)
            and self.retention in ("", retention)
        )


def year_due(year: int, opinion: Opinion | None) -> int | None:
    """Return the year in which an item is to be reviewed for opening; None once it is open or stays controlled.

    25 years after the year of its formation, or when a postponement is over.
    """
    if opinion is None:
        return year + OPEN_AFTER
    return opinion.until.year if opinion.until is not None else None


def guard_opinion(opinion: Opinion, *, oldest: int | None, today: date) -> tuple[Finding, ...]:
    """Check what a review says; ``oldest`` is the earliest year of formation among the items.

    Past 25 years anything but opening needs the consent of the archives authority. Findings: ``opening.no-reason``,
    ``opening.no-basis``, ``opening.still-secret``, ``opening.no-day``, ``opening.day-past``, ``opening.day-needless``,
    ``opening.no-consent``.
    """
    found = []
    if not opinion.reason:
        found.append(Finding("opening.no-reason", subject="reason", basis=BASIS))
    if not opinion.basis:
        found.append(Finding("opening.no-basis", subject="basis", basis=BASIS))
    if opinion.result is Openness.OPEN and opinion.secrecy is Secrecy.KEPT:
        found.append(Finding("opening.still-secret", subject="secrecy", basis=BASIS))
    if opinion.result is Openness.POSTPONED:
        if opinion.until is None:
            found.append(Finding("opening.no-day", subject="until", basis=BASIS))
        elif opinion.until <= today:
            found.append(Finding("opening.day-past", subject="until", params={"day": str(opinion.until)}))
    elif opinion.until is not None:
        found.append(Finding("opening.day-needless", subject="until"))
    closed = opinion.result is not Openness.OPEN and not opinion.consent
    if oldest is not None and oldest + OPEN_AFTER <= today.year and closed:
        found.append(Finding("opening.no-consent", subject="consent", params={"year": oldest}, basis=BASIS))
    return tuple(found)


def guard_scope(
    scope: Scope, *, unknown: Iterable[str], outside: Iterable[str], needless: Iterable[str], meant: int
) -> tuple[Finding, ...]:
    """Check what a review is about: it says so, its codes are known and of the fonds, its exceptions are among what is meant.

    Findings: ``opening.nothing-named``, ``opening.nothing-meant``, ``opening.code-unknown``, ``opening.other-fonds``,
    ``opening.exception-needless``.
    """
    found = []
    if scope.says_nothing:
        found.append(Finding("opening.nothing-named", subject="codes"))
    found += [Finding("opening.code-unknown", subject="codes", params={"code": code}) for code in unknown]
    found += [Finding("opening.other-fonds", subject="codes", params={"code": code}) for code in outside]
    found += [
        Finding("opening.exception-needless", subject="exceptions", params={"code": code})
        for code in needless
    ]
    if not found and not meant:
        found.append(Finding("opening.nothing-meant", subject="codes"))
    return tuple(found)


def guard_state(code: str, state: ItemState) -> tuple[Finding, ...]:
    """Check that an item can be reviewed: what is pending, returned or destroyed cannot (``opening.not-archived``)."""
    if state in REVIEWED:
        return ()
    return (
        Finding(
            "opening.not-archived", subject="codes", params={"code": code, "state": state.label}, basis=BASIS
        ),
    )
