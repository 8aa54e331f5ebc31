"""Referral programmes (推荐开卡): what is rewarded, when, how much, and how often at most.

Ladders are marginal, like tax brackets: the step decides what its own referrals bring, never the
earlier ones; D11. Sharing is never rewarded, only what the friend did; domain.md §2.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.commission.errors import LadderInvalid, ProgrammeChanged

ReferrerKind = Literal["STAFF", "MEMBER"]
RewardKind = Literal["CASH", "POINTS", "COUPON", "STORED_VALUE"]
# In the order a referral reaches them.
Condition = Literal["ENROLLED", "PHONE_VERIFIED", "FIRST_ORDER_COMPLETED"]
CONDITIONS: tuple[Condition, ...] = ("ENROLLED", "PHONE_VERIFIED", "FIRST_ORDER_COMPLETED")


class Step(msgspec.Struct, frozen=True, array_like=True):
    """From the ``first``-th referral of a month on, each brings ``amount``."""

    first: int
    amount: int


class Reward(msgspec.Struct, frozen=True):
    """One reward: to whom, what, and on which condition. CASH is fen."""

    to: Literal["REFERRER", "NEW_MEMBER"]
    kind: RewardKind
    on: Condition
    ladder: list[Step]
    template_id: str = ""

    def amount(self, number: int) -> int:
        """What the ``number``-th referral of the month brings; D11."""
        found = 0
        for step in self.ladder:
            if number >= step.first:
                found = step.amount
        return found


class ReferralProgramme(Row, frozen=True):
    """One programme. A referral keeps the rewards it was registered under."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "programme_id")

    merchant_id: str
    programme_id: str
    version: int
    name: str
    active: bool
    referrers: list[ReferrerKind]
    rewards: list[Reward]
    # Real money of the first order, for FIRST_ORDER_COMPLETED.
    min_order_fen: int
    # How long a click leads to an enrolment.
    window_days: int
    # Qualified referrals per referrer; 0 is no cap.
    day_cap: int
    month_cap: int
    blacklist: list[str]
    # How long a cash reward waits before it is available.
    refund_window_days: int
    changed_by: str
    changed_at: datetime

    @property
    def qualifies_on(self) -> Condition:
        """The last condition of its rewards: then a referral counts for ladder and caps."""
        places = [CONDITIONS.index(reward.on) for reward in self.rewards]
        return CONDITIONS[max(places, default=0)]


def ladder_total(steps: Sequence[Step], count: int) -> int:
    """What ``count`` referrals of one month bring together; D11."""
    reward = Reward("REFERRER", "CASH", "ENROLLED", list(steps))
    return sum(reward.amount(number) for number in range(1, count + 1))


class SetReferralProgramme(Command, frozen=True, kw_only=True):
    """Makes or changes a programme.

    Refuses LADDER_INVALID, also for a ladder on a condition before the last one: such a referral
    has no number yet. PROGRAMME_CHANGED if ``programme.version`` is not the current one.
    """

    RESULT: ClassVar[type] = ReferralProgramme

    programme: ReferralProgramme
    actor: str

    def lane(self) -> str:
        return self.programme.programme_id

    def keys(self, found: State) -> Sequence[str]:
        return (f"referral-programme:{self.programme.programme_id}",)

    def reads(self, found: State) -> Iterable[Read]:
        return ((ReferralProgramme, (self.merchant_id, self.programme.programme_id)),)

    def decide(self, state: State) -> Decision:
        asked = self.programme
        current = state.get(ReferralProgramme, (self.merchant_id, asked.programme_id))
        version = current.version if current else 0
        if asked.version != version:
            raise ProgrammeChanged(version=version)
        for reward in asked.rewards:
            firsts = [step.first for step in reward.ladder]
            if not firsts or firsts[0] != 1 or firsts != sorted(set(firsts)):
                raise LadderInvalid(field="rewards")
            if len(firsts) > 1 and reward.on != asked.qualifies_on:
                raise LadderInvalid(field="rewards", condition=reward.on)
        row = replace(
            asked,
            merchant_id=self.merchant_id,
            version=version + 1,
            changed_by=self.actor,
            changed_at=self.at,
        )
        return Decision(row, [row])
