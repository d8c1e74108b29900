"""What the measuring programs share: one core, one clock, one JSON line a figure."""

from __future__ import annotations

import json
import math
import os
import statistics
from collections.abc import Callable, Sequence
from time import perf_counter

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]


def pin(core: int = SERVER_CORE) -> None:
    """Keep this thread, and the processes and threads it starts later, on one core."""
    os.sched_setaffinity(0, {core})


def figure(
    bench: str,
    name: str,
    value: float,
    unit: str,
    *,
    n: int,
    peer: str | None = None,
    peer_value: float | None = None,
) -> None:
    """Print one figure; the ratio is ours over the peer's, so more is better for rates and less for times and sizes."""
    print(
        json.dumps(
            {
                "bench": bench,
                "figure": name,
                "value": _short(value),
                "unit": unit,
                "peer": peer,
                "peer_value": _short(peer_value),
                "ratio": _short(value / peer_value) if peer_value else None,
                "n": n,
            },
            ensure_ascii=False,
        ),
        flush=True,
    )


def _short(value: float | None) -> float | None:
    if value is None or isinstance(value, int):
        return value
    return round(value, 1 if abs(value) >= 100 else 3)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share lies; 0.5 is the middle."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def timed(call: Callable[[], object]) -> float:
    """Return how long a call took, in milliseconds."""
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1000


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)
