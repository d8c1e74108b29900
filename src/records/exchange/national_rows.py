"""Guides as rows of the national list (实施清单), in the form in which lists are brought."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from records.domain.guide_parts import Guide
from records.rules import national


def rows_of(guide: Guide, *, credit_code: str) -> dict[str, list[dict[str, object]]]:
    """Return a guide as rows by national name; closed lists in their words, which every reader knows."""
    link = {"task_code": guide.codes.implementation, "task_handle_item": guide.codes.handling}
    found: dict[str, list[dict[str, object]]] = {
        "general": [dict(_cells(guide, "general"))],
        "extend": [link | dict(_cells(guide, "extend"))],
    }
    general = found["general"][0]
    general |= {
        "row_guid": guide.key, "dept_code": credit_code, "task_state": "在用", "is_fee": "是" if guide.fees else "否",
        "special_procedure": "\n".join(f"{each.kind.label}：{each.note}" for each in guide.special) or "无",
        "by_law": "\n".join(f"《{law.name}》" + (f"（{law.number}）" if law.number else "") + "、".join(law.articles) for law in guide.basis),
        "handle_flow": "\n".join(step.name for step in guide.steps),
    }  # fmt: skip
    for ours, name in (("statutory", "anticipate"), ("promised", "promise")):
        period = getattr(guide.limits, ours)
        if period is not None:
            unit = national.label_of("limit-unit", period.unit.value)
            general |= {f"{name}_day": period.n, f"{name}_type": unit}
    for table, parts in (
        ("material", guide.lines), ("basis", guide.basis), ("step", guide.steps), ("question", guide.questions),
        ("fee", guide.fees), ("window", guide.places),
    ):  # fmt: skip
        found[table] = [link | dict(_cells(part, table)) for part in parts]
    return found


def _cells(part: Any, table: str) -> Iterator[tuple[str, object]]:
    for column in national.columns()[table].values():
        if not column.field:
            continue
        value = part
        for name in column.field.split("."):
            value = getattr(value, name)
        if value is not None and value != () and value != "":
            yield column.name, _written(column, value)


def _written(column: national.Column, value: Any) -> object:
    match column.kind:
        case "term":
            return national.label_of(column.codes, value.value)
        case "terms":
            return "、".join(national.label_of(column.codes, each.value) for each in value)
        case "yes-no":
            return "是" if value else "否"
        case "paragraphs":
            return "\n".join(value)
        case "words":
            return "、".join(value)
        case "contacts":
            return "\n".join(f"{contact.way}：{contact.value}" for contact in value)
        case "period":
            return value.label
        case "day":
            return value.isoformat() if isinstance(value, date) else value
    return value
