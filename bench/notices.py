"""Printing a notice: cold, warm, and beside fpdf2 as its manual uses it, the font added to each document anew.

The sheet is an acceptance notice of the example office. Both print the same texts with the same typeface; the peer sets
them line by line, without the form of an official paper, QR code, PDF/A or attachments.

    python bench/notices.py
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import perf_counter

import registration
from figures import figure, middle, percentile, pin, timed
from fpdf import FPDF

import office
from records.exchange import notices as paper
from records.exchange import typeface
from records.operations.notices import sheet_of

BENCH = "notices"
WARM, BESIDE, COLD = 100, 15, 3


def sheets(many: int) -> list[paper.NoticeSheet]:
    """Return so many acceptance notices of different applicants."""
    chance = Random(5)
    with office.folder() as instance:
        opened = office.open_office(instance)
        office.found(opened)
        clerk = registration.clerk_of(opened)
        for serial in range(many):
            registration.register(opened, clerk, registration.create(opened, clerk, serial), chance)
        with opened.database.read() as root:
            found = [sheet_of(notice) for notice in root["site"].notices.values()]
        opened.close()
    return found


def plainly(sheet: paper.NoticeSheet, font: Path) -> bytes:
    """Print the texts of a sheet as fpdf2's manual shows it."""
    pdf = FPDF(format="A4")
    pdf.add_font("paper", fname=str(font))
    pdf.set_font("paper", size=12)
    pdf.add_page()
    for text in sheet.texts():
        pdf.multi_cell(0, 7, text, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def cold() -> float:
    """Return how long the first notice of a process takes, the reading of the typeface included."""
    return float(
        subprocess.run(
            [sys.executable, "-W", "ignore", __file__, "cold"], check=True, capture_output=True
        ).stdout
    )


def say_cold() -> None:
    """Print the time of the first notice, in milliseconds."""
    sheet = sheets(1)[0]
    start = perf_counter()
    paper.render(sheet, typeface=typeface.shipped_typeface())
    print((perf_counter() - start) * 1000)


def main() -> None:
    """Measure in turns."""
    first = [cold() for _ in range(COLD)]
    printed = sheets(WARM)
    face = typeface.shipped_typeface()
    warm = [timed(_printing(sheet, face)) for sheet in printed]
    beside = [timed(lambda sheet=sheet: plainly(sheet, face.path)) for sheet in printed[:BESIDE]]
    peer = "fpdf2, font added to each document"
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        mine, theirs = percentile(warm[5:], share), percentile(beside, share)
        figure(BENCH, f"warm, {name}", mine, "ms", n=len(warm) - 5, peer=peer, peer_value=theirs)
    figure(BENCH, "first of a process, p50", middle(first), "ms", n=COLD)


def _printing(sheet: paper.NoticeSheet, face: typeface.Typeface) -> Callable[[], object]:
    return lambda: paper.render(sheet, typeface=face)


if __name__ == "__main__":
    pin()
    say_cold() if sys.argv[1:] == ["cold"] else main()
