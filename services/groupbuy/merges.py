"""Merges: two members turn out to be one person; seats, groups and history get the one owner.

No seat is lost and none changes its state: who joined a group with two accounts keeps both seats.
What is new from then on is judged with the joint history. domain.md S9.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, State
from services.groupbuy.activities import Activity, activity_key
from services.groupbuy.assists import MEMBER_ASSISTS, AssistHelp, assist_key
from services.groupbuy.bargains import MEMBER_BARGAINS, BargainHelp, bargain_key
from services.groupbuy.customers import (
    CUSTOMER_ITSELF,
    MEMBER_ORDERS,
    MERGED_HERE,
    Customer,
    member_key,
)
from services.groupbuy.errors import MemberMoved, SameMember
from services.groupbuy.groups import LED_BY, BuyGroup
from services.groupbuy.refunds import MEMBER_REFUNDS
from services.groupbuy.seats import SEATS_OF_MEMBER, Seat

OWNED: Sequence[Group[Any]] = (
    SEATS_OF_MEMBER,
    MEMBER_ORDERS,
    MEMBER_REFUNDS,
    MEMBER_BARGAINS,
    MEMBER_ASSISTS,
)


def _lock_of(row: Any) -> str | None:
    """The lock that covers the row besides its member's."""
    if isinstance(row, Customer):
        return member_key(row.member_id)
    if hasattr(row, "bargain_id"):
        return bargain_key(row.bargain_id)
    if hasattr(row, "assist_id"):
        return assist_key(row.assist_id)
    return activity_key(row.activity_id) if hasattr(row, "activity_id") else None


class MergeMembers(Command, frozen=True, kw_only=True):
    """Moves everything of ``from_member`` to ``into_member``; a repeat finds nothing to move.

    If ``into_member`` was merged itself, everything follows to where that went. Refuses
    SAME_MEMBER.
    """

    RESULT: ClassVar[type] = Customer

    from_member: str
    into_member: str

    def lane(self) -> str:
        return member_key(self.from_member)

    def locate(self) -> Sequence[Read]:
        member = (self.merchant_id, self.from_member)
        return (
            (CUSTOMER_ITSELF, (self.merchant_id, self.into_member)),
            (MERGED_HERE, member),
            (LED_BY, member),
            *((group, member) for group in OWNED),
        )

    def _target(self, found: State) -> str:
        for customer in found.group(CUSTOMER_ITSELF, (self.merchant_id, self.into_member)):
            if customer.merged_into:
                return customer.merged_into
        return self.into_member

    def keys(self, found: State) -> Sequence[str]:
        member = (self.merchant_id, self.from_member)
        rows = [*self._rows(found), *found.group(MERGED_HERE, member)]
        return (
            member_key(self.from_member),
            member_key(self.into_member),
            member_key(self._target(found)),
            *{key for row in rows if (key := _lock_of(row))},
        )

    def reads(self, found: State) -> Iterable[Read]:
        member = (self.merchant_id, self.from_member)
        for one in {self.from_member, self.into_member, self._target(found)}:
            yield Customer, (self.merchant_id, one)
        for group in (*OWNED, LED_BY, MERGED_HERE):
            yield group, member
        for row in self._rows(found):
            if (mark := self._mark(row)) is not None:
                yield mark
        for seat in self._settled(found):
            yield BuyGroup, (self.merchant_id, seat.group_id)

    def _settled(self, state: State) -> list[Seat]:
        """Seats of groups that succeeded: a leader's reward comes later, and refunds after it."""
        seats = state.group(SEATS_OF_MEMBER, (self.merchant_id, self.from_member))
        return [seat for seat in seats if seat.state == "SETTLED"]

    def _led(self, state: State) -> list[BuyGroup]:
        """The groups that ``from_member`` leads: open ones, and those it has a settled seat in."""
        led = {
            row.group_id: row for row in state.group(LED_BY, (self.merchant_id, self.from_member))
        }
        for seat in self._settled(state):
            key = (self.merchant_id, seat.group_id)
            if not state.knows(BuyGroup, key):
                raise MemberMoved(member_id=self.from_member)  # settled between look and lock
            group = state.get(BuyGroup, key)
            if group is not None and group.leader_id == self.from_member:
                led[group.group_id] = group
        return list(led.values())

    def _rows(self, state: State) -> list[Any]:
        member = (self.merchant_id, self.from_member)
        return [row for group in (*OWNED, LED_BY) for row in state.group(group, member)]

    def _mark(self, row: Any) -> Read | None:
        """A read that is declared only with the row's lock held.

        What the member got between the look and the locks is not marked: look again.
        """
        if hasattr(row, "bargain_id"):
            return BargainHelp, (self.merchant_id, row.bargain_id, self.from_member)
        if hasattr(row, "assist_id"):
            return AssistHelp, (self.merchant_id, row.assist_id, self.from_member)
        if hasattr(row, "activity_id"):
            return Activity, (self.merchant_id, row.activity_id)
        return None

    def decide(self, state: State) -> Decision:
        into = state.get(Customer, (self.merchant_id, self.into_member))
        target = into.merged_into if into and into.merged_into else self.into_member
        if target == self.from_member:
            raise SameMember(field="into_member")
        if not state.knows(Customer, (self.merchant_id, target)):
            raise MemberMoved(member_id=target)
        member = (self.merchant_id, self.from_member)
        for row in self._rows(state):
            if (mark := self._mark(row)) is not None and not state.knows(*mark):
                raise MemberMoved(member_id=self.from_member)
        owned = [row for group in OWNED for row in state.group(group, member)]
        moved: list[Any] = [
            replace(row, member_id=target, merged_from=row.merged_from or self.from_member)
            if isinstance(row, Seat)
            else replace(row, member_id=target)
            for row in owned
        ]
        moved += [replace(group, leader_id=target) for group in self._led(state)]
        followers = [
            replace(customer, merged_into=target)
            for customer in state.group(MERGED_HERE, member)
            if customer.member_id != target
        ]
        source = state.get(Customer, member) or Customer(*member)
        before = state.get(Customer, (self.merchant_id, target))
        before = before or Customer(self.merchant_id, target)
        if source.merged_into:
            return Decision(result=before, rows=moved)
        after = replace(
            before,
            open=before.open + source.open,
            bought=before.bought + source.bought,
            refunded=before.refunded + source.refunded,
        )
        emptied = Customer(*member, merged_into=target)
        return Decision(result=after, rows=[*moved, *followers, emptied, after])
