"""What commission publishes: entries, bindings, withdrawals, guides and referrals. Money is fen."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from danke.events.envelope import Event, Topic

ENTRY = Topic(
    name="danke.commission.entry.v1",
    key="payee_id",
    summary="Commission per order line and level: estimated, frozen, settled, clawed back.",
)
BINDING = Topic(
    name="danke.commission.binding.v1",
    key="member_id",
    summary="Whose customer a member is (锁客), and who may promote.",
)
WITHDRAWAL = Topic(
    name="danke.commission.withdrawal.v1",
    key="payee_id",
    summary="Withdrawals of commission, from the application to the payout's result.",
)
GUIDE = Topic(
    name="danke.commission.guide.v1",
    key="guide_id",
    summary="Guides (导购): their state, customers, performance and targets.",
)
REFERRAL = Topic(
    name="danke.commission.referral.v1",
    key="member_id",
    summary="Referral of card opening (推荐开卡): qualified, rewarded, clawed back.",
)

PayeeKind = Literal["PROMOTER", "GUIDE"]
# L1 and L2 of a promotion; SALES and EXCLUSIVE of a guide; the rest by what earned it.
Role = Literal["L1", "L2", "SALES", "EXCLUSIVE", "RECHARGE", "LEADER", "REFERRAL"]
SourceKind = Literal["ORDER", "RECHARGE", "LEADER", "REFERRAL"]

# --- entries --------------------------------------------------------------------------------------


class EntryEvent(Event, frozen=True, kw_only=True):
    """An event of one entry, by which the sequence counts.

    A source's entries are of several payees, whose keys lie on different partitions: counted
    together they would arrive in no order.
    """

    TOPIC: ClassVar[Topic] = ENTRY
    KEY: ClassVar[str] = "payee_id"
    SUBJECT: ClassVar[str] = "entry_id"

    entry_id: str
    source_id: str
    # The order's id, where an order earned it.
    order_id: str
    line_id: str
    role: Role
    # 1 or 2 for promoters, 0 for what has no level.
    level: int
    payee_kind: PayeeKind
    payee_id: str


class CommissionEstimated(EntryEvent, frozen=True, kw_only=True):
    """An order was paid; so much will be due if nothing comes back. ``base_fen`` has no bonus."""

    FIRST: ClassVar[bool] = True

    base_fen: int
    amount_fen: int


class CommissionFrozen(EntryEvent, frozen=True, kw_only=True):
    """The order was completed; the amount waits for the refund window to end."""

    amount_fen: int
    unfreeze_at: datetime


class CommissionSettled(EntryEvent, frozen=True, kw_only=True):
    """The amount is the payee's; what repaid an earlier debt is not available for withdrawal."""

    amount_fen: int
    repaid_debt_fen: int


class CommissionAdjusted(EntryEvent, frozen=True, kw_only=True):
    """A refund before settlement changed the amount by ``delta_fen``, at the entry's own rate.

    ``reason`` is REFUND, or GROUP_EARNS_NOTHING: the order is of a group that pays no commission.
    """

    delta_fen: int
    amount_fen: int
    reason: str
    ref: str


class CommissionClawedBack(EntryEvent, frozen=True, kw_only=True):
    """A refund after settlement took commission back; what was gone already became debt.

    ``reason`` as of ``CommissionAdjusted``.
    """

    delta_fen: int
    amount_fen: int
    from_available_fen: int
    to_debt_fen: int
    reason: str
    ref: str


# --- bindings -------------------------------------------------------------------------------------


class BindingEvent(Event, frozen=True, kw_only=True):
    """An event of one member as customer or promoter; in order per member."""

    TOPIC: ClassVar[Topic] = BINDING
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str


class CustomerBound(BindingEvent, frozen=True, kw_only=True):
    """The customer ``member_id`` belongs to this promoter now; None is for ever."""

    promoter_id: str
    mode: Literal["PERMANENT", "PERIOD", "TEMPORARY"]
    valid_until: datetime | None
    # Whom the customer belonged to until now.
    replaced: str
    cause: str


class CustomerUnbound(BindingEvent, frozen=True, kw_only=True):
    """The customer belongs to nobody any more."""

    promoter_id: str


class PromoterChanged(BindingEvent, frozen=True, kw_only=True):
    """A promoter applied, was admitted, frozen, removed, merged, or put on another level."""

    state: Literal["NONE", "APPLIED", "ACTIVE", "FROZEN", "REMOVED", "MERGED"]
    level_id: str
    reason: str


# --- withdrawals ----------------------------------------------------------------------------------


class WithdrawalEvent(Event, frozen=True, kw_only=True):
    """An event of one withdrawal; in order per payee. gross = net + fee + tax."""

    TOPIC: ClassVar[Topic] = WITHDRAWAL
    KEY: ClassVar[str] = "payee_id"
    SUBJECT: ClassVar[str] = "withdrawal_id"

    withdrawal_id: str
    payee_kind: PayeeKind
    payee_id: str
    gross_fen: int
    fee_fen: int
    tax_fen: int
    net_fen: int


class WithdrawalApplied(WithdrawalEvent, frozen=True, kw_only=True):
    """A payee asked for money; it is no longer available."""

    channel: str


class WithdrawalApproved(WithdrawalEvent, frozen=True, kw_only=True):
    """Pay ``net_fen`` out once per ``withdrawal_id``, and say how it ended: MarkPayoutResult.

    GetWithdrawal has the orders that a PROFIT_SHARE is taken from.
    """

    route: str
    approved_by: str
    # As of WithdrawalApplied: WECHAT, ALIPAY, BANK or WALLET; empty in events from before it was
    # told here.
    channel: str = ""


class WithdrawalRejected(WithdrawalEvent, frozen=True, kw_only=True):
    """The withdrawal was not granted; the money is available again."""

    reason: str


class WithdrawalPaid(WithdrawalEvent, frozen=True, kw_only=True):
    """``net_fen`` reached the payee."""

    route: str
    channel_ref: str


class WithdrawalFailed(WithdrawalEvent, frozen=True, kw_only=True):
    """The channel could not pay; the money is available again, less what repaid debt."""

    reason: str
    repaid_debt_fen: int


# --- guides ---------------------------------------------------------------------------------------


class GuideEvent(Event, frozen=True, kw_only=True):
    """An event of one guide; in order per guide."""

    TOPIC: ClassVar[Topic] = GUIDE
    KEY: ClassVar[str] = "guide_id"
    SUBJECT: ClassVar[str] = "guide_id"

    guide_id: str


class GuideChanged(GuideEvent, frozen=True, kw_only=True):
    """A guide was made, moved to another store, disabled, enabled or removed."""

    store_id: str
    state: Literal["ENABLED", "DISABLED", "REMOVED"]


class GuideCustomerBound(GuideEvent, frozen=True, kw_only=True):
    """The customer is exclusive (专属) to this guide from ``effective_at`` on."""

    member_id: str
    replaced: str
    effective_at: datetime
    valid_until: datetime | None


class GuidePerformanceRecorded(GuideEvent, frozen=True, kw_only=True):
    """An order, or with a negative amount its refund, counts for this guide in this month."""

    kind: Literal["EXCLUSIVE", "SALES"]
    order_id: str
    refund_id: str
    amount_fen: int
    channel: str
    store_id: str
    period: str


class GuideTargetProgress(GuideEvent, frozen=True, kw_only=True):
    """How far a month's target is, once a day and at its end."""

    target_id: str
    period: str
    target_fen: int
    achieved_fen: int
    rate_bp: int
    final: bool


class GuideTaskGiven(GuideEvent, frozen=True, kw_only=True):
    """A journey or a campaign asks the guide to do something for an exclusive customer."""

    task_id: str
    member_id: str
    store_id: str
    due_at: datetime
    source_kind: str
    source_id: str


class GuideTaskEnded(GuideEvent, frozen=True, kw_only=True):
    """The guide did it, or its time ran out."""

    task_id: str
    member_id: str
    state: Literal["DONE", "EXPIRED"]
    source_kind: str
    source_id: str


# --- referral -------------------------------------------------------------------------------------


class ReferralEvent(Event, frozen=True, kw_only=True):
    """An event of one referral; ``member_id`` is the new member."""

    TOPIC: ClassVar[Topic] = REFERRAL
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str
    programme_id: str
    referrer_kind: Literal["STAFF", "MEMBER"]
    referrer_id: str


class ReferralEnrolled(ReferralEvent, frozen=True, kw_only=True):
    """The referred became a member; the reward waits for its condition."""


class ReferralQualified(ReferralEvent, frozen=True, kw_only=True):
    """The condition is met; it is the referrer's ``number``-th of the month."""

    number: int
    month: str


class ReferralRewarded(ReferralEvent, frozen=True, kw_only=True):
    """A reward is due, once per ``reward_id``.

    CASH is on the referrer's commission account; others are granted by who owns them.
    """

    reward_id: str
    to: Literal["REFERRER", "NEW_MEMBER"]
    kind: Literal["CASH", "POINTS", "COUPON", "STORED_VALUE"]
    amount: int
    template_id: str = ""


class ReferralRejected(ReferralEvent, frozen=True, kw_only=True):
    """Nothing is due: not new, capped, blocked, too late."""

    reason: str


class ReferralClawedBack(ReferralEvent, frozen=True, kw_only=True):
    """The qualifying order came back, or all but too little: its rewards are to be taken back."""

    reward_ids: list[str]
    reason: str
