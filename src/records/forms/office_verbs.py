"""The verbs of the office (中心管理动作): guides and their words, materials, packages, readers' answers, people."""

from __future__ import annotations

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import (
    feedback,
    guides,
    one_things,
    people,
    standards,
    synonyms,
)

from . import dossiers as ask_dossiers
from . import feedback as ask_feedback
from . import guides as ask_guides
from . import people as ask_people
from . import standards as ask_standards
from .one_things import PublishOneThing, WithdrawOneThing
from .verb import Verb

OFFICE_VERBS: tuple[Verb, ...] = (
    Verb(
        "guides",
        "submit",
        _("Submit to the department"),
        Permission.GUIDE_DRAFT,
        ask_guides.PassOn,
        guides.submit_guide,
    ),
    Verb(
        "guides",
        "return",
        _("Send back"),
        Permission.GUIDE_RETURN,
        ask_guides.ReturnGuide,
        guides.return_guide,
    ),
    Verb(
        "guides",
        "approve",
        _("Approve for the department"),
        Permission.GUIDE_APPROVE,
        ask_guides.PassOn,
        guides.approve_guide,
    ),
    Verb(
        "guides",
        "publish",
        _("Review and publish"),
        Permission.GUIDE_PUBLISH,
        ask_guides.PublishGuide,
        guides.publish_guide,
    ),
    Verb(
        "guides",
        "withdraw",
        _("Take it out of force"),
        Permission.GUIDE_WITHDRAW,
        ask_guides.WithdrawGuide,
        guides.withdraw_guide,
    ),
    Verb(
        "guides",
        "roll_back",
        _("Restore as a draft"),
        Permission.GUIDE_DRAFT,
        ask_guides.NameVersion,
        guides.roll_back,
    ),
    Verb(
        "guides",
        "discard",
        _("Give the draft up"),
        Permission.GUIDE_DRAFT,
        ask_guides.NameVersion,
        guides.discard_draft,
    ),
    Verb(
        "people",
        "switch_off",
        _("Switch off"),
        Permission.PERSON_MANAGE,
        ask_dossiers.Nothing,
        people.switch_off,
    ),
    Verb(
        "people",
        "switch_on",
        _("Switch on"),
        Permission.PERSON_MANAGE,
        ask_dossiers.Nothing,
        people.switch_on,
    ),
    Verb(
        "people",
        "end_sessions",
        _("End all log-ins"),
        Permission.PERSON_MANAGE,
        ask_dossiers.Nothing,
        people.end_sessions,
    ),
    Verb(
        "people",
        "withdraw_token",
        _("Withdraw the token"),
        Permission.PERSON_MANAGE,
        ask_people.NameToken,
        people.withdraw_token,
    ),
    Verb(
        "feedback",
        "answer",
        _("Answer the reader"),
        Permission.FEEDBACK_ANSWER,
        ask_feedback.AnswerFeedback,
        feedback.answer_feedback,
    ),
    Verb(
        "synonyms",
        "add",
        _("Add everyday words"),
        Permission.SYNONYM_EDIT,
        ask_feedback.AddSynonym,
        synonyms.add_synonym,
        subject=False,
    ),
    Verb(
        "synonyms",
        "remove",
        _("Take out of use"),
        Permission.SYNONYM_EDIT,
        ask_dossiers.Nothing,
        synonyms.remove_synonym,
    ),
    *(
        Verb("one_things", name, title, Permission.GUIDE_PUBLISH, form, run, subject=False)
        for name, title, form, run in (
            ("publish", _("Publish a package of items"), PublishOneThing, one_things.publish_one_thing),
            ("withdraw", _("Withdraw a package of items"), WithdrawOneThing, one_things.withdraw_one_thing),
        )
    ),
    *(
        Verb("standards", name, title, Permission.STANDARD_EDIT, form, run, subject=False)
        for name, title, form, run in (
            ("add", _("Add a material"), ask_standards.AddStandard, standards.add_standard),
            (
                "change",
                _("Change what is said of it"),
                ask_standards.ChangeStandard,
                standards.change_standard,
            ),
            ("add_alias", _("One more name"), ask_standards.AddAlias, standards.add_alias),
            ("retire", _("Take out of use"), ask_standards.RetireStandard, standards.retire_standard),
            (
                "merge",
                _("Merge into another material"),
                ask_standards.MergeStandards,
                standards.merge_standards,
            ),
        )
    ),
)
