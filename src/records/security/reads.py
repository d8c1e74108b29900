"""Reads of personal data: noted with their purpose before the answer leaves, refused when that fails (I16)."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.request import Request

from records.operations.discretion import masked


def note_read(request: Request, what: str, subject: str, *, purpose: str = "") -> None:
    """Say that this answer shows personal data of ``subject``; the line is durable when this returns.

    A purpose is typed by a person: numbers in it are masked, as they are in the audit log.
    """
    identity = request.identity
    request.registry.services.access.note(
        request.now,
        {
            "by": identity.userid if identity else "public",
            "window": identity.window if identity else "",
            "from": request.client_addr or "",
            "read": what,
            "on": subject,
            "purpose": masked(purpose),
        },
    )


def includeme(config: Configurator) -> None:
    """Give every request the verb."""
    config.add_request_method(note_read, "note_read")
