"""Packages made to deceive: every sum of theirs agrees, and what they say cannot be true or would reach beyond them."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from records.domain.findings import Refused
from records.exchange.packages import Manifest
from records.operations import archiving, package_exports, package_imports
from records.operations.archived_papers import papers_in
from records.store import new_sm3
from records.views import messages
from tests.office import ARCHIVIST, build_office

from .packed import FONDS, code_of, placed

BASICS, LIST, PROCESS = "data/基本信息.xml", "data/文件目录.xml", "data/过程信息.xml"
SECRET = b"%PDF-1.4 of another fonds"
SECRET_DIGEST = hashlib.sha256(SECRET).hexdigest()


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    """A package of another office, in a folder, and the same as an EEP."""
    folder = tmp_path_factory.mktemp("whence")
    office = build_office(folder / "office", publish=False)
    placed(office, 1, papers=3)
    made = archiving.export(office.services, code_of(1), folder / "bag", reader=ARCHIVIST)
    package_exports.export_eep(office.services, code_of(1), folder / "item.eep", reader=ARCHIVIST)
    office.close()
    return made


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("whither"), publish=False)
    office.services.store.put_bytes(SECRET)
    yield office
    office.close()


def agreeing(folder: Path) -> Path:
    """Make every digest and every sum of a bag agree with its files again."""
    files = sorted(path for path in (folder / "data").rglob("*") if path.is_file())
    oxum = f"Payload-Oxum: {sum(path.stat().st_size for path in files)}.{len(files)}"
    info = folder / "bag-info.txt"
    info.write_text(re.sub("Payload-Oxum: .*", oxum, info.read_text("utf-8")), encoding="utf-8")
    tags = [folder / "bagit.txt", info, folder / "manifest-sha256.txt", folder / "manifest-sm3.txt"]
    for kind, listed in (("", files), ("tag", tags)):
        for name, new in (("sha256", hashlib.sha256), ("sm3", new_sm3)):
            manifest = folder / f"{kind}manifest-{name}.txt"
            if manifest.exists():
                lines = []
                for path in listed:
                    digest = new()
                    digest.update(path.read_bytes())
                    lines.append(f"{digest.hexdigest()}  {path.relative_to(folder).as_posix()}\n")
                manifest.write_text("".join(lines), encoding="utf-8")
    return folder


def recoded(bag: Path, target: Path, code: str) -> Path:
    """Copy a bag under another code."""
    shutil.copytree(bag, target)
    for path in target.rglob("*"):
        if path.suffix in (".xml", ".txt") and path.is_file():
            path.write_bytes(path.read_bytes().replace(code_of(1).encode(), code.encode()))
    return agreeing(target)


def taken(office, source: Path, **more):
    return package_imports.import_package(
        office.services, source, fonds=FONDS, by=ARCHIVIST, channel="command", **more
    )


def told(result) -> list[tuple[str, str]]:
    assert isinstance(result, Refused), result
    assert all(messages.sentence_in("zh_Hans", found) for found in result.findings)
    return [(found.code, found.subject) for found in result.findings]


def beside(name: str, value: str) -> str:
    """Return a line of the list of papers that leads to bytes of another item of the store."""
    return (
        f"<文件><{name}>{value}</{name}><顺序号>9</顺序号><文件名>01申请/01-09-乙.pdf</文件名><格式>pdf</格式>"
        f"<字节数>{len(SECRET)}</字节数><摘要>{SECRET_DIGEST}</摘要></文件></文件目录>"
    )


STATED = [
    ("a year in words", BASICS, "<年度>2026<", "<年度>两千年<", [("package-import.year", "year"), ("package-import.year-differs", "year")]),
    ("a year that no calendar has", BASICS, "<年度>2026<", "<年度>99999<", [("package-import.year", "year"), ("package-import.year-differs", "year")]),
    ("a year to come", BASICS, "<年度>2026<", "<年度>2027<", [("package-import.year", "year"), ("package-import.year-differs", "year")]),
    ("another year than in the code", BASICS, "<年度>2026<", "<年度>2025<", [("package-import.year-differs", "year")]),
    ("no year", BASICS, "<年度>2026</年度>", "", [("package-import.needs", "year")]),
    ("a period of no table", BASICS, "<保管期限>D30<", "<保管期限>十年又十年<", [("retention.unknown", "retention")]),
    ("closed at the end of all days", BASICS, "2026-11-20T10", "9999-11-20T10", [("package-import.day-to-come", "closed")]),
    ("a wrong count", BASICS, "<件数>3<", "<件数>4<", [("package.count-differs", BASICS)]),
    ("a paper of another item, hidden from the verifier", LIST, "</文件目录>", beside("题名", "甲"), [("package.documents-differ", "01申请/01-09-乙.pdf")]),
    ("a second name and digest before the first", LIST, "<题名>", f"<文件名>01申请/q.pdf</文件名><摘要>{SECRET_DIGEST}</摘要><题名>", [("package.documents-differ", "01申请/q.pdf")]),
    ("a control character", PROCESS, "<业务行为>", "<业务行为>\x0b", [("package.broken-xml", PROCESS)]),
    ("a document type", PROCESS, "<过程信息", '<!DOCTYPE a [<!ENTITY b "哈">]><过程信息', [("package.forbidden-xml", PROCESS)]),
]  # fmt: skip


@pytest.mark.parametrize("name", [row[0] for row in STATED])
def test_what_cannot_be_true_is_refused_although_every_sum_agrees(office, bag, tmp_path, name):
    _, file, old, new, expected = next(row for row in STATED if row[0] == name)
    made = recoded(bag, tmp_path / "bag", code_of(40))
    text = (made / file).read_text("utf-8")
    assert old in text
    (made / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert told(taken(office, agreeing(made))) == expected


def test_no_package_uses_up_the_numbers_of_another_fonds(office, bag, tmp_path):
    strange = "J061-ZY·SP·2026-D30-WJW-9999"
    result = taken(office, recoded(bag, tmp_path / "bag", strange))
    assert told(result) == [("package-import.other-fonds", "code")]
    with office.site() as site:
        assert "archive:J061-ZY·SP·2026-D30-WJW" not in site.counters
        assert not [item for item in site.archives.values() if item.code == strange]


def test_a_list_that_leads_elsewhere_shows_nothing_even_if_it_came_in(office, bag, tmp_path):
    """The reader of papers does not rely on what the import has looked at."""
    item, _ = taken(office, recoded(bag, tmp_path / "bag", code_of(41)))
    with office.site() as site:
        manifest = archiving.manifest_of(office.services, site.archives[item])
        part = next(part for part in manifest.parts if part.path == LIST)
        with office.services.store.open(part.digest) as stream:
            text = stream.read().decode()
        assert [paper.number for paper in papers_in(office.services, site.archives[item])] == [1, 2, 3]
        changed = office.services.store.put_bytes(text.replace("</文件目录>", beside("题名", "甲")).encode())
        frozen = {**manifest.as_json(), "parts": [
            {**each, **({"digest": changed.digest} if each["path"] == LIST else {})} for each in manifest.as_json()["parts"]
        ]}  # fmt: skip
        record = site.archives[item]
        record.manifest = office.services.store.put_bytes(Manifest.from_json(frozen).canonical()).digest
        assert [paper.number for paper in papers_in(office.services, record)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"year": "99999"}, "package-import.year"),
        ({"year": "²"}, "package-import.year"),
        ({"year": "1"}, "package-import.year"),
        ({"code": ".."}, "package-import.code-form"),
        ({"code": "档\x0b号"}, "package-import.code-form"),
        ({"code": "J061-ZY·SP·2026-D30-WJW-0001"}, "package-import.other-fonds"),
    ],
)
def test_what_is_said_of_a_foreign_package_is_looked_at_as_well(office, bag, said, expected):
    eep = bag.parent / "item.eep"
    found = [code for code, _ in told(taken(office, eep, said={"code": "旧档2026-42", **said}))]
    assert expected in found


def test_two_that_bring_the_same_code_at_once_bring_one_item(office, bag, tmp_path):
    code = code_of(50)
    made = [recoded(bag, tmp_path / str(number), code) for number in range(4)]
    for number, folder in enumerate(made):
        (folder / "data/README.txt").write_text(str(number), encoding="utf-8")
        agreeing(folder)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda folder: taken(office, folder), made))
    refused = [result for result in results if isinstance(result, Refused)]
    assert [told(each) for each in refused] == [[("package-import.code-taken", "")]] * 3
    with office.site() as site:
        assert len([item for item in site.archives.values() if item.code == code]) == 1


def test_a_zip_with_a_broken_stream_is_refused_and_leaves_nothing(office, bag, tmp_path):
    path = tmp_path / "bag.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for each in sorted(bag.rglob("*")):
            if each.is_file():
                packed.write(each, f"bag/{each.relative_to(bag).as_posix()}")
        first = packed.infolist()[0]
    raw = bytearray(path.read_bytes())
    start = first.header_offset + 30 + len(first.orig_filename.encode())
    raw[start : start + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(raw)
    assert told(taken(office, path)) == [("zip.broken", "zip")]
    assert list((office.services.instance / "incoming").iterdir()) == []
