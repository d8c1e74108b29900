from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.findings import Finding
from records.domain.judgements import judge_again, keep, read
from records.domain.materials import Sensitivity
from records.domain.reuse import (
    SENSITIVE,
    SHARING,
    WITHDRAWAL,
    Check,
    LineVerdict,
    ReuseOutcome,
    Verdict,
    choose,
    decide_again,
    decide_line,
    decide_reuse,
)
from records.domain.vocabulary import GapKind, Grade, MaterialStatus, ReuseClass
from tests.domain.test_materials import HELD, LICENCE, LINE, NEED, TODAY, with_line, with_standard

DAYS = st.none() | st.dates(date(2020, 1, 1), date(2030, 12, 31))
HELDS = st.builds(
    replace,
    st.just(HELD),
    grade=st.sampled_from(list(Grade)),
    status=st.sampled_from(list(MaterialStatus)),
    disputed=st.booleans(),
    valid_from=DAYS,
    valid_until=DAYS,
    issued_on=DAYS,
    digest=st.sampled_from(["", "ab"]),
    purposes=st.sampled_from([frozenset(), frozenset({"food-business"}), frozenset({"land-query"})]),
    consented=st.sampled_from([frozenset(), frozenset({"food-business"})]),
    withdrawn=st.sampled_from([frozenset(), frozenset({"*"}), frozenset({"food-business"})]),
    dossiers=st.sampled_from([frozenset({"D-1"}), frozenset({"D-2"})]),
)
STANDARDS = st.builds(
    replace,
    st.just(LICENCE),
    reuse=st.sampled_from(list(ReuseClass)),
    sensitivity=st.sampled_from(list(Sensitivity)),
    validity_days=st.none() | st.integers(0, 4000),
)
LINES = st.builds(
    replace,
    st.just(LINE),
    basis=st.sampled_from(["", LINE.basis]),
    waived=st.booleans(),
    validity_days=st.none() | st.just(365),
)


@given(HELDS, STANDARDS, LINES, st.sampled_from(["", "ab"]))
def test_whatever_was_kept_gives_the_same_verdict_years_later(held, standard, line, digest):
    need = replace(NEED, standard=standard, line=line, chain=frozenset({"D-1"}))
    then = decide_reuse(held, need, today=TODAY, digest=digest)
    kept = keep(held, need, then)
    assert len(kept) <= 32
    assert read(kept).reason == then.reason
    later = replace(
        held, grade=Grade.A, status=MaterialStatus.WITHDRAWN, disputed=not held.disputed, valid_until=date(2035, 1, 1),
        valid_from=None, digest="zz",
    )  # fmt: skip
    again = judge_again(kept, later, replace(need, standard=LICENCE), today=TODAY)
    assert (again.outcome, again.reason, again.clause, again.checks[1:]) == (
        then.outcome,
        then.reason,
        then.clause,
        then.checks[1:],
    )


def test_what_is_no_judgement_is_told():
    for text in ("", "zB000", "eQ000", "eB0"):
        with pytest.raises((ValueError, IndexError)):
            read(text)


def test_a_no_of_the_applicant_counts_also_in_the_same_matter():
    held = replace(HELD, withdrawn=frozenset({"*"}), dossiers=frozenset({"D-1"}))
    verdict = decide_reuse(held, replace(NEED, chain=frozenset({"D-1"})), today=TODAY)
    assert (verdict.outcome, verdict.reason, verdict.clause) == (
        ReuseOutcome.NOT_ALLOWED,
        "reuse.consent",
        WITHDRAWAL,
    )


def test_what_is_sensitive_needs_a_yes_for_the_item_or_a_basis_in_the_guide():
    sensitive = with_standard(sensitivity=Sensitivity.SENSITIVE)
    without = replace(sensitive, line=replace(LINE, basis=" "))
    assert decide_reuse(HELD, sensitive, today=TODAY).usable
    refused = decide_reuse(HELD, without, today=TODAY)
    assert (refused.outcome, refused.reason, refused.clause) == (
        ReuseOutcome.NOT_ALLOWED,
        "reuse.sensitive",
        SENSITIVE,
    )
    agreed = replace(HELD, consented=frozenset({"food-business"}))
    assert decide_reuse(agreed, without, today=TODAY).usable


@pytest.mark.parametrize(
    ("line", "outcome", "reason", "clause"),
    [
        ({}, ReuseOutcome.MUST_SUBMIT, "reuse.nothing-held", LINE.basis),
        ({"waived": True}, ReuseOutcome.FETCH, "reuse.fetch", SHARING),
        (
            {"promise": "示例省办法 第三条"},
            ReuseOutcome.MAY_PROMISE,
            "reuse.may-promise",
            "示例省办法 第三条",
        ),
        ({"waived": True, "promise": "示例省办法 第三条"}, ReuseOutcome.FETCH, "reuse.fetch", SHARING),
    ],
)
def test_a_line_with_nothing_held_is_fetched_promised_or_handed_in(line, outcome, reason, clause):
    need = with_line(**line)
    assert decide_line(choose((), need, today=TODAY), need) == Verdict(
        outcome, reason, "", clause, (Check("held", False),), {"line": "营业执照"}
    )


def test_what_is_held_comes_before_fetch_and_promise_and_says_why_it_does_not_serve():
    need = with_line(promise="示例省办法 第三条")
    assert decide_line(choose([HELD], need, today=TODAY), need).reason == "reuse.held"
    old = replace(HELD, valid_until=date(2026, 11, 20))
    assert decide_line(choose([old], need, today=TODAY), need).outcome is ReuseOutcome.MAY_PROMISE
    assert decide_line(choose([old], NEED, today=TODAY), NEED).reason == "reuse.expired"
    assert decide_line(LineVerdict(None, None), NEED).outcome is ReuseOutcome.MUST_SUBMIT


def test_what_was_handed_in_is_never_demanded_in_the_other_form():
    assert [each.code for each in decide_again(LINE, GapKind.MISSING, online=True)] == [
        "supplement.paper-after-online"
    ]
    assert [each.code for each in decide_again(LINE, GapKind.MISSING, online=False)] == [
        "supplement.upload-after-paper"
    ]
    assert decide_again(LINE, GapKind.CONTENT, online=True) == ()
    assert isinstance(decide_again(LINE, GapKind.MISSING, online=True)[0], Finding)
