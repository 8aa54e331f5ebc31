"""What promotions, quotes, fission and packs refuse. The name is the reason, see errors.py."""

from common.errors import Conflict, Denied, Invalid, NotFound, Refusal

# --- promotions and quotes ------------------------------------------------------------------------


class LineUnknown(Invalid):
    """The returned lines must be the order's lines, each once."""


class ReturnedTooMany(Invalid):
    """More pieces are returned than were bought, or more was refunded than paid."""


class PromotionNotFound(NotFound):
    """There is no such promotion."""


class PromotionChanged(Conflict):
    """The promotion was changed since it was read."""


class PromotionInvalid(Invalid):
    """The promotion's terms do not fit together."""


class PromotionEnded(Refusal):
    """The promotion has ended; make a new one."""


class ConditionInvalid(Invalid):
    """The condition is not one, or could cost too much to check."""


class DuplicateLine(Invalid):
    """Two lines of the cart have the same id."""


# --- fission --------------------------------------------------------------------------------------


class FissionNotFound(NotFound):
    """There is no such fission activity."""


class FissionChanged(Conflict):
    """The activity was changed since it was read."""


class FissionInvalid(Invalid):
    """The activity's terms do not fit together."""


class FissionNotActive(Refusal):
    """The activity is not open: draft, ended, or outside of its time."""


class FissionGroupNotFound(NotFound):
    """There is no such fission group."""


class FissionGroupClosed(Refusal):
    """The group is complete, expired or was stopped."""


class FissionLimitReached(Refusal):
    """The member has already opened as many groups as one may."""


class FissionBudgetExhausted(Refusal):
    """The activity has no more groups to give."""


class AlreadyHelped(Conflict):
    """The helper has already helped in this group."""


class SelfHelp(Denied):
    """Nobody helps himself."""


class NotNewCustomer(Denied):
    """Only new customers can help here."""


class HelperLimitReached(Refusal):
    """The helper has helped as often as one may today."""


# --- packs ----------------------------------------------------------------------------------------


class PackOfferNotFound(NotFound):
    """There is no such pack."""


class PackOfferChanged(Conflict):
    """The pack was changed since it was read."""


class PackInvalid(Invalid):
    """The pack's terms do not fit together."""


class PackNotOnSale(Refusal):
    """The pack is not on sale."""


class PackLimitReached(Refusal):
    """The member has already bought as many of these packs as one may."""


class PaymentUsed(Conflict):
    """The payment already paid for something else; a person has to look at it."""


class PackNotFound(NotFound):
    """There is no such pack of this member."""


class PackStateInvalid(Refusal):
    """The pack is not in a state that allows this."""
