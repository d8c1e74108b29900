"""Cases in which a held material was taken again stand in a list of their unit."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree

from records.indexes import worklists


def list_overrides(root: OOBTree, report: Callable[[str], None]) -> None:
    """Enter every such case into its list; one that stands there stays."""
    found = [dossier for dossier in root["site"].dossiers.values() if dossier.overrides]
    for dossier in found:
        worklists.refresh(root["site"], dossier)
    report(f"{len(found)} cases with overrides")
