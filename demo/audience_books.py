"""What audience's and automation's topics tell a subscriber: stages, journeys, messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from danke.events import audience, audience_predictions, automation
from demo.data import SHOP_ZONE


class AudienceBooks:
    """Moves from stage to stage, and what was foretold; ``takers`` is what events are handed to."""

    def __init__(self) -> None:
        self.moves: Counter[tuple[str, str]] = Counter()
        # The stage each member went to last.
        self.stages: dict[str, str] = {}
        # Each member's last wake round and the day on which it ended.
        self.wakes: dict[str, tuple[int, date]] = {}
        # Member, category, the day it was told, the day it is due.
        self.foretold: list[tuple[str, str, date, date]] = []
        # The moment of the event in hand, as its envelope says it.
        self.at = ""

    @property
    def takers(self) -> Mapping[type[Any], Callable[[Any], None]]:
        """Which events count, and how."""
        return {
            audience.LifecycleStageChanged: self._moved,
            automation.WakeRoundEnded: self._woken,
            audience_predictions.ReplenishmentDue: self._foretold,
        }

    def _moved(self, event: audience.LifecycleStageChanged) -> None:
        self.moves[event.from_stage, event.to_stage] += 1
        self.stages[event.member_id] = event.to_stage

    def _woken(self, event: automation.WakeRoundEnded) -> None:
        self.wakes[event.member_id] = (event.round, event.ended_at.astimezone(SHOP_ZONE).date())

    def _foretold(self, event: audience_predictions.ReplenishmentDue) -> None:
        told_on = datetime.fromisoformat(self.at).astimezone(SHOP_ZONE).date()
        self.foretold.append((event.member_id, event.category_id, told_on, event.due_date))


class JourneyBooks:
    """Who entered which journey and what was done for them, by journey."""

    def __init__(self) -> None:
        self.treated: Counter[str] = Counter()
        self.held_out: Counter[str] = Counter()
        # By journey and state or action.
        self.ended: Counter[tuple[str, str]] = Counter()
        self.steps: Counter[tuple[str, str]] = Counter()
        self.delivered: Counter[str] = Counter()
        self.skipped: Counter[tuple[str, str]] = Counter()
        self.failed: Counter[str] = Counter()
        # Steps that were carried out for somebody who was held out: there must be none.
        self.broken = 0
        self._control: set[str] = set()

    @property
    def takers(self) -> Mapping[type[Any], Callable[[Any], None]]:
        """Which events count, and how."""
        return {
            automation.EnrollmentStarted: self._started,
            automation.StepExecuted: self._step,
            automation.EnrollmentEnded: self._ended,
            automation.MessageDelivered: self._delivered,
            automation.MessageSkipped: self._skipped,
            automation.MessageFailed: self._failed,
        }

    def _started(self, event: automation.EnrollmentStarted) -> None:
        if event.held_out:
            self.held_out[event.journey_id] += 1
            self._control.add(event.enrollment_id)
        else:
            self.treated[event.journey_id] += 1

    def _step(self, event: automation.StepExecuted) -> None:
        self.steps[event.journey_id, event.action] += 1
        self.broken += event.enrollment_id in self._control

    def _ended(self, event: automation.EnrollmentEnded) -> None:
        if event.enrollment_id not in self._control:
            self.ended[event.journey_id, event.state] += 1

    def _delivered(self, event: automation.MessageDelivered) -> None:
        self.delivered[event.source_id] += 1

    def _skipped(self, event: automation.MessageSkipped) -> None:
        self.skipped[event.source_id, event.reason] += 1

    def _failed(self, event: automation.MessageFailed) -> None:
        self.failed[event.source_id] += 1
