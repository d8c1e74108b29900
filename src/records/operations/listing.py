"""The destruction list (销毁清册) line by line, frozen with the appraisal: what is on it, without anybody's name.

The list is kept for ever and must not tell later what was destroyed, so it names the matter and not the applicant; code and
receipt number say which file it was.
"""

from __future__ import annotations

from records.clock import civil_date
from records.domain.appraisal import Choice
from records.domain.vocabulary import Retention
from records.resources.archives import ArchivedItem
from records.resources.dispositions import Disposition
from records.resources.site import Site

from .acts import Act
from .discretion import shown

NAMELESS = "（题名从略）"


def matter_of(item: ArchivedItem) -> str:
    """Return an item's title without the applicant's name: what remains of it for ever."""
    title = item.title.replace(item.applicant_name, "") if item.applicant_name else item.title
    return title.strip() or NAMELESS


def freeze_rows(act: Act, record: Disposition) -> None:
    """Write each item's line as it stands on the day of the confirmation, in the order of the codes."""
    rows = record.choices.rows
    rows.clear()
    for item_id, chosen in record.choices.decided.items():
        item = act.site.archives[item_id]
        rows[item_id] = _row(act.site, item, Choice.read(chosen), kept=act.today.year - item.year)
        record.choices.note("row", *rows[item_id])


def _row(site: Site, item: ArchivedItem, choice: Choice, *, kept: int) -> tuple[str, ...]:
    """Return 档号, 文号, 责任者, 题名, 形成时间, 应保管期限, 已保管年数, 数量, 意见, 新期限, 理由, 收件编号."""
    case = site.dossiers.get(item.dossier)
    formed = civil_date(case.delivered_at) if case is not None and case.delivered_at else item.created_at
    return (
        item.code,
        shown(case.result_number) if case is not None else "",
        site.office["units"][item.fonds]["name"],
        matter_of(item),
        formed.strftime("%Y%m%d"),
        Retention(item.retention).label,
        f"{kept}年",
        f"{item.document_count}件",
        choice.decision.label,
        choice.period.label if choice.period else "",
        choice.reason,
        item.dossier_code,
    )


def ordered(record: Disposition, *, only: str = "") -> list[tuple[str, ...]]:
    """Return the frozen lines by code; ``only`` those of one decision, by its label."""
    return sorted(row for row in record.choices.rows.values() if only in ("", row[8]))
