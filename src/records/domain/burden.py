"""The burden ledger (减负台账): what each case needed, who brought it, and what the applicant was spared.

A case is counted when it is accepted, an item decided on the spot when it is decided; the decision brings its final
figures. Each needed line is one letter, so that an audit entry has the whole account in its own text and anybody who
has the log can reckon every figure again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from .checklists import LineState, LineStatus
from .vocabulary import MaterialSource, Term


class Way(Term):
    """How a needed line was filled (材料来源), as the letter of the account."""

    REUSED = "r", "复用"
    FETCHED = "f", "部门调取"
    TO_FETCH = "w", "待部门调取"
    PROMISED = "p", "告知承诺"
    HANDED_IN = "a", "申请人提交"
    AGAIN = "x", "已有，按法定情形重交"
    HELD = "h", "已有，仍被索要"
    TOLD = "d", "告知补正后未由申请人提交"
    LATER = "l", "容后补交"


class Figure(Term):
    """What the ledger counts (台账指标), in the order of its columns."""

    CASES = "cases", "办件"
    NEEDED = "needed", "必要材料"
    REUSED = "reused", "复用"
    FETCHED = "fetched", "部门调取"
    TO_FETCH = "to-fetch", "待调取"
    PROMISED = "promised", "承诺免交"
    ASKED = "asked", "要求提交"
    LATER = "later", "容后补交"
    AGAIN = "again", "重复提交"
    HELD = "held", "已有仍索要"
    VISITS = "visits", "少跑次数"
    DAYS = "days", "节省工作日"


Tally = tuple[int, ...]
"""One number for each figure, in their order."""

NOTHING: Tally = (0,) * len(Figure)

LETTERS: dict[Figure, str] = {
    Figure.REUSED: "r",
    Figure.FETCHED: "f",
    Figure.TO_FETCH: "w",
    Figure.PROMISED: "p",
    Figure.ASKED: "axhd",
    Figure.LATER: "l",
    Figure.AGAIN: "xh",
    Figure.HELD: "h",
}
"""Which letters of an account a figure counts. The first six leave no line out and count none twice."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account of one case (一件一账): month and place, a letter for each needed line, visits and days saved.

    ``days`` are working days, negative when the case was late; 0 until it is decided. ``window`` is where it was accepted.
    """

    month: str
    unit: str
    guide: str
    lines: str
    visits: int
    days: int = 0
    window: str = ""

    def figure(self, figure: Figure) -> int:
        """Return what a figure counts in this case."""
        match figure:
            case Figure.CASES:
                return 1
            case Figure.NEEDED:
                return len(self.lines)
            case Figure.VISITS:
                return self.visits
            case Figure.DAYS:
                return self.days
            case _:
                return sum(letter in LETTERS[figure] for letter in self.lines)

    @property
    def tally(self) -> Tally:
        """All figures of this case."""
        return tuple(self.figure(figure) for figure in Figure)

    def written(self) -> str:
        """Return the account as it stands in the audit entry; the entry itself names case, day and window."""
        return " ".join(
            (self.month, self.unit, self.guide, self.lines or "-", str(self.visits), str(self.days))
        )

    def then(self, later: Account) -> Account:
        """Return the account after the decision: month and window stay those of the acceptance."""
        return replace(later, month=self.month, window=self.window)


def read(text: str, *, window: str = "") -> Account:
    """Read an account from an audit entry; ``ValueError`` when it is none."""
    parts = text.split(" ")
    letters = parts[3].replace("-", "") if len(parts) == 6 else text
    if not set(letters) <= set(Way):
        raise ValueError(f"{text!r} is no account")
    month, unit, guide, _lines, visits, days = parts
    return Account(month, unit, guide, letters, int(visits), int(days), window)


def way_of(
    state: LineState, source: MaterialSource | None, *, held: bool, overridden: bool, told: bool
) -> Way:
    """Say how a needed line was filled.

    ``source`` is how the paper on it came, nothing when none lies there; ``held`` that the library had a usable one when
    it was handed in, ``overridden`` that one of the closed reasons was given for taking it again, ``told`` that a
    supplement notice demanded it. What was demanded counts as asked, whoever brought it in the end.
    """
    match source:
        case MaterialSource.SUBMITTED | MaterialSource.VOLUNTEERED if not held:
            return Way.HANDED_IN
        case MaterialSource.SUBMITTED | MaterialSource.VOLUNTEERED:
            return Way.AGAIN if overridden else Way.HELD
        case _ if told:
            return Way.TOLD
        case MaterialSource.FETCHED:
            return Way.FETCHED
        case None:
            return _unfilled(state)
    return Way.REUSED


def _unfilled(state: LineState) -> Way:
    if state.status is LineStatus.HELD:
        return Way.REUSED
    if state.status is LineStatus.FILLED:
        return Way.PROMISED
    return Way.TO_FETCH if state.by_office else Way.LATER


def visits_saved(states: Iterable[tuple[LineState, Way]]) -> int:
    """Count the visits a case saved (少跑次数): one for each issuer whose paper was reused or fetched.

    This is our own definition, no official one: without reuse the applicant would have gone once to each of these
    issuers. What the applicant writes himself has no issuer and saves no way.
    """
    spared = {state.line.issuer.strip() for state, way in states if way in (Way.REUSED, Way.FETCHED)}
    return len(spared - {""})


def add(one: Tally, other: Tally) -> Tally:
    """Return the sum of two tallies."""
    return tuple(left + right for left, right in zip(one, other, strict=True))


def subtract(one: Tally, other: Tally) -> Tally:
    """Return a tally less another."""
    return tuple(left - right for left, right in zip(one, other, strict=True))


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of any number of tallies."""
    found = NOTHING
    for tally in tallies:
        found = add(found, tally)
    return found


def of(tally: Sequence[int], figure: Figure) -> int:
    """Return one figure of a tally."""
    return tally[list(Figure).index(figure)]


def spared(tally: Tally) -> Fraction | None:
    """Return the share of lines not asked (免提交率): reused or fetched over needed; nothing where none was needed."""
    needed = of(tally, Figure.NEEDED)
    return Fraction(of(tally, Figure.REUSED) + of(tally, Figure.FETCHED), needed) if needed else None


def repeated(tally: Tally) -> Fraction | None:
    """Return the share handed in again although held (重复提交率): with a lawful reason or without, over needed."""
    needed = of(tally, Figure.NEEDED)
    return Fraction(of(tally, Figure.AGAIN), needed) if needed else None


def percent(share: Fraction | None) -> str:
    """Return a share as it is printed: 62.5%; a dash where there is none."""
    if share is None:
        return "—"
    tenths = (share.numerator * 2000 + share.denominator) // (2 * share.denominator)
    return f"{tenths // 10}.{tenths % 10}%"
