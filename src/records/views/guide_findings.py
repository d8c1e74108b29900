"""Where a guide's findings stand in its editor (问题的位置): beside the field on this page, else as a link to another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from pyramid.request import Request

from records.domain.findings import Finding, Severity
from records.domain.guide_parts import Guide as Body
from records.forms.guide_sections import Section, label_of, section_of
from records.i18n import _

from .guide_boxes import told


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a guide is being edited: a section, and in the materials one line or none."""

    section: Section
    at: int | None = None

    @property
    def root(self) -> str:
        """The path below which everything on the page stands."""
        return "" if self.at is None else f"lines.{self.at}"


def address(path: str, finding: str, body: Body, page: Page) -> str:
    """Return where the field of a finding is typed: on this page, else the address of another page of the editor."""
    parts = finding.split(".")
    if page.root and finding.startswith(f"{page.root}.") and parts[2] != "handbook":
        return f"#{finding}"
    chosen = section_of(finding)
    query = {"part": chosen.key}
    if parts[0] == "lines" and chosen.key == "lines" and len(parts) > 2 and parts[1].isdecimal():
        quick = parts[2] in chosen.only["lines"]
        if not quick and int(parts[1]) < len(body.lines):
            query["line"] = body.lines[int(parts[1])].id
    here = page.at is None and query == {"part": page.section.key}
    return f"{'' if here else f'{path}/edit?{urlencode(query)}'}#{finding}"


def placed(
    request: Request, page: Page, body: Body, found: Iterable[Finding], path: str
) -> tuple[list[dict[str, str]], dict[str, int]]:
    """Return what was found, the gravest first, each with its place, and how many blocking ones each section has."""
    counts: dict[str, int] = {}
    listed = []
    for each in sorted(found, key=lambda each: list(Severity).index(each.severity)):
        key = section_of(each.subject).key
        if each.severity is Severity.BLOCKS:
            counts[key] = counts.get(key, 0) + 1
        listed.append(
            told(request, each)
            | {
                "path": each.subject,
                "part": key,
                "label": label_of(each.subject),
                "href": address(path, each.subject, body, page),
            }
        )
    return listed, counts


def total(request: Request, listed: list[dict[str, str]]) -> str:
    """Return in words how many findings there are of each weight."""
    blocking = sum(each["kind"] == "wrong" for each in listed)
    if not listed:
        return request.localizer.translate(_("Nothing speaks against publishing this guide."))
    text = _(
        "${blocks} block publication, ${warns} to look at",
        mapping={"blocks": blocking, "warns": len(listed) - blocking},
    )
    return request.localizer.translate(text)
