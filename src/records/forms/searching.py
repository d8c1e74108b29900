"""What is asked of a program's search."""

from __future__ import annotations

from records.i18n import _

from .types import Form, text


class AskSearch(Form):
    """The words, where to search (cases or archives), and the cursor of the page before."""

    q = text(longest=200, missing="", title=_("Words"))
    where = text(longest=20, missing="", name="in", title=_("Where to search"))
    after = text(longest=60, missing="", title=_("Cursor of the page before"))
