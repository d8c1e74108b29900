"""The office clock (时钟): the only place that asks the machine for the time.

Everything else is told the time as ``at`` (an instant, UTC) or ``today`` (the civil date in China), so that a
deadline can be computed for any day and a test can live on any day.
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

CIVIL = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one civil time, +08:00, without summer time since 1992."""


def civil_date(at: datetime) -> date:
    """Return the date a citizen would read on the wall (民用日期) at an instant."""
    return at.astimezone(CIVIL).date()


class Clock(Protocol):
    """Tells the time: an instant for records, a civil date for rules."""

    def now(self) -> datetime:
        """Return the instant, aware, in UTC."""

    def today(self) -> date:
        """Return the civil date in China."""


class SystemClock:
    """The machine's own clock (系统时钟)."""

    def now(self) -> datetime:
        """Return the machine's instant, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the civil date in China."""
        return civil_date(self.now())


class FrozenClock:
    """A clock that stands still until it is moved (固定时钟): for tests, journeys and the demo."""

    def __init__(self, at: datetime) -> None:
        self._mutex = threading.Lock()
        self.set(at)

    def now(self) -> datetime:
        """Return the instant it was set to, aware, in UTC."""
        with self._mutex:
            return self._at

    def today(self) -> date:
        """Return the civil date in China."""
        return civil_date(self.now())

    def set(self, at: datetime) -> None:
        """Put the hands on an aware instant; a naive one raises ValueError."""
        if at.tzinfo is None:
            raise ValueError("a clock needs an instant with its time zone")
        with self._mutex:
            self._at = at.astimezone(UTC)

    def advance(self, **units: float) -> None:
        """Move the hands by the units of ``timedelta``: ``advance(days=1, hours=2)``."""
        with self._mutex:
            self._at += timedelta(**units)


def includeme(config) -> None:
    """Give the registry its ``clock`` and every request one ``now`` and one ``today``.

    The setting ``records.clock`` may hold a ready clock; otherwise the machine's is used.
    """
    config.registry.clock = config.registry.settings.get("records.clock") or SystemClock()
    config.add_request_method(lambda request: request.registry.clock.now(), "now", reify=True)
    config.add_request_method(lambda request: civil_date(request.now), "today", reify=True)
