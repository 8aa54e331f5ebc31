"""A record as the relay writes it, read by the official CloudEvents SDK."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import uuid_utils
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from common.commands import Command, Context, Decision
from common.emitting import _kind
from common.outbox import Relay
from danke.events.envelope import Envelope, from_headers, to_headers
from danke.events.wallet import BalanceChanged

AT = datetime(2026, 5, 1, 2, 30, 0, 123456, tzinfo=UTC)
EVENT = BalanceChanged(
    member_id="会员-1",
    delta_principal_fen=-25_000,
    delta_bonus_fen=-5_000,
    principal_fen=75_000,
    bonus_fen=15_000,
    reason="PAYMENT",
    ref="payment-1",
)


class Pay(Command, frozen=True, kw_only=True):
    """Any command: it gives an event its merchant, its time and its ids."""

    def decide(self, state: Any) -> Decision:
        raise NotImplementedError


def relayed(context: Context) -> tuple[Envelope, KafkaMessage, dict[str, bytes]]:
    """What the relay makes of an outbox row that the engine wrote."""
    command = Pay(id="request-1", merchant_id="merchant-1", at=AT, new_id=str(uuid_utils.uuid7()))
    row = {
        "merchant_id": command.merchant_id,
        "topic": EVENT.TOPIC.name,
        "key": EVENT.member_id,
        "sequence": 42,
        "about": _kind(type(EVENT)).about(command, context, EVENT),
        "payload": msgspec.json.encode(EVENT).decode(),
    }
    relay = Relay("", "wallet", lambda: None)
    envelope = relay._envelope(row)
    headers = to_headers(envelope)
    assert len({name for name, _ in headers}) == len(headers), "a header twice"
    value = str(row["payload"]).encode()
    return envelope, KafkaMessage(dict(headers), EVENT.member_id.encode(), value), dict(headers)


@pytest.mark.parametrize(
    "context",
    [
        Context(),
        Context(
            correlation_id="c-1",
            causation_id="e-1",
            traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
    ],
    ids=["alone", "caused"],
)
def test_a_relayed_record_is_a_cloudevent_in_binary_mode(context: Context) -> None:
    envelope, message, headers = relayed(context)
    event = from_kafka(message, JSONFormat(), CloudEvent)

    assert event.get_specversion() == "1.0"
    assert event.get_type() == "danke.wallet.account.BalanceChanged.v1"
    assert event.get_source() == "danke/wallet"
    assert event.get_subject() == "会员-1"
    assert event.get_id() == envelope.id
    assert event.get_time() == AT
    assert event.get_datacontenttype() == "application/json"
    assert event.get_data() == msgspec.to_builtins(EVENT)
    assert {name: event.get_extension(name) for name in ("merchantid", "sequence")} == {
        "merchantid": "merchant-1",
        "sequence": headers["ce_sequence"].decode(),
    }
    assert int(event.get_extension("sequence")) == 42
    assert event.get_extension("partitionkey") == "会员-1"
    assert event.get_extension("correlationid") == (context.correlation_id or "request-1")
    assert event.get_extension("causationid") == (context.causation_id or "request-1")
    # The W3C header goes without the prefix, where tracers look for it.
    assert headers.get("traceparent", b"").decode() == context.traceparent
    # No attribute is empty: the specification allows absent ones only.
    assert all(headers.values())


def test_what_the_sdk_writes_is_read_by_our_consumers() -> None:
    _envelope, message, _headers = relayed(Context())
    written = to_binary(from_kafka(message, JSONFormat(), CloudEvent), JSONFormat())
    assert isinstance(written.key, str)
    read = from_headers(written.headers.items(), written.key.encode())
    assert read == _envelope
    assert msgspec.json.decode(written.value, type=BalanceChanged) == EVENT


def test_the_sdk_refuses_a_record_without_a_required_attribute() -> None:
    _envelope, message, headers = relayed(Context())
    for name in ("ce_source", "ce_type"):  # an id it would make itself
        rest = {key: value for key, value in headers.items() if key != name}
        with pytest.raises(Exception, match=name.removeprefix("ce_")):
            from_kafka(KafkaMessage(rest, message.key, message.value), JSONFormat(), CloudEvent)
