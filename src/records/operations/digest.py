"""The semantic digest (语义摘要): one number for what a site says, whatever database, channel or day it was typed on.

It covers every record's attributes in canonical form and every holding's content digest; sessions, keys, jobs, numbers of
feed and audit, channels and ciphertext are left out.
"""

from __future__ import annotations

import hashlib

from records.domain import ledger
from records.resources.site import FOLDERS, Site

from .acts import plain


def semantic_records(site: Site) -> dict[str, object]:
    """Return every record as plain values under ``kind:id``, and the digests of all holdings."""
    found: dict[str, object] = {"office": plain(site.office), "holdings": sorted(site.holdings)}
    for kind in FOLDERS:
        for record in site.folder(kind).values():
            found[f"{kind}:{record.id}"] = plain(record.as_record())
    return found


def semantic_digest(site: Site) -> str:
    """Return the SHA-256 over the canonical JSON of all records, hexadecimal."""
    return hashlib.sha256(ledger.canonical(semantic_records(site))).hexdigest()
