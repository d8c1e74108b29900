"""Freezing the papers of a list (鉴定工作报告、销毁清册): made after the act, kept for ever, named by their digests.

With the confirmation of the group report and list are made for the heads to sign; when the supervisors have signed, the list
is made once more with every signature, the day of the destruction, and what was spared.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from records.clock import CIVIL, civil_date
from records.domain.appraisal import Decision, Member, Method, Rule
from records.domain.disposition import APPRAISED, DispositionState, Post
from records.domain.sparing import spared_words
from records.resources.dispositions import Disposition
from records.resources.site import Site

from .acts import enter
from .listing import ordered
from .notices import ready_typeface
from .services import WORKER, Services

if TYPE_CHECKING:
    from records.exchange.disposition_papers import DispositionFacts, Signed

#: Kinds of papers with their words and endings.
PAPERS = {
    "report": ("鉴定工作报告", "pdf"),
    "list": ("销毁清册（签批）", "pdf"),
    "list-table": ("销毁清册（签批，表格）", "xlsx"),
    "final": ("销毁清册（监销后）", "pdf"),
    "final-table": ("销毁清册（监销后，表格）", "xlsx"),
}


def freeze_papers(services: Services, record_id: str) -> None:
    """Make the papers that a list owes in its state, store them, then record their digests; twice changes nothing."""
    from records.exchange import (
        disposition_papers as press,
    )  # the PDF libraries are a third of what a start imports

    with services.database.read() as root:
        site: Site = root["site"]
        record = site.dispositions[record_id]
        state, kinds = record.state, _owed(record)
        if not kinds:
            return
        facts = facts_of(site, record)
    face = ready_typeface()
    makers = {
        "report": lambda: press.report(facts, typeface=face),
        "list": lambda: press.destruction_list(facts, typeface=face),
        "list-table": lambda: press.list_workbook(facts),
    }
    makers |= {"final": makers["list"], "final-table": makers["list-table"]}
    made = [(kind, services.store.put_bytes(makers[kind]())) for kind in kinds]

    def within(root) -> None:
        site = root["site"]
        record = site.dispositions[record_id]
        if record.state != state or not _owed(record):
            return
        act = services.act(site, WORKER, channel="job")
        for kind, stored in made:
            record.papers = (*record.papers, (kind, stored.digest, stored.size, act.at))
            enter(act, f"disposition.{kind}", f"disposition:{record.id}", after=stored.digest)
        site.jobs.strike(record.owed)

    services.database.run(within, note="disposition papers")


def _owed(record: Disposition) -> tuple[str, ...]:
    """Return the kinds of papers that a list owes now and has not."""
    first = ("report", "list", "list-table") if record.destroys else ("report",)
    last = ("final", "final-table") if record.destroys else ()
    state, there = DispositionState(record.state), {kind for kind, *_ in record.papers}
    wanted = {APPRAISED: first, DispositionState.SUPERVISED: last, DispositionState.CLOSED: last}.get(
        state, ()
    )
    return tuple(kind for kind in wanted if kind not in there)


def facts_of(site: Site, record: Disposition) -> DispositionFacts:
    """Return what the papers of a list say, from the lines that were frozen with its confirmation."""
    from records.exchange.disposition_papers import DispositionFacts

    fonds = site.office["fonds"][record.fonds]
    gone = civil_date(record.executed_at).strftime("%Y%m%d") if record.executed_at else ""
    outcomes = {site.archives[item].code: outcome for item, outcome in record.choices.outcomes.items()}
    codes = {item: row[0] for item, row in record.choices.rows.items()}
    looks = record.choices.looks
    return DispositionFacts(
        office=site.office["units"][record.fonds]["name"],
        fonds=f"{fonds['number']} {fonds['name']}",
        code=record.code,
        list_number=record.list_number,
        year=record.year,
        method=Method(record.method).label,
        group=_group(site, record),
        at=record.confirmed[-1][1],
        rules=tuple(Rule.read(row).words() for row in record.rules),
        seed=record.seed if record.sample else "",
        sample=tuple(
            sorted(
                (codes[item], "与规则意见一致" if looks[item][0] else looks[item][3])
                for item in record.sample
            )
        ),
        counts=tuple(Counter(row[8] for row in record.choices.rows.values()).items()),
        choices=tuple((row[0], row[3], row[5], row[8], row[9], row[10]) for row in ordered(record)),
        rows=tuple(
            (*row[:8], row[10], _day(gone, outcomes.get(row[0], "")), f"办件 {row[11]}")
            for row in ordered(record, only=Decision.DESTROY.label)
        ),
        signatures=_signatures(site, record),
        spared=spared_words(record.spared),
        backups=record.backups,
    )


def _day(gone: str, outcome: str) -> str:
    if not gone:
        return ""
    return gone if outcome == "destroyed" else "未销毁"


def _group(site: Site, record: Disposition) -> tuple[Signed, ...]:
    from records.exchange.disposition_papers import Signed

    at = dict(record.confirmed)
    return tuple(
        Signed(Member(member).label, site.people[userid].name, _time(at.get(userid)))
        for member, userid in record.group
    )


def _signatures(site: Site, record: Disposition) -> tuple[Signed, ...]:
    from records.exchange.disposition_papers import Signed

    found = [
        Signed(Post(post).label, site.people[userid].name, _time(at), letter)
        for post, userid, at, letter in record.signatures
    ]
    if record.executor:
        found.append(Signed("执行人", site.people[record.executor].name, _time(record.executed_at)))
    return tuple(found)


def _time(at) -> str:
    return f"{at.astimezone(CIVIL):%Y-%m-%d %H:%M}" if at else ""
