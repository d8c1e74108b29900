"""Records as the API and the command line show them: plain values, masked, with stable keys."""

from __future__ import annotations

from records.domain.vocabulary import DossierState
from records.operations.acts import plain
from records.operations.checklists import checklist_of
from records.resources.applicants import Applicant
from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.dossiers import Dossier
from records.resources.guides import Guide
from records.resources.materials import Material
from records.resources.notices import Notice
from records.resources.site import Site


def describe(site: Site, record: Record, *, today) -> dict[str, object]:
    """Return a record as plain values; nothing sealed, nothing unmasked."""
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
            return _pick(record, shown)
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
        case _:
            raise TypeError(f"{record.kind} is not shown")


def _pick(record: Record, names: tuple[str, ...]) -> dict[str, object]:
    return {name: plain(getattr(record, name)) for name in names}


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
                "status": str(state.status),
                "material": state.material or "",
            }
            for state in checklist.lines
        ],
        "events": [
            {"event": event, "at": plain(at), "by": by, "why": why} for event, at, by, why in dossier.events
        ],
    }
