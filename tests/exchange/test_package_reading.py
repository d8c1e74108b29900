"""Bags of others, held against RFC 8493: every way to be broken has its finding, and good ones of any edition are read."""

from __future__ import annotations

import hashlib
import shutil
import stat
import warnings
import zipfile
from pathlib import Path

import bagit
import pytest
from lxml import etree

from records.domain.findings import Refused
from records.exchange import packages
from records.exchange.package_reading import Bag, ZipLimits, read_bag, unpack
from records.store import ContentStore

from .test_packages import PAPERS, facts_of


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ours")
    store = ContentStore(folder / "store", reserve_bytes=0)
    for content in PAPERS.values():
        store.put_bytes(content)
    manifest = packages.keep(packages.plan(facts_of()), store)
    return packages.write_bag(manifest, store, folder / "bag"), manifest, store


@pytest.fixture
def theirs(tmp_path):
    """A bag as bagit-python makes it, with Chinese names."""
    bag = tmp_path / "外来"
    bag.mkdir()
    (bag / "申请书 䶮.pdf").write_bytes(b"%PDF-1.4 theirs")
    (bag / "附件").mkdir()
    (bag / "附件/照片.jpg").write_bytes(b"\xff\xd8\xff photo")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bagit.make_bag(str(bag), {"External-Description": "旧系统"}, checksums=["sha256", "sha512"])
    return bag


def retag(bag: Path) -> None:
    """Make the tag manifests agree again, so that only the payload is at fault."""
    for name in ("sha256", "sha512"):
        tags = [path for path in sorted(bag.glob("*.txt")) if not path.name.startswith("tagmanifest")]
        lines = [f"{hashlib.new(name, path.read_bytes()).hexdigest()}  {path.name}\n" for path in tags]
        (bag / f"tagmanifest-{name}.txt").write_text("".join(lines), encoding="utf-8")


def codes(result) -> list[str]:
    assert isinstance(result, Refused), result
    return sorted({found.code for found in result.findings})


def test_what_we_wrote_is_read_with_its_frozen_manifest(ours):
    bag, manifest, _ = ours
    read = read_bag(bag)
    assert isinstance(read, Bag), read
    assert read.manifest == manifest


def test_what_bagit_made_is_read_without_one(theirs):
    read = read_bag(theirs)
    assert isinstance(read, Bag), read
    assert (read.manifest, dict(read.info)["External-Description"]) == (None, "旧系统")
    assert [(part.path, part.size) for part in read.payload] == [
        ("data/申请书 䶮.pdf", 15),
        ("data/附件/照片.jpg", 9),
    ]


def line(name: str, text: str):
    def damage(bag: Path) -> None:
        with (bag / name).open("a", encoding="utf-8") as file:
            file.write(text)
        retag(bag)

    return damage


def replace(name: str, old: str, new: str):
    def damage(bag: Path) -> None:
        text = (bag / name).read_text(encoding="utf-8")
        assert old in text
        (bag / name).write_text(text.replace(old, new), encoding="utf-8")
        retag(bag)

    return damage


def remove(*names: str):
    def damage(bag: Path) -> None:
        for name in names:
            path = bag / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        retag(bag)

    return damage


def link(bag: Path) -> None:
    (bag / "data/passwd").symlink_to("/etc/passwd")


NOWHERE = "0" * 64
BROKEN = {
    "no declaration": (remove("bagit.txt"), ["package.missing-tag-file"]),
    "another edition": (replace("bagit.txt", "0.97", "2.0"), ["package.bad-version"]),
    "another encoding": (replace("bagit.txt", "UTF-8", "GB18030"), ["package.bad-encoding"]),
    "no manifest": (remove("manifest-sha256.txt", "manifest-sha512.txt"), ["package.no-manifest"]),
    "no payload": (remove("data"), ["package.count-differs", "package.missing-file", "package.no-payload"]),
    "fetch from the network": (line("fetch.txt", "http://example.org/x - data/x\n"), ["package.fetch"]),
    "a path upward": (line("manifest-sha256.txt", f"{NOWHERE}  data/../../etc/x\n"), ["package.unsafe-name"]),
    "a path from the root": (line("manifest-sha256.txt", f"{NOWHERE}  /etc/passwd\n"), ["package.unsafe-name"]),
    "a drive letter": (line("manifest-sha256.txt", f"{NOWHERE}  data/C:\\x\n"), ["package.unsafe-name"]),
    "a home": (line("manifest-sha256.txt", f"{NOWHERE}  ~root/x\n"), ["package.unsafe-name"]),
    "a listed file that is not there": (line("manifest-sha256.txt", f"{NOWHERE}  data/x\n"), ["package.missing-file"]),
    "a file that one manifest leaves out": (replace("manifest-sha512.txt", "附件/照片.jpg", "附件/照片2.jpg"), ["package.extra-file", "package.missing-file"]),
    "a file twice": (line("manifest-sha256.txt", f"{NOWHERE}  data/申请书 䶮.pdf\n"), ["package.manifest-repeats"]),
    "names that clash": (line("manifest-sha256.txt", f"{NOWHERE}  data/附件/照片.JPG\n"), ["package.missing-file", "package.name-clash"]),
    "a line without a path": (line("manifest-sha256.txt", "abc\n"), ["package.bad-line"]),
    "another sum": (replace("bag-info.txt", "Payload-Oxum: 24.2", "Payload-Oxum: 24.3"), ["package.count-differs"]),
    "a link": (link, ["package.not-a-file"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_every_broken_bag_is_refused_for_what_it_is(theirs, name):
    damage, expected = BROKEN[name]
    damage(theirs)
    assert codes(read_bag(theirs)) == expected


def test_a_changed_payload_and_a_changed_tag_are_seen(theirs):
    (theirs / "data/申请书 䶮.pdf").write_bytes(b"%PDF-1.4 THEIRS")
    (theirs / "bag-info.txt").write_text("Payload-Oxum: 24.2\n", encoding="utf-8")
    read = read_bag(theirs)
    assert codes(read) == ["package.digest-differs"]
    assert {found.subject for found in read.findings} == {"data/申请书 䶮.pdf", "bag-info.txt"}


def test_md5_alone_is_read_with_a_warning(theirs):
    for path in theirs.glob("*manifest-*.txt"):
        path.unlink()
    sums = {
        path: hashlib.md5(path.read_bytes()).hexdigest()
        for path in (theirs / "data").rglob("*")
        if path.is_file()
    }
    lines = [f"{digest} *{path.relative_to(theirs).as_posix()}\r\n" for path, digest in sums.items()]
    (theirs / "manifest-md5.txt").write_text("".join(lines), encoding="utf-8")
    read = read_bag(theirs)
    assert isinstance(read, Bag), read
    assert [found.code for found in read.findings] == ["package.weak-only"]


def packed(path: Path, entries) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of names that are there twice
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return path


ZIPS = {
    "upward": ([("../x", b"1", 0)], ["zip.unsafe-name"]),
    "from the root": ([("/etc/x", b"1", 0)], ["zip.unsafe-name"]),
    "a link": ([("bag/x", b"/etc/passwd", stat.S_IFLNK | 0o777)], ["zip.not-a-file"]),
    "clashing names": ([("bag/a", b"1", 0), ("bag/A", b"2", 0)], ["zip.name-clash"]),
    "names that differ in their Unicode form": ([("bag/\u00e9", b"1", 0), ("bag/e\u0301", b"2", 0)], ["zip.name-clash"]),
    "the same name twice": ([("bag/a", b"1", 0), ("bag/a", b"2", 0)], ["zip.name-clash"]),
    "a file that is a folder as well": ([("bag/a", b"1", 0), ("bag/A/b", b"2", 0)], ["zip.name-clash"]),
    "a folder that is a file as well": ([("bag/a/", b"", 0), ("bag/a", b"2", 0)], ["zip.name-clash"]),
    "a name that no disk takes": ([("bag/" + "长" * 90, b"1", 0)], ["zip.unsafe-name"]),
    "a path that no disk takes": ([("/".join(["a"] * 600), b"1", 0)], ["zip.unsafe-name"]),
    "a bomb": ([("bag/x", bytes(30 << 20), 0)], ["zip.too-large"]),
}  # fmt: skip


@pytest.mark.parametrize("name", ZIPS)
def test_every_broken_zip_is_refused(tmp_path, name):
    entries, expected = ZIPS[name]
    room = tmp_path / "room"
    room.mkdir()
    assert codes(unpack(packed(tmp_path / "x.zip", entries), room, ZipLimits(ratio=20))) == expected
    assert list(room.iterdir()) == []


@pytest.mark.parametrize("long", [False, True])
def test_a_zip_with_a_million_entries_is_refused_before_its_directory_is_read(tmp_path, long):
    """The end of the file says how long the directory is; there is none here, so reading it would say that it is broken."""
    room = tmp_path / "room"
    room.mkdir()
    size = 1_000_000 * 60
    short = b"PK\x05\x06" + bytes(4) + b"\xff" * 4 + size.to_bytes(4, "little") + bytes(6)
    if long:
        record = b"PK\x06\x06" + bytes(36) + size.to_bytes(8, "little") + bytes(8)
        short = record + b"PK\x06\x07" + bytes(16) + short[:12] + b"\xff" * 4 + short[16:]
    else:
        short = b"PK\x06\x06" + bytes(90) + short  # what stands elsewhere is no end of a large one
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04" + short)
    assert codes(unpack(tmp_path / "x.zip", room)) == ["zip.too-large"]
    assert codes(unpack(tmp_path / "x.zip", room, ZipLimits(files=size))) == ["zip.broken"]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_stream_that_breaks_in_the_middle_is_refused(tmp_path, method):
    room = tmp_path / "room"
    room.mkdir()
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("bag/a", bytes(range(256)) * 40)
    raw = bytearray(path.read_bytes())
    raw[40:60] = b"\xff" * 20
    path.write_bytes(raw)
    assert codes(unpack(path, room)) == ["zip.broken"]


def test_a_zip_that_lies_about_its_sizes_or_is_none_is_refused(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    assert codes(
        unpack(packed(tmp_path / "x.zip", [("a/b", bytes(100), 0)]), room, ZipLimits(unpacked=50))
    ) == ["zip.too-large"]
    (tmp_path / "none.zip").write_bytes(b"PK\x03\x04 nothing")
    assert codes(unpack(tmp_path / "none.zip", room)) == ["zip.broken"]


def test_names_of_chinese_programs_are_read_in_gb18030(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    path = packed(tmp_path / "x.zip", [("bag/AAAA.txt", b"1", 0)])
    path.write_bytes(path.read_bytes().replace(b"AAAA", "档案".encode("gb18030")))
    assert sorted(each.name for each in unpack(path, room).iterdir()) == ["档案.txt"]


def test_the_schema_inside_fits_the_descriptions_inside_and_nothing_else(ours):
    bag, _, _ = ours
    schema = etree.RelaxNG(etree.parse(bag / "data/模式/归档信息包.rng"))
    described = [
        *(bag / f"data/{name}.xml" for name in ("基本信息", "文件目录", "过程信息", "检测报告")),
        *sorted((bag / "data/元数据").iterdir()),
    ]
    assert [path.name for path in described if not schema.validate(etree.parse(path))] == []
    assert [path.name for path in described[4:]] == ["01.xml", "02.xml", "03.xml"]
    tree = etree.parse(described[4])
    tree.getroot().append(etree.Element("别的"))
    assert not schema.validate(tree)


def test_the_preservation_metadata_name_every_paper_and_every_step(ours):
    bag, _, _ = ours
    names = {"p": "http://www.loc.gov/premis/v3"}
    tree = etree.parse(bag / "data/premis.xml")
    found = tree.xpath(
        "//p:object[p:objectCharacteristics]/p:objectIdentifier/p:objectIdentifierValue/text()",
        namespaces=names,
    )
    assert sorted(found) == sorted(f"data/{path}" for path in PAPERS)
    sums = tree.xpath(
        "//p:fixity[p:messageDigestAlgorithm='SHA-256']/p:messageDigest/text()", namespaces=names
    )
    assert sorted(sums) == sorted(hashlib.sha256(content).hexdigest() for content in PAPERS.values())
    assert tree.xpath("//p:eventType/text()", namespaces=names) == ["受理", "validation"]
    assert tree.xpath("//p:agentName/text()", namespaces=names) == [
        "诸葛晓月", "延津县行政审批和政务信息管理局", "records 0.1.0",
    ]  # fmt: skip
    assert tree.xpath("//p:rightsBasis/text()", namespaces=names) == ["statute"]
