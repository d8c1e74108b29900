"""What is asked to find or to create an applicant."""

from __future__ import annotations

from records.i18n import _

from .types import Form, text


class FindApplicant(Form):
    """One number, citizen or credit code, typed or read from a card."""

    number = text(longest=60, title=_("Citizen number or credit code"))


class CreateApplicant(Form):
    """The number once more, the name, and how to reach the applicant."""

    number = text(longest=60, title=_("Citizen number or credit code"))
    name = text(longest=120, title=_("Name"))
    phone = text(longest=40, missing="", title=_("Telephone"))
    representative = text(longest=120, missing="", title=_("Legal representative (organisations only)"))


class RevealNumber(Form):
    """Why the full number must be seen."""

    purpose = text(longest=200, title=_("Purpose"))
