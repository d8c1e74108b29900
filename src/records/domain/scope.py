"""What goes into the file and what does not (归档范围): the scope table, read for one case on the day of its closing.

A paper is called by its scope: the id of its guide line, ``notice-grant`` and the like, ``result``, ``guide``. A row of
the table names it, or ``line`` for everything on a line of the guide; its necessity is required, only if it happened,
or excluded. Basis: 国办发〔2023〕26号 (形成和调用), 国家档案局令第8号.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .arrangement import Document
from .guide_parts import Line
from .retention import ANY_FONDS, longest
from .vocabulary import ArchiveClass, Retention, Stage, Term

LINE = "line"
"""How a row names whatever lies on a line of the guide."""


class InScope(Term):
    """Whether a paper belongs into the file (归档要求)."""

    REQUIRED = "required", "必须归档"
    IF_HAPPENED = "if-happened", "发生的归档"
    EXCLUDED = "excluded", "不归档"


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One row of a scope table (归档范围表): which paper of which item in which stage, and whether it must be there.

    ``when`` are the marks a case must bear for the row to hold (granted, refused, promised, immediate), empty for always;
    ``retention`` is the period such a paper needs at least, if the table sets one.
    """

    stage: Stage
    paper: str
    title: str
    klass: ArchiveClass
    necessity: InScope
    when: frozenset[str]
    item: str
    fonds: str
    retention: Retention | None
    basis: str
    approval: str
    since: date
    until: date | None = None

    def in_force(self, on: date) -> bool:
        """Tell whether the row is in force on a civil day."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of one case: what must be there, what may be, what must not, and by which row each is so."""

    rows: Mapping[str, ScopeRow]
    lines: tuple[str, ...]

    def row(self, paper: str) -> ScopeRow | None:
        """Return the row that speaks of a paper; None when it lies outside the scope."""
        return self.rows.get(paper) or (self.rows.get(LINE) if paper in self.lines else None)

    def wanted(self, there: Collection[str]) -> dict[str, bool]:
        """Return every paper that may be in the file with whether it must be; ``there`` are those that lie on the case."""
        found = {
            paper: row.necessity is InScope.REQUIRED
            for paper, row in self.rows.items()
            if paper != LINE and row.necessity is not InScope.EXCLUDED
        }
        line = self.rows.get(LINE)
        if line is not None and line.necessity is not InScope.EXCLUDED:
            found |= {paper: True for paper in self.lines if paper in there and paper not in self.rows}
        return found

    def retention(self, papers: Iterable[str]) -> Retention | None:
        """Return the longest period that a paper of the file needs by the table (以最长者为准); None when it sets none."""
        rows = (self.row(paper) for paper in papers)
        periods = [row.retention for row in rows if row is not None and row.retention is not None]
        return longest(periods) if periods else None


def scope_of(
    table: Iterable[ScopeRow],
    *,
    item: str,
    item_type: str,
    fonds: str,
    on: date,
    marks: Collection[str],
    lines: Sequence[str],
) -> Scope:
    """Return the scope of a case: of the rows in force on a day the nearest one for each paper.

    The office's approved row stands before an example, one of the item before one of its type and one for all, one of the
    fonds before one for all fonds, a later one before an earlier.
    """
    chosen: dict[str, tuple[tuple[bool | int | date, ...], ScopeRow]] = {}
    for row in table:
        fits = row.item in {item, item_type, ""} and row.fonds in (fonds, ANY_FONDS)
        if not (fits and row.in_force(on) and row.when <= set(marks)):
            continue
        rank = (
            bool(row.approval),
            row.item == item,
            row.item == item_type,
            row.fonds == fonds,
            len(row.when),
            row.since,
        )
        if row.paper not in chosen or rank > chosen[row.paper][0]:
            chosen[row.paper] = (rank, row)
    return Scope({paper: row for paper, (_, row) in chosen.items()}, tuple(lines))


def describe_material(line: Line, *, nth: int = 1, of: int = 1) -> Document:
    """Return the archival description of a material from its guide line (随办归档), as it is from its intake on.

    ``nth`` is the place of the file among ``of`` files of one material. Stage, title, class and order follow from the line.
    """
    place = f"（文件{nth}，共{of}个）" if of > 1 else ""
    return Document(Stage.APPLICATION, f"{line.name}{place}", ArchiveClass.BASIS, line.position, line.id)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete a future package is (归档准备情况): papers that must be there, those that are, and what is missing."""

    required: tuple[str, ...]
    missing: tuple[str, ...]
    there: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Tell whether nothing is missing any more."""
        return not self.missing


def completeness(wanted: Mapping[str, bool], there: Collection[str]) -> Completeness:
    """Compare what a scope wants with what lies there; papers keep the order of the scope."""
    required = tuple(paper for paper, must in wanted.items() if must)
    missing = tuple(paper for paper in required if paper not in there)
    return Completeness(required, missing, tuple(paper for paper in wanted if paper in there))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One paper that does not go into the file (不归档): which, and by which row."""

    paper: str
    title: str
    reason: str


def duplicates(papers: Sequence[tuple[str, str, str]], scope: Scope) -> tuple[LeftOut, ...]:
    """Return the papers that are in the file already with the same bytes (重份), by the row that leaves them out.

    ``papers`` are (scope, title, digest) in reading order; the first of equal ones stays. Without such a row all stay.
    """
    row = scope.rows.get("duplicate")
    if row is None or row.necessity is not InScope.EXCLUDED:
        return ()
    seen: set[tuple[str, str]] = set()
    found = []
    for paper, title, digest in papers:
        if (paper, digest) in seen:
            found.append(LeftOut(paper, title, row.title))
        seen.add((paper, digest))
    return tuple(found)
