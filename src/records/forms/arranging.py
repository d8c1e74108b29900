"""What is asked when items are ordered, boxed, laid into volumes, and when the fonds file grows."""

from __future__ import annotations

import colander

from records.domain.boxes import THICKNESSES
from records.domain.catalogues import Carrier, FondsPart
from records.domain.vocabulary import Retention
from records.i18n import _

from .types import ALWAYS, Form, day, listed, text, tick, word


def _number(title: str, least: int, most: int, **kw) -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.Integer(strict=True), validator=colander.Range(least, most), title=title, **kw
    )


class Rearrange(Form):
    """At which place among the waiting items of its class an item is coded."""

    position = _number(_("Place in its class"), 1, 999_999)


class Reclass(Form):
    """To which class a waiting item belongs, and why; what is left empty stays."""

    category = text(longest=8, missing="", title=_("Class (门类代码)"))
    year = _number(_("Year"), 1949, 2099, missing=0)
    retention = word(Retention, missing=None, title=_("Retention"))
    unit_code = text(longest=4, missing="", title=_("Organ code"))
    reason = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class KeepOn(Form):
    """On what an item is kept, and where its paper lies."""

    carrier = word(Carrier, title=_("Kept as"))
    place = text(
        longest=80,
        missing="",
        title=_("Where the paper lies"),
        when=_("when there is paper and it is in no box"),
    )
    note = text(longest=300, missing="", title=_("Remark"))


class ArchivesNumber(Form):
    """The number that the receiving archives gave."""

    number = text(longest=40, title=_("Number at the archives"))


def _shelf(name: str) -> colander.SchemaNode:
    longest, title = {
        "room": (20, _("Store room")), "row": (6, _("Row of shelves")), "stand": (6, _("Stand")), "level": (6, _("Level")),
    }[name]  # fmt: skip
    return text(longest=longest, missing="", title=title)


class OpenBox(Form):
    """For which class of which fonds a box is opened, how thick it is, and where it stands."""

    fonds = listed(longest=60, title=_("Fonds"))
    category = text(longest=8, title=_("Class (门类代码)"))
    year = _number(_("Year"), 1949, 2099)
    retention = word(Retention, title=_("Retention"))
    unit_code = text(longest=4, missing="", title=_("Organ code"), when=_("when it is not that of the fonds"))
    thickness = _number(_("Thickness in mm"), min(THICKNESSES), max(THICKNESSES), missing=30)
    room, row, stand, level = map(_shelf, ("room", "row", "stand", "level"))


class FillBox(Form):
    """Which items are laid into a box, by their codes or numbers."""

    codes = text(longest=20_000, missing="", title=_("Codes or numbers"), when=ALWAYS)
    measured = tick(title=_("I tried: it fits"))


class TakeOut(Form):
    """Which items are taken out of a box, and why."""

    codes = text(longest=20_000, missing="", title=_("Codes or numbers"), when=ALWAYS)
    reason = text(longest=300, title=_("Reason"))


class MoveBox(Form):
    """Where a box stands from now on, and why it was moved."""

    room, row, stand, level = map(_shelf, ("room", "row", "stand", "level"))
    reason = text(longest=300, missing="", title=_("Reason"))


class ResizeBox(Form):
    """How thick the new box is."""

    thickness = _number(_("Thickness in mm"), min(THICKNESSES), max(THICKNESSES))


class NoteBox(Form):
    """What is to be said of a box, and who looked at it."""

    note = text(longest=1000, missing="", title=_("What is to be said of it"))
    checked_by = text(longest=40, title=_("Checked by"))
    checked_on = day(title=_("Checked on"))


class VolumeItems(Form):
    """Which waiting items, by their ids."""

    items = text(longest=20_000, missing="", title=_("Items"), when=ALWAYS)


class VolumeTitle(Form):
    """What a volume is called."""

    title = text(longest=200, title=_("Title of the volume"))


class CloseVolume(Form):
    """Who looked at a volume before it was closed, and what is to be said of it."""

    checked_by = text(longest=40, missing="", title=_("Checked by"), when=ALWAYS)
    note = text(longest=1000, missing="", title=_("What is to be said of it"))


class FilePaper(Form):
    """A paper of the fonds file: its part, title, number and day."""

    fonds = listed(longest=60, title=_("Fonds"))
    part = word(FondsPart, title=_("Part of the fonds file"))
    title = text(longest=200, title=_("Title"))
    document_number = text(longest=80, missing="", title=_("Document number"))
    dated = day(title=_("Day"))
    note = text(longest=500, missing="", title=_("Remark"))
