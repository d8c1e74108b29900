"""Records as the API and the command line show them: plain values, masked, with stable keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import fields
from datetime import date
from typing import Any

from records.domain.checklists import LineState, LineStatus
from records.domain.referrals import Referral
from records.domain.vocabulary import DossierState
from records.operations.acts import plain
from records.operations.checklists import checklist_of, warnings_of
from records.operations.custody import still_offered
from records.operations.deposits import archived_as
from records.operations.matters import shown_matter
from records.operations.people import NAMED
from records.operations.subjects import corrections_of
from records.resources.applicants import Applicant
from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.batches import Batch
from records.resources.boxes import Box
from records.resources.custody import HandOver, Original
from records.resources.dispositions import Disposition
from records.resources.dossiers import Dossier
from records.resources.feedback import Feedback
from records.resources.fetches import Fetch
from records.resources.guides import Guide
from records.resources.holds import Hold
from records.resources.keeping import Medium
from records.resources.materials import Material
from records.resources.notices import Notice
from records.resources.one_things import OneThing
from records.resources.people import Person
from records.resources.site import Site
from records.resources.standards import Standard
from records.resources.synonyms import Synonym
from records.resources.transfers import OpeningReview, Transfer
from records.resources.uses import Seal, UsePaper, UseRequest
from records.resources.volumes import FondsPaper, Volume
from records.rules import national_calendar


def describe(
    site: Site, record: Record, *, today: date, last_used: Callable[[str], date | None] | None = None
) -> dict[str, object]:
    """Return a record as plain values; nothing sealed, nothing unmasked.

    ``last_used`` tells of a token's digest on which day it was last used; it is asked when a person is shown.
    """
    klass = type(record)
    if klass is Person:
        return _person(record, last_used)
    if klass in SHOWN:
        return _pick(record, SHOWN[klass])
    if klass in HIDDEN:
        return _without(record, HIDDEN[klass])
    if klass in TOLD:
        return TOLD[klass](site, record, today)
    raise TypeError(f"{record.kind} is not shown")


SHOWN: dict[type[Record], tuple[str, ...]] = {
    Notice: ("id", "notice_kind", "code", "dossier", "unit", "digest", "size", "missing", "issued_at", "verify_code"),
    Synonym: ("id", "phrase", "wordings", "reason", "added_by"),
}  # fmt: skip
"""Records of which these attributes are told and nothing else."""

HIDDEN: dict[type[Record], frozenset[str]] = {
    UsePaper: frozenset({"facts_sealed", "url"}),
    **{
        klass: frozenset()
        for klass in (Standard, OneThing, Box, Volume, FondsPaper, Medium, Hold, OpeningReview, Seal)
    },
}
"""Records that are told whole but for these attributes."""


def _pick(record: Record, names: tuple[str, ...]) -> dict[str, object]:
    return {name: plain(getattr(record, name)) for name in names}


def _without(record: Record, hidden: Collection[str] = ()) -> dict[str, object]:
    return {key: plain(value) for key, value in record.as_record().items() if key not in hidden}


def _rows(names: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[dict[str, object]]:
    return [dict(zip(names, plain(row), strict=True)) for row in rows]


def _applicant(site: Site, record: Applicant, today: date) -> dict[str, object]:
    """Return a subject with its links, proposals, mandates, requests and whether it is at its end."""
    shown = ("id", "applicant_kind", "name", "number_kind", "number_masked", "phone_masked", "representative")
    mandates = ("kind", "agent", "items", "since", "until", "evidence", "ended")
    requests = ("applicant", "relation", "wish", "evidence", "by", "at")
    return {
        **_pick(record, shown),
        "links": _rows(("role", "applicant", "evidence", "since"), record.links),
        "proposed": _rows(("applicant", "evidence", "by", "at", "why"), record.proposed),
        "mandates": _rows(mandates, record.mandates),
        "ended": dict(zip(("as", "day", "evidence", "by", "at"), plain(record.ended), strict=False)),
        "requests": _rows(requests, record.requests),
    }


def _material(site: Site, record: Material, today: date) -> dict[str, object]:
    names = ("digest", "title", "kind", "at")
    return _without(record, {"renditions"}) | {"renditions": _rows(names, record.renditions)}


def _guide(site: Site, record: Guide, today: date) -> dict[str, object]:
    version = record.in_force(today)
    return {
        **_pick(record, ("key", "title", "unit", "fonds")),
        "in_force": version.version if version else None,
        "versions": [plain(each.as_record()) for each in record.versions],
    }


def _use(site: Site, record: UseRequest, today: date) -> dict[str, object]:
    papers = [describe(site, site.use_papers[each], today=today) for each in record.papers]
    return {**described_use(record), "papers": papers}


def _feedback(site: Site, record: Feedback, today: date) -> dict[str, object]:
    """Return a question; the code that opens the answer is the reader's alone, the telephone is asked for by itself."""
    said = _without(record, {"inquiry_code", "phone_sealed"})
    return {**said, "phone": bool(record.phone_sealed)}


def _person(record: Person, last_used: Callable[[str], date | None] | None) -> dict[str, object]:
    shown = ("userid", "name", "unit", "window", "staff_number", "letters", "disabled")
    tokens = []
    for digest, label, scopes, since, until in record.tokens:
        token = {"token": digest[:NAMED], "label": label, "scopes": list(scopes)}
        token |= {"since": plain(since), "until": plain(until)}
        tokens.append(token | ({"last_used": plain(last_used(digest))} if last_used else {}))
    return {**_pick(record, shown), "tokens": tokens}


def _item(site: Site, item: ArchivedItem, today: date) -> dict[str, object]:
    """Return the way of an item into the archives, where its values come from, and the items that belong to it."""
    return {
        **_pick(item, OF_ITEM),
        "steps": _rows(("step", "at", "by", "result", "note"), item.steps),
        "relations": _rows(("relation", "item"), item.relations),
        "defects": _rows(("code", "note"), item.defects),
        "corrections": _rows(("line", "material", "at", "by", "why"), corrections_of(site, item)),
    }


OF_ITEM = (
    "id", "code", "provisional_code", "dossier", "dossier_code", "title", "fonds", "unit", "category", "year", "retention",
    "retention_basis", "expires_on", "state", "package_digest", "archived_at", "archived_by", "document_count", "byte_count",
    "page_count", "archives_number", "carrier", "paper_place", "box", "volume", "due_on", "holds", "destruction_list",
    "destroyed_on", "opinion", "delayed", "transfer", "transferred_on", "copy_until", "security", "opening", "trigger",
    "trigger_on", "explained", "handed_by", "received_by",
)  # fmt: skip
"""What is told of an archived item besides its steps, its relations and its defects."""


def _batch(site: Site, batch: Batch, today: date) -> dict[str, object]:
    """Return how far a batch is, what it archived, and every case that it did not archive with its findings."""
    return {
        **_pick(
            batch,
            ("id", "fonds", "month", "state", "by", "done", "total", "items", "created_at", "finished_at"),
        ),
        "counts": dict(batch.counts),
        "exceptions": [
            {"dossier": dossier, "item": item, "findings": json.loads(findings)}
            for dossier, item, findings in batch.exceptions
        ],
    }


def _transfer(site: Site, record: Transfer, today: date) -> dict[str, object]:
    """Return a transfer with its items: code, our checks, the archives' answer."""
    lines = record.lines
    items = [
        {
            "id": item,
            "code": code,
            "check": plain(lines.checks.get(item)),
            "answer": plain(lines.answers.get(item)),
        }
        for item, code in sorted(lines.codes.items(), key=lambda each: each[1])
    ]
    said = _without(record, {"lines", "problems"})
    return {**said, "problems": json.loads(record.problems or "[]"), "items": items}


def _disposition(site: Site, record: Disposition, today: date) -> dict[str, object]:
    """Return a list with its items: code, decision, new period, reason, by whom, by which rule, what became of it."""
    shown = _without(record, {"choices"})
    names = ("decision", "period", "reason", "by", "rule")
    items = []
    for item, row in record.choices.decided.items():
        chosen = dict(zip(names, row or ("", "", "", "", 0), strict=True))
        code, outcome = site.archives[item].code, record.choices.outcomes.get(item, "")
        items.append({"id": item, "code": code, **chosen, "outcome": outcome})
    return {**shown, "items": sorted(items, key=lambda each: str(each["code"]))}


def described_use(use: UseRequest) -> dict[str, object]:
    """Return a request for use with its loans as objects; of the reader's number and telephone only the masks."""
    said = _without(use, {"number_sealed", "phone_sealed", "papers"})
    rows = {
        "readings": ("opened", "by", "until", "ended", "ended_by"),
        "loans": ("item", "at", "by", "until", "returned", "returned_by", "note"),
        "reminders": ("at", "by", "how", "items"),
        "effects": ("at", "by", "effect"),
    }
    return said | {
        name: [dict(zip(parts, row, strict=True)) for row in said[name]] for name, parts in rows.items()
    }


def _fetch(site: Site, record: Fetch, today: date) -> dict[str, object]:
    return _without(record) | {"params": dict(record.params), "next_at": plain(record.next_at)}


def _original(site: Site, record: Original, today: date) -> dict[str, object]:
    moves = _rows(("move", "at", "by", "other", "until", "note"), record.moves)
    return _without(record) | {"moves": moves, "archived_as": archived_as(site, record)}


def _hand_over(site: Site, record: HandOver, today: date) -> dict[str, object]:
    return _without(record) | {"still_offered": [each.code for each in still_offered(site, record)]}


def status_of(state: LineState) -> str:
    """Return how a line stands; what the office fetches itself is not missing."""
    fetches = state.by_office and state.status is LineStatus.MISSING
    return "office-fetches" if fetches else str(state.status)


def _matter(site: Site, dossier: Dossier) -> dict[str, object] | None:
    """Return the cases of a matter, the lines that are asked once for several of them, and the results that go on inside."""
    found = shown_matter(site, dossier)
    if found is None:
        return None
    return {
        "cases": [_pick(case, ("id", "code", "guide", "unit", "state")) for case in found.cases],
        "asked_once": [
            {"name": each.name, "lines": [{"dossier": case, "line": line.id} for case, line in each.lines]}
            for each in found.shared.once
        ],
        "handed_on": [
            {"name": each.name, "from": each.given_by, "to": list(each.taken_by)} for each in found.shared.fed
        ],
    }


def _dossier(site: Site, dossier: Dossier, today: date) -> dict[str, object]:
    checklist = checklist_of(site, dossier, today=today)
    calendar = national_calendar(site.office.get("calendar", ()))
    warnings = warnings_of(site, dossier, checklist, today=today, calendar=calendar)
    return {
        **_pick(dossier, OF_DOSSIER),
        "matter": _matter(site, dossier),
        "state_label": DossierState(dossier.state).label,
        "lines": [
            {
                "line": state.line.id,
                "name": state.line.name,
                "needed": state.needed,
                "status": status_of(state),
                "material": state.material or "",
                "via": state.via.label if state.via else "",
                "until": plain(state.until),
            }
            for state in checklist.lines
        ],
        "warnings": [found.as_dict() for found in warnings],
        "events": _rows(("event", "at", "by", "why"), dossier.events),
        "referrals": _rows(tuple(each.name for each in fields(Referral)), dossier.referrals),
    }


OF_DOSSIER = (
    "id", "code", "applicant", "agent", "agent_id", "members", "separated", "guide", "guide_version", "course", "unit", "fonds",
    "item_kind", "state", "situation", "told", "received_at", "accepted_at", "deemed", "statutory_due", "promised_due",
    "due_provisional", "declined", "outcome", "decided_at", "reasons", "result_material", "result_number", "delivered_at",
    "delivery", "notices", "archived_item",
)  # fmt: skip
"""What is told of a case besides its matter, its lines, its warnings and what happened."""

TOLD: dict[type[Record], Callable[[Site, Any, date], dict[str, object]]] = {
    Applicant: _applicant, ArchivedItem: _item, Batch: _batch, Disposition: _disposition, Dossier: _dossier,
    Feedback: _feedback, Fetch: _fetch, Guide: _guide, HandOver: _hand_over, Material: _material, Original: _original,
    Transfer: _transfer, UseRequest: _use,
}  # fmt: skip
"""Records that are told with what other records say of them."""
