"""Codes a reader can scan (条码): Code 128 and QR, as vectors.

Code 128 is drawn after ISO/IEC 15417 in code set B, pairs of digits in code set C; signs outside ASCII are first written
in one of their look-alikes, which our codes read as meant.
"""

from __future__ import annotations

import io

import segno

_ASCII = str.maketrans({"·": ".", "－": "-", "〔": "[", "〕": "]"})
_START_B, _START_C, _TO_C, _TO_B, _STOP = 104, 105, 99, 100, 106
_MODULUS = 103
QUIET = 10
"""Empty modules on both sides."""

#: The widths of bars and gaps of the values 0 to 106.
_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 "
    "123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 "
    "131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 "
    "213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 "
    "141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 "
    "124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 "
    "411131 211412 211214 211232 2331112"
)  # fmt: skip
_PATTERNS = _TABLE.split()


def code128(text: str) -> tuple[int, ...]:
    """Return the widths of bars and gaps of a text in turn, a bar first; ``ValueError`` for what cannot be written."""
    values = _values(text.translate(_ASCII))
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % _MODULUS
    return tuple(int(width) for value in (*values, check, _STOP) for width in _PATTERNS[value])


def _values(text: str) -> list[int]:
    if not text or any(not " " <= sign <= "~" for sign in text):
        raise ValueError(f"no Code 128 for {text!r}")
    values: list[int] = []
    at, in_digits = 0, False
    while at < len(text):
        run = 0
        while at + run < len(text) and text[at + run].isdecimal():
            run += 1
        if run >= 4:
            values.append(_START_C if not values else _TO_C)
            values += [int(text[pair : pair + 2]) for pair in range(at, at + run - run % 2, 2)]
            at, in_digits = at + run - run % 2, True
            continue
        if in_digits or not values:
            values.append(_START_B if not values else _TO_B)
            in_digits = False
        values.append(ord(text[at]) - 32)
        at += 1
    return values


def code128_svg(text: str, *, height: int = 40) -> str:
    """Return a Code 128 as an SVG picture with its quiet zones, one unit a module."""
    widths = code128(text)
    bars, x = [], QUIET
    for at, width in enumerate(widths):
        if at % 2 == 0:
            bars.append(f"M{x} 0h{width}v{height}h-{width}z")
        x += width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {x + QUIET} {height}" width="{(x + QUIET) / 4:g}mm" '
        f'height="{height / 4:g}mm" preserveAspectRatio="none" role="img" aria-label="Code 128"><path d="{"".join(bars)}"/></svg>'
    )


def qr_svg(text: str, *, side: int = 22) -> str:
    """Return a QR code as an SVG picture with its quiet zone, ``side`` millimetres wide."""
    made, drawn = segno.make(text, error="m", micro=False), io.BytesIO()
    made.save(drawn, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True, nl=False)
    return (
        drawn.getvalue().decode().replace("<svg ", f'<svg width="{side}mm" height="{side}mm" role="img" ', 1)
    )
