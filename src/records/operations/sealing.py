"""Sealing (封存审计日志): signed heads of the Merkle tree over all audit entries, kept and exported.

A head that has left the office (on a notice, on paper, with another department) makes any later change, removal,
reordering or truncation before it visible to whoever has the exported log and the public key.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from itertools import islice

from records.domain import ledger
from records.domain.findings import Finding, Refused
from records.resources.audit import TreeHead
from records.resources.site import Site

from .services import Services

log = logging.getLogger(__name__)

TAIL = 4096
"""Bytes at the end of the file of heads that are looked at; a line has some 300."""


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
    complete_file(services)
    return head


def complete_file(services: Services) -> int:
    """Append the signed heads that the file of heads lacks, and return how many; a half-written line is written anew.

    The file is written after the commit, so a crash between the two leaves it behind; every sealing and every start
    bring it up. A last line that the database does not know is evidence of a database that was set back: it stays.
    """
    with services.database.read() as root:
        site: Site = root["site"]
        with (services.instance / "heads.jsonl").open("a+b") as file:
            start = max(0, file.seek(0, os.SEEK_END) - TAIL)
            file.seek(start)
            tail = file.read()
            whole = tail[: tail.rfind(b"\n") + 1]
            missing = [exported(head) for head in _missing(site, whole)]
            if not missing and len(whole) == len(tail):
                return 0
            file.truncate(start + len(whole))
            file.write(b"".join(json.dumps(head).encode() + b"\n" for head in missing))
            file.flush()
            os.fsync(file.fileno())
    return len(missing)


def _missing(site: Site, whole: bytes) -> list[TreeHead]:
    """Return the heads that come after the last whole line of the file."""
    lines = whole.splitlines()
    if not lines:
        return list(site.heads.values())
    try:
        last = json.loads(lines[-1])
        size, at = int(last["size"]), str(last["at"])
    except (ValueError, TypeError, KeyError):
        log.error("the last line of heads.jsonl is no head; the newest head is appended behind it")
        return [head for head in (newest_head(site),) if head is not None]
    known = site.heads.get(size)
    if known is not None and exported(known) == last:
        return list(site.heads.values(size + 1))
    log.error("heads.jsonl ends with a head of %s entries that the database does not hold", size)
    return [head for head in site.heads.values() if head.at > at]


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


def details(site: Site) -> Iterator[dict[str, object]]:
    """Yield what stands beside each entry, with its salt, as the offline verifier reads it; erased ones as withheld."""
    for seq, entry in site.audit.items():
        if entry.details:
            yield {"seq": seq, "salt": entry.salt.hex(), "details": json.loads(entry.details)}
        else:
            yield {"seq": seq, "withheld": True}


def prove(site: Site, seq: int) -> dict[str, object] | Refused:
    """Return the proof that one entry stands in the log (单条证明), to be checked without any other entry.

    ``inclusion`` leads from the entry to the first signed head over it, ``consistency`` from that head to the newest,
    both as hexadecimal hashes (RFC 9162 §2.1.3 and §2.1.4).
    """
    entry = site.audit.get(seq)
    if entry is None:
        return Refused((Finding("audit.no-entry", params={"number": seq}),))
    first = next(iter(site.heads.values(seq)), None)
    if first is None:
        return Refused((Finding("audit.not-sealed", params={"number": seq}),))
    newest = newest_head(site)
    leaves = [ledger.leaf_hash(each.line) for each in islice(site.audit.values(), newest.size)]
    inclusion = ledger.inclusion_proof(leaves[: first.size], seq - 1)
    consistency = ledger.consistency_proof(leaves, first.size)
    if not (
        ledger.verify_inclusion(leaves[seq - 1], seq - 1, first.size, inclusion, first.root)
        and ledger.verify_consistency(first.size, first.root, newest.size, newest.root, consistency)
    ):
        return Refused((Finding("audit.broken", params={"size": first.size, "newest": newest.size}),))
    return {
        "entry": entry.line.decode(),
        "head": exported(first),
        "inclusion": [step.hex() for step in inclusion],
        "newest": exported(newest),
        "consistency": [step.hex() for step in consistency],
    }
