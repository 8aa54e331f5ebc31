"""The Kafka door on a real broker and a real Postgres: what becomes of every kind of record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import ApiVersionRequest

from common import development, telemetry
from common.errors import Overloaded
from common.kafka import leave
from common.lag import Lag
from common.parking import TIMEOUT
from danke.dev.v1 import clock_pb2
from danke.events.envelope import AHEAD
from tests.common import sample
from tests.common.doors import Doors, one_of, opened, record
from tests.common.sample import Confirmed, Delivered, Raised


@pytest.fixture
async def doors(database: str, bootstrap: str) -> AsyncIterator[Doors]:
    async with sample.sample_schema(database) as dsn, opened(dsn, bootstrap) as doors:
        yield doors


async def test_records_take_effect_once_and_are_committed(doors: Doors) -> None:
    twice = record(Raised(counter_id="a", step=5), event_id="e1")
    await doors.send(twice, record(Raised(counter_id="b", step=1)), twice)
    await doors.poll(3)
    assert await sample.values(doors.pool) == {"a": 5, "b": 1}
    assert await doors.consumers.lag() == 0


async def test_what_cannot_be_read_is_dead_lettered_and_blocks_nothing(doors: Doors) -> None:
    key, headers, value = record(Raised(counter_id="a", step=1))
    no_id = [pair for pair in headers if pair[0] != "ce_id"]
    bad_time = [(name, b"yesterday" if name == "ce_time" else text) for name, text in headers]
    bad_merchant = [(n, b"m'; DROP" if n == "ce_merchantid" else text) for n, text in headers]
    await doors.send(
        (key, headers, b"{not json"),
        (key, headers, b'{"counter_id": "a", "step": "many"}'),
        (key, headers, b'{"step": 1}'),
        (key, no_id, value),
        (key, bad_time, value),
        (key, bad_merchant, value),
        (key, [("ce_id", b"\xff\xfe")], value),
        record(Raised(counter_id="after", step=1)),
    )
    await doors.poll(8)
    assert await sample.values(doors.pool) == {"after": 1}
    dead = await doors.dead(7)
    assert [one["dlq_reason"] for one in dead] == ["BAD_PAYLOAD"] * 3 + ["BAD_ENVELOPE"] * 4
    assert "$.step" in dead[1]["dlq_detail"]
    assert "ce_id" in dead[3]["dlq_detail"]
    assert dead[0]["dlq_topic"] == doors.topic.name
    assert [one["dlq_offset"] for one in dead] == list("0123456")


async def test_what_has_not_happened_yet_is_set_aside_and_blocks_nothing(doors: Doors) -> None:
    """Seen wrong: an order dated in the year 2099 ended every rhythm of its member at once."""
    now = doors.clock.now()
    late = now + AHEAD + timedelta(milliseconds=1)
    await doors.send(
        record(Delivered(counter_id="ahead", delivered_at=late)),
        record(Delivered(counter_id="by clocks that differ", delivered_at=now + AHEAD)),
        record(Delivered(counter_id="long ago", delivered_at=now - timedelta(days=9_000))),
        record(Delivered(counter_id="for long", usable_until=now + timedelta(days=9_000))),
    )
    await doors.poll(4)
    assert await sample.values(doors.pool) == {
        "by clocks that differ": 1, "long ago": 1, "for long": 1,
    }  # fmt: skip
    dead = one_of(await doors.dead(1), "TIME_AHEAD")
    assert "$.delivered_at" in dead["dlq_detail"]
    # When its day has come, whoever replays the letter finds it taken.
    doors.clock.advance(timedelta(days=1))
    await doors.send(record(Delivered(counter_id="ahead", delivered_at=late)))
    await doors.poll(1)
    assert (await sample.values(doors.pool))["ahead"] == 1


async def test_a_record_too_large_to_be_buried_is_told_without_its_value(doors: Doors) -> None:
    key, headers, _value = record(Raised(counter_id="a", step=1))
    producer = AIOKafkaProducer(
        bootstrap_servers=doors.clients._config.kafka_bootstrap, max_request_size=8 * 2**20
    )
    async with producer:
        await producer.send_and_wait(
            doors.topic.name, key=key.encode(), value=b"x" * (3 * 2**20), headers=headers
        )
    await doors.send(record(Raised(counter_id="after", step=1)))
    await doors.poll(2)
    assert await sample.values(doors.pool) == {"after": 1}
    dead = one_of(await doors.dead(1), "BAD_PAYLOAD")
    assert dead["dlq_omitted"] == str(3 * 2**20)


async def test_absurd_times_and_values_are_the_records_fault(doors: Doors) -> None:
    key, headers, value = record(Raised(counter_id="a", step=1))
    for time in (b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59Z"):
        odd = [(name, time if name == "ce_time" else text) for name, text in headers]
        await doors.send((key, odd, value))
    long = "".join(map(str, Random(1).choices(range(10), k=6_000)))
    await doors.send(
        (key, headers, b'{"counter_id":' + b"[" * 5_000),
        record(Raised(counter_id="a", step=2**63)),
        record(Raised(counter_id=long, step=1)),
        record(Raised(counter_id="after", step=1)),
    )
    await doors.poll(6)
    assert await sample.values(doors.pool) == {"after": 1}
    reasons = [one["dlq_reason"] for one in await doors.dead(5)]
    assert reasons == [*["BAD_ENVELOPE"] * 2, "BAD_PAYLOAD", *["VALUE_NOT_STORABLE"] * 2]


async def test_unknown_types_and_versions_are_ignored(doors: Doors) -> None:
    key, headers, value = record(Raised(counter_id="a", step=1))
    for name in (b"test.counter.Lowered.v1", b"test.counter.Raised.v2"):
        other = [(n, name if n == "ce_type" else text) for n, text in headers]
        await doors.send((key, other, value))
    await doors.poll(2)
    assert await sample.values(doors.pool) == {}
    assert await doors.consumers.lag() == 0


async def test_a_refused_event_is_dead_lettered_with_its_reason(doors: Doors) -> None:
    await doors.send(record(Raised(counter_id="a", step=-1)))
    await doors.poll(1)
    dead = one_of(await doors.dead(1), "BELOW_ZERO")
    assert "value=-1" in dead["dlq_detail"]


async def test_bugs_are_dead_lettered_without_a_word_of_them(doors: Doors) -> None:
    in_rule, in_handler = Raised(counter_id="a", step=13), Raised(counter_id="a", step=7)
    await doors.send(record(in_rule), record(in_handler), record(Raised(counter_id="a", step=1)))
    await doors.poll(3)
    assert await sample.values(doors.pool) == {"a": 1}
    for dead in await doors.dead(2):
        assert dead["dlq_reason"] == "INTERNAL"
        assert "thirteen" not in str(dead)
        assert "bug" not in str(dead)


async def test_an_event_without_its_predecessor_waits_for_it(doors: Doors) -> None:
    await doors.send(record(Confirmed(counter_id="a")), record(Raised(counter_id="b", step=1)))
    await doors.poll(2)
    assert await sample.values(doors.pool) == {"b": 1}
    assert await doors.parking.count() == 1
    assert await doors.consumers.lag() == 0
    # The predecessor comes with the same key: the parked one follows in the same poll.
    await doors.send(record(Raised(counter_id="a", step=5)))
    await doors.poll(1)
    assert await sample.values(doors.pool) == {"a": 105, "b": 1}
    assert await doors.parking.count() == 0


async def test_a_predecessor_by_another_door_is_found_by_the_timer(doors: Doors) -> None:
    await doors.send(record(Confirmed(counter_id="a")))
    await doors.poll(1)
    raised = sample.Raise(id="r1", merchant_id="m1", at=sample.AT, counter_id="a", step=5)
    await doors.engine.run(raised)
    assert await doors.consumers.retry_parked() == 0  # its time has not come
    doors.clock.advance(timedelta(seconds=3))
    assert await doors.consumers.retry_parked() == 1
    assert await sample.values(doors.pool) == {"a": 105}


async def test_a_predecessor_that_never_comes_is_told_to_the_operator(doors: Doors) -> None:
    await doors.send(record(Confirmed(counter_id="a")))
    await doors.poll(1)
    doors.clock.advance(timedelta(hours=1))
    assert await doors.consumers.retry_parked() == 1
    assert await doors.parking.count() == 1
    doors.clock.advance(TIMEOUT)
    assert await doors.consumers.retry_parked() == 1
    assert await doors.parking.count() == 0
    one_of(await doors.dead(1), "PREDECESSOR_MISSING")


async def test_nothing_is_committed_while_the_store_cannot_take_it(
    database: str, bootstrap: str
) -> None:
    async with (
        sample.sample_schema(database) as dsn,
        opened(dsn, bootstrap, queue_limit=0) as doors,
    ):
        await doors.send(*(record(Raised(counter_id=str(n), step=1)) for n in range(5)))
        with pytest.raises(Overloaded):
            await doors.poll(5)
        assert await doors.consumers.lag() > 0
        doors.engine.queue_limit = 100
        await doors.consumers.rewind()
        await doors.poll(5)
        assert len(await sample.values(doors.pool)) == 5


async def test_two_merchants_may_park_the_same_event_id(doors: Doors) -> None:
    for merchant_id in ("m1", "m2"):
        event = Confirmed(counter_id="same")
        await doors.send(record(event, event_id="e1", merchant_id=merchant_id))
    await doors.poll(2)
    assert await doors.parking.count() == 2


async def test_a_commit_while_the_broker_is_asked_counts(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen under `make faults`: an older answer of the broker's stood, and settling never ended."""
    consumers = doors.consumers
    assert await consumers.lag() == 0
    await doors.send(record(Raised(counter_id="a", step=1)))
    assert consumers._consumer is not None
    ask = consumers._consumer.committed

    async def answered_late(place: Any) -> int | None:
        answer: int | None = await ask(place)
        await doors.poll(1)
        return answer

    monkeypatch.setattr(consumers._consumer, "committed", answered_late)
    consumers._lag._members_of = set()
    assert await consumers.lag() == 0


async def test_a_commit_whose_answer_was_lost_counts(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen under `make faults`: the broker had the commit, and settling waited for it for ever."""
    consumers = doors.consumers
    assert await consumers.lag() == 0
    consumer = consumers._consumer
    assert consumer is not None
    commit = consumer.commit

    async def unanswered(ends: Any) -> None:
        await commit(ends)
        raise KafkaConnectionError("the answer was lost")

    monkeypatch.setattr(consumer, "commit", unanswered)
    await doors.send(record(Raised(counter_id="a", step=1)))
    with pytest.raises(KafkaConnectionError):
        await doors.poll(1)
    await consumers.rewind()
    async with asyncio.timeout(10):
        while await consumers.lag():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_who_could_not_reconnect_tries_again(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen by reading: a consumer that failed to start was polled for ever after."""
    consumers, tries = doors.consumers, 0
    reachable = consumers._new_consumer

    def unreachable_at_first(*topics: str, group_id: str) -> AIOKafkaConsumer:
        nonlocal tries
        tries += 1
        if tries > 2:
            return reachable(*topics, group_id=group_id)
        return AIOKafkaConsumer(*topics, bootstrap_servers="127.0.0.1:1", group_id=group_id)

    await consumers._disconnect()
    monkeypatch.setattr(consumers, "_new_consumer", unreachable_at_first)
    monkeypatch.setattr("common.consumers.BACKOFF_S", 0.01)
    await doors.send(record(Raised(counter_id="a", step=1)))
    working = asyncio.create_task(consumers._work())
    async with asyncio.timeout(30):
        while not await sample.values(doors.pool):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    consumers._stopping = True
    await working
    assert tries == 3


async def test_a_client_that_stopped_reading_is_replaced(doors: Doors) -> None:
    consumers = doors.consumers
    first: Any = consumers._consumer
    first._fetcher._fetch_task.cancel()
    await doors.send(record(Raised(counter_id="a", step=1)))
    working = asyncio.create_task(consumers._work())
    async with asyncio.timeout(30):
        while not await sample.values(doors.pool):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    consumers._stopping = True
    await working
    assert consumers._consumer is not first


async def test_a_consumer_whose_every_poll_fails_tells_that_records_wait(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen by reading: neither metric of DankeConsumerStalled was there, so it could not fire."""
    consumers, topic = doors.consumers, doors.topic.name

    async def fails(_records: Any) -> None:
        raise ConnectionError("the database is away")

    await consumers._disconnect()
    monkeypatch.setattr(consumers, "handle", fails)
    monkeypatch.setattr("common.consumers.MEASURE_LAG_S", 0.0)
    await doors.send(record(Raised(counter_id="a", step=1)))
    await consumers.start()
    async with asyncio.timeout(30):
        while told("danke_consumer_lag", topic=topic, partition="0") != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    for name in ("handled", "parked", "dead"):
        assert told(f"danke_consumer_{name}_total", topic=topic) == 0, name


def told(name: str, **labels: str) -> float | None:
    return telemetry.REGISTRY.get_sample_value(name, labels)


def test_what_went_to_another_member_is_not_told_any_more() -> None:
    """An old figure of a partition that moved would keep DankeConsumerLagging awake for ever."""
    lag, place = Lag(), TopicPartition("test.moved.v1", 0)
    lag.behind = {place: 12_000}
    lag.tell({place})
    assert told("danke_consumer_lag", topic=place.topic, partition="0") == 12_000
    lag.tell(())
    assert told("danke_consumer_lag", topic=place.topic, partition="0") is None


def test_a_write_to_a_lost_connection_is_a_lost_connection() -> None:
    """Seen under `make faults`: uvloop's own error ended the client's reading for good."""

    async def written_too_late() -> None:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        async with server:
            host, port = server.sockets[0].getsockname()[:2]
            connection = AIOKafkaConnection(host, port)
            _, connection._writer = await asyncio.open_connection(host, port)
            connection._writer.transport.abort()
            await asyncio.sleep(0.1)
            connection._versions = {}
            with pytest.raises(KafkaConnectionError):
                connection.send(ApiVersionRequest())
            assert not connection.connected()

    uvloop.run(written_too_late())


async def test_who_stops_slowly_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted, a consumer's heartbeat goes on for ever, and its partitions are nobody's."""
    monkeypatch.setattr("common.kafka.STOP_S", 0.01)
    said_goodbye, may = asyncio.Event(), asyncio.Event()

    class Slow:
        async def stop(self) -> None:
            await may.wait()
            said_goodbye.set()

    slow: Any = Slow()
    await leave(slow, None)
    assert not said_goodbye.is_set()
    may.set()
    await asyncio.wait_for(said_goodbye.wait(), 5)


async def test_who_waits_for_quiet_looks_again_once_a_poll_was_committed(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing (out of time) without the event: nothing but LOOK_S ended the wait."""
    monkeypatch.setattr(development, "LOOK_S", 3_600.0)
    looks: list[int] = []
    measure = doors.consumers.lag

    async def lag() -> int:
        looks.append(await measure())
        return looks[-1]

    monkeypatch.setattr(doors.consumers, "lag", lag)
    clock = development.ClockService(doors.clock, None, doors.consumers, None)
    await doors.send(record(Raised(counter_id="quiet", step=1)))
    call: Any = None
    settling = asyncio.create_task(clock.Settle(clock_pb2.SettleRequest(), call))
    while not looks:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await doors.poll(1)
    assert (await asyncio.wait_for(settling, 30)).worked
    assert looks[0] > 0
    assert looks[1:] == [0]
