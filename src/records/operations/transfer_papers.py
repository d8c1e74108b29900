"""Freezing the papers of a transfer (移交文据、移交目录、接收结果清单): made after the act, kept for ever, named by their digests.

With the last check directory, list and deed are made for signing; when the packages go the deed is made once more, with
both signatures, the way they go and the day.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from records.clock import CIVIL
from records.domain.catalogues import Carrier
from records.domain.opening import Opinion
from records.domain.transfers import CHECKED, PACKING, Signer, TransferState
from records.domain.vocabulary import Retention
from records.resources.site import Site
from records.resources.transfers import Transfer
from records.rules.defects import defects
from records.rules.receivers import receivers

from .acts import enter
from .archiving import manifest_of
from .notices import ready_typeface
from .services import WORKER, Services

if TYPE_CHECKING:
    from records.exchange.transfer_papers import ItemLine, TransferFacts

#: Kinds of papers with their words and endings; receipt and answers come from the archives.
PAPERS = {
    "directory": ("移交目录", "xlsx"),
    "form": ("接收结果清单（空白）", "xlsx"),
    "deed": ("移交文据（待签）", "pdf"),
    "signed": ("移交文据", "pdf"),
    "receipt": ("接收回执", ""),
    "answers": ("接收结果清单", "xlsx"),
    "digests": ("校验清单-SHA256", "txt"),
}
WANTED = {CHECKED: ("directory", "form", "deed"), PACKING: ("signed",)}
PAPER = re.compile(r"data/\d\d")
"""Papers lie in the folders of their stages; the rest of a package explains it."""


def freeze_papers(services: Services, record_id: str) -> None:
    """Make the papers that a transfer owes in its state, store them, then record their digests; twice changes nothing."""
    from records.exchange import (
        transfer_papers as press,
    )  # the PDF libraries are a third of what a start imports

    with services.database.read() as root:
        site: Site = root["site"]
        record = site.transfers[record_id]
        state, kinds = record.state, _owed(record)
        if not kinds:
            return
        table = press.directory(facts_of(services, site, record))
        stored = services.store.put_bytes(table)
        facts = facts_of(services, site, record, directory=stored.digest)
    face = ready_typeface()
    makers: dict[str, Callable[[], bytes]] = {
        "directory": lambda: table,
        "form": lambda: press.answer_form(
            facts, [(each.code, each.words, each.clause) for each in defects()]
        ),
        "deed": lambda: press.deed(facts, typeface=face),
        "signed": lambda: press.deed(facts, typeface=face),
    }
    made = [(kind, services.store.put_bytes(makers[kind]())) for kind in kinds]

    def within(root) -> None:
        site = root["site"]
        record = site.transfers[record_id]
        if record.state != state or not _owed(record):
            return
        act = services.act(site, WORKER, channel="job")
        for kind, stored in made:
            record.papers = (*record.papers, (kind, stored.digest, stored.size, act.at))
            enter(act, f"transfer.{kind}", f"transfer:{record.id}", after=stored.digest)
        if state == CHECKED:
            site.jobs.strike(record.owed)

    services.database.run(within, note="transfer papers")


def _owed(record: Transfer) -> tuple[str, ...]:
    there = {kind for kind, *_ in record.papers}
    return tuple(kind for kind in WANTED.get(TransferState(record.state), ()) if kind not in there)


def paper_of(record: Transfer, kind: str) -> str:
    """Return the digest of the latest paper of a kind, empty before there is one."""
    return next((digest for each, digest, *_ in reversed(record.papers) if each == kind), "")


def facts_of(services: Services, site: Site, record: Transfer, *, directory: str = "") -> TransferFacts:
    """Return what the papers of a transfer say, by the items as they stand."""
    from records.exchange.transfer_papers import TransferFacts

    items = sorted((site.archives[item] for item in record.lines.codes), key=lambda item: item.code)
    fonds = site.office["fonds"][record.fonds]
    opinions = [opinion for item in items if (opinion := Opinion.read(item.opinion)) is not None]
    endings = {
        PurePosixPath(part.path).suffix.lower().removeprefix(".")
        for item in items
        for part in manifest_of(services, item).parts
        if PAPER.match(part.path)
    }
    profile = next(each for each in receivers() if each.profile == record.profile)
    years = [item.year for item in items]
    signed = {signer: (userid, at) for signer, userid, at in record.signatures}
    passed = sum(1 for row in record.lines.checks.values() if row[0])
    return TransferFacts(
        giver=site.office["units"][record.fonds]["name"],
        receiver=record.archives,
        fonds=f"{fonds['number']} {fonds['name']}",
        code=record.code,
        categories="、".join(sorted({item.category for item in items})),
        years=f"{min(years)}—{max(years)}" if min(years) != max(years) else str(min(years)),
        retentions="、".join(sorted({Retention(item.retention).label for item in items})),
        volumes=len({item.volume for item in items if item.volume}),
        carriers=_counted(Carrier(item.carrier or Carrier.ELECTRONIC).label for item in items),
        formats="、".join(sorted(filter(None, endings))),
        profile=profile.title,
        checks=f"真实性、完整性、可用性、安全性移交检测：{passed}件全部通过" if passed == len(items) else "",
        opening=_counted(opinion.result.label for opinion in opinions),
        disclosure=_counted(opinion.disclosure.label for opinion in opinions),
        secrecy=_counted(opinion.secrecy.label for opinion in opinions),
        at=record.created_at,
        lines=tuple(_line(record, item) for item in items),
        directory_digest=directory,
        channel=record.channel,
        handed_on=f"{services.clock.today():%Y年%-m月%-d日}" if record.state == PACKING else "",
        prepared=_signed(site, signed.get(Signer.PREPARER)),
        approved=_signed(site, signed.get(Signer.HEAD)),
    )


def _line(record: Transfer, item) -> ItemLine:
    from records.exchange.transfer_papers import ItemLine

    opinion = Opinion.read(item.opinion)
    said = (
        (
            opinion.result.label, str(opinion.until or ""), opinion.disclosure.label, opinion.secrecy.label,
            opinion.reason, opinion.basis, opinion.consent,
        )
        if opinion
        else ()
    )  # fmt: skip
    passed = record.lines.checks.get(item.id, (False,))[0]
    return ItemLine(
        item.code, item.title, item.year, item.category, item.retention, item.document_count, item.page_count,
        item.byte_count, item.package_digest, "通过" if passed else "", said,
    )  # fmt: skip


def _counted(words) -> str:
    return "，".join(f"{word}{count}件" for word, count in sorted(Counter(words).items()))


def _signed(site: Site, found) -> tuple[str, str]:
    if found is None:
        return ("", "")
    userid, at = found
    return site.people[userid].name, f"{at.astimezone(CIVIL):%Y-%m-%d %H:%M}"
