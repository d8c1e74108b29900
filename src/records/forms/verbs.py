"""The verbs (办事动作): one table that screen, API and command line share, so that none can do what another cannot.

A verb belongs to a noun, asks one form, needs one permission and runs one operation. ``file`` names the argument that
takes an uploaded file, ``more`` the one that takes the files after the first where a paper may come page by page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import colander

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import (
    applicants,
    archiving,
    dossiers,
    feedback,
    guides,
    materials,
    originals,
    people,
    standards,
    synonyms,
)

from . import applicants as ask_applicants
from . import dossiers as ask_dossiers
from . import feedback as ask_feedback
from . import guides as ask_guides
from . import people as ask_people
from . import standards as ask_standards


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing a person can do to a noun; ``subject`` says whether it is done to one record or to the folder."""

    noun: str
    name: str
    title: str
    permission: Permission
    form: type[colander.MappingSchema]
    run: Callable
    subject: bool = True
    file: str = ""
    file_required: bool = False
    more: str = ""
    changes: bool = True
    key: str = ""

    def ask(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return the form's answers as the operation takes them; raises ``colander.Invalid`` with all faults."""
        return self.form().deserialize(dict(values))


def _submit(act, dossier, *, line, upload, override, note, pages=(), **described):
    return materials.submit_material(
        act,
        dossier,
        line=line,
        upload=upload,
        pages=pages,
        description=materials.Description(**described),
        override=override,
        note=note,
    )


VERBS: tuple[Verb, ...] = (
    Verb(
        "applicants",
        "find",
        _("Find an applicant"),
        Permission.APPLICANT_FIND,
        ask_applicants.FindApplicant,
        applicants.find_applicant,
        subject=False,
        changes=False,
    ),
    Verb(
        "applicants",
        "create",
        _("Create an applicant"),
        Permission.APPLICANT_CREATE,
        ask_applicants.CreateApplicant,
        applicants.create_applicant,
        subject=False,
    ),
    Verb(
        "applicants",
        "correct",
        _("Correct name or telephone"),
        Permission.APPLICANT_CREATE,
        ask_applicants.CorrectApplicant,
        applicants.correct_applicant,
    ),
    Verb(
        "applicants",
        "reveal",
        _("Show the full number"),
        Permission.APPLICANT_REVEAL,
        ask_applicants.RevealNumber,
        applicants.reveal_number,
    ),
    Verb(
        "dossiers",
        "open",
        _("Open a case"),
        Permission.DOSSIER_OPEN,
        ask_dossiers.OpenDossier,
        dossiers.open_dossier,
        subject=False,
        key="n",
    ),
    Verb(
        "dossiers",
        "submit",
        _("Take a material"),
        Permission.DOSSIER_FILL,
        ask_dossiers.SubmitMaterial,
        _submit,
        file="upload",
        file_required=True,
        more="pages",
        key="u",
    ),
    Verb(
        "dossiers",
        "verify_original",
        _("Verify the original"),
        Permission.DOSSIER_FILL,
        ask_dossiers.VerifyOriginal,
        originals.verify_original,
    ),
    Verb(
        "dossiers",
        "use",
        _("Use a held material"),
        Permission.DOSSIER_FILL,
        ask_dossiers.UseMaterial,
        materials.use_material,
    ),
    Verb(
        "dossiers",
        "remove",
        _("Take a material off its line"),
        Permission.DOSSIER_FILL,
        ask_dossiers.RemoveMaterial,
        materials.remove_material,
    ),
    Verb(
        "dossiers",
        "receive",
        _("Receive"),
        Permission.DOSSIER_FILL,
        ask_dossiers.Nothing,
        dossiers.receive,
        key="r",
    ),
    Verb(
        "dossiers",
        "accept",
        _("Accept"),
        Permission.DOSSIER_ACCEPT,
        ask_dossiers.Nothing,
        dossiers.accept,
        key="a",
    ),
    Verb(
        "dossiers",
        "request_supplement",
        _("Tell what is missing"),
        Permission.DOSSIER_ACCEPT,
        ask_dossiers.RequestSupplement,
        dossiers.request_supplement,
        key="b",
    ),
    Verb(
        "dossiers",
        "supplement",
        _("Receive the supplement"),
        Permission.DOSSIER_FILL,
        ask_dossiers.Nothing,
        dossiers.supplement,
    ),
    Verb(
        "dossiers",
        "decline",
        _("Decline"),
        Permission.DOSSIER_ACCEPT,
        ask_dossiers.Decline,
        dossiers.decline,
        key="x",
    ),
    Verb(
        "dossiers",
        "decide",
        _("Decide"),
        Permission.DOSSIER_DECIDE,
        ask_dossiers.Decide,
        dossiers.decide,
        file="result",
        key="d",
    ),
    Verb(
        "dossiers",
        "deliver",
        _("Deliver"),
        Permission.DOSSIER_DELIVER,
        ask_dossiers.Deliver,
        dossiers.deliver,
        key="s",
    ),
    Verb(
        "dossiers",
        "withdraw",
        _("Withdraw"),
        Permission.DOSSIER_ACCEPT,
        ask_dossiers.Withdraw,
        dossiers.withdraw,
    ),
    Verb(
        "dossiers",
        "archive",
        _("Arrange and archive"),
        Permission.DOSSIER_ARCHIVE,
        ask_dossiers.Nothing,
        archiving.archive,
        key="g",
    ),
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
        _("Withdraw"),
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


def verb(noun: str, name: str) -> Verb:
    """Return the verb of a noun; KeyError when there is none."""
    for found in VERBS:
        if (found.noun, found.name) == (noun, name):
            return found
    raise KeyError(f"{noun}/{name}")
