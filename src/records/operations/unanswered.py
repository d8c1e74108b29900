"""What the public looked for and did not find (未搜到的词): counted beside the database, because reading must not write there.

One append-only file a civil day, one line a search. A line holds the words without any digit, folded, and a keyed sign of the
asker that changes every day, so that nobody can be followed. Editors see a phrase only when two askers typed it:
what one single person typed may be a name. A line that cannot be written is left out; the search answers all the same.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from records.indexes.spoken import simplified
from records.indexes.words import fold, is_han, runs

from .discretion import masked
from .services import Services

FOLDER = "unanswered"
KEPT = timedelta(days=90)
LONGEST = 24
LARGEST = 1 << 20
"""Bytes of one day's file; what a machine types beyond that teaches nobody anything."""
ASKERS = 2
"""Different askers from whom on a phrase is shown."""
MOST = 100
_DIGITS = re.compile(r"\d+")
_MASK = re.compile(r"\S*\*\S*")


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A phrase that found nothing: how often it was typed, by how many askers, and when last."""

    phrase: str
    times: int
    askers: int
    last: date


def phrase_of(text: str) -> str:
    """Return a query as it is counted: folded, simplified, without numbers and signs; an empty text where nothing is left."""
    # Folding turns ① and ² into digits, too.
    kept = _DIGITS.sub(" ", simplified(fold(_MASK.sub(" ", masked(text)))))
    words = (run for _, run in runs(kept) if is_han(run[0]) or len(run) > 1)
    phrase = " ".join(words)[:LONGEST].strip()
    return phrase if len(phrase) > 1 else ""


def note(services: Services, text: str, *, address: str) -> None:
    """Count a search that found nothing."""
    phrase, today = phrase_of(text), services.clock.today()
    if not phrase:
        return
    asker = services.vault.digest("asker", f"{today}\0{address}").hex()[:12]
    line = json.dumps({"q": phrase, "by": asker}, ensure_ascii=False).encode() + b"\n"
    folder = services.instance / FOLDER
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / f"{today}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size < LARGEST:
                os.write(handle, line)
        finally:
            os.close(handle)


def report(services: Services) -> tuple[Unanswered, ...]:
    """Return what was not found in the last 90 days, the most wanted first, at most 100 phrases."""
    oldest = services.clock.today() - KEPT
    askers: dict[str, set[str]] = defaultdict(set)
    times: dict[str, int] = defaultdict(int)
    last: dict[str, date] = {}
    for path in sorted((services.instance / FOLDER).glob("*.jsonl")):
        day = date.fromisoformat(path.stem)
        for line in path.read_bytes().splitlines() if day >= oldest else ():
            # A line that was cut short by a full disk is none.
            with suppress(ValueError, KeyError, TypeError):
                asked = json.loads(line)
                phrase = asked["q"]
                askers[phrase].add(f"{day}{asked['by']}")
                times[phrase] += 1
                last[phrase] = day
    shown = (
        Unanswered(phrase, times[phrase], len(by), last[phrase])
        for phrase, by in askers.items()
        if len(by) >= ASKERS
    )
    return tuple(sorted(shown, key=lambda each: (-each.askers, -each.times, each.phrase)))[:MOST]


def forget(services: Services) -> int:
    """Delete the files that are older than 90 days; return how many."""
    oldest, gone = services.clock.today() - KEPT, 0
    for path in (services.instance / FOLDER).glob("*.jsonl"):
        if date.fromisoformat(path.stem) < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
