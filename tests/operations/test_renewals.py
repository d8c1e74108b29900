"""A paper that has ended is not taken, a renewal takes the place of the older, a rescan of what has ended is no renewal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from records.domain.dossiers import Gap
from records.domain.reuse import ANY_DATE
from records.domain.vocabulary import GapKind, Override
from records.operations import dossiers
from tests.office import CLERK

from .cases import (  # fmt: skip
    FOOD,
    body_of,
    entries,
    fill,
    findings,
    last_transaction,
    ok,
    on,
    override,
    publish,
    refused,
    with_line,
)

LICENCE = {"document_number": "JY24199990000001", "issuer": "云溪县市场监督管理局", "issued_on": date(2021, 11, 25)}  # fmt: skip


@pytest.fixture
def person(office) -> str:
    """Somebody who applies for an item whose first line asks for an old licence of the same kind."""
    body = body_of(FOOD)
    line = next(line for line in body.lines if line.id == "business-licence")
    older = replace(
        line,
        id="old-licence",
        position=9,
        material="freight-licence",
        name="道路运输经营许可证",
        waived=False,
    )
    publish(office, replace(body, lines=(*body.lines, older)))
    return office.applicant()


def take(office, case: str, title: str, **described: object) -> object:
    return office.hand_in(case, "old-licence", title, **{**LICENCE, **described})


def state_of(office, material: str) -> tuple:
    with office.site() as site:
        record = site.materials[material]
        return record.status, record.superseded_by, record.valid_until, len(record.renditions)


def test_a_paper_that_has_ended_is_refused_with_its_day(office, person):
    case = office.case(person, FOOD)
    before = last_transaction(office)
    assert findings(take(office, case, "旧证", valid_until=date(2026, 11, 22))) == [
        ("material.expired", "old-licence", {"material": "道路运输经营许可证", "until": "2026-11-22"}, "")
    ]
    assert last_transaction(office) == before
    assert isinstance(take(office, case, "旧证", valid_until=date(2026, 11, 23)), str)


def test_a_line_that_takes_papers_of_any_date_takes_it(office, person):
    body = replace(
        body_of(FOOD),
        lines=tuple(
            replace(line, waived=False) if line.id == "identity" else line for line in body_of(FOOD).lines
        ),
    )
    publish(office, with_line(body, "identity", validity=ANY_DATE))
    case = office.case(person, FOOD)
    ok(office.hand_in(case, "identity", "身份证", document_number="1", issuer="云溪县公安局",
                      issued_on=date(2010, 1, 1), valid_until=date(2020, 1, 1)))  # fmt: skip


def test_a_rescan_does_not_join_what_has_ended(office, person):
    first = office.case(person, FOOD)
    held = ok(take(office, first, "许可证", valid_until=date(2026, 11, 24)))
    ok(office.do(CLERK, on(first, dossiers.withdraw, why="撤回")))
    office.clock.advance(days=2)
    second = office.case(person, FOOD)
    assert refused(take(office, second, "再扫一次")) == [("material.expired", "old-licence")]
    assert state_of(office, held) == ("valid", "", date(2026, 11, 24), 1)


def test_a_renewal_under_the_same_number_ends_the_older_paper(office, person):
    first = office.case(person, FOOD)
    held = ok(take(office, first, "许可证", valid_until=date(2026, 11, 24)))
    ok(office.do(CLERK, on(first, dossiers.withdraw, why="撤回")))
    office.clock.advance(days=2)
    second = office.case(person, FOOD)
    newer = ok(
        take(office, second, "换发的许可证", issued_on=date(2026, 11, 20), valid_until=date(2031, 11, 19))
    )
    assert newer != held
    assert state_of(office, held) == ("superseded", newer, date(2026, 11, 19), 1)
    assert state_of(office, newer) == ("valid", "", date(2031, 11, 19), 1)


def test_the_same_paper_with_another_last_day_is_new_and_supersedes(office, person):
    first = office.case(person, FOOD)
    held = ok(take(office, first, "许可证", valid_until=date(2026, 11, 24)))
    second = office.case(person, FOOD, again="延续")
    extended = ok(office.do(CLERK, override(
        second, "old-licence", office.upload("加注延期的许可证"), Override.CHANGED, "有效期延长",
        **LICENCE, valid_until=date(2027, 11, 24))))  # fmt: skip
    assert extended != held
    assert state_of(office, held) == ("superseded", extended, date(2026, 11, 24), 1)
    assert state_of(office, extended) == ("valid", "", date(2027, 11, 24), 1)


def test_a_rescan_that_shows_the_last_day_completes_the_held_paper(office, person):
    first = office.case(person, FOOD)
    held = ok(take(office, first, "许可证"))
    second = office.case(person, FOOD, again="另一处")
    same = ok(office.do(CLERK, override(
        second, "old-licence", office.upload("再扫一次"), Override.VOLUNTEERED,
        **LICENCE, valid_until=date(2026, 12, 24))))  # fmt: skip
    assert same == held
    assert state_of(office, held) == ("valid", "", date(2026, 12, 24), 2)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (GapKind.EXPIRED, "supplement.not-expired"),
        (GapKind.FORM, "supplement.form-seen"),
        (GapKind.MISSING, "material.already-held"),
    ],
)
def test_a_reused_licence_that_is_valid_is_not_told_to_be_wrong(office, person, kind, code):
    case = reused_case(office, person)
    before = last_transaction(office)
    assert refused(tell(office, case, kind, "请更换")) == [(code, "old-licence")]
    assert last_transaction(office) == before


def test_a_reused_licence_that_does_not_match_can_be_told_in_words(office, person):
    case = reused_case(office, person)
    assert refused(tell(office, case, GapKind.CONTENT, " ")) == [("supplement.no-demand", "old-licence")]
    ok(tell(office, case, GapKind.CONTENT, "许可证上的经营场所与申请书不一致，请说明"))
    assert "old-licence" not in entries(office, case)


def test_a_reused_licence_that_ends_before_the_notice_can_be_told(office, person):
    case = reused_case(office, person)
    office.clock.set(office.clock.now().replace(year=2027, month=1))
    ok(tell(office, case, GapKind.EXPIRED, "请提交换发后的许可证"))


def reused_case(office, person) -> str:
    """Return a case that is complete, its old licence reused and valid until the end of the year."""
    first = office.case(person, FOOD)
    held = ok(take(office, first, "许可证", valid_until=date(2026, 12, 31)))
    ok(office.do(CLERK, on(first, dossiers.withdraw, why="撤回")))
    case = office.case(person, FOOD)
    assert entries(office, case) == {"old-licence": (held, "reused")}
    fill(office, case)
    return case


def tell(office, case: str, kind: GapKind, demand: str) -> object:
    gap = Gap("old-licence", kind, demand)
    return office.do(CLERK, on(case, dossiers.request_supplement, gaps=[gap], until=date(2027, 2, 1)))
