"""The one-machine stack with every service: what each is told, and what is made ready before.

`danke up`, `danke run`, the end-to-end tests and the benchmarks all start Danke this way::

    async with local_stack() as stack:
        stack.address("wallet")
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from cli import registry
from cli.passwords import password_of
from common import migrations
from common.topics import create_topics
from danke.topics import TOPICS
from deploy.local.config import Settings
from deploy.local.kafka import Broker
from deploy.local.ports import HOST
from deploy.local.stack import Service, Stack

REPOSITORY: Final = Path(__file__).resolve().parents[1]
DEFAULT_ROOT: Final = REPOSITORY / ".danke" / "up"
# One process of each service: more partitions would only be more to ask for.
PARTITIONS: Final = 2


def service_environment(stack: Stack, name: str) -> dict[str, str]:
    """What a service on this machine is told, by variable; on top of what we inherited.

    Development mode unless DANKE_ENV says otherwise; the other DANKE_* variables pass through.
    """
    told = {
        "DANKE_ENV": stack.settings.inherited.get("DANKE_ENV") or "dev",
        "DANKE_KAFKA_BOOTSTRAP": stack.broker.bootstrap,
        "DANKE_KAFKA_IDEMPOTENT": "1" if stack.broker.idempotent_producer else "0",
        "DANKE_GRPC_HOST": HOST,
        "DANKE_GRPC_PORT": stack.address(name).rpartition(":")[2],
        "DANKE_METRICS_PORT": stack.metrics_address(name).rpartition(":")[2],
    }
    if stack.broker.session_ms is not None:
        told["DANKE_KAFKA_SESSION_MS"] = str(stack.broker.session_ms)
    if stack.broker.fetch_wait_ms is not None:
        told["DANKE_KAFKA_FETCH_WAIT_MS"] = str(stack.broker.fetch_wait_ms)
    if registry.load(name).migrations is not None:
        password = password_of(stack.root, name)
        told["DANKE_DATABASE_URL"] = migrations.service_dsn(stack.database_url, name, password)
    return told


def rehearsal() -> Settings:
    """Settings of a stack that is thrown away: messages are recorded, and said to have arrived."""
    settings = Settings.of()
    return replace(settings, inherited={"DANKE_CHANNEL_ADAPTER": "recording", **settings.inherited})


def local_stack(
    *,
    root: Path | None = None,
    services: Sequence[str] | None = None,
    settings: Settings | None = None,
) -> Stack:
    """The stack of all services (or the named ones), not started.

    Without a root it is thrown away at the end. Raises ``Problem`` for an unknown service.
    """
    names = registry.chosen(services)
    settings = settings or Settings.of()

    async def migrate(admin_dsn: str) -> None:
        await migrate_all(admin_dsn, names, {name: password_of(stack.root, name) for name in names})

    stack = Stack(
        services=[_process(name) for name in names],
        root=root,
        topics=make_topics,
        migrate=migrate,
        settings=settings,
    )
    return stack


async def migrate_all(
    admin_dsn: str, names: Sequence[str], passwords: Mapping[str, str]
) -> dict[str, list[str]]:
    """Brings the services' schemas up to date; which files ran, by service."""
    ran = {}
    for name in names:
        folder = registry.load(name).migrations
        if folder is not None:
            ran[name] = await migrations.apply(admin_dsn, name, folder, passwords[name])
    return ran


async def make_topics(broker: Broker) -> None:
    """Makes the topics that are missing, small enough for one machine."""
    await create_topics(broker.bootstrap, TOPICS, partitions=PARTITIONS)


def _process(name: str) -> Service:
    return Service(
        name=name,
        argv=[sys.executable, "-m", f"services.{name}.main"],
        env=lambda stack: service_environment(stack, name),
    )
