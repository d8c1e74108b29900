"""What is asked when a hold is placed or lifted, and of a list on its way from appraisal to closing."""

from __future__ import annotations

import colander
from deform.widget import PasswordWidget

from records.domain.appraisal import Decision, Method
from records.domain.disposition import Post
from records.domain.vocabulary import Retention
from records.i18n import _

from .types import ALWAYS, Form, listed, text, tick, word


def _year(title: str, **kw) -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.Integer(strict=True), validator=colander.Range(1900, 2999), title=title, **kw
    )


def _password() -> colander.SchemaNode:
    return text(longest=200, missing="", title=_("Your password"), when=ALWAYS, widget=PasswordWidget())


class PlaceHold(Form):
    """On which items of a fonds a hold lies, why, and under which number."""

    fonds = listed(longest=60, title=_("Fonds"))
    reference = text(longest=120, missing="", title=_("Reference number"), when=ALWAYS)
    reason = text(longest=500, missing="", title=_("Reason"), when=ALWAYS)
    codes = text(longest=20_000, missing="", title=_("Archival codes"), when=_("when single items are meant"))
    words = text(
        longest=120, missing="", title=_("Words of the file"), when=_("when all that hold them are meant")
    )
    since = _year(_("From the year"), missing=0)
    until = _year(_("Up to the year"), missing=0)
    category = text(longest=12, missing="", title=_("Class"), when=_("when only one is meant"))
    retention = text(longest=4, missing="", title=_("Retention"), when=_("when only one is meant"))


class WithReason(Form):
    """Why it is done."""

    why = text(longest=500, missing="", title=_("Reason"), when=ALWAYS)


class OpenList(Form):
    """Of which fonds and year, by which method, and by whom an appraisal is made."""

    fonds = listed(longest=60, title=_("Fonds"))
    year = _year(_("Year in which the period ended"))
    method = word(Method, missing=Method.DIRECT, title=_("Method"))
    leader = text(
        longest=40,
        missing="",
        title=_("Leader of the group (log-in name)"),
        when=_("when it is not the one of the table"),
    )
    archives = text(
        longest=40,
        missing="",
        title=_("For the archives (log-in name)"),
        when=_("when it is not the one of the table"),
    )
    business = text(longest=40, missing="", title=_("For the business side (log-in name)"), when=_("when it is not the one of the table"))  # fmt: skip


class Choose(Form):
    """What becomes of some items, and why."""

    items = text(longest=20_000, title=_("Archival codes, or * for all that are undecided"))
    decision = word(Decision, title=_("Decision"))
    period = word(Retention, missing=None, title=_("New period"), when=_("when it is kept on"))
    reason = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class Remove(Form):
    """Which items leave a list, and why."""

    items = text(longest=20_000, title=_("Archival codes"))
    why = text(longest=500, missing="", title=_("Reason"), when=ALWAYS)


class AddRule(Form):
    """Which items a rule decides, how, and why."""

    category = text(longest=12, missing="", title=_("Class"), when=_("when only one is meant"))
    retention = text(longest=4, missing="", title=_("Retention"), when=_("when only one is meant"))
    decision = word(Decision, title=_("Decision"))
    period = word(Retention, missing=None, title=_("New period"), when=_("when it is kept on"))
    reason = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)


class Look(Form):
    """What a person found in one item of the sample."""

    code = text(longest=60, title=_("Archival code"))
    agrees = tick(title=_("The rule's decision is right"))
    note = text(longest=300, missing="", title=_("What was found"), when=_("when it is not right"))


class Confirm(Form):
    """The password with which the group confirms its appraisal."""

    password = _password()


class Sign(Form):
    """The password with which a list is signed, and what a supervisor states."""

    password = _password()
    post = word(Post, missing=None, title=_("Sign as"), when=_("when you hold several posts"))
    checked = tick(title=_("I have compared what was destroyed with the list (supervisors)"))
    backups = text(
        longest=500,
        missing="",
        title=_("What becomes of the copies on backup media"),
        when=_("by the last supervisor"),
    )


class Execute(Form):
    """The number of the list, typed by whoever carries it out, and the password."""

    number = text(longest=60, missing="", title=_("Number of the list, typed"), when=ALWAYS)
    password = _password()
