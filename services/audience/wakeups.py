"""Members whom a journey set out to wake (唤醒), and how many came back; domain.md §2.14, M61.

A wake-up is the start of a journey for a member who is silent, sleeping or lost on that day, held
out or not. Who orders within the window after it has woken.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from common.commands import Decision
from common.rows import Read, Row, State
from services.audience.days import day_of
from services.audience.lifecycle import stage_on
from services.audience.profiles import OfMember, policy_of
from services.audience.stages import standing_of

FULL_BP: Final = 10_000
# 004:41 says that under 5 % is to be expected; where to draw the line is the request's.
REFERENCE_BP: Final = 500
ASLEEP: Final = ("SILENT", "SLEEPING", "LOST")


class Wakeup(Row, frozen=True):
    """One member's start in one journey while asleep. ``is_control``: nothing is done to them."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "enrollment_id")

    merchant_id: str
    enrollment_id: str
    journey_id: str
    member_id: str
    is_control: bool
    stage: str
    started_at: datetime


class NoteWakeup(OfMember, frozen=True, kw_only=True):
    """A journey began for a member; noted if they were asleep on that day."""

    enrollment_id: str
    journey_id: str
    is_control: bool
    started_at: datetime

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield Wakeup, (self.merchant_id, self.enrollment_id)

    def decide(self, state: State) -> Decision:
        profile = self.profile(state)
        known = state.get(Wakeup, (self.merchant_id, self.enrollment_id))
        if profile is None or known is not None:
            return Decision()
        terms = policy_of(state, self.merchant_id, self.at).terms
        day = day_of(self.started_at)
        stage = stage_on(day, standing_of(profile), profile.cycle_days, terms)
        if stage not in ASLEEP:
            return Decision()
        wakeup = Wakeup(
            self.merchant_id, self.enrollment_id, self.journey_id, profile.member_id,
            self.is_control, stage, self.started_at,
        )  # fmt: skip
        return Decision(rows=[wakeup])


class Report(msgspec.Struct, frozen=True):
    """Of one journey, or of all: members treated and held out, and those of each who woke.

    Rates are floored. ``is_below``: fewer of the treated woke than the reference line says.
    """

    journey_id: str
    treated: int
    treated_woken: int
    control: int
    control_woken: int
    # Fen of what woke them: their orders within the window.
    treated_sales_fen: int
    control_sales_fen: int
    # Windows that have not ended: these members may still wake.
    still_open: int
    reference_bp: int = REFERENCE_BP

    @property
    def treated_bp(self) -> int:
        """How many of the treated woke."""
        return self.treated_woken * FULL_BP // self.treated if self.treated else 0

    @property
    def control_bp(self) -> int:
        """How many of those held out woke by themselves."""
        return self.control_woken * FULL_BP // self.control if self.control else 0

    @property
    def uplift_bp(self) -> int:
        """What the treatment brought: the difference of the floored rates."""
        return self.treated_bp - self.control_bp

    @property
    def is_below(self) -> bool:
        """Whether the treated rate is below the reference line."""
        return self.treated > 0 and self.treated_bp < self.reference_bp
