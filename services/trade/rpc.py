"""Trade's gRPC door: records → events → topics; ``danke.trade.v1.TradeIngressService``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

from common.clock import Clock
from common.publisher import Publication, Publisher
from common.server import Call, Exposed
from common.service import Kit
from danke.events.envelope import Envelope, event_type, happened_at, is_ahead
from danke.trade.v1 import ingress_pb2 as pb
from services.trade.config import Config
from services.trade.consistency import flaws
from services.trade.errors import DuplicateEventId, Flaw, InconsistentRecord, TimeAhead
from services.trade.mirror import Reader, reader_of

SERVICE: Final = pb.DESCRIPTOR.services_by_name["TradeIngressService"]
# More would only make the answer long.
FLAW_LIMIT: Final = 20


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service that trade answers."""
    return (Exposed(SERVICE, TradeIngressService(kit.publisher, kit.clock)),)


class TradeIngressService:
    """Answers ``danke.trade.v1.TradeIngressService``; what each RPC refuses is in its proto."""

    def __init__(self, publisher: Publisher, clock: Clock) -> None:
        self.publisher = publisher
        self.clock = clock

    async def PublishOrders(
        self, request: pb.PublishOrdersRequest, call: Call
    ) -> pb.PublishOrdersResponse:
        return pb.PublishOrdersResponse(published=await self._publish(request.records, call))

    async def PublishPayments(
        self, request: pb.PublishPaymentsRequest, call: Call
    ) -> pb.PublishPaymentsResponse:
        return pb.PublishPaymentsResponse(published=await self._publish(request.records, call))

    async def PublishBehaviour(
        self, request: pb.PublishBehaviourRequest, call: Call
    ) -> pb.PublishBehaviourResponse:
        return pb.PublishBehaviourResponse(published=await self._publish(request.records, call))

    async def _publish(self, records: Sequence[Any], call: Call) -> int:
        """All records, or a refusal before the first."""
        seen: set[str] = set()
        for index, record in enumerate(records):
            if record.event_id in seen:
                raise DuplicateEventId(field=f"records[{index}].event_id", event_id=record.event_id)
            seen.add(record.event_id)
        publications = [_publication(record, call) for record in records]
        early = list(islice(_ahead(records, publications, self.clock.now()), FLAW_LIMIT))
        if early:
            raise TimeAhead(early)
        found = list(islice(_flaws(records, publications), FLAW_LIMIT))
        if found:
            raise InconsistentRecord(found)
        await self.publisher.publish(publications)
        return len(publications)


def _publication(record: Any, call: Call) -> Publication:
    choice = record.WhichOneof("event")
    event = _READERS[record.DESCRIPTOR.name, choice](getattr(record, choice))
    key = getattr(event, event.KEY)
    at = happened_at(event)
    assert at, "the proto demands it"
    envelope = Envelope(
        id=record.event_id,
        type=event_type(type(event)),
        # The caller may be called anything; a source is a URI.
        source=f"danke/trade/{quote(call.caller.actor, safe='')}",
        subject=getattr(event, event.SUBJECT),
        time=at,
        key=key,
        merchant_id=call.merchant_id,
        # Numbers belong to who owns the aggregate, and that is outside.
        sequence=0,
        correlation_id=call.context.correlation_id,
        traceparent=call.context.traceparent,
    )
    return Publication(envelope, event)


def _ahead(
    records: Sequence[Any], publications: Sequence[Publication], now: datetime
) -> Iterator[str]:
    for index, (record, publication) in enumerate(zip(records, publications)):
        if is_ahead(publication.event, now):
            yield f"records[{index}].{record.WhichOneof('event')}.{publication.event.HAPPENED}"


def _flaws(records: Sequence[Any], publications: Sequence[Publication]) -> Iterator[Flaw]:
    for index, (record, publication) in enumerate(zip(records, publications)):
        for flaw in flaws(publication.event):
            place = f"records[{index}].{record.WhichOneof('event')}.{flaw.field}"
            yield flaw._replace(field=place)


def _readers(*records: Any) -> Iterator[tuple[tuple[str, str], Reader]]:
    for record in records:
        for choice in record.oneofs_by_name["event"].fields:
            yield (record.name, choice.name), reader_of(choice.message_type)


_READERS: Final = dict(
    _readers(pb.OrderRecord.DESCRIPTOR, pb.PaymentRecord.DESCRIPTOR, pb.BehaviourRecord.DESCRIPTOR)
)
