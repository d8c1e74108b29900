"""Silence that the law reads as acceptance, over Spring Festival 2026, and sealing by the hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from records.domain.dossiers import Gap
from records.domain.vocabulary import GapKind
from records.operations import dossiers, sealing, tending
from tests.office import ANOTHER, CLERK, build_office

from .cases import FOOD, LINES, SHOPKEEPER, VENUE, fill, ok, on

THURSDAY = datetime(2026, 2, 12, 1, 0, tzinfo=UTC)


@pytest.fixture
def office(tmp_path):
    """An office on the Thursday before Spring Festival 2026."""
    office = build_office(tmp_path, at=THURSDAY)
    yield office
    office.close()


def received(office, guide: str, **more: object) -> str:
    case = office.case(office.applicant(), guide, **more)
    return ok(office.do(CLERK, on(case, dossiers.receive)))


def on_day(office, month: int, day: int) -> int:
    office.clock.set(datetime(2026, month, day, 1, 0, tzinfo=UTC))
    return tending.tend(office.services)


def test_five_working_days_of_silence_are_acceptance_from_the_day_of_receipt(office):
    """13 and the made-up 14 February count, the holiday of the 15th to the 23rd does not: the fifth is the 26th."""
    case = received(office, FOOD)
    assert [on_day(office, 2, day) for day in (12, 13, 14, 16, 23, 24, 25, 26)] == [0] * 8
    with office.site() as site:
        assert site.dossiers[case].state == "received"
    assert on_day(office, 2, 27) == 1
    with office.site() as site:
        dossier = site.dossiers[case]
        assert (dossier.state, dossier.deemed, dossier.accepted_at, dossier.accepted_by) == (
            "accepted",
            True,
            THURSDAY,
            "system",
        )
        assert (dossier.promised_due, dossier.statutory_due) == (date(2026, 2, 26), date(2026, 3, 4))
        kinds = [site.notices[notice].notice_kind for notice in dossier.notices]
        assert kinds == ["receipt", "acceptance"]
        assert all(site.notices[notice].digest for notice in dossier.notices)
        assert dossier.events[-1] == ("deem_accepted", office.clock.now(), "system", "")
    assert on_day(office, 2, 28) == 0


def test_an_item_decided_at_once_is_never_held_for_accepted(office):
    case = received(office, SHOPKEEPER)
    assert on_day(office, 6, 30) == 0
    with office.site() as site:
        assert site.dossiers[case].state == "received"


def test_who_was_told_in_time_waits_for_the_applicant(office):
    case = received(office, FOOD)
    gaps = [Gap(line, GapKind.MISSING, "请提交") for line in LINES[FOOD]]
    ok(office.do(CLERK, on(case, dossiers.request_supplement, gaps=gaps, until=date(2026, 3, 20))))
    assert on_day(office, 3, 19) == 0
    fill(office, case)
    ok(office.do(CLERK, on(case, dossiers.supplement)))
    assert [on_day(office, 3, day) for day in (20, 26)] == [0, 0]
    assert on_day(office, 3, 27) == 1


def test_each_unit_is_tended_and_only_what_was_received(office):
    food = received(office, FOOD)
    other = office.applicant(ANOTHER, "司马𠮷")
    venue, draft = office.case(other, VENUE), office.case(other, FOOD)
    ok(office.do(CLERK, on(venue, dossiers.receive)))
    assert on_day(office, 3, 2) == 2
    with office.site() as site:
        assert [site.dossiers[case].state for case in (food, venue, draft)] == [
            "accepted",
            "accepted",
            "draft",
        ]


def test_the_log_is_sealed_once_an_hour(office):
    sizes = []
    for minutes in (0, 59, 1, 120):
        office.clock.advance(minutes=minutes)
        office.case(office.applicant() if not sizes else applicant_of(office), FOOD, again="再开一件")
        tending.tend(office.services)
        with office.site() as site:
            sizes.append(len(site.heads))
    assert sizes == [1, 1, 2, 3]
    with office.site() as site:
        assert datetime.fromisoformat(sealing.newest_head(site).at) == THURSDAY + timedelta(hours=3)


def applicant_of(office) -> str:
    with office.site() as site:
        return next(iter(site.applicants))
