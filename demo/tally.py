"""What a subscriber sees: every topic of Danke read once, counted, and summed per member.

It trusts nothing but the topics: repeats are told by ``ce_sequence``, which is gapless per
aggregate, so a lost event shows as a gap. Its sums are set against what the services answer.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from common.topics import partitions_of
from danke.events import loyalty, loyalty_points, wallet, wallet_punchcard
from danke.events.envelope import event_type
from danke.events.trade import ORDERS
from danke.topics import EVENTS, TOPICS
from demo.audience_books import AudienceBooks, JourneyBooks
from demo.campaigns import CouponBooks
from demo.commission_report import CommissionBooks
from demo.groups import GroupBooks
from demo.sales import Sales

POLL_MS: Final = 200
FETCH_WAIT_MS: Final = 500
FETCH_BYTES: Final = 1024 * 1024
POLL_RECORDS: Final = 5_000
OWN: Final = "danke."


class Points(msgspec.Struct):
    """One member's points after the last event."""

    available: int = 0
    pending: int = 0
    frozen: int = 0
    debt: int = 0


class Books:
    """The sums that a subscriber keeps."""

    def __init__(self) -> None:
        self.sales = Sales()
        self.groups = GroupBooks()
        self.coupons = CouponBooks()
        self.commission = CommissionBooks()
        self.audience = AudienceBooks()
        self.journeys = JourneyBooks()
        self.events: Counter[str] = Counter()
        self.gaps = 0
        self.repeats = 0
        # Amounts by what they are, in fen or points.
        self.sums: Counter[str] = Counter()
        self.value: dict[str, tuple[int, int]] = {}
        self.points: dict[str, Points] = {}
        self.tiers: dict[str, str] = {}
        self._last: dict[tuple[str, str], int] = {}
        self._takers: dict[type[Any], Callable[[Any], None]] = {
            wallet.BalanceChanged: self._balance,
            wallet.RechargeSucceeded: self._recharge,
            wallet.RechargeRefunded: self._recharge_refund,
            wallet.WalletPaymentCaptured: self._payment,
            wallet.WalletPaymentRefunded: self._payment_refund,
            wallet_punchcard.PunchCardActivated: self._card,
            wallet_punchcard.PunchCardRedeemed: self._visit,
            loyalty.TierChanged: self._tier,
            **self.groups.takers,
            **self.coupons.takers,
            **self.commission.takers,
            **self.audience.takers,
            **self.journeys.takers,
        }
        self._decoders: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], None]]] = {}
        for models in EVENTS.values():
            for model in models:
                taker = self._takers.get(model)
                if issubclass(model, loyalty_points.PointsEvent):
                    taker = self._points
                if taker is not None:
                    decode = msgspec.json.Decoder(model).decode
                    self._decoders[event_type(model)] = (decode, taker)

    def take(self, topic: str, headers: dict[str, bytes], value: bytes) -> None:
        """Counts one record, unless it is a repeat."""
        kind = headers["ce_type"].decode()
        if topic == ORDERS.name:
            self.sales.take(kind, value)
            return
        place = (topic, headers["ce_subject"].decode())
        sequence, last = int(headers["ce_sequence"]), self._last.get(place, 0)
        if sequence <= last:
            self.repeats += 1
            return
        self.gaps += sequence - last - 1
        self._last[place] = sequence
        self.events[kind.split(".")[-2]] += 1
        known = self._decoders.get(kind)
        if known is not None:
            self.audience.at = headers.get("ce_time", b"").decode()
            decode, taker = known
            taker(decode(value))

    def _balance(self, event: wallet.BalanceChanged) -> None:
        self.value[event.member_id] = (event.principal_fen, event.bonus_fen)

    def _recharge(self, event: wallet.RechargeSucceeded) -> None:
        self.sums["recharged_principal_fen"] += event.paid_fen
        self.sums["recharged_bonus_fen"] += event.bonus_fen

    def _recharge_refund(self, event: wallet.RechargeRefunded) -> None:
        self.sums["returned_principal_fen"] += event.principal_refunded_fen + event.forfeited_fen
        self.sums["returned_bonus_fen"] += event.bonus_cancelled_fen

    def _payment(self, event: wallet.WalletPaymentCaptured) -> None:
        self.sums["spent_principal_fen"] += event.principal_fen
        self.sums["spent_bonus_fen"] += event.bonus_fen

    def _payment_refund(self, event: wallet.WalletPaymentRefunded) -> None:
        self.sums["restored_principal_fen"] += event.principal_fen
        self.sums["restored_bonus_fen"] += event.bonus_fen

    def _card(self, event: wallet_punchcard.PunchCardActivated) -> None:
        self.sums["cards"] += 1
        self.sums["card_price_fen"] += event.price_fen

    def _visit(self, event: wallet_punchcard.PunchCardRedeemed) -> None:
        self.sums["card_visits"] += event.times
        self.sums["card_revenue_fen"] += event.revenue_fen

    def _tier(self, event: loyalty.TierChanged) -> None:
        self.tiers[event.member_id] = event.to_tier_id

    def _points(self, event: Any) -> None:
        after = Points(
            event.available_points, event.pending_points, event.frozen_points, event.debt_points
        )
        self.points[event.member_id] = after
        self.sums[f"points_{type(event).__name__}"] += getattr(event, "points", 0)


class Tally:
    """Reads the topics in the background while it is open."""

    def __init__(self, bootstrap: str) -> None:
        self.books = Books()
        self.dead: Counter[str] = Counter()
        # Records of the services' topics so far, repeats included.
        self.records: Counter[str] = Counter()
        self._bootstrap = bootstrap
        self._read: dict[TopicPartition, int] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            # Nobody waits for it but its own end: few large fetches leave the broker to others.
            fetch_max_wait_ms=FETCH_WAIT_MS,
            fetch_min_bytes=FETCH_BYTES,
            fetch_max_bytes=32 * FETCH_BYTES,
            client_id="danke-replay",
        )
        await self._consumer.start()
        wanted = [topic.name for topic in TOPICS if topic.name.startswith(OWN)]
        wanted.append(ORDERS.name)
        wanted += [topic.dead_letters for topic in TOPICS]
        # Not by the consumer, which knows only the topics that it reads already.
        counts = await partitions_of(self._bootstrap, wanted)
        places = [
            TopicPartition(name, partition)
            for name, count in counts.items()
            for partition in range(count)
        ]
        self._consumer.assign(places)
        self._read = dict.fromkeys(places, 0)
        self._task = asyncio.create_task(self._work(), name="tally")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._consumer.stop()

    async def caught_up(self) -> None:
        """Returns once everything that is in the topics now has been counted."""
        assert self._task is not None, "Bug: not open"
        ends = await self._consumer.end_offsets(list(self._read))
        while any(self._behind(place, offset) for place, offset in ends.items()):
            if self._task.done():
                self._task.result()
            await asyncio.sleep(0.02)

    def _behind(self, place: TopicPartition, offset: int) -> bool:
        # Some brokers count their last batch as one record; a fetch tells the true end.
        return self._read[place] < max(offset, self._consumer.highwater(place) or 0)

    async def _work(self) -> None:
        while True:
            polled = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS)
            for place, records in polled.items():
                for record in records:
                    self._count(place, record)
                self._read[place] = records[-1].offset + 1
            # Decoding a full poll takes a while; others of this loop have waited.
            await asyncio.sleep(0)

    def _count(self, place: TopicPartition, record: Any) -> None:
        if place.topic.endswith(".dlq"):
            reason = dict(record.headers).get("dlq_reason", b"").decode()
            self.dead[f"{place.topic} {reason}"] += 1
            return
        if place.topic != ORDERS.name:
            self.records[place.topic] += 1
        self.books.take(place.topic, dict(record.headers), record.value)
