"""What the code says of each service: its topics, its configuration, whether it keeps anything."""

from __future__ import annotations

from typing import Any, Final, cast, get_args, get_origin

import msgspec
from msgspec import Meta

from cli import registry
from common.config import PREFIX, ServiceConfig
from common.service import Kit, Service
from danke.events.envelope import Topic
from danke.topics import TOPICS

GRPC_PORT: Final = 50_051
METRICS_PORT: Final = 9_464
# What the ingress service writes; every other topic belongs to the service its name names.
OUTSIDE: Final = ("behavior.", "trade.")
INGRESS: Final = "trade"
# Plain settings that are only right together with a secret, and so come with it.
WITH_SECRETS: Final = {"loyalty": ("sealing_active",)}
# Told by the manifests themselves, not by the secret store.
_ELSEWHERE: Final = {"database_url"}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One service as its ``main.py`` and ``config.py`` declare it."""

    name: str
    stateful: bool
    consumes: tuple[Topic, ...]
    produces: tuple[Topic, ...]
    # Config fields that hold secrets, without the database's address.
    secrets: tuple[str, ...]

    @property
    def group(self) -> str:
        """Its consumer group."""
        return f"danke.{self.name}"

    @property
    def most_replicas(self) -> int:
        """More would only wait: a partition has one reader in a group."""
        return min((topic.partitions for topic in self.consumes), default=12)

    @property
    def mounted(self) -> tuple[str, ...]:
        """Every key of its secret, in order: one file each."""
        return (*(("database_url",) if self.stateful else ()), *self.secrets, "jwks")


def every_service() -> list[Facts]:
    """All services there are, by name."""
    return [facts_of(registry.load(name)) for name in registry.names()]


def facts_of(service: Service[Any]) -> Facts:
    """What one service declares."""
    config = cast(
        "ServiceConfig",
        service.config(env="dev", database_url="postgresql://nowhere", kafka_bootstrap="nowhere:1"),
    )
    # Handlers are named while nothing is connected; they use the kit only when a record comes.
    absent: Any = None
    kit = Kit(config, absent, absent, absent, absent, absent)
    consumed = {event.TOPIC.name for event in service.events(kit)}
    return Facts(
        name=service.name,
        stateful=service.migrations is not None,
        consumes=tuple(topic for topic in TOPICS if topic.name in consumed),
        produces=tuple(topic for topic in TOPICS if owner_of(topic) == service.name),
        secrets=(*_secrets(service.config), *WITH_SECRETS.get(service.name, ())),
    )


def owner_of(topic: Topic) -> str:
    """The service that writes a topic."""
    return INGRESS if topic.name.startswith(OUTSIDE) else topic.name.split(".")[1]


def variable(field: str) -> str:
    """The variable of a config field."""
    return PREFIX + field.upper()


def _secrets(config: type[ServiceConfig]) -> list[str]:
    fields = msgspec.structs.fields(config)
    return [f.name for f in fields if _is_secret(f.type) and f.name not in _ELSEWHERE]


def _is_secret(kind: Any) -> bool:
    if get_origin(kind) is not None or get_args(kind):
        return any(_is_secret(part) for part in get_args(kind))
    return isinstance(kind, Meta) and bool((kind.extra or {}).get("secret"))
