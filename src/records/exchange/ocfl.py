"""The second copy (第二份副本): an OCFL 1.1 storage root that any program can read without us.

Each kept thing is one object; each change of it a further version, of which only what is new is written. An object
appears under its name when it is complete and on disk, and what is copied is hashed on its way: a damaged file never
becomes a copy. Written by hand after the specification; judged in the tests by ocfl-py.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from records.clock import CIVIL

CHUNK = 1 << 20
ALGORITHM = "sha256"
LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
CONFIG = {"extensionName": LAYOUT, "digestAlgorithm": ALGORITHM, "tupleSize": 3, "numberOfTuples": 3}
ROOT_MARK, OBJECT_MARK = "0=ocfl_1.1", "0=ocfl_object_1.1"
INVENTORY = "inventory.json"
SIDECAR = f"{INVENTORY}.{ALGORITHM}"
TYPE = "https://ocfl.io/1.1/spec/#inventory"
PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


class CopyDamaged(Exception):
    """What was to be copied has not the bytes of its digest; nothing was written. ``digest`` says which."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


class BadObject(Exception):
    """An object whose inventory cannot be believed: missing, not its own digest, or no inventory at all."""


@dataclass(frozen=True, slots=True)
class Content:
    """One file of an object: its SHA-256, and how to open it when it has to be written."""

    digest: str
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Kept:
    """An object as it stands: its newest version, logical path to digest, and digest to the places of its bytes."""

    version: int
    files: Mapping[str, str]
    places: Mapping[str, tuple[str, ...]]
    inventory: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an object: missing, changed, extra or inventory; where, and which digest it should have."""

    kind: str
    path: str
    digest: str = ""


class Root:
    """One storage root; made when it is not there. ``folder`` and ``staging`` beside it, where objects are written first, lie on one file system."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.staging = self.folder.with_name(f"{self.folder.name}.staging")
        if not (self.folder / ROOT_MARK).exists():
            self._found()

    def _found(self) -> None:
        """Make an empty root; its mark comes last, so that a half-made one is made again."""
        extension = self.folder / "extensions" / LAYOUT
        extension.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(extension / "config.json", _json(CONFIG))
        about = {
            "extension": LAYOUT,
            "description": "Hash of the identifier in three parts, then the identifier.",
        }
        _write(self.folder / "ocfl_layout.json", _json(about))
        _write(self.folder / ROOT_MARK, b"ocfl_1.1\n")
        _sync(self.folder)

    def place(self, identifier: str) -> Path:
        """Return where an object lies or would lie."""
        digest = hashlib.sha256(identifier.encode()).hexdigest()
        name = "".join(
            sign if sign in PLAIN else "".join(f"%{byte:02x}" for byte in sign.encode())
            for sign in identifier
        )
        if len(name) > 100:
            name = f"{name[:100]}-{digest}"
        return self.folder.joinpath(digest[:3], digest[3:6], digest[6:9], name)

    def read(self, identifier: str) -> Kept | None:
        """Return an object, None when there is none; BadObject when its inventory cannot be believed."""
        place = self.place(identifier)
        if not place.is_dir():
            return None
        kept = _believed(place)
        if kept.inventory["id"] != identifier:
            raise BadObject(identifier)
        return kept

    def identifiers(self) -> Iterator[str]:
        """Yield the identifiers of all objects in the order of their places; what cannot be believed is left out."""
        for place in self.places():
            try:
                yield str(_believed(place).inventory["id"])
            except BadObject:
                continue

    def believed(self, place: Path) -> Kept:
        """Return the object that lies in a place; BadObject when its inventory cannot be believed."""
        return _believed(place)

    def places(self) -> Iterator[Path]:
        """Yield the folders of all objects in their order."""
        for first in sorted(each for each in self.folder.iterdir() if len(each.name) == 3 and each.is_dir()):
            for second in sorted(first.iterdir()):
                for third in sorted(second.iterdir()):
                    yield from sorted(third.iterdir())

    def put(
        self, identifier: str, files: Mapping[str, Content], *, at: datetime, by: str, message: str
    ) -> int:
        """Keep an object in this state and return its version; nothing is written when it stands so already.

        Raises CopyDamaged when a file is not what its digest says, and BadObject when the object there cannot be believed.
        """
        state: dict[str, list[str]] = {}
        for path in sorted(files):
            state.setdefault(files[path].digest, []).append(path)
        kept = self.read(identifier)
        if kept is not None and dict(kept.files) == {path: each.digest for path, each in files.items()}:
            return kept.version
        version = kept.version + 1 if kept else 1
        self.staging.mkdir(mode=0o700, parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(dir=self.staging))
        try:
            manifest = dict(kept.inventory["manifest"]) if kept else {}
            for number, digest in enumerate(sorted(set(state) - set(manifest)), 1):
                where = f"v{version}/content/{number:04d}"
                _copy(files[state[digest][0]], room / where)
                manifest[digest] = [where]
            versions = dict(kept.inventory["versions"]) if kept else {}
            versions[f"v{version}"] = {
                "created": at.astimezone(CIVIL).isoformat(timespec="seconds"),
                "state": state,
                "message": message,
                "user": {"name": by, "address": f"urn:juanzong:user:{by}"},
            }
            inventory = _json(
                {
                    "id": identifier, "type": TYPE, "digestAlgorithm": ALGORITHM, "head": f"v{version}",
                    "manifest": manifest, "versions": versions,
                }
            )  # fmt: skip
            (room / f"v{version}").mkdir(exist_ok=True)
            _inventory(room / f"v{version}", inventory)
            self._settle(room, self.place(identifier), version, inventory)
        finally:
            shutil.rmtree(room, ignore_errors=True)
        return version

    def _settle(self, room: Path, place: Path, version: int, inventory: bytes) -> None:
        """Give what is complete in the staging room its name."""
        if version == 1:
            _write(room / OBJECT_MARK, b"ocfl_object_1.1\n")
            _inventory(room, inventory)
            _sync_all(room)
            self._make(place.parent)
            room.rename(place)
        else:
            _sync_all(room)
            target = place / f"v{version}"
            if target.exists():  # a writer died before the inventory named it
                shutil.rmtree(target)
            (room / f"v{version}").rename(target)
            _sync(place)
            _inventory(place, inventory)
        _sync(place)
        _sync(place.parent)

    def _make(self, folder: Path) -> None:
        if folder.exists():
            return
        self._make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync(folder.parent)

    def open(self, identifier: str, path: str) -> BinaryIO:
        """Open a file of an object by its logical path; FileNotFoundError when there is none."""
        kept = self.read(identifier)
        if kept is None or path not in kept.files:
            raise FileNotFoundError(path)
        return self.content(identifier, kept, kept.files[path]).open("rb")

    def content(self, identifier: str, kept: Kept, digest: str) -> Path:
        """Return where the bytes of a digest lie in an object."""
        return self.place(identifier) / kept.places[digest][0]

    def check(self, identifier: str) -> tuple[Fault, ...]:
        """Hash everything in an object again and return what is wrong with it; nothing for one that is not there."""
        place = self.place(identifier)
        if not place.is_dir():
            return ()
        try:
            kept = _believed(place)
        except BadObject:
            return (Fault("inventory", INVENTORY),)
        if not _agrees(place, kept):
            return (Fault("inventory", INVENTORY),)
        faults, named = [], {OBJECT_MARK, INVENTORY, SIDECAR}
        for number in range(1, kept.version + 1):
            named |= {f"v{number}/{INVENTORY}", f"v{number}/{SIDECAR}"}
        faults += [Fault("missing", path) for path in sorted(named) if not (place / path).is_file()]
        for digest, places in kept.places.items():
            for path in places:
                named.add(path)
                faults += _judged(place / path, path, digest)
        for path in sorted(place.rglob("*")):
            relative = path.relative_to(place).as_posix()
            if not path.is_dir() and relative not in named:
                faults.append(Fault("extra", relative))
        return tuple(faults)

    def mend(self, identifier: str, digest: str, stream: BinaryIO) -> bool:
        """Put good bytes in the place of damaged ones; False, and nothing done, when these are not good either."""
        kept = self.read(identifier)
        if kept is None or digest not in kept.places:
            return False
        target = self.content(identifier, kept, digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self.staging / f"mend-{digest}"
        self.staging.mkdir(mode=0o700, exist_ok=True)
        try:
            _copy(Content(digest, lambda: stream), beside)
            beside.replace(target)
        except CopyDamaged:
            return False
        finally:
            beside.unlink(missing_ok=True)
        _sync(target.parent)
        return True

    def erase(self, identifier: str) -> bool:
        """Remove an object with all its versions for good (销毁); say whether there was one."""
        place = self.place(identifier)
        if not place.is_dir():
            return False
        shutil.rmtree(place)
        _sync(place.parent)
        folder = place.parent
        while folder != self.folder and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
        _sync(folder)
        return True


def _believed(place: Path) -> Kept:
    """Read an inventory that is what its own digest says; a version that was complete stands in for a torn one."""
    candidates = [place, *sorted(place.glob("v*"), key=lambda each: -_number(each.name))]
    for folder in candidates:
        try:
            raw = (folder / INVENTORY).read_bytes()
            said = (folder / SIDECAR).read_text(encoding="ascii").split()[0]
            inventory = json.loads(raw)
            if hashlib.sha256(raw).hexdigest() != said:
                continue
            newest = inventory["versions"][inventory["head"]]["state"]
            files = {path: digest for digest, paths in newest.items() for path in paths}
            places = {digest: tuple(paths) for digest, paths in inventory["manifest"].items()}
            return Kept(_number(inventory["head"]), files, places, inventory)
        except (OSError, ValueError, KeyError, IndexError, UnicodeDecodeError):
            continue
    raise BadObject(str(place))


def _agrees(place: Path, kept: Kept) -> bool:
    """Tell whether the inventory of the object and that of its newest version are whole and the same."""
    try:
        files = [(folder / INVENTORY).read_bytes() for folder in (place, place / f"v{kept.version}")]
        sums = [(folder / SIDECAR).read_bytes() for folder in (place, place / f"v{kept.version}")]
    except OSError:
        return False
    said = f"{hashlib.sha256(files[0]).hexdigest()} {INVENTORY}\n".encode()
    return files[0] == files[1] and sums == [said, said]


def _number(name: str) -> int:
    return int(name[1:]) if name[1:].isdecimal() else 0


def _judged(path: Path, shown: str, digest: str) -> list[Fault]:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, ALGORITHM).hexdigest()
    except OSError:
        return [Fault("missing", shown, digest)]
    return [] if found == digest else [Fault("changed", shown, digest)]


def _copy(content: Content, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with content.open() as source, target.open("xb") as file:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError as error:
        raise CopyDamaged(content.digest) from error
    if digest.hexdigest() != content.digest:
        target.unlink()
        raise CopyDamaged(content.digest)


def _inventory(folder: Path, raw: bytes) -> None:
    digest = hashlib.sha256(raw).hexdigest()
    _write(folder / INVENTORY, raw)
    _write(folder / SIDECAR, f"{digest} {INVENTORY}\n".encode())


def _write(path: Path, content: bytes) -> None:
    """Write a small file whole, forced to disk, in the place of an older one."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _sync_all(folder: Path) -> None:
    for path in (*(each for each in folder.rglob("*") if each.is_dir()), folder):
        _sync(path)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
