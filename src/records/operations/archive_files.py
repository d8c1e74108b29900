"""Files that came with the directory of an existing archive (随目录的文件): which belong to which row."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from records.domain.arrangement import search_key
from records.domain.findings import Finding
from records.exchange.archive_rows import ArchiveRow

from .importing_library import Files
from .materials import Upload

_PAGE = re.compile(r"[-_ ]*[(（]?\d{1,4}[)）]?$")


class Shelf:
    """The files that came with a directory, found by what a row names, or by the 档号 in a folder or file name."""

    def __init__(self, files: Files) -> None:
        self._files = {path.replace("\\", "/").strip("/"): where for path, where in files.items()}
        self._by_name: dict[str, list[str]] = {}
        self._by_code: dict[str, list[str]] = {}
        self.used: dict[str, str] = {}
        for path in sorted(self._files, key=_natural):
            parts = PurePosixPath(path)
            self._by_name.setdefault(parts.name, []).append(path)
            codes = {search_key(part) for part in (*parts.parts[:-1], parts.stem, _PAGE.sub("", parts.stem))}
            for code in codes - {""}:
                self._by_code.setdefault(code, []).append(path)

    def of(self, row: ArchiveRow, code: str) -> tuple[list[str], list[Finding]]:
        """Return the paths that belong to a row, in their order, and what is the matter with them."""
        found: list[Finding] = []
        if row.files:
            paths = [path for name in row.files for path in self._named(name, found)]
        else:
            paths = self._by_code.get(search_key(code), [])
            if not paths:
                found.append(Finding("archive-import.no-file", subject="files", params={"code": code}))
        for path in paths:
            owner = self.used.setdefault(path, code)
            if owner != code:
                found.append(file_finding("library-import.file-twice", path))
        return list(dict.fromkeys(paths)), found

    def _named(self, name: str, found: list[Finding]) -> list[str]:
        plain = name.replace("\\", "/").strip("/")
        if plain in self._files:
            return [plain]
        below = [path for path in self._files if path.startswith(f"{plain}/") or f"/{plain}/" in path]
        if below:
            return sorted(below, key=_natural)
        where = self._by_name.get(plain, [])
        if len(where) == 1:
            return where
        found.append(
            file_finding("library-import.file-twice" if where else "library-import.file-missing", name)
        )
        return []

    def take(self, path: str) -> Upload | tuple[Finding, ...]:
        """Return a file as it was taken in, or what speaks against it."""
        where = self._files[path]
        if len(where) > 1:
            return (file_finding("library-import.file-twice", path),)
        return where[0]()

    def unused(self) -> list[str]:
        """Return the files that no row named."""
        return [path for path in self._files if path not in self.used]


def file_finding(code: str, name: str) -> Finding:
    """Return what is the matter with a file, by its name."""
    return Finding(code, subject="files", params={"file": name[:120]})


def _natural(path: str) -> list[object]:
    """Return a sort key by which 2.pdf stands before 10.pdf."""
    return [(1, int(part)) if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", path)]
