"""The second copy: complete, judged by others, read again in time, mending and mended, and enough to build all again."""

from __future__ import annotations

import logging
import shutil

import ocfl
import pytest

from records.domain.findings import Refused
from records.exchange.ocfl import Root
from records.exchange.packages import verify_bag
from records.indexes import questions
from records.operations import archiving, copying, keeping, rebuilding
from records.operations.acts import plain
from records.operations.package_exports import item_named
from tests.office import ARCHIVIST, build_office

from .packed import FONDS, code_of, placed


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """One office for all: each test enters an item of its own and leaves everything whole."""
    office = build_office(tmp_path_factory.mktemp("keeping"), publish=False)
    yield office
    office.close()


@pytest.fixture
def number(office) -> int:
    """Enter an item and copy it; its number."""
    office.numbers["item"] = office.numbers.get("item", 0) + 1
    placed(office, office.numbers["item"])
    followed(office)
    return office.numbers["item"]


def id_of(office, number: int) -> str:
    with office.site() as site:
        return item_named(site, code_of(number)).id


def checked(office, number: int):
    """Let a day pass and read everything again; return what was mended and lost of one item."""
    office.clock.advance(days=1)
    result, name = keeping.Checked(), f"urn:juanzong:archive:{code_of(number)}"
    while (part := keeping.check(office.services, all_of=True)).objects:
        result.mended += [path for each, path in part.mended if each == name]
        result.lost += [path for each, path in part.lost if each == name]
    return result.mended, result.lost


def followed(office) -> int:
    count = 0
    while done := copying.follow(office.services):
        count += done
    return count


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def judged_by_ocfl_py(folder) -> list[str]:
    """Let ocfl-py validate the whole root; return what it holds against it."""
    if (folder / "0=ocfl_1.1").exists():
        root = ocfl.StorageRoot(root=str(folder))
        return [] if root.validate(validate_objects=True, check_digests=True) else [str(root.log)]
    return [] if ocfl.Object().validate(str(folder))[0] else ["not valid"]


def copies(office, number: int = 1):
    root = copying.copy_root(office.services)
    identifier = f"urn:juanzong:archive:{code_of(number)}"
    return root, identifier, root.read(identifier)


def spoil(path) -> None:
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])


def digest_of_paper(office, number: int = 1) -> str:
    with office.site() as site:
        manifest = archiving.manifest_of(office.services, item_named(site, code_of(number)))
    return next(part.digest for part in manifest.parts if part.path.startswith("data/01"))


def test_the_copy_holds_a_whole_package_and_follows_what_changes(office, number, tmp_path):
    assert followed(office) == 0
    root, identifier, kept = copies(office, number)
    assert kept.version == 1
    for path, digest in kept.files.items():
        target = tmp_path / "out" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root.content(identifier, kept, digest), target)
    assert verify_bag(tmp_path / "out/package").ok
    exported = archiving.export(office.services, code_of(number), tmp_path / "bag", reader=ARCHIVIST)
    assert files_of(tmp_path / "out/package") == files_of(exported)
    office.do(ARCHIVIST, lambda act: _noted(act, id_of(office, number)))
    assert followed(office) == 1
    again = copies(office, number)[2]
    assert again.version == 2
    changed = {path for path in again.files if again.files[path] != kept.files.get(path)}
    assert changed == {"record.json"}
    assert judged_by_ocfl_py(copying.copy_folder(office.services)) == []


def _noted(act, item):
    record = act.site.archives[item]
    record.management = (*record.management, ("test.noted", act.at, act.by.userid, "", "备注"))
    copying.feed.touch(act.site, record)
    return record


def test_everything_is_built_again_from_the_copy_alone_and_nothing_that_is_not_proven(tmp_path):
    office = build_office(tmp_path, publish=False)
    for number in (1, 2, 5):
        placed(office, number, papers=3)
    followed(office)
    bags = {}
    with office.site() as site:
        before = {item.id: plain(item.as_record()) for item in site.archives.values()}
    for number in (1, 2, 5):
        bag = archiving.export(office.services, code_of(number), tmp_path / f"{number}", reader=ARCHIVIST)
        bags[number] = files_of(bag)
    folder = shutil.move(copying.copy_folder(office.services), tmp_path / "ocfl")
    office.close()
    shutil.rmtree(tmp_path / "instance/store")
    fresh = build_office(tmp_path / "fresh", publish=False)
    root = Root(folder)
    kept = root.read(f"urn:juanzong:archive:{code_of(5)}")
    paper = root.content(
        f"urn:juanzong:archive:{code_of(5)}",
        kept,
        next(kept.files[each] for each in kept.files if each.startswith("package/data/01")),
    )
    try:
        assert isinstance(rebuilding.rebuild_archives(fresh.services, tmp_path / "nowhere"), Refused)
        spoil(paper)
        result = rebuilding.rebuild_archives(fresh.services, folder)
        assert (result.records, [found.code for found in result.findings]) == (2, ["rebuild.file-damaged"])
        spoil(paper)
        result = rebuilding.rebuild_archives(fresh.services, folder)
        assert (result.records, result.present, result.files, result.findings) == (1, 2, 1, [])
        with fresh.site() as site:
            assert {item.id: plain(item.as_record()) for item in site.archives.values()} == before
            assert site.counter(f"archive:{code_of(1).rpartition('-')[0]}").value == 5
            assert site.counter("number:archive").value == 3
            listed = [item.code for _, item in questions.items_of(site, FONDS, "archived")]
            assert sorted(listed) == [code_of(number) for number in (1, 2, 5)]
            assert {item_named(site, code_of(number)).id for number in (1, 2, 5)} == set(before)
        for number in (1, 2, 5):
            bag = archiving.export(
                fresh.services, code_of(number), tmp_path / f"new{number}", reader=ARCHIVIST
            )
            assert files_of(bag) == bags[number]
    finally:
        fresh.close()


DAMAGES = {"spoilt": spoil, "gone": lambda path: path.unlink()}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("side", ["store", "copy"])
def test_one_damaged_side_is_mended_from_the_other(office, number, side, damage):
    digest = digest_of_paper(office, number)
    root, identifier, kept = copies(office, number)
    path = office.services.store.path(digest) if side == "store" else root.content(identifier, kept, digest)
    good = path.read_bytes()
    DAMAGES[damage](path)
    assert checked(office, number) == ([_logical(kept, digest)], [])
    assert path.read_bytes() == good
    assert root.check(identifier) == ()
    assert checked(office, number) == ([], [])


def _logical(kept, digest) -> str:
    return next(path for path, each in kept.files.items() if each == digest)


def test_what_is_damaged_on_both_sides_is_lost_and_told_and_nothing_bad_is_spread(office, number):
    digest = digest_of_paper(office, number)
    root, identifier, kept = copies(office, number)
    theirs, ours = root.content(identifier, kept, digest), office.services.store.path(digest)
    good = ours.read_bytes()
    spoil(theirs)
    ours.unlink()
    bad = theirs.read_bytes()
    assert checked(office, number) == ([], [_logical(kept, digest)])
    assert (theirs.read_bytes(), ours.exists()) == (bad, False)
    with office.site() as site:
        assert list(site.keeping.lost) == [item_named(site, code_of(number)).id]
        assert "keeping.lost" in [found.code for found in keeping.alarms(site, office.clock.today())]
    ours.write_bytes(good)
    assert checked(office, number) == ([_logical(kept, digest)], [])
    with office.site() as site:
        assert list(site.keeping.lost) == []


@pytest.mark.parametrize(
    "name", ["inventory.json", "inventory.json.sha256", "0=ocfl_object_1.1", "extra.txt", "v1/inventory.json"]
)
def test_a_damaged_object_is_written_anew(office, number, name):
    root, identifier, _ = copies(office, number)
    path = root.place(identifier) / name
    if name == "extra.txt":
        path.write_text("x")
    elif name.startswith("0="):
        path.unlink()
    else:
        spoil(path)
    assert checked(office, number) == (["record.json"], [])
    assert judged_by_ocfl_py(root.place(identifier)) == []


def test_a_damaged_file_never_becomes_a_copy_and_is_tried_again(office, number):
    new = number + 7000
    placed(office, new)
    path = office.services.store.path(digest_of_paper(office, new))
    spoil(path)
    followed(office)
    item = id_of(office, new)
    assert copies(office, new)[2] is None
    with office.site() as site:
        assert dict(site.keeping.uncopied) == {item: path.name}
        assert "keeping.uncopied" in [found.code for found in keeping.alarms(site, office.clock.today())]
    assert checked(office, new)[1] == [f"package/data/01申请/01-01-食品经营许可{new}-1（欧阳䶮𠮷）.pdf"]
    assert copies(office, new)[2] is None
    spoil(path)
    assert checked(office, new)[1] == []
    root, identifier, kept = copies(office, new)
    assert (kept.version, root.check(identifier)) == (1, ())
    with office.site() as site:
        assert (dict(site.keeping.uncopied), dict(site.keeping.lost)) == ({}, {})
        assert site.keeping.kept[item][2] == (("fmt/478", 1), ("x-fmt/111", 1))


def test_a_manifest_the_store_lost_comes_back_only_as_registered(office, number):
    with office.site() as site:
        digest = item_named(site, code_of(number)).manifest
    office.services.store.path(digest).unlink()
    assert checked(office, number)[1] == []
    assert office.services.store.verify(digest)


def test_formats_are_told_by_content_and_found_without_a_walk(office, number):
    with office.site() as site:
        assert list(copying.formats_held(site)) == ["fmt/478", "x-fmt/111"]
        assert id_of(office, number) in list(copying.items_of_format(site, "fmt/478"))


def test_the_copy_of_a_destroyed_item_keeps_the_tombstone_only(office, number):
    def destroy(act):
        record = act.site.archives[id_of(office, number)]
        record.state, record.manifest = "destroyed", ""
        copying.feed.touch(act.site, record)
        return record

    office.do(ARCHIVIST, destroy)
    followed(office)
    _, _, kept = copies(office, number)
    assert (kept.version, list(kept.files)) == (1, ["record.json"])
    assert checked(office, number)[1] == []
    assert copying.erase_copy(office.services, code_of(number))
    assert copies(office, number)[2] is None


def test_the_background_does_it_and_promises_it_once(office, number):
    placed(office, number + 5000)
    assert (keeping.owe(office.services), keeping.owe(office.services)) == (True, False)
    with office.site() as site:
        job = next(job for job in site.jobs.waiting() if job.verb == keeping.VERB)
    keeping.work_on(office.services)
    office.services.database.run(lambda root: root["site"].jobs.finish(job.number))
    assert keeping.owe(office.services) is False
    office.clock.advance(days=1)
    assert keeping.owe(office.services) is True


logging.getLogger("ocfl").setLevel(logging.CRITICAL)
