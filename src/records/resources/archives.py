"""Archived items (归档件): a closed case frozen into its fonds; content and description never change (I9)."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class ArchivedItem(Record):
    """One item of a fonds: 档号, description, retention, the digest of its manifest and the report of its checks.

    ``plan`` is the package's plan as canonical JSON, frozen with the act; ``manifest`` the digest of the frozen
    manifest in the content store, empty until the package has passed its checks.

    Content and description stand still from registration on (I9). What happens to the item later stands beside them:
    ``steps`` are the steps of archiving ``(step, at, by, result, note)``; ``management`` what was done with it since,
    ``(event, at, by, reference, note)``; ``holds`` the ids of the legal holds on it; ``relations`` ``(kind, item id)``
    of linked items; ``due_on`` the last day of its period as appraisal has extended it, ``expires_on`` as archived.
    """

    kind: ClassVar[str] = "archive"
    code = ""
    provisional_code = ""
    dossier = ""
    dossier_code = ""
    applicant = ""
    applicant_name = ""
    title = ""
    fonds = ""
    unit = ""
    category = ""
    year = 0
    retention = ""
    retention_basis = ""
    expires_on = None
    plan = ""
    manifest = ""
    package_digest = ""
    report = ""
    state = "pending"
    archived_at = None
    archived_by = ""
    document_count = 0
    byte_count = 0
    steps: tuple[tuple[str, object, str, str, str], ...] = ()
    management: tuple[tuple[str, object, str, str, str], ...] = ()
    holds: tuple[str, ...] = ()
    relations: tuple[tuple[str, str], ...] = ()
    due_on = None
    box = ""
    volume = ""


class Archives(Folder):
    """All archived items of the site, by id."""
