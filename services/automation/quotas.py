"""The ledger of channel quotas (订阅消息额度): how many more messages a member's consents allow.

One consent is one send. The platform offers no query, so what was granted and sent is counted here,
never below 0. domain.md §2.12, §3.7, M8; parity.md §3 no. 61.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Group, Read, Row, State
from services.automation.channels import Channel
from services.automation.errors_messages import QuotaGrantReused
from services.automation.recipients import ToRecipient


class ChannelQuota(Row, frozen=True):
    """How many sends are left for one member, channel and platform template (empty: for all)."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "channel", "template_id")

    merchant_id: str
    member_id: str
    channel: Channel
    template_id: str
    remaining: int


class QuotaEntry(Row, frozen=True):
    """One change of a quota; append-only."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "entry_id")

    merchant_id: str
    # A grant's own id; ``<message>/<attempt>`` of a send, with ``/back`` where it was given back;
    # ``merge/<from>/<channel>/<template>/`` with ``out`` or ``in``.
    entry_id: str
    member_id: str
    channel: Channel
    template_id: str
    kind: Literal["GRANT", "SEND", "RESTORE", "MERGE"]
    delta: int
    at: datetime


QUOTAS_OF = Group(ChannelQuota, ("merchant_id", "member_id"))


class GrantQuota(ToRecipient, frozen=True, kw_only=True):
    """The member agreed to ``count`` more messages; once per ``grant_id``.

    Refuses QUOTA_GRANT_REUSED.
    """

    RESULT: ClassVar[type] = ChannelQuota

    grant_id: str
    channel: Channel
    template_id: str
    count: int

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield QuotaEntry, (self.merchant_id, self.grant_id)
        yield ChannelQuota, (self.merchant_id, self.now(found), self.channel, self.template_id)

    def decide(self, state: State) -> Decision:
        member = self.subject(state)
        key = (self.merchant_id, member, self.channel, self.template_id)
        quota = state.get(ChannelQuota, key) or ChannelQuota(*key, 0)
        entry = QuotaEntry(
            self.merchant_id, self.grant_id, member, self.channel, self.template_id,
            "GRANT", self.count, self.at,
        )  # fmt: skip
        old = state.get(QuotaEntry, (self.merchant_id, self.grant_id))
        if old is not None:
            # It may have been granted to who is merged by now.
            if replace(old, at=self.at, member_id=member) != entry:
                raise QuotaGrantReused(field="grant_id", grant_id=self.grant_id)
            return Decision(result=quota)
        after = replace(quota, remaining=quota.remaining + self.count)
        return Decision(result=after, rows=[after, entry])


def moved_quota(
    quota: ChannelQuota, kept: ChannelQuota | None, into: str, at: datetime
) -> list[Row]:
    """What is left of a merged member's quota goes to who remains; nothing if nothing is left."""
    if not quota.remaining:
        return []
    key = (quota.merchant_id, into, quota.channel, quota.template_id)
    kept = kept or ChannelQuota(*key, 0)
    move = f"merge/{quota.member_id}/{quota.channel}/{quota.template_id}"
    return [
        replace(quota, remaining=0),
        replace(kept, remaining=kept.remaining + quota.remaining),
        *(
            QuotaEntry(
                row.merchant_id, f"{move}/{way}", row.member_id, row.channel, row.template_id,
                "MERGE", delta, at,
            )
            for row, way, delta in (
                (quota, "out", -quota.remaining), (kept, "in", quota.remaining),
            )
        ),
    ]  # fmt: skip


class Quotas:
    """A member's quotas, as one command changes them."""

    def __init__(self, rows: Iterable[ChannelQuota]) -> None:
        self._rows: dict[tuple[str, str], ChannelQuota] = {
            (row.channel, row.template_id): row for row in rows
        }
        self._changed: dict[tuple[str, str], ChannelQuota] = {}
        self._entries: list[QuotaEntry] = []

    def left(self, channel: str, template_id: str) -> int:
        """How many sends are left."""
        row = self._rows.get((channel, template_id))
        return row.remaining if row else 0

    def take(self, channel: str, template_id: str, entry_id: str, at: datetime) -> None:
        """Pays for one send; there must be one left."""
        assert self.left(channel, template_id) > 0, "Bug: a send without quota"
        self._change(channel, template_id, entry_id, "SEND", -1, at)

    def give_back(self, channel: str, template_id: str, entry_id: str, at: datetime) -> None:
        """The platform refused: the consent was not used up; 43101."""
        self._change(channel, template_id, f"{entry_id}/back", "RESTORE", 1, at)

    def _change(
        self, channel: str, template_id: str, entry_id: str,
        kind: Literal["SEND", "RESTORE"], delta: int, at: datetime,
    ) -> None:  # fmt: skip
        row = self._rows[channel, template_id]
        after = replace(row, remaining=row.remaining + delta)
        self._rows[row.channel, template_id] = self._changed[row.channel, template_id] = after
        entry = QuotaEntry(
            row.merchant_id, entry_id, row.member_id, row.channel, template_id, kind, delta, at
        )
        self._entries.append(entry)

    def rows(self) -> list[Row]:
        """What changed."""
        return [*self._changed.values(), *self._entries]
