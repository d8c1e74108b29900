"""The list of all guides as a table (办事指南目录): XLSX with sheets for materials, charges and steps, CSV with one row an item.

Columns bear the names of the national implementation list (designed after GB/T 39554.2, not certified), values are the
words people read, because codes differ between provinces. Only what the public is told: nothing of the desk's handbook.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import IO, Protocol

from records.domain.guide_parts import Fee, Guide, Line
from records.domain.vocabulary import Term

from .leaflet_sections import HANDLING
from .leaflet_words import NO_LIMIT, condition_of
from .sheets import Cell, write_csv, write_sheets


class Edition(Protocol):
    """What the table says of an edition beside its text."""

    version: int
    effective_on: date | None
    digest: str


@dataclass(frozen=True, slots=True)
class Row:
    """One guide of the table: what it says, which edition, and the address of its page."""

    guide: Guide
    edition: Edition
    address: str


Column = tuple[str, str, Callable[[Row], Cell]]


def write_workbook(file: IO[bytes], rows: Iterable[Row]) -> None:
    """Write the table as a workbook; the rows are read once and may be any number."""
    heads = {name: [column for column, _, _ in columns] for name, columns in BASIC.items()}
    heads |= {
        name: ["task_handle_item", *(column for column, _, _ in parts)] for name, (_, parts) in PARTS.items()
    }
    heads[EXPLAINED] = ["sheet", "column", "meaning"]
    write_sheets(file, heads, _all_cells(rows))


def write_list(file: IO[bytes], rows: Iterable[Row]) -> None:
    """Write the table as a comma file, one row an item."""
    write_csv(file, [column for column, _, _ in COLUMNS], (_cells(COLUMNS, row) for row in rows))


def _to_bytes(write: Callable[[IO[bytes], Iterable[Row]], None]) -> Callable[[Iterable[Row]], bytes]:
    def written(rows: Iterable[Row]) -> bytes:
        file = io.BytesIO()
        write(file, rows)
        return file.getvalue()

    return written


def _all_cells(rows: Iterable[Row]) -> Iterator[tuple[str, list[Cell]]]:
    for row in rows:
        yield "基本信息", _cells(COLUMNS, row)
        for name, (parts, columns) in PARTS.items():
            for at, part in enumerate(parts(row.guide), 1):
                yield (
                    name,
                    [row.guide.codes.handling, *(value(row.guide, part, at) for _, _, value in columns)],
                )
    for name, columns in BASIC.items():
        yield from ((EXPLAINED, [name, column, meaning]) for column, meaning, _ in columns)
    for name, (_, parts) in PARTS.items():
        yield from ((EXPLAINED, [name, column, meaning]) for column, meaning, _ in parts)


def _cells(columns: Iterable[Column], row: Row) -> list[Cell]:
    return [value(row) for _, _, value in columns]


def _words(value: object) -> Cell:
    """Return a value as the table shows it: words, ticks as 是 and 否, several after each other, days as 2026-11-21."""
    match value:
        case None:
            return None
        case bool():
            return "是" if value else "否"
        case Term():
            return value.label
        case int():
            return value
        case date():
            return value.isoformat()
        case tuple():
            return "；".join(str(_words(part)) for part in value)
        case _:
            return str(value)


def _of(name: str, meaning: str, path: str) -> Column:
    steps = path.split(".")

    def value(row: Row) -> Cell:
        found: object = row.guide
        for step in steps:
            found = getattr(found, step, None)
        return _words(found)

    return name, meaning, value


def _made(name: str, meaning: str, value: Callable[[Guide], object]) -> Column:
    return name, meaning, lambda row: _words(value(row.guide))


def _handled(name: str, attribute: str) -> Column:
    return _of(name, HANDLING[attribute], f"handling.{attribute}")


def _unit(period: object) -> str:
    return period.unit.label if period is not None else NO_LIMIT  # type: ignore[attr-defined]


def _laws(guide: Guide) -> str:
    return "；".join(f"《{law.name}》（{law.number}）{'、'.join(law.articles)}" for law in guide.basis)


def _contacts(pairs: Iterable[tuple[str, str]]) -> str:
    return "；".join(f"{way}：{value}" for way, value in pairs)


#: One row an item: national name, meaning, value.
COLUMNS: tuple[Column, ...] = (
    _of("row_guid", "标识", "key"), _of("task_name", "事项名称", "title"), _of("catalog_code", "基本编码", "codes.basic"),
    _of("task_code", "实施编码", "codes.implementation"), _of("task_handle_item", "业务办理项编码", "codes.handling"),
    _of("local_catalog_code", "地方基本编码", "codes.local_basic"), _of("local_task_code", "地方实施编码", "codes.local_implementation"),
    _of("task_type", "事项类型", "item_type"), ("task_version", "版本号", lambda row: row.edition.version),
    _made("by_law", "设定依据", _laws), _handled("power_source", "power"), _handled("use_level", "level"),
    _of("dept_name", "实施主体", "unit_name"), _made("dept_code", "实施主体编码", lambda guide: guide.codes.implementation[:18]),
    _handled("dept_type", "organ_nature"), _handled("entrust_name", "entrusting"), _of("server_type", "服务对象", "audience"),
    _of("project_type", "办件类型", "item_kind"), _handled("handle_type", "forms"),
    _made("accept_condition", "受理条件", lambda guide: guide.conditions),
    _made("handle_flow", "办理流程", lambda guide: "→".join(step.name for step in guide.steps)),
    _of("anticipate_day", "法定办结时限", "limits.statutory.n"), _made("anticipate_type", "法定办结时限单位", lambda guide: _unit(guide.limits.statutory)),
    _of("anticipate_explain", "法定办结时限说明", "limits.statutory_note"), _of("promise_day", "承诺办结时限", "limits.promised.n"),
    _made("promise_type", "承诺办结时限单位", lambda guide: _unit(guide.limits.promised)),
    _of("promise_explain", "承诺办结时限说明", "limits.promised_note"),
    _made("special_procedure", "特别程序", lambda guide: tuple(f"{one.kind.label}：{one.note}" for one in guide.special)),
    _made("is_fee", "是否收费", lambda guide: bool(guide.fees)), _made("fee_basis", "收费依据", lambda guide: tuple(fee.basis for fee in guide.fees)),
    _handled("limit_scene_num", "visits"), _made("transact_addr", "办理地点", lambda guide: tuple(f"{p.name}，{p.address}，{p.window}" for p in guide.places)),
    _made("transact_time", "办理时间", lambda guide: tuple(dict.fromkeys(place.hours for place in guide.places))),
    _made("link_way", "咨询方式", lambda guide: _contacts(guide.contacts)),
    _made("supervise_way", "监督投诉方式", lambda guide: _contacts(guide.complaints)), _handled("mobile_terminal_url", "mobile_address"),
    ("plan_effective_date", "计划生效日期", lambda row: _words(row.edition.effective_on)), _of("plan_cancel_date", "计划取消日期", "version.until"),
    _handled("is_entry_center", "in_hall"), _handled("handle_area", "reach"), _handled("other_dept", "joint"),
    _handled("service_type", "intermediaries"), _of("limit_explain", "数量限制", "quantity_limit"), _of("result_type", "结果类型", "result.kind"),
    _of("result_name", "结果名称", "result.name"), _of("result_guid", "结果样本", "result.sample"), _handled("is_schedule", "appointment"),
    _handled("is_pay_online", "online_payment"), _handled("is_express", "express"), _handled("is_service_terminals", "terminal"),
    _handled("user_topic_type", "topics_person"), _handled("corp_topic_type", "topics_corporate"), _handled("online_handle_depth", "online_depth"),
    _handled("online_handle_url", "online_address"), _handled("limit_scene_explain", "visit_reason"), _handled("town_name", "town"),
    _handled("town_code", "town_code"), _handled("village_name", "village"), _handled("village_code", "village_code"),
    ("page_url", "网页地址", lambda row: row.address), ("digest", "校验码（SHA-256）", lambda row: row.edition.digest),
)  # fmt: skip
BASIC: Mapping[str, tuple[Column, ...]] = {"基本信息": COLUMNS}
EXPLAINED = "列名说明"

PartColumn = tuple[str, str, Callable[[Guide, object, int], Cell]]


def _part(name: str, meaning: str, attribute: str) -> PartColumn:
    return name, meaning, lambda guide, part, at: _words(getattr(part, attribute))


_MATERIAL: tuple[PartColumn, ...] = (
    ("order_num", "序号", lambda guide, line, at: line.position), _part("material_name", "材料名称", "name"), _part("base_material_id", "标准材料", "material"),
    _part("material_type", "材料类型", "kind"), _part("material_format", "材料形式", "form"), _part("is_need", "材料必要性", "necessity"),
    ("need_condition", "何时需要", lambda guide, line, at: condition_of(guide, line)), _part("source_type", "来源渠道", "source"),
    ("source_explain", "来源说明（出具单位）", lambda guide, line, at: line.source_note or line.issuer), _part("page_num_y", "原件份数", "originals"),
    _part("page_num_f", "复印件份数", "copies"), _part("page_format", "纸质规格", "paper"), _part("form_guid", "空白表格", "blank"),
    _part("example_guid", "示例样表", "sample"), _part("fill_explain", "填报须知", "fill_notes"), _part("accept_stand", "受理标准", "acceptance"),
    _part("by_law", "要求提供材料的依据", "basis"), _part("cert_code", "证照类型代码", "licence_code"), _part("submission_required", "免提交", "waived"),
    _part("validity", "有效期要求", "validity"), _part("remark", "备注", "remark"),
)  # fmt: skip
_FEE: tuple[PartColumn, ...] = (
    _part("fee_name", "收费项目", "name"), _part("fee_stand", "收费标准", "standard"), _part("by_law", "收费依据", "basis"),
    _part("is_desc", "可减免", "reducible"), ("desc_explain", "减免依据", lambda guide, fee, at: _reduction(fee)),
)  # fmt: skip
_STEP: tuple[PartColumn, ...] = (
    ("步骤", "步骤", lambda guide, step, at: at), _part("环节", "环节", "name"), _part("办理人员", "办理人员", "post"), _part("办理时限", "办理时限", "limit"),
    _part("审查标准", "审查标准", "standard"), _part("办理结果", "办理结果", "paper"),
)  # fmt: skip
_ANSWER: tuple[PartColumn, ...] = (_part("question", "问", "question"), _part("answer", "答", "answer"))


def _reduction(fee: Fee) -> str:
    return "；".join(text for text in (fee.reduction, fee.reduction_basis) if text)


def _lines(guide: Guide) -> tuple[Line, ...]:
    return guide.lines


#: Several rows an item: which parts of the guide, and their columns.
PARTS: Mapping[str, tuple[Callable[[Guide], Iterable[object]], tuple[PartColumn, ...]]] = {
    "材料": (_lines, _MATERIAL),
    "收费": (lambda guide: guide.fees, _FEE),
    "流程环节": (lambda guide: guide.steps, _STEP),
    "问答": (lambda guide: guide.questions, _ANSWER),
}

WRITERS: Mapping[str, Callable[[Iterable[Row]], bytes]] = {
    "xlsx": _to_bytes(write_workbook),
    "csv": _to_bytes(write_list),
}
INTO: Mapping[str, Callable[[IO[bytes], Iterable[Row]], None]] = {"xlsx": write_workbook, "csv": write_list}
"""The same by the ending of a file name: bytes, or into an open file."""
