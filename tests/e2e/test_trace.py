"""One trace from the gateway's call through command, outbox, topic and consumer, and on."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from tests.e2e.collector import Collector, Seen
from tests.e2e.shop import Shop, money
from tests.e2e.test_recharges import PAY_FEN, TERMS

# From the gateway's report to the wallet's note that the points arrived: four services' hops.
JOURNEY = (
    ("trade", "/danke.trade.v1.TradeIngressService/PublishPayments"),
    ("wallet", "process trade.payment.v1"),
    ("loyalty", "process danke.wallet.recharge.v1"),
    ("wallet", "process danke.loyalty.points.v1"),
)


async def test_one_trace_follows_a_payment_through_every_service(
    shop: Shop, collector: Collector
) -> None:
    member = await shop.enrol("13500000001")
    recharge_id = await shop.order_recharge(member, await shop.plan(PAY_FEN, **TERMS))
    trace_id, gateway = uuid4().hex, uuid4().hex[:16]
    await shop.report(
        money(recharge_id, PAY_FEN), headers=(("traceparent", f"00-{trace_id}-{gateway}-01"),)
    )
    async with asyncio.timeout(30):
        while not (chain := _chain(collector.of_trace(trace_id), gateway)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert [(span.service, span.name) for span in chain] == list(JOURNEY)
    # The events carry the same trace, so that somebody else's consumer can go on.
    [succeeded] = await shop.facts("RechargeSucceeded")
    assert succeeded.headers["traceparent"] == f"00-{trace_id}-{chain[1].span_id}-01"


def _chain(spans: list[Seen], parent_id: str) -> list[Seen]:
    """The spans of the journey, each under the one before; none while one is still missing."""
    found = []
    for service, name in JOURNEY:
        for span in spans:
            if (span.service, span.name, span.parent_id) == (service, name, parent_id):
                found.append(span)
                parent_id = span.span_id
                break
    return found if len(found) == len(JOURNEY) else []
