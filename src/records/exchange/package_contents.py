"""What a frozen package says of itself (信息包描述), read back into the shape from which it was written.

Directories for receivers, other formats and restoring an item all start here: from the package alone, never from the
case, so that they work for items whose case nobody has any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from . import safe_xml
from .descriptions import BASICS, DOCUMENT, EVENT, NOTHING, Field

LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Contents:
    """The descriptions of a package: groups of its basic facts by key, its documents and its steps in their order."""

    groups: Mapping[str, Mapping[str, str]]
    documents: tuple[Mapping[str, str], ...]
    events: tuple[Mapping[str, str], ...]

    @property
    def title(self) -> str:
        """The title of the item (题名): who applied for what."""
        return f"{self.groups['applicant'].get('name', '')}{self.groups['item'].get('name', '')}"


def contents_of(read: Callable[[str], bytes | None]) -> Contents:
    """Return what a package says; ``read`` gives the bytes of a file by its path below ``data``, or None.

    Raises BadXML when a description is missing or cannot be read.
    """
    basics = _tree(read, "基本信息.xml")
    groups = {
        key: _values(group, fields) if (group := basics.find(name)) is not None else {}
        for key, name, fields in BASICS
    }
    return Contents(
        groups,
        tuple(_values(each, DOCUMENT) for each in _tree(read, "文件目录.xml").iter("文件")),
        tuple(_values(each, EVENT) for each in _tree(read, "过程信息.xml").iter("业务实体")),
    )


def _tree(read: Callable[[str], bytes | None], path: str) -> ElementTree.Element:
    content = read(path)
    if content is None or len(content) > LARGEST:
        raise safe_xml.BadXML("xml.broken")
    return safe_xml.read(content)


def _values(parent: ElementTree.Element, fields: tuple[Field, ...]) -> dict[str, str]:
    """Return the texts of one group by key; what says nothing is left out."""
    found = {key: (parent.findtext(element) or "").strip() for key, element, _ in fields}
    return {key: text for key, text in found.items() if text and text != NOTHING}
