"""Lists brought from elsewhere (导入): what was handed in, how it reads, what was found, and how far it has come."""

from __future__ import annotations

from persistent import Persistent

from records.db import SmallOOBTree

from .site import Site


class GuideImport(Persistent):
    """One file of a source: ``mapping`` is the source's mapping as it was then, ``findings`` the first of them, both as JSON.

    ``state`` is owed, checking, checked, applying, applied or stopped; ``counts`` are pairs of a word and a number. ``by``
    brought it, ``applied_by`` lets it be stored, ``language`` is that of who brought it. ``file`` and ``errors`` are digests
    in the content store: what was handed in, and the workbook of the rows that were refused.
    """

    id = ""
    name = ""
    file = ""
    size = 0
    mapping = ""
    by = ""
    applied_by = ""
    language = "zh_Hans"
    at = None
    state = "owed"
    apply = False
    options: tuple[str, ...] = ()
    done = 0
    total = 0
    counts: tuple[tuple[str, int], ...] = ()
    findings = "[]"
    found = 0
    errors = ""
    readable = True


class LibraryImport(Persistent):
    """A register of papers with their files in a ZIP: ``file``, ``bundle`` and ``errors`` are digests in the content store.

    ``findings`` are the first of them as JSON; the states are those of ``GuideImport``, ``applying`` stores.
    """

    id = ""
    name = ""
    file = ""
    bundle = ""
    size = 0
    by = ""
    applied_by = ""
    language = "zh_Hans"
    at = None
    state = "owed"
    apply = False
    done = 0
    total = 0
    counts: tuple[tuple[str, int], ...] = ()
    findings = "[]"
    found = 0
    errors = ""
    readable = True


class ArchiveImport(LibraryImport):
    """The directory of an existing archive with its files, for one fonds; beside the states of a register undoing and undone.

    ``mapping`` is the source's mapping as it was then, as JSON. ``items`` lead from the search key of a code to the item that
    was entered, ``raised`` from a counter to its values before and after, ``gone`` are codes whose copies are to be erased.
    """

    fonds = ""
    mapping = "{}"

    def __init__(self) -> None:
        self.items = SmallOOBTree()
        self.raised = SmallOOBTree()
        self.gone = SmallOOBTree()


def archive_imports_of(site: Site) -> SmallOOBTree:
    """Return the imports into the archives, newest last; they are kept, so that each can be undone."""
    return _tree(site, "archive_imports")


def archive_sources_of(site: Site) -> SmallOOBTree:
    """Return the saved mappings of directories by the source's name, each as JSON."""
    return _tree(site, "archive_sources")


def library_imports_of(site: Site) -> SmallOOBTree:
    """Return the imports into the library, newest last."""
    return _tree(site, "library_imports")


def imports_of(site: Site) -> SmallOOBTree:
    """Return the site's imports by id, newest last."""
    return _tree(site, "guide_imports")


def sources_of(site: Site) -> SmallOOBTree:
    """Return the saved mappings by the source's name, each as JSON."""
    return _tree(site, "guide_sources")


def _tree(site: Site, name: str) -> SmallOOBTree:
    """Return a tree of the site; an older database has none until somebody writes."""
    found = getattr(site, name, None)
    return SmallOOBTree() if found is None else found


def begin(site: Site) -> None:
    """Give the site the trees it may lack; only an operation calls this."""
    for name in ("guide_imports", "guide_sources", "library_imports", "archive_imports", "archive_sources"):
        if getattr(site, name, None) is None:
            setattr(site, name, SmallOOBTree())
