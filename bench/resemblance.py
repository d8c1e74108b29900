"""Near-duplicates among made-up pages: how many are found, how many are wrongly proposed, and how long a page takes.

Each page comes once as the held sheet in another form (scanned, turned, pressed, photographed, stamped) and once as the
same form with other entries. Seed 1 is the one the limits were chosen on, up to its 64th pair; seed 7 was never looked at.

    python bench/resemblance.py [HOW MANY] [SEED ...]
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from pathlib import Path

from figures import figure, percentile, pin, timed
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import scans

from records.domain.resemblance import closeness
from records.extraction import fingerprints

BENCH = "resemblance"
MANY, SEEDS = 300, (1, 7)


def looked(content: bytes) -> fingerprints.Page:
    """Decode and look at a page as the child process does."""
    picture = Image.open(io.BytesIO(content))
    picture.draft("RGB", (fingerprints.LONG, fingerprints.LONG))
    return fingerprints.look(picture)


def measure(seed: int, many: int) -> None:
    """Show every page of a set and print how the verdicts were."""
    verdicts: Counter[tuple[bool, bool]] = Counter()
    missed: Counter[str] = Counter()
    taken: list[float] = []
    for serial in range(many):
        for same in (True, False):
            one, said = scans.shown(seed, serial, same=same), []
            taken.append(timed(lambda one=one, said=said: said.append(_judged(one))))
            verdicts[same, said[0]] += 1
            if said[0] != same:
                missed[one.way if same else f"{one.difference}, proposed"] += 1
    found, wrong = verdicts[True, True], verdicts[False, True]
    figure(BENCH, f"seed {seed}: recall", found / many, "share", n=many)
    figure(BENCH, f"seed {seed}: precision", found / max(found + wrong, 1), "share", n=found + wrong)
    for share in (0.5, 0.95):
        figure(BENCH, f"seed {seed}: page p{share * 100:.0f}", percentile(taken, share), "ms", n=len(taken))
    for what, times in sorted(missed.items()):
        figure(BENCH, f"seed {seed}: wrong: {what}", times, "pages", n=2 * many)


def _judged(one: scans.Shown) -> bool:
    held, comes = looked(one.held), looked(one.comes)
    return fingerprints.same(held, comes)


def search() -> None:
    """Print how long it takes to put a library of a thousand pages in order by their marks."""
    pages = [looked(scans.shown(3, serial, same=True).held) for serial in range(8)]
    marks = [page.marks[: fingerprints.MARKS].tobytes() for page in pages]
    taken = timed(lambda: [closeness(marks[0], marks[serial % len(marks)]) for serial in range(1000)])
    figure(BENCH, "marks of a held page", len(marks[0]), "bytes", n=len(marks))
    figure(BENCH, "ordering 1,000 held pages", taken, "ms", n=1000)


def main() -> None:
    """Measure on one core."""
    pin()
    many, *seeds = (int(argument) for argument in sys.argv[1:]) if len(sys.argv) > 1 else (MANY,)
    for seed in seeds or SEEDS:
        measure(seed, many)
    search()


if __name__ == "__main__":
    main()
