"""The adapter's door: what is asked of a channel is read as any adapter outside reads it.

One consumer of its own group hands each request to the adapter, reports how it ended as a command,
and commits then. So after a crash a request comes again; adapter and command both do it once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
import uuid_utils
from aiokafka import AIOKafkaConsumer

from common import telemetry
from common.errors import Busy, Refusal
from common.service import Kit
from danke.events import automation as events
from danke.events.envelope import BadEnvelope, event_type, from_headers
from services.automation.adapters import ChannelAdapter, RecordingAdapter, SendRequest, SendResult
from services.automation.channels import EXPIRED
from services.automation.config import Config
from services.automation.messages_results import ReportDelivery

log: Final = telemetry.logger(__name__)

GROUP: Final = "danke.automation.adapter"
POLL_MS: Final = 500
POLL_RECORDS: Final = 500
BACKOFF_S: Final = 0.5
_ASKED: Final = event_type(events.MessageRequested)
_decode = msgspec.json.Decoder(events.MessageRequested).decode


class Adapting:
    """Runs one adapter inside of this service; ``start`` and ``stop`` as every part has them."""

    def __init__(self, kit: Kit[Config], adapter: ChannelAdapter) -> None:
        self.kit = kit
        self.adapter = adapter
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts reading what is asked for."""
        self._task = asyncio.create_task(self._work(), name="adapter")

    async def stop(self) -> None:
        """Finishes what is in hand and leaves the group."""
        self._stopping.set()
        if self._task:
            await self._task

    async def _work(self) -> None:
        while not self._stopping.is_set():
            consumer = self.kit.clients.consumer(events.MESSAGE.name, group_id=GROUP)
            try:
                await consumer.start()
                while not self._stopping.is_set():
                    await self.run_once(consumer)
            except Exception as error:
                # Nothing was committed: the same requests come again.
                log.warning("adapter failed and is repeated", error=repr(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), BACKOFF_S)
            finally:
                await consumer.stop()

    async def run_once(self, consumer: AIOKafkaConsumer) -> None:
        """Delivers one poll and commits it. Raises if an outcome is unknown."""
        polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS)
        reports: list[ReportDelivery] = []
        try:
            for records in polled.values():
                for request in filter(None, map(_request, records)):
                    result = await self._deliver(request)
                    reports.append(self._report(request, result))
        finally:  # what was delivered before one failed is told all the same
            await self._tell(reports)
        if polled:
            await consumer.commit()

    async def _deliver(self, request: SendRequest) -> SendResult:
        if request.not_after is not None and self.kit.clock.now() > request.not_after:
            return SendResult(delivered=False, error_code=EXPIRED)
        return await self.adapter.send(request)

    def _report(self, request: SendRequest, result: SendResult) -> ReportDelivery:
        return ReportDelivery(
            id=f"adapter:{request.message_id}/{request.attempt}", merchant_id=request.merchant_id,
            at=self.kit.clock.now(), new_id=str(uuid_utils.uuid7()),
            message_id=request.message_id, attempt=request.attempt, delivered=result.delivered,
            error_code=result.error_code, provider_ref=result.provider_ref,
            cost_fen=result.cost_fen,
        )  # fmt: skip

    async def _tell(self, reports: Sequence[ReportDelivery]) -> None:
        """All reports of a poll share transactions. Raises if an outcome is unknown."""
        for outcome in await self.kit.engine.run_each(reports):
            if isinstance(outcome, Refusal) and not isinstance(outcome, Busy):
                log.warning("report refused", reason=outcome.reason)
            elif isinstance(outcome, BaseException):
                raise outcome


def _request(record: Any) -> SendRequest | None:
    """What the record asks for; None if it is another event, or cannot be read."""
    try:
        envelope = from_headers(record.headers, record.key)
        if envelope.type != _ASKED:
            return None
        asked = _decode(record.value or b"")
    except (BadEnvelope, msgspec.MsgspecError) as error:
        log.warning("unreadable request", offset=record.offset, error=repr(error))
        return None
    return SendRequest(
        envelope.merchant_id, asked.message_id, asked.attempt, asked.member_id, asked.channel,
        asked.template_id, asked.params, asked.not_after,
    )  # fmt: skip


def adapters(kit: Kit[Config]) -> list[Adapting]:
    """The adapter that runs inside of this service, if one is asked for."""
    if kit.config.channel_adapter == "recording":
        return [Adapting(kit, RecordingAdapter())]
    return []
