"""Applicants (申请人): a person or an organisation, found by the keyed digest of its number."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Applicant(Record):
    """One subject with a library of materials; the number itself is sealed, only its mask is readable.

    ``links`` each say ``(role, applicant id, id of the material that proves it, day)``: the person's role is operator, the
    business's operated; files that are one subject have the role same. ``proposed`` are joins that wait for a second look:
    ``(applicant id, material id, by, at, why)``. ``mandates`` say who acts for the subject: ``(kind, applicant id, items,
    since, until, material id, ended on)``. ``ended`` says why, since which day and by which material a subject is frozen:
    ``(state, day, material id, by, at)``, empty while it lives. ``requests`` are what near relatives of the dead asked for:
    ``(applicant id, relation, wish, material id, by, at)``. ``partings`` are separations that wait for a second look,
    ``(applicant id, by, at, why)``.
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
    proposed: tuple[tuple[str, str, str, object, str], ...] = ()
    mandates: tuple[tuple, ...] = ()
    ended: tuple = ()
    requests: tuple[tuple[str, str, str, str, str, object], ...] = ()
    partings: tuple[tuple[str, str, object, str], ...] = ()
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"number_sealed", "phone_sealed"}


class Applicants(Folder):
    """All applicants of the site, by id."""
