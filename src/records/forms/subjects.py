"""What is asked to join files, to name who acts, to freeze a subject and to name a family."""

from __future__ import annotations

import colander
from deform.widget import HiddenWidget

from records.domain.subjects import Ended, MandateKind, Relative
from records.i18n import _

from .types import ALWAYS, Form, day, text, tick, word


def _other(title: str) -> colander.SchemaNode:
    """Return the field for the other file, which a page brings along and nobody types."""
    return text(longest=40, title=title, widget=HiddenWidget())


class Proved(Form):
    """What an act rests on: a held material or a paper that is shown."""

    material = text(
        longest=40, missing="", title=_("Held material that proves it"), when=_("when no paper is shown")
    )
    original_seen = tick(title=_("I have seen the original"))


class ProposeJoin(Proved):
    """The other number of the same subject, why, and what proves it."""

    number = text(longest=60, title=_("The other number: citizen number, credit code or passport"))
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class ConfirmJoin(Form):
    """Which proposed file."""

    other = _other(_("Other file"))


class GiveReason(Form):
    """Which other file, and why."""

    other = _other(_("Other file"))
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class Authorise(Proved):
    """Who acts, in what, for how long, and the letter or paper it rests on."""

    kind = word(MandateKind, title=_("By which right"))
    number = text(longest=60, title=_("Number of who acts"))
    items = text(longest=1000, missing="", title=_("Items, one a line: title or key"), when=_("for an agent"))
    since = day(title=_("From"))
    until = day(title=_("Until"), when=_("for an agent"))


class EndMandate(Form):
    """Whose mandate, and why it ends."""

    agent = _other(_("Who acts"))
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class Freeze(Proved):
    """What happened, on which day, and what proves it."""

    as_ = word(Ended, name="as_", title=_("What happened"))
    day = day(missing=colander.required, title=_("On which day"))
    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class Thaw(Proved):
    """Why it was wrong, and what proves it."""

    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class NoteRequest(Proved):
    """Which near relative asks for what."""

    number = text(longest=60, title=_("Number of the relative"))
    relation = word(Relative, title=_("Relation"))
    wish = text(longest=500, missing="", title=_("What is asked for"), when=ALWAYS)


class NameMember(Form):
    """Who lives with the applicant."""

    number = text(longest=60, title=_("Number of the family member"))
    relation = word(Relative, title=_("Relation"))


class StrikeMember(Form):
    """Who does not."""

    member = _other(_("Family member"))
