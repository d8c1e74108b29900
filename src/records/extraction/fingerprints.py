"""What a page looks like (页面指纹), inside the child process only: marks to find it again, and a close comparison.

The marks of a page are its most conspicuous points, each as 32 bytes that say how the surroundings look and not what
stands there; a page with next to nothing on it has none. ``resemble`` lays one page over the other and compares the ink
place by place: two sheets of one form agree in all that is printed and differ where something was filled in.
This is the only door to OpenCV.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy
from PIL import Image

from records.extraction import images, pdf
from records.extraction.types import MediaType

READERS = {MediaType.PDF: pdf, MediaType.JPEG: images, MediaType.PNG: images}

LONG, SHORT = 1280, 64
"""Pixels of a page's longer side (110 dots an inch on A4), and the least of its shorter one."""

POINTS, MARKS = 1000, 128
MOST_PAGES = 200
FEWEST_POINTS = 60
"""Points without which a page is as good as blank, and which must lie on one another for two pages to be compared."""

WIDE, HIGH, STEP_X, STEP_Y = 40, 28, 20, 14
"""A place is as large as two characters; places overlap by half."""

ASTRAY = 7
"""How far in pixels paper may bend away from where its four corners would put it."""

INKED = 12.0
"""Mean ink, of 255, from which a place is compared at all."""

AGREES, REPEATED, ADDED = 0.8, 0.9, 0.8
"""Correlation of the same ink; the same at first sight; share of the older ink that a stamp leaves visible."""

RULE = 90
"""The length in pixels from which a straight line belongs to the form: 21 mm."""

CHANGED = 3
"""So many places that differ are another entry in the form."""

MOST_CHANGED = 40
"""With so many places that differ no stamp can be the reason."""

UNSEEN = 0.3
"""The largest share of the older page's places that may lie outside the picture or under red ink."""

STAMP = (60, 270)
"""The sides of a stamp in pixels, 14 to 63 mm: a line of writing is lower, and a form filled in is wider."""

INK, INK_UNDER_RED = (
    numpy.clip((1 - numpy.arange(256) / 255 - paper) * (255 / 0.6), 0, 255).astype(numpy.uint8)
    for paper in (0.08, 0.25)
)
"""Ink by the share of the paper's light that a place gives back: what is nearly as light as paper has none."""

cv2.setNumThreads(1)
_POINTS = cv2.ORB_create(POINTS, 1.2, 8, fastThreshold=8)
_PAIRS = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is compared: its ink (0 to 255), where ink is red, its points and their descriptions."""

    ink: numpy.ndarray
    red: numpy.ndarray
    points: numpy.ndarray
    marks: numpy.ndarray

    @property
    def blank(self) -> bool:
        """Whether there is too little on it to be like anything."""
        return len(self.points) < FEWEST_POINTS


def fingerprint(path: Path, *, kind: str, seconds: float) -> tuple[dict[str, Any], bytes]:
    """Return how many marks each page has, and all marks; what time does not allow is left out."""
    reader, until = _reader(kind), time.monotonic() + seconds
    marks = []
    for page in range(1, min(reader.inspect(path)["pages"], MOST_PAGES) + 1):
        seen = look(reader.picture(path, page=page, longest=LONG))
        marks.append(b"" if seen.blank else seen.marks[:MARKS].tobytes())
        if time.monotonic() > until:
            break
    return {"marks": [len(each) for each in marks]}, b"".join(marks)


def resemble(path: Path, *, kind: str, page: int, others: Sequence[tuple[str, str, int]]) -> dict[str, Any]:
    """Tell of each of the other pages, given as path, type and number, whether it shows the same sheet."""
    mine = look(_reader(kind).picture(path, page=page, longest=LONG))
    return {
        "same": [
            same(look(_reader(each).picture(Path(other), page=number, longest=LONG)), mine)
            for other, each, number in others
        ]
    }


def _reader(kind: str) -> ModuleType:
    return READERS[MediaType(kind)]


def look(picture: Image.Image) -> Page:
    """Return what is compared of a picture; one that is too small is blank."""
    if min(picture.size) < SHORT:
        empty = numpy.zeros((SHORT, SHORT), numpy.uint8)
        return Page(empty, empty, numpy.empty((0, 2), numpy.float32), numpy.empty((0, 32), numpy.uint8))
    colours = numpy.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))
    scale = LONG / max(picture.size)
    shade, green, blue = cv2.split(colours)
    redness = cv2.subtract(shade, cv2.max(green, blue))
    if scale != 1:
        shade = cv2.resize(
            shade, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        )
        redness = cv2.resize(redness, shade.shape[::-1])
    small = cv2.resize(shade, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    small = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, numpy.ones((17, 17), numpy.uint8)), (9, 9))
    paper = cv2.resize(small, shade.shape[::-1])
    # In red light a red stamp is nearly paper, and what it was pressed upon stays dark.
    red = redness > 30
    share = cv2.divide(shade, paper, scale=255)
    ink = numpy.where(red, cv2.LUT(share, INK_UNDER_RED), cv2.LUT(share, INK))
    found, marks = _POINTS.detectAndCompute(ink, None)
    order = sorted(range(len(found)), key=lambda index: -found[index].response)
    points = numpy.array([found[index].pt for index in order], numpy.float32).reshape(-1, 2)
    return Page(
        ink, red.astype(numpy.uint8), points, marks[order] if order else numpy.empty((0, 32), numpy.uint8)
    )


def same(held: Page, comes: Page) -> bool:
    """Tell whether a page that comes shows the sheet that is held, as it was or stamped since (疑似同一页)."""
    if held.blank or comes.blank:
        return False
    laid = _laid_over(held, comes)
    if laid is None:
        return False
    ink, red, seen = laid
    return not _differs(held, ink, numpy.maximum(red, held.red), seen)


def _laid_over(held: Page, comes: Page) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray] | None:
    """Return the ink and the red of the page that comes as they lie on the held one, and what of that is in the picture."""
    pairs = _PAIRS.match(held.marks, comes.marks)
    if len(pairs) < FEWEST_POINTS:
        return None
    there = held.points[[pair.queryIdx for pair in pairs]]
    here = comes.points[[pair.trainIdx for pair in pairs]]
    matrix, agreeing = cv2.findHomography(here, there, cv2.USAC_MAGSAC, 3.0, maxIters=5000, confidence=0.999)
    if matrix is None or int(agreeing.sum()) < FEWEST_POINTS:
        return None
    size = held.ink.shape[::-1]
    whole = numpy.ones(comes.ink.shape, numpy.uint8)
    return tuple(
        cv2.warpPerspective(each, matrix, size, flags=way)
        for each, way in (
            (comes.ink, cv2.INTER_LINEAR),
            (comes.red, cv2.INTER_NEAREST),
            (whole, cv2.INTER_NEAREST),
        )
    )


def _differs(held: Page, ink: numpy.ndarray, red: numpy.ndarray, seen: numpy.ndarray) -> bool:
    """Tell whether the ink of two pages differs otherwise than by a stamp."""
    old, new = (
        cv2.GaussianBlur(_writing(each), (0, 0), 1.0).astype(numpy.float32) for each in (held.ink, ink)
    )
    rows, columns = _places(old.shape)
    much_old, much_new, sight, stamp = (
        _means(each)[numpy.ix_(rows, columns)]
        for each in (old, new, seen.astype(numpy.float32), red.astype(numpy.float32))
    )
    inked = numpy.maximum(much_old, much_new) >= INKED
    usable = (sight > 0.999) & (stamp < 0.02)
    on_paper = much_old >= INKED
    if (on_paper & ~usable).sum() > UNSEEN * max(on_paper.sum(), 1):
        return True
    doubtful = inked & usable & (_agreement(old, new)[numpy.ix_(rows, columns)] < REPEATED)
    changed, added = [], []
    for row, column in zip(*numpy.nonzero(doubtful), strict=True):
        place = int(columns[column]), int(rows[row])
        match _compared(old, new, *place):
            case "changed":
                changed.append(place)
            case "added":
                added.append(place)
        if len(changed) > MOST_CHANGED:
            return True
    stamps = _stamps(added, old.shape)
    if stamps is None:
        return True
    beside = [(left, top) for left, top in changed if not stamps[top + HIGH // 2, left + WIDE // 2]]
    return len(beside) >= CHANGED or len(changed) - len(beside) > len(added)


def _compared(old: numpy.ndarray, new: numpy.ndarray, left: int, top: int) -> str:
    """Compare one place wherever the paper bent it: ``same``, ``changed``, or ink ``added`` to what is still there."""
    place = old[top : top + HIGH, left : left + WIDE]
    if place.mean() < INKED / 2:
        return "added"
    around = new[top - ASTRAY : top + HIGH + ASTRAY, left - ASTRAY : left + WIDE + ASTRAY]
    if cv2.matchTemplate(around, place, cv2.TM_CCOEFF_NORMED).max() >= AGREES:
        return "same"
    covered = max(
        numpy.minimum(new[top + down : top + down + HIGH, left + on : left + on + WIDE], place).sum()
        for down in range(-3, 4)
        for on in range(-3, 4)
    )
    return "added" if covered >= ADDED * place.sum() else "changed"


def _stamps(places: list[tuple[int, int]], shape: tuple[int, ...]) -> numpy.ndarray | None:
    """Return where places with added ink gather in patches of a stamp's size; None when ink was added otherwise."""
    patches = numpy.zeros(shape, numpy.uint8)
    if len(places) < CHANGED:
        return patches
    for left, top in places:
        patches[top : top + HIGH, left : left + WIDE] = 1
    count, marked, boxes, _ = cv2.connectedComponentsWithStats(
        cv2.dilate(patches, numpy.ones((41, 41), numpy.uint8))
    )
    for _, _, width, height, _ in boxes[1:count]:
        if max(width, height) - 40 > STAMP[1] or min(width, height) - 40 < STAMP[0]:
            return None
    return marked


def _writing(ink: numpy.ndarray) -> numpy.ndarray:
    """Return the ink of writing only: without photographs and without the rules of tables, which every form shares."""
    ink = cv2.morphologyEx(ink, cv2.MORPH_TOPHAT, numpy.ones((21, 21), numpy.uint8))
    dark = (ink > 70).astype(numpy.uint8)
    rules = cv2.morphologyEx(dark, cv2.MORPH_OPEN, numpy.ones((1, RULE), numpy.uint8)) | cv2.morphologyEx(
        dark, cv2.MORPH_OPEN, numpy.ones((RULE, 1), numpy.uint8)
    )
    return numpy.where(cv2.dilate(rules, numpy.ones((5, 5), numpy.uint8)) > 0, 0, ink).astype(numpy.uint8)


def _places(shape: tuple[int, ...]) -> tuple[numpy.ndarray, numpy.ndarray]:
    return (
        numpy.arange(ASTRAY, shape[0] - HIGH - ASTRAY, STEP_Y),
        numpy.arange(ASTRAY, shape[1] - WIDE - ASTRAY, STEP_X),
    )


def _means(values: numpy.ndarray) -> numpy.ndarray:
    """Return the mean of each place, at its upper left corner."""
    return cv2.boxFilter(values, cv2.CV_32F, (WIDE, HIGH), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)


def _agreement(old: numpy.ndarray, new: numpy.ndarray) -> numpy.ndarray:
    """Return how the ink of each place correlates where the corners put it."""
    mine, other = _means(old), _means(new)
    together = _means(old * new) - mine * other
    spread = (_means(old * old) - mine * mine) * (_means(new * new) - other * other)
    return together / numpy.sqrt(numpy.maximum(spread, 1.0))
