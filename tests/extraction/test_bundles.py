"""Packed files are measured before they are unpacked: nothing leads out, nothing grows without end, nothing is written."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from records.extraction.types import BundleLimits, Unreadable
from records.extraction.worker import Extractor

LIMITS = BundleLimits(files=5, one=4 << 20, unpacked=8 << 20)


@pytest.fixture
def extractor():
    extractor = Extractor()
    yield extractor
    extractor.close()


def packed(path: Path, files: Mapping[str, bytes], how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def unpacked(extractor: Extractor, path: Path, limits: BundleLimits = LIMITS) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for name, piece in extractor.members(path, limits=limits):
        if name:
            found.append((name, b""))
        found[-1] = (found[-1][0], found[-1][1] + piece)
    return found


def refused(extractor: Extractor, path: Path, limits: BundleLimits = LIMITS) -> tuple[str, dict]:
    with pytest.raises(Unreadable) as bad:
        unpacked(extractor, path, limits)
    return bad.value.finding.code, dict(bad.value.finding.params)


def test_files_come_in_their_order_whole_and_without_debris(extractor, tmp_path):
    long = bytes(range(256)) * 9000
    files = {"一/䶮.pdf": long, "空.txt": b"", "__MACOSX/._a": b"x", "二/.DS_Store": b"x"}
    path = packed(tmp_path / "a.zip", files)
    assert unpacked(extractor, path) == [("一/䶮.pdf", long), ("空.txt", b"")]


def test_a_name_of_an_older_program_is_read_as_gbk(extractor, tmp_path):
    path = packed(tmp_path / "a.zip", {"xxxx.pdf": b"1"})
    raw = path.read_bytes().replace(b"xxxx.pdf", "执照".encode("gbk") + b".pdf")
    path.write_bytes(raw)
    assert unpacked(extractor, path) == [("执照.pdf", b"1")]


@pytest.mark.parametrize("name", ["../a.pdf", "a/../../b.pdf", "/etc/a.pdf", "C:\\a.pdf", "..\\a.pdf"])
def test_a_name_that_leads_out_stops_everything(extractor, tmp_path, name):
    path = packed(tmp_path / "a.zip", {"good.pdf": b"1", name: b"2"})
    assert refused(extractor, path) == ("bundle.unsafe", {"name": name.replace("\0", "")})


def test_a_link_stops_everything(extractor, tmp_path):
    link = zipfile.ZipInfo("a.pdf")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert refused(extractor, tmp_path / "a.zip") == ("bundle.unsafe", {"name": "a.pdf"})


def test_what_is_too_much_is_refused_by_what_comes_out_and_not_by_what_is_said(extractor, tmp_path):
    bomb = packed(tmp_path / "bomb.zip", {"a.txt": b"\0" * (6 << 20)}, zipfile.ZIP_DEFLATED)
    assert refused(extractor, bomb) == ("bundle.too-large", {"what": "ratio", "limit": 100})
    many = packed(tmp_path / "many.zip", {f"{n}.txt": b"1" for n in range(6)})
    assert refused(extractor, many) == ("bundle.too-large", {"what": "files", "limit": 5})
    large = packed(tmp_path / "large.zip", {f"{n}.txt": bytes(3 << 20) for n in range(3)})
    assert refused(extractor, large) == ("bundle.too-large", {"what": "unpacked", "limit": 8})
    lying = bytearray(bomb.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        where = lying.index(mark) + at
        lying[where : where + 4] = struct.pack("<I", 10)
    bomb.write_bytes(lying)
    assert refused(extractor, bomb)[0] == "bundle.not-zip"


def test_files_that_share_their_bytes_are_refused(extractor, tmp_path):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("a.txt", b"1" * 1000)
        entry = archive.infolist()[0]
        for name in "bcd":
            twin = zipfile.ZipInfo(name)
            twin.header_offset, twin.CRC = entry.header_offset, entry.CRC
            twin.compress_size = twin.file_size = 1000
            archive.filelist.append(twin)
        archive._didModify = True
    (tmp_path / "a.zip").write_bytes(body.getvalue())
    assert refused(extractor, tmp_path / "a.zip") == ("bundle.not-zip", {})


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7", b"PK\x05\x06" + bytes(10)])
def test_what_is_no_zip_is_said_to_be_none(extractor, tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    assert refused(extractor, tmp_path / "a.zip") == ("bundle.not-zip", {})


def test_a_file_beyond_its_bound_ends_right_after_it_and_the_next_one_comes_whole(extractor, tmp_path):
    path = packed(tmp_path / "a.zip", {"a.txt": bytes(3 << 20), "b.txt": b"2"})
    (_, first), second = unpacked(extractor, path, BundleLimits(one=1 << 20, unpacked=8 << 20))
    assert (len(first), second) == (2 << 20, ("b.txt", b"2"))
