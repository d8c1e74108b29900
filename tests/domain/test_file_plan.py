"""Values come down the file plan, each knows from where; secrecy may rise on the way and never fall."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from records.domain.file_plan import (
    Attribute,
    Level,
    PlanRow,
    Secrecy,
    Setting,
    inherit,
    retention_settings,
    settings_for,
)
from records.domain.retention import RetentionRow, Trigger
from records.domain.vocabulary import Retention

ON = date(2026, 10, 9)
WHO = {"item": "food", "item_type": "01", "category": "ZY·SP", "fonds": "J043", "on": ON}


def test_the_nearest_level_holds_and_says_what_it_overrode():
    plan = inherit(
        [
            Setting(Level.FONDS, {Attribute.RETENTION: "D10", Attribute.OPENING: "待审"}, "全宗表"),
            Setting(Level.TYPE, {Attribute.RETENTION: "D30"}, "类型表"),
            Setting(Level.ITEM, {Attribute.RETENTION: "Y"}, "事项表"),
        ]
    )
    held = plan.values[Attribute.RETENTION]
    assert (held.value, held.level, held.source) == ("Y", Level.ITEM, "事项表")
    assert held.overridden == ((Level.FONDS, "D10", "全宗表"), (Level.TYPE, "D30", "类型表"))
    assert plan.explain() == (
        "保管期限 Y：事项（事项表）；全宗原为 D10；事项类型原为 D30",
        "开放状态 待审：全宗（全宗表）",
    )


@given(st.lists(st.sampled_from(Secrecy), min_size=1, max_size=5))
def test_secrecy_never_falls(words):
    plan = inherit([Setting(Level.ITEM, {Attribute.SECURITY: word.value}, "") for word in words])
    order = list(Secrecy)
    assert plan.value(Attribute.SECURITY) == max(words, key=order.index).value
    seen, lowered = 0, 0
    for word in words:
        lowered += order.index(word) < seen
        seen = max(seen, order.index(word))
    assert [found.code for found in plan.findings] == ["plan.confidentiality-lowered"] * lowered


def row(level, key, category="", *, approval="", fonds="*", since=date(2020, 1, 1), until=None):
    return PlanRow(level, key, fonds, key, {Attribute.CATEGORY: category}, "表", approval, since, until)


def test_only_rows_in_force_for_the_item_count_and_the_approved_come_last():
    rows = [
        row(Level.ITEM, "food", "A", approval="1号"), row(Level.FONDS, "", "B"), row(Level.TYPE, "01", "C"),
        row(Level.TYPE, "20", "D"), row(Level.CLASS, "ZY·SP", "E", fonds="J061"),
        row(Level.TYPE, "01", "F", until=date(2026, 10, 8)), row(Level.CLASS, "ZY·SP", "G", approval="1号", fonds="J043"),
    ]  # fmt: skip
    found = settings_for(rows, **WHO)
    assert [each.values[Attribute.CATEGORY] for each in found] == ["B", "C", "G", "A"]
    assert inherit(found).value(Attribute.CATEGORY) == "A"


def test_a_retention_table_is_read_from_the_fonds_to_the_item_and_for_refusals():
    def kept(item, period, trigger=Trigger.CLOSED, **more):
        return RetentionRow(item, item, "*", period, "", "", False, date(2020, 1, 1), trigger=trigger, **more)

    rows = [
        kept("food", Retention.D15, Trigger.EXPIRED), kept("", Retention.D5), kept("01", Retention.D30),
        kept("class:ZY·SP", Retention.D10), kept("01.refused", Retention.D20),
    ]  # fmt: skip
    granted = retention_settings(rows, **WHO, refused=False)
    assert [each.values[Attribute.RETENTION] for each in granted] == ["D5", "D10", "D30", "D15"]
    assert inherit(granted).value(Attribute.TRIGGER) == "expired"
    refused = retention_settings(rows[1:], **WHO, refused=True)
    assert inherit(refused).value(Attribute.RETENTION) == "D20"
