"""An instance with many dossiers, made by the operations of real work, and the same facts as plain rows for the peers."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import office
from records.domain.vocabulary import Grade
from records.operations import applicants, dossiers, materials
from records.operations.acts import Act
from records.operations.checklists import checklist_of, guide_of
from records.operations.identities import identity_of
from records.operations.services import Services
from records.rules import catalogue

DOSSIERS = 2000
AT_ONCE = 100
GUIDE = "public-venue-hygiene"
PASSWORD = "测量用的密码 2026"


def fill(opened: Services, many: int = DOSSIERS) -> tuple[str, list[str]]:
    """Found the office and take in so many cases up to acceptance; return the clerk's log-in name and the ids."""
    office.found(opened)
    with opened.database.read() as root:
        unit = root["site"].guides[GUIDE].unit
    clerk = office.who(opened, "clerk", unit)
    made: list[str] = []
    for start in range(0, many, AT_ONCE):
        with opened.database.write("bench") as root:
            site = root["site"]
            identity = identity_of(site.people[clerk], opened.clock.today())
            act = opened.act(site, identity, channel="screen")
            made += [_case(act, serial) for serial in range(start, min(start + AT_ONCE, many))]
    with opened.database.write("bench") as root:
        person = root["site"].people[clerk]
        person.password_hash, person.must_change = opened.vault.password_hash(PASSWORD), False
    return clerk, made


def _case(act: Act, serial: int) -> str:
    """Take in one case by one act after the other; its paper counts as printed, because 2,000 PDFs tell a page nothing."""
    number = office.number(serial)
    person = applicants.create_applicant(act, number=number, name=office.name(serial))
    dossier = dossiers.open_dossier(act, applicant=person.id, guide=GUIDE)
    for state in checklist_of(act.site, dossier, today=act.today).lines:
        if state.needed and not state.complete and not state.by_office:
            _hand_in(act, dossier, state.line, serial)
    done = dossiers.accept(act, dossier)
    if not done:
        raise SystemExit(f"refused: {done.findings}")
    for notice in (act.site.notices[notice] for notice in dossier.notices):
        notice.digest, notice.issued_at = hashlib.sha256(notice.id.encode()).hexdigest(), act.at
    return dossier.id


def _hand_in(act: Act, dossier, line, serial: int) -> None:
    asked = catalogue.materials()[line.material].identity
    digest = hashlib.sha256(f"{serial}:{line.id}".encode()).hexdigest()
    taken = materials.submit_material(
        act,
        dossier,
        line=line.id,
        upload=materials.Upload(digest, digest, 20_000, "application/pdf", f"{line.name}.pdf", page_count=1),
        description=materials.Description(
            document_number=f"云溪2026{serial:04d}{line.position}" if "number" in asked else "",
            issuer=line.issuer if "issuer" in asked else "",
            issued_on=act.today - timedelta(days=3) if "issued_on" in asked else None,
            original_seen=Grade.D not in line.grades,
        ),
    )
    if not taken:
        raise SystemExit(f"refused: {taken.findings}")


def rows(opened: Services, clerk: str) -> dict[str, object]:
    """Return what the case's page needs, table by table, as JSON has it."""
    with opened.database.read() as root:
        site = root["site"]
        guide = guide_of(site, next(iter(site.dossiers.values())))
        person = site.people[clerk]
        return {
            "office": {name: site.office.get(name, "") for name in ("name", "phone", "counter")},
            "unit": {
                "key": guide.unit,
                "name": site.office["units"][guide.unit].get("short") or guide.unit_name,
            },
            "calendar": sorted(_free_days(opened, site)),
            "clerk": {
                "userid": clerk,
                "name": person.name,
                "password": PASSWORD,
                "unit": guide.unit,
                "role": "clerk",
                "window": person.window,
            },
            "guide": {
                "title": guide.title,
                "item_kind": guide.item_kind.label,
                "promised": guide.limits.promised.label,
            },
            "lines": [
                {
                    "key": line.id,
                    "position": line.position,
                    "name": line.name,
                    "condition": str(line.condition),
                    "waived": line.waived,
                }
                for line in guide.lines
            ],
            "dossiers": [
                _plain(site, dossier, today=opened.clock.today()) for dossier in site.dossiers.values()
            ],
        }


def _free_days(opened: Services, site) -> list[str]:
    calendar, today = opened.calendar(site), opened.clock.today()
    days = (today + timedelta(days=n) for n in range(120))
    return [day.isoformat() for day in days if not _works(calendar, day)]


def _works(calendar, day) -> bool:
    from records.domain.clocks import working_days_between

    return working_days_between(day - timedelta(days=1), day, calendar) == 1


def _plain(site, dossier, *, today) -> dict[str, object]:
    applicant = site.applicants[dossier.applicant]
    return {
        "key": dossier.id,
        "code": dossier.code,
        "inquiry_code": dossier.inquiry_code,
        "state": dossier.state,
        "received_at": dossier.received_at.isoformat(),
        "accepted_at": dossier.accepted_at.isoformat(),
        "promised_due": dossier.promised_due.isoformat(),
        "statutory_due": dossier.statutory_due.isoformat(),
        "applicant": {"key": applicant.id, "name": applicant.name, "number_masked": applicant.number_masked},
        "entries": [
            {"line": line, "digest": digest, "how": how, "material": _material(site.materials[material])}
            for line, material, digest, how, _at, _by, _note in dossier.entries
        ],
        "verdicts": [
            {
                "line": state.line.id,
                "reason": state.judged.reason,
                "clause": state.judged.clause,
                "checks": [{"name": check.name, "answer": check.answer} for check in state.judged.checks],
            }
            for state in checklist_of(site, dossier, today=today).lines
            if state.needed
        ],
        "events": [
            {"name": name, "at": at.isoformat(), "by": by, "why": why} for name, at, by, why in dossier.events
        ],
        "notices": [
            {
                "key": notice.id,
                "kind": notice.notice_kind,
                "code": notice.code,
                "issued_at": notice.issued_at.isoformat(),
                "digest": notice.digest,
            }
            for notice in (site.notices[notice] for notice in dossier.notices)
        ],
    }


def _material(material) -> dict[str, object]:
    return {
        "key": material.id,
        "number": material.document_number,
        "issuer": material.issuer,
        "grade": material.grade,
        "verified_by": material.verified_by,
        "original_seen": material.original_seen,
        "verified_on": material.verified_on.isoformat() if material.verified_on else None,
        "valid_until": material.valid_until.isoformat() if material.valid_until else None,
        "standard": material.standard,
        "title": material.title,
    }


def write(opened: Services, clerk: str, target: Path) -> None:
    """Write the rows for the peers."""
    target.write_text(json.dumps(rows(opened, clerk), ensure_ascii=False), encoding="utf-8")
