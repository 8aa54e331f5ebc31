"""What loyalty refuses about members, tiers and paid memberships; see errors.py for points."""

from common.errors import Busy, Conflict, Invalid, NotFound, NotYet, Refusal

# --- members --------------------------------------------------------------------------------------


class MemberNotFound(NotFound):
    """There is no such member."""


class MemberExists(Conflict):
    """The member id asked for belongs to somebody else."""


class MemberIsFrozen(Refusal):
    """The member is frozen by risk control."""


class MemberIsClosed(Refusal):
    """The member has left."""


class MemberIsMerged(Refusal):
    """The member was merged into another one; use that one."""


class PhoneInvalid(Invalid):
    """This is not a mainland mobile number."""


class IdentityTaken(Conflict):
    """The identities belong to different members; merge them first."""


class IdentityAlreadyBound(Conflict):
    """The member already has another identity of this kind; rebind it instead."""


class ObligationsOpen(Refusal):
    """The member still owns or owes something; settle it, then close."""


class ObligationNegative(Invalid):
    """What is left of something cannot be less than nothing."""


class MergeIdReused(Conflict):
    """The merge id was already used for other members."""


class AdjustmentIdReused(Conflict):
    """The adjustment id was already used for another member, or for another figure."""


class SameMember(Invalid):
    """A member cannot be merged into itself."""


# --- member codes ---------------------------------------------------------------------------------


class MemberCodeInvalid(Invalid):
    """This is not a valid member code."""


class MemberCodeExpired(Refusal):
    """The member code ran out; ask the member to show a fresh one."""


class TooManyGuesses(Busy):
    """This till presented too many invalid codes; it must wait."""


# --- growth and tiers -----------------------------------------------------------------------------


class OrderNotSeenYet(NotYet):
    """The order's payment has not arrived yet."""


class RechargeNotSeenYet(NotYet):
    """The recharge has not arrived yet."""


class GrowthWouldBeNegative(Refusal):
    """The member has less growth than would be taken."""


class TierNotFound(NotFound):
    """The scheme has no such tier."""


class BenefitInvalid(Invalid):
    """A benefit of this kind cannot have this figure."""


class TermOver(Invalid):
    """The term would be over before it began."""


class GrantNotFound(NotFound):
    """There is no such tier grant."""


class SchemeInvalid(Invalid):
    """The tiers of a scheme need rising thresholds that begin with 0, and unique ids."""


class SchemeChanged(Conflict):
    """The scheme was changed meanwhile; read it again."""


class TargetsInvalid(Invalid):
    """The targets must rise and be positive."""


# --- paid memberships -----------------------------------------------------------------------------


class PlanNotFound(NotFound):
    """There is no such plan."""


class PlanNotOnSale(Refusal):
    """The plan is not sold at present."""


class MembershipNotFound(NotFound):
    """There is no such paid membership."""


class MembershipNotSeenYet(NotYet):
    """The purchase of this membership has not arrived yet."""


class MembershipNotActive(Refusal):
    """The paid membership does not run, so there is nothing to refund."""


class NotRefundable(Refusal):
    """The plan is not refundable."""
