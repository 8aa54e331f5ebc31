"""Policies, templates, consents, quotas and messages: tables and queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.automation.caps import COUNTERS_OF, FrequencyCounter
from services.automation.consents import CONSENTS_OF, Consent, ConsentRecord
from services.automation.listed import SUPPRESSIONS_OF, Suppression
from services.automation.messages import WAITING_OF, Message
from services.automation.policies import DEFAULT, Policy
from services.automation.quotas import QUOTAS_OF, ChannelQuota, QuotaEntry
from services.automation.recipients import MERGED_INTO, Recipient
from services.automation.templates import MessageTemplate

Pool: TypeAlias = "asyncpg.Pool[Any]"

POLICIES: Final = Table(Policy, "policies")
TEMPLATES: Final = Table(MessageTemplate, "message_templates")
CONSENTS: Final = Table(Consent, "consents", groups={CONSENTS_OF: ""})
SUPPRESSIONS: Final = Table(Suppression, "suppressions", groups={SUPPRESSIONS_OF: "t.active"})
QUOTAS: Final = Table(ChannelQuota, "channel_quotas", groups={QUOTAS_OF: ""})
MESSAGES: Final = Table(
    Message, "messages", groups={WAITING_OF: "t.state IN ('PLANNED', 'HELD_QUIET')"}
)
TABLES: Final = (
    POLICIES,
    TEMPLATES,
    CONSENTS,
    Table(ConsentRecord, "consent_records", mode="append"),
    SUPPRESSIONS,
    Table(Recipient, "recipients", groups={MERGED_INTO: "t.merged_into <> ''"}),
    QUOTAS,
    Table(QuotaEntry, "quota_entries", mode="append"),
    Table(FrequencyCounter, "frequency_counters", groups={COUNTERS_OF: ""}),
    MESSAGES,
)


def _columns(table: Table) -> str:
    return ", ".join(f"t.{column.name}" for column in table.columns)


LIST_MESSAGES: Final = f"""
SELECT {_columns(MESSAGES)} FROM messages t
WHERE t.merchant_id = $1 AND t.member_id = $2 AND (t.planned_at, t.message_id) > ($3, $4)
ORDER BY t.planned_at, t.message_id LIMIT $5
"""
LIST_TEMPLATES: Final = f"""
SELECT {_columns(TEMPLATES)} FROM message_templates t
WHERE t.merchant_id = $1 AND t.template_id > $2 ORDER BY t.template_id LIMIT $3
"""
LIST_CONSENTS: Final = f"""
SELECT {_columns(CONSENTS)} FROM consents t
WHERE t.merchant_id = $1 AND t.member_id = $2 ORDER BY t.channel, t.purpose
"""
LIST_SUPPRESSIONS: Final = f"""
SELECT {_columns(SUPPRESSIONS)} FROM suppressions t
WHERE t.merchant_id = $1 AND t.member_id = $2 AND t.active ORDER BY t.channel
"""
LIST_QUOTAS: Final = f"""
SELECT {_columns(QUOTAS)} FROM channel_quotas t
WHERE t.merchant_id = $1 AND t.member_id = $2 AND (t.channel, t.template_id) > ($3, $4)
ORDER BY t.channel, t.template_id LIMIT $5
"""


async def policy(pool: Pool, merchant_id: str) -> Policy | None:
    """The merchant's policy, or None if nothing was set."""
    found: Policy | None = await POLICIES.get(pool, (merchant_id, DEFAULT))
    return found


async def message_template(
    pool: Pool, merchant_id: str, template_id: str
) -> MessageTemplate | None:
    """One template, or None."""
    found: MessageTemplate | None = await TEMPLATES.get(pool, (merchant_id, template_id))
    return found


async def message_templates(
    pool: Pool, merchant_id: str, after: str, limit: int
) -> list[MessageTemplate]:
    """A page of the merchant's templates by id."""
    records = await pool.fetch(LIST_TEMPLATES, merchant_id, after, limit)
    return [TEMPLATES.decode(record) for record in records]  # type: ignore[misc]


async def message(pool: Pool, merchant_id: str, message_id: str) -> Message | None:
    """One message, or None."""
    found: Message | None = await MESSAGES.get(pool, (merchant_id, message_id))
    return found


async def messages_of(
    pool: Pool, merchant_id: str, member_id: str, after: tuple[datetime, str], limit: int
) -> list[Message]:
    """A page of a member's messages as they were planned."""
    records = await pool.fetch(LIST_MESSAGES, merchant_id, member_id, *after, limit)
    return [MESSAGES.decode(record) for record in records]  # type: ignore[misc]


async def consents_of(pool: Pool, merchant_id: str, member_id: str) -> list[Consent]:
    """What a member agreed to; at most one for each channel and purpose."""
    records = await pool.fetch(LIST_CONSENTS, merchant_id, member_id)
    return [CONSENTS.decode(record) for record in records]  # type: ignore[misc]


async def suppressions_of(pool: Pool, merchant_id: str, member_id: str) -> list[Suppression]:
    """Where a member is on the suppression list; at most once for each channel and for all."""
    records = await pool.fetch(LIST_SUPPRESSIONS, merchant_id, member_id)
    return [SUPPRESSIONS.decode(record) for record in records]  # type: ignore[misc]


async def quotas_of(
    pool: Pool, merchant_id: str, member_id: str, after: tuple[str, str], limit: int
) -> list[ChannelQuota]:
    """A page of a member's quotas by channel and platform template."""
    records = await pool.fetch(LIST_QUOTAS, merchant_id, member_id, *after, limit)
    return [QUOTAS.decode(record) for record in records]  # type: ignore[misc]
