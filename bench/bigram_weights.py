"""Make the weights of pairs of characters (src/records/indexes/weights.csv) from a folder of Chinese texts.

    python bench/bigram_weights.py FOLDER [FILE]

Texts (*.md, *.txt) are cut into paragraphs; a pair's weight is the logarithm of how few paragraphs hold it, scaled to
1..254. Only the most frequent pairs are listed, as "pair,weight" by falling frequency: no text can be read back from it.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import Counter
from pathlib import Path

from records.indexes.words import fold, is_han, terms

LISTED = 16_000


def main(folder: Path, target: Path) -> None:
    paragraphs = 0
    held: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".md", ".txt"}:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            found = {term for _, term in terms(fold(line)) if len(term) == 2 and is_han(term[0])}
            paragraphs += bool(found)
            held.update(found)
    scale = 254 / math.log(paragraphs)
    listed = sorted(held.items(), key=lambda item: (-item[1], item[0]))[:LISTED]
    with target.open("w", encoding="utf-8", newline="") as stream:
        rows = ((pair, max(1, round(scale * math.log(paragraphs / count)))) for pair, count in listed)
        csv.writer(stream, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    shipped = Path(__file__).parent.parent / "src/records/indexes/weights.csv"
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else shipped)
