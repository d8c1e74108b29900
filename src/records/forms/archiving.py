"""What is asked when a package is sent back, a later fact is archived, a period begins, or a month is archived."""

from __future__ import annotations

import colander

from records.domain.relations import LaterFact
from records.i18n import _
from records.rules.defects import defects

from .types import ALWAYS, Codes, Form, day, listed, text, word


class SendBack(Form):
    """The reasons of the closed list, by their codes with blanks between them, and a sentence for who mends it."""

    defects = colander.SchemaNode(
        Codes(tuple((row.code, f"{row.code} {row.words}") for row in defects())),
        missing="",
        validator=colander.Length(max=200),
        title=_("Reasons for sending it back"),
        when=ALWAYS,
    )
    why = text(longest=500, missing="", title=_("What is to be mended"), when=ALWAYS)


class AppendFact(Form):
    """What happened after the case was archived, and the paper that shows it."""

    fact = word(LaterFact, title=_("What happened"))
    title = text(longest=120, missing="", title=_("Title of the paper"), when=ALWAYS)
    number = text(longest=120, missing="", title=_("Number on the paper"))
    on = day(title=_("Date of the paper"), when=ALWAYS)


class NoteTrigger(Form):
    """The day from which the period runs, and where it is written."""

    on = day(title=_("Day of the event"), missing=colander.required)
    why = text(longest=300, missing="", title=_("Where it is written"), when=ALWAYS)


class BeginBatch(Form):
    """Which fonds, and which month as 2026-10."""

    fonds = listed(longest=40, title=_("Fonds"))
    month = text(longest=7, title=_("Month"))
