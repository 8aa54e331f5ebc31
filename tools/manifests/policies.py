"""What every pod of ours must say, whatever the schemas allow: one rule, one function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from tools.manifests.rendering import named

Document = dict[str, Any]

POD_KINDS: Final = ("Deployment", "Job", "CronJob")
_PINNED: Final = re.compile(r"@sha256:[0-9a-f]{64}$")
_TAG: Final = re.compile(r":(?P<tag>[\w][\w.-]*)$")


class Overlay(NamedTuple):
    """A rendered overlay."""

    name: str
    documents: list[Document]

    def of(self, *kinds: str) -> Iterator[Document]:
        """Its objects of these kinds."""
        return (one for one in self.documents if one["kind"] in kinds)

    @property
    def strict(self) -> bool:
        """Everything but the overlay for development is for production."""
        return self.name != "dev"


Rule = Callable[[Overlay], Iterator[str]]


def template_of(document: Document) -> Document:
    """The pod's template in a Deployment, a Job or a CronJob."""
    spec = document["spec"]
    template: Document = spec.get("jobTemplate", {"spec": spec})["spec"]["template"]
    return template


def pod_of(document: Document) -> Document:
    """The pod's spec in one of them."""
    pod: Document = template_of(document)["spec"]
    return pod


def containers(overlay: Overlay) -> Iterator[tuple[str, Document]]:
    """Every container, the initial ones included, with a name for messages."""
    for document in overlay.of(*POD_KINDS):
        pod = pod_of(document)
        for one in (*pod.get("initContainers", ()), *pod["containers"]):
            yield f"{named(document)}: container {one['name']}", one


def images_are_pinned(overlay: Overlay) -> Iterator[str]:
    """A tag that moves makes two pods of one deployment differ."""
    for place, one in containers(overlay):
        image = str(one["image"])
        tag = _TAG.search(image)
        ours = image.partition("@")[0].rpartition("/")[2].partition(":")[0] == "danke"
        if _PINNED.search(image):
            continue
        if tag is None or tag["tag"] == "latest":
            yield f"{place}: image {image} names no version"
        elif overlay.strict and ours:
            yield f"{place}: image {image} is not named by digest"


def resources_are_bounded(overlay: Overlay) -> Iterator[str]:
    """Without requests pods land anywhere, without a memory limit one starves a node."""
    for place, one in containers(overlay):
        resources = one.get("resources", {})
        for kind, names in (("requests", ("cpu", "memory")), ("limits", ("cpu", "memory"))):
            for name in names:
                if name not in resources.get(kind, {}):
                    yield f"{place}: no {kind} for {name}"


def containers_are_confined(overlay: Overlay) -> Iterator[str]:
    """Pod security `restricted`, and a root that cannot be written."""
    wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}
    for place, one in containers(overlay):
        context = one.get("securityContext", {})
        for name, value in wanted.items():
            if context.get(name) is not value:
                yield f"{place}: securityContext.{name} is not {str(value).lower()}"
        if context.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{place}: keeps capabilities"


def pods_are_confined(overlay: Overlay) -> Iterator[str]:
    """Nobody is root, no system call is free, no pod speaks to the API server."""
    for document in overlay.of(*POD_KINDS):
        pod, place = pod_of(document), named(document)
        context = pod.get("securityContext", {})
        if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
            yield f"{place}: may run as root"
        if context.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{place}: no seccomp profile"
        if pod.get("serviceAccountName", "default") == "default":
            yield f"{place}: runs under the default service account"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{place}: mounts a token it does not need"
        for name in ("hostNetwork", "hostPID", "hostIPC"):
            if pod.get(name):
                yield f"{place}: {name}"
        for volume in pod.get("volumes", ()):
            if "hostPath" in volume:
                yield f"{place}: volume {volume['name']} is a folder of the node"


def deployments_are_probed(overlay: Overlay) -> Iterator[str]:
    """A pod that is not asked is thought well."""
    for document in overlay.of("Deployment"):
        for one in pod_of(document)["containers"]:
            for probe in ("livenessProbe", "readinessProbe"):
                if probe not in one:
                    yield f"{named(document)}: container {one['name']} has no {probe}"
            live, ready = one.get("livenessProbe"), one.get("readinessProbe")
            if "grpc" in (live or {}) and live == ready:
                yield f"{named(document)}: asks the same for liveness and readiness"


def deployments_roll_without_a_gap(overlay: Overlay) -> Iterator[str]:
    """No pod leaves before its successor serves, and it is given time to finish."""
    for document in overlay.of("Deployment"):
        if not is_service(document):
            continue
        strategy, pod = document["spec"].get("strategy", {}), pod_of(document)
        if strategy.get("rollingUpdate", {}).get("maxUnavailable") != 0:
            yield f"{named(document)}: a roll-out may take pods away before new ones serve"
        if pod.get("terminationGracePeriodSeconds", 30) < 45:
            yield f"{named(document)}: is killed before it has drained (20 s, and what it holds)"
        if not all("preStop" in one.get("lifecycle", {}) for one in pod["containers"]):
            yield f"{named(document)}: stops while calls are still sent to it"


def deployments_are_spread(overlay: Overlay) -> Iterator[str]:
    """Not all eggs on one node."""
    for document in overlay.of("Deployment"):
        keys = {one["topologyKey"] for one in pod_of(document).get("topologySpreadConstraints", ())}
        if "kubernetes.io/hostname" not in keys:
            yield f"{named(document)}: its pods may all be on one node"


def servers_are_spread(overlay: Overlay) -> Iterator[str]:
    """Three copies on one node are one copy."""
    for pool in overlay.of("KafkaNodePool"):
        affinity = pool["spec"].get("template", {}).get("pod", {}).get("affinity", {})
        terms = affinity.get("podAntiAffinity", {})
        apart = terms.get("requiredDuringSchedulingIgnoredDuringExecution", ())
        if "kubernetes.io/hostname" not in {one["topologyKey"] for one in apart}:
            yield f"{named(pool)}: its pods may all be on one node"
    for cluster in overlay.of("Cluster"):
        if cluster["spec"].get("affinity", {}).get("podAntiAffinityType") != "required":
            yield f"{named(cluster)}: its instances may all be on one node"


def is_service(document: Document) -> bool:
    """Whether a deployment is one of Danke's services."""
    labels = document["spec"]["template"]["metadata"]["labels"]
    return bool(labels.get("app.kubernetes.io/part-of") == "danke")


RULES: Final[tuple[Rule, ...]] = (
    images_are_pinned,
    resources_are_bounded,
    containers_are_confined,
    pods_are_confined,
    deployments_are_probed,
    deployments_roll_without_a_gap,
    deployments_are_spread,
    servers_are_spread,
)
