"""Trails (审计踪迹): whether archives, holds and lists are what the audit log says of them.

Operations write record and log in one transaction, so a record that differs was changed behind their back, with a prompt on the
database for instance. The log itself is proved by its signed heads (``sealing``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from records.domain.disposition import DispositionState
from records.domain.findings import Finding
from records.domain.holds import HoldState
from records.domain.vocabulary import ItemState
from records.resources.archives import ArchivedItem
from records.resources.dispositions import Disposition
from records.resources.holds import Hold
from records.resources.site import FOLDERS, Site

from .acts import fingerprint
from .services import Services

DECISIVE = frozenset({"hold.lift", "disposition.sign", "disposition.execute", "archive.destroy"})
"""Acts on which it hangs whether something may be destroyed, or is."""
GOING = ("archive.import-undone",)
"""Events after which a record is rightly gone, beside those that end in ``.destroy``."""
BEGUN = (DispositionState.EXECUTING, DispositionState.EXECUTED, DispositionState.SUPERVISED, DispositionState.CLOSED)  # fmt: skip

Acts = frozenset[tuple[str, str, str]]
"""Event, record and who did it; with nobody it stands for whoever did."""


def verify_trails(services: Services) -> tuple[Finding, ...]:
    """Compare archived items, holds and lists with the audit log, and tell which records are gone without an act.

    Findings: ``trail.lost``, ``trail.changed``, ``trail.untraced``, ``hold.not-lifted``, ``disposition.unsigned``.
    """
    with services.database.read() as root:
        site = root["site"]
        acts, found = _scanned(site)
        found += [each for item in site.archives.values() for each in _against_item(site, item, acts)]
        found += [each for hold in site.holds.values() for each in _against_hold(hold, acts)]
        found += [each for one in site.dispositions.values() for each in unsigned(one, acts)]
    return tuple(found)


def decisive_acts(site: Site, subject: str) -> Acts:
    """Return the decisive acts on one record by the log: event, record and who did it."""
    lines = (line for _, line in _lines(site) if line["on"] == subject and line["event"] in DECISIVE)
    return frozenset((line["event"], subject, line["by"]) for line in lines)


def _lines(site: Site) -> Iterator[tuple[int, dict[str, str]]]:
    for seq, entry in site.audit.items():
        yield seq, json.loads(entry.line)


def _scanned(site: Site) -> tuple[Acts, list[Finding]]:
    """Read the whole log once: the decisive acts, the records that are gone, and the items that do not know of an entry."""
    acts, missing, untraced = set(), {}, []
    for seq, line in _lines(site):
        event, subject, by = line["event"], line["on"], line["by"]
        kind, _, name = subject.partition(":")
        if event in DECISIVE:
            acts |= {(event, subject, by), (event, subject, "")}
        if kind not in FOLDERS:
            continue
        record = site.folder(kind).get(name)
        if event.endswith(".destroy") or event in GOING:
            missing[subject] = False
        elif record is None:
            missing.setdefault(subject, True)
        if isinstance(record, ArchivedItem) and seq not in record.trail:
            untraced.append(Finding("trail.untraced", subject=subject, params={"number": seq}))
    lost = [Finding("trail.lost", subject=subject) for subject, is_lost in missing.items() if is_lost]
    return frozenset(acts), [*lost, *untraced]


def _against_item(site: Site, item: ArchivedItem, acts: Acts) -> Iterator[Finding]:
    subject = f"{item.kind}:{item.id}"
    lines = (json.loads(site.audit[seq].line) for seq in reversed(item.trail) if seq in site.audit)
    said = next((line["after"] for line in lines if line["on"] == subject and line["after"]), "")
    unsaid = item.state == ItemState.DESTROYED and ("archive.destroy", subject, "") not in acts
    if unsaid or not said == item.fingerprint == fingerprint(item):
        yield Finding("trail.changed", subject=subject)


def _against_hold(hold: Hold, acts: Acts) -> Iterator[Finding]:
    lifted = ("hold.lift", f"{hold.kind}:{hold.id}", hold.lifted_by) in acts
    if hold.state == HoldState.LIFTED and not lifted:
        yield Finding("hold.not-lifted", subject=hold.id, params={"reference": hold.reference})


def unsigned(record: Disposition, acts: Acts) -> Iterator[Finding]:
    """Yield a finding for each signature on a list, and for its execution, that the log knows nothing of."""
    subject = f"{record.kind}:{record.id}"
    claimed = [("disposition.sign", subject, userid) for _, userid, *_ in record.signatures]
    if record.state in BEGUN:
        claimed.append(("disposition.execute", subject, record.executor))
    for act in claimed:
        if act not in acts:
            yield Finding(
                "disposition.unsigned", subject=record.id, params={"code": record.code, "by": act[2]}
            )
