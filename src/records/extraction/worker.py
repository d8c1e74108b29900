"""Having foreign files read by somebody else (解析工作进程).

An `Extractor` keeps a few warm children (`records.extraction.child`). A file that takes too long, too much memory or
kills its reader costs that child its life and nobody else anything: the file is shown as "text unavailable", the next
file gets a new child.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from queue import LifoQueue
from shutil import which
from typing import Any

from records.domain.findings import Finding, Severity
from records.extraction.types import (
    ATTEMPT,
    BUNDLE,
    FORMATS,
    TABLE,
    UNSEEN,
    Attempt,
    BundleLimits,
    Extract,
    Format,
    Inspection,
    MediaType,
    SheetLimits,
    SheetRow,
    TextStatus,
    Unreadable,
)

MOST_ANSWER = 64 << 20
"""Bytes of an answer that are read; a child that says more is stopped."""

START = 30.0
"""Seconds a new child may take until it is ready."""


class Broke(Exception):
    """A file broke its reader: `time`, `crash`, `memory` or `size`."""


@cache
def unshare_available() -> bool:
    """Tell whether children can be cut off from the network on this machine (`unshare -rn`)."""
    program = which("unshare")
    return (
        program is not None and subprocess.run([program, "-rn", "true"], capture_output=True).returncode == 0
    )


class Child:
    """One warm reader process; used by one thread at a time."""

    def __init__(self, memory: int, *readers: str) -> None:
        cut_off = [which("unshare") or "unshare", "-rn"] if unshare_available() else []
        environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self._process = subprocess.Popen(
            [
                *cut_off,
                sys.executable,
                "-P",
                "-W",
                "ignore",
                "-m",
                "records.extraction.child",
                str(memory),
                *readers,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                **environment,
                "LANG": "C.UTF-8",
                "PYTHONDONTWRITEBYTECODE": "1",
                "OPENBLAS_NUM_THREADS": "1",
            },
            cwd="/",
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise Broke("crash")
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._held = bytearray()
        self.served = 0
        try:
            self._received(START)
        except Broke:
            self.end()
            raise

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def ask(self, request: dict[str, Any], wall: float) -> tuple[dict[str, Any], bytes]:
        """Return the answer to one request, or raise `Broke`; a child that broke must be ended."""
        *_, last = self.pieces(request, wall)
        return last

    def pieces(self, request: dict[str, Any], wall: float) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Yield a long answer piece by piece, each within ``wall`` seconds; raises `Broke` as `ask` does."""
        self.served += 1
        try:
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()
        except BrokenPipeError:
            raise Broke("crash") from None
        head: dict[str, Any] = {"more": True}
        while head.get("more"):
            head, payload = self._received(wall)
            yield head, payload

    def _received(self, wall: float) -> tuple[dict[str, Any], bytes]:
        until = time.monotonic() + wall
        held = self._held
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while not (answer := _whole(held)):
                if not selector.select(max(until - time.monotonic(), 0)):
                    raise Broke("time")
                piece = os.read(self._answers.fileno(), 1 << 16)
                if not piece:
                    raise Broke("time" if self._process.wait() == -signal.SIGXCPU else "crash")
                held += piece
                if len(held) > MOST_ANSWER:
                    raise Broke("size")
        return answer

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):
            self._requests.close()
        self._answers.close()


def _whole(held: bytearray) -> tuple[dict[str, Any], bytes] | None:
    """Take an answer off once all of it has come: a line of JSON, then the bytes it announces."""
    end = held.find(b"\n") + 1
    if not end:
        return None
    head = json.loads(held[:end])
    if len(held) < end + head["size"]:
        return None
    payload = bytes(held[end : end + head["size"]])
    del held[: end + head["size"]]
    return head, payload


class Extractor:
    """Reads foreign files in limited children (提取服务); may be called from any thread, each call waits its turn.

    `memory` in bytes of address space, `cpu` in seconds of processor time, `wall` in seconds, all for one file; a
    child is replaced after `files` files.
    """

    def __init__(
        self,
        workers: int = 1,
        *,
        memory: int = 512 << 20,
        cpu: int = 20,
        wall: float = 30.0,
        files: int = 200,
    ) -> None:
        self._memory, self._cpu, self._wall, self._files = memory, cpu, wall, files
        self._places: LifoQueue[Child | None] = LifoQueue()
        self._workers = workers
        for _ in range(workers):
            self._places.put(None)

    def _new_child(self) -> Child:
        return Child(self._memory, "pdf", "images", "plain", "attempts")

    @contextmanager
    def _child(self) -> Iterator[Child]:
        child = self._places.get()
        try:
            child = child or self._new_child()
            yield child
        except BaseException:
            if child is not None:
                child.end()
            child = None
            raise
        finally:
            if child is not None and child.served >= self._files:
                child.end()
                child = None
            self._places.put(child)

    def _ask(
        self, verb: str, path: Path, media_type: str, wall: float | None = None, **more: Any
    ) -> tuple[dict[str, Any], bytes]:
        wall = self._wall if wall is None else wall
        request = {"verb": verb, "path": str(path), "media_type": str(media_type), "cpu": self._cpu, **more}
        with self._child() as child:
            head, payload = child.ask(request, wall)
            if head.get("error") == "memory":
                raise Broke("memory")
            return head, payload

    def inspect(self, path: Path, media_type: MediaType, *, wall: float = 2.0) -> Inspection:
        """Look quickly whether a file (收到的文件) can be opened, how many pages it has and whether it is locked.

        Findings: `file.broken` and `file.encrypted` block; `file.restricted` and `file.unreadable-text` (reason) warn.
        """
        try:
            head, _ = self._ask("inspect", path, media_type, wall)
        except Broke as broke:
            return Inspection(ok=True, findings=(_unreadable(path, str(broke)),))
        if error := head.get("error"):
            return Inspection(ok=False, encrypted=error == "encrypted", findings=(_refusal(path, error),))
        locked = (Finding("file.restricted", Severity.WARNS, path.name),) if head["encrypted"] else ()
        return Inspection(True, head["pages"], head["encrypted"], locked, head.get("licence", ""))

    def identify(self, path: Path) -> Format:
        """Tell which format a file really is (格式识别), by its content; what breaks its reader has none."""
        try:
            head, _ = self._ask("identify", path, FORMATS)
        except Broke:
            return Format()
        if "error" in head:
            return Format()
        return Format(
            head["id"], head["name"], head["mime"], head["claim"], tuple(head["faults"]), head["tool"]
        )

    def attempt(self, path: Path, kind: str, *, wall: float = 10.0) -> Attempt:
        """Try whether a paper (归档文件) can be read: draw its first and last page, hash what its signatures cover.

        ``kind`` is a media type; a file that breaks its reader is neither readable nor not, and waits for a person.
        """
        try:
            head, _ = self._ask("attempt", path, ATTEMPT, wall, kind=str(kind))
        except Broke as broke:
            return Attempt(None, undrawn=None, tool=str(broke))
        if error := head.get("error"):
            return Attempt(False, encrypted=error == "encrypted", undrawn=None)
        signatures = tuple((form, holds, algorithm) for form, holds, algorithm in head["signatures"])
        return Attempt(
            True, head["pages"], head["encrypted"], tuple(head["undrawn"]), head["tool"], signatures
        )

    def extract(self, path: Path, media_type: MediaType) -> Extract:
        """Return a file's text page by page and how far it can be relied on.

        Findings: `file.broken`, `file.encrypted` block; `file.unreadable-text` (reason) warns.
        """
        try:
            head, _ = self._ask("extract", path, media_type, seconds=self._wall * 0.6)
        except Broke as broke:
            return Extract((), 0, TextStatus.UNAVAILABLE, findings=(_unreadable(path, str(broke)),))
        if error := head.get("error"):
            return Extract((), 0, TextStatus.UNAVAILABLE, findings=(_refusal(path, error),))
        doubtful = head["status"] in (TextStatus.NO_TEXT_LAYER, TextStatus.UNAVAILABLE)
        if media_type is MediaType.PDF and doubtful:
            head = self._second_opinion(path) or head
        status = TextStatus(head["status"])
        if status is TextStatus.UNAVAILABLE:
            return Extract((), head["page_count"], status, head["tool"], (_unreadable(path, "garbage"),))
        return Extract(tuple(head["pages"]), head["page_count"], status, head["tool"])

    def _second_opinion(self, path: Path) -> dict[str, Any] | None:
        """Return what the other reader says, where it finds text that the first did not."""
        try:
            head, _ = self._ask("second_opinion", path, MediaType.PDF, seconds=self._wall * 0.6)
        except Broke:
            return None
        return head if head.get("status") in (TextStatus.TEXT, TextStatus.PARTIAL) else None

    def render(self, path: Path, media_type: MediaType, page: int = 1, *, width: int = 800) -> bytes | None:
        """Return a page (1 is the first) as PNG for the preview (预览), or None when it cannot be drawn."""
        if media_type in UNSEEN:
            return None
        try:
            head, payload = self._ask("render", path, media_type, page=page, width=max(16, min(width, 2400)))
        except Broke:
            return None
        return None if "error" in head else payload

    def excerpt(self, path: Path, first: int, last: int) -> bytes | None:
        """Return pages ``first`` to ``last`` of a PDF as a PDF of their own (取页), or None when they cannot be taken out."""
        try:
            head, payload = self._ask("excerpt", path, MediaType.PDF, first=first, last=last)
        except Broke:
            return None
        return None if "error" in head else payload

    def tables(self, path: Path, page: int = 1) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Return the tables of a PDF page (表格) as rows of cells; none when it cannot be read."""
        try:
            head, _ = self._ask("tables", path, MediaType.PDF, page=page)
        except Broke:
            return ()
        return tuple(tuple(tuple(row) for row in table) for table in head.get("tables", ()))

    def rows(
        self, path: Path, *, limits: SheetLimits, memory: int = 1 << 30, cpu: int = 300, wall: float = 60.0
    ) -> Iterator[SheetRow]:
        """Yield the rows of a workbook or of JSON (表格), read by a child of its own: no paper at a window waits for it.

        Raises ``Unreadable`` with what the reader found, or ``sheet.too-large`` (what, limit) and ``sheet.not-xlsx`` when
        the file broke it.
        """
        request = {
            "verb": "rows",
            "path": str(path),
            "media_type": TABLE,
            "cpu": cpu,
            "limits": asdict(limits),
        }
        error, params, child = "", {}, None
        try:
            child = Child(memory, "sheets")
            for head, payload in child.pieces(request, wall):
                error, params = head.get("error", ""), head.get("params", {})
                for sheet, number, cells in json.loads(payload) if payload else ():
                    yield SheetRow(sheet, number, tuple(cells))
        except Broke as broke:
            error = str(broke)
        finally:
            if child is not None:
                child.end()
        match error:
            case "":
                return
            case "memory" | "size" as what:
                raise Unreadable("sheet.too-large", what=what, limit=f"{memory >> 20} MB")
            case "time":
                raise Unreadable("sheet.too-large", what="time", limit=f"{cpu} s")
            case "crash" | "broken":
                raise Unreadable("sheet.not-xlsx")
            case _:
                raise Unreadable(error, **params)

    def members(
        self, path: Path, *, limits: BundleLimits, memory: int = 512 << 20, cpu: int = 600, wall: float = 60.0
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the files of a ZIP (压缩包) as pieces, the first of each with its name, the others with none.

        A child of its own unpacks them. Raises ``Unreadable`` with what it found, or ``bundle.not-zip`` when the file
        broke it.
        """
        request = {
            "verb": "members",
            "path": str(path),
            "media_type": BUNDLE,
            "cpu": cpu,
            "limits": asdict(limits),
        }
        error, params, child = "", {}, None
        try:
            child = Child(memory, "bundles")
            for head, payload in child.pieces(request, wall):
                error, params = head.get("error", ""), head.get("params", {})
                if head.get("more"):
                    yield head.get("name", ""), payload
        except Broke:
            error, params = "bundle.not-zip", {}
        finally:
            if child is not None:
                child.end()
        if error:
            raise Unreadable(error if error.startswith("bundle.") else "bundle.not-zip", **params)

    def close(self) -> None:
        """End all children; waits for those at work."""
        for _ in range(self._workers):
            if (child := self._places.get()) is not None:
                child.end()
        for _ in range(self._workers):
            self._places.put(None)


def _unreadable(path: Path, reason: str) -> Finding:
    return Finding("file.unreadable-text", Severity.WARNS, path.name, {"reason": reason})


def _refusal(path: Path, error: str) -> Finding:
    return Finding("file.encrypted" if error == "encrypted" else "file.broken", Severity.BLOCKS, path.name)
