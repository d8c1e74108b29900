"""What an item says that continues another (后续归档件): a change, a revocation, an appeal or a rating, with its own paper."""

from __future__ import annotations

from records.clock import CIVIL
from records.domain.arrangement import Document
from records.domain.relations import LaterFact
from records.domain.vocabulary import ArchiveClass, Stage
from records.resources.archives import ArchivedItem
from records.resources.site import Site

from .case_papers import Paper

SCOPE = "continuation"


def continues(item: ArchivedItem) -> bool:
    """Tell whether an item holds a later fact of a case and not the case itself."""
    return bool(item.paper)


def papers_that_continue(site: Site, item: ArchivedItem) -> tuple[Paper, ...]:
    """Return the one paper of such an item."""
    kind, title, number, _, digest, sm3, size, media_type, pages = item.paper
    named = f"{LaterFact(kind).label} {title} {number}".strip()
    document = Document(Stage.AFTERWARDS, named, ArchiveClass.RESULT, 1, SCOPE)
    return (
        Paper(
            document, scope=SCOPE, digest=digest, sm3=sm3, size=size, media_type=media_type, pages=max(pages, 1),
            source="部门生成", source_case="", form="扫描件",
        ),
    )  # fmt: skip


def continued_facts(facts: dict[str, object], item: ArchivedItem) -> dict[str, object]:
    """Return the facts of the package with what is true of the later fact: its day, its paper, the item it continues."""
    kind, title, number, day, *_ = item.paper
    at = item.created_at.astimezone(CIVIL).isoformat(timespec="seconds")
    later = {
        "state": "历史行为",
        "action": LaterFact(kind).label,
        "at": at,
        "actor": facts["record"]["archived_by"],
        "description": f"{title} {number} {day}".strip(),
    }
    result = {**facts["result"], "name": title, "number": number, "valid_until": None}
    return {
        **facts,
        "case": {**facts["case"], "closed_at": f"{day}T00:00:00+08:00"},
        "result": result,
        "events": [*facts["events"], later],
        "instead": {"closed": f"{day}", "document_number": number},
    }
