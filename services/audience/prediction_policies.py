"""How a merchant wants its members' future seen: lead, and how far and how often models look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.audience.replenishment import LEAD_DAYS

SCOPE: Final = "PREDICTION"


class PredictionPolicy(Row, frozen=True):
    """A merchant's policy. A change of ``lead_days`` holds for predictions made after it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "scope")

    merchant_id: str
    scope: str
    version: int
    lead_days: int
    # How far ahead a buying model looks, and how much of the past it is tried on.
    horizon_days: int
    # After so many days a fitted model is fitted anew by itself; 0: only when asked.
    refit_days: int
    set_at: datetime
    set_by: str


def policy_in_force(state: State, command: Command) -> PredictionPolicy:
    """The merchant's policy, or what holds for one who set nothing."""
    found = state.get(PredictionPolicy, (command.merchant_id, SCOPE))
    return found or usual(command.merchant_id, command.at)


def usual(merchant_id: str, at: datetime) -> PredictionPolicy:
    """What holds for a merchant who set nothing."""
    return PredictionPolicy(merchant_id, SCOPE, 0, LEAD_DAYS, 90, 30, at, "")


class SetPredictionPolicy(Command, frozen=True, kw_only=True):
    """Sets the merchant's policy; what is None stays as it is."""

    lead_days: int | None = None
    horizon_days: int | None = None
    refit_days: int | None = None
    actor: str

    RESULT: ClassVar[Any] = PredictionPolicy

    def lane(self) -> str:
        return "prediction-policy"

    def reads(self, found: State) -> Iterable[Read]:
        yield PredictionPolicy, (self.merchant_id, SCOPE)

    def decide(self, state: State) -> Decision:
        before = policy_in_force(state, self)
        given = {
            "lead_days": self.lead_days,
            "horizon_days": self.horizon_days,
            "refit_days": self.refit_days,
        }
        policy = replace(
            before,
            version=before.version + 1,
            set_at=self.at,
            set_by=self.actor,
            **{name: value for name, value in given.items() if value is not None},
        )
        return Decision(policy, [policy])
