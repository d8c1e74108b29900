"""Pages from the archives: within one's own rights, for a purpose on record, filed with their 档号; the archives stay as they are."""

from __future__ import annotations

import json

import pypdfium2
import pytest

from records.domain.findings import Refused
from records.domain.uses import Purpose
from records.exchange import samples
from records.operations import archiving, materials, papers_owed, pulling, use_register, uses
from records.operations.archived_papers import ArchivedPaper, papers_in
from records.operations.identities import identity_of
from tests.office import ANOTHER, ARCHIVIST, CLERK
from tests.views.public_office import GUIDE, archived, delivered

from .cases import REPORT, VENUE, on, only, refused

LINE = "hygiene-report"
WHY = "核对原检测报告"


@pytest.fixture
def kept(office) -> tuple[str, str]:
    """Archive one case; return the item and a new case of the same applicant."""
    item = archived(office)
    with office.site() as site:
        person = site.archives[item].applicant
    return item, office.case(person, VENUE)


def paper_of(office, item: str) -> ArchivedPaper:
    """Return a paper of the package that a window had verified."""
    with office.site() as site:
        papers = papers_in(office.services, site.archives[item])
        case = site.dossiers[site.archives[item].dossier]
        seen = {entry[2] for entry in case.entries if site.materials[entry[1]].grade in ("A", "B")}
    return next(paper for paper in papers if paper.digest in seen)


def pulled(case: str, item: str, paper: str, **more: object):
    values = {"line": LINE, "item": item, "paper": paper, "purpose": WHY, **REPORT, **more}
    return on(case, pulling.pull, **values)


def rows(office, case: str) -> list[str]:
    with office.site() as site:
        return [row[10] for row in site.dossiers[case].pulls]


def accessed(office) -> list[dict]:
    notes = (office.services.instance / "access" / "2026-11-23.jsonl").read_text().splitlines()
    return [json.loads(note) for note in notes]


def test_a_whole_paper_becomes_a_material_with_its_archival_code_and_fills_the_line(office, kept):
    item, case = kept
    paper = paper_of(office, item)
    with office.site() as site:
        before, code = site.archives[item].as_record(), site.archives[item].code
    assert not isinstance(office.do(CLERK, pulled(case, item, paper.digest)), Refused)
    (material,) = rows(office, case)
    with office.site() as site:
        held = site.materials[material]
        assert (held.source, held.grade, held.archival_code, held.files) == (
            "history",
            "B",
            code,
            (paper.digest,),
        )
        assert held.excerpt[:4] == (item, paper.digest, 1, paper.pages)
        assert held.verified_by == CLERK
        entry = next(entry for entry in site.dossiers[case].entries if entry[0] == LINE)
        assert entry[1:4] == (material, paper.digest, "reused")
        assert code in entry[6]
        assert site.archives[item].as_record() == before
    read = [note for note in accessed(office) if note["read"] == "archives.pull"]
    assert [(note["by"], note["on"], note["purpose"]) for note in read] == [(CLERK, f"archive:{item}", WHY)]


def test_some_pages_become_a_file_of_their_own(office):
    case = delivered(office)
    body = samples.text_pdf("多页", tuple(f"第{number}行" for number in range(200)))
    stored = office.services.store.put_bytes(body)
    count = len(pypdfium2.PdfDocument(body))
    assert count > 2

    def several(root):
        dossier = root["site"].dossiers[case]
        act = office.services.act(
            root["site"], identity_of(root["site"].people[CLERK], office.clock.today()), channel="t"
        )
        upload = materials.Upload(
            stored.digest, stored.sm3, stored.size, "application/pdf", "多页.pdf", count
        )
        materials.hold(act, upload)
        dossier.entries = tuple(
            (*e[:2], stored.digest, *e[3:]) if e[0] == "premises" else e for e in dossier.entries
        )

    office.services.database.run(several, note="test")
    item = office.do(ARCHIVIST, lambda act: archiving.archive(act, act.site.dossiers[case]))
    with office.site() as site:
        new = site.archives[item].applicant
    new = office.case(new, VENUE)
    assert not isinstance(office.do(CLERK, pulled(new, item, stored.digest, first=2, last=count)), Refused)
    (material,) = rows(office, new)
    with office.site() as site:
        held = site.materials[material]
        assert held.excerpt[2:4] == (2, count)
        path = office.services.store.path(held.files[0])
    assert len(pypdfium2.PdfDocument(path)) == count - 1


def test_what_speaks_against_it_is_said_at_once_and_nothing_is_kept(office, kept):
    item, case = kept
    paper = paper_of(office, item).digest
    found = refused(office.do(CLERK, pulled(case, item, paper, purpose="  ", first=3, last=2)))
    assert found == [("pull.no-purpose", "purpose"), ("pull.range", "last")]
    assert refused(office.do(CLERK, pulled(case, "none", paper))) == [("pull.unknown", "item")]
    assert refused(office.do(CLERK, pulled(case, item, paper, line="none")))[0] == (
        "material.outside-guide",
        "none",
    )
    assert rows(office, case) == []


def test_who_may_not_read_an_item_finds_and_pulls_nothing_of_it(office, kept):
    item, case = kept
    stranger = "huangfu"
    with office.site() as site:
        by = identity_of(site.people[stranger], office.clock.today())
        assert pulling.found_for(office.services, site, by, site.dossiers[case], "档案") == ()
        mine = identity_of(site.people[CLERK], office.clock.today())
        assert [each.id for each in pulling.found_for(office.services, site, mine, site.dossiers[case])] == [
            item
        ]
    assert refused(office.do(stranger, pulled(case, item, paper_of(office, item).digest))) == [
        ("pull.unknown", "item")
    ]


def test_an_item_about_somebody_else_needs_to_be_explained(office, kept):
    item, _ = kept
    other = office.case(office.applicant(ANOTHER, "诸葛𠮷"), VENUE)
    paper = paper_of(office, item).digest
    assert refused(office.do(CLERK, pulled(other, item, paper))) == [("pull.no-relation", "concerns")]
    office.do(CLERK, pulled(other, item, paper, concerns="承租前手的布局图"))
    (material,) = rows(office, other)
    with office.site() as site:
        assert site.materials[material].excerpt[-1] == "承租前手的布局图"


def test_pages_that_are_not_there_and_papers_that_are_not_in_the_package_are_told(office, kept):
    item, case = kept
    paper = paper_of(office, item)
    office.do(CLERK, pulled(case, item, paper.digest, first=1, last=paper.pages + 1))
    office.do(CLERK, pulled(case, item, "0" * 64))
    assert rows(office, case) == ["pull.range", "pull.unknown"]
    with office.site() as site:
        assert LINE not in {entry[0] for entry in site.dossiers[case].entries}


def test_after_a_crash_the_worker_brings_them_and_twice_is_once(office, kept):
    item, case = kept
    only(office, CLERK, pulled(case, item, paper_of(office, item).digest))
    assert rows(office, case) == ["owed"]
    work, _ = papers_owed.VERBS[pulling.VERB]
    work(office.services, case)
    first = rows(office, case)
    work(office.services, case)
    assert rows(office, case) == first != ["owed"]


def test_a_subject_is_told_of_a_reader_no_more_than_the_surname(office, kept):
    item, _ = kept
    with office.site() as site:
        code, person = site.archives[item].code, site.archives[item].applicant
    said = {"reader": "诸葛䶮", "number": ANOTHER, "purpose": Purpose.RIGHTS, "reading": True, "items": code}
    use = office.do(CLERK, lambda act: uses.request(act, **said))
    with office.site() as site:
        (told,) = use_register.uses_about(site, person)
        assert (told.code, told.item, told.by) == (site.uses[use].code, code, "诸葛*")


def test_what_was_separated_before_the_worker_came_is_not_filed(office, kept):
    item, case = kept
    only(office, CLERK, pulled(case, item, paper_of(office, item).digest))
    stranger = office.applicant(ANOTHER, "诸葛𠮷")
    office.services.database.run(lambda root: setattr(root["site"].archives[item], "applicant", stranger))
    pulling.bring_pages(office.services, case)
    assert rows(office, case) == ["pull.no-relation"]
    with office.site() as site:
        assert LINE not in {entry[0] for entry in site.dossiers[case].entries}


def test_what_was_taken_away_does_not_come_back_through_the_archives(office, kept):
    item, _ = kept
    with office.site() as site:
        person, old = site.archives[item].applicant, site.dossiers[site.archives[item].dossier]
        line, material, digest = next(entry[:3] for entry in old.entries if entry[0] == "premises")

    def withdraw(root):
        root["site"].materials[material].status = "withdrawn"

    new = office.case(person, GUIDE, again="再办一次")
    office.services.database.run(withdraw, note="test")
    with office.site() as site:
        free = [e[0] for e in site.dossiers[new].entries]
    if line in free:
        office.do(CLERK, on(new, materials.remove_material, line=line, why="重来"))
    found = refused(office.do(CLERK, pulled(new, item, digest, line=line)))
    assert ("pull.stopped", line) in found
