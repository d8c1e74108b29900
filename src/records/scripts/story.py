"""The hand that plays the demo (示例的手): a clock it moves, people it lets act, sample papers and numbers it makes up.

Numbers lie in region codes that no one was ever given, so that no real person or organisation can match.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from records.clock import CIVIL, FrozenClock
from records.domain import identifiers
from records.domain.findings import Refused
from records.exchange import samples
from records.extraction.types import MediaType
from records.operations import materials, papers_owed
from records.operations.acts import Act
from records.operations.identities import identity_of
from records.operations.services import Services

REGION = "419999"


class Stuck(Exception):
    """An act of the demo was refused: the demo and the rules do not fit."""


@dataclass(slots=True)
class Story:
    """The demo's hand: a clock it moves, people it lets act, files it hands in."""

    services: Services
    clock: FrozenClock
    chance: random.Random

    def act(self, userid: str, do: Callable[[Act], object]) -> object:
        """Let a person do one act now, then its papers; a refusal ends the demo."""
        owed: list[tuple[str, str]] = []

        def within(root):
            site = root["site"]
            person = identity_of(site.people[userid], self.clock.today())
            act = self.services.act(site, person, channel="demo")
            result = do(act)
            if isinstance(result, Refused):
                return result
            owed[:] = act.owed
            return getattr(result, "id", None)

        result = self.services.database.run(within, note="demo")
        if isinstance(result, Refused):
            raise Stuck(
                f"{userid}: {[(found.code, found.subject, dict(found.params)) for found in result.findings]}"
            )
        papers_owed.do_at_once(self.services, tuple(owed))
        return result

    def at(self, day: date, hour: int) -> None:
        """Move the clock to an hour of a day at +08:00."""
        self.clock.set(datetime.combine(day, time(hour, self.chance.randrange(60)), CIVIL).astimezone(UTC))

    def later(self, days: int, hour: int = 10) -> None:
        """Move the clock to a later day."""
        self.at(self.clock.today() + timedelta(days=days), hour)

    def reach(self, day: date) -> None:
        """Move the clock to a day, a little later than the act before when that was on the same day."""
        self.clock.set(max(morning(day), self.clock.now()) + timedelta(minutes=1 + self.chance.randrange(20)))

    def file(self, title: str, lines: tuple[str, ...]) -> materials.Upload:
        """Store a sample paper: by turns a PDF with text, a scanned PDF, a scan as JPEG."""
        turn = self.chance.randrange(3)
        seed = self.chance.randrange(10**6)
        match turn:
            case 0:
                data, name, kind = samples.text_pdf(title, lines), f"{title}.pdf", MediaType.PDF
            case 1:
                data, name, kind = (
                    samples.scan_pdf(title, lines, seed=seed),
                    f"{title}（扫描）.pdf",
                    MediaType.PDF,
                )
            case _:
                data, name, kind = samples.scan_jpeg(title, lines, seed=seed), f"{title}.jpg", MediaType.JPEG
        stored = self.services.store.put_bytes(data)
        return materials.Upload(stored.digest, stored.sm3, stored.size, kind.value, name, page_count=1)


def who(story: Story, role: str, unit: str) -> str:
    """Return a person who holds a role for a unit today; the same one each time."""
    with story.services.database.read() as root:
        fitting = [
            person.userid
            for person in root["site"].people.values()
            for grant in identity_of(person, story.clock.today()).grants
            if grant.role == role and (unit in ("*", grant.unit) or grant.unit == "*")
        ]
    if not fitting:
        raise Stuck(f"nobody is {role} for {unit}")
    return sorted(fitting)[0]


def citizen(serial: int, birth: date, today: date) -> str:
    """Return a citizen number of the unassigned region that passes its check digit."""
    body = f"{REGION}{birth:%Y%m%d}{serial:03d}"
    return next(
        body + check
        for check in "0123456789X"
        if not isinstance(identifiers.citizen_number(body + check, today=today), Refused)
    )


def credit(serial: int, *, sole_trader: bool) -> str:
    """Return a credit code of the unassigned region that passes both check characters."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    stem = f"{'92' if sole_trader else '91'}{REGION}MA{serial:06d}"
    for inner in alphabet:
        for check in alphabet:
            code = identifiers.credit_code(stem + inner + check)
            if not isinstance(code, Refused) and not code.findings:
                return code.code
    raise Stuck(stem)


def morning(day: date) -> datetime:
    """Return nine o'clock of a day at +08:00, when the windows open."""
    return datetime.combine(day, time(9), CIVIL).astimezone(UTC)
