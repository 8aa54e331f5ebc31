"""The rendered production pods of three services, run from the real image by podman.

``make test-image`` runs it: it builds the image (twice, as two releases), starts a Postgres and an
Apache Kafka that speaks mTLS and holds the rendered users' rights, runs the migration jobs and the
pods from their manifests, takes one order through, rolls the wallet to the next release under load
without one failed call, rolls it back, and verifies every book.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import grpc
import pytest
import pytest_asyncio
from google.protobuf.timestamp_pb2 import Timestamp
from joserfc.jwk import OKPKey

from cli import registry
from cli.tokens import bearing
from cli.verification import verify
from common import tokens
from common.migrations import service_dsn
from common.tokens import Signer
from common.topics import create_topics
from danke.topics import TOPICS
from danke.trade.v1 import ingress_pb2 as trade
from danke.trade.v1.ingress_pb2_grpc import TradeIngressServiceStub
from danke.wallet.v1 import account_pb2, payment_pb2, recharge_pb2
from danke.wallet.v1.account_pb2_grpc import AccountServiceStub
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from danke.wallet.v1.recharge_pb2_grpc import RechargeServiceStub
from deploy.local.config import Settings
from deploy.local.postgres import Postgres
from tests.deploy.certificates import Authority
from tests.deploy.encrypted_kafka import EncryptedKafka
from tests.deploy.pods import Pod, Secrets
from tests.deploy.rights import grant
from tools import build_image
from tools.manifests import rendering
from tools.manifests.development import values_of
from tools.manifests.facts import facts_of
from tools.manifests.policies import Overlay, pod_of

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        os.environ.get("DANKE_TEST_IMAGE") != "1", reason="run by `make test-image`"
    ),
    pytest.mark.skipif(
        bool(build_image.missing()), reason=f"not installed: {', '.join(build_image.missing())}"
    ),
]

SERVICES = ("loyalty", "trade", "wallet")
BROKER = "danke-kafka-bootstrap"
MERCHANT = "m-image"
KEY = OKPKey.generate_key("Ed25519")
PASSWORD = "made-for-this-test"


class Cluster:
    """What a cluster would hold: the rendered overlay, secrets, endpoints of ready pods."""

    def __init__(self, overlay: Overlay, secrets: Secrets, admin_url: str) -> None:
        self.overlay, self.secrets, self.admin_url = overlay, secrets, admin_url
        self.pods: list[Pod] = []
        # Ready pods by service: what a headless service resolves to.
        self.endpoints: dict[str, list[Pod]] = {name: [] for name in SERVICES}
        self._channels: dict[str, grpc.aio.Channel] = {}

    def pod(self, kind: str, name: str, release: str) -> Pod:
        (document,) = (one for one in self.overlay.of(kind) if one["metadata"]["name"] == name)
        image = f"{build_image.IMAGE}:{release}"
        made = Pod(self.overlay, document, self.secrets, image=image, hosts=[BROKER])
        self.pods.append(made)
        return made

    async def migrate(self, service: str, release: str) -> None:
        pod = self.pod("Job", f"{service}-migrate", release)
        (container,) = pod.pod["containers"]
        await pod.run_to_its_end(container)

    async def start(self, service: str, release: str) -> None:
        pod = self.pod("Deployment", service, release)
        await pod.start()
        self.endpoints[service].append(pod)

    async def stop(self, pod: Pod, service: str) -> int:
        """Endpoints first, then the pod, as with maxUnavailable 0 and a preStop pause."""
        self.endpoints[service].remove(pod)
        return await pod.stop()

    async def roll(self, service: str, release: str) -> None:
        """One more, then one less, until all are new: maxSurge 1, maxUnavailable 0."""
        for old in list(self.endpoints[service]):
            await self.start(service, release)
            assert await self.stop(old, service) == 0, await old.log()

    def stub(self, kind: Any, turn: int = 0) -> Any:
        """A stub on one of the service's ready pods, in turn."""
        ready = self.endpoints[kind.__module__.split(".")[1]]
        address = ready[turn % len(ready)].address
        if address not in self._channels:
            self._channels[address] = grpc.aio.insecure_channel(address)
        return kind(self._channels[address])

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()
        await asyncio.gather(*(pod.remove() for pod in self.pods))


def token() -> tuple[tuple[str, str], ...]:
    signer = Signer(KEY.as_pem(private=True).decode(), "k1")
    return bearing(signer.sign("gateway", MERCHANT, ["*"], "danke", 3600))


def secrets_of(folder: Path, authority: Authority, admin_url: str) -> Secrets:
    """What the secret store, Strimzi and CloudNativePG would have put there."""
    ca = authority.path.read_text("utf-8")
    secrets = Secrets(folder)
    secrets.values["danke-cluster-ca-cert"] = secrets.values["danke-postgres-ca"] = {"ca.crt": ca}
    secrets.values["danke-postgres-app"] = {"uri": admin_url}
    for name in SERVICES:
        certificate, key = authority.issue(f"{name}-kafka")
        secrets.values[f"{name}-kafka"] = {
            "user.crt": certificate.read_text("utf-8"),
            "user.key": key.read_text("utf-8"),
        }
        values = values_of(facts_of(registry.load(name)))
        values["jwks"] = tokens.jwks_of({"k1": KEY})
        if "database_url" in values:
            values["role_password"] = PASSWORD
            values["database_url"] = service_dsn(admin_url, name, PASSWORD)
        secrets.values[f"{name}-secrets"] = values
    return secrets


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster() -> AsyncIterator[Cluster]:
    overlay = Overlay("prod", rendering.render(rendering.OVERLAYS / "prod"))
    root = Path("/var/tmp") / f"danke-image-{uuid4().hex[:8]}"
    root.mkdir(mode=0o711)
    settings = Settings.of()
    authority = Authority(root / "certificates")
    kafka = EncryptedKafka(
        root, authority, host=BROKER, cache=settings.cache, inherited=settings.inherited
    )
    async with Postgres(root) as postgres, kafka:
        await create_topics(kafka.broker.bootstrap, TOPICS, partitions=2)
        await grant(kafka.broker.bootstrap, overlay)
        for one in overlay.of("ConfigMap"):
            if "DANKE_KAFKA_BOOTSTRAP" in one["data"]:
                # The port is free-picked, and nobody collects spans here.
                one["data"]["DANKE_KAFKA_BOOTSTRAP"] = kafka.bootstrap
                one["data"].pop("DANKE_OTLP_ENDPOINT")
        secrets = secrets_of(root / "secrets", authority, postgres.dsn)
        made = Cluster(overlay, secrets, postgres.dsn)
        try:
            yield made
        finally:
            await made.close()
    postgres.remove()
    shutil.rmtree(root)


async def test_an_order_and_a_roll_out(cluster: Cluster) -> None:
    for name in ("wallet", "loyalty"):
        await cluster.migrate(name, "1")
    await asyncio.gather(
        cluster.start("wallet", "1"), cluster.start("wallet", "1"),
        cluster.start("trade", "1"), cluster.start("loyalty", "1"),
    )  # fmt: skip
    assert pod_of(next(cluster.overlay.of("Deployment")))["containers"][0]["image"].startswith(
        "registry.example.com/danke@sha256:"
    )
    member = "u-image"
    await recharge(cluster, member, 100_000)
    await order(cluster, member, "o-1", 30_000)
    sold = Sales(cluster, member)
    async with sold:
        await cluster.roll("wallet", "2")
        after_new = sold.paid
        await cluster.roll("wallet", "1")
    assert after_new > 0
    assert sold.paid > after_new
    assert sold.failed == []
    balance = await available(cluster, member)
    assert balance == 100_000 - 30_000 - sold.paid
    report = await verify(cluster.admin_url, None, ["wallet", "loyalty"])
    assert report.ok, report.violations
    print(f"{sold.paid} payments of one fen under two roll-outs, none failed")


async def recharge(cluster: Cluster, member: str, amount_fen: int) -> None:
    request = recharge_pb2.CreateRechargeRequest(
        request_id=uuid4().hex, member_id=member, amount_fen=amount_fen
    )
    made = await cluster.stub(RechargeServiceStub).CreateRecharge(request, metadata=token())
    now = Timestamp()
    now.GetCurrentTime()
    paid = trade.PaymentSucceeded(
        payment_id=uuid4().hex,
        biz_type="BIZ_TYPE_RECHARGE",
        biz_id=made.recharge.recharge_id,
        amount_fen=amount_fen,
        paid_at=now,
    )
    record = trade.PaymentRecord(event_id=uuid4().hex, succeeded=paid)
    await cluster.stub(TradeIngressServiceStub).PublishPayments(
        trade.PublishPaymentsRequest(records=[record]), metadata=token()
    )
    await until(lambda: arrived(cluster, member, amount_fen))


async def order(cluster: Cluster, member: str, order_id: str, amount_fen: int) -> None:
    """Held, captured, and told to its subscribers: loyalty has seen the wallet's event."""
    freeze = payment_pb2.FreezePaymentRequest(
        request_id=uuid4().hex, member_id=member, order_id=order_id, amount_fen=amount_fen
    )
    stub = cluster.stub(PaymentServiceStub)
    payment = (await stub.FreezePayment(freeze, metadata=token())).payment
    capture = payment_pb2.CapturePaymentRequest(
        request_id=uuid4().hex, payment_id=payment.payment_id
    )
    await stub.CapturePayment(capture, metadata=token())
    await until(lambda: published(cluster))


async def arrived(cluster: Cluster, member: str, amount_fen: int) -> bool:
    return await available(cluster, member) >= amount_fen


async def published(cluster: Cluster) -> bool:
    connection = await asyncpg.connect(cluster.admin_url)
    try:
        return bool(await connection.fetchval("SELECT NOT EXISTS (SELECT FROM wallet.outbox)"))
    finally:
        await connection.close()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Asks again and again, for a minute at most."""
    async with asyncio.timeout(60):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.2)


async def available(cluster: Cluster, member: str) -> int:
    request = account_pb2.GetBalanceRequest(member_id=member)
    answer = await cluster.stub(AccountServiceStub).GetBalance(request, metadata=token())
    return int(answer.available_fen)


class Sales:
    """Eight callers who pay one fen again and again; every answer but a payment is remembered."""

    def __init__(self, cluster: Cluster, member: str) -> None:
        self.cluster, self.member = cluster, member
        self.paid, self.failed = 0, list[str]()
        self._turns = itertools.count()
        self._ended = asyncio.Event()
        self._callers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> None:
        self._callers = [asyncio.create_task(self._call()) for _ in range(8)]

    async def __aexit__(self, *_problem: object) -> None:
        self._ended.set()
        await asyncio.gather(*self._callers)

    async def _call(self) -> None:
        sent = token()
        while not self._ended.is_set():
            one = uuid4().hex
            request = payment_pb2.PayRequest(
                request_id=one, member_id=self.member, order_id=one, amount_fen=1
            )
            stub = self.cluster.stub(PaymentServiceStub, next(self._turns))
            try:
                await stub.Pay(request, metadata=sent, timeout=20)
                self.paid += 1
            except grpc.aio.AioRpcError as problem:
                self.failed.append(f"{problem.code()}: {problem.details()}")
            await asyncio.sleep(0.01)
