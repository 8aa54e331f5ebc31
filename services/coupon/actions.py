"""Actions: a coupon that a journey or campaign of automation asks for, once per action id.

A journey waits for the answer, so nothing is tried again here: the coupon is given, or it is told
at once that it is not. Per-member limits hold as for any grant.
"""

from __future__ import annotations

from msgspec.structs import replace

from common.commands import Decision
from common.errors import Busy, Refusal
from common.rows import State
from danke.events import coupon as events
from services.coupon.errors import GrantIdReused
from services.coupon.grants import GrantCoupons


class GrantForAction(GrantCoupons, frozen=True, kw_only=True):
    """Gives the coupon of action ``ref``, or tells why not; a repeated action changes nothing.

    Refuses GRANT_ID_REUSED if the action once asked for something else.
    """

    def decide(self, state: State) -> Decision:
        try:
            return super().decide(state)
        except (Busy, GrantIdReused):
            raise
        except Refusal as refusal:
            failed = replace(self.pending(), state="FAILED", reason=refusal.reason)
            refused = events.CouponGrantRefused(
                action_id=self.ref, member_id=self.member_id, template_id=self.template_id,
                reason=refusal.reason,
            )  # fmt: skip
            return Decision(result=failed, rows=[failed], events=[refused])
