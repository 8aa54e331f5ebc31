"""Profiles as the wire has them."""

from __future__ import annotations

from datetime import date
from typing import Any

from common.messages import timestamp
from danke.audience.v1 import profile_pb2 as pb
from services.audience.attributes import AttributeDefinition
from services.audience.errors import AttributeInvalid
from services.audience.profiles import Profile

# Fields whose name and type are the same in row and message.
_SAME = (
    "member_id", "enrol_channel", "store_id", "source", "referrer_id", "opening_guide_id",
    "guide_id", "promoter_id", "order_count", "net_sales_fen", "refunded_fen", "last_category_id",
    "last_store_id", "is_habit", "is_super", "feedback_count", "referral_count", "tier_id",
    "tier_level", "points", "principal_fen", "bonus_fen", "coupons_received", "coupons_used",
    "groups_joined", "birthday", "tags", "consents",
)  # fmt: skip


def profile(found: Profile) -> pb.Profile:
    """The message of a profile."""
    return pb.Profile(
        **{name: getattr(found, name) for name in _SAME},
        status=f"STATUS_{found.status}",
        stage=f"STAGE_{found.stage}",
        average_order_fen=found.avg_order_fen,
        create_time=timestamp(found.created_at),
        update_time=timestamp(found.updated_at),
        enrol_time=timestamp(found.enrolled_at),
        source_time=timestamp(found.source_at),
        first_paid_time=timestamp(found.first_paid_at),
        last_paid_time=timestamp(found.last_paid_at),
        paid_member_until=timestamp(found.paid_member_until),
        last_seen_time=timestamp(found.last_seen_at),
        attributes=[
            pb.Attribute(name=name, value=_value(value))
            for name, value in sorted(found.attributes.items())
        ],
        behaviours=[
            pb.Behaviour(name=name, count=count, last_time=timestamp(last))
            for name, (count, last) in sorted(found.behaviour.items())
        ],
    )


def _value(value: Any) -> pb.AttributeValue:
    if isinstance(value, bool):
        return pb.AttributeValue(flag=value)
    if isinstance(value, int):
        return pb.AttributeValue(number=value)
    if isinstance(value, list):
        return pb.AttributeValue(choices=pb.Choices(values=value))
    return pb.AttributeValue(text=value)


def definition(found: AttributeDefinition) -> pb.AttributeDefinition:
    """The message of an attribute's definition."""
    return pb.AttributeDefinition(
        name=found.name,
        type=f"TYPE_{found.type}",
        allowed=found.allowed,
        is_personal=found.is_personal,
        label=found.label,
        is_retired=found.is_retired,
    )


def given(value: pb.AttributeValue) -> Any:
    """The value in a message. Refuses ATTRIBUTE_INVALID if there is none, or no such date."""
    kind = value.WhichOneof("value")
    if kind is None:
        raise AttributeInvalid(field="attributes", expected="a value")
    if kind == "choices":
        return list(value.choices.values)
    found = getattr(value, kind)
    if kind != "date":
        return found
    try:
        return date.fromisoformat(found)
    except ValueError as error:
        raise AttributeInvalid(field="attributes", expected="a date") from error
