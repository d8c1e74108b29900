"""The twelve shipped guides as a set: complete, lawful by the tables, each in words of its own."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from records import rules
from records.domain.centres import centres_of, check_supplements
from records.domain.eligibility import batch_on, eligible
from records.domain.facts import facts
from records.domain.findings import blocking
from records.domain.guide_parts import LineKind
from records.domain.guides import check
from records.domain.situations import personal_list
from records.domain.statutes import StatuteStatus, check_law, named_laws, short_name
from records.exchange.guides import read_guide, shipped_guides
from records.operations import office
from records.rules import intake_rules
from records.rules.catalogue import materials, wording
from records.rules.statutes import statutes

TODAY = date(2026, 11, 21)
READ = [read_guide(text, name) for name, text in shipped_guides()]
GUIDES = [guide for guide, _ in READ]
OFFICE, _ = office.read_office(office.example(), name="yunxi.toml")
LONGEST = 20

each = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.key)


def sentences(guide):
    """The sentences of a guide, without the titles of laws."""
    for path, text in leaves(guide.as_dict(), ""):
        for sentence in re.split(r"[。；！？\n]", text):
            yield path, re.sub("《[^》]*》", "", sentence).strip()


def leaves(part, path):
    if isinstance(part, str):
        yield path, part
    for name, below in part.items() if isinstance(part, dict) else ():
        yield from leaves(below, f"{path}.{name}")
    for at, below in enumerate(part) if isinstance(part, list) else ():
        yield from leaves(below, f"{path}.{at}")


def test_there_are_twelve_and_all_are_read():
    assert (len(GUIDES), [found for _, found in READ if found]) == (12, [])


def test_no_two_guides_share_a_long_sentence():
    where = defaultdict(set)
    for guide in GUIDES:
        for _, sentence in sentences(guide):
            if len(sentence) > LONGEST:
                where[sentence].add(guide.key)
    assert {sentence: keys for sentence, keys in where.items() if len(keys) > 1} == {}


@each
def test_guide_passes_the_gate_with_the_units_of_the_demo_office(guide):
    found = check(
        guide,
        statutes=statutes(),
        materials=materials(),
        units={key: unit["credit_code"] for key, unit in OFFICE["units"].items()},
        limits=intake_rules(),
        wording=wording(),
        today=TODAY,
    )
    assert blocking(found) == ()


@each
def test_unit_fonds_and_post_exist_in_the_demo_office(guide):
    unit = OFFICE["units"][guide.unit]
    assert unit["name"] == guide.unit_name
    assert OFFICE["fonds"][guide.fonds]["unit_code"] == guide.archiving.unit_code
    assert guide.fonds in OFFICE["retention"]
    roles = {
        letter[0]
        for person in OFFICE["people"]
        for letter in person["letters"]
        if letter[1] in (guide.unit, "*")
    }
    assert roles >= {"clerk", "reviewer", "editor", "publisher", "archivist"}


@each
def test_supplements_are_of_centres_of_the_demo_office_and_ask_for_no_more(guide):
    assert check_supplements(guide, centres=centres_of(OFFICE["centres"])) == ()


def test_townships_and_villages_handle_what_they_are_entrusted_with():
    assert {
        guide.key: [own.centre for own in guide.supplements] for guide in GUIDES if guide.supplements
    } == {
        "disability-certificate": ["qingyuan", "baishi", "village-liuping"],
        "elderly-allowance": ["qingyuan", "baishi", "village-shili", "village-shanghe", "village-liuping"],
        "pension-enrolment": ["branch-insurance", "qingyuan", "baishi", "village-shili", "village-liuping"],
        "property-record-search": ["branch-property"],
        "subsistence-allowance": ["qingyuan", "baishi", "village-shili", "village-shanghe"],
    }
    assert {guide.key for guide in GUIDES if guide.delegation} == {
        "elderly-allowance", "pension-enrolment", "subsistence-allowance",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("guide", "answers", "outcome"),
    [
        ("food-business", {"farm-produce": True}, "无需办理"),
        ("food-business", {"farm-produce": False, "prepackaged": True}, "无需办理"),
        ("public-venue-hygiene", {"open-place": False, "eating-place": True}, "其他机关办理"),
        ("road-freight", {"light": True}, "无需办理"),
        ("road-freight", {"light": False, "dangerous": True}, "其他机关办理"),
        ("pension-enrolment", {"household-here": True, "sixteen": False}, "不可办"),
        ("private-kindergarten", {"training-school": True}, "其他机关办理"),
        ("marriage-record-search", {"entitled": False}, "不可办"),
        ("teacher-qualification", {"connected": True, "qualified": True, "convicted": True}, "不可办"),
    ],
)
def test_the_self_check_sends_people_where_they_belong(guide, answers, outcome):
    (body,) = [each for each in GUIDES if each.key == guide]
    assert eligible(body, answers).outcome.label == outcome


def test_teachers_apply_in_the_announced_periods_only():
    (body,) = [each for each in GUIDES if each.key == "teacher-qualification"]
    assert batch_on(body, date(2026, 11, 21))[0].name == "2026年秋季"
    current, following = batch_on(body, date(2026, 12, 5))
    assert (current, following.name) == (None, "2027年春季")
    assert all("以当年公告为准" in batch.note for batch in body.batches)


def test_a_promise_in_place_of_a_report_is_for_small_places_without_a_pool():
    (body,) = [each for each in GUIDES if each.key == "public-venue-hygiene"]
    answers = {"agent": False, "central-air": False, "commitment": True, "large-or-pool": False}

    def asked(**changed):
        listed = {line.id for line in personal_list(body, answers | changed)}
        return listed & {"hygiene-report", "commitment"}

    assert asked() == {"commitment"}
    assert asked(commitment=False) == {"hygiene-report"}
    assert asked(**{"large-or-pool": True}) == {"commitment", "hygiene-report"}


@each
def test_windows_of_the_guide_stand_in_the_hall(guide):
    hall = {window["code"] for window in OFFICE["windows"]}
    named = {code for place in guide.places for code in re.findall(r"[A-Z]\d\d", place.window)}
    assert named <= hall


@each
def test_guide_is_written_in_full(guide):
    assert len(guide.questions) >= 4
    assert all(part.strip() for part in (guide.elder.cash, guide.elder.in_person, guide.elder.agent))
    assert all(step.post and step.limit and step.standard for step in guide.steps)
    assert any(step.paper for step in guide.steps)
    assert all(line.handbook and line.basis and line.acceptance and line.grades for line in guide.lines)
    assert any(line.instructions.returns for line in guide.lines)
    assert len(guide.mistakes) == 2
    assert {mistake.line for mistake in guide.mistakes} <= {"", *(line.id for line in guide.lines)}
    assert guide.checks
    assert guide.handling.level.label == "县级"
    assert guide.handling.visits == 1
    assert guide.handling.visit_reason
    assert guide.handling.topics_person or guide.handling.topics_corporate
    assert guide.result.delivery
    for line in guide.lines:
        if line.kind is LineKind.FORM:
            assert line.blank.startswith("栏目："), line.id
            assert re.search("[填勾签写按]", line.sample), line.id
    assert guide.result.sample
    assert guide.version.notes


def test_codes_are_different_and_begin_with_the_unnamed_region():
    codes = Counter(guide.codes.basic for guide in GUIDES)
    assert set(codes.values()) == {1}
    assert all(guide.codes.implementation[2:8] == "990726" for guide in GUIDES)


@each
def test_every_law_that_is_cited_stands_in_the_table_and_is_not_repealed(guide):
    cited = {law.name for law in guide.basis} | {
        name for line in guide.lines for name in named_laws(line.basis)
    }
    for name in cited:
        rows = statutes()[short_name(name)]
        assert any(row.status is not StatuteStatus.REPEALED for row in rows), name
    for law in guide.basis:
        (row,) = [row for row in statutes()[short_name(law.name)] if row.revision == law.revision]
        assert (row.number, row.status is StatuteStatus.REPEALED) == (law.number, False)


@pytest.mark.parametrize(
    ("name", "revision", "successor"),
    [
        ("个体工商户条例", date(2016, 2, 6), "促进个体工商户发展条例"),
        ("婚姻登记条例", date(2003, 8, 8), "婚姻登记条例（国务院令第804号）"),
        ("档案法实施办法", date(2017, 3, 1), "档案法实施条例"),
    ],
)
def test_citing_a_repealed_law_is_an_error(name, revision, successor):
    (found,) = check_law(name, statutes=statutes(), subject="basis.0", revision=revision, on=TODAY)
    assert (found.code, found.severity, found.params["replaced_by"]) == (
        "guide.law-repealed",
        "blocks",
        successor,
    )


def test_a_law_that_nobody_read_is_named_for_checking_and_no_guide_tells_the_public_so():
    told = (Path(rules.__file__).parent / "SOURCES.md").read_text("utf-8")
    for guide in GUIDES:
        said = "".join(facts(guide).values())
        assert not re.search("本单位核对|凭记忆|核对后补入|未见原文|条文未读", said), guide.key
        unread = [
            law.name
            for law in guide.basis
            for row in statutes()[short_name(law.name)]
            if row.revision == law.revision and "凭记忆" in row.source
        ]
        if unread:
            assert f"| `{guide.key}` |" in told, (guide.key, unread)


def test_results_that_others_use_are_waived_there():
    results = {guide.result.material: guide.key for guide in GUIDES}
    reused = {
        (results[line.material], guide.key)
        for guide in GUIDES
        for line in guide.lines
        if line.material in results and line.waived
    }
    assert reused == {
        ("sole-trader-registration", "food-business"),
        ("sole-trader-registration", "public-venue-hygiene"),
        ("sole-trader-registration", "road-freight"),
        ("teacher-qualification", "private-kindergarten"),
    }


def test_a_result_of_a_search_for_one_purpose_is_not_used_again():
    assert materials()["property-search-result"].reuse.value == "once"
