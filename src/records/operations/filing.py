"""What goes into the package of a case (组件): every paper formed and every paper called, in the order of the stages.

Basis: 国办发〔2023〕26号 (形成和调用; 依据性, 程序性, 结果性). What was reused is in the package with its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from records.clock import CIVIL, civil_date
from records.domain import arrangement, verification
from records.domain.package_checks import Phase
from records.domain.packages import FormFacts, PackageFacts, RecordFacts
from records.domain.relations import Relation, others
from records.domain.scope import Completeness, LeftOut, completeness, describe_material, duplicates
from records.domain.vocabulary import (
    ItemKind,
    Stage,
)
from records.exchange import package_facts as described_by
from records.exchange import package_sources
from records.exchange.packages import Plan
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.site import Site
from records.rules import checks

from . import evidence
from .case_papers import Paper, papers_of
from .checklists import course_of, guide_of
from .file_plan import Case, scope_for
from .services import Services

EXTENSION = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/plain": "txt",
    "application/ofd": "ofd",
}

#: What a number is called in the description of a package (证件类型).
ID_KINDS = {"citizen": "居民身份证", "credit": "统一社会信用代码", "passport": "护照或者通行证"}

ACTIONS = {
    "open": "建档",
    "join": "并入一件事",
    "receive": "收件",
    "accept": "受理",
    "deem_accepted": "视为受理",
    "request_supplement": "一次性告知",
    "supplement": "补正收件",
    "refer": "上报",
    "answer_referral": "上级答复",
    "decide": "决定",
    "deliver": "送达",
    "archive": "归档",
}


def kept_papers(
    services: Services, site: Site, dossier: Dossier, item: ArchivedItem
) -> tuple[tuple[Paper, ...], tuple[LeftOut, ...]]:
    """Return the papers that go into the file in reading order, and those that the scope table leaves out (不归档)."""
    papers = papers_of(services, site, dossier)
    scope = scope_for(site, case_of(site, dossier))
    left_out = duplicates([(each.scope, each.document.title, each.digest) for each in papers], scope)
    if not left_out:
        return papers, ()
    seen: set[tuple[str, str]] = set()
    kept = [
        each
        for each in papers
        if not ((each.scope, each.digest) in seen or seen.add((each.scope, each.digest)))
    ]
    return tuple(kept), left_out


def case_of(site: Site, dossier: Dossier) -> Case:
    """Return what the tables ask of a case: judged on the day of its closing, before that as of today's tables."""
    guide = guide_of(site, dossier)
    at = dossier.delivered_at or dossier.decided_at or dossier.received_at or dossier.created_at
    marks = {dossier.outcome, dossier.item_kind} - {""}
    return Case(guide, dossier.guide_version, dossier.fonds, civil_date(at), frozenset(marks))


def scope_wanted(
    site: Site, dossier: Dossier, item: ArchivedItem, papers: tuple[Paper, ...]
) -> dict[str, bool]:
    """Return the papers that may be in the package of an item with whether they must be, by the table of its time."""
    if item.paper:
        return {papers[0].scope: True}
    return scope_for(site, case_of(site, dossier)).wanted({entry[0] for entry in dossier.entries})


def future_package(site: Site, dossier: Dossier) -> tuple[Completeness, dict[str, str]]:
    """Say how complete the package of a case would be now (归档准备), and what each paper is called that is still missing.

    Every material has its description from its line already; what is still to come is the rest.
    """
    case = case_of(site, dossier)
    scope = scope_for(site, case)
    kinds = [site.notices[notice].notice_kind for notice in dossier.notices]
    lines = {entry[0] for entry in dossier.entries}
    there = lines | {f"notice-{kind}" for kind in kinds} | {"guide"}
    there |= {"result"} if dossier.result_digest else set()
    found = completeness(scope.wanted(lines), there)
    titles = {paper: row.title for paper in found.missing if (row := scope.row(paper)) is not None}
    titles |= {
        line.id: describe_material(line).title for line in case.guide.lines if line.id in found.missing
    }
    return found, titles


def documents_of(papers: tuple[Paper, ...]) -> list[dict[str, object]]:
    """Return the papers as the package describes them, numbered within each stage."""
    counted: dict[Stage, int] = {}
    listed = []
    for paper in papers:
        stage = paper.document.stage
        counted[stage] = counted.get(stage, 0) + 1
        name = arrangement.file_name(stage, counted[stage], paper.document.title, EXTENSION[paper.media_type])
        listed.append(
            {
                "title": paper.document.title,
                "stage": stage.label,
                "class": paper.document.klass.label,
                "guide_line": paper.scope,
                "source": paper.source,
                "source_case": paper.source_case,
                "form": paper.form,
                "path": f"{stage.value}{stage.label}/{name}",
                "format": EXTENSION[paper.media_type],
                "size": paper.size,
                "algorithm": "SHA-256",
                "digest": paper.digest,
                "sm3": paper.sm3,
                "pages": paper.pages,
            }
        )
    return listed


def facts_of(
    site: Site,
    dossier: Dossier,
    item: ArchivedItem,
    papers: tuple[Paper, ...],
    *,
    code: str,
    day: date,
    by: str,
) -> dict[str, object]:
    """Return everything the package says of its case, with the code it would have."""
    guide, applicant = guide_of(site, dossier), site.applicants[dossier.applicant]
    people = site.people
    fonds = site.office["fonds"][dossier.fonds]
    kind = ItemKind(dossier.item_kind)
    return {
        "code": code,
        "organisation": fonds["name"],
        "made_on": day.isoformat(),
        "software": "juanzong",
        "item": {
            "catalogue_code": guide.codes.basic, "task_code": guide.codes.implementation,
            "handling_code": guide.codes.handling, "name": guide.title, "type": guide.item_type.label,
            "version": str(dossier.guide_version), "organ": guide.unit_name,
            "organ_code": guide.codes.implementation[:18], "region": site.office.get("region", ""),
        },
        "case": {
            "number": dossier.code, "applied_at": _time(dossier.created_at),
            "received_at": _time(dossier.received_at), "accepted_at": _time(dossier.accepted_at),
            "promised_due": dossier.promised_due and dossier.promised_due.isoformat(),
            "statutory_due": dossier.statutory_due and dossier.statutory_due.isoformat(),
            "closed_at": _time(dossier.delivered_at), "kind": kind.label, "channel": "窗口",
            "receiver": people[dossier.received_by].name, "decider": people[dossier.decided_by].name,
            "outcome": "准予" if dossier.outcome == "granted" else "不予",
        },
        "applicant": {
            "kind": "自然人" if applicant.applicant_kind == "person" else "法人或其他组织",
            "name": applicant.name, "id_kind": ID_KINDS[applicant.number_kind],
            "id_number": applicant.number_masked, "agent": dossier.agent,
        },
        "result": {
            "kind": guide.result.kind.label, "name": guide.result.name, "number": dossier.result_number,
            "valid_until": dossier.result_valid_until and dossier.result_valid_until.isoformat(),
        },
        "record": {
            "code": code, "fonds": fonds["number"], "creating_unit": fonds["name"], "category": item.category,
            "year": item.year, "retention": item.retention, "retention_from": f"{item.year + 1}-01-01",
            "security": item.security, "opening": item.opening, "relations": _relations(site, dossier, item),
            "archived_at": day.isoformat(), "archived_by": by,
            "count": len(papers), "pages": sum(paper.pages for paper in papers),
        },
        "documents": documents_of(papers),
        "events": [
            {
                "state": "历史行为", "action": ACTIONS.get(event, event), "at": _time(at),
                "actor": people[who].name if who in people else "系统", "description": why,
            }
            for event, at, who, why in dossier.events
        ],
    }  # fmt: skip


def _relations(site: Site, dossier: Dossier, item: ArchivedItem) -> str:
    """Say which other items this one belongs to (子包、关联件): of a joint case its parts, of a later fact what it continues."""
    said = []
    if item.paper:
        continued = (site.archives[other] for other in others(item.relations, Relation.CONTINUES))
        said += [f"{Relation.CONTINUES.label} {each.code} {each.title}" for each in continued]
    else:
        for relation, other in parts_of(site, dossier):
            there = site.archives.get(other.archived_item) if other.archived_item else None
            code = there.code if there is not None else ""
            said.append(" ".join(filter(None, (relation.label, other.code, code))))
    return "；".join(said)


def parts_of(site: Site, dossier: Dossier) -> Iterator[tuple[Relation, Dossier]]:
    """Yield the cases of the same matter (一件事): the lead has the others as its parts, each of them is part of the lead."""
    if not dossier.course:
        return
    for other in course_of(site, dossier):
        if other.id == dossier.id:
            continue
        if dossier.id == dossier.course:
            yield Relation.HAS_PART, other
        elif other.id == dossier.course:
            yield Relation.PART_OF, other


def package_facts(
    services: Services,
    site: Site,
    dossier: Dossier,
    facts: dict,
    papers: tuple[Paper, ...],
    planned: Plan,
    *,
    taken: frozenset[str],
    item: ArchivedItem | None = None,
) -> PackageFacts:
    """Describe the planned package for the four checks, looking at the stored bytes themselves.

    Its own descriptions are looked at as they would be written: they come into the store with the final package only.
    """
    item = item if item is not None else site.archives[dossier.archived_item]
    source = package_sources.planned(planned, services.store)
    seen = source.look()
    told = described_by.told_by(source, seen.info)
    origins = {
        str(listed["path"]): paper.digest for listed, paper in zip(facts["documents"], papers, strict=True)
    }
    metadata = _metadata(facts, dossier, papers)
    described = described_by.package_facts(
        source, seen, told, try_out=evidence.tries(services, site, dossier), today=services.clock.today().isoformat(), origins=origins
    )  # fmt: skip
    described = replace(
        described,
        metadata=metadata,
        required_steps=required_steps(dossier),
        scope=facts["scope"],
        taken_codes=taken,
        form=FormFacts("归档登记", len(papers), sum(paper.size for paper in papers)),
        seal=described_by.sealed(seen, planned.manifest.digest, "组包"),
        record=RecordFacts(item.id, item.id in site.archives, frozenset(metadata)),
        trail=evidence.trail_of(site, item),
        required_trail=evidence.REQUIRED_TRAIL[Phase.ARCHIVING],
        fingerprint=item.fingerprint,
    )
    return evidence.scanned(services, source, described)


def check(facts: PackageFacts, *, at: str = "") -> verification.Report:
    """Run the table of checks of the archiving phase (归档检测) over a described package."""
    return verification.run_checks(facts, checks(), at=at, tool=evidence.TOOL)


def _time(at: datetime | None) -> str:
    return at.astimezone(CIVIL).isoformat(timespec="seconds") if at else ""


def _day(at: datetime | None) -> str:
    return civil_date(at).isoformat() if at else ""


def _metadata(facts: dict, dossier: Dossier, papers: tuple[Paper, ...]) -> dict[str, str]:
    record, item, applicant = facts["record"], facts["item"], facts["applicant"]
    return {
        "code": record["code"], "fonds": record["fonds"], "category": record["category"],
        "year": str(record["year"]), "retention": record["retention"], "unit": facts["unit_code"],
        "creator": record["creating_unit"], "title": facts["title"], "responsible": item["organ"],
        "dossier": dossier.code, "item_name": item["name"], "item_code": item["task_code"],
        "guide_version": item["version"], "item_kind": dossier.item_kind,
        "applicant_kind": facts["applicant_kind"], "applicant": applicant["name"], "outcome": dossier.outcome,
        "document_number": dossier.result_number, "received": _day(dossier.received_at),
        "accepted": _day(dossier.accepted_at), "decided": _day(dossier.decided_at),
        "closed": _day(dossier.delivered_at), "archived": record["archived_at"],
        "archived_by": record["archived_by"], "security": record["security"], "openness": record["opening"],
        "pages": str(record["pages"]), "count": str(len(papers)), **facts.get("instead", {}),
    }  # fmt: skip


def required_steps(dossier: Dossier) -> list[str]:
    """Return the steps that must be on record for a case of its kind."""
    accepted = [ACTIONS["accept"]] if dossier.item_kind == ItemKind.PROMISED and not dossier.deemed else []
    return [ACTIONS["open"], *accepted, ACTIONS["decide"], ACTIONS["deliver"]]
