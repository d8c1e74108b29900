"""Turns the nodes of a file into values and back, field by field: every finding knows its line, and all come at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from records.domain.conditions import NO, YES, AllOf, AnyOf, Condition, MainSituation, Operator, Option, Test
from records.domain.findings import Finding
from records.domain.guide_elements import LocalSupplement, SelfCheck
from records.domain.guide_parts import Fee, Guide
from records.domain.periods import Period
from records.domain.plain import arms, composed, defaults, optional, shape
from records.domain.vocabulary import Grade, Term

from .guide_fields import KEYS, NOT_LOCAL
from .yaml_files import BARE, MappingNode, Node, ScalarNode, SequenceNode, compose

_NOTHING = {"无", "不收费", "长期有效", "不限", "法律未规定"}
_YES_NO = {"是": True, "否": False, "true": True, "false": False, "yes": True, "no": False}
_ANSWERS = {"是": YES, "否": NO}
_OPERATORS = {"是": Operator.IS, "不是": Operator.NOT}
_MAIN = {term.label: term for term in MainSituation}


@dataclass(frozen=True, slots=True)
class GuideFinding:
    """A finding in a guide file, with the place to mend it; line and column count from 1, ``field`` is the editor's word."""

    finding: Finding
    file: str
    line: int
    column: int
    field: str


class Reader:
    """Reads one file: collects findings and remembers where each field stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[GuideFinding] = []
        self.places: dict[str, tuple[int, int, str]] = {"": (1, 1, "")}

    def read(self, kind: type, source: Path | str | bytes) -> Any:
        """Read a file as a value of this class; nothing when anything in it is wrong (and reported)."""
        node = compose(source, lambda code, at, **params: self.report(code, at, "", "", **params))
        value = MISSING if node is None else self.value(kind, node, "", "")
        return None if value is MISSING or self.findings else value

    def report(self, code: str, node: Any, path: str, label: str, **params: str | int) -> None:
        """Add a finding at the place of a node."""
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

    def value(self, hint: Any, node: Node, path: str, label: str) -> Any:
        """Read a node as a value of the type; ``MISSING`` when that is not possible (and reported)."""
        self.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1, label)
        inner = optional(hint)
        if inner is not None:
            if isinstance(node, ScalarNode) and node.value.strip() in _NOTHING:
                return None
            return self.value(inner, node, path, label)
        if hint == Condition:
            return self.condition(node, path, label)
        if len(arms(hint)) > 1:
            kind = arms(hint)[0] if isinstance(node, ScalarNode) else arms(hint)[1]
            return self.value(kind, node, path, label)
        if get_origin(hint) in (tuple, frozenset):
            return self.sequence(hint, node, path, label)
        if hint is Period:
            return self.scalar(Period.parse, node, path, label, "period")
        if hint is Option and isinstance(node, ScalarNode):
            return self.option(node, path, label)
        if composed(hint):
            return self.mapping(hint, node, path, label)
        if isinstance(hint, type) and issubclass(hint, Enum):
            return self.term(hint, node, path, label)
        if hint is str:
            return self.text(node, path, label)
        make, wanted = _MAKERS[hint]
        return self.scalar(make, node, path, label, wanted)

    def scalar(self, make: Any, node: Node, path: str, label: str, wanted: str) -> Any:
        """Read a plain word with a function that raises ValueError or KeyError for what it does not know."""
        if isinstance(node, ScalarNode):
            try:
                return make(node.value.strip())
            except (ValueError, KeyError):
                pass
        self.report("guide.yaml-type", node, path, label, wanted=wanted)
        return MISSING

    def text(self, node: Node, path: str, label: str) -> Any:
        """Read a text; a bare word that YAML takes for something else must stand in quotes."""
        if not isinstance(node, ScalarNode):
            self.report("guide.yaml-type", node, path, label, wanted="text")
            return MISSING
        if not node.style and node.value.lower() in BARE:
            self.report("guide.yaml-bare-word", node, path, label, word=node.value)
            return MISSING
        return node.value

    def term(self, hint: Any, node: Node, path: str, label: str) -> Any:
        """Read a word of a closed list by its Chinese term or its stored value."""
        words = {term.label: term for term in hint} | {term.value: term for term in hint}
        wanted = "、".join(term.label for term in hint)
        return self.scalar(lambda text: words[text], node, path, label, wanted)

    def sequence(self, hint: Any, node: Node, path: str, label: str) -> Any:
        """Read a list."""
        part = get_args(hint)[0]
        values = self.items(node, path, label, lambda item, at, below: self.value(part, item, at, below))
        return values if values is MISSING else get_origin(hint)(values)

    def items(self, node: Node, path: str, label: str, read: Any) -> Any:
        """Read the items of a list, each with its path and its label."""
        if not isinstance(node, SequenceNode):
            self.report("guide.yaml-type", node, path, label, wanted="list")
            return MISSING
        values = [read(item, f"{path}.{at}", f"{label}[{at + 1}]") for at, item in enumerate(node.value)]
        return MISSING if MISSING in values else tuple(values)

    def mapping(
        self, kind: Any, node: Node, path: str, label: str, given: Mapping[str, Any] | None = None
    ) -> Any:
        """Read the fields of a value class; ``given`` are fields that need not be written."""
        if not isinstance(node, MappingNode):
            self.report("guide.yaml-type", node, path, label, wanted="fields")
            return MISSING
        keys, hints = KEYS[kind], shape(kind)
        values: dict[str, Any] = {}
        seen: set[str] = set()
        for key, item in node.value:
            written = key.value if isinstance(key, ScalarNode) else ""
            name = keys.get(written, "")
            below = f"{label}.{written}" if label else written
            at = f"{path}.{name}".strip(".")
            if kind is LocalSupplement and written in NOT_LOCAL:
                self.report("guide.yaml-not-local", key, path, below, key=written)
            elif not name:
                self.report("guide.yaml-unknown-key", key, path, below, key=written, known="、".join(keys))
            elif name in seen:
                self.report("guide.yaml-duplicate-key", key, at, below, key=written)
            elif kind is Guide and name in _WRITTEN_OTHERWISE:
                for part, value in _WRITTEN_OTHERWISE[name](self, item, at, below).items():
                    values[part] = _joined(values[part], value) if part in values else value
            else:
                values[name] = self.value(hints[name], item, at, below)
            seen.add(name)
        values = {**(given or {}), **values}
        words = {name: word for word, name in keys.items()}
        for name in hints:
            if name not in values and name not in defaults(kind):
                below = f"{label}.{words[name]}" if label else words[name]
                self.report(
                    "guide.yaml-missing-key", node, f"{path}.{name}".strip("."), below, key=words[name]
                )
                values[name] = MISSING
        return MISSING if MISSING in values.values() else kind(**values)

    def condition(self, node: Node, path: str, label: str) -> Any:
        """Read when something is needed: the key of a question, or 全部, 任一 and comparisons."""
        if isinstance(node, ScalarNode):
            return self.text(node, path, label)
        words = [key.value for key, _ in node.value] if isinstance(node, MappingNode) else []
        for kind, word in ((AllOf, "全部"), (AnyOf, "任一")):
            if word in words:
                return self.mapping(kind, node, path, label)
        operator = next((word for word in words if word in _OPERATORS), "")
        if sorted(words) != sorted(("问题", operator)):
            self.report("guide.yaml-condition", node, path, label)
            return MISSING
        fields = {key.value: item for key, item in node.value}
        question = self.text(fields["问题"], f"{path}.question", f"{label}.问题")
        values = self.answers(fields[operator], f"{path}.values", f"{label}.{operator}")
        return MISSING if MISSING in (question, values) else Test(question, _OPERATORS[operator], values)

    def answers(self, node: Node, path: str, label: str) -> Any:
        """Read one answer or a list of them; 是 and 否 are those of a yes-or-no question."""
        if isinstance(node, ScalarNode):
            text = self.text(node, path, label)
            return text if text is MISSING else (_ANSWERS.get(text, text),)
        found = self.items(node, path, label, self.text)
        return found if found is MISSING else tuple(_ANSWERS.get(text, text) for text in found)

    def option(self, node: ScalarNode, path: str, label: str) -> Any:
        """Read an option that is only a word: its own key, and a main situation where it is the word for one."""
        text = self.text(node, path, label)
        return text if text is MISSING else Option(text, text, _MAIN.get(text))

    def conditions(self, node: Node, path: str, label: str) -> dict[str, Any]:
        """Read the conditions of a guide; one may carry its own question for 我能办吗 (条件, 核对)."""
        checks: list[Any] = []

        def read(item: Node, at: str, below: str) -> Any:
            if not isinstance(item, MappingNode):
                return self.value(str, item, at, below)
            fields = {key.value: part for key, part in item.value}
            if fields.keys() != {"条件", "核对"}:
                self.report("guide.yaml-type", item, at, below, wanted="条件、核对")
                return MISSING
            key = f"condition-{int(at.rpartition('.')[2]) + 1}"
            checks.append(self.mapping(SelfCheck, fields["核对"], at, f"{below}.核对", given={"key": key}))
            return self.value(str, fields["条件"], at, f"{below}.条件")

        found: dict[str, Any] = {"conditions": self.items(node, path, label, read)}
        if checks:
            found["checks"] = MISSING if MISSING in checks else tuple(checks)
        return found

    def checks(self, node: Node, path: str, label: str) -> dict[str, Any]:
        """Read the questions of 我能办吗 that stand by themselves."""
        return {"checks": self.value(tuple[SelfCheck, ...], node, path, label)}

    def fee(self, node: Node, path: str, label: str) -> dict[str, Any]:
        """Read what is charged: 不收费, one fee, or a list of them."""
        if not isinstance(node, SequenceNode):
            return {"fee": self.value(Fee | None, node, path, label)}
        fees = self.items(node, path, label, lambda item, at, below: self.value(Fee, item, at, below))
        if fees is MISSING or not fees:
            return {"fee": fees if fees is MISSING else None}
        return {"fee": fees[0], **({"further_fees": fees[1:]} if fees[1:] else {})}

    def further_fees(self, node: Node, path: str, label: str) -> dict[str, Any]:
        """Read what is charged besides."""
        return {"further_fees": self.value(tuple[Fee, ...], node, path, label)}

    def locate(self, finding: Finding) -> GuideFinding:
        """Give a finding of the rules its place in the file: that of its field or of the nearest one around it."""
        path = finding.subject
        while path not in self.places:
            path = path.rpartition(".")[0]
        line, column, label = self.places[path]
        return GuideFinding(finding, self.name, line, column, label)


_WRITTEN_OTHERWISE: Mapping[str, Any] = {
    "conditions": Reader.conditions,
    "checks": Reader.checks,
    "fee": Reader.fee,
    "further_fees": Reader.further_fees,
}


def _joined(before: Any, after: Any) -> Any:
    """Put together what two places of a file say of one list, as they stand."""
    return MISSING if MISSING in (before, after) else (*before, *after)


def _number(text: str) -> int:
    if not (text.isascii() and text.lstrip("-").isdigit()):
        raise ValueError(text)
    return int(text)


_MAKERS: Mapping[type, tuple[Any, str]] = {
    int: (_number, "number"),
    date: (date.fromisoformat, "date"),
    bool: (lambda text: _YES_NO[text.lower()], "yes-no"),
}


def written(value: Any) -> Any:
    """Return a value as the lists, mappings and words of a file; fields at their default are left out."""
    match value:
        case Grade():
            return value.value
        case Period() | Term():
            return value.label
        case Test(question, operator, values):
            words = {answer: word for word, answer in _ANSWERS.items()}
            return {"问题": question, operator.label: [words.get(each, each) for each in values]}
        case frozenset():
            return sorted(written(part) for part in value)
        case bool():
            return "是" if value else "否"
        case _ if composed(type(value)):
            unsaid = defaults(type(value))
            return {
                word: "无" if getattr(value, name) is None else written(getattr(value, name))
                for word, name in KEYS[type(value)].items()
                if name not in unsaid or getattr(value, name) != unsaid[name]
            }
        case tuple():
            return [written(part) for part in value]
        case _:
            return value
