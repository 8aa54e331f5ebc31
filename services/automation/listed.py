"""The suppression list (黑名单): who is on it for one channel or all, and what takes them off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.rows import Group, Read, Row, State
from services.automation.channels import CHANNELS

# All channels.
EVERY: Final = "*"

SuppressionReason = Literal["OPT_OUT", "COMPLAINT", "MANUAL"]


class Suppression(Row, frozen=True):
    """A member on the list for one channel, or for all (``*``)."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "channel")

    merchant_id: str
    member_id: str
    channel: str
    active: bool
    reason: SuppressionReason
    evidence: str
    changed_by: str
    changed_at: datetime


# Every place there may be a row of.
LISTED_BY: Final = (EVERY, *CHANNELS)
SUPPRESSIONS_OF = Group(
    Suppression, ("merchant_id", "member_id"), holds=lambda suppression: suppression.active
)


def lifting_reads(merchant_id: str, member_id: str) -> Iterable[Read]:
    """What ``lifted`` needs."""
    for channel in LISTED_BY:
        yield Suppression, (merchant_id, member_id, channel)


def lifted(state: State, member: tuple[str, str], channel: str, said_at: datetime) -> list[Row]:
    """What a yes to marketing by ``channel`` does to what the member himself opted out of before.

    Who had opted out of all channels stays out of the others. A complaint, or whom an operator has
    put on the list, no yes takes off.
    """
    rows: list[Row] = []
    by = {name: state.get(Suppression, (*member, name)) for name in LISTED_BY}
    for name in (channel, EVERY):
        old = by[name]
        if old is None or not _gives_way(old, said_at):
            continue
        rows.append(replace(old, active=False, changed_at=said_at))
        if name == EVERY:
            rows += [
                replace(old, channel=other)
                for other in CHANNELS
                if other != channel and not ((known := by[other]) and known.active)
            ]
    return rows


def _gives_way(old: Suppression, said_at: datetime) -> bool:
    return old.active and old.reason == "OPT_OUT" and said_at > old.changed_at
