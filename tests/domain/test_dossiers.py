"""The life of a dossier: every event in every state, and what each guard finds."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.dossiers import (
    Event,
    Gap,
    guard_complete_notice,
    guard_decide,
    guard_decline,
    guard_deliver,
    guard_supplement,
    possible_events,
    transition,
)
from records.domain.findings import Refused
from records.domain.vocabulary import (
    DeclineReason,
    DeliveryMethod,
    DossierState,
    GapKind,
    ItemKind,
    NoticeKind,
    Outcome,
)
from records.rules.transitions import transitions

ENDS = {DossierState.DECLINED, DossierState.ARCHIVED, DossierState.WITHDRAWN}

TODAY = date(2026, 11, 21)


def codes(findings):
    return [(found.code, found.subject) for found in findings]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            ItemKind.PROMISED,
            {
                "draft": ["receive", "accept", "request_supplement", "decline", "withdraw"],
                "received": ["accept", "request_supplement", "decline", "deem_accepted", "withdraw"],
                "supplement": ["supplement", "decline", "withdraw"],
                "accepted": ["decide", "withdraw"],
                "declined": [],
                "decided": ["deliver"],
                "delivered": ["archive"],
                "archived": [],
                "withdrawn": [],
            },
        ),
        (
            ItemKind.IMMEDIATE,
            {
                "draft": ["receive", "request_supplement", "decline", "decide", "withdraw"],
                "received": ["request_supplement", "decline", "decide", "withdraw"],
                "supplement": ["supplement", "decline", "withdraw"],
                "accepted": ["withdraw"],
                "declined": [],
                "decided": ["deliver"],
                "delivered": ["archive"],
                "archived": [],
                "withdrawn": [],
            },
        ),
    ],
)
def test_the_whole_table_says_what_may_happen_next(kind, expected):
    found = {
        state.value: [event.value for event in possible_events(state=state, kind=kind, table=transitions())]
        for state in DossierState
    }
    assert found == expected


@given(st.sampled_from(Event), st.sampled_from(DossierState), st.sampled_from(ItemKind))
def test_an_event_is_either_possible_or_refused_with_the_states_it_needs(event, state, kind):
    row = transition(event, state=state, kind=kind, table=transitions())
    possible = event in possible_events(state=state, kind=kind, table=transitions())
    assert bool(row) is possible
    if isinstance(row, Refused):
        assert [found.code for found in row.findings] in (["dossier.wrong-state"], ["dossier.wrong-kind"])
    else:
        assert row.target is not state


def test_every_state_but_the_ends_has_a_way_on():
    for kind in ItemKind:
        reachable, todo = set(), [DossierState.DRAFT]
        while todo:
            state = todo.pop()
            if state in reachable:
                continue
            reachable.add(state)
            rows = [row for row in transitions() if state in row.origins and kind in row.kinds]
            assert bool(rows) is (state not in ENDS), (kind, state)
            todo += [row.target for row in rows]


def test_each_written_step_names_its_paper_and_its_clause():
    papers = {(row.event, kind): row.notices for row in transitions() for kind in row.kinds}
    assert papers[Event.ACCEPT, ItemKind.PROMISED] == (NoticeKind.ACCEPTANCE,)
    assert papers[Event.REQUEST_SUPPLEMENT, ItemKind.IMMEDIATE] == (NoticeKind.SUPPLEMENT,)
    assert papers[Event.DECLINE, ItemKind.PROMISED] == (NoticeKind.DECLINE,)
    assert all(row.clause for row in transitions())


def test_a_first_notice_must_name_everything_that_is_missing():
    gaps = [Gap("m1", GapKind.MISSING, "请提交申请书")]
    assert codes(guard_complete_notice(frozenset({"m1", "m3", "m2"}), gaps)) == [
        ("supplement.incomplete", "m2"),
        ("supplement.incomplete", "m3"),
    ]


def test_a_notice_tells_all_its_faults_at_once():
    gaps = [
        Gap("m1", GapKind.MISSING, "请提交申请书"),
        Gap("m1", GapKind.FORM, " "),
        Gap("m9", GapKind.MISSING, "其他"),
        Gap("m2", GapKind.MISSING, "请提交营业执照"),
    ]
    found = guard_supplement(
        gaps,
        needed=frozenset({"m1", "m2"}),
        held={"m2": "营业执照"},
        told=frozenset(),
        supplied_since=frozenset(),
    )
    assert codes(found) == [
        ("supplement.twice", "m1"),
        ("supplement.outside-guide", "m9"),
        ("material.already-held", "m2"),
        ("supplement.no-demand", "m1"),
    ]


def test_a_second_notice_may_only_concern_what_came_since():
    gaps = [Gap("m1", GapKind.FORM, "请签字"), Gap("m2", GapKind.FORM, "请盖章")]
    found = guard_supplement(
        gaps,
        needed=frozenset({"m1", "m2"}),
        held={},
        told=frozenset({"m1"}),
        supplied_since=frozenset({"m1"}),
    )
    assert codes(found) == [("supplement.told-once", "m2")]


def test_an_empty_notice_is_refused():
    found = guard_supplement([], needed=frozenset(), held={}, told=frozenset(), supplied_since=frozenset())
    assert codes(found) == [("supplement.empty", "")]


def test_declining_needs_reason_words_law_and_the_right_organ():
    assert codes(guard_decline(None, explanation=" ", law="", organ="")) == [
        ("decline.no-reason", "reason"),
        ("decline.no-explanation", "explanation"),
        ("decline.no-law", "law"),
    ]
    assert codes(
        guard_decline(
            DeclineReason.NOT_COMPETENT, explanation="不在本县", law="行政许可法 第三十二条", organ=""
        )
    ) == [("decline.no-organ", "organ")]
    assert (
        guard_decline(DeclineReason.NOT_NEEDED, explanation="无需许可", law="食品安全法 第三十五条", organ="")
        == ()
    )


def test_who_accepted_does_not_decide_a_promised_item():
    common = {
        "decided_by": "a",
        "accepted_by": "a",
        "reasons": "",
        "result_number": "豫食许〔2026〕1号",
        "result_file": True,
        "today": TODAY,
    }
    assert codes(guard_decide(Outcome.GRANTED, kind=ItemKind.PROMISED, **common)) == [
        ("decide.same-person", "by")
    ]
    assert guard_decide(Outcome.GRANTED, kind=ItemKind.IMMEDIATE, **common) == ()


def test_a_grant_needs_its_number_and_file_a_refusal_its_reasons():
    common = {
        "decided_by": "b",
        "accepted_by": "a",
        "reasons": " ",
        "result_number": " ",
        "result_file": False,
        "today": TODAY,
    }
    assert codes(guard_decide(Outcome.GRANTED, kind=ItemKind.PROMISED, **common)) == [
        ("decide.no-result-number", "result_number"),
        ("decide.no-result-file", "result"),
    ]
    assert codes(guard_decide(Outcome.REFUSED, kind=ItemKind.PROMISED, **common)) == [
        ("decide.no-reasons", "reasons")
    ]
    assert codes(guard_decide(None, kind=ItemKind.PROMISED, **common)) == [("decide.no-outcome", "outcome")]


@pytest.mark.parametrize(("number", "ends", "found"), [
    ("无", date(2026, 11, 21), [("result.number-form", "result_number"), ("result.ended", "result_valid_until")]),
    ("豫食许〔2026〕1号", date(2026, 11, 20), [("result.ended", "result_valid_until")]),
    ("豫食许〔2026〕1号", date(2026, 11, 22), []),
    ("豫食许〔2026〕1号", None, []),
])  # fmt: skip
def test_a_grant_has_a_real_number_and_lasts_beyond_its_day(number, ends, found):
    said = {
        "decided_by": "b",
        "accepted_by": "a",
        "reasons": "没有达到条件",
        "result_number": number,
        "result_file": True,
    }
    given = {**said, "result_ends": ends, "kind": ItemKind.PROMISED, "today": TODAY}
    assert codes(guard_decide(Outcome.GRANTED, **given)) == found
    assert guard_decide(Outcome.REFUSED, **given) == ()


def test_a_delivery_has_way_recipient_proof_and_follows_the_decision():
    decided = date(2026, 3, 2)
    assert codes(guard_deliver(None, recipient="", proof="", on=date(2026, 3, 1), decided_on=decided)) == [
        ("deliver.no-method", "method"),
        ("deliver.no-recipient", "recipient"),
        ("deliver.before-decision", "on"),
    ]
    assert codes(
        guard_deliver(DeliveryMethod.POST, recipient="本人", proof="", on=decided, decided_on=decided)
    ) == [("deliver.no-proof", "proof")]
    assert (
        guard_deliver(DeliveryMethod.COUNTER, recipient="本人", proof="", on=decided, decided_on=decided)
        == ()
    )
