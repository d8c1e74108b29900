"""Items as the checks would have passed them, for tests of order and shelves: described, waiting, coded."""

from __future__ import annotations

from records.domain.arrangement import search_key
from records.indexes import keys
from records.operations import numbering, volumes
from records.operations.acts import leave_trace, register
from records.resources.archives import ArchivedItem
from tests.office import ARCHIVIST, Office

FONDS, NUMBER = "market-regulation", "J043"


def waiting(office: Office, title: str, **described: object) -> str:
    """Describe an item that waits for its code, and return its id."""

    def deed(act):
        item = ArchivedItem()
        item.fonds = item.unit = FONDS
        item.category, item.year, item.retention, item.title = "ZY·SP", 2026, "D10", title
        item.applicant_name = title
        for name, value in described.items():
            setattr(item, name, value)
        register(act, item)
        leave_trace(act, "archive.arrange", item, unit=item.unit)
        return item

    return office.do(ARCHIVIST, deed)


def coded(office: Office, item: str, *, pages: int = 10, carrier: str = "both") -> str:
    """Give a waiting item its code as the registration does, and return the code."""
    volumes.prepare(office.services, item)

    def deed(act):
        record = act.site.archives[item]
        coming = numbering.next_code(act.site, record)
        assert numbering.take(act, record, coming, pages=pages)
        keys.claim(act.site, keys.compose("archival-code", search_key(record.code)), item)
        record.state, record.archived_at, record.carrier = "archived", act.at, carrier
        leave_trace(act, "archive.register", record, unit=record.unit)
        return record.code

    return office.do(ARCHIVIST, deed)


def filed(
    office: Office, title: str, *, pages: int = 10, carrier: str = "both", **described: object
) -> tuple[str, str]:
    """Describe an item and register it; return its id and its code."""
    item = waiting(office, title, **described)
    return item, coded(office, item, pages=pages, carrier=carrier)


def to_item(item: str, operation, **values: object):
    """Return the deed of one operation on an item."""
    return lambda act: operation(act, act.site.archives[item], **values)


def to_box(box: str, operation, **values: object):
    """Return the deed of one operation on a box."""
    return lambda act: operation(act, act.site.boxes[box], **values)


def to_volume(volume: str, operation, **values: object):
    """Return the deed of one operation on a volume."""
    return lambda act: operation(act, act.site.volumes[volume], **values)
