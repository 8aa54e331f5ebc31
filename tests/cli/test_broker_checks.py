"""Consumers' positions and what is on topics, told apart from what should be."""

from __future__ import annotations

from uuid import uuid4

from aiokafka import TopicPartition

from cli.broker_checks import Seen, misplaced
from cli.places import clients
from common.verify import Published
from deploy.local.kafka import Broker

TOPIC = "danke.wallet.account.v1"
OF_U = ("m1", f"{TOPIC}/u")


def seen(*sequences: int) -> Seen:
    found = Seen()
    for sequence in sequences:
        headers = {"ce_merchantid": "m1", "ce_subject": "u", "ce_sequence": str(sequence)}
        found.take(TOPIC, headers)
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
