"""Shorthand (速记): how the database spells the classes and attributes that every registration writes.

A stored object names its class, the classes it refers to and its attributes again in each of its versions. Spelled out
that was a third of all bytes; here each has a number. Both tables only grow at their end: a number that was written
once means the same for ever. What has no number is spelled out, and old objects that are spelled out are read as ever.
"""

from __future__ import annotations

import copyreg
import re
import zlib
from datetime import UTC, date, timezone

from persistent import Persistent

FIRST_CLASS = 240
"""Numbers from 240 to 255 take one byte and are nobody else's; later ones take two."""

CLASSES = (
    ("BTrees.OOBTree", "OOBucket"),
    ("BTrees.LOBTree", "LOBucket"),
    ("records.db", "SmallOOBTree"),
    ("records.db", "SmallLOBTree"),
    ("records.db", "WriteCounter"),
    ("records.resources.site", "Counter"),
    ("datetime", "datetime"),
    ("datetime", "timezone"),
    ("datetime", "timedelta"),
    ("datetime", "date"),
    ("records.resources.dossiers", "Dossier"),
    ("records.resources.dossiers", "Dossiers"),
    ("records.resources.materials", "Material"),
    ("records.resources.materials", "Holding"),
    ("records.resources.audit", "AuditEntry"),
    ("records.queue", "Job"),
    ("records.resources.materials", "Materials"),
    ("records.resources.notices", "Notice"),
    ("records.resources.notices", "Notices"),
    ("records.resources.applicants", "Applicant"),
    ("records.resources.applicants", "Applicants"),
    ("records.resources.archives", "ArchivedItem"),
    ("records.resources.archives", "Archives"),
    ("records.shorthand", "Tally"),
    ("records.sequence", "Block"),
    ("records.shorthand", "universal"),
)

ATTRIBUTES = (
    # every record
    "__name__", "__parent__", "id", "number", "seq", "listed", "fingerprint", "created_at",
    # dossiers
    "code", "inquiry_code", "applicant", "agent", "guide", "guide_version", "unit", "fonds", "item_kind", "state",
    "channel", "situation", "entries", "overrides", "told", "told_at", "gaps", "received_at", "received_by",
    "accepted_at", "accepted_by", "deemed", "statutory_due", "promised_due", "due_provisional", "declined",
    "outcome", "decided_at", "decided_by", "reasons", "result_material", "result_number", "result_digest",
    "result_valid_until", "result_electronic", "delivered_at", "delivered_by", "delivery", "notices",
    "archived_item", "events",
    # materials and holdings
    "standard", "title", "document_number", "issuer", "issued_on", "valid_from", "valid_until", "grade", "status",
    "source", "source_dossier", "verified_by", "verified_on", "disputed", "superseded_by", "original_seen",
    "renditions", "digest", "sm3", "size", "media_type", "first_seen", "page_count", "text_status", "text_pages",
    "text_tool",
    # notices
    "notice_kind", "dossier", "facts", "missing", "issued_at", "verify_code",
    # applicants
    "applicant_kind", "name", "number_kind", "number_digest", "number_sealed", "number_masked", "number_token",
    "phone_sealed", "phone_masked", "representative",
    # audit entries and jobs
    "line", "leaf", "details", "salt", "verb", "subject", "params", "owed_since", "not_before", "place",
    "lease_until", "tries", "worker", "last_error", "done", "total", "owed",
    # reuse
    "course", "judged", "looks", "online", "promises", "consents",
)  # fmt: skip

DIGESTS = frozenset(
    {"fingerprint", "digest", "sm3", "result_digest", "entries", "renditions", "listed", "subject"}
)
"""Attributes that hold digests in hexadecimal, which are stored as the bytes they stand for, in tuples too."""

PACKED = frozenset({"line", "details", "facts", "plan"})
"""Attributes in canonical JSON, which are stored deflated; a byte before says with which words, from 1."""

APART = 0x80
"""Set in that byte when digests were taken out: their number and their bytes come next, then the text with holes."""

HOLE = b"\1"
"""Stands where a digest was; in JSON no such sign stands by itself, and a text that has one is left whole."""

SHORT = 32
"""Bytes of such a text that is stored as it is."""

WORDS = (
    (
        '"accepted_on":"202,"address":""agent":"applicant":"basis":"counting":"承诺个工作日，法定20个工作日，受理当日不计入'
        '","deemed":false,"deadline":"gaps":[{"action":"dossier_number":"fee":"不收费","handler":"intake_basis":"'
        'issued_on":"item_code":"11item_name":"（新办）masked_id":"**************"materials":[{"copies":"1","form":"'
        '纸质或电子","name":"note":"","source":"申请人提交"}],"number":"〔2026〕号","organ":"promised_due":"'
        'provisional":false,"query_code":"received_at":"received_on":"行政许可法第三十二条第一款第五项，有效期至级核验'
        'statutory_due":"stops":"","supervision":"supplement":"","tell_limit":"telephone":"url":"http://127.0.0.1:6543'
        '/verify?n=%E4%BA%91%E5%8F%97%E3%80%942026%E3%80%95%E5%8F%B7&c=verify_code":"waived":[]}'
        '{"after":"","at":"2026-0T:00+00:00","before":"","by":"system","channel":"api","channel":"job","channel":"screen'
        '","details_digest":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","event":"applicant.create'
        '","event":"notice.issued","event":"notice.acceptance","event":"notice.receipt","event":"dossier.accept","event":'
        '"dossier.open","event":"material.submit","event":"dossier.fill","for":"","letter":"授〔2024〕号","on":"notice:'
        '","on":"material:","on":"dossier:","seq":1,"why":"","window":""}'
    ).encode(),
)
"""Words that such texts are made of, the commonest last; a list is never changed, a better one is added behind it."""

_DIGEST = re.compile("[0-9a-f]{64}")
# The digest of no details stands in the words already.
_SPELLED_DIGEST = re.compile(b"(?!44136fa355b3678a)[0-9a-f]{64}")
_NUMBERS = {name: number for number, name in enumerate(ATTRIBUTES)}


def use_shorthand() -> None:
    """Let every pickle of this process use the numbers of the classes; again is no fault."""
    for number, (module, name) in enumerate(CLASSES, FIRST_CLASS):
        copyreg.add_extension(module, name, number)
    copyreg.pickle(timezone, _zone)


def universal() -> timezone:
    """Return the time zone of all instants that are stored (世界时)."""
    return UTC


class Terse(Persistent):
    """A persistent object whose attributes are stored in shorthand."""

    def __getstate__(self) -> dict[int | str, object]:
        """Return the attributes for the database."""
        state, known = super().__getstate__() or {}, {}
        return {_NUMBERS.get(name, name): _written(name, value, known) for name, value in state.items()}

    def __setstate__(self, state: dict[int | str, object]) -> None:
        """Take the attributes from the database, in shorthand or spelled out."""
        names = {key: key if isinstance(key, str) else ATTRIBUTES[key] for key in state}
        super().__setstate__({name: _read(name, state[key]) for key, name in names.items()})


class Tally(Persistent):
    """A number that only grows (计数), stored as nothing but itself."""

    value = 0

    def next(self) -> int:
        """Return the next number."""
        self.value += 1
        return self.value

    def __getstate__(self) -> int:
        """Return the number for the database."""
        return self.value

    def __setstate__(self, state: int | dict[str, int]) -> None:
        """Take the number from the database; older ones lie under their name."""
        super().__setstate__(state if isinstance(state, dict) else {"value": state})


def _zone(zone: timezone) -> tuple:
    """Say how a time zone is stored: the one that stands in every record by its number, another one spelled out."""
    return (universal, ()) if zone is UTC else zone.__reduce__()


def _written(name: str, value: object, known: dict[object, object]) -> object:
    if name in PACKED and len(value) > SHORT:
        return _deflated(value)
    return _once(value, name in DIGESTS, known)


def _once(value: object, digests: bool, known: dict[object, object]) -> object:
    """Return a value in which equal texts and days are one object, because a pickle writes one object once."""
    if isinstance(value, tuple):
        return tuple([_once(part, digests, known) for part in value])
    if type(value) is str:
        if digests and len(value) == 64 and _DIGEST.fullmatch(value):
            value = bytes.fromhex(value)
        return known.setdefault(value, value)
    return known.setdefault((type(value), value), value) if isinstance(value, date) else value


def _read(name: str, value: object) -> object:
    if name in DIGESTS:
        return _spelled(value)
    if name in PACKED and isinstance(value, tuple):
        return _inflated(*value)
    return value


def _spelled(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_spelled, value))
    return value.hex() if isinstance(value, bytes) else value


def _deflated(text: str | bytes) -> tuple[bool, bytes]:
    """Return whether it was text, and the bytes of it."""
    spelled = text.encode() if isinstance(text, str) else text
    digests, bare = [], spelled
    if HOLE not in spelled:
        digests = [bytes.fromhex(each.decode()) for each in _SPELLED_DIGEST.findall(spelled)[:255]]
        bare = _SPELLED_DIGEST.sub(HOLE, spelled, count=len(digests)) if digests else spelled
    head = bytes([len(WORDS) | APART, len(digests)]) if digests else bytes([len(WORDS)])
    deflate = zlib.compressobj(9, zlib.DEFLATED, -12, 5, zdict=WORDS[-1])
    return isinstance(text, str), b"".join((head, *digests, deflate.compress(bare), deflate.flush()))


def _inflated(was_text: bool, stored: bytes) -> str | bytes:
    words, apart = stored[0] & ~APART, stored[1] if stored[0] & APART else 0
    start = 2 + apart * 32 if apart else 1
    inflate = zlib.decompressobj(-12, zdict=WORDS[words - 1])
    spelled = inflate.decompress(stored[start:]) + inflate.flush()
    for place in range(2, start - 1, 32):
        spelled = spelled.replace(HOLE, stored[place : place + 32].hex().encode(), 1)
    return spelled.decode() if was_text else spelled
