"""Members: their tables, and the queries that find them."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.loyalty.member_codes import CodeGuesses
from services.loyalty.members import (
    IDENTITIES_OF,
    IDENTITY_LINK,
    MEMBER_LINK,
    MERGED_INTO,
    Identity,
    Member,
)
from services.loyalty.merges import Merge
from services.loyalty.obligations import OBLIGATIONS_OF, Obligation

Pool: TypeAlias = "asyncpg.Pool[Any]"

MEMBERS: Final = Table(
    Member, "members", groups={MEMBER_LINK: "", MERGED_INTO: "t.merged_into IS NOT NULL"}
)
IDENTITIES: Final = Table(Identity, "identities", groups={IDENTITY_LINK: "", IDENTITIES_OF: ""})
OBLIGATIONS: Final = Table(Obligation, "obligations", groups={OBLIGATIONS_OF: "t.amount > 0"})
TABLES: Final = (
    MEMBERS,
    IDENTITIES,
    Table(Merge, "merges", mode="append"),
    OBLIGATIONS,
    Table(CodeGuesses, "code_guesses"),
)


def columns(table: Table, alias: str) -> str:
    """The table's columns, enumerated."""
    return ", ".join(f"{alias}.{column.name}" for column in table.columns)


# Who an id leads to: one step, because merges re-point everybody who was merged before.
RESOLVED: Final = f"""
SELECT {columns(MEMBERS, "m")}
FROM members asked
JOIN members m ON m.merchant_id = asked.merchant_id
  AND m.member_id = coalesce(asked.merged_into, asked.member_id)
WHERE asked.merchant_id = $1 AND asked.member_id = $2
"""
BY_IDENTITY: Final = f"""
SELECT {columns(MEMBERS, "m")}
FROM identities i
JOIN members m ON m.merchant_id = i.merchant_id AND m.member_id = i.member_id
WHERE i.merchant_id = $1 AND i.identity = $2
"""
IDENTITIES_OF_MEMBER: Final = f"""
SELECT {columns(IDENTITIES, "i")} FROM identities i
WHERE i.merchant_id = $1 AND i.member_id = $2 ORDER BY i.identity
"""
LIST_MEMBERS: Final = f"""
SELECT {columns(MEMBERS, "m")} FROM members m
WHERE m.merchant_id = $1 AND m.member_id > $2 AND m.status IN ('ACTIVE', 'FROZEN')
ORDER BY m.member_id LIMIT $3
"""
OBLIGATIONS_OF_MEMBER: Final = f"""
SELECT {columns(OBLIGATIONS, "o")} FROM obligations o
WHERE o.merchant_id = $1 AND o.member_id = $2 AND o.amount > 0 ORDER BY o.obligation_id
"""


async def member(pool: Pool, merchant_id: str, member_id: str) -> Member | None:
    """The member an id leads to — after a merge who remains — or None."""
    return _member(await pool.fetchrow(RESOLVED, merchant_id, member_id))


async def member_by_identity(pool: Pool, merchant_id: str, identity: str) -> Member | None:
    """The member with this identity, or None."""
    return _member(await pool.fetchrow(BY_IDENTITY, merchant_id, identity))


async def identities(pool: Pool, merchant_id: str, member_id: str) -> list[Identity]:
    """All identities of one member."""
    records = await pool.fetch(IDENTITIES_OF_MEMBER, merchant_id, member_id)
    return [IDENTITIES.decode(record) for record in records]  # type: ignore[misc]


async def members(pool: Pool, merchant_id: str, after: str, limit: int) -> list[Member]:
    """Living members in the order of their ids, after this one."""
    records = await pool.fetch(LIST_MEMBERS, merchant_id, after, limit)
    return [MEMBERS.decode(record) for record in records]  # type: ignore[misc]


async def obligations(pool: Pool, merchant_id: str, member_id: str) -> list[Obligation]:
    """What stands against closing the member."""
    records = await pool.fetch(OBLIGATIONS_OF_MEMBER, merchant_id, member_id)
    return [OBLIGATIONS.decode(record) for record in records]  # type: ignore[misc]


def _member(record: Any) -> Member | None:
    return None if record is None else MEMBERS.decode(record)  # type: ignore[return-value]
