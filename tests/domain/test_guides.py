from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.deadlines import ItemLimits
from records.domain.findings import blocking
from records.domain.guides import (
    Citation,
    Fee,
    Guide,
    LineKind,
    LineSource,
    MaterialForm,
    Period,
    Question,
    Step,
    check,
    span,
)
from records.domain.statutes import article_numbers, named_laws, short_name
from records.domain.vocabulary import ItemKind, Limit, Necessity
from records.exchange.guides import read_guide, shipped_guides
from records.rules.catalogue import materials, wording
from records.rules.statutes import statutes

GUIDES = {guide.key: guide for guide in (read_guide(text, name)[0] for name, text in shipped_guides())}
UNITS = {guide.unit: guide.codes.implementation[:18] for guide in GUIDES.values()}
FOOD = GUIDES["food-business"]
TRADER = GUIDES["sole-trader-registration"]


def findings(guide, **rules):
    return check(
        guide,
        **{
            "statutes": statutes(),
            "materials": materials(),
            "units": UNITS,
            "limits": {guide.limits.intake_rule for guide in GUIDES.values()},
            "wording": wording(),
            "today": date(2026, 11, 21),
        }
        | rules,
    )


def new(guide, **rules):
    """The findings that a change brings: (code, subject), beyond those of the guide as it is shipped."""
    before = findings(GUIDES[guide.key])
    return [(found.code, found.subject) for found in findings(guide, **rules) if found not in before]


def with_line(at=0, guide=FOOD, **changes):
    lines = list(guide.lines)
    lines[at] = replace(lines[at], **changes)
    return replace(guide, lines=tuple(lines))


def with_limits(**changes):
    return replace(FOOD, limits=replace(FOOD.limits, **changes))


@pytest.mark.parametrize("key", sorted(GUIDES))
def test_shipped_guide_may_be_published(key):
    assert blocking(findings(GUIDES[key])) == ()


def test_shipped_guides_warn_only_of_laws_nobody_has_checked():
    codes = {found.code for guide in GUIDES.values() for found in findings(guide)}
    assert codes <= {
        "guide.law-unchecked", "guide.law-unknown", "guide.no-article", "guide.effective-past", "guide.step-no-time",
        "guide.unit-unknown", "guide.intake-rule-unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("guide", "expected"),
    [
        (replace(FOOD, title=" "), [("guide.missing", "title")]),
        (replace(FOOD, complaints=()), [("guide.missing", "complaints")]),
        (
            replace(FOOD, version=replace(FOOD.version, effective=None)),
            [("guide.missing", "version.effective")],
        ),
        (replace(FOOD, questions=()), [("guide.missing", "questions")]),
        (replace(FOOD, places=(replace(FOOD.places[0], phone=""),)), [("guide.missing", "places.0.phone")]),
        (replace(FOOD, unit="nobody"), [("guide.unit-unknown", "unit")]),
        (replace(FOOD, unit="health-commission"), [("guide.unit-code", "codes.implementation")]),
        (
            replace(FOOD, steps=(Step("受理", "", "当场", "齐全"),)),
            [("guide.step-no-post", "steps.0.post")],
        ),
        (replace(FOOD, fee=Fee("工本费", "", "")), [("guide.fee-incomplete", "fee.standard"), ("guide.fee-incomplete", "fee.basis")]),
        (with_limits(intake_rule="own"), [("guide.intake-rule-unknown", "limits.intake_rule")]),
        (with_line(acceptance=""), [("guide.missing", "lines.0.acceptance")]),
        (with_line(material="paper"), [("guide.material-unknown", "lines.0.material")]),
        (with_line(basis="按惯例"), [("guide.line-no-basis", "lines.0.basis")]),
        (with_line(sample=""), [("guide.line-no-sample", "lines.0.sample")]),
        (with_line(originals=0), [("guide.line-copies", "lines.0.originals")]),
        (with_line(grades=frozenset()), [("guide.line-no-grades", "lines.0.grades")]),
        (with_line(1, copies=1), [("guide.line-copies-waived", "lines.1.originals")]),
        (
            with_line(1, source=LineSource.APPLICANT),
            [("guide.line-waived-source", "lines.1.source")],
        ),
        (with_line(1, issuer=""), [("guide.line-no-issuer", "lines.1.issuer")]),
        (with_line(5, condition=""), [("guide.situation-unused", "situations.0"), ("guide.line-no-condition", "lines.5.condition")]),
        (
            with_line(5, necessity=Necessity.REQUIRED),
            [("guide.line-required-conditional", "lines.5.necessity")],
        ),
        (with_line(2, necessity=Necessity.DEFERRABLE), [("guide.line-deferral", "lines.2.deferral")]),
        (with_line(2, validity_days=0), [("guide.line-validity", "lines.2.validity_days")]),
        (with_line(2, condition="moon", necessity=Necessity.CONDITIONAL), [("guide.condition-unknown", "lines.2.condition")]),
        (with_line(2, material="food-licence"), [("guide.line-circular", "lines.2.material")]),
        (with_line(4, material="business-licence"), [("guide.line-repeated", "lines.4.material")]),
        (with_line(4, id="application"), [("guide.line-repeated", "lines.4.id")]),
        (
            replace(FOOD, situations=(*FOOD.situations, Question("chain", "是否连锁？"))),
            [("guide.situation-unused", "situations.1")],
        ),
        (
            replace(FOOD, codes=replace(FOOD.codes, basic="990731001000")),
            [("item.composition", "codes.implementation"), ("guide.code-type", "codes.basic")],
        ),
    ],
)  # fmt: skip
def test_each_fault_is_found_and_nothing_else(guide, expected):
    assert new(guide) == expected


def test_all_faults_are_told_at_once():
    broken = replace(with_line(0, sample="", basis=""), title="", complaints=(), unit="")
    assert {code for code, _ in new(broken)} >= {
        "guide.missing",
        "guide.line-no-sample",
        "guide.line-no-basis",
    }
    assert len(new(broken)) == 5


LAW = Citation("食品安全法", "主席令第21号", date(2021, 4, 29), ("第三十五条",))


@pytest.mark.parametrize(
    ("law", "expected"),
    [
        (LAW, []),
        (replace(LAW, name="《中华人民共和国食品安全法》"), []),
        (replace(LAW, articles=("第一百五十五条",)), [("guide.article-unknown", "basis.0")]),
        (replace(LAW, number=""), [("guide.citation-incomplete", "basis.0.number")]),
        (replace(LAW, articles=()), [("guide.no-basis", "basis"), ("guide.no-article", "basis.0.articles")]),
        (replace(LAW, revision=date(2009, 2, 28)), [("guide.law-unknown", "basis.0")]),
        (replace(LAW, name="食品小法"), [("guide.law-unknown", "basis.0")]),
        (
            Citation("个体工商户条例", "国务院令第596号", date(2016, 2, 6), ("第八条",)),
            [("guide.law-repealed", "basis.0")],
        ),
    ],
)
def test_citations(law, expected):
    assert new(replace(FOOD, basis=(law,))) == expected


def test_law_of_a_line_is_checked_too():
    assert new(with_line(0, basis="《个体工商户条例》第八条")) == [("guide.law-repealed", "lines.0.basis")]


def test_law_not_yet_in_force_may_not_be_cited():
    later = {
        "食品安全法": (replace(statutes()["食品安全法"][0], effective=date(2027, 1, 1)),),
    }
    codes = [found.code for found in findings(replace(FOOD, basis=(LAW,)), statutes=later)]
    assert "guide.law-not-in-force" in codes
    future = replace(FOOD, basis=(LAW,), version=replace(FOOD.version, effective=date(2027, 1, 1)))
    assert "guide.law-not-in-force" not in [found.code for found in findings(future, statutes=later)]


@pytest.mark.parametrize(
    ("promised", "statutory", "expected"),
    [
        ("10个工作日", "10个工作日", []),
        ("11个工作日", "10个工作日", ["guide.promise-longer"]),
        ("5个工作日", "60日", []),
        ("90日", "2个月", ["guide.promise-longer"]),
        ("60日", "2个月", ["guide.promise-unclear"]),
        ("20个工作日", "30日", ["guide.promise-unclear"]),
        ("60个工作日", "1个月", ["guide.promise-longer"]),
        ("当场", "3个工作日", []),
        ("15个工作日", "15日", ["guide.promise-longer"]),
        ("10个工作日", "14日", ["guide.promise-unclear"]),
        ("1个月", "20个工作日", ["guide.promise-longer"]),
        ("31日", "1个月", ["guide.promise-longer"]),
    ],
)
def test_promise_stays_within_the_law(promised, statutory, expected):
    limits = with_limits(promised=Period.parse(promised), statutory=Period.parse(statutory))
    assert [code for code, _ in new(limits)] == expected


def test_longer_promise_says_how_it_was_reckoned():
    limits = with_limits(promised=Period.parse("15个工作日"), statutory=Period.parse("20日"))
    (found,) = [found for found in findings(limits) if found.code == "guide.promise-longer"]
    assert found.params == {
        "promised": "15个工作日", "statutory": "20日", "promised_days": 21, "statutory_days": 20,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fee", "expected"),
    [
        (Fee("工本费", "每证10元", "《食品安全法》第三十五条"), []),
        (Fee("工本费", "减免一半", "云发改价〔2024〕5号"), []),
        (Fee("工本费", "协商", "云发改价〔2024〕5号"), [("guide.fee-no-amount", "fee.standard")]),
        (Fee("工本费", "每证10元", "按惯例"), [("guide.fee-no-document", "fee.basis")]),
        (Fee("工本费", "每证10元", "《个体工商户条例》第八条"), [("guide.law-repealed", "fee.basis")]),
        (Fee("工本费", "每证10元", "《食品安全法》第999条"), [("guide.article-unknown", "fee.basis")]),
    ],
)
def test_fee_names_amount_and_document(fee, expected):
    assert new(replace(FOOD, fee=fee)) == expected


def test_step_gives_a_time():
    step = replace(FOOD.steps[0], limit="尽快")
    assert new(replace(FOOD, steps=(step,))) == [("guide.step-no-time", "steps.0.limit")]


def test_telephone_is_one_of_the_offices():
    phones = {place: place for place in ("0000-1000000",)}
    wrong = [found for found in findings(FOOD, phones=phones) if found.code == "guide.phone-unknown"]
    told = {found.params["phone"] for found in wrong}
    assert told
    known = phones | {phone: phone for phone in told}
    assert [each for each in findings(FOOD, phones=known) if each.code == "guide.phone-unknown"] == []
    hotline = replace(FOOD, complaints=(FOOD.complaints[0]._replace(value="拨打12345或者12388"),))
    assert [
        (found.subject, found.params["phone"])
        for found in findings(hotline, phones=known)
        if found.code == "guide.phone-unknown"
    ] == [("complaints.0.value", "12388")]


def test_result_of_another_item_is_not_brought_by_the_applicant():
    results = {"business-licence": "个体工商户设立登记"}
    assert new(FOOD, results=results) == []
    brought = with_line(1, waived=False, originals=1)
    (found,) = [each for each in findings(brought, results=results) if each.code == "guide.line-yielded"]
    assert (found.severity.value, found.subject, found.params) == (
        "warns",
        "lines.1.waived",
        {"line": FOOD.lines[1].name, "guide": "个体工商户设立登记"},
    )
    assert new(
        replace(brought, lines=(replace(brought.lines[1], inspect_original=True),)), results=results
    ) == [("guide.situation-unused", f"situations.{at}") for at in range(len(FOOD.situations))]


def test_immediate_item_is_promised_at_once():
    slow = replace(TRADER, limits=replace(TRADER.limits, promised=Period(2, Limit.WORKING_DAYS)))
    assert TRADER.item_kind is ItemKind.IMMEDIATE
    assert new(slow) == [("guide.immediate-not-at-once", "limits.promised")]


def test_limits_reach_the_clocks():
    assert FOOD.limits.for_clock() == ItemLimits(
        promised=Period(5, Limit.WORKING_DAYS), statutory=Period(10, Limit.WORKING_DAYS)
    )


periods = st.builds(
    Period, st.integers(1, 400), st.sampled_from([Limit.WORKING_DAYS, Limit.DAYS, Limit.MONTHS])
)


@given(periods, periods)
def test_unlike_units_are_never_called_safe_when_they_could_be_longer(promised, statutory):
    codes = [code for code, _ in new(with_limits(promised=promised, statutory=statutory))]
    if promised.unit is statutory.unit:
        assert codes == (["guide.promise-longer"] if promised.n > statutory.n else [])
    elif not codes:
        assert span(promised)[1] <= span(statutory)[0]


@given(periods)
def test_period_reads_back_from_its_label(period):
    assert Period.parse(period.label) == period


@pytest.mark.parametrize(
    ("guide", "expected"),
    [
        (with_line(3, name="食品安全相关材料"), [("guide.catch-all", "lines.3.name")]),
        (with_line(3, acceptance="提供审批部门要求的文件"), [("guide.discretion", "lines.3.acceptance")]),
        (with_line(1, issuer="有关部门"), [("guide.nobody", "lines.1.issuer")]),
        (replace(FOOD, conditions=("提交其他有关证明",)), [("guide.catch-all", "conditions.0")]),
        (replace(FOOD, site_check="另行通知"), [("guide.discretion", "site_check")]),
        (replace(FOOD, questions=(FOOD.questions[0]._replace(answer="视情况而定"),)), [("guide.discretion", "questions.0.answer")]),
        (replace(FOOD, result=replace(FOOD.result, sample="待补充")), [("guide.template-text", "result.sample")]),
        (replace(FOOD, places=(replace(FOOD.places[0], hours="９:00至1７:00"),)), [("guide.digit-mix", "places.0.hours")]),
        (with_line(0, fill_notes="一<br>二"), [("guide.markup", "lines.0.fill_notes")]),
        (with_line(0, name="食品经营许可\u200b申请书"), [("guide.hidden-character", "lines.0.name")]),
        (replace(FOOD, rights=("权" * 20_001,)), [("guide.field-too-long", "rights.0")]),
        (with_line(0, blank="栏目：姓名______；查几份"), []),
    ],
)  # fmt: skip
def test_open_words_and_stray_signs_are_found_in_any_field(guide, expected):
    assert new(guide) == expected


def texts_in(plain, path=()):
    if isinstance(plain, str):
        yield path
    elif isinstance(plain, dict):
        for name, part in plain.items():
            yield from texts_in(part, (*path, name))
    elif isinstance(plain, list):
        for at, part in enumerate(plain):
            yield from texts_in(part, (*path, at))


def test_no_field_of_a_guide_is_out_of_reach():
    silent = set()
    for path in texts_in(FOOD.as_dict()):
        plain = FOOD.as_dict()
        part = plain
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = "其他材料"
        try:
            spoilt = Guide.from_dict(plain)
        except ValueError:
            continue
        field = ".".join(map(str, path))
        if ("guide.catch-all", field) not in [(found.code, found.subject) for found in findings(spoilt)]:
            silent.add(str(path[-1]))
    assert silent == {"key", "unit", "fonds", "basic", "implementation", "handling", "id", "material", "intake_rule", "unit_code", "phone", "condition"}  # fmt: skip


def test_words_of_a_law_only_warn():
    quoted = replace(FOOD, basis=(replace(FOOD.basis[0], text="法律、法规规定的其他材料"), *FOOD.basis[1:]))
    assert [found.severity.value for found in findings(quoted) if found.code == "guide.catch-all"] == [
        "warns"
    ]


@pytest.mark.parametrize("key", sorted(GUIDES))
def test_plain_form_builds_the_same_guide(key):
    assert Guide.from_dict(GUIDES[key].as_dict()) == GUIDES[key]


texts = st.text(max_size=12)


@given(
    texts,
    st.booleans(),
    st.none() | st.integers(1, 999),
    st.sampled_from(MaterialForm),
    st.sampled_from(LineKind),
    st.none() | periods,
)
def test_any_guide_survives_its_plain_form(text, flag, days, form, kind, deferral):
    guide = replace(
        with_line(0, name=text, waived=flag, validity_days=days, form=form, kind=kind, deferral=deferral),
        prohibitions=(text, text),
        fee=Fee(text, text, text) if flag else None,
    )
    assert Guide.from_dict(guide.as_dict()) == guide


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain.update(colour="红"),
        lambda plain: plain.pop("title"),
        lambda plain: plain.update(title=3),
        lambda plain: plain.update(item_type="99"),
        lambda plain: plain.update(codes=[]),
    ],
)
def test_what_was_never_a_guide_is_refused(spoil):
    plain = FOOD.as_dict()
    spoil(plain)
    with pytest.raises((ValueError, TypeError)):
        Guide.from_dict(plain)


def test_articles_and_names_of_laws():
    assert article_numbers("第三十三条第一款第四项、第一百零五条和第十条、第二百条") == (33, 105, 10, 200)
    assert named_laws("《甲法》第一条；《乙法》第二条") == ("甲法", "乙法")
    assert short_name("《中华人民共和国食品安全法》") == "食品安全法"
