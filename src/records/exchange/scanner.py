"""The anti-virus program (杀毒软件) of the machine: one command that the office names, asked file by file.

The command is called as ClamAV's are: paths behind it, 0 when nothing was found, 1 when something was, a line
``path: name FOUND`` for each. ``--version`` names program, signatures and their day.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from records.domain.packages import ScannerFacts

SETTING = "antivirus.command"
WAIT = 300.0
FOUND = re.compile(r"^(?P<path>.+): (?P<name>.+) FOUND$")
DATED = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \d{4}")


@dataclass(frozen=True, slots=True)
class Scanner:
    """The program that looks for viruses, as the setting ``antivirus.command`` names it."""

    command: tuple[str, ...]

    def facts(self) -> ScannerFacts:
        """Return whether the program answers, its version, and the day of its signatures if it tells one."""
        name = Path(self.command[0]).name
        done = _run([self.command[0], "--version"])
        if done is None or done.returncode:
            return ScannerFacts(name, works=False)
        line = (done.stdout.splitlines() or [""])[0].strip()
        return ScannerFacts(name, works=True, version=line, dated=_day(line))

    def infected(self, files: Sequence[Path]) -> Mapping[Path, str] | None:
        """Return the files in which something was found, each with its name; None when the program failed."""
        if not files:
            return {}
        done = _run([*self.command, *map(str, files)])
        if done is None or done.returncode not in (0, 1):
            return None
        found = {
            Path(match["path"]): match["name"]
            for line in done.stdout.splitlines()
            if (match := FOUND.match(line))
        }
        return found if bool(found) == (done.returncode == 1) else None


def scanner_of(settings: Mapping[str, str]) -> Scanner | None:
    """Return the scanner of an instance, None when its settings name none."""
    words = shlex.split(settings.get(SETTING, ""))
    return Scanner(tuple(words)) if words else None


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(
            list(words), capture_output=True, text=True, errors="replace", timeout=WAIT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _day(line: str) -> str:
    found = DATED.search(line)
    if found is None:
        return ""
    return datetime.strptime(" ".join(found[0].split()), "%a %b %d %H:%M:%S %Y").date().isoformat()
