from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.clocks import Calendar
from records.domain.fetching import (
    LONGEST_PAUSE,
    REST,
    RESTS_AFTER,
    SILENT,
    Absent,
    Health,
    Licence,
    LicenceStatus,
    decide_licence,
    fetch_due,
    pause,
    status_of_material,
    type_to_ask,
)
from records.domain.findings import Finding
from records.domain.guide_parts import LineSource
from records.domain.periods import Period
from records.domain.reuse import SHARING, Need
from records.domain.vocabulary import Limit, MaterialStatus
from records.rules import national_calendar
from records.rules.catalogue import materials
from tests.office import guide_bodies

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
THREE = Period(3, Limit.WORKING_DAYS)
CARD = materials()["identity-card"]
LINE = replace(
    next(
        line
        for body in guide_bodies()
        if body.key == "food-business"
        for line in body.lines
        if line.id == "identity"
    ),
    licence_code="990001",
)
LICENCE = Licence(
    identifier="", licence_type="990001", title="居民身份证", document_number="x", issuer="云溪县公安局",
    issued_on=date(2020, 1, 1), valid_from=None, valid_until=date(2040, 1, 1), status=LicenceStatus.VALID,
)  # fmt: skip


def judged(licence: Licence) -> list[tuple[str, str, str]]:
    need = Need(line=LINE, standard=CARD, needed_on=TODAY, chain=frozenset({"d"}))
    found = decide_licence(licence, need, case="d", today=TODAY)
    return [(each.code, each.severity.value, each.basis) for each in found]


def test_asked_is_what_the_guide_waives_and_another_organ_issues():
    assert type_to_ask(LINE, CARD) == "990001"
    assert type_to_ask(replace(LINE, licence_code=""), replace(CARD, licence_type="990007")) == "990007"
    assert type_to_ask(replace(LINE, licence_code=""), CARD) == ""
    assert type_to_ask(replace(LINE, waived=False), CARD) == ""
    assert type_to_ask(replace(LINE, source=LineSource.APPLICANT), CARD) == ""


@pytest.mark.parametrize("status", LicenceStatus)
def test_only_a_valid_licence_may_be_used(status):
    stopped = [] if status is LicenceStatus.VALID else [("fetch.status", "blocks", SHARING)]
    assert judged(replace(LICENCE, status=status)) == stopped


def test_a_licence_that_is_over_or_not_yet_begun_serves_no_line_and_a_wrong_identifier_warns():
    assert judged(replace(LICENCE, valid_until=TODAY)) == []
    assert judged(replace(LICENCE, valid_until=TODAY - timedelta(days=1)))[0][:2] == (
        "reuse.expired",
        "blocks",
    )
    assert judged(replace(LICENCE, valid_from=TODAY + timedelta(days=1)))[0][:2] == (
        "reuse.expired",
        "blocks",
    )
    assert judged(replace(LICENCE, identifier="1.2.156")) == [
        ("licence.structure", "warns", "GB/T 36904-2018")
    ]


def test_the_office_is_due_after_three_working_days_and_never_after_its_case():
    """26 November is the third working day; a promised day that has passed already binds nobody."""
    calendar = national_calendar()

    def due(promised: date | None) -> date:
        return fetch_due(TODAY, THREE, calendar, promised=promised)

    assert due(None) == date(2026, 11, 26)
    assert due(date(2026, 11, 24)) == date(2026, 11, 24)
    assert due(date(2026, 12, 24)) == date(2026, 11, 26)
    assert due(date(2026, 11, 20)) == date(2026, 11, 26)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 20)), st.integers(0, 30))
def test_a_fetch_is_never_due_before_it_is_owed(owed, promised):
    due = fetch_due(owed, THREE, Calendar(), promised=owed + timedelta(days=promised))
    assert owed <= due <= owed + timedelta(days=max(0, min(promised, 5)))


@given(st.integers(0, 10**6))
def test_pauses_grow_up_to_two_hours(tries):
    assert timedelta(minutes=1) <= pause(tries) <= pause(tries + 1) <= LONGEST_PAUSE


@given(st.lists(st.sampled_from(["answer", "platform.timeout", "platform.unreachable", "platform.status"])))
def test_a_platform_rests_after_silences_in_a_row_only(calls):
    health, row = Health(), 0
    for call in calls:
        reply = Absent() if call == "answer" else Finding(call)
        health = health.after(reply, AT)
        row = row + 1 if call in SILENT else 0
        assert health.rests_until == (AT + REST if row >= RESTS_AFTER else None)
        assert health.fault == ("" if call == "answer" else call)


@given(
    st.lists(st.sampled_from(list(LicenceStatus)), min_size=1),
    st.sampled_from(list(MaterialStatus)),
    st.booleans(),
)
def test_a_material_follows_its_licence_and_nothing_else_is_brought_back(said, began, by_issuer):
    status, frozen_by = began, "03" if by_issuer and began is MaterialStatus.FROZEN else ""
    for each in said:
        then = status_of_material(each, status, frozen_by=frozen_by)
        if then is not status:
            frozen_by = each.value if then is MaterialStatus.FROZEN else ""
        status = then
    if began in (MaterialStatus.SUPERSEDED, MaterialStatus.WITHDRAWN):
        assert status is began
    elif began is MaterialStatus.FROZEN and not by_issuer:
        assert status is MaterialStatus.FROZEN
    else:
        assert (status is MaterialStatus.VALID) == (said[-1] is LicenceStatus.VALID)
