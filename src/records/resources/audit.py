"""The audit entries (审计日志): one object each, written in the transaction of the act, never changed."""

from __future__ import annotations

from persistent import Persistent

from records.shorthand import Terse


class AuditEntry(Terse):
    """One act: its canonical line, its Merkle leaf, and the personal details that stand beside the chain.

    ``line`` is canonical JSON (UTF-8); ``leaf`` is the RFC 9162 leaf hash of it; ``details`` are the before and after
    values, of which only the salted digest is in the line; once erased they are empty.
    """

    line = b""
    leaf = b""
    details = "{}"
    salt = b""


class TreeHead(Persistent):
    """The signed head of the Merkle tree over the first ``size`` entries."""

    size = 0
    root = b""
    at = ""
    signature = b""
    peaks: tuple[bytes, ...] = ()
