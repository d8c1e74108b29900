"""What a form offers instead of a key to be typed (选项): one's own fonds, the periods, and who may stand in a group."""

from __future__ import annotations

from pyramid.request import Request

from records.domain.vocabulary import Retention
from records.forms.types import Text
from records.forms.verb import Verb
from records.operations.appraisal import entitled

from .acting import begin
from .layout import units_of

Listed = list[tuple[str, str]]

GROUP = ("leader", "archives", "business")


def choices_of(request: Request, one: Verb, *, fonds: str = "") -> dict[str, Listed]:
    """Return the choices of a verb's fields by their names, each a value and its words; ``fonds`` is whose people are named."""
    names = {node.name for node in one.form() if isinstance(node.typ, Text)}
    found: dict[str, Listed] = {}
    if "fonds" in names:
        known = request.site.office["fonds"]
        own = [unit for unit in units_of(request, one.permission) if unit in known]
        found["fonds"] = [(unit, f"{known[unit]['number']} {known[unit]['name']}") for unit in own]
    if "retention" in names:
        found["retention"] = [(period.value, period.label) for period in Retention]
    if fonds and names.issuperset(GROUP):
        people = request.site.people
        able = entitled(begin(request, channel="screen"), fonds)
        group = [(userid, people[userid].name) for userid in sorted(able)]
        found |= dict.fromkeys(GROUP, group)
    return found
