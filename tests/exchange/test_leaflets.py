"""Guides on paper: every fact of the record stands on the leaflet, the short forms show what they promise, bytes are equal."""

import itertools
import re
from dataclasses import replace
from datetime import date, timedelta
from enum import Enum
from typing import get_args, get_origin

import pdfplumber
import pypdfium2
import pytest

from records.domain.conditions import Condition
from records.domain.facts import facts
from records.domain.guide_elements import Handling
from records.domain.guide_parts import Guide, MaterialForm
from records.domain.periods import Period
from records.domain.plain import arms, shape
from records.domain.vocabulary import Limit
from records.exchange import leaflets
from records.exchange.leaflet_sections import HANDLING, texts_of
from records.exchange.leaflet_words import Edition
from records.exchange.typeface import missing_glyphs, shipped_typeface
from tests.office import guide_bodies

DIGEST = "0a1b2c3d4e5f" * 5 + "6789"
EDITION = Edition(
    3, date(2026, 1, 1), DIGEST, "http://127.0.0.1:6543/guides/x", "云溪县政务服务中心", "0000-1000000", "0000-1000003"
)  # fmt: skip

each = pytest.mark.parametrize("guide", guide_bodies(), ids=lambda guide: guide.key)

#: Ticks and counts are printed with the word that makes them readable; a tick that is not set is the absence of its word.
PRINTED = {
    r"lines\.\d+\.originals": "原件{}份",
    r"lines\.\d+\.copies": "复印件{}份",
    r"handling\.visits": "到场次数{}次",
    r"situations\.\d+\.options\.\d+\.text": "{}",
}
TICKS = {
    r"lines\.\d+\.waived": "免提交",
    r"lines\.\d+\.inspect_original": "查验原件",
    r".*fees?\.(\d+\.)?reducible": "可以减免",
}

#: What the short forms leave out is on the leaflet and the page, to which their code leads.
SHORT = (
    # facts, card, poster, why
    (r"title|plain_title", True, True, "the answer in one sentence"),
    (r"audience\.\d+", True, True, "who may come"),
    (r"lines\.\d+\.(name|condition)", True, True, "what to bring, and when"),
    (r"fee(\.standard)?|further_fees\.\d+\.standard", True, True, "what it costs"),
    (r"limits\.promised", True, True, "how long it takes"),
    (r"places\.\d+\.(name|address|window|phone|hours)", True, True, "where and when"),
    (r"contacts\.\d+\.(way|value)|complaints\.\d+\.(way|value)", True, True, "whom to ask, where to complain"),
    (r"result\.name", True, True, "what one takes home"),
    (r"steps\.\d+\.(name|limit)", False, True, "the wall shows the way; a card has no room"),
    (r"batches\.\d+\.(name|opens|closes)", True, True, "who comes outside the time comes in vain"),
    (r"basis\..*|steps\.\d+\.(post|standard|paper)|remedies\..*|rights\..*|standards\..*", False, False, "law and procedure are read, not carried"),
    (r"lines\.\d+\.(?!(name|condition)$).*", False, False, "how each paper must look is on the leaflet"),
    (r"codes\..*|item_type|item_kind|acceptance|unit_name|version\.(notes|until)|handling\..*|delegation\..*|zones\..*", False, False,
     "for those who look closer"),
    (r"quantity_limit|scope|exempt|conditions\..*|prohibitions\..*|checks\..*|situations\..*|batches\.\d+\.note", False, False,
     "whether one may apply is asked question by question on the page"),
    (r"limits\.(?!promised$).*|special\..*|site_check|result\.(?!name$).*|(fee|further_fees\.\d+)\.(?!standard$).*", False, False,
     "the first number is enough to go by"),
    (r"questions\..*|mistakes\..*|elder\..*|supplements\..*", False, False, "advice is read at home"),
)  # fmt: skip


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return squeezed("".join(page.get_textpage().get_text_range() for page in document))
    finally:
        document.close()


def squeezed(text):
    """A text without spaces and line ends; a hyphen that the reader took for a torn word is a hyphen again."""
    return re.sub(r"\s+", "", text.replace("\ufffe", "-").replace("\x02", "-"))


def printed(value):
    """A text as the shipped typeface prints it: a box with its number stands for a character it lacks."""
    typeface = shipped_typeface()
    return squeezed("".join(c if c.isspace() or typeface.has(c) else f"U+{ord(c):04X}" for c in value))


def not_shown(guide, text, *, printed=printed):
    """The facts that a text does not show, each looked for as it is printed."""
    found = {}
    for path, value in facts(guide).items():
        tick = next((word for pattern, word in TICKS.items() if re.fullmatch(pattern, path)), None)
        if tick is not None:
            if (value == "是") > (tick in text):
                found[path] = value
            continue
        if path.endswith((".originals", ".copies")):
            line = guide.lines[int(path.split(".")[1])]
            value = "" if line.waived or value == "0" else value
        form = next((form for pattern, form in PRINTED.items() if re.fullmatch(pattern, path)), "{}")
        form = form if value else ""
        # Where texts are run together each leaves its full stop behind.
        if printed(form.format(value)).rstrip("。") not in text:
            found[path] = value
    return found


@pytest.fixture(scope="module")
def typeface():
    return shipped_typeface()


@each
@pytest.mark.parametrize("large", [False, True], ids=["a4", "large"])
def test_every_fact_stands_on_the_leaflet(guide, large, typeface):
    text = text_of(leaflets.leaflet(guide, EDITION, typeface=typeface, large=large))
    assert not_shown(guide, text) == {}
    assert ("第3版" in text, "自2026年1月1日起施行" in text, DIGEST[:12] in text) == (True, True, True)


@each
def test_a_tick_stands_beside_its_own_line(guide, typeface):
    """The facts of a line stand between its name and the next one's, not anywhere on the paper."""
    text = text_of(leaflets.leaflet(guide, EDITION, typeface=typeface))
    rest = text[text.index("要带什么") :]
    for line, following in zip(guide.lines, [*guide.lines[1:], None], strict=True):
        start = rest.index(squeezed(f"{line.position}{line.name}"))
        end = (
            rest.index(squeezed(f"{following.position}{following.name}"))
            if following
            else rest.index("去哪里办")
        )
        part = rest[start:end]
        shown = (
            "免提交" in part,
            "查验原件" in part,
            "份数不用交" in part,
        )
        assert shown == (line.waived, line.inspect_original, line.waived), line.name
        counted = {"原件": 0, "复印件": 0} | dict(re.findall(r"(原件|复印件)(\d+)份", part))
        wanted = (0, 0) if line.waived else (line.originals, line.copies)
        assert tuple(int(count) for count in counted.values()) == wanted, line.name
        assert "0份" not in part.replace("10份", "").replace("20份", "")
        assert squeezed(line.acceptance) in part
        assert squeezed(line.basis) in part


@each
def test_the_table_of_the_short_forms_names_every_fact_and_they_show_what_it_says(guide, typeface):
    shown = {
        "card": text_of(leaflets.card(guide, EDITION, typeface=typeface)),
        "poster": text_of(leaflets.poster(guide, EDITION, typeface=typeface)),
    }
    for path, value in facts(guide).items():
        rows = [row for row in SHORT if re.fullmatch(row[0], path)]
        assert len(rows) == 1, path
        for kind, wanted in zip(("card", "poster"), rows[0][1:3], strict=True):
            assert not wanted or squeezed(value) in shown[kind], (kind, path, value)
    for text in shown.values():
        assert ("第3版" in text, DIGEST[:12] in text) == (True, True)


@each
def test_card_and_poster_stand_on_one_side_and_every_size_is_its_own(guide, typeface):
    sizes = {}
    for kind, draw in leaflets.KINDS.items():
        document = pypdfium2.PdfDocument(draw(guide, EDITION, typeface=typeface))
        sizes[kind] = tuple(round(length / 72 * 25.4) for length in document[0].get_size())
        if kind != "leaflet":
            assert len(document) == 1, kind
        document.close()
    assert sizes == {"leaflet": (210, 297), "card": (148, 210), "poster": (297, 420)}


def test_the_desks_half_is_never_printed(typeface):
    for guide in guide_bodies():
        text = "".join(text_of(draw(guide, EDITION, typeface=typeface)) for draw in leaflets.KINDS.values())
        public = squeezed("".join(facts(guide).values()))
        for line in guide.lines:
            for page in (*line.instructions.look_at, *line.instructions.returns):
                assert squeezed(page) in public or squeezed(page) not in text


def test_equal_guides_give_equal_bytes_and_the_letters_of_one_never_reach_the_next(typeface):
    first, second = guide_bodies()[:2]
    for draw in leaflets.KINDS.values():
        before = draw(first, EDITION, typeface=typeface)
        draw(second, EDITION, typeface=typeface)
        assert draw(first, EDITION, typeface=typeface) == before
        assert draw(first, replace(EDITION, number=4), typeface=typeface) != before


def test_it_says_that_it_is_pdf_a_and_both_readers_read_the_same(typeface, tmp_path):
    pdf = leaflets.leaflet(guide_bodies()[0], EDITION, typeface=typeface)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    path = tmp_path / "leaflet.pdf"
    path.write_bytes(pdf)
    with pdfplumber.open(path) as document:
        chars = [char["text"] for page in document.pages for char in page.chars]
    assert squeezed("".join(chars)) == text_of(pdf)


def test_an_edition_that_is_not_in_force_says_so_on_every_form(typeface):
    note = "这一版已被新版替代。"
    for draw in leaflets.KINDS.values():
        assert note in text_of(draw(guide_bodies()[0], replace(EDITION, note=note), typeface=typeface))


def test_a_missing_glyph_is_known_beforehand_and_leaves_no_hole(typeface):
    guide = replace(guide_bodies()[0], title="𪚥王庙文物保护审批")
    assert missing_glyphs(texts_of(guide, EDITION), typeface) == ("𪚥",)
    assert "U+2A6A5王庙文物保护审批" in text_of(leaflets.card(guide, EDITION, typeface=typeface))


def test_a_card_without_room_for_every_paper_says_how_many_are_left_out(typeface):
    guide = guide_bodies()[0]
    line = replace(guide.lines[0], condition="", waived=False, form=MaterialForm.PAPER)
    many = tuple(
        replace(line, id=f"l{n}", position=n, name=f"第{n}份材料，名称长到要占一整行才能写得完的那一种")
        for n in range(90)
    )
    document = leaflets.card(replace(guide, lines=many), EDITION, typeface=typeface)
    found = re.search(r"另有(\d+)份材料写不下，请扫码看全部", text_of(document))
    kept = len(set(re.findall(r"第\d+份材料，", text_of(document))))
    assert (len(pypdfium2.PdfDocument(document)), kept + int(found[1])) == (1, 90)
    assert kept > 20


def test_the_handling_has_a_word_for_each_of_its_fields():
    assert set(HANDLING) == set(Handling.__dataclass_fields__)


def whole(hint, numbers):
    """A value of a type with nothing left out, every text of it its own."""
    number = next(numbers)
    if hint == Condition:
        return f"情形{number}"
    if hint in (str, int, bool, date, Period):
        day = date(2026, 1, 1) + timedelta(number)
        return {str: f"第{number}段", int: number, bool: True, date: day, Period: Period(number, Limit.DAYS)}[
            hint
        ]
    kind = arms(hint)[-1]
    if get_origin(kind) in (tuple, frozenset):
        return get_origin(kind)(whole(get_args(kind)[0], numbers) for _ in range(2))
    if kind in (str, int, bool, date, Period):
        return whole(kind, numbers)
    if issubclass(kind, Enum):
        return list(kind)[number % len(kind)]
    return kind(**{name: whole(part, numbers) for name, part in shape(kind).items()})


def test_every_field_that_a_guide_can_have_is_printed(typeface):
    guide = whole(Guide, itertools.count(1))
    assert len(facts(guide)) > 250
    text = text_of(leaflets.leaflet(guide, EDITION, typeface=typeface))
    verdicts = {path for path in facts(guide) if re.fullmatch(r"checks\.\d+\.(yes|no)", path)}
    assert set(not_shown(guide, text)) - verdicts == set()
