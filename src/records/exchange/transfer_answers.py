"""The archives' list as it comes back (接收结果清单): rows to answers; columns are found by their heads, in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from records.domain.findings import Finding
from records.domain.transfer_answers import Answer, Said
from records.extraction.types import SheetRow

from .transfer_papers import ANSWER_HEADS, ANSWER_SHEET

CODE, NUMBER, ANSWER, DEFECT, NOTE = ANSWER_HEADS
NEEDED = (CODE, NUMBER, ANSWER)
WORDS = {word: answer for answer in Answer for word in (answer.label, answer.value)} | {
    "已接收": Answer.ACCEPTED,
    "合格": Answer.ACCEPTED,
    "不予接收": Answer.REFUSED,
}
LONGEST = 200


def read_answers(
    rows: Iterable[SheetRow], *, known: Callable[[str], str]
) -> tuple[tuple[Said, ...], tuple[Finding, ...]]:
    """Return what the archives said, by row, and what is wrong with the sheet; ``known`` gives a code as we write it.

    The sheet 接收结果 counts, in a workbook without one the first. Findings: ``transfer.no-column`` for each needed column
    that is not there, ``transfer.list-empty``.
    """
    heads: dict[str, int] = {}
    said: list[Said] = []
    sheet = ""
    for row in rows:
        if row.sheet == ANSWER_SHEET and sheet not in ("", ANSWER_SHEET):
            heads, said, sheet = {}, [], ""
        if sheet not in ("", row.sheet):
            continue
        if not heads:
            sheet = row.sheet
            heads = {text: at for at, cell in enumerate(row.cells) if (text := _text(cell)) in ANSWER_HEADS}
            continue
        cells = {head: _text(row.cells[at]) if at < len(row.cells) else "" for head, at in heads.items()}
        if any(cells.values()):
            said.append(_said(row.row, cells, known))
    lacking = [head for head in NEEDED if head not in heads]
    found = [Finding("transfer.no-column", subject="numbers", params={"column": head}) for head in lacking]
    if not (said or lacking):
        found.append(Finding("transfer.list-empty", subject="numbers"))
    return ((), tuple(found)) if lacking else (tuple(said), tuple(found))


def _said(row: int, cells: dict[str, str], known: Callable[[str], str]) -> Said:
    typed = cells.get(CODE, "")
    return Said(
        row,
        known(typed) or typed,
        WORDS.get(cells.get(ANSWER, "")),
        cells.get(NUMBER, ""),
        cells.get(DEFECT, ""),
        cells.get(NOTE, ""),
    )


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()[:LONGEST]
