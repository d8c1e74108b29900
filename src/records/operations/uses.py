"""Requests for the use of archives (利用申请): written down, decided by somebody else, closed, and what came of them.

The reader's number is sealed as an applicant's is; only its mask is readable, the whole is an audited act of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from records.domain import identifiers, masking
from records.domain import uses as rules
from records.domain.access import Identity
from records.domain.catalogues import Carrier
from records.domain.findings import Finding, Refused, blocking
from records.domain.permissions import Permission
from records.domain.uses import Deed, Purpose, Sought, UseState, Way
from records.domain.vocabulary import ItemState
from records.indexes import disposition_questions
from records.indexes import use_questions as asked
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.resources.uses import UseRequest

from .acts import Act, enter, leave_trace, register
from .applicants import KIND_OF_NUMBER, PHONE
from .arranging import where
from .discretion import discreet
from .numbering import fonds_key

SEPARATORS = str.maketrans(dict.fromkeys(",，、;；\n\r\t", " "))
PAPER = frozenset({Carrier.BOTH, Carrier.PAPER})
STAFF = "工号 "
SEALED_FOR = "use-number"

REQUEST, APPROVE, LEND = Permission.USE_REQUEST, Permission.USE_APPROVE, Permission.USE_LEND


@partial(discreet, but="number")
def request(
    act: Act,
    *,
    reader: str = "",
    reader_unit: str = "",
    number: str = "",
    phone: str = "",
    purpose: Purpose | None = None,
    purpose_note: str = "",
    reading: bool = False,
    copying: bool = False,
    extracting: bool = False,
    certifying: bool = False,
    items: str = "",
    sought: str = "",
    fonds: str = "",
) -> UseRequest | Refused:
    """Write down a request for use (登记利用申请): who, by which number, what for, how, and which items or which words.

    Without a reader it is one's own, with one's staff number. ``items`` are 档号 with blanks or commas between; with
    ``sought`` alone ``fonds`` says where to look. Findings: those of ``guard_request``, ``applicant.not-a-number`` and
    what is wrong with the number, ``applicant.phone``, ``permission.denied``.
    """
    own = not reader.strip()
    name = act.by.name if own else reader.strip()
    named, unknown = _named(act.site, items)
    units = {item.fonds for item in named} or ({fonds_key(act.site, fonds.strip())} - {""})
    ways = tuple(
        way for way, ticked in zip(Way, (reading, copying, extracting, certifying), strict=True) if ticked
    )
    plain_number, mask, wrong = _staff(act) if own else _identified(act, number)
    found = [
        *rules.guard_request(
            reader=name,
            number=bool(plain_number or wrong),
            purpose=purpose,
            note=purpose_note.strip(),
            ways=ways,
            items=[sought_of(act.site, item) for item in named],
            unknown=unknown,
            fonds=units,
            sought=sought.strip(),
        ),
        *wrong,
        *_wrong_phone(phone),
    ]
    if len(units) == 1 and not act.matrix.permits(act.by, REQUEST, unit=next(iter(units))):
        found.append(Finding("permission.denied", params={"permission": REQUEST.value}))
    if found:
        return Refused(tuple(found))
    use = UseRequest()
    use.fonds = use.unit = next(iter(units))
    use.requested_by, use.reader = act.by.userid, name
    use.reader_unit = reader_unit.strip() or (_unit(act) if own else "")
    use.number_sealed, use.number_masked = act.vault.seal(plain_number, purpose=SEALED_FOR), mask
    _set_phone(act, use, phone)
    use.purpose, use.purpose_note = purpose.value, purpose_note.strip()
    use.ways, use.items = tuple(way.value for way in ways), tuple(item.id for item in named)
    use.sought = sought.strip()
    use.code = numbered(act, use.unit, "查")
    register(act, use)
    trace(act, use, "use.request", REQUEST)
    return use


@discreet
def name_items(act: Act, use: UseRequest, *, items: str) -> UseRequest | Refused:
    """Name what a search has found (查到，补列档号), so that it can be decided upon."""
    named, unknown = _named(act.site, items)
    found = [*rules.guard_state(Deed.NAME, UseState(use.state))]
    found += [Finding("use.item-unknown", subject="items", params={"code": code}) for code in unknown]
    if not (named or unknown):
        found.append(Finding("use.nothing-sought", subject="items"))
    if any(item.fonds != use.fonds for item in named):
        found.append(Finding("use.several-fonds", subject="items"))
    found += rules.guard_items([sought_of(act.site, item) for item in named])
    if found:
        return Refused(tuple(found))
    use.items = tuple(dict.fromkeys((*use.items, *(item.id for item in named))))
    trace(act, use, "use.name_items", LEND)
    return use


@discreet
def approve(
    act: Act, use: UseRequest, *, items: str = "", consent: str = "", note: str = ""
) -> UseRequest | Refused:
    """Approve a request (批准利用), as another person; who decides for the creating unit consents for it by this.

    Anybody else names the unit's letter in ``consent``, unless everything asked for is open. ``items`` are the codes that
    were looked at: nothing is approved that somebody added meanwhile. Findings: ``guard_approve``, ``use.items-changed``.
    """
    found = rules.guard_approve(
        UseState(use.state),
        [sought_of(act.site, item) for item in items_of(act.site, use)],
        own=is_own(act.by, use),
        for_unit=act.matrix.permits(act.by, Permission.DOSSIER_DECIDE, unit=use.unit),
        consent=consent.strip(),
    )
    seen = set(items.translate(SEPARATORS).split())
    if seen and seen != {item.code for item in items_of(act.site, use)}:
        found = (*found, Finding("use.items-changed", subject="items"))
    if found:
        return Refused(found)
    use.consent = consent.strip()
    _decide(act, use, Deed.APPROVE, note.strip())
    return use


@discreet
def refuse(act: Act, use: UseRequest, *, why: str) -> UseRequest | Refused:
    """Refuse a request (不批准利用), as another person, with the reason that the reader is told."""
    found = rules.guard_refuse(UseState(use.state), own=is_own(act.by, use), why=why.strip())
    if found:
        return Refused(found)
    _decide(act, use, Deed.REFUSE, why.strip())
    return use


def withdraw(act: Act, use: UseRequest) -> UseRequest | Refused:
    """Take one's request back before it is decided (撤回申请): ``use.not-yours``, ``use.wrong-state``."""
    found = [*rules.guard_state(Deed.WITHDRAW, UseState(use.state)), *_not_own(act, use)]
    if found:
        return Refused(tuple(found))
    use.state = UseState.WITHDRAWN.value
    trace(act, use, "use.withdraw", REQUEST)
    return use


@discreet
def note_effect(act: Act, use: UseRequest, *, effect: str) -> UseRequest | Refused:
    """Note what a use has led to (登记利用效果); it may be noted again, what stands there stays."""
    found = [*rules.guard_state(Deed.EFFECT, UseState(use.state))]
    if not act.matrix.permits(act.by, LEND, unit=use.unit):
        found += _not_own(act, use)
    if not effect.strip():
        found.append(Finding("use.no-effect", subject="effect"))
    if found:
        return Refused(tuple(found))
    use.effects = (*use.effects, (act.at, act.by.userid, effect.strip()))
    trace(act, use, "use.note_effect", REQUEST)
    return use


def close(act: Act, use: UseRequest) -> UseRequest | Refused:
    """Close a request (办结) when no paper is out; an electronic loan ends with it."""
    out = [act.site.archives[item].code for item, _at, _by, _until, back, *_ in use.loans if back is None]
    found = rules.guard_close(UseState(use.state), out=out)
    if found:
        return Refused(found)
    use.readings = ended(use.readings, act)
    use.state, use.closed_by, use.closed_at = UseState.CLOSED.value, act.by.userid, act.at
    trace(act, use, "use.close", LEND)
    return use


@discreet
def reveal(act: Act, use: UseRequest, *, purpose: str) -> str | Refused:
    """Show the reader's whole number (查看完整号码); the purpose and who looked stay on record."""
    if len(purpose.strip()) < 2:
        return Refused((Finding("reveal.no-purpose", subject="purpose"),))
    enter(act, "use.reveal", f"use:{use.id}", why=purpose.strip())
    return act.vault.unseal(use.number_sealed, purpose=SEALED_FOR)


def is_own(by: Identity, use: UseRequest) -> bool:
    """Tell whether a request is somebody's own: written down by this person, or by a colleague for a reader of this name."""
    return by.userid == use.requested_by or by.name == use.reader


def trace(act: Act, use: UseRequest, event: str, permission: Permission, *, why: str = "") -> None:
    """Leave the trace of what was done with a request."""
    leave_trace(act, event, use, unit=use.unit, permission=permission, why=why)


def numbered(act: Act, unit: str, word: str) -> str:
    """Return the next number of a unit's yearly series: 机关代字 and word〔year〕n号, without gaps (I7)."""
    sign, year = act.site.office["units"][unit]["notice_prefix"], act.today.year
    return f"{sign}{word}〔{year}〕{act.site.counter(f'use:{word}:{unit}:{year}').next()}号"


def ended(readings: tuple[tuple, ...], act: Act) -> tuple[tuple, ...]:
    """Return electronic loans with the last of them ended by this act, if it still runs."""
    if not readings or readings[-1][3] is not None or readings[-1][2] <= act.at:
        return readings
    opened, by, until, *_ = readings[-1]
    return (*readings[:-1], (opened, by, until, act.at, act.by.userid))


def items_of(site: Site, use: UseRequest) -> tuple[ArchivedItem, ...]:
    """Return the items of a request in the order in which they were named."""
    return tuple(site.archives[item] for item in use.items)


def item_of(site: Site, use: UseRequest, code: str) -> ArchivedItem | None:
    """Return the item of a request that a typed code means; the only one where nothing was typed."""
    if not code.strip() and len(use.items) == 1:
        return site.archives[use.items[0]]
    found = disposition_questions.item_coded(site, code.strip()) if code.strip() else None
    return found if found is not None and found.id in use.items else None


def sought_of(site: Site, item: ArchivedItem) -> Sought:
    """Return what the rules ask of an item."""
    holds = disposition_questions.holds_on(site, item)
    coming = disposition_questions.holds_coming(site, item.fonds)
    lent = asked.lent_by(site, item.id)
    gone = item.destroyed_on
    return Sought(
        code=item.code or item.provisional_code,
        state=ItemState(item.state),
        opening=item.opening,
        tombstone=(item.destruction_list, gone.isoformat() if gone else ""),
        holds=tuple(dict.fromkeys(hold.reference for hold in (*holds, *coming))),
        paper=item.carrier in PAPER or bool(where(site, item)),
        lent=lent.code if lent is not None else "",
    )


def ways_of(use: UseRequest) -> tuple[Way, ...]:
    """Return the ways that a request asks for, granted with its approval."""
    return tuple(map(Way, use.ways))


def _named(site: Site, items: str) -> tuple[list[ArchivedItem], list[str]]:
    """Return the items meant, and the codes that name none."""
    codes = dict.fromkeys(items.translate(SEPARATORS).split())
    each = {code: disposition_questions.item_coded(site, code) for code in codes}
    known: Iterable[ArchivedItem] = (item for item in each.values() if item is not None)
    return list({item.id: item for item in known}.values()), [c for c, item in each.items() if item is None]


def _decide(act: Act, use: UseRequest, deed: Deed, said: str) -> None:
    use.state = rules.after(deed, UseState(use.state)).value
    use.decided_by, use.decided_at, use.decision = act.by.userid, act.at, said
    trace(act, use, f"use.{deed.value}", APPROVE, why=said)


def _not_own(act: Act, use: UseRequest) -> tuple[Finding, ...]:
    return () if act.by.userid == use.requested_by else (Finding("use.not-yours"),)


def _staff(act: Act) -> tuple[str, str, tuple[Finding, ...]]:
    number = f"{STAFF}{act.by.staff_number or act.by.userid}"
    return number, number, ()


def _identified(act: Act, number: str) -> tuple[str, str, tuple[Finding, ...]]:
    """Return the reader's number in its normal form, its mask, and what is wrong with it; all empty without one."""
    if not number.strip():
        return "", "", ()
    recognised = identifiers.recognise(number, today=act.today, passports=True)
    if recognised.kind not in KIND_OF_NUMBER:
        return "", "", (Finding("applicant.not-a-number", subject="number"),)
    kind = "credit-code" if recognised.kind is identifiers.IdentifierKind.CREDIT else "citizen-number"
    mask = masking.mask(kind, recognised.normalised, audience="desk")
    return recognised.normalised, mask, blocking(recognised.findings)


def _wrong_phone(phone: str) -> tuple[Finding, ...]:
    number = _digits(phone)
    return () if not number or PHONE.fullmatch(number) else (Finding("applicant.phone", subject="phone"),)


def _digits(phone: str) -> str:
    return identifiers.normalise(phone).removeprefix("+86").removeprefix("(").replace(")", "")


def _set_phone(act: Act, use: UseRequest, phone: str) -> None:
    if phone.strip():
        use.phone_sealed = act.vault.seal(phone.strip(), purpose="phone")
        use.phone_masked = masking.mask("phone", _digits(phone), audience="desk")


def _unit(act: Act) -> str:
    described = act.site.office["units"].get(act.by.unit, {})
    return described.get("name", act.by.unit)
