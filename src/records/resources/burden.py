"""The rows of the burden ledger (减负台账): what the audit log said up to a mark, case by case and summed up."""

from __future__ import annotations

from persistent import Persistent

from records.db import SmallOOBTree


class BurdenRows(Persistent):
    """Accounts and sums up to the audit entry ``mark``; they can be thrown away and reckoned again from the log.

    ``cases`` lead from month, unit, guide and case to the account as written with its window; ``places`` from a case
    to its key there; ``sums`` from month, unit and guide to the tally.
    """

    mark = 0

    def __init__(self) -> None:
        self.cases = SmallOOBTree()
        self.places = SmallOOBTree()
        self.sums = SmallOOBTree()
