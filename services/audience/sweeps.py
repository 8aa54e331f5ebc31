"""Stages that mere time changes: a chunk of members whose moment has come, in one command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.envelope import Event
from services.audience.lifecycle import SCOPE, LifecyclePolicy
from services.audience.profiles import Profile, member_key, policy_of
from services.audience.stages import pass_time


class AdvanceStages(Command, frozen=True, kw_only=True):
    """Brings these members to ``at``. Whose moment has not come is left alone."""

    RESULT: ClassVar[type] = int

    members: tuple[str, ...]

    def lane(self) -> str:
        return "stages"

    def keys(self, found: State) -> Sequence[str]:
        return [member_key(member) for member in self.members]

    def reads(self, found: State) -> Iterable[Read]:
        yield LifecyclePolicy, (self.merchant_id, SCOPE)
        for member in self.members:
            yield Profile, (self.merchant_id, member)

    def decide(self, state: State) -> Decision:
        policy = policy_of(state, self.merchant_id, self.at)
        rows: list[Row] = []
        events: list[Event] = []
        for member in self.members:
            profile = state.get(Profile, (self.merchant_id, member))
            if profile is None:
                continue
            outcome = pass_time(profile, self.at, policy)
            if outcome.profile != profile:
                rows += [outcome.profile, *outcome.changes]
                events += outcome.events
        return Decision(result=len(rows), rows=rows, events=events)
