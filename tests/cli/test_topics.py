"""`danke topics` and `danke dlq` on real brokers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from danke.topics import TOPICS
from deploy.local.kafka import Tansu
from tests.cli.conftest import Danke

TOPIC = "danke.wallet.account.v1"
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
