"""Packages go out and come in again: as bag, ZIP, EEP and for a receiver; what is bad stays out, what is good is equal."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from records.domain.findings import Refused
from records.exchange.packages import stream_zip, verify_bag
from records.operations import archiving, conversions, package_exports, package_imports
from records.operations.package_exports import item_named
from records.scripts.instance import Instance
from tests.office import ARCHIVIST, CLERK, build_office
from tests.scripts.test_command import asked

from .packed import FONDS, code_of, placed


@pytest.fixture(scope="module")
def whence(tmp_path_factory):
    """An office with one archived item; nothing is written to it but a conversion."""
    office = build_office(tmp_path_factory.mktemp("whence"), publish=False)
    placed(office, 1, papers=3)
    yield office, code_of(1)
    office.close()


@pytest.fixture(scope="module")
def whither(tmp_path_factory):
    """Another office of the same county, empty."""
    office = build_office(tmp_path_factory.mktemp("whither"), publish=False)
    yield office
    office.close()


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def taken(office, source: Path, **more):
    return package_imports.import_package(
        office.services, source, fonds=FONDS, by=ARCHIVIST, channel="command", **more
    )


def codes(result) -> list[str]:
    assert isinstance(result, Refused), result
    return [found.code for found in result.findings]


def test_a_bag_comes_back_as_it_went_and_only_once(whence, whither, tmp_path):
    office, code = whence
    bag = archiving.export(office.services, code, tmp_path / "bag", reader=ARCHIVIST)
    packed = tmp_path / "bag.zip"
    with office.site() as site:
        manifest = archiving.manifest_of(office.services, item_named(site, code))
    packed.write_bytes(b"".join(stream_zip(manifest, office.services.store)))
    item, noticed = taken(whither, packed)
    assert noticed == ()
    with whither.site() as site:
        record = site.archives[item]
        assert (record.code, record.package_digest, record.state) == (code, manifest.digest, "archived")
        assert [entry[0] for entry in record.management] == ["package.imported"]
        assert record.management[0][4].startswith("归档信息包 bag.zip SHA-256 ")
        assert site.counter(f"archive:{code.rpartition('-')[0]}").value >= 1
    again = archiving.export(whither.services, code, tmp_path / "again", reader=ARCHIVIST)
    assert files_of(again) == files_of(bag)
    assert codes(taken(whither, bag)) == ["package-import.code-taken"]
    browser = whither.browser(ARCHIVIST)
    assert code in browser.get(f"/archives/{item}").text
    assert list((whither.services.instance / "incoming").iterdir()) == []


def test_an_eep_gives_the_same_contents_under_another_code(whence, whither, tmp_path):
    office, code = whence
    path = package_exports.export_eep(office.services, code, tmp_path / "件.eep", reader=ARCHIVIST)
    other = code.rpartition("-")[0] + "-0007"
    item, noticed = taken(whither, path, said={"code": other})
    assert noticed == ()
    here = archiving.export(whither.services, other, tmp_path / "here", reader=ARCHIVIST)
    there = archiving.export(office.services, code, tmp_path / "there", reader=ARCHIVIST)
    papers = {name: content for name, content in files_of(there).items() if name[5:7].isdecimal()}
    assert {name: content for name, content in files_of(here).items() if name[5:7].isdecimal()} == papers
    assert len(papers) == 3
    assert verify_bag(here).ok
    with whither.site() as site:
        record = site.archives[item]
        assert (record.retention, record.year, record.document_count) == ("D30", 2026, 3)
        assert site.counter(f"archive:{code.rpartition('-')[0]}").value >= 7


def test_nothing_is_taken_in_without_the_right_or_with_something_wrong(whence, whither, tmp_path):
    office, code = whence
    bag = archiving.export(office.services, code, tmp_path / "bag", reader=ARCHIVIST)
    denied = package_imports.import_package(whither.services, bag, fonds=FONDS, by=CLERK, channel="command")
    assert codes(denied) == ["permission.denied"]
    unknown = package_imports.import_package(
        whither.services, bag, fonds="?", by=ARCHIVIST, channel="command"
    )
    assert codes(unknown) == ["package-import.fonds-unknown"]
    with whither.site() as site:
        before = len(list(site.archives))
    paper = next(path for path in sorted((bag / "data").rglob("*.pdf")))
    paper.write_bytes(paper.read_bytes() + b" ")
    assert "package.digest-differs" in codes(taken(whither, bag))
    (tmp_path / "bad.eep").write_text("<电子文件封装包/>", encoding="utf-8")
    assert set(codes(taken(whither, tmp_path / "bad.eep"))) == {"eep.missing", "eep.no-documents"}
    with whither.site() as site:
        assert len(list(site.archives)) == before


def test_a_bag_of_others_is_kept_whole_with_what_the_importer_says(whither, tmp_path):
    bag = tmp_path / "外来"
    (bag / "data").mkdir(parents=True)
    (bag / "data/扫描件.tif").write_bytes(b"II*\0scan")
    digest = hashlib.sha512(b"II*\0scan").hexdigest()
    (bag / "manifest-sha512.txt").write_text(f"{digest} *data/扫描件.tif\r\n", encoding="utf-8")
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    (bag / "bag-info.txt").write_text("External-Description: 一九九八年\n  旧卷\n", encoding="utf-8")
    assert codes(taken(whither, bag)) == ["package-import.needs"] * 3
    said = {"code": "J043-WS·1998-D30-0001", "year": "1998", "retention": "长期"}
    item, _ = taken(whither, bag, said=said)
    with whither.site() as site:
        record = site.archives[item]
        assert (record.title, record.year, record.retention) == ("一九九八年 旧卷", 1998, "D30")
        assert record.expires_on.isoformat() == "2028-12-31"
        manifest = archiving.manifest_of(whither.services, record)
    kept = [part for part in manifest.parts if part.path.startswith("data/00来件/")]
    assert [part.path for part in kept] == ["data/00来件/001-扫描件.tif"]
    assert whither.services.store.head(kept[0].digest) == b"II*\0scan"


@pytest.mark.parametrize("profile", ["county", "county-volume", "bags", "eep"])
def test_a_receiver_gets_a_directory_that_agrees_with_every_file(whence, tmp_path, profile):
    office, code = whence
    told = []
    made = package_exports.export_for_receiver(
        office.services, profile, tmp_path / "移交", fonds=FONDS, year=2026, reader=ARCHIVIST,
        progress=lambda done, total: told.append((done, total)) or True,
    )  # fmt: skip
    assert (made.items, made.files, made.findings, told) == (1, 3, [], [(1, 1)])
    book = openpyxl.load_workbook(made.directory / "目录.xlsx")
    first, second = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    assert dict(zip(first[0], first[1], strict=True))["档号"] == code
    digests = dict(
        reversed(line.split("  ", 1))
        for line in (made.directory / "校验清单-SHA256.txt").read_text().splitlines()
    )
    there = files_of(made.directory)
    assert {path: hashlib.sha256(content).hexdigest() for path, content in there.items()
            if path in digests} == digests  # fmt: skip
    for row in (dict(zip(second[0], each, strict=True)) for each in second[1:]):
        if profile != "eep":
            assert hashlib.sha256(there[row["文件"]]).hexdigest() == row["SHA-256"]
    assert len(second) == 4


def test_a_delivery_is_refused_stopped_or_whole(whence, tmp_path):
    office, _ = whence

    def deliver(profile="county", fonds=FONDS, year=2026, reader=ARCHIVIST, **more):
        return package_exports.export_for_receiver(
            office.services, profile, tmp_path / "to", fonds=fonds, year=year, reader=reader, **more
        )

    assert codes(deliver("nobody", fonds="?")) == ["receiver.unknown", "receiver.fonds-unknown"]
    assert codes(deliver(year=1999)) == ["receiver.nothing"]
    assert codes(deliver(reader=CLERK)) == ["permission.denied"]
    assert deliver(progress=lambda done, total: False).stopped
    assert list(tmp_path.iterdir()) == []


def test_a_conversion_stands_beside_the_untouched_original(whence, tmp_path):
    office, code = whence
    text = tmp_path / "新.txt"
    text.write_text("转换后的文本", encoding="utf-8")
    arguments = {"file": text, "by": ARCHIVIST, "channel": "command"}
    bad = conversions.register_conversion(office.services, code, paper=99, tool="", why=" ", **arguments)
    assert codes(bad) == ["conversion.unsaid", "conversion.unsaid", "conversion.paper-unknown"]
    digest = conversions.register_conversion(
        office.services, code, paper=1, tool="LibreOffice 24.2", why="便于利用", **arguments
    )
    with office.site() as site:
        item = item_named(site, code)
        event, _, _, reference, note = item.management[-1]
        assert (event, reference) == ("format.converted", digest)
        assert "fmt/478→x-fmt/111；LibreOffice 24.2；便于利用" in note
        assert list(conversions.converted_digests(item)) == [digest]
        assert archiving.manifest_of(office.services, item).digest == item.package_digest
    same = {"file": office.services.store.path(digest), "by": ARCHIVIST, "channel": "command"}
    assert (
        conversions.register_conversion(office.services, code, paper=1, tool="x", why="y", **same) == digest
    )


def test_the_commands_do_the_same(whence, whither, tmp_path):
    office, code = whence
    here = Instance(Path("none.ini"), opened=office.services, owned=False)
    there = Instance(Path("none.ini"), opened=whither.services, owned=False)
    status, said = asked("--as", ARCHIVIST, "export-receiver", instance=here)
    assert (status, [each["profile"] for each in said["receivers"]]) == (
        0,
        ["county", "county-volume", "bags", "eep"],
    )
    status, said = asked("--as", ARCHIVIST, "export-receiver", "county", "--fonds", FONDS, "--year", "2026", "--to", str(tmp_path / "d"), instance=here)  # fmt: skip
    assert (status, said["items"], said["files"]) == (0, 1, 3)
    status, said = asked(
        "--as", ARCHIVIST, "export-eep", code, "--to", str(tmp_path / "a.eep"), instance=here
    )
    assert (status, said) == (0, {"file": str(tmp_path / "a.eep")})
    other = code.rpartition("-")[0] + "-0030"
    status, said = asked("--as", ARCHIVIST, "import-package", str(tmp_path / "a.eep"), "--fonds", FONDS, "--code", other, instance=there)  # fmt: skip
    assert (status, said["code"]) == (0, other)
    status, said = asked("--as", CLERK, "import-package", str(tmp_path / "a.eep"), "--fonds", FONDS, instance=there)  # fmt: skip
    assert (status, [each["code"] for each in said["findings"]]) == (1, ["permission.denied"])


def test_an_export_is_on_the_access_log_before_it_is_written(whence, tmp_path):
    office, code = whence

    def reads() -> list[str]:
        lines = "".join(path.read_text() for path in sorted(office.services.access.folder.glob("*.jsonl")))
        return [json.loads(line)["read"] for line in lines.splitlines()]

    before = len(reads())
    package_exports.export_eep(office.services, code, tmp_path / "a.eep", reader=ARCHIVIST)
    package_exports.export_for_receiver(
        office.services, "county", tmp_path / "b", fonds=FONDS, year=None, reader=ARCHIVIST
    )
    assert reads()[before:] == ["archive.export", "archive.deliver"]


def test_a_zip_that_leads_out_is_not_unpacked(whither, tmp_path):
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as packed:
        packed.writestr("../../etc/x", "1")
        packed.writestr("bag/bagit.txt", "1")
    assert codes(taken(whither, bad)) == ["zip.unsafe-name"]
