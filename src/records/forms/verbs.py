"""The verbs (办事动作): one table that screen, API and command line share, so that none can do what another cannot.

A verb belongs to a noun, asks one form, needs one permission and runs one operation. ``file`` names the argument that
takes an uploaded file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import colander

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import applicants, archiving, dossiers, guides, materials

from . import applicants as ask_applicants
from . import dossiers as ask_dossiers
from . import guides as ask_guides


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
    changes: bool = True
    key: str = ""

    def ask(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return the form's answers as the operation takes them; raises ``colander.Invalid`` with all faults."""
        return self.form().deserialize(dict(values))


def _submit(act, dossier, *, line, upload, override, note, **described):
    return materials.submit_material(
        act,
        dossier,
        line=line,
        upload=upload,
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
        key="u",
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
        "approve",
        _("Approve for the department"),
        Permission.GUIDE_APPROVE,
        ask_guides.ApproveGuide,
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
)


def verb(noun: str, name: str) -> Verb:
    """Return the verb of a noun; KeyError when there is none."""
    for found in VERBS:
        if (found.noun, found.name) == (noun, name):
            return found
    raise KeyError(f"{noun}/{name}")
