"""Everyday words of the office (本中心同义词): added where a search found nothing, over the table that comes with the system."""

from __future__ import annotations

from collections.abc import Mapping

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.indexes import keys
from records.indexes.words import fold
from records.resources.site import Site
from records.resources.synonyms import Synonym
from records.rules.synonyms import Synonym as Row
from records.rules.synonyms import sayings, wordings

from .acts import Act, leave_trace, register
from .discretion import discreet

LONGEST = 20
MOST_WORDINGS = 6


def known(site: Site) -> Mapping[str, Row]:
    """Return every phrase in use: the office's own word wins, and one without a meaning takes a shipped phrase out."""
    table = dict(sayings().synonyms)
    for record in site.synonyms.values():
        if record.wordings:
            table[record.phrase] = Row(record.phrase, record.wordings, record.reason)
        else:
            table.pop(record.phrase, None)
    return table


def words(table: Mapping[str, Row]) -> tuple[str, ...]:
    """Return every phrase of a table and every word that one stands for, each once."""
    meant = (fold(word) for row in table.values() for wording in row.wordings for word in wording)
    return tuple(dict.fromkeys((*table, *meant)))


@discreet
def add_synonym(act: Act, *, phrase: str, means: str, reason: str) -> Synonym | Refused:
    """Let an everyday phrase lead to the words of the guides (添加同义词); one that is known gets the new meaning."""
    phrase, meant = "".join(fold(phrase).split()), wordings(means)
    found = []
    if not 2 <= len(phrase) <= LONGEST:
        found.append(Finding("synonym.length", subject="phrase", params={"least": 2, "most": LONGEST}))
    if not meant or len(meant) > MOST_WORDINGS:
        found.append(Finding("synonym.means", subject="means", params={"most": MOST_WORDINGS}))
    if ((phrase,),) == meant:
        found.append(Finding("synonym.itself", subject="means", params={"phrase": phrase}))
    if found:
        return Refused(tuple(found))
    record = of_phrase(act.site, phrase)
    if record is None:
        record = Synonym()
        record.phrase = phrase
        register(act, record)
        keys.claim(act.site, keys.compose("synonym", phrase), record.id)
    record.wordings, record.reason, record.added_by = meant, reason, act.by.userid
    leave_trace(act, "synonym.add", record, permission=Permission.SYNONYM_EDIT, details={"phrase": phrase})
    return record


def remove_synonym(act: Act, record: Synonym) -> Synonym | Refused:
    """Take a phrase out of use (停用同义词); also one that comes with the system, once the office has its own row for it."""
    if not record.wordings:
        return Refused((Finding("synonym.out-of-use", params={"phrase": record.phrase}),))
    record.wordings = ()
    leave_trace(
        act, "synonym.remove", record, permission=Permission.SYNONYM_EDIT, details={"phrase": record.phrase}
    )
    return record


def of_phrase(site: Site, phrase: str) -> Synonym | None:
    """Return the office's own row of a phrase, or None."""
    owner = keys.owner(site, keys.compose("synonym", phrase))
    return site.synonyms[owner] if owner else None
