"""What all tests share: a PostgreSQL server for those that ask for one, and one folder of compiled pages."""

import gc
import os
import stat
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.postgres"]


def _share_compiled_pages() -> None:
    """Keep compiled pages between runs and workers, or each would spend seven seconds on them.

    A page is found by the digest of its text and of the compiler's version, and written under another name first, so that
    workers may come together. Chameleon reads the setting when it is first imported, which is after this.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = Path(tempfile.gettempdir()) / f"juanzong-pages-{os.getuid()}-{python}-{version('chameleon')}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # What lies there is run: only if nobody else can have put it there.
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
        os.environ.setdefault("CHAMELEON_CACHE", str(folder))


_share_compiled_pages()

# Each office has an application of its own, which is half a million objects: left to its usual count the collector goes through
# them again and again, for a fifth of the whole time.
gc.set_threshold(100_000, 20, 20)

# The same examples each time, so that a red run can be repeated; HYPOTHESIS_PROFILE=search looks for new ones.
# The first example of a run looks through every module of ours for constants to try, which is slow and no fault of the test.
settings.register_profile("same", derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

#: Files and folders with few tests that take long.
LONG = (
    "tests/browser/", "tests/journeys/", "tests/torture/", "tests/views/test_channels", "tests/scripts/test_founding",
    "tests/operations/test_demo",
)  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, in random order as everything: begun last, it lets the other worker wait."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
