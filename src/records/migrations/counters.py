"""Audit log and change feed count by themselves: the next number follows the newest that stands there."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree

from records.resources.site import Site


def drop_counters(root: OOBTree, report: Callable[[str], None]) -> None:
    """Take away the two counters; one that had come further than its list is told, for something is missing there."""
    site: Site = root["site"]
    for name in ("audit", "feed"):
        counter = site.counters.pop(name, None)
        newest = getattr(site, name).last
        if counter is not None and counter.value != newest:
            report(f"{name}: {counter.value} were counted, but the newest is {newest}")
