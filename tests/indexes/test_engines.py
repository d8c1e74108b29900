import random
import threading

import pytest
from hypothesis import given, settings

from records.indexes.fulltext import Busy, Document, contract, shelf
from records.indexes.fulltext.contract import PUBLIC, DurableEngineContract, EngineContract, office
from records.indexes.fulltext.memory_engine import MemoryEngine
from records.indexes.fulltext.whoosh_engine import WhooshEngine
from records.indexes.query import parse
from records.indexes.words import fold


class TestMemoryEngine(EngineContract):
    def make(self, folder):
        return MemoryEngine()


class TestWhooshEngine(DurableEngineContract):
    def make(self, folder):
        return WhooshEngine(folder)

    def change_schema(self, monkeypatch):
        monkeypatch.setattr(shelf, "SCHEMA_VERSION", 999)


@settings(max_examples=60, deadline=None)
@given(document=contract._DOCUMENTS)
def test_the_memory_engine_finds_every_han_substring_and_no_other(document):
    engine = MemoryEngine()
    engine.update([document], mark=1)
    words = fold(document.title), fold(document.text)
    for needle in ("身份证", "口本", "的", "䶮", "𠮷户", "民政局"):
        expected = any(needle in part for part in words) and bool(document.readers)
        total = engine.open().search(parse(needle), readers=contract.EVERYONE).total
        assert total == expected


def test_small_commits_are_merged_and_deleted_documents_written_out(tmp_path):
    engine = WhooshEngine(tmp_path / "index")
    for number in range(60):
        engine.update([Document(number, "身份证", "户口本", readers=PUBLIC)], mark=number)
    assert len(list((tmp_path / "index").glob("*.seg"))) <= 5
    engine.update([], range(58), mark=61)
    engine.update([Document(100, "身份证", "", readers=PUBLIC)], mark=62)
    assert engine.open().search(parse("身份证"), readers=PUBLIC).keys == (100, 59, 58)
    assert [part.deleted.to_array().tolist() for part in engine._shelf.read().parts] == [[]]


def test_two_writers_at_once_are_refused(tmp_path):
    engine, other = WhooshEngine(tmp_path / "index"), WhooshEngine(tmp_path / "index")
    refused = []

    def documents():
        try:
            other.update([], mark=5)
        except Busy:
            refused.append(True)
        yield Document(1, "身份证", "", readers=PUBLIC)

    engine.update(documents(), mark=1)
    assert (refused, engine.mark()) == ([True], 1)


def test_rubbish_of_a_killed_writer_is_swept(tmp_path):
    engine = WhooshEngine(tmp_path / "index")
    engine.update(office(), mark=1)
    (tmp_path / "index/new-0badc0de/s.tmp").mkdir(parents=True)
    (tmp_path / "index/feedbeef.seg").write_bytes(b"half")
    engine.update([], mark=2)
    assert sorted(path.suffix or path.name for path in (tmp_path / "index").iterdir()) == [
        ".seg",
        "head",
        "lock",
    ]


def test_a_small_cache_gives_the_same_answers_from_many_threads(tmp_path):
    engine, plain = WhooshEngine(tmp_path / "index", cache=2_000), MemoryEngine()
    for documents in (office(40), office(90)[40:]):
        engine.update(documents, mark=1)
        plain.update(documents, mark=1)
    asked = [parse(text) for text in ("居民身份证", "的", "号", "民发(2024)7号", "龚䶮 -户口", "结婚登记")]
    expected = [plain.open().search(query, readers=PUBLIC, facets=("部门",)) for query in asked]
    wrong = []

    def ask(seed):
        chance = random.Random(seed)
        for _ in range(60):
            place = chance.randrange(len(asked))
            if engine.open().search(asked[place], readers=PUBLIC, facets=("部门",)) != expected[place]:
                wrong.append(place)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("typed", "total"),
    [
        ("民发〔2024〕7号", 1),
        ("民发[２０２４]7号", 1),
        ("4号", 1),
        ("龚䶮", 60),
        ("䶮", 60),
        ("𠮷", 0),
        ("24", 1),
        ("202", 0),
    ],
)
def test_document_numbers_and_rare_characters_are_found(tmp_path, typed, total):
    engine = WhooshEngine(tmp_path / "index")
    engine.update([Document(d.key, d.title, d.text, {}, PUBLIC) for d in office(60)], mark=1)

    assert engine.open().search(parse(typed), readers=PUBLIC).total == total


def test_a_number_in_a_phrase_is_compared_as_a_whole(tmp_path):
    engine = WhooshEngine(tmp_path / "index")
    texts = ("第15号和5年", "第5号", "15号、5号", "5年15号")
    engine.update([Document(number, "", text, {}, PUBLIC) for number, text in enumerate(texts)], mark=1)
    assert engine.open().search(parse("5号"), readers=PUBLIC).keys == (2, 1)
    assert engine.open().search(parse("-5号"), readers=PUBLIC).keys == (3, 0)
