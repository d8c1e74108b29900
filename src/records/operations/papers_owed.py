"""Work a request has promised and does itself once its lock is released; after a crash the worker does it."""

from __future__ import annotations

from collections.abc import Callable

from . import (
    appraisal,
    archiving,
    checking,
    destroying,
    disposition,
    disposition_papers,
    holds,
    notices,
    opening,
    pulling,
    resemblances,
    transfer_papers,
    transferring,
    transfers,
    use_papers,
)
from .services import Services

#: Verb of the queue, what does it, and whether the request does it at once.
VERBS: dict[str, tuple[Callable[[Services, str], None], bool]] = {
    "render-notice": (notices.render_notice, True),
    "freeze-package": (archiving.freeze_package, True),
    checking.VERB: (checking.check_package, True),
    pulling.VERB: (pulling.bring_pages, True),
    appraisal.FREEZE: (disposition_papers.freeze_papers, True),
    disposition.CARRY_OUT: (destroying.carry_out, False),
    holds.VERB: (holds.lay, False),
    opening.VERB: (opening.lay, False),
    transfers.CHECK: (transferring.check_packages, False),
    transfers.FREEZE: (transfer_papers.freeze_papers, True),
    transfers.PACK: (transferring.pack, False),
    transfers.ENTER: (transferring.enter_answers, False),
    use_papers.VERB: (use_papers.make_paper, True),
    "extract-text": (resemblances.read_and_compare, False),
}


def do_at_once(services: Services, owed: tuple[tuple[str, str], ...]) -> None:
    """Do what the citizen waits for; the rest stays with the worker."""
    for verb, subject in owed:
        work, at_once = VERBS[verb]
        if at_once:
            work(services, subject)
