"""Packages: complete, the same every time, and every damage is found with its code by both checkers."""

import hashlib
import io
import json
import shutil
import subprocess
import sys
import unicodedata
import warnings
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.domain.findings import Finding, Refused
from records.exchange import packages, verify_package
from records.store import ContentStore, new_sm3

PAPERS = {
    "01申请/01-01-食品经营许可申请书（欧阳䶮）.pdf": b"%PDF-1.7 application",
    "01申请/01-02-营业执照 䶮𠮷.pdf": b"%PDF-1.7 licence",
    "05决定/05-01-准予决定书.pdf": b"%PDF-1.7 decision",
}
CODE = "J210-ZWFW·2026·D30-0001"
BASICS = "data/基本信息.xml"


def sm3_of(content):
    digest = new_sm3()
    digest.update(content)
    return digest.hexdigest()


def facts_of(papers=PAPERS, **more):
    documents = [
        {
            "path": path,
            "digest": hashlib.sha256(content).hexdigest(),
            "sm3": sm3_of(content),
            "size": len(content),
            "title": Path(path).stem,
            "stage": path[2:4],
            "class": "依据性",
            "source": "复用",
            "form": "扫描",
            "format": "fmt/276",
            "pages": 2,
        }
        for path, content in papers.items()
    ]
    return {
        "code": CODE,
        "organisation": "延津县行政审批和政务信息管理局",
        "made_on": "2026-12-01",
        "software": "records 0.1.0",
        "item": {"name": "食品经营许可 <新办> & 变更", "catalogue_code": "000131011000", "type": "行政许可"},
        "case": {"number": "YJ20261121000017", "closed_at": "2026-11-25", "outcome": "准予"},
        "applicant": {"kind": "自然人", "name": "欧阳䶮𠮷", "id_number": "410726********1234"},
        "record": {"fonds": "J210", "year": 2026, "retention": "定期30年"},
        "documents": documents,
        "events": [
            {"state": "历史行为", "action": "受理", "at": "2026-11-21T09:32:00+08:00", "actor": "诸葛晓月"}
        ],
        "report": {
            "checked_at": "2026-12-01T10:00:00+08:00",
            "phase": "归档",
            "result": "通过",
            "checks": [
                {"id": "GD-1-1", "name": "固化信息有效性", "result": "通过", "evidence": "3 个摘要一致"}
            ],
        },
        **more,
    }


@pytest.fixture
def store(tmp_path):
    return ContentStore(tmp_path / "store", reserve_bytes=0)


@pytest.fixture
def manifest(store):
    for content in PAPERS.values():
        store.put_bytes(content)
    return packages.keep(packages.plan(facts_of()), store)


@pytest.fixture
def bag(manifest, store, tmp_path):
    return packages.write_bag(manifest, store, tmp_path / "bag")


def codes_of(bag, expected_digest=None):
    """Check with the program inside a good package as well, run alone, and let both agree."""
    report = packages.verify_bag(bag, expected_digest=expected_digest)
    command = [sys.executable, "-I", verify_package.__file__, str(bag), "--all", "--json"]
    command += ["--digest", expected_digest] if expected_digest else []
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    alone = json.loads(run.stdout)
    found = [finding.code for finding in report.findings]
    noted = [one["code"] for one in alone["findings"] if one["code"] not in verify_package.NOTES]
    assert (alone["ok"], noted, run.returncode) == (report.ok, found, 0 if report.ok else 1)
    return sorted(set(found))


def rewrite_manifests(bag):
    """Do what a careful forger does: make all lists agree with the files again."""
    for name, digest_of in (("sha256", lambda b: hashlib.sha256(b).hexdigest()), ("sm3", sm3_of)):
        files = sorted(path for path in (bag / "data").rglob("*") if path.is_file())
        lines = [
            f"{digest_of(path.read_bytes())}  {path.relative_to(bag).as_posix().replace('%', '%25')}\n"
            for path in files
        ]
        (bag / f"manifest-{name}.txt").write_text("".join(lines), encoding="utf-8")
    total = sum(path.stat().st_size for path in files)
    info = (bag / "bag-info.txt").read_text(encoding="utf-8").split("Payload-Oxum")[0]
    (bag / "bag-info.txt").write_text(f"{info}Payload-Oxum: {total}.{len(files)}\n", encoding="utf-8")
    tags = sorted(path for path in bag.glob("*.txt") if path.name != "tagmanifest-sha256.txt")
    listed = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in tags]
    (bag / "tagmanifest-sha256.txt").write_text("".join(listed), encoding="utf-8")


def test_a_package_is_good_for_all_three_checkers(bag, manifest):
    assert codes_of(bag, manifest.digest) == []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        assert bagit.Bag(str(bag)).validate()
    assert packages.verify_bag(bag).counts == {
        "documents": 3,
        "files": len(manifest.parts),
        "bytes": manifest.size,
        "code": CODE,
        "digest": manifest.digest,
    }


def test_the_program_inside_checks_its_own_package(bag, manifest):
    program = bag / "data/校验程序/verify_package.py"
    command = [sys.executable, "-I", str(program), "--digest", manifest.digest]
    run = subprocess.run(command, capture_output=True, check=False, timeout=60, cwd="/")
    assert run.returncode == 0
    assert f"检查通过 / good: 档号 {CODE}, 3 documents" in run.stdout.decode()
    (bag / "bagit.txt").unlink()
    run = subprocess.run([sys.executable, "-I", str(program)], capture_output=True, check=False, timeout=60)
    assert run.returncode == 1
    assert "package.missing-tag-file: bagit.txt 缺少必备的说明文件" in run.stdout.decode()


def test_the_descriptions_say_what_is_there_and_say_nothing_where_nothing_is(bag):
    basics = ElementTree.parse(bag / BASICS).getroot()
    assert basics.findtext("归档/档号") == CODE
    assert basics.findtext("归档/件数") == "3"
    assert basics.findtext("归档/页数") == "6"
    assert basics.findtext("事项/事项名称") == "食品经营许可 <新办> & 变更"
    assert basics.findtext("申请人/名称") == "欧阳䶮𠮷"
    assert basics.findtext("归档/密级") == "无"
    assert basics.find("办件/承诺办结日") is None
    files = ElementTree.parse(bag / "data/文件目录.xml").getroot().findall("文件")
    assert [entry.findtext("文件名") for entry in files] == list(PAPERS)
    assert [entry.findtext("顺序号") for entry in files] == ["1", "2", "3"]
    assert "python3 -I data/校验程序/verify_package.py" in (bag / "data/说明.txt").read_text(encoding="utf-8")


def test_writing_twice_gives_the_same_bytes(manifest, store, tmp_path):
    def content(folder):
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    again = packages.Manifest.from_json(json.loads(json.dumps(manifest.as_json())))
    assert again == manifest
    assert again.canonical() == manifest.canonical()
    assert packages.plan(facts_of()) == packages.plan(facts_of())
    first = packages.write_bag(manifest, store, tmp_path / "one")
    second = packages.write_bag(again, store, tmp_path / "two")
    assert content(first) == content(second)
    assert b"".join(packages.stream_zip(manifest, store)) == b"".join(packages.stream_zip(again, store))


def test_the_zip_unpacks_to_a_good_package(manifest, store, tmp_path):
    content = b"".join(packages.stream_zip(manifest, store))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        archive.extractall(tmp_path / "zip")
    assert codes_of(tmp_path / "zip" / CODE, manifest.digest) == []


def paper(bag):
    return bag / "data/05决定/05-01-准予决定书.pdf"


def flip_a_byte(bag):
    content = bytearray(paper(bag).read_bytes())
    content[3] ^= 1
    paper(bag).write_bytes(content)


def remove_a_file(bag):
    paper(bag).unlink()


def add_a_file(bag):
    (bag / "data/05决定/05-02-补页.pdf").write_bytes(b"x")


def add_a_tag_file(bag):
    (bag / "notes.txt").write_bytes(b"x")


def change_the_manifest(bag):
    listed = bag / "manifest-sha256.txt"
    listed.write_text(listed.read_text(encoding="utf-8").replace("a", "b", 1), encoding="utf-8")


def shorten_one_manifest(bag):
    listed = bag / "manifest-sm3.txt"
    listed.write_text(
        "".join(listed.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8"
    )


def rename_a_file(bag):
    paper(bag).rename(paper(bag).with_name("05-01-决定书.pdf"))


def change_the_code(bag):
    info = bag / "bag-info.txt"
    info.write_text(info.read_text(encoding="utf-8").replace("D30-0001", "D30-0002"), encoding="utf-8")


def swap_the_basics_with_new_lists(bag):
    text = (bag / BASICS).read_text(encoding="utf-8")
    (bag / BASICS).write_text(text.replace("0001</档号>", "0009</档号>"), encoding="utf-8")
    rewrite_manifests(bag)


def change_a_paper_with_new_lists(bag):
    flip_a_byte(bag)
    rewrite_manifests(bag)


def remove_a_paper_with_new_lists(bag):
    remove_a_file(bag)
    rewrite_manifests(bag)


def add_a_paper_with_new_lists(bag):
    add_a_file(bag)
    rewrite_manifests(bag)


def break_xml(bag):
    (bag / BASICS).write_text("<基本信息>", encoding="utf-8")


def put_an_entity(bag):
    text = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
    (bag / BASICS).write_text(text, encoding="utf-8")
    rewrite_manifests(bag)


def lead_outside(bag):
    with (bag / "manifest-sha256.txt").open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  data/../../outside\n")


def put_a_link(bag):
    paper(bag).unlink()
    paper(bag).symlink_to("/etc/hostname")


def clash_by_case(bag):
    for name in ("A.pdf", "a.pdf"):
        (bag / "data" / name).write_bytes(b"x")
    rewrite_manifests(bag)


def put_a_control_character(bag):
    (bag / "data/a\nb.pdf").write_bytes(b"x")


def remove_the_declaration(bag):
    (bag / "bagit.txt").unlink()


def declare_another_version(bag):
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")


def write_no_unicode(bag):
    (bag / "bag-info.txt").write_bytes("档号".encode("gbk"))


DIGEST, LISTED, DOCUMENTS = "package.digest-differs", "package.extra-file", "package.documents-differ"
MISSING, COUNT = "package.missing-file", "package.count-differs"
DAMAGES = {
    flip_a_byte: [DIGEST],
    remove_a_file: [COUNT, DOCUMENTS, MISSING],
    add_a_file: [COUNT, LISTED],
    add_a_tag_file: [LISTED],
    rename_a_file: [DOCUMENTS, LISTED, MISSING],
    change_the_code: ["package.code-differs", DIGEST],
    shorten_one_manifest: [DIGEST, "package.manifests-differ"],
    swap_the_basics_with_new_lists: ["package.code-differs"],
    change_a_paper_with_new_lists: [DOCUMENTS],
    remove_a_paper_with_new_lists: [DOCUMENTS],
    add_a_paper_with_new_lists: [DOCUMENTS],
    break_xml: ["package.broken-xml", COUNT, DIGEST],
    put_an_entity: ["package.forbidden-xml"],
    lead_outside: [DIGEST, "package.unsafe-name"],
    put_a_link: [COUNT, DOCUMENTS, MISSING, "package.not-a-file"],
    clash_by_case: ["package.name-clash"],
    put_a_control_character: [COUNT, LISTED, "package.unsafe-name"],
    remove_the_declaration: ["package.missing-tag-file"],
    declare_another_version: ["package.bad-declaration", DIGEST],
    write_no_unicode: ["package.bad-line", "package.code-differs", DIGEST],
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_every_damage_is_found_by_both_checkers(damage, bag):
    damage(bag)
    assert codes_of(bag) == sorted(DAMAGES[damage])


def test_a_changed_manifest_is_found_at_both_ends(bag):
    change_the_manifest(bag)
    assert DIGEST in codes_of(bag)
    assert "manifest-sha256.txt" in [finding.subject for finding in packages.verify_bag(bag).findings]


def test_a_complete_forgery_is_found_by_the_registered_digest(bag, manifest):
    text = (bag / BASICS).read_text(encoding="utf-8")
    (bag / BASICS).write_text(text.replace("欧阳", "司马"), encoding="utf-8")
    rewrite_manifests(bag)
    assert codes_of(bag) == []
    assert codes_of(bag, manifest.digest) == ["package.package-digest-differs"]


def test_a_folder_in_use_and_a_store_that_lacks_or_damaged_a_part_are_refused(manifest, store, tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "kept").write_bytes(b"x")
    refused = packages.write_bag(manifest, store, target)
    assert refused == Refused((Finding("package.target-in-use", subject=str(target)),))
    assert [path.name for path in target.iterdir()] == ["kept"]
    part = next(part for part in manifest.parts if part.path.endswith("准予决定书.pdf"))
    place = store.path(part.digest)
    content = place.read_bytes()
    place.write_bytes(b"#" + content[1:])
    damaged = Finding("package.store-damaged", subject=part.path, params={"digest": part.digest})
    assert packages.write_bag(manifest, store, tmp_path / "new") == Refused((damaged,))
    place.unlink()
    lacking = Finding("package.store-lacks", subject=part.path, params={"digest": part.digest})
    assert packages.write_bag(manifest, store, tmp_path / "new") == Refused((lacking,))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store", "target"]


@pytest.mark.parametrize(
    "path", ["../x.pdf", "01申请/../x", "01申请/a\rb.pdf", "01申请/a:b.pdf", "申请/x.pdf", "01申请/x. "]
)
def test_a_path_that_no_package_may_hold_is_no_document(path):
    with pytest.raises(ValueError, match="path"):
        packages.plan(facts_of({path: b"x"}))


def test_names_that_differ_only_in_case_are_no_package():
    with pytest.raises(ValueError, match="path"):
        packages.plan(facts_of({"01申请/a.pdf": b"x", "01申请/A.pdf": b"y"}))


titles = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)


@settings(max_examples=20, deadline=None)
@given(st.lists(titles, max_size=4))
def test_any_safe_name_makes_a_good_package(tmp_path_factory, names):
    papers = {f"01申请/01-{number:02d}-{name}.pdf": name.encode() for number, name in enumerate(names, 1)}
    safe = {
        path: content
        for path, content in papers.items()
        if not verify_package.unsafe(path) and "/" not in path[5:]
    }
    folder = tmp_path_factory.mktemp("names")
    store = ContentStore(folder / "store", reserve_bytes=0)
    for content in safe.values():
        store.put_bytes(content)
    manifest = packages.keep(packages.plan(facts_of(safe)), store)
    bag = packages.write_bag(manifest, store, folder / "bag")
    report = packages.verify_bag(bag, expected_digest=manifest.digest)
    assert report.findings == ()
    if all(unicodedata.is_normalized("NFC", path) and "%" not in path for path in safe):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            assert bagit.Bag(str(bag)).validate()
    shutil.rmtree(folder)


def test_a_percent_sign_is_escaped_as_the_standard_says(store, tmp_path):
    papers = {"01申请/01-01-持股100%25证明.pdf": b"x"}
    store.put_bytes(b"x")
    bag = packages.write_bag(packages.keep(packages.plan(facts_of(papers)), store), store, tmp_path / "bag")
    assert "01申请/01-01-持股100%2525证明.pdf" in (bag / "manifest-sha256.txt").read_text(encoding="utf-8")
    assert codes_of(bag) == []


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_encoding_a_path_for_the_manifest_can_be_undone(path):
    encoded = packages._encoded(path)
    assert "\n" not in encoded
    assert "\r" not in encoded
    assert verify_package.decoded(encoded) == path
