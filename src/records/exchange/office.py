"""The office as a file (单位描述文件): one TOML file that anybody can edit, read with all its faults, written back the same.

Passwords never stand in it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from records.domain.disposition import Post
from records.domain.file_plan import Secrecy
from records.domain.findings import Finding, Severity
from records.domain.guide_elements import CentreLevel
from records.domain.retention import Trigger
from records.domain.scope import InScope
from records.domain.transfers import HOLD_YEARS, Level
from records.domain.vocabulary import ArchiveClass, Retention, Stage
from records.resources.site import Site

from .office_checks import check_office


@dataclass(frozen=True, slots=True)
class Entry:
    """What one field of the file holds: its type, the form of its text, and what stands there when it is left out."""

    kind: type = str
    form: str = r"\S(.*\S)?"
    default: Any = None
    required: bool = True


TEXT = Entry()
PHONE = Entry(form=r"\d{3,4}-\d{7,8}|\d{5}|1\d{10}")
UNIT = Entry(form=r"[a-z][a-z0-9-]*")
UNIT_OR_ALL = Entry(form=r"[a-z][a-z0-9-]*|\*")
DAY = Entry(date)
PEOPLE = Entry(list, form="")
PEOPLE_IF_ANY = Entry(list, form="", default=(), required=False)
LAST_DAY = Entry(date, required=False)
#: Marks of a case for which a row of the scope table holds.
WHEN = r"(granted|refused|promised|immediate)( (granted|refused|promised|immediate))*"
HOURS = Entry(list, form=r"([01]\d|2[0-3]):[0-5]\d")

TOP = {
    "name": TEXT, "public_name": TEXT, "title": TEXT, "county": TEXT, "region": Entry(form=r"\d{6}"), "address": TEXT,
    "phone": PHONE, "supervision_phone": PHONE, "counter": TEXT, "complaints": TEXT,
    "archive_within": Entry(int, form="", default=10, required=False),
    "url": Entry(form=r"(https?://[\w.:-]+(/[\w./-]*[\w-])?)?", default="", required=False),
}  # fmt: skip
OPENING = {
    "days": TEXT,
    "morning": HOURS,
    "afternoon": HOURS,
    "after_hours": Entry(default="", required=False),
}
#: Tables by key (``[units.x]``) and lists of tables (``[[people]]``), each with the fields of one of them.
TABLES = {
    "units": {
        "code": Entry(form=r"[A-Z]{2,4}"), "name": TEXT, "short": TEXT, "credit_code": Entry(form=r"[0-9A-Z]{18}"),
        "notice_prefix": Entry(form=r"[\u4e00-\u9fff]{1,6}"), "phone": PHONE,
    },
    "fonds": {"number": Entry(form=r"[A-Z0-9]{4}"), "name": TEXT, "unit_code": Entry(form=r"[A-Z0-9]{3}")},
    "retention": {"approval": TEXT, "approved_on": DAY},
    "disposition": {
        **{post.value: PEOPLE for post in Post if post is not Post.SUPERVISOR_INFORMATICS},
        Post.SUPERVISOR_INFORMATICS.value: PEOPLE_IF_ANY, "delegations": PEOPLE_IF_ANY,
    },
    "transfer": {
        "archives": TEXT, "level": Entry(form="|".join(Level)), "heads": PEOPLE, "profile": TEXT,
        "electronic_years": Entry(int, form="", default=0, required=False), "agreement": Entry(default="", required=False),
        "hold_years": Entry(int, form="", default=HOLD_YEARS, required=False),
    },
}  # fmt: skip
LISTS = {
    "calendar": {"date": DAY, "works": Entry(bool), "why": TEXT},
    "windows": {"code": Entry(form=r"[A-Z]\d{2}"), "name": TEXT, "unit": UNIT_OR_ALL},
    "people": {
        "userid": Entry(form=r"[a-z][a-z0-9-]{1,31}"), "name": TEXT, "unit": UNIT,
        "window": Entry(default="", required=False), "staff_number": TEXT, "letters": Entry(list, form=""),
    },
    "centres": {
        "key": UNIT, "name": TEXT, "level": Entry(form="|".join(level.value for level in CentreLevel)),
        "code": Entry(form=r"\d{6}(\d{3}|\d{6})?"), "address": TEXT, "phone": PHONE,
        "parent": Entry(default="", required=False), "hours": Entry(default="", required=False),
    },
    "retention_table": {
        "item": Entry(default="", required=False), "title": TEXT, "fonds": UNIT_OR_ALL,
        "retention": Entry(form="|".join(Retention)), "trigger": Entry(form="|".join(Trigger), default="closed", required=False),
        "basis": TEXT, "since": DAY, "until": LAST_DAY,
    },
    "scope_table": {
        "stage": Entry(form="|".join(Stage)), "paper": TEXT, "title": TEXT, "class": Entry(form="|".join(ArchiveClass)),
        "necessity": Entry(form="|".join(InScope)), "when": Entry(form=WHEN, default="", required=False),
        "item": Entry(default="", required=False), "fonds": UNIT_OR_ALL,
        "retention": Entry(form="|".join(Retention), default="", required=False), "basis": TEXT, "since": DAY, "until": LAST_DAY,
    },
    "transfer_table": {
        "fonds": UNIT_OR_ALL, "category": Entry(default="*", required=False),
        "retention": Entry(form="|".join((*Retention, r"\*")), default="*", required=False), "takes": Entry(bool),
        "years": Entry(int, form="", default=0, required=False), "basis": TEXT, "approval": TEXT, "since": DAY, "until": LAST_DAY,
    },
    "classification": {
        "level": Entry(form="fonds|class|type|item"), "key": Entry(default="", required=False), "fonds": UNIT_OR_ALL,
        "title": TEXT, "category": Entry(default="", required=False),
        "security": Entry(form="|".join(Secrecy), default="", required=False), "opening": Entry(default="", required=False),
        "basis": TEXT, "since": DAY, "until": LAST_DAY,
    },
    "telephones": {"phone": PHONE, "name": TEXT, "unit": UNIT_OR_ALL},
}  # fmt: skip
#: Lists and tables that an office may do without.
OPTIONAL = frozenset(
    {
        "calendar",
        "centres",
        "telephones",
        "disposition",
        "retention_table",
        "scope_table",
        "classification",
        "transfer",
        "transfer_table",
    }
)
DELEGATION = {"post": TEXT, "to": TEXT, "letter": TEXT, "since": DAY, "until": LAST_DAY}
LETTER = {"role": TEXT, "unit": UNIT_OR_ALL, "letter": TEXT, "since": DAY, "until": LAST_DAY}

#: What no two entries may share: list or table, field.


def example() -> str:
    """Return the text of the demo office, a county that does not exist (示例单位)."""
    return files("records.rules").joinpath("office/yunxi.toml").read_text(encoding="utf-8")


def read_office(text: str, *, name: str) -> tuple[dict[str, Any] | None, tuple[Finding, ...]]:
    """Read an office file (单位描述文件): the office as plain values, or None, and everything that is wrong with it.

    ``name`` is the file's name for the findings; their subject is the path of the field, ``people.3.letters.0.role``.
    The answer holds ``units``, ``fonds`` and ``retention`` by unit key, ``windows``, ``people`` and ``centres`` as
    tuples, ``calendar`` as ``(date, works, why)``; each person has ``letters`` as ``(role, unit, letter, since, until)``.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (Finding("office.syntax", subject=name, params={"message": str(error)}),)
    findings = tuple(_shapes(raw))
    if not findings:
        office = _build(raw)
        findings = tuple(check_office(office))
        if not any(found.severity is Severity.BLOCKS for found in findings):
            return office, findings
    return None, findings


def _shapes(raw: Mapping[str, Any]) -> Iterator[Finding]:
    """Find unknown, missing and ill-formed fields."""
    parts = {"hours", *TABLES, *LISTS}
    yield from _fields("", {key: value for key, value in raw.items() if key not in parts}, TOP)
    yield from _fields("hours.", raw.get("hours", {}), OPENING)
    for table, fields in TABLES.items():
        for key, entry in _mapping(raw.get(table, {})).items():
            yield from _fields(f"{table}.{key}.", entry, fields)
            if table == "disposition" and isinstance(entry, dict):
                for nth, letter in enumerate(_sequence(entry.get("delegations", []))):
                    yield from _fields(f"{table}.{key}.delegations.{nth}.", letter, DELEGATION)
    for listed, fields in LISTS.items():
        for at, entry in enumerate(_sequence(raw.get(listed, []))):
            yield from _fields(f"{listed}.{at}.", entry, fields)
            if listed == "people" and isinstance(entry, dict):
                for nth, letter in enumerate(_sequence(entry.get("letters", []))):
                    yield from _fields(f"people.{at}.letters.{nth}.", letter, LETTER)
    for part, kind in (*((table, dict) for table in TABLES), *((listed, list) for listed in LISTS)):
        if part in raw and not isinstance(raw[part], kind):
            yield _wrong_type(part, kind)
        elif not raw.get(part) and part not in OPTIONAL:
            yield Finding("office.missing", subject=part, params={"field": part})


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _fields(path: str, table: object, fields: Mapping[str, Entry]) -> Iterator[Finding]:
    if not isinstance(table, dict):
        yield _wrong_type(path.rstrip("."), dict)
        return
    for key in table:
        if key not in fields:
            yield Finding("office.unknown-field", subject=path + key, params={"field": key})
    for key, entry in fields.items():
        if key not in table:
            if entry.required:
                yield Finding("office.missing", subject=path + key, params={"field": key})
        elif type(table[key]) is not entry.kind:
            yield _wrong_type(path + key, entry.kind)
        elif entry.kind in (str, list) and entry.form and not _well_formed(table[key], entry):
            yield Finding("office.form", subject=path + key, params={"value": str(table[key])})


def _well_formed(value: str | list, entry: Entry) -> bool:
    if isinstance(value, str):
        return re.fullmatch(entry.form, value) is not None or (not value and not entry.required)
    texts = [part for part in value if isinstance(part, str) and re.fullmatch(entry.form, part)]
    return len(value) == len(texts) == 2 and texts[0] < texts[1]


def _wrong_type(path: str, kind: type) -> Finding:
    return Finding("office.type", subject=path, params={"expected": kind.__name__})


def _build(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the office with every optional field filled and every list as a tuple."""
    office: dict[str, Any] = _filled(raw, TOP)
    office["hours"] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in _filled(raw["hours"], OPENING).items()
    }
    for table, fields in TABLES.items():
        office[table] = {key: _filled(entry, fields) for key, entry in raw.get(table, {}).items()}
    for listed, fields in LISTS.items():
        office[listed] = tuple(_filled(entry, fields) for entry in raw.get(listed, ()))
    for signers in office["disposition"].values():
        signers |= {post.value: tuple(signers[post.value]) for post in Post}
        signers["delegations"] = tuple(_filled(each, DELEGATION) for each in signers["delegations"])
    for receiver in office["transfer"].values():
        receiver["heads"] = tuple(receiver["heads"])
    office["calendar"] = tuple(tuple(day.values()) for day in office["calendar"])
    for person in office["people"]:
        person["letters"] = tuple(tuple(_filled(letter, LETTER).values()) for letter in person["letters"])
    return office


def _filled(entry: Mapping[str, Any], fields: Mapping[str, Entry]) -> dict[str, Any]:
    return {key: entry.get(key, field.default) for key, field in fields.items()}


def export_office(site: Site) -> str:
    """Return the office and its people as the text of an office file, without any secret (导出单位描述)."""
    office = site.office
    people = [
        {key: getattr(person, key) for key in LISTS["people"]}
        | {"letters": tuple(dict(zip(LETTER, letter, strict=True)) for letter in person.letters)}
        for person in sorted(site.people.values(), key=lambda person: person.number)
    ]
    calendar = [dict(zip(LISTS["calendar"], day, strict=True)) for day in office["calendar"]]
    blocks = [
        _lines({key: office.get(key, field.default) for key, field in TOP.items()} | {"calendar": calendar})
    ]
    blocks.append("[hours]\n" + _lines(office["hours"]))
    for table in TABLES:
        blocks += [f"[{table}.{key}]\n{_lines(entry)}" for key, entry in office.get(table, {}).items()]
    names = ("centres", "telephones", "retention_table", "scope_table", "transfer_table", "classification")
    optional = ((listed, office.get(listed, ())) for listed in names)
    lists = (*optional, ("windows", office["windows"]), ("people", people))
    for listed, entries in lists:
        blocks += [f"[[{listed}]]\n{_lines(entry)}" for entry in entries]
    return "\n".join(blocks)


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(
        f"{key} = {_written(value)}\n" for key, value in table.items() if value not in (None, "", ())
    )


def _written(value: Any) -> str:
    """Return a value in TOML."""
    match value:
        case bool() | int():
            return str(value).lower()
        case date():
            return value.isoformat()
        case str():
            return f'"{_escaped(value)}"'
        case Mapping():
            shown = {key: part for key, part in value.items() if part is not None}
            return "{" + ", ".join(f"{key} = {_written(part)}" for key, part in shown.items()) + "}"
        case _:
            return "[" + ", ".join(map(_written, value)) + "]"


def _escaped(text: str) -> str:
    return re.sub(r'["\\\x00-\x1f\x7f]', lambda sign: f"\\u{ord(sign[0]):04x}", text)
