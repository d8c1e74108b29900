"""Types of form fields that are stricter than colander's own: words of closed lists, clean text, days."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

import colander

from records.domain.vocabulary import Term
from records.i18n import _

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_BETWEEN = re.compile(r"[\s,，、;；]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
CHOOSE = _("Choose one.")
"""What is told where nothing was chosen; a field for typing says that it is empty."""


class Word(colander.SchemaType):
    """A word of a closed list, as its vocabulary member; the choices are that list and nothing else."""

    def __init__(self, terms: type[Term]) -> None:
        self.terms = terms

    def serialize(self, node, appstruct):
        """Return the stored value of a member."""
        return colander.null if appstruct is colander.null else str(appstruct)

    def deserialize(self, node, cstruct):
        """Return the member with that value, or say what the list holds."""
        if not cstruct:
            return colander.null
        try:
            return self.terms(cstruct)
        except ValueError:
            words = "、".join(f"{term.value}（{term.label}）" for term in self.terms)
            raise colander.Invalid(node, _("Choose one of: ${words}", mapping={"words": words})) from None


class Text(colander.String):
    """Text as a person types it: NFC, without control, direction and broken characters, trimmed."""

    def deserialize(self, node, cstruct):
        """Return clean text, or say that it holds characters nobody can see."""
        if cstruct is colander.null or not isinstance(cstruct, str):
            if cstruct is colander.null:
                return colander.null
            raise colander.Invalid(node, _("This must be text."))
        cstruct = cstruct.replace("\r\n", "\n")  # A browser ends every line of an area so.
        if _FORBIDDEN.search(cstruct):
            raise colander.Invalid(node, _("This text holds invisible control characters. Type it again."))
        return unicodedata.normalize("NFC", cstruct).strip() or colander.null


class Codes(Text):
    """Codes of a closed list: ticked on the screen, else in one text with blanks or commas between them.

    ``choices`` are pairs of code and words; what the list does not hold is the rule's to refuse.
    """

    def __init__(self, choices: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.choices = choices

    def deserialize(self, node, cstruct):
        """Return the codes in one text with single blanks between them."""
        if isinstance(cstruct, list | tuple) and all(isinstance(part, str) for part in cstruct):
            cstruct = " ".join(cstruct)
        if isinstance(cstruct, str):
            cstruct = " ".join(_BETWEEN.split(cstruct)).strip()
        return super().deserialize(node, cstruct)


class Day(colander.SchemaType):
    """A civil day as 2026-11-21."""

    def serialize(self, node, appstruct):
        """Return the ISO text of a day."""
        return colander.null if appstruct is colander.null else appstruct.isoformat()

    def deserialize(self, node, cstruct):
        """Return the day, or say how a day is written."""
        if not cstruct:
            return colander.null
        if isinstance(cstruct, str) and _DAY.match(cstruct):
            try:
                return date.fromisoformat(cstruct)
            except ValueError:
                pass
        raise colander.Invalid(node, _("Write the day as 2026-11-21."))


class Yes(colander.SchemaType):
    """A tick: true, false, or nothing said."""

    TRUE, FALSE = (
        frozenset({"true", "1", "yes", "on", "是"}),
        frozenset({"false", "0", "no", "off", "否", ""}),
    )

    def serialize(self, node, appstruct):
        """Return the word for a tick."""
        return colander.null if appstruct is colander.null else ("true" if appstruct else "false")

    def deserialize(self, node, cstruct):
        """Return whether it is ticked."""
        if cstruct is colander.null:
            return colander.null
        if isinstance(cstruct, bool):
            return cstruct
        if cstruct in self.TRUE:
            return True
        if cstruct in self.FALSE:
            return False
        raise colander.Invalid(node, _("Answer true or false."))


class Answers(colander.SchemaType):
    """Answers to a guide's questions: key to true or false, to the key of an option, or to a list of keys.

    Whether an answer fits its question is asked of the guide; what is left empty is no answer.
    """

    WORDS: Mapping[str, bool] = {
        "true": True, "yes": True, "on": True, "是": True, "false": False, "no": False, "off": False, "否": False
    }  # fmt: skip

    def serialize(self, node, appstruct):
        """Return the mapping as it is."""
        return appstruct

    def deserialize(self, node, cstruct):
        """Return a mapping of text to answers."""
        if cstruct is colander.null or cstruct == "":
            return {}
        if not isinstance(cstruct, dict) or not all(isinstance(key, str) for key in cstruct):
            raise colander.Invalid(node, _("Give the answers as an object of question and answer."))
        return {key: self._answer(node, value) for key, value in cstruct.items() if value not in ("", None)}

    def _answer(self, node, value):
        match value:
            case bool():
                return value
            case str():
                return self.WORDS.get(value, value)
            case list() | tuple() if all(isinstance(part, str) for part in value):
                return tuple(sorted(set(value)))
        raise colander.Invalid(
            node, _("Answer true or false, with the key of an option, or with a list of keys.")
        )


#: ``when`` of a field that a rule asks for and not the form, so that its finding comes together with the others.
ALWAYS = ""


def text(*, missing=colander.required, longest: int = 500, **kw) -> colander.SchemaNode:
    """Return a text field of at most ``longest`` characters.

    ``when`` says in words when it must be filled in (按情况必填), ``ALWAYS`` that it always must.
    """
    return colander.SchemaNode(Text(), missing=missing, validator=colander.Length(max=longest), **kw)


def word(terms: type[Term], *, missing=colander.required, **kw) -> colander.SchemaNode:
    """Return a field whose answer is a word of a closed list."""
    return colander.SchemaNode(Word(terms), missing=missing, missing_msg=CHOOSE, **kw)


def listed(**kw) -> colander.SchemaNode:
    """Return a field for text that a screen lets one choose from a list."""
    return text(missing_msg=CHOOSE, **kw)


def day(*, missing=None, **kw) -> colander.SchemaNode:
    """Return a field for a civil day."""
    return colander.SchemaNode(Day(), missing=missing, **kw)


def tick(*, missing=False, **kw) -> colander.SchemaNode:
    """Return a tick field."""
    return colander.SchemaNode(Yes(), missing=missing, **kw)


class Form(colander.MappingSchema):
    """A form that refuses fields it does not know, so that a client's mistake is seen."""

    def __init__(self, *args, **kw) -> None:
        super().__init__(*args, **kw)
        self.typ.unknown = "raise"
