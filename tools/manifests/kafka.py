"""Topics, users and their rights, and scaling by lag: made from the registry of topics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from common.topics import DEAD_LETTER_BYTES, DEAD_LETTER_RETENTION_MS
from danke.events.envelope import Topic
from danke.topics import TOPICS
from tools.manifests.facts import Facts

Document = dict[str, Any]

API: Final = "kafka.strimzi.io/v1"
CLUSTER: Final = "danke"
BOOTSTRAP: Final = f"{CLUSTER}-kafka-bootstrap:9093"
# What a broker takes for a record unless told otherwise; a dead letter holds one and more.
RECORD_BYTES: Final = 1_048_576
# A consumer handles this many in well under a second (make bench NAME=accrue).
LAG_PER_REPLICA: Final = 500


def topics() -> list[Document]:
    """Every topic of the registry with its dead-letter topic."""
    found = []
    for topic in TOPICS:
        records = {"retention.ms": topic.retention_ms, "max.message.bytes": RECORD_BYTES}
        letters = {
            "retention.ms": DEAD_LETTER_RETENTION_MS,
            "max.message.bytes": DEAD_LETTER_BYTES,
        }
        found.append(_topic(topic.name, topic.partitions, records))
        found.append(_topic(topic.dead_letters, 1, letters))
    return found


def users(services: Iterable[Facts]) -> list[Document]:
    """A user per service with no right it does not use; the operators' and KEDA's besides."""
    known = list(services)
    return [*(_service_user(facts) for facts in known), _operator(known), _scaling(known)]


def scalers(services: Iterable[Facts]) -> list[Document]:
    """How KEDA scales each service that consumes, by lag and by processor time."""
    return [_scaler(facts) for facts in services if facts.consumes]


def _topic(name: str, partitions: int, config: dict[str, int]) -> Document:
    return {
        "apiVersion": API,
        "kind": "KafkaTopic",
        "metadata": {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}},
        "spec": {
            "partitions": partitions,
            "replicas": 3,
            "config": {"min.insync.replicas": 2, **config},
        },
    }


def _service_user(facts: Facts) -> Document:
    rights = [_right("topic", topic.name, "Read", "Describe") for topic in facts.consumes]
    if facts.consumes:
        rights.append(_right("group", facts.group, "Read"))
    rights += [_right("topic", one.dead_letters, "Write", "Describe") for one in facts.consumes]
    rights += [_right("topic", topic.name, "Write", "Describe") for topic in facts.produces]
    return _user(f"{facts.name}-kafka", _merged(rights))


def _operator(services: list[Facts]) -> Document:
    """What `danke dlq` and `danke topics` need; a group only to set it back (`topics rewind`)."""
    rights = [_right("topic", topic.dead_letters, "Read", "Describe") for topic in TOPICS]
    rights += [_right("topic", topic.name, "Read", "Write", "Describe") for topic in TOPICS]
    rights += [_right("group", one.group, "Read", "Describe") for one in services if one.consumes]
    return _user("operator-kafka", rights)


def _scaling(services: list[Facts]) -> Document:
    """What KEDA needs to see lag: offsets of topics and of groups, no record."""
    consumed = {topic.name for facts in services for topic in facts.consumes}
    rights = [_right("topic", name, "Describe") for name in sorted(consumed)]
    rights += [_right("group", one.group, "Describe") for one in services if one.consumes]
    return _user("keda-kafka", rights)


def _right(kind: str, name: str, *operations: str) -> Document:
    resource = {"type": kind, "name": name, "patternType": "literal"}
    return {"resource": resource, "operations": list(operations)}


def _merged(rights: list[Document]) -> list[Document]:
    """One entry per resource: a service may read what it writes."""
    found: dict[tuple[str, str], Document] = {}
    for right in rights:
        resource = right["resource"]
        kept = found.setdefault((resource["type"], resource["name"]), right)
        if kept is not right:
            kept["operations"] += [o for o in right["operations"] if o not in kept["operations"]]
    return list(found.values())


def _user(name: str, rights: list[Document]) -> Document:
    return {
        "apiVersion": API,
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}},
        "spec": {
            "authentication": {"type": "tls"},
            "authorization": {"type": "simple", "acls": rights},
        },
    }


def _scaler(facts: Facts) -> Document:
    triggers: list[Document] = [_lag(facts, topic) for topic in facts.consumes]
    cpu = {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}}
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": facts.name, "labels": {"app.kubernetes.io/part-of": "danke"}},
        "spec": {
            "scaleTargetRef": {"name": facts.name},
            "minReplicaCount": 2,
            "maxReplicaCount": facts.most_replicas,
            "cooldownPeriod": 300,
            "triggers": [*triggers, cpu],
        },
    }


def _lag(facts: Facts, topic: Topic) -> Document:
    return {
        "type": "kafka",
        "authenticationRef": {"name": "danke-kafka"},
        "metadata": {
            "bootstrapServers": BOOTSTRAP,
            "consumerGroup": facts.group,
            "topic": topic.name,
            "lagThreshold": str(LAG_PER_REPLICA),
            "limitToPartitionsWithLag": "true",
            "tls": "enable",
        },
    }
