"""`hop`: from a commit in one service to the effect in another, and how fast the relay drains.

The wallet takes payments; the loyalty service, which keeps what stands against closing a member,
hears of each changed balance. Both run whole, with their own schemas, on the broker of the one
machine stack. The relay is measured against a bare aiokafka producer sending the same records.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from uuid_utils import uuid7

from benchmarks import database
from benchmarks.database import AMOUNT_FEN, MERCHANT, Wallet
from benchmarks.engine import anybody
from benchmarks.measuring import Figure, figure, in_turns, percentile
from common import migrations
from common.commands import Command, Context
from common.engine import Engine
from common.kafka import Clients
from common.outbox import Relay
from common.service import Process, Service
from common.topics import create_topics
from danke.events.wallet import ACCOUNT
from danke.topics import TOPICS
from deploy.local.config import Settings
from deploy.local.kafka import Tansu
from services.loyalty.main import SERVICE as LOYALTY
from services.wallet.config import Config
from services.wallet.main import SERVICE as WALLET
from services.wallet.payments import Pay

ROUNDS: Final = 3
# Offered, not as fast as possible: latency under a load the machine is not full with.
PAYMENTS_PER_SECOND: Final = 100
SECONDS: Final = 8.0
EVENTS: Final = 60_000
_PASSWORD: Final = "only-for-benchmarks"  # noqa: S105 - of a database that lives for minutes
_EVENTS: Final = """
INSERT INTO wallet.outbox (merchant_id, topic, key, sequence, about, payload)
SELECT $1, $2, 'u' || (i % 1000), i, $3, $4 FROM generate_series(1, $5::bigint) AS i
"""
_ABOUT: Final = (
    '{"id":"01a20721-7524-77bd-8dba-9238b37f1f7a","type":"danke.wallet.account.BalanceChanged.v1",'
    '"subject":"u65970","time":"2026-11-23T06:39:22.891277Z","correlation_id":"a-1-aaaa-bbbb",'
    '"causation_id":"a-1-aaaa-bbbb","traceparent":""}'
)
_PAYLOAD: Final = (
    '{"member_id":"u65970","delta_principal_fen":-25,"delta_bonus_fen":-6,"principal_fen":999975,'
    '"bonus_fen":199994,"reason":"PAYMENT","ref":"01a20721-7524-77bd-8dba-9238b37f1f7a"}'
)


@asynccontextmanager
async def broker() -> AsyncIterator[str]:
    """Bootstrap address of KAFKA_BOOTSTRAP if it is set, else of an embedded broker."""
    settings = Settings.of()
    if settings.kafka_bootstrap:
        await create_topics(settings.kafka_bootstrap, TOPICS, partitions=4)
        yield settings.kafka_bootstrap
        return
    with tempfile.TemporaryDirectory(prefix="danke-bench-") as folder:
        async with Tansu(Path(folder)) as tansu:
            await create_topics(tansu.broker.bootstrap, TOPICS, partitions=4)
            yield tansu.broker.bootstrap


@asynccontextmanager
async def running(service: Service[Any], dsn: str, bootstrap: str) -> AsyncIterator[Process]:
    """The whole service in this process."""
    process = Process(service, _config(service, dsn, bootstrap))
    try:
        await process.start()
        yield process
    finally:
        await process.stop()


def _config(service: Service[Any], dsn: str, bootstrap: str) -> Any:
    return service.config(
        env="dev",
        database_url=dsn,
        kafka_bootstrap=bootstrap,
        kafka_idempotent=False,
        kafka_session_ms=2_000,
        kafka_fetch_wait_ms=5,
        grpc_host="127.0.0.1",
        grpc_port=0,
        metrics_port=0,
        log_level="ERROR",
    )


class _Effects:
    """When the commands that came of a flow were done, by the flow's correlation id."""

    def __init__(self, engine: Engine) -> None:
        self.done_at: dict[str, float] = {}
        self._run_each = engine.run_each
        engine.run_each = self._timed  # type: ignore[method-assign]

    async def _timed(
        self,
        commands: Sequence[Command],
        contexts: Sequence[Context] | None = None,
        lane_keys: Sequence[str] | None = None,
    ) -> list[Any]:
        outcomes = await self._run_each(commands, contexts, lane_keys)
        now = time.perf_counter()
        for context, outcome in zip(contexts or (), outcomes):
            if not isinstance(outcome, BaseException):
                self.done_at.setdefault(context.correlation_id, now)
        return outcomes


async def latencies(wallet: Process, loyalty: Process) -> list[float]:
    """Milliseconds from a payment's answer to the commit of its effect in the other service."""
    effects = _Effects(loyalty.engine)
    committed_at: dict[str, float] = {}

    async def pay(number: int) -> None:
        id_ = str(uuid7())
        command = Pay(
            id=id_,
            merchant_id=MERCHANT,
            at=datetime.now(UTC),
            new_id=id_,
            member_id=anybody(),
            order_id=f"order-{id_}",
            amount_fen=AMOUNT_FEN,
        )
        await wallet.engine.run(command)
        # The first second warms up connections and groups.
        if number > PAYMENTS_PER_SECOND:
            committed_at[id_] = time.perf_counter()

    started = time.perf_counter()
    payments = []
    for number in range(int(PAYMENTS_PER_SECOND * (SECONDS + 1))):
        due = started + number / PAYMENTS_PER_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        payments.append(asyncio.create_task(pay(number)))
    await asyncio.gather(*payments)
    async with asyncio.timeout(30):
        while committed_at.keys() - effects.done_at.keys():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
    return [(effects.done_at[id_] - at) * 1000 for id_, at in committed_at.items()]


async def relayed(wallet: Wallet, bootstrap: str) -> float:
    """Events a second that a relay takes out of a full outbox."""
    await wallet.rest()
    await wallet.admin.execute(_EVENTS, MERCHANT, ACCOUNT.name, _ABOUT, _PAYLOAD, EVENTS)
    clients = Clients(_config(WALLET, wallet.dsn, bootstrap), WALLET.name)
    relay = Relay(wallet.dsn, WALLET.name, clients.producer)
    started = time.perf_counter()
    await relay.start()
    await relay.drained()
    seconds = time.perf_counter() - started
    await relay.stop()
    return EVENTS / seconds


async def produced(bootstrap: str) -> float:
    """Events a second of a bare producer that is given the same records one by one."""
    producer = Clients(Config(database_url="", kafka_bootstrap=bootstrap, env="dev",
                              kafka_idempotent=False), "bare").producer()  # fmt: skip
    headers = [("ce_id", b"01a20721-7524-77bd-8dba-9238b37f1f7a")] + [
        (f"ce_{name}", b"2026-11-23T06:39:22.891277Z") for name in "abcdefghijk"
    ]
    started = time.perf_counter()
    await producer.start()
    sent: list[Any] = []
    for number in range(EVENTS):
        key = f"u{number % 1000}".encode()
        sent.append(await producer.send(ACCOUNT.name, _PAYLOAD.encode(), key, headers=headers))
    await asyncio.gather(*sent)
    seconds = time.perf_counter() - started
    await producer.stop()
    return EVENTS / seconds


async def run() -> list[Figure]:
    """The figures hop.p50 and hop.p99 (milliseconds, reported only) and hop.relay."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(database.server())
        bootstrap = await stack.enter_async_context(broker())
        wallet = await stack.enter_async_context(database.wallet(server))
        found = await in_turns(
            {"relay": lambda: relayed(wallet, bootstrap), "bare": lambda: produced(bootstrap)},
            ROUNDS,
        )
    # Another broker: the events of the relay's turns are nobody's history.
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(database.server())
        bootstrap = await stack.enter_async_context(broker())
        wallet = await stack.enter_async_context(database.wallet(server))
        assert LOYALTY.migrations is not None, "loyalty has a schema"
        await migrations.apply(wallet.admin_dsn, LOYALTY.name, LOYALTY.migrations, _PASSWORD)
        loyalty_dsn = migrations.service_dsn(wallet.admin_dsn, LOYALTY.name, _PASSWORD)
        one = await stack.enter_async_context(running(WALLET, wallet.dsn, bootstrap))
        two = await stack.enter_async_context(running(LOYALTY, loyalty_dsn, bootstrap))
        times = await latencies(one, two)
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    return [
        Figure("hop.p50", p50, p50, 1.0, None, 0.0, "ms"),
        Figure("hop.p99", p99, p99, 1.0, None, 0.0, "ms"),
        figure("hop.relay", found["relay"], found["bare"], 0.7),
    ]
