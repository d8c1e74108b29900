"""What is asked when a medium with a copy is entered, checked or taken out of use."""

from __future__ import annotations

from records.i18n import _

from .types import ALWAYS, Form, day, listed, text, tick


class RegisterMedium(Form):
    """What the medium is, what lies on it, and where it is kept."""

    medium_kind = listed(longest=30, title=_("Kind of medium"), when=ALWAYS)
    title = text(longest=120, title=_("What lies on it"), when=ALWAYS)
    place = text(longest=120, title=_("Where it is kept"), when=ALWAYS)
    serial = text(longest=60, missing="", title=_("Serial number"))
    made_on = day(title=_("Made on"))
    note = text(longest=500, missing="", title=_("Note"))


class CheckMedium(Form):
    """Whether the medium was found good, and what was noticed."""

    good = tick(title=_("It could be read and is good"))
    note = text(longest=500, missing="", title=_("What was noticed"), when=_("when it is not good"))
    place = text(
        longest=120, missing="", title=_("Where it is kept"), when=_("when it lies elsewhere than before")
    )


class RetireMedium(Form):
    """Why the medium is used no longer."""

    why = text(longest=500, title=_("Reason"), when=ALWAYS)
