"""All guides stand in lists by title and by the materials they give and name, so that no desk and no check reads them all."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree

from records.domain.guide_lines import asked_of, proof_of
from records.indexes import worklists
from records.operations.editions import content


def list_guides(root: OOBTree, report: Callable[[str], None]) -> None:
    """Put every guide into the lists of guides; one that stands in them already stays."""
    count = 0
    for guide in root["site"].guides.values():
        for version in guide.published():
            body = content(version)
            proof, asks = proof_of(body), asked_of(body)
            if (version.yields, version.needs, version.asks) != (proof.yields, proof.needs, asks):
                version.yields, version.needs, version.asks = proof.yields, proof.needs, asks
        worklists.refresh(root["site"], guide)
        count += 1
    report(f"{count} guides listed")
