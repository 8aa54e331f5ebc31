"""Time: one clock per process, injected, so that a year can pass in a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The system's clock, in aware UTC."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)


class DevelopmentClock(Clock):
    """A clock that is set by hand and then stands; only with DANKE_ENV=dev.

    Until it is first set it runs with the system.
    """

    def __init__(self) -> None:
        self._at: datetime | None = None

    def now(self) -> datetime:
        return self._at or super().now()

    def set(self, at: datetime) -> None:
        """Sets the time, forwards or backwards."""
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> datetime:
        """Moves the time and returns it."""
        self.set(self.now() + by)
        return self.now()
