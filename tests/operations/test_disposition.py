"""Retention and disposition (I10): five people, an expired period, no hold; afterwards nothing but tombstone and list."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from records.domain import appraisal as rules
from records.domain.appraisal import Decision, Method
from records.domain.uses import Purpose
from records.domain.vocabulary import DeliveryMethod, Retention
from records.exchange import samples
from records.indexes import disposition_questions as questions
from records.indexes import worklists
from records.jobs import work_once
from records.operations import (
    appraisal,
    copying,
    decisions,
    destroying,
    disposition,
    holds,
    indexing,
    lending,
    materials,
    sealing,
    use_papers,
    uses,
)
from records.operations.acts import plain
from records.operations.searching import search
from records.operations.sweeping import named_digests
from records.resources.site import FOLDERS
from tests.office import ARCHIVIST, CLERK, PASSWORD, REVIEWER, build_office

from .cases import SHOPKEEPER, archive_again, decide, ok, on, refused

FONDS, YEAR = "market-regulation", 2056
LATER = datetime(2057, 3, 1, 1, 0, tzinfo=UTC)
GROUP = {"leader": "nangong", "archives": "taishi", "business": "huyan"}
HEADS, SUPERVISORS = ("nangong", "chunyu", "taishi", "huyan"), ("gongsun", "helian", "tantai")
NAME, INSIDE, TITLED, RECEIVER = (
    "慕容𠮷䶮",
    "种在文件里的字串甲",
    "种在文件名里的字串乙",
    "种在领取人里的字串丙",
)
BACKUPS = "异地备份介质2057年6月30日前轮换覆盖"


def close_case(office, case: str) -> str:
    """Decide and deliver a case whose result has long ceased to be valid when its item falls due, and archive it."""
    decide(office, case, result_valid_until=date(2031, 12, 31))
    ok(office.do(CLERK, on(case, decisions.deliver, method=DeliveryMethod.COUNTER, recipient=RECEIVER)))
    return archive_again(office, case)


def plant(office, name: str = NAME, number: str = "419999197001011228") -> str:
    """Bring a case with planted words in file, file name and applicant's name into the fonds; return the item."""
    case = office.case(office.applicant(number, name), SHOPKEEPER)
    stored = office.services.store.put_bytes(samples.text_pdf(TITLED, (INSIDE,)) + f"\n%{INSIDE}\n".encode())
    upload = materials.Upload(
        stored.digest, stored.sm3, stored.size, "application/pdf", f"{TITLED}.pdf", page_count=1
    )
    ok(office.do(CLERK, on(
        case, materials.submit_material, line="premises", upload=upload,
        description=materials.Description(original_seen=True, valid_until=date(2030, 1, 1), issued_on=date(2026, 1, 1)),
    )))  # fmt: skip
    card = {"document_number": "云公身〔2026〕1号", "issuer": "云溪县公安局", "issued_on": date(2026, 1, 1)}
    ok(office.hand_in(case, "identity", "身份证", valid_until=date(2046, 1, 1), **card))
    return close_case(office, case)


def within(office, userid, listed, operation, **values):
    return office.do(userid, lambda act: operation(act, act.site.dispositions[listed], **values))


def opened(office, **more) -> str:
    values = {"fonds": FONDS, "year": YEAR, **GROUP, **more}
    return ok(office.do(ARCHIVIST, lambda act: appraisal.open_list(act, **values)))


def appraised(office, decision=Decision.DESTROY, **more) -> str:
    listed = opened(office)
    ok(
        within(
            office,
            "taishi",
            listed,
            appraisal.choose,
            items="*",
            decision=decision,
            reason="期满，无继续保存价值",
            **more,
        )
    )
    for userid in GROUP.values():
        ok(within(office, userid, listed, appraisal.confirm, password=PASSWORD))
    return listed


def signed(office, **more) -> str:
    listed = appraised(office, **more)
    for userid in HEADS:
        ok(within(office, userid, listed, disposition.sign, password=PASSWORD))
    return listed


def number_of(office, listed: str) -> str:
    with office.site() as site:
        record = site.dispositions[listed]
        return record.list_number or record.code


def executed(office, **more) -> str:
    listed = signed(office, **more)
    ok(
        within(
            office,
            ARCHIVIST,
            listed,
            disposition.execute,
            number=number_of(office, listed),
            password=PASSWORD,
        )
    )
    work_off(office)
    return listed


def work_off(office) -> None:
    while work_once(office.services):
        pass
    indexing.catch_up(office.services)


def bytes_with(folder: Path, *words: str) -> list[str]:
    return [
        f"{path.relative_to(folder)}: {word}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes()
    ]


def objects_with(office, *words: str) -> list[str]:
    """Return the objects of the database that hold a word in any attribute, inflated as the program reads them."""
    found, storage = [], office.services.database.zodb.storage
    with office.services.database.read() as root:
        following = None
        while True:
            oid, _, _, following = storage.record_iternext(following)
            thing = root._p_jar.get(oid)
            said = repr(
                thing.__getstate__() if not hasattr(thing, "__dict__") else (thing._p_activate(), vars(thing))
            )
            found += [f"{type(thing).__name__}: {word}" for word in words if word in said]
            if following is None:
                return found


@pytest.fixture
def filed(tmp_path):
    """An office on a file, as one machine has it, with the shipped search engine."""
    office = build_office(
        tmp_path, **{"zodb.uri": f"file://{tmp_path}/instance/Data.fs", "fulltext.engine": "whoosh"}
    )
    yield office
    office.close()


def test_after_destruction_no_byte_of_it_is_left_anywhere_and_its_tombstone_is_found(filed, tmp_path):
    item = plant(filed)
    issued = copied_and_certified(filed, item)
    work_off(filed)
    copying.follow(filed.services)
    sealing.seal(filed.services)
    folder, words = tmp_path / "instance", (NAME, INSIDE, TITLED, RECEIVER)
    assert {each.partition(": ")[2] for each in bytes_with(folder, *words)} >= {NAME, INSIDE, TITLED}
    with filed.site() as site:
        case = site.archives[item].dossier
    assert any(each.startswith("ocfl/") for each in bytes_with(folder, INSIDE))
    filed.clock.set(LATER)
    listed = executed(filed)
    assert bytes_with(folder / "ocfl", *words) == []
    with filed.site() as site:
        told = [
            json.loads(entry.line)["on"] for entry in site.audit.values() if entry.details not in ("", "{}")
        ]
        assert {on.partition(":")[0] for on in told} & {"dossier", "material", "applicant", "notice"} == set()
    copying.follow(filed.services)
    assert bytes_with(folder, *words) == []
    assert objects_with(filed, *words) == []
    with filed.site() as site:
        record, tombstone = site.dispositions[listed], site.archives[item]
        assert (record.state, record.spared, dict(record.choices.outcomes)) == (
            "executed",
            (),
            {item: "destroyed"},
        )
        assert case not in site.dossiers
        papers = [site.use_papers[each] for each in issued]
        assert [(each.state, each.facts_sealed, each.stored) for each in papers] == [
            ("destroyed", b"", False)
        ] * 2
        assert [filed.services.store.has(each.digest) for each in papers] == [False, False]
        assert {use_papers.bytes_of(filed.services, site, each).findings[0].code for each in papers} == {
            "use.item-destroyed"
        }
        assert [each.name for each in site.applicants.values()] == []
        assert (tombstone.title, tombstone.state, tombstone.destruction_list, tombstone.code) == (
            "个体工商户设立登记", "destroyed", "云市监销〔2057〕1号", "J043-ZY·SP·2026-D30-ZCG-0001",
        )  # fmt: skip
        named = named_digests(filed.services, site)
        assert [digest for digest in filed.services.store.walk() if digest not in named] == []
    found = search(filed.services, "archives", "已销毁", readers=frozenset({f"role:archivist@{FONDS}"}))
    assert [hit.id for hit in found.hits] == [item]
    assert indexing.verify(filed.services) == ()
    assert indexing.verify_store(filed.services) == ()
    for userid in SUPERVISORS[:-1]:
        ok(within(filed, userid, listed, disposition.sign, password=PASSWORD, checked=True))
    assert refused(within(filed, "tantai", listed, disposition.sign, password=PASSWORD, checked=True)) == [
        ("disposition.no-backups", "backups")
    ]
    ok(within(filed, "tantai", listed, disposition.sign, password=PASSWORD, checked=True, backups=BACKUPS))
    ok(within(filed, ARCHIVIST, listed, disposition.close))
    with filed.site() as site:
        record = site.dispositions[listed]
        assert (record.state, record.backups, [paper[0] for paper in record.papers]) == (
            "closed", BACKUPS, ["report", "list", "list-table", "final", "final-table"],
        )  # fmt: skip
        assert len({userid for _, userid, _, _ in record.signatures}) == 7
    assert bytes_with(folder, *words) == []


def copied_and_certified(office, item: str) -> tuple[str, ...]:
    """Let a reader have a stamped copy and a certificate of an item; return the papers, which lie in the store."""
    use = asked_for(office, item)
    ok(office.do(ARCHIVIST, of_use(use, use_papers.stamp_copy, pages="1")))
    ok(office.do(ARCHIVIST, of_use(use, use_papers.certify, body=f"{NAME}的登记事项")))
    ok(office.do(ARCHIVIST, of_use(use, uses.close)))
    with office.site() as site:
        papers = [site.use_papers[each] for each in site.uses[use].papers]
        assert [(each.state, office.services.store.has(each.digest)) for each in papers] == [
            ("made", True)
        ] * 2
        assert {each.digest for each in papers} <= named_digests(office.services, site)
        return tuple(each.id for each in papers)


def asked_for(office, item: str) -> str:
    """Let the archivist write a request of his own down for an item, and have it approved."""
    (code,) = codes(office, [item])
    ways = {"reading": True, "copying": True, "certifying": True}
    use = ok(office.do(ARCHIVIST, lambda act: uses.request(act, purpose=Purpose.WORK, items=code, **ways)))
    ok(office.do(REVIEWER, of_use(use, uses.approve)))
    return use


def of_use(use: str, operation, **values):
    return lambda act: operation(act, act.site.uses[use], **values)


@pytest.fixture
def held(office):
    """Three items of one fonds whose period is over, and the office a few months later."""
    items = [
        plant(office),
        plant(office, "欧阳一", "419999198502030018"),
    ]
    office.clock.set(LATER)
    return items


def codes(office, items) -> list[str]:
    with office.site() as site:
        return [site.archives[item].code for item in items]


def everything(office) -> dict[str, object]:
    with office.site() as site:
        return {
            f"{kind}:{each.id}": plain(each.as_record())
            for kind in FOLDERS
            for each in site.folder(kind).values()
        }


def test_nobody_destroys_alone_twice_or_out_of_turn(office, held):
    listed = appraised(office)
    before = everything(office)
    number = number_of(office, listed)
    assert refused(within(office, ARCHIVIST, listed, disposition.execute, number=number, password=PASSWORD)) == [
        ("disposition.wrong-state", ""), ("disposition.too-few", ""),
    ]  # fmt: skip
    assert refused(within(office, "gongsun", listed, disposition.sign, password=PASSWORD)) == [
        ("disposition.not-now", "post")
    ]
    assert refused(within(office, ARCHIVIST, listed, disposition.sign, password=PASSWORD)) == [
        ("disposition.not-a-signer", "")
    ]
    assert refused(within(office, "nangong", listed, disposition.sign, password="猜的口令")) == [
        ("password.wrong", "password")
    ]
    assert everything(office) == before
    ok(within(office, "nangong", listed, disposition.sign, password=PASSWORD))
    assert refused(within(office, "nangong", listed, disposition.sign, password=PASSWORD)) == [
        ("disposition.post-signed", "post"), ("disposition.signed-twice", ""),
    ]  # fmt: skip
    assert refused(within(office, "zongzheng", listed, disposition.sign, password=PASSWORD)) == [
        ("disposition.post-signed", "post")
    ]
    for userid in HEADS[1:]:
        ok(within(office, userid, listed, disposition.sign, password=PASSWORD))
    assert refused(
        within(office, "dongfang", listed, disposition.execute, number="别的号", password=PASSWORD)
    ) == [("disposition.wrong-number", "number")]
    assert refused(
        within(office, "taishi", listed, disposition.execute, number=number, password=PASSWORD)
    ) == [("disposition.signer-executes", "")]
    ok(within(office, "helian", listed, disposition.refuse, why="清册上有一件仍在诉讼中"))
    with office.site() as site:
        record = site.dispositions[listed]
        assert (record.state, record.confirmed, record.signatures, record.papers) == ("drafted", (), (), ())


def test_nothing_due_later_is_listed_and_what_is_kept_longer_comes_again(office, held):
    office.clock.set(datetime(2056, 12, 31, 1, 0, tzinfo=UTC))
    early = office.do(ARCHIVIST, lambda act: appraisal.open_list(act, fonds=FONDS, year=YEAR, **GROUP))
    assert refused(early) == [("appraisal.year-not-over", "year")]
    office.clock.set(LATER)
    listed = appraised(office, Decision.EXTEND, period=Retention.D10)
    for userid in HEADS:
        ok(within(office, userid, listed, disposition.sign, password=PASSWORD))
    ok(
        within(
            office,
            ARCHIVIST,
            listed,
            disposition.execute,
            number=number_of(office, listed),
            password=PASSWORD,
        )
    )
    work_off(office)
    with office.site() as site:
        assert [site.archives[item].due_on for item in held] == [date(2066, 12, 31)] * 2
        assert {site.archives[item].state for item in held} == {"archived"}
        assert (
            questions.due_count(site, FONDS, YEAR, most=9),
            questions.due_count(site, FONDS, 2066, most=9),
        ) == (0, 2)
        assert site.dispositions[listed].state == "closed"
        assert [paper[0] for paper in site.dispositions[listed].papers] == ["report"]


def test_a_hold_beats_every_signature_even_while_it_is_only_being_laid(office, held):
    first, second = codes(office, held)
    listed = signed(office)
    hold = ok(office.do(ARCHIVIST, lambda act: holds.place(
        act, fonds=FONDS, reference="云溪检〔2057〕3号", reason="行政诉讼", codes=first
    )))  # fmt: skip
    number = number_of(office, listed)
    stopped = within(office, "dongfang", listed, disposition.execute, number=number, password=PASSWORD)
    assert refused(stopped) == [("disposition.hold-coming", first), ("disposition.hold-coming", second)]
    work_off(office)
    stopped = within(office, "dongfang", listed, disposition.execute, number=number, password=PASSWORD)
    assert refused(stopped) == [("disposition.held", first)]
    assert refused(office.do(ARCHIVIST, lambda act: holds.lift(act, act.site.holds[hold], why="已结案"))) == [
        ("hold.same-person", "")
    ]
    ok(office.do("gongsun", lambda act: holds.lift(act, act.site.holds[hold], why="已结案")))
    ok(within(office, "dongfang", listed, disposition.execute, number=number, password=PASSWORD))
    again = ok(office.do(ARCHIVIST, lambda act: holds.place(
        act, fonds=FONDS, reference="云溪审〔2057〕4号", reason="审计", words="欧阳一"
    )))  # fmt: skip
    assert again
    with office.site() as site:
        job = next(job for job in site.jobs.waiting() if job.verb == disposition.CARRY_OUT)
        assert job.subject == listed
    destroying.carry_out(office.services, listed)
    with office.site() as site:
        record = site.dispositions[listed]
        assert set(record.choices.outcomes.values()) == {"disposition.hold-coming"}
        assert {site.archives[item].state for item in held} == {"archived"}
        assert tuple(sorted(record.spared)) == tuple(
            (code, "整件未销毁", "正在登记暂缓处置（云溪审〔2057〕4号）") for code in (first, second)
        )


def test_what_is_out_on_loan_is_not_destroyed_before_it_is_back(office, held):
    first, _second = codes(office, held)
    office.services.database.run(lambda root: setattr(root["site"].archives[held[0]], "carrier", "both"))
    use = asked_for(office, held[0])
    listed = signed(office)
    until = office.clock.today()
    ok(office.do(ARCHIVIST, of_use(use, lending.lend_paper, until=until)))
    number = number_of(office, listed)
    stopped = within(office, "dongfang", listed, disposition.execute, number=number, password=PASSWORD)
    assert refused(stopped) == [("disposition.lent", first)]
    ok(office.do(ARCHIVIST, of_use(use, lending.take_back)))
    ok(within(office, "dongfang", listed, disposition.execute, number=number, password=PASSWORD))
    ok(office.do(ARCHIVIST, of_use(use, lending.lend_paper, until=until)))
    work_off(office)
    with office.site() as site:
        assert [site.archives[item].state for item in held] == ["archived", "destroyed"]
        assert [row[2] for row in site.dispositions[listed].spared if row[0] == first] == [
            f"纸质档案借出未还（{site.uses[use].code}）"
        ]


def test_a_hold_by_query_is_laid_on_all_that_fit_and_can_be_stopped(office, held):
    hold = ok(
        office.do(
            "gongsun",
            lambda act: holds.place(act, fonds=FONDS, reference="审1", reason="审计", since=2026, until=2026),
        )
    )
    assert refused(
        office.do(
            CLERK, lambda act: holds.place(act, fonds=FONDS, reference="审1", reason="审计", since=2026)
        )
    ) == [("permission.denied", "")]
    ok(office.do(ARCHIVIST, lambda act: holds.stop(act, act.site.holds[hold])))
    work_off(office)
    with office.site() as site:
        assert (site.holds[hold].state, site.holds[hold].done, site.archives[held[0]].holds) == (
            "active",
            0,
            (),
        )
    other = ok(
        office.do(
            "gongsun",
            lambda act: holds.place(act, fonds=FONDS, reference="审2", reason="审计", since=2026, until=2026),
        )
    )
    work_off(office)
    with office.site() as site:
        assert (site.holds[other].state, site.holds[other].done) == ("active", 2)
        assert [site.archives[item].holds for item in held] == [(other,)] * 2
        assert [item.id for _, item in questions.items_held(site, other)] == held
    empty = office.do(
        "gongsun", lambda act: holds.place(act, fonds=FONDS, reference="", reason="", codes="J043-无此号")
    )
    assert refused(empty) == [
        ("hold.no-reference", "reference"),
        ("hold.no-reason", "reason"),
        ("hold.code-unknown", "codes"),
    ]


def test_what_another_case_shows_is_spared_with_its_bytes_and_its_reason(office, held):
    with office.site() as site:
        case = site.dossiers[site.archives[held[0]].dossier]
        shared = next(entry for entry in case.entries if entry[0] == "premises")
        applicant = case.applicant
    other = office.case(applicant, SHOPKEEPER)
    with office.services.database.write() as root:
        root["site"].dossiers[other].entries = (shared,)
        worklists.refresh(root["site"], root["site"].dossiers[other])
    listed = executed(office)
    with office.site() as site:
        record = site.dispositions[listed]
        code = site.archives[held[0]].code
        assert record.spared == (
            (code, site.materials[shared[1]].title, "case"),
            (code, "申请人档案", "library"),
        )
        assert shared[2] in site.holdings
        assert office.services.store.verify(shared[2])
        assert site.archives[held[1]].state == "destroyed"


def test_a_list_waits_for_whoever_confirms_or_signs_next(office, held):
    listed = opened(office)
    everybody = (ARCHIVIST, *dict.fromkeys((*HEADS, *SUPERVISORS)), "zongzheng")

    def waits() -> list[str]:
        with office.site() as site:
            record = site.dispositions[listed]
            today = office.clock.today()
            return [each for each in everybody if disposition.awaits(site, record, each, today=today)]

    assert waits() == ["nangong", "taishi", "huyan"]
    ok(
        within(
            office, "taishi", listed, appraisal.choose, items="*", decision=Decision.DESTROY, reason="期满"
        )
    )
    for userid in GROUP.values():
        ok(within(office, userid, listed, appraisal.confirm, password=PASSWORD))
    assert waits() == [*HEADS, "zongzheng"]
    ok(within(office, "zongzheng", listed, disposition.sign, password=PASSWORD))
    assert waits() == ["chunyu", "taishi", "huyan"]


def test_a_crash_in_the_middle_is_finished_by_the_worker(office, held):
    listed = signed(office)
    ok(
        within(
            office,
            "dongfang",
            listed,
            disposition.execute,
            number=number_of(office, listed),
            password=PASSWORD,
        )
    )
    for phase in destroying.PHASES:
        with office.site() as site:
            assert site.dispositions[listed].phase == phase
        destroying.PHASES[phase](office.services, listed)
        destroying.PHASES[phase](office.services, listed) if phase != "end" else None
        names = list(destroying.PHASES)
        following = names[names.index(phase) + 1] if phase != "end" else phase
        office.services.database.run(
            lambda root, to=following: setattr(root["site"].dispositions[listed], "phase", to)
        )
    work_off(office)
    with office.site() as site:
        assert site.dispositions[listed].state == "executed"
        assert [site.archives[item].state for item in held] == ["destroyed"] * 2
        assert [*site.dossiers, *site.materials, *site.notices] == []


def test_a_rule_decides_and_its_sample_is_drawn_again_from_the_seed(office, held):
    listed = opened(office, method=Method.RULE)
    act = {"decision": Decision.DESTROY, "reason": "期满"}
    assert refused(within(office, "huyan", listed, appraisal.add_rule, category="WS", **act)) == [
        ("appraisal.rule-fits-nothing", "category")
    ]
    ok(within(office, "huyan", listed, appraisal.add_rule, retention="D30", **act))
    with office.site() as site:
        record = site.dispositions[listed]
        assert record.sample == rules.draw(record.seed, held)
        assert record.seed
    assert refused(within(office, "huyan", listed, appraisal.confirm, password=PASSWORD)) == [
        ("appraisal.sample-unseen", "items")
    ]
    first, second = codes(office, held)
    ok(within(office, "taishi", listed, appraisal.look, code=first, agrees=True))
    ok(within(office, "taishi", listed, appraisal.look, code=second, note="有长期效力，应续存"))
    assert refused(within(office, "huyan", listed, appraisal.confirm, password=PASSWORD)) == [
        ("appraisal.sample-disputed", "items")
    ]
    ok(within(office, "taishi", listed, appraisal.look, code=second, agrees=True))
    ok(within(office, "huyan", listed, appraisal.confirm, password=PASSWORD))


def test_a_dump_of_a_server_database_holds_nothing_of_it(tmp_path, postgres_server, postgres_uri):
    office = build_office(tmp_path, **{"zodb.uri": postgres_uri})
    try:
        plant(office)
        work_off(office)
        office.clock.set(LATER)
        executed(office)
        name = postgres_uri.rpartition("/")[2].partition("?")[0]
        dumped = subprocess.run(
            ["pg_dump", "-h", str(postgres_server.folder), "-p", str(postgres_server.port), "-U", "postgres", name],
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        assert b"object_state" in dumped
        for word in (NAME, INSIDE, TITLED, RECEIVER):
            assert word.encode().hex().encode() not in dumped, word
    finally:
        office.close()
