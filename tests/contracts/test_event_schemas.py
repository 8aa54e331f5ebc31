"""A schema says what its model says: types, limits, times, and the words of its comments."""

from typing import Any

import msgspec
import pytest

from danke.events.loyalty import TierChanged
from danke.events.loyalty_points import PointsEarned
from danke.events.trade import OrderPaid
from danke.events.wallet import RechargeRefunded, RechargeSucceeded
from tools.events.comments import _Source, field_comments
from tools.events.examples import _value
from tools.events.schemas import DIALECT, schema_of

SAMPLE = """
# --- a section ---
a: int
# Two lines
# of it.
b: int
c: int  # at the end
d: str  # fmt: skip
# Not next to it.

e: int
"""


class Written(_Source):
    """A module given as text."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()


def test_the_comment_of_a_line_is_the_one_above_or_at_its_end() -> None:
    source = Written(SAMPLE)
    said = {
        line[0]: source.comment(number)
        for number, line in enumerate(source.lines, start=1)
        if line[1:2] == ":"
    }
    assert said == {"a": "", "b": "Two lines of it.", "c": "at the end", "d": "", "e": ""}


def test_fields_are_described_by_their_own_and_their_parents_comments() -> None:
    said = field_comments(PointsEarned)
    assert said["lot_id"].startswith("Empty while pending")
    assert said["available_points"].startswith("What can be used")
    assert "points" not in said


def test_a_field_of_listed_words_is_described_by_their_comment() -> None:
    assert field_comments(PointsEarned)["source_type"].startswith("What a member did")
    # A plain alias speaks of the type, not of the field.
    assert "store_id" not in field_comments(OrderPaid)
    assert field_comments(RechargeRefunded)["basis"].startswith("Why a recharge is refunded")


def test_a_schema_carries_the_event_its_limits_and_its_structs() -> None:
    schema = schema_of(OrderPaid)
    assert schema["$schema"] == DIALECT
    assert schema["title"] == "OrderPaid"
    assert schema["x-danke"] == {
        "topic": "trade.order.v1",
        "ce_type": "trade.order.OrderPaid.v1",
        "key": "order_id",
        "subject": "order_id",
    }
    assert schema["properties"]["lines"]["maxItems"] == 500
    line = schema["$defs"]["PaidLine"]
    assert line["properties"]["qty"] == {
        "type": "integer",
        "exclusiveMinimum": 0,
        "maximum": 1_000_000,
    }
    assert line["description"].splitlines()[2].startswith("``net_paid_fen``"), "indented"
    assert "additionalProperties" not in schema, "later versions add fields"


def test_a_time_is_a_time_whether_or_not_it_may_be_absent() -> None:
    assert schema_of(RechargeSucceeded)["properties"]["credited_at"]["format"] == "date-time"
    until = schema_of(TierChanged)["properties"]["valid_until"]
    assert until["anyOf"] == [{"type": "string", "format": "date-time"}, {"type": "null"}]


class Odd(msgspec.Struct):
    blob: bytes


def test_a_type_without_an_example_is_named() -> None:
    info: Any = msgspec.inspect.type_info(Odd)
    with pytest.raises(TypeError, match="no example of blob"):
        _value("", info)
