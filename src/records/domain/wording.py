"""Words that let anybody ask for more (兜底用语): found in one text, told apart from what merely looks like them.

A text is open where a vague head stands before a generic noun (其他 + 材料), a list is not finished (等), an official
decides (视情) or a number is none (若干). That is excused where the papers are named after all, where nothing is asked
for, and inside the title of a document. The words stand in a table; only the grammar stands here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .findings import Finding, Severity

LONGEST = 20_000
"""Characters of one field; what is longer was pasted by mistake."""

_SIGHT = 200
_SIGN = "[^，。；：！？…（）《》◇]"
_END = "(?=[，。；：！？…（）]|$)"
_CLAUSE = re.compile("[，。；：！？…（）]")
_SENTENCE = re.compile("[。；！？]")
_TITLE = "《[^《》\x1e]*》"
_ELLIPSIS = re.compile(r"\.{3,}|。{3,}|·{3,}")
_PUNCTUATION = str.maketrans(
    dict(zip(",;:?!()", "，；：？！（）", strict=True))
    | {"\n": "。", "\r": None}
    | dict.fromkeys(" \t\v\f\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
)
_NUMERALS = {sign: value for value, sign in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_AMOUNT = re.compile(r"(?:各?[一二两三四五六七八九十\d]+[份张套本页件式]|原件|复印件|扫描件|及|和|各|、)+$")

_VERDICT_OF = {
    "list": "list-end",
    "ending": "list-end",
    "number": "vague-number",
    "time": "vague-time",
    "every": "head",
    "needed": "head",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a kind of word is called when it is found: code, severity and the clause it offends."""

    code: str
    severity: Severity
    basis: str


class Wording:
    """The table of words made ready: ``words`` by kind, ``verdicts`` by the kind whose finding they are.

    A word may be a small pattern: ``…`` stands for a few signs of the same clause, ``{kind}`` for any word of a kind,
    ``?`` makes what stands before it optional, ``。`` is the end of a clause, and ``!abc`` at the end means: not
    followed by one of these signs. A kind that the grammar needs and the table lacks is a ``KeyError``.
    """

    def __init__(self, words: Mapping[str, Sequence[str]], verdicts: Mapping[str, Verdict]) -> None:
        self._words = words
        self.judged: dict[tuple[str, bool, bool, bool], tuple[Finding, ...]] = {}
        self._fold = _PUNCTUATION | str.maketrans({pair[0]: pair[1] for pair in words["fold"]})
        self.verdicts = verdicts
        one, head, noun = self._any, self._any("head"), self._any("noun")
        self._alike = re.compile(f"{_TITLE}|{one('other', 'statute')}|{head}的?{one('person')}")
        self._open = re.compile("|".join(f"(?P<{kind}>{each})" for kind, each in self._constructions()))
        self._bare = re.compile(
            f"(?:{one('bare')}*{noun}+|{one('bare', 'procedure')}*(?:材料|资料|手续)|{head})的?{one('copy', 'original')}?"
        )
        self._nobody = re.compile(f"{head}的?(?:{one('organ')}|人员|科室|岗位|主管)+")
        self._either = re.compile(f"[^/]*{one('end')}(?:/[\u3400-\u9fff][^/]*)+")
        self._template = re.compile(f"{one('template')}|(?<![a-z])[x×✕╳]{{3,}}(?![a-z])|_{{3,}}")
        self._paper_last = re.compile(f"{one('end', 'noun')}、?$")
        self._elsewhere = re.compile(one("elsewhere"))
        self._papers = re.compile(one("noun"))
        self._excuses = self._contexts()
        self._marks = self._all_marks()

    def _any(self, *kinds: str) -> str:
        """Return a pattern for any word of some kinds, the longest first."""
        words = sorted({word for kind in kinds for word in self._words[kind]}, key=len, reverse=True)
        return "(?:" + "|".join(map(self._small, words)) + ")"

    def _small(self, word: str) -> str:
        word, _, after = word.partition("!")
        pattern = re.sub(r"\{([a-z-]+)\}|.", self._part, word)
        return pattern + (f"(?![{after}])" if after else "")

    def _part(self, found: re.Match[str]) -> str:
        if found[1]:
            return self._any(found[1])
        return {"…": f"{_SIGN}{{0,12}}?", "。": _END, "?": "?"}.get(found[0]) or re.escape(found[0])

    def _fillers(self) -> str:
        return f"(?:{self._any('filler')}|[（）/、“”\"'\\[\\]【】·-]){{0,8}}?"

    def _all_marks(self) -> tuple[str, ...]:
        """Return one piece of text for every construction that must stand wherever it is found."""
        listed = {
            *self._words["head"],
            *self._words["every"],
            *self._words["needed"],
            *self._words["fixed"],
            "等",
            "…",
        }
        joints = {
            first + joint
            for first in (*self._words["copy"], *self._words["original"])
            for joint in "（和及或/"
        }
        listed |= joints
        for kind in ("list-end", "discretion", "vague-number", "vague-time"):
            listed = listed.union(*map(self._marks_of, self._words[kind]))
        return tuple(sorted(listed))

    def _marks_of(self, word: str) -> set[str]:
        """Return texts of which one stands wherever a word of the table does: its longest piece, or a kind it needs."""
        piece = max(re.split(r"\{[a-z-]+\}\??|.\?|[…。]|!.*", word), key=len)
        needed = re.findall(r"\{([a-z-]+)\}(?!\?)", word)
        if len(piece) > 1 or not needed:
            return {piece}
        first = piece if word.startswith(f"{piece}{{") else ""
        return {first + each.partition("!")[0] for each in self._words[needed[0]]}

    def _constructions(self) -> Iterator[tuple[str, str]]:
        one, head, fillers = self._any, self._any("head"), self._fillers()
        noun = f"{one('noun')}+(?!{one('follow')})"
        listed = f"(?:{noun}|{one('paper', 'noun')}+(?!{one('follow', 'end')}))"
        paper = f"(?:{noun}|{one('paper', 'vague', 'noun')}+(?!{one('follow', 'end')}))"
        phrase = f"(?:(?!{one('verb')}){_SIGN}){{1,6}}?"
        relative = f"(?={one('opener')}){_SIGN}{{0,13}}?"
        copy, original = one("copy"), one("original")
        choice = "[（]?(?:和/或|及/或|或者?|/)"
        yield (
            "list",
            (
                rf"等等?(?:(?P<count>[一二三四五六七八九十两]|\d{{1,2}})[份种项类个张件]"
                rf"|(?P<of>{fillers}(?:{listed}|{copy}|{original}))|(?P<of_papers>{phrase}{noun})|{_END}|(?={one('either')}))"
            ),
        )
        yield "ending", f"{one('list-end')}|(?:以?及|和|或者?|与|、){head}{_END}|…"
        yield "discretion", one("discretion")
        yield (
            "original",
            f"(?:{original}{choice}{copy}|{copy}{choice}{original})(?!）?{one('either')})",
        )
        yield "number", one("vague-number")
        yield "time", one("vague-time")
        yield (
            "head",
            f"{head}(?:{fillers}{paper}|{phrase}{noun}|{relative}的{fillers}{noun}|{relative}{one('ask')}的{_END})",
        )
        yield "every", f"{one('every')}{fillers}{paper}|{one('fixed')}"
        yield "needed", f"{one('needed')}{fillers}{noun}"

    def fold(self, text: str) -> str:
        """Return a text as it is judged: one width, one script, no spaces."""
        return _ELLIPSIS.sub("…", unicodedata.normalize("NFKC", text).lower().translate(self._fold))

    def cover(self, folded: str) -> str:
        """Cover up the titles of documents and the words that merely look open in a folded text."""
        return self._alike.sub(_covered, folded)

    def search(self, folded: str, *, name: bool) -> Iterator[tuple[str, str]]:
        """Yield construction and phrase of everything open in a folded text; in a name every unfinished list is."""
        at = 0
        while hit := self._open.search(folded, at):
            kind = str(hit.lastgroup)
            if self._is_open(kind, hit, name=name) and not self._is_excused(kind, hit):
                yield kind, hit[0]
                at = hit.end() + (hit.end() == hit.start())
            else:
                at = hit.start() + 1
        if name and self._bare.fullmatch(_AMOUNT.sub("", folded)) and not self._open.search(folded):
            yield "head", folded

    def template(self, folded: str) -> str | None:
        """Return the first remnant of a template (模板文字) in a folded text."""
        found = self._template.search(folded)
        return found[0] if found else None

    def marks_in(self, folded: str) -> list[str]:
        """Return those marks that stand in a text: without one of them nothing in it can be open."""
        return [mark for mark in self._marks if mark in folded]

    def is_nobody(self, folded: str) -> bool:
        """Tell whether a text names somebody without saying who (有关部门)."""
        return bool(self._nobody.fullmatch(folded))

    def is_either(self, folded: str) -> bool:
        """Tell whether a name joins two papers by a stroke."""
        return bool(self._either.fullmatch(folded))

    def _is_open(self, kind: str, hit: re.Match[str], *, name: bool) -> bool:
        """Tell whether a list is left open: of papers, or not as many as it says."""
        if kind not in ("list", "ending") or hit["of"]:
            return True
        before = _CLAUSE.split(_before(hit))[-1]
        if hit["count"]:
            count = _NUMERALS.get(hit["count"]) or int(hit["count"])
            return len(re.split("、|和|及", before)) < count
        of_papers = bool(self._paper_last.search(before))
        if hit[0] == "…":
            return of_papers
        return kind == "ending" or name or of_papers

    def _is_excused(self, kind: str, hit: re.Match[str]) -> bool:
        before, rest = _CLAUSE.split(_before(hit))[-1], hit.string[hit.end() : hit.end() + _SIGHT]
        if kind == "discretion":
            before += hit[0]
        sentence = _SENTENCE.split(rest, maxsplit=1)[0]
        after = _CLAUSE.split(sentence, maxsplit=1)[0]
        ends = rest[len(sentence) : len(sentence) + 1]
        if ends == "？" or "吗" in after:
            return True
        if any(
            is_excuse(before, after, sentence) for is_excuse in self._excuses[_VERDICT_OF.get(kind, kind)]
        ):
            return True
        if kind == "discretion" or kind == "number":
            around = self._allowed[kind].finditer(hit.string, max(0, hit.start() - 30), hit.end() + 30)
            return any(
                alike.start() < hit.end() and alike.end() > hit.start() and not self._asks_later(alike[0])
                for alike in around
            )
        return kind in ("head", "every", "needed") and self._names_papers(rest)

    def _asks_later(self, allowed: str) -> bool:
        """Tell whether what only sets a day later (时间另行通知) leaves the papers for later as well."""
        return allowed.endswith("另行通知") and bool(self._papers.search(allowed))

    def _contexts(self) -> dict[str, tuple[Callable[[str, str, str], object], ...]]:
        """Return what excuses a find, by kind, from its clause before and after it and the rest of its sentence."""
        one = self._any
        denied = re.compile(f"{one('not')}(?P<between>[^，。；]{{0,20}})$")
        turned = re.compile(one("but"))
        struck, none = re.compile(f"{one('strike')}.{{0,3}}$"), re.compile(f"{one('none')}$")
        dropped = re.compile(
            f".{{0,6}}?{one('dropped')}(?:再|另行|重复|您|申请人|窗口|向){{0,3}}(?:{one('hand')}|$)"
        )
        gone = re.compile(f".{{0,6}}?{one('gone')}")
        with_, same = re.compile("[与和同跟]"), re.compile(f".{{0,10}}?{one('same')}")
        truth = re.compile(f".{{0,4}}?{one('truth')}")
        refers, listed = re.compile(f"{one('refer')}的?$"), re.compile(f".{{0,4}}?{one('listed')}")
        self._allowed = {
            "discretion": re.compile(one("discretion-allowed")),
            "number": re.compile(one("number-allowed")),
        }

        def is_denied(before: str, after: str, sentence: str) -> bool:
            found = denied.search(before)
            return found is not None and not turned.search(found["between"])

        def is_none(before: str, after: str, sentence: str) -> bool:
            return bool(none.search(before)) and not re.search("^的|不|退|无法", sentence)

        demand = (
            is_denied,
            is_none,
            lambda before, after, sentence: struck.search(before),
            lambda before, after, sentence: dropped.match(after) or gone.match(after),
        )
        mention = (
            lambda before, after, sentence: with_.search(before) and same.match(after),
            lambda before, after, sentence: truth.match(after),
            lambda before, after, sentence: refers.search(before) or listed.match(after),
        )
        return {
            "head": (*demand, *mention),
            "list-end": (*demand, *mention),
            "discretion": (is_denied, lambda before, after, sentence: struck.search(before)),
            "vague-number": demand,
            "vague-time": demand,
            "original": (is_denied,),
        }

    def _names_papers(self, rest: str) -> bool:
        """Tell whether what follows a vague name lists the papers after all: in brackets, after a colon or 即."""
        bracket = re.match("（([^（）]*)）", rest)
        if bracket is None:
            bracket = re.match(f"，?{self._any('namely')}：?([^。；！？]+)", rest)
        if bracket is None:
            return False
        papers = re.split("[、，；]|或者?", bracket[1])
        if min(map(len, papers)) < 2 or self._elsewhere.match(bracket[1]):
            return False
        last = _AMOUNT.sub("", bracket[1])
        return bool(self._paper_last.search(last)) and not any(self.search(bracket[1], name=True))


def _before(hit: re.Match[str]) -> str:
    return hit.string[max(0, hit.start() - _SIGHT) : hit.start()]


def _covered(found: re.Match[str]) -> str:
    return "◇》" if found[0][0] == "《" else "◇" * len(found[0])


@dataclass(frozen=True, slots=True)
class Field:
    """One text of a guide, by its path.

    ``name`` marks the name of a material, ``quoted`` the words of a law, ``form`` the columns of a blank form.
    """

    path: str
    text: str
    name: bool = False
    quoted: bool = False
    form: bool = False


def lint_fields(fields: Sequence[Field], *, wording: Wording) -> Iterator[Finding]:
    """Check texts for words that leave open what is asked, and for signs that do not belong (用语检查).

    Findings ``guide.catch-all``, ``guide.open-list``, ``guide.discretion``, ``guide.vague-number``,
    ``guide.original-or-copy``, ``guide.alternatives`` and ``guide.template-text``, each with the ``phrase``; in the
    quoted words of a law they only warn. ``guide.markup`` (``phrase``), ``guide.hidden-character`` (``sign``),
    ``guide.digit-mix`` (warns) and ``guide.field-too-long`` (``length``, ``longest``).
    """
    known: dict[tuple[str, bool, bool, bool], tuple[Finding, ...]] = {}
    fresh: dict[tuple[str, bool, bool, bool], Field] = {}
    for field in fields:
        said = (field.text, field.name, field.quoted, field.form)
        found = wording.judged.get(said)
        if found is None:
            fresh[said] = field
        elif found:
            known[said] = found
    for said, each in zip(fresh, _judge(tuple(fresh.values()), wording), strict=True):
        known[said] = each
        if len(said[0]) <= _SHORT:
            wording.judged[said] = each
    if len(wording.judged) > _MOST_JUDGED:
        wording.judged.clear()
    for field in fields:
        for one in known.get((field.text, field.name, field.quoted, field.form), ()):
            yield replace(one, subject=field.path)


_SHORT = 1000
_MOST_JUDGED = 50_000
"""Texts whose verdict is kept: one catalogue says the same in many places, and an editor checks the same guide again."""


def _judge(fields: Sequence[Field], wording: Wording) -> Iterator[tuple[Finding, ...]]:
    """Yield what is found in each text; those without any mark of an open construction are passed over together."""
    odd = any(len(field.text) > LONGEST for field in fields) or _SIGNS.search(
        "\n".join(field.text for field in fields)
    )
    whole = wording.fold(_BETWEEN.join(field.text[:LONGEST].replace(_BETWEEN, "") for field in fields))
    has_template, marks = wording.template(whole) is not None, wording.marks_in(whole)
    for field, folded in zip(fields, whole.split(_BETWEEN), strict=False):
        found = tuple(_signs(field)) if odd else ()
        if has_template or field.name or any(mark in folded for mark in marks):
            found = (*found, *_words(field, wording.cover(folded), wording))
        yield found


def _words(field: Field, folded: str, wording: Wording) -> Iterator[Finding]:
    found = [
        (_VERDICT_OF.get(kind, kind), phrase) for kind, phrase in wording.search(folded, name=field.name)
    ]
    if field.name and not found and wording.is_either(folded):
        found.append(("alternatives", folded))
    if template := wording.template(folded):
        found.append(("template", template))
    for kind, phrase in dict.fromkeys(found):
        if field.form and (kind == "vague-number" or not phrase.strip("_")):
            continue
        verdict = wording.verdicts[kind]
        severity = Severity.WARNS if field.quoted else verdict.severity
        yield Finding(verdict.code, severity, field.path, {"phrase": phrase[:60]}, verdict.basis)


_BETWEEN = "\x1e"
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,80}>|&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]{2,8});")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff"
    "\ud800-\udfff\ue000-\uf8ff]"
)
_HALF, _FULL = re.compile("[0-9]"), re.compile("[０-９]")
_SIGNS = re.compile(f"{_HIDDEN.pattern[:-1]}０-９<&]")


def _signs(field: Field) -> Iterator[Finding]:
    text, path = field.text, field.path
    if len(text) > LONGEST:
        yield Finding("guide.field-too-long", subject=path, params={"length": len(text), "longest": LONGEST})
    if markup := _MARKUP.search(text):
        yield Finding("guide.markup", subject=path, params={"phrase": markup[0]})
    if hidden := _HIDDEN.search(text):
        yield Finding("guide.hidden-character", subject=path, params={"sign": f"U+{ord(hidden[0]):04X}"})
    if _FULL.search(text) and _HALF.search(text):
        yield Finding("guide.digit-mix", Severity.WARNS, path)
