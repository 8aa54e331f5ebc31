"""Kafka clients, configured in one place."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError

from common import telemetry
from common.config import ServiceConfig

log: Final = telemetry.logger(__name__)

MAX_BATCH_BYTES = 1024 * 1024
# How long who stops waits for his clients to say goodbye.
STOP_S = 5.0
_leaving: set[asyncio.Task[None]] = set()


class Clients:
    """Makes producers and consumers for one service."""

    def __init__(self, config: ServiceConfig, service: str) -> None:
        self._config = config
        self._service = service

    def producer(self) -> AIOKafkaProducer:
        """A producer that waits for all replicas; idempotent where the broker can."""
        return AIOKafkaProducer(
            bootstrap_servers=self._config.kafka_bootstrap,
            client_id=f"danke-{self._service}",
            acks="all",
            enable_idempotence=self._config.kafka_idempotent,
            max_batch_size=MAX_BATCH_BYTES,
            max_request_size=2 * MAX_BATCH_BYTES,
            request_timeout_ms=15_000,
            **self.security(),
        )

    def consumer(self, *topics: str, group_id: str | None) -> AIOKafkaConsumer:
        """A consumer that starts at the beginning and commits only when told.

        Without a group it must be assigned its partitions, and leaves no trace on the broker.
        """
        return AIOKafkaConsumer(
            *topics,
            bootstrap_servers=self._config.kafka_bootstrap,
            client_id=f"danke-{self._service}",
            group_id=group_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=self._config.kafka_fetch_wait_ms,
            session_timeout_ms=self._config.kafka_session_ms,
            heartbeat_interval_ms=self._config.kafka_session_ms // 4,
            max_poll_interval_ms=300_000,
            **self.security(),
        )

    def security(self) -> dict[str, Any]:
        """What every client needs to be let in: nothing, TLS, or mTLS."""
        config = self._config
        if not config.kafka_ca_path:
            return {}
        context = ssl.create_default_context(cafile=config.kafka_ca_path)
        if config.kafka_cert_path:
            context.load_cert_chain(config.kafka_cert_path, config.kafka_key_path)
        return {"security_protocol": "SSL", "ssl_context": context}


def _telling_of_lost_connections(send: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a write to a connection that is gone the error that the Kafka clients know.

    asyncio drops what is written to it; uvloop refuses it with a RuntimeError. Their task that
    reads died of that for good, while the heartbeat went on: nobody read the partitions any more.
    """

    @wraps(send)
    def sending(self: AIOKafkaConnection, *args: Any, **options: Any) -> Any:
        try:
            return send(self, *args, **options)
        except RuntimeError as error:
            self.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"{self}: {error}") from error

    return sending


AIOKafkaConnection.send = _telling_of_lost_connections(AIOKafkaConnection.send)


def has_stopped_reading(consumer: AIOKafkaConsumer) -> bool:
    """Whether the client's own task that reads has ended: it is polled in vain from then on."""
    fetcher = consumer._fetcher  # noqa: SLF001 - it has no public word for it
    return fetcher is not None and fetcher.error_future.done()


async def leave(*clients: AIOKafkaConsumer | AIOKafkaProducer | None) -> None:
    """Stops clients, whether they ever started or not; returns after ``STOP_S`` at the latest.

    One that takes longer goes on stopping by itself. Interrupted, a consumer would never end its
    heartbeat: its group would take it for alive, and its partitions would have nobody to read them.
    """
    stopping = [asyncio.create_task(_stop(one)) for one in clients if one is not None]
    for task in stopping:
        _leaving.add(task)
        task.add_done_callback(_leaving.discard)
    if stopping:
        await asyncio.wait(stopping, timeout=STOP_S)


async def _stop(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    try:
        await client.stop()
    except Exception as error:
        log.warning("kafka client did not stop", error=repr(error))
