"""What group-buy refuses. The class name is the stable reason, the docstring its message."""

from common.errors import Busy, Conflict, Invalid, NotFound, NotYet, Refusal

# --- activities -----------------------------------------------------------------------------------


class ActivityNotFound(NotFound):
    """There is no such activity."""


class ActivityExists(Conflict):
    """The activity id is taken by another activity."""


class TermsInvalid(Invalid):
    """The activity's terms contradict themselves."""


class InvalidState(Refusal):
    """What the request names is not in a state that allows this."""


class ActivityNotRunning(Refusal):
    """The activity has not begun, has ended or was stopped."""


class SkuNotOffered(Invalid):
    """The activity does not offer this SKU."""


class TierNotOffered(Invalid):
    """The activity has no such step to pick."""


class PickupPointUnknown(Invalid):
    """The activity has no such pick-up point."""


class NotPickupLeader(Refusal):
    """Only the leader of a pick-up point opens its groups."""


class SoldOut(Refusal):
    """The activity has not enough of this SKU left."""


# --- groups and seats -----------------------------------------------------------------------------


class GroupNotFound(NotFound):
    """There is no such group in this activity."""


class GroupNotOpen(Refusal):
    """The group is not open: unpaid by its leader, succeeded, failed or past its time."""


class GroupFull(Refusal):
    """Every seat of the group is taken."""


class AlreadyJoined(Refusal):
    """The member already has a seat in this group."""


class AlreadyInGroup(Refusal):
    """The member is already in another open group of this activity."""


class OrderHasSeat(Conflict):
    """The order already has a seat; a new attempt needs a new order."""


class OrderLimit(Refusal):
    """The quantity is larger than one order of this activity may have."""


class TotalLimit(Refusal):
    """The member would buy more of this activity than one member may."""


class NewCustomerOnly(Refusal):
    """The seat is for new customers (老带新), and the member is not one."""


class OrderIncomplete(Invalid):
    """A seat needs an order, a SKU and a quantity."""


class SeatNotFound(NotFound):
    """There is no such seat."""


class HoldExpired(Refusal):
    """The seat's hold ran out and it could not be given back; the money is being refunded."""


class PaymentAmountMismatch(Refusal):
    """The payment is smaller than what the seat costs."""


class RefundNotAllowed(Refusal):
    """Members of this activity stay until their group is settled."""


class MemberMoved(Busy):
    """What this touches changed hands while it waited; the same request works now."""


class PredecessorMissing(NotYet):
    """What this event is about has not been announced yet."""


class MemberClosed(Refusal):
    """The member has left for good."""


class SameMember(Refusal):
    """A member cannot be merged into itself."""


class RefundNotFound(NotFound):
    """There is no such refund."""


class RefundOfAnotherOrder(Conflict):
    """This refund id is known as the refund of another order."""


# --- bargains and assists -------------------------------------------------------------------------


class BargainNotFound(NotFound):
    """There is no such bargain."""


class AssistNotFound(NotFound):
    """There is no such assist."""


class SelfHelp(Refusal):
    """Nobody helps oneself."""


class AlreadyHelped(Refusal):
    """The helper helped here before."""


class HelpLimit(Refusal):
    """The helper has helped as often as one may in this activity today."""


class AlreadyOpen(Refusal):
    """The member already has one of these open."""


class NotOpen(Refusal):
    """It is over: reached, ordered, completed or expired."""


class FloorNotReached(Refusal):
    """The price has not come down far enough to order."""
