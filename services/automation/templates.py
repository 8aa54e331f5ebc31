"""Message templates: through which channels, in which words for which tier. domain.md M09, M37."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

import msgspec

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.automation.channels import Channel, Purpose
from services.automation.errors_messages import (
    MessageTemplateChanged,
    VariantMissing,
    VariantUnknown,
)


class Variant(msgspec.Struct, frozen=True):
    """The words for one channel and tier; without a tier for all that have none of their own."""

    channel: Channel
    # The template's id at the platform: what it says is approved there.
    platform_template_id: str
    tier_id: str = ""
    # What fills it whatever the message; a message's own parameters go before.
    params: dict[str, str] = {}


class MessageTemplate(Row, frozen=True):
    """A message as a merchant means it, whatever the channel."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "template_id")

    merchant_id: str
    template_id: str
    version: int
    name: str
    purpose: Purpose
    # The channels to try, the first first.
    channels: list[Channel]
    variants: list[Variant]
    changed_by: str
    changed_at: datetime


def variant_for(template: MessageTemplate, channel: str, tier_id: str) -> Variant | None:
    """The words for a member of this tier: the tier's own, else those for all."""
    found = None
    for variant in template.variants:
        if variant.channel == channel:
            if variant.tier_id == tier_id:
                return variant
            if not variant.tier_id:
                found = variant
    return found


class SetMessageTemplate(Command, frozen=True, kw_only=True):
    """Makes or replaces a template; ``version`` 0 makes. What is planned is sent in the new words.

    Refuses MESSAGE_TEMPLATE_CHANGED, VARIANT_MISSING, VARIANT_UNKNOWN.
    """

    RESULT: ClassVar[type] = MessageTemplate

    template_id: str
    version: int
    name: str
    purpose: Purpose
    channels: list[Channel]
    variants: list[Variant]
    actor: str

    def lane(self) -> str:
        return f"message-template:{self.template_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((MessageTemplate, (self.merchant_id, self.template_id)),)

    def decide(self, state: State) -> Decision:
        _must_fit(self.channels, self.variants)
        old = state.get(MessageTemplate, (self.merchant_id, self.template_id))
        version = old.version if old else 0
        if version != self.version:
            raise MessageTemplateChanged(field="version", version=version)
        after = MessageTemplate(
            self.merchant_id, self.template_id, version + 1, self.name, self.purpose,
            self.channels, self.variants, self.actor, self.at,
        )  # fmt: skip
        return Decision(result=after, rows=[after])


def _must_fit(channels: Sequence[str], variants: Sequence[Variant]) -> None:
    known: set[tuple[str, str]] = set()
    for place, variant in enumerate(variants):
        key = (variant.channel, variant.tier_id)
        if variant.channel not in channels or key in known:
            raise VariantUnknown(field=f"variants[{place}]")
        known.add(key)
    for place, channel in enumerate(channels):
        if (channel, "") not in known:
            raise VariantMissing(field=f"channels[{place}]", channel=channel)
