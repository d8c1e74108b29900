from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from records.domain import custody
from records.domain.custody import (
    CONSUMED,
    HELD,
    LENT,
    LOST,
    RETURNED,
    SETTLED,
    STEPS,
    CustodyState,
    Move,
    Thing,
)
from records.domain.findings import Finding
from records.domain.guide_parts import LineKind, MaterialForm
from records.domain.vocabulary import Grade
from tests.operations.cases import FOOD, VENUE, body_of

TODAY = date(2026, 11, 23)
CARD = Thing("WJW202611230001Y1", "房产证", HELD, "ouyang", "health-commission")
STATES = st.sampled_from(list(CustodyState))
MOVES = st.sampled_from(list(STEPS))


def codes(found) -> list[tuple[str, str]]:
    return [(each.code, each.subject) for each in found]


def line(guide: str, name: str):
    return next(each for each in body_of(guide).lines if each.id == name)


def test_the_whole_table_of_moves():
    assert {
        (state.value, move.value): custody.after(move, state).value
        for state in CustodyState
        for move in custody.possible_moves(state)
    } == {
        ("held", "lend"): "lent", ("lent", "take_back"): "held", ("held", "give_back"): "returned",
        ("held", "keep"): "consumed", ("consumed", "release"): "held", ("held", "report_lost"): "lost",
        ("lent", "report_lost"): "lost", ("consumed", "report_lost"): "lost", ("lost", "find"): "held",
        ("lost", "explain_loss"): "lost", ("lost", "settle_loss"): "settled", ("settled", "find"): "held",
        ("held", "relocate"): "held", ("held", "offer"): "held", ("lent", "offer"): "lent",
        ("held", "take_over"): "held", ("lent", "take_over"): "lent",
    }  # fmt: skip


@given(move=MOVES, state=STATES)
def test_a_guard_lets_pass_exactly_what_the_table_names(move, state):
    found = custody.guard_state(move, replace(CARD, state=state))
    assert (found == ()) == (move in custody.possible_moves(state))
    for each in found:
        assert (each.code, each.params["code"], each.params["state"]) == (
            "custody.wrong-state",
            CARD.code,
            state.label,
        )


class Life(RuleBasedStateMachine):
    """Moves in any order: what is refused changes nothing, what is returned never comes back by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.thing, self.past = CARD, []

    @rule(move=MOVES)
    def try_to_move(self, move: Move) -> None:
        if custody.guard_state(move, self.thing):
            return
        self.past.append((self.thing.state, move))
        self.thing = replace(self.thing, state=custody.after(move, self.thing.state))

    @precondition(lambda self: self.thing.state is RETURNED)
    @rule(move=MOVES)
    def what_was_given_back_stays_given_back(self, move: Move) -> None:
        assert custody.guard_state(move, self.thing)

    @invariant()
    def the_balance_is_right(self) -> None:
        """It was lent once more than it came back exactly while it is lent; it is open until returned or kept."""
        moves = [move for _, move in self.past]
        out = moves.count(Move.LEND) - moves.count(Move.TAKE_BACK)
        lost_while_lent = self.past.count((LENT, Move.REPORT_LOST))
        assert out - lost_while_lent == (self.thing.state is LENT)
        assert moves.count(Move.REPORT_LOST) - moves.count(Move.FIND) == (self.thing.state in (LOST, SETTLED))
        assert moves.count(Move.GIVE_BACK) == (self.thing.state is RETURNED)
        assert moves.count(Move.KEEP) - moves.count(Move.RELEASE) - self.past.count(
            (CONSUMED, Move.REPORT_LOST)
        ) == (self.thing.state is CONSUMED)
        assert bool(custody.unaccounted((self.thing,), {})) == (self.thing.state in (HELD, LENT, LOST))


TestLife = Life.TestCase


def test_all_that_is_wrong_with_a_loan_is_said_at_once():
    lent = replace(CARD, state=LENT)
    assert codes(custody.guard_lend(lent, borrower="", until=None, today=TODAY)) == [
        ("custody.wrong-state", ""),
        ("custody.no-borrower", "borrower"),
        ("custody.no-date", "until"),
    ]
    assert codes(
        custody.guard_lend(CARD, borrower="诸葛明", until=TODAY - timedelta(days=1), today=TODAY)
    ) == [("custody.date-past", "until")]
    assert custody.guard_lend(CARD, borrower="诸葛明", until=TODAY, today=TODAY) == ()


@pytest.mark.parametrize(
    ("recipient", "authority", "signed", "scanned", "said"),
    [
        ("欧阳䶮", "", True, False, []),
        ("欧 阳䶮", "", False, True, []),
        ("阿依古丽・买买提", "", True, False, []),
        ("司马𠮷", "", True, False, ["custody.no-authority"]),
        ("司马𠮷", "授权委托书2026-11-20", True, False, []),
        ("", "", False, False, ["custody.no-recipient", "custody.no-signature"]),
        ("司马𠮷", "", False, False, ["custody.no-authority", "custody.no-signature"]),
    ],
)
def test_an_original_goes_to_its_owner_or_to_who_has_a_letter(recipient, authority, signed, scanned, said):
    found = custody.guard_give_back(
        (CARD,), recipient=recipient, owners=("欧阳䶮", "阿依古丽·买买提"), authority=authority, signed=signed,
        scanned=scanned,
    )  # fmt: skip
    assert [each.code for each in found] == said


def test_a_second_return_is_refused_for_every_one_that_is_gone():
    gone = [replace(CARD, code=code, state=RETURNED) for code in ("Y1", "Y2")]
    found = custody.guard_give_back(
        (*gone, CARD), recipient="欧阳䶮", owners=("欧阳䶮",), authority="", signed=True, scanned=False
    )
    assert [(each.code, each.params["code"]) for each in found] == [
        ("custody.wrong-state", "Y1"),
        ("custody.wrong-state", "Y2"),
    ]


HAND_OVER = {"by": "ouyang", "to": "sima", "known": True, "name": "司马立新", "rights": {"health-commission"}}


@pytest.mark.parametrize(
    ("changed", "things", "said"),
    [
        ({}, (CARD, replace(CARD, state=LENT)), []),
        ({"to": "ouyang"}, (CARD,), [("custody.to-oneself", "to")]),
        ({"known": False}, (CARD,), [("custody.no-such-colleague", "to")]),
        ({"rights": {"transport"}}, (CARD,), [("custody.no-right-there", "to")]),
        ({}, (), [("custody.nothing-open", "originals")]),
        ({"unknown": ("Y9",)}, (), [("custody.unknown", "originals")]),
        (
            {},
            (replace(CARD, keeper="liuyan"), replace(CARD, state=LOST)),
            [("custody.not-yours", "originals"), ("custody.wrong-state", "")],
        ),
    ],
)
def test_a_hand_over_names_ones_own_open_originals_and_who_may_keep_them(changed, things, said):
    assert codes(custody.guard_hand_over(things, **{**HAND_OVER, **changed})) == said


@given(
    offered=st.integers(0, 20), counted=st.integers(0, 20), state=st.sampled_from(["offered", "confirmed"])
)
def test_who_takes_over_counted_what_is_on_the_list(offered, counted, state):
    found = custody.guard_take_over(
        by="sima", to="sima", name="司马立新", state=state, offered=offered, counted=counted
    )
    assert (found == ()) == (state == "offered" and offered == counted)


def test_only_the_named_person_takes_over():
    found = custody.guard_take_over(
        by="liuyan", to="sima", name="司马立新", state="offered", offered=1, counted=1
    )
    assert found == (Finding("custody.not-for-you", params={"name": "司马立新"}),)


def test_what_is_neither_returned_nor_kept_is_listed_with_its_keeper():
    things = [replace(CARD, code=f"Y{number}", state=state) for number, state in enumerate(CustodyState)]
    found = custody.unaccounted(things, {"ouyang": "欧阳静"})
    assert [(each.subject, each.params["state"], each.params["keeper"]) for each in found] == [
        ("Y0", "在管", "欧阳静"),
        ("Y1", "借出", "欧阳静"),
        ("Y4", "遗失", "欧阳静"),
    ]


@pytest.mark.parametrize(
    ("guide", "name", "wants", "stays"),
    [
        (FOOD, "application", True, True),
        (FOOD, "kitchen-plan", True, True),
        (FOOD, "business-licence", False, False),
        (VENUE, "hygiene-report", True, False),
    ],
)
def test_which_originals_a_guide_wants_and_which_the_case_keeps(guide, name, wants, stays):
    asked = line(guide, name)
    assert (custody.wants_original(asked), custody.stays_with_case(asked)) == (wants, stays)


def test_electronic_and_waived_lines_want_no_original():
    report = line(VENUE, "hygiene-report")
    for changed in ({"originals": 0}, {"form": MaterialForm.ELECTRONIC}, {"waived": True}):
        assert not custody.wants_original(replace(report, **changed))
    assert custody.stays_with_case(replace(report, kind=LineKind.FORM))
    assert custody.stays_with_case(replace(report, grades=frozenset({Grade.D})))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"handed_in": False}, [("custody.nothing-handed-in", "line")]),
        ({"present": "Y1"}, [("custody.already-here", "line")]),
        ({"line": None}, [("material.outside-guide", "line")]),
        (
            {"closed": "已归档", "handed_in": False, "place": ""},
            [
                ("dossier.closed-for-materials", ""),
                ("custody.nothing-handed-in", "line"),
                ("custody.no-place", "place"),
            ],
        ),
    ],
)
def test_what_speaks_against_taking_an_original_in(changed, said):
    values = {
        "line": line(VENUE, "hygiene-report"),
        "handed_in": True,
        "present": "",
        "place": "A01窗口",
        "closed": "",
    }
    values |= changed
    assert codes(custody.guard_receive(values.pop("line"), **values)) == said


def test_a_loss_is_explained_in_writing_and_settled_by_somebody_else():
    lost = Thing("Y1", "房产证", LOST, "ouyang", "u")
    assert [found.code for found in custody.guard_explain(lost, statement="", remedy="")] == [
        "custody.no-statement", "custody.no-remedy"
    ]  # fmt: skip
    assert [f.code for f in custody.guard_settle(lost, explained_by="", by="zhuge")] == [
        "custody.not-explained"
    ]
    for same in ("ouyang", "bai"):
        assert [f.code for f in custody.guard_settle(lost, explained_by="bai", by=same)] == [
            "custody.same-person"
        ]
    assert custody.guard_settle(lost, explained_by="ouyang", by="zhuge") == ()
    settled = Thing("Y1", "房产证", SETTLED, "ouyang", "u")
    assert custody.unaccounted((settled,), {}) == ()
    assert [f.code for f in custody.guard_settle(settled, explained_by="ouyang", by="zhuge")] == [
        "custody.wrong-state"
    ]
