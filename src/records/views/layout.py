"""What stands around every page of the staff (页面框架): who is logged in, where one may go, what was done last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from pyramid.config import Configurator
from pyramid.events import BeforeRender
from pyramid.request import Request

from records.clock import CIVIL
from records.domain.access import EVERYWHERE
from records.domain.clocks import working_days_between
from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.domain.referrals import last_of
from records.domain.vocabulary import DossierState, Role
from records.i18n import _
from records.resources.dossiers import Dossier
from records.rules import national_calendar
from records.rules.permissions import matrix

from . import messages

#: Where a person may go: words, path, and any of the permissions that open the door.
NAVIGATION: tuple[tuple[str, str, tuple[Permission, ...]], ...] = (
    (_("Today"), "/desk", (Permission.DESK_VIEW,)),
    (_("Look up"), "/desk/search", (Permission.SEARCH_DESK,)),
    (_("Archives"), "/archives", (Permission.ARCHIVE_EXPORT,)),
    (_("Use of archives"), "/uses", (Permission.USE_REQUEST,)),
    (
        _("Guides"),
        "/desk/guides",
        (Permission.GUIDE_DRAFT, Permission.GUIDE_APPROVE, Permission.GUIDE_PUBLISH),
    ),
    (_("Standard materials"), "/desk/standards", (Permission.STANDARD_EDIT, Permission.GUIDE_DRAFT)),
    (_("Burden ledger"), "/desk/burden", (Permission.BURDEN_VIEW,)),
    (_("People"), "/desk/people", (Permission.PERSON_MANAGE,)),
    (_("Background work"), "/desk/jobs", (Permission.JOB_VIEW,)),
    (_("System"), "/desk/system", (Permission.JOB_VIEW,)),
    (_("Audit log"), "/desk/audit", (Permission.AUDIT_VIEW,)),
)

#: What a page says after an act; the code word stands in the address, nothing personal does.
DONE = {
    "archives-recheck": _("The stored package was checked again. What was found stands first."),
    "create": _("The file of the applicant was created."),
    "converted": _("A number of 15 digits was typed; it is kept as the 18 digits that belong to it."),
    "correct": _("Corrected. The reason is on record."),
    "open": _("The case was opened."),
    "subject-propose_join": _("Proposed. Nothing is shared until somebody else has looked at the paper."),
    "subject-confirm_join": _("Joined. Both numbers are one subject from now on."),
    "subject-refuse_join": _("The proposal was struck."),
    "subject-separate": _("Proposed. Somebody else looks at it before anything changes."),
    "subject-confirm_separation": _("Separated. Open cases whose lines were emptied say so on the line."),
    "subject-authorise": _("The mandate is on record."),
    "subject-end_mandate": _("The mandate has ended."),
    "subject-freeze": _("Frozen. Nothing is reused and no case is opened in this name."),
    "subject-thaw": _("The file can be used again."),
    "subject-note_request": _("The request of the relative is on record."),
    "subject-name_member": _("The family member is named."),
    "subject-strike_member": _("The family member was struck."),
    "act_in_person": _("The applicant acts in person from now on."),
    "receive": _("Received. The receipt is below."),
    "accept": _("Accepted. The acceptance notice is below and the time limit runs from tomorrow."),
    "request_supplement": _("The notice that tells everything at once is below. Print it and hand it over."),
    "supplement": _("The supplement was received. The receipt is below."),
    "decline": _("Declined in writing. The notice is below."),
    "decide": _("Decided. The decision is below and can be delivered."),
    "refer": _("Handed up. The list that goes along is below; print it and have it signed."),
    "answer_referral": _("The answer is on record."),
    "deliver": _("Delivered. The case is done; the result is in the applicant's library."),
    "withdraw": _("The case was withdrawn."),
    "archive": _("Arranged. The package is being frozen."),
    "archived": _("Archived. The package is frozen."),
    "submit": _("The material was taken."),
    "verify_original": _("That the original was seen is on record."),
    "use": _("The held material is used; the applicant brings nothing."),
    "remove": _("The material was taken off its line."),
    "promise": _("The written promise is on record; the paper is not needed."),
    "consent": _("What the applicant said is on record; open cases follow it at once."),
    "confirm_override": _("The second look is on record."),
    "confirm_same": _("Kept as another copy of the held material."),
    "tell_apart": _("Told apart; it will not be proposed again."),
    "part": _("Taken back; they are two materials again."),
    "number": _(
        "A full number was typed into the search. It was looked up by its keyed sign; the number itself is not in the address."
    ),
    "password": _("The password was changed. All other log-ins have ended."),
    "token-withdrawn": _("The token no longer works."),
    "sessions-ended": _("All log-ins have ended but this one."),
    "switch_off": _("The account was switched off. All its log-ins and tokens have ended."),
    "switch_on": _("The account was switched on."),
    "end_sessions": _("All log-ins of this person have ended."),
    "synonym-add": _("The words lead to these guides from now on, everywhere."),
    "standard-add": _("The material was added."),
    "standard-change": _("The change is on record. The earlier name goes on naming the material."),
    "standard-add_alias": _("The name means this material from now on."),
    "standard-retire": _("Out of use. Cases and guides in force go on reading it."),
    "standard-merge": _("Merged. The code and all its names mean the other from now on."),
    "onething-publish": _("Published. The former text is kept below."),
    "onething-open": _("All cases of the package are open. What is handed in for one counts for all."),
    "onething-withdraw": _("The package was withdrawn. A later publication brings it back."),
    "synonym-remove": _("The words are out of use."),
    "receive_original": _(
        "The original was taken in. Its receipt comes with the next paper, or at once below."
    ),
    "print_receipt": _("The receipt for the originals is below. Print it and hand it over."),
    "pull": _("The pages are being taken out of the archives; below you see what became of them."),
    "imported-verify": _("Compared. It is of grade B from now on, with your name and the day."),
    "imported-reject": _("Sent back. The reason stays on record."),
    "material-stop": _("It is on record, and the cases that are not decided know it."),
    "material-restore": _("It holds again, and the cases that are not decided know it."),
    "material-correct": _("Corrected. The reason is on record."),
    "material-object": _("The objection is on record; the material is not reused until it is answered."),
    "material-settle_objection": _("The answer is on record."),
    "material-seal": _("Sealed: nothing but keeping it safe is done with it from now on."),
    "material-unseal": _("It is in the library again."),
    "material-hand_out": _("The copy is on record; save it below and print it."),
    "disposition-open": _("The appraisal is open. The group decides on each item."),
    "disposition-choose": _("The decision is on record."),
    "disposition-add_rule": _("The rule has decided what no person had. The sample was drawn anew."),
    "disposition-look": _("What was found is on record."),
    "disposition-confirm": _("Confirmed. With the third confirmation the list goes to the heads."),
    "disposition-sign": _("Signed. The next signature is named below."),
    "disposition-refuse": _("Sent back to the group. Confirmations and signatures are given anew."),
    "disposition-execute": _("The list is being carried out. The supervisors sign when it is done."),
    "disposition-close": _("Closed. List, report and signatures stay for ever."),
    "disposition-abandon": _("Given up. Its items can go on another list."),
    "use-request": _("Written down. Somebody else decides."),
    "use-approve": _("Approved. It can be opened, lent and copied now."),
    "use-refuse": _("Refused. The reader is told the reason."),
    "use-name_items": _("Named. The request can be decided now."),
    "use-tell_not_found": _("The reader is told in writing. Print the paper below."),
    "use-open_reading": _("Open. It closes by itself."),
    "use-end_reading": _("Ended. Nothing more is shown."),
    "use-lend_paper": _("Lent. It stands on the list until it is back."),
    "use-take_back": _("Back again."),
    "use-remind": _("The reminder is on record."),
    "use-stamp_copy": _(
        "It has its number. Once it stands below as made out, print it and hand it over, sealed by hand where no image is used."
    ),
    "use-certify": _("Made out. Print it below, seal it where the image is not used, and hand it over."),
    "use-note_effect": _("The effect is on record."),
    "use-close": _("Closed. It stays on the register."),
    "use-withdraw": _("The request was taken back."),
    "seal-place": _("The image is kept. Somebody else may use it from now on."),
    "seal-retire": _("Out of use. What was sealed with it stays on record."),
    "hold-place": _("The hold counts from now on. It is being laid on each item."),
    "hold-lift": _("Lifted. It counts no longer."),
    "hold-stop": _("Stopped. The items that have the hold keep it."),
    "custody-lend": _("Lent. It stands on the list until it is back."),
    "custody-take_back": _("Back again."),
    "custody-give_back": _("Given back. The return slip is among the papers of the case."),
    "custody-keep": _("It stays in the file and goes to the archives with it."),
    "custody-release": _("Taken out of the file."),
    "custody-relocate": _("The new place is on record."),
    "custody-explain_loss": _(
        "The explanation is on record. A reviewer confirms it, then the case can be archived."
    ),
    "custody-settle_loss": _("Confirmed. The case can be archived; the loss stays on record."),
    "custody-report_lost": _("The loss is on record and stays there; the original is on the search list."),
    "custody-find": _("Found. The report of the loss stays on record."),
    "custody-hand_over": _("Offered. You answer for them until your colleague has counted and confirmed."),
    "custody-take_over": _("Confirmed. You answer for them from now on."),
    "custody-cancel": _("The hand-over was cancelled."),
    "arranging": _("It is on record."),
    "archiving": _("It is on record."),
    "fetch-retry": _("The platform is asked again. The answer comes to the case by itself."),
    "platform-retry": _("The platform is called again, with everything that is owed of it."),
    "platform-unknown": _("No such platform is set up."),
    "feedback-answer": _("Answered. The reader sees it with receipt number and code."),
    "withdraw_token": _("The token no longer works."),
    "guide-saved": _("The draft was saved."),
    "guide-submit": _("Submitted. The department approves it next."),
    "guide-return": _("Sent back to its editors."),
    "guide-approve": _("Approved. The centre publishes it next."),
    "guide-publish": _("Published and filed."),
    "guide-withdraw": _("It was taken out of force."),
    "guide-roll_back": _("The older text stands as a new draft."),
    "guide-discard": _("The draft was given up."),
}

STATE_KINDS = {
    DossierState.DRAFT: "next",
    DossierState.RECEIVED: "next",
    DossierState.SUPPLEMENT: "wait",
    DossierState.ACCEPTED: "next",
    DossierState.DECLINED: "plain",
    DossierState.DECIDED: "next",
    DossierState.DELIVERED: "done",
    DossierState.ARCHIVED: "done",
    DossierState.WITHDRAWN: "plain",
}


@dataclass(frozen=True, slots=True)
class Light:
    """How near a due day is: the badge's kind, and the words (电子监察灯色)."""

    kind: str
    word: str


def may_somewhere(request: Request, permission: Permission) -> bool:
    """Tell whether the person holds a permission in any unit at all."""
    identity, cells = request.identity, request.registry.services.matrix
    return identity is not None and any(cells.cell(permission, grant.role) for grant in identity.grants)


@lru_cache(maxsize=1024)
def open_to(roles: frozenset[Role]) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Return the places that are open to somebody of these roles, words and path, and whether the search is."""
    cells = matrix()

    def held(*permissions: Permission) -> bool:
        return any(cells.cell(permission, role) for permission in permissions for role in roles)

    places = tuple((label, path) for label, path, permissions in NAVIGATION if held(*permissions))
    return places, held(Permission.SEARCH_DESK)


def units_of(request: Request, permission: Permission) -> tuple[str, ...]:
    """Return the units in which the person holds a permission, in the order of the office's table."""
    cells, units = request.registry.services.matrix, tuple(request.site.office.get("units", ()))
    held = set()
    for grant in request.identity.grants:
        cell = cells.cell(permission, grant.role)
        if cell is not None:
            held |= set(units) if cell.everywhere or grant.unit == EVERYWHERE else {grant.unit}
    return tuple(unit for unit in units if unit in held)


def day(value: date | None) -> str:
    """Return a civil day as 2026-11-21, an empty text for none."""
    return value.isoformat() if value else ""


def instant(value: datetime | None) -> str:
    """Return an instant as it is read on the wall in China: 2026年11月21日 09:05."""
    if value is None:
        return ""
    local = value.astimezone(CIVIL)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def size(count: int) -> str:
    """Return a number of bytes in words."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.0f} KB" if count < 1 << 20 else f"{count / (1 << 20):.1f} MB"


def state_badge(state: str) -> dict[str, str]:
    """Return the word and the kind of a dossier's state."""
    found = DossierState(state)
    return {"word": found.label, "kind": STATE_KINDS[found]}


def case_badge(request: Request, dossier: Dossier) -> dict[str, str]:
    """Return the word and the kind of a case's state, with the note that it lies with the organ above (上报) while it does."""
    found = state_badge(dossier.state)
    last = last_of(dossier.referrals)
    if dossier.state != DossierState.ACCEPTED or last is None or not last.waiting:
        return found
    words = _("${state}, handed up", mapping={"state": found["word"]})
    return {"word": request.localizer.translate(words), "kind": "wait"}


@lru_cache(maxsize=4096)
def working_days_left(today: date, due: date, city: tuple[tuple[date, bool, str], ...]) -> int:
    """Count the working days until a due day by the office's own calendar; a list asks for the same few again and again."""
    return working_days_between(today, due, national_calendar(city))


def light(request: Request, due: date | None) -> Light | None:
    """Say how a due day stands: overdue, today, one working day left, or simply the day."""
    if due is None:
        return None
    translate = request.localizer.translate
    if due < request.today:
        late = (request.today - due).days
        return Light("wrong", translate(_("Overdue by ${days} days", mapping={"days": late})))
    if due == request.today:
        return Light("wrong", translate(_("Due today")))
    left = working_days_left(request.today, due, request.site.office.get("calendar", ()))
    if left <= 1:
        return Light("wait", translate(_("One working day left")))
    return Light("plain", translate(_("${days} working days left", mapping={"days": left})))


def name_of(request: Request, userid: str) -> str:
    """Return the name of a person of the office, the log-in name when it is not (any more) known."""
    person = request.site.people.get(userid)
    return person.name if person is not None else userid


def unit_name(request: Request, unit: str) -> str:
    """Return the short name of a unit."""
    described: Mapping[str, str] = request.site.office.get("units", {}).get(unit, {})
    return described.get("short") or described.get("name") or unit


def shown(
    request: Request, findings: Iterable[Finding], *, anchors: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """Return findings as the error summary shows them: where to go, and a sentence with its clause."""
    anchors = anchors or {}
    return [
        {
            "href": f"#{anchors.get(found.subject, found.subject or 'main')}",
            "text": messages.sentence(request, found) + (f"（{found.basis}）" if found.basis else ""),
        }
        for found in findings
    ]


def act_form(request: Request, subject: object, verb: str, **query: str) -> str:
    """Return the address that a form for a verb on a record posts to."""
    return request.resource_path(subject, verb, query=query or None)


def _done(request: Request) -> str:
    """Return the code word of what was done last; a package that has been frozen since is not said to be under way."""
    word, case = request.GET.get("done", ""), getattr(request, "context", None)
    frozen = isinstance(case, Dossier) and case.state == DossierState.ARCHIVED
    return "archived" if word == "archive" and frozen else word


def _globals(event: BeforeRender) -> None:
    request = event["request"]
    if request is None or not event["renderer_name"].endswith(".pt"):
        return
    office = request.site.office
    event["office_name"] = office.get("name", "")
    event["office_phone"] = office.get("phone", "")
    event["office_counter"] = office.get("counter", "")
    event.update(day=day, instant=instant, size=size, state_badge=state_badge)
    event["act_form"] = lambda verb, subject: act_form(request, subject, verb)
    done = DONE.get(_done(request))
    event["flash"] = ({"kind": "done", "text": done},) if done else ()
    identity = request.identity
    if identity is None:
        return
    event["user_name"] = identity.name
    event["user_links"] = ((_("My access"), "/access"), (_("Log out"), "/logout"))
    places, event["may_search"] = open_to(frozenset(grant.role for grant in identity.grants))
    mount, here = request.script_name, request.path_info
    event["navigation"] = tuple((label, mount + path, here == path) for label, path in places)


def includeme(config: Configurator) -> None:
    """Fill in the page's frame for whoever is logged in."""
    config.add_subscriber(_globals, BeforeRender)
