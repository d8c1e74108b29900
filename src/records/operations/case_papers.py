"""The papers of a case (办件文件): what was handed in or called, the notices, the result, and the guide that judged it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from records.domain import arrangement
from records.domain.arrangement import Document
from records.domain.checklists import NOT_HANDED_IN
from records.domain.guide_parts import Guide
from records.domain.referrals import last_of
from records.domain.scope import describe_material
from records.domain.vocabulary import (
    ArchiveClass,
    Grade,
    MaterialSource,
    NoticeKind,
    ReferralOutcome,
    Stage,
)
from records.exchange.guides import write_guide
from records.extraction.types import MediaType
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site

from .checklists import guide_of
from .services import Services

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
    NoticeKind.REFERRAL: (Stage.REVIEW, ArchiveClass.PROCEDURE),
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
    found = [*materials_of(site, dossier), *_notices(services, site, dossier), *_result(site, dossier)]
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


def materials_of(site: Site, dossier: Dossier) -> Iterator[Paper]:
    """Yield the files on the lines of a case, each with where it came from and in which form."""
    lines = {line.id: line for line in guide_of(site, dossier).lines}
    files = Counter(entry[0] for entry in dossier.entries)
    seen: Counter[str] = Counter()
    for line_id, material_id, digest, how, *_ in dossier.entries:
        line, material, holding = lines[line_id], site.materials[material_id], site.holdings[digest]
        seen[line_id] += 1
        reused = how == MaterialSource.REUSED
        yield Paper(
            describe_material(line, nth=seen[line_id], of=files[line_id]),
            scope=line_id,
            digest=digest, sm3=holding.sm3, size=holding.size, media_type=holding.media_type,
            pages=max(holding.page_count, 1),
            source=MaterialSource(how).label,
            source_case=site.dossiers[material.source_dossier].code if reused and material.source_dossier in site.dossiers else "",
            form=handed_in_as(material, how),
        )  # fmt: skip


def _notices(services: Services, site: Site, dossier: Dossier) -> Iterator[Paper]:
    for position, notice_id in enumerate(dossier.notices, start=1):
        notice = site.notices[notice_id]
        kind = NoticeKind(notice.notice_kind)
        stage, klass = STAGE_OF[kind]
        yield Paper(
            Document(stage, f"{kind.label} {notice.code}", klass, position, notice_id),
            scope=f"notice-{kind.value}",
            digest=notice.digest, sm3=notice.sm3, size=notice.size,
            media_type="application/pdf",
            pages=services.extractor.attempt(services.store.path(notice.digest), MediaType.PDF).pages,
            source="部门生成", source_case="", form="电子原件",
        )  # fmt: skip


def _result(site: Site, dossier: Dossier) -> Iterator[Paper]:
    if not dossier.result_digest:
        return
    holding, referral = site.holdings[dossier.result_digest], last_of(dossier.referrals)
    title = guide_of(site, dossier).result.name
    if referral is not None and referral.decided:
        title = f"{referral.organ}{ReferralOutcome(referral.outcome).label}决定"
    yield Paper(
        Document(Stage.DECISION, title, ArchiveClass.RESULT, 90, "result"),
        scope="result",
        digest=holding.digest, sm3=holding.sm3, size=holding.size, media_type=holding.media_type,
        pages=max(holding.page_count, 1), source="部门生成", source_case="",
        form="电子原件" if dossier.result_electronic else "扫描件",
    )  # fmt: skip


def _guide(services: Services, site: Site, dossier: Dossier) -> Paper:
    guide = guide_of(site, dossier)
    stored = services.store.put_bytes(_guide_file(guide))
    title = f"办事指南（{guide.title}，第{dossier.guide_version}版）"
    return Paper(
        Document(Stage.TRACE, title, ArchiveClass.PROCEDURE, 1, "guide"),
        scope="guide",
        digest=stored.digest, sm3=stored.sm3, size=stored.size, media_type="text/plain", pages=1,
        source="部门生成", source_case="", form="电子原件",
    )  # fmt: skip


@lru_cache(maxsize=64)
def _guide_file(guide: Guide) -> bytes:
    """Return a guide as its file; the cases of a month share a few."""
    return write_guide(guide).encode()
