"""Services are killed in the middle of a load: what was acknowledged took effect exactly once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

import grpc

from danke.wallet.v1 import payment_pb2
from tests.e2e.shop import Fact, Shop, completed, line, new_id, paid
from tests.e2e.test_checkout import furnished

MEMBERS = 6
# Each member pays so many orders of 123 fen, 8 at a time, while services die around them.
ORDERS = 40
AMOUNT_FEN = 123
AT_ONCE = 8
UNKNOWN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}


async def test_what_was_acknowledged_took_effect_once_whatever_died(shop: Shop) -> None:
    system = shop.system
    # Services that start again run with the system's time; so does this story.
    await system.set_time(datetime.now(UTC))
    members = [await furnished(shop, f"1350000001{n}") for n in range(MEMBERS)]
    orders = [(member, f"{member}.{n}") for n in range(ORDERS) for member in members]
    acknowledged: dict[str, str] = {}
    places = asyncio.Semaphore(AT_ONCE)

    async def buy(member: str, order_id: str) -> None:
        async with places:
            acknowledged[order_id] = await _pay(shop, member, order_id)
            bill = paid(order_id, member, [line("1", 500)], at=datetime.now(UTC))
            await shop.report(bill, completed(order_id, at=datetime.now(UTC)), settle=False)

    async def disturb() -> None:
        for number, victims in enumerate((["wallet"], ["loyalty"], ["wallet", "loyalty"]), 1):
            async with asyncio.timeout(60):
                while len(acknowledged) < number * len(orders) // 4:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            await system.kill(*victims)
            await system.start(*victims)

    async with asyncio.TaskGroup() as group:
        group.create_task(disturb())
        for member, order_id in orders:
            group.create_task(buy(member, order_id))
    await system.settle()

    for member in members:
        after = await shop.balances(member)
        spent = ORDERS * AMOUNT_FEN
        assert after.principal_fen + after.bonus_fen == 40_000 - spent
        assert (after.pending_points, after.growth, after.orders) == (ORDERS * 5,) * 2 + (ORDERS,)
    facts = await shop.facts()
    once = {fact.id: fact for fact in facts}
    captured = [fact.value for fact in once.values() if fact.name == "WalletPaymentCaptured"]
    assert {one["order_id"]: one["payment_id"] for one in captured} == acknowledged
    assert len(captured) == len(orders)
    assert _gaps(once.values()) == []
    assert await shop.buried() == []


async def _pay(shop: Shop, member: str, order_id: str) -> str:
    """Pays, repeating the same request while its outcome is unknown; the payment's id."""
    request = payment_pb2.PayRequest(
        request_id=new_id(), member_id=member, order_id=order_id, amount_fen=AMOUNT_FEN
    )
    while True:
        try:
            answer = await shop.ask(shop.payments.Pay, request, wait_for_ready=True)
        except grpc.aio.AioRpcError as error:
            if error.code() not in UNKNOWN:
                raise
            await asyncio.sleep(0.02)
        else:
            return str(answer.payment.payment_id)


def _gaps(facts: Iterable[Fact]) -> list[str]:
    """Aggregates whose sequence is not 1, 2, 3 … over the distinct events."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for fact in facts:
        found[fact.topic, fact.headers["ce_subject"]].append(int(fact.headers["ce_sequence"]))
    return [
        f"{topic}/{subject}: {sorted(numbers)}"
        for (topic, subject), numbers in found.items()
        if sorted(numbers) != list(range(1, len(numbers) + 1))
    ]
