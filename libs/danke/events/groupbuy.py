"""What group-buy publishes: the life of groups, and the money that their end moves. Fen."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from danke.events.envelope import Event, Topic

GROUP = Topic(
    name="danke.groupbuy.group.v1",
    key="group_id",
    summary="The life of a group (拼团): opened, seats taken, paid and freed, succeeded or failed.",
)
SETTLEMENT = Topic(
    name="danke.groupbuy.settlement.v1",
    key="group_id",
    summary="What a group's end asks of others: refunds, rewards, new customers.",
    retention_ms=90 * 24 * 3600 * 1000,
)

GroupMode = Literal["NORMAL", "NEWCOMER", "LADDER_PICK", "LADDER_DYNAMIC", "COMMUNITY"]
# How a group succeeded. SIMULATED and MANUAL may have virtual seats: never count those as sales.
SuccessMode = Literal["FULL", "SIMULATED", "MANUAL", "LADDER"]
FailReason = Literal["EXPIRED", "LEADER_LEFT_ALONE", "ACTIVITY_STOPPED", "STOCK_OUT"]
RefundKind = Literal[
    "FAIL", "LADDER_DIFF", "LATE_PAY", "OVERSOLD", "LEAVE", "NOT_NEW", "DUPLICATE", "UNDERPAID"
]  # fmt: skip
RewardKind = Literal["POINTS", "COUPON", "CASH_PER_MEMBER", "CASH_BP", "SALES_BP"]


class GroupEvent(Event, frozen=True, kw_only=True):
    """An event of one group; in order per group."""

    TOPIC: ClassVar[Topic] = GROUP
    KEY: ClassVar[str] = "group_id"
    SUBJECT: ClassVar[str] = "group_id"

    group_id: str
    activity_id: str


class SeatReserved(GroupEvent, frozen=True, kw_only=True):
    """An order took a seat; unpaid it is freed at ``hold_until``."""

    seat_id: str
    order_id: str
    member_id: str
    sku_id: str
    qty: int
    amount_fen: int
    hold_until: datetime
    inviter_id: str
    reserved: int
    paid: int
    seats: int
    # The group that was asked for and was full; empty if it is this one.
    asked_group_id: str = ""


class SeatReleased(GroupEvent, frozen=True, kw_only=True):
    """An unpaid seat is free again: cancelled, run out, or its group ended."""

    seat_id: str
    order_id: str
    member_id: str
    expired: bool
    reserved: int
    paid: int
    seats: int


class SeatPaid(GroupEvent, frozen=True, kw_only=True):
    """A seat was paid. Goods ship only after the group succeeded."""

    seat_id: str
    order_id: str
    member_id: str
    paid_fen: int
    is_new_customer: bool
    reserved: int
    paid: int
    seats: int


class SeatRefunded(GroupEvent, frozen=True, kw_only=True):
    """All money of a seat went back; ``after_success`` says whether its group had succeeded."""

    seat_id: str
    order_id: str
    member_id: str
    refunded_fen: int
    after_success: bool


class SeatLeft(GroupEvent, frozen=True, kw_only=True):
    """A paid member left before the group succeeded; the refund is on its way or done."""

    seat_id: str
    order_id: str
    member_id: str
    reserved: int
    paid: int
    seats: int


class GroupOpened(GroupEvent, frozen=True, kw_only=True):
    """The leader paid, or a community's leader opened without an order; the clock runs."""

    mode: GroupMode
    leader_id: str
    seats: int
    expires_at: datetime
    pickup_point_id: str


class GroupClosed(GroupEvent, frozen=True, kw_only=True):
    """The leader never paid; the group was never open."""

    leader_id: str


class LeaderChanged(GroupEvent, frozen=True, kw_only=True):
    """The leader left and the earliest payer leads; ``expires_at`` is as it was."""

    from_leader_id: str
    to_leader_id: str
    expires_at: datetime


class SettledSeat(msgspec.Struct, frozen=True, kw_only=True):
    """One real seat of a successful group; ``final_fen`` is what remains of ``paid_fen``."""

    seat_id: str
    order_id: str
    member_id: str
    sku_id: str
    qty: int
    paid_fen: int
    final_fen: int
    is_new_customer: bool


class GroupSucceeded(GroupEvent, frozen=True, kw_only=True):
    """成团: the orders may ship. ``virtual`` seats have no order and belong in no figure."""

    mode: SuccessMode
    leader_id: str
    real: int
    virtual: int
    # LADDER: which step was reached, from 0; -1 without steps.
    tier: int
    order_ids: list[str]
    settled: list[SettledSeat]
    commission_allowed: bool
    pickup_point_id: str


class GroupFailed(GroupEvent, frozen=True, kw_only=True):
    """The group failed; a refund is requested for each of the paid orders."""

    reason: FailReason
    leader_id: str
    order_ids: list[str]


# --- settlement -----------------------------------------------------------------------------------


class SettlementEvent(Event, frozen=True, kw_only=True):
    """An event that a group's life asks others to act on; in order per group."""

    TOPIC: ClassVar[Topic] = SETTLEMENT
    KEY: ClassVar[str] = "group_id"
    SUBJECT: ClassVar[str] = "group_id"

    group_id: str
    activity_id: str


class RefundRequested(SettlementEvent, frozen=True, kw_only=True):
    """Give this money back to where it came from, once per ``idempotency_key``.

    Answer with OrderRefunded or PaymentRefunded whose ``refund_id`` is the key, for no less than
    the amount. It is asked again, with the same key and a higher ``attempt``, until one of them
    arrives. An order that was told as paid needs OrderRefunded: points and commission follow
    nothing else.
    """

    refund_id: str
    order_id: str
    seat_id: str
    member_id: str
    amount_fen: int
    kind: RefundKind
    idempotency_key: str
    payment_id: str
    attempt: int


class RefundOverdue(SettlementEvent, frozen=True, kw_only=True):
    """Nobody answered a refund request for a day: somebody should look."""

    refund_id: str
    order_id: str
    seat_id: str
    member_id: str
    amount_fen: int
    kind: RefundKind
    requested_at: datetime
    attempts: int
    failures: int


class RefundDone(SettlementEvent, frozen=True, kw_only=True):
    """A refund that was requested is back with its member; nobody asks for it any more."""

    refund_id: str
    order_id: str
    seat_id: str
    member_id: str
    amount_fen: int
    kind: RefundKind


class LadderSettled(SettlementEvent, frozen=True, kw_only=True):
    """A ladder group ended on a step; the differences were requested as refunds."""

    tier: int
    # Per unit, of the leader's SKU first.
    final_prices_fen: dict[str, int]
    diff_total_fen: int


class LeaderRewardDue(SettlementEvent, frozen=True, kw_only=True):
    """The leader's reward: points, a coupon of template ``ref``, or fen by the other kinds."""

    leader_id: str
    kind: RewardKind
    amount: int
    ref: str
    seats_counted: int
    idempotency_key: str


class LeaderRewardReversed(SettlementEvent, frozen=True, kw_only=True):
    """Refunds took part or all of a leader's reward back.

    ``reverses`` is the ``idempotency_key`` of the LeaderRewardDue; ``amount`` goes back now, in its
    unit, and ``left`` of it remains. All reversals of one reward sum to at most what was due.
    """

    leader_id: str
    kind: RewardKind
    amount: int
    left: int
    ref: str
    reverses: str
    # The refund that caused it.
    refund_id: str
    idempotency_key: str


class NewCustomerAcquired(SettlementEvent, frozen=True, kw_only=True):
    """A successful group brought a member who had never bought; ``inviter_id`` brought them."""

    member_id: str
    inviter_id: str
    order_id: str
