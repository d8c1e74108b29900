"""The papers of a guide (申请材料) as people pack them and as the law wants them told: the bag first, then every detail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from records.domain.facts import in_one, in_words
from records.domain.guide_parts import Guide as Body
from records.domain.guide_parts import Line
from records.domain.vocabulary import Necessity
from records.i18n import _, translate

from .leaflet_parts import NOTHING


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper in full: what it is, how many, from whom, when, why, and how it is filled in.

    ``condition`` is the bare condition, ``only`` the same as a phrase that can stand beside the paper.
    """

    id: str
    position: int
    name: str
    waived: bool
    condition: str
    only: str
    count: str
    form: str
    wants: str
    necessity: str
    source: str
    basis: str
    notes: tuple[str, ...]
    blank: str
    sample: str


@dataclass(frozen=True, slots=True)
class Bag:
    """The papers that are packed under one circumstance; ``title`` says which."""

    title: str
    papers: tuple[Paper, ...]


def brought(body: Body) -> tuple[int, int, int]:
    """Return how many papers are brought at least, at most, and how many need not be brought at all."""
    carried = [line for line in body.lines if not line.waived]
    least = sum(not line.condition for line in carried)
    return least, len(carried), len(body.lines) - len(carried)


def papers(body: Body) -> tuple[Paper, ...]:
    """Return every paper of the guide in its order."""
    questions = {question.key: question for question in body.situations}
    return tuple(_paper(line, in_words(line.condition, questions)) for line in body.lines)


def bags(body: Body) -> Iterator[Bag]:
    """Yield the papers as people pack them: always, under each condition, and what the office fetches itself."""
    told = papers(body)
    yield Bag("", tuple(paper for paper in told if not paper.condition and not paper.waived))
    conditions = dict.fromkeys(paper.condition for paper in told if paper.condition and not paper.waived)
    for condition in conditions:
        title = translate(_("Only if: ${condition}", mapping={"condition": condition}))
        yield Bag(title, tuple(paper for paper in told if paper.condition == condition and not paper.waived))
    waived = tuple(paper for paper in told if paper.waived)
    if waived:
        yield Bag(translate(_("Do not bring these: the office fetches them")), waived)


def _paper(line: Line, condition: str) -> Paper:
    return Paper(
        id=line.id,
        position=line.position,
        name=line.name,
        waived=line.waived,
        condition=condition,
        only=translate(_("Needed only if: ${condition}", mapping={"condition": condition}))
        if condition
        else "",
        count=_count(line),
        form=line.form.label,
        wants=line.acceptance or NOTHING,
        necessity=_necessity(line),
        source=in_one((line.source.label, line.issuer, line.source_note), "，"),
        basis=line.basis or NOTHING,
        notes=tuple(_notes(line)),
        blank=line.blank,
        sample=line.sample,
    )


def _count(line: Line) -> str:
    """Return how many originals and copies are wanted, in words that leave nothing open."""
    if line.waived:
        return translate(_("fetched by us"))
    parts = []
    if line.originals:
        parts.append(translate(_("${count} original(s)", mapping={"count": line.originals})))
    if line.copies:
        parts.append(translate(_("${count} copy/copies", mapping={"count": line.copies})))
    if line.originals and not line.copies:
        parts.append(translate(_("no copy")))
    return "，".join(parts) or line.form.label


def _necessity(line: Line) -> str:
    said = line.necessity.label
    if line.necessity is Necessity.DEFERRABLE and line.deferral:
        later = _("May be handed in later: ask at the counter, then bring it within ${period}", mapping={"period": line.deferral.label})  # fmt: skip
        said = f"{said}：{translate(later)}"
    elif line.deferral:
        said = f"{said}（{line.deferral.label}）"
    if line.inspect_original:
        said += translate(_("; the original is looked at and given back"))
    return said


def _notes(line: Line) -> Iterator[str]:
    if line.fill_notes:
        yield line.fill_notes
    for label, value in (
        (_("Kind"), line.kind.label),
        (_("Valid"), line.validity),
        (_("Paper size"), line.paper),
        (_("Standards that apply"), "、".join(line.standards)),
        (_("Type of the licence"), line.licence_code),
        (_("Used again"), line.reuse_note),
        (_("A written promise may stand for it"), line.promise),
        (_("Remark"), line.remark),
    ):
        if value:
            yield f"{translate(label)}：{value}"
