"""What a person may be allowed to do: the closed list of permissions.

A permission is named ``noun:verb``; the noun is the thing that is looked at or changed, the verb is the operation.
Who holds which is the printed matrix ``rules/permissions.csv``; the code never tests a role.
"""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One cell column of the permission matrix (权限矩阵)."""

    APPLICANT_CREATE = "applicant:create"
    APPLICANT_FIND = "applicant:find"
    APPLICANT_JOIN = "applicant:join"
    APPLICANT_REVEAL = "applicant:reveal"
    APPLICANT_VIEW = "applicant:view"
    ARCHIVE_EXPORT = "archive:export"
    ARCHIVE_VIEW = "archive:view"
    AUDIT_VIEW = "audit:view"
    CONSENT_RECORD = "consent:record"
    CUSTODY_HAND_OVER = "custody:hand-over"
    BURDEN_VIEW = "burden:view"
    CUSTODY_KEEP = "custody:keep"
    CUSTODY_VIEW = "custody:view"
    DESK_VIEW = "desk:view"
    DOSSIER_ACCEPT = "dossier:accept"
    DOSSIER_ARCHIVE = "dossier:archive"
    DOSSIER_DECIDE = "dossier:decide"
    DOSSIER_DELIVER = "dossier:deliver"
    DOSSIER_FILL = "dossier:fill"
    DOSSIER_OPEN = "dossier:open"
    DOSSIER_VIEW = "dossier:view"
    FEEDBACK_ANSWER = "feedback:answer"
    FEEDBACK_VIEW = "feedback:view"
    GUIDE_APPROVE = "guide:approve"
    GUIDE_DRAFT = "guide:draft"
    GUIDE_IMPACT = "guide:impact"
    GUIDE_PUBLISH = "guide:publish"
    GUIDE_RETURN = "guide:return"
    GUIDE_VIEW = "guide:view"
    GUIDE_WITHDRAW = "guide:withdraw"
    JOB_RETRY = "job:retry"
    JOB_VIEW = "job:view"
    MATERIAL_AMEND = "material:amend"
    MATERIAL_IMPORT = "material:import"
    MATERIAL_VERIFY = "material:verify"
    MATERIAL_VIEW = "material:view"
    NOTICE_VIEW = "notice:view"
    OVERRIDE_CONFIRM = "override:confirm"
    OVERRIDE_VIEW = "override:view"
    PERSON_MANAGE = "person:manage"
    SEARCH_DESK = "search:desk"
    SESSION_END = "session:end"
    STANDARD_EDIT = "standard:edit"
    STANDARD_VIEW = "standard:view"
    SYNONYM_EDIT = "synonym:edit"
    TOKEN_ISSUE = "token:issue"
    UNANSWERED_VIEW = "unanswered:view"
