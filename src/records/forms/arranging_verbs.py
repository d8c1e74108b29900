"""The verbs of arranging (整理、装盒、立卷、全宗卷)."""

from __future__ import annotations

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import arranging, boxes, fonds_files, volumes

from . import arranging as ask
from .dossiers import Nothing
from .verb import Verb


def _put(act, volume, *, items):
    """Lay waiting items into a volume (归入案卷), by their ids with blanks between."""
    return volumes.put(act, volume, items=items.split())


def _take_out(act, volume, *, items):
    """Take waiting items out of a volume (移出案卷), by their ids with blanks between."""
    return volumes.take_out(act, volume, items=items.split())


_MAY = Permission.ARCHIVE_ARRANGE

# Opening a box or adding to a fonds file has no record to stand on yet: whether the person may do it in that fonds is asked
# by the operation.
ARRANGING_VERBS: tuple[Verb, ...] = (
    Verb("archives", "rearrange", _("Move it in its class"), _MAY, ask.Rearrange, arranging.rearrange),
    Verb("archives", "reclass", _("Move it to another class"), _MAY, ask.Reclass, arranging.reclass),
    Verb("archives", "keep_on", _("Say on what it is kept"), _MAY, ask.KeepOn, arranging.keep_on),
    Verb(
        "archives",
        "number_at_archives",
        _("Add the number of the archives"),
        _MAY,
        ask.ArchivesNumber,
        arranging.give_archives_number,
    ),
    Verb("boxes", "open", _("Open a box"), Permission.DESK_VIEW, ask.OpenBox, boxes.open_box, subject=False),
    Verb("boxes", "fill", _("Lay items in"), _MAY, ask.FillBox, boxes.fill),
    Verb("boxes", "pack", _("Lay in what comes next"), _MAY, Nothing, boxes.pack),
    Verb("boxes", "take_out", _("Take items out"), _MAY, ask.TakeOut, boxes.take_out),
    Verb("boxes", "move", _("Put it on another shelf"), _MAY, ask.MoveBox, boxes.move),
    Verb("boxes", "resize", _("Exchange the box"), _MAY, ask.ResizeBox, boxes.resize),
    Verb("boxes", "note", _("Write the reference note"), _MAY, ask.NoteBox, boxes.note),
    Verb("volumes", "put", _("Lay items in"), _MAY, ask.VolumeItems, _put),
    Verb("volumes", "take_out", _("Take items out"), _MAY, ask.VolumeItems, _take_out),
    Verb("volumes", "rename", _("Write another title"), _MAY, ask.VolumeTitle, volumes.rename),
    Verb("volumes", "close", _("Close the volume"), _MAY, ask.CloseVolume, volumes.close),
    Verb(
        "fonds_papers",
        "file",
        _("Add it to the fonds file"),
        Permission.DESK_VIEW,
        ask.FilePaper,
        fonds_files.file_paper,
        subject=False,
        file="upload",
    ),
)
