"""What a leaflet of a guide is built of (指南的段落): rows, parts, and how days, steps and sentences are said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from records.domain.facts import in_one
from records.domain.guide_parts import Step

NOTHING = "无"


@dataclass(frozen=True, slots=True)
class Row:
    """A name and a value; ``kind`` is ``code`` for what is copied letter by letter."""

    label: str
    value: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a section: ``texts``, ``list``, ``order``, ``rows``, ``steps``, ``pairs``, ``bag`` or ``papers``."""

    kind: str
    items: tuple
    title: str = ""


def civil(day: date | None) -> str:
    """Return a day as it is printed: 2026年1月1日; 无 for none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else NOTHING


def listed(texts: tuple[str, ...], title: str) -> Part:
    """Return texts as a list, 无 where there are none."""
    return Part("list", texts, title) if texts else Part("texts", (NOTHING,), title)


def step_rows(steps: Iterable[Step]) -> tuple[Row, ...]:
    """Return each step with its post, its time, what is done and which paper comes of it."""
    return tuple(
        Row(
            step.name,
            in_one(
                (in_one((step.post, step.limit), "，"), step.standard, step.paper and f"出具{step.paper}"),
                "。",
            )
            + "。",
        )
        for step in steps
    )
