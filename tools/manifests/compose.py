"""Compose for one machine with an engine: official Kafka and Postgres, every service once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tools.manifests.facts import GRPC_PORT, METRICS_PORT, Facts

Document = dict[str, Any]

POSTGRES: Final = "docker.io/library/postgres:17.6-bookworm"
KAFKA: Final = "docker.io/apache/kafka:4.1.0"
# Only reached within this compose network; development mode needs no other secret.
PASSWORD: Final = "danke"  # noqa: S105  development only
ADMIN_URL: Final = f"postgresql://postgres:{PASSWORD}@postgres:5432/postgres"
_HARDENED: Final[Document] = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
}


def compose(services: Iterable[Facts]) -> Document:
    """The whole file."""
    known = list(services)
    members: Document = {"postgres": _postgres(), "kafka": _kafka()}
    members["topics"] = _once(
        ["cli.main", "topics", "create", "--bootstrap", "kafka:9092"], {}, {"kafka": _HEALTHY}
    )
    environment = {"DATABASE_URL": ADMIN_URL, "DANKE_ROLE_PASSWORD": PASSWORD}
    members["migrate"] = _once(["cli.main", "migrate", "up"], environment, {"postgres": _HEALTHY})
    for number, facts in enumerate(known):
        members[facts.name] = _service(facts, number)
    return {"name": "danke", "services": members, "volumes": {"postgres": {}, "kafka": {}}}


_HEALTHY: Final = {"condition": "service_healthy"}
_DONE: Final = {"condition": "service_completed_successfully"}


def _image() -> Document:
    return {
        "image": "localhost/danke:dev",
        "build": {"context": "..", "dockerfile": "deploy/Dockerfile"},
    }


def _once(args: list[str], environment: Document, after: Document) -> Document:
    return {
        **_image(),
        **_HARDENED,
        "command": args,
        "environment": environment,
        "depends_on": after,
        "restart": "no",
    }


def _service(facts: Facts, number: int) -> Document:
    environment: Document = {
        "DANKE_ENV": "dev",
        "DANKE_KAFKA_BOOTSTRAP": "kafka:9092",
    }
    after: Document = {"topics": _DONE}
    if facts.stateful:
        environment["DANKE_DATABASE_URL"] = (
            f"postgresql://{facts.name}:{PASSWORD}@postgres:5432/postgres"
        )
        after["migrate"] = _DONE
    return {
        **_image(),
        **_HARDENED,
        "command": [f"services.{facts.name}.main"],
        "environment": environment,
        "depends_on": after,
        "restart": "unless-stopped",
        "stop_grace_period": "60s",
        "ports": [
            f"127.0.0.1:{GRPC_PORT + number}:{GRPC_PORT}",
            f"127.0.0.1:{METRICS_PORT + number}:{METRICS_PORT}",
        ],
    }


def _postgres() -> Document:
    return {
        "image": POSTGRES,
        "environment": {"POSTGRES_PASSWORD": PASSWORD},
        "command": ["postgres", "-c", "max_connections=200"],
        "volumes": ["postgres:/var/lib/postgresql/data"],
        "healthcheck": {
            "test": ["CMD", "pg_isready", "-U", "postgres"],
            "interval": "2s",
            "retries": 30,
        },
    }


def _kafka() -> Document:
    settings = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://kafka:9092",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@kafka:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
    }
    return {
        "image": KAFKA,
        "environment": settings,
        "volumes": ["kafka:/var/lib/kafka/data"],
        "healthcheck": {
            "test": [
                "CMD-SHELL",
                "/opt/kafka/bin/kafka-topics.sh --bootstrap-server kafka:9092 --list",
            ],
            "interval": "5s",
            "timeout": "10s",
            "retries": 24,
        },
    }
