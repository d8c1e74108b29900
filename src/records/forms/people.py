"""What is asked of a person about their own access."""

from __future__ import annotations

import colander

from records.i18n import _

from .types import Form, day, text


class Scopes(colander.SequenceSchema):
    """The permissions a token may use."""

    scope = text(longest=60, title=_("Permission"))


class AskToken(Form):
    """What a token is for, what it may do, and until when it is good."""

    label = text(longest=80, title=_("What the token is for"))
    scopes = Scopes(title=_("Permissions"), validator=colander.Length(min=1))
    until = day(missing=colander.required, title=_("Good until"))


class NameToken(Form):
    """Which of a person's tokens is meant: the first signs of its digest."""

    token = text(longest=64, title=_("Token"))
