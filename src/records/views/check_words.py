"""What the report of the four checks says in words (检测结果的说法): how a check ended, what its figures count, why it does not apply."""

from __future__ import annotations

import re
from collections.abc import Callable

from records.domain.package_checks import Status
from records.domain.verification import CheckResult
from records.i18n import _

RESULTS = {
    Status.PASS: (_("passed"), "done"),
    Status.FAIL: (_("failed"), "wrong"),
    Status.NOT_APPLICABLE: (_("does not apply"), "plain"),
    Status.MANUAL: (_("to be looked at by a person"), "wait"),
}
LOOKED = (_("in order, as a person saw"), "done")

COUNTED = {
    "files": _("files"),
    "elements": _("elements"),
    "documents": _("papers"),
    "papers": _("papers"),
    "steps": _("steps"),
    "required": _("required"),
    "numbers": _("numbers"),
    "links": _("links"),
    "lines": _("lines"),
    "days": _("days"),
    "compared": _("compared"),
    "texts": _("texts"),
    "year": _("year"),
    "code": _("code"),
    "untried": _("not opened"),
    "actual": _("there"),
    "recorded": _("on the list"),
    "found": _("found"),
    "allowed": _("formats allowed"),
    "reason": _("reason"),
    "faults": _("faults"),
    "sides": _("looked at in"),
    "signatures": _("signatures"),
    "signatures_recomputed": _("signatures hashed again"),
    "sm3": _("SM3 computed"),
    "paged": _("pages counted"),
    "where": _("recorded by"),
    "form": _("counted by"),
    "record": _("record"),
    "readers": _("read by"),
    "formats": _("formats"),
    "environment": _("this machine"),
    "parts": _("parts taken out"),
    "scanner": _("scanner"),
    "version": _("version"),
    "dated": _("signatures of"),
    "medium": _("medium"),
    "kind": _("kind"),
    "speed": _("speed (kB/s)"),
    "least": _("least speed"),
    "appearance": _("appearance"),
    "grade": _("test of the disc"),
    "entries": _("audit entries"),
}
"""What the figures of a check count, in words; other figures keep their names."""

REASONS = {
    "not-run": _("no scanner ran"),
    "no-scanner": _("no anti-virus program is set up on this machine"),
    "no-medium": _("the package lies on no offline medium"),
    "no-disc": _("the medium is no optical disc"),
    "no-annex": _("no paper consists of several files"),
    "no-origin": _("where the papers were taken in is not known here"),
    "no-recorded-digest": _("no digest of the package was given to compare with"),
    "no-form": _("there is no form of a hand-over to compare with"),
    "no-database": _("checked without the database"),
    "no-trail": _("archived before the numbers of the audit entries were noted"),
    "no-steps": _("the package has no steps, and none are required of it"),
    "no-scope": _("the package has no guide by which its papers could be judged"),
}
SIDES = {"database": _("database"), "package": _("package")}
DIGEST = re.compile(r"[0-9a-f]{64}")

Translate = Callable[[str], str]


def result_of(result: CheckResult) -> tuple[str, str]:
    """Return how a check ended, in a word and a kind; never green for what nobody looked at."""
    if result.status is Status.MANUAL and result.looked is not None:
        return LOOKED
    return RESULTS[result.status]


def evidence_of(translate: Translate, result: CheckResult) -> str:
    """Return what a check looked at, as one line."""
    return " · ".join(
        f"{translate(COUNTED.get(name, name))} {_value(translate, name, value)}".strip()
        for name, value in sorted(result.evidence.items())
    )


def _value(translate: Translate, name: str, value: str | int) -> str:
    match name, str(value):
        case "reason", text:
            return translate(REASONS.get(text, text))
        case "sides", text:
            return "+".join(translate(SIDES.get(side, side)) for side in text.split())
        case _, text if DIGEST.fullmatch(text):
            return text[:16]
        case _, text:
            return text
