import pytest
from hypothesis import HealthCheck, given, settings

from records.domain.conditions import Operator, Test
from records.domain.one_things import OneThing, Part
from records.exchange.one_things import read_one_thing, shipped_one_things, write_one_thing

from .arbitrary import anything

TEXTS = dict(shipped_one_things())
RESTAURANT = TEXTS["open-restaurant.yaml"]


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_shipped_package_is_named_after_its_key_and_reads_back(name):
    one_thing, found = read_one_thing(TEXTS[name], name)
    assert (found, one_thing.key + ".yaml") == ((), name)
    assert read_one_thing(write_one_thing(one_thing), name) == (one_thing, ())


def test_parts_are_read_as_they_were_written():
    one_thing, _ = read_one_thing(
        RESTAURANT.replace("情形: also-venue", "情形: {问题: also-venue, 不是: 否}"), "r.yaml"
    )
    assert one_thing.parts[2] == Part(
        "public-venue-hygiene", ("sole-trader-registration",), Test("also-venue", Operator.NOT, ("no",))
    )


def test_unknown_keys_are_told_with_their_line():
    text = RESTAURANT.replace("    在后: [sole-trader-registration]\n    情形", "    之后: []\n    情形")
    one_thing, found = read_one_thing(text, "r.yaml")
    assert one_thing is None
    assert [(one.finding.code, one.line, one.field) for one in found] == [
        ("guide.yaml-unknown-key", text[: text.index("    之后")].count("\n") + 1, "事项[3].之后")
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(anything(OneThing))
def test_any_package_survives_writing_and_reading(one_thing):
    assert read_one_thing(write_one_thing(one_thing), "p.yaml") == (one_thing, ())
