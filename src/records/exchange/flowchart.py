"""The flow chart of a guide (办理流程图) as one SVG picture, laid out by ourselves from the steps of the record.

One column: the application, each step with its post, time and standard, the result. Papers that a step issues and
times that do not count stand beside the step they belong to. The picture names everything in its description, uses no
style sheet and no script, and is black on white wherever it is shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from records.domain.guide_parts import Guide, Special, Step

WIDTH = 720
LEFT, BOX = 20, 440
BESIDE, SIDE = 500, 200
GAP, PAD, LEADING = 30, 14, 22
SIZE, SMALL = 16, 14
SANS = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"
INK, SOFT, EDGE, ACT, WASH = "#1a1d21", "#4b535c", "#6b747d", "#1a4e8a", "#eaf1f8"
#: What may stand in XML 1.0; a guide's text is checked elsewhere, a picture must be read by every program.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECIDING = ("决定", "送达", "出件", "发证", "制证")


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the chart: its first line in bold, the lines below, and where it stands."""

    head: tuple[str, ...]
    lines: tuple[str, ...]
    x: int
    y: int
    width: int
    kind: str

    @property
    def height(self) -> int:
        """The height of the box in the picture."""
        return 2 * PAD + LEADING * (len(self.head) + len(self.lines)) - 4

    @property
    def below(self) -> int:
        """Where the box ends."""
        return self.y + self.height


def flow_chart(guide: Guide) -> bytes:
    """Return the chart as a complete SVG document, UTF-8."""
    boxes, beside = _placed(guide)
    height = max(box.below for box in (*boxes, *(box for _from, box in beside))) + 20
    drawn = [
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        *(line for above, box in pairwise(boxes) for line in _arrow(above, box)),
        *(_tie(boxes[at], box) for at, box in beside),
        *(part for box in (*boxes, *(box for _at, box in beside)) for part in _box(box)),
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="title desc" lang="zh-Hans" font-family="{SANS}">'
        f'<title id="title">{_text(guide.title)}办理流程图</title>'
        f'<desc id="desc">{_text(described(guide))}</desc>'
        f"{''.join(drawn)}</svg>\n"
    ).encode()


def described(guide: Guide) -> str:
    """Return what the picture shows as one paragraph, for those who do not see it."""
    parts = ["提交申请"]
    for at, step in enumerate(guide.steps, start=1):
        issued = f"，出具{step.paper}" if step.paper else ""
        parts.append(f"第{at}步{step.name}：{step.post}，{step.limit}，{step.standard.rstrip('。')}{issued}")
    parts += [f"不计时环节{special.kind.label}：{special.note.rstrip('。')}" for special in guide.special]
    parts.append(f"办理结果：{guide.result.name}")
    return "。".join(parts) + "。"


def _placed(guide: Guide) -> tuple[list[Box], list[tuple[int, Box]]]:
    """Return the boxes of the column, and those beside it with the number of the box they belong to."""
    boxes = [_make("提交申请", (), LEFT, 20, BOX, "end")]
    beside: list[tuple[int, Box]] = []
    for at, step in enumerate(guide.steps, start=1):
        y = boxes[-1].below + GAP
        boxes.append(
            _make(f"{at}. {step.name}", (f"{step.post} · {step.limit}", step.standard), LEFT, y, BOX, "step")
        )
        low = y
        for head, text, kind in _sides(guide, at - 1, step):
            box = _make(head, (text,) if text else (), BESIDE, low, SIDE, kind)
            beside.append((len(boxes) - 1, box))
            low = box.below + 10
        if low - 10 > boxes[-1].below:
            # What stands beside never reaches into the next step.
            boxes.append(_stretched(boxes.pop(), low - 10))
    boxes.append(_make(guide.result.name, ("办理结果",), LEFT, boxes[-1].below + GAP, BOX, "end"))
    return boxes, beside


def _sides(guide: Guide, at: int, step: Step) -> Iterator[tuple[str, str, str]]:
    if step.paper:
        yield f"出具：{step.paper}", "", "paper"
    for special in guide.special:
        if _at(guide, special) == at:
            yield f"不计时：{special.kind.label}", special.period.label if special.period else "", "stop"


def _at(guide: Guide, special: Special) -> int:
    """Return beside which step a time that does not count is drawn: where it is named, else before the decision."""
    for at, step in enumerate(guide.steps):
        if special.kind.label in f"{step.name}{step.standard}":
            return at
    for at, step in enumerate(guide.steps):
        if any(word in step.name for word in _DECIDING):
            return max(at - 1, 0)
    return len(guide.steps) - 1


def _make(head: str, lines: tuple[str, ...], x: int, y: int, width: int, kind: str) -> Box:
    room = width - 2 * PAD
    below = tuple(part for line in lines for part in wrapped(line, room, SMALL))
    return Box(tuple(wrapped(head, room, SIZE)), below, x, y, width, kind)


def _stretched(box: Box, below: int) -> Box:
    missing = -(-(below - box.below) // LEADING)
    return Box(box.head, (*box.lines, *("",) * missing), box.x, box.y, box.width, box.kind)


def wrapped(text: str, room: float, size: int) -> Iterator[str]:
    """Yield a text in lines that fit; Chinese breaks anywhere but never before a closing sign."""
    line, used = "", 0.0
    for sign in " ".join(_FORBIDDEN.sub("", text).split()):
        wide = size * (1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.58)
        if used + wide > room and line and sign not in "，。；：、）》”’！？":
            yield line
            line, used = "", 0.0
        line, used = line + sign, used + wide
    if line:
        yield line


def _box(box: Box) -> Iterator[str]:
    round_, fill, edge, dash = {
        "end": (22, WASH, ACT, ""),
        "step": (4, "#fff", EDGE, ""),
        "paper": (0, "#fff", EDGE, ""),
        "stop": (4, "#fff", EDGE, ' stroke-dasharray="5 4"'),
    }[box.kind]
    yield (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="{round_}" '
        f'fill="{fill}" stroke="{edge}" stroke-width="1.5"{dash}/>'
    )
    middle = box.kind == "end"
    x, anchor = (box.x + box.width // 2, ' text-anchor="middle"') if middle else (box.x + PAD, "")
    y = box.y + PAD + 14
    for line in box.head:
        yield f'<text x="{x}" y="{y}" font-size="{SIZE}" font-weight="600" fill="{INK}"{anchor}>{_text(line)}</text>'
        y += LEADING
    for line in box.lines:
        if line:
            yield f'<text x="{x}" y="{y}" font-size="{SMALL}" fill="{SOFT}"{anchor}>{_text(line)}</text>'
        y += LEADING


def _arrow(above: Box, below: Box) -> Iterator[str]:
    x = above.x + above.width // 2
    yield f'<path d="M{x} {above.below}V{below.y - 7}" stroke="{EDGE}" stroke-width="1.5"/>'
    yield f'<path d="M{x - 5} {below.y - 9}L{x} {below.y - 1}L{x + 5} {below.y - 9}Z" fill="{EDGE}"/>'


def _tie(step: Box, side: Box) -> str:
    y = side.y + PAD + 7
    return f'<path d="M{step.x + step.width} {y}H{side.x}" stroke="{EDGE}" stroke-width="1.5" stroke-dasharray="2 3"/>'


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("", text))
