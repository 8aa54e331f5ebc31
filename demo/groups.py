"""Groups (拼团) in the replay: derived from who really bought the same product on the same day.

The data knows no groups. By a fixed rule the products that most households bought on a day are sold
in groups of three as well, to those households in the order of their purchases: the first of each
three leads. Whoever is left over is a group that fails. These orders are besides the data's own,
are paid through the payment channel alone, and are in no figure of sales.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from danke.events import groupbuy
from danke.groupbuy.v1 import activity_pb2, group_pb2
from danke.groupbuy.v1.activity_pb2_grpc import ActivityServiceStub
from danke.groupbuy.v1.group_pb2_grpc import GroupServiceStub
from danke.trade.v1 import ingress_pb2
from demo import rules
from demo.doors import Doors
from demo.messages import timestamp
from demo.plan import Household, Order
from demo.steps import chunks

SIZE: Final = 3
PRODUCTS_A_DAY: Final = 5
# The leader's price, of what the first of the households paid a unit.
LEADER_BP: Final = 9_000
# Who takes a seat and never pays it; a leader always pays.
UNPAID_BP: Final = 1_000
REFUNDS_PAGE: Final = 500
MADE_UP: Final = (
    "Group-buy",
    "Derived, besides the data's orders and in no figure of sales: the 5 products that most"
    " households bought on a day are sold to them in groups of 3, in the order of their purchases,"
    " at what the first paid a unit, leaders 10 % below; 1 joiner in 10 never pays. Groups that"
    " are not full after 24 hours fail and are refunded.",
)


class Member(msgspec.Struct):
    """One household of a derived group. The seat is known once it was reserved."""

    household: Household
    at: datetime
    pays: bool
    seat_id: str = ""
    amount_fen: int = 0


class DerivedGroup(msgspec.Struct):
    """Households that bought one product on one day; the first of them leads."""

    activity_id: str
    number: int
    members: list[Member]
    group_id: str = ""

    @property
    def name(self) -> str:
        """What its requests and orders are named after."""
        return f"{self.activity_id}-{self.number}"

    @property
    def succeeds(self) -> bool:
        """Whether all its seats are taken and paid."""
        return len(self.members) == SIZE and all(member.pays for member in self.members)


class Offer(msgspec.Struct, frozen=True):
    """One product that is sold in groups on one day."""

    activity_id: str
    product_id: int
    price_fen: int
    starts_at: datetime
    groups: list[DerivedGroup]


def derive(day: date, orders: Iterable[Order]) -> list[Offer]:
    """The groups of one day, by the rule above. Pure."""
    buyers: defaultdict[int, dict[int, tuple[Order, int]]] = defaultdict(dict)
    for order in orders:
        for line in order.basket.lines:
            unit_fen = line.net_fen // line.quantity
            if unit_fen > 1:
                found = buyers[line.product_id]
                found.setdefault(order.household.household_id, (order, unit_fen))
    popular = sorted(buyers, key=lambda product: (-len(buyers[product]), product))
    offers = []
    for product in popular[:PRODUCTS_A_DAY]:
        bought = list(buyers[product].values())
        if len(bought) < SIZE:
            continue
        activity_id = f"g{day:%Y%m%d}-p{product}"
        groups = [
            DerivedGroup(activity_id, number, [_member(activity_id, order) for order, _ in some])
            for number, some in enumerate(chunks(bought, SIZE))
        ]
        for group in groups:
            group.members[0].pays = True
        first = bought[0][0].basket.at
        offers.append(Offer(activity_id, product, bought[0][1], first, groups))
    return offers


def _member(activity_id: str, order: Order) -> Member:
    unpaid = rules.number("group-unpaid", activity_id, order.household.household_id) < UNPAID_BP
    return Member(order.household, order.basket.at, pays=not unpaid)


class Groups:
    """Carries the derived groups through group-buy's doors; every id comes from the data."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.activities = doors.stub("groupbuy", ActivityServiceStub)
        self.groups = doors.stub("groupbuy", GroupServiceStub)
        # What the rule expects, to be held against the topics at the end.
        self.expected: dict[str, bool] = {}

    async def offer(self, offers: Sequence[Offer], midnight: datetime) -> None:
        """The day's activities."""
        ends = midnight + timedelta(days=2)
        await self.doors.each(
            self.activities,
            "CreateActivity",
            (
                activity_pb2.CreateActivityRequest(
                    request_id=f"create-{offer.activity_id}",
                    activity_id=offer.activity_id,
                    terms=_terms(offer),
                    start_time=timestamp(midnight),
                    end_time=timestamp(ends),
                )
                for offer in offers
            ),
        )
        await self.doors.each(
            self.activities,
            "PublishActivity",
            (
                activity_pb2.PublishActivityRequest(
                    request_id=f"publish-{offer.activity_id}", activity_id=offer.activity_id
                )
                for offer in offers
            ),
        )

    async def open(self, offers: Sequence[Offer]) -> list[ingress_pb2.PaymentRecord]:
        """Leaders open; the answer is what the channel says of their payments."""
        groups = [(offer, group) for offer in offers for group in offer.groups]
        answers = await self.doors.each(
            self.groups, "OpenGroup", (_opening(offer, group) for offer, group in groups)
        )
        for (_, group), answer in zip(groups, answers, strict=True):
            group.group_id = answer.group.group_id
            self.expected[group.group_id] = group.succeeds
            _seated(group.members[0], answer.seat)
        return [_paid(group.members[0]) for _, group in groups]

    async def join(self, offers: Sequence[Offer]) -> list[ingress_pb2.PaymentRecord]:
        """The others join; the answer is what the channel says of those who pay."""
        joiners = [
            (offer, group, member)
            for offer in offers
            for group in offer.groups
            for member in group.members[1:]
        ]
        answers = await self.doors.each(
            self.groups, "JoinGroup", (_joining(*joiner) for joiner in joiners)
        )
        for (_, _, member), answer in zip(joiners, answers, strict=True):
            _seated(member, answer.seat)
        return [_paid(member) for _, _, member in joiners if member.pays]

    async def refunds(self) -> list[ingress_pb2.PaymentRecord]:
        """What the channel says of every refund that group-buy still waits for."""
        token = ""
        found: list[group_pb2.Refund] = []
        while True:
            page = await self.doors.call(
                self.groups,
                "ListOpenRefunds",
                group_pb2.ListOpenRefundsRequest(page_size=REFUNDS_PAGE, page_token=token),
            )
            found += page.refunds
            token = page.next_page_token
            if not token:
                return [_returned(refund) for refund in found]


def _terms(offer: Offer) -> activity_pb2.Terms:
    leader_fen = max(1, offer.price_fen * LEADER_BP // 10_000)
    return activity_pb2.Terms(
        mode=activity_pb2.MODE_NORMAL,
        name=f"derived: product {offer.product_id}",
        size=SIZE,
        skus=[
            activity_pb2.SkuTerms(
                sku_id=f"p{offer.product_id}",
                price_fen=offer.price_fen,
                leader_price_fen=leader_fen,
            )
        ],
    )


def _opening(offer: Offer, group: DerivedGroup) -> group_pb2.OpenGroupRequest:
    return group_pb2.OpenGroupRequest(
        request_id=f"open-{group.name}",
        activity_id=offer.activity_id,
        member_id=group.members[0].household.member_id,
        order_id=f"{group.name}-0",
        sku_id=f"p{offer.product_id}",
        qty=1,
    )


def _joining(offer: Offer, group: DerivedGroup, member: Member) -> group_pb2.JoinGroupRequest:
    name = f"{group.name}-{member.household.household_id}"
    return group_pb2.JoinGroupRequest(
        request_id=f"join-{name}",
        activity_id=offer.activity_id,
        group_id=group.group_id,
        member_id=member.household.member_id,
        order_id=name,
        sku_id=f"p{offer.product_id}",
        qty=1,
        inviter_id=group.members[0].household.member_id,
    )


def _seated(member: Member, seat: group_pb2.Seat) -> None:
    member.seat_id, member.amount_fen = seat.seat_id, seat.amount_fen


def _paid(member: Member) -> ingress_pb2.PaymentRecord:
    succeeded = ingress_pb2.PaymentSucceeded(
        payment_id=f"pay-{member.seat_id}",
        biz_type=ingress_pb2.BIZ_TYPE_GROUP_SEAT,
        biz_id=member.seat_id,
        amount_fen=member.amount_fen,
        paid_at=timestamp(member.at),
    )
    return ingress_pb2.PaymentRecord(event_id=f"seat-{member.seat_id}-paid", succeeded=succeeded)


def _returned(refund: group_pb2.Refund) -> ingress_pb2.PaymentRecord:
    refunded = ingress_pb2.PaymentRefunded(
        payment_id=f"pay-{refund.seat_id}",
        biz_type=ingress_pb2.BIZ_TYPE_GROUP_SEAT,
        biz_id=refund.seat_id,
        amount_fen=refund.amount_fen,
        refund_id=refund.refund_id,
        status=ingress_pb2.REFUND_STATUS_SUCCEEDED,
        refunded_at=refund.request_time,
    )
    return ingress_pb2.PaymentRecord(event_id=f"{refund.refund_id}-returned", refunded=refunded)


class GroupBooks:
    """What group-buy's topics add up to; ``takers`` is what the tally hands events to."""

    def __init__(self) -> None:
        self.sums: Counter[str] = Counter()
        # How each group ended.
        self.succeeded: dict[str, bool] = {}

    @property
    def takers(self) -> Mapping[type[Any], Callable[[Any], None]]:
        """Which events count, and how."""
        return {
            groupbuy.GroupOpened: self._opened,
            groupbuy.SeatPaid: self._paid,
            groupbuy.SeatReleased: self._released,
            groupbuy.SeatRefunded: self._refunded,
            groupbuy.GroupSucceeded: self._success,
            groupbuy.GroupFailed: self._failure,
            groupbuy.RefundRequested: self._asked,
            groupbuy.NewCustomerAcquired: self._acquired,
        }

    def _opened(self, _event: groupbuy.GroupOpened) -> None:
        self.sums["opened"] += 1

    def _paid(self, event: groupbuy.SeatPaid) -> None:
        self.sums["seats_paid"] += 1
        self.sums["paid_fen"] += event.paid_fen

    def _released(self, _event: groupbuy.SeatReleased) -> None:
        self.sums["seats_released"] += 1

    def _refunded(self, event: groupbuy.SeatRefunded) -> None:
        self.sums["refunded_fen"] += event.refunded_fen

    def _success(self, event: groupbuy.GroupSucceeded) -> None:
        self.succeeded[event.group_id] = True
        self.sums["succeeded"] += 1
        self.sums["virtual"] += event.virtual
        self.sums["kept_fen"] += sum(seat.final_fen for seat in event.settled)

    def _failure(self, event: groupbuy.GroupFailed) -> None:
        self.succeeded[event.group_id] = False
        self.sums["failed"] += 1

    def _asked(self, event: groupbuy.RefundRequested) -> None:
        self.sums["asked_fen"] += event.amount_fen

    def _acquired(self, _event: groupbuy.NewCustomerAcquired) -> None:
        self.sums["new_customers"] += 1
