"""Service guides as YAML files (办事指南文件) that an editor writes in Chinese; the only module that knows YAML.

A file is read as nodes, never as objects: codes keep their noughts, a bare ``no`` is never silently false, and every
finding knows its line and column. All findings come at once. Aliases, tags, deep nesting and large files are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import Enum
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml

from records.domain.findings import Finding
from records.domain.guides import (
    Archiving,
    Citation,
    Codes,
    Contact,
    Elder,
    Faq,
    Fee,
    Guide,
    Limits,
    Line,
    Period,
    Place,
    Question,
    Remedies,
    Result,
    Special,
    Step,
    Version,
    check,
)
from records.domain.plain import composed, optional, shape
from records.domain.vocabulary import Grade, Term

LARGEST = 256 * 1024
DEEPEST = 12

KEYS: Mapping[type, Mapping[str, str]] = {
    Guide: {
        "标识": "key", "事项名称": "title", "一句话说明": "plain_title", "实施主体": "unit",
        "实施主体名称": "unit_name", "立档单位": "fonds", "事项类型": "item_type", "办件类型": "item_kind",
        "受理系统": "acceptance", "事项编码": "codes", "服务对象": "audience", "适用范围": "scope",
        "无需办理的情形": "exempt", "设定依据": "basis", "受理条件": "conditions", "禁止性要求": "prohibitions",
        "数量限制": "quantity_limit", "业务情形": "situations", "申请材料": "lines", "办理流程": "steps",
        "时限": "limits", "特别程序": "special", "现场核查": "site_check", "收费": "fee", "办理结果": "result",
        "办理地点": "places", "咨询": "contacts", "监督投诉": "complaints", "常见问题": "questions",
        "权利义务": "rights", "救济途径": "remedies", "归档": "archiving", "适老服务": "elder", "版本": "version",
    },
    Codes: {"基本编码": "basic", "实施编码": "implementation", "业务办理项编码": "handling"},
    Citation: {"名称": "name", "文号": "number", "版本日期": "revision", "条款": "articles", "内容": "text"},
    Question: {"标识": "key", "问题": "text", "回答方式": "kind"},
    Line: {
        "标识": "id", "序号": "position", "标准材料": "material", "名称": "name", "材料类型": "kind",
        "材料形式": "form", "原件份数": "originals", "复印件份数": "copies", "必要性": "necessity",
        "情形": "condition", "来源": "source", "出具单位": "issuer", "受理标准": "acceptance", "依据": "basis",
        "填报须知": "fill_notes", "空白表格": "blank", "示例样表": "sample", "有效期规则": "validity",
        "有效天数": "validity_days", "可信等级": "grades", "免提交": "waived", "容缺期限": "deferral",
        "须查验原件": "inspect_original", "审查要点": "handbook",
    },
    Step: {"环节": "name", "岗位": "post", "时限": "limit", "标准": "standard", "文书": "paper"},
    Limits: {
        "收件规则": "intake_rule", "法定时限": "statutory", "承诺时限": "promised", "送达时限": "deliver",
        "可延长": "extension",
    },
    Special: {"种类": "kind", "说明": "note"},
    Fee: {"名称": "name", "标准": "standard", "依据": "basis", "减免": "reduction"},
    Result: {
        "名称": "name", "类型": "kind", "标准材料": "material", "有效期": "validity", "有效年数": "valid_years",
        "样本": "sample",
    },
    Place: {"名称": "name", "地址": "address", "窗口": "window", "电话": "phone", "时间": "hours"},
    Contact: {"方式": "way", "内容": "value"},
    Faq: {"问": "question", "答": "answer"},
    Remedies: {
        "复议机关": "reconsideration", "复议期限": "reconsideration_limit", "管辖法院": "litigation",
        "起诉期限": "litigation_limit",
    },
    Archiving: {"门类": "category", "机构问题代码": "unit_code", "保管期限": "retention", "归档范围": "scope"},
    Elder: {"现金": "cash", "本人到场": "in_person", "代办": "agent"},
    Version: {"版次": "number", "生效日期": "effective", "说明": "notes"},
}  # fmt: skip

_NOTHING = {"无", "不收费", "长期有效", "不限", "法律未规定"}
_YES_NO = {"是": True, "否": False, "true": True, "false": False, "yes": True, "no": False}
_BARE = {"yes", "no", "on", "off", "y", "n", "true", "false", "null", "~", ""}


@dataclass(frozen=True, slots=True)
class GuideFinding:
    """A finding in a guide file, with the place to mend it; line and column count from 1, ``field`` is the editor's word."""

    finding: Finding
    file: str
    line: int
    column: int
    field: str


class _Reader:
    """Reads one file: collects findings and remembers where each field stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[GuideFinding] = []
        self.places: dict[str, tuple[int, int, str]] = {"": (1, 1, "")}

    def report(self, code: str, node: Any, path: str, label: str, **params: str | int) -> None:
        mark = node.start_mark
        self.findings.append(
            GuideFinding(
                Finding(code, subject=path, params={"field": label, **params}),
                self.name,
                mark.line + 1,
                mark.column + 1,
                label,
            )
        )

    def value(self, hint: Any, node: Any, path: str, label: str) -> Any:
        """Read a node as a value of the type; ``MISSING`` when that is not possible (and reported)."""
        self.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1, label)
        inner = optional(hint)
        if inner is not None:
            if isinstance(node, yaml.ScalarNode) and node.value.strip() in _NOTHING:
                return None
            return self.value(inner, node, path, label)
        if get_origin(hint) in (tuple, frozenset):
            return self.sequence(hint, node, path, label)
        if hint is Period:
            return self.scalar(Period.parse, node, path, label, "period")
        if composed(hint):
            return self.mapping(hint, node, path, label)
        if isinstance(hint, type) and issubclass(hint, Enum):
            return self.term(hint, node, path, label)
        if hint is str:
            return self.text(node, path, label)
        makers = {
            int: (_number, "number"),
            date: (date.fromisoformat, "date"),
            bool: (lambda text: _YES_NO[text.lower()], "yes-no"),
        }
        return self.scalar(makers[hint][0], node, path, label, makers[hint][1])

    def scalar(self, make: Any, node: Any, path: str, label: str, wanted: str) -> Any:
        if isinstance(node, yaml.ScalarNode):
            try:
                return make(node.value.strip())
            except (ValueError, KeyError):
                pass
        self.report("guide.yaml-type", node, path, label, wanted=wanted)
        return MISSING

    def text(self, node: Any, path: str, label: str) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            self.report("guide.yaml-type", node, path, label, wanted="text")
            return MISSING
        if node.style is None and node.value.lower() in _BARE:
            self.report("guide.yaml-bare-word", node, path, label, word=node.value)
            return MISSING
        return node.value

    def term(self, hint: Any, node: Any, path: str, label: str) -> Any:
        words = {term.label: term for term in hint} | {term.value: term for term in hint}
        wanted = "、".join(term.label for term in hint)
        return self.scalar(lambda text: words[text], node, path, label, wanted)

    def sequence(self, hint: Any, node: Any, path: str, label: str) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            self.report("guide.yaml-type", node, path, label, wanted="list")
            return MISSING
        part = get_args(hint)[0]
        values = [
            self.value(part, item, f"{path}.{at}", f"{label}[{at + 1}]") for at, item in enumerate(node.value)
        ]
        return MISSING if MISSING in values else get_origin(hint)(values)

    def mapping(self, kind: Any, node: Any, path: str, label: str) -> Any:
        if not isinstance(node, yaml.MappingNode):
            self.report("guide.yaml-type", node, path, label, wanted="fields")
            return MISSING
        keys, hints = KEYS[kind], shape(kind)
        values: dict[str, Any] = {}
        for key, item in node.value:
            written = key.value if isinstance(key, yaml.ScalarNode) else ""
            name = keys.get(written, "")
            below = f"{label}.{written}" if label else written
            if not name:
                self.report("guide.yaml-unknown-key", key, path, below, key=written, known="、".join(keys))
            elif name in values:
                self.report("guide.yaml-duplicate-key", key, f"{path}.{name}".strip("."), below, key=written)
            else:
                values[name] = self.value(hints[name], item, f"{path}.{name}".strip("."), below)
        words = {name: word for word, name in keys.items()}
        for name in sorted(_without_default(kind) - set(values), key=list(hints).index):
            below = f"{label}.{words[name]}" if label else words[name]
            self.report("guide.yaml-missing-key", node, f"{path}.{name}".strip("."), below, key=words[name])
            values[name] = MISSING
        return MISSING if MISSING in values.values() else kind(**values)

    def locate(self, finding: Finding) -> GuideFinding:
        """Give a finding of the rules its place in the file: that of its field or of the nearest one around it."""
        path = finding.subject
        while path not in self.places:
            path = path.rpartition(".")[0]
        line, column, label = self.places[path]
        return GuideFinding(finding, self.name, line, column, label)


def read_guide(source: Path | str | bytes, name: str) -> tuple[Guide | None, tuple[GuideFinding, ...]]:
    """Read a guide file and return the guide, or nothing, with everything that is wrong with the writing.

    ``source`` is a path, or the text itself; ``name`` is what the findings call the file. Findings, all blocking:
    ``guide.yaml-too-large``, ``-encoding``, ``-syntax``, ``-alias``, ``-tag``, ``-deep``, ``-documents``, ``-empty``,
    ``-unknown-key``, ``-duplicate-key``, ``-missing-key``, ``-type``, ``-bare-word``.
    """
    guide, reader = _read(source, name)
    return guide, tuple(reader.findings)


def lint_guide(source: Path | str | bytes, name: str, **rules: Any) -> tuple[GuideFinding, ...]:
    """Read a guide file and check it for publication; ``rules`` are the keyword arguments of ``domain.guides.check``."""
    guide, reader = _read(source, name)
    if guide is None:
        return tuple(reader.findings)
    return tuple(reader.locate(found) for found in check(guide, **rules))


def shipped_guides() -> Iterator[tuple[str, str]]:
    """Yield the file names and texts of the guides that come with the system, in the order of their names."""
    folder = files("records.rules").joinpath("guides")
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            yield entry.name, entry.read_text(encoding="utf-8")


def write_guide(guide: Guide) -> str:
    """Write a guide as a file that ``read_guide`` reads back to the same guide; fields at their default are left out."""
    return yaml.dump(_written(guide), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)


def _read(source: Path | str | bytes, name: str) -> tuple[Guide | None, _Reader]:
    reader = _Reader(name)
    text = _text(source, reader)
    node = None if text is None else _compose(text, reader)
    if node is None:
        return None, reader
    guide = reader.value(Guide, node, "", "")
    return (None if guide is MISSING else guide), reader


def _text(source: Path | str | bytes, reader: _Reader) -> str | None:
    if isinstance(source, Path):
        with source.open("rb") as opened:
            source = opened.read(LARGEST + 1)
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(raw) > LARGEST:
        reader.report("guide.yaml-too-large", _START, "", "", largest=LARGEST)
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start)
        reader.report("guide.yaml-encoding", _at(line, 0), "", "")
        return None


def _compose(text: str, reader: _Reader) -> yaml.Node | None:
    before = len(reader.findings)
    try:
        _refuse_tricks(yaml.parse(text, Loader=yaml.SafeLoader), reader)
        node = yaml.compose(text, Loader=yaml.SafeLoader) if len(reader.findings) == before else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _at(mark.line, mark.column) if mark else _START
        reader.report("guide.yaml-syntax", place, "", "", problem=str(error.problem or error.context))
        return None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position)
        reader.report("guide.yaml-syntax", _at(line, 0), "", "", problem=f"U+{ord(text[error.position]):04X}")
        return None
    if node is None and len(reader.findings) == before:
        reader.report("guide.yaml-empty", _START, "", "")
    return node


def _refuse_tricks(events: Iterable[Any], reader: _Reader) -> None:
    depth = documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents == 2:
                reader.report("guide.yaml-documents", event, "", "")
                return
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                reader.report("guide.yaml-deep", event, "", "", deepest=DEEPEST)
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if getattr(event, "anchor", None):
            reader.report("guide.yaml-alias", event, "", "", anchor=event.anchor)
        if getattr(event, "tag", None):
            reader.report("guide.yaml-tag", event, "", "", tag=event.tag)


@dataclass(frozen=True, slots=True)
class _Mark:
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Place:
    start_mark: _Mark


def _at(line: int, column: int) -> _Place:
    return _Place(_Mark(line, column))


_START = _at(0, 0)


def _number(text: str) -> int:
    if not (text.isascii() and text.lstrip("-").isdigit()):
        raise ValueError(text)
    return int(text)


def _defaults(kind: Any) -> dict[str, Any]:
    if hasattr(kind, "_field_defaults"):
        return {name: kind._field_defaults.get(name, MISSING) for name in kind._fields}
    return {part.name: part.default for part in fields(kind)}


def _without_default(kind: Any) -> set[str]:
    return {name for name, default in _defaults(kind).items() if default is MISSING}


def _written(value: Any) -> Any:
    match value:
        case Grade():
            return value.value
        case Period():
            return value.label
        case Term():
            return value.label
        case frozenset():
            return sorted(_written(part) for part in value)
        case bool():
            return "是" if value else "否"
        case _ if composed(type(value)):
            defaults = _defaults(type(value))
            return {
                word: "无" if getattr(value, name) is None else _written(getattr(value, name))
                for word, name in KEYS[type(value)].items()
                if getattr(value, name) != defaults[name]
            }
        case tuple():
            return [_written(part) for part in value]
        case _:
            return value


class _Dumper(yaml.SafeDumper):
    """Writes plain YAML without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _word(dumper: _Dumper, text: str) -> yaml.Node:
    """Write a text so that it is read back as this text: a bare word such as y stands in quotes."""
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="'" if text.strip().lower() in _BARE else None
    )


_Dumper.add_representer(str, _word)
