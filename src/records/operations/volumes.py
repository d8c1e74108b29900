"""Volumes (立卷): the rule of the category says what lies together; a closed volume takes nothing more."""

from __future__ import annotations

from collections.abc import Iterable

from records.domain import volumes as rules
from records.domain.code_patterns import VolumeRule
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import ItemState
from records.domain.volumes import Member, VolumeState
from records.indexes import keys
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.resources.volumes import Volume

from .acts import Act, leave_trace, register
from .checklists import guide_of
from .discretion import discreet
from .numbering import by_volume, class_of, pattern_of
from .services import WORKER, Services


def volume_for(act: Act, item: ArchivedItem) -> Volume:
    """Return the open volume in which an item belongs by the rule of its category (立卷规则), a new one when there is none.

    The item must belong to a category by volume and lie in none yet.
    """
    rule, key = pattern_of(act.site, item).rule, key_of(act.site, item)
    found = keys.owner(act.site, keys.compose("open-volume", key))
    if found:
        return act.site.volumes[found]
    volume = Volume()
    klass = class_of(act.site, item)
    volume.fonds, volume.category, volume.year, volume.retention, volume.unit_code = klass
    volume.unit, volume.rule, volume.key = item.unit, rule.value, key
    volume.title = rules.volume_title(
        rule,
        creator=act.site.office["fonds"][item.fonds]["name"],
        year=item.year,
        applicant=item.applicant_name,
        item=_item_title(act.site, item),
    )
    register(act, volume)
    keys.claim(act.site, keys.compose("open-volume", key), volume.id)
    _trace(act, "volume.open", volume)
    return volume


def key_of(site: Site, item: ArchivedItem) -> str:
    """Return what an item has in common with the others of its volume, by the rule of its category."""
    rule = pattern_of(site, item).rule
    dossier = site.dossiers.get(item.dossier)
    matter = (dossier.course or dossier.id) if dossier is not None else item.id
    return rules.volume_key(
        VolumeRule(rule), applicant=item.applicant, matter=matter, klass=class_of(site, item)
    )


def _item_title(site: Site, item: ArchivedItem) -> str:
    dossier = site.dossiers.get(item.dossier)
    return guide_of(site, dossier).title if dossier is not None else item.title


def lay_in(act: Act, item: ArchivedItem) -> Volume:
    """Lay an item into the volume of its rule (归入案卷), unless it lies in one of its class."""
    if fits(act.site, item):
        return act.site.volumes[item.volume]
    take_away(act, item)
    volume = volume_for(act, item)
    _put(act, volume, item)
    return volume


def fits(site: Site, item: ArchivedItem) -> bool:
    """Tell whether an item lies in a volume of its own class."""
    return bool(item.volume) and class_of_volume(site.volumes[item.volume]) == class_of(site, item)


def prepare(services: Services, item_id: str) -> None:
    """See that an item that is to be coded lies in a volume, when its category is arranged by volume."""
    with services.database.read() as root:
        site = root["site"]
        item = site.archives[item_id]
        if item.state != ItemState.PENDING or not by_volume(site, item) or fits(site, item):
            return

    def within(root) -> None:
        lay_in(services.act(root["site"], WORKER, channel="job"), root["site"].archives[item_id])

    services.database.run(within, note="volume")


def put(act: Act, volume: Volume, *, items: Iterable[str]) -> Volume | Refused:
    """Lay waiting items into a volume by hand (归入案卷), whatever the rule proposes; they leave the one they lie in.

    Findings: ``volume.closed``, ``volume.by-item``, ``volume.other-class``, ``volume.coded``, ``record.unknown``, ``volume.nothing``.
    """
    wanted = [(each, act.site.archives.get(each)) for each in dict.fromkeys(items)]
    coming = [item for _, item in wanted if item is not None]
    found = [
        Finding("record.unknown", subject="items", params={"id": name})
        for name, item in wanted
        if item is None
    ]
    if not wanted:
        found.append(Finding("volume.nothing", subject="items"))
    members = [as_member(act.site, item) for item in coming]
    found += rules.guard_put(VolumeState(volume.state), class_of_volume(volume), members)
    if found:
        return Refused(tuple(found))
    for item in coming:
        take_away(act, item)
        _put(act, volume, item)
    return volume


def take_out(act: Act, volume: Volume, *, items: Iterable[str]) -> Volume | Refused:
    """Take waiting items out of a volume (移出案卷); the rule lays them in again when they are registered. Finding: ``volume.coded``."""
    going = [act.site.archives[each] for each in items if each in volume.items]
    found = [
        Finding("volume.coded", subject="items", params={"title": item.title}) for item in going if item.code
    ]
    if not going:
        found.append(Finding("volume.nothing", subject="items"))
    if found:
        return Refused(tuple(found))
    for item in going:
        take_away(act, item)
    return volume


@discreet
def rename(act: Act, volume: Volume, *, title: str) -> Volume | Refused:
    """Write another title (案卷题名) while the volume is open. Finding: ``volume.closed``."""
    if volume.state != VolumeState.OPEN:
        return Refused((Finding("volume.closed", subject="volume"),))
    volume.title = title
    _trace(act, "volume.rename", volume)
    return volume


@discreet
def close(act: Act, volume: Volume, *, checked_by: str, note: str = "") -> Volume | Refused:
    """Close a volume with its reference note (定卷、卷内备考表); the rule opens another for what comes later.

    Findings: ``volume.closed``, ``volume.empty``, ``volume.waiting``, ``volume.no-checker``, ``volume.same-person``.
    """
    inside = [act.site.archives[each] for each in volume.items]
    coded = [item for item in inside if item.code]
    found = rules.guard_close(
        VolumeState(volume.state),
        numbered=len(coded),
        waiting=len(inside) - len(coded),
        checker=checked_by,
        arranger=act.by.name,
    )
    if found:
        return Refused(found)
    volume.state, volume.note = VolumeState.CLOSED.value, note
    volume.arranged_by, volume.arranged_on, volume.checked_by = act.by.name, act.today, checked_by
    keys.release(act.site, keys.compose("open-volume", volume.key), volume.id)
    _trace(act, "volume.close", volume)
    return volume


def class_of_volume(volume: Volume) -> tuple[str, str, int, str, str]:
    """Return the class a volume belongs to."""
    return volume.fonds, volume.category, volume.year, volume.retention, volume.unit_code


def as_member(site: Site, item: ArchivedItem) -> Member:
    """Return what the rules of volumes need to know of an item."""
    klass = class_of(site, item)
    return Member(item.id, item.title, klass, item.state, item.volume, by_volume(site, item))


def _put(act: Act, volume: Volume, item: ArchivedItem) -> None:
    item.volume, volume.items = volume.id, (*volume.items, item.id)
    leave_trace(act, "archive.into-volume", item, unit=item.unit, permission=Permission.ARCHIVE_ARRANGE)
    _trace(act, "volume.put", volume)


def take_away(act: Act, item: ArchivedItem) -> None:
    """Take an item out of the volume it lies in, if any."""
    if not item.volume:
        return
    volume = act.site.volumes[item.volume]
    volume.items = tuple(each for each in volume.items if each != item.id)
    item.volume = ""
    leave_trace(act, "archive.out-of-volume", item, unit=item.unit, permission=Permission.ARCHIVE_ARRANGE)
    _trace(act, "volume.take-out", volume)


def _trace(act: Act, event: str, volume: Volume) -> None:
    leave_trace(act, event, volume, unit=volume.unit, permission=Permission.ARCHIVE_ARRANGE)
