"""What the wallet refuses. The class name is the stable reason, the docstring its message."""

from common.errors import Conflict, Denied, Invalid, NotFound, Refusal


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
    """The payment is not in a state that allows this."""


class HoldExpired(Refusal):
    """The hold ran out and its money went back to the wallet; pay again or refund the order."""


class CaptureExceedsHold(Invalid):
    """The capture is larger than what was frozen."""


class RefundExceedsPayment(Refusal):
    """The refunds of this payment would be larger than what was captured."""


class ActorNotAllowed(Denied):
    """This operator may not do this."""
