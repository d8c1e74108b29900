"""What a leaflet says (折页文字): a guide as sections of labelled texts, in the order in which people ask.

Values without a printer, so that what is said can be tested apart from how it is set. The internal half of the
guide (what the desk looks at, the archive's terms) is not among them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from records.domain.facts import in_words
from records.domain.guide_elements import Batch
from records.domain.guide_parts import Guide, Line

Pair = tuple[str, str]

FREE = "不收费"
NO_LIMIT = "法律未规定"


@dataclass(frozen=True, slots=True)
class Edition:
    """What stands on a leaflet beside the guide: the edition, where its page is found, and the office.

    ``digest`` is that of the edition in hexadecimal; ``note`` says that it is not the one in force.
    """

    number: int
    effective: date | None
    digest: str
    address: str
    office: str
    phone: str = ""
    supervision: str = ""
    note: str = ""

    @property
    def label(self) -> str:
        """The edition as every page names it: 第1版 自2026年1月1日起施行 校验码0a1b2c3d4e5f."""
        since = f"自{chinese_day(self.effective)}起施行　" if self.effective else ""
        return f"第{self.number}版　{since}校验码{self.digest[:12]}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered thing: its name, the words set beside it, and its labelled texts."""

    mark: str
    name: str
    tags: tuple[str, ...] = ()
    short: tuple[Pair, ...] = ()
    long: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the leaflet: short pairs stand side by side, long ones under each other, entries below."""

    title: str
    short: tuple[Pair, ...] = ()
    long: tuple[Pair, ...] = ()
    points: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = field(default=())

    @property
    def empty(self) -> bool:
        """Whether the section says nothing."""
        return not (self.short or self.long or self.points or self.entries)


def chinese_day(day: date) -> str:
    """Return a day as it is printed: 2026年1月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def quick_view(guide: Guide) -> tuple[Pair, ...]:
    """Return the answers that people want first (速览)."""
    always, sometimes = wanted(guide)
    papers = f"{len(always)}份" + (f"，另有{len(sometimes)}份看情形" if sometimes else "")
    place = guide.places[0] if guide.places else None
    visits = guide.handling.visits
    return said(
        ("谁来办", "、".join(kind.label for kind in guide.audience)),
        ("要带材料", papers),
        ("多久办好", guide.limits.promised.label),
        ("收费", "；".join(fee.standard for fee in guide.fees) or FREE),
        ("到场次数", "" if visits is None else f"{visits}次"),
        ("到哪里", place.window if place else ""),
        ("什么时候", place.hours if place else ""),
        ("电话", place.phone if place else ""),
        ("拿到什么", guide.result.name),
    )


def wanted(guide: Guide) -> tuple[list[Line], list[Line]]:
    """Return the lines somebody must bring always, and those that depend on the situation."""
    brought = [line for line in guide.lines if not line.waived]
    return [line for line in brought if not line.condition], [line for line in brought if line.condition]


def condition_of(guide: Guide, line: Line) -> str:
    """Return when a line is needed, in words."""
    return in_words(line.condition, {question.key: question for question in guide.situations})


def only_if(guide: Guide, line: Line) -> str:
    """Return when a line is needed as a phrase: 仅当“是否委托他人代为办理：是”时需要; empty when it always is."""
    condition = condition_of(guide, line)
    return f"仅当“{condition}”时需要" if condition else ""


def copies(line: Line) -> str:
    """Return how many are handed in: 原件1份，不要复印件; empty where only the form is told, 不用交 where nothing is."""
    if line.waived:
        return "不用交"
    counted = (("原件", line.originals), ("复印件", line.copies))
    told = [f"{kind}{count}份" for kind, count in counted if count]
    if line.originals and not line.copies:
        told.append("不要复印件")
    return "，".join(told)


def batch_words(batch: Batch) -> str:
    """Return a time in which applications are taken: 春季，2026年4月1日至2026年4月30日."""
    return f"{batch.name}，{chinese_day(batch.opens)}至{chinese_day(batch.closes)}"


def necessity(line: Line) -> str:
    """Return whether a line must be there, and by when what may follow is due."""
    if line.deferral:
        return f"{line.necessity.label}（{line.deferral.label}内补齐）"
    return line.necessity.label


def said(*pairs: Pair) -> tuple[Pair, ...]:
    """Leave out the pairs that say nothing."""
    return tuple(pair for pair in pairs if pair[1])
