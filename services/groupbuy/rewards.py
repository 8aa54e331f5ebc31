"""The leader's reward (团长奖励): due once the refund window of a successful group has passed.

What refunds take from it later goes back, and says what it reverses; domain.md §2.1, §2.14,
parity.md §3 56.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from common.commands import Decision
from common.rows import Group, Read, Row, State
from danke.events import groupbuy as events
from services.groupbuy.draft import Draft
from services.groupbuy.groups import BuyGroup, terms_of
from services.groupbuy.seats import LIVE_SEATS, Seat
from services.groupbuy.settlement import OfGroup
from services.groupbuy.terms import Terms


class LeaderReward(Row, frozen=True):
    """What a leader was due for one successful group; told once."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "group_id")

    merchant_id: str
    group_id: str
    activity_id: str
    leader_id: str
    kind: str
    amount: int
    ref: str
    seats_counted: int


class RewardReversal(Row, frozen=True):
    """What one refund took back of a reward. Append-only."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "reversal_id")

    merchant_id: str
    # <group>.leader/<refund>
    reversal_id: str
    group_id: str
    refund_id: str
    amount: int


# A reward as a group of one: a refund asks for it, and most groups have none.
REWARD = Group(LeaderReward, ("merchant_id", "group_id"))
REVERSALS = Group(RewardReversal, ("merchant_id", "group_id"))


def reward_key(group_id: str) -> str:
    """The idempotency key of a group's reward."""
    return f"{group_id}.leader"


class RewardLeader(OfGroup, frozen=True, kw_only=True):
    """The refund window of a successful group has passed: its leader's reward is due.

    Counts seats that are settled and not refunded now, the leader's own aside. A leader whose own
    seat was refunded gets nothing, nor one whose members all were. domain.md §2.1, §2.14.
    """

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield LeaderReward, (self.merchant_id, self.group_id)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        group = self.group(draft)
        terms = terms_of(draft, group)
        known = draft.get(LeaderReward, self.group_id)
        if known is not None or group.status != "SUCCEEDED" or terms.reward.kind == "NONE":
            return Decision(result=group)
        seats = draft.group(LIVE_SEATS, self.group_id)
        amount, counted = _worth(group, terms, seats)
        if not amount:
            return Decision(result=group)
        draft.put(
            LeaderReward(
                self.merchant_id,
                self.group_id,
                group.activity_id,
                group.leader_id,
                terms.reward.kind,
                amount,
                terms.reward.ref,
                counted,
            )
        )
        draft.tell(
            events.LeaderRewardDue(
                group_id=self.group_id,
                activity_id=group.activity_id,
                leader_id=group.leader_id,
                kind=terms.reward.kind,
                amount=amount,
                ref=terms.reward.ref,
                seats_counted=counted,
                idempotency_key=reward_key(self.group_id),
            )
        )
        return draft.decision(group)


def reward_reads(merchant_id: str, group_id: str) -> Iterable[Read]:
    """What ``reverse_reward`` looks at."""
    yield REWARD, (merchant_id, group_id)
    yield REVERSALS, (merchant_id, group_id)


def reverse_reward(draft: Draft, group: BuyGroup, refund_id: str) -> None:
    """A settled seat of ``group`` was refunded, partly or whole: its reward may be worth less.

    Reckoned anew with what is settled now, so that refunds in pieces sum exactly to the whole.
    """
    for reward in draft.group(REWARD, group.group_id):
        gone = sum(row.amount for row in draft.group(REVERSALS, group.group_id))
        worth, _ = _worth(group, terms_of(draft, group), draft.group(LIVE_SEATS, group.group_id))
        left = min(worth, reward.amount - gone)
        back = reward.amount - gone - left
        if back <= 0:
            continue
        key = f"{reward_key(group.group_id)}/{refund_id}"
        draft.put(RewardReversal(draft.merchant_id, key, group.group_id, refund_id, back))
        draft.tell(
            events.LeaderRewardReversed(
                group_id=group.group_id,
                activity_id=group.activity_id,
                leader_id=reward.leader_id,
                kind=reward.kind,  # type: ignore[arg-type]
                amount=back,
                left=left,
                ref=reward.ref,
                reverses=reward_key(group.group_id),
                refund_id=refund_id,
                idempotency_key=key,
            )
        )


def _worth(group: BuyGroup, terms: Terms, seats: Sequence[Seat]) -> tuple[int, int]:
    """What the reward is worth with these settled seats, and how many of them count."""
    own = [seat for seat in seats if seat.member_id == group.leader_id]
    others = [seat for seat in seats if seat.member_id != group.leader_id]
    if not others or (not own and group.mode != "COMMUNITY"):
        return 0, 0
    return _amount(terms, own, others), len(others)


def _amount(terms: Terms, own: list[Seat], others: list[Seat]) -> int:
    """Points, fen, or 1 coupon. Shares are floored; domain.md §2.0."""
    reward = terms.reward
    if reward.kind == "CASH_PER_MEMBER":
        return reward.amount * len(others)
    if reward.kind == "CASH_BP":
        return sum(seat.net_fen for seat in own) * reward.amount // 10_000
    if reward.kind == "SALES_BP":
        return sum(seat.net_fen for seat in (*own, *others)) * reward.amount // 10_000
    return 1 if reward.kind == "COUPON" else reward.amount
