"""The register of use (利用登记) as rows and as a workbook, its figures, and what a subject is told of who looked at her files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from records.clock import CIVIL, civil_date
from records.domain import masking
from records.domain.use_figures import Used
from records.domain.uses import DESTROYED, PaperKind, Purpose, UseState
from records.exchange.sheets import Cell, write_sheets
from records.indexes import questions
from records.indexes import use_questions as asked
from records.resources.site import Site
from records.resources.uses import UsePaper, UseRequest

from .subjects import one_subject
from .uses import ways_of

SHEET, SEALS = "利用登记", "用印登记"
HEADS = (
    "登记号", "日期", "利用者", "单位", "证件号", "电话", "利用目的", "档号", "题名", "方式", "状态", "页数", "份数",
    "批准人", "同意文号", "经办人", "借出日期", "应还日期", "归还日期", "利用效果",
)  # fmt: skip
SEAL_HEADS = ("编号", "日期", "文书", "档号", "登记号", "用印方式", "经办人", "状态", "摘要")
STATES = {"owed": "正在生成", "made": "已出具", "void": "作废", DESTROYED: "已随原件销毁"}


@dataclass(frozen=True, slots=True)
class UseOfItem:
    """One use of a subject's archived item, as the subject is told (谁查过我的档案): when, which item, for what, how, by whom."""

    at: datetime
    code: str
    item: str
    purpose: str
    ways: str
    unit: str
    by: str
    state: str


def uses_about(site: Site, applicant: str) -> tuple[UseOfItem, ...]:
    """Return every request for the archived items of a subject, the newest first, so that who looked is answerable.

    Of a private reader only the surname is told; an office is told by its name.
    """
    found = {
        (use.id, item.id): UseOfItem(
            use.created_at, use.code, item.code, Purpose(use.purpose).label,
            "、".join(way.label for way in ways_of(use)), use.reader_unit,
            masking.mask("name", use.reader, audience="desk"), UseState(use.state).label,
        )
        for file in one_subject(site, applicant)
        for item in questions.items_about(site, file)
        for use in asked.uses_of(site, item.id)
    }  # fmt: skip
    return tuple(sorted(found.values(), key=lambda each: each.at, reverse=True))


def used_in(site: Site, unit: str, year: int) -> Iterator[Used]:
    """Yield the granted uses of a unit in a year, as the statistics count them."""
    for _, use in asked.register(site, unit, year):
        if asked.granted(use):
            yield Used(civil_date(use.created_at), Purpose(use.purpose), ways_of(use))


def rows_of(site: Site, unit: str, year: int) -> Iterator[tuple[Cell, ...]]:
    """Yield the register of a unit and year, a row for each item of a request, numbers masked."""
    for _, use in asked.register(site, unit, year):
        yield from rows_of_request(site, use)


def rows_of_request(site: Site, use: UseRequest) -> list[tuple[Cell, ...]]:
    """Return the rows of one request in the register: one for each item, or one for what was looked for."""
    return [_row(site, use, item) for item in use.items or ("",)]


def _row(site: Site, use: UseRequest, item_id: str) -> tuple[Cell, ...]:
    item = site.archives.get(item_id) if item_id else None
    made = [paper for each in use.papers if (paper := site.use_papers[each]).item == item_id]
    copied = [paper for paper in made if paper.paper_kind == PaperKind.COPY and paper.state != "void"]
    loan = next((each for each in reversed(use.loans) if each[0] == item_id), None)
    purpose = Purpose(use.purpose).label
    return (
        use.code, civil_date(use.created_at).isoformat(), use.reader, use.reader_unit, use.number_masked, use.phone_masked,
        f"{purpose}：{use.purpose_note}" if use.purpose_note else purpose,
        item.code if item is not None else "", item.title if item is not None else use.sought,
        "、".join(way.label for way in ways_of(use)), UseState(use.state).label,
        sum(len(paper.pages) for paper in copied), sum(paper.copies for paper in copied),
        _name(site, use.decided_by), use.consent, _name(site, _handled(use, made)),
        _day(loan[1]) if loan else "", loan[3].isoformat() if loan else "", _day(loan[4]) if loan else "",
        "；".join(text for _at, _by, text in use.effects),
    )  # fmt: skip


def workbook(site: Site, unit: str, year: int) -> bytes:
    """Return the register of a year as a workbook, with a sheet of every paper that was made out and how it was sealed."""
    file = io.BytesIO()
    rows = [(SHEET, row) for row in rows_of(site, unit, year)]
    rows += [(SEALS, row) for row in seal_rows(site, unit, year)]
    write_sheets(file, {SHEET: HEADS, SEALS: SEAL_HEADS}, rows)
    return file.getvalue()


def seal_rows(site: Site, unit: str, year: int) -> Iterator[tuple[Cell, ...]]:
    """Yield every paper of a unit and year with its number and how it was sealed (用印登记); void numbers stand there too."""
    for _, use in asked.register(site, unit, year):
        for each in use.papers:
            paper: UsePaper = site.use_papers[each]
            item = site.archives.get(paper.item) if paper.item else None
            seal = site.seals[paper.seal].title if paper.seal else "手工盖章"
            yield (
                paper.code, civil_date(paper.created_at).isoformat(), PaperKind(paper.paper_kind).label,
                item.code if item is not None else "", use.code, seal, _name(site, paper.made_by), STATES[paper.state], paper.digest,
            )  # fmt: skip


def _handled(use: UseRequest, made: list[UsePaper]) -> str:
    """Return who handled a use: who lent, opened or made out last, else who wrote it down."""
    acts = [(loan[1], loan[2]) for loan in use.loans] + [(each[0], each[1]) for each in use.readings]
    acts += [(paper.created_at, paper.made_by) for paper in made]
    return max(acts)[1] if acts else use.requested_by


def _day(at: datetime | date | None) -> str:
    return f"{at.astimezone(CIVIL):%Y-%m-%d}" if isinstance(at, datetime) else ""


def _name(site: Site, userid: str) -> str:
    person = site.people.get(userid)
    return person.name if person is not None else userid
