"""What is asked to find, to create or to correct an applicant."""

from __future__ import annotations

from records.i18n import _

from .types import ALWAYS, Form, text


class FindApplicant(Form):
    """One number, citizen, credit code or passport, typed or read from a card."""

    number = text(longest=60, title=_("Citizen number, credit code or passport"))


class CreateApplicant(Form):
    """The number once more, the name, and how to reach the applicant."""

    number = text(longest=60, title=_("Citizen number, credit code or passport"))
    name = text(longest=120, title=_("Name (a person) or title (an organisation)"))
    phone = text(longest=40, missing="", title=_("Telephone"))
    representative = text(
        longest=120, missing="", title=_("Legal representative or head"), when=_("for an organisation")
    )


class CorrectApplicant(Form):
    """What is corrected, each empty when it stays as it is, and why."""

    name = text(longest=120, missing=None, title=_("Name (a person) or title (an organisation)"))
    phone = text(longest=40, missing=None, title=_("Telephone"))
    representative = text(longest=120, missing=None, title=_("Legal representative or head"))
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class RevealNumber(Form):
    """Why the full number must be seen."""

    purpose = text(longest=200, title=_("Purpose"))


class LookAt(Form):
    """What the file of a person under 14 is needed for."""

    purpose = text(longest=200, missing="", title=_("Purpose"), when=ALWAYS)
