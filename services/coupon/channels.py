"""Channels (渠道码): where a template's coupons are claimed, each with its quota; M34."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.coupon.errors import (
    ChannelExists,
    ChannelNotFound,
    ChannelQuotaReached,
    StockBelowIssued,
    TemplateNotFound,
)
from services.coupon.templates import CouponTemplate


class Channel(Row, frozen=True):
    """One code, printed or linked somewhere: it says where the coupon was found."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "channel_code")

    merchant_id: str
    channel_code: str
    template_id: str
    name: str
    claimed: int
    created_at: datetime
    active: bool = True
    quota: int | None = None


class SetChannel(Command, frozen=True, kw_only=True):
    """Opens a channel of a template, or changes its name, quota or whether it is open.

    Refuses TEMPLATE_NOT_FOUND, CHANNEL_EXISTS if the code is another template's,
    STOCK_BELOW_ISSUED if the quota is below what was claimed.
    """

    RESULT: ClassVar[type] = Channel

    template_id: str
    channel_code: str
    name: str
    quota: int | None
    active: bool

    def lane(self) -> str:
        return self.template_id

    def keys(self, found: State) -> tuple[str, ...]:
        return (self.template_id, f"channel:{self.channel_code}")

    def reads(self, found: State) -> Iterable[Read]:
        yield CouponTemplate, (self.merchant_id, self.template_id)
        yield Channel, (self.merchant_id, self.channel_code)

    def decide(self, state: State) -> Decision:
        if state.get(CouponTemplate, (self.merchant_id, self.template_id)) is None:
            raise TemplateNotFound(field="template_id", template_id=self.template_id)
        old = state.get(Channel, (self.merchant_id, self.channel_code))
        if old is not None and old.template_id != self.template_id:
            raise ChannelExists(field="channel_code", template_id=old.template_id)
        if old is not None and self.quota is not None and old.claimed > self.quota:
            raise StockBelowIssued(field="quota", issued=old.claimed)
        channel = Channel(
            self.merchant_id, self.channel_code, self.template_id, self.name,
            old.claimed if old else 0, old.created_at if old else self.at, self.active, self.quota,
        )  # fmt: skip
        return Decision(result=channel, rows=[channel])


def claimed_through(channel: Channel | None, template_id: str, code: str) -> Channel:
    """The channel after one more claim. Refuses CHANNEL_NOT_FOUND, CHANNEL_QUOTA_REACHED."""
    if channel is None or channel.template_id != template_id or not channel.active:
        raise ChannelNotFound(field="channel_code", channel_code=code)
    if channel.quota is not None and channel.claimed >= channel.quota:
        raise ChannelQuotaReached(channel_code=code, quota=channel.quota)
    return replace(channel, claimed=channel.claimed + 1)
