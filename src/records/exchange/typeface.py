"""The typeface of our papers (字体): parsed once for the process, cut anew for every document.

Opening the file and reading its tables costs more than drawing a whole notice, so a Typeface keeps what never
changes: which characters there are, how wide they are, and the bytes of each outline. What a document uses is
kept in that document alone; otherwise one citizen's rare characters would be embedded in the next one's notice.
fpdf2 is told of a font through its own font object, filled here from the kept tables, and at the end gets a small
font file with only the outlines that were used.
"""

from __future__ import annotations

import functools
import itertools
import struct
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO

from fontTools import ttLib
from fpdf import FPDF
from fpdf.enums import FontDescriptorFlags, TextEmphasis
from fpdf.fonts import PDFFontDescriptor, SubsetMap, TTFFont

from .layout import FAMILY

FLOW_TABLES = ("head", "hhea", "maxp")


class Widths(dict[int, float]):
    """Widths of characters in thousandths of the size; unknown ones get the default and are not remembered."""

    def __init__(self, known: dict[int, float], default: float) -> None:
        super().__init__(known)
        self.default = default

    def __missing__(self, point: int) -> float:
        return self.default


class Cut(ttLib.TTFont):
    """A font file that is already cut to what a document used.

    fpdf2 passes its fonts through fontTools' subsetter, which would unpack and pack every outline again (2 ms a
    character). This one shows the subsetter its glyph names and no tables, and saves the bytes it was given.
    """

    def __init__(self, names: list[str], content: bytes) -> None:
        super().__init__(recalcTimestamp=False)
        self.setGlyphOrder(names)
        self._content = content

    def save(self, file: BinaryIO, reorderTables: bool | None = True) -> None:  # noqa: N803 - fontTools' name
        """Write the bytes of the cut font."""
        file.write(self._content)


class Typeface:
    """A TrueType font whose outlines are plain (no composed glyphs); safe to share between threads.

    ValueError when the file has composed glyphs: ``bin/build-font`` flattens them.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        with ttLib.TTFont(self.path, recalcTimestamp=False, lazy=True) as font:
            self._read_characters(font)
            self._read_outlines(font)
            self._descriptor = _descriptor(font, self.scale)
            self._post = (font["post"].underlinePosition, font["post"].underlineThickness)
            self._strike = (font["OS/2"].yStrikeoutPosition, font["OS/2"].yStrikeoutSize)

    def _read_characters(self, font: Any) -> None:
        self.name = font["name"].getBestFullName().replace(" ", "")
        self.scale = 1000 / font["head"].unitsPerEm
        self._names: dict[int, str] = dict(font.getBestCmap())
        self._known = frozenset(map(chr, self._names))
        self._metrics = dict(font["hmtx"].metrics)
        self._order: list[str] = font.getGlyphOrder()
        self._glyphs = {name: number for number, name in enumerate(self._order)}
        self._numbers = {point: self._glyphs[name] for point, name in self._names.items()}
        default = round(self.scale * self._metrics[".notdef"][0])
        known = {
            point: round(self.scale * self._metrics[name][0] + 0.001) for point, name in self._names.items()
        }
        self._widths = Widths(known, default)

    def _read_outlines(self, font: Any) -> None:
        places = font["loca"].locations
        outlines = font.reader["glyf"]
        self._outlines = [outlines[start:end] for start, end in itertools.pairwise(places)]
        if any(outline[:2] == b"\xff\xff" for outline in self._outlines):
            raise ValueError(f"{self.path} has composed glyphs; build it with bin/build-font")
        self._tables = {tag: font.reader[tag] for tag in FLOW_TABLES}

    def has(self, character: str) -> bool:
        """Say whether the typeface can draw a character."""
        return character in self._known

    def covers(self, text: str) -> bool:
        """Say whether the typeface can draw every character of a text."""
        return self._known.issuperset(text)

    def width(self, text: str) -> float:
        """Return the width of drawable text in thousandths of the type size."""
        return sum(map(self._widths.__getitem__, map(ord, text)))

    def font_for(self, document: FPDF) -> TTFFont:
        """Return a font object for one document, with an empty map of used characters."""
        font = TTFFont.__new__(TTFFont)
        font.i = len(document.fonts) + 1
        font.type, font.name, font.fontkey = "TTF", self.name, FAMILY
        font.ttffile, font.ttfont, font.collection_font_number = self.path, None, 0
        font.scale, font.cmap, font.glyph_ids, font.cw = self.scale, self._names, self._numbers, self._widths
        font.up, font.ut = (round(value * self.scale) for value in self._post)
        font.sp, font.ss = (round(value * self.scale) for value in self._strike)
        font.is_compressed = font.is_cff = font.is_cid_keyed = font.is_symbol = False
        font.cff_ros = font.color_font = font._hbfont = None
        font.palette_index, font.biggest_size_pt, font.missing_glyphs = 0, 0, []
        font.emphasis = TextEmphasis.coerce("")
        font.desc = PDFFontDescriptor(**self._descriptor)
        font.subset = SubsetMap(font)
        return font

    def cut(self, font: TTFFont) -> Cut:
        """Return a small font file with only the outlines that one document used."""
        used = sorted({0} | {self._glyphs[name] for name in font.subset.get_all_glyph_names()})
        outlines = [self._outlines[number] for number in used]
        names = [self._order[number] for number in used]
        ends = [0]
        for outline in outlines:
            ends.append(ends[-1] + len(outline))
        tables = dict(self._tables)
        tables["head"] = tables["head"][:50] + struct.pack(">h", 1) + tables["head"][52:]
        tables["hhea"] = tables["hhea"][:34] + struct.pack(">H", len(used))
        tables["maxp"] = tables["maxp"][:4] + struct.pack(">H", len(used)) + tables["maxp"][6:]
        tables["hmtx"] = b"".join(struct.pack(">Hh", *self._metrics[name]) for name in names)
        tables["loca"] = struct.pack(f">{len(ends)}L", *ends)
        tables["glyf"] = b"".join(outlines)
        return Cut(names, _font_file(tables))


class Paper(FPDF):
    """An fpdf2 document in one typeface that embeds just the outlines it used."""

    def __init__(self, typeface: Typeface, **options: Any) -> None:
        super().__init__(**options)
        self._typeface = typeface
        self.fonts[FAMILY] = typeface.font_for(self)
        self.str_alias_nb_pages = ""

    def finish(self) -> bytes:
        """Return the bytes of the finished document; nothing may be drawn afterwards."""
        font = self.fonts[FAMILY]
        font.ttfont = self._typeface.cut(font)
        return bytes(self.output())


@functools.cache
def shipped_typeface() -> Typeface:
    """Return the typeface we ship, Noto Sans SC with the characters of GBK and the rare ones of names, read at its first use."""
    with resources.as_file(resources.files("records") / "static/fonts/NotoSansSC-Names.ttf") as path:
        return Typeface(path)


def missing_glyphs(texts: Iterable[str], typeface: Typeface) -> tuple[str, ...]:
    """Return the characters that the typeface cannot draw (缺字), each once, in order of appearance.

    The alarm for the clerk's screen before anything is printed; line ends and tabs are no characters of a paper.
    """
    seen = dict.fromkeys(character for text in texts for character in text if character not in "\r\n\t")
    return tuple(character for character in seen if not typeface.has(character))


def _descriptor(font: Any, scale: float) -> dict[str, Any]:
    head, limits = font["head"], font["OS/2"]
    box = (head.xMin, head.yMin, head.xMax, head.yMax)
    return {
        "ascent": round(font["hhea"].ascent * scale),
        "descent": round(font["hhea"].descent * scale),
        "cap_height": round(limits.sCapHeight * scale),
        "flags": FontDescriptorFlags.SYMBOLIC,
        "font_b_box": f"[{' '.join(f'{value * scale:.0f}' for value in box)}]",
        "italic_angle": int(font["post"].italicAngle),
        "stem_v": round(50 + int((limits.usWeightClass / 65) ** 2)),
        "missing_width": round(scale * font["hmtx"].metrics[".notdef"][0]),
    }


def _font_file(tables: dict[str, bytes]) -> bytes:
    """Return a TrueType file of the tables; readers of PDF search no table, so the search fields stay zero."""
    place = 12 + 16 * len(tables)
    directory, content = [struct.pack(">4sHHHH", b"\x00\x01\x00\x00", len(tables), 0, 0, 0)], []
    for tag in sorted(tables):
        padded = tables[tag] + b"\x00" * (-len(tables[tag]) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
        directory.append(struct.pack(">4sLLL", tag.encode(), checksum, place, len(tables[tag])))
        content.append(padded)
        place += len(padded)
    return b"".join(directory + content)
