"""What automation refuses. The class name is the stable reason, the docstring its message."""

from common.errors import Busy, Conflict, Invalid, NotFound, NotYet, Refusal

# --- journeys -------------------------------------------------------------------------------------


class JourneyNotFound(NotFound):
    """There is no such journey, or not in this version."""


class JourneyChanged(Conflict):
    """The journey was changed since it was read; read it again."""


class JourneyInvalid(Invalid):
    """The journey cannot run as it is written; the step or part that is wrong is named."""


class JourneyArchived(Refusal):
    """The journey is archived: it does not change and nobody enters."""


class InvalidState(Refusal):
    """What the request names is not in a state that allows this."""


class TemplateUnknown(Refusal):
    """A step names a coupon template that does not exist or gives no coupons now."""


class MemberNotFound(NotFound):
    """There is no such member."""


class AlreadyEnrolled(Conflict):
    """The member is or was in this journey by the same entry key."""


class EnrollmentNotFound(NotFound):
    """There is no such enrolment."""


class LiveNotFound(NotFound):
    """No such live session has ended, or so long ago that its viewers are forgotten."""


class WebhookNotFound(NotFound):
    """There is no such call."""


class CalendarInvalid(Invalid):
    """The calendar names no time zone that is known, or a day that does not exist."""


class PackUnknown(Invalid):
    """The default pack has no journey of this name."""


class PackParameterMissing(Invalid):
    """The default pack needs a parameter that was not given."""


# --- events ---------------------------------------------------------------------------------------


class OrderUnknown(NotYet):
    """The order was not announced yet."""


class JourneysMoved(Busy):
    """A journey of the member changed while this waited; the same request works now."""
