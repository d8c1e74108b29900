"""What goes into the package of a case (组件): every paper formed and every paper called, in the order of the stages.

Basis: 国办发〔2023〕26号 (形成和调用; 依据性, 程序性, 结果性). What was reused is in the package with its bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from records.clock import CIVIL, civil_date
from records.domain import arrangement, verification
from records.domain.arrangement import Document
from records.domain.checklists import NOT_HANDED_IN
from records.domain.packages import Attributes, DocumentFacts, PackageFacts, StepFacts
from records.domain.vocabulary import (
    ArchiveClass,
    DossierState,
    Grade,
    ItemKind,
    MaterialSource,
    NoticeKind,
    Stage,
)
from records.exchange.guides import write_guide
from records.exchange.packages import Plan
from records.extraction.types import MediaType, sniff
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site
from records.rules import checks, elements

from .checklists import guide_of
from .services import Services

EXTENSION = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/plain": "txt"}
ALLOWED = frozenset(EXTENSION.values())

#: What a number is called in the description of a package (证件类型).
ID_KINDS = {"citizen": "居民身份证", "credit": "统一社会信用代码", "passport": "护照或者通行证"}

STAGE_OF = {
    NoticeKind.RECEIPT: (Stage.RECEIPT, ArchiveClass.PROCEDURE),
    NoticeKind.ACCEPTANCE: (Stage.RECEIPT, ArchiveClass.PROCEDURE),
    NoticeKind.SUPPLEMENT: (Stage.RECEIPT, ArchiveClass.PROCEDURE),
    NoticeKind.DECLINE: (Stage.RECEIPT, ArchiveClass.RESULT),
    NoticeKind.GRANT: (Stage.DECISION, ArchiveClass.RESULT),
    NoticeKind.REFUSAL: (Stage.DECISION, ArchiveClass.RESULT),
    NoticeKind.DELIVERY: (Stage.DELIVERY, ArchiveClass.PROCEDURE),
    NoticeKind.CUSTODY: (Stage.RECEIPT, ArchiveClass.PROCEDURE),
    NoticeKind.RETURN: (Stage.DELIVERY, ArchiveClass.PROCEDURE),
}

ACTIONS = {
    "open": "建档",
    "receive": "收件",
    "accept": "受理",
    "deem_accepted": "视为受理",
    "request_supplement": "一次性告知",
    "supplement": "补正收件",
    "decide": "决定",
    "deliver": "送达",
    "archive": "归档",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper before it has its place: what it is, and the content that shows it."""

    document: Document
    scope: str
    digest: str
    sm3: str
    size: int
    media_type: str
    pages: int
    source: str
    source_case: str
    form: str


def papers_of(services: Services, site: Site, dossier: Dossier) -> tuple[Paper, ...]:
    """Return all papers of a case in reading order; the guide that judged it is one of them."""
    found = [*_materials(site, dossier), *_notices(services, site, dossier), *_result(site, dossier)]
    found.append(_guide(services, site, dossier))
    by_document = {paper.document: paper for paper in found}
    return tuple(by_document[document] for document in arrangement.arrange(by_document))


def handed_in_as(material: Material, how: str) -> str:
    """Say in which form a paper really came (提交形式), which is not always what the guide asks for."""
    if MaterialSource(how) in NOT_HANDED_IN or material.grade == Grade.A:
        return "电子件"
    if material.original_seen:
        return "原件已核验"
    return "自制件" if material.grade == Grade.D else "复印件"


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
            "security": "内部", "opening": "待审", "archived_at": day.isoformat(), "archived_by": by,
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


def package_facts(
    services: Services,
    site: Site,
    dossier: Dossier,
    facts: dict,
    papers: tuple[Paper, ...],
    planned: Plan,
    *,
    taken: frozenset[str],
) -> PackageFacts:
    """Describe the planned package for the four checks, looking at the stored bytes themselves.

    Its own descriptions are looked at as they would be written: they come into the store with the final package only.
    """
    listed, manifest = facts["documents"], planned.manifest
    seen = dict(_present(services, planned))
    metadata = {part.path for part in manifest.parts} - {f"data/{each['path']}" for each in listed}
    return PackageFacts(
        metadata=_metadata(facts, dossier, papers),
        scheme=elements(),
        documents=[
            _seen(services, number, each, paper)
            for number, (each, paper) in enumerate(zip(listed, papers, strict=True), 1)
        ],
        recorded_count=len(papers),
        steps=[StepFacts(step["action"], step["at"], step["actor"]) for step in facts["events"]],
        required_steps=_required(dossier),
        scope=_scope(site, dossier),
        manifest={part.path.removeprefix("data/"): part.digest for part in manifest.parts},
        present=seen,
        metadata_files={path.removeprefix("data/"): True for path in sorted(metadata)},
        allowed_formats=ALLOWED,
        taken_codes=taken,
    )


def check(facts: PackageFacts) -> verification.Report:
    """Run the table of checks over a described package."""
    return verification.run_checks(facts, checks())


def _materials(site: Site, dossier: Dossier):
    lines = {line.id: line for line in guide_of(site, dossier).lines}
    files = Counter(entry[0] for entry in dossier.entries)
    seen: Counter[str] = Counter()
    for line_id, material_id, digest, how, *_ in dossier.entries:
        line, material, holding = lines[line_id], site.materials[material_id], site.holdings[digest]
        seen[line_id] += 1
        place = f"（文件{seen[line_id]}，共{files[line_id]}个）" if files[line_id] > 1 else ""
        reused = how == MaterialSource.REUSED
        yield Paper(
            Document(Stage.APPLICATION, f"{line.name}{place}", ArchiveClass.BASIS, line.position, line_id),
            scope=line_id,
            digest=digest, sm3=holding.sm3, size=holding.size, media_type=holding.media_type,
            pages=max(holding.page_count, 1),
            source=MaterialSource(how).label,
            source_case=site.dossiers[material.source_dossier].code if reused and material.source_dossier else "",
            form=handed_in_as(material, how),
        )  # fmt: skip


def _notices(services: Services, site: Site, dossier: Dossier):
    for position, notice_id in enumerate(dossier.notices, start=1):
        notice = site.notices[notice_id]
        kind = NoticeKind(notice.notice_kind)
        stage, klass = STAGE_OF[kind]
        yield Paper(
            Document(stage, f"{kind.label} {notice.code}", klass, position, notice_id),
            scope=f"notice-{kind.value}",
            digest=notice.digest, sm3=notice.sm3, size=notice.size,
            media_type="application/pdf",
            pages=services.extractor.inspect(services.store.path(notice.digest), MediaType.PDF).pages,
            source="部门生成", source_case="", form="电子原件",
        )  # fmt: skip


def _result(site: Site, dossier: Dossier):
    if not dossier.result_digest:
        return
    guide, holding = guide_of(site, dossier), site.holdings[dossier.result_digest]
    yield Paper(
        Document(Stage.DECISION, guide.result.name, ArchiveClass.RESULT, 90, "result"),
        scope="result",
        digest=holding.digest, sm3=holding.sm3, size=holding.size, media_type=holding.media_type,
        pages=max(holding.page_count, 1), source="部门生成", source_case="",
        form="电子原件" if dossier.result_electronic else "扫描件",
    )  # fmt: skip


def _guide(services: Services, site: Site, dossier: Dossier) -> Paper:
    guide = guide_of(site, dossier)
    stored = services.store.put_bytes(write_guide(guide).encode())
    title = f"办事指南（{guide.title}，第{dossier.guide_version}版）"
    return Paper(
        Document(Stage.TRACE, title, ArchiveClass.PROCEDURE, 1, "guide"),
        scope="guide",
        digest=stored.digest, sm3=stored.sm3, size=stored.size, media_type="text/plain", pages=1,
        source="部门生成", source_case="", form="电子原件",
    )  # fmt: skip


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
        "pages": str(record["pages"]), "count": str(len(papers)),
    }  # fmt: skip


def _seen(services: Services, number: int, listed: dict, paper: Paper) -> DocumentFacts:
    path = str(listed["path"])
    name = path.rpartition("/")[2]
    recorded = Attributes(name, paper.size, str(listed["format"]), paper.digest)
    there = services.store.has(paper.digest)
    actual = magic = None
    inspection = None
    if there:
        head = services.store.head(paper.digest)
        sniffed = sniff(head, name)
        magic = EXTENSION[sniffed.value] if isinstance(sniffed, MediaType) else ""
        size = services.store.path(paper.digest).stat().st_size
        sha256 = paper.digest if services.store.verify(paper.digest) else ""
        actual = Attributes(name, size, str(listed["format"]), sha256)
        inspection = services.extractor.inspect(
            services.store.path(paper.digest), MediaType(paper.media_type)
        )
    return DocumentFacts(
        number=number,
        path=path,
        title=paper.document.title,
        stage=paper.document.stage,
        scope=paper.scope,
        recorded=recorded,
        actual=actual,
        magic=magic or "",
        readable=inspection.ok if inspection else False,
        encrypted=inspection.encrypted if inspection else False,
    )


def _present(services: Services, planned: Plan):
    written = dict(planned.files)
    for part in planned.manifest.parts:
        if part.path in written:
            yield part.path.removeprefix("data/"), hashlib.sha256(written[part.path]).hexdigest()
        elif services.store.has(part.digest):
            yield (
                part.path.removeprefix("data/"),
                part.digest if services.store.verify(part.digest) else "",
            )


def _required(dossier: Dossier) -> list[str]:
    accepted = [ACTIONS["accept"]] if dossier.item_kind == ItemKind.PROMISED and not dossier.deemed else []
    return [ACTIONS["open"], *accepted, ACTIONS["decide"], ACTIONS["deliver"]]


def _scope(site: Site, dossier: Dossier) -> dict[str, bool]:
    decision = "notice-grant" if dossier.outcome == "granted" else "notice-refusal"
    scope = {entry[0]: True for entry in dossier.entries}
    scope |= {f"notice-{kind.value}": False for kind in NoticeKind}
    scope |= {decision: True, "notice-delivery": True, "guide": True}
    if dossier.state == DossierState.DELIVERED and dossier.item_kind == ItemKind.PROMISED:
        scope["notice-acceptance"] = True
    scope["result"] = dossier.outcome == "granted"
    return scope
