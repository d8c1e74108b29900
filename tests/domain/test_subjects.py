"""Who is one subject, who acts, who is protected and who is frozen: rules over any files, days and mandates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.subjects import (
    Ended,
    File,
    Mandate,
    MandateKind,
    Proof,
    connected,
    decide_acting,
    decide_freeze,
    decide_join,
    decide_proof,
    decide_second_look,
    decide_separation,
    is_protected,
    last_day_of_guardian,
    years_on,
)
from records.domain.vocabulary import ApplicantKind, Grade, MaterialStatus

TODAY = date(2026, 11, 23)
PERSON, BODY = ApplicantKind.PERSON, ApplicantKind.ORGANISATION
DAYS = st.dates(date(1900, 1, 1), date(2090, 12, 31))
NAMES = st.sampled_from("abcdefgh")


def codes(findings) -> list[str]:
    return [found.code for found in findings]


class Files:
    """Files that are joined and separated by the rules alone."""

    def __init__(self) -> None:
        self.joins: set[frozenset[str]] = set()

    def of(self, one: str) -> tuple[str, ...]:
        return connected(
            one, lambda file: sorted(o for pair in self.joins if file in pair for o in pair - {file})
        )

    def join(self, one: str, other: str) -> None:
        if not decide_join(
            File(one, PERSON), File(other, PERSON), joined=self.of(one), proposed=False, why="证明"
        ):
            self.joins.add(frozenset({one, other}))

    def separate(self, one: str, other: str) -> None:
        pair = frozenset({one, other})
        if not decide_separation(joined=pair in self.joins, why="误关联"):
            self.joins.remove(pair)


@given(st.lists(st.tuples(st.booleans(), NAMES, NAMES), max_size=40))
def test_no_order_of_joins_and_separations_closes_a_circle_and_each_separation_parts_the_two(steps):
    files = Files()
    for joining, one, other in steps:
        (files.join if joining else files.separate)(one, other)
        groups = {frozenset(files.of(each)) for each in "abcdefgh"}
        assert sum(map(len, groups)) == 8
        assert len(files.joins) == 8 - len(groups)
        if not joining and one != other:
            assert other not in files.of(one) or frozenset({one, other}) not in files.joins
    for pair in list(files.joins):
        one, other = sorted(pair)
        files.separate(one, other)
        assert not set(files.of(one)) & set(files.of(other))


@pytest.mark.parametrize(
    ("one", "other", "joined", "proposed", "why", "said"),
    [
        (File("a", PERSON), File("b", PERSON), ["a"], False, "证明", []),
        (File("a", PERSON), File("a", PERSON), ["a"], False, "证明", ["join.itself"]),
        (File("a", PERSON), File("b", BODY), ["a"], True, " ", ["join.proposed-already", "join.kinds", "join.no-reason"]),
        (File("a", BODY), File("b", BODY), ["a", "b"], False, "证明", ["join.already"]),
    ],
)  # fmt: skip
def test_what_speaks_against_a_join(one, other, joined, proposed, why, said):
    assert codes(decide_join(one, other, joined=joined, proposed=proposed, why=why)) == said


def test_the_second_look_is_anothers():
    assert codes(decide_second_look(proposed_by="ouyang", by="zhuge")) == []
    assert codes(decide_second_look(proposed_by="ouyang", by="ouyang")) == ["join.same-person"]
    assert codes(decide_second_look(proposed_by="", by="zhuge")) == ["join.nothing-proposed"]


@pytest.mark.parametrize(
    ("proof", "said"),
    [
        (None, ["proof.missing"]),
        (Proof("a", MaterialStatus.VALID, Grade.A), []),
        (Proof("a", MaterialStatus.VALID, Grade.B, valid_until=TODAY), []),
        (
            Proof("a", MaterialStatus.VALID, Grade.B, valid_until=TODAY - timedelta(days=1)),
            ["proof.unusable"],
        ),
        (
            Proof("c", MaterialStatus.SUPERSEDED, Grade.C),
            ["proof.not-theirs", "proof.unusable", "proof.unverified"],
        ),
        (Proof("a", MaterialStatus.VALID, Grade.B, disputed=True), ["proof.unusable"]),
    ],
)
def test_what_proves_something(proof, said):
    assert codes(decide_proof(proof, of=("a", "b"), today=TODAY)) == said


@given(DAYS, DAYS)
def test_everybody_is_protected_up_to_the_fourteenth_birthday(birth, today):
    by_hand = (today.year - birth.year, today.month, today.day) <= (14, birth.month, birth.day)
    leap = (birth.month, birth.day) == (2, 29)
    if not leap:
        assert is_protected(birth, today=today) is by_hand
    assert is_protected(birth, today=years_on(birth, 14))
    assert not is_protected(birth, today=years_on(birth, 14) + timedelta(days=1))
    assert not is_protected(None, today=today)


def test_who_was_born_on_29_february_is_older_on_1_march():
    assert years_on(date(2012, 2, 29), 14) == date(2026, 3, 1)
    assert years_on(date(2012, 2, 29), 4) == date(2016, 2, 29)
    assert last_day_of_guardian(date(2012, 2, 29)) == date(2030, 2, 28)
    assert last_day_of_guardian(None) is None


MANDATES = st.builds(
    Mandate,
    kind=st.sampled_from(MandateKind),
    agent=st.sampled_from("xy"),
    items=st.lists(st.sampled_from(("food", "venue")), unique=True).map(tuple),
    since=st.dates(TODAY - timedelta(days=5), TODAY + timedelta(days=5)),
    until=st.none() | st.dates(TODAY - timedelta(days=5), TODAY + timedelta(days=5)),
    evidence=st.just("m"),
    ended=st.none() | st.dates(TODAY - timedelta(days=2), TODAY + timedelta(days=2)),
)


@given(st.lists(MANDATES, max_size=4), st.booleans(), st.sampled_from(("", "x", "y")))
def test_somebody_acts_exactly_when_a_running_mandate_lists_the_item(mandates, protected, agent):
    def running(each):
        return (
            each.agent == agent
            and each.since <= TODAY
            and (each.until is None or each.until >= TODAY)
            and (each.ended is None or each.ended > TODAY)
        )

    may = not agent or any(running(each) and (not each.items or "food" in each.items) for each in mandates)
    if protected:
        may = bool(agent) and any(running(each) and each.kind is MandateKind.GUARDIAN for each in mandates)
    found = decide_acting(mandates, agent=agent, item="food", today=TODAY, protected=protected)
    assert (not found) is may
    assert len(found) <= 1


@pytest.mark.parametrize(
    ("since", "until", "ended", "items", "said"),
    [
        (0, 0, None, ("food",), []),
        (0, 0, None, (), []),
        (-3, -1, None, ("food",), [("agent.term-over", {"until": "2026-11-22"})]),
        (-3, 9, 0, ("food",), [("agent.term-over", {"until": "2026-11-23"})]),
        (1, 9, None, ("food",), [("agent.not-yet", {"since": "2026-11-24"})]),
        (0, 9, None, ("venue",), [("agent.out-of-scope", {})]),
    ],
)
def test_why_an_agent_may_not(since, until, ended, items, said):
    def day(count):
        return None if count is None else TODAY + timedelta(days=count)

    mandate = Mandate(MandateKind.AGENT, "x", items, day(since), day(until), "m", day(ended))
    found = decide_acting([mandate], agent="x", item="food", today=TODAY, protected=False)
    assert [(each.code, dict(each.params)) for each in found] == said


@pytest.mark.parametrize(
    ("file", "as_", "day", "said"),
    [
        (File("a", PERSON, born=date(1970, 1, 1)), Ended.DEAD, TODAY, []),
        (File("a", BODY), Ended.DEREGISTERED, TODAY, []),
        (File("a", BODY), Ended.DEAD, TODAY, ["freeze.kind"]),
        (File("a", PERSON), Ended.DEREGISTERED, TODAY + timedelta(days=1), ["freeze.kind", "freeze.day-to-come"]),
        (File("a", PERSON, Ended.DEAD, date(1970, 1, 1)), Ended.DEAD, date(1969, 12, 31), ["freeze.already", "freeze.before-birth"]),
    ],
)  # fmt: skip
def test_who_is_frozen(file, as_, day, said):
    assert codes(decide_freeze(file, as_=as_, day=day, today=TODAY, why="证明")) == said
