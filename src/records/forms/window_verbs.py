"""The verbs of the window (窗口办事动作): applicants, cases and their papers."""

from __future__ import annotations

from records.domain.permissions import Permission
from records.i18n import _
from records.operations import (
    applicants,
    archiving,
    consents,
    decisions,
    deposits,
    dossiers,
    families,
    fetching,
    freezes,
    importing_library,
    joins,
    mandates,
    materials,
    matters,
    originals,
    overrides,
    promises,
    pulling,
    referrals,
    resemblances,
    rights,
    validity,
)

from . import applicants as ask_applicants
from . import consents as ask_consents
from . import custody as ask_custody
from . import dossiers as ask_dossiers
from . import subjects as ask_subjects
from . import validity as ask_validity
from .one_things import OpenMatter
from .verb import Verb


def _submit(
    act,
    dossier,
    *,
    line,
    upload,
    override,
    note,
    take_original=False,
    place="",
    online=False,
    pages=(),
    **described,
):
    return materials.submit_material(
        act,
        dossier,
        line=line,
        upload=upload,
        pages=pages,
        description=materials.Description(**described),
        override=override,
        note=note,
        deposit=deposits.Deposit(place) if take_original else None,
        online=online,
    )


WINDOW_VERBS: tuple[Verb, ...] = (
    Verb(
        "one_things",
        "open",
        _("Open all cases of a package"),
        Permission.DOSSIER_OPEN,
        OpenMatter,
        matters.open_matter,
        subject=False,
    ),
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
        "applicants",
        "look",
        _("Look at a protected file"),
        Permission.APPLICANT_VIEW,
        ask_applicants.LookAt,
        applicants.look,
        changes=False,
    ),
    *(
        Verb("applicants", name, title, Permission.APPLICANT_JOIN, form, run, file=file)
        for name, title, form, run, file in (
            (
                "propose_join",
                _("Same subject under another number"),
                ask_subjects.ProposeJoin,
                joins.propose_join,
                "upload",
            ),
            (
                "confirm_join",
                _("Confirm after a second look"),
                ask_subjects.ConfirmJoin,
                joins.confirm_join,
                "",
            ),
            ("refuse_join", _("Do not join"), ask_subjects.GiveReason, joins.refuse_join, ""),
            ("separate", _("Separate"), ask_subjects.GiveReason, joins.separate, ""),
            (
                "confirm_separation",
                _("Separate after a second look"),
                ask_subjects.ConfirmJoin,
                joins.confirm_separation,
                "",
            ),
            ("authorise", _("Agent or guardian"), ask_subjects.Authorise, mandates.authorise, "upload"),
            ("end_mandate", _("End the mandate"), ask_subjects.EndMandate, mandates.end_mandate, ""),
            ("freeze", _("Freeze: died or deregistered"), ask_subjects.Freeze, freezes.freeze, "upload"),
            ("thaw", _("Thaw"), ask_subjects.Thaw, freezes.thaw, "upload"),
            (
                "note_request",
                _("A near relative asks"),
                ask_subjects.NoteRequest,
                freezes.note_request,
                "upload",
            ),
        )
    ),
    *(
        Verb("dossiers", name, title, Permission.DOSSIER_FILL, form, run)
        for name, title, form, run in (
            ("name_member", _("Name a family member"), ask_subjects.NameMember, families.name_member),
            ("strike_member", _("Strike a family member"), ask_subjects.StrikeMember, families.strike_member),
            (
                "act_in_person",
                _("The applicant acts in person"),
                ask_dossiers.Nothing,
                mandates.act_in_person,
            ),
        )
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
        "pull",
        _("Pull pages from the archives"),
        Permission.DOSSIER_FILL,
        ask_dossiers.PullPages,
        pulling.pull,
    ),
    Verb(
        "dossiers",
        "promise",
        _("Take a written promise instead"),
        Permission.DOSSIER_FILL,
        ask_consents.NameLine,
        promises.promise_line,
    ),
    Verb(
        "dossiers",
        "confirm_override",
        _("Second look: the original had to be seen"),
        Permission.OVERRIDE_CONFIRM,
        ask_consents.NameLine,
        overrides.confirm_override,
    ),
    Verb(
        "materials",
        "consent",
        _("Consent to its reuse"),
        Permission.CONSENT_RECORD,
        ask_consents.RecordConsent,
        consents.record_consent,
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
        "confirm_same",
        _("It is the same paper"),
        Permission.DOSSIER_FILL,
        ask_dossiers.UseMaterial,
        resemblances.confirm_same,
    ),
    Verb(
        "dossiers",
        "tell_apart",
        _("It is another paper"),
        Permission.DOSSIER_FILL,
        ask_dossiers.UseMaterial,
        resemblances.tell_apart,
    ),
    Verb(
        "dossiers",
        "part",
        _("Undo: they are two papers"),
        Permission.DOSSIER_FILL,
        ask_dossiers.VerifyOriginal,
        resemblances.part,
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
        decisions.decide,
        file="result",
        key="d",
    ),
    Verb(
        "dossiers",
        "refer",
        _("Hand up to the organ that decides"),
        Permission.DOSSIER_DECIDE,
        ask_dossiers.Refer,
        referrals.refer,
    ),
    Verb(
        "dossiers",
        "answer_referral",
        _("Enter its answer"),
        Permission.DOSSIER_DECIDE,
        ask_dossiers.AnswerReferral,
        referrals.answer_referral,
        file="result",
    ),
    Verb(
        "dossiers",
        "deliver",
        _("Deliver"),
        Permission.DOSSIER_DELIVER,
        ask_dossiers.Deliver,
        decisions.deliver,
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
    *(
        Verb("dossiers", name, title, Permission.CUSTODY_KEEP, form, run)
        for name, title, form, run in (
            (
                "receive_original",
                _("Take the original in"),
                ask_custody.ReceiveOriginal,
                deposits.receive_original,
            ),
            ("print_receipt", _("Receipt for the originals"), ask_dossiers.Nothing, deposits.print_receipt),
        )
    ),
    *(
        Verb("materials", name, title, Permission.MATERIAL_VERIFY, form, run)
        for name, title, form, run in (
            (
                "verify",
                _("Paper and description agree"),
                ask_dossiers.Nothing,
                importing_library.verify_imported,
            ),
            ("reject", _("Send it back"), ask_validity.RejectMaterial, importing_library.reject_imported),
        )
    ),
    *(
        Verb("materials", name, title, Permission.MATERIAL_AMEND, form, run)
        for name, title, form, run in (
            ("stop", _("It was taken away or suspended"), ask_validity.StopMaterial, validity.stop_material),
            ("restore", _("It holds again"), ask_validity.RestoreMaterial, validity.restore_material),
            ("correct", _("Correct what was typed"), ask_validity.CorrectMaterial, validity.correct_material),
            ("object", _("The applicant says it is wrong"), ask_validity.SayWhy, rights.object_to),
            (
                "settle_objection",
                _("Answer the objection"),
                ask_validity.SettleObjection,
                rights.settle_objection,
            ),
            ("seal", _("The applicant wants it deleted: seal it"), ask_validity.SayWhy, rights.seal),
            ("unseal", _("Unseal it at the applicant's wish"), ask_validity.SayWhy, rights.unseal),
            ("hand_out", _("Copy with its purpose on it"), ask_validity.HandOut, rights.hand_out),
        )
    ),
    Verb(
        "fetches",
        "retry",
        _("Ask the platform again"),
        Permission.DOSSIER_FILL,
        ask_dossiers.Nothing,
        fetching.retry_fetch,
    ),
)
