"""The verbs of holds and dispositions (暂缓处置、鉴定处置)."""

from __future__ import annotations

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import appraisal, disposition, holds

from . import disposition as ask
from .dossiers import Nothing
from .verb import Verb

PROPOSE, SIGN = Permission.DISPOSITION_PROPOSE, Permission.DISPOSITION_SIGN

DISPOSITION_VERBS: tuple[Verb, ...] = (
    Verb(
        "holds", "place", _("Place a hold"), Permission.HOLD_PLACE, ask.PlaceHold, holds.place, subject=False
    ),
    *(
        Verb("holds", name, title, Permission.HOLD_PLACE, form, run)
        for name, title, form, run in (
            ("lift", _("Lift the hold"), ask.WithReason, holds.lift),
            ("stop", _("Stop laying it"), Nothing, holds.stop),
        )
    ),
    Verb(
        "dispositions",
        "open",
        _("Open an appraisal"),
        PROPOSE,
        ask.OpenList,
        appraisal.open_list,
        subject=False,
    ),
    *(
        Verb("dispositions", name, title, permission, form, run)
        for name, title, permission, form, run in (
            ("choose", _("Decide on items"), PROPOSE, ask.Choose, appraisal.choose),
            ("add_rule", _("Add a rule"), PROPOSE, ask.AddRule, appraisal.add_rule),
            ("look", _("Note what the sample shows"), PROPOSE, ask.Look, appraisal.look),
            ("remove", _("Take items off"), PROPOSE, ask.Remove, appraisal.remove),
            ("confirm", _("Confirm the appraisal"), PROPOSE, ask.Confirm, appraisal.confirm),
            ("sign", _("Sign"), SIGN, ask.Sign, disposition.sign),
            ("refuse", _("Send back to the group"), SIGN, ask.WithReason, disposition.refuse),
            ("execute", _("Carry it out"), Permission.DISPOSITION_DESTROY, ask.Execute, disposition.execute),
            ("close", _("Close the list"), PROPOSE, Nothing, disposition.close),
            ("abandon", _("Give the list up"), PROPOSE, ask.WithReason, disposition.abandon),
        )
    ),
)
