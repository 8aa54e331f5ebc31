"""Consumers' positions and what is on topics, told apart from what should be."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import msgspec
from aiokafka import TopicPartition

from cli.broker_checks import Record, Seen, misplaced
from cli.places import clients
from common.verify import Published
from danke.events.envelope import Envelope, Event, event_type, to_headers
from danke.events.wallet import BalanceChanged
from deploy.local.kafka import Broker

TOPIC = "danke.wallet.account.v1"
OF_U = ("m1", f"{TOPIC}/u")
CHARGED = BalanceChanged(
    member_id="u", delta_principal_fen=100, delta_bonus_fen=0, principal_fen=100, bonus_fen=0,
    reason="RECHARGE", ref="r-1",
)  # fmt: skip


def record(sequence: int, event: Event = CHARGED, value: bytes | None = None) -> Record:
    """An event of u's account as the relay writes it."""
    envelope = Envelope(
        id=f"e-{sequence}", type=event_type(type(event)), source="danke/wallet", subject="u",
        time=datetime(2026, 5, 1, tzinfo=UTC), key="u", merchant_id="m1", sequence=sequence,
    )  # fmt: skip
    value = msgspec.json.encode(event) if value is None else value
    return Record(TOPIC, 0, sequence, b"u", value, to_headers(envelope))


def seen(*sequences: int) -> Seen:
    found = Seen()
    for sequence in sequences:
        found.take(record(sequence))
    assert not found.spoilt
    return found


async def test_a_consumer_that_stands_beyond_the_end_is_named(bootstrap: str) -> None:
    at, group = Broker(bootstrap=bootstrap, idempotent_producer=False), f"danke.{uuid4().hex}"
    place = TopicPartition(TOPIC, 0)
    assert await misplaced(at, group) == []
    consumer = clients(at).consumer(group_id=group)
    await consumer.start()
    try:
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        await consumer.commit({place: end})
        assert await misplaced(at, group) == []
        await consumer.commit({place: end + 1_000_000})
    finally:
        await consumer.stop()
    [row] = await misplaced(at, group)
    assert (row["group"], row["topic"], row["position"]) == (group, TOPIC, end + 1_000_000)


def test_a_gap_is_named_and_a_repeat_is_none() -> None:
    assert seen(5, 6, 6, 5, 7).gaps == []
    [gap] = seen(1, 2, 4).gaps
    assert (gap["aggregate"], gap["after"], gap["next"]) == (OF_U[1], 2, 4)


def test_what_left_the_outbox_and_is_not_there_is_named() -> None:
    whole = [TOPIC]
    assert list(seen(1, 2).missing({OF_U: Published(published=2, last=3)}, whole)) == []
    [lost] = seen(1, 2).missing({OF_U: Published(published=3, last=3)}, whole)
    assert (lost["published"], lost["on_topic"]) == (3, 2)
    nothing = {OF_U: Published(published=1, last=1)}
    assert len(list(seen().missing(nothing, whole))) == 1
    assert list(seen().missing(nothing, [])) == [], "it may have been kept for long enough"


def test_what_was_never_committed_is_named() -> None:
    assert list(seen(1, 2).unknown({OF_U: Published(published=1, last=2)})) == []
    [one] = seen(1, 2, 3).unknown({OF_U: Published(published=2, last=2)})
    assert one["on_topic"] == 3
    assert len(list(seen(1).unknown({}))) == 1


def test_what_was_changed_is_named_by_its_place() -> None:
    changed = msgspec.json.encode(msgspec.structs.replace(CHARGED, principal_fen=101))
    moved = msgspec.json.encode(msgspec.structs.replace(CHARGED, member_id="v"))
    for value, wrong in (
        (changed, "said something else before"),
        (moved, "member_id is not what the envelope says"),
        (b"{", "truncated"),
        (b"{}", "missing required field"),
    ):
        found = seen(1, 2, 3)
        found.take(record(2, value=value))
        row = found.spoilt[0]
        assert wrong in row["wrong"], row
        assert (row["topic"], row["offset"], row["subject"]) == (TOPIC, 2, "u")
        assert found.gaps == []
    found = seen(1, 2)
    nameless = record(3)._replace(headers=[("ce_id", b"e-3")])
    found.take(nameless)
    assert found.spoilt[0]["wrong"] == "header ce_type is missing"
    elsewhere = record(3)._replace(topic="danke.wallet.payment.v1")
    found.take(elsewhere)
    assert "another topic" in found.spoilt[1]["wrong"]


def test_a_gap_as_wide_as_numbers_go_costs_nothing() -> None:
    found = seen(1, 2, 10**18, 10**18 + 1)
    assert len(found.gaps) == 1
    assert found.last(OF_U) == 10**18 + 1
