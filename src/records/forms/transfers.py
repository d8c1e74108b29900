"""What is asked when items are handed over to the archives, and when they are reviewed for opening."""

from __future__ import annotations

import colander

from records.domain.opening import Disclosure, Openness, Secrecy
from records.domain.transfers import Signer
from records.i18n import _

from .disposition import Confirm
from .types import ALWAYS, Form, day, listed, text, word

MANY = 20_000


def _year(title: str) -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.Integer(strict=True),
        validator=colander.Range(1900, 2999),
        title=title,
        missing=0,
        when=_("when only one is meant"),
    )


class OpenTransfer(Form):
    """Of which fonds a transfer is opened, and of which items: named ones, or all that are due and fit."""

    fonds = listed(longest=60, title=_("Fonds"))
    year = _year(_("Year of formation"))
    category = text(longest=12, missing="", title=_("Class"), when=_("when only one is meant"))
    retention = text(longest=4, missing="", title=_("Retention"), when=_("when only one is meant"))
    codes = text(longest=MANY, missing="", title=_("Archival codes"), when=_("when single items are meant"))


class Remove(Form):
    """Which items are taken off a transfer, and why."""

    codes = text(longest=MANY, title=_("Archival codes"))
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class SignTransfer(Confirm):
    """The password with which a deed is signed, and as whom."""

    signer = word(Signer, missing=None, title=_("Sign as"), when=_("when you could be both"))


class HandOver(Form):
    """How the packages go to the archives."""

    channel = text(
        longest=200, missing="", title=_("Network or medium, with the numbers of the media"), when=ALWAYS
    )


class EnterReceipt(Form):
    """What the receipt of the archives says."""

    number = text(longest=80, missing="", title=_("Number of the receipt"), when=ALWAYS)
    on = day(title=_("Day of the receipt"), when=ALWAYS)
    receiver = text(longest=60, missing="", title=_("Received by"), when=ALWAYS)
    result = text(
        longest=300, missing="", title=_("What their checks found"), when=_("when the receipt says so")
    )


class Delay(Form):
    """Which transfers are put off, until when, and by whose consent."""

    fonds = listed(longest=60, title=_("Fonds"))
    codes = text(longest=MANY, title=_("Archival codes"))
    until = day(title=_("Put off until"), when=ALWAYS)
    consent = text(
        longest=120, missing="", title=_("Consent of the archives authority (number)"), when=ALWAYS
    )
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class ReviewOpening(Form):
    """Which items are reviewed for opening, the three opinions, and why."""

    fonds = listed(longest=60, title=_("Fonds"))
    codes = text(longest=MANY, missing="", title=_("Archival codes"), when=_("when single items are meant"))
    since = _year(_("From the year"))
    before = _year(_("Up to the year"))
    category = text(longest=12, missing="", title=_("Class"), when=_("when only one is meant"))
    retention = text(longest=4, missing="", title=_("Retention"), when=_("when only one is meant"))
    transfer = text(
        longest=60, missing="", title=_("Transfer (id)"), when=_("when all of a transfer are meant")
    )
    exceptions = text(
        longest=MANY,
        missing="",
        title=_("But for these codes"),
        when=_("when some are reviewed by themselves"),
    )
    result = word(Openness, title=_("Opinion on opening"))
    disclosure = word(Disclosure, title=_("Open government information"))
    secrecy = word(Secrecy, title=_("Change of secrecy"))
    until = day(title=_("Postponed until"), when=_("when it is postponed"))
    reason = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)
    basis = text(longest=200, missing="", title=_("Basis"), when=ALWAYS)
    consent = text(
        longest=120,
        missing="",
        title=_("Consent of the archives authority (number)"),
        when=_("when 25 years have passed and it is not opened"),
    )
