"""The site: one county, its folders, its counters, and what binds them together."""

from __future__ import annotations

from persistent import Persistent

from records.db import SmallLOBTree, SmallOOBTree
from records.queue import Queue

from .applicants import Applicants
from .archives import Archives
from .base import Folder, Resource
from .dossiers import Dossiers
from .guides import Guides
from .materials import Materials
from .notices import Notices
from .people import People


class Counter(Persistent):
    """A plain number that only grows; under the write lock it is gapless and in commit order."""

    value = 0

    def next(self) -> int:
        """Return the next number."""
        self.value += 1
        return self.value


class Site(Resource):
    """The root of everything (站点): folders one can walk into, and trees only the code reads.

    ``office`` is the centre's description as plain values: name, units, windows, fonds, opening hours, calendar.
    """

    office: dict = {}

    def __init__(self) -> None:
        self.applicants = self._folder("applicants", Applicants())
        self.materials = self._folder("materials", Materials())
        self.guides = self._folder("guides", Guides())
        self.dossiers = self._folder("dossiers", Dossiers())
        self.notices = self._folder("notices", Notices())
        self.archives = self._folder("archives", Archives())
        self.people = self._folder("people", People())
        self.holdings = SmallOOBTree()
        self.keys = SmallOOBTree()
        self.worklists = SmallOOBTree()
        self.feed = SmallLOBTree()
        self.audit = SmallLOBTree()
        self.heads = SmallLOBTree()
        self.counters = SmallOOBTree()
        self.sessions = SmallOOBTree()
        self.once = SmallOOBTree()
        self.jobs = Queue()

    def __getitem__(self, name: str) -> Folder:
        """Return the folder that a path leads into."""
        if name not in FOLDERS.values():
            raise KeyError(name)
        return getattr(self, name)

    def _folder(self, name: str, folder: Folder) -> Folder:
        folder.__name__ = name
        folder.__parent__ = self
        return folder

    def counter(self, name: str) -> Counter:
        """Return the counter of that name, beginning at zero."""
        counter = self.counters.get(name)
        if counter is None:
            counter = self.counters[name] = Counter()
        return counter

    def folder(self, kind: str) -> Folder:
        """Return the folder in which records of that kind lie."""
        return getattr(self, FOLDERS[kind])


FOLDERS = {
    "applicant": "applicants",
    "material": "materials",
    "guide": "guides",
    "dossier": "dossiers",
    "notice": "notices",
    "archive": "archives",
    "person": "people",
}
