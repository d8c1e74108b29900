"""What a citizen reads of a guide (办事指南): its values in the order of the questions people ask at the counter.

``leaflet`` is the one place where the record becomes words. The page, the short version, the plain text, the kiosk and
the wall poster all print its sections, so that a field cannot be in one and missing in the other. Nothing is left
blank: what does not apply says 无.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from records.domain.centres import Centre
from records.domain.clocks import WEEKDAYS, Calendar, due
from records.domain.eligibility import batch_on
from records.domain.facts import in_one
from records.domain.guide_elements import SelfCheck
from records.domain.guide_parts import Batch, Fee, Limits, Period
from records.domain.guide_parts import Guide as Body
from records.domain.vocabulary import ItemKind, Limit
from records.i18n import _, translate

from . import leaflet_office
from .leaflet_lines import bags, brought, papers
from .leaflet_office import NO, YES
from .leaflet_parts import NOTHING, Part, Row, civil, listed, step_rows

FREE = "不收费"


@dataclass(frozen=True, slots=True)
class Section:
    """One question people ask, with everything the guide says about it."""

    key: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Leaflet:
    """Everything a channel may print of a guide on a day: head, card, today's state, sections in reading order."""

    body: Body
    unit: str
    card: tuple[Row, ...]
    now: Row | None
    zones: tuple[str, ...]
    sections: tuple[Section, ...]

    def section(self, key: str) -> Section:
        """Return the section of this key."""
        return next(section for section in self.sections if section.key == key)


def leaflet(
    body: Body, *, today: date, calendar: Calendar, centres: Mapping[str, Centre] | None = None
) -> Leaflet:
    """Return everything a guide tells, latest days reckoned as if the case were accepted today."""
    return Leaflet(
        body=body,
        unit=_unit(body),
        card=_card(body),
        now=_now(body, today=today),
        zones=tuple(zone.label for zone in body.zones),
        sections=(
            Section("bring", _("Bring along"), (*_bags(body),)),
            Section("where", _("Where and when"), (*leaflet_office.where(body, centres or {}),)),
            Section("who", _("Who can apply"), (*_who(body),)),
            Section("papers", _("The papers in full"), (*_papers(body),)),
            Section("special", _("Times that do not count"), (_special(body),)),
            Section("steps", _("How it goes"), (*_how(body),)),
            Section("time", _("How long it takes"), (_time(body.limits, today=today, calendar=calendar),)),
            Section("fee", _("What it costs"), (*_fees(body),)),
            Section("basis", _("What it is based on"), (*_basis(body),)),
            Section("result", _("What you receive"), (_result(body),)),
            Section("mistakes", _("Frequent mistakes"), (_mistakes(body),)),
            Section("answers", _("Questions and answers"), (_answers(body),)),
            Section("ask", _("Ask or complain"), (leaflet_office.ask(body),)),
            Section(
                "rights", _("Your rights, and what to do if you disagree"), (*leaflet_office.rights(body),)
            ),
            Section("item", _("About this item"), (*leaflet_office.item(body),)),
        ),
    )


def fee_word(body: Body) -> str:
    """Return in a few words what the item costs."""
    if len(body.fees) > 1:
        return translate(_("${count} charges", mapping={"count": len(body.fees)}))
    return body.fees[0].standard if body.fees else FREE


def day_word(day: date) -> str:
    """Return a day as people say it: 11月27日（周五）."""
    return f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def visits(body: Body) -> str:
    """Return how often somebody has to come, as the guide counts it; else once, because a result can be sent."""
    times = body.handling.visits
    if times is not None:
        return translate(
            _("${times} times", mapping={"times": times}) if times else _("0 times, no need to come")
        )
    once = _("Once") if body.item_kind is ItemKind.IMMEDIATE else _("Once; the result can be sent to you")
    return translate(once)


def _unit(body: Body) -> str:
    handed = body.delegation
    if handed is None:
        return body.unit_name
    both = _(
        "${handling}, for ${delegating}",
        mapping={"handling": handed.handling, "delegating": handed.delegating},
    )
    return f"{body.unit_name}（{translate(both)}）"


def _card(body: Body) -> tuple[Row, ...]:
    least, most, waived = brought(body)
    copies = str(least) if least == most else f"{least}~{most}"
    if waived:
        count = _(
            "${count} papers (${waived} need not be brought)", mapping={"count": copies, "waived": waived}
        )
    else:
        count = _("${count} papers", mapping={"count": copies})
    return (
        Row(_("For whom"), "、".join(kind.label for kind in body.audience)),
        Row(_("You bring"), translate(count)),
        Row(_("Time limit"), body.limits.promised.label),
        Row(_("Fee"), fee_word(body)),
        Row(_("Visits"), visits(body)),
        Row(_("Where"), body.places[0].window if body.places else NOTHING),
    )


def _now(body: Body, *, today: date) -> Row | None:
    """Say whether one can apply today (现在能不能办), for an item that is taken in batches only."""
    if not body.batches:
        return None
    current, following = batch_on(body, today)
    if current is not None:
        text = _("You can apply now, until ${day}.", mapping={"day": day_word(current.closes)})
        return Row("done", translate(text))
    if following is not None:
        named = {"day": civil(following.opens), "days": (following.opens - today).days}
        return Row(
            "wait", translate(_("Not now. Applications open on ${day}, in ${days} days.", mapping=named))
        )
    return Row("wrong", translate(_("Not now. The next time is not announced yet; ask before you come.")))


def _bags(body: Body) -> Iterator[Part]:
    for bag in bags(body):
        yield Part("bag", bag.papers, bag.title)


def _who(body: Body) -> Iterator[Part]:
    yield Part("texts", (body.scope or NOTHING,))
    if body.batches:
        yield Part("list", tuple(map(_batch, body.batches)), _("When applications are taken"))
    yield Part("order", body.conditions or (NOTHING,), _("Conditions"))
    if body.checks:
        yield Part("list", tuple(_check(each) for each in body.checks), _("Ask yourself first"))
    yield Part("texts", (body.exempt or NOTHING,), _("When you need not apply"))
    yield listed(body.prohibitions, _("What is forbidden"))
    yield Part("texts", (body.quantity_limit or NOTHING,), _("Limit of number"))


def _batch(batch: Batch) -> str:
    span = f"{batch.name}：{civil(batch.opens)}—{civil(batch.closes)}"
    return f"{span}（{batch.note}）" if batch.note else span


def _check(check: SelfCheck) -> str:
    further = in_one(
        (
            translate(_("yes: ${outcome}", mapping={"outcome": check.means(True).label})),
            translate(_("no: ${outcome}", mapping={"outcome": check.means(False).label})),
            check.reason,
            check.where,
            check.note,
        )
    )
    return f"{check.text}（{further}）"


def _papers(body: Body) -> Iterator[Part]:
    yield Part("papers", papers(body))
    asked = []
    for question in body.situations:
        options = in_one(
            f"{option.text}（{option.note}）" if option.note else option.text for option in question.options
        )
        asked.append("　".join(part for part in (question.text, options, question.note) if part))
    if asked:
        yield Part("list", tuple(asked), _("Questions that decide which papers you need"))


def _special(body: Body) -> Part:
    if not body.special:
        return Part("texts", (NOTHING,))
    return Part(
        "rows",
        tuple(
            Row(
                special.kind.label,
                in_one((special.note, special.period.label if special.period else "", special.basis)) + "。",
            )
            for special in body.special
        ),
    )


def _how(body: Body) -> Iterator[Part]:
    yield Part("steps", step_rows(body.steps))
    yield Part("texts", (body.site_check or NOTHING,), _("Visit on the spot"))


def _time(limits: Limits, *, today: date, calendar: Calendar) -> Part:
    rows = [
        _limit(_("Promised"), limits.promised, limits.promised_note, today=today, calendar=calendar),
        _limit(_("By law"), limits.statutory, limits.statutory_note, today=today, calendar=calendar),
        Row(_("May be extended by"), limits.extension.label if limits.extension else NOTHING),
        Row(_("Handed over within"), limits.deliver.label),
    ]
    return Part("rows", tuple(rows))


def _limit(label: str, period: Period | None, note: str, *, today: date, calendar: Calendar) -> Row:
    if period is None:
        return Row(label, in_one(("法律未规定", note)))
    found = due(today, period.n, period.unit, calendar)
    latest = translate(_("today")) if period.unit is Limit.AT_ONCE else day_word(found.due)
    said = translate(
        _("accepted on ${today}: by ${day} at the latest", mapping={"today": day_word(today), "day": latest})
    )
    if found.provisional:
        said += translate(_("(provisional: that year's holidays are not announced yet)"))
    return Row(
        label, in_one((f"{period.label}，{said}", _counted(period.unit, found.days), note), "。") + "。"
    )


def _counted(unit: Limit, days: Iterable) -> str:
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


def _fees(body: Body) -> Iterator[Part]:
    if not body.fees:
        yield Part("texts", (FREE,))
    for fee in body.fees:
        yield Part("rows", _fee(fee), fee.name if len(body.fees) > 1 else "")


def _fee(fee: Fee) -> tuple[Row, ...]:
    return (
        Row(_("What is charged"), fee.name),
        Row(_("Standard"), in_one((fee.standard, fee.unit), "，")),
        Row(_("Legal basis"), fee.basis or NOTHING),
        Row(_("Reducible"), YES if fee.reducible else NO),
        Row(_("Reduction"), fee.reduction or NOTHING),
        Row(_("Basis of the reduction"), fee.reduction_basis or NOTHING),
    )


def _basis(body: Body) -> Iterator[Part]:
    laws = tuple(
        (
            f"《{law.name}》（{'，'.join(part for part in (law.number, civil(law.revision) if law.revision else '') if part)}）"
            f"{'、'.join(law.articles)}",
            law.text,
        )
        for law in body.basis
    )
    yield Part("pairs", laws) if laws else Part("texts", (NOTHING,))
    yield listed(body.standards, _("Standards that apply"))


def _result(body: Body) -> Part:
    result = body.result
    ways = "、".join(way.label for way in result.delivery)
    return Part(
        "rows",
        (
            Row(_("You receive"), f"{result.name}（{result.kind.label}）"),
            Row(_("What it looks like"), result.sample or NOTHING),
            Row(_("Valid"), result.validity or NOTHING),
            Row(_("Renewal"), result.renewal or NOTHING),
            Row(_("Where it is valid"), result.area or NOTHING),
            Row(_("How you get it"), ways or NOTHING),
            Row(_("Type of the licence"), result.licence_code or NOTHING),
        ),
    )


def _mistakes(body: Body) -> Part:
    if not body.mistakes:
        return Part("texts", (NOTHING,))
    names = {line.id: line.name for line in body.lines}
    return Part(
        "pairs",
        tuple(
            (
                f"{names[mistake.line]}：{mistake.text}" if mistake.line in names else mistake.text,
                mistake.cure,
            )
            for mistake in body.mistakes
        ),
    )


def _answers(body: Body) -> Part:
    return Part("pairs", tuple(map(tuple, body.questions))) if body.questions else Part("texts", (NOTHING,))
