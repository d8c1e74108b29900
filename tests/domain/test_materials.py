from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.findings import Finding
from records.domain.guide_parts import Line, LineKind, LineSource, MaterialForm
from records.domain.materials import (
    HeldMaterial,
    Likeness,
    Offered,
    Sensitivity,
    StandardMaterial,
    bundle,
    lacking_identity,
    likeness,
    material_identity,
)
from records.domain.reuse import (
    ANY_DATE,
    FORWARDING,
    ONCE_TOLD,
    SHARING,
    Need,
    ReuseOutcome,
    choose,
    decide_dispute,
    decide_receipt,
    decide_reuse,
    decide_validity,
    expiry,
)
from records.domain.vocabulary import (
    GapKind,
    Grade,
    MaterialSource,
    MaterialStatus,
    Necessity,
    Override,
    ReuseClass,
)

TODAY = date(2026, 11, 21)
LICENCE = StandardMaterial(
    code="business-licence",
    name="营业执照",
    aliases=("电子营业执照",),
    licence_type="",
    validity_days=None,
    reuse=ReuseClass.REUSABLE,
    sensitivity=Sensitivity.NORMAL,
    identity=frozenset({"number", "issuer", "issued_on"}),
    grades=frozenset({Grade.A, Grade.B}),
)
LINE = Line(
    id="business-licence",
    position=2,
    material="business-licence",
    name="营业执照",
    kind=LineKind.CERTIFICATE,
    form=MaterialForm.ELECTRONIC,
    originals=0,
    copies=0,
    necessity=Necessity.REQUIRED,
    source=LineSource.ORGAN,
    issuer="市场监督管理部门",
    acceptance="登记状态为存续",
    basis="《市场主体登记管理条例》第三条",
    grades=frozenset({Grade.A, Grade.B}),
)
HELD = HeldMaterial(
    id="m-7k2",
    standard="business-licence",
    title="营业执照（欧阳䶮小吃店）",
    number="92990726MA0000001X",
    issuer="云溪县市场监督管理局",
    issued_on=date(2026, 3, 2),
    valid_from=date(2026, 3, 2),
    valid_until=None,
    grade=Grade.B,
    status=MaterialStatus.VALID,
    source=MaterialSource.SUBMITTED,
)
NEED = Need(line=LINE, standard=LICENCE, needed_on=TODAY, purpose="food-business")


def decide(held=HELD, need=NEED, **more):
    verdict = decide_reuse(held, need, today=TODAY, **more)
    return verdict.outcome, verdict.reason


def with_line(**changes):
    return replace(NEED, line=replace(LINE, **changes))


def with_standard(**changes):
    return replace(NEED, standard=replace(LICENCE, **changes))


def test_held_licence_of_another_case_is_offered_with_every_answer():
    verdict = decide_reuse(HELD, NEED, today=TODAY)
    assert (verdict.outcome, verdict.reason, verdict.material, verdict.clause) == (
        ReuseOutcome.OFFER,
        "reuse.held",
        "m-7k2",
        SHARING,
    )
    assert [(check.name, check.answer) for check in verdict.checks] == [
        ("same-bytes", False),
        ("same-chain", False),
        ("status", True),
        ("in-time", True),
        ("grade", True),
        ("once", True),
        ("purpose", True),
        ("consent", True),
        ("sensitivity", True),
        ("undisputed", True),
    ]


@pytest.mark.parametrize(
    ("held", "need", "expected"),
    [
        (replace(HELD, grade=Grade.A), NEED, (ReuseOutcome.MUST_REUSE, "reuse.licence")),
        (HELD, with_line(waived=True), (ReuseOutcome.MUST_REUSE, "reuse.licence")),
        (HELD, with_standard(reuse=ReuseClass.CONFIRM), (ReuseOutcome.CONFIRM, "reuse.confirm")),
        (HELD, with_standard(reuse=ReuseClass.ONCE), (ReuseOutcome.MUST_SUBMIT, "reuse.once")),
        (replace(HELD, grade=Grade.C), NEED, (ReuseOutcome.MUST_SUBMIT, "reuse.grade")),
        (
            replace(HELD, valid_until=date(2026, 11, 20)),
            NEED,
            (ReuseOutcome.MUST_SUBMIT, "reuse.expired"),
        ),
        (replace(HELD, valid_until=TODAY), NEED, (ReuseOutcome.OFFER, "reuse.held")),
        (
            replace(HELD, valid_from=date(2026, 12, 1)),
            NEED,
            (ReuseOutcome.MUST_SUBMIT, "reuse.expired"),
        ),
        (
            replace(HELD, issued_on=None),
            with_line(validity_days=365),
            (ReuseOutcome.MUST_SUBMIT, "reuse.undated"),
        ),
        (
            replace(HELD, status=MaterialStatus.FROZEN),
            NEED,
            (ReuseOutcome.NOT_ALLOWED, "reuse.status"),
        ),
        (
            replace(HELD, purposes=frozenset({"land-query"})),
            NEED,
            (ReuseOutcome.NOT_ALLOWED, "reuse.purpose"),
        ),
        (replace(HELD, disputed=True), NEED, (ReuseOutcome.NOT_ALLOWED, "reuse.disputed")),
    ],
)
def test_each_question_has_its_own_consequence(held, need, expected):
    assert decide(held, need) == expected


def test_material_valid_today_but_not_on_the_day_of_need_is_expired():
    report = replace(HELD, valid_until=TODAY)
    assert decide(report, replace(NEED, needed_on=TODAY + timedelta(days=1))) == (
        ReuseOutcome.MUST_SUBMIT,
        "reuse.expired",
    )


def test_paper_collected_in_the_same_course_is_never_asked_for_again_even_when_used_up():
    held = replace(HELD, dossiers=frozenset({"D-1"}))
    need = replace(with_standard(reuse=ReuseClass.ONCE), chain=frozenset({"D-1"}))
    verdict = decide_reuse(held, need, today=TODAY)
    assert (verdict.outcome, verdict.reason, verdict.clause) == (
        ReuseOutcome.MUST_REUSE,
        "reuse.same-chain",
        FORWARDING,
    )


def test_same_bytes_are_linked():
    assert decide(replace(HELD, digest="ab"), digest="ab") == (ReuseOutcome.MUST_REUSE, "reuse.same-bytes")


def test_strictest_of_the_three_expiries_holds():
    need = replace(with_line(validity_days=30), standard=replace(LICENCE, validity_days=365))
    assert expiry(replace(HELD, valid_until=date(2027, 1, 1)), need=need) == date(2026, 4, 1)


def test_other_kind_of_material_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="m-7k2"):
        decide_reuse(replace(HELD, standard="identity-card"), NEED, today=TODAY)


def test_choice_prefers_verdict_then_grade_then_longest_validity():
    expired = replace(HELD, id="m-1", valid_until=date(2020, 1, 1))
    short = replace(HELD, id="m-2", valid_until=date(2027, 1, 1))
    electronic = replace(HELD, id="m-3", grade=Grade.A)
    other = replace(HELD, id="m-4", standard="identity-card")
    choice = choose([expired, short, HELD, electronic, other], NEED, today=TODAY)
    assert [verdict.material for verdict in choice.considered] == ["m-3", "m-7k2", "m-2", "m-1"]
    assert choice.best == electronic


def test_other_situation_is_not_the_same_material():
    elsewhere = replace(HELD, situation="示例路9号")
    assert choose([elsewhere], NEED, today=TODAY).best is None
    assert choose([elsewhere], replace(NEED, situation="示例路９号 "), today=TODAY).best == elsewhere


def refusal(code, clause=SHARING):
    params = {"id": "m-7k2", "title": "营业执照（欧阳䶮小吃店）", "clause": clause}
    return (Finding(code, subject="business-licence", params=params, basis=clause),)


@pytest.mark.parametrize("offered", [None, Offered(number="92990726MA0000001X")])
def test_demand_and_upload_of_a_held_material_are_refused(offered):
    assert decide_receipt(offered, [HELD], NEED, today=TODAY) == refusal("material.already-held")


@pytest.mark.parametrize(
    ("override", "note", "inspect", "expected"),
    [
        (Override.VOLUNTEERED, "", False, ()),
        (Override.CHANGED, "店名由𠮷字改为吉字", False, ()),
        (Override.CHANGED, "　", False, refusal("material.override-no-note")),
        (Override.ORIGINAL, "", True, ()),
        (Override.ORIGINAL, "", False, refusal("material.override-no-original")),
        (Override.EXPIRED, "", False, refusal("material.override-not-expired")),
    ],
)
def test_override_must_be_plausible(override, note, inspect, expected):
    need = with_line(inspect_original=inspect)
    assert decide_receipt(Offered(), [HELD], need, today=TODAY, override=override, note=note) == expected


def test_what_is_not_held_or_has_expired_may_be_asked_for():
    old = replace(HELD, valid_until=date(2026, 1, 1))
    assert decide_receipt(None, [], NEED, today=TODAY) == ()
    assert decide_receipt(None, [old], NEED, today=TODAY) == ()
    assert decide_receipt(Offered(), [old], NEED, today=TODAY, override=Override.EXPIRED) == ()


def test_the_very_bytes_of_an_expired_material_are_refused():
    old = replace(HELD, valid_until=date(2026, 1, 1), digest="ab")
    assert [
        (found.code, found.params["reason"])
        for found in decide_receipt(Offered(digest="ab"), [old], NEED, today=TODAY)
    ] == [("material.same-as-unusable", "reuse.expired")]


def test_identity_folds_full_width_and_case_but_keeps_rare_characters():
    typed = material_identity(
        "s1", "business-licence", "", "９２９９０７２６ma000 0001x", "云溪县䶮局", date(2026, 3, 2)
    )
    clean = material_identity(
        "s1", "business-licence", "", "92990726MA0000001X", "云溪县䶮局", date(2026, 3, 2)
    )
    assert typed == clean == ("s1", "business-licence", "", "92990726MA0000001X", "云溪县䶮局", "2026-03-02")
    assert material_identity("s1", "identity-card", "", "", "𠮷", None)[4] != "吉"


def test_lacking_identity_parts_are_named_at_once():
    assert [found.subject for found in lacking_identity(LICENCE, Offered(issuer="云溪县"))] == [
        "number",
        "issued_on",
    ]


helds = st.builds(
    HeldMaterial,
    id=st.sampled_from(["m-1", "m-2", "m-3"]),
    standard=st.just("business-licence"),
    title=st.just("营业执照"),
    number=st.just("9"),
    issuer=st.just("云溪县"),
    issued_on=st.none() | st.dates(date(2020, 1, 1), date(2026, 11, 21)),
    valid_from=st.none() | st.dates(date(2020, 1, 1), date(2027, 1, 1)),
    valid_until=st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    grade=st.sampled_from(Grade),
    status=st.sampled_from(MaterialStatus),
    source=st.sampled_from(MaterialSource),
    disputed=st.booleans(),
    digest=st.sampled_from(["", "ab"]),
    dossiers=st.sampled_from([frozenset(), frozenset({"D-1"})]),
)
needs = st.builds(
    lambda reuse, days, chain, on: replace(
        NEED,
        line=replace(LINE, validity_days=days),
        standard=replace(LICENCE, reuse=reuse),
        chain=chain,
        needed_on=on,
    ),
    st.sampled_from(ReuseClass),
    st.none() | st.integers(1, 900),
    st.sampled_from([frozenset(), frozenset({"D-1"})]),
    st.dates(date(2026, 1, 1), date(2027, 6, 1)),
)


@given(helds, needs)
def test_usable_means_that_every_question_was_answered_well(held, need):
    verdict = decide_reuse(held, need, today=TODAY)
    answers = {check.name: check.answer for check in verdict.checks}
    barriers = ("status", "in-time", "grade", "once", "purpose", "undisputed")
    assert verdict.usable == all(answers[name] for name in barriers)


@given(st.lists(helds, max_size=5), needs)
def test_a_demand_is_refused_exactly_when_something_usable_is_held(held, need):
    refused = [found.code for found in decide_receipt(None, held, need, today=TODAY)]
    usable = any(decide_reuse(one, need, today=TODAY).usable for one in held)
    assert refused == (["material.already-held"] if usable else [])


@given(st.permutations([replace(HELD, id=f"m-{n}", valid_until=date(2026 + n, 1, 1)) for n in range(4)]))
def test_choice_does_not_depend_on_the_order_of_the_library(library):
    assert choose(library, NEED, today=TODAY).best.id == "m-3"


OFFERED = Offered(number=HELD.number, issuer=HELD.issuer, issued_on=HELD.issued_on)


@pytest.mark.parametrize(
    ("changes", "like"),
    [
        ({}, Likeness.SAME),
        ({"number": "９２９９０７２６ma000000 1x"}, Likeness.SAME),
        ({"issued_on": None}, Likeness.SAME),
        ({"valid_until": date(2031, 3, 1)}, Likeness.SAME),
        ({"issued_on": date(2026, 11, 2)}, Likeness.NEWER),
        ({"issued_on": date(2026, 11, 2), "issuer": "云溪县行政审批局"}, Likeness.NEWER),
        ({"issued_on": date(2020, 1, 1)}, Likeness.OTHER),
        ({"issuer": "邻县市场监督管理局"}, Likeness.OTHER),
        ({"number": "92990726MA0000002X"}, Likeness.OTHER),
        ({"number": ""}, Likeness.OTHER),
    ],
)
def test_a_paper_is_the_held_one_renews_it_or_is_another(changes, like):
    assert likeness(replace(OFFERED, **changes), HELD) is like


def test_the_same_paper_with_another_last_day_takes_the_place_of_the_held_one():
    held = replace(HELD, valid_until=date(2027, 3, 1))
    assert likeness(replace(OFFERED, valid_until=date(2031, 3, 1)), held) is Likeness.NEWER
    assert likeness(replace(OFFERED, valid_until=date(2027, 3, 1)), held) is Likeness.SAME
    assert likeness(replace(OFFERED, issued_on=None, valid_until=date(2031, 3, 1)), held) is Likeness.NEWER


def test_the_files_of_a_paper_have_one_digest_in_their_order():
    assert bundle(["ab"]) == "ab"
    assert len({bundle(["ab"]), bundle(["ab", "cd"]), bundle(["cd", "ab"])}) == 3


@pytest.mark.parametrize(
    ("offered", "need", "until"),
    [
        (replace(OFFERED, valid_until=date(2026, 11, 20)), NEED, "2026-11-20"),
        (replace(OFFERED, valid_until=date(2026, 11, 21)), NEED, None),
        (OFFERED, NEED, None),
        (OFFERED, with_line(validity_days=30), "2026-04-01"),
        (replace(OFFERED, valid_until=date(2026, 11, 20)), with_line(validity=ANY_DATE), None),
        (replace(OFFERED, valid_until=date(2026, 11, 30)), replace(NEED, needed_on=date(2026, 12, 1)), "2026-11-30"),
    ],
)  # fmt: skip
def test_a_paper_that_has_ended_is_refused_unless_the_line_takes_any_date(offered, need, until):
    expected = (
        Finding(
            "material.expired", subject="business-licence", params={"material": "营业执照", "until": until}
        ),
    )
    assert decide_validity(offered, need, today=TODAY) == (expected if until else ())


def test_a_line_of_any_date_reuses_what_has_ended():
    old = replace(HELD, valid_until=date(2020, 1, 1))
    assert decide(old)[1] == "reuse.expired"
    assert decide(old, with_line(validity=ANY_DATE))[1] == "reuse.held"
    undated = replace(HELD, issued_on=None)
    assert decide(undated, with_line(validity_days=30))[1] == "reuse.undated"
    assert decide(undated, with_line(validity_days=30, validity=ANY_DATE))[1] == "reuse.held"


@pytest.mark.parametrize(
    ("kind", "valid_until", "line", "code"),
    [
        (GapKind.EXPIRED, date(2027, 3, 1), {}, "supplement.not-expired"),
        (GapKind.EXPIRED, TODAY, {}, "supplement.not-expired"),
        (GapKind.EXPIRED, None, {}, "supplement.no-end"),
        (GapKind.EXPIRED, date(2026, 11, 20), {}, None),
        (GapKind.FORM, None, {}, "supplement.form-seen"),
        (GapKind.FORM, None, {"inspect_original": True}, None),
        (GapKind.CONTENT, None, {}, None),
    ],
)
def test_of_a_held_material_only_what_is_true_can_be_told(kind, valid_until, line, code):
    held = replace(HELD, valid_until=valid_until)
    expected = (
        Finding(
            code or "",
            subject="business-licence",
            params={"material": HELD.title, "until": valid_until.isoformat() if valid_until else ""},
            basis=ONCE_TOLD,
        ),
    )
    assert decide_dispute(held, with_line(**line), kind, today=TODAY) == (expected if code else ())


@given(
    st.sampled_from(GapKind),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
def test_nothing_valid_is_ever_told_expired(kind, valid_until, today):
    held, need = replace(HELD, valid_until=valid_until), replace(NEED, needed_on=today)
    holds = valid_until is None or valid_until >= today
    refused = {found.code for found in decide_dispute(held, need, kind, today=today)}
    assert (kind is GapKind.EXPIRED and holds) == bool(
        refused & {"supplement.not-expired", "supplement.no-end"}
    )
