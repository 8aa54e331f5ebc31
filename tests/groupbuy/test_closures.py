"""S10: who leaves has no open seats, as loyalty knows; what was taken since ends, too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc

from common.service import Process
from danke.groupbuy.v1 import activity_pb2, group_pb2
from danke.groupbuy.v1.activity_pb2_grpc import ActivityServiceStub
from danke.groupbuy.v1.group_pb2_grpc import GroupServiceStub
from danke.loyalty.v1 import member_pb2
from danke.loyalty.v1.member_pb2_grpc import MemberServiceStub
from services.groupbuy.assists import GiveHelp, OpenAssist
from services.groupbuy.bargains import OpenBargain
from services.groupbuy.closures import CloseMember
from services.groupbuy.main import SERVICE
from services.groupbuy.refunds import SettleRefund
from services.loyalty.main import SERVICE as LOYALTY
from tests.conftest import Migrated
from tests.groupbuy.market import Market, terms
from tests.groupbuy.test_rpc_groups import until
from tests.groupbuy.test_social import assisting, bargaining
from tests.grpc_client import metadata, refusal, running


async def test_s10_an_unpaid_seat_is_freed_and_a_paid_one_given_back(market: Market) -> None:
    activity = await market.activity(stock=9)
    group = await market.opened(activity)
    await market.joined(group, "gone")
    other = await market.opened(await market.activity(), "b")
    reserved = await market.engine.run(market.joining(other, "gone"))
    for _ in range(2):
        await market.run(CloseMember, member_id="gone")
    assert (await market.seat(reserved.seat)).state == "RELEASED"
    assert await market.stock(activity) == (9, 1)
    (asked,) = await market.told("RefundRequested")
    assert (asked["member_id"], asked["kind"], asked["amount_fen"]) == ("gone", "LEAVE", 6_900)
    assert await market.answer(market.joining(group, "gone")) == "MEMBER_CLOSED"
    assert await market.answer(market.opening(activity, "gone")) == "MEMBER_CLOSED"


async def test_s10_the_money_of_who_left_takes_no_seat_back(market: Market) -> None:
    group = await market.opened(await market.activity(stock=9))
    taken = await market.engine.run(market.joining(group, "gone"))
    await market.run(CloseMember, member_id="gone")
    await market.pay(taken.seat)
    assert (await market.seat(taken.seat)).state == "LATE_PAID"
    (asked,) = await market.told("RefundRequested")
    assert (asked["kind"], asked["amount_fen"]) == ("LATE_PAY", 6_900)


async def test_s10_a_leader_who_leaves_for_good_is_followed_by_the_next(market: Market) -> None:
    """Whatever the activity's terms say about leaving: G7 for somebody who will not be back."""
    rules = terms(allow_refund_before_success=False)
    group = await market.opened(await market.activity(rules), "gone")
    await market.joined(group, "next")
    await market.run(CloseMember, member_id="gone")
    after = await market.group(group)
    assert (after.status, after.leader_id, after.expires_at) == ("OPEN", "next", group.expires_at)


async def test_s10_settled_seats_stay(market: Market) -> None:
    group = await market.opened(await market.activity(terms(size=2)))
    taken = await market.joined(group, "gone")
    await market.run(CloseMember, member_id="gone")
    assert (await market.seat(taken.seat)).state == "SETTLED"
    assert not await market.told("RefundRequested")


async def test_s10_bargains_and_assists_end_and_nobody_gone_helps(market: Market) -> None:
    await bargaining(market, member="gone")
    await assisting(market, "gone", budget=1)
    await market.run(CloseMember, member_id="gone")
    assert len(await market.told("BargainExpired", "AssistExpired")) == 2
    assert await market.pool.fetchval("SELECT set_aside FROM assist_activities") == 0
    for command, activity in ((OpenBargain, "b"), (OpenAssist, "a")):
        reason = await market.refused(command, activity_id=activity, member_id="gone")
        assert reason == "MEMBER_CLOSED"
    assist = await assisting(market, "m")
    assert await market.refused(GiveHelp, assist_id=assist, helper_id="gone") == "MEMBER_CLOSED"


class Both:
    """Group-buy and loyalty of one merchant, each with its own database, on one broker."""

    def __init__(self, process: Process, seats: grpc.aio.Channel, club: grpc.aio.Channel) -> None:
        self.merchant_id = f"m-{uuid4().hex[:8]}"
        self.admin = metadata(self.merchant_id)
        self.process = process
        self.activities = ActivityServiceStub(seats)
        self.groups = GroupServiceStub(seats)
        self.members = MemberServiceStub(club)
        self.member = ""

    async def enrol(self) -> None:
        request = member_pb2.EnrollRequest(
            request_id="e",
            channel=member_pb2.ENROL_CHANNEL_STORE,
            identities=member_pb2.Identities(phone="13600000001"),
        )
        answer = await self.members.Enroll(request, metadata=self.admin)
        self.member = answer.member.member_id

    def close(self) -> Any:
        request = member_pb2.CloseMemberRequest(
            request_id="c", member_id=self.member, reason="asked"
        )
        return self.members.CloseMember(request, metadata=self.admin)

    def open(self, order: str) -> Any:
        request = group_pb2.OpenGroupRequest(
            request_id=order, activity_id="a", member_id=self.member, order_id=order,
            sku_id="tea", qty=1,
        )  # fmt: skip
        return self.groups.OpenGroup(request, metadata=self.admin)

    async def pay_and_leave(self, seat: group_pb2.Seat) -> str:
        """The id of the refund that is asked for."""
        paid = group_pb2.ConfirmSeatPaidRequest(
            request_id="p", seat_id=seat.seat_id, payment_id="pay", amount_fen=seat.amount_fen
        )
        await self.groups.ConfirmSeatPaid(paid, metadata=self.admin)
        leaving = group_pb2.LeaveGroupRequest(request_id="l", seat_id=seat.seat_id)
        await self.groups.LeaveGroup(leaving, metadata=self.admin)
        asked = group_pb2.ListOpenRefundsRequest()
        (refund,) = (await self.groups.ListOpenRefunds(asked, metadata=self.admin)).refunds
        return str(refund.refund_id)

    async def give_back(self, refund_id: str) -> None:
        """The channel did the refund."""
        done = SettleRefund(
            id="back", merchant_id=self.merchant_id, at=self.process.clock.now(), new_id="n",
            refund_id=refund_id, succeeded=True,
        )  # fmt: skip
        await self.process.engine.run(done)

    async def left(self, kinds: set[str]) -> None:
        """Waits until loyalty knows of these obligations, and no others."""

        async def known() -> bool:
            asked = member_pb2.ListObligationsRequest(member_id=self.member)
            found = await self.members.ListObligations(asked, metadata=self.admin)
            return {one.kind for one in found.obligations} == kinds

        await until(known)


async def test_s10_loyalty_waits_for_groupbuy(migrated: Migrated, bootstrap: str) -> None:
    """A seat, then its refund, stand against closing the member; then nothing begins any more."""
    databases = await migrated("groupbuy"), await migrated("loyalty")
    async with (
        running(SERVICE, databases[0], bootstrap) as (process, channel),
        running(LOYALTY, databases[1], bootstrap) as (_, club),
    ):
        both = Both(process, channel, club)
        await both.enrol()
        await _offer(both.activities, both.admin)
        opened = await both.open("o1")
        await both.left({"OPEN_GROUP"})
        refused = await refusal(both.close())
        assert refused.reason == "OBLIGATIONS_OPEN"
        assert refused.metadata["obligations"] == "open_group=1"
        refund = await both.pay_and_leave(opened.seat)
        await both.left({"GROUP_REFUND"})
        await both.give_back(refund)
        await both.left(set())
        await both.close()

        async def closed() -> bool:
            row = "SELECT bool_or(closed) FROM customers WHERE merchant_id = $1"
            return bool(await process.pool.fetchval(row, both.merchant_id))

        await until(closed)
        assert (await refusal(both.open("o2"))).reason == "MEMBER_CLOSED"


async def _offer(stub: ActivityServiceStub, admin: tuple[tuple[str, str], ...]) -> None:
    """An activity of a group of two, published."""
    request = activity_pb2.CreateActivityRequest(
        request_id="make",
        activity_id="a",
        terms=activity_pb2.Terms(
            mode=activity_pb2.MODE_NORMAL,
            name="tea",
            size=2,
            skus=[activity_pb2.SkuTerms(sku_id="tea", price_fen=6_900)],
        ),
    )
    now = datetime.now(UTC)
    request.start_time.FromDatetime(now - timedelta(days=1))
    request.end_time.FromDatetime(now + timedelta(days=30))
    await stub.CreateActivity(request, metadata=admin)
    publish = activity_pb2.PublishActivityRequest(request_id="pub", activity_id="a")
    await stub.PublishActivity(publish, metadata=admin)
