"""One verb (办事动作): what a person can do to a noun, through every door alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import colander

from records.domain.permissions import Permission


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
