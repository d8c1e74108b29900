"""The national implementation list (实施清单): its tables and columns, our field beside each, and the codes of its closed lists.

Systems of codes differ between provinces and the same digit means the opposite (T12): a code is only read in the system
that a source has declared. The words of a list mean the same everywhere and are always read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from .reading import Row, flag, rows

NATIONAL = "national"
"""The system of GB/T 39554; sources name another one column by column."""

TABLES: Mapping[str, tuple[str, ...]] = {
    "general": ("up_task_general_basic", "基本信息", "实施清单"),
    "extend": ("up_task_general_extend", "扩展信息"),
    "material": ("up_task_general_material", "申请材料", "材料信息", "材料"),
    "fee": ("up_task_general_fee_project", "收费项目", "收费"),
    "question": ("up_task_general_questions", "常见问题", "问答"),
    "step": ("up_task_general_step", "流程环节", "办理流程"),
    "basis": ("up_task_general_basis", "法律依据", "设定依据"),
    "window": ("up_task_general_window", "办理窗口", "窗口"),
}
"""The tables by the names under which files call them; a short name is its own."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "task_handle_item": ("业务办理项编码", "办理项编码"),
    "task_code": ("实施编码", "事项编码", "实施清单编码"),
    "task_guid": ("事项标识", "task_row_guid"),
}
"""By what a row of any other table names its item, the most exact first."""

_KINDS = frozenset(
    [
        "key",
        "line",
        "text",
        "code",
        "number",
        "day",
        "period",
        "paragraphs",
        "words",
        "contacts",
        "term",
        "terms",
        "yes-no",
    ]
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the list: its national name, the words people write over it, and the field of a guide it fills."""

    table: str
    name: str
    label: str
    aliases: tuple[str, ...]
    kind: str
    codes: str
    field: str
    needed: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a closed list: its code in one system, its word, and the value that we store."""

    code: str
    label: str
    value: str


@cache
def columns() -> Mapping[str, Mapping[str, Column]]:
    """Return the columns of ``national_fields.csv`` by table and national name; one that stands twice is refused."""
    found: dict[str, dict[str, Column]] = {table: {} for table in TABLES}
    for row in rows("national_fields.csv"):
        column = row.build(_column)
        if column.name in found[column.table]:
            raise ValueError(f"national_fields.csv:{row.line}: {column.name} stands twice")
        found[column.table][column.name] = column
    return found


@cache
def known(table: str) -> Mapping[str, Column]:
    """Return the columns that may stand in a table; many files put those of the extension into the basic table."""
    return {**columns()["extend"], **columns()["general"]} if table == "general" else columns()[table]


@cache
def headers(table: str) -> Mapping[str, str]:
    """Return what people write over the columns of a table, folded, by national name; general words too."""
    found: dict[str, str] = {}
    for column in known(table).values():
        for word in (column.name, column.label, *column.aliases):
            found.setdefault(fold(word), column.name)
    if table != "general":
        for name, words in KEYS.items():
            for word in (name, *words):
                found.setdefault(fold(word), name)
    return found


@cache
def sheets() -> Mapping[str, str]:
    """Return the tables by the folded names that files give them."""
    return {fold(word): table for table, words in TABLES.items() for word in (table, *words)}


@cache
def codes(listed: str, system: str) -> Mapping[str, str]:
    """Return the values of a closed list by code in one system; empty where the system has none for the list."""
    return {code.code: code.value for code in _codes().get((listed, system), ()) if code.code}


@cache
def words(listed: str) -> Mapping[str, str]:
    """Return the values of a closed list by word, folded; a word means the same in every system."""
    found: dict[str, str] = {}
    for (name, _system), entries in _codes().items():
        if name == listed:
            for entry in entries:
                if found.setdefault(fold(entry.label), entry.value) != entry.value:
                    raise ValueError(f"national_codes.csv: {entry.label} means two things in {listed}")
    return found


@cache
def label_of(listed: str, value: str) -> str:
    """Return the first word of a value, as it is written into files."""
    return next(
        (
            code.label
            for (name, _), all_ in _codes().items()
            if name == listed
            for code in all_
            if code.value == value
        ),
        "",
    )


@cache
def systems() -> Mapping[str, tuple[str, ...]]:
    """Return the systems of codes that each closed list knows."""
    found: dict[str, tuple[str, ...]] = {}
    for listed, system in _codes():
        found[listed] = (*found.get(listed, ()), system)
    return found


def fold(word: str) -> str:
    """Return a heading or a word as it is compared: half width, small letters, no spaces."""
    return "".join(unicodedata.normalize("NFKC", word).split()).lower()


@cache
def _codes() -> Mapping[tuple[str, str], tuple[Code, ...]]:
    found: dict[tuple[str, str], tuple[Code, ...]] = {}
    for row in rows("national_codes.csv"):
        key = (row["list"], row["system"])
        entries = [Code(row["code"], row["label"], row["value"])]
        entries += [Code("", alias, row["value"]) for alias in _parts(row["aliases"])]
        if any(entry.code and entry.code == each.code for entry in entries for each in found.get(key, ())):
            raise ValueError(f"national_codes.csv:{row.line}: {row['code']} stands twice")
        found[key] = (*found.get(key, ()), *entries)
    return found


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _column(row: Row) -> Column:
    if row["table"] not in TABLES or row["kind"] not in _KINDS or row["origin"] not in (NATIONAL, "own"):
        raise ValueError(f"unknown table, kind or origin in {dict(row)}")
    if (row["kind"] in ("term", "terms", "yes-no")) != bool(row["codes"]):
        raise ValueError(f"{row['column']}: a closed list, and only that, names its codes")
    return Column(
        table=row["table"],
        name=row["column"],
        label=row["label"],
        aliases=_parts(row["aliases"]),
        kind=row["kind"],
        codes=row["codes"],
        field=row["field"],
        needed=flag(row["needed"]),
        own=row["origin"] == "own",
    )
