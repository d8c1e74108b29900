"""What all tests share: a PostgreSQL server for those that ask for one, and one folder of compiled pages."""

import os
import stat
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from hypothesis import settings

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

# The same examples each time, so that a red run can be repeated; HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("search")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
