from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.store import ContentStore, CryptographySM3, Stored, StoreFull, TooLarge, new_sm3

SCAN = "营业执照 䶮𠮷 １２３".encode() * 50
DIGEST = hashlib.sha256(SCAN).hexdigest()
SM3 = hashlib.new("sm3", SCAN).hexdigest()
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path) -> ContentStore:
    return ContentStore(tmp_path / "store", reserve_bytes=0)


def files(store: ContentStore) -> list[str]:
    return sorted(str(p.relative_to(store.folder)) for p in store.folder.rglob("*") if p.is_file())


class Torn:
    """A stream that breaks after its first chunk, as a client does that goes away."""

    def __init__(self) -> None:
        self.chunks = [b"x" * 100]

    def read(self, _size: int) -> bytes:
        if self.chunks:
            return self.chunks.pop()
        raise ConnectionResetError("gone")


def test_bytes_are_kept_once_under_their_digest(store):
    assert store.put_bytes(SCAN) == Stored(DIGEST, SM3, len(SCAN), fresh=True)
    assert store.put(BytesIO(SCAN)) == Stored(DIGEST, SM3, len(SCAN), fresh=False)
    assert files(store) == [".lock", f"sha256/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"]
    with store.open(DIGEST) as file:
        assert file.read() == SCAN
    assert (store.head(DIGEST, 4), store.head(DIGEST)) == (SCAN[:4], SCAN[:4096])
    assert store.has(DIGEST)
    assert list(store.walk()) == [DIGEST]


def test_folders_and_files_are_private(store):
    store.put_bytes(SCAN)
    modes = {stat.S_IMODE(p.stat().st_mode) for p in store.folder.rglob("*") if p.is_dir()}
    assert modes | {stat.S_IMODE(store.folder.stat().st_mode)} == {0o700}
    assert {stat.S_IMODE(p.stat().st_mode) for p in store.folder.rglob("*") if p.is_file()} == {0o600}


def test_a_large_stream_is_hashed_piece_by_piece(store):
    content = os.urandom(3 * (1 << 20) + 7)
    stored = store.put_bytes(content)
    assert stored == Stored(
        hashlib.sha256(content).hexdigest(), hashlib.new("sm3", content).hexdigest(), len(content), fresh=True
    )
    assert store.verify(stored.digest)


def test_the_limit_itself_is_allowed_and_one_byte_more_leaves_nothing(store):
    assert store.put(BytesIO(SCAN), limit=len(SCAN)).size == len(SCAN)
    store.remove(DIGEST)
    with pytest.raises(TooLarge) as refused:
        store.put(BytesIO(SCAN), limit=len(SCAN) - 1)
    assert refused.value.limit == len(SCAN) - 1
    assert files(store) == [".lock"]


def test_a_client_that_goes_away_leaves_nothing(store):
    with pytest.raises(ConnectionResetError):
        store.put(Torn())
    assert files(store) == [".lock"]


def test_the_reserve_is_never_used_up(tmp_path):
    free = shutil.disk_usage(tmp_path).free
    store = ContentStore(tmp_path / "store", reserve_bytes=free * 2)
    with pytest.raises(StoreFull):
        store.put_bytes(SCAN)
    assert files(store) == [".lock"]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root mounts a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], check=True)
    try:
        store = ContentStore(disk / "store", reserve_bytes=0)
        kept = store.put_bytes(SCAN)
        with pytest.raises(StoreFull):
            store.put(BytesIO(os.urandom(1 << 20)))
        # With a reserve below nothing our own check passes, and the disk itself must say no.
        store.reserve_bytes = -(1 << 30)
        with pytest.raises(StoreFull) as full:
            store.put(BytesIO(os.urandom(1 << 20)))
        assert full.value.__cause__.errno == errno.ENOSPC
        assert list(store.walk()) == [kept.digest]
        assert list((store.folder / "temporary").iterdir()) == []
        assert store.verify(kept.digest)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_changed_and_missing_bytes_do_not_verify(store):
    store.put_bytes(SCAN)
    assert store.verify(DIGEST)
    store.path(DIGEST).write_bytes(SCAN[:-1] + b"?")
    assert not store.verify(DIGEST)
    assert not store.verify(hashlib.sha256(b"").hexdigest())


def test_a_file_that_was_cut_short_is_healed_by_the_next_copy(store):
    store.put_bytes(SCAN)
    store.path(DIGEST).write_bytes(SCAN[:10])
    assert store.put_bytes(SCAN) == Stored(DIGEST, SM3, len(SCAN), fresh=True)
    assert store.verify(DIGEST)


@pytest.mark.parametrize(
    "wrong", ["", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1], DIGEST + "0", "/" * 64]
)
def test_what_is_no_digest_never_becomes_a_path(store, wrong):
    with pytest.raises(ValueError, match="not a SHA-256"):
        store.path(wrong)


@given(st.binary(max_size=3000))
def test_both_ways_to_sm3_agree(content):
    ours = CryptographySM3()
    ours.update(content[:100])
    ours.update(content[100:])
    system = new_sm3()
    system.update(content)
    assert ours.hexdigest() == system.hexdigest() == hashlib.new("sm3", content).hexdigest()


def test_sm3_answers_the_standards_example():
    """GB/T 32905-2016, example 1: the message "abc"."""
    ours = CryptographySM3()
    ours.update(b"abc")
    assert ours.hexdigest() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def aged(store: ContentStore, content: bytes, at: datetime) -> str:
    digest = store.put_bytes(content).digest
    os.utime(store.path(digest), (at.timestamp(), at.timestamp()))
    return digest


def test_only_old_files_that_no_record_names_go_to_quarantine(store):
    now = datetime(2026, 11, 21, tzinfo=UTC)
    named, forgotten, young = (
        aged(store, content, now - age)
        for content, age in ((b"named", 9 * DAY), (b"forgotten", 9 * DAY), (b"young", 6 * DAY))
    )
    assert store.sweep({named}.__contains__, older_than=7 * DAY, now=now) == (forgotten,)
    assert list(store.walk()) == sorted([named, young])
    assert not store.has(forgotten)
    assert store.empty_quarantine(older_than=30 * DAY, now=now + 29 * DAY) == ()
    assert (store.folder / "quarantine" / forgotten).read_bytes() == b"forgotten"
    assert store.empty_quarantine(older_than=30 * DAY, now=now + 30 * DAY) == (forgotten,)
    assert files(store) == sorted([".lock", *(f"sha256/{d[:2]}/{d[2:4]}/{d}" for d in (named, young))])


def test_handing_a_file_in_again_makes_it_young(store):
    now = datetime.now(UTC) + timedelta(minutes=1)
    digest = aged(store, SCAN, now - 9 * DAY)
    assert not store.put_bytes(SCAN).fresh
    assert store.sweep(lambda _: False, older_than=7 * DAY, now=now) == ()
    assert store.has(digest)


def test_removal_leaves_no_bytes_in_store_or_quarantine(store):
    now = datetime.now(UTC)
    aged(store, SCAN, now - 9 * DAY)
    store.sweep(lambda _: False, older_than=DAY, now=now)
    store.put_bytes(SCAN)
    assert store.remove(DIGEST)
    assert files(store) == [".lock"]
    assert not store.remove(DIGEST)


def test_stale_temporary_files_are_cleared_and_living_writers_spared(store):
    stale = store.folder / "temporary" / "put-stale"
    stale.write_bytes(b"half a scan")
    with (store.folder / "temporary" / "put-living").open("wb") as living:
        fcntl.flock(living, fcntl.LOCK_EX)
        assert store.clear_temporary() == 1
        assert files(store) == [".lock", "temporary/put-living"]
    assert store.clear_temporary() == 1
    assert files(store) == [".lock"]


@pytest.mark.torture
def test_eight_windows_hand_in_the_same_scans_while_the_sweeper_runs(store):
    """A file that somebody was told is stored is there, whatever the sweeper does meanwhile to older ones."""
    contents = [bytes([n]) * 5000 for n in range(20)]
    done = threading.Event()
    swept: list[str] = []

    def sweep() -> None:
        while not done.is_set():
            # Everything older than this very moment may go, except what was just touched.
            swept.extend(store.sweep(lambda _: False, older_than=timedelta(seconds=1), now=datetime.now(UTC)))

    def hand_in(window: int) -> list[bool]:
        present = []
        for content in contents * 3:
            digest = store.put_bytes(content).digest
            present.append(store.has(digest))
            if window == 0:
                os.utime(store.path(digest), (0, 0))
                store.put_bytes(content)
        return present

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    with ThreadPoolExecutor(8) as pool:
        answers = [present for answer in pool.map(hand_in, range(8)) for present in answer]
    done.set()
    sweeper.join()
    assert len(answers) == 8 * 60
    assert list((store.folder / "temporary").iterdir()) == []
    assert all(store.verify(digest) for digest in store.walk())


WRITER = """
import sys
from records.store import ContentStore
store = ContentStore(sys.argv[1], reserve_bytes=0)
print("READY", flush=True)
store.put_bytes(b"scan")
print("FRESH", flush=True)
store.put_bytes(b"scan")
print("HIT", flush=True)
"""


def calls_of(trace: str, folder: Path) -> list[tuple[str, str]]:
    """Return (call, path below the store) for every fsync and rename, and (say, word) for what was printed."""
    seen = []
    for line in trace.splitlines():
        if said := re.search(r'write\(1<.*?>, "(\w+)(?:\\n)?"', line):
            seen.append(("say", said[1]))
        elif synced := re.search(r"(?:fsync|fdatasync)\(\d+<([^>]*)>", line):
            seen.append(("fsync", os.path.relpath(synced[1], folder)))
        elif named := re.search(r'rename\("([^"]*)", "([^"]*)"', line):
            seen.append(("rename", os.path.relpath(named[2], folder)))
    return seen


def test_the_disk_is_told_in_the_order_that_survives_a_power_cut(tmp_path):
    if shutil.which("strace") is None:
        pytest.fail("strace is missing; install it with: apt-get install -y strace", pytrace=False)
    folder = tmp_path / "store"
    subprocess.run(
        [
            *("strace", "-f", "-y", "-s", "400", "-o", tmp_path / "trace"),
            *("-e", "trace=fsync,fdatasync,rename,write"),
            *(sys.executable, "-c", WRITER, str(folder)),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    seen = calls_of((tmp_path / "trace").read_text(), folder)
    seen = [(call, re.sub(r"put-\w+", "put", path)) for call, path in seen[seen.index(("say", "READY")) :]]
    digest = hashlib.sha256(b"scan").hexdigest()
    outer, inner = f"sha256/{digest[:2]}", f"sha256/{digest[:2]}/{digest[2:4]}"
    assert seen == [
        ("say", "READY"),
        ("fsync", "temporary/put"),
        ("fsync", "sha256"),
        ("fsync", outer),
        ("rename", f"{inner}/{digest}"),
        ("fsync", inner),
        ("say", "FRESH"),
        ("fsync", "temporary/put"),
        ("fsync", inner),
        ("say", "HIT"),
    ]
