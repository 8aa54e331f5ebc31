"""What messages and campaigns refuse. The class name is the reason, the docstring its message."""

from common.errors import Busy, Conflict, Invalid, NotFound, Refusal

# --- policies and templates -----------------------------------------------------------------------


class PolicyChanged(Conflict):
    """The policy was changed since it was read."""


class UnknownZone(Invalid):
    """This is no time zone of the IANA database."""


class DuplicateCap(Invalid):
    """Two caps name the same channel."""


class MessageTemplateNotFound(NotFound):
    """There is no such message template."""


class MessageTemplateChanged(Conflict):
    """The message template was changed since it was read."""


class VariantMissing(Invalid):
    """A channel of the template has no variant for members of any tier."""


class VariantUnknown(Invalid):
    """A variant names a channel that the template does not use, or the same tier twice."""


# --- members --------------------------------------------------------------------------------------


class QuotaGrantReused(Conflict):
    """This grant of quota was already recorded with other figures."""


class RecipientMoved(Busy):
    """The member was merged while this waited; the same request works now."""


# --- messages -------------------------------------------------------------------------------------


class MessageNotFound(NotFound):
    """There is no such message."""


class MessageNotSent(Refusal):
    """The message was not sent, or not so often."""


class DeliveryContradicted(Invalid):
    """What was delivered is not refused nor too late: the code says that nothing was sent."""


class DeliveryReported(Conflict):
    """How this attempt ended was already reported, and otherwise."""


class MessageMoved(Busy):
    """The message was changed while this waited; the same request works now."""


# --- campaigns ------------------------------------------------------------------------------------


class CampaignNotFound(NotFound):
    """There is no such campaign."""


class CampaignExists(Conflict):
    """The campaign id was already used for another campaign."""


class CampaignStateInvalid(Refusal):
    """The campaign is not in a state that allows this."""


class AudienceNotGiven(Invalid):
    """A campaign is for a snapshot or for the members that are named, not both and not neither."""


class CampaignTakesNoMembers(Refusal):
    """The campaign is for a snapshot, or its list of members is complete."""


class CampaignPageOutOfOrder(Conflict):
    """The pages of members must come one after the other."""


class CampaignMembersOutOfOrder(Invalid):
    """Members must come in ascending order over all pages, each once."""


class CampaignNeedsMarketing(Invalid):
    """A campaign is marketing; a transactional template would evade quiet hours and caps."""


class MemberIdInvalid(Invalid):
    """A member's id in a snapshot is not one."""
