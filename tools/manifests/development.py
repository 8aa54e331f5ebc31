"""Secrets for the development overlay: derived from sentences, so published, so no secrets."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Any, get_args, get_origin

import msgspec

from cli import registry
from common.tokens import development_key
from tools.manifests.facts import Facts

Document = dict[str, Any]

KEY_NAME = "dev"
ROLE_PASSWORD = "development-everybody-knows-it"  # noqa: S105  it says so


def development_secrets(services: Sequence[Facts]) -> list[Document]:
    """The secret of each service, as the secret store would fill it."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": f"{facts.name}-secrets"},
            "type": "Opaque",
            "stringData": values_of(facts),
        }
        for facts in services
    ]


def values_of(facts: Facts) -> dict[str, str]:
    """A value for every key that the service's pods mount."""
    config = registry.load(facts.name).config
    kinds = {field.name: field.type for field in msgspec.structs.fields(config)}
    values = {key: _value(facts.name, key, kinds[key]) for key in facts.secrets}
    values["jwks"] = development_key().jwks
    if facts.stateful:
        place = "danke-postgres-rw:5432/danke?sslmode=require"
        values["database_url"] = f"postgresql://{facts.name}:{ROLE_PASSWORD}@{place}"
        values["role_password"] = ROLE_PASSWORD
    return values


def _value(service: str, key: str, kind: Any) -> str:
    if key.endswith("_active"):
        return KEY_NAME
    digest = hashlib.sha256(f"danke development {service} {key}: published".encode()).digest()
    text = base64.b64encode(digest).decode()
    kind = _bare(kind)
    container = get_origin(kind)
    if container is dict:
        # What maps to more than one word names something outside, and there is nothing of it here.
        return json.dumps({KEY_NAME: text} if _bare(get_args(kind)[1]) is str else {})
    return "[]" if container in {list, tuple} else text


def _bare(kind: Any) -> Any:
    """The type without what is noted of it."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind
