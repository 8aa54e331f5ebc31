"""Services on a Kafka that speaks mTLS and gives each user only the rights of the manifests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from cli import registry
from common.config import ServiceConfig
from common.kafka import Clients
from common.topics import create_topics
from danke.topics import TOPICS
from deploy.local.config import Settings
from tests.deploy.certificates import Authority
from tests.deploy.encrypted_kafka import EncryptedKafka
from tests.deploy.rights import grant
from tools.manifests import kafka as manifests
from tools.manifests.facts import every_service, facts_of
from tools.manifests.policies import Overlay

pytestmark = [pytest.mark.apache, pytest.mark.timeout(300)]


class Users:
    """Clients of one broker, each with its own certificate."""

    def __init__(self, broker: EncryptedKafka, authority: Authority) -> None:
        self.broker, self.authority = broker, authority

    def clients(self, user: str, authority: Authority | None = None) -> Clients:
        certificate, key = (authority or self.authority).issue(user)
        config = ServiceConfig(
            env="dev",
            database_url="",
            kafka_bootstrap=self.broker.bootstrap,
            kafka_ca_path=str(self.authority.path),
            kafka_cert_path=str(certificate),
            kafka_key_path=str(key),
        )
        return Clients(config, user)

    async def send(self, user: str, topic: str) -> None:
        producer = self.clients(user).producer()
        await producer.start()
        try:
            await producer.send_and_wait(topic, b"{}", key=b"k")
        finally:
            await producer.stop()

    async def read(self, user: str, group: str, *topics: str) -> set[str]:
        """Reads as a member of a group until each topic gave something; commits."""
        consumer = self.clients(user).consumer(*topics, group_id=group)
        found: set[str] = set()
        try:
            await consumer.start()
            async with asyncio.timeout(30):
                while found < set(topics):
                    found |= {place.topic for place in await consumer.getmany(timeout_ms=500)}
            await consumer.commit()
        finally:
            await consumer.stop()
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def users(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Users]:
    root: Path = tmp_path_factory.mktemp("encrypted")
    settings, authority = Settings.of(), Authority(root / "certificates")
    broker = EncryptedKafka(
        root, authority, host="localhost", cache=settings.cache, inherited=settings.inherited
    )
    async with broker:
        await create_topics(broker.broker.bootstrap, TOPICS, partitions=1)
        overlay = Overlay("prod", manifests.users(every_service()))
        await grant(broker.broker.bootstrap, overlay)
        yield Users(broker, authority)


async def test_every_service_may_do_what_it_does(users: Users) -> None:
    """Write each topic it owns, read each it consumes in its own group, bury the rest."""
    for name in registry.names():
        facts, user = facts_of(registry.load(name)), f"{name}-kafka"
        for topic in facts.produces:
            await users.send(user, topic.name)
        consumed = [topic.name for topic in facts.consumes]
        for topic in facts.consumes:
            await users.send("operator-kafka", topic.name)
            await users.send(user, topic.dead_letters)
        if consumed:
            assert await users.read(user, facts.group, *consumed) == set(consumed)


async def test_a_service_may_do_nothing_else(users: Users) -> None:
    for topic in ("danke.loyalty.points.v1", "trade.order.v1", "danke.wallet.account.v1.dlq"):
        with pytest.raises(TopicAuthorizationFailedError):
            await users.send("wallet-kafka", topic)
    with pytest.raises(TopicAuthorizationFailedError):
        await users.read("wallet-kafka", "danke.wallet", "danke.commission.entry.v1")
    with pytest.raises(KafkaError):
        await users.read("wallet-kafka", "danke.loyalty", "trade.order.v1")


async def test_nobody_comes_in_without_a_certificate_of_ours(users: Users, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / uuid4().hex, "somebody else")
    producer = users.clients("wallet-kafka", stranger).producer()
    try:
        with pytest.raises(KafkaError):
            await producer.start()
    finally:
        await producer.stop()
