"""The process that reads foreign files (解析进程): limited, without a network, thrown away when a file breaks it.

It answers one request after the other on its standard streams: a line of JSON, then as many bytes as that line says.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from records.extraction.types import ATTEMPT, BUNDLE, FORMATS, LOOKS, TABLE, MediaType, Unreadable

READERS = {
    MediaType.PDF: "pdf",
    MediaType.JPEG: "images",
    MediaType.PNG: "images",
    MediaType.TEXT: "plain",
    MediaType.OFD: "ofd",
    TABLE: "sheets",
    BUNDLE: "bundles",
    LOOKS: "fingerprints",
    FORMATS: "formats",
    ATTEMPT: "attempts",
}


def answer(request: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield what one request asks, the pieces of a long answer each marked ``more``.

    Whatever a reader raises is a verdict on the file, never the end of the process.
    """
    reader = import_module(f"records.extraction.{READERS[request.pop('media_type')]}")
    verb = request.pop("verb")
    path = Path(request.pop("path"))
    try:
        result = getattr(reader, verb)(path, **request)
        if isinstance(result, Iterator):
            for piece in result:
                said, payload = piece if isinstance(piece, tuple) else ({}, piece)
                yield {**said, "more": True}, payload
            result = {}
    except Unreadable as bad:
        result = {"error": bad.finding.code, "params": dict(bad.finding.params)}
    except MemoryError:
        result = {"error": "memory"}
    except Exception:
        result = {"error": "broken"}
    yield result if isinstance(result, tuple) else (result, b"")


def limit(memory: int) -> None:
    """Set the limits that last as long as the process."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def allow(seconds: int) -> None:
    """Allow so many more seconds of processor time, for the next file."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    total = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (total, resource.RLIM_INFINITY))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Say that we are ready, then answer until the other side closes."""
    answers.write(b'{"size": 0}\n')
    answers.flush()
    for line in requests:
        request = json.loads(line)
        allow(request.pop("cpu"))
        for result, payload in answer(request):
            answers.write(json.dumps({"size": len(payload), **result}).encode() + b"\n" + payload)
            answers.flush()


def main() -> None:
    """Take the answers' stream for ourselves, so that no library can write into it, and begin."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    for name in sys.argv[2:]:
        import_module(f"records.extraction.{name}")
    limit(int(sys.argv[1]))
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
