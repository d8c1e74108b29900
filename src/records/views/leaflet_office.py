"""What a leaflet says of the office (指南中的机构): where one goes, whom one asks, what one may demand, what the catalogue says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from records.domain.centres import Centre
from records.domain.guide_parts import Guide as Body
from records.domain.guide_parts import LocalSupplement, Place
from records.i18n import _, translate

from .leaflet_parts import NOTHING, Part, Row, civil, listed, step_rows

YES, NO = "是", "否"


def where(body: Body, centres: Mapping[str, Centre]) -> Iterator[Part]:
    """Yield each place with its hours, the centres nearer by, and what holds for the elderly."""
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
        yield Part("steps", step_rows(own.steps))


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


def ask(body: Body) -> Part:
    """Return every way to ask and to complain."""
    asked = [(_("Questions"), contact) for contact in body.contacts]
    asked += [(_("Complaints"), contact) for contact in body.complaints]
    return Part(
        "rows", tuple(Row(f"{translate(label)}（{contact.way}）", contact.value) for label, contact in asked)
    )


def rights(body: Body) -> Iterator[Part]:
    """Yield what an applicant may demand, and where a decision can be contested."""
    yield listed(body.rights, "")
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


def item(body: Body) -> Iterator[Part]:
    """Yield what the catalogue knows of the item: kind, codes, and how it is handled."""
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


def _handled(value: object) -> str:
    match value:
        case bool():
            return YES if value else NO
        case tuple():
            return "、".join(getattr(part, "label", str(part)) for part in value)
        case _:
            return str(getattr(value, "label", value))
