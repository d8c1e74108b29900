"""Fetches (调取): for a line of a case, what the office asked another organ's platform, and how far it has come."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Fetch(Record):
    """One line of one case that the office looks up itself; ``tries`` counts the calls, ``next_at`` is the next one.

    ``fault`` is the code of the last failure and ``params`` its pairs; ``status`` the licence's at its issuer; ``beside``
    says that the line was filled by something else while the answer was on its way. The holder's number is not here.
    """

    kind: ClassVar[str] = "fetch"
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"next_at"}
    dossier = ""
    line = ""
    unit = ""
    holder = ""
    licence_type = ""
    platform = ""
    state = "owed"
    owed_on = None
    due_on = None
    asked_by = ""
    tries = 0
    tried_at = None
    next_at = None
    settled_at = None
    fault = ""
    params: tuple[tuple[str, str | int], ...] = ()
    status = ""
    material = ""
    beside = False


class Fetches(Folder):
    """All fetches of the site, by id; ``health`` says by platform how it has answered of late."""

    health: tuple[tuple, ...] = ()
