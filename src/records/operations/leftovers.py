"""Leftovers (残留文件): rooms of work that was killed, with copies of packages that nothing would ever look at again.

Whoever packs or unpacks does it in a room of the instance and clears it away itself; only a process that dies leaves one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from records.domain.transfers import TransferState

from .copying import copy_folder, copy_root
from .services import Services
from .transferring import folder_of

ROOMS = ("incoming", "outgoing")
"""Folders of the instance in which packages are unpacked and packed."""
LONGEST_WORK = timedelta(hours=2)
"""Nothing that is at work leaves its room untouched for so long."""
PACKED = frozenset({TransferState.PACKING, TransferState.HANDED, TransferState.ENTERING})
"""While a transfer is in one of these its folder is needed."""


def clear_leftovers(services: Services) -> tuple[str, ...]:
    """Delete what killed work has left in the instance and in the second copy; return the names of what was deleted."""
    before = (services.clock.now() - LONGEST_WORK).timestamp()
    dead = [each for each in (*_rooms(services), *_given_up(services)) if _touched(each) <= before]
    for each in dead:
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
    return tuple(sorted(each.name for each in dead))


def _rooms(services: Services) -> Iterator[Path]:
    folders = [services.instance / name for name in ROOMS]
    if copy_folder(services).exists():
        folders.append(copy_root(services).staging)
    for folder in folders:
        if folder.is_dir():
            yield from folder.iterdir()


def _touched(room: Path) -> float:
    """Return when anything in a room was last written; what has gone in the meantime counts as never."""
    latest = 0.0
    for each in (room, *room.rglob("*")):
        try:
            latest = max(latest, each.lstat().st_mtime)
        except FileNotFoundError:
            continue
    return latest


def _given_up(services: Services) -> list[Path]:
    """Return the folders of transfers that were stopped or given up while their packages were being written."""
    with services.database.read() as root:
        transfers = [
            folder_of(services, each) for each in root["site"].transfers.values() if each.state not in PACKED
        ]
    return [folder for folder in transfers if folder.is_dir()]
