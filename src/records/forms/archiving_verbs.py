"""The verbs of archiving (归档动作): prepare and hand over, receive or send back, later facts, a month in one go."""

from __future__ import annotations

from records.domain.findings import Refused
from records.domain.permissions import Permission
from records.i18n import _
from records.operations import archiving, batches
from records.operations.acts import Act
from records.resources.archives import ArchivedItem

from . import archiving as ask
from .dossiers import Nothing
from .verb import Verb


def _send_back(act: Act, item: ArchivedItem, *, defects: str, why: str) -> ArchivedItem | Refused:
    """Send a package back (退回) with reasons of the closed list; it comes again when it is mended."""
    return archiving.send_back(act, item, defects=tuple(dict.fromkeys(defects.split())), why=why)


ARCHIVING_VERBS: tuple[Verb, ...] = (
    Verb(
        "dossiers",
        "prepare",
        _("Prepare for the archives"),
        Permission.DOSSIER_DELIVER,
        Nothing,
        archiving.prepare,
    ),
    Verb(
        "archives",
        "receive",
        _("Receive the package"),
        Permission.ARCHIVE_RECEIVE,
        Nothing,
        archiving.receive,
    ),
    Verb("archives", "send_back", _("Send it back"), Permission.ARCHIVE_RECEIVE, ask.SendBack, _send_back),
    Verb(
        "archives",
        "append",
        _("Archive a later fact"),
        Permission.DOSSIER_ARCHIVE,
        ask.AppendFact,
        archiving.append,
        file="upload",
        file_required=True,
    ),
    Verb(
        "archives",
        "note_trigger",
        _("Note from when the period runs"),
        Permission.DOSSIER_ARCHIVE,
        ask.NoteTrigger,
        archiving.note_trigger,
    ),
    Verb(
        "batches",
        "begin",
        _("Archive the month"),
        Permission.DOSSIER_ARCHIVE,
        ask.BeginBatch,
        batches.begin,
        subject=False,
    ),
    Verb(
        "batches",
        "stop",
        _("Stop after the present group"),
        Permission.DOSSIER_ARCHIVE,
        Nothing,
        batches.stop,
    ),
)
