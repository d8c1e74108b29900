"""Numbering (编号): which code an item will have, and giving it; a number that was given is never given again.

Every number comes from a counter that only grows, and a code is claimed for its item for ever: what was destroyed,
transferred or coded by mistake goes on occupying its number. Until it is registered an item has a provisional code only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from records.domain.arrangement import ArchivalCode, Series, format_code, parse_code
from records.domain.catalogues import Carrier
from records.domain.code_patterns import BY_ITEM, Arranged, CodePattern, fold, patterns_for
from records.domain.custody import CustodyState
from records.domain.vocabulary import Retention
from records.indexes import keys, questions
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.resources.volumes import Volume
from records.rules import code_patterns

from .acts import Act, leave_trace
from .checklists import guide_of

PROVISIONAL = "拟"


@dataclass(frozen=True, slots=True)
class NextCode:
    """The code an item will have (拟编档号): the series, its number, and the counters that must still stand before it."""

    series: Series
    number: int
    volume: str = ""
    opens_volume: bool = False

    @property
    def text(self) -> str:
        """Return the code as it will be printed."""
        return format_code(self.series, self.number)


def fonds_key(site: Site, text: str) -> str:
    """Return the key of a fonds by its key or its number (全宗号); an empty text when there is none."""
    fonds = site.office["fonds"]
    return text if text in fonds else next((key for key, each in fonds.items() if each["number"] == text), "")


def pattern_of(site: Site, item: ArchivedItem | Volume) -> CodePattern:
    """Return the pattern by which the item's category is coded in its year."""
    number = site.office["fonds"][item.fonds]["number"]
    found = patterns_for(number, item.category, item.year, code_patterns())
    return found[0] if found else BY_ITEM


def by_volume(site: Site, item: ArchivedItem) -> bool:
    """Tell whether the item's category is arranged by volume (按卷)."""
    return pattern_of(site, item).arranged is Arranged.VOLUME


def unit_code_of(site: Site, item: ArchivedItem) -> str:
    """Return the organ code (机构代码) of an item: its code's, the one it was given, or its guide's; its pattern may have none."""
    if item.code:
        found = parse_code(item.code, code_patterns())
        return found.series.unit if isinstance(found, ArchivalCode) else item.unit_code
    return own_unit_code(site, item) if "unit" in pattern_of(site, item).segments else ""


def own_unit_code(site: Site, item: ArchivedItem) -> str:
    """Return the organ code of an item whatever its pattern: what it was given, its guide's, or that of the fonds."""
    if item.unit_code:
        return item.unit_code
    dossier = site.dossiers.get(item.dossier)
    if dossier is not None:
        return guide_of(site, dossier).archiving.unit_code
    return site.office["fonds"][item.fonds].get("unit_code", "")


def class_of(site: Site, item: ArchivedItem) -> tuple[str, str, int, str, str]:
    """Return the class of an item: fonds, category, year, period, organ code."""
    return item.fonds, item.category, item.year, item.retention, unit_code_of(site, item)


def next_code(site: Site, item: ArchivedItem) -> NextCode:
    """Return the code the item would have if it were registered now; by volume it must lie in one."""
    pattern = pattern_of(site, item)
    number = site.office["fonds"][item.fonds]["number"]
    unit = unit_code_of(site, item)
    series = Series(number, item.category, item.year, Retention(item.retention), unit, 0, pattern)
    if pattern.arranged is Arranged.ITEM:
        return NextCode(series, _value(site, f"archive:{series.prefix}") + 1)
    volume = site.volumes[item.volume]
    at = volume.volume_number or _value(site, f"volume:{series.prefix}") + 1
    return NextCode(replace(series, volume=at), volume.last + 1, volume.id, not volume.volume_number)


def take(act: Act, item: ArchivedItem, wanted: NextCode, *, pages: int) -> bool:
    """Give an item the code that was read before; False, and nothing is given, when another one is next by now."""
    site = act.site
    if next_code(site, item) != wanted:
        return False
    if wanted.volume:
        _number_volume(act, site.volumes[wanted.volume], item, wanted)
    site.counter(f"archive:{wanted.series.prefix}").next()
    item.code, item.page_count, item.unit_code = wanted.text, pages, wanted.series.unit
    item.carrier = item.carrier or carrier_of(site, item).value
    return True


def _number_volume(act: Act, volume: Volume, item: ArchivedItem, wanted: NextCode) -> None:
    if wanted.opens_volume:
        class_prefix = replace(wanted.series, volume=0).prefix
        volume.volume_number = act.site.counter(f"volume:{class_prefix}").next()
        volume.code = wanted.series.prefix
        keys.claim(act.site, keys.compose("volume-code", fold(volume.code)), volume.id)
    volume.last = wanted.number
    coded = [each for each in volume.items if act.site.archives[each].code]
    waiting = [each for each in volume.items if each not in coded and each != item.id]
    volume.items = (*coded, item.id, *waiting)
    leave_trace(act, "volume.number", volume, unit=volume.unit)


def carrier_of(site: Site, item: ArchivedItem) -> Carrier:
    """Return how an item is kept when nobody said so: with paper as well when the case kept an original."""
    kept = any(each.state == CustodyState.CONSUMED for each in questions.originals_of(site, item.dossier))
    return Carrier.BOTH if kept else Carrier.ELECTRONIC


def provisional_codes(site: Site, items: Iterable[ArchivedItem]) -> Iterator[tuple[ArchivedItem, str]]:
    """Yield the waiting items of a class in their order, each with the code it would have if all were registered so.

    An item of a category by volume that lies in none yet has no provisional code.
    """
    ahead: dict[str, int] = {}
    opened: dict[str, list[str]] = {}
    for item in items:
        if by_volume(site, item) and not item.volume:
            yield item, ""
            continue
        coming = next_code(site, item)
        series = coming.series
        if coming.opens_volume:
            new = opened.setdefault(replace(series, volume=0).prefix, [])
            if coming.volume not in new:
                new.append(coming.volume)
            series = replace(series, volume=series.volume + new.index(coming.volume))
        place = coming.volume or series.prefix
        number = coming.number + ahead.get(place, 0)
        ahead[place] = ahead.get(place, 0) + 1
        yield item, f"{PROVISIONAL}{format_code(series, number)}"


def _value(site: Site, name: str) -> int:
    counter = site.counters.get(name)
    return counter.value if counter is not None else 0
