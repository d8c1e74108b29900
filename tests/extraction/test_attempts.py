"""Trying papers that are to be kept: drawn, their signatures hashed again, and nothing a broken file can do to us."""

from __future__ import annotations

import dataclasses

import pytest

from records.exchange import samples
from records.extraction.types import Attempt, MediaType, ending_of

from .signed import signed_ofd, signed_pdf

JPEG = samples.scan_jpeg("营业执照", ("名称：䶮𠮷餐饮店",), seed=3)


def tried(extractor, write, name, content, kind):
    return dataclasses.replace(extractor.attempt(write(name, content), kind), tool="")


def test_good_papers_are_drawn(extractor, write):
    pages = samples.text_pdf("决定书", ("准予",))
    assert tried(extractor, write, "a.pdf", pages, MediaType.PDF) == Attempt(True, 1)
    assert tried(extractor, write, "a.jpg", JPEG, MediaType.JPEG) == Attempt(True, 1)
    assert tried(extractor, write, "a.txt", "办事指南".encode(), MediaType.TEXT) == Attempt(True, 1)
    assert extractor.attempt(write("b.pdf", pages), MediaType.PDF).tool.startswith("pypdfium2 ")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", b"%PDF-1.7\nnothing", MediaType.PDF),
        ("a.jpg", JPEG[: len(JPEG) // 2], MediaType.JPEG),
        ("a.ofd", b"PK\x03\x04broken", MediaType.OFD),
    ],
)
def test_what_cannot_be_read_says_so(extractor, write, name, content, kind):
    found = extractor.attempt(write(name, content), kind)
    assert (found.readable, found.undrawn) == (False, None)


def test_a_signature_covers_the_bytes_it_was_made_over(extractor, write):
    good = signed_pdf()
    assert tried(extractor, write, "s.pdf", good, MediaType.PDF).signatures == (
        ("adbe.pkcs7.detached", True, "sha256"),
    )
    changed = good.replace(b"(Approved)", b"(Aqproved)")
    assert tried(extractor, write, "t.pdf", changed, MediaType.PDF).signatures == (
        ("adbe.pkcs7.detached", False, ""),
    )


@pytest.mark.parametrize(
    ("how", "holds"),
    [
        ({}, True),
        ({"method": "SHA256"}, True),
        ({"signed_page": "<Other/>"}, False),
    ],
)
def test_a_signature_of_an_ofd_is_hashed_again(extractor, write, how, holds):
    found = extractor.attempt(write("s.ofd", signed_ofd(**how)), MediaType.OFD)
    assert [each[:2] for each in found.signatures] == [("OFD", holds)]
    assert (found.readable, found.pages) == (True, 1)


def test_the_ending_that_belongs_to_a_content():
    assert [ending_of(head) for head in (b"%PDF-1.7", JPEG, signed_ofd()[:4096], b"PK\x03\x04other", "字".encode(), b"", b"\x00\x01")] == [
        "pdf", "jpg", "ofd", "zip", "txt", "", "",
    ]  # fmt: skip
