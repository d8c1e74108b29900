"""The process that reads foreign files (解析进程): limited, without a network, thrown away when a file breaks it.

It answers one request after the other on its standard streams: a line of JSON, then as many bytes as that line says.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

from records.extraction import images, pdf, plain
from records.extraction.types import MediaType

READERS = {MediaType.PDF: pdf, MediaType.JPEG: images, MediaType.PNG: images, MediaType.TEXT: plain}


def answer(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Do what one request asks; whatever a reader raises is a verdict on the file, never the end of the process."""
    reader = READERS[MediaType(request.pop("media_type"))]
    verb = request.pop("verb")
    path = Path(request.pop("path"))
    try:
        result = getattr(reader, verb)(path, **request)
    except pdf.Unreadable as error:
        return {"error": str(error)}, b""
    except MemoryError:
        return {"error": "memory"}, b""
    except Exception:
        return {"error": "broken"}, b""
    return result if isinstance(result, tuple) else (result, b"")


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
        result, payload = answer(request)
        answers.write(json.dumps({"size": len(payload), **result}).encode() + b"\n" + payload)
        answers.flush()


def main() -> None:
    """Take the answers' stream for ourselves, so that no library can write into it, and begin."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    limit(int(sys.argv[1]))
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
