"""What audience refuses. The class name is the stable reason, the docstring its message."""

from common.errors import Busy, Conflict, Invalid, NotFound, NotYet, Refusal

# --- members --------------------------------------------------------------------------------------


class ProfileNotFound(NotFound):
    """Nothing is known of such a member."""


class MemberMoved(Busy):
    """The member was merged into another one meanwhile; the same request finds them there."""


class SameMember(Invalid):
    """A member cannot be merged into themselves."""


class MemberGone(Refusal):
    """The member left: nothing personal is recorded any more."""


# --- portrait -------------------------------------------------------------------------------------


class AttributeNotFound(NotFound):
    """The merchant has defined no such attribute, or retired it."""


class AttributeInvalid(Invalid):
    """The value does not fit the attribute's definition."""


class AttributeTypeFixed(Conflict):
    """An attribute keeps the type it was defined with."""


class BirthdayInvalid(Invalid):
    """There is no such day in any year."""


class TagNotFound(NotFound):
    """The merchant has defined no such tag."""


class TagRetired(Refusal):
    """The tag is retired: nobody gets it any more."""


class TagBoundToSegment(Refusal):
    """The tag is bound to a segment and follows it alone."""


class TooManyTags(Refusal):
    """The member carries as many tags as a member may."""


# --- lifecycle ------------------------------------------------------------------------------------


class PolicyInvalid(Invalid):
    """The terms contradict each other."""


class RunReplaced(Refusal):
    """A newer run took the place of this one."""


class RunNotFound(NotFound):
    """There was no such run yet."""


# --- facts ----------------------------------------------------------------------------------------


class OrderNotPaid(NotYet):
    """The payment of this order has not arrived yet."""


# --- predictions ----------------------------------------------------------------------------------


class FitRunning(Refusal):
    """A version of the buying model is being fitted; ask for it, or wait until it is done."""


class ModelNotFound(NotFound):
    """There is no such version of the buying model, or none that is ready yet."""


# --- reports --------------------------------------------------------------------------------------


class DateInvalid(Invalid):
    """The field is not a day of the calendar, or one beyond all sense."""


class DatesBackwards(Invalid):
    """The range ends before it begins."""


class RangeTooLong(Invalid):
    """The range has more days than this report counts; the answer says how many it does."""


class RangeNotMonths(Invalid):
    """Counting by months takes whole calendar months: from a first day to a last one."""
