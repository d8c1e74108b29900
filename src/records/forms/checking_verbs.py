"""The verbs of checking (检测动作): say what was seen by eye, and check a stored package again."""

from __future__ import annotations

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import checking

from .checking import Look
from .dossiers import Nothing
from .verb import Verb

CHECKING_VERBS: tuple[Verb, ...] = (
    Verb("archives", "look", _("Say what was seen"), Permission.ARCHIVE_CHECK, Look, checking.look),
    Verb(
        "archives",
        "recheck",
        _("Check the package again"),
        Permission.ARCHIVE_CHECK,
        Nothing,
        checking.recheck,
    ),
)
