"""Legal holds (暂缓处置): placed on many items at once, lifted by another person, and above every decision of appraisal.

From the moment of its placing a hold counts for its whole fonds, until the background has laid it on every item it means;
from the moment of its lifting it counts for none, whatever still bears it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from records.domain import holds as rules
from records.domain.findings import Finding, Refused
from records.domain.holds import HoldState, Sought
from records.domain.permissions import Permission
from records.domain.vocabulary import ItemState
from records.indexes import disposition_questions as questions
from records.indexes import worklists
from records.resources.archives import ArchivedItem
from records.resources.holds import Hold
from records.resources.site import Site

from .acts import Act, leave_trace, owe, register
from .discretion import discreet
from .identities import identity_of
from .searching import search
from .services import WORKER, Services

VERB = "lay-hold"
AT_ONCE = 50
"""Items in one transaction; other writers go between."""
HELD = (ItemState.ARCHIVED, ItemState.PENDING, ItemState.TRANSFERRED)
"""What a hold lies on; of a transferred item it is the copy that stays here."""
SEPARATORS = str.maketrans(dict.fromkeys(",，、;；\n\r\t", " "))


@discreet
def place(
    act: Act,
    *,
    fonds: str,
    reference: str,
    reason: str,
    codes: str = "",
    words: str = "",
    since: int = 0,
    until: int = 0,
    category: str = "",
    retention: str = "",
) -> Hold | Refused:
    """Place a hold (暂缓处置) on named items, or on all of a fonds that fit; the background lays it on each.

    ``codes`` are 档号 with blanks or commas between, ``since`` and ``until`` years. Findings: those of
    ``guard_place``, ``permission.denied``.
    """
    if not act.matrix.permits(act.by, Permission.HOLD_PLACE, unit=fonds):
        return Refused((Finding("permission.denied", params={"permission": Permission.HOLD_PLACE.value}),))
    named = tuple(dict.fromkeys(codes.translate(SEPARATORS).split()))
    sought = Sought(named, words.strip(), since, until, category.strip(), retention.strip())
    items = {code: questions.item_coded(act.site, code) for code in named}
    found = rules.guard_place(
        sought,
        reference=reference.strip(),
        reason=reason.strip(),
        unknown=[code for code, item in items.items() if item is None],
        outside=[code for code, item in items.items() if item is not None and item.fonds != fonds],
    )
    if found:
        return Refused(found)
    hold = Hold()
    hold.reference, hold.reason, hold.fonds, hold.unit = reference.strip(), reason.strip(), fonds, fonds
    hold.sought = (named, sought.words, since, until, sought.category, sought.retention)
    hold.placed_by, hold.total = act.by.userid, len(named)
    register(act, hold)
    leave_trace(act, "hold.place", hold, unit=fonds, permission=Permission.HOLD_PLACE, why=hold.reference)
    owe(act, VERB, hold.id, on=hold)
    return hold


@discreet
def lift(act: Act, hold: Hold, *, why: str) -> Hold | Refused:
    """Lift a hold (解除暂缓): by another person than the one who placed it, with a reason; it counts no longer at once."""
    name = act.site.people[hold.placed_by].name
    found = rules.guard_lift(
        HoldState(hold.state), placed_by=hold.placed_by, by=act.by.userid, name=name, why=why.strip()
    )
    if found:
        return Refused(found)
    hold.state, hold.lifted_by, hold.lifted_at = HoldState.LIFTED.value, act.by.userid, act.at
    hold.lifted_why, hold.done = why.strip(), 0
    leave_trace(act, "hold.lift", hold, unit=hold.unit, permission=Permission.HOLD_PLACE, why=why.strip())
    owe(act, VERB, hold.id, on=hold)
    return hold


def stop(act: Act, hold: Hold) -> Hold | Refused:
    """Stop the laying of a hold (停止登记) after the group in hand; the items that have it keep it."""
    if hold.state != HoldState.PLACING:
        return Refused((Finding("hold.not-placing", params={"reference": hold.reference}),))
    hold.stopped, hold.state = True, HoldState.ACTIVE.value
    leave_trace(act, "hold.stop", hold, unit=hold.unit, permission=Permission.HOLD_PLACE)
    return hold


def lay(services: Services, hold_id: str) -> None:
    """Lay a hold on every item it means, or take a lifted one off again, in groups; done twice it changes nothing.

    While it is being laid what is archived in the meantime is looked at too, until a whole look finds nothing new.
    """
    with services.database.read() as root:
        hold = root["site"].holds[hold_id]
        lifted = hold.state == HoldState.LIFTED
        if not lifted and hold.state != HoldState.PLACING:
            return
    move, meant = (_take_off, _bearing) if lifted else (_put_on, _meant)
    while ids := meant(services, hold_id):
        for at in range(0, len(ids), AT_ONCE):
            if not _group(services, hold_id, ids[at : at + AT_ONCE], move, total=len(ids)):
                return
    services.database.run(lambda root: _finish(services, root["site"], hold_id), note="hold")


def _meant(services: Services, hold_id: str) -> list[str]:
    """Return the items that a hold means and that do not bear it yet."""
    with services.database.read() as root:
        site: Site = root["site"]
        hold = site.holds[hold_id]
        sought = Sought(*hold.sought)
        if hold.state != HoldState.PLACING:
            return []
        if sought.codes:
            found = (questions.item_coded(site, code) for code in sought.codes)
        elif sought.words:
            by = identity_of(site.people[hold.placed_by], services.clock.today())
            found = (site.archives.get(each) for each in _hits(services, sought.words, by.principals))
        else:
            found = _all_of(site, hold.fonds)
        return [
            item.id
            for item in found
            if item is not None
            and item.fonds == hold.fonds
            and hold.id not in item.holds
            and item.state in HELD
            and (
                sought.codes or sought.fits(year=item.year, category=item.category, retention=item.retention)
            )
        ]


def _all_of(site: Site, fonds: str) -> Iterator[ArchivedItem]:
    pages = (worklists.page(site, "fonds", fonds, state) for state in HELD)
    return (site.archives[item] for _, item in chain.from_iterable(pages))


def _hits(services: Services, words: str, readers: frozenset[str]) -> Iterator[str]:
    """Yield the ids of all archived items that hold some words, page by page."""
    after = None
    while True:
        page = search(services, "archives", words, readers=readers, after=after)
        yield from (hit.id for hit in page.hits)
        after = page.cursor
        if after is None:
            return


def _bearing(services: Services, hold_id: str) -> list[str]:
    with services.database.read() as root:
        return [item.id for _, item in questions.items_held(root["site"], hold_id)]


Move = Callable[[Act, Hold, ArchivedItem], None]


def _group(services: Services, hold_id: str, ids: list[str], move: Move, *, total: int) -> bool:
    """Lay a hold on some items, or take it off, in one transaction; false when it was stopped in between."""

    def within(root) -> bool:
        site = root["site"]
        hold = site.holds[hold_id]
        if move is _put_on and hold.state != HoldState.PLACING:
            return False
        act = services.act(site, WORKER, channel="job")
        hold.total = max(hold.total, hold.done + total)
        for each in ids:
            item = site.archives.get(each)
            if item is not None:
                move(act, hold, item)
        return True

    return bool(services.database.run(within, note="hold"))


def _put_on(act: Act, hold: Hold, item: ArchivedItem) -> None:
    if hold.id in item.holds or item.state == ItemState.DESTROYED:
        return
    item.holds = (*item.holds, hold.id)
    item.management = (*item.management, ("hold.place", act.at, hold.placed_by, hold.id, hold.reference))
    hold.done += 1
    leave_trace(act, "archive.hold", item, unit=item.unit, why=hold.reference)


def _take_off(act: Act, hold: Hold, item: ArchivedItem) -> None:
    item.holds = tuple(each for each in item.holds if each != hold.id)
    item.management = (*item.management, ("hold.lift", act.at, hold.lifted_by, hold.id, hold.reference))
    hold.done += 1
    leave_trace(act, "archive.release", item, unit=item.unit, why=hold.reference)


def _finish(services: Services, site: Site, hold_id: str) -> None:
    hold = site.holds[hold_id]
    if hold.state == HoldState.PLACING:
        hold.state = HoldState.ACTIVE.value
        hold.total = hold.done
        leave_trace(services.act(site, WORKER, channel="job"), "hold.laid", hold, unit=hold.unit)
    site.jobs.strike(hold.owed)
