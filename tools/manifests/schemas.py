"""Strict schemas: Kubernetes' own out of a wheel, ours for the custom resources that we use.

Nothing is passed for want of a schema: an object of an unknown kind is a finding.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tools.manifests.programs import ROOT, wheels
from tools.manifests.rendering import named

Document = dict[str, Any]

# The oldest release that the manifests are for, and the newest whose schemas there are.
RELEASES: Final = ("1.32.0", "1.37.0")
OURS: Final = ROOT / "deploy" / "schemas"
_INSIDE: Final = "kubernetes_validate/kubernetes-json-schema"


def findings(documents: list[Document]) -> Iterator[str]:
    """What does not fit, each with its object and place."""
    for document in documents:
        validators = [v for v in validators_of(document) if v is not None]
        if not validators:
            kind = f"{document.get('apiVersion')} {document.get('kind')}"
            yield f"{named(document)}: there is no schema for {kind}; add one to deploy/schemas"
        for validator in validators:
            error = best_match(validator.iter_errors(document))
            if error is not None:
                place = "/".join(str(part) for part in error.absolute_path) or "(top)"
                yield f"{named(document)}: {place}: {error.message[:300]}"
                break


def validators_of(document: Document) -> list[Draft202012Validator | None]:
    """For our own kinds one; for Kubernetes' one per release."""
    version, kind = str(document.get("apiVersion")), str(document.get("kind"))
    own = _own().get((version, kind))
    if own is not None:
        return [Draft202012Validator(own)]
    group, _, number = version.rpartition("/")
    parts = [kind.lower(), *([group.split(".")[0]] if group else []), number]
    return [_kubernetes(release, "-".join(parts)) for release in RELEASES]


@cache
def _kubernetes(release: str, name: str) -> Draft202012Validator | None:
    folder = f"{_INSIDE}/v{release}-local-strict"
    try:
        schema = json.loads(_archive().read(f"{folder}/{name}.json"))
    except KeyError:
        return None
    return Draft202012Validator(schema, registry=_registry(folder))


@cache
def _registry(folder: str) -> Registry[Any]:
    @cache
    def retrieve(uri: str) -> Resource[Any]:
        text = _archive().read(f"{folder}/{uri.rpartition('/')[2]}")
        return Resource.from_contents(json.loads(text), default_specification=DRAFT202012)

    return Registry(retrieve=retrieve)  # type: ignore[call-arg]


@cache
def _archive() -> zipfile.ZipFile:
    (wheel,) = wheels().glob("kubernetes_validate-*.whl")
    return zipfile.ZipFile(wheel)


@cache
def _own() -> dict[tuple[str, str], Document]:
    """Our schemas by (apiVersion, kind); objects in them are closed unless they say otherwise."""
    found = {}
    for path in sorted(OURS.glob("*.yaml")):
        for entry in yaml.safe_load_all(path.read_text("utf-8")):
            spec = closed(entry["spec"])
            found[entry["apiVersion"], entry["kind"]] = {
                "type": "object",
                "required": ["apiVersion", "kind", "metadata", "spec"],
                "properties": {
                    "apiVersion": {"const": entry["apiVersion"]},
                    "kind": {"const": entry["kind"]},
                    "metadata": _METADATA,
                    "spec": spec,
                },
                "additionalProperties": False,
                "$defs": closed(entry.get("defs", {})),
            }
    return found


_TEXTS: Final = {"type": "object", "additionalProperties": {"type": "string"}}
_METADATA: Final = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "pattern": r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},
        "namespace": {"type": "string"},
        "labels": _TEXTS,
        "annotations": _TEXTS,
    },
    "additionalProperties": False,
}


def closed(schema: Any) -> Any:
    """The schema with every object of named properties closed against others."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(part) for key, part in schema.items()}
    if isinstance(result.get("properties"), dict):
        result.setdefault("type", "object")
        result.setdefault("additionalProperties", False)
    return result
