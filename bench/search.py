"""Finding by any words: the shipped engine beside SQLite's FTS5 over the same pairs of characters.

The corpus is made by seed, or read from a folder of Chinese texts (one document a paragraph). Each document may be read
by one of four groups; a question is asked as a member of two of them and wants the exact total and the first 200 in order.
Every answer is compared with a plain comparison of all texts. FTS5 gets the pairs as words, asks for phrases, and joins
the readers; its totals are compared too.

    python bench/search.py [FOLDER]
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from figures import figure, percentile, pin, timed

import office
from records.indexes.fulltext import Document, Generation, Result
from records.indexes.fulltext.memory_engine import MemoryEngine
from records.indexes.fulltext.whoosh_engine import WhooshEngine
from records.indexes.query import Query, parse
from records.indexes.words import fold, terms

BENCH = "search"
SEED, MOST, QUESTIONS, LIMIT = 20261121, 10_000, 200, 200
GROUPS = ("unit:a", "unit:b", "unit:c", "unit:d")
READER = frozenset(GROUPS[:2])
SIGNS = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指"


def corpus(folder: Path | None) -> list[Document]:
    """Return the documents, the newest with the highest key."""
    chance = Random(SEED)
    texts = list(_made(chance) if folder is None else _read(folder))[:MOST]
    return [
        Document(key, title, text, {"group": str(key % 4)}, frozenset({GROUPS[key % 4]}), seq=key)
        for key, (title, text) in enumerate(texts, start=1)
    ]


def _made(chance: Random) -> Iterator[tuple[str, str]]:
    words = ["".join(chance.choices(SIGNS, k=chance.choice((2, 2, 2, 3, 4)))) for _ in range(6000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    for number in range(MOST):
        picked = chance.choices(words, weights, k=chance.randrange(20, 120))
        marks = ("，" if turn % 9 == 8 else "" for turn in range(len(picked)))
        text = "".join(word + mark for word, mark in zip(picked, marks, strict=True))
        yield "".join(picked[:3]), f"{text}。编号 YX{number:06d}"


def _read(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".txt", ".md"}:
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.strip():
                    yield path.stem, line.strip()


def questions(documents: list[Document]) -> list[str]:
    """Return what readers type: pieces of two to six characters, two pieces, a number, a piece that must not occur."""
    chance = Random(SEED + 1)
    asked = []
    for turn in range(QUESTIONS):
        text = chance.choice(documents).text
        first, second = (_piece(chance, text) for _ in range(2))
        match turn % 5:
            case 0 | 1:
                asked.append(first)
            case 2 | 3:
                asked.append(f"{first} {second}")
            case _:
                asked.append(f"{first} -{second}")
    return asked


def _piece(chance: Random, text: str) -> str:
    sentence = chance.choice([part for part in text.replace("。", "，").split("，") if len(part) > 6])
    start = chance.randrange(len(sentence) - 4)
    return sentence[start : start + chance.randrange(2, 5)].strip() or sentence[:2]


class Beside:
    """FTS5 as one would build it: pairs as words, a table of readers, one statement for the total, one for the page."""

    FROM = "FROM found JOIN reader ON reader.key = found.rowid WHERE found MATCH ? AND reader.token IN ('unit:a', 'unit:b')"

    def __init__(self, documents: list[Document], path: Path) -> None:
        self._open = sqlite3.connect(path)
        self._open.execute(
            'CREATE VIRTUAL TABLE found USING fts5(title, text, tokenize = "unicode61 remove_diacritics 0")'
        )
        self._open.execute("CREATE TABLE reader (key INTEGER PRIMARY KEY, token TEXT)")
        rows = ((one.key, _pairs(one.title), _pairs(one.text)) for one in documents)
        self._open.executemany("INSERT INTO found (rowid, title, text) VALUES (?, ?, ?)", rows)
        self._open.executemany(
            "INSERT INTO reader VALUES (?, ?)", ((one.key, *one.readers) for one in documents)
        )
        self._open.execute("INSERT INTO found (found) VALUES ('optimize')")
        self._open.commit()

    def search(self, query: Query) -> int:
        """Ask, take the first page, and return the total."""
        wanted = " AND ".join(f'"{_pairs(term.text)}"' for term in query.terms)
        without = "".join(f' NOT "{_pairs(term.text)}"' for term in query.excluded)
        match = f"({wanted}){without}"
        (total,) = self._open.execute(f"SELECT count(*) {self.FROM}", (match,)).fetchone()
        self._open.execute(
            f"SELECT found.rowid {self.FROM} ORDER BY found.rowid DESC LIMIT {LIMIT}", (match,)
        ).fetchall()
        return total


def _pairs(text: str) -> str:
    found = [term for _, term in terms(fold(text))]
    # The last character of a run stands alone in the index; in a phrase only pairs are asked.
    return " ".join(term for term in found if len(term) > 1) or " ".join(found)


def main(folder: Path | None) -> None:
    """Build both, ask both, compare both with the plain comparison."""
    documents = corpus(folder)
    with office.folder() as place:
        engine = WhooshEngine(place / "index")
        took = timed(lambda: engine.update(documents, mark=len(documents)))
        beside: list[Beside] = []
        theirs = timed(lambda: beside.append(Beside(documents, place / "fts.db")))
        peer = "SQLite FTS5 over pairs"
        figure(BENCH, "build", took / 1000, "s", n=len(documents), peer=peer, peer_value=theirs / 1000)
        asked = [parse(text) for text in questions(documents)]
        generation = engine.open()
        for name in ("first time", "warm"):
            mine = [timed(lambda one=one: _ask(generation, one)) for one in asked]
            other = [timed(lambda one=one: beside[0].search(one)) for one in asked]
            for share, word in ((0.5, "p50"), (0.95, "p95")):
                figure(
                    BENCH, f"{name}, {word}", percentile(mine, share), "ms",
                    n=len(asked), peer=peer, peer_value=percentile(other, share),
                )  # fmt: skip
        exactness(documents, asked, generation, beside[0], peer)
        generation.close()
        engine.close()


def exactness(
    documents: list[Document], asked: list[Query], generation: Generation, beside: Beside, peer: str
) -> None:
    """Count the answers that are exactly those of the plain comparison: total, page, order; of the peer the total."""
    memory = MemoryEngine()
    memory.update(documents, mark=len(documents))
    plain = memory.open()
    right = theirs = 0
    for query in asked:
        truth = _ask(plain, query)
        right += _ask(generation, query) == truth
        theirs += beside.search(query) == truth.total
    figure(
        BENCH,
        "exact answers",
        right / len(asked),
        "share",
        n=len(asked),
        peer=peer,
        peer_value=theirs / len(asked),
    )


def _ask(generation: Generation, query: Query) -> Result:
    return generation.search(query, readers=READER, limit=LIMIT)


if __name__ == "__main__":
    pin()
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
