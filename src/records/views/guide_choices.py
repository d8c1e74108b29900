"""What the guide editor offers to choose from (可选项): closed lists of the office and of the guide, and what a browser completes."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.request import Request

from records.domain.centres import centres_of
from records.domain.guide_elements import LocalSupplement
from records.domain.guide_parts import Guide as Body
from records.domain.guide_parts import Limits, Mistake
from records.domain.permissions import Permission
from records.domain.standards import Standards
from records.forms.guide_writing import Typed
from records.operations.standards import standards
from records.rules import intake_rules
from records.rules.statutes import statutes

from .layout import units_of

PERIODS = ("当场", *(f"{n}个工作日" for n in (1, 3, 5, 10, 15, 20)), "30日", "60日", "3个月", "6个月")


def named(typed: Typed, known: Standards) -> Typed:
    """Return what is typed with standard materials by their names instead of their codes."""
    if isinstance(typed, Mapping):
        return {
            name: known[part].name if name == "material" and part in known else named(part, known)
            for name, part in typed.items()
        }
    return [named(part, known) for part in typed] if isinstance(typed, list) else typed


def choices_of(request: Request, body: Body) -> dict[tuple[type, str], list[tuple[str, str]]]:
    """Return the closed lists that belong to this office and this guide."""
    office = request.site.office
    units = office.get("units", {})
    return {
        (Body, "unit"): [(key, units[key]["name"]) for key in units_of(request, Permission.GUIDE_DRAFT)],
        (Body, "fonds"): [(key, fonds["name"]) for key, fonds in office.get("fonds", {}).items()],
        (Limits, "intake_rule"): [(key, _rule(key)) for key in intake_rules()],
        (LocalSupplement, "centre"): [
            (each.key, each.name) for each in centres_of(office.get("centres", ())).values()
        ],
        (Mistake, "line"): [("", "—"), *((line.id, line.name or line.id) for line in body.lines)],
    }


def _rule(key: str) -> str:
    laws = dict.fromkeys(f"《{row.law}》" for row in intake_rules()[key])
    return f"{key} {'、'.join(laws)}" if laws else f"{key}（法律未规定）"


def suggestions(request: Request) -> dict[str, tuple[str, ...]]:
    """Return what the browser offers while one types: names of materials, laws, and the usual periods."""
    known = standards(request.site)
    usable = (known[code] for code in sorted(known.usable))
    return {
        "materials": tuple(name for each in usable for name in (each.name, *each.aliases)),
        "laws": tuple(statutes()),
        "periods": PERIODS,
    }
