"""Packages of items as YAML files (一件事文件), and those that come with the system."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from records.domain.one_things import OneThing

from .fields import GuideFinding, Reader, written
from .yaml_files import dump


def read_one_thing(source: Path | str | bytes, name: str) -> tuple[OneThing | None, tuple[GuideFinding, ...]]:
    """Read a package file and return the package, or nothing, with everything that is wrong with the writing.

    The findings are those of ``guides.read_guide``; whether the guides exist is said by ``check_one_thing``.
    """
    reader = Reader(name)
    one_thing = reader.read(OneThing, source)
    return one_thing, tuple(reader.findings)


def shipped_one_things() -> Iterator[tuple[str, str]]:
    """Yield the file names and texts of the packages that come with the system, in the order of their names."""
    folder = files("records.rules").joinpath("one-things")
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            yield entry.name, entry.read_text(encoding="utf-8")


def write_one_thing(one_thing: OneThing) -> str:
    """Write a package as a file that ``read_one_thing`` reads back to the same package."""
    return dump(written(one_thing))
