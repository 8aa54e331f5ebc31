"""Channels: what each asks for before a message may be sent through it. domain.md §2.12, M76.

SUBSCRIBE  mini-program subscribe message (订阅消息): one consent is one send, the platform tells no
           one how many are left, so the ledger in ``quotas.py`` does. Per platform template.
SMS        短信: no commercial one without consent, always with a way to refuse.
OA         official-account template message (公众号模板消息): for who follows and agreed.
WECOM      WeCom mass send (企微群发): a few per customer; the gateway grants the quota.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

Channel = Literal["SUBSCRIBE", "SMS", "OA", "WECOM"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
Purpose = Literal["MARKETING", "TRANSACTIONAL"]


class ChannelRule(msgspec.Struct, frozen=True):
    """What a channel asks for."""

    # Whether marketing needs a consent for this channel and purpose on record.
    needs_consent: bool
    # What a send is paid with: nothing, one grant of the platform's template, one of the member's.
    quota: Literal["", "TEMPLATE", "MEMBER"] = ""


RULES: Final[dict[str, ChannelRule]] = {
    # The quota is the consent: the member tapped "allow" once for each send.
    "SUBSCRIBE": ChannelRule(needs_consent=False, quota="TEMPLATE"),
    "SMS": ChannelRule(needs_consent=True),
    "OA": ChannelRule(needs_consent=True),
    "WECOM": ChannelRule(needs_consent=True, quota="MEMBER"),
}
# The answers after which the quota was not used up: "the user refuses the message", and too late.
GIVES_QUOTA_BACK: Final = frozenset({"43101", "EXPIRED"})
# The adapter came too late and sent nothing: the same channel is tried again when it may be.
EXPIRED: Final = "EXPIRED"
# Who is late so often will be late again.
MOST_ATTEMPTS: Final = 10


def quota_template(channel: str, platform_template_id: str) -> str:
    """For which template a send's quota is counted; empty where it is the member's as a whole."""
    return platform_template_id if RULES[channel].quota == "TEMPLATE" else ""
