"""docs/events/asyncapi.yaml against our own rules; @asyncapi/parser 3.6.3 found it valid."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from jsonschema import ValidationError

from danke.events.envelope import Envelope, event_type, from_headers, to_headers
from danke.events.trade import OrderPaid, OrderRefunded
from danke.topics import EVENTS, TOPICS
from tests.contracts.validation import validate
from tools.events import asyncapi
from tools.events.readers import Readers, readers, readers_of
from tools.generate_events import DOCS

PATH = DOCS / "asyncapi.yaml"

Node = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Node:
    node: Node = yaml.safe_load(PATH.read_text("utf-8"))
    return node


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(reference: str, document: Node) -> Any:
    """What a reference leads to. Raises LookupError or OSError if it leads nowhere."""
    file, _, pointer = reference.partition("#")
    target: Any = yaml.safe_load((PATH.parent / file).read_text("utf-8")) if file else document
    for step in filter(None, pointer.split("/")):
        target = target[step]
    return target


def test_the_channels_are_the_topics_of_the_registry(document: Node) -> None:
    channels = document["channels"]
    assert set(channels) == {t.name for t in TOPICS} | {t.dead_letters for t in TOPICS}
    for topic in TOPICS:
        channel = channels[topic.name]
        binding = channel["bindings"]["kafka"]
        assert channel["address"] == binding["topic"] == topic.name
        assert binding["partitions"] == topic.partitions
        assert binding["topicConfiguration"]["retention.ms"] == topic.retention_ms
        assert set(channel["messages"]) == {event.__name__ for event in EVENTS[topic.name]}


def test_every_reference_leads_somewhere(document: Node) -> None:
    found = set(references(document))
    assert found
    for reference in found:
        assert resolve(reference, document), reference


def test_a_reference_that_leads_nowhere_is_seen(document: Node) -> None:
    with pytest.raises(LookupError):
        resolve("#/components/messages/Gone", document)
    with pytest.raises(OSError, match="Gone"):
        resolve("./schemas/danke.wallet.account.v1/Gone.json", document)


def test_every_message_says_its_headers_payload_and_key(document: Node) -> None:
    messages = document["components"]["messages"]
    events = {event_type(event) for models in EVENTS.values() for event in models}
    assert set(messages) == events | {"DeadLetter"}
    for name, message in messages.items():
        assert message["headers"], name
        assert message["payload"], name
        assert message["bindings"]["kafka"]["key"]["type"] == "string", name


def test_the_examples_fit_their_headers_and_payload(document: Node) -> None:
    for name in document["components"]["messages"].keys() - {"DeadLetter"}:
        message = document["components"]["messages"][name]
        (example,) = message["examples"]
        validate(example["headers"], with_components(message["headers"], document))
        validate(example["payload"], resolve(message["payload"]["$ref"], document))


def test_what_says_nothing_is_left_out_not_sent_empty(document: Node) -> None:
    """Seen as a subscriber: what trade took in had empty attributes, which its schema refuses."""
    envelope = Envelope(
        id="e-1", type="trade.order.OrderClosed.v1", source="danke/trade/gateway", subject="o-1",
        time=datetime(2026, 5, 1, tzinfo=UTC), key="o-1", merchant_id="m-1", sequence=0,
    )  # fmt: skip
    headers = {name: value.decode() for name, value in to_headers(envelope)}
    schema = document["components"]["schemas"]["CloudEventHeaders"]
    validate(headers, with_components(schema, document))
    assert from_headers(to_headers(envelope), b"o-1") == envelope


def with_components(schema: Node, document: Node) -> Node:
    """The schema with what it refers to."""
    return {**schema, "components": {"schemas": document["components"]["schemas"]}}


@pytest.mark.parametrize("header", ["ce_id", "ce_type", "ce_merchantid", "ce_sequence"])
def test_an_example_without_a_header_does_not_fit(document: Node, header: str) -> None:
    message = document["components"]["messages"]["danke.wallet.account.BalanceChanged.v1"]
    headers = {k: v for k, v in message["examples"][0]["headers"].items() if k != header}
    with pytest.raises(ValidationError, match=f"'{header}' is a required property"):
        validate(headers, with_components(message["headers"], document))


def test_danke_sends_its_topics_and_receives_what_its_services_handle(document: Node) -> None:
    operations = document["operations"]
    sends = {
        operation["channel"]["$ref"].rpartition("/")[2]
        for operation in operations.values()
        if operation["action"] == "send"
    }
    ours = {topic.name for topic in TOPICS if topic.name.startswith("danke.")}
    assert {name for name in sends if not name.endswith(".dlq")} == ours
    expected = {
        (f"danke.{service}", event.TOPIC.name)
        for service, events in readers().items()
        for event in events
    }
    received = {
        (operation["bindings"]["kafka"]["groupId"]["enum"][0], channel_of(operation))
        for operation in operations.values()
        if operation["action"] == "receive"
    }
    assert received == expected


def channel_of(operation: Node) -> str:
    return str(operation["channel"]["$ref"]).removeprefix("#/channels/")


def test_a_reading_service_is_told_with_its_group_and_its_dead_letters() -> None:
    read: Readers = {"loyalty": [OrderPaid, OrderRefunded]}
    document = asyncapi.document(EVENTS, read)
    receive = document["operations"]["read.loyalty.trade.order.v1"]
    assert receive["bindings"]["kafka"]["groupId"]["enum"] == ["danke.loyalty"]
    assert [m["$ref"].rpartition("/")[2] for m in receive["messages"]] == [
        "OrderPaid",
        "OrderRefunded",
    ]
    bury = document["operations"]["bury.loyalty.trade.order.v1"]
    assert channel_of(bury) == "trade.order.v1.dlq"
    assert readers_of(OrderPaid, read) == ["loyalty"]


def test_the_yaml_reads_back_as_the_document() -> None:
    document = asyncapi.document(EVENTS, readers())
    assert yaml.safe_load(asyncapi.to_yaml(document)) == document


def test_secured_servers_name_their_scheme_and_variables_have_defaults(document: Node) -> None:
    assert document["asyncapi"] == "3.0.0"
    for name, server in document["servers"].items():
        for variable, told in server["variables"].items():
            assert f"{{{variable}}}" in server["host"], name
            assert told["default"], name
    assert document["servers"]["cluster"]["security"]
    assert document["servers"]["local"]["protocol"] == "kafka"
