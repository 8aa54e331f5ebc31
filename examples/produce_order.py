"""How an order system tells Danke about an order: created, paid, completed.

    python -m examples.produce_order --bootstrap 127.0.0.1:9092 --merchant merchant-1

In a real order system these records come out of an outbox: the row is written in the transaction
that changes the order, and sent after it, as often as needed.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaProducer

from danke.events.envelope import Envelope, Headers, event_type, to_headers
from danke.events.trade import (
    OrderCompleted,
    OrderCreated,
    OrderEvent,
    OrderLine,
    OrderPaid,
    PaidLine,
    PaymentPart,
)

SOURCE = "shop/orders"


class Fact(NamedTuple):
    """One thing that happened to an order, and its number in the life of that order, from 1."""

    event: OrderEvent
    at: datetime
    sequence: int


class Outgoing(NamedTuple):
    """What the Kafka client is given."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


def story(order_id: str, member_id: str, at: datetime) -> list[Fact]:
    """An order of 300 yuan: 120 from the wallet, 180 in cash. All money is int fen."""
    line = OrderLine(line_id="1", sku_id="tea-250g", qty=2, list_price_fen=16_000)
    paid = PaidLine(
        line_id="1",
        sku_id="tea-250g",
        qty=2,
        list_price_fen=16_000,  # per unit
        coupon_off_fen=2_000,
        net_paid_fen=30_000,  # what the customer paid: principal + bonus + cash
        wallet_principal_fen=10_000,
        wallet_bonus_fen=2_000,
        cash_fen=18_000,
    )
    parts = [
        PaymentPart(method="WALLET", amount_fen=12_000, txn="wallet-payment-1"),
        PaymentPart(method="WECHAT", amount_fen=18_000),
    ]
    soon, later = at + timedelta(minutes=2), at + timedelta(days=3)
    created = OrderCreated(
        order_id=order_id, member_id=member_id, channel="MINI", lines=[line], created_at=at
    )
    paid_for = OrderPaid(
        order_id=order_id,
        member_id=member_id,
        channel="MINI",
        lines=[paid],
        payments=parts,
        paid_at=soon,
    )
    completed = OrderCompleted(order_id=order_id, member_id=member_id, completed_at=later)
    return [Fact(created, at, 1), Fact(paid_for, soon, 2), Fact(completed, later, 3)]


def record_of(fact: Fact, merchant_id: str) -> Outgoing:
    """The record of ``fact``. Its id belongs to the fact: sending it twice is harmless."""
    event = fact.event
    name = type(event).__name__
    envelope = Envelope(
        id=f"{merchant_id}.{event.order_id}.{name}",  # or the id of your outbox row
        type=event_type(type(event)),
        source=SOURCE,
        subject=event.order_id,
        time=fact.at,
        key=event.order_id,
        merchant_id=merchant_id,
        sequence=fact.sequence,
        correlation_id=event.order_id,
        causation_id=event.order_id,
    )
    # From JSON and back: a record that Danke would refuse is found here, before it is sent.
    value = msgspec.json.encode(event)
    msgspec.json.decode(value, type=type(event))
    return Outgoing(event.TOPIC.name, envelope.key.encode(), value, to_headers(envelope))


async def send(bootstrap: str, records: Sequence[Outgoing], *, idempotent: bool = True) -> None:
    """Sends the records in order, each acknowledged by all replicas before the next.

    ``idempotent`` is for brokers that know it, Apache Kafka among them.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=idempotent
    )
    await producer.start()
    try:
        for topic, key, value, headers in records:
            await producer.send_and_wait(topic, key=key, value=value, headers=headers)
    finally:
        await producer.stop()


async def main() -> None:
    """Reads the arguments and sends one order's story."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--bootstrap", default="127.0.0.1:9092")
    parser.add_argument("--merchant", default="merchant-1")
    parser.add_argument("--member", default="member-1")
    parser.add_argument("--plain", action="store_true", help="a broker without idempotence")
    arguments = parser.parse_args()
    now = datetime.now(UTC)
    # Nothing is told before it happened: the goods arrived today.
    facts = story(f"order-{now:%Y%m%d%H%M%S}", arguments.member, now - timedelta(days=4))
    records = [record_of(fact, arguments.merchant) for fact in facts]
    await send(arguments.bootstrap, records, idempotent=not arguments.plain)


if __name__ == "__main__":
    asyncio.run(main())
