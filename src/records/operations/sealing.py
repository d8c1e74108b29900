"""Sealing (封存审计日志): signed heads of the Merkle tree over all audit entries, kept and exported.

A head that has left the office (on a notice, on paper, with another department) makes any later change, removal,
reordering or truncation before it visible to whoever has the exported log and the public key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from records.domain import ledger
from records.resources.audit import TreeHead
from records.resources.site import Site

from .services import Services


def newest_head(site: Site) -> TreeHead | None:
    """Return the newest signed head, or None before the first."""
    return site.heads[site.heads.maxKey()] if site.heads else None


def seal(services: Services) -> TreeHead | None:
    """Sign the tree over all entries so far; None when nothing has been added since the last head."""

    def record(root) -> TreeHead | None:
        site: Site = root["site"]
        last = newest_head(site)
        frontier = ledger.Frontier(last.size, last.peaks) if last else ledger.Frontier()
        size = frontier.size
        for entry in site.audit.values(size + 1):
            frontier = frontier.append(entry.leaf)
        if frontier.size == size:
            return None
        head = TreeHead()
        head.size, head.peaks, head.root = frontier.size, frontier.peaks, frontier.root()
        head.at = services.clock.now().isoformat()
        head.signature = services.vault.sign(statement(head))
        site.heads[head.size] = head
        return head

    head = services.database.run(record, note="seal")
    if head is not None:
        with (services.instance / "heads.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(exported(head)) + "\n")
    return head


def statement(head: TreeHead) -> bytes:
    """Return the bytes a head's signature stands for."""
    return ledger.canonical({"size": head.size, "root": head.root.hex(), "at": head.at})


def exported(head: TreeHead) -> dict[str, object]:
    """Return a head as the offline verifier reads it."""
    return {"size": head.size, "root": head.root.hex(), "at": head.at, "signature": head.signature.hex()}


def lines(site: Site) -> Iterator[bytes]:
    """Yield every audit entry's canonical line in order, for the export."""
    for entry in site.audit.values():
        yield entry.line


def heads(site: Site) -> Iterator[dict[str, object]]:
    """Yield every signed head in order, for the export."""
    for head in site.heads.values():
        yield exported(head)
