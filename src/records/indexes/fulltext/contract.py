"""What an engine must do, as tests (引擎验收): a new engine subclasses these and passes.

`EngineContract` compares an engine with the memory engine, which itself is compared with plain substring search;
`DurableEngineContract` adds what only an index on disk can get wrong. Needs pytest and hypothesis.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.indexes.fulltext import Document, Engine, Generation, NeedsRebuild, Result
from records.indexes.fulltext.memory_engine import MemoryEngine
from records.indexes.overlay import Overlay, search, similar
from records.indexes.query import Query, Term, parse

PUBLIC = frozenset({"公开"})
EVERYONE = frozenset({"公开", "民政局", "公安局"})
HOSTILE = (
    "", " ", "-", '"', "“", "*a*", "a*" * 90, "的" * 5000, "(" * 300, "title:", "题名：", "-题名:\"", "\x00", "\ud800",
    "AND OR NOT", "[* TO *]", "../../etc", "'; DROP", "𠮷" * 200, "1" * 5000, "﷽" * 50, "甲、乙" * 60, "%s%n", "🏛️",
)  # fmt: skip
"""What must be answered at once and without an error."""

_WORDS = st.text(alphabet="身份证户口本的䶮𠮷〇○民政局 ，、〔〕()１2aBｃ-\n", max_size=14)
_DOCUMENTS = st.builds(
    Document,
    key=st.one_of(st.integers(0, 12), st.integers(2**63, 2**63 + 3)),
    title=_WORDS,
    text=_WORDS,
    facets=st.dictionaries(
        st.sampled_from(["部门", "年度"]),
        st.sampled_from(["民政局", "公安局", "2024", ("民政局", "2024"), ("公安局", "民政局", "公安局"), ()]),
    ),
    readers=st.frozensets(st.sampled_from(["公开", "民政局", "公安局"])),
    seq=st.integers(0, 2**40),
)
_QUERIES = st.one_of(
    _WORDS,
    st.text(alphabet="身份证户口本的民 -", max_size=6),
    st.builds("题名:{}".format, _WORDS),
    st.builds('"{}"'.format, _WORDS),
)
_WAYS = st.lists(
    st.lists(
        st.builds(Term, st.sampled_from(["身份证", "民政", "的", "2b", "户口本身"]), st.booleans()),
        min_size=1,
        max_size=2,
    ).map(tuple),
    max_size=3,
).map(tuple)
_CHANGES = st.lists(
    st.tuples(st.lists(_DOCUMENTS, max_size=6), st.lists(st.integers(0, 12), max_size=3)),
    min_size=1,
    max_size=4,
)


def _answers(generation: Generation, query: Query) -> list[Result]:
    """Return everything an engine says about a query, to several readers."""
    said = []
    for readers in (PUBLIC, EVERYONE, frozenset({"公安局"}), frozenset[str]()):
        said.append(generation.search(query, readers=readers, facets=("部门", "年度")))
        said.append(
            generation.search(query, readers=readers, limit=2, filters=(("部门", "民政局"), ("年度", "2024")))
        )
        said.append(
            generation.search(query, readers=readers, limit=1, after=(1, 5), without=frozenset({2, 3, 99}))
        )
        said.append(generation.similar(query, readers=readers))
    return said


def pages(generation: Generation, query: Query, readers: frozenset[str], limit: int) -> Iterator[int]:
    """Yield all keys of a search, page by page."""
    after = None
    while page := generation.search(query, readers=readers, limit=limit, after=after):
        if not page.keys:
            return
        yield from page.keys
        after = page.cursor


def office(size: int = 60) -> list[Document]:
    """Return a small office's records, of which some are public, some are one department's and some nobody's."""
    readers = (frozenset({"公开"}), frozenset({"民政局"}), frozenset[str]())
    return [
        Document(
            key=number,
            title=("居民身份证申领登记表", "结婚登记声明书", "户口本首页")[number % 3]
            if number % 2
            else "其他材料",
            text=f"龚䶮，公民身份号码见原件；民发〔2024〕{number}号，依法办理居民身份证。",
            facets={"部门": "公安局" if number % 2 else "民政局"},
            readers=readers[number % 3],
            seq=number,
        )
        for number in range(size)
    ]


class EngineContract:
    """The promises of every engine; a subclass says how one is made."""

    def make(self, folder: Path) -> Engine:
        """Return the engine of a folder, new or as it was left."""
        raise NotImplementedError

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        """Make a new engine."""
        engine = self.make(tmp_path / "index")
        yield engine
        engine.close()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(changes=_CHANGES, queries=st.lists(_QUERIES, min_size=1, max_size=4), ways=_WAYS)
    def test_every_answer_equals_the_memory_engines(
        self, changes: list, queries: list[str], ways: tuple
    ) -> None:
        """After any updates and removals, hits, order, totals, tiers and counts are those of plain comparison."""
        with TemporaryDirectory() as folder:
            engine, plain = self.make(Path(folder) / "index"), MemoryEngine()
            for mark, (documents, removed) in enumerate(changes, start=1):
                engine.update(documents, removed, mark=mark)
                plain.update(documents, removed, mark=mark)
            ours, theirs = engine.open(), plain.open()
            assert sorted(ours.entries()) == sorted(theirs.entries())
            for text in queries:
                for query in (parse(text), replace(parse(text), ways=ways)):
                    assert _answers(ours, query) == _answers(theirs, query)
            for readers in (PUBLIC, EVERYONE):
                assert sorted(ours.titles(readers)) == sorted(theirs.titles(readers))
            ours.close()
            engine.close()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(changes=_CHANGES, late=_CHANGES, text=_QUERIES, ways=_WAYS)
    def test_overlay_and_index_answer_as_one(self, changes: list, late: list, text: str, ways: tuple) -> None:
        """What is indexed and what is still beyond the mark give the answer of an engine that knew it all."""
        with TemporaryDirectory() as folder:
            engine, plain = self.make(Path(folder) / "index"), MemoryEngine()
            overlay = Overlay()
            for documents, removed in changes:
                engine.update(documents, removed, mark=1)
                plain.update(documents, removed, mark=1)
            for documents, removed in late:
                overlay = overlay.extended(documents, removed)
                plain.update(documents, removed, mark=2)
            query, generation, known = replace(parse(text), ways=ways), engine.open(), plain.open()
            for limit in (1, 200):
                asked = {"readers": EVERYONE, "limit": limit}
                together = search(generation, overlay, query, facets=("部门",), after=(0, 4), **asked)
                whole = known.search(query, facets=("部门",), after=(0, 4), **asked)
                assert together == whole
                assert similar(generation, overlay, query, **asked) == known.similar(query, **asked)
            engine.close()

    def test_the_last_of_one_key_wins_and_a_given_key_is_not_removed(self, engine: Engine) -> None:
        """Two states of one record in one commit leave the later one."""
        engine.update(
            [Document(7, "旧", "旧文", readers=PUBLIC), Document(7, "新", "新文", readers=PUBLIC)],
            [7],
            mark=3,
        )
        generation = engine.open()
        assert generation.search(parse("新"), readers=PUBLIC) == Result(1, (7,), (0,))
        assert generation.search(parse("旧"), readers=PUBLIC) == Result(0)

    def test_another_wording_finds_more_below_and_every_value_of_a_facet_counts(self, engine: Engine) -> None:
        """Totals stay exact, nothing is counted twice, and who holds the typed words comes first."""
        both = {"对象": ("自然人", "法人"), "部门": "民政局"}
        engine.update(
            [
                Document(1, "开店", "", {"对象": ("自然人",)}, PUBLIC),
                Document(2, "个体工商户登记", "可以开店", both, PUBLIC),
                Document(3, "个体工商户登记", "", both, PUBLIC),
                Document(4, "营业执照", "个体工商户登记", both, PUBLIC),
                Document(5, "个体工商户登记", "", both, frozenset()),
            ],
            mark=1,
        )
        query = replace(parse("开店"), ways=((Term("个体工商户登记"),), (Term("营业执照"),)))
        found = engine.open().search(query, readers=PUBLIC, facets=("对象",))
        assert found == Result(4, (1, 2, 4, 3), (0, 1, 5, 5), {"对象": {"自然人": 4, "法人": 3}})
        assert list(pages(engine.open(), query, PUBLIC, 1)) == [1, 2, 4, 3]
        narrowed = engine.open().search(query, readers=PUBLIC, filters=(("对象", "法人"),))
        assert narrowed.keys == (2, 4, 3)
        without = replace(parse("开店 -登记"), ways=query.ways)
        assert engine.open().search(without, readers=PUBLIC).keys == (1,)

    def test_who_may_not_read_learns_nothing(self, engine: Engine) -> None:
        """Hits, totals, facets and similar hits are those of the reader alone; nobody's records are nobody's."""
        engine.update(office(), mark=1)
        generation = engine.open()
        seen = {
            who: generation.search(parse("居民身份证"), readers=frozenset({who}), facets=("部门",))
            for who in ("公开", "民政局", "公安局", "\x00nobody")
        }
        assert {who: result.total for who, result in seen.items()} == {
            "公开": 20, "民政局": 20, "公安局": 0, "\x00nobody": 0,
        }  # fmt: skip
        assert seen["公开"].facets == {"部门": {"公安局": 10, "民政局": 10}}
        assert seen["公安局"].facets == {"部门": {}}
        assert generation.similar(parse("居民身分证依法办理"), readers=frozenset({"公安局"})) == Result(0)
        assert len(set(generation.keys())) == 60

    def test_pages_hold_every_hit_once(self, engine: Engine) -> None:
        """Whatever the size of a page, all pages together are the whole result in one order."""
        engine.update(office(), mark=1)
        engine.update(office(70)[55:], mark=2)
        generation, query = engine.open(), parse("居民身份证")
        whole = generation.search(query, readers=EVERYONE)
        assert whole.total == len(whole.keys) == 47
        assert whole.keys == tuple(
            key for _, key in sorted(zip(whole.tiers, whole.keys, strict=True), key=_order)
        )
        for limit in (1, 7, 46, 47, 100):
            assert tuple(pages(generation, query, EVERYONE, limit)) == whole.keys

    def test_a_pinned_generation_does_not_change(self, engine: Engine) -> None:
        """Who opened a state keeps it, whatever is committed, merged or rebuilt meanwhile."""
        engine.update(office(), mark=1)
        pinned = engine.open()
        before = pinned.search(parse("居民身份证"), readers=EVERYONE)
        for number in range(5):
            engine.update([], [number * 10 + 1, number * 10 + 4], mark=2 + number)
        engine.rebuild(office(3), 9)
        assert (pinned.mark, pinned.search(parse("居民身份证"), readers=EVERYONE)) == (1, before)
        assert pinned.search(parse("依法办理"), readers=PUBLIC).total == 20
        assert (engine.open().mark, sorted(engine.open().keys())) == (9, [0, 1, 2])

    def test_rebuild_replaces_everything(self, engine: Engine) -> None:
        """Nothing of the old index is left, and the mark is the new one; the last state of a key wins."""
        engine.update(office(), mark=5)
        engine.rebuild(iter([*office(5), Document(4, "更正", "", readers=PUBLIC)]), 4)
        generation = engine.open()
        assert (engine.mark(), sorted(generation.keys())) == (4, [0, 1, 2, 3, 4])
        assert generation.search(parse("更正"), readers=PUBLIC).keys == (4,)

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_queries_are_answered_at_once(self, engine: Engine, text: str) -> None:
        """Nothing typed raises or takes long."""
        engine.update(office(), mark=1)
        generation = engine.open()
        started = time.process_time()
        query = parse(text)
        generation.search(query, readers=PUBLIC, facets=("部门",))
        generation.similar(query, readers=PUBLIC)
        assert time.process_time() - started < 0.5


class DurableEngineContract(EngineContract):
    """The further promises of an index on disk."""

    def test_it_is_found_again_as_it_was_left(self, tmp_path: Path) -> None:
        """A second engine on the same folder says the same, mark included."""
        first = self.make(tmp_path / "index")
        first.update(office(), [3], mark=2**53)
        second = self.make(tmp_path / "index")
        assert second.mark() == second.open().mark == 2**53
        assert _answers(second.open(), parse("身份证")) == _answers(first.open(), parse("身份证"))
        assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700

    def test_a_reader_in_another_engine_sees_the_next_commit(self, tmp_path: Path) -> None:
        """A reader that was open before sees what another engine commits when it opens again."""
        writer, reader = self.make(tmp_path / "index"), self.make(tmp_path / "index")
        writer.update(office(), mark=1)
        assert reader.open().mark == 1
        writer.update([Document(100, "低保审批表", "", readers=PUBLIC)], mark=2)
        assert reader.open().search(parse("低保"), readers=PUBLIC).keys == (100,)

    @pytest.mark.torture
    def test_killed_in_commit_nothing_acknowledged_is_lost(self, tmp_path: Path) -> None:
        """Killed at any moment, the index holds exactly what its mark says, at least all that was acknowledged."""
        kind = type(self.make(tmp_path / "index"))
        chance = random.Random(20261121)
        reached = 0
        for _ in range(6):
            writer = subprocess.Popen(
                [sys.executable, "-c", _WRITER, kind.__module__, kind.__name__, str(tmp_path / "index")],
                stdout=subprocess.PIPE,
                env=os.environ,
            )
            with writer:
                lines = [writer.stdout.readline() for _ in range(chance.randrange(1, 12))]
                writer.kill()
                lines += writer.stdout.read().splitlines()
            acknowledged = int(lines[-1])
            engine = self.make(tmp_path / "index")
            generation = engine.open()
            assert generation.mark >= acknowledged > reached
            assert sorted(generation.keys()) == [key for key in range(1, generation.mark + 1) if key % 5]
            reached = generation.mark
            engine.update([], mark=reached)
            engine.close()

    @pytest.mark.parametrize("harm", ["cut", "flip", "remove"])
    def test_damage_is_noticed_and_cured_by_a_rebuild(self, tmp_path: Path, harm: str) -> None:
        """A cut, changed or missing file asks for a rebuild, never for a wrong answer."""
        folder = tmp_path / "index"
        self.make(folder).rebuild(office(), 1)
        for place in range(sum(path.stat().st_size > 0 for path in folder.iterdir())):
            _damage(sorted(path for path in folder.iterdir() if path.stat().st_size)[place], harm)
            with pytest.raises(NeedsRebuild):
                self.make(folder).open()
            self.make(folder).rebuild(office(), 1)
            assert len(list(self.make(folder).open().keys())) == 60

    def test_another_schema_asks_for_a_rebuild(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An index written by another version of the program is not read."""
        self.make(tmp_path / "index").update(office(), mark=1)
        self.change_schema(monkeypatch)
        with pytest.raises(NeedsRebuild):
            self.make(tmp_path / "index").mark()
        with pytest.raises(NeedsRebuild):
            self.make(tmp_path / "index").update([], mark=2)
        self.make(tmp_path / "index").rebuild(office(), 2)
        assert self.make(tmp_path / "index").mark() == 2

    def change_schema(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the program one that writes another schema version."""
        raise NotImplementedError


def _order(hit: tuple[int, int]) -> tuple[int, int]:
    return hit[0], -hit[1]


def _damage(path: Path, harm: str) -> None:
    content = bytearray(path.read_bytes())
    path.unlink()
    if harm == "cut":
        path.write_bytes(content[:-3])
    elif harm == "flip":
        content[len(content) // 2] ^= 4
        path.write_bytes(content)


_WRITER = """
import sys
from importlib import import_module
from pathlib import Path
from records.indexes.fulltext import Document
module, name, folder = sys.argv[1:]
engine = getattr(import_module(module), name)(Path(folder))
mark = engine.mark()
while True:
    mark += 1
    documents = [Document(mark, "身份证", "户口本", readers=frozenset({"公开"}))] if mark % 5 else []
    engine.update(documents, mark=mark)
    print(mark, flush=True)
"""
