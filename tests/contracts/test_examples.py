"""The examples do what they tell: on a real broker, with repeats, gaps and unreadable records."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from danke.events.envelope import Envelope, Headers, event_type, from_headers, to_headers
from danke.events.trade import OrderCompleted, OrderCreated, OrderEvent, OrderPaid
from danke.events.wallet import BalanceChanged, WalletStatusChanged
from examples.consume import Inbox, connect, consume
from examples.produce_order import record_of, send, story
from tests.contracts.validation import validate
from tools.events.schemas import schema_of

AT = datetime(2026, 5, 1, 2, 30, tzinfo=UTC)
TOPIC = BalanceChanged.TOPIC.name
# For the embedded broker, which waits these times out; see deploy/local/kafka.py.
QUICK = {"session_timeout_ms": 2_000, "heartbeat_interval_ms": 500, "fetch_max_wait_ms": 5}


def change(principal_fen: int, sequence: int, member_id: str = "a") -> Any:
    """A record of BalanceChanged, as a consumer gets it."""
    event = BalanceChanged(
        member_id=member_id,
        delta_principal_fen=1,
        delta_bonus_fen=0,
        principal_fen=principal_fen,
        bonus_fen=0,
        reason="RECHARGE",
        ref="r",
    )
    headers = headers_of(f"{member_id}-{sequence}", event_type(BalanceChanged), member_id, sequence)
    return record(sequence, member_id, headers, msgspec.json.encode(event))


def headers_of(event_id: str, kind: str, member_id: str, sequence: int) -> Headers:
    return to_headers(
        Envelope(
            id=event_id,
            type=kind,
            source="danke/wallet",
            subject=member_id,
            time=AT,
            key=member_id,
            merchant_id="m1",
            sequence=sequence,
            correlation_id="c",
            causation_id="c",
        )
    )


def record(offset: int, key: str, headers: Headers, value: bytes) -> Any:
    return SimpleNamespace(
        topic=TOPIC,
        partition=0,
        offset=offset,
        key=key.encode(),
        headers=headers,
        value=value,
    )


@pytest.fixture
def inbox(tmp_path: Path) -> Any:
    made = Inbox(str(tmp_path / "inbox.sqlite"))
    yield made
    made.db.close()


def rows(inbox: Inbox, table: str, columns: str) -> list[Any]:
    return inbox.db.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2").fetchall()


def test_a_repeat_has_no_second_effect(inbox: Inbox) -> None:
    inbox.take([change(100, 1), change(200, 2)])
    inbox.take([change(100, 1)])
    assert rows(inbox, "balances", "member_id, total_fen") == [("a", 200)]


def test_a_gap_is_told_and_a_first_event_is_none(
    inbox: Inbox, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox.take([change(100, 5), change(200, 6)])
    assert capsys.readouterr().out == ""
    inbox.take([change(300, 9)])
    assert "went from 6 to 9" in capsys.readouterr().out


def test_an_unreadable_record_is_put_aside_and_the_rest_goes_on(inbox: Inbox) -> None:
    bad = change(0, 1, "bad")
    bad.value = b'{"member_id": 5}'
    bare = record(2, "x", [], b"")
    unknown = record(3, "a", headers_of("u", "danke.wallet.account.Later.v1", "a", 1), b"?")
    garbled = change(0, 4, "garbled")
    garbled.value = garbled.value.replace(b'"garbled"', b'"garb\xffled"')
    inbox.take([bad, bare, unknown, garbled, change(100, 2)])
    aside = rows(inbox, "set_aside", "offset, why")
    assert [offset for offset, _why in aside] == [1, 2, 4]
    assert "member_id" in aside[0][1]
    assert "ce_id is missing" in aside[1][1]
    assert rows(inbox, "balances", "member_id, total_fen") == [("a", 100)]


def test_a_crash_before_the_commit_leaves_nothing(inbox: Inbox) -> None:
    class Killed(Exception):
        pass

    def killed() -> Any:
        yield change(100, 1)
        raise Killed

    with pytest.raises(Killed):
        inbox.take(killed())
    assert rows(inbox, "seen", "source, id") == []
    inbox.take([change(100, 1)])
    assert rows(inbox, "balances", "member_id, total_fen") == [("a", 100)]


async def test_the_consumer_survives_a_crash_between_effect_and_offsets(
    bootstrap: str, inbox: Inbox
) -> None:
    run = uuid4().hex[:8]
    wanted = [change(100, 1, f"a{run}"), change(50, 1, f"b{run}"), change(200, 2, f"a{run}")]
    other = headers_of(f"s-{run}", event_type(WalletStatusChanged), f"a{run}", 3)
    wanted.append(record(9, f"a{run}", other, b'{"member_id":"a","status":"FROZEN","reason":""}'))
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    for each in [*wanted, wanted[0]]:
        await producer.send_and_wait(TOPIC, key=each.key, value=each.value, headers=each.headers)
    await producer.stop()

    group = f"balances-{run}"
    first = connect(bootstrap, group, **QUICK)
    await first.start()
    polled: list[Any] = []
    while len(polled) < 5:
        for there in (await first.getmany(timeout_ms=500)).values():
            polled += [each for each in there if run.encode() in (each.key or b"")]
            inbox.take(there)
    await first.stop()  # and never commits: as if it had been killed

    second = connect(bootstrap, group, **QUICK)
    await second.start()
    try:
        places = second.assignment()
        ends = await second.end_offsets(list(places))
        while any([await second.position(place) < ends[place] for place in places]):
            await consume(second, inbox, polls=1)
        assert {place: await second.committed(place) for place in places} == ends
    finally:
        await second.stop()
    balances = dict(rows(inbox, "balances", "member_id, total_fen"))
    assert (balances[f"a{run}"], balances[f"b{run}"]) == (200, 50)
    assert len([1 for _, each in rows(inbox, "seen", "source, id") if run in each]) == 4


async def test_the_written_order_is_read_by_the_models(bootstrap: str) -> None:
    order_id = f"order-{uuid4().hex[:8]}"
    facts = story(order_id, "member-1", AT)
    records = [record_of(fact, "merchant-1") for fact in facts]
    await send(bootstrap, records, idempotent=False)
    consumer = AIOKafkaConsumer(
        "trade.order.v1", bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    found: list[Any] = []
    try:
        while len(found) < 3:
            one = await asyncio.wait_for(consumer.getone(), 20)
            if one.key == order_id.encode():
                found.append(one)
    finally:
        await consumer.stop()
    envelopes = [from_headers(one.headers, one.key) for one in found]
    assert [envelope.sequence for envelope in envelopes] == [1, 2, 3]
    assert len({one.partition for one in found}) == 1
    models: list[type[OrderEvent]] = [OrderCreated, OrderPaid, OrderCompleted]
    for one, envelope, model in zip(found, envelopes, models, strict=True):
        assert envelope.type == event_type(model)
        assert envelope.id == f"merchant-1.{order_id}.{model.__name__}"
        validate(msgspec.json.decode(one.value), schema_of(model))
        assert msgspec.json.decode(one.value, type=model) in [fact.event for fact in facts]


def test_the_order_adds_up() -> None:
    paid = story("o", "m", AT)[1].event
    assert isinstance(paid, OrderPaid)
    (line,) = paid.lines
    assert line.qty * line.list_price_fen - line.coupon_off_fen == line.net_paid_fen
    by_method = line.wallet_principal_fen + line.wallet_bonus_fen + line.cash_fen
    assert by_method == line.net_paid_fen == sum(part.amount_fen for part in paid.payments)


def test_a_record_that_danke_would_refuse_is_not_sent() -> None:
    fact = story("an order", "m", AT)[0]
    with pytest.raises(msgspec.ValidationError, match="order_id"):
        record_of(fact, "merchant-1")
