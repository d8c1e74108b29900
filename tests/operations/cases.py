"""Cases taken as far as a test needs them, by the same acts as real work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from records.domain.findings import Refused
from records.domain.guide_parts import Guide
from records.domain.vocabulary import DeliveryMethod, Outcome
from records.operations import archiving, decisions, dossiers, materials
from records.operations.checklists import checklist_of
from records.operations.identities import identity_of
from tests.office import (
    ARCHIVIST,
    CLERK,
    HEALTH_REVIEWER,
    REVIEWER,
    Office,
    guide_bodies,
    publish_edition,
)

FOOD, VENUE, SHOPKEEPER = "food-business", "public-venue-hygiene", "sole-trader-registration"
HEALTH_ARCHIVIST = "huangfu"

#: What an applicant with an empty library brings, and the part of it that names itself.
LINES = {
    FOOD: ("application", "kitchen-plan", "food-safety-rules"),
    VENUE: ("application", "plan", "hygiene-report", "hygiene-rules"),
    SHOPKEEPER: ("application", "premises"),
}
REPORT = {
    "document_number": "云疾控检〔2026〕88号",
    "issuer": "云溪县疾病预防控制中心",
    "issued_on": date(2026, 11, 2),
}


def ok(result: object) -> str:
    assert not isinstance(result, Refused), [
        (found.code, found.subject, dict(found.params)) for found in result.findings
    ]
    return result


def refused(result: object) -> list[tuple[str, str]]:
    """Return code and subject of everything that spoke against an act."""
    assert isinstance(result, Refused), result
    return [(found.code, found.subject) for found in result.findings]


def findings(result: object) -> list[tuple[str, str, dict, str]]:
    assert isinstance(result, Refused), result
    return [(found.code, found.subject, dict(found.params), found.basis) for found in result.findings]


def last_transaction(office: Office) -> bytes:
    return office.services.database.zodb.storage.lastTransaction()


def on(case: str, operation: Callable, **values: object) -> Callable:
    """Return the deed of one operation on a case."""
    return lambda act: operation(act, act.site.dossiers[case], **values)


def only(office: Office, userid: str, deed: Callable) -> object:
    """Let a person do one act and leave its papers owed, as after a crash."""

    def within(root):
        person = identity_of(root["site"].people[userid], office.clock.today())
        result = deed(office.services.act(root["site"], person, channel="command"))
        return result if isinstance(result, Refused) else getattr(result, "id", result)

    return office.services.database.run(within)


def paper(office: Office, case: str, line: str, title: str = "", **described: object) -> object:
    """Hand one paper in, described as far as its kind needs."""
    if line == "hygiene-report":
        described = {**REPORT, **described}
    elif line != "application":
        described = {"issued_on": office.clock.today(), **described}
    return office.hand_in(case, line, title or f"{case}{line}", **described)


def fill(office: Office, case: str) -> None:
    """Fill every line the applicant must see to: what is held and only wants a yes is confirmed, the rest handed in."""
    with office.site() as site:
        dossier = site.dossiers[case]
        states = checklist_of(site, dossier, today=office.clock.today()).lines
        todo = {state.line.id: state for state in states if not state.complete}
        brought = [line for line in LINES[dossier.guide] if line in todo]
    for line in brought:
        if todo[line].status == "to-confirm":
            ok(office.do(CLERK, on(case, materials.use_material, line=line, material=todo[line].material)))
        else:
            ok(paper(office, case, line))


def accept(office: Office, case: str, userid: str = CLERK) -> str:
    fill(office, case)
    return ok(office.do(userid, on(case, dossiers.accept)))


def decide(office: Office, case: str, **more: object) -> str:
    """Bring a case to its decision: granted with a numbered result unless told otherwise."""
    with office.site() as site:
        guide, number = site.dossiers[case].guide, site.dossiers[case].number
    if guide == SHOPKEEPER:
        fill(office, case)
    else:
        accept(office, case)
    if more.get("outcome", Outcome.GRANTED) is Outcome.GRANTED:
        office.fetch(case)
    values = {
        "outcome": Outcome.GRANTED,
        "result_number": f"云溪许〔2026〕{number}号",
        "result": office.upload(f"办理结果{number}"),
        **more,
    }
    return ok(
        office.do(HEALTH_REVIEWER if guide == VENUE else REVIEWER, on(case, decisions.decide, **values))
    )


def deliver(office: Office, case: str, **more: object) -> str:
    decide(office, case, **more)
    return ok(
        office.do(CLERK, on(case, decisions.deliver, method=DeliveryMethod.COUNTER, recipient="欧阳䶮"))
    )


def archive(office: Office, case: str, **more: object) -> str:
    """Bring a case into its fonds and return the item's id; the item may have been returned."""
    deliver(office, case, **more)
    return archive_again(office, case)


def archive_again(office: Office, case: str) -> str:
    with office.site() as site:
        who = HEALTH_ARCHIVIST if site.dossiers[case].guide == VENUE else ARCHIVIST
    return ok(office.do(who, on(case, archiving.archive)))


def override(case: str, line: str, upload: materials.Upload, reason, note: str = "", **described: object):
    """Return the deed of handing a paper in although its material is held."""
    return on(
        case,
        materials.submit_material,
        line=line,
        upload=upload,
        description=materials.Description(**{"original_seen": True, **described}),
        override=reason,
        note=note,
    )


def entries(office: Office, case: str) -> dict[str, tuple[str, str]]:
    """Return material and way of each filled line."""
    with office.site() as site:
        return {entry[0]: (entry[1], entry[3]) for entry in site.dossiers[case].entries}


def library(office: Office, applicant: str) -> list[tuple[str, str, str, str, int]]:
    """Return kind, grade, status, source and number of renditions of all that is held, oldest first."""
    with office.site() as site:
        held = sorted(
            (material for material in site.materials.values() if material.applicant == applicant),
            key=lambda material: material.number,
        )
        return [(each.standard, each.grade, each.status, each.source, len(each.renditions)) for each in held]


def body_of(key: str) -> Guide:
    return next(guide for guide in guide_bodies() if guide.key == key)


def publish(office: Office, body: Guide, *, effective_on: date | None = None) -> int:
    """Publish another version of a guide and return its number."""
    return publish_edition(office, body, effective_on=effective_on)


def with_line(body: Guide, line_id: str, **changed: object) -> Guide:
    """Return a guide with one line changed."""
    return replace(
        body, lines=tuple(replace(line, **changed) if line.id == line_id else line for line in body.lines)
    )
