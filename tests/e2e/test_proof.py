"""`danke verify --topics` over all services while they work: it names the row that is wrong.

On the session's stack, so after whatever the tests before it did to it. What it plants on topics
stays there, where no other test looks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiokafka import TopicPartition

from cli.places import clients
from cli.verification import verify_stack
from tests.e2e.lives import Life, accompanied, lived
from tests.e2e.shop import Shop, line, new_id, paid
from tests.e2e.test_marketing import Desk, desk

__all__ = ["desk"]  # a fixture

ACCOUNTS = "danke.wallet.account.v1"
# By the check that must name it: the table, the column that is made to say 1 more, which row, and
# by what it is named.
DAMAGES = {
    "wallet.lots_are_spent_by_payments": (
        "wallet.lots", "used_fen", "member_id = '{member}'", "lot_id",
    ),
    "loyalty.points_balance_is_lots": (
        "loyalty.points_accounts", "available_points", "member_id = '{member}'", "member_id",
    ),
    "groupbuy.groups_count_their_seats": (
        "groupbuy.buy_groups", "paid", "group_id = '{group}'", "group_id",
    ),
    "commission.entries_are_reversed_by_reversals": (
        "commission.entries", "reversed_fen", "account_id = 'PROMOTER:{member}'", "entry_id",
    ),
    "coupon.coupon_stock": (
        "coupon.coupon_stocks", "issued", "template_id = 'fifteen'", "template_id",
    ),
    # As if an event had left the outbox and never reached its topic.
    "loyalty.outbox_reached_topics": (
        "loyalty.event_sequences", "last", "aggregate = 'danke.loyalty.points.v1/{member}'",
        "aggregate",
    ),
}  # fmt: skip


@asynccontextmanager
async def traffic(shop: Shop, member: str) -> AsyncIterator[None]:
    """Orders are paid all the while; everybody hears of them."""
    done = 0

    async def buy() -> None:
        nonlocal done
        while True:
            payment = await shop.pay(member, new_id(), 1)
            bill = paid(payment.order_id, member, [line("1", 0, wallet_principal_fen=1)])
            await shop.report(bill, settle=False)
            done += 1

    buying = asyncio.create_task(buy())
    try:
        yield
    finally:
        assert not buying.done(), buying
        buying.cancel()
        assert done > 0


async def test_the_row_that_is_wrong_is_named_while_traffic_runs(desk: Desk) -> None:
    await accompanied(desk)
    life = await lived(desk, "1330000000")
    await desk.recharge(life.customer, 100_000)
    async with traffic(desk, life.customer):
        assert await named(desk) == {}
        rows = await _damaged(desk, life, 1)
        try:
            found = await named(desk)
        finally:
            await _damaged(desk, life, -1)
        assert found.keys() >= rows.keys()
        for check, row in rows.items():
            assert f"'{desk.merchant_id}'" in found[check] and f"'{row}'" in found[check], found
        lost, changed = await _lost(desk, life), await _changed(desk, life)
        async with _misplaced(desk, "groupbuy") as place:
            found = await named(desk)
    assert found.keys() == {
        "wallet.topics_have_no_gaps", "wallet.topics_say_what_was_told",
        "groupbuy.consumers_stand_on_records",
    }  # fmt: skip
    assert (
        f"'aggregate': '{ACCOUNTS}/{life.member}', 'after': {lost},"
        in found["wallet.topics_have_no_gaps"]
    )
    assert f"event {changed} said something else" in found["wallet.topics_say_what_was_told"]
    assert (
        f"'topic': '{place.topic}', 'partition': {place.partition},"
        in found["groupbuy.consumers_stand_on_records"]
    )


async def named(desk: Desk) -> dict[str, str]:
    """What is wrong, by the check that says so, each with its first row."""
    report = await verify_stack(desk.system.stack, topics=True)
    return {one.partition(":")[0]: one for one in report.violations}


async def _damaged(desk: Desk, life: Life, by: int) -> dict[str, str]:
    """Makes a row of each table say so much more, which is named; as much less puts it right."""
    rows = {}
    for check, (table, column, which, name) in DAMAGES.items():
        where = which.format(member=life.member, group=life.group_id)
        found = await desk.system.ask_database(
            f"WITH done AS (UPDATE {table} SET {column} = {column} + {by} WHERE merchant_id = $1"
            f" AND {where} RETURNING {name}) SELECT array_agg({name}) FROM done",
            desk.merchant_id,
        )
        [rows[check]] = found
    return rows


async def _lost(desk: Desk, life: Life) -> int:
    """One of the member's events is never told; the sequence of the one before it."""
    last = await desk.system.ask_database(
        "UPDATE wallet.event_sequences SET last = last + 1 WHERE merchant_id = $1"
        " AND aggregate = $2 RETURNING last - 1",
        desk.merchant_id, f"{ACCOUNTS}/{life.member}",
    )  # fmt: skip
    await desk.pay(life.member, new_id(), 1)
    return int(last)


async def _changed(desk: Desk, life: Life) -> str:
    """One of the member's events is on its topic again, and says another amount; its id.

    Of a kind that nobody reads.
    """
    at = desk.system.stack.broker
    record = await _record_of(desk, life, "WalletPaymentCaptured")
    value = msgspec.json.decode(record.value)
    value["amount_fen"] += 1
    producer = clients(at).producer()
    await producer.start()
    try:
        await producer.send_and_wait(
            record.topic, key=record.key, value=msgspec.json.encode(value),
            headers=list(record.headers), partition=record.partition,
        )  # fmt: skip
    finally:
        await producer.stop()
    return str(dict(record.headers)["ce_id"].decode())


async def _record_of(desk: Desk, life: Life, name: str) -> Any:
    """A record of this name about the member, once there is one."""
    async with asyncio.timeout(30):
        while True:
            for record in await desk.system.tape.of(desk.merchant_id):
                kind = dict(record.headers)["ce_type"].decode()
                if record.key == life.member.encode() and f".{name}." in kind:
                    return record
            await asyncio.sleep(0.2)


@asynccontextmanager
async def _misplaced(desk: Desk, service: str) -> AsyncIterator[TopicPartition]:
    """A stopped service's group stands beyond the end of a partition for a while."""
    await desk.system.stop(service)
    try:
        # As a member: not every broker lets somebody else commit for a group.
        topics = ["trade.order.v1"]
        at = clients(desk.system.stack.broker)
        consumer = at.consumer(*topics, group_id=f"danke.{service}")
        await consumer.start()
        try:
            async with asyncio.timeout(30):
                while not consumer.assignment():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            place = min(consumer.assignment())
            before = await consumer.committed(place) or 0
            await consumer.commit({place: 1_000_000_000})
            yield place
            await consumer.commit({place: before})
        finally:
            await consumer.stop()
    finally:
        await desk.system.start(service)
