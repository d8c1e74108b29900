"""Packages of items as YAML files (一件事文件), and those that come with the system."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from records.domain.guide_parts import Guide
from records.domain.one_things import OneThing, check_one_thing

from .fields import GuideFinding, Reader, written
from .yaml_files import dump, shipped


def read_one_thing(source: Path | str | bytes, name: str) -> tuple[OneThing | None, tuple[GuideFinding, ...]]:
    """Read a package file and return the package, or nothing, with everything that is wrong with the writing.

    The findings are those of ``guides.read_guide``; whether the guides exist is said by ``check_one_thing``.
    """
    reader = Reader(name)
    one_thing = reader.read(OneThing, source)
    return one_thing, tuple(reader.findings)


def lint_one_thing(
    source: Path | str | bytes, name: str, guides: Callable[[OneThing], Mapping[str, Guide]]
) -> tuple[OneThing | None, tuple[GuideFinding, ...]]:
    """Read a package file and check it against its ``guides``; every finding has its line and field."""
    reader = Reader(name)
    one_thing = reader.read(OneThing, source)
    if one_thing is None:
        return None, tuple(reader.findings)
    return one_thing, tuple(reader.locate(found) for found in check_one_thing(one_thing, guides(one_thing)))


def shipped_one_things() -> Iterator[tuple[str, str]]:
    """Return the file names and texts of the packages that come with the system, in the order of their names."""
    return shipped("one-things")


def write_one_thing(one_thing: OneThing) -> str:
    """Write a package as a file that ``read_one_thing`` reads back to the same package."""
    return dump(written(one_thing))
