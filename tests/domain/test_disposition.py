"""No order of acts destroys with one person, twice the same, under a hold, before expiry, or what another needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.domain import disposition
from records.domain.appraisal import (
    Choice,
    Decision,
    Member,
    Rule,
    draw,
    guard_choice,
    guard_group,
    new_due,
    sample_size,
)
from records.domain.disposition import (
    AFTER,
    BEFORE,
    LEAST_PEOPLE,
    Delegation,
    DispositionState,
    ItemFacts,
    Post,
    Standing,
    Table,
    check_people,
)
from records.domain.holds import HoldState, Sought, guard_lift, guard_period, guard_place
from records.domain.sparing import Spared, reason_to_spare, spared_words, stayed
from records.domain.vocabulary import Grade, ItemState, MaterialStatus, Retention

TODAY = date(2057, 3, 1)
PEOPLE = tuple(f"人{number}" for number in range(9))
TABLE = Table(
    {post: (PEOPLE[at], PEOPLE[(at + 1) % 7]) for at, post in enumerate(Post)},
    (Delegation(Post.LEADER, PEOPLE[7], "委〔2057〕1号", date(2057, 1, 1), date(2057, 12, 31)),),
)
GROUP = ((Member.LEADER, PEOPLE[0]), (Member.ARCHIVES, PEOPLE[2]), (Member.BUSINESS, PEOPLE[3]))
NUMBER = "云市监销〔2057〕1号"


def codes(found) -> list[str]:
    return [each.code for each in found]


HOLDERS = [("sign", userid, post) for post in Post for userid in TABLE.people[post]]

acts = st.lists(
    st.one_of(
        st.sampled_from(HOLDERS),
        st.sampled_from(HOLDERS),
        st.tuples(st.just("confirm"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("sign"), st.sampled_from(PEOPLE), st.sampled_from([*Post, None])),
        st.tuples(st.just("refuse"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("execute"), st.sampled_from(PEOPLE), st.sampled_from([NUMBER, NUMBER, "猜的号"])),
        st.tuples(st.just("hold"), st.booleans()),
        st.tuples(st.just("due"), st.sampled_from([date(2056, 12, 31), date(2057, 3, 1), None])),
        st.tuples(st.just("close"), st.just("")),
    ),
    min_size=15,
    max_size=60,
)


class World:
    """One list of one item, moved by acts of which the rules let some through; what was done beside them is kept here."""

    def __init__(self, state: DispositionState) -> None:
        signed = tuple(zip(BEFORE, PEOPLE, strict=False)) if state is DispositionState.SIGNED else ()
        self.standing = Standing(state=state, group=GROUP, signed=signed)
        self.item = ItemFacts("J043-1", ItemState.ARCHIVED, date(2056, 12, 31))
        self.destroyed_by: tuple[str, frozenset[str]] | None = None

    def act(self, name: str, *about: object) -> None:
        getattr(self, name)(*about)

    def confirm(self, by: str) -> None:
        if not disposition.guard_confirm(self.standing, by):
            self.standing = disposition.confirm(self.standing, by)

    def sign(self, by: str, post: Post | None) -> None:
        if not disposition.guard_sign(self.standing, post, by, table=TABLE, today=TODAY):
            self.standing = disposition.sign(self.standing, post, by, table=TABLE)

    def refuse(self, by: str) -> None:
        if not disposition.guard_refuse(self.standing, by, table=TABLE, today=TODAY, why="有诉讼"):
            self.standing = disposition.refuse(self.standing)

    def execute(self, by: str, typed: str) -> None:
        found = disposition.guard_execute(
            self.standing, by, table=TABLE, typed=typed, number=NUMBER, items=[self.item], today=TODAY
        )
        if found:
            return
        signers = frozenset(userid for _, userid in self.standing.signed)
        self.standing = disposition.executed(disposition.execute(self.standing, by))
        assert typed == NUMBER
        assert not self.item.holds
        assert self.item.due is not None
        assert self.item.due < TODAY
        assert self.destroyed_by is None
        self.destroyed_by = (by, signers)

    def hold(self, held: bool) -> None:
        self.item = replace(self.item, holds=("审1",) if held else ())

    def due(self, day: date | None) -> None:
        self.item = replace(self.item, due=day)

    def close(self, _: str) -> None:
        if not disposition.guard_close(self.standing, table=TABLE):
            self.standing = replace(self.standing, state=DispositionState.CLOSED)


@settings(max_examples=400, deadline=None)
@given(acts, st.sampled_from([DispositionState.DRAFTED, DispositionState.APPRAISED, DispositionState.SIGNED]))
def test_no_order_of_acts_destroys_without_the_heads_or_closes_without_five(sequence, state):
    world = World(state)
    for name, *about in sequence:
        world.act(name, *about)
        signed = world.standing.signed
        assert len({post for post, _ in signed}) == len({userid for _, userid in signed}) == len(signed)
        if world.destroyed_by is not None:
            by, signers = world.destroyed_by
            assert len(signers) == len(BEFORE)
            assert by not in signers
            assert all(userid != by for post, userid in signed if post in AFTER)
        if world.standing.state in (DispositionState.SUPERVISED, DispositionState.CLOSED):
            assert world.destroyed_by is not None
            assert len({userid for _, userid in signed}) >= LEAST_PEOPLE
            sides = {
                world.standing.holder(Post.SUPERVISOR_ARCHIVES),
                world.standing.holder(Post.SUPERVISOR_BUSINESS),
            }
            assert len(sides) == 2


def test_the_straight_way_ends_closed_with_seven_people():
    world = World(DispositionState.DRAFTED)
    for _, userid in GROUP:
        world.confirm(userid)
    for post, userid in zip(BEFORE, PEOPLE, strict=False):
        world.sign(userid, post)
    world.execute(PEOPLE[8], NUMBER)
    for post, userid in zip(AFTER, PEOPLE[4:], strict=False):
        world.sign(userid, post)
    world.close("")
    assert (world.standing.state, len(world.standing.signed)) == (DispositionState.CLOSED, 7)


def test_all_that_speaks_against_an_item_is_said_at_once():
    facts = ItemFacts(
        "J043-1", ItemState.DESTROYED, date(2058, 12, 31), ("审1", "诉2"), ("查3",), decided=False
    )
    assert codes(disposition.guard_item(facts, today=TODAY)) == [
        "disposition.not-archived", "disposition.undecided", "disposition.not-expired", "disposition.held",
        "disposition.held", "disposition.hold-coming",
    ]  # fmt: skip
    kept = ItemFacts("J043-1", ItemState.ARCHIVED, None)
    assert codes(disposition.guard_item(kept, today=TODAY)) == ["disposition.permanent"]
    last = ItemFacts("J043-1", ItemState.ARCHIVED, date(2056, 12, 31))
    assert codes(disposition.guard_item(last, today=date(2056, 12, 31))) == ["disposition.not-expired"]
    assert disposition.guard_item(last, today=date(2057, 1, 1)) == ()


def test_who_carried_a_list_out_does_not_supervise_it():
    signed = tuple(zip(BEFORE, PEOPLE, strict=False))
    standing = Standing(state=DispositionState.EXECUTED, group=GROUP, signed=signed, executor=PEOPLE[4])
    ask = {"table": TABLE, "today": TODAY}
    found = disposition.guard_sign(standing, Post.SUPERVISOR_ARCHIVES, PEOPLE[4], **ask)
    assert codes(found) == ["disposition.executor-supervises"]
    assert disposition.guard_sign(standing, Post.SUPERVISOR_ARCHIVES, PEOPLE[5], **ask) == ()


def test_a_delegate_signs_while_the_letter_is_in_force():
    assert TABLE.letter(Post.LEADER, PEOPLE[7], today=TODAY) == "委〔2057〕1号"
    assert TABLE.letter(Post.LEADER, PEOPLE[7], today=date(2058, 1, 1)) is None
    assert TABLE.letter(Post.OFFICE, PEOPLE[7], today=TODAY) is None


def named(**people: tuple[str, ...]) -> dict[Post, tuple[str, ...]]:
    return {post: people.get(post.value, (post.value,)) for post in Post}


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ({}, []),
        ({"supervisor_informatics": ()}, []),
        ({"leader": ()}, ["office.post-empty"]),
        ({"leader": ("office",)}, ["office.posts-not-distinct"]),
        ({"leader": ("office", "x")}, []),
        ({"supervisor_archives": ("x",), "supervisor_business": ("x",)}, ["office.supervisors-one-side", "office.posts-not-distinct"]),
        (dict.fromkeys((post.value for post in Post), ("a", "b", "c", "d")), ["office.posts-not-distinct"]),
    ],
)  # fmt: skip
def test_a_table_needs_another_person_for_every_post(people, expected):
    assert codes(check_people(named(**people))) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"other_case": True}, Spared.CASE),
        ({"other_item": True}, Spared.ITEM),
        ({"evidence": True}, Spared.EVIDENCE),
        ({}, Spared.IN_FORCE),
        ({"until": date(2057, 3, 1)}, Spared.IN_FORCE),
        ({"until": date(2057, 2, 28)}, None),
        ({"numbered": False}, None),
        ({"grade": Grade.D}, None),
        ({"status": MaterialStatus.SUPERSEDED}, None),
    ],
)
def test_a_material_stays_while_another_needs_it_or_it_is_in_force(facts, expected):
    known = {
        "other_case": False, "other_item": False, "evidence": False, "status": MaterialStatus.VALID, "grade": Grade.B,
        "numbered": True, "until": None, "today": TODAY,
    }  # fmt: skip
    assert reason_to_spare(**(known | facts)) is expected


@given(st.text(min_size=1, max_size=8), st.sets(st.text(min_size=1, max_size=6), max_size=200))
def test_the_sample_is_the_same_whoever_draws_it(seed, ids):
    drawn = draw(seed, ids)
    assert drawn == draw(seed, sorted(ids, reverse=True))
    assert len(drawn) == len(set(drawn)) == sample_size(len(ids))
    assert set(drawn) <= ids


def test_five_in_a_hundred_are_looked_at_and_five_at_least():
    assert [sample_size(total) for total in (0, 3, 5, 100, 101, 1000)] == [0, 3, 5, 5, 6, 50]


def test_a_choice_names_its_reason_its_period_and_every_hold():
    due = date(2056, 12, 31)
    ask = {"code": "J043-1", "period": None, "reason": "", "due": due, "holds": ("审1",)}
    assert codes(guard_choice(Decision.DESTROY, **ask)) == ["appraisal.no-reason", "disposition.held"]
    assert codes(guard_choice(Decision.EXTEND, **ask)) == ["appraisal.no-reason", "appraisal.no-period"]
    assert guard_choice(Decision.EXTEND, **{**ask, "reason": "有用", "period": Retention.D10}) == ()
    assert codes(guard_choice(Decision.OPEN, **{**ask, "reason": "已满25年", "period": Retention.Y})) == [
        "appraisal.period-without-extension"
    ]
    assert (new_due(Retention.D10, due), new_due(Retention.Y, due)) == (date(2066, 12, 31), None)
    stored = Choice(Decision.EXTEND, "有用", "taishi", Retention.D10, 2)
    assert Choice.read(stored.stored()) == stored
    assert Choice.read(()) is None


def test_a_hold_forbids_every_shortening_and_appraisal_does_so_anyway():
    due = date(2056, 12, 31)
    assert codes(guard_period(code="J", due=due, new=date(2050, 12, 31), holds=("审1", "诉2"))) == [
        "hold.no-shortening", "hold.no-shortening", "appraisal.shortens",
    ]  # fmt: skip
    assert codes(guard_period(code="J", due=None, new=due, holds=())) == ["appraisal.shortens"]
    assert guard_period(code="J", due=due, new=None, holds=("审1",)) == ()


def test_a_hold_says_what_why_and_by_which_number_and_another_lifts_it():
    assert codes(guard_place(Sought(since=2030, until=2020), reference="", reason="", unknown=("x",), outside=("y",))) == [
        "hold.no-reference", "hold.no-reason", "hold.years", "hold.code-unknown", "hold.other-fonds",
    ]  # fmt: skip
    assert codes(guard_place(Sought(), reference="1", reason="r", unknown=(), outside=())) == [
        "hold.nothing-named"
    ]
    same = {"placed_by": "a", "name": "甲", "why": ""}
    assert codes(guard_lift(HoldState.LIFTED, by="a", **same)) == [
        "hold.lifted-already", "hold.same-person", "hold.no-reason",
    ]  # fmt: skip
    assert guard_lift(HoldState.ACTIVE, by="b", **{**same, "why": "结案"}) == ()


def test_a_group_is_three_people_who_may_appraise():
    group = {Member.LEADER: "a", Member.ARCHIVES: "a", Member.BUSINESS: "x"}
    assert [(found.code, found.subject) for found in guard_group(group, entitled={"a", "b"}, names={})] == [
        ("appraisal.same-person", "archives"), ("appraisal.not-entitled", "business"),
    ]  # fmt: skip


def test_the_register_says_in_words_what_stayed_and_why():
    held = ItemFacts("一", ItemState.ARCHIVED, date(2056, 12, 31), holds=("诉1",))
    found = disposition.guard_item(held, today=date(2056, 12, 31))
    assert stayed(found) == "保管期限未满；暂缓处置（诉1）"
    rows = (("二", "租赁合同", "case"), ("一", "整件未销毁", "暂缓处置（诉1）"), ("二", "租赁合同", "case"))
    assert spared_words(rows) == (
        ("一", "整件未销毁", "暂缓处置（诉1）"),
        ("二", "租赁合同", "另一办件仍在使用"),
    )


def test_a_rule_says_itself_in_words():
    rule = Rule("ZY·SP", "D30", Decision.EXTEND, "仍有查考价值", Retention.D10)
    assert rule.words() == "ZY·SP、定期30年：续存（定期10年）；仍有查考价值"
    assert Rule("", "", Decision.DESTROY, "期满").words() == "全部：销毁；期满"


@pytest.mark.parametrize(
    ("signers", "executor", "expected"),
    [
        (PEOPLE[:4], PEOPLE[8], False),
        (PEOPLE[:3], PEOPLE[8], True),
        ((*PEOPLE[:3], PEOPLE[0]), PEOPLE[8], True),
        (PEOPLE[:4], PEOPLE[0], True),
        (PEOPLE[:4], "", True),
    ],
)
def test_a_list_that_its_acts_could_not_have_brought_so_far_is_unsound(signers, executor, expected):
    signed = tuple(zip(BEFORE, signers, strict=False))
    standing = Standing(state=DispositionState.EXECUTING, signed=signed, executor=executor)
    assert disposition.unsound(standing) is expected
