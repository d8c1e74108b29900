"""What is asked when an applicant speaks of the reuse of a held material, promises, or a held paper was taken again."""

from __future__ import annotations

from records.domain.consents import ConsentKind
from records.i18n import _

from .types import Form, text, word


class RecordConsent(Form):
    """What the applicant said, for which item, and why."""

    said = word(ConsentKind, title=_("What the applicant says"))
    item = text(longest=80, missing="", title=_("Item, empty for every item"))
    why = text(longest=300, missing="", title=_("Reason"))


class NameLine(Form):
    """Which line of the guide it is about."""

    line = text(longest=20, title=_("Line of the guide"))
