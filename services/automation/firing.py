"""Journeys that begin for many at once: by the clock, or because a live session ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from services.automation.calendars import birthdays_on, calendar_key, days_of, next_firing
from services.automation.journey_sweeps import JourneySweep, Population
from services.automation.journeys import (
    ACTIVE_BY,
    CURRENT_OF,
    FIRING_TIMER,
    JourneyVersion,
    journey_key,
)
from services.automation.occurrences import CLOCKED, Occurrence
from services.automation.policies import policy_key, policy_of


def entering(
    version: JourneyVersion, population: Population, subjects: list[str], happened: Occurrence
) -> JourneySweep:
    """The sweep by which these members enter."""
    return JourneySweep(
        *sweep_key(version, happened.kind, happened.ref), version.journey_id, version.version,
        population, subjects, happened, "", 0, "RUNNING", happened.at,
    )  # fmt: skip


def sweep_key(version: JourneyVersion, kind: str, ref: str) -> tuple[str, str]:
    """The key of the only sweep by which members enter this version by this occurrence."""
    return version.merchant_id, f"{version.journey_id}:{kind}:{ref}:{version.version}"


class FireJourney(Command, frozen=True, kw_only=True):
    """A journey's time has come: its members enter, and its next time is set."""

    RESULT: ClassVar[Any] = None

    journey_id: str

    def lane(self) -> str:
        return self.journey_id

    def keys(self, found: State) -> Sequence[str]:
        return (journey_key(self.journey_id),)

    def reads(self, found: State) -> Iterable[Read]:
        yield CURRENT_OF, (self.merchant_id, self.journey_id)
        yield calendar_key(self.merchant_id)
        yield policy_key(self.merchant_id)

    def decide(self, state: State) -> Decision:
        current = state.group(CURRENT_OF, (self.merchant_id, self.journey_id))
        if not current or current[0].state != "ACTIVE" or current[0].trigger_kind not in CLOCKED:
            return Decision()
        version, trigger = current[0], current[0].definition.trigger
        zone = policy_of(state, self.merchant_id).rules.zone
        population: Population = "SEGMENT" if trigger.segment_id else "ALL"
        subjects = [trigger.segment_id] if trigger.segment_id else []
        if trigger.kind == "BIRTHDAY":
            population, subjects = "BIRTHDAY", birthdays_on(self.at, trigger, zone)
        ref = self.at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
        happened = Occurrence(trigger.kind, ref, self.at, object_id=trigger.object_id)
        rows: list[Row] = [entering(version, population, subjects, happened)]
        at = next_firing(trigger, self.at, zone, days_of(state, self.merchant_id))
        if at is not None:
            rows.append(Timer(self.merchant_id, FIRING_TIMER, self.journey_id, at))
        return Decision(rows=rows)


class LiveMember(Row, frozen=True):
    """Who watched a live session (直播) or reserved it: they enter what begins when it ends."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "live_id", "member_id")

    merchant_id: str
    live_id: str
    member_id: str
    at: datetime


class LiveSession(Row, frozen=True):
    """A live session that ended."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "live_id")

    merchant_id: str
    live_id: str
    ended_at: datetime
    sales_fen: int


class WatchLive(Command, frozen=True, kw_only=True):
    """A member watched a live session, or reserved it."""

    RESULT: ClassVar[Any] = None

    live_id: str
    member_id: str

    def lane(self) -> str:
        return self.member_id

    def keys(self, found: State) -> Sequence[str]:
        return (f"live:{self.live_id}/{self.member_id}",)

    def reads(self, found: State) -> Iterable[Read]:
        return ()

    def decide(self, state: State) -> Decision:
        return Decision(rows=[LiveMember(self.merchant_id, self.live_id, self.member_id, self.at)])


class EndLive(Command, frozen=True, kw_only=True):
    """A live session ended: who was there enters the journeys that begin then, once. M72."""

    RESULT: ClassVar[Any] = None

    live_id: str
    sales_fen: int

    def lane(self) -> str:
        return self.live_id

    def keys(self, found: State) -> Sequence[str]:
        return (f"live:{self.live_id}",)

    def reads(self, found: State) -> Iterable[Read]:
        yield LiveSession, (self.merchant_id, self.live_id)
        yield ACTIVE_BY, (self.merchant_id, "LIVE_ENDED")

    def decide(self, state: State) -> Decision:
        if state.get(LiveSession, (self.merchant_id, self.live_id)) is not None:
            return Decision()
        rows: list[Row] = [LiveSession(self.merchant_id, self.live_id, self.at, self.sales_fen)]
        happened = Occurrence(
            "LIVE_ENDED", self.live_id, self.at, amount_fen=self.sales_fen,
            object_id=self.live_id,
        )  # fmt: skip
        rows += [
            entering(version, "LIVE", [self.live_id], happened)
            for version in state.group(ACTIVE_BY, (self.merchant_id, "LIVE_ENDED"))
        ]
        return Decision(rows=rows)
