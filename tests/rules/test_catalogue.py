from datetime import date

import pytest

from records.domain.guides import LineKind
from records.domain.materials import Sensitivity
from records.domain.statutes import StatuteStatus
from records.domain.vocabulary import Grade, ReuseClass
from records.exchange.guides import read_guide, shipped_guides
from records.rules.catalogue import material_named, materials
from records.rules.statutes import statutes

GUIDES = [read_guide(text, name)[0] for name, text in shipped_guides()]


def test_identity_card_is_sensitive_and_known_by_its_curated_names_only():
    card = materials()["identity-card"]
    assert (card.sensitivity, card.reuse, card.identity) == (
        Sensitivity.SENSITIVE,
        ReuseClass.REUSABLE,
        frozenset({"number", "issuer", "issued_on"}),
    )
    assert material_named("身份证") == material_named(" 居民身份证") == card
    assert material_named("身份证明") is None


def test_full_width_brackets_do_not_make_another_name():
    assert material_named("卫生许可证(公共场所)") == materials()["public-venue-licence"]


def test_hygiene_report_is_good_for_a_year():
    assert materials()["hygiene-report"].validity_days == 365


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.key)
def test_lines_of_the_guides_agree_with_the_catalogue(guide):
    for line in guide.lines:
        standard = materials()[line.material]
        assert line.grades <= standard.grades
        if line.kind is LineKind.FORM:
            assert standard.reuse is ReuseClass.ONCE
            assert line.grades == {Grade.D}
    assert guide.result.material in materials()


def test_result_of_the_registration_is_waived_in_the_other_guides():
    by_key = {guide.key: guide for guide in GUIDES}
    assert by_key["sole-trader-registration"].result.material == "business-licence"
    for key in ("food-business", "public-venue-hygiene"):
        (line,) = [line for line in by_key[key].lines if line.material == "business-licence"]
        assert line.waived


def test_repealed_law_names_its_successor():
    (law,) = statutes()["个体工商户条例"]
    assert (law.status, law.replaced_by) == (StatuteStatus.REPEALED, "促进个体工商户发展条例")


def test_law_with_two_revisions_keeps_both():
    assert [(law.revision, law.status) for law in statutes()["婚姻登记条例"]] == [
        (date(2003, 8, 8), StatuteStatus.REPEALED),
        (date(2025, 4, 6), StatuteStatus.UNCHECKED),
    ]


def test_every_law_says_where_it_was_looked_up():
    assert [law.name for laws in statutes().values() for law in laws if not law.source] == []
