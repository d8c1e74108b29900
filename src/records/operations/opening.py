"""Opening review (开放审核): the unit's opinion on items, one by one or by rule with exceptions, laid on each by the background."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from records.domain import opening as rules
from records.domain.findings import Finding, Refused
from records.domain.opening import Disclosure, Openness, Opinion, Scope, Secrecy
from records.domain.permissions import Permission
from records.domain.vocabulary import ItemState
from records.indexes import disposition_questions
from records.indexes import transfer_questions as questions
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.resources.transfers import OpeningReview

from .acts import Act, leave_trace, owe, register
from .appraisal import numbered
from .discretion import discreet
from .holds import SEPARATORS
from .identities import identity_of
from .services import WORKER, Services

VERB, EVENT = "review-opening", "opening.review"
AT_ONCE = 20
"""Items in one transaction; other writers go between."""
WORKING, DONE, STOPPED = "working", "done", "stopped"


@discreet
def review(
    act: Act,
    *,
    fonds: str,
    result: Openness,
    disclosure: Disclosure,
    secrecy: Secrecy,
    reason: str = "",
    basis: str = "",
    until: date | None = None,
    consent: str = "",
    codes: str = "",
    since: int = 0,
    before: int = 0,
    category: str = "",
    retention: str = "",
    transfer: str = "",
    exceptions: str = "",
) -> OpeningReview | Refused:
    """Review items for opening (开放审核): named ones, those of a transfer, or all that fit years, class and period.

    ``since`` and ``before`` are years of formation, both included; ``exceptions`` are codes that are left out. Findings:
    ``permission.denied``, those of ``guard_scope``, ``guard_opinion`` and ``guard_state``.
    """
    if not act.matrix.permits(act.by, Permission.OPENING_REVIEW, unit=fonds):
        return Refused(
            (Finding("permission.denied", params={"permission": Permission.OPENING_REVIEW.value}),)
        )
    scope = Scope(
        _codes(codes),
        since,
        before,
        category.strip(),
        retention.strip(),
        transfer.strip(),
        _codes(exceptions),
    )
    opinion = Opinion(result, disclosure, secrecy, reason.strip(), basis.strip(), until, consent.strip())
    named = {
        code: disposition_questions.item_coded(act.site, code) for code in (*scope.codes, *scope.exceptions)
    }
    unknown = [code for code, item in named.items() if item is None]
    outside = [code for code, item in named.items() if item is not None and item.fonds != fonds]
    meant = None if unknown or scope.says_nothing else _first(act.site, fonds, scope, today=act.today)
    needless = [
        code
        for code in scope.exceptions
        if (item := named[code]) is not None and not _within(act.site, item, scope)
    ]
    found = [
        *rules.guard_scope(
            scope, unknown=unknown, outside=outside, needless=needless, meant=int(meant is not None)
        ),
        *rules.guard_opinion(opinion, oldest=meant.year if meant else None, today=act.today),
    ]
    for code in scope.codes:
        if (item := named[code]) is not None:
            found += rules.guard_state(code, ItemState(item.state))
    if found:
        return Refused(tuple(found))
    record = OpeningReview()
    record.fonds = record.unit = fonds
    record.by, record.opinion = act.by.userid, opinion.row()
    record.sought = (
        scope.codes, scope.since, scope.until, scope.category, scope.retention, scope.transfer, scope.exceptions,
    )  # fmt: skip
    record.total = len(scope.codes)
    register(act, record)
    record.code = numbered(act, fonds, "开审")
    leave_trace(
        act, "opening.review", record, unit=fonds, permission=Permission.OPENING_REVIEW, why=opinion.words()
    )
    owe(act, VERB, record.id, on=record)
    return record


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.translate(SEPARATORS).split()))


def stop(act: Act, record: OpeningReview) -> OpeningReview | Refused:
    """Stop a review after the group in hand (停止); the items that have the opinion keep it."""
    if record.state != WORKING:
        return Refused((Finding("opening.not-working"),))
    record.state = STOPPED
    leave_trace(act, "opening.stop", record, unit=record.unit, permission=Permission.OPENING_REVIEW)
    return record


def meant(site: Site, fonds: str, scope: Scope, *, today: date) -> Iterator[ArchivedItem]:
    """Yield the items that a review is about, the oldest year first; what cannot be reviewed is left out."""
    found: Iterable[ArchivedItem | None]
    if scope.codes:
        found = sorted(
            filter(None, (disposition_questions.item_coded(site, code) for code in scope.codes)),
            key=lambda item: item.year,
        )
    elif scope.transfer:
        listed = site.transfers.get(scope.transfer)
        ids = listed.lines.codes if listed is not None and listed.fonds == fonds else ()
        found = sorted((site.archives[item] for item in ids), key=lambda item: item.year)
    else:
        found = questions.formed(site, fonds, since=scope.since, until=scope.until, today=today)
    left_out = {
        item.id
        for code in scope.exceptions
        if (item := disposition_questions.item_coded(site, code)) is not None
    }
    for item in found:
        if item.id not in left_out and item.state in rules.REVIEWED and _within(site, item, scope):
            yield item


def _first(site: Site, fonds: str, scope: Scope, *, today: date) -> ArchivedItem | None:
    return next(meant(site, fonds, scope, today=today), None)


def _within(site: Site, item: ArchivedItem, scope: Scope) -> bool:
    if scope.codes:
        return item.code in {_known(site, code) for code in scope.codes}
    if scope.transfer:
        listed = site.transfers.get(scope.transfer)
        if listed is None or item.id not in listed.lines.codes:
            return False
    return scope.fits(year=item.year, category=item.category, retention=item.retention)


def _known(site: Site, code: str) -> str:
    item = disposition_questions.item_coded(site, code)
    return item.code if item is not None else code


def lay(services: Services, record_id: str) -> None:
    """Lay a review's opinion on every item it means, in groups; done twice it changes nothing."""
    with services.database.read() as root:
        site: Site = root["site"]
        record = site.openings[record_id]
        if record.state != WORKING:
            return
        scope = Scope(*record.sought)
        ids = [
            item.id
            for item in meant(site, record.fonds, scope, today=services.clock.today())
            if not _bears(item, record)
        ]
    for at in range(0, len(ids), AT_ONCE):
        if not _group(services, record_id, ids[at : at + AT_ONCE], total=len(ids)):
            return
    services.database.run(lambda root: _finish(services, root["site"], record_id), note="opening")


def _bears(item: ArchivedItem, record: OpeningReview) -> bool:
    return any(event == EVENT and reference == record.id for event, _, _, reference, _ in item.management)


def _group(services: Services, record_id: str, ids: list[str], *, total: int) -> bool:
    """Lay an opinion on some items in one transaction; false when it was stopped in between."""

    def within(root) -> bool:
        site = root["site"]
        record = site.openings[record_id]
        if record.state != WORKING:
            return False
        person = site.people.get(record.by)
        by = identity_of(person, services.clock.today()) if person is not None else WORKER
        act = services.act(site, by, channel="job")
        record.total = max(record.total, record.done + total)
        words = Opinion.read(record.opinion).words()
        for each in ids:
            item = site.archives[each]
            if item.state in rules.REVIEWED and not _bears(item, record):
                item.opinion = record.opinion
                item.management = (*item.management, (EVENT, act.at, record.by, record.id, words))
                leave_trace(act, "archive.review-opening", item, unit=item.unit, why=record.code)
                record.done += 1
        return True

    return bool(services.database.run(within, note="opening"))


def _finish(services: Services, site: Site, record_id: str) -> None:
    record = site.openings[record_id]
    if record.state == WORKING:
        record.state, record.total = DONE, record.done
        leave_trace(services.act(site, WORKER, channel="job"), "opening.reviewed", record, unit=record.unit)
    site.jobs.strike(record.owed)
