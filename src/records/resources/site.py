"""The site: one county, its folders, its counters, and what binds them together."""

from __future__ import annotations

from datetime import date

from records.db import SmallLOBTree, SmallOOBTree
from records.queue import Queue
from records.sequence import Sequence
from records.shorthand import Tally

from .applicants import Applicants
from .archives import Archives
from .base import Folder, Resource
from .batches import Batches
from .boxes import Boxes
from .burden import BurdenRows
from .custody import HandOvers, Originals
from .dispositions import Dispositions
from .dossiers import Dossiers
from .feedback import FeedbackFolder
from .fetches import Fetches
from .guides import Guides
from .holds import Holds
from .keeping import Keeping, Media
from .materials import Holdings, Materials
from .notices import Notices
from .one_things import OneThings
from .people import People
from .standards import StandardsFolder
from .statistics import ArchiveTally
from .synonyms import Synonyms
from .transfers import OpeningReviews, Transfers
from .uses import Seals, UsePapers, Uses
from .volumes import FondsPapers, Volumes


class Counter(Tally):
    """A plain number that only grows; under the write lock it is gapless and in commit order."""


class Site(Resource):
    """The root of everything (站点): folders one can walk into, and trees only the code reads.

    ``office`` is the centre's description as plain values: name, units, windows, fonds, opening hours, calendar.
    ``turned_on`` is the civil day up to which the feed has said of every guide which edition is in force;
    ``checked_on`` the one on which the validity of materials was last owed a look.
    ``burden`` are the rows of the burden ledger, ``tally`` the sums of the archives; nothing until there are any.
    """

    office: dict = {}
    turned_on: date | None = None
    checked_on: date | None = None
    burden: BurdenRows | None = None
    tally: ArchiveTally | None = None

    def __init__(self) -> None:
        self.applicants = self._folder("applicants", Applicants())
        self.materials = self._folder("materials", Materials())
        self.guides = self._folder("guides", Guides())
        self.dossiers = self._folder("dossiers", Dossiers())
        self.notices = self._folder("notices", Notices())
        self.archives = self._folder("archives", Archives())
        self.people = self._folder("people", People())
        self.place_public_words()
        self.place_standards()
        self.place_one_things()
        self.place_fetches()
        self.place_custody()
        self.place_dispositions()
        self.place_boxes()
        self.place_keeping()
        self.place_batches()
        self.place_transfers()
        self.place_uses()
        self.holdings = Holdings()
        self.keys = SmallOOBTree()
        self.worklists = SmallOOBTree()
        self.feed = Sequence()
        self.audit = Sequence()
        self.heads = SmallLOBTree()
        self.counters = SmallOOBTree()
        self.sessions = SmallOOBTree()
        self.once = SmallOOBTree()
        self.jobs = Queue()

    def place_public_words(self) -> None:
        """Give the site the folders of its own everyday words and of what readers say, unless it has them."""
        if getattr(self, "synonyms", None) is None:
            self.synonyms = self._folder("synonyms", Synonyms())
        if getattr(self, "feedback", None) is None:
            self.feedback = self._folder("feedback", FeedbackFolder())

    def place_standards(self) -> None:
        """Give the site the folder of its own standard materials, unless it has it."""
        if getattr(self, "standards", None) is None:
            self.standards = self._folder("standards", StandardsFolder())

    def place_fetches(self) -> None:
        """Give the site the folder of what it fetches from other organs, unless it has it."""
        if getattr(self, "fetches", None) is None:
            self.fetches = self._folder("fetches", Fetches())

    def place_custody(self) -> None:
        """Give the site the folders of paper originals and of their hand-overs, unless it has them."""
        if getattr(self, "custody", None) is None:
            self.custody = self._folder("custody", Originals())
            self.handovers = self._folder("handovers", HandOvers())

    def place_keeping(self) -> None:
        """Give the site what is known of its copies and the folder of media, unless it has them."""
        if getattr(self, "keeping", None) is None:
            self.keeping = Keeping()
            self.media = self._folder("media", Media())

    def place_boxes(self) -> None:
        """Give the site the folders of boxes, volumes and fonds files, unless it has them."""
        if getattr(self, "boxes", None) is None:
            self.boxes = self._folder("boxes", Boxes())
            self.volumes = self._folder("volumes", Volumes())
            self.fonds_papers = self._folder("fonds_papers", FondsPapers())

    def place_dispositions(self) -> None:
        """Give the site the folders of legal holds and of disposition lists, unless it has them."""
        if getattr(self, "holds", None) is None:
            self.holds = self._folder("holds", Holds())
            self.dispositions = self._folder("dispositions", Dispositions())

    def place_batches(self) -> None:
        """Give the site the folder of batches, unless it has it."""
        if getattr(self, "batches", None) is None:
            self.batches = self._folder("batches", Batches())

    def place_uses(self) -> None:
        """Give the site the folders of requests for use, their papers and the seals, unless it has them."""
        if getattr(self, "uses", None) is None:
            self.uses = self._folder("uses", Uses())
            self.use_papers = self._folder("use_papers", UsePapers())
            self.seals = self._folder("seals", Seals())

    def place_transfers(self) -> None:
        """Give the site the folders of transfers and of opening reviews, unless it has them."""
        if getattr(self, "transfers", None) is None:
            self.transfers = self._folder("transfers", Transfers())
            self.openings = self._folder("openings", OpeningReviews())

    def place_one_things(self) -> None:
        """Give the site the folder of its own packages of items, unless it has it."""
        if getattr(self, "one_things", None) is None:
            self.one_things = self._folder("one_things", OneThings())

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
    "synonym": "synonyms",
    "feedback": "feedback",
    "standard": "standards",
    "onething": "one_things",
    "fetch": "fetches",
    "original": "custody",
    "handover": "handovers",
    "batch": "batches",
    "hold": "holds",
    "disposition": "dispositions",
    "transfer": "transfers",
    "opening": "openings",
    "box": "boxes",
    "volume": "volumes",
    "fondspaper": "fonds_papers",
    "medium": "media",
    "use": "uses",
    "usepaper": "use_papers",
    "seal": "seals",
}
