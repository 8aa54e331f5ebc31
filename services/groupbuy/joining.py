"""Opening and joining groups (开团, 参团): an order reserves a seat until it is paid.

Whatever a payment could find changed is decided here, at the order, so that a payer who loses a
race is refused before paying, not after; domain.md §2.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, State
from danke.events import groupbuy as events
from services.groupbuy.activities import Activity, activity_key
from services.groupbuy.customers import (
    PERSON,
    Customer,
    CustomerOrder,
    is_new,
    member_key,
    must_be_member,
    note_order,
    person_of,
)
from services.groupbuy.draft import Draft
from services.groupbuy.errors import (
    ActivityNotFound,
    ActivityNotRunning,
    AlreadyInGroup,
    AlreadyJoined,
    GroupFull,
    GroupNotFound,
    GroupNotOpen,
    MemberMoved,
    NewCustomerOnly,
    NotPickupLeader,
    OrderHasSeat,
    OrderIncomplete,
    OrderLimit,
    SoldOut,
    TierNotOffered,
    TotalLimit,
)
from services.groupbuy.groups import (
    EXPIRY_TIMER,
    LED_BY,
    SIMULATE_TIMER,
    BuyGroup,
    bucket_of,
    terms_of,
)
from services.groupbuy.overflow import GATHERABLE, is_filled, may_enter, next_group, price_of
from services.groupbuy.seats import (
    HOLD_TIMER,
    MEMBER_SEATS,
    ORDER_SEATS,
    Seat,
    Taken,
    of_activity,
    stock_left,
    stock_taken,
)
from services.groupbuy.terms import Terms


class _Takes(Command, frozen=True, kw_only=True):
    """An order that takes a seat. An id that was merged takes it as the one that remained; S9."""

    RESULT: ClassVar[type] = Taken

    activity_id: str
    member_id: str
    order_id: str
    sku_id: str
    qty: int
    inviter_id: str = ""

    def lane(self) -> str:
        return activity_key(self.activity_id)

    def locate(self) -> Sequence[Read]:
        return ((PERSON, (self.merchant_id, self.member_id)),)

    def ids(self, found: State) -> set[str]:
        """The member's id, and the one that remained of it."""
        return {self.member_id, person_of(found, self.merchant_id, self.member_id)[0]}

    def keys(self, found: State) -> Sequence[str]:
        return activity_key(self.activity_id), *(member_key(one) for one in self.ids(found))

    def reads(self, found: State) -> Iterable[Read]:
        yield from of_activity(self.merchant_id, self.activity_id)
        for one in self.ids(found):
            yield MEMBER_SEATS, (self.merchant_id, self.activity_id, one)
            yield Customer, (self.merchant_id, one)
        if self.order_id:
            yield ORDER_SEATS, (self.merchant_id, self.order_id)
            yield CustomerOrder, (self.merchant_id, self.order_id)

    def buyer(self, draft: Draft) -> str:
        """Whose seat it is to be. Asks to look again if a merge came in between."""
        itself = draft.get(Customer, self.member_id)
        buyer = (itself.merged_into if itself else "") or self.member_id
        if not draft.state.knows(MEMBER_SEATS, (self.merchant_id, self.activity_id, buyer)):
            raise MemberMoved(member_id=self.member_id)
        return buyer

    def activity(self, draft: Draft) -> Activity:
        """Refuses ACTIVITY_NOT_FOUND."""
        activity = draft.get(Activity, self.activity_id)
        if activity is None:
            raise ActivityNotFound(field="activity_id", activity_id=self.activity_id)
        return activity

    def may_buy(self, draft: Draft, member_id: str, terms: Terms, group_id: str) -> None:
        """The member's limits and the stock. Refuses as the subclasses document. G9."""
        must_be_member(draft, member_id)
        for seat in draft.group(ORDER_SEATS, self.order_id):
            raise OrderHasSeat(field="order_id", seat_id=seat.seat_id)
        mine = draft.group(MEMBER_SEATS, self.activity_id, member_id)
        for seat in mine:
            if seat.group_id == group_id:
                raise AlreadyJoined(group_id=group_id, seat_id=seat.seat_id)
            if seat.state != "SETTLED":
                raise AlreadyInGroup(group_id=seat.group_id, seat_id=seat.seat_id)
        if terms.order_limit and self.qty > terms.order_limit:
            raise OrderLimit(field="qty", limit=terms.order_limit)
        bought = sum(seat.held_qty for seat in mine)
        if terms.member_limit and bought + self.qty > terms.member_limit:
            raise TotalLimit(field="qty", limit=terms.member_limit, bought=bought)
        left = stock_left(draft, self.activity_id, self.sku_id)
        if left is not None and left < self.qty:
            raise SoldOut(sku_id=self.sku_id, left=max(left, 0))

    def take(
        self, draft: Draft, member_id: str, group: BuyGroup, terms: Terms, seat_id: str, *,
        leads: bool, asked: str = "",
    ) -> Decision:  # fmt: skip
        """Reserves the seat in ``group``, which is written with it; ``asked`` was full."""
        price_fen = terms.price_fen(terms.sku(self.sku_id), group.tier, leads=leads)
        new = is_new(draft, member_id, self.order_id, terms)
        if not leads and not may_enter(terms, group, new=new):
            raise NewCustomerOnly(field="member_id")
        if draft.get(CustomerOrder, self.order_id) is not None:
            note_order(draft, member_id, self.order_id, "SEAT")
        hold_until = self.at + terms.hold
        if group.expires_at is not None:
            hold_until = min(hold_until, group.expires_at + terms.grace)
        seat = Seat(
            merchant_id=self.merchant_id,
            seat_id=seat_id,
            group_id=group.group_id,
            activity_id=self.activity_id,
            member_id=member_id,
            order_id=self.order_id,
            sku_id=self.sku_id,
            qty=self.qty,
            unit_price_fen=price_fen,
            amount_fen=price_fen * self.qty,
            paid_fen=0,
            owed_back_fen=0,
            refunded_fen=0,
            state="RESERVED",
            leads=leads,
            is_new=new,
            inviter_id=self.inviter_id,
            pickup_point_id=group.pickup_point_id,
            payment_id="",
            reserved_at=self.at,
            hold_until=hold_until,
        )
        stock_taken(draft, seat)
        group = replace(group, reserved=group.reserved + 1)
        draft.put(group)
        draft.put(seat)
        draft.wake(HOLD_TIMER, seat_id, hold_until)
        draft.tell(reserved(group, seat, asked))
        return draft.decision(Taken(group, seat, terms.coupon_allowed, terms.commission_allowed))


class OpenGroup(_Takes, frozen=True, kw_only=True):
    """Opens a group with its leader's seat; the clock starts when the leader has paid.

    A community's leader (社区团长) opens without an order: the clock starts at once. ``tier`` is
    the step picked from a LADDER_PICK. Refuses ACTIVITY_NOT_FOUND, ACTIVITY_NOT_RUNNING,
    ORDER_INCOMPLETE, SKU_NOT_OFFERED, TIER_NOT_OFFERED, PICKUP_POINT_UNKNOWN,
    NOT_PICKUP_LEADER, MEMBER_CLOSED, ALREADY_IN_GROUP, ORDER_HAS_SEAT, ORDER_LIMIT, TOTAL_LIMIT,
    SOLD_OUT.
    domain.md §2.1.
    """

    tier: int = 0
    pickup_point_id: str = ""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        if self.pickup_point_id:
            for one in self.ids(found):
                yield LED_BY, (self.merchant_id, one)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        activity = self.activity(draft)
        activity.must_run(self.at)
        terms = activity.terms
        leader_id = self.buyer(draft)
        group = self._group(activity, terms, leader_id)
        if terms.mode == "COMMUNITY":
            return self._open_community(draft, group, terms)
        for field in ("order_id", "sku_id", "qty"):
            if not getattr(self, field):
                raise OrderIncomplete(field=field)
        terms.sku(self.sku_id)
        self.may_buy(draft, leader_id, terms, group.group_id)
        return self.take(draft, leader_id, group, terms, f"{self.new_id}.1", leads=True)

    def _group(self, activity: Activity, terms: Terms, leader_id: str) -> BuyGroup:
        picked = self.tier if terms.mode == "LADDER_PICK" else -1
        if terms.mode == "LADDER_PICK" and not 0 <= picked < len(terms.tier_sizes):
            raise TierNotOffered(field="tier", tiers=len(terms.tier_sizes))
        return new_group(
            self, activity, self.new_id, leader_id, tier=picked,
            pickup_point_id=self.pickup_point_id,
        )  # fmt: skip

    def _open_community(self, draft: Draft, group: BuyGroup, terms: Terms) -> Decision:
        must_be_member(draft, group.leader_id)
        # The point's terms may name the leader by an id that was merged since.
        if terms.point(self.pickup_point_id).leader_id not in (self.member_id, group.leader_id):
            raise NotPickupLeader(field="member_id", pickup_point_id=self.pickup_point_id)
        for other in draft.group(LED_BY, group.leader_id):
            if (other.activity_id, other.pickup_point_id) == (
                self.activity_id,
                self.pickup_point_id,
            ):
                raise AlreadyInGroup(group_id=other.group_id)
        group = started(draft, group, terms, self.at)
        return draft.decision(Taken(group, None, terms.coupon_allowed, terms.commission_allowed))


class JoinGroup(_Takes, frozen=True, kw_only=True):
    """Takes a seat in an open group until it is paid.

    If the group is full, the activity's rule decides: the seat is refused, is one of the next group
    that strangers may join, or the leader's of a new group (parity.md §2 8). The answer says which.
    Refuses GROUP_NOT_FOUND, GROUP_NOT_OPEN, ACTIVITY_NOT_RUNNING once stopped with FAIL_OPEN,
    GROUP_FULL (unpaid seats count), ALREADY_JOINED, ALREADY_IN_GROUP, NEW_CUSTOMER_ONLY,
    ORDER_HAS_SEAT, ORDER_LIMIT, TOTAL_LIMIT, SOLD_OUT, SKU_NOT_OFFERED, MEMBER_CLOSED.
    domain.md §2.1, G3, G6, G9.
    """

    group_id: str

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield BuyGroup, (self.merchant_id, self.group_id)
        yield GATHERABLE, (self.merchant_id, self.activity_id)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        activity = self.activity(draft)
        group = draft.get(BuyGroup, self.group_id)
        if group is None or group.activity_id != self.activity_id:
            raise GroupNotFound(field="group_id", group_id=self.group_id)
        if activity.state == "STOPPED" and activity.stop_policy == "FAIL_OPEN":
            raise ActivityNotRunning(state=activity.state)
        terms = terms_of(draft, group)
        ended = group.status == "SUCCEEDED"
        full = is_filled(group) and (not ended or activity.terms.overflow != "REFUSE")
        # The group's clock counts, not the activity's: it may outlive it.
        late = group.expires_at is None or self.at >= group.expires_at
        if (group.status != "OPEN" or late) and not (ended and full):
            raise GroupNotOpen(group_id=self.group_id, status=group.status)
        terms.sku(self.sku_id)
        member_id = self.buyer(draft)
        self.may_buy(draft, member_id, terms, self.group_id)
        if full:
            return self._elsewhere(draft, member_id, activity, group, terms)
        return self.take(draft, member_id, group, terms, self.new_id, leads=False)

    def _elsewhere(
        self, draft: Draft, member_id: str, activity: Activity, full: BuyGroup, terms: Terms
    ) -> Decision:
        """Refuses GROUP_FULL if the rule says so, or finds nowhere at this price."""
        most_fen = price_of(terms, full, self.sku_id)
        assert most_fen is not None, "Bug: the SKU was looked for before"
        rule = activity.terms.overflow
        if rule == "NEXT_GROUP":
            new = is_new(draft, member_id, self.order_id, terms)
            found = next_group(draft, full, self.sku_id, new=new, most_fen=most_fen)
            if found is not None:
                at_terms = terms_of(draft, found)
                return self.take(
                    draft, member_id, found, at_terms, self.new_id, leads=False,
                    asked=full.group_id,
                )  # fmt: skip
        if rule == "NEW_GROUP" and activity.runs(self.at):
            now = activity.terms
            community = now.mode == "COMMUNITY"
            group = new_group(
                self, activity, self.new_id, full.leader_id if community else member_id,
                tier=full.tier if now.mode == "LADDER_PICK" else -1,
                pickup_point_id=full.pickup_point_id,
            )  # fmt: skip
            price_fen = price_of(now, group, self.sku_id)
            if price_fen is not None and price_fen <= most_fen:
                if community:
                    group = started(draft, group, now, self.at)
                seat_id, leads = f"{self.new_id}.1", not community
                return self.take(
                    draft, member_id, group, now, seat_id, leads=leads, asked=full.group_id
                )
        raise GroupFull(group_id=self.group_id, seats=full.seats)


def new_group(
    command: Command, activity: Activity, group_id: str, leader_id: str, *, tier: int = -1,
    pickup_point_id: str = "",
) -> BuyGroup:  # fmt: skip
    """A group of the activity's current terms that waits for its leader."""
    terms = activity.terms
    least, most = terms.seats(tier)
    return BuyGroup(
        merchant_id=command.merchant_id,
        group_id=group_id,
        activity_id=activity.activity_id,
        terms_version=activity.version,
        bucket=bucket_of(group_id),
        mode=terms.mode,
        status="WAITING_LEADER_PAY",
        outcome="",
        leader_id=leader_id,
        tier=tier,
        min_seats=least,
        seats=most,
        reserved=0,
        paid=0,
        new_paid=0,
        virtual=0,
        pickup_point_id=pickup_point_id,
        gather=terms.gather,
        created_at=command.at,
    )


def started(draft: Draft, group: BuyGroup, terms: Terms, at: datetime) -> BuyGroup:
    """The group is open from ``at`` on: its clock runs and never moves."""
    expires_at = at + terms.ttl
    group = draft.put(replace(group, status="OPEN", opened_at=at, expires_at=expires_at))
    draft.wake(EXPIRY_TIMER, group.group_id, expires_at)
    if terms.simulate.enabled and terms.simulate.hours_before:
        early = expires_at - timedelta(hours=terms.simulate.hours_before)
        draft.wake(SIMULATE_TIMER, group.group_id, early)
    draft.tell(
        events.GroupOpened(
            group_id=group.group_id,
            activity_id=group.activity_id,
            mode=group.mode,
            leader_id=group.leader_id,
            seats=group.seats,
            expires_at=expires_at,
            pickup_point_id=group.pickup_point_id,
        )
    )
    return group


def reserved(group: BuyGroup, seat: Seat, asked: str = "") -> events.SeatReserved:
    """What is told of a seat that was taken, in another group than ``asked`` if that was full."""
    return events.SeatReserved(
        group_id=group.group_id,
        activity_id=group.activity_id,
        seat_id=seat.seat_id,
        order_id=seat.order_id,
        member_id=seat.member_id,
        sku_id=seat.sku_id,
        qty=seat.qty,
        amount_fen=seat.amount_fen,
        hold_until=seat.hold_until,
        inviter_id=seat.inviter_id,
        reserved=group.reserved,
        paid=group.paid,
        seats=group.seats,
        asked_group_id=asked,
    )
