"""The verbs of keeping paper originals (原件保管动作): moves, losses, and handing over from post to post."""

from __future__ import annotations

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import custody

from . import custody as ask_custody
from .dossiers import Nothing
from .verb import Verb

CUSTODY_VERBS: tuple[Verb, ...] = (
    *(
        Verb("custody", name, title, Permission.CUSTODY_KEEP, form, run)
        for name, title, form, run in (
            ("lend", _("Lend it"), ask_custody.Lend, custody.lend),
            ("take_back", _("It was brought back"), ask_custody.TakeBack, custody.take_back),
            ("keep", _("Keep it in the file"), Nothing, custody.keep),
            ("release", _("Take it out of the file"), ask_custody.Explain, custody.release),
            ("relocate", _("It lies elsewhere now"), ask_custody.Place, custody.relocate),
            ("report_lost", _("Report it lost"), ask_custody.Explain, custody.report_lost),
            ("find", _("It was found"), ask_custody.Place, custody.find),
        )
    ),
    Verb(
        "custody",
        "explain_loss",
        _("Explain the loss in writing"),
        Permission.CUSTODY_KEEP,
        ask_custody.ExplainLoss,
        custody.explain_loss,
        file="proof",
    ),
    Verb(
        "custody",
        "settle_loss",
        _("The loss was dealt with"),
        Permission.CUSTODY_CONFIRM,
        Nothing,
        custody.settle_loss,
    ),
    Verb(
        "custody",
        "give_back",
        _("Give it back"),
        Permission.CUSTODY_KEEP,
        ask_custody.GiveBack,
        custody.give_back,
        file="proof",
    ),
    Verb(
        "custody",
        "hand_over",
        _("Hand over to a colleague"),
        Permission.CUSTODY_HAND_OVER,
        ask_custody.HandOver,
        custody.hand_over,
        subject=False,
    ),
    Verb(
        "handovers",
        "take_over",
        _("Counted, I take them over"),
        Permission.CUSTODY_KEEP,
        ask_custody.TakeOver,
        custody.take_over,
    ),
    Verb(
        "handovers",
        "cancel",
        _("Cancel the hand-over"),
        Permission.CUSTODY_KEEP,
        Nothing,
        custody.cancel,
    ),
)
