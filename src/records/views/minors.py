"""Persons under 14 (不满十四周岁) on every list: name masked, and the file is opened for a purpose only."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.request import Request

from records.domain import masking
from records.operations import subjects
from records.operations.searching import Hit
from records.resources.applicants import Applicant

CASES = frozenset({"dossier", "archive"})
"""Kinds of hits that are about one applicant."""


def is_minor(request: Request, applicant: Applicant) -> bool:
    """Tell whether an applicant is under 14 today."""
    vault = request.registry.services.vault
    return subjects.is_minor(request.site, vault, applicant.id, today=request.today)


def named(request: Request, applicant: Applicant) -> str:
    """Return an applicant's name as a list shows it: that of a child is masked."""
    if not is_minor(request, applicant):
        return applicant.name
    return masking.mask("name", applicant.name, audience="desk")


def unmasked(request: Request, applicant: Applicant) -> str:
    """Return the name that a form proposes, nothing for a child: there the guardian's is typed."""
    return "" if is_minor(request, applicant) else applicant.name


def shown_of(request: Request, hit: Hit) -> tuple[str, tuple[tuple[str, bool], ...]]:
    """Return title and snippet of a search's hit; of a child's case the name is masked and no text is shown."""
    record = request.site.folder(hit.kind).get(hit.id) if hit.kind in CASES else None
    applicant = request.site.applicants.get(record.applicant) if record is not None else None
    if applicant is None or not is_minor(request, applicant):
        return hit.title, hit.snippet
    return hit.title.replace(applicant.name, named(request, applicant)), ()


def described(request: Request, applicant: Applicant, values: Mapping[str, object]) -> dict[str, object]:
    """Return a described file as a program may read it without a purpose: of a child only masks."""
    if not is_minor(request, applicant):
        return dict(values)
    name = masking.mask("name", applicant.name, audience="desk")
    return {**values, "name": name, "phone_masked": "", "representative": "", "protected": True}
