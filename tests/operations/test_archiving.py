"""Into the fonds: done first, archived when complete (I8), numbered without gaps (I7), unchanged ever after (I9)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from records.domain.findings import Refused
from records.domain.vocabulary import DeliveryMethod, DossierState, Outcome
from records.exchange.packages import verify_bag
from records.indexes import questions
from records.operations import applicants, archiving, decisions, notices, papers_owed
from records.operations.acts import plain
from tests.office import ANOTHER, ARCHIVIST, CLERK

from .cases import (
    FOOD,
    SHOPKEEPER,
    VENUE,
    archive,
    archive_again,
    body_of,
    decide,
    deliver,
    findings,
    last_transaction,
    ok,
    on,
    only,
    publish,
    refused,
)  # fmt: skip


@pytest.fixture
def case(office) -> str:
    return office.case(office.applicant(), SHOPKEEPER)


def item_of(office, item: str) -> tuple[str, str]:
    with office.site() as site:
        return site.archives[item].state, site.archives[item].code


def damage(office, digest: str) -> bytes:
    """Spoil a stored file and return what it was."""
    path = office.services.store.path(digest)
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    return content


def repair(office, digest: str, content: bytes) -> None:
    office.services.store.path(digest).write_bytes(content)


def owed(site) -> set[str]:
    return {f"{job.verb}:{job.subject}" for job in site.jobs.waiting()}


def digest_on(office, case: str, line: str) -> str:
    with office.site() as site:
        return next(entry[2] for entry in site.dossiers[case].entries if entry[0] == line)


def failed_checks(office, item: str) -> list[tuple[str, list[str]]]:
    with office.site() as site:
        report = json.loads(site.archives[item].report)
    assert report["passed"] is False
    return [
        (result["id"], sorted({found["code"] for found in result["findings"]}))
        for result in report["results"]
        if result["status"] == "fail"
    ]


def test_a_case_is_done_at_delivery_and_archived_with_all_its_papers(office, case):
    deliver(office, case)
    with office.site() as site:
        assert (site.dossiers[case].state, site.dossiers[case].archived_item) == ("delivered", "")
    item = archive_again(office, case)
    with office.site() as site:
        record, dossier = site.archives[item], site.dossiers[case]
        assert {
            name: getattr(record, name)
            for name in ("state", "code", "title", "fonds", "category", "year", "retention", "document_count")
        } == {
            "state": "archived", "code": "J043-ZY·SP·2026-D30-ZCG-0001", "title": "欧阳䶮个体工商户设立登记",
            "fonds": "market-regulation", "category": "ZY·SP", "year": 2026, "retention": "D30", "document_count": 7,
        }  # fmt: skip
        assert (record.expires_on.isoformat(), record.archived_by, dossier.state) == (
            "2056-12-31",
            ARCHIVIST,
            DossierState.ARCHIVED,
        )
        assert questions.item_with_code(site, archiving.arrangement.search_key(record.code)).id == item
        report = json.loads(record.report)
        assert report["passed"] is True
        assert all(result["evidence"] for result in report["results"])
        manifest = archiving.manifest_of(office.services, record)
        named = {part.digest for part in manifest.parts}
        assert {entry[2] for entry in dossier.entries} | {dossier.result_digest} <= named
        assert {notice.digest for notice in questions.notices_of(site, dossier)} <= named
        assert (manifest.digest, manifest.size) == (record.package_digest, record.byte_count)
        assert f"freeze-package:{item}" not in owed(site)


def test_what_was_reused_is_in_the_package_with_its_bytes(office, case):
    archive(office, case, electronic=True)
    with office.site() as site:
        person = site.dossiers[case].applicant
    food = office.case(person, FOOD)
    item = archive(office, food)
    licence = digest_on(office, food, "business-licence")
    with office.site() as site:
        record = site.archives[item]
        parts = {part.digest: part.path for part in archiving.manifest_of(office.services, record).parts}
        assert site.dossiers[case].result_digest == licence
    assert parts[licence].endswith(".pdf")
    assert record.code == "J043-ZY·SP·2026-D10-ZCG-0001"


def test_nothing_is_archived_before_delivery_or_twice(office, case):
    decide(office, case)
    early = findings(office.do(ARCHIVIST, on(case, archiving.archive)))
    assert [code for code, *_ in early] == ["dossier.wrong-state"]
    ok(office.do(CLERK, on(case, decisions.deliver, method=DeliveryMethod.COUNTER, recipient="欧阳䶮")))
    item = ok(only(office, ARCHIVIST, on(case, archiving.archive)))
    before = last_transaction(office)
    again = office.do(ARCHIVIST, on(case, archiving.archive))
    assert findings(again) == [("archive.in-progress", "", {"id": item}, "")]
    assert last_transaction(office) == before
    papers_owed.do_at_once(office.services, (("freeze-package", item),))
    assert item_of(office, item) == ("archived", "J043-ZY·SP·2026-D30-ZCG-0001")
    frozen = last_transaction(office)
    archiving.freeze_package(office.services, item)
    assert last_transaction(office) == frozen
    assert refused(office.do(ARCHIVIST, on(case, archiving.archive))) == [("dossier.wrong-state", "")]


def test_nothing_is_archived_while_a_paper_is_owed(office, case):
    """I8: every notice must lie there with its bytes."""
    decide(office, case)
    ok(only(office, CLERK, on(case, decisions.deliver, method=DeliveryMethod.COUNTER, recipient="欧阳䶮")))
    before = last_transaction(office)
    said = findings(office.do(ARCHIVIST, on(case, archiving.archive)))
    assert said == [("archive.notice-owed", "", {"code": "云市监送〔2026〕1号"}, "")]
    assert last_transaction(office) == before
    with office.site() as site:
        owed = [notice.id for notice in questions.notices_of(site, site.dossiers[case]) if not notice.digest]
    notices.render_notice(office.services, owed[0])
    assert item_of(office, archive_again(office, case))[0] == "archived"


@pytest.mark.parametrize("line", ["application", "result", "notice"])
def test_a_package_that_fails_its_checks_leaves_the_case_waiting(office, case, line):
    """I8: report and finding stand on the item; the number it would have had goes to the next (I7)."""
    deliver(office, case)
    with office.site() as site:
        dossier = site.dossiers[case]
        digest = {
            "application": dossier.entries[0][2],
            "result": dossier.result_digest,
            "notice": site.notices[dossier.notices[0]].digest,
        }[line]
    content = damage(office, digest)
    item = archive_again(office, case)
    assert item_of(office, item) == ("returned", "")
    assert ("GD-1-1", ["check.digest-mismatch"]) in failed_checks(office, item) or failed_checks(office, item)
    with office.site() as site:
        assert site.dossiers[case].state == DossierState.DELIVERED
        assert site.archives[item].manifest == ""
    other = archive(office, office.case(office.applicant(ANOTHER, "司马𠮷"), SHOPKEEPER))
    assert item_of(office, other) == ("archived", "J043-ZY·SP·2026-D30-ZCG-0001")
    repair(office, digest, content)
    assert archive_again(office, case) == item
    assert item_of(office, item) == ("archived", "J043-ZY·SP·2026-D30-ZCG-0002")
    with office.site() as site:
        assert json.loads(site.archives[item].report)["passed"] is True


def test_a_file_that_is_gone_is_a_finding_and_not_a_crash(office, case):
    deliver(office, case)
    path = office.services.store.path(digest_on(office, case, "premises"))
    path.rename(path.with_name("gone"))
    item = archive_again(office, case)
    assert item_of(office, item) == ("returned", "")
    path.with_name("gone").rename(path)
    assert archive_again(office, case) == item
    assert item_of(office, item)[0] == "archived"


def test_codes_are_gapless_in_each_series_and_taken_once(office):
    """I7: refusals, returns and other series leave no gap."""
    person = office.applicant()
    made = []
    for number, guide in enumerate((SHOPKEEPER, FOOD, SHOPKEEPER, VENUE, FOOD, SHOPKEEPER)):
        office.clock.advance(hours=1)
        case = office.case(person, guide, again=f"第{number}次")
        deliver(office, case, result_number=f"云溪许〔2026〕{number + 100}号")
        if number in (1, 2):
            digest = digest_on(office, case, "application")
            content = damage(office, digest)
            assert item_of(office, archive_again(office, case))[0] == "returned"
            repair(office, digest, content)
        made.append(archive_again(office, case))
        assert isinstance(office.do(ARCHIVIST, on(case, archiving.archive)), Refused)
    with office.site() as site:
        assert [site.archives[item].code for item in made] == [
            "J043-ZY·SP·2026-D30-ZCG-0001", "J043-ZY·SP·2026-D10-ZCG-0001", "J043-ZY·SP·2026-D30-ZCG-0002",
            "J061-ZY·SP·2026-D30-SPG-0001", "J043-ZY·SP·2026-D10-ZCG-0002", "J043-ZY·SP·2026-D30-ZCG-0003",
        ]  # fmt: skip
        for item in made:
            key = archiving.arrangement.search_key(site.archives[item].code)
            assert questions.item_with_code(site, key).id == item


def test_an_archived_item_never_changes(office, case):
    """I9: whatever happens later, description, manifest and package are what they were."""
    item = archive(office, case)
    services = office.services
    with office.site() as site:
        record = site.archives[item]
        before = plain(record.as_record())
        package = archiving.manifest_of(services, record)
        person = site.dossiers[case].applicant
        papers = {
            notice.id: plain(notice.as_record()) for notice in questions.notices_of(site, site.dossiers[case])
        }
        fingerprint = record.fingerprint
    body = body_of(SHOPKEEPER)
    publish(office, replace(body, title="个体工商户设立登记（新）"))
    office.clock.advance(days=40)
    again = office.case(person, SHOPKEEPER, again="第二个字号")
    archive(office, again, electronic=True)
    ok(
        office.do(
            "machao",
            lambda act: applicants.reveal_number(act, act.site.applicants[person], purpose="查档核对"),
        )
    )
    for digest in (digest_on(office, case, "application"), digest_on(office, case, "premises")):
        papers_owed.VERBS["extract-text"][0](services, digest)
    with office.site() as site:
        record = site.archives[item]
        assert plain(record.as_record()) == before
        assert record.fingerprint == fingerprint
        assert archiving.manifest_of(services, record) == package
        assert {
            notice.id: plain(notice.as_record()) for notice in questions.notices_of(site, site.dossiers[case])
        } == papers
        older = site.materials[site.dossiers[case].result_material]
        assert older.status == "superseded"


def test_an_exported_package_is_the_same_bytes_every_time_and_on_the_access_log(office, case, tmp_path):
    item = archive(office, case)
    _, code = item_of(office, item)
    one = archiving.export(office.services, code, tmp_path / "新建" / "one", reader=ARCHIVIST)
    office.clock.advance(days=3)
    two = archiving.export(office.services, item, tmp_path / "two", reader=ARCHIVIST)
    files = [
        {path.relative_to(bag).as_posix(): path.read_bytes() for path in bag.rglob("*") if path.is_file()}
        for bag in (one, two)
    ]
    assert files[0] == files[1]
    assert verify_bag(one).ok
    reads = "".join(path.read_text() for path in sorted(office.services.access.folder.glob("*.jsonl")))
    assert [json.loads(line)["read"] for line in reads.splitlines()] == ["archive.export"] * 2


def test_exporting_needs_the_right_and_something_to_export(office, case, tmp_path):
    item = archive(office, case)
    _, code = item_of(office, item)
    to = tmp_path / "bag"
    denied = ("permission.denied", "")
    assert refused(archiving.export(office.services, code, to, reader=CLERK)) == [denied]
    assert refused(archiving.export(office.services, code, to, reader="huangfu")) == [denied]
    assert refused(archiving.export(office.services, "J043-9", to, reader="nobody")) == [
        denied,
        ("archive.unknown", "code"),
    ]
    assert not to.exists()
    assert list(office.services.access.folder.glob("*.jsonl")) == []


def test_a_refused_application_is_archived_without_a_result(office):
    case = office.case(office.applicant(), FOOD)
    item = archive(
        office, case, outcome=Outcome.REFUSED, reasons="操作间未分隔", result_number="", result=None
    )
    assert item_of(office, item)[0] == "archived"
    with office.site() as site:
        assert site.dossiers[case].result_digest == ""
