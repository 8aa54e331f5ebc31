"""A member's phone and ids are in the sealed columns alone: in no log, event, span or error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import asyncpg
import grpc

from cli.places import onlooker, partitions
from danke.loyalty.v1 import member_pb2
from danke.topics import TOPICS
from danke.wallet.v1 import payment_pb2
from tests.e2e.collector import Collector
from tests.e2e.shop import Shop, new_id
from tests.grpc_client import refusal

SAMPLED = ("traceparent", f"00-{uuid4().hex}-{uuid4().hex[:16]}-01")
SERVICES = ("audience", "automation", "commission", "coupon", "groupbuy", "loyalty", "wallet")


async def test_planted_personal_data_is_found_nowhere(shop: Shop, collector: Collector) -> None:
    phone, openid, unionid, card = "13912348765", f"o{new_id()}", f"u{new_id()}", f"c{new_id()}"
    secrets = [phone, openid, unionid, card]
    said = await _live(shop, phone, openid, unionid, card)
    assert not _found(secrets, said), "in an error"

    logs = sorted((shop.system.stack.root / "logs").glob("*.log"))
    assert len(logs) > len(SERVICES)
    assert not _found(secrets, (path.read_text(errors="replace") for path in logs)), "in a log"

    records = await _records(shop)
    assert len(records) > 3
    assert not _found(secrets, records), "on a topic"

    rows = await _rows(shop)
    assert any(shop.merchant_id in row for row in rows)
    assert not _found(secrets, rows), "in a table"

    await asyncio.sleep(1)  # spans leave five times a second
    spans = [span.text for span in collector.spans()]
    assert any("MemberService" in text for text in spans)
    assert not _found(secrets, spans), "in a span"


async def _live(shop: Shop, phone: str, openid: str, unionid: str, card: str) -> list[str]:
    """A member's life with mistakes in it; all that was said of the mistakes."""
    identities = member_pb2.Identities(
        phone=phone,
        unionid=unionid,
        openids=[member_pb2.ForeignIdentity(realm="mini", value=openid)],
        external_ids=[member_pb2.ForeignIdentity(realm="pos", value=card)],
    )
    request = member_pb2.EnrollRequest(identities=identities, channel="ENROL_CHANNEL_MINI")
    answer = await shop.ask(shop.members.Enroll, request, headers=(SAMPLED,))
    member = answer.member.member_id
    await shop.recharge(member, 30_000)
    await shop.pay(member, new_id(), 123)
    other = member_pb2.EnrollRequest(
        identities=member_pb2.Identities(phone=f"{phone}9", unionid=unionid),
        channel="ENROL_CHANNEL_MINI",
    )
    twisted = payment_pb2.PayRequest(member_id=phone, order_id=phone, amount_fen=10)
    found = [
        await _mistake(shop, shop.members.Enroll, other),
        await _mistake(shop, shop.payments.Pay, twisted),
        await _mistake(
            shop, shop.members.FindByPhone, member_pb2.FindByPhoneRequest(phone=phone[:-1])
        ),
    ]
    await shop.system.settle()
    return found


async def _mistake(shop: Shop, method: Any, request: Any) -> str:
    refused = await refusal(shop.ask(method, request, headers=(SAMPLED,)))
    assert refused.code is not grpc.StatusCode.INTERNAL
    return f"{refused} {refused.metadata}"


def _found(secrets: Iterable[str], texts: Iterable[str]) -> list[str]:
    together = "\n".join(texts)
    return [one for one in secrets if one in together]


async def _records(shop: Shop) -> list[str]:
    """All records of Danke's own topics, headers and keys included, dead letters too."""
    broker = shop.system.stack.broker
    names = [one.name for one in TOPICS if one.name.startswith("danke.")]
    names += [one.dead_letters for one in TOPICS]
    found = []
    async with onlooker(broker) as consumer:
        places = await partitions(broker, names)
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        for place in (one for one in places if ends[one]):
            while await consumer.position(place) < ends[place]:
                polled = await consumer.getmany(place, timeout_ms=500)
                found += [f"{one.key} {one.headers} {one.value}" for one in polled.get(place, [])]
    return found


async def _rows(shop: Shop) -> list[str]:
    """Every row of every table of every service, as text."""
    admin = await asyncpg.connect(shop.system.stack.database_url)
    try:
        tables = await admin.fetch(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = ANY($1::text[])",
            list(SERVICES),
        )
        return [
            row[0]
            for (name,) in tables
            for row in await admin.fetch(f"SELECT t::text FROM {name} AS t")
        ]
    finally:
        await admin.close()
