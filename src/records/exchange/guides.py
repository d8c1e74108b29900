"""Service guides as YAML files (办事指南文件) that an editor writes in Chinese, and the guides that come with the system."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from records.domain.guides import Guide, check

from .fields import GuideFinding, Reader, written
from .guide_fields import KEYS
from .yaml_files import LARGEST, dump, shipped

__all__ = ["KEYS", "LARGEST", "GuideFinding", "lint_guide", "read_guide", "shipped_guides", "write_guide"]


def read_guide(source: Path | str | bytes, name: str) -> tuple[Guide | None, tuple[GuideFinding, ...]]:
    """Read a guide file and return the guide, or nothing, with everything that is wrong with the writing.

    ``source`` is a path, or the text itself; ``name`` is what the findings call the file. Findings, all blocking:
    ``guide.yaml-too-large``, ``-encoding``, ``-syntax``, ``-alias``, ``-tag``, ``-deep``, ``-documents``, ``-empty``,
    ``-unknown-key``, ``-duplicate-key``, ``-missing-key``, ``-type``, ``-bare-word``, ``-condition``, ``-not-local``.
    """
    reader = Reader(name)
    guide = reader.read(Guide, source)
    return guide, tuple(reader.findings)


def lint_guide(source: Path | str | bytes, name: str, **rules: Any) -> tuple[GuideFinding, ...]:
    """Read a guide file and check it for publication; ``rules`` are the keyword arguments of ``domain.guides.check``."""
    reader = Reader(name)
    guide = reader.read(Guide, source)
    if guide is None:
        return tuple(reader.findings)
    return tuple(reader.locate(found) for found in check(guide, **rules))


def shipped_guides() -> Iterator[tuple[str, str]]:
    """Return the file names and texts of the guides that come with the system, in the order of their names."""
    return shipped("guides")


def write_guide(guide: Guide) -> str:
    """Write a guide as a file that ``read_guide`` reads back to the same guide; fields at their default are left out."""
    return dump(written(guide))
