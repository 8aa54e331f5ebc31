"""What loyalty refuses. The class name is the stable reason, the docstring its message."""

from common.errors import Busy, Conflict, Invalid, NotFound, NotYet, Refusal

# --- points -----------------------------------------------------------------------------------


class InsufficientPoints(Refusal):
    """The member has fewer available points than asked for."""


class PointsInDebt(Refusal):
    """The member owes points after a clawback; nothing can be used until they are earned back."""


class PointsFrozen(Refusal):
    """The member's points are frozen by risk control; they can be earned but not used."""


class PointsClosed(Refusal):
    """The member's points account is closed."""


class MemberMoved(Busy):
    """The member was merged into another while the command was on its way; repeat it unchanged."""


class HoldNotFound(NotFound):
    """There is no such hold of points."""


class HoldExists(Conflict):
    """The order already holds points of a member."""


class HoldExpired(Refusal):
    """The hold ran out and its points went back to the member; refund the order or hold again."""


class HoldInvalidState(Refusal):
    """The hold is not in a state that allows this."""


class RevertExceedsConsumed(Refusal):
    """The reverts of this hold would be larger than what was consumed."""


class EarningNotFound(NotFound):
    """Nothing was earned from this source."""


class RevokeExceedsEarned(Refusal):
    """More points would be revoked than this source earned."""


class AlreadyEarned(Conflict):
    """This source already earned points: another number of them, or for another member."""


class RefundIdReused(Conflict):
    """The refund id was already used for something else, or for another number of points."""


class OrderNotPaidYet(NotYet):
    """The order's payment has not arrived yet."""


class HoldNotConsumedYet(NotYet):
    """The order's points are held but not consumed yet."""


class RechargeNotEarnedYet(NotYet):
    """The recharge whose gifts are taken back has not arrived yet."""


class RuleNotFound(NotFound):
    """There is no such earning rule."""


class RuleInvalid(Invalid):
    """The rule's terms contradict each other."""


class RuleVersionConflict(Conflict):
    """The rule was changed meanwhile; read it again."""


class NotOffered(Refusal):
    """The merchant does not offer this way of earning points now."""


class DailyCapReached(Refusal):
    """No more points can be earned this way today."""


class AlreadyCheckedIn(Conflict):
    """The member already checked in on this day."""


class NoMakeUpCard(Refusal):
    """The member has no make-up card left."""


class MakeUpDayNotAllowed(Refusal):
    """This day cannot be made up: it is today, in the future, or too long ago."""


class DeductionNotAllowed(Refusal):
    """These points cannot be deducted from this order."""


class ExchangeItemNotFound(NotFound):
    """There is no such item to exchange points for."""


class ExchangeItemUnavailable(Refusal):
    """The item is not on offer now."""


class ExchangeSoldOut(Refusal):
    """The item has no stock left."""


class ExchangeLimitReached(Refusal):
    """The member has exchanged this item as often as allowed."""


class ExchangeNotFound(NotFound):
    """There is no such exchange."""


class ExchangeInvalidState(Refusal):
    """The exchange is not in a state that allows this."""


# --- members, tiers ---------------------------------------------------------------------------
