"""Boxes and shelves (档案盒与排架): what goes into one, how much fits, where it stands.

A box holds items of one class in the order of their numbers. How many pages fit is reckoned from its thickness; somebody
who has the box in hand knows better and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from .catalogues import Carrier
from .findings import Finding
from .vocabulary import ItemState

BOX_BASIS = "DA/T 22-2015"
THICKNESSES = (20, 30, 40, 50)
"""Millimetres of the spines of archive boxes."""

PAGES_PER_MM = 8.5
"""Sheets of 70 g paper written on one side that lie in a millimetre, loosely enough to be taken out: the office's own measure."""

#: What is done with an item after it was archived, as its page says it.
EVENTS: Mapping[str, str] = {
    "item.boxed": "装盒",
    "item.unboxed": "出盒",
    "item.carrier": "保存方式",
    "item.archives-number": "编馆编件号",
    "use.lent": "纸质借出",
    "use.returned": "纸质归还",
    "use.copied": "出具复制件",
    "use.certified": "出具档案证明",
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a box stands (排架位置): room, row, stand and level (库房、列、架、层)."""

    room: str = ""
    row: str = ""
    stand: str = ""
    level: str = ""

    @property
    def text(self) -> str:
        """Return the place as people say it: 一号库房 03列 02架 04层; empty when it has none yet."""
        words = (
            self.room,
            *(
                f"{part}{word}"
                for part, word in ((self.row, "列"), (self.stand, "架"), (self.level, "层"))
                if part
            ),
        )
        return " ".join(filter(None, words))


@dataclass(frozen=True, slots=True)
class Boxed:
    """An item as far as the rules of boxes ask; ``klass`` is fonds, category, year, period and organ code."""

    id: str
    code: str
    title: str
    klass: tuple[str, str, int, str, str]
    state: str
    carrier: str
    pages: int
    box: str = ""


def capacity(thickness: int) -> int:
    """Return how many pages are reckoned to fit into a box of a thickness in millimetres."""
    return int(thickness * PAGES_PER_MM)


def thinnest(pages: int) -> int | None:
    """Return the thinnest box that takes so many pages, None when no single box does."""
    return next((thickness for thickness in THICKNESSES if pages <= capacity(thickness)), None)


def guard_open(*, thickness: int, known: bool, fonds: str, shelf: Shelf) -> tuple[Finding, ...]:
    """Check that a box can be opened: for a known fonds, of a thickness there is, in a whole place or none."""
    found = []
    if not known:
        found.append(Finding("box.fonds-unknown", subject="fonds", params={"fonds": fonds}))
    if thickness not in THICKNESSES:
        sizes = "、".join(map(str, THICKNESSES))
        found.append(
            Finding("box.thickness", subject="thickness", params={"thickness": thickness, "sizes": sizes})
        )
    return (*found, *guard_shelf(shelf, required=False))


def guard_shelf(shelf: Shelf, *, required: bool = True) -> tuple[Finding, ...]:
    """Check a place on the shelves: whole, from the room down to the level, or none at all."""
    parts = (shelf.room, shelf.row, shelf.stand, shelf.level)
    if all(parts) or not (any(parts) or required):
        return ()
    return (Finding("box.place-incomplete", subject="room"),)


def guard_fill(
    klass: tuple[str, str, int, str, str],
    inside: Iterable[Boxed],
    coming: Collection[Boxed],
    *,
    box: str,
    thickness: int,
    unknown: Collection[str] = (),
    measured: bool = False,
) -> tuple[Finding, ...]:
    """Check that items can be laid into a box: registered, on paper, of its class, in no other box, and not too thick.

    ``unknown`` are codes that name no item; ``measured`` says that somebody tried and it fits.
    """
    found = [Finding("box.item-unknown", subject="codes", params={"code": code}) for code in unknown]
    if not coming and not unknown:
        found.append(Finding("box.nothing", subject="codes"))
    for item in coming:
        name = {"code": item.code or item.title}
        if item.state != ItemState.ARCHIVED:
            found.append(Finding("box.not-archived", subject="codes", params=name))
        if item.klass != klass:
            found.append(Finding("box.other-class", subject="codes", params=name))
        if item.carrier == Carrier.ELECTRONIC:
            found.append(Finding("box.no-paper", subject="codes", params=name))
        if item.box and item.box != box:
            found.append(Finding("box.elsewhere", subject="codes", params={**name, "box": item.box}))
    pages = sum(item.pages for item in {each.id: each for each in (*inside, *coming)}.values())
    if pages > capacity(thickness) and not measured:
        params = {"pages": pages, "thickness": thickness, "capacity": capacity(thickness)}
        found.append(Finding("box.too-full", subject="codes", params=params, basis=BOX_BASIS))
    return tuple(found)
