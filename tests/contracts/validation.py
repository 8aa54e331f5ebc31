"""Validation by JSON Schema, times included: the library alone does not look at them."""

from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from danke.events.envelope import parse_time

FORMATS = FormatChecker()


@FORMATS.checks("date-time", raises=ValueError)
def is_time(value: object) -> bool:
    """RFC 3339 with a zone."""
    return not isinstance(value, str) or bool(parse_time(value))


def validate(value: Any, schema: dict[str, Any]) -> None:
    """Raises jsonschema's ValidationError unless ``value`` fits."""
    Draft202012Validator(schema, format_checker=FORMATS).validate(value)
