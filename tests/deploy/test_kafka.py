"""The brokers: records go in and come out, a taken port is told, Kafka keeps its data."""

import os
import socket
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.apache import ApacheKafka
from deploy.local.config import Settings
from deploy.local.errors import ProcessDied, StackError
from deploy.local.kafka import Broker, Tansu
from tests.deploy.conftest import ends

TOPIC = "danke.test.noun.v1"


async def produce(broker: Broker, *values: bytes) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent_producer
    )
    await producer.start()
    try:
        for each in values:
            await producer.send_and_wait(TOPIC, each, key=b"member")
    finally:
        await producer.stop()


async def consume(broker: Broker, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=broker.bootstrap,
        group_id="danke-test",
        fetch_max_wait_ms=5,
        session_timeout_ms=2_000,
        heartbeat_interval_ms=500,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        values = [(await consumer.getone()).value for _ in range(count)]
        await consumer.commit()
        return values
    finally:
        await consumer.stop()


async def make_topic(broker: Broker) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, num_partitions=2, replication_factor=1)])
    finally:
        await admin.close()


async def test_tansu_serves_and_ends(root: Path) -> None:
    async with Tansu(root) as kafka:
        assert kafka.broker.idempotent_producer is False
        await make_topic(kafka.broker)
        await produce(kafka.broker, b"1", b"2", b"3")
        assert await consume(kafka.broker, 3) == [b"1", b"2", b"3"]
        pid = kafka.process.pid
    assert ends(pid)
    assert kafka.process.log == root / "logs" / "kafka.log"


async def test_a_taken_port_is_told(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StackError, match=f"port {port} .*DANKE_PORT_KAFKA"):
            await Tansu(root, port=port).start()


async def test_missing_java_is_told(root: Path) -> None:
    kafka = ApacheKafka(root, cache=root / "cache", inherited={"PATH": "/no/such"})
    with pytest.raises(StackError, match="KAFKA=apache needs `mvn`"):
        await kafka.start()


async def test_a_failed_fetch_leaves_no_half_set_of_jars(root: Path) -> None:
    tools = root / "tools"
    tools.mkdir()
    (tools / "mvn").write_text("#!/bin/sh\necho no such artifact; exit 1\n")
    (tools / "mvn").chmod(0o755)
    inherited = {"PATH": f"{tools}{os.pathsep}{os.defpath}"}
    with pytest.raises(ProcessDied, match=r"mvn died \(exit code 1\)[\s\S]*no such artifact"):
        await ApacheKafka(root, cache=root / "cache", inherited=inherited).start()
    (home,) = (root / "cache").iterdir()
    assert list(home.iterdir()) == []


@pytest.mark.apache
@pytest.mark.skipif(Settings.of().kafka != "apache", reason="KAFKA=apache is not set")
async def test_apache_kafka_serves_and_keeps_its_data(root: Path) -> None:
    settings = Settings.of()
    kafka = ApacheKafka(root, cache=settings.cache, inherited=settings.inherited)
    async with kafka:
        assert kafka.broker.idempotent_producer is True
        await make_topic(kafka.broker)
        await produce(kafka.broker, b"1", b"2")
        assert await consume(kafka.broker, 2) == [b"1", b"2"]
        await kafka.process.kill()
        await kafka.start()
        await produce(kafka.broker, b"3")
        assert await consume(kafka.broker, 1) == [b"3"]
        pid = kafka.process.pid
    assert ends(pid)
