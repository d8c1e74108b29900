"""County, township and village (三级联动): one guide for all, and what a centre below the county adds to it.

A supplement may say where, when and with whom, and may promise a shorter time. It never asks for more, takes longer
or charges anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .findings import Finding, Severity
from .guide_elements import CentreLevel, Place
from .guide_parts import Guide
from .periods import longest

NO_MORE = "优化营商环境条例 第三十五条"


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre or counter of the office (中心、分中心、服务站); ``parent`` is the key of the one above it."""

    key: str
    name: str
    level: CentreLevel
    code: str
    address: str
    phone: str
    parent: str = ""
    hours: str = ""


def centres_of(described: Iterable[Mapping[str, str]]) -> dict[str, Centre]:
    """Return the centres of an office by key, from its description."""
    return {centre.key: centre for centre in map(_centre, described)}


def _centre(row: Mapping[str, str]) -> Centre:
    return Centre(
        key=row["key"],
        name=row["name"],
        level=CentreLevel(row["level"]),
        code=row["code"],
        address=row["address"],
        phone=row["phone"],
        parent=row["parent"],
        hours=row["hours"],
    )


def check_centres(described: Sequence[Mapping[str, str]], *, region: str) -> tuple[Finding, ...]:
    """Check the centres of an office's description (``[[centres]]``); all findings block.

    ``office.centre-code`` (not of this region), ``office.centre-unknown`` (no such centre above it),
    ``office.centre-parent`` (nothing above it, or what is named there does not stand higher).
    """
    levels = list(CentreLevel)
    by_key = centres_of(described)
    found = []
    for at, centre in enumerate(map(_centre, described)):
        if not centre.code.startswith(region):
            params = {"code": centre.code, "region": region}
            found.append(Finding("office.centre-code", subject=f"centres.{at}.code", params=params))
        above = by_key.get(centre.parent)
        if centre.parent and above is None:
            params = {"centre": centre.parent}
            found.append(Finding("office.centre-unknown", subject=f"centres.{at}.parent", params=params))
        elif (centre.level is CentreLevel.COUNTY) is not (above is None) or (
            above is not None and levels.index(above.level) >= levels.index(centre.level)
        ):
            params = {"centre": centre.name, "level": centre.level.label}
            found.append(Finding("office.centre-parent", subject=f"centres.{at}.parent", params=params))
    return tuple(found)


def localised(guide: Guide, *, centre: str, centres: Mapping[str, Centre]) -> Guide:
    """Return the guide as one centre shows it; where it adds nothing the county's guide holds unchanged."""
    own = next((each for each in guide.supplements if each.centre == centre), None)
    if own is None:
        return guide
    place = own.place or _place(centres.get(centre), guide)
    if place is not None and own.hours:
        place = replace(place, hours=own.hours)
    return replace(
        guide,
        places=(place,) if place else guide.places,
        contacts=own.contacts or guide.contacts,
        steps=own.steps or guide.steps,
        limits=replace(guide.limits, promised=own.promised) if own.promised else guide.limits,
    )


def check_supplements(guide: Guide, *, centres: Mapping[str, Centre]) -> tuple[Finding, ...]:
    """Check that no supplement takes longer or asks for more, and that every centre is known.

    Blocks: ``local.centre-unknown``, ``local.centre-level``, ``local.centre-twice``,
    ``local.promise-longer``. Warns: ``local.more-steps``. Materials and fees cannot be written in a
    supplement at all.
    """
    found, seen = [], set()
    for at, own in enumerate(guide.supplements):
        path, params = f"supplements.{at}", {"centre": own.centre}
        known = centres.get(own.centre)
        if known is None:
            found.append(Finding("local.centre-unknown", subject=f"{path}.centre", params=params))
        elif known.level is not own.level:
            found.append(
                Finding(
                    "local.centre-level",
                    subject=f"{path}.level",
                    params={"centre": known.name, "level": known.level.label},
                )
            )
        if own.centre in seen:
            found.append(Finding("local.centre-twice", subject=f"{path}.centre", params=params))
        seen.add(own.centre)
        county = guide.limits.promised
        if own.promised is not None and county.said and longest(own.promised) > longest(county):
            found.append(
                Finding(
                    "local.promise-longer",
                    subject=f"{path}.promised",
                    params={"promised": own.promised.label, "county": county.label},
                    basis=NO_MORE,
                )
            )
        if len(own.steps) > len(guide.steps):
            found.append(Finding("local.more-steps", Severity.WARNS, f"{path}.steps", params, basis=NO_MORE))
    return tuple(found)


def _place(centre: Centre | None, guide: Guide) -> Place | None:
    if centre is None:
        return None
    hours = centre.hours or (guide.places[0].hours if guide.places else "")
    return Place(centre.name, centre.address, centre.name, centre.phone, hours)
