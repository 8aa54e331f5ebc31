"""Every check of `make manifests` passes what is there and finds what was broken on purpose."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools import check_manifests
from tools.manifests import alerts, programs, rendering
from tools.manifests.policies import Overlay, pod_of

Document = dict[str, Any]
Break = Callable[[Overlay], None]


@pytest.fixture(scope="module")
def prod() -> Overlay:
    try:
        programs.fetch()
    except programs.Unavailable as missing:
        pytest.skip(str(missing))
    return Overlay("prod", rendering.render(rendering.OVERLAYS / "prod"))


def the(overlay: Overlay, kind: str, name: str) -> Document:
    (found,) = (one for one in overlay.of(kind) if one["metadata"]["name"] == name)
    return found


def pod(overlay: Overlay, name: str = "wallet") -> Document:
    return pod_of(the(overlay, "Deployment", name))


def container(overlay: Overlay, name: str = "wallet") -> Document:
    found: Document = pod(overlay, name)["containers"][0]
    return found


def drop(overlay: Overlay, kind: str, name: str) -> None:
    overlay.documents.remove(the(overlay, kind, name))


def first_right(overlay: Overlay) -> Document:
    found: Document = the(overlay, "KafkaUser", "wallet-kafka")["spec"]["authorization"]["acls"][0]
    return found


def first_rule(overlay: Overlay) -> Document:
    groups = the(overlay, "PrometheusRule", "danke")["spec"]["groups"]
    found: Document = groups[0]["rules"][0]
    return found


def add(overlay: Overlay, document: Document) -> None:
    overlay.documents.append(document)


SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "b"}}
WIDGET = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}

BROKEN: dict[str, Break] = {
    # Schemas: Kubernetes' own, and ours.
    "'replicaz' was unexpected": lambda o: the(o, "Deployment", "wallet")["spec"].update(
        replicaz=1
    ),
    "'2' is not of type 'integer'": lambda o: container(o)["ports"][0].update(containerPort="2"),
    "there is no schema for example.com/v1 Widget": lambda o: add(o, WIDGET),
    "'partitons' was unexpected": lambda o: the(o, "KafkaTopic", "trade.order.v1")["spec"].update(
        partitons=3
    ),
    "'Reed' is not one of": lambda o: first_right(o).update(operations=["Reed"]),
    "'poolmode' was unexpected": lambda o: the(o, "Pooler", "danke-postgres-pooler")["spec"][
        "pgbouncer"
    ].update(poolmode="session"),
    "'alrt' was unexpected": lambda o: first_rule(o).update(alrt="x"),
    # Pods.
    "image registry.example.com/danke:latest names no version": lambda o: container(o).update(
        image="registry.example.com/danke:latest"
    ),
    "image registry.example.com/danke names no version": lambda o: container(o).update(
        image="registry.example.com/danke"
    ),
    "image registry.example.com/danke:1 is not named by digest": lambda o: container(o).update(
        image="registry.example.com/danke:1"
    ),
    "no limits for memory": lambda o: container(o)["resources"]["limits"].pop("memory"),
    "no requests for cpu": lambda o: container(o)["resources"]["requests"].pop("cpu"),
    "readOnlyRootFilesystem is not true": lambda o: container(o)["securityContext"].pop(
        "readOnlyRootFilesystem"
    ),
    "keeps capabilities": lambda o: container(o)["securityContext"].pop("capabilities"),
    "may run as root": lambda o: pod(o)["securityContext"].update(runAsNonRoot=False),
    "no seccomp profile": lambda o: pod(o)["securityContext"].pop("seccompProfile"),
    "default service account": lambda o: pod(o).pop("serviceAccountName"),
    "mounts a token": lambda o: pod(o).update(automountServiceAccountToken=True),
    "Deployment/wallet: hostNetwork": lambda o: pod(o).update(hostNetwork=True),
    "is a folder of the node": lambda o: pod(o)["volumes"].append(
        {"name": "x", "hostPath": {"path": "/"}}
    ),
    "has no readinessProbe": lambda o: container(o).pop("readinessProbe"),
    "asks the same for liveness and readiness": lambda o: container(o).update(
        readinessProbe=container(o)["livenessProbe"]
    ),
    "before new ones serve": lambda o: the(o, "Deployment", "wallet")["spec"]["strategy"][
        "rollingUpdate"
    ].update(maxUnavailable=1),
    "killed before it has drained": lambda o: pod(o).update(terminationGracePeriodSeconds=20),
    "stops while calls are still sent": lambda o: container(o).pop("lifecycle"),
    "may all be on one node": lambda o: pod(o).pop("topologySpreadConstraints"),
    "KafkaNodePool/broker: its pods may all be on one node": lambda o: the(
        o, "KafkaNodePool", "broker"
    )["spec"].pop("template"),
    "Cluster/danke-postgres: its instances may all be on one node": lambda o: the(
        o, "Cluster", "danke-postgres"
    )["spec"]["affinity"].update(podAntiAffinityType="preferred"),
    "CronJob/operator: mounts a token": lambda o: pod_of(the(o, "CronJob", "operator")).pop(
        "automountServiceAccountToken"
    ),
    # What must fit together.
    "nothing makes key pay_secret of secret wallet-secrets": lambda o: the(
        o, "ExternalSecret", "wallet-secrets"
    )["spec"]["target"]["template"]["data"].pop("pay_secret"),
    "nothing makes key user.crt of secret wallet-kafka": lambda o: drop(
        o, "KafkaUser", "wallet-kafka"
    ),
    "no ConfigMap gone": lambda o: container(o)["envFrom"][0]["configMapRef"].update(name="gone"),
    "Service/wallet: selects no pod": lambda o: drop(o, "Deployment", "wallet"),
    "its pods have no port grcp": lambda o: the(o, "Service", "wallet")["spec"]["ports"][0].update(
        targetPort="grcp"
    ),
    "has no PodDisruptionBudget": lambda o: drop(o, "PodDisruptionBudget", "wallet"),
    "is scaled by 0 autoscalers": lambda o: drop(o, "ScaledObject", "wallet"),
    "13 replicas for 12 of": lambda o: the(o, "ScaledObject", "wallet")["spec"].update(
        maxReplicaCount=13
    ),
    "no policy that denies everything": lambda o: drop(o, "NetworkPolicy", "default-deny"),
    "the policy for every pod allows something": lambda o: the(o, "NetworkPolicy", "default-deny")[
        "spec"
    ].update(ingress=[{}]),
    "Deployment/wallet: has no network policy": lambda o: drop(o, "NetworkPolicy", "wallet"),
    "Job/wallet-migrate: has no network policy": lambda o: drop(
        o, "NetworkPolicy", "wallet-migrate"
    ),
    "CronJob/operator: has no network policy": lambda o: drop(o, "NetworkPolicy", "operator"),
    "does not enforce pod security": lambda o: the(o, "Namespace", "danke")["metadata"][
        "labels"
    ].pop("pod-security.kubernetes.io/enforce"),
    "a secret in the manifests": lambda o: add(o, SECRET),
    "development mode": lambda o: next(
        one for one in o.of("ConfigMap") if "DANKE_ENV" in one["data"]
    )["data"].update(DANKE_ENV="dev"),
    "its dead letters do not fit": lambda o: the(o, "KafkaTopic", "trade.order.v1.dlq")["spec"][
        "config"
    ].update({"max.message.bytes": 1_048_576}),
    "a right on every topic like *": lambda o: first_right(o)["resource"].update(name="*"),
    "which is no topic": lambda o: first_right(o)["resource"].update(name="trade.ordr.v1"),
    "may Read, Delete": lambda o: first_right(o).update(operations=["Read", "Delete"]),
}


def test_what_is_there_is_right(prod: Overlay) -> None:
    assert check_manifests.findings(prod) == []


@pytest.mark.parametrize("says", BROKEN)
def test_what_is_broken_is_found(prod: Overlay, says: str) -> None:
    broken = Overlay(prod.name, copy.deepcopy(prod.documents))
    BROKEN[says](broken)
    found = check_manifests.findings(broken)
    assert any(says in one for one in found), found


@pytest.mark.usefixtures("prod")
def test_every_overlay_is_found_and_a_broken_one_is_told(tmp_path: Path) -> None:
    """The whole way: a copy of deploy/ with a patch that fits nothing."""
    shutil.copytree(rendering.OVERLAYS.parent, tmp_path / "deploy")
    folder = tmp_path / "deploy" / "overlays"
    assert rendering.overlays(folder) == ["dev", "prod"]
    path = folder / "prod" / "kustomization.yaml"
    path.write_text(path.read_text("utf-8") + "patchez: []\n", encoding="utf-8")
    found = check_manifests.check(folder)
    assert len(found) == 1
    assert found[0].startswith("prod: ")
    assert "patchez" in found[0]


@pytest.mark.usefixtures("prod")
def test_the_recovery_fits_and_never_archives_where_it_reads(tmp_path: Path) -> None:
    """docs/runbooks/restore.md, step 5: the component in the list of the overlay, no more."""
    shutil.copytree(rendering.OVERLAYS.parent, tmp_path / "deploy")
    path = tmp_path / "deploy" / "overlays" / "prod" / "kustomization.yaml"
    text, first = path.read_text("utf-8"), "  - ../../components/postgres\n"
    path.write_text(text.replace(first, f"{first}  - ../../components/recovery\n"), "utf-8")
    restored = Overlay("prod", rendering.render(path.parent))
    found = check_manifests.findings(restored)
    assert found == []
    spec = the(restored, "Cluster", "danke-postgres")["spec"]
    (origin,), (archive,) = spec["externalClusters"], spec["plugins"]
    assert spec["bootstrap"]["recovery"]["source"] == origin["name"]
    assert origin["plugin"]["parameters"]["serverName"] != archive["parameters"]["serverName"]


@pytest.mark.usefixtures("prod")
def test_a_warning_of_kustomize_is_a_finding(tmp_path: Path) -> None:
    shutil.copytree(rendering.OVERLAYS.parent, tmp_path / "deploy")
    path = tmp_path / "deploy" / "overlays" / "prod" / "kustomization.yaml"
    path.write_text(path.read_text("utf-8") + "commonLabels: {a: b}\n", encoding="utf-8")
    with pytest.raises(rendering.NotRendered, match="deprecated"):
        rendering.render(path.parent)


@pytest.mark.usefixtures("prod")
def test_a_rule_that_does_not_parse_is_found(tmp_path: Path) -> None:
    broken = tmp_path / "alerts.yaml"
    text = alerts.RULES.read_text("utf-8")
    broken.write_text(text.replace("max by (namespace, service) (", "max by (namespace (", 1))
    assert any("parse error" in one for one in alerts.findings(broken))


@pytest.mark.usefixtures("prod")
def test_a_rule_that_sleeps_is_found(tmp_path: Path) -> None:
    broken = tmp_path / "alerts.yaml"
    text = alerts.RULES.read_text("utf-8")
    assert "danke_outbox_oldest_seconds) > 60" in text
    broken.write_text(text.replace("_oldest_seconds) > 60", "_oldest_seconds) > 6000"))
    (said,) = alerts.findings(broken)
    assert "DankeOutboxStuck" in said
