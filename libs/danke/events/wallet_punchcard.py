"""What the wallet publishes about punch cards (次卡). Money is int fen, visits are whole."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from danke.events.envelope import Event, Topic

PUNCHCARD = Topic(
    name="danke.wallet.punchcard.v1",
    key="member_id",
    summary="Punch cards from sale to refund: visits, sharing, validity.",
)


class PunchCardEvent(Event, frozen=True, kw_only=True):
    """An event of one punch card; in order per owner, numbered per card."""

    TOPIC: ClassVar[Topic] = PUNCHCARD
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "card_id"

    # Who owns the card.
    member_id: str
    card_id: str


class PunchValueEvent(PunchCardEvent, frozen=True, kw_only=True):
    """An event after which the card is worth another sum to its owner."""

    # What the law gives back if he ends it now for a reason of his own; None: told before this was.
    refundable_fen: int | None = None


class PunchCardActivated(PunchCardEvent, frozen=True, kw_only=True):
    """A punch card was paid and may be used. ``total_visits`` is 0 for an unlimited pass."""

    template_id: str
    kind: Literal["COUNT", "COMBO", "UNLIMITED"]
    price_fen: int
    total_visits: int
    # None: permanent, or counted from the first use.
    expires_at: datetime | None
    payment_id: str
    # Where and by whom it was sold, and for which campaign; empty if unknown.
    store_id: str
    staff_id: str
    campaign: str


class PunchCardRedeemed(PunchValueEvent, frozen=True, kw_only=True):
    """Visits were used. ``revenue_fen`` is what the merchant earned by them."""

    redemption_id: str
    # Who came: the owner, or a friend it is shared with.
    redeemer_id: str
    item_id: str
    times: int
    store_id: str
    staff_id: str
    booking_id: str
    revenue_fen: int
    # Visits left afterwards; 0 for an unlimited pass.
    remaining: int
    # When it ends, which the first use may have decided; None: permanent, or told before this was.
    expires_at: datetime | None = None


class RedemptionReversed(PunchValueEvent, frozen=True, kw_only=True):
    """Visits came back: a mistake at the till, or a cancelled booking."""

    redemption_id: str
    redeemer_id: str
    item_id: str
    times: int
    store_id: str
    booking_id: str
    # What the merchant no longer earned, ≥ 0.
    revenue_fen: int
    remaining: int
    reason: str
    # None: permanent, not begun (its only use was taken back), or told before this was.
    expires_at: datetime | None = None


class PunchCardShared(PunchCardEvent, frozen=True, kw_only=True):
    """A friend accepted a share of the card and may use ``quota`` visits of it."""

    share_id: str
    to_member_id: str
    quota: int


class PunchShareEnded(PunchCardEvent, frozen=True, kw_only=True):
    """A share or an offered transfer is over before it was used up."""

    share_id: str
    # Empty if nobody had accepted.
    to_member_id: str
    why: Literal["REVOKED", "EXPIRED", "VOID"]


class PunchCardTransferred(PunchCardEvent, frozen=True, kw_only=True):
    """The card was handed on; the new holder has what was left as the card ``new_card_id``."""

    to_member_id: str
    new_card_id: str
    remaining: int


class PunchCardReceived(PunchCardEvent, frozen=True, kw_only=True):
    """A friend has the card that was handed on to him, with what was left of the one it was."""

    from_card_id: str
    from_member_id: str
    remaining: int
    # What the law gives back if he ends it now for a reason of his own.
    refundable_fen: int
    expires_at: datetime | None


class PunchCardSuspended(PunchCardEvent, frozen=True, kw_only=True):
    """The card cannot be used: reported lost, or stopped by risk control."""

    reason: Literal["LOSS", "RISK"]


class PunchCardResumed(PunchCardEvent, frozen=True, kw_only=True):
    """A suspended card works again; its validity was moved by the time it was suspended."""

    expires_at: datetime | None


class PunchCardExpiringSoon(PunchCardEvent, frozen=True, kw_only=True):
    """The card's validity ends in a week and it has something left."""

    expires_at: datetime
    remaining: int


class PunchCardExpired(PunchValueEvent, frozen=True, kw_only=True):
    """The card's validity is over. What is left of it is still owed; it can be extended."""

    remaining: int


class PunchCardExtended(PunchCardEvent, frozen=True, kw_only=True):
    """The card's validity was extended, perhaps after it had ended."""

    expires_at: datetime
    remaining: int


class PunchRefundApproved(PunchCardEvent, frozen=True, kw_only=True):
    """A refund is to be paid: whoever owns ``payment_id`` pays it and says PaymentRefunded."""

    refund_id: str
    payment_id: str
    amount_fen: int


class PunchRefundRejected(PunchCardEvent, frozen=True, kw_only=True):
    """A refund was asked for and not granted: the card is what it was when it was asked for.

    The time that took is added to the validity of a card that was in use.
    """

    refund_id: str
    reason: str
    # None: permanent, or counted from the first use.
    expires_at: datetime | None


class PunchPaymentReturned(PunchCardEvent, frozen=True, kw_only=True):
    """Money that bought no card is back with the payer; the card is what it was."""

    refund_id: str
    payment_id: str
    amount_fen: int
    # PAID_TWICE, AMOUNT_MISMATCH or MEMBER_GONE.
    reason: str


class PunchCardRefunded(PunchCardEvent, frozen=True, kw_only=True):
    """The refund was paid and the card is over."""

    refund_id: str
    payment_id: str
    amount_fen: int
    basis: Literal["NOT_CONSUMER_FAULT", "CONSUMER_REASON"]
    staff_id: str
