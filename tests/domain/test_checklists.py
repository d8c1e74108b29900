from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from records.domain.checklists import (
    Counts,
    Entry,
    LineGap,
    LineStatus,
    checklist,
    expiring,
    gaps,
    ready_to_accept,
)
from records.domain.findings import Finding, Severity, blocking
from records.domain.guide_parts import Period
from records.domain.materials import HeldMaterial
from records.domain.vocabulary import (
    ApplicantKind,
    GapKind,
    Grade,
    Limit,
    MaterialSource,
    MaterialStatus,
    Necessity,
)
from records.exchange.guides import read_guide, shipped_guides
from records.rules.catalogue import materials

TODAY = date(2026, 11, 21)
GUIDES = {guide.key: guide for guide in (read_guide(text, name)[0] for name, text in shipped_guides())}
FOOD = GUIDES["food-business"]
VENUE = GUIDES["public-venue-hygiene"]


def held(standard, **changes):
    return replace(
        HeldMaterial(
            id=f"m-{standard}",
            standard=standard,
            title=standard,
            number="1",
            issuer="云溪县",
            issued_on=date(2026, 10, 1),
            valid_from=None,
            valid_until=None,
            grade=Grade.B,
            status=MaterialStatus.VALID,
            source=MaterialSource.RESULT,
        ),
        **changes,
    )


def make(guide=FOOD, *, answers=None, applicant=ApplicantKind.PERSON, **more):
    return checklist(
        guide,
        applicant=applicant,
        answers={"agent": False, "central-air": False, "commitment": False} if answers is None else answers,
        held=more.pop("held", ()),
        standards=materials(),
        today=TODAY,
        **more,
    )


def statuses(made):
    return {state.line.id: (state.status.value, state.explanation) for state in made.lines}


def test_licence_just_issued_is_held_and_nobody_brings_it():
    made = make(held=[held("business-licence"), held("kitchen-plan", grade=Grade.D)])
    assert statuses(made) == {
        "application": ("missing", "checklist.missing"),
        "business-licence": ("held", "reuse.licence"),
        "kitchen-plan": ("to-confirm", "reuse.confirm"),
        "food-safety-rules": ("missing", "checklist.missing"),
        "identity": ("missing", "checklist.office-fetches"),
        "authorisation": ("not-needed", "checklist.not-this-situation"),
    }
    assert made.counts == Counts(needed=5, filled=1, waived=1, missing=3, to_confirm=1, to_verify=0)


def test_gaps_name_what_the_applicant_owes_and_nothing_else():
    flawed = Entry("application", "m-9", MaterialSource.SUBMITTED, gap=GapKind.FORM, note="没有签名")
    assert gaps(make(entries=[flawed])) == (
        LineGap("application", "食品经营许可申请书", GapKind.FORM, "没有签名"),
        LineGap("kitchen-plan", "主要设备设施布局和操作流程文件", GapKind.MISSING, ""),
        LineGap("food-safety-rules", "食品安全规章制度目录清单", GapKind.MISSING, ""),
    )


def test_guard_names_everything_at_once():
    flawed = Entry("application", "m-9", MaterialSource.SUBMITTED, gap=GapKind.FORM, note="没有签名")
    made = make(answers={}, entries=[flawed], held=[held("food-safety-rules", grade=Grade.D)])
    assert [(found.code, found.subject, found.severity) for found in ready_to_accept(made)] == [
        ("checklist.unanswered", "agent", Severity.BLOCKS),
        ("checklist.flawed", "application", Severity.BLOCKS),
        ("checklist.office-fetches", "business-licence", Severity.WARNS),
        ("checklist.missing", "kitchen-plan", Severity.BLOCKS),
        ("checklist.to-confirm", "food-safety-rules", Severity.BLOCKS),
        ("checklist.office-fetches", "identity", Severity.WARNS),
    ]


def test_complete_application_is_ready_and_counts_what_was_waived():
    entries = [
        Entry("application", "m-1", MaterialSource.SUBMITTED),
        Entry("kitchen-plan", "m-2", MaterialSource.SUBMITTED),
        Entry("food-safety-rules", "m-3", MaterialSource.REUSED),
        Entry("identity", "m-4", MaterialSource.SUBMITTED),
    ]
    made = make(entries=entries, held=[held("business-licence")])
    assert ready_to_accept(made) == ()
    assert made.counts == Counts(needed=5, filled=5, waived=3, missing=0, to_confirm=0, to_verify=0)


def test_wrong_kind_of_applicant_is_told():
    made = make(GUIDES["sole-trader-registration"], applicant=ApplicantKind.ORGANISATION, answers={})
    assert ready_to_accept(made)[0].code == "checklist.wrong-audience"


def test_expired_report_is_missing_and_says_why():
    made = make(VENUE, held=[held("hygiene-report", issued_on=date(2025, 11, 20))])
    state = made.line("hygiene-report")
    assert (state.status, state.explanation) == (LineStatus.MISSING, "reuse.expired")
    fresh = make(VENUE, held=[held("hygiene-report", issued_on=date(2025, 11, 21))])
    assert fresh.line("hygiene-report").status is LineStatus.HELD


def test_a_line_dropped_since_is_no_longer_asked():
    made = make(dropped={"kitchen-plan"})
    assert made.line("kitchen-plan").why_not == "checklist.dropped"
    assert "kitchen-plan" not in {gap.line for gap in gaps(made)}


def test_deferrable_line_only_warns():
    lines = tuple(
        replace(
            line,
            necessity=Necessity.DEFERRABLE,
            deferral=Period(5, Limit.WORKING_DAYS),
        )
        if line.id == "kitchen-plan"
        else line
        for line in FOOD.lines
    )
    findings = ready_to_accept(make(replace(FOOD, lines=lines)))
    assert [
        (found.code, found.params["period"]) for found in findings if found.subject == "kitchen-plan"
    ] == [("checklist.deferred", "5个工作日")]


codes = sorted({line.material for guide in GUIDES.values() for line in guide.lines})
libraries = st.lists(
    st.builds(
        held,
        st.sampled_from(codes),
        grade=st.sampled_from(Grade),
        status=st.sampled_from(MaterialStatus),
        issued_on=st.dates(date(2024, 1, 1), TODAY),
    ),
    max_size=8,
)
answer_sets = st.dictionaries(st.sampled_from(["agent", "central-air", "family"]), st.booleans())
guides = st.sampled_from(sorted(GUIDES)).map(GUIDES.get)


def entries_of(guide):
    return st.lists(
        st.builds(
            Entry,
            line=st.sampled_from([line.id for line in guide.lines]),
            material=st.just("m-x"),
            source=st.sampled_from(MaterialSource),
            gap=st.none() | st.sampled_from(GapKind),
        ),
        max_size=4,
    )


@given(guides.flatmap(lambda guide: st.tuples(st.just(guide), entries_of(guide))), libraries, answer_sets)
def test_every_line_stands_in_exactly_one_place(pair, library, answers):
    guide, entries = pair
    made = make(guide, answers=answers, held=library, entries=entries)
    assert made == make(guide, answers=answers, held=library, entries=entries)
    assert [state.line for state in made.lines] == sorted(guide.lines, key=lambda line: line.position)
    for state in made.lines:
        assert state.needed == (state.status is not LineStatus.NOT_NEEDED) == (not state.why_not)
    counts = made.counts
    assert counts.needed == counts.filled + counts.missing + counts.to_confirm
    assert {gap.line for gap in gaps(made)} <= {
        state.line.id for state in made.lines if state.status is LineStatus.MISSING
    }
    stopped = {found.subject for found in blocking(ready_to_accept(made))}
    assert {gap.line for gap in gaps(made)} <= stopped


@given(guides, libraries, answer_sets)
def test_a_held_valid_reusable_material_always_fills_its_line(guide, library, answers):
    good = [
        held(line.material, id=f"good-{line.id}", grade=min(line.grades))
        for line in guide.lines
        if materials()[line.material].reuse.value == "reusable"
    ]
    made = make(guide, answers=answers, held=[*library, *good])
    for state in made.lines:
        if state.needed and materials()[state.line.material].reuse.value == "reusable":
            assert state.status is LineStatus.HELD


def scanned(grade, *, line="identity", source=MaterialSource.SUBMITTED):
    return Entry(line, f"m-{line}", source, grade=grade)


def test_a_scan_whose_original_nobody_saw_waits_where_the_line_wants_more():
    """C becomes B by a look at the original; until then the line is neither filled nor missing."""
    made = make(entries=[scanned(Grade.C)])
    assert statuses(made)["identity"] == ("to-verify", "checklist.to-verify")
    assert (made.counts.to_verify, made.line("identity").complete) == (1, False)
    found = {each.subject: each for each in ready_to_accept(made)}["identity"]
    assert (found.code, found.severity) == ("checklist.to-verify", Severity.BLOCKS)
    assert statuses(make(entries=[scanned(Grade.B)]))["identity"] == ("filled", "checklist.handed-in")


def test_an_original_nobody_saw_is_told_with_the_rest():
    lines = tuple(replace(line, waived=False) if line.id == "identity" else line for line in FOOD.lines)
    made = make(replace(FOOD, lines=lines), entries=[scanned(Grade.C)])
    assert LineGap("identity", "经营者居民身份证", GapKind.FORM, "") in gaps(made)


def test_a_line_that_takes_unverified_copies_takes_one():
    guide = GUIDES["sole-trader-registration"]
    made = make(guide, entries=[scanned(Grade.C, line="premises")])
    assert statuses(made)["premises"] == ("filled", "checklist.handed-in")


def test_what_the_office_fetched_is_not_handed_in():
    made = make(entries=[scanned(Grade.B, source=MaterialSource.FETCHED)])
    assert statuses(made)["identity"] == ("filled", "checklist.fetched")
    assert (made.line("identity").handed_in, made.counts.waived) == (False, 1)


def test_a_material_that_ends_before_the_case_is_due_is_only_a_warning():
    short = held("identity-card", valid_until=date(2026, 11, 27))
    long = held("business-licence", valid_until=date(2026, 11, 28))
    made = make(held=[short, long], entries=[replace(scanned(Grade.B), material=short.id)])
    assert made.line("identity").until == date(2026, 11, 27)
    assert expiring(made, due=date(2026, 11, 28)) == (
        Finding(
            "checklist.expires-first",
            Severity.WARNS,
            "identity",
            {"line": "经营者居民身份证", "until": "2026-11-27", "due": "2026-11-28"},
        ),
    )
    assert expiring(made, due=date(2026, 11, 27)) == ()
    assert "checklist.expires-first" not in {found.code for found in ready_to_accept(made)}
