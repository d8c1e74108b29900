"""Rows of the directory of an existing archive (归档文件目录): what a workbook says of each item, by the mapping of its source.

The first row of a sheet has the headings. A source that writes other headings, other words for a period, or leaves out
what is the same in every row says so once, in its mapping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from records.domain.archive_imports import FIELDS, NEEDED, AsListed
from records.domain.findings import Finding, Refused
from records.extraction.types import SheetRow, Unreadable

from .library_rows import ERRORS, day_of, text_of
from .national import RowFinding


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """How one source writes its directories (来源映射).

    ``columns`` lead from its headings to our fields, an empty one is passed over; ``given`` are texts for fields that its rows do not have;
    ``words`` lead in a field from its words to ours (``{"retention": {"长久": "永久"}}``).
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the mapping as plain values, the form that is kept and shown."""
        return {
            "name": self.name,
            "columns": dict(self.columns),
            "given": dict(self.given),
            "words": {name: dict(words) for name, words in self.words.items()},
        }


FAULTS = "错误清单"
"""The sheet of an error file that lists its faults; it is passed over when the mended file comes back."""
STANDARD = ArchiveSource("standard")
"""The headings of the catalogues that we print ourselves."""


def read_source(plain: object) -> ArchiveSource | Refused:
    """Read a mapping from plain values; unknown parts and fields are all told at once.

    Findings: ``import.source-form`` (part), ``import.source-column`` (column, heading).
    """
    if not isinstance(plain, dict) or not isinstance(plain.get("name"), str) or not plain["name"].strip():
        return Refused((Finding("import.source-form", params={"part": "name"}),))
    columns, given, words = (plain.get(part, {}) for part in ("columns", "given", "words"))
    wrong = sorted(plain.keys() - {"name", "columns", "given", "words"})
    for part, value in (("columns", columns), ("given", given)):
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            wrong.append(part)
    if not isinstance(words, dict) or not all(
        isinstance(each, dict) and all(isinstance(text, str) for text in each.values())
        for each in words.values()
    ):
        wrong.append("words")
    if wrong:
        return Refused(tuple(Finding("import.source-form", subject=p, params={"part": p}) for p in wrong))
    named = [
        *((name, heading) for heading, name in columns.items() if name),
        *((name, name) for part in (given, words) for name in part),
    ]
    unknown = [
        Finding("import.source-column", subject=heading, params={"column": name, "heading": heading})
        for name, heading in named
        if name not in FIELDS
    ]
    return (
        Refused(tuple(unknown))
        if unknown
        else ArchiveSource(plain["name"].strip()[:60], columns, given, words)
    )


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """One item as its row has it; ``cells`` are the row as it came."""

    sheet: str
    row: int
    listed: AsListed
    files: tuple[str, ...]
    cells: tuple[object, ...]


@dataclass(slots=True)
class ArchiveTable:
    """The rows of a directory, its headings by sheet, and everything that is wrong with their form."""

    rows: list[ArchiveRow] = field(default_factory=list)
    heads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    findings: list[RowFinding] = field(default_factory=list)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)

    def heading(self, sheet: str, name: str) -> str:
        """Return how a field is headed in a sheet; our own name for one that it lacks."""
        return self.columns.get(sheet, {}).get(name) or (FIELDS[name][0] if name in FIELDS else "")


def read_directory(rows: Iterable[SheetRow], source: ArchiveSource) -> ArchiveTable:
    """Read a directory row by row; what cannot be read of a row is told with its column.

    Findings: ``library-import.column-missing``, ``library-import.day-wrong``, and whatever made the file unreadable.
    """
    table, sheet, places = ArchiveTable(), None, None
    try:
        for row in rows:
            if row.sheet != sheet:
                sheet, places = row.sheet, None if row.sheet == FAULTS else _places(row, source, table)
            elif places is not None and any(text_of(cell) for cell in row.cells):
                table.rows.append(_row(row, places, source, table))
    except Unreadable as bad:
        table.findings.append(RowFinding(bad.finding))
    return table


def _places(row: SheetRow, source: ArchiveSource, table: ArchiveTable) -> dict[str, int] | None:
    """Return where each field stands; None, and a finding for each, when one that is needed is missing."""
    words = [text_of(cell) for cell in row.cells]
    table.heads[row.sheet] = tuple(words)
    places: dict[str, int] = {}
    for at, word in enumerate(words):
        name = source.columns.get(word)
        if name is None:
            name = next((each for each, known in FIELDS.items() if word in known), "")
        if name and word != ERRORS:
            places.setdefault(name, at)
    table.columns[row.sheet] = {name: words[at] for name, at in places.items()}
    missing = [FIELDS[name][0] for name in NEEDED if name not in places and not source.given.get(name)]
    table.findings += [
        RowFinding(Finding("library-import.column-missing", params={"column": word}), row.sheet, row.row)
        for word in missing
    ]
    return None if missing else places


def _row(row: SheetRow, places: Mapping[str, int], source: ArchiveSource, table: ArchiveTable) -> ArchiveRow:
    words = dict(source.given)
    words |= {
        name: text for name, at in places.items() if at < len(row.cells) and (text := text_of(row.cells[at]))
    }
    for name, known in source.words.items():
        if name in words:
            words[name] = known.get(words[name], words[name])
    typed = words.pop("dated", "")
    dated = day_of(typed) if typed else None
    if typed and dated is None:
        found = Finding("library-import.day-wrong", params={"text": typed[:40]})
        heading = table.heading(row.sheet, "dated")
        table.findings.append(RowFinding(found, row.sheet, row.row, heading))
    files = tuple(each.strip() for each in re.split(r"[;；\n]", words.pop("files", "")) if each.strip())
    return ArchiveRow(row.sheet, row.row, AsListed(words, dated), files, row.cells)


def faults_sheet(findings: Sequence[RowFinding], say: Callable[[Finding], str]) -> list[tuple[str, ...]]:
    """Return the list of faults: sheet, row, column, and what is the matter with what to do."""
    return [(each.sheet, str(each.row or ""), each.column, say(each.finding)) for each in findings]
