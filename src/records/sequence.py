"""A sequence (序列): things under growing numbers, in blocks that are written again while they fill, and then rest.

A tree splits its last leaf at every few insertions and leaves it half full; a block enters its tree once and for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from persistent import Persistent

from records.db import SmallLOBTree

BLOCK = 8
"""How many numbers one block spans."""


class Block(Persistent):
    """What stands under the numbers of one block, in their order."""

    def __init__(self) -> None:
        self.things: dict[int, object] = {}

    def __getstate__(self) -> tuple[object, ...]:
        """Return the things for the database, each behind its number within the block."""
        return tuple(part for place in sorted(self.things) for part in (place, self.things[place]))

    def __setstate__(self, state: tuple[object, ...]) -> None:
        """Take the things from the database."""
        super().__setstate__({"things": dict(zip(state[::2], state[1::2], strict=True))})


class Sequence(Persistent):
    """Things by number, which is never used again; what was taken out leaves its number free."""

    def __init__(self) -> None:
        self.blocks = SmallLOBTree()

    def __setitem__(self, number: int, thing: object) -> None:
        block = self.blocks.get(number // BLOCK)
        if block is None:
            block = self.blocks[number // BLOCK] = Block()
        block.things = {**block.things, number % BLOCK: thing}

    def __getitem__(self, number: int) -> object:
        return self.blocks[number // BLOCK].things[number % BLOCK]

    def __delitem__(self, number: int) -> None:
        block = self.blocks[number // BLOCK]
        left = {place: thing for place, thing in block.things.items() if place != number % BLOCK}
        if left:
            block.things = left
        else:
            del self.blocks[number // BLOCK]

    def __iter__(self) -> Iterator[int]:
        return (number for number, _ in self.items())

    def __len__(self) -> int:
        """Count them one by one; a list never asks."""
        return sum(1 for _ in self)

    @property
    def last(self) -> int:
        """Return the greatest number under which something stands, 0 when nothing does."""
        if not self.blocks:
            return 0
        base = self.blocks.maxKey()
        return base * BLOCK + max(self.blocks[base].things)

    def get(self, number: int, default: object = None) -> object:
        """Return what stands under a number, or the default."""
        block = self.blocks.get(number // BLOCK)
        return default if block is None else block.things.get(number % BLOCK, default)

    def items(self, first: int = 0) -> Iterator[tuple[int, object]]:
        """Yield numbers and things in order from a number on."""
        for base, block in self.blocks.items(first // BLOCK):
            for place, thing in sorted(block.things.items(), key=itemgetter(0)):
                if (number := base * BLOCK + place) >= first:
                    yield number, thing

    def values(self, first: int = 0) -> Iterator[object]:
        """Yield the things in order from a number on."""
        return (thing for _, thing in self.items(first))
