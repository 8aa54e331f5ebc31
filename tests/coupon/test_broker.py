"""Events in and out through a real broker: actions of journeys, saver packs, boomerangs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from common.service import Process
from danke.coupon.v1 import coupon_pb2, fission_pb2, grant_pb2, pack_pb2, template_pb2
from danke.coupon.v1.coupon_pb2_grpc import CouponServiceStub
from danke.coupon.v1.fission_pb2_grpc import FissionServiceStub
from danke.coupon.v1.grant_pb2_grpc import GrantServiceStub
from danke.coupon.v1.pack_pb2_grpc import PackServiceStub
from danke.coupon.v1.template_pb2_grpc import TemplateServiceStub
from danke.dev.v1 import clock_pb2
from danke.dev.v1.clock_pb2_grpc import ClockServiceStub
from danke.events import audience_segments, automation, trade
from danke.events.coupon import GRANT, INSTANCE
from danke.events.coupon_fission import FISSION, PACK
from danke.events.envelope import Envelope, Event, event_type, from_headers, to_headers
from services.coupon.main import SERVICE
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

AT = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
OURS = (GRANT, INSTANCE, FISSION, PACK)


class Shop:
    """One merchant of a running coupon service, seen through its doors alone."""

    def __init__(
        self,
        process: Process,
        channel: grpc.aio.Channel,
        producer: AIOKafkaProducer,
        bootstrap: str,
    ) -> None:
        self.process = process
        self.channel = channel
        self.producer = producer
        self.bootstrap = bootstrap
        self.merchant_id = f"m-{uuid4().hex[:12]}"
        self.header = metadata(self.merchant_id)

    async def call(self, stub: type[Any], method: str, **fields: Any) -> Any:
        """The answer of one call, with a fresh request id."""
        send = getattr(stub(self.channel), method)
        # The request's class is named after the method, in the stub's own proto.
        modules = (coupon_pb2, fission_pb2, grant_pb2, pack_pb2, template_pb2)
        (kind,) = (
            getattr(one, f"{method}Request") for one in modules if hasattr(one, f"{method}Request")
        )
        if "request_id" in kind.DESCRIPTOR.fields_by_name:
            fields["request_id"] = uuid4().hex
        return await send(kind(**fields), metadata=self.header)

    async def template(
        self, template_id: str, audience: template_pb2.Audience | None = None, **limits: int
    ) -> None:
        """An active template of ¥30."""
        settings = template_pb2.TemplateSettings(
            name=template_id,
            terms=template_pb2.Terms(kind="COUPON_KIND_CASH", face_fen=3_000),
            validity=template_pb2.Validity(kind="KIND_DAYS", amount=30),
            limits=template_pb2.Limits(**limits),
            audience=audience,
        )
        await self.call(
            TemplateServiceStub, "SetTemplate", template_id=template_id, settings=settings
        )
        await self.call(TemplateServiceStub, "ActivateTemplate", template_id=template_id)

    async def happened(self, *events: Event) -> None:
        """Each is told by a record, twice as Kafka may bring it; all that follows is done."""
        for event in events:
            key = getattr(event, event.KEY)
            envelope = Envelope(
                id=uuid4().hex, type=event_type(type(event)), source="test", subject=key, time=AT,
                key=key, merchant_id=self.merchant_id, sequence=1,
            )  # fmt: skip
            for _ in range(2):
                await self.producer.send_and_wait(
                    event.TOPIC.name, key=key.encode(), value=msgspec.json.encode(event),
                    headers=to_headers(envelope),
                )  # fmt: skip
        await self.settle()

    async def settle(self) -> None:
        """What was told is handled, what is due some seconds later was done, all is published."""
        clock = ClockServiceStub(self.channel)
        for _ in range(3):
            await clock.Settle(clock_pb2.SettleRequest(), metadata=self.header)
            now = clock_pb2.SetTimeRequest()
            now.time.FromDatetime(self.process.clock.now() + timedelta(seconds=1))
            await clock.SetTime(now, metadata=self.header)

    async def told(self, *topics: str) -> list[tuple[str, dict[str, Any]]]:
        """What the service told of this merchant: name and payload, in the order of each topic."""
        consumer = AIOKafkaConsumer(
            *topics, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest",
            fetch_max_wait_ms=5,
        )  # fmt: skip
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            found = []
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    for record in records:
                        envelope = from_headers(record.headers, b"")
                        if envelope.merchant_id == self.merchant_id:
                            name = envelope.type.split(".")[-2]
                            found.append((name, msgspec.json.decode(record.value)))
            return found
        finally:
            await consumer.stop()

    async def held(self, member_id: str) -> list[tuple[str, str]]:
        """Source and state of each coupon of a member."""
        mine = await self.call(CouponServiceStub, "ListMine", member_id=member_id)
        return [
            (one.source, coupon_pb2.Coupon.State.Name(one.state).removeprefix("STATE_"))
            for one in mine.coupons
        ]


@pytest.fixture
async def shop(migrated: Migrated, bootstrap: str) -> AsyncIterator[Shop]:
    dsn = await migrated("coupon")
    async with running(SERVICE, dsn, bootstrap) as (process, channel):
        process.set_time(AT)
        async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
            yield Shop(process, channel, producer, bootstrap)


def _asked(*actions: tuple[str, str]) -> Iterator[automation.CouponGrantRequested]:
    for action_id, member_id in actions:
        yield automation.CouponGrantRequested(
            action_id=action_id, member_id=member_id, source_kind="JOURNEY", source_id="j",
            template_id="t", reason="birthday",
        )  # fmt: skip


async def test_an_action_gives_one_coupon_or_says_why_not(shop: Shop) -> None:
    await shop.template("t", total=1)
    # Twice as the same record, and told again under another id.
    for _ in range(2):
        await shop.happened(*_asked(("a1", "u")))
        await shop.happened(*_asked(("a2", "v")))
    assert await shop.held("u") == [("JOURNEY", "AVAILABLE")]
    # There is stock again, and the action stays refused: the journey went on without it.
    await shop.process.pool.execute("UPDATE coupon_stocks SET total = 9")
    await shop.happened(*_asked(("a2", "v")))
    assert await shop.held("v") == []
    answers = await shop.told(GRANT.name, INSTANCE.name)
    given = [body for name, body in answers if name == "CouponGranted"]
    assert [(one["action_id"], one["source"]) for one in given] == [("a1", "JOURNEY")]
    refused = [body for name, body in answers if name == "CouponGrantRefused"]
    assert refused == [
        {"action_id": "a2", "member_id": "v", "template_id": "t", "reason": "SOLD_OUT"}
    ]


async def test_a_segment_s_snapshot_and_its_members_come_by_events(shop: Shop) -> None:
    await shop.template("t")
    batch = {"batch_id": "b", "template_id": "t", "members": 3, "snapshot_id": "s"}
    await shop.call(GrantServiceStub, "CreateGrantBatch", **batch)
    members = [["a", "b"], ["c"]]
    await shop.happened(
        *(
            audience_segments.SegmentSnapshotPage(
                snapshot_id="s", segment_id="vip", page=number, pages=2, member_ids=some
            )
            for number, some in enumerate(members)
        )
    )
    told = (await shop.call(GrantServiceStub, "GetGrantBatch", batch_id="b")).batch
    assert (grant_pb2.GrantBatch.State.Name(told.state), told.ok) == ("STATE_COMPLETED", 3)
    assert [await shop.held(one) for one in "abc"] == [[("BATCH", "AVAILABLE")]] * 3
    about = {"member_id": "a", "segment_id": "vip", "rule_version": 1, "is_backfill": False}
    await shop.template("vip", audience=template_pb2.Audience(segment_ids=["vip"]))
    claim = {"template_id": "vip", "member_id": "a"}
    refused = await refusal(shop.call(CouponServiceStub, "Claim", **claim))
    assert refused.reason == "NOT_ELIGIBLE"
    entered = audience_segments.SegmentEntered(**about, entered_at=AT)  # type: ignore[arg-type]
    await shop.happened(entered)
    await shop.call(CouponServiceStub, "Claim", **claim)
    left = audience_segments.SegmentLeft(**about, left_at=AT)  # type: ignore[arg-type]
    await shop.happened(left)
    refused = await refusal(shop.call(CouponServiceStub, "Claim", **claim))
    assert refused.reason == "NOT_ELIGIBLE"


async def test_a_pack_is_paid_and_paid_back_by_events(shop: Shop) -> None:
    await shop.template("t")
    items = [pack_pb2.PackItem(template_id="t", quantity=2)]
    offer = {"offer_id": "p", "name": "p", "price_fen": 990, "items": items}
    await shop.call(PackServiceStub, "SetPackOffer", **offer)
    pack = (await shop.call(PackServiceStub, "BuyPack", offer_id="p", member_id="u")).pack
    money = {"payment_id": "pay", "biz_type": "PACK", "biz_id": pack.pack_id, "amount_fen": 990}
    await shop.happened(trade.PaymentSucceeded(**money, paid_at=AT))
    assert await shop.held("u") == [("PACK", "AVAILABLE")] * 2
    back = (await shop.call(PackServiceStub, "RefundPack", pack_id=pack.pack_id)).pack
    assert await shop.held("u") == [("PACK", "VOIDED")] * 2
    failed, succeeded = (
        trade.PaymentRefunded(**money, refund_id=back.refund_id, status=status, refunded_at=AT)
        for status in ("FAILED", "SUCCEEDED")
    )
    await shop.happened(failed)
    await shop.happened(succeeded)
    assert [name for name, _body in await shop.told(PACK.name)] == [
        "PackPurchased", "PackRefundRequested", "PackRefunded"
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "state"), [(3, "VOIDED"), (4, "AVAILABLE")])
async def test_a_boomerang_comes_back_and_is_void_by_events(
    shop: Shop, days: int, state: str
) -> None:
    await shop.template("t")
    terms = fission_pb2.FissionTerms(
        kind="FISSION_KIND_BOOMERANG", template_id="t", helpers_needed=3, refund_window_days=3
    )
    activity = {"activity_id": "f", "terms": terms, "start_time": AT}
    ends = AT + timedelta(days=30)
    await shop.call(FissionServiceStub, "SetFissionActivity", **activity, end_time=ends)
    opened = await shop.call(FissionServiceStub, "OpenFission", activity_id="f", member_id="u")
    group_id = opened.group.group_id
    await shop.call(FissionServiceStub, "HelpFission", group_id=group_id, helper_id="friend")
    await shop.settle()
    (mine,) = (await shop.call(CouponServiceStub, "ListMine", member_id="friend")).coupons
    held = [coupon_pb2.LockedCoupon(coupon_id=mine.coupon_id, discount_fen=3_000)]
    order: dict[str, Any] = {"order_id": "o", "member_id": "friend"}
    await shop.call(CouponServiceStub, "Lock", **order, coupons=held)
    line = trade.PaidLine(line_id="1", sku_id="s", qty=1, list_price_fen=1, net_paid_fen=1)
    await shop.happened(trade.OrderPaid(**order, channel="MINI", lines=[line], paid_at=AT))
    assert await shop.held("friend") == [("FISSION", "USED")]
    # Our own CouponUsed came back through the broker.
    assert await shop.held("u") == [("FISSION", "AVAILABLE")]
    refunded = AT + timedelta(days=days)
    shop.process.set_time(refunded)  # nothing is told before it happened
    await shop.happened(
        trade.OrderRefunded(
            order_id="o", refund_id="r", is_full_cumulative=True, refunded_at=refunded
        )
    )
    assert await shop.held("u") == [("FISSION", state)]
    assert await shop.held("friend") == [("FISSION", "AVAILABLE")]
