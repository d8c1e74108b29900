"""What is asked of who looked at what no program can judge."""

from __future__ import annotations

from records.i18n import _

from .types import ALWAYS, Form, text, tick


class Look(Form):
    """Which check, whether it is in order, and what was seen."""

    check = text(longest=12, title=_("Number of the check"))
    good = tick(title=_("It is in order"))
    note = text(longest=300, missing="", title=_("What you saw"), when=ALWAYS)
