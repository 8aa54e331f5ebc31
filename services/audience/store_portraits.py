"""Behaviour, referrals, attributes, tags and consents: tables, and what the doors look up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from common.tables import Table
from services.audience.attributes import AttributeDefinition
from services.audience.behaviours import BEHAVIOUR_OF, BehaviourFact
from services.audience.consents import CONSENTS_OF, Consent, ConsentRecord
from services.audience.members import REFERRALS_BY, ReferralFact
from services.audience.store_profiles import Pool, columns
from services.audience.tags import TAGS_OF, TAGS_OF_SEGMENT, TagAssignment, TagDefinition

BEHAVIOURS: Final = Table(BehaviourFact, "behaviour_facts", groups={BEHAVIOUR_OF: ""})
REFERRALS: Final = Table(ReferralFact, "referral_facts", groups={REFERRALS_BY: ""})
ATTRIBUTES: Final = Table(AttributeDefinition, "attribute_definitions")
TAGS: Final = Table(
    TagDefinition, "tag_definitions", groups={TAGS_OF_SEGMENT: "t.segment_id <> ''"}
)
ASSIGNMENTS: Final = Table(TagAssignment, "tag_assignments", groups={TAGS_OF: ""})
CONSENTS: Final = Table(Consent, "consents", groups={CONSENTS_OF: ""})
RECORDS: Final = Table(ConsentRecord, "consent_records", mode="append")
TABLES: Final = (BEHAVIOURS, REFERRALS, ATTRIBUTES, TAGS, ASSIGNMENTS, CONSENTS, RECORDS)

LIST_ATTRIBUTES: Final = f"""
SELECT {columns(ATTRIBUTES)} FROM attribute_definitions
WHERE merchant_id = $1 AND name > $2 ORDER BY name LIMIT $3
"""
LIST_TAGS: Final = f"""
SELECT {columns(TAGS)} FROM tag_definitions
WHERE merchant_id = $1 AND tag_id > $2 ORDER BY tag_id LIMIT $3
"""
LIST_TAGGED: Final = f"""
SELECT {columns(ASSIGNMENTS)} FROM tag_assignments
WHERE merchant_id = $1 AND tag_id = $2 AND member_id > $3 ORDER BY member_id LIMIT $4
"""
LIST_CONSENTS: Final = f"""
SELECT {columns(CONSENTS)} FROM consents WHERE merchant_id = $1 AND member_id = $2
ORDER BY channel, purpose
"""
LIST_RECORDS: Final = f"""
SELECT {columns(RECORDS)} FROM consent_records
WHERE merchant_id = $1 AND member_id = $2 AND (given_at, record_id) < ($3, $4)
ORDER BY given_at DESC, record_id DESC LIMIT $5
"""
# Row by row places, not a range: two processes that trim at once skip each other's rows.
TRIM_BEHAVIOUR: Final = """
DELETE FROM behaviour_facts WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM behaviour_facts WHERE happened_at < $1 ORDER BY happened_at LIMIT $2
    FOR UPDATE SKIP LOCKED
))
"""


async def attributes(
    pool: Pool, merchant_id: str, after: tuple[str], limit: int
) -> list[AttributeDefinition]:
    """Attribute definitions by name, after this one."""
    records = await pool.fetch(LIST_ATTRIBUTES, merchant_id, *after, limit)
    return [ATTRIBUTES.decode(record) for record in records]  # type: ignore[misc]


async def tags(pool: Pool, merchant_id: str, after: tuple[str], limit: int) -> list[TagDefinition]:
    """Tag definitions by id, after this one."""
    records = await pool.fetch(LIST_TAGS, merchant_id, *after, limit)
    return [TAGS.decode(record) for record in records]  # type: ignore[misc]


async def tagged(
    pool: Pool, merchant_id: str, tag_id: str, after: tuple[str], limit: int
) -> list[TagAssignment]:
    """Who carries a tag, by member, after this one."""
    records = await pool.fetch(LIST_TAGGED, merchant_id, tag_id, *after, limit)
    return [ASSIGNMENTS.decode(record) for record in records]  # type: ignore[misc]


async def consents(pool: Pool, merchant_id: str, member_id: str) -> Sequence[Consent]:
    """What holds for a member."""
    records = await pool.fetch(LIST_CONSENTS, merchant_id, member_id)
    return [CONSENTS.decode(record) for record in records]  # type: ignore[misc]


async def records(
    pool: Pool, merchant_id: str, member_id: str, before: tuple[datetime, str], limit: int
) -> list[ConsentRecord]:
    """A member's yes and no, newest first, before this (given_at, record_id)."""
    found = await pool.fetch(LIST_RECORDS, merchant_id, member_id, *before, limit)
    return [RECORDS.decode(record) for record in found]  # type: ignore[misc]


async def trim_behaviour(pool: Pool, before: datetime, limit: int) -> int:
    """Deletes behaviour older than that, a chunk of it; how many facts."""
    answer = await pool.execute(TRIM_BEHAVIOUR, before, limit)
    return int(answer.rpartition(" ")[2])
