"""What segments and snapshots refuse. The class name is the reason, see errors.py."""

from common.errors import Conflict, Invalid, NotFound, Refusal


class SegmentNotFound(NotFound):
    """There is no such segment."""


class SegmentExists(Conflict):
    """Another segment has this id."""


class SegmentChanged(Conflict):
    """The segment was changed since it was read."""


class SegmentRuleInvalid(Invalid):
    """The rule is none, or asks for what a segment may not ask."""


class SegmentKindInvalid(Invalid):
    """A dynamic segment needs a rule; only a static one takes a list of members."""


class SegmentStateInvalid(Refusal):
    """The segment is not in a state in which this may be done."""


class TooManySegments(Refusal):
    """The merchant has as many dynamic segments as one may."""


class SegmentPageOutOfOrder(Conflict):
    """Pages of members are added in order; the details name the one expected."""


class SegmentTagInvalid(Invalid):
    """Tags do not follow a segment whose rule asks for tags: it could undo itself for ever."""


class SnapshotNotFound(NotFound):
    """There is no such snapshot."""


class SnapshotExists(Conflict):
    """Another snapshot has this id."""


class SnapshotNotReady(Refusal):
    """The snapshot is still being made; ask again."""
