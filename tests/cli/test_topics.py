"""`danke topics` and `danke dlq` on real brokers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from danke.topics import TOPICS
from deploy.local.apache import ApacheKafka
from deploy.local.config import Settings
from deploy.local.kafka import Tansu
from tests.cli.conftest import Danke

TOPIC = "danke.wallet.account.v1"
# Nobody else writes here.
READ = "danke.wallet.recharge.v1"
KEPT = [("ce_id", b"e-1"), ("ce_type", b"t")]
T = TypeVar("T")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker without topics."""
    # Its own loop and not pytest's: the commands under test run theirs in between.
    with asyncio.Runner() as runner:
        tansu = Tansu(tmp_path_factory.mktemp("kafka"))
        runner.run(tansu.start())
        yield tansu.broker.bootstrap
        runner.run(tansu.stop())


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


async def bury(bootstrap: str, reason: str, event_id: str) -> None:
    """What a consumer does with a record it can not handle."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    marks = [("dlq_reason", reason.encode()), ("dlq_consumer", b"loyalty")]
    await producer.send_and_wait(
        f"{TOPIC}.dlq",
        key=b"m1",
        value=b'{"n":1}',
        headers=[("ce_id", event_id.encode()), ("ce_type", b"t"), *marks],
    )
    await producer.stop()


async def records(bootstrap: str) -> list[Any]:
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        polled = await consumer.getmany(timeout_ms=1_000)
        return [record for there in polled.values() for record in there]
    finally:
        await consumer.stop()


def test_topics_are_missing_made_and_checked(broker: str, danke: Danke) -> None:
    at = ("--bootstrap", broker, "--partitions", "1")
    missing = danke("topics", "check", *at)
    assert missing.exit_code == 1
    assert f"{TOPIC}.dlq: missing" in missing.stdout
    made = danke("topics", "create", *at).stdout.splitlines()
    assert len(made) == 2 * len(TOPICS)
    assert danke("topics", "create", *at).stdout == ""
    assert danke("topics", "check", *at).exit_code == 0
    narrow = danke("topics", "check", "--bootstrap", broker)
    assert narrow.exit_code == 1
    assert f"{TOPIC}: 1 partitions, 12 wanted" in narrow.stdout


def test_every_topic_is_listed(danke: Danke) -> None:
    listed = danke("topics", "list").stdout
    assert all(topic.name in listed for topic in TOPICS)


def test_dead_letters_go_back_with_their_ids(broker: str, danke: Danke) -> None:
    at = ("--bootstrap", broker)
    danke("topics", "create", *at, "--partitions", "1")
    for reason, event_id in (("BAD_PAYLOAD", "e-0"), ("MEMBER_NOT_FOUND", "e-1")):
        run(bury(broker, reason, event_id))
    run(bury(broker, "MEMBER_NOT_FOUND", "e-1"))  # by a second service
    listed = danke("dlq", "list", *at).stdout
    assert "BAD_PAYLOAD" in listed
    assert "loyalty" in listed
    shown = danke("dlq", "show", *at, "--id", "e-1").stdout.splitlines()
    assert [json.loads(line)["value"] for line in shown] == [{"n": 1}] * 2
    one = ("dlq", "replay", *at, "--topic", TOPIC, "--reason", "MEMBER_NOT_FOUND")
    assert f"1 records would go back to {TOPIC}" in danke(*one, "--dry-run").stdout
    assert run(records(broker)) == []
    assert danke(*one).stdout == f"1 records went back to {TOPIC}\n"
    [record] = run(records(broker))
    assert (record.key, record.value) == (b"m1", b'{"n":1}')
    assert list(record.headers) == KEPT


def test_an_unknown_topic_and_a_broker_that_is_away_are_told(broker: str, danke: Danke) -> None:
    unknown = danke("dlq", "list", "--bootstrap", broker, "--topic", "danke.walet")
    assert "there is no topic 'danke.walet'" in unknown.stderr
    away = danke("dlq", "list", "--bootstrap", "127.0.0.1:1")
    assert away.exit_code == 1
    assert "the broker did not answer" in away.stderr


def test_root_is_not_asked_for_what_was_given(broker: str, danke: Danke, tmp_path: Path) -> None:
    assert danke("dlq", "list", "--bootstrap", broker, "--root", tmp_path).exit_code == 0


async def stand_at(bootstrap: str, offset: int) -> None:
    """A group with a position and nobody in it."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id="danke.loyalty", enable_auto_commit=False
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(READ, 0)])
        await consumer.commit({TopicPartition(READ, 0): offset})
    finally:
        await consumer.stop()


async def stands(bootstrap: str) -> int | None:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id="danke.loyalty")
    await consumer.start()
    try:
        at: int | None = await consumer.committed(TopicPartition(READ, 0))
        return at
    finally:
        await consumer.stop()


async def write(bootstrap: str, number: int) -> tuple[int, datetime]:
    """Some records; where the topic ends then, and a moment after the last of them."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        told = [await producer.send_and_wait(READ, b"x") for _ in range(number)]
    finally:
        await producer.stop()
    # Brokers count in milliseconds.
    moment = datetime.now(UTC) + timedelta(milliseconds=2)
    while datetime.now(UTC) <= moment:
        pass
    return int(told[-1].offset) + 1, moment


def test_a_group_goes_back_to_a_moment_and_never_forward(broker: str, danke: Danke) -> None:
    at = ("--bootstrap", broker)
    danke("topics", "create", *at, "--partitions", "1")
    _one, first = run(write(broker, 1))
    half, moment = run(write(broker, 2))
    end, last = run(write(broker, 2))
    run(stand_at(broker, end))
    back = ("topics", "rewind", *at, "--service", "loyalty", "--topic", READ, "--to")
    said = danke(*back, moment.isoformat(), "--dry-run")
    assert said.exit_code == 0, said.output
    assert f"{half} " in said.stdout
    assert run(stands(broker)) == end
    assert danke(*back, moment.isoformat()).exit_code == 0
    assert run(stands(broker)) == half
    # A later moment sets nobody forward, over what was not handled; nor does one after everything.
    for later in (moment + timedelta(milliseconds=1), last + timedelta(hours=1)):
        assert danke(*back, later.isoformat()).exit_code == 0
        assert run(stands(broker)) == half
    in_china = first.astimezone(timezone(timedelta(hours=8)))
    assert danke(*back, in_china.isoformat()).exit_code == 0
    assert run(stands(broker)) == half - 2


def test_a_time_without_a_zone_and_a_topic_that_is_none_are_told(danke: Danke) -> None:
    naive = danke("topics", "rewind", "--to", "2026-05-01T02:00:00")
    assert naive.exit_code == 2
    assert "zone" in naive.stderr
    unknown = danke("topics", "rewind", "--to", "2026-05-01T02:00:00Z", "--topic", "x")
    assert "there is no topic 'x'" in unknown.stderr


def test_a_group_with_members_is_left_alone(broker: str, danke: Danke) -> None:
    async def while_somebody_reads(work: Coroutine[Any, Any, T]) -> T:
        member = AIOKafkaConsumer(READ, bootstrap_servers=broker, group_id="danke.wallet")
        await member.start()
        try:
            while not member.assignment():
                await member.getmany(timeout_ms=100)
            return await work
        finally:
            await member.stop()

    danke("topics", "create", "--bootstrap", broker, "--partitions", "1")
    rewind = ("topics", "rewind", "--to", "2026-05-01T02:00:00Z", "--service", "wallet")
    refused = run(while_somebody_reads(asyncio.to_thread(danke, *rewind, "--bootstrap", broker)))
    assert refused.exit_code == 1
    assert "danke.wallet has members (1): stop the service first" in refused.stderr


@pytest.mark.apache
@pytest.mark.skipif(Settings.of().kafka != "apache", reason="KAFKA=apache is not set")
def test_a_service_that_was_stopped_is_set_back(danke: Danke, tmp_path: Path) -> None:
    """On Kafka itself: its embedded stand-in keeps who has left among the members for ever."""
    settings = Settings.of()

    async def read_all(bootstrap: str) -> None:
        member = AIOKafkaConsumer(
            READ, bootstrap_servers=bootstrap, group_id="danke.loyalty",
            auto_offset_reset="earliest", enable_auto_commit=False,
        )  # fmt: skip
        await member.start()
        try:
            while await member.committed(TopicPartition(READ, 0)) != end:
                await member.getmany(timeout_ms=100)
                if member.assignment():
                    await member.commit()
        finally:
            await member.stop()

    with asyncio.Runner() as runner:
        kafka = ApacheKafka(tmp_path, cache=settings.cache, inherited=settings.inherited)
        runner.run(kafka.start())
        try:
            at = kafka.broker.bootstrap
            danke("topics", "create", "--bootstrap", at, "--partitions", "1")
            half, moment = run(write(at, 2))
            end, last = run(write(at, 2))
            run(read_all(at))
            back = ("topics", "rewind", "--bootstrap", at, "--service", "loyalty", "--to")
            later = danke(*back, (last + timedelta(hours=1)).isoformat())
            assert (later.exit_code, run(stands(at))) == (0, end), later.output
            assert danke(*back, moment.isoformat()).exit_code == 0
            assert run(stands(at)) == half
        finally:
            runner.run(kafka.stop())
