"""What is typed into free text (自由文本) is kept without personal numbers, whoever typed it and wherever it came in.

A note, a reason or a file's name may hold a citizen number. It is masked before the record, the audit entry and the paper
are written, because none of them can be changed later. The number of a paper tells papers apart: there a personal number
becomes its mask with its keyed token, under which it is also found again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import wraps

from records.domain import identifiers, masking

from .acts import Act

_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d(?:[ -]?\d{4}){2}(?![0-9A-Za-z])")
_TOKEN = re.compile(r"\s*\bid[0-9a-z]{12}\b")

#: What the machine wrote and nobody typed: a digest may look like a number and must stay what it is.
MACHINE = frozenset({"digest", "sm3", "media_type"})

#: What tells papers apart: two people's numbers must not become the same mask.
KEYED = frozenset({"document_number", "result_number"})

#: What goes to the vault, and what is printed for the applicant: there a telephone to ask at may stand.
TELEPHONES = frozenset({"phone", "demand", "explanation", "organ", "reasons"})


def discreet(operation: Callable, *, but: str = "") -> Callable:
    """Return an operation that never sees a personal number in what was typed, except in the field ``but``."""

    @wraps(operation)
    def without_numbers(act: Act, *subject: object, **typed: object) -> object:
        kept = {name: value if name == but else _clean(act, name, value) for name, value in typed.items()}
        return operation(act, *subject, **kept)

    return without_numbers


def masked(text: str) -> str:
    """Return a text in which of each personal number only its ends can be read, and of a mobile number its mask."""
    return mobiles_as(
        _numberless(text), lambda number: masking.mask(masking.Personal.PHONE, number, audience="desk")
    )


def _numberless(text: str) -> str:
    return masking.mask_text(text, lambda number: masking.mask("citizen-number", number, audience="desk"))


def mobiles_as(text: str, token: Callable[[str], str]) -> str:
    """Replace every mobile number (手机号码) in a text by what ``token`` makes of its 11 digits."""
    return _MOBILE.sub(lambda found: token(identifiers.normalise(found[0])), text)


def shown(text: str) -> str:
    """Return a number as a person may read it: what finds it again (检索标识) is left out."""
    return _TOKEN.sub("", text).strip()


def _keyed(act: Act, number: str) -> str:
    return f"{masking.mask('citizen-number', number, audience='desk')} {act.vault.token(number)}"


def _clean(act: Act, name: str, value: object) -> object:
    if name in MACHINE:
        return value
    if type(value) is str:
        if name in KEYED:
            return masking.mask_text(value, lambda number: _keyed(act, number))
        return _numberless(value) if name in TELEPHONES else masked(value)
    if isinstance(value, tuple | list):
        return type(value)(_clean(act, name, part) for part in value)
    if isinstance(value, Mapping):
        return {key: _clean(act, name, part) for key, part in value.items()}
    if is_dataclass(value):
        return replace(
            value,
            **{field.name: _clean(act, field.name, getattr(value, field.name)) for field in fields(value)},
        )
    return value
