"""The verbs of use (利用动作): requests, decisions, loans, papers made out, and the images of seals."""

from __future__ import annotations

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import lending, seals, use_papers, uses

from . import uses as ask
from .dossiers import Nothing
from .verb import Verb

REQUEST, APPROVE, LEND = Permission.USE_REQUEST, Permission.USE_APPROVE, Permission.USE_LEND

USES_VERBS: tuple[Verb, ...] = (
    Verb("uses", "request", _("Write the request down"), REQUEST, ask.RequestUse, uses.request, subject=False),
    *(
        Verb("uses", name, title, permission, form, run)
        for name, title, permission, form, run in (
            ("approve", _("Approve the use"), APPROVE, ask.Approve, uses.approve),
            ("refuse", _("Refuse the use"), APPROVE, ask.UseReason, uses.refuse),
            ("name_items", _("Name what was found"), LEND, ask.NameItems, uses.name_items),
            ("tell_not_found", _("Tell that nothing was found"), LEND, ask.TellNotFound, use_papers.tell_not_found),
            ("open_reading", _("Open for reading"), LEND, ask.OpenReading, lending.open_reading),
            ("end_reading", _("End the reading"), LEND, Nothing, lending.end_reading),
            ("lend_paper", _("Lend the paper"), LEND, ask.LendPaper, lending.lend_paper),
            ("remind", _("Note a reminder"), LEND, ask.Remind, lending.remind),
            ("take_back", _("Take the paper back"), LEND, ask.TakeBackPaper, lending.take_back),
            ("stamp_copy", _("Make out a stamped copy"), LEND, ask.StampCopy, use_papers.stamp_copy),
            ("certify", _("Certify from the archives"), LEND, ask.Certify, use_papers.certify),
            ("note_effect", _("Note the effect"), REQUEST, ask.NoteEffect, uses.note_effect),
            ("close", _("Close the request"), LEND, Nothing, uses.close),
            ("withdraw", _("Take the request back"), REQUEST, Nothing, uses.withdraw),
            ("reveal", _("Show the reader's whole number"), LEND, ask.RevealReader, uses.reveal),
        )
    ),
    Verb(
        "seals", "place", _("Put the image of a seal in"), APPROVE, ask.PlaceSeal, seals.place_seal, subject=False,
        file="image", file_required=True,
    ),
    Verb("seals", "retire", _("Take out of use"), APPROVE, ask.UseReason, seals.retire_seal),
)  # fmt: skip
