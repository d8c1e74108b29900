"""Dossiers (办件): one application for one item, from the counter to the archive."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Dossier(Record):
    """One case: whose, for what, by which version of the guide, and all that happened to it.

    ``entries`` are the files on its lines, each ``(line, material id, digest, how, at, by, note)`` with ``how``
    one of submitted, reused, volunteered, fetched; a material of several files has one entry for each, in order.
    ``agent_id`` is the file of who acts for the applicant, ``members`` those of the family it names, each ``(applicant id,
    relation)``. ``separated`` are papers that turned out to be somebody else's, each ``(line, material id, at, by, why)``. ``fallen`` are the lines whose material was found to hold no
    longer, each ``(line, material id, code)``. ``events`` are ``(event, at, by, note)``.
    ``course`` is the first case of the matter this one belongs to (一件事、上报件). ``judged`` keeps what each line was judged
    from, ``(line, material id, at, text)``; ``looks`` are second looks at overrides, ``(line, by, at)``; ``online`` are the
    lines handed in online; ``promises`` those promised in writing, ``(line, at, by)``. ``pulls`` are pages taken from the
    archives, ``(line, item, digest, first, last, purpose, concerns, described, by, at, outcome)``: the outcome is owed, the code of
    a finding or a material's id, ``described`` is number, issuer, day of issue and last day. ``referrals`` are those to a higher organ (上报),
    each a row of :class:`records.domain.referrals.Referral`. Days are civil days at +08:00,
    instants are UTC.
    """

    kind: ClassVar[str] = "dossier"
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"channel"}
    code = ""
    inquiry_code = ""
    applicant = ""
    agent = ""
    guide = ""
    guide_version = 0
    unit = ""
    fonds = ""
    item_kind = ""
    state = "draft"
    channel = "counter"
    situation: tuple[tuple[str, bool | str | tuple[str, ...]], ...] = ()
    entries: tuple[tuple, ...] = ()
    overrides: tuple[tuple, ...] = ()
    told: tuple[str, ...] = ()
    told_at = None
    gaps: tuple[tuple[str, str, str], ...] = ()
    received_at = None
    received_by = ""
    accepted_at = None
    accepted_by = ""
    deemed = False
    statutory_due = None
    promised_due = None
    due_provisional = False
    declined: tuple[str, ...] = ()
    outcome = ""
    decided_at = None
    decided_by = ""
    reasons = ""
    result_material = ""
    result_number = ""
    result_digest = ""
    result_valid_until = None
    result_electronic = False
    delivered_at = None
    delivered_by = ""
    delivery: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    archived_item = ""
    events: tuple[tuple, ...] = ()
    agent_id = ""
    members: tuple[tuple[str, str], ...] = ()
    separated: tuple[tuple[str, str, object, str, str], ...] = ()
    fallen: tuple[tuple[str, str, str], ...] = ()
    course = ""
    judged: tuple[tuple[str, str, object, str], ...] = ()
    looks: tuple[tuple[str, str, object], ...] = ()
    online: tuple[str, ...] = ()
    promises: tuple[tuple[str, object, str], ...] = ()
    pulls: tuple[tuple, ...] = ()
    referrals: tuple[tuple, ...] = ()


class Dossiers(Folder):
    """All dossiers of the site, by id."""
