"""When a material stops serving a running case: by the day, by a decision, and what may be written of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.fetching import LicenceStatus
from records.domain.findings import Finding, Severity
from records.domain.reuse import ANY_DATE, Need
from records.domain.validity import (
    AT_DECISION,
    Stop,
    decide_correction,
    decide_restore,
    decide_stop,
    fall,
    gap_of,
    note_of,
)
from records.domain.vocabulary import GapKind, MaterialStatus

from .test_materials import HELD, LICENCE, LINE

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
GROUNDS = {"evidence": "云市监罚〔2026〕12号", "why": "发证机关通知"}


def judge(held=HELD, *, validity: str = "", stop: Stop | None = None, relied_on=None, today=TODAY):
    line = replace(LINE, validity=validity, validity_days=None)
    need = Need(line=line, standard=replace(LICENCE, validity_days=None), needed_on=today)
    return fall(held, need, stop=stop, relied_on=relied_on, today=today)


def stopping(before=None, now=MaterialStatus.VALID, **more):
    asked = {"status": LicenceStatus.TAKEN_AWAY, "until": None, **GROUNDS, **more}
    return [found.code for found in decide_stop(now, before, today=TODAY, **asked)]


@given(until=st.none() | DAYS, relied_on=st.none() | DAYS, today=DAYS, at_decision=st.booleans())
def test_a_case_rests_on_the_day_of_acceptance_unless_the_line_wants_that_of_the_decision(
    until, relied_on, today, at_decision
):
    held = replace(HELD, valid_until=until, status=MaterialStatus.VALID)
    found = judge(held, validity=AT_DECISION if at_decision else "", relied_on=relied_on, today=today)
    if until is None or today <= until:
        assert found is None
    elif relied_on is None or until < relied_on:
        assert found.code == "validity.ended"
    elif at_decision:
        assert found.code == "validity.ended-at-decision"
    else:
        assert (found.code, found.severity) == ("validity.ended-later", Severity.NOTES)
    stops = found is not None and found.severity is Severity.BLOCKS
    assert gap_of(found) is (GapKind.EXPIRED if stops else None)


@given(until=DAYS, relied_on=st.none() | DAYS, today=DAYS)
def test_a_line_that_takes_papers_of_any_date_never_falls_by_the_calendar(until, relied_on, today):
    held = replace(HELD, valid_until=until, status=MaterialStatus.VALID)
    assert judge(held, validity=ANY_DATE, relied_on=relied_on, today=today) is None


@given(relied_on=st.none() | DAYS, status=st.sampled_from([s for s in LicenceStatus if s != "01"]))
def test_what_was_taken_away_serves_no_case_whenever_it_was_accepted(relied_on, status):
    held = replace(HELD, status=MaterialStatus.FROZEN, valid_until=None)
    found = judge(held, stop=Stop(status, TODAY), relied_on=relied_on)
    assert found == Finding(
        "validity.stopped",
        subject=LINE.id,
        params={"line": LINE.name, "id": HELD.id, "status": status.label},
    )
    assert (gap_of(found), note_of(found)) == (GapKind.MISSING, status.label)


def test_a_suspension_says_to_which_day():
    held = replace(HELD, status=MaterialStatus.FROZEN)
    found = judge(held, stop=Stop(LicenceStatus.SUSPENDED, TODAY, date(2026, 12, 1)))
    assert (found.code, found.params["until"], note_of(found)) == (
        "validity.suspended",
        "2026-12-01",
        "暂扣至2026-12-01",
    )
    assert (
        note_of(judge(replace(HELD, valid_until=TODAY - timedelta(days=1)))) == "有效期至2026-11-22，已过期"
    )


@given(until=DAYS, today=DAYS)
def test_a_suspension_holds_through_its_last_day(until, today):
    assert Stop(LicenceStatus.SUSPENDED, until, until).over(today=today) is (today > until)
    assert not Stop(LicenceStatus.SUSPENDED, until).over(today=today)


@pytest.mark.parametrize("final", [s for s in LicenceStatus if s not in ("01", "02")])
def test_what_is_final_is_written_once_and_a_suspension_may_become_final(final):
    suspended = Stop(LicenceStatus.SUSPENDED, TODAY, date(2026, 12, 1))
    frozen = {"now": MaterialStatus.FROZEN, "status": final}
    assert stopping(None, status=final) == stopping(suspended, **frozen) == []
    assert stopping(Stop(final, TODAY), **frozen) == ["validity.stopped-already"]
    assert stopping(status=final, until=date(2026, 12, 1)) == ["validity.only-suspended-ends"]


def test_a_suspension_may_be_prolonged_and_ends_no_earlier_than_today():
    day = date(2026, 12, 1)
    suspended = Stop(LicenceStatus.SUSPENDED, TODAY, day)
    frozen = {"now": MaterialStatus.FROZEN, "status": LicenceStatus.SUSPENDED}
    assert stopping(suspended, until=day, **frozen) == ["validity.stopped-already"]
    assert stopping(suspended, until=day + timedelta(days=1), **frozen) == []
    assert stopping(status=LicenceStatus.SUSPENDED, until=TODAY) == []
    assert stopping(status=LicenceStatus.SUSPENDED, until=TODAY - timedelta(days=1)) == [
        "validity.until-past"
    ]


def test_everything_that_speaks_against_it_is_said_at_once():
    found = stopping(now=MaterialStatus.WITHDRAWN, status=LicenceStatus.VALID, evidence=" ", why="")
    assert found == [
        "validity.not-in-use", "validity.not-a-stop", "validity.no-evidence", "validity.no-reason"
    ]  # fmt: skip
    assert [each.code for each in decide_restore(None, evidence="", why="")] == [
        "validity.not-stopped", "validity.no-evidence", "validity.no-reason"
    ]  # fmt: skip
    assert decide_restore(Stop(LicenceStatus.TAKEN_AWAY, TODAY), **GROUNDS) == ()
    wrong = decide_correction(
        MaterialStatus.SUPERSEDED,
        changed=False,
        issued_on=TODAY + timedelta(days=1),
        valid_until=TODAY,
        why="",
        today=TODAY,
    )
    assert [each.code for each in wrong] == [
        "validity.not-in-use", "validity.nothing-changed", "validity.issued-later", "validity.ends-before-issue",
        "validity.no-reason",
    ]  # fmt: skip
    right = {"issued_on": TODAY, "valid_until": TODAY, "why": "录入时看错", "today": TODAY}
    assert decide_correction(MaterialStatus.FROZEN, changed=True, **right) == ()
