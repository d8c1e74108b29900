"""The structure of a package's own descriptions (模式), as a RELAX NG schema that travels inside each package.

It is written from the same tables that write the descriptions, so the two cannot part. Whoever opens a package without us
can check every description with any RELAX NG tool.
"""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree

from records.rules.dat46 import scheme_elements

from .descriptions import BASICS, CHECK, DOCUMENT, EVENT, REPORT, Field, as_bytes
from .document_elements import ROOT

NAMESPACE = "http://relaxng.org/ns/structure/1.0"
PATH = "模式/归档信息包.rng"

LISTS = (
    ("文件目录", "文件", (), DOCUMENT),
    ("过程信息", "业务实体", (), EVENT),
    ("检测报告", "检测", tuple(label for _, label in REPORT), CHECK),
)


@cache
def schema_file() -> tuple[str, bytes]:
    """Return the schema as (path below ``data``, bytes); the same bytes in every package."""
    grammar = ElementTree.Element(_name("grammar"))
    choice = _add(_add(grammar, "start"), "choice")
    root = _element(choice, "基本信息")
    _version(root)
    for _key, name, fields in BASICS:
        _fields(_element(root, name), fields)
    for name, entry, heads, fields in LISTS:
        root = _element(choice, name)
        _version(root)
        for head in ("档号", *heads):
            _text(root, head)
        one = _element(_add(root, "zeroOrMore"), entry)
        _text(one, "顺序号")
        _fields(one, fields)
    _scheme(choice)
    return PATH, as_bytes(grammar)


def _scheme(choice: ElementTree.Element) -> None:
    """Describe the file of a single document: its blocks in the order in which their first element comes."""
    root = _element(choice, ROOT)
    _version(root)
    blocks: dict[str, ElementTree.Element] = {}
    for each in scheme_elements():
        parent = root
        if each.block and each.block not in blocks:
            needed = any(other.mandatory for other in scheme_elements() if other.block == each.block)
            blocks[each.block] = _element(root if needed else _add(root, "optional"), each.block)
        if each.block:
            parent = blocks[each.block]
        one = _element(parent if each.mandatory else _add(parent, "optional"), each.element)
        number = ElementTree.SubElement(one, _name("attribute"), name="编号")
        ElementTree.SubElement(number, _name("value")).text = each.number
        _add(one, "text")


def _fields(parent: ElementTree.Element, fields: tuple[Field, ...]) -> None:
    for _key, name, mandatory in fields:
        _text(parent if mandatory else _add(parent, "optional"), name)


def _text(parent: ElementTree.Element, name: str) -> None:
    _add(_element(parent, name), "text")


def _version(parent: ElementTree.Element) -> None:
    ElementTree.SubElement(parent, _name("attribute"), name="版本")


def _element(parent: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, _name("element"), name=name)


def _add(parent: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, _name(name))


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
