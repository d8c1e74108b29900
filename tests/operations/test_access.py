"""The access log on a real disk: what a power cut may take, and a disk that takes only a part."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

WRITER = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from records.operations.access import AccessLog, AccessLogUnwritable

log = AccessLog(Path(sys.argv[1]))
at = datetime(2026, 11, 20, 17, tzinfo=UTC)
log.note(at, {"by": "liuyan", "on": "欧阳䶮"})
print("NOTED", flush=True)
day = log.folder / "2026-11-21.jsonl"
resource.setrlimit(resource.RLIMIT_FSIZE, (day.stat().st_size + int(sys.argv[2]),) * 2)
try:
    log.note(at, {"by": "liuyan", "on": "𠮷"})
except AccessLogUnwritable:
    print("REFUSED", flush=True)
"""


def test_a_read_is_on_the_disk_before_it_is_said_to_be_noted(tmp_path):
    if shutil.which("strace") is None:
        pytest.fail("strace is missing; install it with: apt-get install -y strace", pytrace=False)
    trace = ("strace", "-f", "-y", "-e", "trace=fsync,fdatasync,write", "-o", tmp_path / "trace")
    subprocess.run(
        [*trace, sys.executable, "-c", WRITER, tmp_path / "access", "4096"], check=True, capture_output=True
    )
    calls = re.findall(
        r"(fsync|fdatasync|write)\(\d+<[^>]*?(2026-11-21\.jsonl)?>(?:, \"(NOTED|\{))?",
        (tmp_path / "trace").read_text(),
    )
    told = [call for call in calls if call[1] or call[2] == "NOTED"]
    assert told[:3] == [
        ("write", "2026-11-21.jsonl", "{"),
        ("fsync", "2026-11-21.jsonl", ""),
        ("write", "", "NOTED"),
    ]


@pytest.mark.parametrize("room", [0, 1, 20])
def test_a_line_of_which_the_disk_took_only_a_part_is_not_noted(tmp_path, room):
    said = subprocess.run(
        [sys.executable, "-c", WRITER, tmp_path / "access", str(room)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.split() == ["NOTED", "REFUSED"]
