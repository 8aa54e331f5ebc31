"""What audience refuses. The class name is the stable reason, the docstring its message."""

from common.errors import Busy, Invalid, NotFound, NotYet, Refusal

# --- members --------------------------------------------------------------------------------------


class ProfileNotFound(NotFound):
    """Nothing is known of such a member."""


class MemberMoved(Busy):
    """The member was merged into another one meanwhile; the same request finds them there."""


class SameMember(Invalid):
    """A member cannot be merged into themselves."""


class MemberGone(Refusal):
    """The member left: nothing personal is recorded any more."""


# --- facts ----------------------------------------------------------------------------------------


class OrderNotPaid(NotYet):
    """The payment of this order has not arrived yet."""
