"""Archived items (归档件): a closed case frozen into its fonds; content and description never change (I9)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from .base import Folder, Record


class ArchivedItem(Record):
    """One item of a fonds: 档号, description, retention, the digest of its manifest and the report of its checks.

    ``plan`` is the package's plan as canonical JSON, frozen with the act; ``manifest`` the digest of the frozen
    manifest in the content store, empty until the package has passed its checks.

    Content and description stand still from registration on (I9). What happens to the item later stands beside them:
    ``steps`` are the steps of archiving ``(step, at, by, result, note)``; ``management`` what was done with it since,
    ``(event, at, by, reference, note)``; ``holds`` the ids of the legal holds on it; ``relations`` ``(kind, item id)``
    of linked items; of a destroyed item a tombstone stays, ``destruction_list`` names its list and ``destroyed_on`` the day;
    ``due_on`` the last day of its period as appraisal has extended it, ``expires_on`` as archived.

    Until it is registered ``rank`` is its place among the waiting items of its class (0: in the order they came) and ``unit_code`` an organ code other than
    its guide's. ``box`` and ``volume`` are ids; ``carrier`` says whether paper is kept as well, ``paper_place`` where it lies when
    not in a box; ``archives_number`` is the 馆编件号 that the receiving archives gave beside the code of the office.

    ``handed_by`` prepared the package for the archives, ``received_by`` received it; ``listed_papers`` is the digest of the list
    it was handed over with, ``defects`` are the reasons of the last return ``(code, note)``. ``trigger`` is the event from which
    the period runs, ``trigger_on`` its day once it is known; ``explained`` says where each value comes from. ``paper`` is
    what an item that continues another consists of: ``(kind, title, number, day, digest, sm3, size, media type, pages)``.

    ``opinion`` is the last opening review as the domain stores it; ``delayed`` is ``(until, consent, why)`` of a transfer put off.
    Of a transferred item ``transfer`` is the id of the transfer, ``transferred_on`` the day of the receipt and ``copy_until``
    the last day on which the full copy has to stay here.

    ``looks`` are what people said who looked at what no program can judge, ``(check, at, by, in order, note)``; ``rechecked``
    is the report of the last checking in keeping; ``trail`` are the numbers of the audit entries about the item.
    """

    kind: ClassVar[str] = "archive"
    code = ""
    provisional_code = ""
    dossier = ""
    dossier_code = ""
    applicant = ""
    applicant_name = ""
    title = ""
    fonds = ""
    unit = ""
    category = ""
    year = 0
    retention = ""
    retention_basis = ""
    expires_on = None
    plan = ""
    manifest = ""
    package_digest = ""
    report = ""
    state = "pending"
    archived_at = None
    archived_by = ""
    document_count = 0
    byte_count = 0
    steps: tuple[tuple[str, object, str, str, str], ...] = ()
    management: tuple[tuple[str, object, str, str, str], ...] = ()
    holds: tuple[str, ...] = ()
    relations: tuple[tuple[str, str], ...] = ()
    due_on = None
    destruction_list = ""
    destroyed_on = None
    box = ""
    volume = ""
    rank = 0
    unit_code = ""
    archives_number = ""
    carrier = ""
    paper_place = ""
    page_count = 0
    handed_by = ""
    received_by = ""
    listed_papers = ""
    defects: tuple[tuple[str, str], ...] = ()
    trigger = "closed"
    trigger_on = None
    security = "内部"
    opening = "待审"
    explained: tuple[str, ...] = ()
    paper: tuple = ()
    looks: tuple[tuple[str, object, str, bool, str], ...] = ()
    rechecked = ""
    trail: tuple[int, ...] = ()
    opinion: tuple = ()
    delayed: tuple = ()
    transfer = ""
    transferred_on = None
    copy_until = None

    #: The audit log tells what was done to an item; where it tells it is no part of what the item is.
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"trail"}

    @property
    def ends(self) -> date | None:
        """The last day of its period as appraisal extended it; of a transferred item the last day of its copy here."""
        if self.state == "transferred":
            return self.copy_until
        return self.due_on or self.expires_on


class Archives(Folder):
    """All archived items of the site, by id."""
