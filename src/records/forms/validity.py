"""What is asked when a material is taken away, given back or corrected."""

from __future__ import annotations

from records.domain.fetching import LicenceStatus
from records.i18n import _

from .types import ALWAYS, Form, day, text, tick, word


class StopMaterial(Form):
    """By which decision a material does not hold any more, and to which day it is suspended."""

    status = word(LicenceStatus, title=_("What the issuer decided"))
    evidence = text(
        longest=200, missing="", title=_("Number of the decision, or where it was read"), when=ALWAYS
    )
    until = day(title=_("Last day of the suspension"))
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class RestoreMaterial(Form):
    """By which decision a material holds again."""

    evidence = text(
        longest=200, missing="", title=_("Number of the decision, or where it was read"), when=ALWAYS
    )
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class RejectMaterial(Form):
    """Why an imported paper is not kept."""

    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class SayWhy(Form):
    """What the applicant says, or why something is undone."""

    why = text(longest=300, missing="", title=_("What the applicant says"), when=ALWAYS)


class SettleObjection(Form):
    """Whether the applicant was right, and what is answered."""

    upheld = tick(title=_("The applicant is right: it stays out of use until it is corrected or taken anew"))
    answer = text(longest=300, missing="", title=_("Answer to the applicant"), when=ALWAYS)


class HandOut(Form):
    """Who gets a copy, and for what it may be used."""

    recipient = text(longest=80, missing="", title=_("Who gets the copy"), when=ALWAYS)
    purpose = text(longest=80, missing="", title=_("What it may be used for"), when=ALWAYS)


class CorrectMaterial(Form):
    """What was typed wrongly; what is left empty stays as it is."""

    document_number = text(longest=120, missing="", title=_("Number on the paper"))
    issuer = text(longest=120, missing="", title=_("Issued by"))
    issued_on = day(title=_("Issued on"))
    valid_until = day(title=_("Valid until"))
    endless = tick(title=_("It has no last day"))
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)
