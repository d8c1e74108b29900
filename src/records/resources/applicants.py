"""Applicants (申请人): a person or an organisation, found by the keyed digest of its number."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Applicant(Record):
    """One subject with a library of materials; the number itself is sealed, only its mask is readable.

    ``links`` join subjects that are the same business, each ``(role, applicant id, id of the material that proves it,
    day)``: the person's role is operator, the business's operated.
    """

    kind: ClassVar[str] = "applicant"
    applicant_kind = "person"
    name = ""
    number_kind = "citizen"
    number_digest = b""
    number_sealed = b""
    number_masked = ""
    number_token = ""
    phone_sealed = b""
    phone_masked = ""
    representative = ""
    links: tuple[tuple[str, str, str, object], ...] = ()
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"number_sealed", "phone_sealed"}


class Applicants(Folder):
    """All applicants of the site, by id."""
