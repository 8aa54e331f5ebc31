"""A member leaves for good: what is open is settled, and nothing new begins; domain.md saga S10.

Loyalty closes nobody with open seats or refunds under way, as far as this service told it. What was
taken since ends here, so that no seat waits for somebody who is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, State
from services.groupbuy import assists, bargains
from services.groupbuy.activities import Activity, activity_key
from services.groupbuy.assist_activities import AssistActivity
from services.groupbuy.assists import MEMBER_ASSISTS, assist_key
from services.groupbuy.bargains import MEMBER_BARGAINS, bargain_key
from services.groupbuy.customers import Customer, CustomerOrder, member_key
from services.groupbuy.draft import Draft
from services.groupbuy.errors import MemberMoved
from services.groupbuy.groups import BuyGroup
from services.groupbuy.leaders import leave
from services.groupbuy.seats import (
    LIVE_SEATS,
    UNSETTLED_SEATS,
    Seat,
    free,
    group_of,
    of_activity,
)


class CloseMember(Command, frozen=True, kw_only=True):
    """Frees unpaid seats, gives paid ones of open groups back, ends bargains and assists.

    Settled seats stay as they are, ordered bargains too: their goods are on their way. Works once.
    """

    RESULT: ClassVar[Any] = None

    member_id: str

    @property
    def _member(self) -> tuple[str, str]:
        return self.merchant_id, self.member_id

    def lane(self) -> str:
        return member_key(self.member_id)

    def locate(self) -> Sequence[Read]:
        groups = (UNSETTLED_SEATS, MEMBER_BARGAINS, MEMBER_ASSISTS)
        return [(group, self._member) for group in groups]

    def keys(self, found: State) -> Sequence[str]:
        open_assists = self._assists(found)
        return (
            member_key(self.member_id),
            *(
                activity_key(seat.activity_id)
                for seat in found.group(UNSETTLED_SEATS, self._member)
            ),
            *(bargain_key(one.bargain_id) for one in self._bargains(found)),
            *(assist_key(one.assist_id) for one in open_assists),
            *(activity_key(one.activity_id) for one in open_assists),
        )

    def reads(self, found: State) -> Iterable[Read]:
        yield Customer, self._member
        for group in (UNSETTLED_SEATS, MEMBER_BARGAINS, MEMBER_ASSISTS):
            yield group, self._member
        for seat in found.group(UNSETTLED_SEATS, self._member):
            yield from of_activity(self.merchant_id, seat.activity_id)
            yield BuyGroup, (self.merchant_id, seat.group_id)
            yield LIVE_SEATS, (self.merchant_id, seat.group_id)
            yield CustomerOrder, (self.merchant_id, seat.order_id)
        for assist in self._assists(found):
            yield AssistActivity, (self.merchant_id, assist.activity_id)

    def _bargains(self, state: State) -> list[bargains.Bargain]:
        found = state.group(MEMBER_BARGAINS, self._member)
        return [bargain for bargain in found if bargain.state in ("OPEN", "REACHED")]

    def _assists(self, state: State) -> list[assists.Assist]:
        found = state.group(MEMBER_ASSISTS, self._member)
        return [assist for assist in found if assist.state == "OPEN"]

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        customer = draft.get(Customer, self.member_id) or Customer(*self._member)
        draft.put(replace(customer, closed=True))
        for seat in draft.group(UNSETTLED_SEATS, self.member_id):
            if not state.knows(Activity, (self.merchant_id, seat.activity_id)):
                raise MemberMoved(member_id=self.member_id)  # taken between look and lock
            self._give_up(draft, seat)
        for bargain in self._bargains(state):
            bargains.expire(draft, bargain)
        for assist in self._assists(state):
            if not state.knows(AssistActivity, (self.merchant_id, assist.activity_id)):
                raise MemberMoved(member_id=self.member_id)
            assists.expire(draft, assist)
        return draft.decision()

    def _give_up(self, draft: Draft, seat: Seat) -> None:
        """An earlier seat of the same member may have ended the group, and this one with it."""
        now = draft.get(Seat, seat.seat_id) or seat
        if now.state == "RESERVED":
            free(draft, now, expired=False)
        elif now.state == "PAID":
            leave(draft, group_of(draft, now), now)
