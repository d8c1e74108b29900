"""Paper originals: taken in, lent, given back, kept, lost and found, and handed over from post to post."""

from __future__ import annotations

from datetime import date

import pytest

from records.indexes import questions
from records.operations import archiving, custody, deposits, dossiers, materials
from records.operations.digest import semantic_digest, semantic_records
from records.vault import Vault
from tests.office import CLERK, NAME, build_office

from .cases import (
    HEALTH_ARCHIVIST,
    REPORT,
    VENUE,
    archive_again,
    deliver,
    entries,
    fill,
    findings,
    last_transaction,
    ok,
    on,
    paper,
    refused,
)

SIMA, LIUYAN = "sima", "liuyan"
LARGE = {"large-or-pool": True}


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()


@pytest.fixture
def case(office):
    """A venue's case whose report is handed in."""
    case = office.case(office.applicant(), VENUE, situation={"commitment": False})
    ok(paper(office, case, "hygiene-report"))
    return case


def take(case: str, **values):
    return on(
        case, deposits.receive_original, **{"line": "hygiene-report", "place": "A01窗口3号柜", **values}
    )


def with_(original: str, operation, **values):
    return lambda act: operation(act, act.site.custody[original], **values)


def settled(handover: str, operation, **values):
    return lambda act: operation(act, act.site.handovers[handover], **values)


@pytest.fixture
def report(office, case):
    return ok(office.do(CLERK, take(case)))


def stand(office, original: str, *names: str) -> tuple:
    with office.site() as site:
        record = site.custody[original]
        return tuple(getattr(record, name) for name in names or ("state", "keeper", "place"))


def moves(office, original: str) -> list[tuple]:
    with office.site() as site:
        return [
            (move, by, other, until, note) for move, _, by, other, until, note in site.custody[original].moves
        ]


BACK = {"recipient": NAME, "signed": True}


def test_an_original_has_a_code_a_place_and_a_keeper(office, case, report):
    with office.site() as site:
        record, dossier = site.custody[report], site.dossiers[case]
        assert (record.code, record.title, record.copies, record.unit, record.material) == (
            f"{dossier.code}Y1", "公共场所卫生检测或者评价报告", 1, "health-commission", dossier.entries[0][1],
        )  # fmt: skip
        assert questions.originals_of(site, case) == (record,)
        assert questions.originals_kept_by(site, CLERK) == (record,)
    assert stand(office, report) == ("held", CLERK, "A01窗口3号柜")
    assert moves(office, report) == [("receive", CLERK, "", None, "A01窗口3号柜")]


def test_it_is_taken_in_once_and_only_for_a_paper_that_was_handed_in(office, case, report):
    assert refused(office.do(CLERK, take(case))) == [("custody.already-here", "line")]
    assert refused(office.do(CLERK, take(case, line="application"))) == [
        ("custody.nothing-handed-in", "line")
    ]
    assert refused(office.do(CLERK, take(case, line="other"))) == [("material.outside-guide", "line")]


def test_what_the_library_gave_has_no_original_to_take_in(office, case):
    with office.site() as site:
        person = site.dossiers[case].applicant
    office.do(CLERK, on(case, dossiers.withdraw, why="申请人书面撤回"))
    again = office.case(person, VENUE, situation={"commitment": False})
    assert entries(office, again)["hygiene-report"][1] == "reused"
    assert refused(office.do(CLERK, take(again))) == [("custody.nothing-handed-in", "line")]


def test_the_window_is_the_place_unless_told_and_nobody_without_one_forgets_it(office, case):
    original = ok(office.do(CLERK, take(case, place="")))
    assert stand(office, original, "place") == ("A01窗口",)
    with office.site() as site:
        people = [person.userid for person in site.people.values() if not person.window]
    other = next(each for each in people if each == HEALTH_ARCHIVIST)
    ok(office.do(CLERK, with_(original, custody.give_back, **BACK)))
    assert refused(office.do(other, take(case, place=" "))) == [("custody.no-place", "place")]


def test_a_form_stays_with_the_case_at_once(office, case):
    ok(paper(office, case, "application"))
    form = ok(office.do(CLERK, take(case, line="application")))
    assert stand(office, form, "state") == ("consumed",)
    assert refused(office.do(CLERK, with_(form, custody.give_back, **BACK))) == [("custody.wrong-state", "")]
    assert refused(office.do(CLERK, with_(form, custody.release, why=" "))) == [("custody.no-reason", "why")]
    ok(office.do(CLERK, with_(form, custody.release, why="申请人换了一份")))
    ok(office.do(CLERK, with_(form, custody.give_back, **BACK)))
    assert stand(office, form, "state") == ("returned",)


def test_taken_in_together_with_the_upload_or_not_at_all(office, case):
    def submit(deposit, place="plan"):
        description = materials.Description(original_seen=True, issued_on=office.clock.today())
        return on(
            case, materials.submit_material, line=place, upload=office.upload(f"图{place}"), description=description,
            deposit=deposit,
        )  # fmt: skip

    ok(office.do(CLERK, submit(deposits.Deposit(copies=2))))
    with office.site() as site:
        (original,) = questions.originals_of(site, case)
        assert (original.line, original.copies, original.state, original.place) == (
            "plan", 2, "consumed", "A01窗口",
        )  # fmt: skip
    before = last_transaction(office)
    nowhere = office.do(HEALTH_ARCHIVIST, submit(deposits.Deposit(), "application"))
    assert refused(nowhere) == [("custody.no-place", "place")]
    assert (last_transaction(office), "application" in entries(office, case)) == (before, False)


def test_a_registration_that_takes_no_original_writes_nothing_more(office, case):
    with office.site() as site:
        assert (list(site.custody), "number:original" in site.counters) == ([], False)
    fill(office, case)
    ok(office.do(CLERK, on(case, dossiers.accept)))
    with office.site() as site:
        kinds = [notice.notice_kind for notice in questions.notices_of(site, site.dossiers[case])]
    assert kinds == ["acceptance"]


def test_the_receipt_comes_with_the_next_paper_lists_all_and_is_given_once(office, case, report):
    ok(paper(office, case, "application"))
    ok(office.do(CLERK, take(case, line="application")))
    ok(office.do(CLERK, on(case, dossiers.receive)))
    with office.site() as site:
        kinds = [
            (each.notice_kind, each.code, bool(each.digest))
            for each in questions.notices_of(site, site.dossiers[case])
        ]
        receipts = {each.receipt for each in questions.originals_of(site, case)}
        facts = site.notices[next(iter(receipts))].facts
    assert kinds == [("receipt", "云卫健收〔2026〕1号", True), ("custody", "云卫健存〔2026〕1号", True)]
    assert (len(receipts), "办结时退还" in facts, "随办件留存归档" in facts) == (1, True, True)
    assert refused(office.do(CLERK, on(case, deposits.print_receipt))) == [("custody.all-receipted", "")]


def test_a_form_alone_stands_on_the_receipt_for_the_materials(office, case):
    ok(paper(office, case, "application"))
    form = ok(office.do(CLERK, take(case, line="application")))
    ok(office.do(CLERK, on(case, dossiers.receive)))
    assert stand(office, form, "receipt") == ("",)
    ok(office.do(CLERK, on(case, deposits.print_receipt)))
    with office.site() as site:
        kinds = [each.notice_kind for each in questions.notices_of(site, site.dossiers[case])]
    assert kinds == ["receipt", "custody"]


def test_lent_until_a_day_and_called_back(office, report):
    assert refused(office.do(CLERK, with_(report, custody.lend, borrower="上官敏", until=None))) == [
        ("custody.no-date", "until")
    ]
    until = date(2026, 11, 25)
    ok(office.do(CLERK, with_(report, custody.lend, borrower="上官敏", until=until, why="现场核查")))
    assert stand(office, report, "state", "lent_to", "lent_until", "keeper") == (
        "lent",
        "上官敏",
        until,
        CLERK,
    )
    assert refused(office.do(CLERK, with_(report, custody.give_back, **BACK))) == [
        ("custody.wrong-state", "")
    ]
    with office.site() as site:
        kept = questions.originals_kept_by(site, CLERK)
        assert [len(custody.overdue(kept, day)) for day in (until, date(2026, 11, 26))] == [0, 1]
    ok(office.do(CLERK, with_(report, custody.take_back)))
    assert stand(office, report, "state", "lent_to", "lent_until", "place") == (
        "held",
        "",
        None,
        "A01窗口3号柜",
    )


def test_given_back_to_the_owner_against_a_signature_with_a_slip(office, case, report):
    ok(office.do(CLERK, on(case, deposits.print_receipt)))
    ok(office.do(CLERK, with_(report, custody.give_back, **BACK)))
    with office.site() as site:
        record = site.custody[report]
        slip = site.notices[record.slip]
        assert (record.state, slip.notice_kind, slip.code, bool(slip.digest)) == (
            "returned", "return", "云卫健退〔2026〕1号", True,
        )  # fmt: skip
        assert (record.code in slip.facts, NAME in slip.facts, "云卫健存〔2026〕1号" in slip.facts) == (
            True,
        ) * 3
    before = last_transaction(office)
    assert refused(office.do(CLERK, with_(report, custody.give_back, **BACK))) == [
        ("custody.wrong-state", "")
    ]
    assert last_transaction(office) == before


def test_a_stranger_or_an_agent_needs_a_letter_and_a_scan_is_kept(office, report):
    agent = {"recipient": "司马𠮷", "signed": True}
    assert findings(office.do(CLERK, with_(report, custody.give_back, **agent))) == [
        ("custody.no-authority", "authority", {"recipient": "司马𠮷"}, "")
    ]
    scan = office.upload("签收单")
    values = {"recipient": "司马𠮷", "authority": "授权委托书（2026年11月20日）", "proof": scan}
    ok(office.do(CLERK, with_(report, custody.give_back, **values)))
    assert stand(office, report, "state", "proof") == ("returned", scan.digest)
    assert moves(office, report)[-1] == ("give_back", CLERK, "司马𠮷", None, "授权委托书（2026年11月20日）")
    with office.site() as site:
        assert scan.digest in site.holdings


def test_all_of_a_case_go_back_on_one_slip(office, case, report):
    ok(paper(office, case, "application"))
    form = ok(office.do(CLERK, take(case, line="application")))
    ok(office.do(CLERK, with_(form, custody.release, why="不留存")))
    ok(office.do(CLERK, with_(report, custody.give_back, **BACK, together=True)))
    with office.site() as site:
        slips = {(each.state, each.slip) for each in questions.originals_of(site, case)}
    assert (len(slips), next(iter(slips))[0]) == (1, "returned")


def test_a_case_with_an_original_unaccounted_for_is_done_but_not_archived(office, case, report):
    deliver(office, case)
    with office.site() as site:
        code = site.custody[report].code
    who = HEALTH_ARCHIVIST
    for state, deed in (
        ("在管", None),
        ("借出", with_(report, custody.lend, borrower="上官敏", until=date(2026, 11, 30))),
        ("遗失", with_(report, custody.report_lost, why="2026年11月23日下班清点时不见")),
    ):
        if deed is not None:
            ok(office.do(CLERK, deed))
        assert findings(office.do(who, on(case, archiving.archive))) == [
            ("archive.original-open", code,
             {"code": code, "title": "公共场所卫生检测或者评价报告", "state": state, "keeper": "欧阳静"}, "")
        ]  # fmt: skip
    ok(office.do(CLERK, with_(report, custody.find, place="A01窗口抽屉")))
    ok(office.do(CLERK, with_(report, custody.give_back, **BACK)))
    item = archive_again(office, case)
    with office.site() as site:
        assert site.archives[item].state == "archived"


def test_what_the_case_keeps_is_found_under_its_archival_code(office, case, report):
    ok(office.do(CLERK, with_(report, custody.keep)))
    deliver(office, case)
    with office.site() as site:
        assert deposits.archived_as(site, site.custody[report]) == ""
    item = archive_again(office, case)
    with office.site() as site:
        code = site.archives[item].code
        assert deposits.archived_as(site, site.custody[report]) == code != ""
    said = findings(office.do(CLERK, with_(report, custody.release, why="申请人要回")))
    assert [(each[0], each[2]["archival_code"]) for each in said] == [("custody.archived", code)]


def test_a_loss_is_reported_with_its_reason_and_stays_on_record_when_found(office, report):
    assert refused(office.do(CLERK, with_(report, custody.report_lost, why=" "))) == [
        ("custody.no-reason", "why")
    ]
    ok(office.do(CLERK, with_(report, custody.report_lost, why="清点时不见")))
    with office.site() as site:
        lost = [each.id for _, each in questions.originals_in(site, "health-commission", "lost")]
    assert lost == [report]
    assert refused(office.do(CLERK, with_(report, custody.find, place=""))) == [("custody.no-place", "place")]
    ok(office.do(SIMA, with_(report, custody.find, place="A02窗口")))
    assert stand(office, report) == ("held", SIMA, "A02窗口")
    assert [move[:2] + move[4:] for move in moves(office, report)[1:]] == [
        ("report_lost", CLERK, "清点时不见"),
        ("find", SIMA, "A02窗口"),
    ]


def test_a_post_is_handed_over_when_both_have_confirmed(office, case, report):
    ok(paper(office, case, "application"))
    form = ok(office.do(CLERK, take(case, line="application")))
    ok(office.do(CLERK, with_(form, custody.release, why="不留存")))
    ok(office.do(CLERK, with_(report, custody.lend, borrower="上官敏", until=date(2026, 11, 25))))
    offer = ok(office.do(CLERK, lambda act: custody.hand_over(act, to=SIMA)))
    assert [stand(office, each, "state", "keeper") for each in (report, form)] == [
        ("lent", CLERK),
        ("held", CLERK),
    ]
    assert refused(office.do(LIUYAN, settled(offer, custody.take_over, counted=2))) == [
        ("custody.not-for-you", "")
    ]
    assert refused(office.do(SIMA, settled(offer, custody.take_over, counted=1))) == [
        ("custody.miscounted", "counted")
    ]
    ok(office.do(SIMA, settled(offer, custody.take_over, counted=2)))
    assert [stand(office, each, "state", "keeper", "lent_to") for each in (report, form)] == [
        ("lent", SIMA, "上官敏"),
        ("held", SIMA, ""),
    ]
    assert refused(office.do(SIMA, settled(offer, custody.take_over, counted=2))) == [
        ("custody.hand-over-settled", "")
    ]
    with office.site() as site:
        assert [each.id for each in questions.originals_kept_by(site, CLERK)] == []
        assert [each.id for each in questions.hand_overs_of(site, SIMA)] == [offer]


def test_what_moves_after_the_offer_is_no_longer_on_the_list(office, report):
    offer = ok(office.do(CLERK, lambda act: custody.hand_over(act, to=SIMA)))
    ok(office.do(CLERK, with_(report, custody.give_back, **BACK)))
    assert refused(office.do(SIMA, settled(offer, custody.take_over, counted=1))) == [
        ("custody.miscounted", "counted")
    ]
    ok(office.do(CLERK, settled(offer, custody.cancel)))
    assert stand(office, report, "state", "keeper") == ("returned", CLERK)


@pytest.mark.parametrize(
    ("by", "values", "said"),
    [
        (CLERK, {"to": CLERK}, [("custody.to-oneself", "to")]),
        (CLERK, {"to": "nobody"}, [("custody.no-such-colleague", "to")]),
        (CLERK, {"to": "zhuge"}, [("custody.no-right-there", "to")]),
        (SIMA, {"to": CLERK}, [("custody.nothing-open", "originals")]),
        (CLERK, {"to": SIMA, "originals": "没有"}, [("custody.unknown", "originals")]),
    ],
)
def test_a_hand_over_that_cannot_be_changes_nothing(office, report, by, values, said):
    before = last_transaction(office)
    assert refused(office.do(by, lambda act: custody.hand_over(act, **values))) == said
    assert last_transaction(office) == before


def test_a_clerk_of_another_unit_takes_nothing_over(office):
    case = office.case(office.applicant())
    ok(paper(office, case, "application"))
    form = ok(office.do(CLERK, take(case, line="application")))
    ok(office.do(CLERK, with_(form, custody.release, why="不留存")))
    said = findings(office.do(CLERK, lambda act: custody.hand_over(act, to=LIUYAN)))
    assert [(each[0], each[2]["name"]) for each in said] == [("custody.no-right-there", "刘䶮")]


def test_a_number_in_a_reason_is_masked(office, report):
    ok(office.do(CLERK, with_(report, custody.report_lost, why="借给419999197001011228的家人后不见")))
    assert "419999197001011228" not in moves(office, report)[-1][4]


def test_a_code_a_receipt_and_a_scanned_square_lead_to_the_original(office, case, report):
    ok(office.do(CLERK, on(case, deposits.print_receipt)))
    ok(office.do(CLERK, with_(report, custody.give_back, **BACK)))
    with office.site() as site:
        record = site.custody[report]
        receipt, slip = site.notices[record.receipt], site.notices[record.slip]
        url = f"http://127.0.0.1:6543/verify?n=%E4%BA%91%E5%8D%AB%E5%81%A5%E5%AD%98%E3%80%942026%E3%80%951%E5%8F%B7&c={receipt.verify_code}"
        assert url in receipt.facts
        texts = [
            record.code, f" {record.code.lower()}\n", receipt.code, slip.code, url, "云卫健存[2026]1号",
            "云卫健存（２０２６）1号",
        ]  # fmt: skip
        assert [[each.id for each in custody.sought(site, text)] for text in texts] == [[report]] * 7
        strange = ["", "没有", "http://[", site.dossiers[case].code, "云卫健收〔2026〕1号", "verify?n="]
        assert [custody.sought(site, text) for text in strange] == [()] * 6


def play(folder):
    office = build_office(folder, **{"records.vault": Vault(bytes(range(64)))})
    case = office.case(office.applicant(), VENUE, situation={"commitment": False})
    ok(paper(office, case, "hygiene-report", **REPORT))
    report = ok(office.do(CLERK, take(case)))
    ok(office.do(CLERK, with_(report, custody.lend, borrower="上官敏", until=date(2026, 11, 25))))
    ok(office.do(CLERK, lambda act: custody.hand_over(act, to=SIMA)))
    return office


def test_the_same_custody_gives_the_same_digest(tmp_path):
    one, two = play(tmp_path / "one"), play(tmp_path / "two")
    try:
        with one.site() as first, two.site() as second:
            assert semantic_digest(first) == semantic_digest(second)
            kinds = {key.partition(":")[0] for key in semantic_records(first)}
        assert {"original", "handover"} <= kinds
    finally:
        one.close(), two.close()
