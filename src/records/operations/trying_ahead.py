"""Trying ahead (提前检测): the notices of closed cases are drawn once a day, so that archiving a month need not wait for it."""

from __future__ import annotations

from records.indexes import archive_questions, questions
from records.resources.site import Site

from .evidence import trial_of
from .services import Services

MOST = 500
"""Notices that are tried in one go; the rest waits for the next."""
PDF = "application/pdf"


def try_ahead(services: Services) -> int:
    """Try the notices of closed cases that nobody has tried yet; return how many. A day without any writes nothing."""
    with services.database.read() as root:
        untried = _untried(root["site"])[:MOST]
    found = {notice: trial_of(services, digest, PDF) for notice, digest in untried}
    if not found:
        return 0

    def within(root) -> int:
        for notice, trial in found.items():
            root["site"].notices[notice].tried = trial
        return len(found)

    return int(services.database.run(within, note="try ahead"))


def _untried(site: Site) -> list[tuple[str, str]]:
    return [
        (notice.id, notice.digest)
        for fonds in site.office["fonds"]
        for _, dossier in archive_questions.closed(site, fonds)
        for notice in questions.notices_of(site, dossier)
        if notice.digest and not notice.tried
    ]
