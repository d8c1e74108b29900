"""The verbs of transfers and opening reviews (移交、开放审核)."""

from __future__ import annotations

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import delays, opening, transfers

from . import transfers as ask
from .disposition import WithReason
from .dossiers import Nothing
from .verb import Verb

PREPARE, SIGN = Permission.TRANSFER_PREPARE, Permission.TRANSFER_SIGN

TRANSFER_VERBS: tuple[Verb, ...] = (
    *(
        Verb("transfers", name, title, PREPARE, form, run, subject=False)
        for name, title, form, run in (
            ("open", _("Open a transfer"), ask.OpenTransfer, transfers.open_transfer),
            ("delay", _("Put transfers off"), ask.Delay, delays.delay),
        )
    ),
    *(
        Verb("transfers", name, title, permission, form, run)
        for name, title, permission, form, run in (
            ("remove", _("Take items off"), PREPARE, ask.Remove, transfers.remove),
            ("check", _("Check the packages"), PREPARE, Nothing, transfers.check),
            ("stop", _("Stop"), PREPARE, Nothing, transfers.stop),
            ("sign", _("Sign"), SIGN, ask.SignTransfer, transfers.sign),
            ("refuse", _("Send back to the draft"), SIGN, WithReason, transfers.refuse),
            ("hand_over", _("Hand over"), PREPARE, ask.HandOver, transfers.hand_over),
            ("abandon", _("Give the transfer up"), PREPARE, WithReason, transfers.abandon),
        )
    ),
    Verb(
        "transfers", "enter_receipt", _("Enter the receipt"), PREPARE, ask.EnterReceipt, transfers.enter_receipt,
        file="paper", file_required=True,
    ),
    Verb(
        "transfers", "enter_answers", _("Enter the archives' list"), PREPARE, Nothing, transfers.enter_answers,
        file="numbers", file_required=True,
    ),
    Verb(
        "openings", "review", _("Review for opening"), Permission.OPENING_REVIEW, ask.ReviewOpening, opening.review,
        subject=False,
    ),
    Verb("openings", "stop", _("Stop"), Permission.OPENING_REVIEW, Nothing, opening.stop),
)  # fmt: skip
