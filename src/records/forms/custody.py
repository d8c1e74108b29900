"""What is asked when a paper original is taken in, lent, returned, lost or handed over."""

from __future__ import annotations

import colander

from records.i18n import _

from .types import ALWAYS, Form, day, listed, text, tick


def _number(title: str, most: int, **kw) -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.Integer(strict=True), validator=colander.Range(1, most), title=title, **kw
    )


class ReceiveOriginal(Form):
    """Which line's original is taken in, where it is put, and who brought it."""

    line = text(longest=20, title=_("Line of the guide"))
    place = text(longest=80, missing="", title=_("Where it lies"), when=_("when it is not your window"))
    copies = _number(_("How many"), 99, missing=1)
    brought_by = text(longest=60, missing="", title=_("Brought by"), when=_("when it is not the applicant"))


class Lend(Form):
    """To whom an original is lent, until when, and what for."""

    borrower = text(longest=60, missing="", title=_("Lent to"), when=ALWAYS)
    until = day(title=_("To be brought back by"), when=ALWAYS)
    why = text(longest=300, missing="", title=_("What for"))


class TakeBack(Form):
    """Where an original that came back lies now."""

    place = text(
        longest=80, missing="", title=_("Where it lies"), when=_("when it lies elsewhere than before")
    )


class Place(Form):
    """Where an original lies now."""

    place = text(longest=80, missing="", title=_("Where it lies"), when=ALWAYS)


class GiveBack(Form):
    """Who fetched an original, by which letter of authority, and what shows that it was received."""

    recipient = text(longest=60, missing="", title=_("Received by"), when=ALWAYS)
    authority = text(
        longest=200,
        missing="",
        title=_("Letter of authority (number, day)"),
        when=_("when it is not the applicant"),
    )
    signed = tick(title=_("The recipient signed the receipt or the return slip"))
    together = tick(title=_("All originals of this case that are here"))


class Explain(Form):
    """Why it is done."""

    why = text(longest=500, missing="", title=_("Reason"), when=ALWAYS)


class ExplainLoss(Form):
    """What happened to a lost original, and what was done for its owner."""

    statement = text(longest=1000, missing="", title=_("What happened, in writing"), when=ALWAYS)
    remedy = text(
        longest=500, missing="", title=_("What was done for the owner (new paper, costs)"), when=ALWAYS
    )


class HandOver(Form):
    """To whom originals are handed over, and which; all of one's own when no code is given."""

    to = listed(longest=40, title=_("Colleague (log-in name)"))
    originals = text(longest=20_000, missing="", title=_("Codes of the originals"))


class TakeOver(Form):
    """How many were counted."""

    counted = _number(_("Originals counted"), 9999)
