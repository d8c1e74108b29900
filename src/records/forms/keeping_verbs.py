"""The verbs of keeping (保管动作): the register of media."""

from __future__ import annotations

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import media

from . import keeping as ask
from .verb import Verb

KEEPING_VERBS: tuple[Verb, ...] = (
    Verb("media", "register", _("Enter a medium"), Permission.KEEPING_CHECK, ask.RegisterMedium, media.register_medium, subject=False),
    Verb("media", "check", _("Enter a check"), Permission.KEEPING_CHECK, ask.CheckMedium, media.check_medium),
    Verb("media", "retire", _("Take out of use"), Permission.KEEPING_CHECK, ask.RetireMedium, media.retire_medium),
)  # fmt: skip
