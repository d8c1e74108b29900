"""What a citizen reads of a guide (办事指南页): its values in the order of the questions people ask at the counter.

One function serves the public page, the permanent address of an edition and the preview of a draft, so that what is
reviewed is what is read. Nothing is left blank: what does not apply says 无.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from records.domain.clocks import WEEKDAYS, Calendar, due
from records.domain.guide_parts import Guide as Body
from records.domain.guide_parts import Limits, Line, LineSource, Period
from records.domain.vocabulary import ItemKind, Limit, Necessity
from records.i18n import _, translate

NOTHING = "无"
FREE = "不收费"


def leaflet(body: Body, *, today: date, calendar: Calendar) -> dict[str, object]:
    """Return everything the page of a guide shows, latest days reckoned as if the case were accepted today."""
    return {
        "body": body,
        "facts": _facts(body),
        "groups": _groups(body),
        "steps": _steps(body),
        "limits": _limits(body.limits, today=today, calendar=calendar),
        "fee": _fee(body),
        "result": _result(body),
        "basis": [
            (f"《{law.name}》（{law.number}）", "、".join(law.articles) or NOTHING, law.text)
            for law in body.basis
        ],
        "remedies": _remedies(body),
        "elder": [
            {"label": _("Cash"), "value": body.elder.cash},
            {"label": _("Coming in person"), "value": body.elder.in_person},
            {"label": _("Somebody else for you"), "value": body.elder.agent},
        ],
        "special": [f"{special.kind.label}：{special.note}" for special in body.special],
        "site_check": body.site_check or NOTHING,
        "exempt": body.exempt or NOTHING,
        "prohibitions": body.prohibitions or (NOTHING,),
        "codes": [
            {"label": _("Basic code"), "value": body.codes.basic, "kind": "code"},
            {"label": _("Implementation code"), "value": body.codes.implementation, "kind": "code"},
            {"label": _("Handling code"), "value": body.codes.handling, "kind": "code"},
            {"label": _("Kind of item"), "value": f"{body.item_type.label}，{body.item_kind.label}"},
            {"label": _("Accepted in"), "value": body.acceptance.label},
            {"label": _("Limit of number"), "value": body.quantity_limit or NOTHING},
        ],
    }


def fee_word(body: Body) -> str:
    """Return in a few words what the item costs."""
    return FREE if body.fee is None else body.fee.standard


def day_word(day: date) -> str:
    """Return a day as people say it: 11月27日（周五）."""
    return f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def _facts(body: Body) -> list[dict[str, str]]:
    brought = [line for line in body.lines if not line.waived]
    always = sum(not line.condition for line in brought)
    copies = str(always) if always == len(brought) else f"{always}~{len(brought)}"
    waived = len(body.lines) - len(brought)
    place = body.places[0] if body.places else None
    return [
        {"label": _("For whom"), "value": "、".join(kind.label for kind in body.audience)},
        {
            "label": _("You bring"),
            "value": _("${count} papers", mapping={"count": copies})
            if not waived
            else _(
                "${count} papers (${waived} need not be brought)", mapping={"count": copies, "waived": waived}
            ),
        },
        {"label": _("Time limit"), "value": body.limits.promised.label},
        {"label": _("Fee"), "value": fee_word(body)},
        {"label": _("Visits"), "value": visits(body)},
        {"label": _("Where"), "value": place.window if place else NOTHING},
    ]


def visits(body: Body) -> str:
    """Return how often somebody has to come: once, because a result that is not given at once can be sent."""
    once = _("Once") if body.item_kind is ItemKind.IMMEDIATE else _("Once; the result can be sent to you")
    return translate(once)


def _groups(body: Body) -> list[dict[str, object]]:
    """Return the materials as people pack them: always, in certain situations, and what the office fetches itself."""
    questions = {question.key: question.text for question in body.situations}
    always = [line for line in body.lines if not line.condition and not line.waived]
    groups = [{"title": _("Bring these"), "question": "", "rows": [_row(line) for line in always]}]
    for key, text in questions.items():
        rows = [_row(line) for line in body.lines if line.condition == key and not line.waived]
        if rows:
            groups.append({"title": _("Only if the answer is yes"), "question": text, "rows": rows})
    waived = [_row(line) for line in body.lines if line.waived]
    if waived:
        groups.append(
            {"title": _("Do not bring these: the office fetches them"), "question": "", "rows": waived}
        )
    return groups


def _row(line: Line) -> dict[str, object]:
    necessity = line.necessity.label
    if line.necessity is Necessity.DEFERRABLE and line.deferral:
        necessity = translate(
            _("May be handed in later: ask at the counter, then bring it within ${period}", mapping={"period": line.deferral.label})
        )  # fmt: skip
    return {
        "id": line.id,
        "number": line.position,
        "name": line.name,
        "waived": line.waived,
        "wants": line.acceptance,
        "notes": line.fill_notes,
        "blank": line.blank,
        "sample": line.sample,
        "copies": _copies(line),
        "form": line.form.label,
        "necessity": necessity,
        "issuer": line.issuer or line.source.label,
        "from_organ": line.source is LineSource.ORGAN,
        "validity": line.validity or NOTHING,
        "basis": line.basis or NOTHING,
        "inspect": line.inspect_original,
    }


def _copies(line: Line) -> str:
    if line.waived:
        return NOTHING
    parts = []
    if line.originals:
        parts.append(translate(_("${count} original(s)", mapping={"count": line.originals})))
    if line.copies:
        parts.append(translate(_("${count} copy/copies", mapping={"count": line.copies})))
    return "，".join(parts) or line.form.label


def _steps(body: Body) -> list[dict[str, str]]:
    steps = []
    for step in body.steps:
        text = f"{step.post}，{step.limit}。{step.standard.rstrip('。')}。"
        steps.append({"name": step.name, "text": f"{text}{'出具' + step.paper + '。' if step.paper else ''}"})
    return steps


def _limits(limits: Limits, *, today: date, calendar: Calendar) -> list[dict[str, object]]:
    rows = [(_("Promised"), limits.promised), (_("By law"), limits.statutory)]
    return [_limit(label, period, today=today, calendar=calendar) for label, period in rows]


def _limit(label: str, period: Period | None, *, today: date, calendar: Calendar) -> dict[str, object]:
    if period is None:
        return {"label": label, "period": "法律未规定", "latest": "", "provisional": False, "counted": ""}
    found = due(today, period.n, period.unit, calendar)
    return {
        "label": label,
        "period": period.label,
        "latest": translate(_("today")) if period.unit is Limit.AT_ONCE else day_word(found.due),
        "provisional": found.provisional,
        "counted": _counted(period.unit, found.days),
    }


def _counted(unit: Limit, days: Sequence) -> str:
    """Return in a sentence how the days were counted, naming the days off that were skipped."""
    if unit is Limit.AT_ONCE:
        return translate(_("Done while you wait."))
    if unit is not Limit.WORKING_DAYS:
        return translate(
            _(
                "Every day counts, the day of acceptance does not; a last day off moves to the next working day."
            )
        )
    skipped = [day for day in days if not day.counts]
    holidays = dict.fromkeys(day.why for day in skipped if day.why.endswith("放假"))
    text = translate(
        _(
            "The day of acceptance does not count; ${count} days off in between do not count.",
            mapping={"count": len(skipped)},
        )
    )
    return f"{text}（{'、'.join(holidays)}）" if holidays else text


def _fee(body: Body) -> list[dict[str, str]]:
    if body.fee is None:
        return [{"label": _("Fee"), "value": FREE}]
    return [
        {"label": _("What is charged"), "value": body.fee.name},
        {"label": _("Standard"), "value": body.fee.standard},
        {"label": _("Legal basis"), "value": body.fee.basis},
        {"label": _("Reduction"), "value": body.fee.reduction or NOTHING},
    ]


def _result(body: Body) -> list[dict[str, str]]:
    return [
        {"label": _("You receive"), "value": f"{body.result.name}（{body.result.kind.label}）"},
        {"label": _("Valid"), "value": body.result.validity or NOTHING},
        {"label": _("What it looks like"), "value": body.result.sample or NOTHING},
        {"label": _("Handed over within"), "value": body.limits.deliver.label},
    ]


def _remedies(body: Body) -> list[dict[str, str]]:
    remedies = body.remedies
    return [
        {
            "label": _("Administrative reconsideration"),
            "value": f"{remedies.reconsideration}（{remedies.reconsideration_limit.label}内）",
        },
        {"label": _("Lawsuit"), "value": f"{remedies.litigation}（{remedies.litigation_limit.label}内）"},
    ]


def differences(old: Mapping[str, object], new: Mapping[str, object]) -> list[dict[str, str]]:
    """Return what differs between two editions as plain values, field by field: path, before and after."""
    before, after = dict(_flat(old, "")), dict(_flat(new, ""))
    return [
        {"field": path, "before": before.get(path, ""), "after": after.get(path, "")}
        for path in dict.fromkeys((*before, *after))
        if before.get(path) != after.get(path)
    ]


def _flat(value: object, path: str) -> Iterable[tuple[str, str]]:
    match value:
        case Mapping():
            for name, part in value.items():
                yield from _flat(part, f"{path}.{name}" if path else str(name))
        case list() | tuple():
            for at, part in enumerate(value):
                # A line keeps its own name through insertions before it.
                name = part.get("id") or part.get("key") if isinstance(part, Mapping) else None
                yield from _flat(part, f"{path}.{name or at + 1}")
        case None:
            yield path, NOTHING
        case bool():
            yield path, "是" if value else "否"
        case _:
            yield path, str(value)
