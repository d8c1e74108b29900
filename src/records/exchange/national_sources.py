"""How a source writes its lists (来源映射): its sheets, headings, code systems, and what it never says.

A source says once how its files differ; everything that is wrong in what it says is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from records.domain.findings import Finding, Refused
from records.rules import national

Codes = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """How one source writes its lists (来源映射): its sheets, headings, code systems, and what it never says.

    ``system`` holds for every column that ``systems`` does not name (``material.is_need``); a system is a name, or the
    source's own codes with the word for each. ``given`` are texts for columns that the files do not have.
    """

    name: str
    system: str = ""
    systems: Mapping[str, Codes] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    def codes(self, column: national.Column) -> Codes:
        """Return in which system a column is written."""
        return self.systems.get(f"{column.table}.{column.name}", self.system)

    def as_dict(self) -> dict[str, object]:
        """Return the mapping as plain values, the form that is kept and shown."""
        return {
            "name": self.name,
            "system": self.system,
            "systems": {
                key: value if isinstance(value, str) else dict(value) for key, value in self.systems.items()
            },
            "sheets": dict(self.sheets),
            "columns": {table: dict(named) for table, named in self.columns.items()},
            "given": dict(self.given),
        }


def read_source(plain: object) -> Source | Refused:
    """Read a mapping from plain values; unknown tables, columns and systems are all told at once."""
    if not isinstance(plain, dict) or not isinstance(plain.get("name"), str) or not plain["name"].strip():
        return Refused((Finding("import.source-form", params={"part": "name"}),))
    parts = {part: plain.get(part, {}) for part in ("systems", "sheets", "columns", "given")}
    wrong = sorted(plain.keys() - parts.keys() - {"name", "system"})
    wrong += [part for part, value in parts.items() if not isinstance(value, dict)]
    wrong += [f"columns.{table}" for table, named in _pairs(parts["columns"]) if not isinstance(named, dict)]
    system = plain.get("system", "")
    wrong += [] if isinstance(system, str) else ["system"]
    wrong += [f"given.{path}" for path, text in _pairs(parts["given"]) if not isinstance(text, str)]
    wrong += [
        f"systems.{path}" for path, named in _pairs(parts["systems"]) if not isinstance(named, str | dict)
    ]
    found = [Finding("import.source-form", subject=part, params={"part": part}) for part in wrong]
    if not found:
        found = [
            *_unknown_columns(parts),
            *_unknown_tables(parts),
            *_unknown_systems(system, parts["systems"]),
        ]
    return Refused(tuple(found)) if found else Source(name=plain["name"].strip(), system=system, **parts)


def _pairs(part: object) -> Iterable[tuple[str, object]]:
    return part.items() if isinstance(part, dict) else ()


def _unknown_columns(parts: Mapping[str, Mapping]) -> Iterator[Finding]:
    named = [
        (f"columns.{table}", table, name, heading)
        for table, headings in parts["columns"].items()
        for heading, name in headings.items()
        if name and name not in national.KEYS
    ]
    named += [
        (part, *path.partition(".")[::2], path) for part in ("systems", "given") for path in parts[part]
    ]
    for subject, table, name, heading in named:
        if name not in national.columns().get(table, ()):
            yield Finding(
                "import.source-column", subject=subject, params={"column": str(name), "heading": heading}
            )


def _unknown_tables(parts: Mapping[str, Mapping]) -> Iterator[Finding]:
    for sheet, table in parts["sheets"].items():
        if table and table not in national.TABLES:
            yield Finding("import.source-table", subject=f"sheets.{sheet}", params={"table": str(table)})


def _unknown_systems(system: str, systems: Mapping[str, Codes]) -> Iterator[Finding]:
    every = {name for names in national.systems().values() for name in names}
    for name in (system, *(each for each in systems.values() if isinstance(each, str))):
        if name and name not in every:
            yield Finding("import.source-system", subject="systems", params={"system": name[:40]})
