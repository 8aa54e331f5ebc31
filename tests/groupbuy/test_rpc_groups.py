"""Group-buy through real gRPC, with orders and payments through a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc
import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from common.service import Process
from danke.events import trade
from danke.events.envelope import Envelope, Event, event_type, to_headers
from danke.groupbuy.v1 import activity_pb2 as activities
from danke.groupbuy.v1 import bargain_pb2 as bargains
from danke.groupbuy.v1 import group_pb2 as groups
from danke.groupbuy.v1.activity_pb2_grpc import ActivityServiceStub
from danke.groupbuy.v1.bargain_pb2_grpc import AssistServiceStub, BargainServiceStub
from danke.groupbuy.v1.group_pb2_grpc import GroupServiceStub
from services.groupbuy.main import SERVICE
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

NOW = datetime(2026, 5, 1, 2, tzinfo=UTC)
ADMIN = metadata()


class Shop:
    """Group-buy as a gateway sees it, and the order system's way to tell it things."""

    def __init__(self, process: Process, channel: grpc.aio.Channel, kafka: AIOKafkaProducer):
        self.process = process
        self.activities = ActivityServiceStub(channel)
        self.groups = GroupServiceStub(channel)
        self.bargains = BargainServiceStub(channel)
        self.assists = AssistServiceStub(channel)
        self.kafka = kafka

    async def tell(self, event: Event, times: int = 1) -> None:
        """Publishes an event of another system, so many times under different ids."""
        key = str(getattr(event, event.KEY))
        for _ in range(times):
            envelope = Envelope(
                id=str(uuid4()),
                type=event_type(type(event)),
                source="test",
                subject=key,
                time=self.process.clock.now(),
                key=key,
                merchant_id="m1",
                sequence=1,
            )
            await self.kafka.send_and_wait(
                event.TOPIC.name,
                key=key.encode(),
                value=msgspec.json.encode(event),
                headers=to_headers(envelope),
            )

    async def activity(self, activity_id: str, **fields: Any) -> activities.Activity:
        """A published activity of a group of two."""
        terms: dict[str, Any] = {
            "mode": activities.MODE_NORMAL,
            "name": "tea for two",
            "size": 2,
            "gather": True,
            "skus": [activities.SkuTerms(sku_id="tea", price_fen=6_900, leader_price_fen=5_900)],
        }
        request = activities.CreateActivityRequest(
            request_id=f"make-{activity_id}",
            activity_id=activity_id,
            terms=activities.Terms(**(terms | fields)),
            stock=[activities.SkuStock(sku_id="tea", total=100)],
        )
        request.start_time.FromDatetime(NOW)
        request.end_time.FromDatetime(NOW + timedelta(days=30))
        await self.activities.CreateActivity(request, metadata=ADMIN)
        made = await self.activities.PublishActivity(
            activities.PublishActivityRequest(
                request_id=f"publish-{activity_id}", activity_id=activity_id
            ),
            metadata=ADMIN,
        )
        activity: activities.Activity = made.activity
        return activity

    async def open(self, activity_id: str, member: str) -> groups.OpenGroupResponse:
        """A group whose leader has not paid."""
        answer: groups.OpenGroupResponse = await self.groups.OpenGroup(
            groups.OpenGroupRequest(
                request_id=f"open-{member}", activity_id=activity_id, member_id=member,
                order_id=f"o-{member}", sku_id="tea", qty=1,
            ),
            metadata=metadata(actor=member, member_id=member),
        )  # fmt: skip
        return answer

    async def join(self, group: groups.BuyGroup, member: str) -> groups.JoinGroupResponse:
        """A seat that is not paid."""
        answer: groups.JoinGroupResponse = await self.groups.JoinGroup(
            groups.JoinGroupRequest(
                request_id=f"join-{member}-{group.group_id}", activity_id=group.activity_id,
                group_id=group.group_id, member_id=member, order_id=f"o-{member}", sku_id="tea",
                qty=1,
            ),
            metadata=metadata(actor=member, member_id=member),
        )  # fmt: skip
        return answer

    async def status(self, group_id: str) -> str:
        """As in "STATUS_OPEN"."""
        found = await self.groups.GetGroup(
            groups.GetGroupRequest(group_id=group_id), metadata=ADMIN
        )
        return str(groups.BuyGroup.Status.Name(found.group.status))

    async def until(self, group_id: str, status: str) -> None:
        """Waits for an event to have had its effect."""
        await until(lambda: self._is(group_id, status))

    async def _is(self, group_id: str, status: str) -> bool:
        return await self.status(group_id) == status


async def until(there: Callable[[], Awaitable[bool]]) -> None:
    """Asks again until it is so; only the broker knows when."""
    async with asyncio.timeout(15):
        while not await there():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture
async def shop(migrated: Migrated, bootstrap: str) -> AsyncIterator[Shop]:
    async with running(SERVICE, await migrated("groupbuy"), bootstrap) as (process, channel):
        process.set_time(NOW)
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=False)
        await producer.start()
        try:
            yield Shop(process, channel, producer)
        finally:
            await producer.stop()


def paid(seat: groups.Seat, payment_id: str) -> trade.PaymentSucceeded:
    return trade.PaymentSucceeded(
        payment_id=payment_id,
        biz_type="GROUP_SEAT",
        biz_id=seat.seat_id,
        amount_fen=seat.amount_fen,
        paid_at=NOW,
    )


async def test_g1_a_group_through_gateway_and_topics(shop: Shop) -> None:
    """Opened and joined by gRPC, paid by both topics, told thrice: one group, one success."""
    await shop.activity("g1")
    opened = await shop.open("g1", "lea")
    assert opened.group.status == groups.BuyGroup.STATUS_WAITING_LEADER_PAY
    assert (opened.seat.amount_fen, opened.rules.coupon_allowed) == (5_900, False)
    await shop.tell(paid(opened.seat, "pay-lea"), times=3)
    await shop.until(opened.group.group_id, "STATUS_OPEN")
    listed = await shop.groups.ListGatherable(
        groups.ListGatherableRequest(activity_id="g1"), metadata=ADMIN
    )
    assert [group.missing for group in listed.groups] == [1]
    joined = await shop.join(opened.group, "mia")
    gate = groups.CheckDeliveryRequest(order_ids=["o-lea", "o-other"])
    before = await shop.groups.CheckDelivery(gate, metadata=ADMIN)
    assert [answer.may_ship for answer in before.answers] == [False, True]
    order_paid = trade.OrderPaid(
        order_id="o-mia", member_id="mia", channel="MINI", paid_at=NOW,
        lines=[
            trade.PaidLine(
                line_id="1", sku_id="tea", qty=1, list_price_fen=9_900, net_paid_fen=6_900,
                cash_fen=6_900,
            )
        ],
    )  # fmt: skip
    await shop.tell(order_paid, times=3)
    await shop.until(opened.group.group_id, "STATUS_SUCCEEDED")
    after = await shop.groups.CheckDelivery(gate, metadata=ADMIN)
    assert [answer.may_ship for answer in after.answers] == [True, True]
    mine = await shop.groups.MyGroups(
        groups.MyGroupsRequest(member_id="mia"), metadata=metadata(actor="mia", member_id="mia")
    )
    assert [one.seat.seat_id for one in mine.groups] == [joined.seat.seat_id]
    page = await shop.activities.GetActivity(
        activities.GetActivityRequest(activity_id="g1"), metadata=ADMIN
    )
    assert (page.figures.buyers, page.figures.sales_fen) == (2, 12_800)
    assert page.activity.stock[0].taken == 2


async def test_g2_failed_and_refunded_through_the_topics(shop: Shop) -> None:
    await shop.activity("g2")
    opened = await shop.open("g2", "leo")
    await shop.groups.ConfirmSeatPaid(
        groups.ConfirmSeatPaidRequest(
            request_id="c1", seat_id=opened.seat.seat_id, payment_id="p1", amount_fen=5_900
        ),
        metadata=ADMIN,
    )
    shop.process.set_time(NOW + timedelta(hours=24))
    await shop.process.timers.run_due()
    assert await shop.status(opened.group.group_id) == "STATUS_FAILED"
    asked = await shop.groups.ListOpenRefunds(groups.ListOpenRefundsRequest(), metadata=ADMIN)
    (refund,) = asked.refunds
    assert (refund.kind, refund.amount_fen, refund.overdue) == ("FAIL", 5_900, False)
    shop.process.set_time(NOW + timedelta(hours=48))
    await shop.process.timers.run_due()
    hangs = groups.ListOpenRefundsRequest(overdue_only=True)
    assert len((await shop.groups.ListOpenRefunds(hangs, metadata=ADMIN)).refunds) == 1
    back = trade.OrderRefunded(
        order_id="o-leo", refund_id=refund.refund_id, is_full_cumulative=True, refunded_at=NOW,
        lines=[trade.RefundedLine(line_id="1", qty=1, cash_fen=5_900)],
    )  # fmt: skip
    await shop.tell(back, times=2)

    async def none_left() -> bool:
        return not (await shop.groups.ListOpenRefunds(hangs, metadata=ADMIN)).refunds

    await until(none_left)


async def test_pages_are_complete_and_in_order(shop: Shop) -> None:
    await shop.activity("pages", size=5)
    for number in range(5):
        opened = await shop.open("pages", f"p{number}")
        await shop.groups.ConfirmSeatPaid(
            groups.ConfirmSeatPaidRequest(
                request_id=f"c{number}", seat_id=opened.seat.seat_id, payment_id=f"p{number}",
                amount_fen=5_900,
            ),
            metadata=ADMIN,
        )  # fmt: skip
        shop.process.set_time(NOW + timedelta(minutes=number + 1))
    found: list[str] = []
    token = ""
    while True:
        page = await shop.groups.ListGatherable(
            groups.ListGatherableRequest(activity_id="pages", page_size=2, page_token=token),
            metadata=ADMIN,
        )
        found += [group.leader_id for group in page.groups]
        token = page.next_page_token
        if not token:
            break
    assert found == [f"p{number}" for number in range(5)]


async def test_members_reach_only_their_own_seats(shop: Shop) -> None:
    await shop.activity("own")
    opened = await shop.open("own", "ann")
    bob = metadata(actor="bob", member_id="bob")
    for call in (
        shop.groups.CancelSeat(
            groups.CancelSeatRequest(request_id="x1", seat_id=opened.seat.seat_id), metadata=bob
        ),
        shop.groups.LeaveGroup(
            groups.LeaveGroupRequest(request_id="x2", seat_id=opened.seat.seat_id), metadata=bob
        ),
        shop.groups.MyGroups(groups.MyGroupsRequest(member_id="ann"), metadata=bob),
    ):
        assert (await refusal(call)).reason == "ACTOR_NOT_ALLOWED"
    seen = await shop.groups.GetGroup(
        groups.GetGroupRequest(group_id=opened.group.group_id), metadata=bob
    )
    assert [(seat.member_id, seat.order_id, seat.amount_fen) for seat in seen.seats] == [
        ("ann", "", 0)
    ]


async def test_bad_input_names_the_field(shop: Shop) -> None:
    await shop.activity("bad")
    request = groups.JoinGroupRequest(request_id="b1", activity_id="bad", qty=-1)
    refused = await refusal(shop.groups.JoinGroup(request, metadata=ADMIN))
    assert refused.code == grpc.StatusCode.INVALID_ARGUMENT
    assert {"group_id", "member_id", "order_id", "sku_id", "qty"} <= set(refused.fields)
    create = activities.CreateActivityRequest(
        request_id="b2",
        activity_id="bad2",
        terms=activities.Terms(
            mode=activities.MODE_NORMAL,
            name="x",
            size=1,
            skus=[activities.SkuTerms(sku_id="a", price_fen=1)],
        ),
    )
    create.start_time.FromDatetime(NOW)
    create.end_time.FromDatetime(NOW + timedelta(days=1))
    refused = await refusal(shop.activities.CreateActivity(create, metadata=ADMIN))
    assert (refused.reason, refused.fields) == ("TERMS_INVALID", ["terms.size"])
    page = groups.MyGroupsRequest(member_id="a", page_token="nonsense")
    refused = await refusal(shop.groups.MyGroups(page, metadata=ADMIN))
    assert refused.reason == "PAGE_TOKEN_INVALID"


async def test_bargains_and_assists_through_the_gateway(shop: Shop) -> None:
    bargain = bargains.SetBargainActivityRequest(
        request_id="s1",
        activity_id="cut",
        terms=bargains.BargainTerms(
            name="kettle", sku_id="k", start_fen=10_000, floor_fen=1_000, cuts=2
        ),
    )
    assist = bargains.SetAssistActivityRequest(
        request_id="s2",
        activity_id="help",
        terms=bargains.AssistTerms(
            name="coupon",
            needed=1,
            prize=bargains.Prize(kind=bargains.Prize.KIND_COUPON, amount=1, ref="t1"),
        ),
    )
    for request in (bargain, assist):
        request.start_time.FromDatetime(NOW)
        request.end_time.FromDatetime(NOW + timedelta(days=1))
    await shop.bargains.SetBargainActivity(bargain, metadata=ADMIN)
    await shop.assists.SetAssistActivity(assist, metadata=ADMIN)
    begun = await shop.bargains.OpenBargain(
        bargains.OpenBargainRequest(request_id="b", activity_id="cut", member_id="m"),
        metadata=ADMIN,
    )
    for helper in ("a", "b"):
        await shop.bargains.CutPrice(
            bargains.CutPriceRequest(
                request_id=f"cut-{helper}", bargain_id=begun.bargain.bargain_id, helper_id=helper
            ),
            metadata=metadata(actor=helper, member_id=helper),
        )
    cut = await shop.bargains.GetBargain(
        bargains.GetBargainRequest(bargain_id=begun.bargain.bargain_id), metadata=ADMIN
    )
    assert (cut.bargain.price_fen, cut.bargain.state) == (1_000, bargains.Bargain.STATE_REACHED)
    assert sum(one.cut_fen for one in cut.helps) == 9_000
    await _ordered_and_closed(shop, cut.bargain.bargain_id)
    asked = await shop.assists.OpenAssist(
        bargains.OpenAssistRequest(request_id="a", activity_id="help", member_id="m"),
        metadata=ADMIN,
    )
    helped = await shop.assists.GiveHelp(
        bargains.GiveHelpRequest(
            request_id="h", assist_id=asked.assist.assist_id, helper_id="friend"
        ),
        metadata=ADMIN,
    )
    assert helped.assist.state == bargains.Assist.STATE_COMPLETED
    mine = await shop.assists.MyAssists(bargains.MyAssistsRequest(member_id="m"), metadata=ADMIN)
    assert len(mine.assists) == 1


async def _ordered_and_closed(shop: Shop, bargain_id: str) -> None:
    """The order of a bargain closes unpaid, as the order system's topic tells, thrice."""

    async def state() -> str:
        found = await shop.bargains.GetBargain(
            bargains.GetBargainRequest(bargain_id=bargain_id), metadata=ADMIN
        )
        return str(bargains.Bargain.State.Name(found.bargain.state))

    await shop.bargains.OrderBargain(
        bargains.OrderBargainRequest(request_id="ob", bargain_id=bargain_id, order_id="bo"),
        metadata=ADMIN,
    )
    assert await state() == "STATE_ORDERED"
    closed = trade.OrderClosed(order_id="bo", member_id="m", reason="TIMEOUT")
    await shop.tell(closed, times=3)

    async def reached() -> bool:
        return await state() == "STATE_REACHED"

    await until(reached)
