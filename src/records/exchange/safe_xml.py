"""XML that others wrote (外来 XML), read without trusting it: no document type, no entity, no depth without end.

A document type is refused where it begins, so that no entity can be declared, expanded or fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO
from xml.etree import ElementTree
from xml.parsers import expat

DEEPEST = 64
CHUNK = 1 << 16


class BadXML(Exception):
    """XML that is not read: ``code`` is xml.broken, xml.forbidden or xml.too-deep."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(content: bytes) -> ElementTree.Element:
    """Return the tree of a small document; raises BadXML."""
    builder = ElementTree.TreeBuilder()
    parser = guarded(builder.start, builder.end, builder.data)
    feed(parser, [content])
    return builder.close()


def guarded(
    start: Callable[[str, dict[str, str]], object],
    end: Callable[[str], object],
    data: Callable[[str], object],
) -> expat.XMLParserType:
    """Return a parser that tells what it reads, and that raises BadXML for what must not be there."""
    parser = expat.ParserCreate(namespace_separator=None)
    depth = 0

    def forbid(*_: object) -> None:
        raise BadXML("xml.forbidden")

    def down(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise BadXML("xml.too-deep")
        start(name, attributes)

    def up(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    parser.buffer_text, parser.buffer_size = True, CHUNK
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = forbid
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = down, up, data
    return parser


def feed(parser: expat.XMLParserType, chunks: object) -> None:
    """Give a parser everything there is, and say when that was all; raises BadXML."""
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadXML("xml.broken") from error


def pieces(stream: BinaryIO) -> object:
    """Yield a stream piece by piece."""
    while chunk := stream.read(CHUNK):
        yield chunk
