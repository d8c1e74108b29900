"""What a package says of each of its documents by itself (元数据/<顺序号>.xml), element by element of DA/T 46.

Each element bears its number of the standard, so that a reader who knows the standard needs no other key. Designed after
DA/T 46-2009, not certified: elements that a case system cannot know are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from records.domain import arrangement
from records.domain.findings import Refused
from records.rules import code_patterns
from records.rules.dat46 import scheme_elements

from .descriptions import NOTHING, as_bytes, as_text

ROOT = "文件元数据"
FOLDER = "元数据"
HANDED_IN = "申请人"


def element_files(facts: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Yield one file for each document as (path below ``data``, bytes); shapes as in ``packages.plan``."""
    width = max(2, len(str(len(facts["documents"]))))
    for number, document in enumerate(facts["documents"], 1):
        yield f"{FOLDER}/{number:0{width}d}.xml", as_bytes(_tree(facts, document, number))


def _tree(facts: Mapping[str, Any], document: Mapping[str, Any], number: int) -> ElementTree.Element:
    groups = {**facts, "facts": facts, "document": document, "derived": derived(facts, document, number)}
    root = ElementTree.Element(ROOT, 版本="1")
    blocks: dict[str, ElementTree.Element] = {}
    for each in scheme_elements():
        text = each.fixed or as_text(groups.get(each.group, {}).get(each.key))
        if not text and not each.mandatory:
            continue
        parent = root
        if each.block:
            parent = blocks.get(each.block)
            if parent is None:
                parent = blocks[each.block] = ElementTree.SubElement(root, each.block)
        ElementTree.SubElement(parent, each.element, 编号=each.number).text = text or NOTHING
    return root


def derived(facts: Mapping[str, Any], document: Mapping[str, Any], number: int) -> dict[str, str]:
    """Return what follows from other facts: the parts of the code, who answers for the document, its day, its name."""
    code = arrangement.parse_code(facts["code"], code_patterns())
    known = not isinstance(code, Refused)
    source = str(document.get("source", ""))
    by_applicant = source.startswith(HANDED_IN)
    who = facts.get("applicant", {}).get("name") if by_applicant else facts.get("item", {}).get("organ")
    closed = str(facts.get("case", {}).get("closed_at") or "")[:10]
    return {
        "electronic_number": f"{facts['code']}-{number:03d}",
        "unit_code": code.series.unit if known else "",
        "item_number": f"{code.number:04d}" if known else facts["code"].rpartition("-")[2],
        "sequence": str(number),
        "responsible": str(document.get("responsible") or who or facts["organisation"]),
        "date": str(document.get("date") or closed),
        "file_name": str(document["path"]).rpartition("/")[2],
        "relation_kind": "复用" if document.get("source_case") else "",
    }
