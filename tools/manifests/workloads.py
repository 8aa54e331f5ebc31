"""A service's pods and what surrounds them, from their account to their autoscaler."""

from __future__ import annotations

from typing import Any, Final

from tools.manifests.facts import GRPC_PORT, METRICS_PORT, Facts, variable

Document = dict[str, Any]

# Replaced by the overlay's `images`, there with a registry and a digest.
IMAGE: Final = "danke"
UID: Final = 10_001
SECRETS: Final = "/run/secrets/danke"
KAFKA_CA: Final = "/run/secrets/kafka-ca"
KAFKA_USER: Final = "/run/secrets/kafka-user"
POSTGRES_CA: Final = "/run/secrets/postgres-ca"
# Endpoints are told of the end before the process is: no new call reaches a pod that leaves.
LEAVE_S: Final = 5
# server.DRAIN_S, then the relay and the consumers; after it the process is killed.
GRACE_S: Final = 60
CONFIG: Final = "danke-config"

_POD_SECURITY: Final[Document] = {
    "runAsNonRoot": True,
    "runAsUser": UID,
    "runAsGroup": UID,
    "fsGroup": UID,
    "seccompProfile": {"type": "RuntimeDefault"},
}
_SECURITY: Final[Document] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def labels(facts: Facts) -> Document:
    """What selects the service's pods."""
    return {"app.kubernetes.io/name": facts.name, "app.kubernetes.io/part-of": "danke"}


def workload(facts: Facts) -> list[Document]:
    """Everything that runs the service and keeps it running."""
    return [_account(facts.name), _deployment(facts), _service(facts), _budget(facts), _hpa(facts)]


def migration(facts: Facts) -> list[Document]:
    """The job that brings the schema up, and its account. Runs before every roll-out."""
    name = f"{facts.name}-migrate"
    container = _container(
        "migrate",
        ["cli.main", "migrate", "up", "--service", facts.name],
        env=[
            _from_secret("DATABASE_URL", "danke-postgres-app", "uri"),
            {"name": "DANKE_ROLE_PASSWORD_FILE", "value": f"{SECRETS}/role_password"},
        ],
        mounts=[{"name": "secrets", "mountPath": SECRETS, "readOnly": True}],
        memory="256Mi",
    )
    pod = {
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        "restartPolicy": "Never",
        "securityContext": _POD_SECURITY,
        "containers": [container],
        "volumes": [
            {
                "name": "secrets",
                "secret": {
                    "secretName": f"{facts.name}-secrets",
                    "defaultMode": 0o440,
                    "items": [{"key": "role_password", "path": "role_password"}],
                },
            }
        ],
    }
    marks = labels(facts) | {"app.kubernetes.io/component": "migration"}
    marks["app.kubernetes.io/name"] = name
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "labels": marks,
            # A job cannot be changed: Argo CD makes it anew with every sync, before the services.
            # With kubectl alone: docs/runbooks/upgrade.md.
            "annotations": {
                "argocd.argoproj.io/hook": "Sync",
                "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
                "argocd.argoproj.io/sync-wave": "-1",
            },
        },
        "spec": {
            "backoffLimit": 4,
            "activeDeadlineSeconds": 900,
            "template": {"metadata": {"labels": marks}, "spec": pod},
        },
    }
    return [_account(name), job]


def _account(name: str) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/part-of": "danke"}},
        "automountServiceAccountToken": False,
    }


def _deployment(facts: Facts) -> Document:
    marks = labels(facts)
    spec = {
        "minReadySeconds": 5,
        "revisionHistoryLimit": 5,
        "selector": {"matchLabels": marks},
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
        },
        "template": {"metadata": {"labels": marks}, "spec": _pod(facts)},
    }
    # No replicas: the autoscaler's word must not be taken back by every apply.
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": facts.name, "labels": marks},
        "spec": spec,
    }


def _pod(facts: Facts) -> Document:
    spread = [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": labels(facts)},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]
    pod: Document = {
        "serviceAccountName": facts.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_S,
        "securityContext": _POD_SECURITY,
        "topologySpreadConstraints": spread,
    }
    if facts.stateful:
        pod["initContainers"] = [_schema_wait(facts)]
    pod["containers"] = [_main_container(facts)]
    pod["volumes"] = _volumes(facts)
    return pod


def _main_container(facts: Facts) -> Document:
    env = [{"name": f"{variable(key)}_FILE", "value": f"{SECRETS}/{key}"} for key in facts.mounted]
    env += [
        {"name": "DANKE_KAFKA_CA_PATH", "value": f"{KAFKA_CA}/ca.crt"},
        {"name": "DANKE_KAFKA_CERT_PATH", "value": f"{KAFKA_USER}/user.crt"},
        {"name": "DANKE_KAFKA_KEY_PATH", "value": f"{KAFKA_USER}/user.key"},
    ]
    mounts = [
        {"name": name, "mountPath": path, "readOnly": True}
        for name, path in _mount_paths(facts).items()
    ]
    # Argon2 and full lanes both fit; the wallet under load stays below half of it.
    container = _container(
        "service", [f"services.{facts.name}.main"], env=env, mounts=mounts, memory="512Mi"
    )
    container["ports"] = [
        {"name": "grpc", "containerPort": GRPC_PORT, "protocol": "TCP"},
        {"name": "metrics", "containerPort": METRICS_PORT, "protocol": "TCP"},
    ]
    container["startupProbe"] = _probe("liveness", period=2, failures=30)
    container["livenessProbe"] = _probe("liveness", period=10, failures=3)
    container["readinessProbe"] = _probe("readiness", period=5, failures=2)
    container["lifecycle"] = {"preStop": {"sleep": {"seconds": LEAVE_S}}}
    return container


def _schema_wait(facts: Facts) -> Document:
    return _container(
        "schema-wait",
        ["cli.main", "migrate", "wait", "--service", facts.name, "--timeout", "300"],
        env=[_from_secret("DANKE_DATABASE_URL", f"{facts.name}-secrets", "database_url")],
        mounts=[{"name": "postgres-ca", "mountPath": POSTGRES_CA, "readOnly": True}],
        memory="256Mi",
    )


def _container(
    name: str, args: list[str], *, env: list[Document], mounts: list[Document], memory: str
) -> Document:
    return {
        "name": name,
        "image": IMAGE,
        "args": args,
        "envFrom": [{"configMapRef": {"name": CONFIG}}],
        "env": env,
        "resources": {
            "requests": {"cpu": "100m", "memory": "192Mi"},
            "limits": {"cpu": "2", "memory": memory},
        },
        "securityContext": _SECURITY,
        "volumeMounts": mounts,
    }


def _probe(service: str, *, period: int, failures: int) -> Document:
    return {
        "grpc": {"port": GRPC_PORT, "service": service},
        "periodSeconds": period,
        "timeoutSeconds": 2,
        "failureThreshold": failures,
    }


def _mount_paths(facts: Facts) -> dict[str, str]:
    paths = {"secrets": SECRETS, "kafka-ca": KAFKA_CA, "kafka-user": KAFKA_USER}
    return paths | ({"postgres-ca": POSTGRES_CA} if facts.stateful else {})


def _volumes(facts: Facts) -> list[Document]:
    kept = [{"key": key, "path": key} for key in facts.mounted]
    volumes = [
        _secret_volume("secrets", f"{facts.name}-secrets", kept),
        _secret_volume("kafka-ca", "danke-cluster-ca-cert", [{"key": "ca.crt", "path": "ca.crt"}]),
        _secret_volume(
            "kafka-user",
            f"{facts.name}-kafka",
            [{"key": key, "path": key} for key in ("user.crt", "user.key")],
        ),
    ]
    if facts.stateful:
        ca = [{"key": "ca.crt", "path": "ca.crt"}]
        volumes.append(_secret_volume("postgres-ca", "danke-postgres-ca", ca))
    return volumes


def _secret_volume(name: str, secret: str, items: list[Document]) -> Document:
    return {
        "name": name,
        "secret": {"secretName": secret, "defaultMode": 0o440, "items": items},
    }


def _from_secret(name: str, secret: str, key: str) -> Document:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def _service(facts: Facts) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": facts.name, "labels": labels(facts)},
        "spec": {
            # Headless: a gRPC client keeps one connection, so it must see every pod to balance.
            "clusterIP": "None",
            "selector": labels(facts),
            "ports": [
                {
                    "name": "grpc",
                    "port": GRPC_PORT,
                    "targetPort": "grpc",
                    "appProtocol": "kubernetes.io/h2c",
                }
            ],
        },
    }


def _budget(facts: Facts) -> Document:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": facts.name, "labels": labels(facts)},
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": labels(facts)},
        },
    }


def _hpa(facts: Facts) -> Document:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": facts.name}
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": facts.name, "labels": labels(facts)},
        "spec": {
            "scaleTargetRef": target,
            "minReplicas": 2,
            "maxReplicas": facts.most_replicas,
            "metrics": [{"type": "Resource", "resource": cpu}],
            # Each change of members makes the group share its partitions anew: not too often.
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}},
        },
    }
