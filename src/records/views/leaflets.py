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
from records.domain.guide_parts import Batch, Fee, Limits, LocalSupplement, Period, Place, Step
from records.domain.guide_parts import Guide as Body
from records.domain.vocabulary import ItemKind, Limit
from records.i18n import _, translate

from .leaflet_lines import NOTHING, Paper, bags, brought, papers

__all__ = [
    "NOTHING",
    "Leaflet",
    "Paper",
    "Part",
    "Row",
    "Section",
    "civil",
    "day_word",
    "fee_word",
    "leaflet",
    "visits",
]

FREE = "不收费"
YES, NO = "是", "否"


@dataclass(frozen=True, slots=True)
class Row:
    """A name and a value; ``kind`` is ``code`` for what is copied letter by letter."""

    label: str
    value: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a section: ``texts``, ``list``, ``order``, ``rows``, ``steps``, ``pairs``, ``bag`` or ``papers``."""

    kind: str
    items: tuple
    title: str = ""


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
            Section("where", _("Where and when"), (*_where(body, centres or {}),)),
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
            Section("ask", _("Ask or complain"), (_ask(body),)),
            Section("rights", _("Your rights, and what to do if you disagree"), (*_rights(body),)),
            Section("item", _("About this item"), (*_item(body),)),
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


def civil(day: date | None) -> str:
    """Return a day as it is printed: 2026年1月1日; 无 for none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else NOTHING


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


def _where(body: Body, centres: Mapping[str, Centre]) -> Iterator[Part]:
    for place in body.places:
        yield Part("rows", _place(place))
    for own in body.supplements:
        yield from _local(own, centres.get(own.centre))
    if body.delegation is not None:
        yield Part("rows", _delegation(body), _("Handled for another unit"))
    yield Part(
        "rows",
        (
            Row(_("Cash"), body.elder.cash or NOTHING),
            Row(_("Coming in person"), body.elder.in_person or NOTHING),
            Row(_("Somebody else for you"), body.elder.agent or NOTHING),
        ),
        _("For the elderly and whoever needs help"),
    )


def _place(place: Place) -> tuple[Row, ...]:
    return (
        Row(_("Place"), f"{place.name}，{place.address}"),
        Row(_("Counter"), place.window),
        Row(_("Opening hours"), place.hours),
        Row(_("Telephone"), place.phone, "code"),
    )


def _local(own: LocalSupplement, centre: Centre | None) -> Iterator[Part]:
    place = own.place or (
        Place(centre.name, centre.address, centre.name, centre.phone, own.hours or centre.hours or NOTHING)
        if centre
        else None
    )
    name = centre.name if centre else place.name if place else own.centre
    rows = list(_place(place)) if place else []
    if own.hours and (place is None or place.hours != own.hours):
        rows.append(Row(_("Opening hours there"), own.hours))
    rows += [Row(contact.way, contact.value) for contact in own.contacts]
    if own.promised:
        rows.append(Row(_("Time limit there"), own.promised.label))
    if own.note:
        rows.append(Row(_("Note"), own.note))
    yield Part("rows", tuple(rows), f"{translate(_('Nearer to you'))}：{name}（{own.level.label}）")
    if own.steps:
        yield Part("steps", _steps(own.steps))


def _delegation(body: Body) -> tuple[Row, ...]:
    handed = body.delegation
    assert handed is not None
    return (
        Row(_("Whose item it is"), handed.delegating),
        Row(_("Who handles it"), handed.handling),
        Row(_("By which document"), handed.document or NOTHING),
        Row(_("From when to when"), f"{civil(handed.since)}—{civil(handed.until)}"),
        Row(_("What is handed over"), handed.scope or NOTHING),
    )


def _who(body: Body) -> Iterator[Part]:
    yield Part("texts", (body.scope or NOTHING,))
    if body.batches:
        yield Part("list", tuple(map(_batch, body.batches)), _("When applications are taken"))
    yield Part("order", body.conditions or (NOTHING,), _("Conditions"))
    if body.checks:
        yield Part("list", tuple(_check(each) for each in body.checks), _("Ask yourself first"))
    yield Part("texts", (body.exempt or NOTHING,), _("When you need not apply"))
    yield _listed(body.prohibitions, _("What is forbidden"))
    yield Part("texts", (body.quantity_limit or NOTHING,), _("Limit of number"))


def _batch(batch: Batch) -> str:
    span = f"{batch.name}：{civil(batch.opens)}—{civil(batch.closes)}"
    return f"{span}（{batch.note}）" if batch.note else span


def _check(check) -> str:
    further = "；".join(
        part
        for part in (
            translate(_("yes: ${outcome}", mapping={"outcome": check.means(True).label})),
            translate(_("no: ${outcome}", mapping={"outcome": check.means(False).label})),
            check.reason,
            check.where,
            check.note,
        )
        if part
    )
    return f"{check.text}（{further}）"


def _papers(body: Body) -> Iterator[Part]:
    yield Part("papers", papers(body))
    asked = []
    for question in body.situations:
        options = "；".join(
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
                "；".join(
                    part.rstrip("。")
                    for part in (special.note, special.period.label if special.period else "", special.basis)
                    if part
                )
                + "。",
            )
            for special in body.special
        ),
    )


def _how(body: Body) -> Iterator[Part]:
    yield Part("steps", _steps(body.steps))
    yield Part("texts", (body.site_check or NOTHING,), _("Visit on the spot"))


def _steps(steps: Iterable[Step]) -> tuple[Row, ...]:
    return tuple(
        Row(
            step.name,
            f"{step.post}，{step.limit}。{step.standard.rstrip('。')}。{f'出具{step.paper}。' if step.paper else ''}",
        )
        for step in steps
    )


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
        return Row(label, "；".join(part for part in ("法律未规定", note) if part))
    found = due(today, period.n, period.unit, calendar)
    latest = translate(_("today")) if period.unit is Limit.AT_ONCE else day_word(found.due)
    said = translate(
        _("accepted on ${today}: by ${day} at the latest", mapping={"today": day_word(today), "day": latest})
    )
    if found.provisional:
        said += translate(_("(provisional: that year's holidays are not announced yet)"))
    parts = (f"{period.label}，{said}", _counted(period.unit, found.days).rstrip("。"), note)
    return Row(label, "。".join(part for part in parts if part))


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
        Row(_("Standard"), "，".join(part for part in (fee.standard, fee.unit) if part)),
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
    yield _listed(body.standards, _("Standards that apply"))


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


def _ask(body: Body) -> Part:
    asked = [(_("Questions"), contact) for contact in body.contacts]
    asked += [(_("Complaints"), contact) for contact in body.complaints]
    return Part(
        "rows", tuple(Row(f"{translate(label)}（{contact.way}）", contact.value) for label, contact in asked)
    )


def _rights(body: Body) -> Iterator[Part]:
    yield _listed(body.rights, "")
    remedies = body.remedies
    first, second = remedies.reconsideration_limit.label, remedies.litigation_limit.label
    yield Part(
        "rows",
        (
            Row(_("Administrative reconsideration"), f"{remedies.reconsideration}（{first}内）"),
            Row(_("Lawsuit"), f"{remedies.litigation}（{second}内）"),
        ),
    )


#: The basic elements in the order of the implementation list, with the words a citizen reads.
HANDLING = (
    ("level", _("Level of government")), ("power", _("Source of the power")), ("organ_nature", _("Nature of the organ")),
    ("entrusting", _("Entrusted by")), ("way", _("Way of handling")), ("accepting", _("Accepted by")),
    ("deciding", _("Decided by")), ("review", _("Kind of review")), ("forms", _("Ways to apply")),
    ("visits", _("Visits")), ("visit_reason", _("Why somebody must come")), ("online_depth", _("Depth online")),
    ("online_address", _("Address online")), ("mobile_address", _("Address for telephones")),
    ("reach", _("Any counter within")), ("joint", _("Handled together with")), ("intermediaries", _("Intermediaries")),
    ("in_hall", _("In the hall")), ("appointment", _("By appointment")), ("express", _("By post")),
    ("terminal", _("At the machine")), ("online_payment", _("Paid online")), ("topics_person", _("Themes for people")),
    ("topics_corporate", _("Themes for organisations")), ("town", _("Town")), ("town_code", _("Code of the town")),
    ("village", _("Village")), ("village_code", _("Code of the village")), ("progress", _("Where to ask how it stands")),
)  # fmt: skip


def _item(body: Body) -> Iterator[Part]:
    codes = (
        Row(_("Basic code"), body.codes.basic, "code"),
        Row(_("Implementation code"), body.codes.implementation, "code"),
        Row(_("Handling code"), body.codes.handling, "code"),
        Row(_("Local basic code"), body.codes.local_basic, "code"),
        Row(_("Local implementation code"), body.codes.local_implementation, "code"),
    )
    told, untold = [], []
    for name, label in HANDLING:
        value = getattr(body.handling, name)
        if value in (None, "", ()):
            untold.append(translate(label))
        else:
            told.append(Row(label, _handled(value)))
    yield Part(
        "rows",
        (
            Row(_("Department"), body.unit_name),
            Row(_("For whom"), "、".join(kind.label for kind in body.audience)),
            Row(_("Kind of item"), f"{body.item_type.label}，{body.item_kind.label}"),
            Row(_("Accepted in"), body.acceptance.label),
            Row(_("On the lists for"), "、".join(zone.label for zone in body.zones) or NOTHING),
            *(row for row in codes if row.value),
            *told,
            *((Row(_("Not stated"), "、".join(untold)),) if told and untold else ()),
        ),
    )


def _listed(texts: tuple[str, ...], title: str) -> Part:
    return Part("list", texts, title) if texts else Part("texts", (NOTHING,), title)


def _handled(value: object) -> str:
    match value:
        case bool():
            return YES if value else NO
        case tuple():
            return "、".join(getattr(part, "label", str(part)) for part in value)
        case _:
            return str(getattr(value, "label", value))
