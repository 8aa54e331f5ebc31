"""Gives a broker the rights that the rendered users have, as Strimzi's operator would."""

from __future__ import annotations

from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest

from tools.manifests.policies import Overlay

Document = dict[str, Any]

# Kafka's own numbers for resources and operations.
_RESOURCES = {"topic": 2, "group": 3}
_OPERATIONS = {"Read": 3, "Write": 4, "Describe": 8}
_LITERAL = _ALLOW = 3


async def grant(bootstrap: str, overlay: Overlay) -> int:
    """Every right of every user, whose name is the name in its certificate; how many."""
    rights = [
        (
            _RESOURCES[right["resource"]["type"]],
            right["resource"]["name"],
            _LITERAL,
            f"User:CN={user['metadata']['name']}",
            "*",
            _OPERATIONS[operation],
            _ALLOW,
        )
        for user in overlay.of("KafkaUser")
        for right in user["spec"]["authorization"]["acls"]
        for operation in right["operations"]
    ]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        for right in rights:
            answer = await admin._send_to_controller(CreateAclsRequest(*right))
            wrong = [refused for refused in answer.creation_responses if refused[0]]
            assert not wrong, (right, wrong)
    finally:
        await admin.close()
    return len(rights)
