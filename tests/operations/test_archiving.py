from __future__ import annotations

import json
from random import Random

import pytest

from records.domain.findings import Refused
from records.domain.vocabulary import DeliveryMethod, Outcome
from records.exchange.packages import verify_bag
from records.operations import archiving, dossiers, indexing, materials
from records.scripts import demo
from tests.office import ARCHIVIST, CLERK, REVIEWER, Office

CODE = "J043-ZY·SP·2026-D10-ZCG-0001"


def closed(office: Office, *, name: str = "欧阳䶮", serial: int = 1) -> str:
    """Return a case that was decided and delivered and waits for the archivist."""
    story = demo.Story(office.services, office.clock, Random(serial))
    born = office.clock.today().replace(year=1980, day=1)
    case = office.case(office.applicant(demo.citizen(serial, born, office.clock.today()), name))
    demo.fill_lines(story, CLERK, case, serial)
    do(office, CLERK, dossiers.accept, case)
    result = office.upload(f"食品经营许可证{serial}")
    do(
        office,
        REVIEWER,
        dossiers.decide,
        case,
        outcome=Outcome.GRANTED,
        result_number=f"JY{serial}",
        result=result,
    )
    do(office, CLERK, dossiers.deliver, case, method=DeliveryMethod.COUNTER, recipient="本人")
    return case


def do(office: Office, who: str, verb, case: str, **asked):
    result = office.do(who, lambda act: verb(act, act.site.dossiers[case], **asked))
    assert not isinstance(result, Refused), result
    return result


def archive(office: Office, case: str):
    return office.do(ARCHIVIST, lambda act: archiving.archive(act, act.site.dossiers[case]))


def codes(refused) -> list[str]:
    assert isinstance(refused, Refused), refused
    return [found.code for found in refused.findings]


def state(office: Office, case: str) -> tuple[str, str, str]:
    with office.site() as site:
        dossier = site.dossiers[case]
        item = site.archives.get(dossier.archived_item) if dossier.archived_item else None
        return dossier.state, item.state if item else "", item.code if item else ""


def failed(office: Office, item: str) -> list[str]:
    with office.site() as site:
        report = json.loads(site.archives[item].report)
    return [
        each["id"] for each in report["results"] if each["status"] not in ("pass", "manual", "not-applicable")
    ]


def test_a_delivered_case_is_archived_under_the_next_code_of_its_series(office):
    cases = [closed(office, serial=serial) for serial in (1, 2)]
    assert state(office, cases[0]) == ("delivered", "", "")
    items = [archive(office, case) for case in cases]
    assert [state(office, case) for case in cases] == [
        ("archived", "archived", CODE),
        ("archived", "archived", CODE.replace("0001", "0002")),
    ]
    with office.site() as site:
        item = site.archives[items[0]]
        assert (item.fonds, item.unit, item.retention, item.expires_on.isoformat(), item.archived_by) == (
            "market-regulation", "market-regulation", "D10", "2036-12-31", ARCHIVIST,
        )  # fmt: skip


def test_a_case_is_archived_only_after_delivery_and_only_once(office):
    case = office.case(office.applicant())
    assert codes(archive(office, case)) == ["dossier.wrong-state"]
    done = closed(office)
    archive(office, done)
    assert codes(archive(office, done)) == ["dossier.wrong-state"]


def test_a_damaged_file_sends_the_item_back_and_gives_no_number_away(office):
    case, other = closed(office, serial=1), closed(office, serial=2)
    with office.site() as site:
        digest = site.dossiers[case].entries[0][2]
    path = office.services.store.path(digest)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"?")
    item = archive(office, case)
    assert state(office, case) == ("delivered", "returned", "")
    assert failed(office, item)
    assert state(office, other)[0] == "delivered"
    archive(office, other)
    assert state(office, other) == ("archived", "archived", CODE)
    path.write_bytes(content)
    assert archive(office, case) == item
    assert state(office, case) == ("archived", "archived", CODE.replace("0001", "0002"))


def test_a_file_that_is_gone_sends_the_item_back(office):
    case = closed(office)
    with office.site() as site:
        digest = site.dossiers[case].result_digest
    path = office.services.store.path(digest)
    content = path.read_bytes()
    path.unlink()
    item = archive(office, case)
    assert state(office, case) == ("delivered", "returned", "")
    assert failed(office, item)
    path.write_bytes(content)
    archive(office, case)
    assert state(office, case)[0] == "archived"


def test_the_package_holds_every_paper_with_its_bytes_and_stays_as_it_was(office, tmp_path):
    case = closed(office)
    item = archive(office, case)
    with office.site() as site:
        dossier = site.dossiers[case]
        wanted = {entry[2] for entry in dossier.entries} | {dossier.result_digest}
        wanted |= {site.notices[notice].digest for notice in dossier.notices}
        manifest = archiving.manifest_of(office.services, site.archives[item])
    assert wanted <= {part.digest for part in manifest.parts}
    first = archiving.export(office.services, CODE, tmp_path / "one", reader=ARCHIVIST)
    later(office, case)
    second = archiving.export(office.services, CODE, tmp_path / "two", reader=ARCHIVIST)
    assert verify_bag(second).ok
    assert contents(first) == contents(second)


def later(office: Office, case: str) -> None:
    """Let time pass, a new scan of a reused paper come in, and another case be archived."""
    office.clock.advance(days=40)
    archive(office, closed(office, serial=5, name="司马相如"))


def contents(folder) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda act, dossier: dossiers.withdraw(act, dossier, why="撤回"),
        lambda act, dossier: dossiers.deliver(act, dossier, method=DeliveryMethod.COUNTER, recipient="本人"),
        lambda act, dossier: dossiers.decide(act, dossier, outcome=Outcome.REFUSED, reasons="重新决定"),
        lambda act, dossier: materials.remove_material(act, dossier, line="application", why="换一份"),
    ],
)
def test_nothing_changes_an_archived_case(office, change):
    case = closed(office)
    item = archive(office, case)
    with office.site() as site:
        before = (site.dossiers[case].as_record(), site.archives[item].as_record())
    assert isinstance(office.do(CLERK, lambda act: change(act, act.site.dossiers[case])), Refused)
    with office.site() as site:
        assert (site.dossiers[case].as_record(), site.archives[item].as_record()) == before


def test_an_archived_item_is_found_and_its_bytes_are_watched(office):
    case = closed(office)
    archive(office, case)
    indexing.catch_up(office.services)
    assert (indexing.verify(office.services), indexing.verify_store(office.services)) == ((), ())


def test_an_export_is_on_the_access_log_and_needs_the_right(office, tmp_path):
    archive(office, closed(office))
    assert codes(archiving.export(office.services, CODE, tmp_path, reader=CLERK)) == ["permission.denied"]
    assert codes(archiving.export(office.services, CODE, tmp_path, reader="huangfu")) == ["permission.denied"]
    assert list(tmp_path.glob("**/bagit.txt")) == []
    archiving.export(office.services, CODE, tmp_path, reader=ARCHIVIST)
    [log] = office.services.access.folder.glob("*.jsonl")
    [line] = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    assert (line["by"], line["read"]) == (ARCHIVIST, "archive.export")
