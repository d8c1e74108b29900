"""Use of archives (档案利用): requests with all that was granted and done, the papers made out, and the seals' images."""

from __future__ import annotations

from typing import ClassVar

from pyramid.authorization import DENY_ALL

from .base import Record, UnitFolder, access_list


class OfUnit(Record):
    """A record whose rights are those of its own unit alone: what its folder lets others do ends here."""

    unit = ""
    state = ""

    def __acl__(self) -> tuple[tuple[str, str, object], ...]:
        """Return what the matrix allows in this unit and state; the folder, which opens to any unit, is not asked."""
        return (*access_list(self.unit, self.state), DENY_ALL)


class UseRequest(OfUnit):
    """One line of the register of use (利用登记): who wants what for which purpose, who granted it, what came of it.

    ``items`` are ids of archived items of one fonds; ``sought`` what was looked for in words. The reader's number and telephone are sealed, only
    their masks are readable. ``readings`` are electronic loans ``(opened, by, until, ended, ended by)``; ``loans`` paper
    loans ``(item, at, by, until, returned, returned by, note)``; ``reminders`` of overdue paper ``(at, by, how, items)``; ``papers`` the ids of the papers made out; ``effects`` what
    the use led to, ``(at, by, text)``. ``consent`` is the letter by which the creating unit agreed.
    """

    kind: ClassVar[str] = "use"
    code = ""
    fonds = ""
    unit = ""
    state = "requested"
    requested_by = ""
    reader = ""
    reader_unit = ""
    number_sealed = b""
    number_masked = ""
    phone_sealed = b""
    phone_masked = ""
    purpose = "work"
    purpose_note = ""
    ways: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    sought = ""
    decided_by = ""
    decided_at = None
    decision = ""
    consent = ""
    readings: tuple[tuple, ...] = ()
    loans: tuple[tuple, ...] = ()
    reminders: tuple[tuple, ...] = ()
    papers: tuple[str, ...] = ()
    effects: tuple[tuple[object, str, str], ...] = ()
    closed_by = ""
    closed_at = None
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"number_sealed", "phone_sealed"}


class Uses(UnitFolder):
    """All requests of the site, by id."""


class UsePaper(OfUnit):
    """A numbered paper that a use led to (利用文书): a stamped copy, a certificate, or word that nothing was found.

    Its bytes lie in the content store under ``digest`` where ``stored`` says so; of older ones they are made anew and have to
    be the same. ``facts_sealed`` is what it says beside the
    item, as JSON: unit, reader, purpose, who made it out, the text of a certificate or what was searched; ``paper`` and ``pages`` say what was
    copied, ``copies`` how many sheets of each. ``seal`` is the image that was used, empty where the seal is set by hand.
    ``state`` is owed, made, void, or destroyed with its item; ``why`` the code of what was found when it could not be made.
    """

    kind: ClassVar[str] = "usepaper"
    paper_kind = "copy"
    code = ""
    use = ""
    unit = ""
    state = "owed"
    why = ""
    item = ""
    paper = 0
    pages: tuple[int, ...] = ()
    copies = 1
    facts_sealed = b""
    seal = ""
    made_by = ""
    verify_code = ""
    url = ""
    digest = ""
    size = 0
    stored = False
    missing: tuple[str, ...] = ()
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"facts_sealed"}


class UsePapers(UnitFolder):
    """All papers of use of the site, by id."""


class Seal(OfUnit):
    """The image of a unit's seal (利用专用章图样): who put it in, and whether it may still be used."""

    kind: ClassVar[str] = "seal"
    title = ""
    unit = ""
    state = "active"
    digest = ""
    media_type = ""
    placed_by = ""
    retired_by = ""
    retired_at = None
    why = ""


class Seals(UnitFolder):
    """All images of seals of the site, by id; retired ones stay."""
