"""Every generated file below deploy/: its path and its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import yaml

from tools.manifests import access, kafka, workloads
from tools.manifests.compose import compose
from tools.manifests.development import development_secrets
from tools.manifests.facts import Facts, every_service
from tools.manifests.locked import production_lock

Document = dict[str, Any]

HEAD: Final = "# Made by tools/generate_manifests.py from the code (make manifests-generate).\n"
KUSTOMIZATION: Final[Document] = {
    "apiVersion": "kustomize.config.k8s.io/v1beta1",
    "kind": "Kustomization",
}
COMPONENT: Final[Document] = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
# Folders of which every file is generated: one that is left over is stale.
OWNED: Final = ("base/services", "components/external-secrets", "components/keda/scalers")


def tree() -> dict[str, str]:
    """Text by path, relative to deploy/."""
    services = every_service()
    files: dict[str, str] = {}
    for facts in services:
        files |= _service_folder(facts)
    names = [facts.name for facts in services]
    files["base/services/kustomization.yaml"] = _text([KUSTOMIZATION | {"resources": names}])
    files["components/kafka/topics.yaml"] = _text(kafka.topics())
    files["components/kafka/users.yaml"] = _text(kafka.users(services))
    files |= _secrets(services)
    files |= _keda(services)
    files["components/development/secrets.yaml"] = _text(development_secrets(services))
    files["compose.yaml"] = _text([compose(services)])
    files["requirements.lock"] = production_lock()
    return files


def _service_folder(facts: Facts) -> dict[str, str]:
    parts = {"workload": workloads.workload(facts), "network": access.network(facts)}
    if facts.stateful:
        parts["migration"] = workloads.migration(facts)
    folder = f"base/services/{facts.name}"
    files = {f"{folder}/{name}.yaml": _text(documents) for name, documents in parts.items()}
    resources = [f"{name}.yaml" for name in parts]
    files[f"{folder}/kustomization.yaml"] = _text([KUSTOMIZATION | {"resources": resources}])
    return files


def _secrets(services: Sequence[Facts]) -> dict[str, str]:
    folder = "components/external-secrets"
    files = {f"{folder}/{facts.name}.yaml": _text(access.secrets(facts)) for facts in services}
    resources = [f"{facts.name}.yaml" for facts in services]
    files[f"{folder}/kustomization.yaml"] = _text([COMPONENT | {"resources": resources}])
    return files


def _keda(services: Sequence[Facts]) -> dict[str, str]:
    """Scalers instead of autoscalers: two that pull at one deployment would quarrel."""
    scaled = kafka.scalers(services)
    away = [
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": one["metadata"]["name"]},
            "$patch": "delete",
        }
        for one in scaled
    ]
    folder = "components/keda/scalers"
    patches = [{"path": "without-autoscalers.yaml"}]
    return {
        f"{folder}/scalers.yaml": _text(scaled),
        f"{folder}/without-autoscalers.yaml": _text(away),
        f"{folder}/kustomization.yaml": _text(
            [COMPONENT | {"resources": ["scalers.yaml"], "patches": patches}]
        ),
    }


class _Plain(yaml.SafeDumper):
    """Writes shared parts out instead of pointing at them, and indents lists."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(documents: Sequence[Document]) -> str:
    return HEAD + yaml.dump_all(
        documents, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100
    )
