"""Pages as pictures: the same sheet in another form is found, the same form of somebody else is not, nothing breaks."""

from __future__ import annotations

import io
from random import Random

import pytest
from PIL import Image

from records.extraction.looking import Looker
from records.extraction.types import MediaType
from tests import scans


@pytest.fixture(scope="module")
def looker():
    looker = Looker()
    yield looker
    looker.close()


@pytest.fixture
def page(tmp_path):
    """Write a picture down and name its first page."""
    count = iter(range(100))

    def written(content: bytes, number: int = 1):
        path = tmp_path / f"{next(count)}"
        path.write_bytes(content)
        kind = {b"%P": MediaType.PDF, b"\x89P": MediaType.PNG}.get(content[:2], MediaType.JPEG)
        return path, kind, number

    return written


def picture(image: Image.Image, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize("serial", [0, 4, 9])
def test_a_rescan_a_photograph_and_a_stamped_sheet_are_the_same_and_another_persons_is_not(
    looker, page, serial
):
    same, other = (scans.shown(11, serial, same=kind) for kind in (True, False))
    seen = [looker.resembling(page(one.comes), [page(one.held)]) for one in (same, other)]
    assert seen == [(True,), (False,)], (same.form, same.way, other.way, other.difference)


def test_a_scan_packed_into_a_pdf_is_the_same_and_its_pages_are_told_apart(looker, page):
    chance = Random("封面")
    mine, theirs = scans.filled(chance), scans.filled(chance)
    sheets = [scans.draw(0, mine, 150), scans.draw(7, theirs, 150)]
    packed = picture(sheets[0], "PDF")
    held = page(scans.scanned(sheets[0], chance, dpi=150)), page(scans.scanned(sheets[1], chance, dpi=150))
    assert looker.resembling(page(packed), held) == (True, False)


def test_marks_are_counted_by_page_and_a_blank_page_has_none(looker, page):
    written = scans.draw(1, scans.filled(Random(1)), 100)
    blank = Image.new("RGB", written.size, "white")
    stream = io.BytesIO()
    blank.save(stream, "PDF", save_all=True, append_images=[written, blank])
    path, kind, _ = page(stream.getvalue())
    assert [len(marks) for marks in looker.fingerprints(path, kind)] == [0, 128 * 32, 0]
    assert looker.resembling((path, kind, 1), [(path, kind, 1), (path, kind, 2)]) == (False, False)


@pytest.mark.parametrize(
    "content",
    [
        picture(Image.new("RGB", (1, 1))),
        picture(Image.new("L", (20000, 3))),
        picture(Image.new("RGB", (900, 900), "black")),
        picture(Image.effect_noise((300, 300), 0)),
    ],
    ids=["1x1", "a thread", "black", "grey"],
)
def test_what_shows_nothing_is_like_nothing(looker, page, content):
    path, kind, number = page(content)
    assert looker.fingerprints(path, kind) == (b"",)
    assert looker.resembling((path, kind, number), [(path, kind, number)]) == (False,)


@pytest.mark.parametrize("content", [b"\xff\xd8\xff broken", b"%PDF-1.7 broken", b"\x89PNG\r\n\x1a\n"])
def test_a_broken_file_has_no_marks_and_the_next_one_is_looked_at(looker, page, content):
    path, kind, number = page(content)
    whole = page(picture(scans.draw(1, scans.filled(Random(1)), 100)))
    assert looker.fingerprints(path, kind) == ()
    assert looker.resembling((path, kind, number), [whole]) == (False,)
    assert looker.resembling(whole, [whole]) == (True,)


def test_a_picture_of_too_many_pixels_is_not_looked_at(looker, page):
    path, kind, _ = page(picture(Image.new("1", (12000, 12000))))
    assert looker.fingerprints(path, kind) == ()
