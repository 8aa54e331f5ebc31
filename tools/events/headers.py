"""The schemas of the record headers: of any event, of those Danke publishes, of dead letters."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]


def _text(description: str, **constraints: Any) -> Schema:
    return {"type": "string", "description": description, **constraints}


_ATTRIBUTES: Final[Schema] = {
    "content-type": _text("Of the value.", const="application/json"),
    "ce_specversion": _text("CloudEvents version.", const="1.0"),
    "ce_id": _text(
        "Unique per event of a merchant and source, stable over republish: what to dedupe by.",
        pattern="^[A-Za-z0-9_.:-]{1,128}$",
    ),
    "ce_type": _text("Which event it is; it chooses the schema of the value.", minLength=1),
    "ce_source": _text(
        "Who wrote it: `danke/<service>`, and `danke/trade/<caller>` of what trade took in.",
        format="uri-reference",
        minLength=1,
    ),
    "ce_subject": _text("The aggregate that `ce_sequence` counts.", minLength=1),
    "ce_time": _text("When it happened, RFC 3339 in UTC.", format="date-time"),
    "ce_partitionkey": _text("The record key.", minLength=1),
    "ce_merchantid": _text("The merchant whose event it is.", pattern="^[A-Za-z0-9_.:-]{1,128}$"),
    "ce_sequence": _text(
        "A whole number, zeros in front. On `danke.*` gapless from 1 per merchant, topic and"
        " subject; elsewhere its writer's own, 0 for none.",
        pattern="^[0-9]+$",
    ),
    "ce_correlationid": _text("What all events of one request have in common.", minLength=1),
    "ce_causationid": _text("The request or event that caused this one.", minLength=1),
    "traceparent": _text("W3C trace context of the transaction that wrote the event, if traced."),
}
_ORIGIN: Final[Schema] = {
    "dlq_consumer": _text("The service that could not handle the record."),
    "dlq_reason": _text("A stable reason, UPPER_SNAKE, such as BAD_PAYLOAD."),
    "dlq_detail": _text("What was wrong, in words."),
    "dlq_topic": _text("Where the record was."),
    "dlq_partition": _text("Its partition.", pattern="^[0-9]+$"),
    "dlq_offset": _text("Its offset.", pattern="^[0-9]+$"),
    "dlq_omitted": _text(
        "The size of the value, which is left out here because it is too large for this topic.",
        pattern="^[0-9]+$",
    ),
}

SCHEMAS: Final[dict[str, Schema]] = {
    "CloudEventHeaders": {
        "type": "object",
        "description": "Kafka headers of any event, as UTF-8 text. Others may come with them.",
        "properties": _ATTRIBUTES,
        "required": [
            "content-type", "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time",
            "ce_merchantid",
        ],
    },
    "PublishedHeaders": {
        "type": "object",
        "description": "Headers of what Danke publishes: these are always there as well.",
        "allOf": [{"$ref": "#/components/schemas/CloudEventHeaders"}],
        "required": [
            "ce_subject", "ce_partitionkey", "ce_sequence", "ce_correlationid", "ce_causationid",
        ],
    },
    "DeadLetterHeaders": {
        "type": "object",
        "description": "The record's own headers, and where it was and why it is here.",
        "properties": _ORIGIN,
        "required": [name for name in _ORIGIN if name != "dlq_omitted"],
    },
}  # fmt: skip
