"""What must fit together in an overlay: names that are referred to, rights, budgets, bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tools.manifests.policies import POD_KINDS, Overlay, Rule, is_service, pod_of, template_of
from tools.manifests.rendering import named

Document = dict[str, Any]

# What operators make beside the objects that we write, and the secret of the backup's store.
_BY_OPERATORS: Final = {
    "danke-cluster-ca-cert": {"ca.crt"},
    "danke-postgres-app": {"uri"},
    "danke-postgres-ca": {"ca.crt"},
    "danke-postgres-backup": {"access_key_id", "secret_access_key"},
}


EXPRESSIONS: Final = "matchExpressions"


def _selects(selector: Document, document: Document) -> bool:
    labels = template_of(document)["metadata"].get("labels", {})
    wanted = selector.get("matchLabels", {}).items()
    # Of the others only Exists is used.
    there = [one["operator"] == "Exists" and one["key"] for one in selector.get(EXPRESSIONS, ())]
    return all(labels.get(k) == v for k, v in wanted) and all(key in labels for key in there)


def secrets_exist(overlay: Overlay) -> Iterator[str]:
    """A pod whose secret lacks a key never starts."""
    known = dict(_BY_OPERATORS)
    for document in overlay.of("KafkaUser"):
        known[document["metadata"]["name"]] = {"user.crt", "user.key", "ca.crt"}
    for document in overlay.of("ExternalSecret"):
        target = document["spec"]["target"]
        known[target["name"]] = set(target["template"]["data"])
    for document in overlay.of("Secret"):
        known[document["metadata"]["name"]] = set(document.get("stringData", {}))
    for document in overlay.of(*POD_KINDS):
        for name, key in _secret_keys(pod_of(document)):
            if key not in known.get(name, ()):
                yield f"{named(document)}: nothing makes key {key} of secret {name}"


def _secret_keys(pod: Document) -> Iterator[tuple[str, str]]:
    for volume in pod.get("volumes", ()):
        if secret := volume.get("secret"):
            for item in secret.get("items", [{"key": "(every key)"}]):
                yield secret["secretName"], item["key"]
    for one in (*pod.get("initContainers", ()), *pod["containers"]):
        for variable in one.get("env", ()):
            if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                yield reference["name"], reference["key"]


def config_maps_exist(overlay: Overlay) -> Iterator[str]:
    """As above."""
    known = {document["metadata"]["name"] for document in overlay.of("ConfigMap")}
    for document in overlay.of(*POD_KINDS):
        pod = pod_of(document)
        wanted = [v["configMap"]["name"] for v in pod.get("volumes", ()) if "configMap" in v]
        for one in (*pod.get("initContainers", ()), *pod["containers"]):
            wanted += [e["configMapRef"]["name"] for e in one.get("envFrom", ())]
        yield from (
            f"{named(document)}: no ConfigMap {name}" for name in wanted if name not in known
        )


def services_reach_pods(overlay: Overlay) -> Iterator[str]:
    """A selector that selects nothing, or a port nobody has, is silence."""
    for service in overlay.of("Service"):
        selector = {"matchLabels": service["spec"]["selector"]}
        found = [one for one in overlay.of("Deployment") if _selects(selector, one)]
        ports = {
            port.get("name")
            for one in found
            for container in pod_of(one)["containers"]
            for port in container.get("ports", ())
        }
        if not found:
            yield f"{named(service)}: selects no pod"
        for port in service["spec"]["ports"]:
            if found and port["targetPort"] not in ports:
                yield f"{named(service)}: its pods have no port {port['targetPort']}"


def deployments_are_budgeted(overlay: Overlay) -> Iterator[str]:
    """Without a budget the drain of a node may take every pod at once."""
    for document in overlay.of("Deployment"):
        budgets = overlay.of("PodDisruptionBudget")
        if not any(_selects(one["spec"]["selector"], document) for one in budgets):
            yield f"{named(document)}: has no PodDisruptionBudget"


def services_scale_once(overlay: Overlay) -> Iterator[str]:
    """No autoscaler is a service that stands still; two pull in two directions."""
    scalers = overlay.of("HorizontalPodAutoscaler", "ScaledObject")
    scaled = [one["spec"]["scaleTargetRef"]["name"] for one in scalers]
    for document in overlay.of("Deployment"):
        number = scaled.count(document["metadata"]["name"])
        if is_service(document) and number != 1:
            yield f"{named(document)}: is scaled by {number} autoscalers"


def scaling_stays_within_partitions(overlay: Overlay) -> Iterator[str]:
    """More readers than partitions only wait."""
    widths = {
        one["metadata"]["name"]: one["spec"]["partitions"] for one in overlay.of("KafkaTopic")
    }
    for scaler in overlay.of("ScaledObject"):
        for trigger in scaler["spec"]["triggers"]:
            topic = trigger["metadata"].get("topic")
            most = scaler["spec"]["maxReplicaCount"]
            if topic and most > widths.get(topic, 0):
                yield f"{named(scaler)}: {most} replicas for {widths.get(topic, 0)} of {topic}"


def network_is_closed(overlay: Overlay) -> Iterator[str]:
    """Everything is denied first; then each pod has a policy of its own."""
    policies = list(overlay.of("NetworkPolicy"))
    deny = [one for one in policies if one["spec"]["podSelector"] == {}]
    if not any(set(one["spec"]["policyTypes"]) == {"Ingress", "Egress"} for one in deny):
        yield "there is no policy that denies everything"
    if any("ingress" in one["spec"] or "egress" in one["spec"] for one in deny):
        yield "the policy for every pod allows something"
    for document in overlay.of(*POD_KINDS):
        own = [one for one in policies if one not in deny]
        if not any(_selects(one["spec"]["podSelector"], document) for one in own):
            yield f"{named(document)}: has no network policy of its own"


def namespace_is_restricted(overlay: Overlay) -> Iterator[str]:
    """The cluster refuses what these rules would miss."""
    for namespace in overlay.of("Namespace"):
        labels = namespace["metadata"].get("labels", {})
        if labels.get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"{named(namespace)}: does not enforce pod security `restricted`"


def no_secret_is_written_down(overlay: Overlay) -> Iterator[str]:
    """Production's secrets come from the store; development mode stays in development."""
    if not overlay.strict:
        return
    yield from (f"{named(one)}: a secret in the manifests" for one in overlay.of("Secret"))
    for one in overlay.of("ConfigMap"):
        if one.get("data", {}).get("DANKE_ENV") == "dev":
            yield f"{named(one)}: development mode"


def dead_letters_fit(overlay: Overlay) -> Iterator[str]:
    """A dead letter is its record and what went wrong with it: larger than any record."""
    sizes = {
        one["metadata"]["name"]: one["spec"]["config"]["max.message.bytes"]
        for one in overlay.of("KafkaTopic")
    }
    for name, size in sizes.items():
        if name.endswith(".dlq"):
            continue
        if sizes.get(f"{name}.dlq", 0) <= size:
            yield f"KafkaTopic/{name}: its dead letters do not fit into {name}.dlq"


def rights_are_named(overlay: Overlay) -> Iterator[str]:
    """No user may do everything, nor anything to what it does not name; and topics must exist."""
    known = {one["metadata"]["name"] for one in overlay.of("KafkaTopic")}
    for user in overlay.of("KafkaUser"):
        for right in user["spec"]["authorization"]["acls"]:
            resource, operations = right["resource"], right["operations"]
            name = resource.get("name", "*")
            if "*" in name or resource.get("patternType") != "literal":
                yield f"{named(user)}: a right on every {resource['type']} like {name}"
            elif resource["type"] == "topic" and name not in known:
                yield f"{named(user)}: a right on {name}, which is no topic"
            if not set(operations) <= {"Read", "Write", "Describe"}:
                yield f"{named(user)}: may {', '.join(operations)} {name}"


RULES: Final[tuple[Rule, ...]] = (
    secrets_exist,
    config_maps_exist,
    services_reach_pods,
    deployments_are_budgeted,
    services_scale_once,
    scaling_stays_within_partitions,
    network_is_closed,
    namespace_is_restricted,
    no_secret_is_written_down,
    dead_letters_fit,
    rights_are_named,
)
