"""Who may talk to a service and to whom it may talk; and where its secrets come from."""

from __future__ import annotations

from typing import Any, Final

from tools.manifests.facts import GRPC_PORT, METRICS_PORT, Facts
from tools.manifests.workloads import POSTGRES_CA, labels

Document = dict[str, Any]

# Pods of other namespaces that carry it may call; which methods, their token says.
CALLER: Final = {"danke/may-call": "true"}
STORE: Final[Document] = {"kind": "ClusterSecretStore", "name": "danke"}
_NAMESPACE: Final = "kubernetes.io/metadata.name"


def network(facts: Facts) -> list[Document]:
    """Exceptions to the namespace's default deny, for the service and for its migration."""
    outward = [_to_dns(), _to(_pods({"strimzi.io/name": "danke-kafka"}), 9_093)]
    outward.append(_to(_pods({"app.kubernetes.io/name": "otel-collector"}), 4_317))
    policies = []
    if facts.stateful:
        postgres = _to(_pods({"cnpg.io/cluster": "danke-postgres"}), 5_432)
        outward.append(postgres)
        policies.append(
            _policy(
                f"{facts.name}-migrate",
                {"app.kubernetes.io/name": f"{facts.name}-migrate"},
                inward=[],
                outward=[_to_dns(), postgres],
            )
        )
    inward = [
        {
            "from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": CALLER}}],
            "ports": [{"protocol": "TCP", "port": GRPC_PORT}],
        },
        {
            "from": [{"namespaceSelector": {"matchLabels": {_NAMESPACE: "monitoring"}}}],
            "ports": [{"protocol": "TCP", "port": METRICS_PORT}],
        },
    ]
    own = _policy(facts.name, labels(facts), inward=inward, outward=outward)
    return [own, *policies]


def secrets(facts: Facts) -> list[Document]:
    """The service's secret, fetched from the store; rotated there (docs/runbooks/rotation.md)."""
    data = {key: f"{{{{ .{key} }}}}" for key in facts.mounted}
    remote = [_remote(key, f"danke/{facts.name}") for key in facts.secrets]
    remote.append(_remote("jwks", "danke/tokens"))
    if facts.stateful:
        data["database_url"] = (
            f"postgresql://{facts.name}:{{{{ .role_password | urlquery }}}}@danke-postgres-rw:5432"
            f"/danke?sslmode=verify-full&sslrootcert={POSTGRES_CA}/ca.crt"
        )
        data["role_password"] = "{{ .role_password }}"  # noqa: S105  a reference
        remote.append(_remote("role_password", f"danke/{facts.name}"))
    return [
        {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ExternalSecret",
            "metadata": {"name": f"{facts.name}-secrets", "labels": labels(facts)},
            "spec": {
                "refreshInterval": "1h0m0s",
                "secretStoreRef": STORE,
                "target": {
                    "name": f"{facts.name}-secrets",
                    "template": {"engineVersion": "v2", "data": data},
                },
                "data": remote,
            },
        }
    ]


def _remote(key: str, place: str) -> Document:
    return {"secretKey": key, "remoteRef": {"key": place, "property": key}}


def _policy(
    name: str, selector: Document, *, inward: list[Document], outward: list[Document]
) -> Document:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/part-of": "danke"}},
        "spec": {
            "podSelector": {"matchLabels": selector},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": inward,
            "egress": outward,
        },
    }


def _pods(selector: Document) -> Document:
    return {"podSelector": {"matchLabels": selector}}


def _to(peer: Document, port: int) -> Document:
    return {"to": [peer], "ports": [{"protocol": "TCP", "port": port}]}


def _to_dns() -> Document:
    return {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {_NAMESPACE: "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            }
        ],
        "ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")],
    }
