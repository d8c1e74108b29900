"""What a reader is asked who says that a guide is right or wrong, and what the answer to it takes."""

from __future__ import annotations

from records.i18n import _
from records.operations.feedback import FeedbackPart

from .types import ALWAYS, Form, tick, word
from .types import text as words


class GiveFeedback(Form):
    """Whether the guide was right; else which part is wrong and how, with a telephone if the reader wants a call."""

    right = tick(title=_("Everything was right"))
    part = word(FeedbackPart, missing=None, title=_("Which part"))
    text = words(
        longest=500, missing="", title=_("What is wrong or missing"), when=_("if something was wrong")
    )
    phone = words(longest=24, missing="", title=_("Telephone"))


class AnswerFeedback(Form):
    """The answer, and whether it may stand below the guide for everybody."""

    answer = words(longest=1000, missing="", title=_("Answer"), when=ALWAYS)
    publish = tick(title=_("Show question and answer below the guide"))


class AddSynonym(Form):
    """The everyday phrase, the words of the guides it stands for, and why."""

    phrase = words(longest=40, missing="", title=_("What people say"), when=ALWAYS)
    means = words(
        longest=200,
        missing="",
        title=_("Words of the guides"),
        description=_("a blank between words that must all occur, a bar | between wordings"),
        when=ALWAYS,
    )
    reason = words(longest=100, title=_("Why"))
