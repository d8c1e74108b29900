"""One thing done once (一件事): several items that people want together, asked for and handed in as one.

A material is asked for once, whichever items need it; what an earlier item of the package gives to a later one is not
asked for at all; the questions are put once, and only while they matter. Pure: the same guides and answers always
give the same list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .conditions import Answer, Answers, Condition, Question, check_condition, holds, undecided
from .findings import Finding
from .guide_parts import Guide, Line
from .periods import Period, longest
from .plain import LATER
from .situations import needed
from .vocabulary import Limit


@dataclass(frozen=True, slots=True)
class Part:
    """One item of the package (事项): its guide, which items must be done before it, and when it belongs to it."""

    guide: str
    after: tuple[str, ...] = field(default=(), metadata=LATER)
    condition: Condition = field(default="", metadata=LATER)
    note: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class Outside:
    """A matter of the same wish that another organ handles (另行办理): named, never counted or collected here."""

    name: str
    organ: str
    where: str
    when: str
    note: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class OneThing:
    """A package of items (一件事): ``shared`` are keys of questions that mean the same in every guide of it.

    ``questions`` are the package's own. A question of one guide that is not shared is answered under
    ``guide-key.question-key``.
    """

    key: str
    title: str
    plain_title: str
    parts: tuple[Part, ...]
    shared: tuple[str, ...] = field(default=(), metadata=LATER)
    questions: tuple[Question, ...] = field(default=(), metadata=LATER)
    outside: tuple[Outside, ...] = field(default=(), metadata=LATER)
    note: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class Asked:
    """A material of the package (材料), asked for once: by which lines, and whether the office fetches it itself.

    ``lines`` are pairs of guide key and line. ``originals`` and ``copies`` are what the most demanding line wants.
    """

    material: str
    name: str
    lines: tuple[tuple[str, Line], ...]
    originals: int
    copies: int
    waived: bool


@dataclass(frozen=True, slots=True)
class Fed:
    """A result that goes on inside the office (结果互认): which item gives it, which items take it."""

    material: str
    name: str
    given_by: str
    taken_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Combined:
    """The package for one applicant.

    ``parts`` are the keys of the guides that belong to it, in an order in which they can be done; ``undecided`` those
    of which the answers do not say yet. ``path`` is the longest chain of items that wait for each other, ``total`` the
    promised time along it, one period a unit. ``separately`` counts the papers of the items taken one by one.
    """

    parts: tuple[str, ...]
    undecided: tuple[str, ...]
    materials: tuple[Asked, ...]
    fed: tuple[Fed, ...]
    path: tuple[str, ...]
    total: tuple[Period, ...]
    next_question: tuple[str, Question] | None
    separately: int

    @property
    def brought(self) -> tuple[Asked, ...]:
        """The materials that the applicant brings, without those the office fetches."""
        return tuple(asked for asked in self.materials if not asked.waived)

    @property
    def time(self) -> str:
        """The promised time of the whole as it is printed."""
        return "加".join(period.label for period in self.total)


@dataclass(frozen=True, slots=True)
class Shared:
    """What the cases of one matter share (同一件事): materials that several of them need, and results that go on inside the office."""

    once: tuple[Asked, ...]
    fed: tuple[Fed, ...]


def shared_by(cases: Mapping[str, tuple[Guide, Answers]]) -> Shared:
    """Return what several cases need and is asked for once, and what one of them yields and others take; by case."""
    taken = {
        case: [line for line in guide.lines if line.material and needed(line, answers)]
        for case, (guide, answers) in cases.items()
    }
    yields = {guide.result.material: (case, guide.result.name) for case, (guide, _) in cases.items()}
    asked = _once([(case, line) for case, lines in taken.items() for line in lines])
    fed = []
    for each in asked:
        case, name = yields.get(each.material, ("", ""))
        takers = tuple(key for key, _line in each.lines if key != case)
        if case and takers:
            fed.append(Fed(each.material, name, case, takers))
    given = {each.material for each in fed}
    several = (each for each in asked if len({key for key, _line in each.lines}) > 1)
    return Shared(tuple(each for each in several if each.material not in given), tuple(fed))


def every_question(one_thing: OneThing, guides: Mapping[str, Guide]) -> tuple[Question, ...]:
    """Return every question a package may put, each under the key by which it is answered there."""
    every = {question.key: question for question in one_thing.questions}
    for part in one_thing.parts:
        for question in guides[part.guide].situations:
            key = question_key(one_thing, part.guide, question.key)
            every.setdefault(
                key, Question(key, question.text, question.kind, question.options, question.note)
            )
    return tuple(every.values())


def answers_for(one_thing: OneThing, guide: Guide, answers: Answers) -> dict[str, Answer]:
    """Return the answers of the package as the questions of one of its guides name them."""
    own = {}
    for question in guide.situations:
        key = question_key(one_thing, guide.key, question.key)
        if key in answers:
            own[question.key] = answers[key]
    return own


def question_key(one_thing: OneThing, guide: str, question: str) -> str:
    """Return the key under which a guide's question is answered in the package."""
    return question if question in one_thing.shared else f"{guide}.{question}"


def combine(one_thing: OneThing, guides: Mapping[str, Guide], answers: Answers) -> Combined:
    """Put the items of a package together for one applicant; ``guides`` must hold every guide of a sound package."""
    standing = {part.guide: holds(part.condition, answers) for part in one_thing.parts}
    within = [part for part in one_thing.parts if standing[part.guide]]
    taken = {part.guide: _lines(one_thing, guides[part.guide], answers) for part in within}
    before = _before(within, guides, taken)
    order = _in_order([part.guide for part in within], before)
    fed = tuple(_fed(order, guides, taken, before))
    spared = {(guide, feed.material) for feed in fed for guide in feed.taken_by}
    asked = [
        (key, line)
        for key in order
        for line in taken[key]
        if (key, line.material) not in spared or not line.material
    ]
    path = _longest_path(order, before, guides)
    return Combined(
        parts=order,
        undecided=tuple(key for key, stands in standing.items() if stands is None),
        materials=_once(asked),
        fed=fed,
        path=path,
        total=_total(guides[key].limits.promised for key in path),
        next_question=_next(one_thing, guides, standing, answers),
        separately=sum(not line.waived for lines in taken.values() for line in lines),
    )


def check_one_thing(one_thing: OneThing, guides: Mapping[str, Guide]) -> tuple[Finding, ...]:
    """Check a package against the guides there are; all findings block.

    ``onething.guide-unknown``, ``onething.guide-twice``, ``onething.after-unknown``, ``onething.circle``,
    ``onething.shared-unknown``, ``onething.shared-differs``, ``onething.no-parts``, ``guide.condition-...``.
    """
    found: list[Finding] = []
    keys = [part.guide for part in one_thing.parts]
    if not keys:
        found.append(Finding("onething.no-parts", subject="parts"))
    questions = {question.key: question for question in one_thing.questions}
    for at, part in enumerate(one_thing.parts):
        path, params = f"parts.{at}", {"guide": part.guide}
        if part.guide not in guides:
            found.append(Finding("onething.guide-unknown", subject=f"{path}.guide", params=params))
        if keys.index(part.guide) != at:
            found.append(Finding("onething.guide-twice", subject=f"{path}.guide", params=params))
        found += [
            Finding("onething.after-unknown", subject=f"{path}.after", params={"guide": key})
            for key in part.after
            if key not in keys
        ]
        found += check_condition(part.condition, questions, subject=f"{path}.condition")
    found += _shared(one_thing, guides)
    circle = _circle({part.guide: set(part.after) for part in one_thing.parts})
    if circle:
        found.append(Finding("onething.circle", subject="parts", params={"guides": "、".join(circle)}))
    return tuple(found)


def _shared(one_thing: OneThing, guides: Mapping[str, Guide]) -> Iterator[Finding]:
    for at, key in enumerate(one_thing.shared):
        forms = {
            (question.kind, question.values)
            for part in one_thing.parts
            if part.guide in guides
            for question in guides[part.guide].situations
            if question.key == key
        }
        params = {"question": key}
        if not forms:
            yield Finding("onething.shared-unknown", subject=f"shared.{at}", params=params)
        elif len(forms) > 1:
            yield Finding("onething.shared-differs", subject=f"shared.{at}", params=params)


def _lines(one_thing: OneThing, guide: Guide, answers: Answers) -> list[Line]:
    own = answers_for(one_thing, guide, answers)
    return [line for line in sorted(guide.lines, key=lambda line: line.position) if needed(line, own)]


def _before(
    parts: list[Part], guides: Mapping[str, Guide], taken: Mapping[str, list[Line]]
) -> dict[str, set[str]]:
    """Return which items wait for which: as the package says, and for the results they take from each other."""
    before = {part.guide: {key for key in part.after if key in taken} for part in parts}
    for later_key, lines in taken.items():
        wanted = {line.material for line in lines if line.material}
        for key in taken:
            gives = guides[key].result.material in wanted
            if gives and key != later_key and later_key not in _all_before(key, before):
                before[later_key].add(key)
    return before


def _all_before(key: str, before: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        for each in before.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _circle(before: Mapping[str, set[str]]) -> tuple[str, ...]:
    return tuple(key for key in before if key in _all_before(key, before))


def _in_order(keys: list[str], before: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Return the items so that each comes after those it waits for, otherwise as the package lists them."""
    return tuple(sorted(keys, key=lambda key: (len(_all_before(key, before)), keys.index(key))))


def _fed(
    order: tuple[str, ...],
    guides: Mapping[str, Guide],
    taken: Mapping[str, list[Line]],
    before: Mapping[str, set[str]],
) -> Iterator[Fed]:
    for key in order:
        result = guides[key].result
        takers = tuple(
            other
            for other in order
            if key in _all_before(other, before)
            and any(line.material == result.material for line in taken[other])
        )
        if result.material and takers:
            yield Fed(result.material, result.name, key, takers)


def _once(asked: list[tuple[str, Line]]) -> tuple[Asked, ...]:
    groups: dict[str, list[tuple[str, Line]]] = {}
    for key, line in asked:
        groups.setdefault(line.material or f"{key}.{line.id}", []).append((key, line))
    return tuple(
        Asked(
            material=lines[0][1].material,
            name=lines[0][1].name,
            lines=tuple(lines),
            originals=max(line.originals for _, line in lines),
            copies=max(line.copies for _, line in lines),
            waived=all(line.waived for _, line in lines),
        )
        for lines in groups.values()
    )


def _longest_path(
    order: tuple[str, ...], before: Mapping[str, set[str]], guides: Mapping[str, Guide]
) -> tuple[str, ...]:
    best: dict[str, tuple[int, tuple[str, ...]]] = {}
    for key in order:
        days, path = max((best[each] for each in before[key]), default=(0, ()), key=lambda found: found[0])
        best[key] = (days + longest(guides[key].limits.promised), (*path, key))
    return max(best.values(), default=(0, ()), key=lambda found: (found[0], len(found[1])))[1]


def _total(periods: Iterator[Period]) -> tuple[Period, ...]:
    sums: dict[Limit, int] = {}
    for period in periods:
        sums[period.unit] = sums.get(period.unit, 0) + period.n
    if len(sums) > 1:
        sums.pop(Limit.AT_ONCE, None)
    return tuple(Period(sums[unit], unit) for unit in Limit if unit in sums)


def _next(
    one_thing: OneThing,
    guides: Mapping[str, Guide],
    standing: Mapping[str, bool | None],
    answers: Answers,
) -> tuple[str, Question] | None:
    """Return the first question that still matters with its key: the package's own, then those of its guides."""
    waiting = frozenset().union(*(undecided(part.condition, answers) for part in one_thing.parts))
    for question in one_thing.questions:
        if question.key in waiting:
            return question.key, question
    for part in one_thing.parts:
        if not standing[part.guide]:
            continue
        guide = guides[part.guide]
        own = answers_for(one_thing, guide, answers)
        keys = frozenset().union(*(undecided(line.condition, own) for line in guide.lines))
        for question in guide.situations:
            if question.key in keys:
                return question_key(one_thing, guide.key, question.key), question
    return None
