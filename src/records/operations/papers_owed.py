"""Work a request has promised and does itself once its lock is released; after a crash the worker does it."""

from __future__ import annotations

from collections.abc import Callable

from . import archiving, notices, resemblances
from .services import Services

#: Verb of the queue, what does it, and whether the request does it at once.
VERBS: dict[str, tuple[Callable[[Services, str], None], bool]] = {
    "render-notice": (notices.render_notice, True),
    "freeze-package": (archiving.freeze_package, True),
    "extract-text": (resemblances.read_and_compare, False),
}


def do_at_once(services: Services, owed: tuple[tuple[str, str], ...]) -> None:
    """Do what the citizen waits for; the rest stays with the worker."""
    for verb, subject in owed:
        work, at_once = VERBS[verb]
        if at_once:
            work(services, subject)
