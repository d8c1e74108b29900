"""How far an import in the background has come (导入进度), written down between its rows, and whether somebody has stopped it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from records.resources.site import Site

from .services import Services

Known = Callable[[Site, str], Any]
"""What finds the import of an id, None when there is none."""


def goes_on(services: Services, known: Known, subject: str) -> bool:
    """Tell whether an import is still there and nobody has stopped it."""
    with services.database.read() as root:
        record = known(root["site"], subject)
        return record is not None and record.state != "stopped"


def note(services: Services, known: Known, subject: str, **values: object) -> bool:
    """Write down how far an import is; false when somebody has stopped it, whose end is written down all the same."""

    def within(root: Any) -> bool:
        record = known(root["site"], subject)
        if record is None or (record.state == "stopped" and "counts" not in values):
            return False
        for name, value in values.items():
            setattr(record, name, value)
        return True

    return bool(services.database.run(within, note="import"))
