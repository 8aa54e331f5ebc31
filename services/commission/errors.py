"""What commission refuses. The class name is the stable reason, the docstring its message."""

from common.errors import Busy, Conflict, Denied, Invalid, NotFound, NotYet, Refusal

# --- programme ------------------------------------------------------------------------------------


class LevelCap(Invalid):
    """A programme pays two levels at most: a third one would be pyramid selling."""


class ComplianceNotAcknowledged(Refusal):
    """The second level needs a stored acknowledgement of its rules."""


class ProgrammeChanged(Conflict):
    """Somebody changed the programme meanwhile; read it and decide again."""


class RateNotAllowed(Invalid):
    """This rate is out of range, or of a kind its scope does not have."""


# --- promoters, links, bindings -------------------------------------------------------------------


class PromoterNotFound(NotFound):
    """There is no such promoter."""


class PromoterNotActive(Refusal):
    """The promoter is not active."""


class PromoterState(Refusal):
    """The promoter is not in a state that allows this."""


class SpendTooLow(Refusal):
    """The member has not spent enough to become a promoter."""


class LinkNotFound(NotFound):
    """There is no such promotion link."""


class SelfBinding(Refusal):
    """Nobody is bound to themselves."""


class BindingCycle(Refusal):
    """The promoter is below this customer already; the binding would go round."""


class BindingProtected(Refusal):
    """The customer is bound to another promoter and still protected."""


class ClickOutdated(Refusal):
    """What holds for the customer was decided after this click."""


class BindingNotFound(NotFound):
    """The customer is bound to nobody."""


class CustomerNotNew(Refusal):
    """Only new customers are bound, and this one has bought before."""


class BindingMoved(Busy):
    """A binding above changed while the command was on its way; repeat it unchanged."""


# --- orders ---------------------------------------------------------------------------------------


class AttributionExists(Conflict):
    """The order is attributed already, and differently; an attribution never changes."""


class OrderNotSeenYet(NotYet):
    """The payment of the order has not arrived yet."""


class OrderNotCreatedYet(NotYet):
    """The creation of the order has not arrived yet, and this channel's orders wait for it."""


class SourceNotSeenYet(NotYet):
    """What earned the commission has not arrived yet."""


class SourceMoved(Busy):
    """Whom this pays changed while the command was on its way; repeat it unchanged."""


class OrderNotFound(NotFound):
    """No commission knows this order."""


# --- accounts and withdrawals ---------------------------------------------------------------------


class AmountTooSmall(Refusal):
    """The amount is below the least that can be withdrawn."""


class AmountTooLarge(Refusal):
    """The amount is above the most that can be withdrawn at once or on one day."""


class NothingLeft(Refusal):
    """Fee and tax would leave nothing to pay out."""


class InsufficientCommission(Refusal):
    """Less commission is available than asked for."""


class HasDebt(Refusal):
    """A clawback left a debt; nothing is paid out until new commission has repaid it."""


class WithdrawalNotFound(NotFound):
    """There is no such withdrawal."""


class WithdrawalState(Refusal):
    """The withdrawal is not in a state that allows this."""


class SameActor(Denied):
    """Whoever asked for a withdrawal does not approve it."""


class PayoutResultConflict(Conflict):
    """The payout ended already, and differently; look at the channel before doing anything."""


class PolicyChanged(Conflict):
    """Somebody changed the policy meanwhile; read it and decide again."""


class TaxPolicyUnknown(Invalid):
    """There is no tax policy of this name."""


# --- guides ---------------------------------------------------------------------------------------


class GuideNotFound(NotFound):
    """There is no such guide."""


class GuideNotActive(Refusal):
    """The guide is disabled or was removed; no new customers."""


class RelationProtected(Refusal):
    """The customer belongs to another guide and is still protected."""


class RelationNotFound(NotFound):
    """The customer belongs to no guide."""


class TaskNotFound(NotFound):
    """There is no such task."""


class TaskNotOpen(Refusal):
    """The task's time is over."""


class TargetNotFound(NotFound):
    """There is no such target."""


# --- referral -------------------------------------------------------------------------------------


class ReferralProgrammeNotFound(NotFound):
    """There is no such referral programme."""


class ReferralNotFound(NotFound):
    """Nobody referred this member."""


class ReferralExists(Conflict):
    """Somebody else referred this member first."""


class SelfReferral(Refusal):
    """Nobody refers themselves."""


class ReferrerBlocked(Refusal):
    """This referrer is on the blacklist."""


class AlreadyMember(Refusal):
    """Only who is not a member yet can be referred."""


class LadderInvalid(Invalid):
    """The steps of a ladder start at 1 and rise."""


class PayeeNotYours(Denied):
    """A member's own token reaches no guide's account."""


class ProgrammeNotFound(NotFound):
    """There is no such version of the programme."""


class PeriodInvalid(Invalid):
    """This is no month of the calendar, or the last one is before the first."""
