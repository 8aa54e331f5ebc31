"""The stack as a whole: everybody serves, and what the gateway reports reaches everybody."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from cli import dead_letters, registry
from common.config import ServiceConfig
from danke.trade.v1 import ingress_pb2
from danke.trade.v1.ingress_pb2_grpc import TradeIngressServiceStub
from deploy.local.health import health
from tests.e2e.system import System
from tests.trade.records import paid, refunded


async def test_every_service_serves(system: System) -> None:
    assert set(system.stack.services) <= set(registry.names())
    states = await asyncio.gather(
        *(health(system.stack.address(name)) for name in system.stack.services)
    )
    assert set(states) == {"SERVING"}


async def test_a_published_order_is_taken_by_all_and_buried_by_none(
    system: System, merchant: str
) -> None:
    stub = system.stub(TradeIngressServiceStub)
    records = [paid("e1", f"{merchant}-o1"), refunded("e2", f"{merchant}-o1")]
    request = ingress_pb2.PublishOrdersRequest(records=records)
    caller = system.metadata(merchant, ("trade.order",))
    for _retry in range(2):
        assert (await stub.PublishOrders(request, metadata=caller)).published == len(records)
    await system.settle()
    letters = await dead_letters.read(system.stack.broker, ["trade.order.v1"])
    assert [
        one.header("dlq_detail") for one in letters if one.header("ce_merchantid") == merchant
    ] == []


async def test_time_is_one_for_all(system: System) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    await system.set_time(at)
    assert set((await system.clocks.get()).values()) == {at}


async def test_a_killed_service_comes_back_where_it_was(system: System, merchant: str) -> None:
    process = system.stack.processes["trade"]
    await process.kill()
    await system.stack.start("trade")
    stub = system.stub(TradeIngressServiceStub)
    request = ingress_pb2.PublishOrdersRequest(records=[paid("e1", f"{merchant}-o1")])
    answer = await stub.PublishOrders(
        request, metadata=system.metadata(merchant), wait_for_ready=True
    )
    assert answer.published == 1


@pytest.mark.apache
async def test_the_broker_is_apache_kafka_with_idempotent_producers(system: System) -> None:
    assert system.stack.settings.kafka == "apache"
    assert system.stack.broker.idempotent_producer
    assert "kafka.Kafka" in " ".join(map(str, system.stack.processes["kafka"].argv))
    # Which is what services have by default.
    assert ServiceConfig(database_url="", kafka_bootstrap="", jwks="{}").kafka_idempotent
