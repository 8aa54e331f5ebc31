"""What the wallet refuses. The class name is the stable reason, the docstring its message."""

from common.errors import Busy, Conflict, Denied, Invalid, NotFound, Refusal


class InsufficientBalance(Refusal):
    """The wallet's available balance is smaller than the amount asked for."""


class AccountFrozen(Refusal):
    """The wallet is frozen; nothing can be paid from it or recharged to it."""


class AccountClosed(Refusal):
    """The wallet is closed."""


class PaymentNotFound(NotFound):
    """There is no such payment."""


class PaymentExists(Conflict):
    """The order already has a payment with this wallet."""


class InvalidState(Refusal):
    """What the request names is not in a state that allows this."""


class HoldExpired(Refusal):
    """The hold ran out and its money went back to the wallet; pay again or refund the order."""


class CaptureExceedsHold(Invalid):
    """The capture is larger than what was frozen."""


class RefundExceedsPayment(Refusal):
    """The refunds of this payment would be larger than what was captured."""


class RefundIdReused(Conflict):
    """The refund id was already used for another payment or amount."""


# --- payment password -----------------------------------------------------------------------------


class PayPasswordRequired(Refusal):
    """The payment needs the payment password or a token got for it."""


class PayPasswordNotSet(Refusal):
    """The member has no payment password."""


class PayPasswordExists(Conflict):
    """A payment password is already set; change or reset it."""


class PayPasswordWrong(Refusal):
    """The payment password is wrong; the attempt was counted."""


class PayPasswordLocked(Refusal):
    """Too many wrong attempts: no payment password is compared until the lock ends."""


class PayPasswordChanged(Conflict):
    """The password was changed or locked while it was being compared; try again."""


class WeakPayPassword(Invalid):
    """The payment password is too easy to guess."""


class PayTokenInvalid(Refusal):
    """The payment token is forged, expired, or was given for something else."""


class SmsUnavailable(Refusal):
    """No provider of text messages is connected to this service."""


class ResetTooOften(Refusal):
    """Reset codes were asked for too often; wait."""


class ResetCodeWrong(Refusal):
    """The reset code is wrong; the try was counted."""


class ResetCodeExpired(Refusal):
    """The reset code is too old, used, or was guessed at too often; ask for a new one."""


# --- punch cards ----------------------------------------------------------------------------------


class TemplateNotFound(NotFound):
    """There is no such punch-card template."""


class TemplateInvalid(Invalid):
    """The template's figures do not fit together."""


class TemplateNotOnSale(Refusal):
    """The punch card is not on sale now."""


class CardLimitReached(Refusal):
    """The member already bought as many of these punch cards as one may."""


class CardNotFound(NotFound):
    """There is no such punch card."""


class CardAmountMismatch(Refusal):
    """The punch card was paid with another amount than its price."""


class CardNotActive(Refusal):
    """The punch card is not in a state that allows this."""


class CardExhausted(Refusal):
    """The punch card has not enough visits left."""


class RescissionNotPossible(Invalid):
    """A contract ends after it was paid for, and not after its refund is asked for."""


class CardExpired(Refusal):
    """The punch card's validity is over; it can be extended."""


class CardNotHeld(Denied):
    """This member neither owns the punch card nor shares in it."""


class ItemNotCovered(Refusal):
    """The punch card does not cover this item."""


class StoreNotAllowed(Refusal):
    """The punch card is not accepted in this store."""


class CodeNotFound(NotFound):
    """There is no such redemption code."""


class CodeExpired(Refusal):
    """The redemption code is older than its 60 seconds; show a new one."""


class VisitTimeInvalid(Invalid):
    """The visit is said to be ahead of now, too long ago, or before the card was paid."""


class RedemptionNotFound(NotFound):
    """There is no such redemption."""


class AlreadyReversed(Conflict):
    """The redemption was already reversed."""


class ReversalWindowPassed(Refusal):
    """A redemption can be reversed for 24 hours only."""


class ShareNotAllowed(Refusal):
    """This punch card cannot be shared or handed on."""


class ShareNotFound(NotFound):
    """There is no such share, or its link is not the one that was given."""


class ShareClosed(Refusal):
    """The share was accepted by somebody else, used up, revoked, void, or its link is too old."""


class ShareQuotaExceeded(Refusal):
    """The friend has used up the visits that were shared with him."""


class ShareQuotaTooLarge(Invalid):
    """More visits would be shared than the punch card has left."""


class PunchRefundNotFound(NotFound):
    """There is no such refund of a punch card."""


class NothingToRefund(Refusal):
    """Nothing is left that could be refunded."""


class AccountNotFound(NotFound):
    """The member has no wallet."""


class ValueCardExpired(Refusal):
    """The bearer card's term is over; what is left on it can be spent once it is reactivated."""


class AccountExists(Conflict):
    """The member already has a wallet with another kind of card."""


class BalanceLeft(Refusal):
    """There is still money in the wallet; refund or spend it before closing."""


class RefundAmountMismatch(Refusal):
    """The channel paid another amount back than was approved; a person has to look at it."""


class HoldsPending(Refusal):
    """A payment or refund of this wallet is still under way; try again when it has ended."""


class MemberMoved(Busy):
    """The wallet was merged into another while this waited; the same request works now."""


class SameMember(Invalid):
    """A member cannot be merged into itself."""


class CardCapExceeded(Refusal):
    """The card would hold more than the law allows for its kind."""


class PlanNotFound(NotFound):
    """There is no such recharge plan."""


class PlanChanged(Conflict):
    """The plan was changed since it was read."""


class PlanNotOnSale(Refusal):
    """The recharge plan is not sold now, or not in this store."""


class AmountNotAllowed(Invalid):
    """This amount cannot be recharged."""


class RechargeNotFound(NotFound):
    """There is no such recharge."""


class RechargeRefundNotFound(NotFound):
    """There is no such refund of a recharge."""


class CoolingOffPassed(Refusal):
    """The cooling-off period is over; ask for an ordinary refund."""


class RechargeUsed(Refusal):
    """Something was already bought with this recharge, so it cannot be reclaimed as unused."""


class QuoteChanged(Refusal):
    """The refundable amount changed since the refund was requested; reject it and ask anew."""


class CheckerIsMaker(Denied):
    """Whoever asked for this may not approve it; another operator must."""


class AdjustmentNotFound(NotFound):
    """There is no such adjustment."""


class AdjustmentEmpty(Invalid):
    """The adjustment changes nothing."""


class PolicyChanged(Conflict):
    """The policy was changed since it was read."""


class PolicyNotAllowed(Invalid):
    """The law does not allow this policy."""


class DatesBackwards(Invalid):
    """The range ends before it begins."""


class PaymentUsed(Conflict):
    """The payment already paid for something else; a person has to look at it."""
