from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from records.domain.clocks import working_days_between
from records.domain.deadlines import (
    Act,
    Approver,
    ClockEvent,
    ClockEventKind,
    Deeming,
    ItemLimits,
    Light,
    LimitRow,
    clock_of,
    rule_for,
)
from records.domain.findings import Refused
from records.domain.periods import Period
from records.domain.vocabulary import Limit
from records.rules import intake_rules, national_calendar

K = ClockEventKind
NATION = national_calendar()
RULES = intake_rules()
LICENCE = rule_for(RULES["licence"], on=date(2026, 3, 2))
REGISTRATION = rule_for(RULES["registration"], on=date(2026, 3, 2))
PROMISE = ItemLimits(promised=Period(10, Limit.WORKING_DAYS))


START = date(2026, 3, 2)


def day(month, number):
    return date(2026, month, number)


def face(*events, rule=LICENCE, limits=PROMISE, today=START):
    return clock_of(events, rule, limits, NATION, today)


def codes(found):
    return [finding.code for finding in found.findings]


def test_a_licence_that_nobody_answered_is_accepted_from_its_receipt():
    received = ClockEvent(K.RECEIVED, day(3, 2))
    before = face(received, today=day(3, 9))
    assert (before.intake_due, before.accepted, before.deemed, before.statutory_due) == (
        day(3, 9),
        None,
        False,
        None,
    )
    after = face(received, today=day(3, 10))
    assert (after.accepted, after.deemed) == (day(3, 2), True)
    assert (after.promised_due, after.statutory_due) == (day(3, 16), day(3, 30))


def test_an_acceptance_that_comes_too_late_counts_from_the_receipt():
    found = face(ClockEvent(K.RECEIVED, day(3, 2)), ClockEvent(K.ACCEPTED, day(3, 10)), today=day(3, 10))
    assert (found.accepted, found.deemed) == (day(3, 2), True)
    in_time = face(ClockEvent(K.RECEIVED, day(3, 2)), ClockEvent(K.ACCEPTED, day(3, 9)), today=day(3, 10))
    assert (in_time.accepted, in_time.deemed) == (day(3, 9), False)


def test_telling_in_time_ends_the_intake_clock_and_a_supplement_starts_it_anew():
    events = [ClockEvent(K.RECEIVED, day(3, 2)), ClockEvent(K.TOLD, day(3, 9))]
    told = face(*events, today=day(4, 30))
    assert (told.accepted, told.light) == (None, Light.GREEN)
    again = face(*events, ClockEvent(K.RECEIVED, day(4, 1)), today=day(4, 2))
    assert (again.intake_due, again.accepted) == (day(4, 9), None)


def test_a_registration_is_told_at_once_and_deems_nothing():
    found = face(ClockEvent(K.RECEIVED, day(3, 2)), rule=REGISTRATION, today=day(3, 20))
    assert (found.intake_due, found.accepted, found.light) == (day(3, 2), None, Light.RED)
    accepted = face(
        ClockEvent(K.RECEIVED, day(3, 2)),
        ClockEvent(K.ACCEPTED, day(3, 2)),
        ClockEvent(K.EXTENDED, day(3, 5), approver="organ-head"),
        rule=REGISTRATION,
        limits=ItemLimits(),
    )
    assert (accepted.statutory_due, accepted.promised_due) == (day(3, 10), None)


def test_only_the_eight_procedures_stop_the_clock():
    events = [ClockEvent(K.RECEIVED, day(3, 2)), ClockEvent(K.ACCEPTED, day(3, 2))]
    plain = face(*events)
    stop = [ClockEvent(K.STOPPED, day(3, 4), procedure="hearing"), ClockEvent(K.RESUMED, day(3, 11))]
    stopped = face(*events, *stop, today=day(3, 12))
    assert working_days_between(plain.statutory_due, stopped.statutory_due, NATION) == 5
    assert working_days_between(plain.promised_due, stopped.promised_due, NATION) == 5
    visit = [ClockEvent(K.STOPPED, day(3, 4), procedure="现场踏勘"), ClockEvent(K.RESUMED, day(3, 11))]
    ignored = face(*events, *visit, today=day(3, 12))
    assert (ignored.statutory_due, codes(ignored)) == (plain.statutory_due, ["clock.procedure-not-listed"])
    registered = face(*events, *stop, rule=REGISTRATION, today=day(3, 12))
    assert codes(registered) == ["clock.stop-without-basis"]
    assert registered.stopped is False


def test_an_open_stop_shows_no_alarm():
    found = face(
        ClockEvent(K.RECEIVED, day(3, 2)),
        ClockEvent(K.ACCEPTED, day(3, 2)),
        ClockEvent(K.STOPPED, day(3, 4), procedure="test"),
        today=day(6, 1),
    )
    assert (found.stopped, found.light) == (True, Light.GREEN)
    assert found.statutory_due > day(6, 1)


def test_an_extension_needs_the_right_person_in_time_and_once():
    start = [ClockEvent(K.RECEIVED, day(3, 2)), ClockEvent(K.ACCEPTED, day(3, 2))]

    def extended(number, approver="organ-head"):
        return ClockEvent(K.EXTENDED, day(3, number), approver=approver)

    assert face(*start).statutory_due == day(3, 30)
    assert face(*start, extended(30)).statutory_due == day(4, 14)
    late = face(*start, extended(31))
    assert (late.statutory_due, codes(late)) == (day(3, 30), ["clock.extension-late"])
    assert codes(face(*start, extended(5), extended(6))) == ["clock.extension-twice"]
    assert codes(face(*start, extended(5, "government-head"))) == ["clock.extension-approver"]
    review = rule_for(RULES["licence-review"], on=day(3, 2))
    assert codes(face(*start, extended(5), rule=review)) == ["clock.extension-not-allowed"]
    joint = face(*start, extended(5, "government-head"), rule=rule_for(RULES["licence-joint"], on=day(3, 2)))
    assert working_days_between(day(3, 2), joint.statutory_due, NATION) == 60


def test_extending_the_promise_leaves_the_statutory_period():
    start = [ClockEvent(K.RECEIVED, day(3, 2)), ClockEvent(K.ACCEPTED, day(3, 2))]
    found = face(*start, ClockEvent(K.PROMISE_EXTENDED, day(3, 10), amount=5))
    assert (found.promised_due, found.statutory_due) == (day(3, 23), day(3, 30))


def test_a_special_law_sets_its_own_period():
    limits = ItemLimits(statutory=Period(30, Limit.DAYS))
    found = face(ClockEvent(K.RECEIVED, day(3, 2)), ClockEvent(K.ACCEPTED, day(3, 2)), limits=limits)
    assert found.statutory_due == day(4, 1)


def test_the_light_goes_from_green_over_yellow_to_red_and_ends_with_delivery():
    events = [ClockEvent(K.RECEIVED, day(3, 2)), ClockEvent(K.ACCEPTED, day(3, 2))]
    lights = [face(*events, today=day(3, number)).light for number in (2, 10, 11, 16, 17)]
    assert lights == [Light.GREEN, Light.GREEN, Light.YELLOW, Light.YELLOW, Light.RED]
    decided = [*events, ClockEvent(K.DECIDED, day(3, 17))]
    found = face(*decided, today=day(3, 18))
    assert (found.deliver_due, found.light) == (day(3, 31), Light.GREEN)
    assert face(*decided, today=day(4, 1)).light is Light.RED
    assert face(*decided, ClockEvent(K.DELIVERED, day(4, 1)), today=day(4, 2)).light is Light.GREEN


def test_an_item_without_a_rule_has_only_its_promise():
    rule = rule_for(RULES["none"], on=day(3, 2))
    found = face(ClockEvent(K.RECEIVED, day(3, 2)), ClockEvent(K.ACCEPTED, day(3, 2)), rule=rule)
    assert (found.intake_due, found.statutory_due, found.promised_due) == (None, None, day(3, 16))
    assert sorted(found.explanations) == ["promised"]


def test_a_missing_year_makes_the_face_provisional():
    events = [ClockEvent(K.RECEIVED, day(12, 28)), ClockEvent(K.ACCEPTED, day(12, 28))]
    found = face(*events, today=day(12, 28))
    assert (found.provisional, codes(found)) == (True, ["calendar.year-missing"])


def test_a_rule_out_of_force_is_refused_and_a_local_row_binds_only_there():
    assert codes(rule_for(RULES["registration"], on=date(2021, 1, 1))) == ["limit.not-in-force"]
    assert isinstance(rule_for(RULES["registration"], on=date(2021, 1, 1)), Refused)
    local = LimitRow(
        "licence", Act.INTAKE, "安阳市条例", "第四十二条", Period(1, Limit.WORKING_DAYS), Deeming.NONE, 0,
        Approver.NOBODY, False, "河南省安阳市", date(2020, 1, 1),
    )  # fmt: skip
    rows = (local, *RULES["licence"])
    assert rule_for(rows, on=day(3, 2), region="河南省安阳市汤阴县")[Act.INTAKE] is local
    assert rule_for(rows, on=day(3, 2), region="河南省新乡市")[Act.INTAKE].period.n == 5


@given(
    st.dates(date(2024, 1, 1), date(2026, 5, 1)),
    st.integers(0, 12),
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=3),
)
def test_stops_only_ever_move_the_end_by_the_working_days_they_take(received, wait, now, gaps):
    accepted = received + timedelta(days=wait)
    events = [ClockEvent(K.RECEIVED, received), ClockEvent(K.ACCEPTED, accepted)]
    plain = clock_of(events, LICENCE, PROMISE, NATION, accepted + timedelta(days=now))
    at = accepted
    for before, length in gaps:
        events.append(ClockEvent(K.STOPPED, at + timedelta(days=before), procedure="appraisal"))
        at = at + timedelta(days=before + length)
        events.append(ClockEvent(K.RESUMED, at))
    found = clock_of(events, LICENCE, PROMISE, NATION, accepted + timedelta(days=now))
    assert found.accepted == plain.accepted == (received if plain.deemed else accepted)
    assert found.statutory_due >= plain.statutory_due >= found.accepted
    counted = [verdict for verdict in found.explanations["statutory"].days if verdict.counts]
    assert len(counted) == 20
