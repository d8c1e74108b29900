"""Boxes (装盒上架): open one, lay items in, take them out, put it on a shelf; each move stays on record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice

from records.domain import boxes as rules
from records.domain.arrangement import ArchivalCode, parse_code, search_key
from records.domain.boxes import Boxed, Shelf
from records.domain.catalogues import Carrier
from records.domain.code_patterns import BY_ITEM, fold, patterns_for
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import ItemState, Retention
from records.indexes import keys, questions, shelf_questions
from records.resources.archives import ArchivedItem
from records.resources.boxes import Box
from records.resources.site import Site
from records.resources.volumes import Volume
from records.rules import code_patterns

from .acts import Act, leave_trace, register
from .arranging import is_class, note_event
from .discretion import discreet
from .numbering import class_of, fonds_key

MOST = 200
"""Items that one act lays into boxes."""


@discreet
def open_box(
    act: Act,
    *,
    fonds: str,
    category: str,
    year: int,
    retention: Retention,
    unit_code: str = "",
    thickness: int = 30,
    room: str = "",
    row: str = "",
    stand: str = "",
    level: str = "",
) -> Box | Refused:
    """Open the next box of a class (新建档案盒); its number (盒号) runs in the class and is never given again.

    The fonds is named by its number or key; the organ code is that of the fonds unless another one is given.

    Findings: ``permission.denied``, ``box.fonds-unknown``, ``box.thickness``, ``box.place-incomplete``,
    ``arrange.not-a-class``.
    """
    shelf = Shelf(room, row, stand, level)
    named, fonds = fonds, fonds_key(act.site, fonds)
    found = [*rules.guard_open(thickness=thickness, known=bool(fonds), fonds=named, shelf=shelf)]
    if fonds and not act.matrix.permits(act.by, Permission.ARCHIVE_ARRANGE, unit=fonds):
        params = {"permission": Permission.ARCHIVE_ARRANGE.value}
        found.append(Finding("permission.denied", params=params))
    category = fold(category)
    number = act.site.office["fonds"][fonds]["number"] if fonds else ""
    pattern = next(iter(patterns_for(number, category, year, code_patterns())), BY_ITEM)
    if fonds and not unit_code and "unit" in pattern.segments:
        unit_code = act.site.office["fonds"][fonds].get("unit_code", "")
    if fonds and not is_class(act.site, (fonds, category, year, retention.value, unit_code), pattern):
        found.append(Finding("arrange.not-a-class", subject="category"))
    if found:
        return Refused(tuple(found))
    box = Box()
    box.fonds = box.unit = fonds
    box.category, box.year, box.retention = category, year, retention.value
    box.unit_code = unit_code
    head = "-".join(filter(None, (f"{number}-{category}·{year}-{retention.value}", unit_code)))
    box.box_number = act.site.counter(f"box:{head}").next()
    box.code = f"{head}-H{box.box_number:03d}"
    box.thickness = thickness
    keys.claim(act.site, keys.compose("box-code", fold(box.code)), register(act, box).id)
    if shelf.text:
        _place(act, box, shelf, why="")
    _trace(act, "box.open", box)
    return box


def class_of_box(box: Box) -> tuple[str, str, int, str, str]:
    """Return the class whose items a box holds."""
    return box.fonds, box.category, box.year, box.retention, box.unit_code


def as_boxed(site: Site, item: ArchivedItem) -> Boxed:
    """Return what the rules of boxes need to know of an item."""
    inside = site.boxes[item.box].code if item.box else ""
    return Boxed(
        item.id,
        item.code,
        item.title,
        class_of(site, item),
        item.state,
        item.carrier,
        item.page_count,
        inside,
    )


def fill(act: Act, box: Box, *, codes: str, measured: bool = False) -> Box | Refused:
    """Lay items into a box (装盒) by their codes, several with blanks or commas between, or from-to within a class (``0001-0024``).

    Findings: ``box.item-unknown``, ``box.nothing``, ``box.not-archived``, ``box.other-class``, ``box.no-paper``,
    ``box.elsewhere``, ``box.too-full``.
    """
    coming, unknown = items_named(act.site, box, codes)
    found = rules.guard_fill(
        class_of_box(box),
        [as_boxed(act.site, act.site.archives[each]) for each in box.items],
        [as_boxed(act.site, item) for item in coming],
        box=box.code,
        thickness=box.thickness,
        unknown=unknown,
        measured=measured,
    )
    if found:
        return Refused(found)
    _lay(act, box, coming)
    return box


def pack(act: Act, box: Box) -> Box | Refused:
    """Lay what of the box's class is on paper and in no box yet into it in the order of the codes (自动装盒), until it is full.

    At most 200 items an act; the next box takes the rest. Findings: ``box.nothing-left`` (code), ``box.too-full``.
    """
    room = rules.capacity(box.thickness) - sum(act.site.archives[each].page_count for each in box.items)
    coming = []
    for item in islice(_unboxed(act.site, box), MOST):
        if item.page_count > room:
            if not coming:
                params = {"pages": item.page_count, "thickness": box.thickness, "capacity": max(room, 0)}
                return Refused(
                    (Finding("box.too-full", subject="codes", params=params, basis=rules.BOX_BASIS),)
                )
            break
        room -= item.page_count
        coming.append(item)
    if not coming:
        return Refused((Finding("box.nothing-left", params={"code": box.code}),))
    _lay(act, box, coming)
    return box


def _unboxed(site: Site, box: Box) -> Iterable[ArchivedItem]:
    klass = class_of_box(box)
    for _, item in shelf_questions.catalogued(site, box.fonds, box.year):
        on_paper = item.carrier in (Carrier.BOTH, Carrier.PAPER) and item.state == ItemState.ARCHIVED
        if on_paper and not item.box and class_of(site, item) == klass:
            yield item


@discreet
def take_out(act: Act, box: Box, *, codes: str, reason: str) -> Box | Refused:
    """Take items out of a box (出盒), with the reason; their numbers stay. Findings: ``box.item-unknown``, ``box.not-inside``."""
    going, unknown = items_named(act.site, box, codes)
    found = [Finding("box.item-unknown", subject="codes", params={"code": code}) for code in unknown]
    for item in going:
        if item.id not in box.items:
            found.append(Finding("box.not-inside", subject="codes", params={"code": item.code}))
    if not (going or unknown):
        found.append(Finding("box.nothing", subject="codes"))
    if found:
        return Refused(tuple(found))
    leaving = {item.id for item in going}
    box.items = tuple(each for each in box.items if each not in leaving)
    for item in going:
        item.box = ""
        note_event(act, item, "item.unboxed", reference=box.code, note=reason)
    _trace(act, "box.take-out", box, why=reason)
    return box


@discreet
def move(
    act: Act, box: Box, *, room: str, row: str, stand: str, level: str, reason: str = ""
) -> Box | Refused:
    """Put a box on another shelf (移库、上架); where it stood before stays on record. Findings: ``box.place-incomplete``, ``box.same-place``."""
    shelf = Shelf(room, row, stand, level)
    found = [*rules.guard_shelf(shelf)]
    if shelf == shelf_of(box):
        found.append(Finding("box.same-place", subject="room", params={"place": shelf.text}))
    if found:
        return Refused(tuple(found))
    _place(act, box, shelf, why=reason)
    _trace(act, "box.move", box, why=reason)
    return box


def resize(act: Act, box: Box, *, thickness: int) -> Box | Refused:
    """Exchange a box for a thicker or thinner one (换盒); its code and what lies in it stay. Findings: ``box.thickness``, ``box.too-full``."""
    inside = [as_boxed(act.site, act.site.archives[each]) for each in box.items]
    pages = sum(item.pages for item in inside)
    found = [*rules.guard_open(thickness=thickness, known=True, fonds=box.fonds, shelf=Shelf())]
    if not found and pages > rules.capacity(thickness):
        params = {"pages": pages, "thickness": thickness, "capacity": rules.capacity(thickness)}
        found.append(Finding("box.too-full", subject="thickness", params=params, basis=rules.BOX_BASIS))
    if found:
        return Refused(tuple(found))
    box.thickness = thickness
    _trace(act, "box.resize", box)
    return box


@discreet
def note(act: Act, box: Box, *, note: str, checked_by: str, checked_on: date | None = None) -> Box | Refused:
    """Write the reference note of a box (备考表): what is to be said of it, and who looked at it besides who arranged it."""
    if checked_by == act.by.name:
        return Refused((Finding("box.same-person", subject="checked_by", params={"name": checked_by}),))
    box.note, box.arranged_by, box.arranged_on = note, act.by.name, act.today
    box.checked_by, box.checked_on = checked_by, checked_on or act.today
    _trace(act, "box.note", box)
    return box


def shelf_of(box: Box) -> Shelf:
    """Return where a box stands."""
    return Shelf(box.room, box.row, box.stand, box.level)


def sought(site: Site, text: str) -> ArchivedItem | Box | Volume | None:
    """Return what a scanned or typed code leads to (扫码): an item, a box, a volume; None when it is none of them."""
    if not text.strip() or len(text) > 200:
        return None
    found = parse_code(text, code_patterns())
    if isinstance(found, ArchivalCode) and found.number:
        item = questions.item_with_code(site, search_key(found.text))
        if item is not None:
            return item
    box = shelf_questions.box_with_code(site, text)
    return (
        box
        or shelf_questions.volume_with_code(site, text)
        or questions.item_with_code(site, search_key(text))
    )


def items_named(site: Site, box: Box, codes: str) -> tuple[list[ArchivedItem], list[str]]:
    """Return the items that codes name, in the order of their codes, and what names none.

    A bare number or from-to counts in the box's own class.
    """
    found: dict[str, ArchivedItem] = {}
    unknown = []
    for word in codes.replace("、", " ").replace(",", " ").replace("，", " ").split():
        for code in _spelled(box, word):
            item = sought(site, code)
            if isinstance(item, ArchivedItem):
                found[item.id] = item
            else:
                unknown.append(code)
    return sorted(found.values(), key=lambda item: item.code), unknown[:MOST]


def _spelled(box: Box, word: str) -> list[str]:
    first, dash, last = fold(word).partition("-")
    if not (first.isdecimal() and (last.isdecimal() or not dash)) or len(first) > 6 or len(last) > 6:
        return [word]
    head = box.code.rpartition("-")[0]
    run = range(int(first), int(last or first) + 1)
    return [f"{head}-{number:04d}" for number in run[: MOST + 1]] or [word]


def _lay(act: Act, box: Box, coming: Iterable[ArchivedItem]) -> None:
    inside = {each: act.site.archives[each].code for each in box.items}
    for item in coming:
        if item.box != box.id:
            item.box, item.paper_place = box.id, ""
            note_event(act, item, "item.boxed", reference=box.code)
        inside[item.id] = item.code
    box.items = tuple(sorted(inside, key=lambda each: inside[each]))
    _trace(act, "box.fill", box)


def _place(act: Act, box: Box, shelf: Shelf, *, why: str) -> None:
    box.moves = (*box.moves, (act.at, act.by.userid, shelf_of(box).text, shelf.text, why))
    box.room, box.row, box.stand, box.level = shelf.room, shelf.row, shelf.stand, shelf.level


def _trace(act: Act, event: str, box: Box, *, why: str = "") -> None:
    leave_trace(act, event, box, unit=box.unit, permission=Permission.ARCHIVE_ARRANGE, why=why)
