"""A site gets the folder of batches, and its closed cases the list by the day of their closing."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree

from records.indexes import archive_questions, questions, worklists


def place_batches(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make the folder and list the cases that wait to be archived; what is there already stays."""
    site = root["site"]
    site.place_batches()
    waiting = [
        dossier
        for unit in site.office["units"]
        for _, dossier in questions.dossiers_in(site, unit, "delivered")
    ]
    for dossier in waiting:
        worklists.refresh(site, dossier)
    count = sum(1 for fonds in site.office["fonds"] for _ in archive_questions.closed(site, fonds))
    report(f"folder for batches, {count} cases to be archived")
