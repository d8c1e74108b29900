"""What a careless or hostile person tries with a destruction: other doors, other hands, a killed worker, forgotten copies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from records.domain.appraisal import Decision
from records.indexes import disposition_questions as questions
from records.operations import (
    appraisal,
    archive_imports,
    copying,
    destroying,
    disposition,
    holds,
    leftovers,
    library_imports,
    trails,
    transferring,
    transfers,
    uses,
)
from records.resources.imports import archive_imports_of, library_imports_of
from tests.office import ADMIN, ARCHIVIST, PASSWORD

from .archives_brought import brought, code_of, row
from .cases import ok, refused
from .test_disposition import (
    FONDS,
    GROUP,
    HEADS,
    LATER,
    SUPERVISORS,
    YEAR,
    appraised,
    bytes_with,
    codes,
    executed,
    number_of,
    opened,
    plant,
    signed,
    within,
    work_off,
)

OTHER = "education"


@pytest.fixture
def due(office):
    """Two items of one fonds whose period is over, and the office a few months later."""
    items = [plant(office), plant(office, "欧阳一", "419999198502030018")]
    office.clock.set(LATER)
    return items


def place_on(office, code: str, *, reference: str = "云溪检〔2057〕3号", fonds: str = FONDS) -> str:
    return ok(
        office.do(
            ARCHIVIST,
            lambda act: holds.place(act, fonds=fonds, reference=reference, reason="行政诉讼", codes=code),
        )
    )


def take_off(office, userid: str, listed: str, items: str, why: str = "行政诉讼尚未审结"):
    return within(office, userid, listed, appraisal.remove, items=items, why=why)


def execute(office, listed: str, userid: str = "dongfang", **more):
    values = {"number": number_of(office, listed), "password": PASSWORD, **more}
    return within(office, userid, listed, disposition.execute, **values)


def found_by_trails(office) -> list[tuple[str, str]]:
    return [(found.code, found.subject.partition(":")[0]) for found in trails.verify_trails(office.services)]


def test_an_item_under_a_hold_leaves_a_signed_list_with_its_reason_and_the_others_go(office, due):
    first, second = codes(office, due)
    listed = signed(office)
    place_on(office, first)
    work_off(office)
    assert refused(execute(office, listed)) == [("disposition.held", first)]
    assert refused(take_off(office, "chunyu", listed, first)) == [("appraisal.not-in-group", "")]
    assert refused(take_off(office, "taishi", listed, f"{first} J043-无此号", why=" ")) == [
        ("disposition.no-reason", "why"),
        ("appraisal.not-on-list", "items"),
    ]
    assert refused(take_off(office, "taishi", listed, f"{first}，{second}")) == [
        ("disposition.nothing-left", "items")
    ]
    assert refused(take_off(office, "taishi", listed, "、")) == [("appraisal.empty", "items")]
    ok(take_off(office, "taishi", listed, first))
    with office.site() as site:
        record = site.dispositions[listed]
        assert [row[:3] for row in record.taken_off] == [(first, "行政诉讼尚未审结", "taishi")]
        assert (record.state, record.total, len(record.signatures)) == ("signed", 1, 4)
        assert questions.item_of_list(site, due[0]) == ""
        assert [item.id for _, item in questions.due(site, FONDS, YEAR)] == due
    ok(execute(office, listed))
    work_off(office)
    assert refused(take_off(office, "taishi", listed, second)) == [
        ("disposition.wrong-state", ""),
        ("disposition.nothing-left", "items"),
    ]
    with office.site() as site:
        record = site.dispositions[listed]
        assert [site.archives[item].state for item in due] == ["archived", "destroyed"]
        assert (record.state, record.spared) == (
            "executed",
            ((first, "整件未销毁", "剔除：行政诉讼尚未审结"),),
        )
    for userid in SUPERVISORS:
        stated = {"password": PASSWORD, "checked": True, "backups": "轮换覆盖"}
        ok(within(office, userid, listed, disposition.sign, **stated))
    work_off(office)
    with office.site() as site:
        assert [paper[0] for paper in site.dispositions[listed].papers][-2:] == ["final", "final-table"]
    assert found_by_trails(office) == []


def test_what_leaves_a_draft_is_free_for_the_next_list_and_confirmed_anew(office, due):
    second = codes(office, due)[1]
    listed = opened(office)
    choice = {"items": "*", "decision": Decision.DESTROY, "reason": "期满"}
    ok(within(office, "taishi", listed, appraisal.choose, **choice))
    ok(within(office, "taishi", listed, appraisal.confirm, password=PASSWORD))
    ok(take_off(office, "huyan", listed, second))
    with office.site() as site:
        record = site.dispositions[listed]
        assert (record.confirmed, list(record.choices.decided), record.spared) == ((), [due[0]], ())
    other = opened(office)
    with office.site() as site:
        assert list(site.dispositions[other].choices.decided) == [due[1]]


def test_a_hold_counts_for_its_fonds_whatever_unit_an_item_was_made_in(office, due):
    with office.services.database.write() as root:
        for item in due:
            root["site"].archives[item].unit = OTHER
    listed = signed(office)
    place_on(office, codes(office, due)[0])
    with office.site() as site:
        item = site.archives[due[1]]
        assert questions.holds_coming(site, OTHER) == ()
        assert [each.code for each in transfers.held(site, item)] == ["transfer.hold-coming"]
        assert uses.sought_of(site, item).holds == ("云溪检〔2057〕3号",)
    assert refused(execute(office, listed)) == [
        ("disposition.hold-coming", code) for code in codes(office, due)
    ]


def test_a_hold_laid_between_two_items_saves_those_that_are_not_gone_yet(office, due):
    listed = signed(office)
    ok(execute(office, listed))
    services = office.services
    with office.site() as site:
        files = destroying._files_of(services, site.archives[due[0]])
    destroying._write(services, listed, lambda act, record: destroying._carry_out(act, record, due[0], files))
    place_on(office, codes(office, due)[1])
    work_off(office)
    with office.site() as site:
        assert [site.archives[item].state for item in due] == ["destroyed", "archived"]
        assert site.dispositions[listed].choices.outcomes[due[1]].startswith("disposition.h")


def test_an_administrator_neither_appraises_nor_signs_nor_carries_out(office, due):
    listed = signed(office)
    assert refused(within(office, ADMIN, listed, disposition.sign, password=PASSWORD)) == [
        ("disposition.wrong-state", ""),
        ("disposition.not-a-signer", ""),
    ]
    assert refused(take_off(office, ADMIN, listed, codes(office, due)[0])) == [("appraisal.not-in-group", "")]
    early = office.do(ADMIN, lambda act: appraisal.open_list(act, fonds=FONDS, year=YEAR, **GROUP))
    assert refused(early) == [("permission.denied", "")]


def by_hand(office, change) -> None:
    """Change the database past the operations, as somebody at a Python prompt does."""
    with office.services.database.write() as root:
        change(root["site"])


def write_signatures(site, listed: str) -> None:
    record = site.dispositions[listed]
    posts = ("leader", "office", "archives", "business")
    record.signatures = tuple((post, by, LATER, "") for post, by in zip(posts, HEADS, strict=True))
    record.state, record.executor, record.phase = "executing", "dongfang", "items"
    site.jobs.owe(disposition.CARRY_OUT, listed, at=LATER)


def test_signatures_written_into_the_database_destroy_nothing_and_are_noticed(office, due):
    listed = appraised(office)
    by_hand(office, lambda site: write_signatures(site, listed))
    with pytest.raises(destroying.Unsigned):
        destroying.carry_out(office.services, listed)
    with office.site() as site:
        assert [site.archives[item].state for item in due] == ["archived"] * 2
    assert found_by_trails(office) == [("disposition.unsigned", listed)] * 5


def test_an_order_without_its_heads_is_not_carried_out(office, due):
    listed = appraised(office)
    by_hand(office, lambda site: setattr(site.dispositions[listed], "state", "executing"))
    by_hand(office, lambda site: setattr(site.dispositions[listed], "phase", "items"))
    with pytest.raises(destroying.Unsigned):
        destroying.carry_out(office.services, listed)


def put_back(site, item: str, before: dict[str, object]) -> None:
    vars(site.archives[item]).update(before)
    site.archives[item]._p_changed = True


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda site, item: setattr(site.archives[item], "state", "destroyed"), "trail.changed"),
        (lambda site, item: setattr(site.archives[item], "due_on", LATER.date()), "trail.changed"),
        (lambda site, item: site.archives.children.__delitem__(item), "trail.lost"),
        (lambda site, item: site.dossiers.children.__delitem__(site.archives[item].dossier), "trail.lost"),
    ],
)
def test_a_transaction_written_by_hand_is_noticed(office, due, change, found):
    assert found_by_trails(office) == []
    by_hand(office, lambda site: change(site, due[0]))
    assert [code for code, _ in found_by_trails(office)] == [found]


def test_an_older_state_put_back_by_hand_is_noticed(office, due):
    with office.site() as site:
        item = site.archives[due[0]]
        before = {name: getattr(item, name) for name in ("holds", "management", "fingerprint", "trail")}
    hold = place_on(office, codes(office, due)[0])
    work_off(office)
    by_hand(office, lambda site: put_back(site, due[0], before))
    assert found_by_trails(office) == [("trail.untraced", "archive")]
    by_hand(office, lambda site: setattr(site.holds[hold], "state", "lifted"))
    assert ("hold.not-lifted", hold) in found_by_trails(office)


def test_what_went_by_its_acts_leaves_nothing_to_find(office, due):
    executed(office)
    assert found_by_trails(office) == []


def test_an_imported_item_takes_directory_and_files_of_its_import_along(office):
    rows = [row(number, 2015) for number in (1, 2)]
    key = brought(office, rows)
    work_off(office)
    with office.site() as site:
        record = archive_imports.import_of(site, key)
        sources = {record.file, record.bundle}
        item = next(iter(record.items.values()))
        assert site.archives[item].code == code_of(1)
    office.clock.set(LATER)
    listed = ok(office.do(ARCHIVIST, lambda act: appraisal.open_list(act, fonds=FONDS, year=2025, **GROUP)))
    choice = {"items": code_of(1), "decision": Decision.DESTROY, "reason": "期满"}
    ok(within(office, "taishi", listed, appraisal.choose, **choice))
    ok(take_off(office, "taishi", listed, code_of(2), why="另行鉴定"))
    for userid in GROUP.values():
        ok(within(office, userid, listed, appraisal.confirm, password=PASSWORD))
    for userid in HEADS:
        ok(within(office, userid, listed, disposition.sign, password=PASSWORD))
    ok(execute(office, listed))
    work_off(office)
    with office.site() as site:
        (record,) = archive_imports_of(site).values()
        assert (record.file, record.bundle, record.errors, record.findings) == ("", "", "", "[]")
        assert [site.archives[each].state for each in record.items.values()] == ["destroyed", "archived"]
        assert record.readable is False
    assert [digest for digest in sources if office.services.store.has(digest)] == []


def test_a_paper_from_a_register_takes_the_register_along(office):
    store = office.services.store
    sources = [store.put_bytes(text.encode()).digest for text in ("登记表", "压缩包")]
    ok(
        office.do(
            ARCHIVIST,
            lambda act: library_imports.bring_register(
                act, name="登记表.xlsx", file=sources[0], bundle=sources[1], size=1
            ),
        )
    )
    item = plant(office)
    by_hand(
        office,
        lambda site: [setattr(each, "source", "history") for each in site.materials.values()],
    )
    office.clock.set(LATER)
    executed(office)
    with office.site() as site:
        assert site.archives[item].state == "destroyed"
        (record,) = library_imports_of(site).values()
        assert (record.state, record.file, record.bundle, record.readable) == ("stopped", "", "", False)
    assert [digest for digest in sources if store.has(digest)] == []


def test_rooms_of_killed_work_are_cleared_and_those_of_living_work_are_not(office, due):
    instance = office.services.instance
    copying.follow(office.services)
    transfer = ok(
        office.do(
            ARCHIVIST, lambda act: transfers.open_transfer(act, fonds=FONDS, codes=codes(office, due)[0])
        )
    )
    with office.site() as site:
        packed = transferring.folder_of(office.services, site.transfers[transfer])
        code = site.archives[due[0]].code
    within_rooms = ("outgoing/tmp1", "incoming/tmp2", copying.copy_root(office.services).staging.name + "/x")
    rooms = [instance / name for name in within_rooms] + [packed]
    for room in rooms:
        room.mkdir(parents=True, exist_ok=True)
        (room / "包.txt").write_text(f"残留 {code}", encoding="utf-8")
    now = office.clock.now().timestamp()
    living = instance / "outgoing" / "living"
    living.mkdir()
    os.utime(living, (now, now))
    assert leftovers.clear_leftovers(office.services) == tuple(sorted(room.name for room in rooms))
    assert (living.is_dir(), [room for room in rooms if room.exists()]) == (True, [])


def test_a_destruction_clears_what_a_killed_export_left(office, due):
    room = office.services.instance / "outgoing" / "tmp"
    room.mkdir(parents=True)
    (room / "delivery.zip").write_bytes("种在残留里的字串".encode())
    executed(office)
    assert bytes_with(Path(office.services.instance), "种在残留里的字串") == []


class Killed(BaseException):
    """The worker's process ends here."""


def killed_after(phase: str):
    whole = destroying.PHASES[phase]

    def dies(services, record_id):
        whole(services, record_id)
        raise Killed

    return {**destroying.PHASES, phase: dies}


def test_a_worker_killed_after_any_step_is_taken_up_again(office, due, monkeypatch):
    listed = signed(office)
    ok(execute(office, listed))
    for phase in list(destroying.PHASES)[:-1]:
        with monkeypatch.context() as patched:
            patched.setattr(destroying, "PHASES", killed_after(phase))
            with pytest.raises(Killed):
                destroying.carry_out(office.services, listed)
        with office.site() as site:
            assert (site.dispositions[listed].state, site.dispositions[listed].phase) == ("executing", phase)
    work_off(office)
    with office.site() as site:
        assert site.dispositions[listed].state == "executed"
        assert [site.archives[item].state for item in due] == ["destroyed"] * 2
    assert found_by_trails(office) == []
