"""Archived items (归档件): a closed case frozen into its fonds; content and description never change (I9)."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class ArchivedItem(Record):
    """One item of a fonds: 档号, description, retention, the digest of its manifest and the report of its checks.

    ``plan`` is the package's plan as canonical JSON, frozen with the act; ``manifest`` the digest of the frozen
    manifest in the content store, empty until the package has passed its checks.
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


class Archives(Folder):
    """All archived items of the site, by id."""
