"""A member leaves: what is unused is void, open groups stop, nothing more is given; saga S10.

Used coupons stay in the books under the id as a pseudonym; an order that gives them back gives
them back void. What was on its way to the member is
found by a second look some minutes later, as with a merge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import coupon_fission as fission_events
from danke.events.envelope import Event
from services.coupon.coupons import LIVE, OF_MEMBER, Coupon
from services.coupon.fission_groups import EXPIRY_TIMER, MEMBER_GROUPS, FissionGroup, told
from services.coupon.grants import taken_back
from services.coupon.members import MERGED_INTO, MergedMember, Standing
from services.coupon.merges import MERGE_TIMER, SECOND_LOOK, lock_of, mark


class CloseMember(Command, frozen=True, kw_only=True):
    """The member is nobody here from now on; once more finds what came since."""

    member_id: str

    def lane(self) -> str:
        return f"member:{self.member_id}"

    def locate(self) -> Sequence[Read]:
        member = (self.merchant_id, self.member_id)
        return ((OF_MEMBER, member), (MEMBER_GROUPS, member))

    def keys(self, found: State) -> Sequence[str]:
        kinds = ("member", "standing", "packs", "fission-helper")
        return (
            *(f"{kind}:{self.member_id}" for kind in kinds),
            *{lock_of(row) for row in self._open(found)},
        )

    def reads(self, found: State) -> Iterable[Read]:
        yield from self.locate()
        yield MERGED_INTO, (self.merchant_id, self.member_id)
        yield MergedMember, (self.merchant_id, self.member_id)
        yield Standing, (self.merchant_id, self.member_id)
        yield from {mark(row) for row in self._open(found)}

    def _open(self, state: State) -> list[Coupon | FissionGroup]:
        """What of the member's is not over yet."""
        member = (self.merchant_id, self.member_id)
        coupons = (one for one in state.group(OF_MEMBER, member) if one.state in LIVE)
        groups = (one for one in state.group(MEMBER_GROUPS, member) if one.state == "OPEN")
        return [*coupons, *groups]

    def decide(self, state: State) -> Decision:
        rows: list[Row] = []
        events: list[Event] = []
        deletes = []
        for row in self._open(state):
            if not state.knows(*mark(row)):
                continue
            if isinstance(row, Coupon):
                after, event = taken_back(row, "MEMBER_CLOSED")
                rows += [after] if after else []
                events += [event] if event else []
                continue
            rows.append(replace(row, state="STOPPED", ended_at=self.at))
            events.append(
                fission_events.FissionExpired(**told(row), helpers=row.helpers, stopped=True)
            )
            deletes.append((Timer, (self.merchant_id, EXPIRY_TIMER, row.group_id)))
        if state.get(MergedMember, (self.merchant_id, self.member_id)) is None:
            rows += self._gone(state)
        return Decision(rows=rows, events=events, deletes=deletes)

    def _gone(self, state: State) -> Iterable[Row]:
        """The member closed, with whoever became him; what was known of him is forgotten."""
        member = (self.merchant_id, self.member_id)
        yield MergedMember(*member, self.member_id, "", self.at, gone=True)
        for earlier in state.group(MERGED_INTO, member):
            yield replace(earlier, gone=True)
        standing = state.get(Standing, member)
        if standing is not None:
            yield replace(standing, tier_id="", segments={})
        yield Timer(self.merchant_id, MERGE_TIMER, f"{self.member_id}/", self.at + SECOND_LOOK)
