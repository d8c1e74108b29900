"""Files that people write in YAML, read as nodes and never as objects: the only module that knows YAML.

Codes keep their noughts, a bare ``no`` is never silently false, and every node knows its line and column. Aliases,
tags, deep nesting and large files are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

__all__ = [
    "BARE",
    "DEEPEST",
    "LARGEST",
    "START",
    "MappingNode",
    "Node",
    "ScalarNode",
    "SequenceNode",
    "compose",
    "dump",
    "shipped",
]

LARGEST = 256 * 1024
DEEPEST = 16
#: Words that YAML would take for something other than text when they stand without quotes.
BARE = {"yes", "no", "on", "off", "y", "n", "true", "false", "null", "~", ""}

#: libyaml reads ten times faster; the result is the same.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: Takes a code, the node or place it concerns, and its parameters.
Report = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the file, counted from 0."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Place:
    """Something that stands at a place, like a node."""

    start_mark: Mark


def _at(line: int, column: int) -> Place:
    return Place(Mark(line, column))


START = _at(0, 0)


def compose(source: Path | str | bytes, tell: Report) -> Node | None:
    """Return the root node of a file, given as its path or its text; nothing when it was refused, and reported.

    Tells ``guide.yaml-too-large``, ``-encoding``, ``-syntax``, ``-alias``, ``-tag``, ``-deep``, ``-documents`` and
    ``-empty``.
    """
    faults: list[str] = []

    def report(code: str, node: Any, **params: str | int) -> None:
        faults.append(code)
        tell(code, node, **params)

    text = _text(source, report)
    if text is None:
        return None
    node = None
    try:
        _refuse_tricks(yaml.parse(text, Loader=_LOADER), report)
        node = None if faults else yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        report(
            "guide.yaml-syntax",
            _at(mark.line, mark.column) if mark else START,
            problem=str(error.problem or error.context),
        )
    if node is None and not faults:
        report("guide.yaml-empty", START)
    return node


def shipped(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the file names and texts of a folder that comes with the system, in the order of their names."""
    for entry in sorted(files("records.rules").joinpath(folder).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            yield entry.name, entry.read_text(encoding="utf-8")


def _text(source: Path | str | bytes, report: Report) -> str | None:
    if isinstance(source, Path):
        with source.open("rb") as opened:
            source = opened.read(LARGEST + 1)
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(raw) > LARGEST:
        report("guide.yaml-too-large", START, largest=LARGEST)
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        report("guide.yaml-encoding", _at(raw.count(b"\n", 0, error.start), 0))
        return None
    unprintable = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unprintable:
        line = text.count("\n", 0, unprintable.start())
        report("guide.yaml-syntax", _at(line, 0), problem=f"U+{ord(unprintable[0]):04X}")
        return None
    return text


def _refuse_tricks(events: Iterable[Any], report: Report) -> None:
    depth = documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents == 2:
                report("guide.yaml-documents", event)
                return
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                report("guide.yaml-deep", event, deepest=DEEPEST)
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if getattr(event, "anchor", None):
            report("guide.yaml-alias", event, anchor=event.anchor)
        if getattr(event, "tag", None):
            report("guide.yaml-tag", event, tag=event.tag)


def dump(value: Any) -> str:
    """Write lists, mappings, numbers and texts as a file that reads back as the same."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)


class _Dumper(yaml.SafeDumper):
    """Writes plain YAML without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _word(dumper: _Dumper, text: str) -> Node:
    """Write a text so that it is read back as this text: a bare word such as y stands in quotes."""
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="'" if text.strip().lower() in BARE else None
    )


_Dumper.add_representer(str, _word)
