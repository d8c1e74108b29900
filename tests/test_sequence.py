from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from records.db import open_database
from records.sequence import BLOCK, Sequence


def test_a_sequence_lives_in_a_database_and_rests_in_full_blocks(tmp_path):
    database = open_database(f"file://{tmp_path}/Data.fs")
    database.run(lambda root: root.__setitem__("audit", Sequence()))
    for number in range(1, 4 * BLOCK):
        database.run(lambda root, number=number: root["audit"].__setitem__(number, f"𠮷{number}"))
    with database.read() as root:
        audit = root["audit"]
        assert list(audit.items()) == [(number, f"𠮷{number}") for number in range(1, 4 * BLOCK)]
        assert len(audit.blocks) == 4
        first, second = (
            database.zodb.storage.load(block._p_oid)[1] for block in list(audit.blocks.values())[:2]
        )
        assert first < second < database.zodb.storage.lastTransaction()
    database.close()


class SequenceMachine(RuleBasedStateMachine):
    """A sequence is a mapping by growing numbers, whatever is taken out of it again."""

    def __init__(self) -> None:
        super().__init__()
        self.sequence, self.model, self.last = Sequence(), {}, 0

    @rule(skipped=st.integers(0, 2 * BLOCK))
    def append(self, skipped):
        self.last += 1 + skipped
        self.sequence[self.last] = self.model[self.last] = f"thing {self.last}"

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def take_out(self, data):
        number = data.draw(st.sampled_from(sorted(self.model)))
        del self.sequence[number], self.model[number]

    @rule(first=st.integers(0, 50))
    def read_from(self, first):
        expected = [(number, thing) for number, thing in self.model.items() if number >= first]
        assert list(self.sequence.items(first)) == expected
        assert list(self.sequence.values(first)) == [thing for _, thing in expected]
        assert self.sequence.get(first) == self.model.get(first)

    @invariant()
    def same(self):
        assert (list(self.sequence), len(self.sequence)) == (list(self.model), len(self.model))
        assert self.sequence.last == max(self.model, default=0)
        assert all(block.things for block in self.sequence.blocks.values())


TestSequenceMachine = SequenceMachine.TestCase
TestSequenceMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
