"""An office to measure on: the example office in a folder of its own, filled by the operations of real work."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

warnings.simplefilter("ignore")

from records.clock import FrozenClock  # noqa: E402
from records.domain.findings import Refused  # noqa: E402
from records.domain.vocabulary import Necessity  # noqa: E402
from records.migrations import mark_all  # noqa: E402
from records.operations import guides, office, services  # noqa: E402
from records.operations.acts import Act  # noqa: E402
from records.operations.guides import content  # noqa: E402
from records.operations.identities import identity_of  # noqa: E402
from records.operations.materials import Upload  # noqa: E402
from records.operations.services import Services  # noqa: E402
from records.scripts import demo  # noqa: E402

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
FILE_SIZE = 20_000
ONE_LINE = "one-line"
"""The key of the guide that asks for one paper only."""


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that is gone afterwards; BENCH_FOLDER says on which disk."""
    with tempfile.TemporaryDirectory(
        prefix="bench-", dir=os.environ.get("BENCH_FOLDER"), ignore_cleanup_errors=True
    ) as name:
        yield Path(name)


def settings(instance: Path, uri: str = "", **more: object) -> dict[str, object]:
    """Return the settings of an instance in a folder, by default on FileStorage."""
    return {
        "records.instance": str(instance),
        "zodb.uri": uri or f"file://{instance}/Data.fs",
        "records.clock": FrozenClock(NOW),
        "store.reserve": "1000000",
        **more,
    }


def open_office(instance: Path, uri: str = "", **more: object) -> Services:
    """Open an instance that another program founded, or an empty one."""
    return services.open_services(settings(instance, uri, **more))


def found(opened: Services) -> demo.Story:
    """Build the example office with its guides, and one more guide that asks for a single paper."""
    described, _ = office.read_office(office.example(), name="office")
    office.found(opened, described, mark=mark_all)
    story = demo.Story(opened, opened.clock, Random(1))
    demo.publish(story)
    _publish_one_line(story)
    return story


def _publish_one_line(story: demo.Story) -> None:
    with story.services.database.read() as root:
        venue = content(root["site"].guides["public-venue-hygiene"].in_force(story.clock.today()))
    paper = next(line for line in venue.lines if line.id == "hygiene-report")
    always = replace(paper, condition="", necessity=Necessity.REQUIRED, position=1)
    short = replace(venue, key=ONE_LINE, lines=(always,), situations=(), questions=(), mistakes=(), checks=())
    act_now(story, "editor", "*", lambda act: guides.save_draft(act, short))
    act_now(
        story,
        "editor",
        "*",
        lambda act: guides.submit_guide(act, act.site.guides[ONE_LINE], version=1),
    )
    act_now(
        story,
        "reviewer",
        venue.unit,
        lambda act: guides.approve_guide(act, act.site.guides[ONE_LINE], version=1),
    )
    act_now(
        story,
        "publisher",
        "*",
        lambda act: guides.publish_guide(act, act.site.guides[ONE_LINE], version=1, effective_on=act.today),
    )


def act_now(story: demo.Story, role: str, unit: str, do: Callable[[Act], object]) -> object:
    """Let somebody of a role act in a transaction of its own; what is owed stays with the worker."""
    return commit(story.services, who(story.services, role, unit), do)


def who(opened: Services, role: str, unit: str) -> str:
    """Return the log-in name of somebody who holds a role for a unit; a star is any unit."""
    with opened.database.read() as root:
        return next(
            person.userid
            for person in root["site"].people.values()
            for grant in identity_of(person, opened.clock.today()).grants
            if grant.role == role and (unit in ("*", grant.unit) or grant.unit == "*")
        )


def commit(opened: Services, userid: str, do: Callable[[Act], object]) -> object:
    """Let a person act in one write transaction and return the id of what came out; a refusal is a broken program."""

    def within(root: object) -> object:
        site = root["site"]
        result = do(opened.act(site, identity_of(site.people[userid], opened.clock.today()), channel="api"))
        return result if isinstance(result, Refused) else getattr(result, "id", result)

    result = opened.database.run(within, note="bench")
    if isinstance(result, Refused):
        raise SystemExit(f"refused: {result.findings}")
    return result


def number(serial: int) -> str:
    """Return a citizen number that nobody real can have, a different one for each serial below 10 million."""
    born = date.fromordinal(date(1950, 1, 1).toordinal() + serial // 1000)
    return demo.citizen(serial % 1000, born, NOW.date())


def name(serial: int) -> str:
    """Return a name of a person without digits, a different one for each serial below 10 million."""
    return "申" + f"{serial:07d}".translate(str.maketrans("0123456789", "赵钱孙李周吴郑王冯陈"))


def upload(opened: Services, chance: Random, size: int = FILE_SIZE) -> Upload:
    """Store a file of random bytes with everything a real one costs: hashing, fsync, rename."""
    stored = opened.store.put_bytes(chance.randbytes(size))
    return Upload(stored.digest, stored.sm3, stored.size, "application/pdf", "卫生检测报告.pdf", page_count=1)
