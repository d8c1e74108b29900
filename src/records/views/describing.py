"""Records as the API and the command line show them: plain values, masked, with stable keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from records.domain.checklists import LineState, LineStatus
from records.domain.vocabulary import DossierState
from records.operations.acts import plain
from records.operations.checklists import checklist_of, warnings_of
from records.operations.custody import still_offered
from records.operations.deposits import archived_as
from records.operations.people import NAMED
from records.resources.applicants import Applicant
from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.custody import HandOver, Original
from records.resources.dossiers import Dossier
from records.resources.feedback import Feedback
from records.resources.fetches import Fetch
from records.resources.guides import Guide
from records.resources.materials import Material
from records.resources.notices import Notice
from records.resources.one_things import OneThing
from records.resources.people import Person
from records.resources.site import Site
from records.resources.standards import Standard
from records.resources.synonyms import Synonym
from records.rules import national_calendar


def describe(
    site: Site, record: Record, *, today, last_used: Callable[[str], date | None] | None = None
) -> dict[str, object]:
    """Return a record as plain values; nothing sealed, nothing unmasked.

    ``last_used`` tells of a token's digest on which day it was last used; it is asked when a person is shown.
    """
    match record:
        case Applicant():
            shown = (
                "id",
                "applicant_kind",
                "name",
                "number_kind",
                "number_masked",
                "phone_masked",
                "representative",
            )
            links = [
                {"role": role, "applicant": other, "evidence": evidence, "since": plain(since)}
                for role, other, evidence, since in record.links
            ]
            return {**_pick(record, shown), "links": links, **_subject(record)}
        case Material():
            hidden = {"renditions"}
            return {
                **{key: plain(value) for key, value in record.as_record().items() if key not in hidden},
                "renditions": [
                    {"digest": digest, "title": title, "kind": kind, "at": plain(at)}
                    for digest, title, kind, at in record.renditions
                ],
            }
        case Dossier():
            return _dossier(site, record, today)
        case Guide():
            version = record.in_force(today)
            return {
                **_pick(record, ("key", "title", "unit", "fonds")),
                "in_force": version.version if version else None,
                "versions": [plain(each.as_record()) for each in record.versions],
            }
        case Notice():
            return _pick(
                record,
                (
                    "id",
                    "notice_kind",
                    "code",
                    "dossier",
                    "unit",
                    "digest",
                    "size",
                    "missing",
                    "issued_at",
                    "verify_code",
                ),
            )
        case ArchivedItem():
            return _pick(
                record,
                (
                    "id",
                    "code",
                    "provisional_code",
                    "dossier",
                    "dossier_code",
                    "title",
                    "fonds",
                    "unit",
                    "category",
                    "year",
                    "retention",
                    "retention_basis",
                    "expires_on",
                    "state",
                    "package_digest",
                    "archived_at",
                    "archived_by",
                    "document_count",
                    "byte_count",
                ),
            )
        case Standard() | OneThing():
            return {key: plain(value) for key, value in record.as_record().items()}
        case Synonym():
            return _pick(record, ("id", "phrase", "wordings", "reason", "added_by"))
        case Feedback():
            # The code that opens the answer is the reader's alone, and the telephone is asked for by itself.
            told = {"inquiry_code", "phone_sealed"}
            said = {key: plain(value) for key, value in record.as_record().items() if key not in told}
            return {**said, "phone": bool(record.phone_sealed)}
        case Fetch() | Original() | HandOver():
            said = {key: plain(value) for key, value in record.as_record().items()}
            return said | _beside(site, record)
        case Person():
            return {
                **_pick(record, ("userid", "name", "unit", "window", "staff_number", "letters", "disabled")),
                "tokens": [
                    {
                        "token": digest[:NAMED],
                        "label": label,
                        "scopes": list(scopes),
                        "since": plain(since),
                        "until": plain(until),
                        **({"last_used": plain(last_used(digest))} if last_used else {}),
                    }
                    for digest, label, scopes, since, until in record.tokens
                ],
            }
        case _:
            raise TypeError(f"{record.kind} is not shown")


def _beside(site: Site, record: Fetch | Original | HandOver) -> dict[str, object]:
    """Return what stands beside the plain attributes: pairs as objects, and what is reckoned from other records."""
    match record:
        case Fetch():
            return {"params": dict(record.params), "next_at": plain(record.next_at)}
        case Original():
            names = ("move", "at", "by", "other", "until", "note")
            moves = [dict(zip(names, plain(move), strict=True)) for move in record.moves]
            return {"moves": moves, "archived_as": archived_as(site, record)}
        case HandOver():
            return {"still_offered": [each.code for each in still_offered(site, record)]}


def _subject(record: Applicant) -> dict[str, object]:
    """Return what is on record of a subject besides its own data: proposals, who acts, whether it is frozen, requests."""
    return {
        "proposed": [dict(zip(("applicant", "evidence", "by", "at", "why"), plain(row), strict=True)) for row in record.proposed],
        "mandates": [dict(zip(("kind", "agent", "items", "since", "until", "evidence", "ended"), plain(row), strict=True)) for row in record.mandates],
        "ended": dict(zip(("as", "day", "evidence", "by", "at"), plain(record.ended), strict=False)),
        "requests": [dict(zip(("applicant", "relation", "wish", "evidence", "by", "at"), plain(row), strict=True)) for row in record.requests],
    }  # fmt: skip


def _pick(record: Record, names: tuple[str, ...]) -> dict[str, object]:
    return {name: plain(getattr(record, name)) for name in names}


def status_of(state: LineState) -> str:
    """Return how a line stands; what the office fetches itself is not missing."""
    fetches = state.by_office and state.status is LineStatus.MISSING
    return "office-fetches" if fetches else str(state.status)


def _dossier(site: Site, dossier: Dossier, today) -> dict[str, object]:
    checklist = checklist_of(site, dossier, today=today)
    return {
        **_pick(
            dossier,
            (
                "id",
                "code",
                "applicant",
                "agent",
                "agent_id",
                "members",
                "separated",
                "guide",
                "guide_version",
                "unit",
                "fonds",
                "item_kind",
                "state",
                "situation",
                "told",
                "received_at",
                "accepted_at",
                "deemed",
                "statutory_due",
                "promised_due",
                "due_provisional",
                "declined",
                "outcome",
                "decided_at",
                "reasons",
                "result_material",
                "result_number",
                "delivered_at",
                "delivery",
                "notices",
                "archived_item",
            ),
        ),
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
        "warnings": [
            found.as_dict()
            for found in warnings_of(
                site,
                dossier,
                checklist,
                today=today,
                calendar=national_calendar(site.office.get("calendar", ())),
            )
        ],
        "events": [
            {"event": event, "at": plain(at), "by": by, "why": why} for event, at, by, why in dossier.events
        ],
    }
