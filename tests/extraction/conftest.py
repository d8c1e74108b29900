from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from records.extraction.worker import Extractor


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    """One reader for a file of tests; tests that kill its child leave it usable, which is the point."""
    extractor = Extractor(wall=4.0, cpu=3)
    yield extractor
    extractor.close()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write
