"""The verbs (办事动作): one table that screen, API and command line share, so that none can do what another cannot.

A verb belongs to a noun, asks one form, needs one permission and runs one operation. ``file`` names the argument that
takes an uploaded file, ``more`` the one that takes the files after the first where a paper may come page by page.
"""

from __future__ import annotations

from .archiving_verbs import ARCHIVING_VERBS
from .arranging_verbs import ARRANGING_VERBS
from .checking_verbs import CHECKING_VERBS
from .custody_verbs import CUSTODY_VERBS
from .disposition_verbs import DISPOSITION_VERBS
from .keeping_verbs import KEEPING_VERBS
from .office_verbs import OFFICE_VERBS
from .transfer_verbs import TRANSFER_VERBS
from .uses_verbs import USES_VERBS
from .verb import Verb
from .window_verbs import WINDOW_VERBS

VERBS: tuple[Verb, ...] = (
    *WINDOW_VERBS,
    *CUSTODY_VERBS,
    *ARCHIVING_VERBS,
    *CHECKING_VERBS,
    *OFFICE_VERBS,
    *DISPOSITION_VERBS,
    *KEEPING_VERBS,
    *ARRANGING_VERBS,
    *USES_VERBS,
    *TRANSFER_VERBS,
)


def verb(noun: str, name: str) -> Verb:
    """Return the verb of a noun; KeyError when there is none."""
    for found in VERBS:
        if (found.noun, found.name) == (noun, name):
            return found
    raise KeyError(f"{noun}/{name}")
