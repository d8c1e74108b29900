"""What is asked to bring a guide to the public, and the questions that a guide asks."""

from __future__ import annotations

import colander
from deform.widget import CheckboxChoiceWidget, RadioChoiceWidget

from records.domain.conditions import NO, YES, Answer, Question, QuestionKind
from records.i18n import _

from .types import ALWAYS, Form, Yes, day, text


def version(**kw) -> colander.SchemaNode:
    """Return the field that names a version of a guide."""
    return colander.SchemaNode(
        colander.Int(strict=True), validator=colander.Range(min=1), title=_("Version"), **kw
    )


class NameVersion(Form):
    """Which version is meant."""

    version = version()


class PassOn(NameVersion):
    """Which version is submitted or approved, and the digest of the text that was looked at."""

    digest = text(longest=64, missing="", title=_("Digest of the text"))


class PublishGuide(PassOn):
    """Which version the centre publishes, and from which day."""

    effective_on = day(title=_("In force from"))


class ReturnGuide(NameVersion):
    """Which version goes back to its editors, and what is wrong with it."""

    why = text(longest=1000, missing="", title=_("Comment"), when=ALWAYS)


class WithdrawGuide(Form):
    """From which day a published version no longer holds, and why; the newest one when none is named."""

    version = version(missing=0)
    on = day(title=_("No longer in force from"))
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class Choice(colander.SchemaType):
    """The answer to one question of a guide: true or false, the key of an option, or a list of keys."""

    def __init__(self, question: Question) -> None:
        self.question = question

    def serialize(self, node, appstruct: Answer):
        """Return the answer as a form or the API carries it."""
        if appstruct is colander.null:
            return colander.null
        if self.question.kind is QuestionKind.YES_NO:
            return YES if appstruct is True or appstruct == YES else NO
        return appstruct if isinstance(appstruct, str) else sorted(appstruct)

    def deserialize(self, node, cstruct):
        """Return the answer, or say which answers there are; several answers may be none."""
        several = self.question.kind is QuestionKind.SEVERAL
        if cstruct is colander.null or (cstruct == "" and not several):
            return colander.null
        if self.question.kind is QuestionKind.YES_NO:
            return Yes().deserialize(node, cstruct)
        picked = (cstruct,) if isinstance(cstruct, str) and cstruct else tuple(cstruct or ())
        if (several or len(picked) == 1) and all(value in self.question.values for value in picked):
            return tuple(sorted(set(picked))) if several else picked[0]
        words = "、".join(option.text for option in self.question.options)
        raise colander.Invalid(node, _("Choose one of: ${words}", mapping={"words": words}))


def ask(question: Question) -> Form:
    """Return the form of one question, one per page, its answer under the question's key."""
    form = Form()
    values = [(YES, _("Yes")), (NO, _("No"))]
    if question.kind is not QuestionKind.YES_NO:
        values = [(option.key, option.text) for option in question.options]
    several = question.kind is QuestionKind.SEVERAL
    form.add(
        colander.SchemaNode(
            Choice(question),
            name=question.key,
            title=question.text,
            description=question.note,
            missing=() if several else colander.required,
            widget=(CheckboxChoiceWidget if several else RadioChoiceWidget)(values=values),
        )
    )
    return form
