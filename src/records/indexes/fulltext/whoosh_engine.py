"""The default engine: segments in Whoosh's file formats (Whoosh 索引), searched as bitmaps.

The only door to Whoosh. Of Whoosh we use what is good and stable: the term dictionary, the posting blocks, the column
files and the compound file of its codec. Its table of contents (a pickle), its merging, its query parser and its
scoring are not used: our own head file is the commit, our own rows are merged, our own bitmaps are searched. Posting
blocks are pickles all the same, so the folder is private (0700), never restored from a backup, only rebuilt.
"""

from __future__ import annotations

import io
import json
import mmap
import secrets
import shutil
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from pyroaring import BitMap
from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.columns import NumericColumn, VarBytesColumn
from whoosh.fields import ID
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.reading import TermNotFound

from records.indexes.fulltext import NEVER, Document, NeedsRebuild, values_of
from records.indexes.fulltext.bitmaps import (
    FACET,
    READER,
    TEXT,
    TITLE,
    BitmapCache,
    BitmapGeneration,
    Leaf,
    number_of,
)
from records.indexes.fulltext.shelf import Head, Part, Shelf
from records.indexes.words import fold, terms

BATCH_DOCUMENTS = 20_000
BATCH_CHARACTERS = 16_000_000
"""A segment is closed when it holds this much: what is built in memory stays bounded."""
MERGE_LIMIT = 4_000
"""Segments are merged up to this many documents; larger ones wait until half of them is deleted."""

_CODEC = W3Codec(blocklimit=4096, compression=0)
_TERM = ID()
_NUMBER = NumericColumn("Q")
_BYTES = VarBytesColumn()


class Row(NamedTuple):
    """A document as a segment stores it: words folded, everything needed to write it again."""

    key: int
    seq: int
    title: str
    text: str
    facets: Mapping[str, str | Sequence[str]]
    readers: Sequence[str]

    @classmethod
    def of(cls, document: Document) -> Row:
        """Fold a document; one that nobody may read gets a token that nobody holds."""
        readers = sorted(document.readers - {NEVER}) or [NEVER]
        words = fold(document.title), fold(document.text)
        return cls(document.key, document.seq, *words, dict(document.facets), readers)


class _Cursor(io.RawIOBase):
    """A place in a memory map that Whoosh reads from, without the copy its own class makes."""

    def __init__(self, view: memoryview) -> None:
        super().__init__()
        self._view, self._at = view, 0

    def read(self, size: int | None = -1) -> bytes:
        end = len(self._view) if size is None or size < 0 else self._at + size
        piece = bytes(self._view[self._at : end])
        self._at += len(piece)
        return piece

    def readline(self, size: int | None = -1) -> bytes:
        end = self._view.obj.find(b"\n", self._at) if isinstance(self._view.obj, bytes) else -1
        return self.read(end + 1 - self._at if end >= 0 else size)

    def readinto(self, buffer: Any) -> int:
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, len(self._view))[whence]
        return self._at

    def tell(self) -> int:
        return self._at


class _Mapped(CompoundStorage):
    """A compound file, memory-mapped once; its members are views."""

    def open_file(self, name: str, *_: Any, **__: Any) -> BufferFile:
        offset, length = self.range(name)
        view = memoryview(self._source)[offset : offset + length]
        member = BufferFile(b"", name=name)
        member._buf, member.file = view, _Cursor(view)
        return member


class WhooshSegment:
    """One segment, open for reading."""

    def __init__(self, folder: Path, part: Part) -> None:
        self.name = part.name
        path = folder / f"{part.name}.seg"
        with path.open("rb") as stream:
            whole = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
        if len(whole) != part.size or zlib.crc32(whole) != part.crc:
            raise NeedsRebuild(f"segment {part.name} is damaged")
        self._segment = W3Segment(_CODEC, part.name, part.count, segid=part.name)
        self._segment.indexname = "s"
        self._files = _Mapped(FileStorage(str(folder)).open_file(path.name))
        self._terms = _CODEC.terms_reader(self._files, self._segment)
        self._documents = _CODEC.per_document_reader(self._files, self._segment)
        self._columns = {name: self._documents.column_reader(name, _BYTES) for name in (TITLE, TEXT, "meta")}
        self._lock = Lock()
        self.keys = self._numbers("key")

    def _numbers(self, column: str) -> array[int]:
        stored, start, length = self._documents._get_column_file(column)
        numbers = array("Q", stored.get(start, length))
        numbers.byteswap()
        numbers.extend([0] * (self._segment.doc_count_all() - len(numbers)))
        return numbers

    def postings(self, field: str, term: str) -> BitMap:
        """Return the numbers of all documents that hold a term, deleted ones included."""
        numbers = BitMap()
        with self._lock:
            try:
                blocks = self._terms.matcher(field, term.encode(), _TERM.format)
            except TermNotFound:
                return numbers
            while blocks.is_active():
                blocks._read_ids()
                numbers.update(blocks._ids)
                blocks._next_block()
        return numbers

    def starting(self, field: str, prefix: str) -> Iterator[str]:
        """Yield the terms that begin with a prefix, in order."""
        start, found = prefix.encode(), []
        with self._lock:
            if field in self._terms.indexed_field_names():
                for name, term in self._terms.terms_from(field, start):
                    if name != field or not term.startswith(start):
                        break
                    found.append(term.decode())
        return iter(found)

    def words(self, field: str, number: int) -> bytes:
        """Return a document's folded title or text."""
        return self._columns[field][number]

    def seqs(self) -> array[int]:
        """Return each document's place in the feed."""
        return self._numbers("seq")

    def rows(self, deleted: BitMap) -> Iterator[Row]:
        """Yield the living documents as they were written."""
        seqs = self.seqs()
        for number, key in enumerate(self.keys):
            if number not in deleted:
                facets, readers = json.loads(self.words("meta", number))
                title, text = (self.words(field, number).decode() for field in (TITLE, TEXT))
                yield Row(key, seqs[number], title, text, facets, readers)


def write_segment(shelf: Shelf, rows: Iterable[Row]) -> Part:
    """Write rows as one new segment file, synced and in its place, but not yet named by any head."""
    ordered = sorted(rows, key=lambda row: -row.key)
    name = secrets.token_hex(8)
    workshop = shelf.folder / f"new-{name}"
    workshop.mkdir(mode=0o700)
    storage = FileStorage(str(workshop))
    segment = W3Segment(_CODEC, "s", len(ordered), segid=name)
    held = _write_documents(_CODEC.per_document_writer(storage, segment), ordered)
    _write_terms(_CODEC.field_writer(storage, segment), held)
    shutil.rmtree(workshop / "s.tmp")
    segment.create_compound_file(storage)
    part = shelf.sealed(workshop / segment.make_filename(segment.COMPOUND_EXT), name, len(ordered))
    workshop.rmdir()
    return part


def _write_documents(writer: Any, rows: Sequence[Row]) -> dict[str, dict[str, list[int]]]:
    """Write the columns and return, for each field, the numbers of the documents that hold each term."""
    held: dict[str, dict[str, list[int]]] = {
        field: defaultdict(list) for field in sorted((TITLE, TEXT, FACET, READER))
    }
    for number, row in enumerate(rows):
        writer.start_doc(number)
        meta = json.dumps([row.facets, list(row.readers)], ensure_ascii=False)
        writer.add_column_value("key", _NUMBER, row.key)
        writer.add_column_value("seq", _NUMBER, row.seq)
        for field, value in ((TITLE, row.title), (TEXT, row.text), ("meta", meta)):
            writer.add_column_value(field, _BYTES, value.encode())
        writer.finish_doc()
        found = {
            TITLE: {term for _, term in terms(row.title)},
            TEXT: {term for _, term in terms(row.text)},
            FACET: [f"{name}={value}" for name, values in row.facets.items() for value in values_of(values)],
            READER: row.readers,
        }
        for field, words in found.items():
            lists = held[field]
            for word in words:
                lists[word].append(number)
    writer.close()
    return held


def _write_terms(writer: Any, held: Mapping[str, Mapping[str, Sequence[int]]]) -> None:
    add = writer.add
    for field, lists in held.items():
        writer.start_field(field, _TERM)
        for term, numbers in sorted((word.encode(), numbers) for word, numbers in lists.items()):
            writer.start_term(term)
            for number in numbers:
                add(number, 1.0, b"", 0)
            writer.finish_term()
        writer.finish_field()
    writer.close()


class WhooshEngine:
    """An index in a folder, written by one process at a time and read by any number; see `fulltext.Engine`."""

    def __init__(self, folder: Path, *, cache: int = 128 << 20) -> None:
        self._shelf = Shelf(folder)
        self._cache = BitmapCache(cache)
        self._open: WeakValueDictionary[str, WhooshSegment] = WeakValueDictionary()
        self._current: tuple[object, BitmapGeneration] | None = None
        self._lock = Lock()

    def mark(self) -> int:
        """Return the feed's number of the last commit."""
        return self._shelf.read().mark

    def open(self) -> BitmapGeneration:
        """Pin the newest state; cheap while nothing was committed since the last call."""
        stamp = self._shelf.stamp()
        with self._lock:
            if self._current is None or self._current[0] != stamp:
                generation = self._load()
                self._current = (stamp, generation)
            return self._current[1]

    def _load(self) -> BitmapGeneration:
        head = self._shelf.read()
        while True:
            try:
                segments = [(self._segment(part), part) for part in head.parts]
                break
            except FileNotFoundError as error:
                newer = self._shelf.read()
                if newer.number == head.number:
                    raise NeedsRebuild(f"a segment is missing: {error.filename}") from error
                head = newer
        self._cache.keep(part.name for part in head.parts)
        return BitmapGeneration(
            [Leaf(segment, part.deleted, self._cache) for segment, part in segments], head.mark
        )

    def _segment(self, part: Part) -> WhooshSegment:
        segment = self._open.get(part.name)
        if segment is None:
            segment = self._open[part.name] = WhooshSegment(self._shelf.folder, part)
        return segment

    def update(self, documents: Iterable[Document], removed: Iterable[int] = (), *, mark: int) -> None:
        """Commit documents, removals and the mark at once."""
        with self._shelf.writing():
            head = self._shelf.read()
            parts = self._written(head.parts, documents, removed)
            self._commit(Head(mark, head.number + 1, parts))

    def rebuild(self, documents: Iterable[Document], mark: int) -> None:
        """Write everything anew; readers see the old state until the new one is whole."""
        with self._shelf.writing():
            try:
                number = self._shelf.read().number
            except NeedsRebuild:
                number = 0
            self._commit(Head(mark, number + 1, self._written((), documents, ())))

    def _commit(self, head: Head) -> None:
        self._shelf.commit(head)
        self._shelf.sweep(head)

    def _written(
        self, parts: Sequence[Part], documents: Iterable[Document], removed: Iterable[int]
    ) -> tuple[Part, ...]:
        """Write the new segments and return all that count afterwards."""
        kept = self._without(parts, set(removed))
        for batch in _batches(documents):
            kept = self._without(kept, batch.keys())
            rows = [Row.of(document) for document in batch.values()]
            small = self._to_merge(kept, len(rows))
            for part in small:
                rows.extend(self._segment(part).rows(part.deleted))
            kept = [part for part in kept if part not in small]
            if rows:
                kept.append(write_segment(self._shelf, rows))
        return tuple(kept)

    def _without(self, parts: Sequence[Part], keys: Iterable[int]) -> list[Part]:
        """Return the parts with these keys deleted, by document number; a part with nothing left is dropped."""
        kept = []
        wanted = list(keys)
        for part in parts:
            held = self._segment(part).keys
            numbers = BitMap([number for key in wanted if (number := number_of(held, key)) is not None])
            deleted = part.deleted | numbers
            if len(deleted) < part.count:
                kept.append(Part(part.name, part.count, part.size, part.crc, deleted))
        return kept

    def _to_merge(self, parts: Sequence[Part], fresh: int) -> list[Part]:
        """Choose the segments to write again: each at most as large as all chosen before it, and the half-empty."""
        chosen, size = [], fresh
        for part in sorted(parts, key=lambda part: part.alive):
            small = part.alive <= max(size, 16) and part.alive + size <= MERGE_LIMIT
            if small or part.alive * 2 < part.count:
                chosen.append(part)
                size += part.alive
        return chosen

    def close(self) -> None:
        """Let go of the newest state."""
        with self._lock:
            self._current = None


def _batches(documents: Iterable[Document]) -> Iterator[dict[int, Document]]:
    """Yield documents by key in bounded portions, at least one; the last of a key wins within a portion."""
    batch: dict[int, Document] = {}
    size = 0
    for document in documents:
        batch[document.key] = document
        size += len(document.text) + len(document.title)
        if len(batch) >= BATCH_DOCUMENTS or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = {}, 0
    yield batch
