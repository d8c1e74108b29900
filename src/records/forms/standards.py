"""What is asked about a standard material."""

from __future__ import annotations

import colander

from records.domain.materials import Sensitivity
from records.domain.vocabulary import Grade, ReuseClass
from records.i18n import _

from .types import Form, text, word

PARTS = ("number", "issuer", "issued_on")


class Several(colander.SchemaType):
    """Words one after the other, with 、 or ; or a comma between them, or as a list; perhaps of a closed list."""

    def __init__(self, known: tuple[str, ...] = ()) -> None:
        self.known = known

    def serialize(self, node, appstruct):
        """Return the words with 、 between them."""
        return colander.null if appstruct is colander.null else "、".join(appstruct)

    def deserialize(self, node, cstruct):
        """Return the words, each once, in order."""
        if cstruct is colander.null or not cstruct:
            return colander.null
        parts = cstruct if isinstance(cstruct, list | tuple) else _split(str(cstruct))
        if not all(isinstance(part, str) and len(part) <= 120 and part.isprintable() for part in parts):
            raise colander.Invalid(node, _("This must be text."))
        words = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
        strange = [word for word in words if self.known and word not in self.known]
        if strange or len(words) > 40:
            raise colander.Invalid(
                node, _("Choose one of: ${words}", mapping={"words": "、".join(self.known)})
            )
        return words


class Days(colander.SchemaType):
    """A number of days, or nothing."""

    def serialize(self, node, appstruct):
        """Return the digits."""
        return colander.null if appstruct in (colander.null, None) else str(appstruct)

    def deserialize(self, node, cstruct):
        """Return the number, or say that digits are wanted."""
        if cstruct in (colander.null, "", None):
            return colander.null
        if isinstance(cstruct, int) and not isinstance(cstruct, bool):
            return cstruct
        if isinstance(cstruct, str) and cstruct.isascii() and cstruct.isdigit() and len(cstruct) < 7:
            return int(cstruct)
        raise colander.Invalid(node, _("Write the days in digits."))


def _split(words: str) -> list[str]:
    for sign in "；;，,":
        words = words.replace(sign, "、")
    return words.split("、")


def _several(
    known: tuple[str, ...] = (), *, title: str, missing: tuple[str, ...] = ()
) -> colander.SchemaNode:
    return colander.SchemaNode(Several(known), title=title, missing=missing)


class ChangeStandard(Form):
    """Everything that can be said of a material but its code and its further names."""

    code = text(longest=40, title=_("Code"))
    name = text(longest=120, title=_("Standard name"))
    licence_type = text(longest=21, missing="", title=_("Licence type code"))
    validity_days = colander.SchemaNode(Days(), missing=None, title=_("Usual validity in days"))
    reuse = word(ReuseClass, title=_("Reuse"))
    sensitivity = word(Sensitivity, title=_("Sensitivity"))
    issuer = text(longest=120, missing="", title=_("Issued by"))
    note = text(longest=300, missing="", title=_("Note"))


class AddStandard(ChangeStandard):
    """A new material: also what it is called besides, and what tells one copy from another."""

    aliases = _several(title=_("Further names"))
    identity = _several(PARTS, title=_("What tells one copy from another"))
    grades = _several(tuple(grade.value for grade in Grade), title=_("Grades that can occur"))


class AddAlias(Form):
    """One more name for a material."""

    code = text(longest=40, title=_("Code"))
    alias = text(longest=120, title=_("Further name"))


class RetireStandard(Form):
    """Which material is taken out of use, and why."""

    code = text(longest=40, title=_("Code"))
    reason = text(longest=300, title=_("Reason"))


class MergeStandards(Form):
    """Which material is merged into which other, and why."""

    code = text(longest=40, title=_("Code"))
    into = text(longest=40, title=_("Merge into"))
    reason = text(longest=300, title=_("Reason"))
