"""What the coupon service refuses. The class name is the reason, the docstring its message."""

from common.errors import Busy, Conflict, Denied, Invalid, NotFound, Refusal

# --- templates ------------------------------------------------------------------------------------


class TemplateNotFound(NotFound):
    """There is no such coupon template."""


class TemplateChanged(Conflict):
    """The template was changed since it was read."""


class TermsInvalid(Invalid):
    """The coupon's terms do not fit together."""


class TemplateNotActive(Refusal):
    """The template gives no coupons now: draft, paused, ended or void."""


class TemplateStateInvalid(Refusal):
    """The template is not in a state that allows this."""


class StockBelowIssued(Refusal):
    """The new stock or budget is less than what was already issued or reserved."""


class ChannelNotFound(NotFound):
    """There is no such channel of this template."""


class ChannelExists(Conflict):
    """The channel code belongs to another template."""


class PostPayRuleChanged(Conflict):
    """The rule was changed since it was read."""


# --- claims and grants ----------------------------------------------------------------------------


class SoldOut(Refusal):
    """All coupons of this template were issued."""


class BudgetExhausted(Refusal):
    """The template's budget does not pay for another coupon."""


class ClaimLimitReached(Refusal):
    """The member already has as many of these coupons as one may."""


class DailyLimitReached(Refusal):
    """No more of these coupons are issued today."""


class ChannelQuotaReached(Refusal):
    """This channel has given out all of its coupons."""


class ClaimNotOpen(Refusal):
    """The time to claim this coupon has not begun or is over."""


class NotClaimable(Refusal):
    """This coupon is only given, or only through its channels; it cannot be claimed like this."""


class NotEligible(Denied):
    """This coupon is not for this member."""


class MemberClosed(Refusal):
    """The member left: his coupons are void and he gets no more."""


class MemberMerged(Refusal):
    """The member was merged into another; use that one."""


class MemberMoved(Busy):
    """What this names was changed while it waited; the same request works now."""


class GrantIdReused(Conflict):
    """The grant id was already used for another grant."""


class GrantNotFound(NotFound):
    """There is no such grant."""


# --- coupons --------------------------------------------------------------------------------------


class CouponNotFound(NotFound):
    """There is no such coupon."""


class DiscountTooHigh(Invalid):
    """A coupon takes off no more than its face, or the limit of its discount."""


class CouponNotAvailable(Refusal):
    """The coupon is not available: locked, used, expired, void, handed on, or not yet usable."""


class CouponNotHeld(Denied):
    """The coupon belongs to another member."""


class OrderLocked(Conflict):
    """The order already locked other coupons, or used them; unlock them first."""


class LockNotFound(NotFound):
    """The order has locked no coupons."""


class LockStateInvalid(Refusal):
    """The order's coupons are not in a state that allows this."""


class HoldExpired(Refusal):
    """The lock ran out and its coupons went back; quote and lock again, or refund the order."""


class DuplicateCoupon(Invalid):
    """The same coupon is named twice."""


class QuoteNeeded(Refusal):
    """A member's own token locks coupons only at the discounts a quote promised."""


class QuoteChanged(Refusal):
    """The quote does not say this: other coupons, amounts or member, or it is not ours."""


class QuoteExpired(Refusal):
    """The quote is too old; ask for a new one."""


# --- point of sale --------------------------------------------------------------------------------


class CodeNotFound(NotFound):
    """There is no such code."""


class CodeExpired(Refusal):
    """The code is too old; show a new one."""


class CodeUsed(Refusal):
    """The code was already redeemed."""


class TooManyAttempts(Refusal):
    """Too many wrong codes were tried; wait."""


class StoreNotAllowed(Refusal):
    """The coupon is not accepted in this store."""


class VerificationNotFound(NotFound):
    """There is no such verification."""


class RevertWindowPassed(Refusal):
    """A verification can be reverted for 24 hours only."""


# --- transfers ------------------------------------------------------------------------------------


class TransferNotAllowed(Refusal):
    """This coupon cannot be handed on, or not any more."""


class TransferNotFound(NotFound):
    """There is no such transfer, or its link is not the one that was given."""


class TransferClosed(Refusal):
    """The transfer was accepted by somebody else, revoked, or is too old."""


class SelfTransfer(Invalid):
    """A coupon cannot be handed to its own holder."""


# --- mass grants and recalls ----------------------------------------------------------------------


class GrantBatchNotFound(NotFound):
    """There is no such mass grant."""


class GrantBatchExists(Conflict):
    """The batch id was already used for another mass grant."""


class GrantBatchStateInvalid(Refusal):
    """The mass grant is not in a state that allows this."""


class MembersOutOfOrder(Invalid):
    """Members must come in ascending order, each once."""


class PageOutOfOrder(Conflict):
    """The pages of members must come one after the other."""


class MembersIncomplete(Refusal):
    """Fewer or more members were added than the mass grant was made for."""


class RecallNotFound(NotFound):
    """There is no such recall."""


class RecallExists(Conflict):
    """The recall id was already used for another recall."""
