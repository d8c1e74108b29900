"""A paper photographed page by page is one material of several files, in order, wherever it is shown."""

from __future__ import annotations

import pytest

from records.exchange.guides import write_guide
from records.operations import archiving, dossiers, materials
from records.operations.checklists import checklist_of, guide_of, warnings_of
from tests.office import CLERK

from .cases import FOOD, archive, archive_again, deliver, entries, fill, last_transaction, ok, on, refused
from .test_archiving import damage, digest_on


@pytest.fixture
def person(office) -> str:
    return office.applicant()


def take(office, case: str, *titles: str, line: str = "kitchen-plan", **more: object) -> object:
    first, *pages = (office.upload(title) for title in titles)
    return office.do(CLERK, on(case, materials.submit_material, line=line, upload=first, pages=pages, **more))


def digests(office, *titles: str) -> tuple[str, ...]:
    return tuple(office.upload(title).digest for title in titles)


def test_several_files_are_one_material_in_their_order(office, person):
    case = office.case(person, FOOD)
    plan = ok(take(office, case, "第二页", "第一页", "第三页"))
    with office.site() as site:
        material, dossier = site.materials[plan], site.dossiers[case]
        assert material.files == digests(office, "第二页", "第一页", "第三页")
        assert [row[2] for row in material.renditions] == ["scan", "page", "page"]
        assert [entry[:3] for entry in dossier.entries] == [
            ("kitchen-plan", plan, digest) for digest in material.files
        ]
        assert set(material.files) <= set(site.holdings)
        made = checklist_of(site, dossier, today=office.clock.today())
        assert (made.counts.filled, made.line("kitchen-plan").status) == (1, "filled")
        owed = {job.subject for job in site.jobs.waiting() if job.verb == "extract-text"}
        assert owed == set(material.files)


def test_they_are_taken_off_and_reused_together(office, person):
    case = office.case(person, FOOD)
    plan = ok(take(office, case, "第一页", "第二页"))
    second = office.case(person, FOOD, again="另一处")
    ok(office.do(CLERK, on(second, materials.use_material, line="kitchen-plan", material=plan)))
    with office.site() as site:
        assert [entry[2] for entry in site.dossiers[second].entries] == list(
            digests(office, "第一页", "第二页")
        )
    ok(office.do(CLERK, on(second, materials.remove_material, line="kitchen-plan", why="换一份")))
    assert entries(office, second) == {}


def test_the_same_files_are_the_same_material_and_another_order_is_another_scan(office, person):
    case = office.case(person, FOOD)
    plan = ok(take(office, case, "第一页", "第二页"))
    second = office.case(person, FOOD, again="另一处")
    again = take(office, second, "第一页", "第二页", override=materials.Override.VOLUNTEERED)
    assert again == plan
    with office.site() as site:
        assert len(site.materials[plan].showings) == 1


def test_a_page_that_was_chosen_twice_is_refused(office, person):
    case = office.case(person, FOOD)
    before = last_transaction(office)
    assert refused(take(office, case, "第一页", "第二页", "第一页")) == [
        ("material.page-twice", "kitchen-plan")
    ]
    assert last_transaction(office) == before


def test_every_page_is_in_the_package_under_its_own_name(office, person):
    case = office.case(person, FOOD)
    ok(take(office, case, "第一页", "第二页"))
    item = archive(office, case)
    with office.site() as site:
        record = site.archives[item]
        assert record.state == "archived", record.report
        manifest = archiving.manifest_of(office.services, record)
    names = {part.digest: part.path.rpartition("/")[2] for part in manifest.parts}
    assert [names[digest] for digest in digests(office, "第一页", "第二页")] == [
        "01-03-主要设备设施布局和操作流程文件（文件1，共2个）.pdf",
        "01-04-主要设备设施布局和操作流程文件（文件2，共2个）.pdf",
    ]


def test_one_file_on_two_lines_is_a_warning_that_names_the_other_line(office, person):
    case = office.case(person, FOOD)
    ok(take(office, case, "布局图", "流程图"))
    ok(take(office, case, "流程图", line="food-safety-rules"))
    found = warned(office, case)
    names = ("主要设备设施布局和操作流程文件", "食品安全规章制度目录清单")
    assert [(each.code, each.subject, each.severity, dict(each.params)) for each in found] == [
        ("material.same-file-twice", "kitchen-plan", "warns", {"line": names[0], "other": names[1]}),
        ("material.same-file-twice", "food-safety-rules", "warns", {"line": names[1], "other": names[0]}),
    ]
    fill(office, case)
    ok(office.do(CLERK, on(case, dossiers.accept)))


def test_a_file_called_like_another_material_is_a_warning(office, person):
    case = office.case(person, FOOD)
    ok(take(office, case, "身份证", "布局图"))
    assert [(each.code, each.subject, dict(each.params)) for each in warned(office, case)] == [
        (
            "material.named-otherwise",
            "kitchen-plan",
            {"line": "主要设备设施布局和操作流程文件", "other": "居民身份证"},
        )
    ]


def warned(office, case: str):
    with office.site() as site:
        dossier, today = site.dossiers[case], office.clock.today()
        made = checklist_of(site, dossier, today=today)
        return warnings_of(site, dossier, made, today=today, calendar=office.services.calendar(site))


def test_a_licence_that_ends_before_the_case_is_due_is_flagged_and_accepted(office, person):
    """MONDAY plus five working days is the next Monday: a card that ends on Sunday is flagged."""
    case = office.case(person, FOOD)
    ok(office.hand_in(case, "identity", "身份证", document_number="1", issuer="云溪县公安局",
                      issued_on=office.clock.today().replace(year=2020), valid_until=office.clock.today().replace(day=29)))  # fmt: skip
    flagged = [("checklist.expires-first", "identity", "2026-11-29", "2026-11-30")]
    for deed in (None, dossiers.accept):
        if deed:
            fill(office, case)
            ok(office.do(CLERK, on(case, deed)))
        found = warned(office, case)
        assert [(f.code, f.subject, f.params["until"], f.params["due"]) for f in found] == flagged


def test_a_failed_package_leaves_nothing_of_itself_in_the_store(office, person):
    """The report of a package that was not archived stands on the item; of its descriptions only the guide is there."""
    case = office.case(person, FOOD)
    deliver(office, case)
    damage(office, digest_on(office, case, "kitchen-plan"))
    before = set(office.services.store.walk())
    item = archive_again(office, case)
    with office.site() as site:
        assert site.archives[item].state == "returned"
        guide = write_guide(guide_of(site, site.dossiers[case])).encode()
    new = [
        office.services.store.path(digest).read_bytes()
        for digest in set(office.services.store.walk()) - before
    ]
    assert new == [guide]


def test_the_store_holds_no_draft_of_an_archived_package(office, person):
    item = archive(office, office.case(person, FOOD))
    with office.site() as site:
        record = site.archives[item]
        manifest = archiving.manifest_of(office.services, record)
        named = {part.digest for part in manifest.parts} | {record.manifest, *site.holdings}
        named |= {notice.digest for notice in site.notices.values()}
    assert set(office.services.store.walk()) == named
