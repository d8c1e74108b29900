"""One copy (I1), ask once (I2), only what is listed (I3), and what was issued is held at once."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

import pytest

from records.domain.dossiers import Gap
from records.domain.findings import Refused
from records.domain.vocabulary import DeliveryMethod, GapKind, MaterialStatus, Override
from records.indexes import questions
from records.operations import applicants, decisions, dossiers, materials
from records.operations.checklists import checklist_of
from tests.office import ANOTHER, CLERK

from .cases import (
    FOOD,
    REPORT,
    SHOPKEEPER,
    VENUE,
    accept,
    body_of,
    decide,
    deliver,
    entries,
    fill,
    findings,
    last_transaction,
    library,
    ok,
    on,
    override,
    paper,
    publish,
    refused,
    with_line,
)  # fmt: skip

SHARING = "国务院令第716号 第七条"
REPORT_TITLE = "公共场所卫生检测或者评价报告"


@pytest.fixture
def person(office) -> str:
    return office.applicant()


@pytest.fixture
def held(office, person) -> str:
    """A hygiene report of the person's, held and valid since an earlier case."""
    case = office.case(person, VENUE)
    report = ok(paper(office, case, "hygiene-report", "检测报告"))
    fill(office, case)
    ok(office.do(CLERK, on(case, dossiers.withdraw, why="申请人书面撤回")))
    return report


def test_the_same_bytes_are_one_holding_whoever_shows_them(office, person):
    """I1: two applicants share the holding and see nothing of each other."""
    other = office.applicant(ANOTHER, "司马𠮷")
    mine, theirs = office.case(person, FOOD), office.case(other, FOOD)
    one = ok(paper(office, mine, "kitchen-plan", "布局图"))
    first, before = office.clock.now(), last_transaction(office)
    foreign = office.do(CLERK, on(theirs, materials.use_material, line="kitchen-plan", material=one))
    assert refused(foreign) == [("material.unknown", "kitchen-plan")]
    assert last_transaction(office) == before
    office.clock.advance(hours=1)
    two = ok(paper(office, theirs, "kitchen-plan", "布局图"))
    digest = office.upload("布局图").digest
    with office.site() as site:
        assert [(key, holding.first_seen) for key, holding in site.holdings.items()] == [(digest, first)]
        assert [material.id for material in materials.questions.library(site, person)] == [one]
        assert [material.id for material in materials.questions.library(site, other)] == [two]
        assert site.materials[one].renditions[0][0] == site.materials[two].renditions[0][0] == digest


def test_one_file_on_two_lines_is_two_materials_over_one_holding(office, person):
    case = office.case(person, FOOD)
    plan, rules = (
        ok(paper(office, case, "kitchen-plan", "一份文件")),
        ok(paper(office, case, "food-safety-rules", "一份文件")),
    )
    assert plan != rules
    with office.site() as site:
        assert len(site.holdings) == 1


@pytest.mark.parametrize(
    "typed",
    [
        REPORT["document_number"],
        "云疾控检〔２０２６〕８８号",
        " 云疾控检〔2026〕88 号 ",
    ],
)
def test_a_rescan_is_a_second_rendition_however_its_number_was_typed(office, person, held, typed):
    """I1: the same material exists once."""
    case = office.case(person, VENUE)
    again = office.do(CLERK, override(
        case, "hygiene-report", office.upload("同一报告重新扫描"), Override.VOLUNTEERED,
        **{**REPORT, "document_number": typed},
    ))  # fmt: skip
    assert again == held
    with office.site() as site:
        assert [rendition[1] for rendition in site.materials[held].renditions] == [
            "检测报告.pdf",
            "同一报告重新扫描.pdf",
        ]
        assert [m.id for m in site.materials.values() if m.standard == "hygiene-report"] == [held]
    assert entries(office, case)["hygiene-report"] == (held, "volunteered")


def test_another_number_is_another_material(office, person, held):
    case = office.case(person, VENUE)
    other = ok(office.do(CLERK, override(
        case, "hygiene-report", office.upload("另一报告"), Override.VOLUNTEERED,
        **{**REPORT, "document_number": "云疾控检〔2026〕89号"},
    )))  # fmt: skip
    assert other != held
    assert [kind for kind, *_ in library(office, person)].count("hygiene-report") == 2


def test_what_is_held_fills_itself_in_and_is_not_taken_again(office, person, held):
    """I2: refused with clause and id, and nothing is stored."""
    case = office.case(person, VENUE)
    assert entries(office, case) == {"hygiene-report": (held, "reused")}
    upload = office.upload("又交一份")
    before = last_transaction(office)
    again = office.do(CLERK, override(case, "hygiene-report", upload, None, **REPORT))
    assert findings(again) == [
        (
            "material.already-held",
            "hygiene-report",
            {"id": held, "title": REPORT_TITLE, "clause": SHARING},
            SHARING,
        )
    ]
    assert last_transaction(office) == before
    with office.site() as site:
        assert upload.digest not in site.holdings


def test_what_is_held_is_not_demanded_in_a_notice(office, person, held):
    case = office.case(person, VENUE)
    before = last_transaction(office)
    gaps = [
        Gap(line, GapKind.MISSING, "请提交")
        for line in ("application", "plan", "hygiene-report", "hygiene-rules")
    ]
    told = office.do(CLERK, on(case, dossiers.request_supplement, gaps=gaps, until=date(2026, 12, 1)))
    with office.site() as site:
        ids = {m.standard: (m.id, m.title) for m in site.materials.values()}
    expected = [
        ("material.already-held", line, {"title": ids[kind][1], "clause": SHARING, "id": ids[kind][0]}, SHARING)
        for line, kind in (("plan", "public-venue-plan"), ("hygiene-report", "hygiene-report"), ("hygiene-rules", "hygiene-rules"))
    ]  # fmt: skip
    assert findings(told) == expected
    assert last_transaction(office) == before


@pytest.mark.parametrize(
    ("reason", "note", "code"),
    [
        (Override.EXPIRED, "", "material.override-not-expired"),
        (Override.ORIGINAL, "", "material.override-no-original"),
        (Override.CHANGED, " ", "material.override-no-note"),
    ],
)
def test_a_reason_that_does_not_apply_stores_nothing(office, person, held, reason, note, code):
    case = office.case(person, VENUE)
    upload, before = office.upload("又交一份"), last_transaction(office)
    again = office.do(CLERK, override(case, "hygiene-report", upload, reason, note, **REPORT))
    assert findings(again) == [
        (code, "hygiene-report", {"id": held, "title": REPORT_TITLE, "clause": SHARING}, SHARING)
    ]
    assert last_transaction(office) == before


def test_changed_content_with_a_note_takes_the_place_of_the_older(office, person, held):
    case = office.case(person, VENUE)
    newer = ok(office.do(CLERK, override(
        case, "hygiene-report", office.upload("复测报告"), Override.CHANGED, "场所改造后重新检测",
        document_number="云疾控检〔2026〕120号", issuer=REPORT["issuer"], issued_on=date(2026, 11, 20),
    )))  # fmt: skip
    assert entries(office, case) == {"hygiene-report": (newer, "submitted")}
    with office.site() as site:
        older, dossier = site.materials[held], site.dossiers[case]
        assert (older.status, older.superseded_by) == (MaterialStatus.SUPERSEDED, newer)
        assert dossier.overrides == (
            ("hygiene-report", "changed", "场所改造后重新检测", CLERK, office.clock.now(), "A01"),
        )
        why = [entry.line for entry in site.audit.values() if b'"material.submit"' in entry.line][-1]
    assert "changed:场所改造后重新检测" in why.decode()


def test_an_older_paper_that_holds_again_is_one_material_still(office, person, held):
    first, second = office.case(person, VENUE), office.case(person, VENUE, again="另一处场所")
    newer = {
        "document_number": "云疾控检〔2026〕120号",
        "issuer": REPORT["issuer"],
        "issued_on": date(2026, 11, 20),
    }
    ok(office.do(CLERK, override(
        first, "hygiene-report", office.upload("复测"), Override.CHANGED, "重新检测", **newer)))  # fmt: skip
    back = ok(office.do(CLERK, override(
        second, "hygiene-report", office.upload("原报告"), Override.CHANGED, "复测作废，原报告有效", **REPORT)))  # fmt: skip
    assert back == held
    assert [(status, n) for kind, _, status, _, n in library(office, person) if kind == "hygiene-report"] == [
        ("valid", 2),
        ("superseded", 1),
    ]


def test_an_expired_material_may_be_replaced_and_its_bytes_not_used_again(office, person, held):
    office.clock.set(office.clock.now().replace(year=2027, month=12))
    case = office.case(person, VENUE)
    assert entries(office, case) == {}
    before = last_transaction(office)
    same = office.do(CLERK, override(case, "hygiene-report", office.upload("检测报告"), None, **REPORT))
    assert refused(same) == [("material.same-as-unusable", "hygiene-report")]
    assert last_transaction(office) == before
    newer = ok(office.do(CLERK, override(
        case, "hygiene-report", office.upload("新一年的报告"), Override.EXPIRED,
        document_number="云疾控检〔2027〕7号", issuer=REPORT["issuer"], issued_on=date(2027, 11, 30),
    )))  # fmt: skip
    assert entries(office, case) == {"hygiene-report": (newer, "submitted")}
    with office.site() as site:
        assert (site.materials[held].status, site.materials[held].superseded_by) == ("superseded", newer)


def test_an_original_may_be_asked_for_where_the_guide_says_so(office, person, held):
    publish(office, with_line(body_of(VENUE), "hygiene-report", inspect_original=True))
    case = office.case(person, VENUE)
    seen = ok(office.do(CLERK, override(
        case, "hygiene-report", office.upload("原件扫描"), Override.ORIGINAL, **REPORT)))  # fmt: skip
    assert seen == held
    assert entries(office, case) == {"hygiene-report": (held, "submitted")}


def test_only_what_is_listed_and_needed_is_taken(office, person):
    """I3: an unknown line, a line this situation does not need, a line that is filled, a closed case."""
    case = office.case(person, FOOD)
    before = last_transaction(office)
    assert refused(paper(office, case, "other")) == [("material.outside-guide", "other")]
    assert refused(paper(office, case, "authorisation")) == [("material.line-not-needed", "authorisation")]
    assert last_transaction(office) == before
    ok(paper(office, case, "application"))
    assert refused(paper(office, case, "application", "又一份")) == [("material.line-filled", "application")]
    accept(office, case)
    assert refused(paper(office, case, "authorisation")) == [
        ("dossier.closed-for-materials", ""),
        ("material.line-not-needed", "authorisation"),
    ]


def test_the_line_of_a_situation_is_asked_where_the_situation_is(office, person):
    case = office.case(person, FOOD, situation={"agent": True})
    assert isinstance(paper(office, case, "authorisation"), str)


def test_a_paper_without_what_tells_it_apart_is_refused_with_all_that_is_missing(office, person):
    case = office.case(person, VENUE)
    before = last_transaction(office)
    assert refused(office.hand_in(case, "hygiene-report", "无号报告")) == [
        ("material.identity-missing", "number"),
        ("material.identity-missing", "issuer"),
        ("material.identity-missing", "issued_on"),
    ]
    assert last_transaction(office) == before


def test_what_must_be_confirmed_waits_for_a_yes(office, person):
    """A plan of last year is held, but only the applicant can say that it is still true."""
    earlier = office.case(person, FOOD)
    fill(office, earlier)
    ok(office.do(CLERK, on(earlier, dossiers.withdraw, why="撤回")))
    case = office.case(person, FOOD)
    plan = entries(office, earlier)["kitchen-plan"][0]
    assert entries(office, case) == {}
    with office.site() as site:
        state = checklist_of(site, site.dossiers[case], today=office.clock.today()).line("kitchen-plan")
        assert (state.status, state.material) == ("to-confirm", plan)
    assert refused(paper(office, case, "kitchen-plan", "新图")) == [("material.already-held", "kitchen-plan")]
    assert ok(office.do(CLERK, on(case, materials.use_material, line="kitchen-plan", material=plan))) == plan
    assert entries(office, case) == {"kitchen-plan": (plan, "reused")}
    wrong = office.do(CLERK, on(case, materials.use_material, line="food-safety-rules", material=plan))
    assert refused(wrong) == [("material.unknown", "food-safety-rules")]


def test_a_wrong_paper_taken_off_its_line_leaves_the_library(office, person):
    case = office.case(person, VENUE)
    report = ok(paper(office, case, "hygiene-report"))
    assert refused(office.do(CLERK, on(case, materials.remove_material, line="plan", why=""))) == [
        ("material.line-empty", "plan"),
        ("material.no-reason", "why"),
    ]
    ok(office.do(CLERK, on(case, materials.remove_material, line="hygiene-report", why="扫错了人")))
    assert entries(office, case) == {}
    with office.site() as site:
        assert site.materials[report].status == MaterialStatus.WITHDRAWN
    assert ok(paper(office, case, "hygiene-report", "正确的报告")) != report


def test_what_another_case_uses_stays_when_its_first_case_takes_it_off(office, person):
    first = office.case(person, VENUE)
    report = ok(paper(office, first, "hygiene-report"))
    second = office.case(person, VENUE, again="第二处场所")
    assert entries(office, second) == {"hygiene-report": (report, "reused")}
    ok(office.do(CLERK, on(first, materials.remove_material, line="hygiene-report", why="此处场所不需要")))
    with office.site() as site:
        assert site.materials[report].status == MaterialStatus.VALID


@pytest.mark.parametrize(("electronic", "grade"), [(True, "A"), (False, "B")])
def test_a_result_is_a_material_of_its_holder_at_delivery(office, person, electronic, grade):
    case = office.case(person, SHOPKEEPER)
    decide(office, case, electronic=electronic)
    assert "business-licence" not in [kind for kind, *_ in library(office, person)]
    deliver_only(office, case)
    assert library(office, person)[-1] == ("business-licence", grade, "valid", "result", 1)
    food = office.case(person, FOOD)
    with office.site() as site:
        licence = site.dossiers[case].result_material
        assert (site.materials[licence].issued_on, site.materials[licence].verified_by) == (
            office.clock.today(),
            CLERK,
        )
    identity = next(material for kind, material in held_ids(office, person) if kind == "identity-card")
    assert entries(office, food) == {
        "business-licence": (licence, "reused"),
        "identity": (identity, "reused"),
    }


def held_ids(office, person) -> list[tuple[str, str]]:
    with office.site() as site:
        return [(material.standard, material.id) for material in questions.library(site, person)]


def deliver_only(office, case) -> None:
    ok(office.do(CLERK, on(
        case, decisions.deliver, method=DeliveryMethod.COUNTER, recipient="欧阳䶮")))  # fmt: skip


def test_a_newer_result_takes_the_place_of_the_older(office, person):
    deliver(office, office.case(person, FOOD))
    office.clock.advance(days=1)
    second = office.case(person, FOOD)
    deliver(office, second)
    licences = [row[1:] for row in library(office, person) if row[0] == "food-licence"]
    assert licences == [("B", "superseded", "result", 1), ("B", "valid", "result", 1)]


def test_a_result_with_the_number_of_a_held_scan_leaves_one_in_use(office, person):
    for _ in range(2):
        case = office.case(person, FOOD)
        deliver(office, case, result_number="JY24199990000001")
    assert [row[2] for row in library(office, person) if row[0] == "food-licence"] == ["superseded", "valid"]


def test_a_refused_act_never_leaves_anything(office, person, held):
    """Every way of handing in what is held, one after another: the site stays as it was."""
    case, numbers = office.case(person, VENUE), count()
    uploads = [office.upload(f"第{next(numbers)}份") for _ in range(6)]
    before = last_transaction(office)
    for upload, reason in zip(
        uploads, [None, Override.EXPIRED, Override.ORIGINAL, Override.CHANGED], strict=False
    ):
        assert isinstance(
            office.do(CLERK, override(case, "hygiene-report", upload, reason, **REPORT)), Refused
        )
    assert isinstance(
        office.do(CLERK, lambda act: applicants.create_applicant(act, number=ANOTHER, name="")), Refused
    )
    assert last_transaction(office) == before


def test_a_paper_of_a_day_to_come_is_not_taken(office, person):
    case = office.case(person, FOOD)
    today = office.clock.today()
    later = {"issued_on": today + timedelta(days=1)}
    assert refused(paper(office, case, "kitchen-plan", **later)) == [("material.issued-later", "issued_on")]
    ok(paper(office, case, "kitchen-plan", issued_on=today))
