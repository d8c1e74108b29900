"""Items archived before know where the audit log tells of them (审计条目号), so that their checks can read it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable


def note_trails(root, report: Callable[[str], None]) -> None:
    """Walk the audit log once and note the numbers of its entries on the items they are about."""
    site = root.get("site")
    if site is None:
        return
    found: dict[str, list[int]] = defaultdict(list)
    for seq, entry in site.audit.items():
        kind, _, name = json.loads(entry.line or b"{}").get("on", "").partition(":")
        if kind == "archive":
            found[name].append(seq)
    for name, numbers in found.items():
        item = site.archives.get(name)
        if item is not None:
            item.trail = tuple(numbers)
    report(f"audit entries noted on {len(found)} items")
