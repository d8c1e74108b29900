"""Pictures of figures (统计图) as plain SVG, drawn on the server: a line of shares, and bars of parts.

Without style sheet and script, black on white wherever they are shown, told apart by hatching as well as by colour, so
that they print in one ink. Each has a title and a description; the table with the same figures stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from xml.sax.saxutils import escape

from .flowchart import ACT, EDGE, INK, SANS, SOFT

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 16, 34
SIZE = 13
#: Colour and hatching of the parts of a bar, in their order: none, lines one way, the other way, dots …
FILLS = ((ACT, ""), ("#7fa8d1", "M0 6 6 0"), ("#b9c9a5", "M0 0 6 6"), ("#e6d9a8", "M3 0V6"),
         ("#d98f6a", "M0 3H6"), ("#d5d8dc", "M3 2V4"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One part of all bars: its name and how much it is in each."""

    name: str
    values: tuple[int, ...]


def share_line(
    key: str, title: str, described: str, points: Sequence[tuple[str, Fraction | None, str]]
) -> str:
    """Return a line of shares from 0 to 100%: each point its label, its share (nothing is a gap) and how it is printed.

    ``key`` keeps the ids of several pictures on one page apart.
    """
    width, base = WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM
    step = width / max(1, len(points))
    placed = [
        (LEFT + step * (at + 0.5), None if share is None else base - float(share) * (base - TOP), label, said)
        for at, (label, share, said) in enumerate(points)
    ]
    drawn = [*_scale([(str(each), each / 100) for each in (0, 25, 50, 75, 100)], suffix="%")]
    for there, run in groupby(placed, key=lambda point: point[1] is not None):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, *_ in run if y is not None) if there else ""
        if path:
            drawn.append(f'<polyline points="{path}" fill="none" stroke="{ACT}" stroke-width="2.5"/>')
    for x, y, label, said in placed:
        drawn.append(_text(x, HEIGHT - 12, label, anchor="middle"))
        if y is not None:
            drawn.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#fff" stroke="{ACT}" stroke-width="2.5"/>'
            )
            drawn.append(_text(x, y - 9 if y > TOP + 18 else y + 20, said, anchor="middle", fill=INK))
    return _picture(key, title, described, HEIGHT, drawn)


def part_bars(key: str, title: str, described: str, labels: Sequence[str], parts: Sequence[Part]) -> str:
    """Return one bar for each label, its parts upon each other, with their names below (堆积柱)."""
    width, base = WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM
    most = max((sum(part.values[at] for part in parts) for at in range(len(labels))), default=0)
    top = _round_up(most)
    step = width / max(1, len(labels))
    drawn = [_patterns(key, len(parts))]
    drawn += _scale([(str(top * quarter // 4), quarter / 4) for quarter in range(5)])
    for at, label in enumerate(labels):
        x, y = LEFT + step * (at + 0.2), float(base)
        for number, part in enumerate(parts):
            height = part.values[at] / top * (base - TOP)
            y -= height
            if height:
                drawn.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{step * 0.6:.1f}" height="{height:.1f}" '
                    f'fill="url(#{key}-{number})" stroke="{EDGE}" stroke-width="0.7"/>'
                )
        drawn.append(_text(LEFT + step * (at + 0.5), HEIGHT - 12, label, anchor="middle"))
    height, legend = _legend(key, parts)
    return _picture(key, title, described, HEIGHT + height, [*drawn, *legend])


def _scale(marks: Sequence[tuple[str, float]], *, suffix: str = "") -> list[str]:
    base = HEIGHT - BOTTOM
    drawn = []
    for said, share in marks:
        y = base - share * (base - TOP)
        drawn.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{EDGE}" stroke-width="0.5"/>')
        drawn.append(_text(LEFT - 6, y + 4, said + suffix, anchor="end"))
    return drawn


def _legend(key: str, parts: Sequence[Part]) -> tuple[int, list[str]]:
    drawn, x, y = [], LEFT, HEIGHT + 4
    for number, part in enumerate(parts):
        wide = 34 + SIZE * len(part.name)
        if x + wide > WIDTH - RIGHT:
            x, y = LEFT, y + 24
        drawn.append(
            f'<rect x="{x}" y="{y}" width="18" height="14" fill="url(#{key}-{number})" stroke="{EDGE}" stroke-width="0.7"/>'
        )
        drawn.append(_text(x + 23, y + 12, part.name))
        x += wide
    return y + 24 - HEIGHT, drawn


def _patterns(key: str, count: int) -> str:
    made = []
    for number, (colour, hatch) in enumerate(FILLS[:count]):
        lines = f'<path d="{hatch}" stroke="{INK}" stroke-width="0.7"/>' if hatch else ""
        made.append(
            f'<pattern id="{key}-{number}" width="6" height="6" patternUnits="userSpaceOnUse">'
            f'<rect width="6" height="6" fill="{colour}"/>{lines}</pattern>'
        )
    return f"<defs>{''.join(made)}</defs>"


def _round_up(most: int) -> int:
    """Return the height of the scale: a multiple of four, so that its marks are whole numbers."""
    tens = 1
    while 40 * tens < most:
        tens *= 10
    return next(each * tens for each in (4, 8, 12, 20, 40) if each * tens >= most)


def _text(x: float, y: float, said: str, *, anchor: str = "start", fill: str = SOFT) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{SIZE}" fill="{fill}">{escape(said)}</text>'


def _picture(key: str, title: str, described: str, height: int, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="{key}-title {key}-desc" lang="zh-Hans" font-family="{SANS}">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(described)}</desc>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{"".join(drawn)}</svg>'
    )
