"""Members whom a journey set out to wake (唤醒), and how many came back; domain.md §2.14, M61.

A wake-up is the start of a journey for a member who is silent, sleeping or lost on that day, held
out or not. Who orders within the window after it has woken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from common.commands import Decision
from common.rows import Read, Row, State
from services.audience.days import day_of
from services.audience.lifecycle import cycle_of, stage_on
from services.audience.order_facts import MEMBER_ORDERS, OrderFact, with_orders
from services.audience.profiles import OfMember, Profile, policy_of, target_of
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
    """A journey began for a member; noted if they were asleep at that moment.

    Journeys and orders come by topics of their own: the order that woke somebody may be told before
    the start that it answers. Then the orders of before the start are looked at.
    """

    enrollment_id: str
    journey_id: str
    is_control: bool
    started_at: datetime

    def locate(self) -> Sequence[Read]:
        return (*super().locate(), (Profile, (self.merchant_id, self.member_id)))

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield Wakeup, (self.merchant_id, self.enrollment_id)
        target = target_of(found, self.merchant_id, self.member_id)
        # Who remains of a merge was not located: their orders are looked at whatever they are.
        is_itself = target == self.member_id
        profile = found.get(Profile, (self.merchant_id, target)) if is_itself else None
        if not is_itself or (profile is not None and self._bought_since(profile)):
            yield MEMBER_ORDERS, (self.merchant_id, target)

    def _bought_since(self, profile: Profile) -> bool:
        last = profile.last_paid_at
        return last is not None and last > self.started_at

    def decide(self, state: State) -> Decision:
        profile = self.profile(state)
        known = state.get(Wakeup, (self.merchant_id, self.enrollment_id))
        if profile is None or known is not None:
            return Decision()
        if self._bought_since(profile):
            orders = self.group_of(state, MEMBER_ORDERS, profile.member_id)
            profile = with_orders(profile, [one for one in orders if self._stood(one)])
        policy = policy_of(state, self.merchant_id, self.at)
        standing = standing_of(profile)
        cycle_days, _ = cycle_of(standing, policy.terms, policy.cohorts)
        stage = stage_on(day_of(self.started_at), standing, cycle_days, policy.terms)
        if stage not in ASLEEP:
            return Decision()
        wakeup = Wakeup(
            self.merchant_id, self.enrollment_id, self.journey_id, profile.member_id,
            self.is_control, stage, self.started_at,
        )  # fmt: skip
        return Decision(rows=[wakeup])

    def _stood(self, order: OrderFact) -> bool:
        """Whether the order was paid by then, and not given back whole by then."""
        if order.paid_at > self.started_at:
            return False
        back = order.refunded_at if order.is_full_refund else None
        return back is None or back > self.started_at


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
