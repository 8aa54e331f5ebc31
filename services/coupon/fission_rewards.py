"""What a completed fission group gives, and what a refund takes back; §2.8, §2.14, F2, S8.

A group is rewarded once: only a COMPLETED group becomes REWARDED, in the transaction that issues
its coupons.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import ClassVar, Final

from msgspec.structs import replace

from common.allocation import equal_split, random_split
from common.commands import Command, Decision
from common.errors import Refusal
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import coupon_fission as events
from danke.events.envelope import Event
from services.coupon.coupons import Coupon, voided
from services.coupon.errors import MemberMoved
from services.coupon.fission_groups import (
    HELPS_OF,
    REWARD_TIMER,
    FissionGroup,
    OfGroup,
    promise,
    told,
)
from services.coupon.grants import Grant
from services.coupon.issuing import Issue, issue_reads
from services.coupon.members import has_left
from services.coupon.postpay import RevokeOrderGrants

RETRY_EVERY: Final = timedelta(hours=1)
TRIES: Final = 72
# Rewards that were promised before each said so itself; S8.
REFUND_WINDOW: Final = timedelta(days=15)


def faces(group: FissionGroup) -> list[int]:
    """What each member of the group gets, the one who opened it first; F2, C10."""
    terms = group.terms
    if terms.kind == "INFLATE":
        return [group.face_fen]
    people = terms.helpers_needed + 1
    if terms.random:
        return random_split(terms.total_fen, people, terms.least_fen, group.group_id)
    return equal_split(terms.total_fen, people)


class RewardGroup(OfGroup, frozen=True, kw_only=True):
    """Issues the rewards of a completed group: all of them or none, and only once.

    If the template cannot pay now it is tried again every hour for three days; the group stays
    COMPLETED and says why.
    """

    def locate(self) -> Sequence[Read]:
        # Nobody helps a completed group any more.
        return (*super().locate(), (HELPS_OF, (self.merchant_id, self.group_id)))

    def keys(self, found: State) -> Sequence[str]:
        group = found.get(FissionGroup, (self.merchant_id, self.group_id))
        return (*super().keys(found), *((group.terms.template_id,) if group else ()))

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield HELPS_OF, (self.merchant_id, self.group_id)
        group = found.get(FissionGroup, (self.merchant_id, self.group_id))
        if group is not None:
            helps = found.group(HELPS_OF, (self.merchant_id, self.group_id))
            members = {group.member_id, *(help_.helper_id for help_ in helps)}
            template_id = group.terms.template_id
            yield from issue_reads(self.merchant_id, template_id, members, limited=False)

    def decide(self, state: State) -> Decision:
        group = self.group(state)
        if group.state != "COMPLETED":
            return Decision(result=group)
        try:
            return self._reward(state, group)
        except Refusal as refusal:
            after = replace(group, attempts=group.attempts + 1, reason=refusal.reason)
            rows: list[Row] = [after]
            if after.attempts < TRIES:
                due = self.at + RETRY_EVERY
                rows.append(Timer(self.merchant_id, REWARD_TIMER, self.group_id, due))
            return Decision(result=after, rows=rows)

    def _reward(self, state: State, group: FissionGroup) -> Decision:
        issue = Issue(self, state, group.terms.template_id)
        members = [group.member_id]
        shares = faces(group)
        gone: list[Event] = []
        if group.terms.kind == "DIVIDE":
            helps = state.group(HELPS_OF, (self.merchant_id, self.group_id))
            members += [help_.helper_id for help_ in helps]
        for number, (member_id, face_fen) in enumerate(zip(members, shares, strict=True)):
            # Who left meanwhile does not keep the others from theirs: his share is void, so that
            # the shares are still what was divided.
            left = has_left(state, self.merchant_id, member_id)
            coupon = issue.one(
                member_id if left else issue.holder(member_id), "FISSION", group.group_id,
                coupon_id=f"{self.new_id}.{number}", face_fen=face_fen,
                state="VOIDED" if left else "AVAILABLE",
            )  # fmt: skip
            gone += [voided(coupon, "MEMBER_CLOSED")[1]] if left else []
        after = replace(group, state="REWARDED", reason="")
        rewards = [
            events.FissionReward(
                member_id=coupon.member_id, coupon_id=coupon.coupon_id, face_fen=coupon.face_fen
            )
            for coupon in issue.coupons
            if coupon.state != "VOIDED"
        ]
        done = events.FissionCompleted(**told(group), helpers=group.helpers, rewards=rewards)
        return Decision(after, [after, *issue.rows()], [done, *issue.events, *gone])


class BoomerangUsed(Command, frozen=True, kw_only=True):
    """A coupon was used in an order; if it was a boomerang's, its sharer gets the same coupon.

    Other coupons change nothing, nor does one that its order gave back since. Once per friend and
    group: if the order was refunded and the reward is void, the friend's next use earns it anew.
    """

    RESULT: ClassVar[type] = bool

    coupon_id: str
    order_id: str

    def lane(self) -> str:
        return f"boomerang:{self.coupon_id}"

    def locate(self) -> Sequence[Read]:
        return ((Coupon, (self.merchant_id, self.coupon_id)), (Grant, self._reward()))

    def keys(self, found: State) -> Sequence[str]:
        coupon = found.get(Coupon, (self.merchant_id, self.coupon_id))
        if coupon is None or coupon.source != "FISSION":
            return (self.lane(),)
        # Under the coupon's lock, so that its order's refund is either seen here or sees this.
        return (f"fission-group:{coupon.ref}", f"grant:{self._reward()[1]}", coupon.lock_key)

    def reads(self, found: State) -> Iterable[Read]:
        yield from self.locate()
        coupon = found.get(Coupon, (self.merchant_id, self.coupon_id))
        if coupon is not None and coupon.source == "FISSION":
            yield FissionGroup, (self.merchant_id, coupon.ref)
            reward = found.get(Grant, self._reward())
            for coupon_id in reward.coupon_ids if reward else ():
                yield Coupon, (self.merchant_id, coupon_id)

    def decide(self, state: State) -> Decision:
        coupon = state.get(Coupon, (self.merchant_id, self.coupon_id))
        if coupon is None or coupon.source != "FISSION":
            return Decision(result=False)
        group = state.get(FissionGroup, (self.merchant_id, coupon.ref))
        if group is None or group.terms.kind != "BOOMERANG":
            return Decision(result=False)
        used = coupon.state == "USED" and coupon.order_id == self.order_id
        if not used or self._was_earned(state):
            return Decision(result=False)
        template_id, sharer = group.terms.template_id, group.member_id
        safe_at = self.at + timedelta(days=group.terms.refund_window_days)
        rows = promise(
            group, self._reward()[1], template_id, sharer, f"order:{self.order_id}", self.at,
            safe_at,
        )  # fmt: skip
        return Decision(result=True, rows=rows)

    def _reward(self) -> tuple[str, str]:
        return self.merchant_id, f"{self.coupon_id}.back"

    def _was_earned(self, state: State) -> bool:
        """Whether the sharer has, had or will have the reward: all but a void one."""
        old = state.get(Grant, self._reward())
        if old is None:
            return False
        for coupon_id in old.coupon_ids:
            key = (self.merchant_id, coupon_id)
            if not state.knows(Coupon, key):
                raise MemberMoved(grant_id=old.grant_id)
            coupon = state.get(Coupon, key)
            if coupon is None or coupon.state != "VOIDED":
                return True
        return old.state != "REVOKED"


class VoidFissionRewards(RevokeOrderGrants, frozen=True, kw_only=True):
    """The friend's order was fully refunded: the sharer's unused reward is void; domain.md §2.14.

    After the activity's refund window it is kept.
    """

    def revocable(self, grant: Grant) -> bool:
        return self.at <= (grant.revocable_until or grant.created_at + REFUND_WINDOW)
