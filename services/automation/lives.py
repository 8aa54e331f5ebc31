"""Live sessions (直播) that will begin: who reserved one is reminded before it does; M73.

What is told last of a session counts: it moves, or is called off. Nothing is set for it ahead: who
looks for what is due (``store_lives.due_reminders``) finds sessions by when they begin now, for
journeys as they are now. A journey begins once per session, so nobody is reminded twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.automation.firing import entering, sweep_key
from services.automation.journey_sweeps import JourneySweep, Population
from services.automation.journeys import IN_USE, JourneyVersion
from services.automation.occurrences import Occurrence


class LiveSchedule(Row, frozen=True):
    """When a live session will begin, or that it will not; told at ``told_at``."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "live_id")

    merchant_id: str
    live_id: str
    starts_at: datetime
    is_cancelled: bool
    told_at: datetime


def _lock(live_id: str) -> str:
    """The lock of what is planned of a session."""
    return f"live-schedule:{live_id}"


class ScheduleLive(Command, frozen=True, kw_only=True):
    """A live session is announced, moved or called off at ``at``; what is older is nothing.

    Called off: nobody enters a journey by it any more, and who did leaves it (LIVE_CANCELLED).
    """

    RESULT: ClassVar[Any] = None

    live_id: str
    starts_at: datetime
    is_cancelled: bool

    def lane(self) -> str:
        return self.live_id

    def locate(self) -> Sequence[Read]:
        return ((IN_USE, (self.merchant_id, True)),) if self.is_cancelled else ()

    def _begun_by(self, found: State) -> Iterator[JourneyVersion]:
        """Versions that members may have entered by it."""
        if self.is_cancelled:
            for version in found.group(IN_USE, (self.merchant_id, True)):
                if version.trigger_kind == "LIVE_STARTING":
                    yield version

    def _entering(self, found: State) -> Iterator[tuple[str, str]]:
        for version in self._begun_by(found):
            yield sweep_key(version, "LIVE_STARTING", self.live_id)

    def keys(self, found: State) -> Sequence[str]:
        sweeps = [f"sweep:{sweep_id}" for _, sweep_id in self._entering(found)]
        return [_lock(self.live_id), *sweeps]

    def reads(self, found: State) -> Iterable[Read]:
        yield LiveSchedule, (self.merchant_id, self.live_id)
        yield from self.locate()
        yield from ((JourneySweep, key) for key in self._entering(found))

    def decide(self, state: State) -> Decision:
        known = state.get(LiveSchedule, (self.merchant_id, self.live_id))
        if known is not None and known.told_at >= self.at:
            return Decision()
        schedule = LiveSchedule(
            self.merchant_id, self.live_id, self.starts_at, self.is_cancelled, self.at
        )
        return Decision(rows=[schedule, *self._called_off(state)])

    def _called_off(self, state: State) -> Iterator[Row]:
        journeys = set()
        for version in self._begun_by(state):
            key = sweep_key(version, "LIVE_STARTING", self.live_id)
            entering_now = state.get(JourneySweep, key) if state.knows(JourneySweep, key) else None
            if entering_now is not None and entering_now.state == "RUNNING":
                yield replace(entering_now, state="DONE")
            journeys.add(version.journey_id)
        for journey_id in sorted(journeys):
            yield JourneySweep(
                self.merchant_id, f"{journey_id}:CALLED_OFF:{self.live_id}:{self.at.isoformat()}",
                journey_id, 0, "CALLED_OFF", [self.live_id],
                Occurrence("MANUAL", self.live_id, self.at), "", 0, "RUNNING", self.at,
            )  # fmt: skip


class BeginBeforeLive(Command, frozen=True, kw_only=True):
    """A live session begins soon: who reserved it, or a segment, enters the journey; once."""

    RESULT: ClassVar[Any] = None

    live_id: str
    journey_id: str
    version: int

    def lane(self) -> str:
        return self.live_id

    def keys(self, found: State) -> Sequence[str]:
        return (_lock(self.live_id),)

    @property
    def _version_key(self) -> tuple[str, str, int]:
        return (self.merchant_id, self.journey_id, self.version)

    def locate(self) -> Sequence[Read]:
        return ((JourneyVersion, self._version_key),)

    def reads(self, found: State) -> Iterable[Read]:
        yield LiveSchedule, (self.merchant_id, self.live_id)
        yield JourneyVersion, self._version_key
        version = found.get(JourneyVersion, self._version_key)
        if version is not None:
            yield JourneySweep, sweep_key(version, "LIVE_STARTING", self.live_id)

    def decide(self, state: State) -> Decision:
        schedule = state.get(LiveSchedule, (self.merchant_id, self.live_id))
        version = state.get(JourneyVersion, self._version_key)
        # Called off or moved since it was found; it is found again when it is due again.
        if schedule is None or schedule.is_cancelled or schedule.starts_at <= self.at:
            return Decision()
        if version is None or version.state != "ACTIVE":
            return Decision()
        if state.get(JourneySweep, sweep_key(version, "LIVE_STARTING", self.live_id)) is not None:
            return Decision()
        happened = Occurrence(
            "LIVE_STARTING", self.live_id, self.at, object_id=self.live_id,
            until=schedule.starts_at,
        )  # fmt: skip
        segment_id = version.definition.trigger.segment_id
        population: Population = "SEGMENT" if segment_id else "LIVE"
        return Decision(
            rows=[entering(version, population, [segment_id or self.live_id], happened)]
        )
