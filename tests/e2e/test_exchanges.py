"""Points exchanged for coupons, over loyalty and coupon: used when these are there, or back."""

from __future__ import annotations

from datetime import timedelta

from danke.loyalty.v1 import exchange_pb2, points_pb2
from danke.loyalty.v1.exchange_pb2_grpc import ExchangeServiceStub
from tests.e2e.mall import Mall
from tests.e2e.shop import AT, new_id

Exchange = exchange_pb2.Exchange


async def _exchange(mall: Mall, member_id: str, template_id: str) -> Exchange:
    """100 points for one coupon of the template."""
    stub = mall.system.stub(ExchangeServiceStub)
    item = exchange_pb2.ExchangeItem(
        item_id=new_id(), kind="EXCHANGE_KIND_COUPON", state="STATE_ON_OFFER", points=100,
        template_id=template_id,
    )  # fmt: skip
    await mall.ask(stub.SetExchangeItem, exchange_pb2.SetExchangeItemRequest(item=item))
    asked = exchange_pb2.ExchangeCouponRequest(
        member_id=member_id, item_id=item.item_id, quantity=1
    )
    answer = await mall.ask(stub.ExchangeCoupon, asked)
    await mall.system.settle()
    return answer.exchange  # type: ignore[no-any-return]


async def _state(mall: Mall, exchange: Exchange) -> str:
    stub = mall.system.stub(ExchangeServiceStub)
    asked = exchange_pb2.GetExchangeRequest(exchange_id=exchange.exchange_id)
    found = await mall.ask(stub.GetExchange, asked)
    return Exchange.State.Name(found.exchange.state)


async def _with_points(mall: Mall, phone: str) -> str:
    member_id = await mall.enrol(phone)
    given = points_pb2.EarnPointsRequest(
        member_id=member_id, source="POINTS_SOURCE_MANUAL", source_id=new_id(), points=300
    )
    await mall.ask(mall.points.EarnPoints, given)
    return member_id


async def test_points_are_used_when_the_coupon_is_there_and_back_if_it_cannot_be(
    mall: Mall,
) -> None:
    member_id = await _with_points(mall, "13500000001")
    done = await _exchange(mall, member_id, "fifteen")
    assert (await _state(mall, done), await mall.usable_coupons(member_id)) == ("STATE_DONE", 1)
    never = await _exchange(mall, member_id, "nowhere")
    assert await _state(mall, never) == "STATE_FULFILLING"
    had = await mall.balances(member_id)
    assert (had.points, had.frozen_points) == (100, 100)
    await mall.system.set_time(AT + timedelta(hours=73))
    assert await _state(mall, never) == "STATE_CANCELLED"
    had = await mall.balances(member_id)
    assert (had.points, had.frozen_points) == (200, 0)
    assert await mall.buried() == []


async def test_an_exchange_that_was_cancelled_by_hand_brings_no_coupon_later(mall: Mall) -> None:
    member_id = await _with_points(mall, "13500000002")
    exchange = await _exchange(mall, member_id, "tomorrow")
    cancel = exchange_pb2.CancelExchangeRequest(exchange_id=exchange.exchange_id, reason="asked")
    await mall.ask(mall.system.stub(ExchangeServiceStub).CancelExchange, cancel)
    await mall.system.settle()
    await mall.offer("tomorrow", kind="COUPON_KIND_CASH", face_fen=500)
    await mall.system.set_time(AT + timedelta(hours=73))
    assert (await mall.balances(member_id)).points == 300
    assert await mall.usable_coupons(member_id) == 0
