"""Where those begin who work on no case (起始页): each door that their authority letters open, with what lies behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from pyramid.request import Request

from records.domain.findings import blocking
from records.domain.permissions import Permission
from records.i18n import _
from records.indexes import disposition_questions, transfer_questions
from records.operations import disposition, keeping, transfers
from records.operations.sealing import newest_head
from records.resources.site import Site

from .guide_waiting import waiting
from .layout import may_somewhere, units_of

MOST = 99
"""What waits is counted up to this."""


@dataclass(frozen=True, slots=True)
class Door:
    """One entry of a start page: the permission it needs, its words, its path, and what it is for."""

    permission: Permission
    title: str
    path: str
    hint: str


DOORS = (
    Door(Permission.GUIDE_DRAFT, _("Write guides"), "/desk/guides", _("Write a guide section by section, or hand one in as a file. What speaks against it is told at once.")),
    Door(Permission.GUIDE_PUBLISH, _("Review and publish"), "/desk/guides", _("Compare an approved edition with the one in force, then publish it from a day on.")),
    Door(Permission.GUIDE_DRAFT, _("Lists from elsewhere"), "/desk/guides/import", _("Bring a whole catalogue as a spreadsheet: tried first, stored when it is right.")),
    Door(Permission.FEEDBACK_VIEW, _("What readers say"), "/desk/guides/feedback", _("What citizens found wrong in a guide, each with the day by which it is to be answered.")),
    Door(Permission.UNANSWERED_VIEW, _("Words that found nothing"), "/desk/guides/unanswered", _("What citizens looked for in vain. One more everyday word closes the gap.")),
    Door(Permission.STANDARD_VIEW, _("Standard materials"), "/desk/standards", _("The names of all papers, what else they are called, and which guides ask for them.")),
    Door(Permission.BURDEN_VIEW, _("Burden ledger"), "/desk/burden", _("What applicants were spared and what they were asked for, month by month, each figure with its cases.")),
    Door(Permission.PERSON_MANAGE, _("People and letters"), "/desk/people", _("Who may log in, by which authority letters and with which tokens. Reset a password, switch an account off.")),
    Door(Permission.JOB_VIEW, _("Background work"), "/desk/jobs", _("What the system still owes: papers to be made, packages to be frozen, texts to be read.")),
    Door(Permission.JOB_VIEW, _("System"), "/desk/system", _("Versions, indexes, disk space and the table of holidays.")),
    Door(Permission.AUDIT_VIEW, _("Audit log"), "/desk/audit", _("Who did what, when and by which letter. Each entry can be checked against its hash.")),
    Door(Permission.DISPOSITION_VIEW, _("Retention and disposition"), "/archives/disposition", _("What fell due, its appraisal, the signatures, and the register of what was destroyed.")),
    Door(Permission.DISPOSITION_VIEW, _("Legal holds"), "/archives/holds", _("What must stay as it is because of a dispute, an audit or an inquiry.")),
    Door(Permission.DISPOSITION_VIEW, _("Transfer to the archives"), "/archives/transfers", _("What is to be handed over, the transfers on their way, and what the archives have received.")),
    Door(Permission.DISPOSITION_VIEW, _("Opening review"), "/archives/opening", _("What is due for opening after 25 years or before its transfer, and the opinions given.")),
    Door(Permission.KEEPING_VIEW, _("Keeping of the archives"), "/archives/keeping", _("Second copy, reading again, formats at risk and the register of media.")),
    Door(Permission.HOLDINGS_VIEW, _("Reports of the archives"), "/archives/reports", _("What should be archived and is, what came back and why, what is held and how it grows; the pack for an inspection.")),
    Door(Permission.ARCHIVE_IMPORT, _("Import of existing archives"), "/archives/imports", _("A directory with its files becomes archived items: tried first, entered when it is right, undone if it was not.")),
    Door(Permission.OVERRIDE_VIEW, _("Taken again although held"), "/desk/overrides", _("Which windows took a held paper again, and for which reason.")),
    Door(Permission.AUDIT_VIEW, _("Signed heads"), "/desk/audit/heads", _("Download them and keep them elsewhere: they show whether the log was changed afterwards.")),
    Door(Permission.ARCHIVE_CHECK, _("Four checks"), "/archives/checks", _("Results of the four checks by item, what failed first; stored packages are checked again from there.")),
)  # fmt: skip
EVERYBODY = (
    Door(Permission.GUIDE_VIEW, _("Public pages"), "/", _("What citizens read.")),
    Door(Permission.SESSION_END, _("My access"), "/access", _("Your letters, your password, your log-ins and your tokens for programs.")),
)  # fmt: skip


def starts(request: Request) -> list[dict[str, str]]:
    """Return the entries of a person's start page, each with how many wait there; empty where the count says nothing."""
    return [
        {
            "title": door.title,
            "href": request.script_name + door.path,
            "hint": door.hint,
            "waiting": _waiting(request, door),
        }
        for door in (*DOORS, *EVERYBODY)
        if may_somewhere(request, door.permission)
    ]


def _waiting(request: Request, door: Door) -> str:
    site: Site = request.site
    match door.path, door.permission:
        case "/desk/guides", Permission.GUIDE_PUBLISH:
            count, words = (
                _counted(iter(waiting(request, door.permission))),
                _("${count} to be published"),
            )
        case "/desk/guides", _permission:
            count, words = _counted(iter(waiting(request, door.permission))), _("${count} drafts")
        case "/desk/jobs", _permission:
            count, words = _counted(site.jobs.dead()), _("${count} failed")
        case "/desk/audit", _permission:
            head = newest_head(site)
            count = str(site.audit.last - (head.size if head else 0))
            words = _("${count} not sealed yet")
        case "/archives/disposition", _permission:
            userid, units = request.identity.userid, units_of(request, Permission.DISPOSITION_SIGN)
            lists = chain.from_iterable(disposition_questions.lists_open(site, unit) for unit in units)
            mine = (one for one in lists if disposition.awaits(site, one, userid, today=request.today))
            count, words = _counted(mine), _("${count} to be signed by you")
        case "/archives/transfers", _permission:
            units = units_of(request, Permission.TRANSFER_SIGN)
            lists = chain.from_iterable(transfer_questions.transfers_open(site, unit) for unit in units)
            mine = (one for one in lists if transfers.awaits(one, request.identity.userid))
            count, words = _counted(mine), _("${count} to be signed by you")
        case "/archives/keeping", _permission:
            found = keeping.alarms(site, request.today)
            count, words = str(len(blocking(found))), _("${count} alarms")
        case _:
            return ""
    return request.localizer.translate(words, mapping={"count": count}) if count != "0" else ""


def _counted(found: Iterator[object]) -> str:
    count = sum(1 for _one, _number in zip(found, range(MOST + 1), strict=False))
    return f"{MOST}+" if count > MOST else str(count)
