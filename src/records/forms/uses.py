"""What is asked of a request for use, of loans, stamped copies, certificates, and of the images of seals."""

from __future__ import annotations

import colander

from records.domain.uses import MOST_HOURS, Purpose
from records.i18n import _

from .types import ALWAYS, Form, day, listed, text, tick, word


def _number(title: str, most: int, *, missing: int) -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.Integer(strict=True), validator=colander.Range(1, most), title=title, missing=missing
    )


def _code(when: str) -> colander.SchemaNode:
    return text(longest=80, missing="", title=_("Archival code"), when=when)


def _seal() -> colander.SchemaNode:
    return text(
        longest=40,
        missing="",
        title=_("Image of the seal (its id)"),
        when=_("when the seal is not set by hand"),
    )


class RequestUse(Form):
    """Who wants to use archives, what for, how, and which items or which words."""

    reader = text(longest=60, missing="", title=_("Reader"), when=_("when it is not yourself"))
    reader_unit = text(longest=120, missing="", title=_("Unit of the reader"))
    number = text(
        longest=40, missing="", title=_("Number of the identity paper"), when=_("when it is not yourself")
    )
    phone = text(longest=40, missing="", title=_("Telephone"))
    purpose = word(Purpose, missing=None, title=_("Purpose of use"), when=ALWAYS)
    purpose_note = text(
        longest=200, missing="", title=_("Purpose in words"), when=_("when the purpose is “other”")
    )
    reading = tick(title=_("Read"))
    copying = tick(title=_("Copy"))
    extracting = tick(title=_("Take excerpts"))
    certifying = tick(title=_("Have it certified"))
    items = text(longest=4000, missing="", title=_("Archival codes"), when=_("when they are known"))
    sought = text(
        longest=200, missing="", title=_("What is looked for"), when=_("when the codes are not known")
    )
    fonds = text(longest=60, missing="", title=_("Fonds"), when=_("when the codes are not known"))


class NameItems(Form):
    """Which items a search has found."""

    items = text(longest=4000, missing="", title=_("Archival codes"), when=ALWAYS)


class Approve(Form):
    """Which items are approved, by which letter the creating unit agrees, and what is said with the approval."""

    items = text(longest=4000, missing="", title=_("Archival codes as you see them"))
    consent = text(
        longest=120,
        missing="",
        title=_("Letter by which the creating unit agrees"),
        when=_("when you do not decide for the unit yourself and the items are not open"),
    )
    note = text(longest=300, missing="", title=_("Note"))


class UseReason(Form):
    """Why it is done."""

    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class OpenReading(Form):
    """For how long the pages are open."""

    hours = _number(_("Open for how many hours"), MOST_HOURS, missing=24)


class LendPaper(Form):
    """Which item's paper is lent, and until when."""

    code = _code(_("when there are several"))
    until = day(title=_("To be brought back by"), when=ALWAYS)


class TakeBackPaper(Form):
    """Which item's paper came back, and what was noticed."""

    code = _code(_("when there are several"))
    note = text(longest=300, missing="", title=_("Missing or damaged"), when=_("when something was noticed"))


class Remind(Form):
    """How the reader was reminded of what is overdue."""

    how = text(
        longest=300, missing="", title=_("How the reader was reminded, and what was said"), when=ALWAYS
    )


class StampCopy(Form):
    """Which pages of which paper of an item are copied and stamped."""

    code = _code(_("when there are several"))
    paper = _number(_("Number of the paper in the item"), 9999, missing=1)
    pages = text(longest=120, missing="", title=_("Pages, such as 1-3,5"), when=_("when not all of them"))
    copies = _number(_("How many sheets of each"), 99, missing=1)
    seal = _seal()


class Certify(Form):
    """What is certified from an item."""

    code = _code(_("when there are several"))
    body = text(longest=2000, missing="", title=_("What the archives say"), when=ALWAYS)
    seal = _seal()


class TellNotFound(Form):
    """What was searched without finding anything."""

    searched = text(
        longest=1000, missing="", title=_("What was searched: fonds, years, words, registers"), when=ALWAYS
    )
    seal = _seal()


class NoteEffect(Form):
    """What the use has led to."""

    effect = text(longest=500, missing="", title=_("Effect of the use"), when=ALWAYS)


class RevealReader(Form):
    """What the whole number is looked at for."""

    purpose = text(longest=120, title=_("Purpose"))


class PlaceSeal(Form):
    """Which unit's seal the image shows."""

    unit = listed(longest=60, title=_("Unit"))
    title = text(longest=80, missing="", title=_("Name of the seal"), when=ALWAYS)
