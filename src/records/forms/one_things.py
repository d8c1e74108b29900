"""What the publication and the withdrawal of a package of items ask."""

from __future__ import annotations

import colander

from records.i18n import _

from .standards import Several
from .types import Answers, Form
from .types import text as words

LONGEST = 60_000


class FileText(colander.String):
    """The text of a file as it stands, with its line breaks."""

    def deserialize(self, node, cstruct):
        """Return the text with one kind of line break."""
        found = super().deserialize(node, cstruct)
        return found if found is colander.null else found.replace("\r\n", "\n").replace("\r", "\n")


class PublishOneThing(Form):
    """The text of the package's file, and how the file is called."""

    text = colander.SchemaNode(
        FileText(), validator=colander.Length(max=LONGEST), title=_("Text of the package")
    )
    file = words(longest=120, missing="", title=_("File"))


class WithdrawOneThing(Form):
    """Which package, and why."""

    key = words(longest=80, title=_("Key"))
    why = words(longest=200, title=_("Why"))


class OpenMatter(Form):
    """Which package for whom, the answers to its questions, and the items that are not needed."""

    key = words(longest=80, title=_("Key"))
    applicant = words(longest=40, title=_("Applicant"))
    situation = colander.SchemaNode(Answers(), missing={}, title=_("Situation"))
    leave_out = colander.SchemaNode(Several(), missing=(), title=_("Items that are not needed"))
    agent = words(longest=120, missing="", title=_("Agent"))
